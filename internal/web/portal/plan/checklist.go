package plan

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// list is a checklist together with all that is said of it.
type list struct {
	application.Checklist
	service *catalogue.Service
	plan    guide.Plan
	current bool // made under the edition in force
}

func (h *Handler) load(r *http.Request, token string) (list, error) {
	c, err := h.Application.Checklist(r.Context(), token)
	if err != nil {
		return list{}, err
	}
	if !c.Saved {
		return list{}, fault.New(fault.NotFound, "error.checklist.not-found")
	}
	l := list{Checklist: c}
	if l.plan, err = h.Application.Plan(r.Context(), c); err != nil {
		return l, err
	}
	if l.service, err = h.Application.Service(r.Context(), c.Edition); err != nil {
		return l, err
	}
	e, ok := h.City().Service(c.Service)
	l.current = ok && e.Edition == c.Edition
	return l, nil
}

func (h *Handler) checklist(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	token, kind, _ := strings.Cut(r.PathValue("token"), ".")
	l, err := h.load(r, token)
	if err != nil {
		return err
	}
	switch kind {
	case "":
		v, err := h.view(u, l)
		if err != nil {
			return err
		}
		return u.Render(w, r, http.StatusOK, ui.Page{Title: v.T("plan.list.title"), Section: v.Title, Nav: "services",
			Back: ui.Link{Text: v.Title, Href: u.Path(say.EventPath(l.service))}, Body: v.body(), NoIndex: true})
	case "pdf":
		return h.pdf(w, u, l)
	case "ics":
		return h.ics(w, u, l)
	}
	return fault.New(fault.NotFound, "error.page")
}

// address is the link by which a checklist is shared.
func (h *Handler) address(u *ui.Request, l list) string {
	return h.Origin + u.Path("/checklists/"+l.Token)
}

// latest is the day on which everything is promised to be done if it is sent on the first day, "" when
// the departments answer separately.
func (h *Handler) latest(l list) (from, to deadline.Day) {
	from = deadline.Of(h.Now())
	if most := l.plan.Most; most.Days > 0 && most.Natural == 0 && most.Months == 0 {
		to, _ = h.City().Calendar.AddWorking(from, most.Days)
	}
	return from, to
}

// open reports whether an answer is missing without which nobody can apply.
func (l list) open() bool {
	return len(l.plan.Unsure) > 0 || slices.ContainsFunc(l.plan.Matters, func(m guide.PlanMatter) bool { return m.Maybe })
}

func (h *Handler) view(u *ui.Request, l list) (checklistView, error) {
	words := say.In(u.Printer, h.City())
	s, p := l.service, l.plan
	here := u.Path("/checklists/" + l.Token)
	v := checklistView{
		Request: u, Title: u.Of(s.Name), Eligible: p.Eligible, Change: here + "/change", Answers: h.answers(words, s, l.Checklist, false), Looked: h.looked(words, s, l.Checklist),
		Share: h.address(u, l), PDF: here + ".pdf", ICS: here + ".ics",
		Until:  u.T("plan.list.until", "day", u.ShortDay(string(deadline.Of(l.Expires)), "")),
		Edited: u.T("plan.list.edition", "day", u.ShortDay(string(deadline.Of(l.Created)), "")), Outdated: !l.current,
	}
	var err error
	if v.Code, err = say.Code(v.Share); err != nil {
		return v, err
	}
	for _, id := range p.Unsure {
		if q := s.Question(id); q != nil {
			v.Open = append(v.Open, openLine{id, u.Of(q.Text)})
		}
	}
	for _, refused := range p.Refusals {
		v.Refusals = append(v.Refusals, refusal{u.Of(refused.Text), u.Of(refused.Instead), words.Cite(refused.Cite)})
	}
	for _, doubt := range p.Doubts {
		v.Doubts = append(v.Doubts, refusal{u.Of(doubt.Text), u.Of(doubt.Instead), words.Cite(doubt.Cite)})
	}
	if !p.Eligible {
		v.Result = u.T("plan.list.refused")
		for _, id := range s.Related {
			if other, ok := h.City().Service(id); ok {
				v.Related = append(v.Related, ui.Link{Text: u.Of(other.Service.Name), Href: u.Path(say.EventPath(other.Service))})
			}
		}
		return v, nil
	}
	v.Result = h.result(u, l)
	if l.current && !l.open() {
		v.Apply = here + "/apply"
	}
	v.Matters = gp.Table{Caption: u.T("plan.list.matters"), HideTitle: true, Head: []gp.Column{
		{Text: u.T("plan.col.matter")}, {Text: u.T("plan.col.body")}, {Text: u.T("plan.col.time")}, {Text: u.T("plan.col.cost")},
	}}
	for _, m := range p.Matters {
		line := h.matterLine(u, words, l, m)
		v.Mark = v.Mark || line.Mark
		v.Matters.Rows = append(v.Matters.Rows, gp.Line{Cells: []gp.Cell{
			{HTML: line.name(u)}, {Text: line.Body}, {HTML: stacked(line.Times)}, {HTML: stacked([]string{line.Fee, line.Visits}), NoWrap: true},
		}})
	}
	for _, m := range p.Materials {
		item := h.check(u, words, l, m)
		if mine(m) {
			v.Mine = append(v.Mine, item)
		} else {
			v.Held = append(v.Held, item)
		}
	}
	v.Order = order(u, words, l)
	v.Facts = h.facts(u, words, l)
	return v, nil
}

