package paper

import (
	"fmt"
	"strings"
	"time"

	"tongban/internal/platform/lang"
)

// DemonstrationMark stands on every document that bears the built-in seal. It is no text of the pages
// and is not translated: no configuration may soften it (电子签名法 第十三条: without a licensed
// certificate a signature is not a reliable one).
const DemonstrationMark = "演示印章 DEMONSTRATION SEAL — 非可靠电子签名"

// Doc is a document of running text: a receipt, checklist, decision or notice. All texts come from the
// caller in one language.
type Doc struct {
	Lang   lang.Lang
	From   string // the body that hands it out, over the title; may be empty
	Title  string
	Number string // on each page
	Date   string // in words, on each page
	QR     string // address behind the code on each page; "" draws none
	Blocks []Block
	Seal   Seal
	Made   time.Time // the file's own date; the same content with the same date is the same file
}

// Seal is what stands under a document.
type Seal struct {
	Owner string // body whose seal it is; "" draws none
	Date  string
	Real  bool // the seal of a licensed provider, which draws its own image; else the demonstration mark is drawn
}

func (s Seal) demonstration() bool { return s.Owner != "" && !s.Real }

// Block is a part of a document.
type Block struct {
	draw  func(s *sheet, parent *node)
	least func(s *sheet) float64 // the height of what stands together at its beginning
	over  bool                   // it stays with what comes after it
}

// Row is a name and a value, with the name in a second language if wanted.
type Row struct{ Label, Sub, Value string }

var (
	body  = style{size: 12, colour: black}
	small = style{size: 9.5, colour: grey}
	label = style{size: 12, colour: grey}
	sub   = style{size: 8.5, colour: grey}
)

const textWidth = pageWidth - 2*margin

// Heading begins a part.
func Heading(text string) Block {
	const above, below = 8, 4
	st := style{size: 14, colour: black, strong: true}
	return Block{
		draw: func(s *sheet, parent *node) {
			s.y += above
			s.flow(parent.child("H2"), margin, textWidth, st, text)
			s.y += below
		},
		least: func(s *sheet) float64 {
			return above + float64(len(s.wrap(text, st.size, textWidth)))*st.size*leading + below
		},
		over: true,
	}
}

// Text is a paragraph; line feeds begin new lines.
func Text(text string) Block { return paragraph(text, body, 6) }

// Note is a paragraph in small type.
func Note(text string) Block { return paragraph(text, small, 5) }

func paragraph(text string, st style, below float64) Block {
	return Block{
		draw: func(s *sheet, parent *node) {
			s.flow(parent.child("P"), margin, textWidth, st, text)
			s.y += below
		},
		least: func(s *sheet) float64 {
			return float64(min(2, len(s.wrap(text, st.size, textWidth)))) * st.size * leading
		},
	}
}

// Rows are names with values, between rules.
func Rows(rows ...Row) Block {
	return Block{
		draw: func(s *sheet, parent *node) {
			s.rows(parent, margin, textWidth, rows)
			s.y += 8
		},
		least: func(s *sheet) float64 {
			if len(rows) == 0 {
				return 0
			}
			return together(s.pair(margin, textWidth, rows[0]), 4)
		},
	}
}

// List is a list with dots.
func List(entries ...string) Block { return list(func(int) string { return "•" }, entries) }

// Numbered is a list with numbers.
func Numbered(entries ...string) Block {
	return list(func(i int) string { return fmt.Sprintf("%d.", i+1) }, entries)
}

func list(sign func(int) string, entries []string) Block {
	entry := func(s *sheet, i int) []cell {
		return []cell{
			{tag: "Lbl", x: margin, lines: []styled{{body, sign(i)}}},
			{tag: "LBody", x: margin + 22, lines: s.styled(body, entries[i], textWidth-22)},
		}
	}
	return Block{
		draw: func(s *sheet, parent *node) {
			l := parent.child("L")
			for i := range entries {
				s.cells(l.child("LI"), entry(s, i), 1)
			}
			s.y += 6
		},
		least: func(s *sheet) float64 {
			if len(entries) == 0 {
				return 0
			}
			return together(entry(s, 0), 1)
		},
	}
}

