package decision

import (
	"slices"
	"strconv"
	"strings"
)

// Row is one way in which a condition is true: of each variable the cells that it may be in, and nil where
// any will do. All must be so.
type Row [][]int16

// Rows writes a condition as rows of which any makes it true, each as wide as it can be and none that the
// others make needless. False when there would be more than limit: such a condition is no table. Like the
// operations that it uses it may not run beside others on the same diagram.
func (d *Diagram) Rows(r Root, limit int) ([]Row, bool) {
	var rows []Row
	row := make(Row, len(d.vars))
	var walk func(n int32) bool
	walk = func(n int32) bool {
		if n == int32(Never) {
			return true
		}
		if n == int32(Always) {
			rows = append(rows, slices.Clone(row))
			return len(rows) <= 8*limit // what is widened below may yet become few
		}
		v, children := d.cells[n], slices.Clone(d.children(n))
		defer func() { row[v] = nil }()
		for c, child := range children {
			if slices.Index(children, child) < c {
				continue
			}
			row[v] = nil
			for e := c; e < len(children); e++ {
				if children[e] == child {
					row[v] = append(row[v], int16(e))
				}
			}
			if !walk(child) {
				return false
			}
		}
		return true
	}
	if !walk(int32(r)) {
		return nil, false
	}
	var roots []Root
	for _, row := range rows {
		for v := len(row) - 1; v >= 0; v-- {
			if row[v] != nil {
				row[v] = d.widen(r, row, v)
			}
		}
		roots = append(roots, d.Meets(row))
	}
	for i := len(rows) - 1; i >= 0; i-- {
		if others := slices.Delete(slices.Clone(roots), i, i+1); d.AnyOf(others...) == r {
			rows, roots = slices.Delete(rows, i, i+1), others
		}
	}
	return rows, len(rows) <= limit
}

// widen lists every cell of variable v with which the rest of the row makes the condition true; nil for all.
func (d *Diagram) widen(r Root, row Row, v int) []int16 {
	rest := slices.Clone(row)
	rest[v] = nil
	enough := d.Meets(rest)
	var cells []int16
	for c := range int16(d.vars[v].size()) {
		if d.Implies(enough, d.Fix(r, v, c)) {
			cells = append(cells, c)
		}
	}
	if len(cells) == d.vars[v].size() {
		return nil
	}
	return cells
}

// Meets is the condition that a row is so.
func (d *Diagram) Meets(row Row) Root {
	all := Always
	for v, cells := range row {
		if cells == nil {
			continue
		}
		any := Never
		for _, c := range cells {
			any = d.Or(any, d.Is(v, c))
		}
		all = d.And(all, any)
	}
	return all
}

// Bounds are the intervals that some cells of variable v make up, neighbours as one.
func (d *Diagram) Bounds(v int, cells []int16) (all []Bound) {
	x := &d.vars[v]
	for _, s := range x.spans(cells) {
		all = append(all, x.interval(s.first, s.last))
	}
	return all
}

func (v *variable) spans(cells []int16) (spans []span) {
	for _, c := range cells {
		first, last := v.bounds(c)
		if n := len(spans); n > 0 && spans[n-1].last+1 == first {
			spans[n-1].last = last
		} else {
			spans = append(spans, span{first, last})
		}
	}
	return spans
}

// write writes as a condition that variable v is in one of some cells.
func (d *Diagram) write(v int, cells []int16) string {
	x := &d.vars[v]
	switch x.Kind {
	case Boolean:
		if cells[0] == 0 {
			return "!" + x.Name
		}
		return x.Name
	case Enum:
		return x.choice(cells)
	}
	spans := x.spans(cells)
	if len(spans) == 2 && spans[0].first == x.min && spans[1].last == x.max && spans[0].last+2 == spans[1].first {
		return x.Name + " != " + x.constant(spans[0].last+1, true)
	}
	var parts []string
	for _, s := range spans {
		parts = append(parts, x.between(s))
	}
	return strings.Join(parts, " || ")
}

func (v *variable) choice(cells []int16) string {
	list := func(cells []int16) string {
		var options []string
		for _, c := range cells {
			options = append(options, strconv.Quote(v.Options[c]))
		}
		return strings.Join(options, ", ")
	}
	var others []int16
	for c := range int16(len(v.Options)) {
		if !slices.Contains(cells, c) {
			others = append(others, c)
		}
	}
	switch {
	case len(cells) == 1:
		return v.Name + " == " + list(cells)
	case len(others) == 1:
		return v.Name + " != " + list(others)
	case 2*len(others) < len(cells):
		return "!(" + v.Name + " in [" + list(others) + "])"
	}
	return v.Name + " in [" + list(cells) + "]"
}

// between writes a stretch of values by its ends, each in the rounder of the two ways in which it can be said.
func (v *variable) between(s span) string {
	if s.first == s.last {
		return v.Name + " == " + v.constant(s.first, true)
	}
	var parts []string
	if s.first > v.min {
		parts = append(parts, v.Name+v.rounder(" >= ", s.first, " > ", s.first-1))
	}
	if s.last < v.max {
		parts = append(parts, v.Name+v.rounder(" <= ", s.last, " < ", s.last+1))
	}
	if len(parts) == 0 {
		return "true"
	}
	return strings.Join(parts, " && ")
}

