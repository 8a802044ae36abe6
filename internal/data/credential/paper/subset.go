package paper

import (
	"encoding/binary"
	"slices"
)

// face is what one document uses of a font. Each character gets a number of its own in the order of
// first use, even where two characters share a glyph (⼀ U+2F00 and 一 U+4E00): what is copied out of the
// document is then what was written, and not its look-alike.
type face struct {
	*font
	number map[rune]int // from 1; 0 is the glyph for nothing
	runes  []rune
	glyphs []int
	widths []int
}

func newFace(f *font) *face { return &face{font: f, number: map[rune]int{}} }

// use returns the number of a character in this document, or 0 when the font cannot draw it.
func (f *face) use(r rune) (int, error) {
	if n, ok := f.number[r]; ok {
		return n, nil
	}
	g, err := f.glyph(r)
	if err != nil || g == 0 {
		return 0, err
	}
	w, err := f.advance(g)
	if err != nil {
		return 0, err
	}
	f.runes, f.glyphs, f.widths = append(f.runes, r), append(f.glyphs, g), append(f.widths, w)
	n := len(f.runes)
	f.number[r] = n
	return n, nil
}

// Flags of composite glyphs (OpenType, glyf table).
const (
	argsAreWords   = 0x0001
	hasScale       = 0x0008
	moreComponents = 0x0020
	hasXYScale     = 0x0040
	hasTwoByTwo    = 0x0080
)

// subset makes a font file of exactly the characters in use, numbered as use has numbered them. Parts of
// composite glyphs follow at the end.
func (f *face) subset() ([]byte, error) {
	order := append([]int{0}, f.glyphs...) // old number by new
	parts := map[int]int{}                 // new number by old, of parts
	var glyf, loca, hmtx []byte
	for i := 0; i < len(order); i++ {
		out, err := f.outline(order[i])
		if err != nil {
			return nil, err
		}
		err = components(out, func(at int) {
			old := int(u16(out[at:]))
			n, ok := parts[old]
			if !ok {
				n = len(order)
				parts[old] = n
				order = append(order, old)
			}
			binary.BigEndian.PutUint16(out[at:], uint16(n))
		})
		if err != nil || len(order) > 0xFFFF {
			return nil, errFont
		}
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, out...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		m, err := f.metric(order[i])
		if err != nil {
			return nil, err
		}
		hmtx = append(hmtx, m...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	head, err := f.bytes("head", 54)
	if err != nil {
		return nil, err
	}
	hhea, err := f.bytes("hhea", 36)
	if err != nil {
		return nil, err
	}
	maxp, err := f.bytes("maxp", int(min(f.tables["maxp"].size, 32)))
	if err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint32(head[8:], 0)
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(order)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(order)))
	tables := map[string][]byte{"glyf": glyf, "loca": loca, "hmtx": hmtx, "head": head, "hhea": hhea, "maxp": maxp}
	for _, name := range []string{"cvt ", "fpgm", "prep"} {
		if t, ok := f.tables[name]; ok {
			if tables[name], err = f.bytes(name, int(t.size)); err != nil {
				return nil, err
			}
		}
	}
	return assemble(tables), nil
}

// metric is the advance and left bearing of a glyph, as the table writes them.
func (f *face) metric(glyph int) ([]byte, error) {
	m := make([]byte, 4)
	t := f.tables["hmtx"]
	if glyph < f.metrics {
		_, err := f.at.ReadAt(m, t.offset+4*int64(glyph))
		return m, err
	}
	// The last glyphs share an advance and have bearings only.
	if _, err := f.at.ReadAt(m[:2], t.offset+4*int64(f.metrics-1)); err != nil {
		return nil, err
	}
	_, err := f.at.ReadAt(m[2:], t.offset+4*int64(f.metrics)+2*int64(glyph-f.metrics))
	return m, err
}

// components calls part with the place of each reference to another glyph.
func components(out []byte, part func(at int)) error {
	if len(out) < 10 || i16(out) >= 0 {
		return nil // a space, or drawn by itself
	}
	for at := 10; ; {
		if at+4 > len(out) {
			return errFont
		}
		flags := u16(out[at:])
		part(at + 2)
		at += 6
		if flags&argsAreWords != 0 {
			at += 2
		}
		switch {
		case flags&hasScale != 0:
			at += 2
		case flags&hasXYScale != 0:
			at += 4
		case flags&hasTwoByTwo != 0:
			at += 8
		}
		if flags&moreComponents == 0 {
			return nil
		}
	}
}

// assemble writes a font file of tables, with the checksums that the format demands.
func assemble(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	n := len(names)
	search, shift := 1, 0
	for search*2 <= n {
		search, shift = search*2, shift+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, search * 16, shift, (n - search) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	offset, headAt := 12+16*n, 0
	for _, name := range names {
		t := tables[name]
		if name == "head" {
			headAt = offset
		}
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, checksum(t))
		out = binary.BigEndian.AppendUint32(out, uint32(offset))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t)))
		offset += (len(t) + 3) &^ 3
	}
	for _, name := range names {
		out = append(out, tables[name]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	binary.BigEndian.PutUint32(out[headAt+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(b []byte) uint32 {
	var sum uint32
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	if len(b) > 0 {
		var last [4]byte
		copy(last[:], b)
		sum += binary.BigEndian.Uint32(last[:])
	}
	return sum
}