// Table is a table whose head is repeated on each page. Widths are shares of the width of the text;
// without them all columns are equal.
func Table(head []string, rows [][]string, widths ...float64) Block {
	x, w := columns(len(head), widths)
	row := func(s *sheet, tag string, st style, texts []string) []cell {
		cells := make([]cell, len(head))
		for i := range cells {
			t := ""
			if i < len(texts) {
				t = texts[i]
			}
			cells[i] = cell{tag: tag, x: x[i], lines: s.styled(st, t, w[i]-8)}
		}
		return cells
	}
	names := func(s *sheet) []cell { return row(s, "TH", style{size: 10.5, colour: black, strong: true}, head) }
	values := func(s *sheet, i int) []cell { return row(s, "TD", style{size: 10.5, colour: black}, rows[i]) }
	least := func(s *sheet) float64 {
		h := together(names(s), 4)
		if len(rows) > 0 {
			h += together(values(s, 0), 4)
		}
		return h
	}
	return Block{
		draw: func(s *sheet, parent *node) {
			table := parent.child("Table")
			draw := func(row []cell) {
				s.cells(table.child("TR"), row, 4)
				s.artifact(s.page(), func() { s.page().rule(margin, s.y, pageWidth-margin, line, 0.5) })
			}
			s.room(least(s))
			draw(names(s))
			for i := range rows {
				row := values(s, i)
				if s.room(together(row, 4)) {
					draw(names(s))
				}
				draw(row)
			}
			s.y += 8
		},
		least: least,
	}
}

func columns(n int, widths []float64) (x, w []float64) {
	sum := 0.0
	for i := range n {
		share := 1.0
		if i < len(widths) {
			share = widths[i]
		}
		w = append(w, share)
		sum += share
	}
	at := margin
	for i := range w {
		w[i] *= textWidth / sum
		x = append(x, at)
		at += w[i]
	}
	return x, w
}

// Document makes a document.
func (p *Printer) Document(d Doc) ([]byte, error) {
	fonts, err := p.open()
	if err != nil {
		return nil, err
	}
	s := newSheet(fonts)
	if d.From != "" {
		s.flow(s.root.child("P"), margin, textWidth, style{size: 11, colour: grey}, d.From)
		s.y += 2
	}
	s.flow(s.root.child("H1"), margin, textWidth, style{size: 20, colour: black, strong: true}, d.Title)
	s.y += 8
	s.blocks(d.Blocks)
	if d.Seal.Owner != "" {
		s.room(38 * mm)
		s.sign(d.Seal, pageWidth-margin, s.y+6)
	}
	s.foot = func(s *sheet, c *canvas, i int) {
		s.artifact(c, func() {
			c.rule(margin, footTop, pageWidth-margin, line, 0.5)
			x := margin
			if d.QR != "" {
				s.code(c, margin, footTop+2*mm, 16*mm, d.QR)
				x += 19 * mm
			}
			y := footTop + 1.5*mm
			y = s.lines(c, x, y, small, s.wrap(strings.Join(nonempty(d.Number, d.Date), " · "), small.size, textWidth-40*mm))
			if d.Seal.demonstration() {
				s.lines(c, x, y, style{size: small.size, colour: red}, []string{DemonstrationMark})
			}
			s.pageNumber(c, i)
		})
	}
	return s.finish(meta{d.Title, d.Lang, d.Made})
}

// blocks lays out the parts of a document. What stands over something begins a new page rather than stand
// alone at the foot of one.
func (s *sheet) blocks(all []Block) {
	for i, b := range all {
		if b.over {
			h := 0.0
			for _, next := range all[i:] {
				h += next.least(s)
				if !next.over {
					break
				}
			}
			s.room(h)
		}
		b.draw(s, s.root)
	}
}

func (s *sheet) pageNumber(c *canvas, i int) {
	n := fmt.Sprintf("%d / %d", i+1, len(s.pages))
	s.lines(c, pageWidth-margin-s.width(n, small.size), footTop+1.5*mm, small, []string{n})
}

func nonempty(texts ...string) []string {
	var all []string
	for _, t := range texts {
		if t != "" {
			all = append(all, t)
		}
	}
	return all
}

