package paper

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"testing"
)

// makeFont makes a small font that draws some characters as another font draws others, with a map of the
// format 4 for the first plane or 12 beyond it.
func makeFont(from *font, as map[rune]rune) ([]byte, error) {
	f := newFace(from)
	runes := slices.Sorted(maps.Keys(as))
	for _, r := range runes {
		if _, err := f.use(as[r]); err != nil {
			return nil, err
		}
	}
	b, err := f.subset()
	if err != nil {
		return nil, err
	}
	small := &font{at: bytes.NewReader(b)}
	tables := map[string][]byte{}
	_ = small.read() // it has no cmap yet
	for name, t := range small.tables {
		tables[name] = b[t.offset : t.offset+t.size]
	}
	var groups []byte
	for i, r := range runes {
		for _, v := range []int{int(r), int(r), i + 1} {
			groups = binary.BigEndian.AppendUint32(groups, uint32(v))
		}
	}
	cmap := []byte{0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 12, 0, 0}
	cmap = binary.BigEndian.AppendUint32(cmap, uint32(16+len(groups)))
	cmap = binary.BigEndian.AppendUint32(cmap, 0)
	cmap = binary.BigEndian.AppendUint32(cmap, uint32(len(runes)))
	tables["cmap"] = append(cmap, groups...)
	return assemble(tables), nil
}

// Both maps of the document font say the same about every character of the first plane.
func TestCmapFormatsAgree(t *testing.T) {
	fonts, err := printer(t).open()
	if err != nil {
		t.Fatal(err)
	}
	f := fonts[0]
	if !f.cmap12 {
		t.Fatal("the document font has no map of all planes")
	}
	old := *f
	head, err := f.bytes("cmap", 4+8*5)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for i := range 5 {
		e := head[4+8*i:]
		if u16(e) == 3 && u16(e[2:]) == 1 {
			at := f.tables["cmap"].offset + int64(binary.BigEndian.Uint32(e[4:]))
			var start [8]byte
			if _, err := f.at.ReadAt(start[:], at); err != nil {
				t.Fatal(err)
			}
			old.cmap12, old.cmap, found = false, section{at, int64(u16(start[6:]) / 2)}, true
		}
	}
	if !found {
		t.Fatal("the document font has no map of format 4")
	}
	drawn := 0
	for r := rune(0); r < 0xFFFF; r++ {
		a, err := f.glyph(r)
		b, err2 := old.glyph(r)
		if a != b || err != nil || err2 != nil {
			t.Fatalf("U+%04X: %d and %d, %v, %v", r, a, b, err, err2)
		}
		if a > 0 {
			drawn++
		}
	}
	if drawn < 27_000 {
		t.Errorf("only %d characters are drawn", drawn)
	}
}

func FuzzFont(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x00\x00\x01"))
	p := printer(f)
	fonts, err := p.open()
	if err != nil {
		f.Fatal(err)
	}
	small, err := makeFont(fonts[0], map[rune]rune{'a': 'a', 0x2CC56: '页', 'é': 'é'})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	f.Fuzz(func(t *testing.T, b []byte) {
		font := &font{at: bytes.NewReader(b)}
		if font.read() != nil {
			return
		}
		face := newFace(font)
		for _, r := range "aé\U0002CC56" {
			if _, err := face.use(r); err != nil {
				return
			}
		}
		if out, err := face.subset(); err == nil && len(out) == 0 {
			t.Error("an empty subset")
		}
	})
}
