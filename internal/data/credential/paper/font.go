package paper

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// font is a TrueType font (ISO/IEC 14496-22) that is read where it lies: only the directory and a few
// numbers are kept, everything else is looked up when a document needs it.
type font struct {
	name   string // file name without its ending, for the PDF
	at     io.ReaderAt
	tables map[string]section

	units    int // per em
	glyphs   int
	metrics  int  // glyphs with an advance of their own
	longLoca bool // offsets of glyphs have four bytes
	bounds   [4]int
	ascent   int
	descent  int
	cmap     section // the Unicode subtable
	cmap12   bool    // its format: 12, else 4
}

type section struct{ offset, size int64 }

// openFont reads the directory of a font. A file that can be read at any place, such as an embedded one
// or one on the disk, is never read whole.
func openFont(files fs.FS, path string) (*font, error) {
	file, err := files.Open(path)
	if err != nil {
		return nil, err
	}
	f := &font{name: postScriptName(path)}
	if at, ok := file.(io.ReaderAt); ok {
		f.at = at // stays open as long as the program runs
	} else {
		all, err := io.ReadAll(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		f.at = bytes.NewReader(all)
	}
	if err := f.read(); err != nil {
		return nil, fmt.Errorf("font %s: %w", path, err)
	}
	return f, nil
}

func postScriptName(path string) string {
	var name []byte
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '/':
			name = name[:0]
		case c == '.':
			return string(name)
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
			name = append(name, c)
		default:
			name = append(name, '-')
		}
	}
	return string(name)
}

var errFont = errors.New("not a TrueType font that can be embedded: it needs the tables cmap, glyf, head, hhea, hmtx, loca and maxp")

func (f *font) read() error {
	head := make([]byte, 12)
	if _, err := f.at.ReadAt(head, 0); err != nil {
		return errFont
	}
	n := int(u16(head[4:]))
	if kind := binary.BigEndian.Uint32(head); kind != 0x00010000 && kind != 0x74727565 || n == 0 || n > 100 {
		return errFont
	}
	directory := make([]byte, 16*n)
	if _, err := f.at.ReadAt(directory, 12); err != nil {
		return errFont
	}
	f.tables = make(map[string]section, n)
	for i := range n {
		e := directory[16*i:]
		f.tables[string(e[:4])] = section{int64(binary.BigEndian.Uint32(e[8:])), int64(binary.BigEndian.Uint32(e[12:]))}
	}
	h, err := f.bytes("head", 54)
	hhea, err2 := f.bytes("hhea", 36)
	maxp, err3 := f.bytes("maxp", 6)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	f.units, f.longLoca = int(u16(h[18:])), u16(h[50:]) == 1
	for i := range 4 {
		f.bounds[i] = int(i16(h[36+2*i:]))
	}
	f.ascent, f.descent, f.metrics = int(i16(hhea[4:])), int(i16(hhea[6:])), int(u16(hhea[34:]))
	f.glyphs = int(u16(maxp[4:]))
	size := int64(2)
	if f.longLoca {
		size = 4
	}
	if f.units == 0 || f.glyphs == 0 || f.metrics == 0 || f.metrics > f.glyphs || f.tables["glyf"].size == 0 ||
		f.tables["hmtx"].size < int64(4*f.metrics) || f.tables["loca"].size < size*int64(f.glyphs+1) {
		return errFont
	}
	for _, name := range []string{"cmap", "glyf", "hmtx", "loca"} {
		var last [1]byte
		if t := f.tables[name]; t.size == 0 {
			return errFont
		} else if _, err := f.at.ReadAt(last[:], t.offset+t.size-1); err != nil {
			return errFont // the directory promises more than the file holds
		}
	}
	return f.findCmap()
}

// bytes reads the beginning of a table.
func (f *font) bytes(table string, n int) ([]byte, error) {
	t, ok := f.tables[table]
	if !ok || t.size < int64(n) {
		return nil, errFont
	}
	b := make([]byte, n)
	if _, err := f.at.ReadAt(b, t.offset); err != nil {
		return nil, err
	}
	return b, nil
}

