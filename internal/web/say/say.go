// Package say puts facts of the catalogue and of casework into a person's words: provisions, limits,
// fees, states, sources.
//
// Its one rule: a fact that is not certain (S or K) is never said without its source and the words
// "以当地办事指南为准". Every page and document that says such a fact says it through here.
package say

import (
	"strconv"
	"strings"

	"tongban/internal/security/law"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/ui/text"
)

// Words says facts of one city in one language.
type Words struct {
	text.Printer
	City *jurisdiction.City
}

// In returns the words of a city in a language.
func In(p text.Printer, city *jurisdiction.City) Words { return Words{Printer: p, City: city} }

// Cite names the provision or the source behind a fact; uncertain facts say so.
func (w Words) Cite(c law.Cite) string {
	var said string
	if c.Provision != "" {
		said = w.Provision(c.Provision)
	}
	if certain(c) {
		return said
	}
	if source := w.Of(c.Source); source != "" {
		if said != "" {
			said += w.T("say.and")
		}
		said += w.T("say.source", "source", source)
	}
	if uncertain := w.T("say.uncertain"); !strings.Contains(said, w.T("say.uncertain.words")) {
		said += uncertain
	}
	return said
}

// Provision names a provision: 《行政许可法》第四十二条.
func (w Words) Provision(id string) string {
	if s := w.City.Law.Cite(id, w.Lang); s != "" {
		return s
	}
	return id
}

// Limit says a length of time: 20 个工作日.
func (w Words) Limit(l *catalogue.Limit) string {
	if l == nil {
		return ""
	}
	switch l.N {
	case 0:
		return w.T("say.limit.at-once")
	case 1:
		return w.T("say.limit.one." + l.Unit)
	}
	return w.T("say.limit."+l.Unit, "n", strconv.Itoa(l.N))
}

// certain reports whether a fact may be said flatly.
func certain(c law.Cite) bool {
	return c.Certainty == law.Verified || c.Certainty == law.Computed
}

// LimitMarked says a length of time where there is no room for its source: a figure that is not certain
// bears a mark, and the page that shows one explains it with the text say.mark.note.
func (w Words) LimitMarked(l *catalogue.Limit) string {
	if l == nil || certain(l.Cite) {
		return w.Limit(l)
	}
	return w.T("say.mark", "fact", w.Limit(l))
}

// Visits says how often a person has to come.
func (w Words) Visits(n int) string {
	switch n {
	case 0:
		return w.T("say.visits.none")
	case 1:
		return w.T("say.visits.one")
	}
	return w.T("say.visits", "n", strconv.Itoa(n))
}

// Fees lists fees with their amounts.
func (w Words) Fees(fees []catalogue.Fee) string {
	if len(fees) == 0 {
		return w.T("say.free")
	}
	all := make([]string, len(fees))
	for i, f := range fees {
		all[i] = w.Of(f.Name) + " " + w.Yuan(f.Fen)
	}
	return w.List(all)
}

// LimitCited says a length of time with what it rests on.
func (w Words) LimitCited(l *catalogue.Limit) string {
	if l == nil {
		return w.T("say.limit.none")
	}
	if cite := w.Cite(l.Cite); cite != "" {
		return w.T("say.with-cite", "fact", w.Limit(l), "cite", cite)
	}
	return w.Limit(l)
}

// Body is the short name of a body.
func (w Words) Body(id string) string {
	if b, ok := w.City.Org.Body(id); ok {
		if s := w.Of(b.Short); s != "" {
			return s
		}
		return w.Of(b.Name)
	}
	return id
}

// BodyName is the full name of a body, as documents bear it.
func (w Words) BodyName(id string) string {
	if b, ok := w.City.Org.Body(id); ok {
		return w.Of(b.Name)
	}
	return id
}

// Matter is the name of a matter of a service.
func (w Words) Matter(s *catalogue.Service, def string) string {
	if m := s.Matter(def); m != nil {
		return w.Of(m.Name)
	}
	return def
}

// State says where a matter stands, to the applicant; Desk says it to an officer.
func (w Words) State(s casework.State) string { return w.T("say.state." + string(s)) }

// Desk says where a matter stands, to an officer.
func (w Words) Desk(s casework.State) string { return w.T("say.desk." + string(s)) }

// Where says where a material comes from.
func (w Words) Where(s *catalogue.Service, m *catalogue.Material) string {
	switch {
	case m.Source.Register != "":
		if r, ok := w.City.Registers[m.Source.Register]; ok {
			return w.T("say.from.register", "body", w.Body(r.Keeper), "register", w.Of(r.Name))
		}
	case m.Source.Certificate != "":
		if c, ok := w.City.Certificates[m.Source.Certificate]; ok {
			return w.T("say.from.certificate", "body", w.Body(c.Issuer), "certificate", w.Of(c.Name))
		}
	case m.Source.Upstream != "":
		return w.T("say.from.upstream", "matter", w.Matter(s, m.Source.Upstream))
	case m.Source.Made:
		return w.T("say.from.made")
	}
	return w.T("say.from.applicant")
}

// Answer says an answer to a question in words.
func (w Words) Answer(q *catalogue.Question, value string) string {
	switch {
	case value == guide.Unsure:
		return w.T("say.unsure")
	case q.Type == "boolean":
		return w.T("say.bool." + value)
	case q.Type == "enum":
		for _, o := range q.Options {
			if o.Value == value {
				return w.Of(o.Text)
			}
		}
	case q.Type == "date":
		return w.Day(value)
	}
	if unit := w.Of(q.Unit); unit != "" {
		return value + " " + unit
	}
	return value
}

// Value says the value of a field of the form in words.
func (w Words) Value(f *catalogue.Field, value string) string {
	if value == "" {
		return w.T("say.empty")
	}
	q := catalogue.Question{Type: f.Type, Options: f.Options, Unit: f.Unit}
	if f.Type == "money" {
		if fen, err := strconv.ParseFloat(value, 64); err == nil {
			return w.Yuan(int64(fen*100 + 0.5))
		}
	}
	return w.Answer(&q, value)
}

// Fact says a value of a register or certificate in words.
func (w Words) Fact(a catalogue.Attribute, value string) string {
	return w.Value(&catalogue.Field{Type: a.Type, Options: a.Options}, value)
}

// Step chooses the text key for a step of an order: the first or a later one, of one thing or of several
// that run at the same time.
func Step(first, firstMany, then, thenMany string, at, things int) string {
	switch {
	case at == 0 && things == 1:
		return first
	case at == 0:
		return firstMany
	case things == 1:
		return then
	}
	return thenMany
}

// EventPath is the address of a service's event page.
func EventPath(s *catalogue.Service) string {
	if s.Audience == catalogue.ForBusiness {
		return "/business/event/" + s.ID
	}
	return "/life/" + s.ID
}
