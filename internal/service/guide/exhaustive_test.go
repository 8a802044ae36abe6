package guide

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"tongban/internal/service/catalogue"
)

func compile(t testing.TB, s catalogue.Service) *Guide {
	t.Helper()
	g, problems := Compile(s)
	if g == nil {
		t.Fatalf("Compile: %v", problems)
	}
	return g
}

// values are the answers tried for each question: every option, and for numbers and days one on each
// side of every threshold.
var values = map[string][]string{
	"area": {"1", "49", "50", "300", "301", "1000", "1001", "100000"}, "born": {"2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"}, "weight": {"0", "2.49", "2.5", "4"},
}

func valuesOf(q *catalogue.Question) []string {
	switch q.Type {
	case "boolean":
		return []string{"true", "false"}
	case "enum":
		var all []string
		for _, o := range q.Options {
			all = append(all, o.Value)
		}
		return all
	}
	return values[q.ID]
}

// people calls visit for everybody: every combination of values of all questions.
func people(s catalogue.Service, visit func(Answers)) {
	a := Answers{}
	var fill func(i int)
	fill = func(i int) {
		if i == len(s.Questions) {
			visit(a)
			return
		}
		for _, v := range valuesOf(&s.Questions[i]) {
			a[s.Questions[i].ID] = v
			fill(i + 1)
		}
	}
	fill(0)
}

// want is what a person gets, said in plain Go.
type want struct {
	refused   []string
	matters   []string
	materials []string // id:state
	fields    []string
	days      [3]int
	fen       int64
	visits    int
}

func list(pairs ...any) (ids []string) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1].(bool) {
			ids = append(ids, pairs[i].(string))
		}
	}
	return ids
}

func wantRestaurant(a Answers) want {
	is := func(q string) bool { return a[q] == "true" }
	area, _ := strconv.Atoi(a["area"])
	prepack, fire := is("prepack"), area >= 50 && is("public")
	commit := fire && is("commit")
	w := want{
		refused: list("no-licence", a["licence"] == "none", "irregular", a["licence"] == "abnormal"),
		matters: list("check", true, "food", !prepack, "filing", prepack, "sign", is("sign"), "fire", fire, "tobacco", is("tobacco")),
		materials: list("licence:held", true, "identity:held", !prepack || is("tobacco"), "layout:upload", !prepack, "system:later", !prepack, "promise:made", commit,
			"plan:upload", !prepack || fire, "picture:upload", is("sign"), "food-licence:upstream", is("tobacco") && !prepack),
		fields: list("address", true, "seats", fire, "cold", !prepack && is("raw"), "words", is("sign")),
	}
	food, fireDays := 10, 7
	switch {
	case commit:
		fireDays = 0
	case area > 1000:
		fireDays = 10
	}
	if prepack {
		food = 0
	}
	w.days[0] = food
	if is("tobacco") {
		w.days[0] += 15
		w.visits++
	}
	if is("sign") {
		w.days[0] = max(w.days[0], 3)
		w.fen = 5000
		if area > 300 {
			w.fen = 7000
		}
	}
	if fire {
		w.days[0] = max(w.days[0], fireDays)
		w.visits++
	}
	return w
}

func wantDeregistration(a Answers) want {
	is := func(q string) bool { return a[q] == "true" }
	company := a["kind"] == "company"
	simple := company && is("simple")
	w := want{
		refused: list("not-simple", simple && (is("listed") || is("frozen") || is("pending")), "branch-first", company && is("branch")),
		matters: list("notice", simple, "objection", !company, "liquidators", company && !simple, "tax", true, "register", true, "customs", is("customs"),
			"insurance", true, "fund", company && is("fund"), "seal", company),
		materials: list("form:made", true, "promise:upload", simple, "resolution:upload", company && !simple, "tax-clearance:upstream", true),
		fields:    []string{"name"},
		days:      [3]int{1, 10, 0}, // 10 natural days of objection are shorter than 10 working days of tax
	}
	switch {
	case !company:
		w.days = [3]int{11, 0, 0}
	case simple:
		w.days = [3]int{2, 20, 0}
	default:
		w.days = [3]int{2, 45, 0}
	}
	if company {
		w.visits = 1
	}
	if simple && is("fund") {
		w.days = [3]int{0, 0, 1} // a month of 30 days against 20 days and two working days
	}
	return w
}

