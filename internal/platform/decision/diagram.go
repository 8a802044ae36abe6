package decision

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
)

// Root is a condition in a diagram: the node where it begins. Equal conditions are equal roots.
type Root int32

// The two conditions that need nobody's answer.
const (
	Never  Root = 0
	Always Root = 1
)

// Limit bounds the nodes of a diagram, so that a service which grows beyond what anybody can check
// fails at load and not at a person's visit.
const Limit = 200_000

// Diagram holds all conditions over some variables. Conditions are added while it is built (And, Or, Not
// …, by one goroutine); after that it may be read by any number.
//
// A node is an offset into cells: cells[n] is the index of its variable, cells[n+1+c] the node to go to
// when the variable's slot holds cell c. Offsets 0 and 1 are the end: false and true. Children have
// later variables than their parents and never all the same child, and no two nodes are equal.
type Diagram struct {
	vars  []variable
	index map[string]int
	conds []Condition
	roots []Root // of conds

	cells []int32
	nodes int
	limit int
	full  bool

	unique []int32          // hash table of nodes, open addressing, 0 where empty
	memo   map[uint64]int32 // results of binary operations
	stack  []int32          // children being built

	scratch sync.Pool
}

const end = math.MaxInt32 // the variable of the two last nodes: after all others

// Compile reads the conditions over the variables and builds their diagram. When anything is wrong it
// returns no diagram and every problem that it found.
func Compile(vars []Variable, conds []Condition) (*Diagram, []Problem) {
	return CompileWithin(Limit, vars, conds)
}

// CompileWithin is Compile with a limit of its own on the number of nodes.
func CompileWithin(limit int, vars []Variable, conds []Condition) (*Diagram, []Problem) {
	d := &Diagram{vars: make([]variable, 0, len(vars)), index: make(map[string]int, len(vars)), conds: conds, limit: limit, cells: []int32{end, end}, memo: map[uint64]int32{}}
	d.scratch.New = func() any { return new(scratch) }
	var problems []Problem
	for i, v := range vars {
		x, what, remedy := newVariable(v)
		if bad := nameFault(v.Name); !bad.Empty() {
			what, remedy = bad, say("用字母、数字和下划线，以字母开头", "use letters, digits and _, beginning with a letter")
		} else if _, twice := d.index[v.Name]; twice {
			what, remedy = say("%q 重复", "%q is declared twice", v.Name), say("各用各的名称", "give each its own name")
		}
		if !what.Empty() {
			problems = append(problems, Problem{Condition: -1, Variable: i, What: what, Remedy: remedy})
		}
		d.vars = append(d.vars, x)
		d.index[v.Name] = i
	}
	if problems != nil {
		return nil, problems
	}
	l, err := newLanguage(d.vars)
	if err != nil { // cel-go refused a declaration that we let pass
		return nil, []Problem{{Condition: -1, Variable: -1, What: say("CEL 不接受这些名称：%v", "CEL refuses the names: %v", err), Remedy: say("换一个名称", "rename the variable")}}
	}
	terms := make([]term, len(conds))
	for i, c := range conds {
		t, found := l.read(c.Text)
		for _, p := range found {
			p.Condition, p.Variable = i, -1
			problems = append(problems, p)
		}
		terms[i] = t
	}
	if problems != nil {
		return nil, problems
	}
	for _, t := range terms {
		d.cut(t)
	}
	for i := range d.vars {
		if d.vars[i].size() > maxCells {
			return nil, []Problem{{Condition: -1, Variable: i, Remedy: say("少比较几个", "compare it with fewer"),
				What: say("同 %q 比较的常量超过 %d 个", "%q is compared with more than %d constants", d.vars[i].Name, maxCells)}}
		}
	}
	grown := make([]int, len(conds))
	for i, t := range terms {
		before := d.nodes
		d.roots = append(d.roots, d.build(t))
		grown[i] = d.nodes - before
		if d.full {
			return nil, []Problem{d.overgrown(grown)}
		}
	}
	return d, nil
}

// overgrown names the conditions that took most of the nodes.
func (d *Diagram) overgrown(grown []int) Problem {
	order := make([]int, len(grown))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return grown[b] - grown[a] })
	var most []string
	for _, c := range order[:min(3, len(order))] {
		most = append(most, fmt.Sprintf("%s (%d)", d.conds[c].Name, grown[c]))
	}
	return Problem{Condition: order[0], Variable: -1,
		What: say("全部条件合起来超过 %[1]d 个节点；用得最多的是 %[2]s", "the conditions together need more than %[1]d nodes; the most are needed by %[2]s", d.limit, strings.Join(most, ", ")),
		Remedy: say("一个条件里少牵涉几个问题，或把互相比较的问题排在一起",
			"compare fewer questions with each other in one condition, or put questions that are compared side by side")}
}

