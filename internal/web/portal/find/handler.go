package find

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/feedback"
	"tongban/internal/service/interchange"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/search"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// Handler serves the pages on which a person begins.
type Handler struct {
	City        func() *jurisdiction.City
	Index       func() *search.Index
	Application *application.Service
	Casework    *casework.Service
	Feedback    *feedback.Service
	Standard    *interchange.Standard // the elements of implementation checklists

	guides shelf
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /{$}", h.home)
	m.Handle("GET /search", h.search)
	m.Handle("POST /search/wish", h.wish)
	m.Handle("GET /life", h.life)
	m.Handle("GET /business", h.business)
	m.Handle("GET /topics", h.topics)
	m.Handle("GET /topics/{topic}", h.topic)
	m.Handle("GET /departments", h.departments)
	m.Handle("GET /departments/{body}", h.department)
	m.Handle("GET /offices", h.offices)
	m.Handle("GET /life/{event}", h.event)
	m.Handle("GET /business/event/{event}", h.event)
	m.Handle("GET /life/{event}/guide", h.eventGuide)
	m.Handle("GET /business/event/{event}/guide", h.eventGuide)
	m.Handle("GET /services/{code}", h.matter)
	m.Handle("GET /services/{code}/guide", h.guide)
}

func (h *Handler) words(u *ui.Request) say.Words { return say.In(u.Printer, h.City()) }

// eventCards lists services as cards.
func (h *Handler) eventCards(u *ui.Request, pick func(*catalogue.Service) bool) []card {
	city := h.City()
	var picked []*catalogue.Service
	for _, id := range city.ServiceIDs() {
		if s := city.Services[id].Service; pick(s) {
			picked = append(picked, s)
		}
	}
	// The national lists first, in their order, then the rest.
	slices.SortStableFunc(picked, func(a, b *catalogue.Service) int { return strings.Compare(rank(a), rank(b)) })
	all := make([]card, len(picked))
	for i, s := range picked {
		all[i] = card{Title: u.Of(s.Name), Text: u.Of(s.Summary), Href: u.Path(say.EventPath(s))}
	}
	return all
}

func rank(s *catalogue.Service) string {
	if strings.HasPrefix(s.Catalogue, "T") {
		return "1" + s.Catalogue
	}
	return "2" + s.Catalogue
}

// onHome is how many services of each side the home page names.
const onHome = 6

// listed names the services of the State Council's lists (T01, T02 …) in the order of the stages of life,
// as many as the home page has room for. The single matters around them are found by stage and by search.
func (h *Handler) listed(u *ui.Request, of catalogue.Audience) []card {
	var all []card
	for _, st := range h.City().Stages {
		if st.Audience == of {
			all = append(all, h.eventCards(u, func(s *catalogue.Service) bool { return s.Stage == st.ID && strings.HasPrefix(s.Catalogue, "T") })...)
		}
	}
	return all[:min(len(all), onHome)]
}

// stages is the life of a business from left to right.
func (h *Handler) stages(u *ui.Request) gp.Life {
	life := gp.Life{Label: u.T("find.home.business")}
	for _, st := range h.City().Stages {
		if st.Audience == catalogue.ForBusiness {
			life.Items = append(life.Items, gp.Stage{Text: u.Of(st.Name), Href: u.Path("/business") + "#" + st.ID})
		}
	}
	return life
}

func (h *Handler) home(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	v := homeView{
		Request:  u,
		Life:     h.listed(u, catalogue.ForPerson),
		Business: h.listed(u, catalogue.ForBusiness),
		Stages:   h.stages(u),
		More: []ui.Link{
			{Text: u.T("find.departments.title"), Href: u.Path("/departments")},
			{Text: u.T("find.offices.title"), Href: u.Path("/offices")},
			{Text: u.T("find.topics.title"), Href: u.Path("/topics")},
			{Text: u.T("find.verify.title"), Href: u.Path("/verify")},
		},
	}
	if u.Actor.Kind == identity.Person {
		var err error
		if v.Go, err = h.goOn(r, u); err != nil {
			return err
		}
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("find.home.title"), Nav: "services", Hero: v.search().View(), Body: v.body()})
}

