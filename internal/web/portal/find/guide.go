package find

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"tongban/internal/platform/fault"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/interchange"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
)

func (h *Handler) matter(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	e, m, err := h.offered(r)
	if err != nil {
		return err
	}
	s, g := e.Service, h.guideOf(u, e, m)
	v := guideView{
		Request: u, Caption: g.words.BodyName(m.Body), Title: u.Of(m.Name), Plain: u.Of(m.Plain), Full: u.Path(h.matterPath(m) + "/guide"),
		Event: ui.Link{Text: u.Of(s.Name), Href: u.Path(say.EventPath(s))},
	}
	v.Start, v.Notices = h.notices(u, s, u.Path("/check/"+s.ID))
	facts := []fact{
		{u.T("find.matter.body"), []said{{Text: g.words.BodyName(m.Body)}}}, {u.T("find.matter.basis"), []said{g.basis(m.Cite)}},
		{u.T("find.matter.statutory"), []said{g.limit(m.Statutory)}},
	}
	if m.Promised != nil {
		facts = append(facts, fact{u.T("find.matter.promised"), []said{g.limit(m.Promised)}})
	}
	facts = append(facts, fact{u.T("find.matter.fee"), g.fees(m)}, fact{u.T("find.matter.visits"), []said{{Text: g.words.Visits(m.Visits), Note: u.Of(m.VisitWhy)}}})
	if m.Result != nil {
		facts = append(facts, fact{u.T("find.matter.result"), []said{{Text: u.Of(m.Result.Name)}}})
	}
	v.Chapters = append(v.Chapters, chapter{Facts: facts})
	var materials []said
	for _, mt := range g.materials() {
		materials = append(materials, said{Text: u.Of(mt.Name), Note: g.words.Where(s, mt)})
	}
	v.add(chapter{Title: u.T("find.matter.can-i"), Lines: g.conditions(m.Conditions)})
	v.add(chapter{Title: u.T("find.matter.need"), Lines: materials})
	return u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Nav: "services", Crumbs: append(h.crumbs(u, s), ui.Link{Text: v.Title}), Body: v.body()})
}

// guide is the official guide of a matter (办事指南): every element of its implementation checklist, in the order
// of the standard, for print.
func (h *Handler) guide(w http.ResponseWriter, r *http.Request) error {
	u, city := ui.From(r), h.City() // the city first: what is read after it is never older
	e, m, err := h.offered(r)
	if err != nil {
		return err
	}
	return h.official(w, r, city, u.Of(m.Name), h.matterPath(m), func() templ.Component { return h.guideOf(u, e, m).checklist() })
}

// official answers with a guide, which leads back to what it is of.
func (h *Handler) official(w http.ResponseWriter, r *http.Request, city *jurisdiction.City, title, of string, write func() templ.Component) error {
	u := ui.From(r)
	body, err := h.guides.take(r.Context(), city, u.Lang, of, write)
	if err != nil {
		return err
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("find.guide.of", "name", title), Nav: "services", Back: ui.Link{Text: title, Href: u.Path(of)}, Body: body})
}

// checklist writes the guide of a matter.
func (g *guideWriter) checklist() templ.Component {
	u, m := g.Request, g.m
	v := guideView{Request: u, Caption: u.T("find.guide.title"), Title: u.Of(m.Name), Plain: u.Of(m.Plain), Print: true}
	g.task()
	for _, c := range chapters {
		ch := chapter{ID: c.id, Title: u.T("find.guide." + c.id), Facts: g.facts(c.fields)}
		switch c.id {
		case "materials":
			ch.Lead, ch.Items = u.T("find.guide.materials.lead"), g.materialItems()
		case "flow":
			ch.Numbered = g.steps()
			ch.Facts, ch.Items = g.looks()
		case "fees":
			ch.Items = g.feeItems()
		case "faq":
			ch.Items = g.questions(m.Questions)
		}
		v.add(ch)
	}
	v.add(chapter{ID: "provisions", Title: u.T("find.guide.provisions"), Items: g.provisions()})
	v.add(g.unsaid())
	v.add(chapter{ID: "edition", Title: u.T("find.guide.edition"), Lines: g.edition()})
	return v.body()
}

