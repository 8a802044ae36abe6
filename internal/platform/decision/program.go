package decision

import "math/bits"

// Program is a set of conditions of one diagram made ready to be asked together, for one person at a
// time, as fast as a few machine words allow.
//
// Most conditions are a product: each variable lies in some set of its cells, and all of them must ("in
// the city and at least 50 square metres"), or the negation of one. Reduced, such a condition is a chain
// in the diagram. Those are taken out of it: for every cell of a variable one word says which of 64
// products it does not exclude, another which of them are left open by a slot that is open. Two logical
// operations a variable then answer 64 conditions at once, three-valued and exact, because each variable
// of a chain can both keep and break the product. The other conditions are walked.
//
// A Program is not changed after it was made and may be used by any number of goroutines; the diagram
// must not grow while it is.
type Program struct {
	d     *Diagram
	roots []Root
	lanes []lane
	// The variables of each root, one after the other; root i has those from at[i] to at[i+1].
	support []int32
	at      []int32
}

// lane is up to 64 conditions.
type lane struct {
	first int    // index of its first root
	flip  uint64 // roots that are a negated product
	walk  uint64 // roots that are neither
	rows  []row
	table []pair
}

// row is a variable that some product of the lane asks for; slot c is table[base+c], so that the two
// kinds of open slot come first.
type row struct {
	variable int32
	base     int32
}

type pair struct {
	alive uint64 // products that are not excluded
	open  uint64 // products that wait for this variable
}

// Program makes conditions ready. The same condition may stand in it more than once.
func (d *Diagram) Program(roots []Root) *Program {
	p := &Program{d: d, roots: append([]Root(nil), roots...), at: []int32{0}}
	for _, r := range roots {
		for _, v := range d.Support(r) {
			p.support = append(p.support, int32(v))
		}
		p.at = append(p.at, int32(len(p.support)))
	}
	for first := 0; first < len(roots); first += 64 {
		p.lanes = append(p.lanes, p.lane(first))
	}
	return p
}

func (p *Program) lane(first int) lane {
	d := p.d
	l := lane{first: first}
	products := make([][]int32, 0, 64) // the chain of each, or nil
	used := make([]uint64, len(d.vars))
	for i := first; i < min(first+64, len(p.roots)); i++ {
		bit := uint64(1) << (i - first)
		chain, negated, ok := d.product(p.roots[i])
		products = append(products, chain)
		switch {
		case !ok:
			l.walk |= bit
			products[i-first] = nil
		case negated:
			l.flip |= bit
		}
		for _, n := range chain {
			used[d.cells[n]] |= bit
		}
	}
	for v := range d.vars {
		if used[v] == 0 {
			continue
		}
		base := len(l.table) + 2
		l.rows = append(l.rows, row{int32(v), int32(base)})
		for c := -2; c < d.vars[v].size(); c++ {
			e := pair{alive: ^uint64(0)}
			if c < 0 {
				e.open = used[v]
			}
			l.table = append(l.table, e)
		}
		for i, chain := range products {
			out := int32(l.flip >> i & 1) // where a variable leads that breaks the product
			for _, n := range chain {
				if d.cells[n] != int32(v) {
					continue
				}
				for c, child := range d.children(n) {
					if child == out {
						l.table[base+c].alive &^= 1 << i
					}
				}
			}
		}
	}
	return l
}

// product recognises a condition that is a product of sets, or the negation of one, and returns the
// nodes of its chain.
func (d *Diagram) product(r Root) (chain []int32, negated, ok bool) {
	if r <= 1 {
		return nil, r == Never, true // the empty product is always kept
	}
	for _, out := range [...]int32{0, 1} {
		chain = chain[:0]
		n := int32(r)
		for n > 1 {
			next := int32(-1)
			for _, c := range d.children(n) {
				if c == out {
					continue
				}
				if next >= 0 && c != next {
					next = -2
					break
				}
				next = c
			}
			if next < 0 {
				break
			}
			chain = append(chain, n)
			n = next
		}
		if n == 1-out {
			return chain, out == 1, true
		}
	}
	return nil, false, false
}

func (p *Program) variables(i int) []int32 { return p.support[p.at[i]:p.at[i+1]] }

// Len is the number of conditions.
func (p *Program) Len() int { return len(p.roots) }

// Root is the condition with index i.
func (p *Program) Root(i int) Root { return p.roots[i] }

// Walked is the number of conditions that are no product.
func (p *Program) Walked() (n int) {
	for i := range p.lanes {
		n += bits.OnesCount64(p.lanes[i].walk)
	}
	return n
}

// Eval writes into out what every condition is for these answers; out has Len places.
func (p *Program) Eval(s Slots, out []Truth) {
	var sc *scratch
	for i := range p.lanes {
		l := &p.lanes[i]
		alive, open := l.words(s)
		open &= alive
		yes := (alive ^ l.flip) &^ open
		truth := out[l.first:min(l.first+64, len(p.roots))]
		for b := range truth {
			truth[b] = Truth(yes>>b&1 | open>>b&1<<1)
		}
		for walk := l.walk; walk != 0; walk &= walk - 1 {
			b := bits.TrailingZeros64(walk)
			n := p.d.follow(int32(p.roots[l.first+b]), s)
			if n > 1 {
				if sc == nil {
					sc = p.d.take()
				}
				truth[b] = truths[sc.ends(n, s)]
				continue
			}
			truth[b] = Truth(n)
		}
	}
	if sc != nil {
		p.d.scratch.Put(sc)
	}
}

// words gives the products that are not excluded, and those that some open slot leaves open.
func (l *lane) words(s Slots) (alive, open uint64) {
	alive = ^uint64(0)
	for _, r := range l.rows {
		e := &l.table[int(r.base)+int(s[r.variable])]
		alive &= e.alive
		open |= e.open
	}
	return alive, open
}

