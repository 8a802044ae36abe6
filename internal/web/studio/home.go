package studio

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/security/org"
	"tongban/internal/service/deadline"
	"tongban/internal/service/search"
	"tongban/internal/service/studio"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// homeView is what there is to do: drafts, reviews and problems.
type homeView struct {
	*ui.Request
	Review, Drafts, Finished gp.Table
	Problems                 []problem
	Wishes                   *gp.Table // for editors
	Empty                    gp.Empty
	Start                    string
}

// problem is something about the catalogue that somebody should look at.
type problem struct {
	Tag  gov.Tag
	Text string
	Link gp.Link
}

// recheck is how many days after the last check of its content a service is to be looked at again.
const recheck = 90

func (h *Handler) home(w http.ResponseWriter, r *http.Request) error {
	u, err := staff(r)
	if err != nil {
		return err
	}
	all, err := h.Studio.List(r.Context(), u.Actor)
	if err != nil {
		return err
	}
	table := func(key string) gp.Table {
		return gp.Table{Caption: u.T(key), HideTitle: true, Dense: true, Head: []gp.Column{
			{Text: u.T("studio.col.service")}, {Text: u.T("studio.col.state")}, {Text: u.T("studio.col.by")}, {Text: u.T("studio.col.changed")},
		}}
	}
	v := homeView{
		Request: u, Review: table("studio.home.review"), Drafts: table("studio.home.drafts"), Finished: table("studio.home.finished"), Start: "/studio/services",
		Empty: gp.Empty{Title: u.T("studio.home.none"), Text: u.T("studio.home.none.text"), Action: gp.Link{Text: u.T("studio.list.title"), Href: "/studio/services"}},
	}
	const few = 10
	for _, d := range all {
		to, href := &v.Finished, root+d.Service
		switch d.State {
		case studio.Submitted:
			to, href = &v.Review, root+d.Service+"/draft/publish"
		case studio.Writing:
			to, href = &v.Drafts, root+d.Service+"/draft"
		default:
			if len(to.Rows) >= few {
				continue
			}
		}
		by := d.Proposal.Name
		if by == "" {
			by = h.words(u).Body(d.Body)
		}
		to.Rows = append(to.Rows, gp.Line{Cells: []gp.Cell{
			{HTML: link(href, called(u, d.Title, d.Service))}, {HTML: state(u, d).View()}, {Text: by}, {Text: u.Stamp(d.Changed), NoWrap: true},
		}})
	}
	if v.Problems, err = h.problems(r, u); err != nil {
		return err
	}
	if u.Actor.Has(string(org.Editor)) {
		if v.Wishes, err = h.wishes(r, u); err != nil {
			return err
		}
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("studio.home.title"), Nav: "studio", Body: v.body()})
}

// wishes lists what people looked for and did not find, and what search makes of it today: nothing means
// that a service or a word for it is missing.
func (h *Handler) wishes(r *http.Request, u *ui.Request) (*gp.Table, error) {
	all, err := h.Feedback.Wishes(r.Context(), u.Actor)
	if err != nil {
		return nil, err
	}
	t := &gp.Table{Caption: u.T("studio.home.wishes"), HideTitle: true, Dense: true, Head: []gp.Column{
		{Text: u.T("studio.wish.text")}, {Text: u.T("studio.wish.n"), Numeric: true}, {Text: u.T("studio.wish.last")}, {Text: u.T("studio.wish.now")},
	}}
	const few = 10
	for _, w := range all[:min(few, len(all))] {
		now := gp.Cell{HTML: gov.Tag{Text: u.T("studio.wish.nothing"), Classes: "govuk-tag--orange"}.View()}
		if res := h.Index().Find(search.Query{Text: w.Text, Most: 1}); len(res.Hits) > 0 {
			now = gp.Cell{Text: u.Of(res.Hits[0].Name())}
		}
		t.Rows = append(t.Rows, gp.Line{Cells: []gp.Cell{
			{HTML: link(u.Path("/search")+"?q="+url.QueryEscape(w.Text), w.Text)}, {Text: u.Number(int64(w.N)), Numeric: true}, {Text: u.ShortDay(string(w.Last), ""), NoWrap: true}, now,
		}})
	}
	return t, nil
}

func (h *Handler) words(u *ui.Request) say.Words { return say.In(u.Printer, h.City()) }

// problems lists what is wrong with the catalogue as it runs: what does not hold though it was published,
// what was changed behind the studio's back, and what nobody has looked at for long.
func (h *Handler) problems(r *http.Request, u *ui.Request) (all []problem, err error) {
	city := h.City()
	name := func(id string) string {
		if e, ok := city.Service(id); ok {
			return u.Of(e.Service.Name)
		}
		return id
	}
	add := func(class, tag, key, id string, args ...string) {
		args = append(args, "name", name(id))
		all = append(all, problem{gov.Tag{Text: u.T(tag), Classes: "govuk-tag--" + class}, u.T(key, args...), gp.Link{Text: u.T("studio.problem.open", "name", name(id)), Href: root + id}})
	}
	for _, l := range h.Left() {
		add("red", "studio.problem.left.tag", "studio.problem.left", l.Service, "n", u.Number(int64(l.Number)), "why", u.Of(l.Why[0].What))
	}
	shadowed, err := h.Studio.Shadowed(r.Context())
	if err != nil {
		return nil, err
	}
	for _, id := range shadowed {
		add("orange", "studio.problem.shadowed.tag", "studio.problem.shadowed", id)
	}
	today := deadline.Of(h.Now())
	for _, id := range city.ServiceIDs() {
		checked, ok := deadline.ParseDay(city.Services[id].Service.Checked)
		if ok && checked.Until(today) > recheck {
			add("yellow", "studio.problem.unchecked.tag", "studio.problem.unchecked", id, "day", u.Day(string(checked)))
		}
	}
	return all, nil
}