func wantBirth(a Answers) want {
	is := func(q string) bool { return a[q] == "true" }
	weight, _ := strconv.ParseFloat(a["weight"], 64)
	issued, married, father := is("issued"), is("married"), a["follow"] == "father"
	w := want{
		refused: list("too-early", a["born"] < "2025-01-01", "elsewhere", a["region"] == "elsewhere" && father),
		matters: list("certificate", !issued, "vaccination", true, "household", true, "insurance", true, "card", is("card"), "costs", is("insured"), "care", weight < 2.5 || a["born"] >= "2026-01-01"),
		materials: list("parents:upload", true, "marriage:held", married, "parentage:upload", !married && father, "birth-certificate:upstream", !issued,
			"birth-certificate:held", issued, "page:upstream", true, "bank:upload", is("insured")),
		fields: list("name", true, "account", is("insured")),
	}
	first, household, last := 1, map[string]int{"city": 3, "province": 5, "elsewhere": 20}[a["region"]], 1
	if issued {
		first = 0
	}
	if is("card") {
		last, w.fen = 2, 1600
	}
	w.days[0] = first + household + last
	if is("insured") {
		w.days[0] = max(w.days[0], first+10)
	}
	return w
}

func got(p Plan) want {
	w := want{days: [3]int{p.Days, p.Natural, p.Months}, fen: p.Fen, visits: p.Visits}
	for _, r := range p.Refusals {
		w.refused = append(w.refused, r.ID)
	}
	for _, m := range p.Matters {
		if m.Maybe {
			w.matters = append(w.matters, "maybe "+m.Matter.ID)
			continue
		}
		w.matters = append(w.matters, m.Matter.ID)
	}
	for _, m := range p.Materials {
		w.materials = append(w.materials, m.Material.ID+":"+m.State)
	}
	for _, s := range p.Sections {
		for _, f := range s.Fields {
			w.fields = append(w.fields, f.ID)
		}
	}
	return w
}

func same(a, b want) bool {
	order := func(w want) string {
		for _, l := range [][]string{w.refused, w.matters, w.materials, w.fields} {
			slices.Sort(l)
		}
		return fmt.Sprint(w)
	}
	return order(a) == order(b)
}

// Everybody, by every combination of answers, gets the plan that the oracle says. Led by Next from no
// answers at all, she is asked only what still matters, is asked it in the author's order, and ends with
// the same plan; Remaining never rises on the way.
func TestEverybody(t *testing.T) {
	for _, tt := range []struct {
		service catalogue.Service
		want    func(Answers) want
		people  int
	}{
		{restaurant(), wantRestaurant, 3 * 2 * 2 * 8 * 2 * 2 * 2 * 2}, {deregistration(), wantDeregistration, 256}, {birth(), wantBirth, 2 * 2 * 2 * 3 * 4 * 2 * 2 * 4},
	} {
		t.Run(tt.service.ID, func(t *testing.T) {
			t.Parallel()
			g := compile(t, tt.service)
			n := 0
			tried := map[string]bool{}
			people(tt.service, func(all Answers) {
				n++
				w := tt.want(all)
				if len(w.refused) > 0 {
					w = want{refused: w.refused}
				}
				p := g.Plan(all)
				if !p.Complete || p.Eligible != (len(w.refused) == 0) || len(p.Doubts) > 0 || !same(got(p), w) {
					t.Fatalf("Plan(%v)\n got %+v\nwant %+v", all, got(p), w)
				}
				walked, asked := Answers{}, -1
				left := g.Remaining(walked)
				for {
					q, more := g.Next(walked)
					if !more {
						break
					}
					at := slices.IndexFunc(tt.service.Questions, func(x catalogue.Question) bool { return x.ID == q.ID })
					if at <= asked {
						t.Fatalf("%s is asked after a later question", q.ID)
					}
					asked = at
					if k := q.ID + fmt.Sprint(walked); !tried[k] {
						tried[k] = true
						if !changes(g, walked, &q) {
							t.Fatalf("%s is asked after %v and changes nothing", q.ID, walked)
						}
					}
					walked[q.ID] = all[q.ID]
					now := g.Remaining(walked)
					if now >= left {
						t.Fatalf("after %s still %d are left, before it were %d", q.ID, now, left)
					}
					left = now
				}
				if left != 0 {
					t.Fatalf("nothing is asked, and %d are left", left)
				}
				p = g.Plan(walked)
				if len(w.refused) > 0 {
					if p.Eligible || !slices.Contains(w.refused, p.Refusals[0].ID) {
						t.Fatalf("Plan(%v) refuses %v, want one of %v", walked, got(p).refused, w.refused)
					}
					return
				}
				if !p.Complete || !p.Eligible || len(p.Dropped) > 0 || !same(got(p), w) {
					t.Fatalf("Plan(%v)\n got %+v\nwant %+v", walked, got(p), w)
				}
				checkReasons(t, g, walked, p)
			})
			if n != tt.people {
				t.Errorf("tried %d people, want %d", n, tt.people)
			}
		})
	}
}

