package decision

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"pgregory.net/rapid"
)

// What random conditions are made of. The constants are few and lie close together, so that conditions
// meet, overlap and contradict each other.
var (
	someIntegers = []int64{-3, 0, 1, 2, 5, 50}
	someDecimals = []string{"-1.5", "0.0", "0.5", "1.0", "2.25", "1e3"}
	someHalves   = []string{"-0.5", "1.5", "2.0"}
	someDays     = []string{"1999-12-31", "2000-02-29", "2000-03-01", "2026-01-01"}
	nearIntegers = []int64{-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 49, 50, 51}
	nearDecimals = []float64{-2, -1.5, -1.4999, -0.1, 0, 0.1, 0.5, 0.75, 1, 1.0000001, 2.25, 3, 999.9, 1000, 1e9}
	nearDays     = []string{"1970-01-01", "1999-12-30", "1999-12-31", "2000-01-01", "2000-02-28", "2000-02-29", "2000-03-01", "2000-03-02", "2025-12-31", "2026-01-01", "2026-01-02"}
)

func float(f float64) *float64 { return &f }

func drawVariables(t *rapid.T, most int) []Variable {
	vars := make([]Variable, rapid.IntRange(1, most).Draw(t, "variables"))
	for i := range vars {
		v := Variable{Name: "v" + strconv.Itoa(i), Kind: Kind(rapid.IntRange(0, 4).Draw(t, "kind"))}
		switch v.Kind {
		case Enum:
			for o := range rapid.IntRange(1, 4).Draw(t, "options") {
				v.Options = append(v.Options, "选项"+strconv.Itoa(o))
			}
		case Integer:
			if rapid.Bool().Draw(t, "least") {
				v.Min = float(-3.5)
			}
			if rapid.Bool().Draw(t, "most") {
				v.Max = float(50)
			}
		case Decimal:
			if rapid.Bool().Draw(t, "least") {
				v.Min = float(0)
			}
		}
		vars[i] = v
	}
	return vars
}

// drawCondition writes a random condition of the whole accepted language.
func drawCondition(t *rapid.T, vars []Variable, depth int) string {
	if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
		return drawComparison(t, vars, depth)
	}
	sub := func() string { return drawCondition(t, vars, depth-1) }
	switch rapid.IntRange(0, 6).Draw(t, "operator") {
	case 0:
		return "!(" + sub() + ")"
	case 1, 2:
		return sub() + " && " + sub()
	case 3, 4:
		return "(" + sub() + " || " + sub() + ")"
	case 5:
		return "(" + sub() + " ? " + sub() + " : " + sub() + ")"
	}
	return "((" + sub() + ") " + rapid.SampledFrom([]string{"==", "!="}).Draw(t, "equality") + " (" + sub() + "))"
}

func drawComparison(t *rapid.T, vars []Variable, depth int) string {
	v := rapid.SampledFrom(vars).Draw(t, "variable")
	constant := func(any bool) string {
		switch v.Kind {
		case Enum:
			return strconv.Quote(rapid.SampledFrom(v.Options).Draw(t, "option"))
		case Integer:
			if any && rapid.IntRange(0, 4).Draw(t, "half") == 0 {
				return rapid.SampledFrom(someHalves).Draw(t, "decimal")
			}
			return strconv.FormatInt(rapid.SampledFrom(someIntegers).Draw(t, "integer"), 10)
		case Decimal:
			if any && rapid.IntRange(0, 4).Draw(t, "whole") == 0 {
				return strconv.FormatInt(rapid.SampledFrom(someIntegers).Draw(t, "integer"), 10)
			}
			return rapid.SampledFrom(someDecimals).Draw(t, "decimal")
		case Date:
			return strconv.Quote(rapid.SampledFrom(someDays).Draw(t, "day"))
		}
		return strconv.FormatBool(rapid.Bool().Draw(t, "boolean"))
	}
	form := rapid.IntRange(0, 9).Draw(t, "form")
	switch {
	case v.Kind == Boolean && form < 5:
		return rapid.SampledFrom([]string{"", "!"}).Draw(t, "not") + v.Name
	case form == 0 || form == 1:
		list := make([]string, rapid.IntRange(1, 3).Draw(t, "length"))
		for i := range list {
			list[i] = constant(false)
		}
		return v.Name + " in [" + strings.Join(list, ", ") + "]"
	case v.Kind == Boolean || v.Kind == Enum || form < 4:
		sign := rapid.SampledFrom([]string{" == ", " != "}).Draw(t, "sign")
		if rapid.Bool().Draw(t, "mirrored") {
			return constant(false) + sign + v.Name
		}
		return v.Name + sign + constant(false)
	}
	sign := rapid.SampledFrom([]string{" < ", " <= ", " > ", " >= "}).Draw(t, "sign")
	switch form {
	case 4:
		return constant(true) + sign + v.Name
	case 5:
		if depth > 0 { // a choice between constants
			return v.Name + sign + "(" + drawCondition(t, vars, depth-1) + " ? " + constant(false) + " : " + constant(false) + ")"
		}
	}
	return v.Name + sign + constant(true)
}

