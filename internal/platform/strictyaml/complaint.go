package strictyaml

import (
	"fmt"
	"sort"
	"strings"

	"tongban/internal/platform/lang"
)

// Complaint says of one mistake where it is, what is wrong and what would be right.
type Complaint struct {
	File    string    `json:"file"`
	Line    int       `json:"line"`
	Col     int       `json:"column"`
	What    lang.Text `json:"what"`
	Remedy  lang.Text `json:"remedy"`
	Warning bool      `json:"warning,omitempty"` // to be mended, but it does not stop the loading
	Who     string    `json:"who,omitempty"`     // answers of somebody for whom it is wrong, written area=49,sign=false
}

// String is the English form: file:line:column: what is wrong; what would be right.
func (c Complaint) String() string { return c.In(lang.EN) }

// In is the form in the language l.
func (c Complaint) In(l lang.Lang) string {
	var b strings.Builder
	b.WriteString(c.File)
	if c.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", c.Line, c.Col)
	}
	b.WriteString(": ")
	if c.Warning {
		b.WriteString(warning.In(l))
	}
	b.WriteString(c.What.In(l))
	if r := c.Remedy.In(l); r != "" {
		b.WriteString(between.In(l))
		b.WriteString(r)
	}
	return b.String()
}

var (
	warning = lang.Text{ZH: "提醒:", EN: "warning: "}
	between = lang.Text{ZH: ";", EN: "; "}
)

// Say makes a text in both languages from formats that share their arguments.
func Say(zh, en string, args ...any) lang.Text {
	if len(args) == 0 {
		return lang.Text{ZH: zh, EN: en}
	}
	return lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// Sort puts complaints into the order of files, lines and columns, and drops exact repetitions.
func Sort(cs []Complaint) []Complaint {
	sort.SliceStable(cs, func(i, j int) bool {
		a, b := cs[i], cs[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		case a.Col != b.Col:
			return a.Col < b.Col
		}
		return a.What.EN < b.What.EN
	})
	kept := cs[:0]
	for _, c := range cs {
		if n := len(kept); n > 0 && kept[n-1] == c {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// Stops reports whether any of the complaints is more than a warning.
func Stops(cs []Complaint) bool {
	for _, c := range cs {
		if !c.Warning {
			return true
		}
	}
	return false
}
