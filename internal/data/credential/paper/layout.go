package paper

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"rsc.io/qr"
)

// A4 in points, and where text may stand.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	mm         = 72 / 25.4
	margin     = 20 * mm
	footTop    = pageHeight - 25*mm // the foot of each page begins here
)

// Colours: black on white, a grey of contrast 7:1 for labels, a lighter one for lines, red for seals.
const (
	black = "0 0 0"
	grey  = "0.31 0.34 0.37"
	line  = "0.69 0.71 0.73"
	red   = "0.75 0.1 0.1"
)

// leading is the height of a line, in sizes.
const leading = 1.5

// sheet is a document while it is being laid out. The first thing that goes wrong is kept in err, and
// nothing is written after it.
type sheet struct {
	faces []*face
	pages []*canvas
	y     float64 // from the top of the page, of the next line
	root  *node
	err   error
	foot  func(*sheet, *canvas, int) // draws what stands on each page, once all pages are known
}

// canvas is one page.
type canvas struct {
	buf    bytes.Buffer
	owners []*node // by number of the marked content
}

// node is a part of the document as a screen reader meets it (ISO 32000-1, 14.8.4).
type node struct {
	tag, alt string
	kids     []*node
	marks    []mark
	object   int
}

type mark struct{ page, number int }

func (n *node) child(tag string) *node {
	k := &node{tag: tag}
	n.kids = append(n.kids, k)
	return k
}

func newSheet(fonts []*font) *sheet {
	s := &sheet{root: &node{tag: "Document"}}
	for _, f := range fonts {
		s.faces = append(s.faces, newFace(f))
	}
	s.newPage()
	return s
}

func (s *sheet) newPage() {
	s.pages = append(s.pages, &canvas{})
	s.y = margin
}

func (s *sheet) page() *canvas { return s.pages[len(s.pages)-1] }

// room begins a new page when less than h is left on this one, and says whether it did.
func (s *sheet) room(h float64) bool {
	if s.y+h <= footTop-4*mm || s.y <= margin {
		return false
	}
	s.newPage()
	return true
}

// tagged writes content that belongs to a part of the document.
func (s *sheet) tagged(c *canvas, n *node, draw func()) {
	page := 0
	for i, p := range s.pages {
		if p == c {
			page = i
		}
	}
	n.marks = append(n.marks, mark{page, len(c.owners)})
	fmt.Fprintf(&c.buf, "/%s<</MCID %d>>BDC\n", n.tag, len(c.owners))
	c.owners = append(c.owners, n)
	draw()
	c.buf.WriteString("EMC\n")
}

// artifact writes what a screen reader passes over: lines, frames, what repeats on each page.
func (s *sheet) artifact(c *canvas, draw func()) {
	c.buf.WriteString("/Artifact BMC\n")
	draw()
	c.buf.WriteString("EMC\n")
}

// faceOf finds the first font that draws a character.
func (s *sheet) faceOf(r rune) (face, number int) {
	for i, f := range s.faces {
		n, err := f.use(r)
		if err != nil {
			s.fail(fmt.Errorf("read font %s: %w", f.name, err))
			return 0, 0
		}
		if n > 0 {
			return i, n
		}
	}
	s.fail(missing(r))
	return 0, 0
}

func (s *sheet) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *sheet) width(text string, size float64) float64 {
	sum := 0
	for _, r := range text {
		if i, n := s.faceOf(r); n > 0 {
			sum += s.faces[i].widths[n-1]
		}
	}
	return float64(sum) * size / 1000
}

func (s *sheet) wrap(text string, size, width float64) []string {
	return wrap(strings.ReplaceAll(text, "\t", " "), width, func(piece string) float64 { return s.width(piece, size) })
}

// style is how a line looks.
type style struct {
	size   float64
	colour string
	strong bool // drawn with an outline as well, since one weight of the font is embedded
}