// chapters are the parts of the guide of a matter, with the fields of the national tables that stand in each.
var chapters = []struct {
	id     string
	fields []string
}{
	{"basic", []string{
		"task_name", "task_code", "catalog_code", "local_catalog_code", "task_handle_item", "task_type", "dept_name", "dept_code", "dept_type", "use_level", "power_source",
		"entrust_name", "other_dept", "server_type", "project_type", "handle_area", "user_topic_type", "corp_topic_type", "task_state", "task_version", "plan_effective_date",
		"plan_cancel_date",
	}},
	{"basis", []string{"by_law"}},
	{"conditions", []string{"accept_condition", "limit_explain", "service_type"}},
	{"materials", nil},
	{"time", []string{"anticipate_day", "promise_day", "special_procedure"}},
	{"flow", nil},
	{"fees", []string{"is_fee", "fee_basis", "is_pay_online"}},
	{"ways", []string{
		"handle_type", "is_online", "online_handle_depth", "link_addr", "mobile_terminal_url", "is_single_login", "app_is_single_login", "limit_scene_num",
		"limit_scene_explain", "is_entry_center", "is_schedule", "is_express", "is_service_terminals", "transact_addr", "transact_time", "traffic_guide",
	}},
	{"result", []string{"result_type", "result_name", "result_guid", "result_delivery"}},
	{"contact", []string{"link_way", "supervise_way"}},
	{"rights", []string{"applicant_rights", "applicant_duties"}},
	{"remedy", []string{"review", "court"}},
	{"faq", nil},
}

// told are the fields that stand on the page in the words of another, or of a part of their own.
var told = map[string]string{
	"anticipate_type": "anticipate_day", "anticipate_explain": "anticipate_day", "promise_type": "promise_day", "promise_explain": "promise_day", "handle_flow": "flow",
}

// guideWriter says what the catalogue holds of a service, and of one of its matters.
type guideWriter struct {
	*ui.Request
	words    say.Words
	city     *jurisdiction.City
	standard *interchange.Standard
	entry    *jurisdiction.Entry
	m        *catalogue.Matter // nil: of the whole service
	values   map[string][]said // by the field of the national table
	cited    []string          // provisions, in the order in which they are named
}

func (h *Handler) guideOf(u *ui.Request, e *jurisdiction.Entry, m *catalogue.Matter) *guideWriter {
	return &guideWriter{Request: u, words: h.words(u), city: h.City(), standard: h.Standard, entry: e, m: m, values: map[string][]said{}}
}

// basis is what something rests on.
func (g *guideWriter) basis(c law.Cite) said {
	return said{Text: g.rests("", c).Note, Link: c.Link}
}

// rests says a fact with what it rests on.
func (g *guideWriter) rests(text string, c law.Cite) said {
	if c.Provision != "" && !slices.Contains(g.cited, c.Provision) {
		g.cited = append(g.cited, c.Provision)
	}
	return said{Text: text, Note: g.words.Cite(c), Link: c.Link}
}

func (g *guideWriter) limit(l *catalogue.Limit) said {
	if l == nil {
		return said{Text: g.T("say.limit.none")}
	}
	return g.rests(g.words.Limit(l), l.Cite)
}

func (g *guideWriter) outcome(o *catalogue.Outcome) []said {
	if o == nil {
		return nil
	}
	return []said{g.rests(g.Of(o.Text), o.Cite)}
}

func (g *guideWriter) conditions(all []catalogue.Condition) (lines []said) {
	for _, c := range all {
		lines = append(lines, g.rests(g.Of(c.Text), c.Cite))
	}
	return lines
}

func (g *guideWriter) fees(m *catalogue.Matter) (all []said) {
	for _, f := range m.Fees {
		all = append(all, g.rests(g.Of(f.Name)+" "+g.Yuan(f.Fen), f.Cite))
	}
	if all == nil {
		all = []said{{Text: g.T("say.free")}}
	}
	return all
}

// materials are those of the matter, or of all.
func (g *guideWriter) materials() (all []*catalogue.Material) {
	s := g.entry.Service
	for i := range s.Materials {
		if g.m == nil || slices.Contains(s.Materials[i].For, g.m.ID) {
			all = append(all, &s.Materials[i])
		}
	}
	return all
}

// title is what the national table calls a field; what it does not have is called by the page.
func (g *guideWriter) title(table, field string) string {
	if f, ok := g.standard.Field(table, field); ok {
		return g.Of(f.Title())
	}
	return g.T("find.guide." + field)
}