// goOn lists what waits for the person: drafts and matters to correct, at most three.
func (h *Handler) goOn(r *http.Request, u *ui.Request) ([]card, error) {
	city := h.City()
	var all []card
	cases, err := h.Casework.Mine(r.Context(), u.Actor, "", 20)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		for _, m := range c.Matters {
			if m.State == casework.Correcting {
				all = append(all, card{Title: u.T("find.home.correct", "number", c.Number), Text: u.T("find.home.correct.until", "day", u.Day(string(m.DueOn))), Href: "/me/applications/" + c.ID})
			}
		}
	}
	drafts, err := h.Application.Mine(r.Context(), u.Actor)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		if e, ok := city.Service(d.Service); ok {
			all = append(all, card{Title: u.Of(e.Service.Name), Text: u.T("find.home.draft", "day", u.Moment(d.Updated)), Href: "/apply/" + d.ID})
		}
	}
	return all[:min(3, len(all))], nil
}

// examples are searches as people say them.
func examples(u *ui.Request) []gp.Link {
	var all []gp.Link
	for _, q := range strings.Split(u.T("find.home.queries"), "|") {
		all = append(all, gp.Link{Text: q, Href: u.Path("/search") + "?q=" + url.QueryEscape(q)})
	}
	return all
}

func (v homeView) examples() []gp.Link { return examples(v.Request) }

func home(u *ui.Request) ui.Link { return ui.Link{Text: u.T("find.home.link"), Href: u.Path("/")} }

func (h *Handler) browse(w http.ResponseWriter, r *http.Request, v browseView) error {
	return v.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Nav: "services", Back: home(v.Request), Body: v.body()})
}

func (h *Handler) byStage(w http.ResponseWriter, r *http.Request, v browseView, audience catalogue.Audience) error {
	for _, st := range h.City().Stages {
		if st.Audience != audience {
			continue
		}
		g := group{ID: st.ID, Title: v.Of(st.Name), Note: v.Of(st.Summary), Cards: h.eventCards(v.Request, func(s *catalogue.Service) bool { return s.Stage == st.ID })}
		if len(g.Cards) > 0 {
			v.Groups = append(v.Groups, g)
		} else {
			v.Later = append(v.Later, g)
		}
	}
	return h.browse(w, r, v)
}

func (h *Handler) life(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	return h.byStage(w, r, browseView{Request: u, Title: u.T("find.life.title"), Lead: u.T("find.life.lead"), Check: ui.Link{Text: u.T("life.find"), Href: u.Path("/life-cycle")}}, catalogue.ForPerson)
}

func (h *Handler) business(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	stages := h.stages(u)
	return h.byStage(w, r, browseView{Request: u, Title: u.T("find.business.title"), Lead: u.T("find.business.lead"), Check: ui.Link{Text: u.T("life.find"), Href: u.Path("/life-cycle/business")}, Stages: &stages}, catalogue.ForBusiness)
}

// mattersOf lists the matters of a body over all services.
func (h *Handler) mattersOf(body string) []*catalogue.Matter {
	city := h.City()
	var all []*catalogue.Matter
	for _, id := range city.ServiceIDs() {
		for i := range city.Services[id].Service.Matters {
			if m := &city.Services[id].Service.Matters[i]; m.Body == body {
				all = append(all, m)
			}
		}
	}
	return all
}

func (h *Handler) departments(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	g := group{}
	for _, b := range h.City().Org.Bodies() {
		if len(h.mattersOf(b.ID)) > 0 {
			g.Cards = append(g.Cards, card{Title: u.Of(b.Name), Text: u.Of(b.Duties), Href: u.Path("/departments/" + b.ID)})
		}
	}
	return h.browse(w, r, browseView{Request: u, Title: u.T("find.departments.title"), Lead: u.T("find.departments.lead"), Groups: []group{g}})
}

func (h *Handler) department(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	b, ok := h.City().Org.Body(r.PathValue("body"))
	if !ok {
		return fault.New(fault.NotFound, "error.page")
	}
	v := browseView{Request: u, Title: u.Of(b.Name), Lead: u.Of(b.Duties), Facts: []gov.Row{
		row(u.T("find.office.address"), u.Of(b.Address)), row(u.T("find.office.phone"), b.Contact), row(u.T("find.office.hours"), u.Of(b.Hours)),
	}}
	g := group{Title: u.T("find.departments.matters")}
	for _, m := range h.mattersOf(b.ID) {
		g.Cards = append(g.Cards, card{Title: u.Of(m.Name), Text: u.Of(m.Plain), Href: u.Path(h.matterPath(m))})
	}
	if len(g.Cards) > 0 {
		v.Groups = append(v.Groups, g)
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Nav: "services", Back: ui.Link{Text: u.T("find.departments.title"), Href: u.Path("/departments")}, Body: v.body()})
}

