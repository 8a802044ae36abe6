package decision

import (
	"math/big"
	"slices"
	"strings"

	"tongban/internal/platform/lang"
)

// Answer is the value of one variable as it is written in answers.
type Answer struct {
	Variable string `json:"question"`
	Value    string `json:"answer"`
}

// Example is somebody, described by few answers; whoever gives them is an example whatever else she says.
type Example []Answer

func (e Example) String() string { return e.In(lang.EN) }

// In says it in one language.
func (e Example) In(l lang.Lang) string {
	if len(e) == 0 {
		return say("任何人", "anybody").In(l)
	}
	return e.join(" = ", ", ")
}

// Answers writes it as answers are given on a command line: area=49,sign=false.
func (e Example) Answers() string { return e.join("=", ",") }

func (e Example) join(is, and string) string {
	pairs := make([]string, len(e))
	for i, a := range e {
		pairs[i] = a.Variable + is + a.Value
	}
	return strings.Join(pairs, and)
}

// Satisfiable reports whether the condition is true for somebody.
func (d *Diagram) Satisfiable(r Root) bool { return r != Never }

// Tautology reports whether the condition is true for everybody.
func (d *Diagram) Tautology(r Root) bool { return r == Always }

// Implies reports whether everybody for whom a is true has b true too.
func (d *Diagram) Implies(a, b Root) bool { return d.And(a, d.Not(b)) == Never }

// Exclusive reports whether no two of the conditions are ever true together, and if they are, for whom:
// it returns the first such pair and the condition that both are.
func (d *Diagram) Exclusive(roots ...Root) (i, j int, both Root) {
	for j = range roots {
		for i = range j {
			if both = d.And(roots[i], roots[j]); both != Never {
				return i, j, both
			}
		}
	}
	return 0, 0, Never
}

// Shadowed lists those of some alternatives, of which the first true one wins, that nobody ever reaches.
func (d *Diagram) Shadowed(roots ...Root) (unreachable []int) {
	before := Never
	for i, r := range roots {
		if d.Implies(r, before) {
			unreachable = append(unreachable, i)
		}
		before = d.Or(before, r)
	}
	return unreachable
}

// Check proves of every condition given to Compile that it is true for somebody and false for somebody:
// one that is not is a mistake where somebody took the trouble to write it.
func (d *Diagram) Check() (problems []Problem) {
	for i, r := range d.roots {
		p := Problem{Condition: i, Variable: -1, Line: 1, Col: 1}
		switch r {
		case Never:
			p.What, p.Remedy = say("这个条件对谁都不成立", "the condition is true for nobody"), say("改正它，或删去它所决定的内容", "mend it, or take out what it decides")
		case Always:
			p.What, p.Remedy = say("这个条件对谁都成立", "the condition is true for everybody"), say("改正它，或不写", "mend it, or leave it out")
		default:
			continue
		}
		problems = append(problems, p)
	}
	return problems
}

// reach calls visit for every node below the roots once, parents before none in particular.
func (d *Diagram) reach(visit func(n int32), roots ...Root) {
	seen := map[int32]bool{}
	var walk func(n int32)
	walk = func(n int32) {
		if n <= 1 || seen[n] {
			return
		}
		seen[n] = true
		visit(n)
		for _, c := range d.children(n) {
			walk(c)
		}
	}
	for _, r := range roots {
		walk(int32(r))
	}
}

// Support lists the variables that can change any of the conditions, in order. It is exact.
func (d *Diagram) Support(roots ...Root) []int {
	in := make([]bool, len(d.vars))
	d.reach(func(n int32) { in[d.cells[n]] = true }, roots...)
	var vars []int
	for v := range in {
		if in[v] {
			vars = append(vars, v)
		}
	}
	return vars
}