// catalogueView is all services, those of a search, or those of one's own body.
type catalogueView struct {
	*ui.Request
	Search gp.Search
	Table  gp.Table
	Empty  *gp.Empty
	New    gov.Input
	Errors []gov.ErrorLink
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) error {
	u, err := staff(r)
	if err != nil {
		return err
	}
	return h.showList(w, r, u, http.StatusOK, "", nil)
}

func (h *Handler) showList(w http.ResponseWriter, r *http.Request, u *ui.Request, status int, typed string, wrong map[string]fault.Field) error {
	drafts, err := h.Studio.List(r.Context(), u.Actor)
	if err != nil {
		return err
	}
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	v := catalogueView{
		Request: u, Search: gp.Search{Action: "/studio/services", Label: u.T("studio.list.search"), Value: q, Button: u.T("studio.list.find")},
		Table: gp.Table{Caption: u.T("studio.list.title"), HideTitle: true, Dense: true, Head: []gp.Column{
			{Text: u.T("studio.col.service")}, {Text: u.T("studio.col.lead")}, {Text: u.T("studio.col.matters"), Numeric: true}, {Text: u.T("studio.col.state")}, {Text: u.T("studio.col.checked")},
		}},
		New: gov.Input{ID: "service", Name: "service", Value: typed, Label: gov.Label{Text: u.T("studio.new.id")}, Hint: gov.Hint{Text: u.T("studio.new.id.hint")}, Classes: "govuk-input--width-20", Autocomplete: "off"},
	}
	if f, ok := wrong["service"]; ok {
		said := u.Complaint(f, u.T("studio.new.id"))
		v.New.Error = gov.ErrorMessage{Text: said, Prefix: u.T("common.error")}
		v.Errors = []gov.ErrorLink{{Text: said, Href: "#service"}}
	}
	city, words := h.City(), h.words(u)
	open := map[string]studio.Draft{}
	for _, d := range drafts {
		if d.Open() {
			open[d.Service] = d
		}
	}
	fits := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(strings.ToLower(t), strings.ToLower(q)) })
	}
	for _, d := range drafts {
		if _, runs := city.Service(d.Service); d.Open() && !runs && fits(d.Title.ZH, d.Title.EN, d.Service) {
			v.Table.Rows = append(v.Table.Rows, gp.Line{Cells: []gp.Cell{
				{HTML: link(root+d.Service, called(u, d.Title, d.Service))}, {Text: words.Body(d.Body)}, {Text: "–", Numeric: true}, {HTML: tags(state(u, d), gov.Tag{Text: u.T("studio.state.new"), Classes: "govuk-tag--purple"})}, {Text: "–"},
			}})
		}
	}
	for _, id := range city.ServiceIDs() {
		s := city.Services[id].Service
		if !fits(append(s.Keywords, s.Name.ZH, s.Name.EN, id, words.Body(s.Lead))...) {
			continue
		}
		marks := []gov.Tag{}
		if d, ok := open[id]; ok {
			marks = append(marks, state(u, d))
		}
		if _, ok := city.Suspended[id]; ok {
			marks = append(marks, gov.Tag{Text: u.T("studio.state.suspended"), Classes: "govuk-tag--red"})
		}
		if day, ok := city.Coming[id]; ok {
			marks = append(marks, gov.Tag{Text: u.T("studio.state.coming", "day", u.ShortDay(string(day), "")), Classes: "govuk-tag--purple"})
		}
		v.Table.Rows = append(v.Table.Rows, gp.Line{Cells: []gp.Cell{
			{HTML: link(root+id, u.Of(s.Name))}, {Text: words.Body(s.Lead)}, {Text: u.Number(int64(len(s.Matters))), Numeric: true}, {HTML: tags(marks...)}, {Text: u.ShortDay(s.Checked, ""), NoWrap: true},
		}})
	}
	if len(v.Table.Rows) == 0 {
		v.Empty = &gp.Empty{Title: u.T("studio.list.none"), Text: u.T("studio.list.none.text"), Action: gp.Link{Text: u.T("studio.list.all"), Href: "/studio/services"}}
	}
	return u.Render(w, r, status, ui.Page{Title: u.T("studio.list.title"), Nav: "catalogue", Wrong: len(v.Errors) > 0, Body: v.body()})
}

// begin opens a draft of a service that there is not yet.
func (h *Handler) begin(w http.ResponseWriter, r *http.Request) error {
	u, err := staff(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	typed := strings.TrimSpace(r.PostForm.Get("service"))
	d, err := h.Studio.New(r.Context(), u.Actor, typed)
	if err == nil {
		return u.See(w, r, root+d.Service+"/draft")
	}
	wrong, err := ui.Complaints(err)
	if err != nil {
		return err
	}
	return h.showList(w, r, u, http.StatusUnprocessableEntity, typed, wrong)
}