// drawValue gives a value of the variable as CEL takes it and as answers write it.
func drawValue(t *rapid.T, v Variable) (any, string) {
	switch v.Kind {
	case Boolean:
		b := rapid.Bool().Draw(t, v.Name)
		return b, strconv.FormatBool(b)
	case Enum:
		o := rapid.SampledFrom(v.Options).Draw(t, v.Name)
		return o, o
	case Integer:
		n := rapid.SampledFrom(nearIntegers).Filter(func(n int64) bool {
			return (v.Min == nil || float64(n) >= *v.Min) && (v.Max == nil || float64(n) <= *v.Max)
		}).Draw(t, v.Name)
		return n, strconv.FormatInt(n, 10)
	case Decimal:
		f := rapid.SampledFrom(nearDecimals).Filter(func(f float64) bool { return v.Min == nil || f >= *v.Min }).Draw(t, v.Name)
		return f, strconv.FormatFloat(f, 'g', -1, 64)
	}
	d := rapid.SampledFrom(nearDays).Draw(t, v.Name)
	return d, d
}

func celEnv(vars []Variable) (*cel.Env, error) {
	options := []cel.EnvOption{cel.CrossTypeNumericComparisons(true)}
	for _, v := range vars {
		t := cel.StringType
		switch v.Kind {
		case Boolean:
			t = cel.BoolType
		case Integer:
			t = cel.IntType
		case Decimal:
			t = cel.DoubleType
		}
		options = append(options, cel.Variable(v.Name, t))
	}
	return cel.NewEnv(options...)
}

// drawDiagram draws variables and conditions and compiles them both ways.
func drawDiagram(t *rapid.T, variables, conditions int) (*Diagram, []Variable, []cel.Program) {
	vars := drawVariables(t, variables)
	conds := make([]Condition, rapid.IntRange(1, conditions).Draw(t, "conditions"))
	env, err := celEnv(vars)
	if err != nil {
		t.Fatal(err)
	}
	programs := make([]cel.Program, len(conds))
	for i := range conds {
		conds[i] = Condition{Name: fmt.Sprint("c", i), Text: drawCondition(t, vars, 3)}
		tree, issues := env.Compile(conds[i].Text)
		if issues.Err() != nil {
			t.Fatalf("cel-go refuses %s: %v", conds[i].Text, issues.Err())
		}
		if programs[i], err = env.Program(tree); err != nil {
			t.Fatal(err)
		}
	}
	d, problems := Compile(vars, conds)
	if problems != nil {
		t.Fatalf("Compile(%v) = %v", conds, problems)
	}
	return d, vars, programs
}

// A person's answers mean the same here as in CEL's own interpreter, whatever the service and whoever
// the person.
func TestMeansWhatCELMeans(t *testing.T) {
	people, least := 900, 1_000_000
	if racing {
		people, least = 4, 0
	}
	compared := 0
	defer func() {
		t.Logf("%d comparisons, no difference", compared)
		if !t.Failed() && compared < least {
			t.Errorf("%d comparisons, want at least %d", compared, least)
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		d, vars, programs := drawDiagram(t, 6, 70)
		program := d.Program(d.Roots())
		truths := make([]Truth, program.Len())
		for range people {
			person, answers := map[string]any{}, map[string]string{}
			for _, v := range vars {
				person[v.Name], answers[v.Name] = drawValue(t, v)
			}
			slots := d.Slots()
			if err := d.Fill(slots, answers); err != nil {
				t.Fatalf("Fill(%v): %v", answers, err)
			}
			program.Eval(slots, truths)
			for i, p := range programs {
				want, _, err := p.Eval(person)
				if err != nil {
					t.Fatalf("cel-go on %s: %v", d.conds[i].Text, err)
				}
				truth := False
				if want.Value().(bool) {
					truth = True
				}
				if got := d.Eval(d.Root(i), slots); got != truth {
					t.Fatalf("Eval(%s) for %v = %v, cel-go says %v", d.conds[i].Text, answers, got, truth)
				}
				if truths[i] != truth {
					t.Fatalf("Program.Eval(%s) for %v = %v, cel-go says %v", d.conds[i].Text, answers, truths[i], truth)
				}
			}
			compared += len(programs)
		}
	})
}