// put writes one line with its baseline at y from the top.
func (s *sheet) put(c *canvas, x, y float64, st style, text string) {
	if text == "" {
		return
	}
	fmt.Fprintf(&c.buf, "BT %s rg ", st.colour)
	if st.strong {
		fmt.Fprintf(&c.buf, "%s RG %s w 2 Tr ", st.colour, num(st.size*0.03))
	}
	fmt.Fprintf(&c.buf, "%s %s Td", num(x), num(pageHeight-y))
	at := -1
	for _, r := range text {
		i, n := s.faceOf(r)
		if i != at {
			if at >= 0 {
				c.buf.WriteString(">Tj")
			}
			fmt.Fprintf(&c.buf, " /F%d %s Tf <", i, num(st.size))
			at = i
		}
		fmt.Fprintf(&c.buf, "%04X", n)
	}
	c.buf.WriteString(">Tj ")
	if st.strong {
		c.buf.WriteString("0 Tr ")
	}
	c.buf.WriteString("ET\n")
}

// lines writes lines from the top y down and returns where the next one would begin.
func (s *sheet) lines(c *canvas, x, y float64, st style, lines []string) float64 {
	for _, l := range lines {
		s.put(c, x, y+st.size*(leading/2+0.38), st, l)
		y += st.size * leading
	}
	return y
}

// centred writes lines about the middle x.
func (s *sheet) centred(c *canvas, x, y float64, st style, lines []string) float64 {
	for _, l := range lines {
		s.put(c, x-s.width(l, st.size)/2, y+st.size*(leading/2+0.38), st, l)
		y += st.size * leading
	}
	return y
}

func (c *canvas) rule(x1, y, x2 float64, colour string, width float64) {
	fmt.Fprintf(&c.buf, "%s RG %s w %s %s m %s %s l S\n", colour, num(width), num(x1), num(pageHeight-y), num(x2), num(pageHeight-y))
}

func (c *canvas) frame(x, y, w, h float64, colour string, width float64) {
	fmt.Fprintf(&c.buf, "%s RG %s w %s %s %s %s re S\n", colour, num(width), num(x), num(pageHeight-y-h), num(w), num(h))
}

// rounded draws a frame with round corners.
func (c *canvas) rounded(x, y, w, h, r float64, colour string, width float64) {
	k := r * (1 - 4*(math.Sqrt2-1)/3) // control points of a quarter circle
	top, bottom := pageHeight-y, pageHeight-y-h
	fmt.Fprintf(&c.buf, "%s RG %s w %s %s m %s %s l %s %s %s %s %s %s c %s %s l %s %s %s %s %s %s c %s %s l %s %s %s %s %s %s c %s %s l %s %s %s %s %s %s c s\n",
		colour, num(width), num(x+r), num(top), num(x+w-r), num(top),
		num(x+w-k), num(top), num(x+w), num(top-k), num(x+w), num(top-r), num(x+w), num(bottom+r),
		num(x+w), num(bottom+k), num(x+w-k), num(bottom), num(x+w-r), num(bottom), num(x+r), num(bottom),
		num(x+k), num(bottom), num(x), num(bottom+k), num(x), num(bottom+r), num(x), num(top-r),
		num(x), num(top-k), num(x+k), num(top), num(x+r), num(top))
}

// code draws a QR code (GB/T 18284) that fills a square without its quiet zone.
func (s *sheet) code(c *canvas, x, y, side float64, text string) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		s.fail(fmt.Errorf("make QR code: %w", err))
		return
	}
	dot := side / float64(code.Size)
	fmt.Fprintf(&c.buf, "%s rg\n", black)
	for row := range code.Size {
		for col := 0; col < code.Size; col++ {
			from := col
			for col < code.Size && code.Black(col, row) {
				col++
			}
			if col > from {
				fmt.Fprintf(&c.buf, "%s %s %s %s re\n", num(x+float64(from)*dot), num(pageHeight-y-float64(row+1)*dot), num(float64(col-from)*dot), num(dot))
			}
		}
	}
	c.buf.WriteString("f\n")
}
