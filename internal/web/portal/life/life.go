package life

import (
	"net/http"
	"strings"
	"time"

	"tongban/internal/data/credential/paper"
	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/lifecycle"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
)

// Handler serves the life cycle.
type Handler struct {
	City   func() *jurisdiction.City
	Life   *lifecycle.Service
	Paper  *paper.Printer
	Origin string
	Secure bool
	Now    func() time.Time
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /me/life", h.mine)
	m.Handle("GET /me/life.ics", h.ics)
	m.Handle("GET /me/life.pdf", h.pdf)
	m.Handle("GET /life-cycle", h.visit)
	m.Handle("POST /life-cycle", h.answer)
	m.Handle("GET /life-cycle/business", h.visit)
	m.Handle("POST /life-cycle/business", h.answer)
}

// standing says where the person or business stands for whom the actor acts.
func (h *Handler) standing(r *http.Request) (lifecycle.Standing, error) {
	u := ui.From(r)
	if u.Actor.Kind != identity.Person {
		return lifecycle.Standing{}, fault.New(fault.Denied, "denied")
	}
	st, ok, err := h.Life.Of(r.Context(), u.Actor)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "error.page")
	}
	return st, err
}

func title(u *ui.Request, a catalogue.Audience) string { return u.T("life.title." + string(a)) }

func (h *Handler) mine(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	st, err := h.standing(r)
	if err != nil {
		return err
	}
	v := h.teller(u, st, false).lists()
	v.Lead = u.T("life.lead", "name", u.SubjectName(), "day", u.Day(string(st.Today)))
	v.Links = []gp.Link{{Text: u.T("life.ics"), Href: "/me/life.ics"}, {Text: u.T("life.pdf"), Href: "/me/life.pdf"}}
	return u.Render(w, r, http.StatusOK, ui.Page{
		Title: v.Title, Nav: "applications", Back: ui.Link{Text: u.T("track.home.title"), Href: "/me"}, Body: v.mine(),
	})
}

// teller says the items of one standing.
type teller struct {
	u     *ui.Request
	words say.Words
	city  *jurisdiction.City
	st    lifecycle.Standing
	told  bool // the facts are what a visitor answered, and not what registers say
}

func (h *Handler) teller(u *ui.Request, st lifecycle.Standing, told bool) teller {
	city := h.City()
	return teller{u, say.In(u.Printer, city), city, st, told}
}

// soon is how many days ahead the first list looks.
const soon = 30

// lists sorts the items for the page.
func (t teller) lists() view {
	u, st := t.u, t.st
	v := view{Request: u, Title: title(u, st.Audience), Strip: t.strip(), Figure: t.figure()}
	for _, i := range st.Lists.Now {
		if t.told && i.Overdue { // whether she has done it nobody knows
			i.Overdue, i.Window = false, lifecycle.Window{}
		}
		one := t.item(i)
		switch {
		case i.Kind == lifecycle.Policy:
			v.Rights = append(v.Rights, one)
		case i.Last != "" && i.Last <= st.Today.Add(soon):
			v.Soon = append(v.Soon, one)
		case i.Last == "" && i.Kind != lifecycle.Do:
			v.Always = append(v.Always, one)
		default:
			v.Now = append(v.Now, one)
		}
	}
	for _, i := range st.Lists.Done {
		v.Done = append(v.Done, t.item(i))
	}
	for _, i := range st.Lists.Next {
		if len(i.Intents) == 0 {
			v.Later = append(v.Later, t.item(i))
		}
	}
	for _, p := range st.Chain.Intents {
		g := group{Title: u.Of(p.Text)}
		for _, i := range st.Lists.Next {
			for _, id := range i.Intents {
				if id == p.ID {
					g.Items = append(g.Items, t.item(i))
				}
			}
		}
		if len(g.Items) > 0 {
			v.Intents = append(v.Intents, g)
		}
	}
	for _, i := range st.Lists.Open {
		v.Open = append(v.Open, t.item(i))
	}
	v.Ends, v.Facts, v.Down = t.ends(), t.facts(), t.down()
	return v
}

// strip is the stages from left to right: now where something is to be done, done where something is.
func (t teller) strip() gp.Life {
	strip := gp.Life{Label: t.u.T("life.strip")}
	in := func(items []lifecycle.Item, stage string, only bool) bool {
		for _, i := range items {
			if i.Stage == stage && (!only || i.Kind == lifecycle.Do || i.Last != "") {
				return true
			}
		}
		return false
	}
	base := "/life#"
	if t.st.Audience == catalogue.ForBusiness {
		base = "/business#"
	}
	for _, st := range t.city.Stages {
		if st.Audience != t.st.Audience {
			continue
		}
		s := gp.Stage{Text: t.u.Of(st.Name), Href: t.u.Path(base + st.ID)}
		switch {
		case in(t.st.Lists.Now, st.ID, true):
			s.State = "now"
		case in(t.st.Lists.Done, st.ID, false):
			s.State = "done"
		}
		strip.Items = append(strip.Items, s)
	}
	return strip
}