// findCmap chooses the subtable that covers all of Unicode, else the one for its first plane.
func (f *font) findCmap() error {
	head, err := f.bytes("cmap", 4)
	if err != nil {
		return err
	}
	n := int(u16(head[2:]))
	list, err := f.bytes("cmap", 4+8*n)
	if err != nil {
		return err
	}
	best := 0
	for i := range n {
		e := list[4+8*i:]
		platform, encoding := u16(e), u16(e[2:])
		at := int64(binary.BigEndian.Uint32(e[4:]))
		var start [16]byte
		if _, err := f.at.ReadAt(start[:], f.tables["cmap"].offset+at); err != nil {
			return errFont
		}
		unicode := platform == 0 || platform == 3 && (encoding == 1 || encoding == 10)
		switch format := u16(start[:]); {
		case unicode && format == 12 && best < 2:
			best, f.cmap12 = 2, true
			f.cmap = section{f.tables["cmap"].offset + at, int64(binary.BigEndian.Uint32(start[12:]))} // size: groups
		case unicode && format == 4 && best < 1:
			best = 1
			f.cmap = section{f.tables["cmap"].offset + at, int64(u16(start[6:]) / 2)} // size: segments
		}
	}
	if best == 0 {
		return errFont
	}
	return nil
}

// glyph returns the number of the glyph that draws r, 0 when the font has none.
func (f *font) glyph(r rune) (int, error) {
	if f.cmap12 {
		return f.glyph12(uint32(r))
	}
	if r > 0xFFFF {
		return 0, nil
	}
	return f.glyph4(uint16(r))
}

func (f *font) glyph12(c uint32) (int, error) {
	var g [12]byte
	lo, hi := int64(0), f.cmap.size
	for lo < hi {
		mid := (lo + hi) / 2
		if _, err := f.at.ReadAt(g[:], f.cmap.offset+16+12*mid); err != nil {
			return 0, err
		}
		start, end := binary.BigEndian.Uint32(g[:]), binary.BigEndian.Uint32(g[4:])
		switch {
		case c < start:
			hi = mid
		case c > end:
			lo = mid + 1
		default:
			return f.inRange(int(binary.BigEndian.Uint32(g[8:]) + c - start)), nil
		}
	}
	return 0, nil
}

func (f *font) glyph4(c uint16) (int, error) {
	var b [2]byte
	word := func(at int64) (uint16, error) {
		_, err := f.at.ReadAt(b[:], f.cmap.offset+at)
		return u16(b[:]), err
	}
	// endCode, a pad, startCode, idDelta and idRangeOffset follow each other, one entry a segment.
	n := f.cmap.size
	lo, hi := int64(0), n
	for lo < hi {
		mid := (lo + hi) / 2
		end, err := word(14 + 2*mid)
		if err != nil {
			return 0, err
		}
		if c > end {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == n {
		return 0, nil
	}
	start, err := word(16 + 2*n + 2*lo)
	delta, err2 := word(16 + 4*n + 2*lo)
	offset, err3 := word(16 + 6*n + 2*lo)
	if err := errors.Join(err, err2, err3); err != nil || c < start {
		return 0, err
	}
	if offset == 0 {
		return f.inRange(int(c + delta)), nil
	}
	g, err := word(16 + 6*n + 2*lo + int64(offset) + 2*int64(c-start))
	if err != nil || g == 0 {
		return 0, err
	}
	return f.inRange(int(g + delta)), nil
}

func (f *font) inRange(glyph int) int {
	if glyph < 0 || glyph >= f.glyphs {
		return 0
	}
	return glyph
}

// advance returns the width of a glyph in thousandths of the size.
func (f *font) advance(glyph int) (int, error) {
	var b [2]byte
	if _, err := f.at.ReadAt(b[:], f.tables["hmtx"].offset+4*int64(min(glyph, f.metrics-1))); err != nil {
		return 0, err
	}
	return f.thousandths(int(u16(b[:]))), nil
}

func (f *font) thousandths(n int) int { return (n*1000 + f.units/2) / f.units }

// outline returns the bytes that draw a glyph; none for a space.
func (f *font) outline(glyph int) ([]byte, error) {
	if glyph >= f.glyphs {
		return nil, errFont
	}
	var b [8]byte
	var from, to int64
	loca := f.tables["loca"].offset
	if f.longLoca {
		if _, err := f.at.ReadAt(b[:], loca+4*int64(glyph)); err != nil {
			return nil, err
		}
		from, to = int64(binary.BigEndian.Uint32(b[:])), int64(binary.BigEndian.Uint32(b[4:]))
	} else {
		if _, err := f.at.ReadAt(b[:4], loca+2*int64(glyph)); err != nil {
			return nil, err
		}
		from, to = 2*int64(u16(b[:])), 2*int64(u16(b[2:]))
	}
	if to < from || to > f.tables["glyf"].size {
		return nil, errFont
	}
	out := make([]byte, to-from)
	if len(out) == 0 {
		return out, nil
	}
	_, err := f.at.ReadAt(out, f.tables["glyf"].offset+from)
	return out, err
}

func u16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func i16(b []byte) int16  { return int16(binary.BigEndian.Uint16(b)) }