// key says everything about a plan that an answer can change.
func key(p Plan) string {
	s := fmt.Sprintf("%+v", got(p))
	for _, m := range p.Matters {
		s += fmt.Sprint(m.Variant, m.Fees, m.Commitment, m.Checks)
	}
	return s
}

// changes reports whether the answer to a question can change the plan of somebody who has answered
// these: tried with every way to answer the rest.
func changes(g *Guide, a Answers, q *catalogue.Question) (found bool) {
	rest := g.service
	rest.Questions = slices.DeleteFunc(slices.Clone(rest.Questions), func(x catalogue.Question) bool {
		v, given := a[x.ID]
		return x.ID == q.ID || given && v != Unsure
	})
	people(rest, func(b Answers) {
		if found {
			return
		}
		all := maps.Clone(a)
		maps.Copy(all, b)
		var first string
		for i, v := range valuesOf(q) {
			all[q.ID] = v
			k := key(g.Plan(all))
			if i == 0 {
				first = k
			}
			found = found || k != first
		}
	})
	return found
}

// checkReasons: the answers named as the reason of a matter or material decide it alone, and none of
// them can be left out.
func checkReasons(t *testing.T, g *Guide, a Answers, p Plan) {
	check := func(what string, because []Reason, applies func(Plan) bool) {
		only := Answers{}
		for _, r := range because {
			if r.Answer != a[r.Question] || r.Assumed {
				t.Fatalf("%s because %+v, answered was %v", what, r, a[r.Question])
			}
			only[r.Question] = r.Answer
		}
		// Whether a question may be asked can rest on other answers; those may be there, and change nothing.
		if blocked := g.Plan(only).Dropped; len(blocked) == 0 && !hiddenFrom(g, only) && !applies(g.Plan(only)) {
			t.Fatalf("%s because %v of %v, which does not decide it", what, because, a)
		}
		for _, r := range because {
			without := maps.Clone(only)
			delete(without, r.Question)
			if applies(g.Plan(without)) {
				t.Fatalf("%s because %v, where %s can be left out", what, because, r.Question)
			}
		}
	}
	for _, m := range p.Matters {
		id := m.Matter.ID
		check(id, m.Because, func(p Plan) bool {
			return slices.ContainsFunc(p.Matters, func(m PlanMatter) bool { return m.Matter.ID == id && !m.Maybe })
		})
	}
	for _, m := range p.Materials {
		id := m.Material.ID
		check(id, m.Because, func(p Plan) bool {
			return slices.ContainsFunc(p.Materials, func(m PlanMaterial) bool { return m.Material.ID == id && !m.Maybe })
		})
	}
}

func hiddenFrom(g *Guide, a Answers) bool {
	kept, _ := g.Prune(a)
	return !maps.Equal(kept, a)
}
