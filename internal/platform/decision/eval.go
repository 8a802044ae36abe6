package decision

// Truth is what a condition is for somebody.
type Truth uint8

// The three truths. Unknown is exact: with the open slots filled in one way the condition is true, in
// another way it is false.
const (
	False Truth = iota
	True
	Unknown
)

func (t Truth) String() string { return [...]string{"false", "true", "unknown"}[t] }

// Eval says what a condition is for these answers. It allocates nothing once it is warm.
func (d *Diagram) Eval(r Root, s Slots) Truth {
	n := d.follow(int32(r), s)
	if n <= 1 {
		return Truth(n)
	}
	sc := d.take()
	t := truths[sc.ends(n, s)]
	d.scratch.Put(sc)
	return t
}

// follow walks from a node as far as the answers lead: to an end, or to a variable that is open.
func (d *Diagram) follow(n int32, s Slots) int32 {
	cells := d.cells
	for n > 1 {
		c := s[cells[n]]
		if c < 0 {
			return n
		}
		n = cells[n+1+int32(c)]
	}
	return n
}

// truths by the ends that can be reached: bit 0 the false one, bit 1 the true one.
var truths = [4]Truth{1: False, 2: True, 3: Unknown}

// scratch is the working memory of one evaluation.
type scratch struct {
	d     *Diagram
	epoch uint32
	seen  []uint32 // by node: epoch<<2 | ends reached

	// The diagram as it is for these answers, reduced again: the functions that are left, each once.
	canon  []int64  // by node: epoch<<32 | its function
	left   []int32  // nodes of the reduced diagram, laid out like Diagram.cells, offsets from 2
	starts []int32  // where each of them begins
	unique []uint64 // hash table of them: epoch<<32 | offset
	stack  []int32

	slots Slots
	list  []int32
}

// take gets scratch for the diagram as large as it is now.
func (d *Diagram) take() *scratch {
	sc := d.scratch.Get().(*scratch)
	if sc.d != d || len(sc.seen) < len(d.cells) {
		*sc = scratch{d: d, seen: make([]uint32, len(d.cells)), canon: make([]int64, len(d.cells)), unique: make([]uint64, 64), slots: make(Slots, len(d.vars))}
	}
	sc.begin()
	return sc
}

// begin forgets what was found out for other answers.
func (sc *scratch) begin() {
	sc.epoch++
	if sc.epoch >= 1<<30 {
		clear(sc.seen)
		clear(sc.canon)
		clear(sc.unique)
		sc.epoch = 1
	}
	sc.left, sc.starts = append(sc.left[:0], end, end), sc.starts[:0]
}

// ends gives the ends that can be reached from a node. Every path of a reduced diagram can be walked by
// somebody, because no variable is asked twice on it; so this is exact.
func (sc *scratch) ends(n int32, s Slots) uint32 {
	cells := sc.d.cells
	for n > 1 {
		c := s[cells[n]]
		if c < 0 {
			break
		}
		n = cells[n+1+int32(c)]
	}
	if n <= 1 {
		return 1 << n
	}
	if m := sc.seen[n]; m>>2 == sc.epoch {
		return m & 3
	}
	var ends uint32
	for _, child := range sc.d.children(n) {
		if ends |= sc.ends(child, s); ends == 3 {
			break
		}
	}
	sc.seen[n] = sc.epoch<<2 | ends
	return ends
}

// rest gives the function that is left of a node for these answers: an offset into left, the same for
// the same function. The variables of the nodes made are exactly those that can still change it.
func (sc *scratch) rest(n int32, s Slots) int32 {
	if n = sc.d.follow(n, s); n <= 1 {
		return n
	}
	if m := sc.canon[n]; uint32(m>>32) == sc.epoch {
		return int32(m)
	}
	base := len(sc.stack)
	same := true
	for _, child := range sc.d.children(n) {
		c := sc.rest(child, s)
		sc.stack = append(sc.stack, c)
		same = same && c == sc.stack[base]
	}
	f := sc.stack[base]
	if !same {
		f = sc.node(sc.d.cells[n], sc.stack[base:])
	}
	sc.stack = sc.stack[:base]
	sc.canon[n] = int64(sc.epoch)<<32 | int64(f)
	return f
}

func (sc *scratch) node(v int32, children []int32) int32 {
	if 2*len(sc.starts) >= len(sc.unique) {
		sc.unique = make([]uint64, 2*len(sc.unique))
		for _, f := range sc.starts {
			sc.unique[sc.place(sc.left[f], sc.children(f))] = uint64(sc.epoch)<<32 | uint64(f)
		}
	}
	at := sc.place(v, children)
	if e := sc.unique[at]; uint32(e>>32) == sc.epoch {
		return int32(e)
	}
	f := int32(len(sc.left))
	sc.left = append(append(sc.left, v), children...)
	sc.starts = append(sc.starts, f)
	sc.unique[at] = uint64(sc.epoch)<<32 | uint64(f)
	return f
}

// place finds where a function stands in the table, or where it would.
func (sc *scratch) place(v int32, children []int32) uint32 {
	mask := uint32(len(sc.unique) - 1)
	at := hash(v, children) & mask
search:
	for ; uint32(sc.unique[at]>>32) == sc.epoch; at = (at + 1) & mask {
		f := int32(sc.unique[at])
		if sc.left[f] != v {
			continue
		}
		for i, c := range children {
			if sc.left[int(f)+1+i] != c {
				continue search
			}
		}
		break
	}
	return at
}

func (sc *scratch) children(f int32) []int32 {
	return sc.left[f+1 : int(f)+1+sc.d.vars[sc.left[f]].size()]
}

// splits reports quickly that the children of a node lead to different ends, so that its variable
// certainly matters. False says nothing.
func (sc *scratch) splits(n int32, s Slots) bool {
	children := sc.d.children(n)
	first := sc.ends(children[0], s)
	for _, c := range children[1:] {
		if sc.ends(c, s) != first {
			return true
		}
	}
	return false
}
