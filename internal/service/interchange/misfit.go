package interchange

import (
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
)

// Misfit is something that did not fit: where, what, and what would.
type Misfit struct {
	File    string    `json:"file,omitempty"`
	Row     int       `json:"row,omitempty"`    // as spreadsheets count, the header being 1; in JSON the number of the entry
	Column  string    `json:"column,omitempty"` // name of the field
	What    lang.Text `json:"what"`
	Remedy  lang.Text `json:"remedy"`
	Warning bool      `json:"warning,omitempty"` // it keeps nothing out
}

// In is the form in the language l: the place, what is wrong, what would be right.
func (m Misfit) In(l lang.Lang) string {
	var place []string
	if m.File != "" {
		place = append(place, m.File)
	}
	if m.Row > 0 {
		place = append(place, fmt.Sprintf(lang.Text{ZH: "第 %d 行", EN: "row %d"}.In(l), m.Row))
	}
	if m.Column != "" {
		place = append(place, m.Column)
	}
	at := strings.Join(place, " ")
	if at != "" {
		at += lang.Text{ZH: "：", EN: ": "}.In(l)
	}
	if m.Warning {
		at += lang.Text{ZH: "提醒：", EN: "note: "}.In(l)
	}
	return at + m.What.In(l) + lang.Text{ZH: "；", EN: "; "}.In(l) + m.Remedy.In(l)
}

func (m Misfit) String() string { return m.In(lang.EN) }

// Report is what became of the rows of a file.
type Report struct {
	Rows    int      `json:"rows"`    // matters that were read
	Drafted int      `json:"drafted"` // of them are in the draft
	Same    int      `json:"same"`    // of them are as the catalogue has them
	Refused int      `json:"refused"` // of them did not fit
	Misfits []Misfit `json:"misfits"`
}

// Stops reports whether anything was kept out.
func (r *Report) Stops() bool {
	for _, m := range r.Misfits {
		if !m.Warning {
			return true
		}
	}
	return false
}

func (r *Report) add(m Misfit) { r.Misfits = append(r.Misfits, m) }

// arrange puts the misfits into the order of files and rows.
func (r *Report) arrange() {
	sort.SliceStable(r.Misfits, func(i, j int) bool {
		a, b := r.Misfits[i], r.Misfits[j]
		if a.File != b.File {
			return a.File < b.File
		}
		return a.Row < b.Row
	})
}

// Write writes the report for people.
func (r *Report) Write(w io.Writer, l lang.Lang) error {
	var b strings.Builder
	for _, m := range r.Misfits {
		b.WriteString(m.In(l))
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, lang.Text{ZH: "共 %d 个事项：进草稿 %d，与目录相同 %d，放不进 %d\n", EN: "%d matters: %d drafted, %d as the catalogue has them, %d did not fit\n"}.In(l), r.Rows, r.Drafted, r.Same, r.Refused)
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes the report for programs, texts in both languages.
func (r *Report) WriteJSON(w io.Writer) error {
	if r.Misfits == nil {
		r.Misfits = []Misfit{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

var say = strictyaml.Say