func (h *Handler) offices(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	city := h.City()
	v := officesView{Request: u, Centre: []gov.Row{
		row(u.T("find.office.address"), u.Of(city.Host.Address)), row(u.T("find.office.phone"), city.Host.Phone), row(u.T("find.office.hours"), u.Of(city.Host.Hours)),
	}}
	v.Table = gp.Table{Caption: u.T("find.offices.bodies"), HideTitle: true, Head: []gp.Column{
		{Text: u.T("find.office.body")}, {Text: u.T("find.office.address")}, {Text: u.T("find.office.phone")}, {Text: u.T("find.office.hours")},
	}}
	for _, b := range city.Org.Bodies() {
		if len(h.mattersOf(b.ID)) > 0 {
			v.Table.Rows = append(v.Table.Rows, gp.Line{Cells: []gp.Cell{
				{HTML: gp.Link{Text: u.Of(b.Name), Href: u.Path("/departments/" + b.ID)}.View()}, {Text: u.Of(b.Address)},
				{HTML: gp.Link{Text: b.Contact, Href: "tel:" + b.Contact}.View(), NoWrap: true}, {Text: u.Of(b.Hours)},
			}})
		}
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("find.offices.title"), Nav: "help", Back: home(u), Body: v.body()})
}

// crumbs lead from the home page to a service.
func (h *Handler) crumbs(u *ui.Request, s *catalogue.Service) []ui.Link {
	all := []ui.Link{home(u), {Text: u.T("find.life.title"), Href: u.Path("/life")}}
	if st, ok := h.City().Stage(s.Stage); ok && st.Audience == catalogue.ForBusiness {
		all[1] = ui.Link{Text: u.T("find.business.title"), Href: u.Path("/business")}
	}
	return append(all, ui.Link{Text: u.Of(s.Name), Href: u.Path(say.EventPath(s))})
}

func (h *Handler) event(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	e, ok := h.City().Service(r.PathValue("event"))
	if !ok || u.At != say.EventPath(e.Service) {
		return fault.New(fault.NotFound, "error.page")
	}
	s, words := e.Service, h.words(u)
	v := eventView{
		Request: u, Title: u.Of(s.Name), Summary: u.Of(s.Summary), For: u.Of(s.For), NotFor: u.Of(s.NotFor), Start: u.Path("/check/" + s.ID),
		Guide:  ui.Link{Text: u.T("find.matter.full"), Href: u.Path(say.EventPath(s) + "/guide")},
		Source: []string{words.Cite(s.Cite), u.T("find.event.checked", "day", u.ShortDay(s.Checked, ""), "body", words.Body(s.Lead))},
	}
	v.Start, v.Notices = h.notices(u, s, v.Start)
	if batch := u.Of(s.Batch); batch != "" {
		v.Source = append([]string{batch}, v.Source...)
	}
	h.steps(&v, s)
	v.Facts = h.summary(u, s)
	for i := range s.Materials {
		m := &s.Materials[i]
		if m.Source.Applicant {
			v.Bring = append(v.Bring, line{Text: u.Of(m.Name)})
		} else {
			v.Reused = append(v.Reused, line{u.Of(m.Name), words.Where(s, m)})
		}
	}
	for _, id := range s.Related {
		if other, ok := h.City().Service(id); ok {
			v.Related = append(v.Related, ui.Link{Text: u.Of(other.Service.Name), Href: u.Path(say.EventPath(other.Service))})
		}
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Nav: "services", Crumbs: h.crumbs(u, s), Body: v.body()})
}