// mine reports whether only the person has a material.
func mine(m guide.PlanMaterial) bool { return m.State == guide.Upload || m.State == guide.Later }

// result says the outcome in a sentence.
func (h *Handler) result(u *ui.Request, l list) string {
	maybe, bodies := 0, map[string]bool{}
	for _, m := range l.plan.Matters {
		if m.Maybe {
			maybe++
		}
		bodies[m.Matter.Body] = true
	}
	sure := len(l.plan.Matters) - maybe
	switch {
	case maybe > 0:
		return u.T("plan.list.result.maybe", "n", strconv.Itoa(sure), "k", strconv.Itoa(maybe))
	case l.open():
		return u.T("plan.list.result.open", "n", strconv.Itoa(sure), "m", strconv.Itoa(len(bodies)))
	}
	return u.T("plan.list.result", "n", strconv.Itoa(sure), "m", strconv.Itoa(len(bodies)))
}

func maybe(u *ui.Request, name string, is bool) string {
	if is {
		return u.T("plan.maybe.name", "name", name)
	}
	return name
}

// facts answer what a person wants to know first.
func (h *Handler) facts(u *ui.Request, words say.Words, l list) []gov.Row {
	row := func(key, value string) gov.Row {
		return gov.Row{Key: gov.Text{Text: u.T(key)}, Value: gov.Text{Text: value}}
	}
	p := l.plan
	var matters, materials []string
	for _, m := range p.Matters {
		matters = append(matters, maybe(u, u.Of(m.Matter.Name), m.Maybe))
	}
	for _, m := range p.Materials {
		if mine(m) {
			materials = append(materials, maybe(u, u.Of(m.Material.Name), m.Maybe))
		}
	}
	days := u.T("plan.fact.days.none")
	if from, to := h.latest(l); to != "" {
		days = u.T("plan.fact.days.working", "n", span(p.Days, p.Most.Days), "from", u.ShortDay(string(from), ""), "to", u.Day(string(to)))
	}
	fee := u.T("say.free")
	if p.Most.Fen > 0 {
		fee = u.Yuan(p.Most.Fen)
		if p.Fen < p.Most.Fen {
			fee = u.T("plan.fact.fee.span", "least", u.Yuan(p.Fen), "most", fee)
		}
	}
	visits := words.Visits(p.Most.Visits)
	if p.Visits < p.Most.Visits {
		visits = u.T("find.event.visits.most", "visits", visits)
	}
	left := u.T("plan.list.mine.none")
	if len(materials) > 0 {
		left = u.T("plan.fact.mine.n", "n", strconv.Itoa(len(materials)), "names", u.List(materials))
	}
	return []gov.Row{
		row("plan.fact.matters", u.List(matters)), row("plan.fact.mine", left), row("plan.fact.days", days), row("plan.fact.fee", fee),
		row("plan.fact.visits", visits), row("plan.fact.next", u.T("plan.fact.next.text")),
	}
}

