package editor

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tongban/internal/service/document"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/ui/gov"
)

// body is a view of a page.
type body interface{ body() templ.Component }

func (h *Handler) part(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	v, err := s.partPage()
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "", v)
}

// faults counts what the check says about a part.
func (s sheet) faults(p document.Page) (n int) {
	for _, c := range s.Complaints() {
		if path, ok := s.place(c); ok && document.PageOf(path) == p {
			n++
		}
	}
	return n
}

// place is the path that a complaint is about, when it is about the text that is shown.
func (s sheet) place(c jurisdiction.Complaint) (string, bool) {
	if s.doc == nil || !s.Ours(c) {
		return "", false
	}
	return s.doc.At(c.Line, c.Col), true
}

// at goes to the form of what stands at a line and column.
func (h *Handler) at(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	line, _ := strconv.Atoi(r.FormValue("line"))
	col, _ := strconv.Atoi(r.FormValue("col"))
	if s.doc == nil {
		return s.See(w, r, s.Base()+"/text")
	}
	path := s.doc.At(line, col)
	if path == "id" { // what is said of the whole service is that nobody tried it
		return s.See(w, r, s.Base()+"/simulate")
	}
	return s.See(w, r, s.editAt(path))
}

// action is where the form is sent to.
func (v itemView) action() string {
	if v.add {
		return v.Base() + "/add"
	}
	return v.Base() + "/edit"
}

// spot is what the place of a complaint is called on the forms: the thing, and its field.
func (s sheet) spot(c jurisdiction.Complaint) string {
	path, ok := s.place(c)
	if !ok || path == "" {
		return ""
	}
	at := document.ItemOf(path)
	var said []string
	if at != "" {
		said = append(said, s.called(at))
	}
	for _, step := range strings.Split(strings.TrimPrefix(strings.TrimPrefix(path, at), "/"), "/") {
		o, ok := document.ObjectAt(at)
		at = document.Join(at, step)
		switch {
		case ok && step != "" && o.Has(step):
			said = append(said, s.T("catalogue."+o.Name+"."+dashed(step)))
		case step == "zh", step == "en":
			said = append(said, s.T("editor."+step))
		}
	}
	return strings.Join(said, " › ")
}

// plain is what a control is called in a sentence.
func (s sheet) plain(c document.Control) string {
	return s.T("catalogue." + c.Object + "." + dashed(c.Key))
}

func (s sheet) label(c document.Control) string {
	label := s.plain(c)
	if !c.Required && c.Kind != document.Yes {
		return s.T("gp.field.optional", "field", label)
	}
	return label
}

func (s sheet) hint(c document.Control) gov.Hint {
	key := "catalogue." + c.Object + "." + dashed(c.Key) + ".hint"
	switch {
	case c.Refers == "provision" && c.Text != "":
		return gov.Hint{Text: s.Words().Provision(c.Text)}
	case s.Has(key):
		return gov.Hint{Text: s.T(key)}
	case c.Kind == document.Terms:
		return gov.Hint{Text: s.T("editor.terms")}
	case c.Kind == document.Day:
		return gov.Hint{Text: s.T("editor.day")}
	case c.Kind == document.Condition && c.Required:
		return gov.Hint{Text: s.T("editor.condition.required")}
	case c.Kind == document.Condition:
		return gov.Hint{Text: s.T("editor.condition")}
	}
	return gov.Hint{}
}

func (v itemView) err(c document.Control) gov.ErrorMessage {
	return gov.ErrorMessage{Text: v.wrong[c.Name], Prefix: v.T("common.error")}
}

// typed is what stands in a line.
func (s sheet) typed(c document.Control) string {
	if c.Kind == document.Terms {
		return strings.Join(c.Words, s.T("editor.between"))
	}
	return c.Text
}

func (s sheet) suffix(c document.Control) string {
	if c.Kind == document.Money {
		return s.T("editor.yuan")
	}
	return ""
}

func width(c document.Control) string {
	switch c.Kind {
	case document.Whole, document.Number, document.Money:
		return "govuk-input--width-10"
	case document.Day:
		return "govuk-input--width-10"
	case document.Line, document.Pick:
		return "govuk-input--width-20"
	}
	return ""
}

// listed reports whether there is so much to choose from that it is quicker typed, with what fits offered.
func listed(c document.Control) bool { return c.Refers == "provision" || c.Refers == "attribute" }

func attributes(list string) gov.Attributes {
	if list == "" {
		return nil
	}
	return gov.Attributes{"list": list}
}

// datalists are the controls whose choices are offered while typing, one of each kind.
func (v itemView) datalists(controls []document.Control) (all []document.Control) {
	for _, c := range controls {
		for _, x := range append(v.datalists(c.Parts), c) {
			if x.Kind == document.Pick && listed(x) && !slices.ContainsFunc(all, func(o document.Control) bool { return o.Refers == x.Refers }) {
				all = append(all, x)
			}
		}
	}
	return all
}

// items are what a list to choose from offers.
func (v itemView) items(c document.Control) []gov.SelectItem {
	items := []gov.SelectItem{{Text: v.T("editor.choose")}}
	if c.Kind == document.Pick {
		for _, o := range v.options(c) {
			items = append(items, gov.SelectItem{Value: o.value, Text: o.text})
		}
		return items
	}
	for _, value := range c.Choices {
		items = append(items, gov.SelectItem{Value: value, Text: v.choice(c.Object, c.Key, value)})
	}
	return items
}

// boxes are what can be ticked.
func (v itemView) boxes(c document.Control) (items []gov.Choice) {
	if c.Kind == document.Picks {
		for _, o := range v.options(c) {
			items = append(items, gov.Choice{Value: o.value, Text: o.text})
		}
		return items
	}
	for _, value := range c.Choices {
		items = append(items, gov.Choice{Value: value, Text: v.choice(c.Object, c.Key, value)})
	}
	return items
}

// ways are the fields of a part of which one is filled in.
func (v itemView) ways(c document.Control) (items []gov.Choice) {
	for _, p := range c.Parts {
		if p.Kind != document.Terms {
			items = append(items, gov.Choice{Value: p.Key, Text: v.T("catalogue." + p.Object + "." + dashed(p.Key))})
		}
	}
	return items
}

// folded reports whether a part may be left out and is.
func (v itemView) folded(c document.Control) bool {
	if c.Required || c.Set || document.Filled(c) {
		return false
	}
	for name := range v.wrong {
		if strings.HasPrefix(name, c.Name+".") {
			return false
		}
	}
	return true
}

// rows is how many lines of a column a text needs.
func rows(text string) string {
	wide := 0
	for _, r := range text {
		wide++
		if r >= 0x2e80 {
			wide++
		}
	}
	return strconv.Itoa(min(max(2, wide/26+1), 8))
}

// across is the class of a page: where tables stand, the check goes below them.
func (s sheet) across() string {
	if s.wide {
		return "gp-editor gp-editor--wide"
	}
	return "gp-editor"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
