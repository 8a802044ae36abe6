package decision

import "slices"

// Bound is an interval of a variable's values as they are written in answers; an end that is empty is open
// to that side.
type Bound struct {
	From, To      string
	After, Before bool // the end itself does not belong to it
}

// Test is what a variable must be: within one of some intervals.
type Test struct {
	Variable int
	Within   []Bound
}

// Ways lists for whom a condition is true, as rows of tests of which no two hold for the same person; a
// variable without a test may be anything. It reports false when there are more than most rows.
func (d *Diagram) Ways(r Root, most int) (ways [][]Test, ok bool) {
	var walk func(n int32, tests []Test) bool
	walk = func(n int32, tests []Test) bool {
		switch Root(n) {
		case Never:
			return true
		case Always:
			ways = append(ways, slices.Clone(tests))
			return len(ways) <= most
		}
		v, children := d.cells[n], d.children(n)
		var told []int32
		for _, child := range children {
			if slices.Contains(told, child) {
				continue
			}
			told = append(told, child)
			if !walk(child, append(tests, Test{int(v), d.vars[v].leading(children, child)})) {
				return false
			}
		}
		return true
	}
	if !walk(int32(r), nil) {
		return nil, false
	}
	return ways, true
}

// leading are the intervals of the cells that lead to a child, neighbours as one.
func (v *variable) leading(children []int32, child int32) (all []Bound) {
	for cell := 0; cell < len(children); cell++ {
		if children[cell] != child {
			continue
		}
		from := cell
		for v.ordered() && cell+1 < len(children) && children[cell+1] == child {
			cell++
		}
		first, _ := v.bounds(int16(from))
		_, last := v.bounds(int16(cell))
		all = append(all, v.interval(first, last))
	}
	return all
}

func (v *variable) ordered() bool { return v.Kind != Boolean && v.Kind != Enum }

// interval writes an interval. Between two doubles there is nothing, so that the one above a constant is
// written as "above the constant", which is what somebody once wrote.
func (v *variable) interval(first, last int64) Bound {
	if !v.ordered() {
		return Bound{From: v.text(first), To: v.text(last)}
	}
	var b Bound
	if first > v.min {
		b.From = v.text(first)
		if below := v.text(first - 1); v.Kind == Decimal && len(below) < len(b.From) {
			b.From, b.After = below, true
		}
	}
	if last < v.max {
		b.To = v.text(last)
		if above := v.text(last + 1); v.Kind == Decimal && len(above) < len(b.To) {
			b.To, b.Before = above, true
		}
	}
	return b
}