func span(least, most int) string {
	if least == most {
		return strconv.Itoa(most)
	}
	return strconv.Itoa(least) + "–" + strconv.Itoa(most)
}

func order(u *ui.Request, words say.Words, l list) []string {
	if len(l.plan.Order) < 2 {
		return nil
	}
	var all []string
	for i, level := range l.plan.Order {
		var names []string
		for _, id := range level {
			names = append(names, words.Matter(l.service, id))
		}
		key := say.Step("plan.list.order.first", "plan.list.order.first.many", "plan.list.order.then", "plan.list.order.then.many", i, len(names))
		all = append(all, u.T(key, "matters", u.List(names)))
	}
	return all
}

func (h *Handler) matterLine(u *ui.Request, words say.Words, l list, m guide.PlanMatter) matterLine {
	line := matterLine{
		Name: u.Of(m.Matter.Name), Href: u.Path("/services/" + h.City().TaskCode(*m.Matter)), Body: words.Body(m.Matter.Body), Maybe: m.Maybe,
		Why: u.Of(m.Matter.Why), Because: words.Because(l.service, m.Because), Cite: words.Cite(m.Matter.Cite),
		Fee: words.Fees(m.Fees), Visits: words.Visits(m.Matter.Visits),
	}
	if m.Maybe {
		line.Because = words.Undecided(l.service, m.Open)
	}
	for _, limit := range []struct {
		key string
		of  *catalogue.Limit
	}{{"plan.promised", m.Promised}, {"plan.statutory", m.Statutory}} {
		if limit.of == nil {
			continue
		}
		said := words.LimitMarked(limit.of)
		line.Mark = line.Mark || said != words.Limit(limit.of)
		line.Times = append(line.Times, u.T(limit.key, "limit", said))
		line.Sources = append(line.Sources, u.T(limit.key, "limit", words.LimitCited(limit.of)))
	}
	if len(m.MaybeFees) > 0 {
		line.Fee = u.T("plan.fact.fee.span", "least", line.Fee, "most", words.Fees(append(slices.Clone(m.Fees), m.MaybeFees...)))
	}
	if m.Matter.Result != nil {
		line.Result = u.T("plan.result", "name", u.Of(m.Matter.Result.Name))
	}
	return line
}

// check is one material of the checklist.
func (h *Handler) check(u *ui.Request, words say.Words, l list, m guide.PlanMaterial) gp.CheckItem {
	var names []string
	for _, id := range m.For {
		names = append(names, words.Matter(l.service, id))
	}
	item := gp.CheckItem{
		Title: maybe(u, u.Of(m.Material.Name), m.Maybe), State: m.State, Text: u.Of(m.Material.What), HTML: muted(compact(u.T("plan.for", "matters", u.List(names)))),
		Why: words.Because(l.service, m.Because), Cite: words.Cite(m.Material.Cite),
	}
	if m.Maybe {
		item.Why = words.Undecided(l.service, m.Open)
	}
	if m.Material.Source.Made {
		item.Text = words.Where(l.service, m.Material)
	} else if !mine(m) {
		item.From, item.Text = words.Where(l.service, m.Material), ""
	} else if sample := u.Of(m.Material.Sample); sample != "" {
		item.HTML = muted([]string{u.T("plan.sample", "sample", sample), u.T("plan.for", "matters", u.List(names))})
	}
	return item
}

// apply opens the application, once the person has signed in as whom the service is for.
func (h *Handler) apply(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	l, err := h.load(r, r.PathValue("token"))
	if err != nil {
		return err
	}
	back, business := u.Path("/checklists/"+l.Token), l.service.Audience == catalogue.ForBusiness && u.Actor.Subject == u.Actor.Self
	if business {
		back = "/switch?need=business&return=" + url.QueryEscape(back)
	}
	if u.Actor.Kind != identity.Person {
		u.Warn(w, "plan.list.signin")
		return u.See(w, r, u.Path("/login")+"?return="+url.QueryEscape(back))
	}
	if business {
		u.Warn(w, "plan.list.business")
		return u.See(w, r, back)
	}
	d, err := h.Application.Open(r.Context(), u.Actor, l.Token, u.SubjectName())
	if err != nil {
		return err
	}
	return u.See(w, r, "/apply/"+d.ID)
}