// facts are the fields of a chapter for which there is something to say.
func (g *guideWriter) facts(fields []string) (all []fact) {
	for _, name := range fields {
		if v := slices.DeleteFunc(slices.Clone(g.values[name]), func(s said) bool { return s.Text == "" }); len(v) > 0 {
			all = append(all, fact{g.title("task", name), v})
		}
	}
	return all
}

// unsaid lists what the standard demands and the catalogue does not hold.
func (g *guideWriter) unsaid() chapter {
	c := chapter{ID: "unsaid", Title: g.T("find.guide.unsaid")}
	for _, f := range g.standard.Of("task") {
		if _, elsewhere := told[f.Name]; f.Need && !elsewhere && len(g.facts([]string{f.Name})) == 0 {
			c.Lines = append(c.Lines, said{Text: g.Of(f.Title())})
		}
	}
	if len(c.Lines) > 0 {
		c.Lead = g.T("find.guide.unsaid.lead", "phone", g.m.Contact.Ask)
	}
	return c
}

// provisions are the texts of everything that was cited, each with the law it is of and where it was read.
func (g *guideWriter) provisions() (all []item) {
	for _, id := range g.cited {
		p, ok := g.city.Law.Find(id)
		if !ok {
			continue
		}
		all = append(all, item{Title: p.Cite(g.Lang), Facts: []fact{
			{g.T("find.guide.law"), []said{{Text: g.Of(p.Law), Note: g.T("find.guide.law.edition", "day", g.ShortDay(p.Edition, ""))}}},
			{g.T("find.guide.law.text"), []said{{Text: g.Of(p.Text)}}}, {g.T("find.guide.law.read"), []said{{Text: p.Source}}},
		}})
	}
	return all
}

func (g *guideWriter) questions(all []catalogue.FAQ) (items []item) {
	for _, q := range all {
		items = append(items, item{Title: g.Of(q.Ask), Facts: []fact{{g.T("find.guide.answer"), []said{{Text: g.Of(q.Answer)}}}}})
	}
	return items
}

func (g *guideWriter) edition() []said {
	s := g.entry.Service
	return []said{
		{Text: g.T("find.event.checked", "day", g.ShortDay(s.Checked, ""), "body", g.words.Body(s.Lead))}, {Text: g.T("find.guide.hash", "hash", g.entry.Edition[:12])},
	}
}

// yes says an answer that may be missing.
func (g *guideWriter) yes(answer string) []said {
	if answer == "" {
		return nil
	}
	return []said{{Text: g.T("catalogue.elements.centre." + answer)}}
}

// coded says coded values by their words in the catalogue's texts.
func (g *guideWriter) coded(prefix string, values ...string) []said {
	var names []string
	for _, v := range values {
		if v != "" {
			names = append(names, g.T(prefix+v))
		}
	}
	return []said{{Text: g.List(names)}}
}

func (g *guideWriter) bodies(ids ...string) []said {
	var names []string
	for _, id := range ids {
		if id != "" {
			names = append(names, g.words.BodyName(id))
		}
	}
	return []said{{Text: g.List(names)}}
}

func (g *guideWriter) day(day string) []said {
	if day == "" {
		return nil
	}
	return []said{{Text: g.Day(day)}}
}

// eventGuide is the official guide of a service: its blocks as guides of 一件事 have them.
func (h *Handler) eventGuide(w http.ResponseWriter, r *http.Request) error {
	u, city := ui.From(r), h.City()
	e, ok := city.Service(r.PathValue("event"))
	if !ok || u.At != say.EventPath(e.Service)+"/guide" {
		return fault.New(fault.NotFound, "error.page")
	}
	return h.official(w, r, city, u.Of(e.Service.Name), say.EventPath(e.Service), func() templ.Component {
		v := guideView{Request: u, Caption: u.T("find.guide.title"), Title: u.Of(e.Service.Name), Plain: u.Of(e.Service.Summary), Print: true}
		for _, c := range h.guideOf(u, e, nil).whole(func(m *catalogue.Matter) string { return u.Path(h.matterPath(m) + "/guide") }) {
			v.add(c)
		}
		return v.body()
	})
}

// number says how many there are of something, after its name.
func (g *guideWriter) number(name string, n int) string {
	return g.T("find.guide.n", "name", name, "n", strconv.Itoa(n))
}
