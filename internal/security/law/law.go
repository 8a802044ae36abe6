package law

import (
	"sort"

	"tongban/internal/platform/lang"
)

// Certainty says how surely something is known, and so how it may be shown: what is verified or computed is
// stated flatly, the rest with its source and "以当地办事指南为准".
type Certainty string

// The marks.
const (
	Verified  Certainty = "V" // the text of the law or the official page was read
	Secondary Certainty = "S" // from a local guide, practice or report; differs by place
	Computed  Certainty = "C" // worked out from real samples
	Known     Certainty = "K" // from knowledge, not checked
)

// Cite is a pointer to the provision that a requirement, a limit or a refusal rests on.
type Cite struct {
	Provision string    `yaml:"provision,omitempty"` // id of a provision under law/
	Certainty Certainty `yaml:"certainty"`
	Source    lang.Text `yaml:"source,omitempty"` // for S and K: where the figure comes from
	Link      string    `yaml:"link,omitempty"`   // address at which the source can be read
}

// File is one file under law/: a law, in one edition, with those of its provisions that are cited.
type File struct {
	Law        lang.Text   `yaml:"law"`             // full name, 中华人民共和国行政许可法
	Short      lang.Text   `yaml:"short"`           // name in a citation, 行政许可法
	Edition    string      `yaml:"edition"`         // day of adoption or last amendment, 2006-01-02
	Certainty  Certainty   `yaml:"certainty"`       // of the provisions below, unless one says otherwise
	Source     string      `yaml:"source"`          // where the text was read
	Provisions []Provision `yaml:"provisions"`      // in the order of the law
	Until      string      `yaml:"until,omitempty"` // first day on which the law is no longer in force
	Note       lang.Text   `yaml:"note,omitempty"`  // what a reader must know about this edition
}

// Provision is one article, paragraph or item of a law.
type Provision struct {
	ID        string    `yaml:"id"`                  // licence-law.42
	Article   string    `yaml:"article"`             // 第四十二条
	ArticleEN string    `yaml:"article_en"`          // art. 42
	Text      lang.Text `yaml:"text"`                // what it says; the Chinese text is the law, the English one a help
	Certainty Certainty `yaml:"certainty,omitempty"` // the file's when absent
	Source    string    `yaml:"source,omitempty"`    // the file's when absent

	Law     lang.Text `yaml:"-"` // full name of the law
	Short   lang.Text `yaml:"-"` // its name in a citation
	Edition string    `yaml:"-"` // the law's edition
	Until   string    `yaml:"-"` // first day on which the law is no longer in force
}

// Cite is how the provision is named in a sentence: 《行政许可法》第四十二条.
func (p Provision) Cite(l lang.Lang) string {
	if l == lang.EN {
		return p.Short.EN + ", " + p.ArticleEN
	}
	return "《" + p.Short.ZH + "》" + p.Article
}

// Book is all the provisions of a jurisdiction. The zero value is an empty book.
type Book struct {
	byID map[string]Provision
	ids  []string
}

// NewBook binds files into a book. Of two provisions with the same id the first wins; Load refuses them.
func NewBook(files ...File) *Book {
	b := &Book{byID: map[string]Provision{}}
	for _, f := range files {
		for _, p := range f.Provisions {
			if _, twice := b.byID[p.ID]; twice {
				continue
			}
			p.Law, p.Short, p.Edition, p.Until = f.Law, f.Short, f.Edition, f.Until
			if p.Certainty == "" {
				p.Certainty = f.Certainty
			}
			if p.Source == "" {
				p.Source = f.Source
			}
			b.byID[p.ID] = p
			b.ids = append(b.ids, p.ID)
		}
	}
	sort.Strings(b.ids)
	return b
}

// Find returns the provision with that id.
func (b *Book) Find(id string) (Provision, bool) {
	p, ok := b.byID[id]
	return p, ok
}

// Cite names the provision in a sentence; empty when the book does not hold it.
func (b *Book) Cite(id string, l lang.Lang) string {
	p, ok := b.byID[id]
	if !ok {
		return ""
	}
	return p.Cite(l)
}

// IDs lists the ids of all provisions in order.
func (b *Book) IDs() []string { return append([]string(nil), b.ids...) }

// Provisions lists all provisions in the order of their ids.
func (b *Book) Provisions() []Provision {
	all := make([]Provision, len(b.ids))
	for i, id := range b.ids {
		all[i] = b.byID[id]
	}
	return all
}