// completions calls visit with every way to fill the open slots.
func completions(d *Diagram, s Slots, visit func(Slots)) {
	full := slices.Clone(s)
	var fill func(v int)
	fill = func(v int) {
		switch {
		case v == len(full):
			visit(full)
		case s[v] >= 0:
			fill(v + 1)
		default:
			for c := range d.Cells(v) {
				full[v] = int16(c)
				fill(v + 1)
			}
			full[v] = s[v]
		}
	}
	fill(0)
}

// bruteTruth and bruteMatters are the definitions, by trying everything.
func bruteTruth(d *Diagram, r Root, s Slots) Truth {
	var seen [2]bool
	completions(d, s, func(f Slots) { seen[d.Eval(r, f)] = true })
	switch {
	case seen[0] && seen[1]:
		return Unknown
	case seen[1]:
		return True
	}
	return False
}

func bruteMatters(d *Diagram, r Root, s Slots, v int) bool {
	if s[v] >= 0 {
		return false
	}
	matters := false
	completions(d, s, func(f Slots) {
		f = slices.Clone(f)
		truth := d.Eval(r, f)
		for c := range d.Cells(v) {
			f[v] = int16(c)
			matters = matters || d.Eval(r, f) != truth
		}
	})
	return matters
}

func drawSlots(t *rapid.T, d *Diagram) Slots {
	s := d.Slots()
	for v := range s {
		s[v] = int16(rapid.IntRange(-2, d.Cells(v)-1).Draw(t, "slot"))
		if s[v] >= 0 && rapid.IntRange(0, 2).Draw(t, "open") == 0 {
			s[v] = Unanswered
		}
	}
	return s
}

// With answers missing, every statement is exact: it equals the definition tried over every way to
// answer the rest.
func TestIsExactAboutMissingAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, _, _ := drawDiagram(t, 5, 6)
		situations := 1
		for v := range d.vars {
			situations *= d.Cells(v)
		}
		if situations > 3000 {
			t.Skip("too many situations to try them all")
		}
		program := d.Program(d.Roots())
		truths, live := make([]Truth, program.Len()), make([]bool, len(d.vars))
		for range 10 {
			s := drawSlots(t, d)
			program.Eval(s, truths)
			wantLive := make([]bool, len(d.vars))
			for i, r := range d.Roots() {
				want := bruteTruth(d, r, s)
				if got := d.Eval(r, s); got != want {
					t.Fatalf("Eval(%s) at %v = %v, want %v", d.conds[i].Text, s, got, want)
				}
				if truths[i] != want {
					t.Fatalf("Program.Eval(%s) at %v = %v, want %v", d.conds[i].Text, s, truths[i], want)
				}
				var wantOpen []int
				for v := range d.vars {
					if bruteMatters(d, r, s, v) {
						wantOpen = append(wantOpen, v)
						wantLive[v] = true
					}
				}
				if got := program.Open(i, s, nil); !slices.Equal(got, wantOpen) {
					t.Fatalf("Open(%s) at %v = %v, want %v", d.conds[i].Text, s, got, wantOpen)
				}
				checkBecause(t, d, program, i, s, want)
			}
			if n := program.Live(s, live); !slices.Equal(live, wantLive) || n != count(wantLive) {
				t.Fatalf("Live at %v = %v, want %v", s, live, wantLive)
			}
			want := -1
			for v := range d.vars {
				if wantLive[v] && s[v] == Unanswered {
					want = v
					break
				}
			}
			if got, ok := program.Next(s); ok != (want >= 0) || ok && got != want {
				t.Fatalf("Next at %v = %d, %v, want %d", s, got, ok, want)
			}
		}
	})
}

func count(marks []bool) (n int) {
	for _, m := range marks {
		if m {
			n++
		}
	}
	return n
}

