package guide_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"cel.dev/cel-go/cel"

	"tongban/internal/platform/decision"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
)

// mostCombinations bounds the services that are walked whole.
const mostCombinations = 10_000_000

// For everybody, in every shipped service, every condition and every part of the plan is what cel-go makes
// of its text: all combinations of cells are walked, none is left out. From one to the next a single answer
// changes (a reflected Gray code), and only the texts that name its question are interpreted again.
func TestEverybodyOfTheShippedServices(t *testing.T) {
	if guide.Racing {
		t.Skip("one goroutine a service; the race detector has nothing to see and takes minutes")
	}
	city, complaints := jurisdiction.Load(os.DirFS("../../../jurisdictions/shifan"), "")
	if city == nil {
		t.Fatal(complaints)
	}
	var combinations, comparisons, services atomic.Int64
	t.Run("all", func(t *testing.T) {
		for _, id := range city.ServiceIDs() {
			t.Run(id, func(t *testing.T) {
				t.Parallel()
				w := newWalk(t, city.Services[id].Guide)
				if w.size() > mostCombinations {
					t.Logf("%d combinations are too many to walk", w.size())
					return
				}
				w.all()
				combinations.Add(w.size())
				comparisons.Add(w.size() * int64(len(w.claims)))
				services.Add(1)
			})
		}
	})
	t.Logf("%d services of %d: %d combinations, %d comparisons, no difference", services.Load(), len(city.Services), combinations.Load(), comparisons.Load())
	if services.Load() == 0 {
		t.Error("no service was walked")
	}
}

// walk goes through all combinations of one service.
type walk struct {
	t        *testing.T
	g        *guide.Guide
	claims   []guide.Claim
	programs []cel.Program
	names    []string // of the variables
	cells    []int
	values   [][]any // by variable and cell
	touches  [][]int // claims that name a variable
	person   map[string]any
}

func newWalk(t *testing.T, g *guide.Guide) *walk {
	w := &walk{t: t, g: g, claims: g.Claims(), person: map[string]any{}}
	questions := append(slices.Clone(g.Service().Questions), catalogue.Question{ID: guide.Today, Type: "date"})
	options := []cel.EnvOption{cel.CrossTypeNumericComparisons(true)}
	for v, q := range questions {
		kind := map[string]*cel.Type{"boolean": cel.BoolType, "integer": cel.IntType, "decimal": cel.DoubleType}[q.Type]
		if kind == nil {
			kind = cel.StringType
		}
		options = append(options, cel.Variable(q.ID, kind))
		w.names, w.cells = append(w.names, q.ID), append(w.cells, g.Diagram().Cells(v))
		var values []any
		for c := range w.cells[v] {
			text := g.Diagram().Value(v, int16(c))
			var value any = text
			var err error
			switch q.Type {
			case "boolean":
				value = text == "true"
			case "integer":
				value, err = strconv.ParseInt(text, 10, 64)
			case "decimal":
				value, err = strconv.ParseFloat(text, 64)
			}
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		w.values = append(w.values, values)
		name := regexp.MustCompile(`\b` + q.ID + `\b`)
		var touched []int
		for i, claim := range w.claims {
			if name.MatchString(claim.Text) {
				touched = append(touched, i)
			}
		}
		w.touches = append(w.touches, touched)
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		t.Fatal(err)
	}
	for _, claim := range w.claims {
		tree, issues := env.Compile(claim.Text)
		if issues.Err() != nil {
			t.Fatalf("%s: %v", claim.Text, issues.Err())
		}
		program, err := env.Program(tree)
		if err != nil {
			t.Fatal(err)
		}
		w.programs = append(w.programs, program)
	}
	return w
}

func (w *walk) size() int64 {
	n := int64(1)
	for _, c := range w.cells {
		n *= int64(c)
	}
	return n
}

func (w *walk) all() {
	d := w.g.Diagram()
	slots := d.Slots()
	for v := range slots {
		slots[v] = 0
		w.person[w.names[v]] = w.values[v][0]
	}
	want := make([]bool, len(w.claims))
	interpret := func(i int) {
		out, _, err := w.programs[i].Eval(w.person)
		if err != nil {
			w.t.Fatalf("%s: %v", w.claims[i].Text, err)
		}
		want[i] = out.Value().(bool)
	}
	for i := range w.claims {
		interpret(i)
	}
	roots := make([]decision.Root, len(w.claims))
	for i, claim := range w.claims {
		roots[i] = claim.Root
	}
	program, got := d.Program(roots), make([]decision.Truth, len(roots))
	compare := func() {
		program.Eval(slots, got)
		for i, truth := range got {
			if (truth == decision.True) != want[i] || truth == decision.Unknown {
				w.t.Fatalf("%s for %v is %v, and cel-go says %v", w.claims[i].Text, w.person, truth, want[i])
			}
		}
	}
	compare()
	// Knuth 7.2.1.1, algorithm H: the variables with the fewest texts change most often.
	order := make([]int, 0, len(w.cells))
	for v, c := range w.cells {
		if c > 1 {
			order = append(order, v)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return len(w.touches[a]) - len(w.touches[b]) })
	n := len(order)
	focus, step := make([]int, n+1), make([]int16, n)
	for j := range n {
		focus[j], step[j] = j, 1
	}
	focus[n] = n
	seen := int64(1)
	for {
		j := focus[0]
		focus[0] = 0
		if j == n {
			break
		}
		v := order[j]
		slots[v] += step[j]
		if slots[v] == 0 || int(slots[v]) == w.cells[v]-1 {
			step[j] = -step[j]
			focus[j], focus[j+1] = focus[j+1], j+1
		}
		w.person[w.names[v]] = w.values[v][slots[v]]
		for _, i := range w.touches[v] {
			interpret(i)
		}
		compare()
		seen++
	}
	if seen != w.size() {
		w.t.Fatalf("walked %d combinations of %d", seen, w.size())
	}
}
