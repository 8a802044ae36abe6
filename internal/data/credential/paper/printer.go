package paper

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
)

// Config says where the fonts are.
type Config struct {
	Fonts fs.FS
	Files []string // TrueType fonts in Fonts: the first is the document font, the others are asked for what it lacks
}

// Printer makes documents. Fonts are opened when the first document is made; what is kept of them is
// their directory.
type Printer struct {
	files Config
	mu    sync.Mutex
	fonts []*font
}

// New makes a printer; nothing is read yet.
func New(c Config) *Printer { return &Printer{files: c} }

// MissingGlyph says that no font draws a character, so that the document was not made.
type MissingGlyph struct{ Rune rune }

func (m MissingGlyph) Error() string { return fmt.Sprintf("no font has a glyph for U+%04X", m.Rune) }

// missing is a fault of ours and not of the person whose name it is: a font that has the character is
// to be added, and the document made again.
func missing(r rune) error {
	m := MissingGlyph{r}
	return fault.Wrap(fault.Unavailable, "paper.no-glyph", m, "code", fmt.Sprintf("U+%04X", r))
}

// Covers says whether all characters of the texts can be drawn; if not, the error names the first that
// cannot. What is to become a document is asked for before it is promised.
func (p *Printer) Covers(texts ...string) error {
	fonts, err := p.open()
	if err != nil {
		return err
	}
	for _, t := range texts {
		for _, r := range t {
			if r == '\n' || r == '\t' {
				continue
			}
			found := false
			for _, f := range fonts {
				g, err := f.glyph(r)
				if err != nil {
					return fmt.Errorf("read font %s: %w", f.name, err)
				}
				if found = g != 0; found {
					break
				}
			}
			if !found {
				return missing(r)
			}
		}
	}
	return nil
}

func (p *Printer) open() ([]*font, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fonts != nil {
		return p.fonts, nil
	}
	if p.files.Fonts == nil || len(p.files.Files) == 0 {
		return nil, fault.Wrap(fault.Unavailable, "paper.no-font", errors.New("no font is configured"))
	}
	var fonts []*font
	for _, path := range p.files.Files {
		f, err := openFont(p.files.Fonts, path)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, "paper.no-font", fmt.Errorf("open font: %w", err))
		}
		fonts = append(fonts, f)
	}
	p.fonts = fonts
	return fonts, nil
}

// meta is what the file says about itself.
type meta struct {
	title string
	lang  lang.Lang
	made  time.Time
}

// finish writes what was laid out.
func (s *sheet) finish(m meta) ([]byte, error) {
	if s.foot != nil {
		for i, c := range s.pages {
			s.foot(s, c, i)
		}
	}
	if s.err != nil {
		return nil, s.err
	}
	f := &file{}
	catalog, tree, pages, see := f.reserve(), f.reserve(), f.reserve(), f.reserve()
	fonts := ""
	for i, face := range s.faces {
		if len(face.runes) == 0 {
			continue
		}
		n, err := f.font(face)
		if err != nil {
			return nil, err
		}
		fonts += fmt.Sprintf("/F%d %d 0 R", i, n)
	}
	f.set(see, "<</Type/ExtGState/ca 0.8/CA 0.8>>")
	numbers := make([]int, len(s.pages))
	kids := ""
	for i, c := range s.pages {
		content, err := f.stream("", c.buf.Bytes())
		if err != nil {
			return nil, err
		}
		numbers[i] = f.add("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources<</Font<<%s>>/ExtGState<</G %d 0 R>>>>/Contents %d 0 R/StructParents %d/Tabs/S>>",
			pages, num(pageWidth), num(pageHeight), fonts, see, content, i)
		kids += fmt.Sprintf("%d 0 R ", numbers[i])
	}
	f.set(pages, "<</Type/Pages/Count %d/Kids[%s]>>", len(numbers), kids)
	s.structure(f, tree, numbers)
	f.set(catalog, "<</Type/Catalog/Pages %d 0 R/Lang(%s)/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R/ViewerPreferences<</DisplayDocTitle true>>>>", pages, m.lang, tree)
	info := f.add("<</Title %s/Producer(Tongban)/CreationDate %s/ModDate %s>>", text(m.title), date(m.made), date(m.made))
	return f.write(catalog, info), nil
}

// structure writes the tree of tags and the way from marked content back to it.
func (s *sheet) structure(f *file, tree int, pages []int) {
	var number func(n *node)
	number = func(n *node) {
		n.object = f.reserve()
		for _, k := range n.kids {
			number(k)
		}
	}
	number(s.root)
	var write func(n *node, parent int)
	write = func(n *node, parent int) {
		kids := ""
		for _, m := range n.marks {
			kids += fmt.Sprintf("<</Type/MCR/Pg %d 0 R/MCID %d>>", pages[m.page], m.number)
		}
		for _, k := range n.kids {
			kids += fmt.Sprintf("%d 0 R ", k.object)
			write(k, n.object)
		}
		alt := ""
		if n.alt != "" {
			alt = "/Alt " + text(n.alt)
		}
		f.set(n.object, "<</Type/StructElem/S/%s/P %d 0 R%s/K[%s]>>", n.tag, parent, alt, kids)
	}
	write(s.root, tree)
	parents := ""
	for i, c := range s.pages {
		list := ""
		for _, owner := range c.owners {
			list += fmt.Sprintf("%d 0 R ", owner.object)
		}
		parents += fmt.Sprintf("%d %d 0 R ", i, f.add("[%s]", list))
	}
	f.set(tree, "<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>", s.root.object, f.add("<</Nums[%s]>>", parents), len(s.pages))
}