// sign draws the owner, the day and the seal, right-aligned at x.
func (s *sheet) sign(seal Seal, x, y float64) {
	const w = 66 * mm
	c := s.page()
	owner := s.wrap(seal.Owner, body.size, w-8*mm)
	at := y + 3*mm
	s.tagged(c, s.root.child("P"), func() {
		at = s.centred(c, x-w/2, at, body, append(owner, nonempty(seal.Date)...))
	})
	if seal.demonstration() {
		figure := s.root.child("Figure")
		figure.alt = DemonstrationMark
		s.tagged(c, figure, func() {
			name, warning, _ := strings.Cut(DemonstrationMark, " — ")
			c.buf.WriteString("q /G gs\n")
			at = s.centred(c, x-w/2, at+1*mm, style{size: 10.5, colour: red, strong: true}, []string{name, warning})
			c.rounded(x-w, y, w, at+2*mm-y, 3*mm, red, 1.4)
			c.rounded(x-w+1.2*mm, y+1.2*mm, w-2.4*mm, at-0.4*mm-y, 2.2*mm, red, 0.6)
			c.buf.WriteString("Q\n")
		})
	}
	s.y = at + 4*mm
}

// flow writes a text from the current place on, over as many pages as it takes.
func (s *sheet) flow(n *node, x, width float64, st style, text string) {
	lines := s.wrap(text, st.size, width)
	h := st.size * leading
	for len(lines) > 0 {
		fit := int((footTop - 4*mm - s.y) / h)
		if fit < 1 || fit == 1 && len(lines) > 1 && s.y > margin {
			s.newPage()
			continue
		}
		fit = min(fit, len(lines))
		c := s.page()
		s.tagged(c, n, func() { s.y = s.lines(c, x, s.y, st, lines[:fit]) })
		lines = lines[fit:]
	}
}

type styled struct {
	style style
	text  string
}

type cell struct {
	tag   string
	x     float64
	lines []styled
}

func (s *sheet) styled(st style, text string, width float64) []styled {
	var all []styled
	for _, l := range s.wrap(text, st.size, width) {
		all = append(all, styled{st, l})
	}
	return all
}

const fullPage = footTop - 4*mm - margin

// extent returns the most lines of a cell and the largest size.
func extent(cells []cell) (most int, size float64) {
	for _, c := range cells {
		most = max(most, len(c.lines))
		for _, l := range c.lines {
			size = max(size, l.style.size)
		}
	}
	return most, size
}

func rowHeight(cells []cell, pad float64) float64 {
	most, size := extent(cells)
	return float64(most)*size*leading + 2*pad
}

// together is how much of a row has to stand on one page. One that is longer than a third of a page may run
// over its end rather than leave it empty.
func together(cells []cell, pad float64) float64 {
	most, size := extent(cells)
	if total := rowHeight(cells, pad); total < fullPage/3 {
		return total
	}
	return float64(min(most, 3))*size*leading + pad
}

// cells writes pieces of text beside each other. They stay on one page unless they are long.
func (s *sheet) cells(row *node, cells []cell, pad float64) {
	nodes := make([]*node, len(cells))
	for i, c := range cells {
		nodes[i] = row.child(c.tag)
	}
	most, size := extent(cells)
	h := size * leading
	if h == 0 {
		return
	}
	s.room(together(cells, pad))
	s.y += pad
	for from := 0; from < most; {
		to := min(most, from+int((footTop-4*mm-s.y)/h))
		if to <= from {
			s.newPage()
			continue
		}
		page := s.page()
		for i, c := range cells {
			part := c.lines[min(from, len(c.lines)):min(to, len(c.lines))]
			if len(part) == 0 {
				continue
			}
			s.tagged(page, nodes[i], func() {
				y := s.y
				for _, l := range part {
					// All lines of a row share its line height, so that name and value stand level.
					s.put(page, c.x, y+size*(leading/2+0.38), l.style, l.text)
					y += h
				}
			})
		}
		s.y += float64(to-from) * h
		from = to
	}
	s.y += pad
}

// rows writes names and values between rules.
func (s *sheet) rows(parent *node, x, width float64, rows []Row) {
	table := parent.child("Table")
	s.artifact(s.page(), func() { s.page().rule(x, s.y, x+width, line, 0.5) })
	for _, r := range rows {
		s.cells(table.child("TR"), s.pair(x, width, r), 4)
		s.artifact(s.page(), func() { s.page().rule(x, s.y, x+width, line, 0.5) })
	}
}

// pair is a name beside its value.
func (s *sheet) pair(x, width float64, r Row) []cell {
	const share = 0.3
	names := s.styled(label, r.Label, width*share-8)
	if r.Sub != "" {
		names = append(names, s.styled(sub, r.Sub, width*share-8)...)
	}
	return []cell{
		{tag: "TH", x: x, lines: names},
		{tag: "TD", x: x + width*share, lines: s.styled(body, r.Value, width*(1-share))},
	}
}