// summary is a service in a few lines: who, how much, how often in person, how long.
func (h *Handler) summary(u *ui.Request, s *catalogue.Service) []gov.Row {
	words := h.words(u)
	bodies, visits, paid := map[string]bool{}, 0, false
	for i := range s.Matters {
		bodies[s.Matters[i].Body] = true
		visits += s.Matters[i].Visits
		paid = paid || len(s.Matters[i].Fees) > 0
	}
	fee := u.T("say.free")
	if paid {
		fee = u.T("find.event.fee.some")
	}
	come := words.Visits(visits)
	if visits > 0 {
		come = u.T("find.event.visits.most", "visits", come)
	}
	rows := []gov.Row{
		row(u.T("find.event.lead"), words.Body(s.Lead)),
		row(u.T("find.event.bodies"), u.T("find.event.bodies.n", "n", strconv.Itoa(len(bodies)), "k", strconv.Itoa(len(s.Matters)))),
		row(u.T("find.matter.fee"), fee), row(u.T("find.matter.visits"), come),
	}
	if s.Total != nil {
		rows = append(rows, row(u.T("find.event.total"), words.LimitCited(s.Total)))
	}
	return rows
}

// steps sorts the matters of a service by what has to come first.
func (h *Handler) steps(v *eventView, s *catalogue.Service) {
	u, words := v.Request, h.words(v.Request)
	levels := levels(s)
	for n, level := range levels {
		st := step{N: strconv.Itoa(n + 1)}
		st.Title = u.T(say.Step("find.event.first", "find.event.first.many", "find.event.then", "find.event.then.many", n, len(level)), "k", strconv.Itoa(len(level)))
		for _, m := range level {
			p := part{Title: u.Of(m.Name), Href: u.Path(h.matterPath(m)), Plain: u.Of(m.Plain), Facts: []string{words.Body(m.Body)}}
			if m.When != "" {
				p.When = u.T("find.event.when", "why", u.Of(m.Why))
			}
			var names []string
			for _, a := range m.After {
				names = append(names, words.Matter(s, a.Matter))
			}
			if n > 0 && !same(m.After, levels[n-1]) {
				p.After = u.T("find.event.after", "matters", u.List(names))
			}
			limit, said := m.Promised, "find.event.promised"
			if limit == nil {
				limit, said = m.Statutory, "find.event.statutory"
			}
			if limit != nil {
				marked := words.LimitMarked(limit)
				v.Mark = v.Mark || marked != words.Limit(limit)
				p.Facts = append(p.Facts, u.T(said, "limit", marked))
			}
			p.Facts = append(p.Facts, words.Fees(m.Fees), words.Visits(m.Visits))
			st.Matters = append(st.Matters, p)
		}
		v.Steps = append(v.Steps, st)
	}
}

// same reports whether a matter waits for exactly the matters of one step.
func same(after []catalogue.After, step []*catalogue.Matter) bool {
	if len(after) != len(step) {
		return false
	}
	for _, m := range step {
		if !slices.ContainsFunc(after, func(a catalogue.After) bool { return a.Matter == m.ID }) {
			return false
		}
	}
	return true
}

// levels puts each matter one step after the last of those that it waits for. The catalogue's checks
// have made sure that nothing waits for itself.
func levels(s *catalogue.Service) [][]*catalogue.Matter {
	at := map[string]int{}
	var place func(m *catalogue.Matter) int
	place = func(m *catalogue.Matter) int {
		if n, ok := at[m.ID]; ok {
			return n
		}
		n := 0
		for _, a := range m.After {
			if before := s.Matter(a.Matter); before != nil {
				n = max(n, place(before)+1)
			}
		}
		at[m.ID] = n
		return n
	}
	var all [][]*catalogue.Matter
	for i := range s.Matters {
		n := place(&s.Matters[i])
		for len(all) <= n {
			all = append(all, nil)
		}
		all[n] = append(all[n], &s.Matters[i])
	}
	return all
}

// matterPath is a matter's address: its implementation code.
func (h *Handler) matterPath(m *catalogue.Matter) string { return "/services/" + h.City().TaskCode(*m) }

// offered finds the matter of the address.
func (h *Handler) offered(r *http.Request) (*jurisdiction.Entry, *catalogue.Matter, error) {
	o, ok := h.City().Offer(r.PathValue("code"))
	if !ok {
		return nil, nil, fault.New(fault.NotFound, "error.page")
	}
	return o.Entry, o.Matter, nil
}

func text(s string) gov.Text { return gov.Text{Text: s} }

func row(key, value string) gov.Row { return gov.Row{Key: text(key), Value: text(value)} }
