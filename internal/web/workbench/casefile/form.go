package casefile

import (
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/form"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// draft builds a form: its fields in order, each with what was typed and what is wrong with it, and the
// links of the error summary in the same order.
type draft struct {
	u      *ui.Request
	wrong  map[string]fault.Field
	Errors []gov.ErrorLink
	Parts  []templ.Component
}

func (s sheet) draft(wrong map[string]fault.Field) *draft {
	d := &draft{u: s.u, wrong: wrong}
	if f, ok := wrong[""]; ok { // about the form as a whole
		d.Errors = append(d.Errors, gov.ErrorLink{Text: s.u.Complaint(f, ""), Href: "#form"})
	}
	return d
}

// label is how a field is called on the page and in complaints about it.
func (d *draft) label(id string) string { return d.u.T("workbench.field." + id) }

// complaint is what is wrong with a field; it goes into the summary, leading to at.
func (d *draft) complaint(id, label, at string) gov.ErrorMessage {
	f, ok := d.wrong[id]
	if !ok {
		return gov.ErrorMessage{}
	}
	said := d.u.Complaint(f, label)
	d.Errors = append(d.Errors, gov.ErrorLink{Text: said, Href: "#" + at})
	return gov.ErrorMessage{Text: said, Prefix: d.u.T("common.error")}
}

func (d *draft) add(part templ.Component) { d.Parts = append(d.Parts, part) }

// area asks for a text of several lines; hint is a text key or empty.
func (d *draft) area(id, value, hint string, rows string) gov.Textarea {
	a := gov.Textarea{ID: id, Name: id, Rows: rows, Value: value, Label: gov.Label{Text: d.label(id), Classes: "govuk-label--s"}, Error: d.complaint(id, d.label(id), id)}
	if hint != "" {
		a.Hint.Text = d.u.T(hint)
	}
	return a
}

func (d *draft) fieldset(id string) *gov.Fieldset {
	return &gov.Fieldset{Legend: gov.Legend{Text: d.label(id), Classes: "govuk-fieldset__legend--s"}}
}

// radios ask for one of a few answers.
func (d *draft) radios(id, value string, items []gov.Choice) gov.Radios {
	return gov.Radios{IDPrefix: id, Name: id, Value: value, Items: items, Fieldset: d.fieldset(id), Error: d.complaint(id, d.label(id), id)}
}

// day asks for a day.
func (d *draft) day(id, value, hint string) templ.Component {
	f := gp.Field{Field: &catalogue.Field{ID: id, Type: "date", Text: same(d.label(id)), Hint: same(d.u.T(hint))}, Value: value}
	if wrong, ok := d.wrong[id]; ok {
		f.Wrong = &wrong
		part := wrong.Args["part"]
		if part == "" {
			part = "year"
		}
		d.complaint(id, d.label(id), id+"-"+part)
	}
	return f.View(d.u.Printer)
}

// same is a text that is in the reader's language already.
func same(s string) lang.Text { return lang.Text{ZH: s, EN: s} }

// readDay reads a day that was posted; wrong is what cannot be read of it.
func readDay(id string, posted url.Values, wrong map[string]fault.Field) deadline.Day {
	value, complaint := form.Parse(&catalogue.Field{ID: id, Type: "date"}, posted)
	if complaint != nil {
		wrong[id] = *complaint
	}
	return deadline.Day(value)
}

// provisions offers the provisions that the matter rests on, and more of the law that governs every
// decision of this kind.
func (s sheet) provisions(more ...string) []string {
	var all []string
	add := func(id string) {
		if _, ok := s.words.City.Law.Find(id); ok && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	add(s.def.Cite.Provision)
	for _, c := range s.def.Conditions {
		add(c.Cite.Provision)
	}
	for _, c := range s.applying() {
		add(c.Cite.Provision)
	}
	for _, id := range more {
		add(id)
	}
	return all
}

// The articles of the Administrative Licence Law that govern not accepting, asking for more and deciding.
const (
	onAcceptance = "licence-law.32"
	onDecision   = "licence-law.38"
)

// cites lets the officer choose the provisions that a decision rests on, each with its text.
func (d *draft) cites(s sheet, chosen []string, more ...string) gov.Checkboxes {
	c := gov.Checkboxes{IDPrefix: "provisions", Name: "provisions", Values: chosen, Classes: "govuk-checkboxes--small", Fieldset: d.fieldset("provisions"), Error: d.complaint("provisions", d.label("provisions"), "provisions")}
	for _, id := range s.provisions(more...) {
		p, _ := s.words.City.Law.Find(id)
		c.Items = append(c.Items, gov.Choice{Value: id, Text: s.words.Provision(id), Hint: gov.Hint{Text: excerpt(d.u.Of(p.Text))}})
	}
	return c
}

const excerptLength = 50 // characters of a provision beside its name

func excerpt(s string) string {
	if r := []rune(s); len(r) > excerptLength {
		return string(r[:excerptLength]) + "…"
	}
	return s
}

// kept reads the provisions that were chosen, and no others than were offered.
func (s sheet) kept(posted []string, more ...string) []string {
	offered := s.provisions(more...)
	return slices.DeleteFunc(slices.Clone(posted), func(id string) bool { return !slices.Contains(offered, id) })
}

func value(posted url.Values, id string) string { return strings.TrimSpace(posted.Get(id)) }

// hidden carries what was typed through a preview.
func hidden(posted url.Values) []ui.Link {
	var all []ui.Link
	names := make([]string, 0, len(posted))
	for name := range posted {
		if name != step {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range posted[name] {
			all = append(all, ui.Link{Text: name, Href: v})
		}
	}
	return all
}

// step is the name of the buttons of a form with a preview. The first time it is empty: the preview is
// shown; then it is "send", or "edit" to go back to the form.
const step = "step"