// item says one step.
func (t teller) item(i lifecycle.Item) item {
	u := t.u
	one := item{ID: i.ID, Title: u.Of(i.Name), What: u.Of(i.What), Basis: t.words.Cite(i.Cite), Overdue: i.Overdue, Kind: u.T("life.kind." + i.Kind)}
	if i.Kind == lifecycle.Do {
		one.Kind = ""
	}
	day := func(d deadline.Day) string { return u.Day(string(d)) }
	switch {
	case i.Overdue:
		one.When = u.T("life.overdue", "day", day(i.Last))
	case i.Last != "" && i.Opens > t.st.Today:
		one.When = u.T("life.between", "from", day(i.Opens), "to", day(i.Last))
	case i.Last != "":
		one.When = u.T("life.by", "day", day(i.Last), "n", u.Number(int64(t.st.Today.Until(i.Last))))
	}
	if i.Provisional {
		one.When += u.T("life.provisional")
	}
	if i.Last != "" || i.Proof == nil {
		one.Consequence = u.Of(i.Consequence)
	}
	if i.Consent == lifecycle.Deemed && i.Proof == nil {
		one.Consent = u.T("life.deemed")
	}
	one.Why = t.why(i.Because)
	if len(i.Missing) > 0 {
		var names []string
		for _, id := range i.Missing {
			names = append(names, t.name(id))
		}
		one.Why = u.T("life.missing", "facts", u.List(names))
	}
	if e, ok := t.city.Service(i.Service); ok {
		one.Start = gp.Link{Text: u.T("life.start"), Hidden: one.Title, Href: u.Path("/check/" + i.Service)}
		one.Guide = gp.Link{Text: u.T("life.guide", "service", u.Of(e.Service.Name)), Href: u.Path(say.EventPath(e.Service))}
	}
	if p := i.Proof; p != nil {
		if p.Number != "" {
			one.Proof = u.T("life.proof.number", "number", p.Number)
		}
		if p.On != "" {
			one.On = day(p.On)
		}
		if p.Certificate != "" {
			one.Certificate = gp.Link{Text: u.T("life.proof.certificate"), Hidden: one.Title, Href: "/me/certificates/" + p.Certificate}
		}
	}
	return one
}

func (t teller) name(fact string) string {
	for _, f := range t.st.Chain.Facts {
		if f.ID == fact {
			return t.u.Of(f.Name)
		}
	}
	return fact
}

// why says the facts that decide a step.
func (t teller) why(facts []string) string {
	var all []string
	for _, id := range facts {
		if t.told && t.st.Facts.Known[id].Supposed {
			continue
		}
		all = append(all, t.u.T("life.fact", "name", t.name(id), "value", t.value(id)))
	}
	if len(all) == 0 {
		return ""
	}
	return t.u.T("life.why", "facts", strings.Join(all, t.u.T("life.fact.and")))
}

// value says what a fact is, in words.
func (t teller) value(id string) string {
	k := t.st.Facts.Known[id]
	if k.Supposed || k.Value == "" {
		return t.u.T("life.facts.none")
	}
	value := k.Value
	for i, f := range t.st.Chain.Facts {
		if f.ID != id {
			continue
		}
		if a, ok := t.st.Chain.Attribute(i); ok {
			return t.words.Fact(a, value)
		}
		if kind := t.st.Chain.Type(i); kind == "boolean" || kind == "date" {
			return t.words.Fact(catalogue.Attribute{Type: kind}, value)
		}
	}
	return value
}

// stages sorts what cannot be told by the stages of life.
func (t teller) stages() (groups []group) {
	for _, st := range t.city.Stages {
		g := group{Title: t.u.Of(st.Name)}
		for _, i := range t.st.Lists.Open {
			if i.Stage == st.ID {
				g.Items = append(g.Items, t.item(i))
			}
		}
		if len(g.Items) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// ends lists what is valid for a time, and until when to apply.
func (t teller) ends() gp.Table {
	u := t.u
	table := gp.Table{Caption: u.T("life.ends"), HideTitle: true, Head: []gp.Column{{Text: u.T("life.ends.what")}, {Text: u.T("life.ends.until")}, {Text: u.T("life.ends.apply")}}}
	for _, i := range append(append([]lifecycle.Item{}, t.st.Lists.Now...), t.st.Lists.Next...) {
		if i.Due == nil || i.Due.Until == "" || i.Last == "" {
			continue
		}
		until := t.st.Facts.Known[i.Due.Until].Value
		table.Rows = append(table.Rows, gp.Line{Cells: []gp.Cell{{Text: u.Of(i.Name)}, {Text: u.ShortDay(until, "")}, {Text: t.item(i).When}}})
	}
	return table
}

// facts lists what was looked up and where it comes from. What nobody was asked about is not in it.
func (t teller) facts() gp.Table {
	u := t.u
	table := gp.Table{Caption: u.T("life.facts"), HideTitle: true, Head: []gp.Column{{Text: u.T("life.facts.what")}, {Text: u.T("life.facts.value")}, {Text: u.T("life.facts.from")}}}
	for _, f := range t.st.Chain.Facts {
		k, ok := t.st.Facts.Known[f.ID]
		if !ok || f.Source == nil {
			continue
		}
		from := u.Of(t.city.Certificates[f.Source.Certificate].Name)
		if f.Source.Register != "" {
			from = u.Of(t.city.Registers[f.Source.Register].Name)
		}
		switch {
		case k.Supposed:
		case k.Recorded != "":
			from = u.T("life.facts.recorded", "register", from, "day", u.ShortDay(string(k.Recorded), ""))
		}
		table.Rows = append(table.Rows, gp.Line{Cells: []gp.Cell{{Text: u.Of(f.Name)}, {Text: t.value(f.ID)}, {Text: from}}})
	}
	return table
}

func (t teller) down() string {
	if len(t.st.Facts.Down) == 0 {
		return ""
	}
	var names []string
	for _, id := range t.st.Facts.Down {
		names = append(names, t.u.Of(t.city.Registers[id].Name))
	}
	return t.u.T("life.down", "registers", t.u.List(names))
}
