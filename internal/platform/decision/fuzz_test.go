package decision

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"cel.dev/cel-go/cel"
)

// Whatever text arrives, the compiler returns: a problem with a place and a remedy, or a diagram that
// says of people what cel-go's interpreter says.
func FuzzCompile(f *testing.F) {
	for _, text := range []string{
		"public", "!public && area >= 50", `kind in ["hot", "raw"] || area < 300`, "public ? commit : area >= 50", "area >= (public ? 50 : 300)",
		`founded < "2026-02-28" && rent > 0.5`, "rent >= 3", "area < 49.5", "(public == commit) != (area == 3)", "50 <= area", `"hot" == kind`,
		"-3 < staff", "area == aera", "area + 1 > 3", "size(kind)", "kind.foo", "[1]", "{}", "a{}", "“", "area == 5u", "b'x' == kind", "r'\\d' == kind",
		"public &&\n// a remark\ncommit", "rent < 1e308", "rent < 1e400", "staff == -9223372036854775808", "staff > 9223372036854775807",
		"staff in [1, 1, 2]", "true || public", "public && (commit ? area > 3 : area > 5) ? kind == 'hot' : region != '本市'",
		`(public ? kind : region) == "hot"`, "area < (commit ? 3 : (public ? 4.5 : 6))", "null == public", "public in [true]", ".area > 3", "area.b.c > 3",
	} {
		f.Add(text, uint64(1))
	}
	vars := restaurant()
	env, err := celEnv(vars)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		d, problems := Compile(vars, []Condition{{Name: "fuzz", Text: text}})
		for _, p := range problems {
			if p.Condition != 0 || p.Line < 1 || p.Col < 1 || len(p.What.Missing()) > 0 || len(p.Remedy.Missing()) > 0 {
				t.Fatalf("%q: a problem without a place or a remedy: %+v", text, p)
			}
		}
		if d == nil {
			if len(problems) == 0 {
				t.Fatalf("%q: neither a diagram nor a problem", text)
			}
			return
		}
		tree, issues := env.Compile(text)
		if issues.Err() != nil {
			t.Fatalf("%q is accepted, and cel-go says %v", text, issues.Err())
		}
		program, err := env.Program(tree)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(seed, 7))
		for range 8 {
			checkPerson(t, d, program, text, r)
		}
	})
}

func checkPerson(t *testing.T, d *Diagram, program cel.Program, text string, r *rand.Rand) {
	person, answers := map[string]any{}, map[string]string{}
	for v := range d.vars {
		x := &d.vars[v]
		// A cell at random, and in it the value of the example or one of its ends.
		cell := int16(r.IntN(x.size()))
		first, last := x.bounds(cell)
		value := [...]string{x.example(cell), x.text(first), x.text(last)}[r.IntN(3)]
		answers[x.Name], person[x.Name] = value, value
		switch x.Kind {
		case Boolean:
			person[x.Name] = value == "true"
		case Integer:
			person[x.Name], _ = strconv.ParseInt(value, 10, 64)
		case Decimal:
			person[x.Name], _ = strconv.ParseFloat(value, 64)
		}
	}
	slots := d.Slots()
	if err := d.Fill(slots, answers); err != nil {
		t.Fatalf("%q: Fill(%v): %v", text, answers, err)
	}
	want, _, err := program.Eval(person)
	if err != nil {
		t.Fatalf("%q: cel-go for %v: %v", text, person, err)
	}
	if got := d.Eval(d.Root(0), slots); (got == True) != want.Value().(bool) {
		t.Fatalf("%q for %v is %v, and cel-go says %v", text, person, got, want.Value())
	}
}