func (v *variable) rounder(with string, value int64, or string, other int64) string {
	if other >= v.min && other <= v.max && v.roundness(other) > v.roundness(value) {
		return or + v.constant(other, false)
	}
	return with + v.constant(value, false)
}

// roundness is how round a number or day reads: the fewer signs before its last zeros the rounder, and the
// first of a year or month before other days.
func (v *variable) roundness(value int64) int {
	text := v.text(value)
	switch {
	case v.Kind != Date:
		return -len(strings.TrimRight(text, "0"))
	case strings.HasSuffix(text, "-01-01"):
		return 2
	case strings.HasSuffix(text, "-01"):
		return 1
	}
	return 0
}

// constant writes a value of the line as CEL has it. Beside == a decimal needs its point.
func (v *variable) constant(value int64, equality bool) string {
	text := v.text(value)
	switch {
	case v.Kind == Date:
		return strconv.Quote(text)
	case v.Kind == Decimal && equality && !strings.Contains(text, "."):
		return text + ".0"
	}
	return text
}

// Text writes a condition as it reads most plainly: as its rows, of which any makes it true, or where that is
// shorter as what all must be so. False when both would need more than limit rows.
func (d *Diagram) Text(r Root, limit int) (string, bool) {
	text, ok := "", false
	if rows, few := d.Rows(r, limit); few {
		text, ok = d.any(rows), true
	}
	if rows, few := d.Rows(d.Not(r), limit); few {
		if all := d.all(rows); !ok || len(all) < len(text) {
			text, ok = all, true
		}
	}
	return text, ok
}

// all writes what must be so for none of the rows to be.
func (d *Diagram) all(rows []Row) string {
	var parts []string
	for _, row := range rows {
		var ways []string
		for v, cells := range row {
			if cells == nil {
				continue
			}
			var others []int16
			for c := range int16(d.vars[v].size()) {
				if !slices.Contains(cells, c) {
					others = append(others, c)
				}
			}
			ways = append(ways, d.write(v, others))
		}
		if len(ways) == 0 {
			return "false"
		}
		parts = append(parts, strings.Join(ways, " || "))
	}
	if len(parts) == 0 {
		return "true"
	}
	return joined(parts, " && ")
}

// any writes rows as one condition; what all of them have in common stands once.
func (d *Diagram) any(rows []Row) string {
	if len(rows) == 0 {
		return "false"
	}
	common := make(Row, len(d.vars))
	for v := range d.vars {
		if !slices.ContainsFunc(rows, func(r Row) bool { return !slices.Equal(r[v], rows[0][v]) }) {
			common[v] = rows[0][v]
		}
	}
	all := d.conjunction(common)
	var ways []string
	for _, row := range rows {
		own := slices.Clone(row)
		for v := range own {
			if common[v] != nil {
				own[v] = nil
			}
		}
		parts := d.conjunction(own)
		if len(parts) == 0 {
			ways = nil
			break
		}
		way := joined(parts, " && ")
		if len(parts) > 1 && len(rows) > 1 {
			way = "(" + way + ")"
		}
		ways = append(ways, way)
	}
	switch {
	case len(ways) == 1:
		all = append(all, ways[0])
	case len(ways) > 1 && len(all) == 0:
		return strings.Join(ways, " || ")
	case len(ways) > 1:
		all = append(all, strings.Join(ways, " || "))
	}
	if len(all) == 0 {
		return "true"
	}
	return joined(all, " && ")
}

func (d *Diagram) conjunction(row Row) (parts []string) {
	for v, cells := range row {
		if cells != nil {
			parts = append(parts, d.write(v, cells))
		}
	}
	return parts
}

// joined joins parts; beside others a part that is a choice stands in parentheses.
func joined(parts []string, with string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	for i, p := range parts {
		if strings.Contains(p, " || ") && !wrapped(p) {
			parts[i] = "(" + p + ")"
		}
	}
	return strings.Join(parts, with)
}

// wrapped reports whether the first parenthesis is closed by the last sign.
func wrapped(p string) bool {
	depth := 0
	for i, c := range p {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return i == len(p)-1
		}
	}
	return false
}

// Step is a node of a condition's diagram as it is drawn: the variable that is asked there, and where its
// cells lead.
type Step struct {
	Variable int
	Branches []Branch
}

// Branch leads from a step with some cells to another; To is its place among the steps, or Yes or No.
type Branch struct {
	Cells []int16
	To    int
}

// The ends of a drawn condition.
const (
	No  = -1
	Yes = -2
)

// Steps are the nodes of a condition's diagram, each before those that it leads to.
func (d *Diagram) Steps(r Root) (steps []Step) {
	ends := map[int32]int{int32(Never): No, int32(Always): Yes}
	var order []int32
	d.reach(func(n int32) { order = append(order, n) }, r)
	slices.SortStableFunc(order, func(a, b int32) int { return int(d.cells[a] - d.cells[b]) })
	for i, n := range order {
		ends[n] = i
	}
	for _, n := range order {
		step := Step{Variable: int(d.cells[n])}
		for c, child := range d.children(n) {
			to := ends[child]
			i := slices.IndexFunc(step.Branches, func(b Branch) bool { return b.To == to })
			if i < 0 {
				i = len(step.Branches)
				step.Branches = append(step.Branches, Branch{To: to})
			}
			step.Branches[i].Cells = append(step.Branches[i].Cells, int16(c))
		}
		steps = append(steps, step)
	}
	return steps
}
