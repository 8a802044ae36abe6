package guide

import (
	"fmt"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/lang"
)

// Problem is something wrong with a service: where, what, and what would be right. A warning does not
// keep the service from being offered.
type Problem struct {
	Path      string // of the YAML value, such as matters[2].when
	Line, Col int    // place inside that value, from 1; 0 when it is about the whole
	What      string
	Remedy    string
	Warning   bool
	Who       decision.Example // somebody for whom it is wrong, in as few answers as possible; empty when it is wrong for anybody
	chinese   [2]string
}

// Text gives what is wrong and its remedy in both languages; What and Remedy are the English ones.
func (p Problem) Text() (what, remedy lang.Text) {
	return lang.Text{ZH: p.chinese[0], EN: p.What}, lang.Text{ZH: p.chinese[1], EN: p.Remedy}
}

func (p Problem) String() string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d:%d: %s; %s", p.Path, p.Line, p.Col, p.What, p.Remedy)
	}
	return fmt.Sprintf("%s: %s; %s", p.Path, p.What, p.Remedy)
}

// stops reports whether a problem is more than a warning.
func stops(problems []Problem) bool {
	for _, p := range problems {
		if !p.Warning {
			return true
		}
	}
	return false
}

func problem(path string, what, remedy lang.Text) Problem {
	return Problem{Path: path, What: what.EN, Remedy: remedy.EN, chinese: [2]string{what.ZH, remedy.ZH}}
}

func warning(path string, what, remedy lang.Text) Problem {
	p := problem(path, what, remedy)
	p.Warning = true
	return p
}

// say makes a text in both languages from formats that share their arguments.
func say(zh, en string, args ...any) lang.Text {
	return lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// of names somebody for whom the problem is one.
func (p Problem) of(who decision.Example) Problem {
	p.Who = who
	p.What += ": " + who.In(lang.EN)
	p.chinese[0] += "：" + who.In(lang.ZH)
	return p
}

func item(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }
