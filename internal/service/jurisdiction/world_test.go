package jurisdiction

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
)

// world says what a service means for somebody, by cel-go's interpretation of its texts and without any
// diagram: with it a counter-example is held against the service that it speaks of.
type world struct {
	t   testing.TB
	s   catalogue.Service
	env *cel.Env
}

// person has an answer to everything, also to what she is not asked.
type person map[string]string

func newWorld(t testing.TB, text string) *world {
	s, _, cs := strictyaml.Read[catalogue.Service]("planted", []byte(text), nil)
	if strictyaml.Stops(cs) {
		t.Fatalf("the planted service cannot be read: %v", cs)
	}
	options := []cel.EnvOption{cel.CrossTypeNumericComparisons(true), cel.Variable(guide.Today, cel.StringType)}
	for _, q := range s.Questions {
		kind := map[string]*cel.Type{"boolean": cel.BoolType, "integer": cel.IntType, "decimal": cel.DoubleType}[q.Type]
		if kind == nil {
			kind = cel.StringType
		}
		options = append(options, cel.Variable(q.ID, kind))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		t.Fatal(err)
	}
	return &world{t, s, env}
}

func (w *world) holds(text string, p person) bool {
	if text == "" {
		return true
	}
	tree, issues := w.env.Compile(text)
	if issues.Err() != nil {
		w.t.Fatalf("%s: %v", text, issues.Err())
	}
	program, err := w.env.Program(tree)
	if err != nil {
		w.t.Fatal(err)
	}
	values := map[string]any{guide.Today: p[guide.Today]}
	for _, q := range w.s.Questions {
		switch v := p[q.ID]; q.Type {
		case "boolean":
			values[q.ID] = v == "true"
		case "integer":
			values[q.ID], err = strconv.ParseInt(v, 10, 64)
		case "decimal":
			values[q.ID], err = strconv.ParseFloat(v, 64)
		default:
			values[q.ID] = v
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	out, _, err := program.Eval(values)
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Value().(bool)
}

func (w *world) question(id string) *catalogue.Question {
	i := slices.IndexFunc(w.s.Questions, func(q catalogue.Question) bool { return q.ID == id })
	return &w.s.Questions[i]
}

// asked: a question is asked when its condition holds, and does so without an answer that is not asked for.
func (w *world) asked(id string, p person) bool {
	q := w.question(id)
	if !w.holds(q.When, p) {
		return false
	}
	for _, x := range w.s.Questions {
		if x.ID == id {
			break
		}
		if mentions(q.When, x.ID) && !w.asked(x.ID, p) && w.turns(x.ID, p, func(p person) bool { return w.holds(q.When, p) }) {
			return false
		}
	}
	return true
}

func mentions(text, id string) bool { return regexp.MustCompile(`\b` + id + `\b`).MatchString(text) }

// turns reports whether another answer to a question turns a statement round.
func (w *world) turns(id string, p person, is func(person) bool) bool {
	p = maps.Clone(p)
	first := is(p)
	for _, v := range w.values(w.question(id)) {
		p[id] = v
		if is(p) != first {
			return true
		}
	}
	return false
}

var number = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?`)

// values are answers on all sides of everything that a question is compared with.
func (w *world) values(q *catalogue.Question) (all []string) {
	switch q.Type {
	case "boolean":
		return []string{"true", "false"}
	case "enum":
		return optionValues(q.Options)
	case "date":
		return []string{"1990-01-01", "2026-01-01", "2030-12-31"}
	}
	strictyaml.Each(w.s, "", func(_ string, text string) {
		for _, n := range number.FindAllString(text, -1) {
			if f, err := strconv.ParseFloat(n, 64); err == nil && mentions(text, q.ID) {
				for _, x := range []float64{f - 1, f, f + 1} {
					if (q.Min == nil || x >= *q.Min) && (q.Max == nil || x <= *q.Max) && (q.Type == "decimal" || x == float64(int64(x))) {
						all = append(all, strconv.FormatFloat(x, 'f', -1, 64))
					}
				}
			}
		}
	})
	if all == nil {
		all = []string{"1", "1000"}
	}
	return all
}

func (w *world) refused(p person) bool {
	return slices.ContainsFunc(w.s.Refusals, func(r catalogue.Refusal) bool { return w.holds(r.When, p) })
}

// has reports whether somebody has a thing, were she not refused: m:matter, x:material, f:field, s:section,
// k:matter/check, c:matter (its commitment), v:matter/variant, q:question, r:refusal, w:condition.
func (w *world) has(thing string, p person) bool {
	kind, id, _ := strings.Cut(thing, ":")
	id, part, _ := strings.Cut(id, "/")
	ofAny := func(matters []string) bool {
		return slices.ContainsFunc(matters, func(m string) bool { return w.has("m:"+m, p) })
	}
	switch kind {
	case "w":
		return w.holds(strings.TrimPrefix(thing, "w:"), p)
	case "q":
		return w.asked(id, p)
	case "r":
		for _, r := range w.s.Refusals {
			if r.ID == id {
				return w.holds(r.When, p)
			}
		}
	case "m", "k", "c", "v":
		for _, m := range w.s.Matters {
			if m.ID != id || !w.holds(m.When, p) {
				continue
			}
			switch kind {
			case "m":
				return true
			case "c":
				return w.holds(m.Commitment, p)
			case "k":
				return slices.ContainsFunc(m.Checks, func(c catalogue.Check) bool { return c.ID == part && w.holds(c.When, p) })
			}
			return fmt.Sprint(w.variant(&m, p)) == part
		}
	case "x":
		for _, m := range w.s.Materials {
			if m.ID == id {
				return w.holds(m.When, p) && ofAny(m.For)
			}
		}
	case "f", "s":
		for _, s := range w.s.Sections {
			for _, f := range s.Fields {
				if (kind == "f" && f.ID == id || kind == "s" && s.ID == id) && w.holds(s.When, p) && w.holds(f.When, p) && ofAny(f.For) {
					return true
				}
			}
		}
	}
	return false
}

// variant is the first of a matter's variants that holds, or -1.
func (w *world) variant(m *catalogue.Matter, p person) int {
	return slices.IndexFunc(m.Variants, func(v catalogue.Variant) bool { return w.holds(v.When, p) })
}

// true_ holds a claim against somebody. Its parts are joined by ";":
//
//	nobody       she is not refused and has no matter
//	late:M       she is promised M later than the law allows
//	blind:q:T    she is not asked q, and an answer to q would give or take T
//	turn:q:T     an answer to q gives or takes T
//	T, -T        she is not refused and has the thing; she does not have it
func (w *world) true_(claim string, p person) bool {
	for part := range strings.SplitSeq(claim, ";") {
		kind, rest, _ := strings.Cut(part, ":")
		ok := false
		switch kind {
		case "nobody":
			ok = !w.refused(p) && !slices.ContainsFunc(w.s.Matters, func(m catalogue.Matter) bool { return w.has("m:"+m.ID, p) })
		case "late":
			ok = !w.refused(p) && w.late(rest, p)
		case "blind", "turn":
			q, thing, _ := strings.Cut(rest, ":")
			ok = (kind == "turn" || !w.asked(q, p)) && w.turns(q, p, func(p person) bool { return w.has(thing, p) })
		case "w", "q", "r":
			ok = w.has(part, p)
		case "-m", "-x", "-f", "-s", "-k", "-c", "-v", "-q":
			ok = w.refused(p) && kind != "-q" || !w.has(part[1:], p)
		case "-w":
			ok = !w.holds(rest, p) && !w.refused(p)
		default:
			ok = !w.refused(p) && w.has(part, p)
		}
		if !ok {
			return false
		}
	}
	return true
}

func (w *world) late(id string, p person) bool {
	usual := map[string]float64{"working": 1.4, "natural": 1, "month": 30}
	for _, m := range w.s.Matters {
		if m.ID != id || !w.holds(m.When, p) {
			continue
		}
		statutory, promised := m.Statutory, m.Promised
		if i := w.variant(&m, p); i >= 0 {
			if v := m.Variants[i]; v.Statutory != nil {
				statutory = v.Statutory
			}
			if v := m.Variants[i]; v.Promised != nil {
				promised = v.Promised
			}
		}
		return float64(promised.N)*usual[promised.Unit] > float64(statutory.N)*usual[statutory.Unit]
	}
	return false
}

// like gives people with somebody's answers who otherwise answer this and that.
func (w *world) like(who string, visit func(person)) {
	p := person{guide.Today: "2026-11-24"}
	given := map[string]bool{}
	for pair := range strings.SplitSeq(who, ",") {
		if id, v, ok := strings.Cut(pair, "="); ok {
			p[id], given[id] = v, true
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		for i := range w.s.Questions {
			if q := &w.s.Questions[i]; !given[q.ID] {
				values := w.values(q)
				p[q.ID] = values[r.IntN(len(values))]
			}
		}
		visit(p)
	}
}
