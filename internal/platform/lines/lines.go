package lines

import (
	"slices"
	"strings"
)

// Op says what became of a line.
type Op byte

// What can become of a line.
const (
	Same    Op = ' '
	Removed Op = '-'
	Added   Op = '+'
)

// Line is one line of a comparison, without its line break.
type Line struct {
	Op   Op
	Text string
}

// Compare tells how a text became another: all lines, the removed before the added.
func Compare(before, after string) []Line {
	a, b := split(before), split(after)
	var out []Line
	write := func(op Op, lines []string) {
		for _, l := range lines {
			out = append(out, Line{op, strings.TrimSuffix(l, "\n")})
		}
	}
	i, j := 0, 0
	for _, p := range append(match(a, b), pair{len(a), len(b)}) {
		write(Removed, a[i:p.a])
		write(Added, b[j:p.b])
		if p.a < len(a) {
			write(Same, a[p.a:p.a+1])
		}
		i, j = p.a+1, p.b+1
	}
	return out
}

// The marks around lines that two people wrote at the same place.
const (
	Ours   = "# <<<<<<< "
	Middle = "# ======="
	Theirs = "# >>>>>>> "
)

// Merge brings together what two people made of a text, and counts the places where both changed the same
// lines otherwise. There the lines of both stay, marked with the names.
func Merge(base, ours, theirs, ourName, theirName string) (merged string, clashes int) {
	o, a, b := split(base), split(ours), split(theirs)
	inA, inB := positions(len(o), match(o, a)), positions(len(o), match(o, b))
	var out strings.Builder
	write := func(lines []string) {
		for _, l := range lines {
			out.WriteString(l)
		}
	}
	mark := func(lines []string) {
		write(lines)
		if n := len(lines); n > 0 && !strings.HasSuffix(lines[n-1], "\n") {
			out.WriteByte('\n')
		}
	}
	i, j, k := 0, 0, 0
	for at := 0; at <= len(o); at++ {
		p, q := len(a), len(b)
		if at < len(o) {
			if p, q = inA[at], inB[at]; p < 0 || q < 0 {
				continue
			}
		}
		was, one, two := o[i:at], a[j:p], b[k:q]
		switch {
		case slices.Equal(one, was), slices.Equal(one, two):
			write(two)
		case slices.Equal(two, was):
			write(one)
		default:
			clashes++
			out.WriteString(Ours + ourName + "\n")
			mark(one)
			out.WriteString(Middle + "\n")
			mark(two)
			out.WriteString(Theirs + theirName + "\n")
		}
		if at < len(o) {
			out.WriteString(o[at])
		}
		i, j, k = at+1, p+1, q+1
	}
	return out.String(), clashes
}

// Clashes lists the lines, counted from one, at which a clash begins that nobody has settled yet.
func Clashes(text string) (at []int) {
	for i, l := range split(text) {
		if strings.HasPrefix(l, Ours) {
			at = append(at, i+1)
		}
	}
	return at
}

func split(text string) []string {
	if text == "" {
		return nil
	}
	all := strings.SplitAfter(text, "\n")
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}

// pair is a line that stands in both texts.
type pair struct{ a, b int }

func positions(n int, pairs []pair) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = -1
	}
	for _, p := range pairs {
		at[p.a] = p.b
	}
	return at
}

// match finds lines that stayed, in order: first what begins and ends alike, then lines that stand once in
// each text (they rarely belong together by accident), and between these whatever is longest.
func match(a, b []string) []pair {
	var found []pair
	matchIn(a, b, 0, 0, &found)
	return found
}

// most bounds the work on two stretches that have no line of their own in common: beyond it they are taken
// to be different altogether.
const most = 4 << 20

func matchIn(a, b []string, i, j int, found *[]pair) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		*found = append(*found, pair{i, j})
		a, b, i, j = a[1:], b[1:], i+1, j+1
	}
	end := 0
	for len(a) > end && len(b) > end && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	x, y := a[:len(a)-end], b[:len(b)-end]
	if anchors := unique(x, y); len(anchors) > 0 {
		p, q := 0, 0
		for _, at := range anchors {
			matchIn(x[p:at.a], y[q:at.b], i+p, j+q, found)
			*found = append(*found, pair{i + at.a, j + at.b})
			p, q = at.a+1, at.b+1
		}
		matchIn(x[p:], y[q:], i+p, j+q, found)
	} else if len(x)*len(y) <= most {
		for _, at := range longest(x, y) {
			*found = append(*found, pair{i + at.a, j + at.b})
		}
	}
	for n := range end {
		*found = append(*found, pair{i + len(x) + n, j + len(y) + n})
	}
}

// unique finds lines that stand once in each text, as many as can be had in the same order in both.
func unique(a, b []string) []pair {
	type place struct{ inA, inB, a, b int }
	places := map[string]*place{}
	for i, l := range a {
		p := places[l]
		if p == nil {
			p = &place{}
			places[l] = p
		}
		p.inA, p.a = p.inA+1, i
	}
	for j, l := range b {
		if p := places[l]; p != nil {
			p.inB, p.b = p.inB+1, j
		}
	}
	var once []pair
	for i, l := range a {
		if p := places[l]; p.inA == 1 && p.inB == 1 {
			once = append(once, pair{i, p.b})
		}
	}
	// The longest run that rises in b as well (patience sorting).
	var tops, back []int
	for n, p := range once {
		at, _ := slices.BinarySearchFunc(tops, p.b, func(t, b int) int { return once[t].b - b })
		back = append(back, -1)
		if at > 0 {
			back[n] = tops[at-1]
		}
		if at == len(tops) {
			tops = append(tops, n)
		} else {
			tops[at] = n
		}
	}
	var run []pair
	if len(tops) > 0 {
		for n := tops[len(tops)-1]; n >= 0; n = back[n] {
			run = append(run, once[n])
		}
	}
	slices.Reverse(run)
	return run
}

// longest finds the longest common subsequence.
func longest(a, b []string) []pair {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	w := len(b) + 1
	table := make([]int32, (len(a)+1)*w)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i*w+j] = table[(i+1)*w+j+1] + 1
			} else {
				table[i*w+j] = max(table[(i+1)*w+j], table[i*w+j+1])
			}
		}
	}
	var run []pair
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			run = append(run, pair{i, j})
			i, j = i+1, j+1
		case table[(i+1)*w+j] >= table[i*w+j+1]:
			i++
		default:
			j++
		}
	}
	return run
}