// Same groups the cells of variable v that no condition tells apart; a cell alone is not listed. The
// first of each group is the lowest.
func (d *Diagram) Same(v int, roots ...Root) (groups [][]int16) {
	group := make([]int16, d.vars[v].size()) // the lowest cell that each is still the same as
	d.reach(func(n int32) {
		if d.cells[n] != int32(v) {
			return
		}
		children, before := d.children(n), slices.Clone(group)
		for c := range group {
			e := int(before[c])
			for before[e] != before[c] || children[e] != children[c] {
				e++
			}
			group[c] = int16(e)
		}
	}, roots...)
	members := map[int16][]int16{}
	for c, g := range group {
		members[g] = append(members[g], int16(c))
	}
	for c := range group {
		if m := members[int16(c)]; len(m) > 1 {
			groups = append(groups, m)
		}
	}
	return groups
}

// Value writes a cell of variable v as an answer: for numbers and days the value that shows the
// threshold.
func (d *Diagram) Value(v int, cell int16) string { return d.vars[v].example(cell) }

// Example finds somebody for whom the condition is true, described by as few answers as possible; false
// when there is nobody.
func (d *Diagram) Example(r Root) (Example, bool) {
	if r == Never {
		return nil, false
	}
	type step struct {
		length int32
		cell   int16
	}
	memo := map[int32]step{0: {length: end}, 1: {}}
	var shortest func(n int32) int32
	shortest = func(n int32) int32 {
		if s, ok := memo[n]; ok {
			return s.length
		}
		best := step{length: end}
		for c, child := range d.children(n) {
			if l := shortest(child); l != end && l+1 < best.length {
				best = step{l + 1, int16(c)}
			}
		}
		memo[n] = best
		return best.length
	}
	shortest(int32(r))
	var path []int
	slots := d.Slots()
	for n := int32(r); n > 1; {
		v, c := d.cells[n], memo[n].cell
		path, slots[v] = append(path, int(v)), c
		n = d.children(n)[c]
	}
	// The way through the diagram asks in its order; leave out what did not need to be asked.
	example := Example{}
	for _, v := range path {
		cell := slots[v]
		slots[v] = Unanswered
		if d.Eval(r, slots) != True {
			slots[v] = cell
			example = append(example, Answer{d.vars[v].Name, d.vars[v].example(cell)})
		}
	}
	return example, true
}

// Count is the number of different situations, one cell of every variable, in which the condition is
// true.
func (d *Diagram) Count(r Root) *big.Int {
	memo := map[int32]*big.Int{0: new(big.Int), 1: big.NewInt(1)}
	// wide is the number of situations of the variables from the one of a node up to that of its parent.
	wide := func(from, to int32) *big.Int {
		w := big.NewInt(1)
		for v := from; v < min(to, int32(len(d.vars))); v++ {
			w.Mul(w, big.NewInt(int64(d.vars[v].size())))
		}
		return w
	}
	var count func(n int32) *big.Int
	count = func(n int32) *big.Int {
		if c, ok := memo[n]; ok {
			return c
		}
		sum := new(big.Int)
		for _, child := range d.children(n) {
			part := wide(d.cells[n]+1, d.cells[child])
			sum.Add(sum, part.Mul(part, count(child)))
		}
		memo[n] = sum
		return sum
	}
	w := wide(0, d.cells[r])
	return w.Mul(w, count(int32(r)))
}

// Outcomes counts the different combinations of truths that the conditions have for different people. It
// gives up beyond the limit and reports false.
func (d *Diagram) Outcomes(limit int, roots ...Root) (int, bool) {
	state := make([]int32, len(roots))
	for i, r := range roots {
		state[i] = int32(r)
	}
	states := map[string][]int32{keyOf(state): state}
	for v := range d.vars {
		next := make(map[string][]int32, len(states))
		for _, s := range states {
			if !slices.ContainsFunc(s, func(n int32) bool { return d.cells[n] == int32(v) }) {
				next[keyOf(s)] = s
				continue
			}
			for c := range d.vars[v].size() {
				t := slices.Clone(s)
				for i, n := range t {
					if d.cells[n] == int32(v) {
						t[i] = d.children(n)[c]
					}
				}
				next[keyOf(t)] = t
			}
			if len(next) > limit {
				return 0, false
			}
		}
		states = next
	}
	return len(states), true
}

func keyOf(state []int32) string {
	b := make([]byte, 0, 4*len(state))
	for _, n := range state {
		b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	return string(b)
}