// Err reports that an operation after Compile went beyond the limit. What was built since is not to be
// used.
func (d *Diagram) Err() error {
	if d.full {
		return fmt.Errorf("decision diagram: more than %d nodes", d.limit)
	}
	return nil
}

// Close forgets what only building needs: afterwards the diagram is read and does not grow any more.
func (d *Diagram) Close() {
	d.cells = slices.Clone(d.cells)
	d.conds, d.roots, d.unique, d.memo, d.stack = nil, nil, nil, nil, nil
}

// cut marks the thresholds of a term on the lines of its variables.
func (d *Diagram) cut(t term) {
	for _, s := range t.spans {
		d.vars[t.variable].cut(s.first)
		d.vars[t.variable].cut(s.last + 1)
	}
	for _, o := range t.of {
		d.cut(o)
	}
}

// build turns a term into nodes.
func (d *Diagram) build(t term) Root {
	switch t.op {
	case opTrue:
		return Always
	case opWithin:
		return d.within(t.variable, t.spans)
	case opNot:
		return d.Not(d.build(t.of[0]))
	case opAnd:
		return d.And(d.build(t.of[0]), d.build(t.of[1]))
	case opOr:
		return d.Or(d.build(t.of[0]), d.build(t.of[1]))
	case opSame:
		return d.Not(d.Xor(d.build(t.of[0]), d.build(t.of[1])))
	case opIf:
		return d.If(d.build(t.of[0]), d.build(t.of[1]), d.build(t.of[2]))
	}
	return Never
}

func (d *Diagram) within(v int, spans []span) Root {
	x := &d.vars[v]
	base := len(d.stack)
	for c := range x.size() {
		first, last := x.bounds(int16(c))
		var in int32
		for _, s := range spans {
			if s.first <= first && last <= s.last { // cells lie inside a span or outside, never across
				in = 1
			}
		}
		d.stack = append(d.stack, in)
	}
	n := d.node(int32(v), d.stack[base:])
	d.stack = d.stack[:base]
	return Root(n)
}

// node returns the one node with that variable and those children.
func (d *Diagram) node(v int32, children []int32) int32 {
	same := true
	for _, c := range children[1:] {
		same = same && c == children[0]
	}
	if same {
		return children[0]
	}
	if 2*d.nodes >= len(d.unique) {
		d.grow()
	}
	at := hash(v, children) & uint32(len(d.unique)-1)
	for ; d.unique[at] != 0; at = (at + 1) & uint32(len(d.unique)-1) {
		n := d.unique[at]
		if d.cells[n] == v && slices.Equal(d.cells[n+1:int(n)+1+len(children)], children) {
			return n
		}
	}
	// Wide nodes count by their width: the limit is about memory and time.
	if d.nodes >= d.limit || len(d.cells) > 20*d.limit+1000 {
		d.full = true
	}
	if d.full {
		return 0
	}
	n := int32(len(d.cells))
	d.cells = append(append(d.cells, v), children...)
	d.unique[at] = n
	d.nodes++
	return n
}

func (d *Diagram) grow() {
	old := d.unique
	d.unique = make([]int32, max(64, 2*len(old)))
	for _, n := range old {
		if n == 0 {
			continue
		}
		at := hash(d.cells[n], d.children(n)) & uint32(len(d.unique)-1)
		for d.unique[at] != 0 {
			at = (at + 1) & uint32(len(d.unique)-1)
		}
		d.unique[at] = n
	}
}

func (d *Diagram) children(n int32) []int32 {
	return d.cells[n+1 : int(n)+1+d.vars[d.cells[n]].size()]
}

func hash(v int32, children []int32) uint32 {
	h := uint64(v)*0x9E3779B97F4A7C15 + 1
	for _, c := range children {
		h = (h ^ uint64(uint32(c))) * 0xD6E8FEB86659FD93
		h ^= h >> 32
	}
	return uint32(h ^ h>>29)
}

// And, Or and Xor combine two conditions; Not turns one round; If chooses between two by a third.
func (d *Diagram) And(a, b Root) Root { return Root(d.apply(opAnd, int32(a), int32(b))) }

// Or is true where either is.
func (d *Diagram) Or(a, b Root) Root { return Root(d.apply(opOr, int32(a), int32(b))) }

// Xor is true where the two differ: for whom one version of a rule is not the other.
func (d *Diagram) Xor(a, b Root) Root { return Root(d.apply(opSame, int32(a), int32(b))) }

// Not is true where the condition is not.
func (d *Diagram) Not(a Root) Root { return Root(d.apply(opSame, int32(a), 1)) }

// If is yes where the condition holds and no where it does not.
func (d *Diagram) If(condition, yes, no Root) Root {
	return d.Or(d.And(condition, yes), d.And(d.Not(condition), no))
}

