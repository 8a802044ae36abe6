package guide

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tongban/internal/service/catalogue"
)

var samples = []struct {
	service catalogue.Service
	want    func(Answers) want
}{{restaurant(), wantRestaurant}, {deregistration(), wantDeregistration}, {birth(), wantBirth}}

// With some questions answered, some left open and some answered "not sure", a plan lists as certain
// exactly what everybody with these answers gets, as possible exactly what somebody gets, and nothing
// else; and the next question is the first that may be asked and can still change the plan.
func TestPartialAnswers(t *testing.T) {
	guides := make([]*Guide, len(samples))
	for i, s := range samples {
		guides[i] = compile(t, s.service)
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(samples)-1).Draw(t, "service")
		g, s := guides[i], samples[i]
		a := Answers{}
		for j := range s.service.Questions {
			q := &s.service.Questions[j]
			switch rapid.IntRange(0, 4).Draw(t, q.ID) {
			case 0:
			case 1:
				a[q.ID] = Unsure
			default:
				a[q.ID] = rapid.SampledFrom(valuesOf(q)).Draw(t, q.ID)
			}
		}
		checkPartial(t, g, s.want, a)
	})
}

func checkPartial(t *rapid.T, g *Guide, oracle func(Answers) want, a Answers) {
	kept, _ := g.Prune(a)
	fixed := maps.Clone(kept)
	for i := range g.asked {
		q := g.asked[i].def
		if fixed[q.ID] == Unsure {
			delete(fixed, q.ID)
			if q.Unsure != nil && q.Unsure.As != "" {
				fixed[q.ID] = q.Unsure.As
			}
		}
	}
	rest := g.service
	rest.Questions = slices.DeleteFunc(slices.Clone(rest.Questions), func(x catalogue.Question) bool { return fixed[x.ID] != "" })
	counts, n := map[string]int{}, 0
	var days, most [2]int64 // fen and visits, least and greatest
	people(rest, func(b Answers) {
		all := maps.Clone(fixed)
		maps.Copy(all, b)
		w := oracle(all)
		n++
		for _, id := range slices.Concat(w.matters, prefixed("material ", withoutState(w.materials)), prefixed("refusal ", w.refused)) {
			counts[id]++
		}
		if n == 1 {
			days = [2]int64{w.fen, int64(w.visits)}
		}
		days[0], days[1] = min(days[0], w.fen), min(days[1], int64(w.visits))
		most[0], most[1] = max(most[0], w.fen), max(most[1], int64(w.visits))
	})
	p := g.Plan(a)
	refused := false
	for id := range counts {
		refused = refused || len(id) > 8 && id[:8] == "refusal " && counts[id] == n
	}
	if refused == p.Eligible {
		t.Fatalf("Plan(%v).Eligible = %v", a, p.Eligible)
	}
	if refused {
		if len(p.Matters) > 0 || !p.Complete {
			t.Fatalf("Plan(%v) lists matters or asks on although it refuses", a)
		}
		return
	}
	listed := map[string]int{}
	for _, m := range p.Matters {
		listed[m.Matter.ID] = sure(m.Maybe, n)
	}
	for _, m := range p.Materials {
		listed["material "+m.Material.ID] = sure(m.Maybe, n)
	}
	for _, r := range p.Doubts {
		listed["refusal "+r.ID] = sure(true, n)
	}
	for id, c := range counts {
		if c < n && listed[id] != -1 || c == n && listed[id] != n {
			t.Fatalf("%s: applies to %d of the %d people who answer %v, the plan says %d", id, c, n, a, listed[id])
		}
		delete(listed, id)
	}
	if len(listed) > 0 {
		t.Fatalf("Plan(%v) lists %v, which applies to nobody", a, listed)
	}
	// The sums count certain things only and possible things all, so they enclose what anybody gets.
	if p.Fen > days[0] || int64(p.Visits) > days[1] || p.Most.Fen < most[0] || int64(p.Most.Visits) < most[1] {
		t.Fatalf("Plan(%v): %+v to %+v, people get %v to %v", a, p.Totals, p.Most, days, most)
	}
	next := ""
	for i := range g.asked {
		q := g.asked[i].def
		if kept[q.ID] == "" && visible(g, a, i) && changes(g, fixed, q) {
			next = q.ID
			break
		}
	}
	q, more := g.Next(a)
	if more != (next != "") || q.ID != next || p.Complete == more {
		t.Fatalf("Next(%v) = %q, %v, want %q", a, q.ID, more, next)
	}
}

// sure turns what a plan says into what counting says: n for certain, -1 for possible.
func sure(maybe bool, n int) int {
	if maybe {
		return -1
	}
	return n
}

// visible says by the answers alone whether a question's own condition holds for sure.
func visible(g *Guide, a Answers, i int) bool {
	r := g.read(a)
	defer g.pool.Put(r)
	return r.state[i] != hidden && r.state[i] != pending
}

func withoutState(materials []string) (ids []string) {
	for _, m := range materials {
		id := m[:slices.Index([]byte(m), ':')]
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func prefixed(prefix string, ids []string) (all []string) {
	for _, id := range ids {
		all = append(all, prefix+id)
	}
	return all
}

// A guide is used by many people at once.
func TestManyAtOnce(t *testing.T) {
	g := compile(t, restaurant())
	var everybody []Answers
	people(g.service, func(a Answers) { everybody = append(everybody, maps.Clone(a)) })
	want := make([]string, len(everybody))
	for i, a := range everybody {
		want[i] = key(g.Plan(a))
	}
	for worker := range 8 {
		t.Run(fmt.Sprint(worker), func(t *testing.T) {
			t.Parallel()
			for i := worker; i < len(everybody); i += 3 {
				g.Next(everybody[i])
				g.Remaining(everybody[i])
				if got := key(g.Plan(everybody[i])); got != want[i] {
					t.Fatalf("Plan(%v) = %s, alone it was %s", everybody[i], got, want[i])
				}
			}
		})
	}
}