// Next is the first variable, in the diagram's order, that is Unanswered and can still change a condition
// which is unknown. It is exact: with the other open slots filled in some way, two of its cells give two
// outcomes. It allocates nothing once it is warm.
func (p *Program) Next(s Slots) (variable int, ok bool) {
	best := int32(len(p.d.vars))
	for i := range p.lanes {
		l := &p.lanes[i]
		alive, open := l.words(s)
		open &= alive &^ l.walk
		for _, r := range l.rows {
			if r.variable >= best {
				break
			}
			if s[r.variable] == Unanswered && l.table[r.base+int32(Unanswered)].open&open != 0 {
				best = r.variable
			}
		}
	}
	var sc *scratch
	for i := range p.lanes {
		l := &p.lanes[i]
		for walk := l.walk; walk != 0; walk &= walk - 1 {
			n := p.d.follow(int32(p.roots[l.first+bits.TrailingZeros64(walk)]), s)
			if n <= 1 || p.d.cells[n] >= best { // what can change it comes later than what we have
				continue
			}
			if sc == nil {
				sc = p.d.take()
			}
			best = sc.first(n, s, best)
		}
	}
	if sc != nil {
		p.d.scratch.Put(sc)
	}
	return int(best), int(best) < len(p.d.vars)
}

// first is the first Unanswered variable before best that can change what is left of a node.
func (sc *scratch) first(n int32, s Slots, best int32) int32 {
	v := sc.d.cells[n]
	if s[v] == Unanswered && sc.splits(n, s) {
		return v
	}
	made := len(sc.starts)
	sc.rest(n, s)
	for _, f := range sc.starts[made:] {
		if v := sc.left[f]; v < best && s[v] == Unanswered {
			best = v
		}
	}
	return best
}

// Live marks, by variable, which open slots can still change a condition that is unknown, and returns
// how many. It is exact like Next, and also tells of slots that are Withheld.
func (p *Program) Live(s Slots, live []bool) (n int) {
	clear(live)
	sc := p.d.take()
	for i := range p.lanes {
		l := &p.lanes[i]
		alive, open := l.words(s)
		open &= alive &^ l.walk
		for _, r := range l.rows {
			if s[r.variable] < 0 && l.table[r.base-1].open&open != 0 {
				live[r.variable] = true
			}
		}
		for walk := l.walk; walk != 0; walk &= walk - 1 {
			sc.rest(int32(p.roots[l.first+bits.TrailingZeros64(walk)]), s)
		}
	}
	for _, f := range sc.starts {
		live[sc.left[f]] = true
	}
	p.d.scratch.Put(sc)
	for _, l := range live {
		if l {
			n++
		}
	}
	return n
}

// Open appends to out the variables that can still change condition i, in order.
func (p *Program) Open(i int, s Slots, out []int) []int {
	sc := p.d.take()
	sc.rest(int32(p.roots[i]), s)
	for _, v := range p.variables(i) {
		for _, f := range sc.starts {
			if sc.left[f] == v {
				out = append(out, int(v))
				break
			}
		}
	}
	p.d.scratch.Put(sc)
	return out
}

// Because appends to out the variables whose answers decide condition i, in order: a smallest set in the
// sense that none can be left out. Where there are several such sets it prefers the earlier variables. Of
// a condition that is unknown it appends nothing.
func (p *Program) Because(i int, s Slots, out []int) []int {
	l := &p.lanes[i/64]
	if l.walk>>(i%64)&1 == 0 {
		return p.productBecause(i, int32(l.flip>>(i%64)&1), s, out)
	}
	sc := p.d.take()
	defer p.d.scratch.Put(sc)
	root := int32(p.roots[i])
	want := sc.ends(root, s)
	if want == 3 {
		return out
	}
	// Suspects are the answers on the way, or, when a slot on the way is open, all answers that the
	// condition knows. The others are taken away first.
	suspects, all := sc.list[:0], false
	for n := root; n > 1; {
		v := p.d.cells[n]
		if all = s[v] < 0; all {
			break
		}
		suspects = append(suspects, v)
		n = p.d.cells[n+1+int32(s[v])]
	}
	if all {
		suspects = suspects[:0]
	}
	for _, v := range p.variables(i) {
		sc.slots[v] = Unanswered
		if all && s[v] >= 0 {
			suspects = append(suspects, v)
		}
	}
	for _, v := range suspects {
		sc.slots[v] = s[v]
	}
	// Take one answer away after the other, the last first; give back those without which it is open.
	for k := len(suspects) - 1; k >= 0; k-- {
		v := suspects[k]
		sc.slots[v] = Unanswered
		sc.begin()
		if sc.ends(root, sc.slots) != want {
			sc.slots[v] = s[v]
		}
	}
	for _, v := range suspects {
		if sc.slots[v] >= 0 {
			out = append(out, int(v))
		}
	}
	sc.list = suspects
	return out
}

// productBecause: a product is broken by one variable, and kept by all of them together.
func (p *Program) productBecause(i int, broken int32, s Slots, out []int) []int {
	d, kept := p.d, len(out)
	open := false
	for n := int32(p.roots[i]); n > 1; {
		v := d.cells[n]
		if s[v] < 0 {
			open = true
		} else if d.cells[n+1+int32(s[v])] == broken {
			return append(out[:kept], int(v))
		} else {
			out = append(out, int(v))
		}
		for _, next := range d.children(n) {
			if next != broken {
				n = next
				break
			}
		}
	}
	if open {
		return out[:kept]
	}
	return out
}
