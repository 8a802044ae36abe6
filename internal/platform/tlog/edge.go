package tlog

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// coordinate is where a tile is.
type coordinate struct{ level, index int64 }

// String is the path under which the tile is served.
func (c coordinate) String() string { return tilePath(c, tileWidth) }

// tile is a tile as it is stored.
type tile struct {
	coordinate
	data []byte
}

// edge is the right-hand edge of a tree: in each level the tile that is not full yet, and the bundle.
type edge struct {
	size   int64
	bundle []byte
	levels [][]Hash // a level is empty when its last tile is full
	full   []tile   // those that have been filled
}

// width is the number of hashes in the tile at the edge of that level of a tree of that size.
func width(size int64, level int) int64 { return size >> (tileHeight * level) % tileWidth }

// coordinates lists the tiles at the edge.
func (e *edge) coordinates() []coordinate {
	var out []coordinate
	if width(e.size, 0) > 0 {
		out = append(out, coordinate{bundles, e.size / tileWidth})
	}
	for level := 0; e.size>>(tileHeight*level) > 0; level++ {
		if width(e.size, level) > 0 {
			out = append(out, coordinate{int64(level), e.size >> (tileHeight * (level + 1))})
		}
	}
	return out
}

// fill takes the tiles at the edge as they are stored.
func (e *edge) fill(tiles map[coordinate][]byte) error {
	for level := 0; e.size>>(tileHeight*level) > 0; level++ {
		at := coordinate{int64(level), e.size >> (tileHeight * (level + 1))}
		n := int(width(e.size, level))
		data := tiles[at]
		if n > 0 && len(data) != n*merkle.HashSize {
			return fmt.Errorf("%w: %v has %d bytes and not %d", ErrBroken, at, len(data), n*merkle.HashSize)
		}
		e.levels = append(e.levels, make([]Hash, 0, tileWidth))
		for i := range n {
			e.levels[level] = append(e.levels[level], Hash(data[i*merkle.HashSize:]))
		}
	}
	n := int(width(e.size, 0))
	if n == 0 {
		return nil
	}
	at := coordinate{bundles, e.size / tileWidth}
	leaves, rest := parseBundle(tiles[at], n)
	if len(leaves) != n || rest != 0 {
		return fmt.Errorf("%w: %v does not hold %d leaves", ErrBroken, at, n)
	}
	for i, leaf := range leaves {
		if LeafHash(leaf) != e.levels[0][i] {
			return fmt.Errorf("%w: leaf %d of %v", ErrBroken, i, at)
		}
	}
	e.bundle = tiles[at]
	return nil
}

// add puts a leaf at the end.
func (e *edge) add(leaf []byte) {
	e.bundle = binary.BigEndian.AppendUint16(e.bundle, uint16(len(leaf)))
	e.bundle = append(e.bundle, leaf...)
	e.size++
	if width(e.size, 0) == 0 {
		e.full = append(e.full, tile{coordinate{bundles, e.size/tileWidth - 1}, e.bundle})
		e.bundle = nil
	}
	e.push(0, LeafHash(leaf))
}

func (e *edge) push(level int, h Hash) {
	if level == len(e.levels) {
		e.levels = append(e.levels, make([]Hash, 0, tileWidth))
	}
	e.levels[level] = append(e.levels[level], h)
	if len(e.levels[level]) < tileWidth {
		return
	}
	index := e.size>>(tileHeight*(level+1)) - 1
	e.full = append(e.full, tile{coordinate{int64(level), index}, flat(e.levels[level])})
	up := subtree(e.levels[level])
	e.levels[level] = e.levels[level][:0]
	e.push(level+1, up)
}

// touched lists the tiles that have changed or may have changed: those filled, and the edge.
func (e *edge) touched() []tile {
	out := e.full
	for _, at := range e.coordinates() {
		data := e.bundle
		if at.level != bundles {
			data = flat(e.levels[at.level])
		}
		out = append(out, tile{at, data})
	}
	return out
}

// root is the root of the tree: the subtrees in the edge, from right to left.
func (e *edge) root() Hash {
	var right *Hash
	for _, hashes := range e.levels {
		for n := len(hashes); n > 0; {
			k := n & -n // the rightmost full subtree
			h := subtree(hashes[n-k : n])
			if right != nil {
				h = nodeHash(h, *right)
			}
			right = &h
			n -= k
		}
	}
	if right == nil {
		return sha256.Sum256(nil) // RFC 6962, 2.1
	}
	return *right
}

// subtree is the root of a full subtree over a power of two of hashes.
func subtree(hashes []Hash) Hash {
	var buf [tileWidth]Hash
	level := buf[:copy(buf[:], hashes)]
	for n := len(level); n > 1; n /= 2 {
		for i := range n / 2 {
			level[i] = nodeHash(level[2*i], level[2*i+1])
		}
	}
	return level[0]
}

func flat(hashes []Hash) []byte {
	out := make([]byte, 0, len(hashes)*merkle.HashSize)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

func nodeHash(left, right Hash) Hash {
	var b [1 + 2*merkle.HashSize]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+merkle.HashSize:], right[:])
	return sha256.Sum256(b[:])
}

// LeafHash is the hash of a leaf (RFC 6962, 2.1).
func LeafHash(leaf []byte) Hash {
	var b [512]byte
	return sha256.Sum256(append(b[:1], leaf...))
}

// parseBundle cuts a bundle into at most n leaves and tells how many bytes are left over.
func parseBundle(data []byte, n int) (leaves [][]byte, rest int) {
	leaves = make([][]byte, 0, n)
	for len(leaves) < n && len(data) >= 2 {
		size := int(binary.BigEndian.Uint16(data))
		if len(data)-2 < size {
			break
		}
		leaves = append(leaves, data[2:2+size])
		data = data[2+size:]
	}
	return leaves, len(data)
}

// bundleEnd is where the first n leaves of a bundle end; -1 when it does not have as many.
func bundleEnd(data []byte, n int) int {
	leaves, rest := parseBundle(data, n)
	if len(leaves) < n {
		return -1
	}
	return len(data) - rest
}