// checkBecause: the reason alone decides the condition the same way, and no part of it can be left out.
func checkBecause(t *rapid.T, d *Diagram, p *Program, i int, s Slots, truth Truth) {
	reason := p.Because(i, s, nil)
	if truth == Unknown {
		if len(reason) > 0 {
			t.Fatalf("Because(%s) at %v = %v, of something unknown", d.conds[i].Text, s, reason)
		}
		return
	}
	only := d.Slots()
	for _, v := range reason {
		only[v] = s[v]
	}
	if got := bruteTruth(d, p.Root(i), only); got != truth {
		t.Fatalf("Because(%s) at %v = %v, which makes it %v and not %v", d.conds[i].Text, s, reason, got, truth)
	}
	for _, v := range reason {
		only[v] = Unanswered
		if bruteTruth(d, p.Root(i), only) != Unknown {
			t.Fatalf("Because(%s) at %v = %v, where %d can be left out", d.conds[i].Text, s, reason, v)
		}
		only[v] = s[v]
	}
}

// What is proved of everybody is what trying everybody shows.
func TestProofsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, _, _ := drawDiagram(t, 4, 3)
		roots := d.Roots()
		a, b := roots[0], roots[len(roots)-1]
		and, or, xor, not := d.And(a, b), d.Or(a, b), d.Xor(a, b), d.Not(a)
		choice := d.If(a, b, not)
		v := rapid.IntRange(0, len(d.vars)-1).Draw(t, "variable")
		cell := int16(rapid.IntRange(0, d.Cells(v)-1).Draw(t, "cell"))
		fixed, matters := d.Fix(a, v, cell), d.Matters(a, v)
		var n int64
		implies := true
		outcomes := map[[3]Truth]bool{}
		is := func(r Root, s Slots) bool { return d.Eval(r, s) == True }
		completions(d, d.Slots(), func(s Slots) {
			x, y := is(a, s), is(b, s)
			if x {
				n++
			}
			implies = implies && (!x || y)
			if is(and, s) != (x && y) || is(or, s) != (x || y) || is(xor, s) != (x != y) || is(not, s) == x || is(choice, s) != (x && y || !x) {
				t.Fatalf("the operations are wrong at %v", s)
			}
			outcomes[[3]Truth{d.Eval(a, s), d.Eval(b, s), d.Eval(choice, s)}] = true
			moved := slices.Clone(s)
			moved[v] = cell
			if is(fixed, s) != is(a, moved) {
				t.Fatalf("Fix is wrong at %v", s)
			}
			moved[v] = Unanswered
			if is(matters, s) != (bruteTruth(d, a, moved) == Unknown) {
				t.Fatalf("Matters is wrong at %v", s)
			}
		})
		if got := d.Count(a); got.Int64() != n {
			t.Fatalf("Count(%s) = %v, want %d", d.conds[0].Text, got, n)
		}
		if got := d.Implies(a, b); got != implies {
			t.Fatalf("Implies(%s, %s) = %v, want %v", d.conds[0].Text, d.conds[len(roots)-1].Text, got, implies)
		}
		if got, ok := d.Outcomes(1000, a, b, choice); !ok || got != len(outcomes) {
			t.Fatalf("Outcomes = %d, %v, want %d", got, ok, len(outcomes))
		}
		example, ok := d.Example(a)
		if ok != (n > 0) || d.Satisfiable(a) != ok {
			t.Fatalf("Example(%s) = %v, %v, with %d situations", d.conds[0].Text, example, ok, n)
		}
		if ok {
			answers := map[string]string{}
			for _, e := range example {
				answers[e.Variable] = e.Value
			}
			s := d.Slots()
			if err := d.Fill(s, answers); err != nil {
				t.Fatalf("Example(%s) = %v: %v", d.conds[0].Text, example, err)
			}
			if d.Eval(a, s) != True {
				t.Fatalf("Example(%s) = %v, which is no example", d.conds[0].Text, example)
			}
		}
		if i, j, both := d.Exclusive(a, b); (both == Never) != (and == Never) || both != Never && (i != 0 || j != 1) {
			t.Fatalf("Exclusive = %d, %d, %d", i, j, both)
		}
		if got, want := d.Shadowed(a, b), implies; (len(got) > 0 && got[len(got)-1] == 1) != (d.Implies(b, a)) {
			t.Fatalf("Shadowed = %v, want %v", got, want)
		}
	})
}

// Every value lies in the cell that its own example stands for, and every cell has an example.
func TestCellsHaveExamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, _, _ := drawDiagram(t, 4, 5)
		for v := range d.vars {
			for c := range d.Cells(v) {
				got, err := d.Cell(v, d.Value(v, int16(c)))
				if err != nil || int(got) != c {
					t.Fatalf("Cell(%s, Value(%d) = %q) = %d, %v", d.vars[v].Name, c, d.Value(v, int16(c)), got, err)
				}
			}
		}
	})
}