// AnyOf is true where one of the conditions is; Never when there is none.
func (d *Diagram) AnyOf(roots ...Root) Root {
	any := Never
	for _, r := range roots {
		any = d.Or(any, r)
	}
	return any
}

// apply combines two conditions node by node. opSame stands for exclusive or.
func (d *Diagram) apply(o op, a, b int32) int32 {
	if a > b {
		a, b = b, a
	}
	switch {
	case o == opAnd && (a == 0 || a == b), o == opOr && (a == b):
		return a
	case o == opAnd && a == 1, o == opOr && a == 0, o == opSame && a == 0:
		return b
	case o == opOr && a == 1:
		return 1
	case o == opSame && a == b:
		return 0
	}
	if d.full {
		return 0
	}
	// Offsets stay below 2^31 and the three operations need two bits.
	k := uint64(o-opAnd)<<62 | uint64(a)<<31 | uint64(b)
	if n, ok := d.memo[k]; ok {
		return n
	}
	v := min(d.cells[a], d.cells[b])
	base := len(d.stack)
	for c := range int32(d.vars[v].size()) {
		x, y := a, b
		if d.cells[a] == v {
			x = d.cells[a+1+c]
		}
		if d.cells[b] == v {
			y = d.cells[b+1+c]
		}
		n := d.apply(o, x, y)
		d.stack = append(d.stack, n)
	}
	n := d.node(v, d.stack[base:])
	d.stack = d.stack[:base]
	if len(d.memo) > maxMemo {
		clear(d.memo)
	}
	d.memo[k] = n
	return n
}

// maxMemo bounds what is remembered of operations; forgetting costs time and nothing else.
const maxMemo = 1 << 20

// Fix is the condition for those whose variable v has that cell.
func (d *Diagram) Fix(r Root, v int, cell int16) Root {
	memo := map[int32]int32{}
	var fix func(n int32) int32
	fix = func(n int32) int32 {
		switch {
		case d.cells[n] > int32(v):
			return n
		case d.cells[n] == int32(v):
			return d.cells[n+1+int32(cell)]
		}
		if m, ok := memo[n]; ok {
			return m
		}
		base := len(d.stack)
		for c := range int32(d.vars[d.cells[n]].size()) {
			m := fix(d.cells[n+1+c])
			d.stack = append(d.stack, m)
		}
		m := d.node(d.cells[n], d.stack[base:])
		d.stack = d.stack[:base]
		memo[n] = m
		return m
	}
	return Root(fix(int32(r)))
}

// Matters is the condition, over the other variables, under which variable v can change r.
func (d *Diagram) Matters(r Root, v int) Root {
	changes := Never
	first := d.Fix(r, v, 0)
	for c := int16(1); int(c) < d.vars[v].size(); c++ {
		changes = d.Or(changes, d.Xor(first, d.Fix(r, v, c)))
	}
	return changes
}

// Is is the condition that variable v is in a cell.
func (d *Diagram) Is(v int, cell int16) Root {
	first, last := d.vars[v].bounds(cell)
	return d.within(v, []span{{first, last}})
}

// Roots are the conditions given to Compile, in their order.
func (d *Diagram) Roots() []Root { return slices.Clone(d.roots) }

// Root is the condition with index i of those given to Compile.
func (d *Diagram) Root(i int) Root { return d.roots[i] }

// Nodes is the size of the diagram.
func (d *Diagram) Nodes() int { return d.nodes }

// Variable is the index of the variable with that name, or -1.
func (d *Diagram) Variable(name string) int {
	if i, ok := d.index[name]; ok {
		return i
	}
	return -1
}

// Cells is the number of values of variable v that any condition tells apart.
func (d *Diagram) Cells(v int) int { return d.vars[v].size() }

// Slots makes slots for one person, all unanswered.
func (d *Diagram) Slots() Slots {
	s := make(Slots, len(d.vars))
	for i := range s {
		s[i] = Unanswered
	}
	return s
}

// Cell is the cell of a value as it is written in answers. An error is fault.Invalid for the field named
// after the variable.
func (d *Diagram) Cell(v int, value string) (int16, error) {
	x := &d.vars[v]
	n, err := x.parse(value)
	if err != nil {
		return Unanswered, err
	}
	return x.cell(n), nil
}

// Fill sets the slots from answers by name; a variable without an answer is Unanswered. Names that are no
// variables are passed over. It stops at the first value that the variable does not admit.
func (d *Diagram) Fill(s Slots, answers map[string]string) error {
	for v := range d.vars {
		s[v] = Unanswered
		if value, ok := answers[d.vars[v].Name]; ok {
			c, err := d.Cell(v, value)
			if err != nil {
				return err
			}
			s[v] = c
		}
	}
	return nil
}
