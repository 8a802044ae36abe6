package dmn

import (
	"fmt"
	"strings"

	"tongban/internal/platform/lang"
)

// Problem says of one thing that cannot be taken where it is, why, and what to write instead.
type Problem struct {
	Table   string    `json:"table,omitempty"`   // id of the decision
	Element string    `json:"element,omitempty"` // id of the XML element, where it has one
	Line    int       `json:"line,omitempty"`    // of the file
	Rule    int       `json:"rule,omitempty"`    // from 1; 0 when it is not about one rule
	Column  string    `json:"column,omitempty"`  // label of the input or output
	What    lang.Text `json:"what"`
	Remedy  lang.Text `json:"remedy"`
}

// String is the English form.
func (p Problem) String() string { return p.In(lang.EN) }

// In is the form in the language l, the place first.
func (p Problem) In(l lang.Lang) string {
	var at []string
	note := func(zh, en, value string) {
		if value != "" {
			at = append(at, fmt.Sprintf(lang.Text{ZH: zh, EN: en}.In(l), value))
		}
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprint(n)
	}
	note("第 %s 行", "line %s", number(p.Line))
	note("决策 %s", "decision %s", p.Table)
	note("规则 %s", "rule %s", number(p.Rule))
	note("列 %s", "column %s", p.Column)
	note("元素 %s", "element %s", p.Element)
	place := strings.Join(at, lang.Text{ZH: "，", EN: ", "}.In(l))
	if place != "" {
		place += lang.Text{ZH: "：", EN: ": "}.In(l)
	}
	return place + p.What.In(l) + lang.Text{ZH: "；", EN: "; "}.In(l) + p.Remedy.In(l)
}

// say makes a text in both languages from formats that share their arguments.
func say(zh, en string, args ...any) lang.Text {
	if len(args) == 0 {
		return lang.Text{ZH: zh, EN: en}
	}
	return lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}
