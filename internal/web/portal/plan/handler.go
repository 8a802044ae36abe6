package plan

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/internal/data/credential/paper"
	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/form"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// Handler serves the questions and the checklist.
type Handler struct {
	City        func() *jurisdiction.City
	Application *application.Service
	Paper       *paper.Printer
	Origin      string // of the site, for links that leave it
	Secure      bool
	Now         func() time.Time
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /check/{event}", h.next)
	m.Handle("GET /check/{event}/{question}", h.ask)
	m.Handle("POST /check/{event}/{question}", h.answer)
	m.Handle("POST /check/{event}/forget", h.forget)
	m.Handle("GET /checklists/{token}", h.checklist)
	m.Handle("POST /checklists/{token}/apply", h.apply)
}

// cookie names the cookie that holds the token of a service's answers. The answers themselves stay on
// the server.
func cookie(event string) string { return "answers-" + event }

// walk finds the answers of this browser, or begins.
func (h *Handler) walk(w http.ResponseWriter, r *http.Request, u *ui.Request, event string) (application.Checklist, *jurisdiction.Entry, error) {
	e, ok := h.City().Service(event)
	if !ok {
		return application.Checklist{}, nil, fault.New(fault.NotFound, "error.page")
	}
	if c, err := r.Cookie(cookie(event)); err == nil {
		list, err := h.Application.Checklist(r.Context(), c.Value)
		// Answers under an older edition begin anew: questions may have changed.
		if err == nil && list.Service == event && list.Edition == e.Edition && !list.Saved {
			return list, e, nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return list, e, err
		}
	}
	list, err := h.Application.Begin(r.Context(), u.Actor, event)
	if err == nil {
		h.remember(w, event, list.Token)
	}
	return list, e, err
}

func (h *Handler) remember(w http.ResponseWriter, event, token string) {
	age := 2 * 24 * 60 * 60
	if token == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: cookie(event), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.Secure, MaxAge: age})
}

// next leads to the next question that still matters, or to the checklist.
func (h *Handler) next(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	list, e, err := h.walk(w, r, u, r.PathValue("event"))
	if err != nil {
		return err
	}
	return h.goOn(w, r, u, list, e)
}

func (h *Handler) goOn(w http.ResponseWriter, r *http.Request, u *ui.Request, list application.Checklist, e *jurisdiction.Entry) error {
	if q, more := e.Guide.Next(list.Answers); more {
		return u.See(w, r, "/check/"+list.Service+"/"+q.ID)
	}
	saved, err := h.Application.SaveChecklist(r.Context(), u.Actor, list.Token)
	if err != nil {
		return err
	}
	return u.See(w, r, "/checklists/"+saved.Token)
}

func question(e *jurisdiction.Entry, id string) (*catalogue.Question, error) {
	i := slices.IndexFunc(e.Service.Questions, func(q catalogue.Question) bool { return q.ID == id })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "error.page")
	}
	return &e.Service.Questions[i], nil
}

func (h *Handler) ask(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	list, e, err := h.walk(w, r, u, r.PathValue("event"))
	if err != nil {
		return err
	}
	q, err := question(e, r.PathValue("question"))
	if err != nil {
		return err
	}
	return h.show(w, r, http.StatusOK, list, e, q, list.Answers[q.ID], nil)
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, status int, list application.Checklist, e *jurisdiction.Entry, q *catalogue.Question, value string, wrong *fault.Field) error {
	u := ui.From(r)
	words := say.In(u.Printer, h.City())
	v := questionView{
		Request: u, Event: u.Of(e.Service.Name), Why: u.Of(q.Why), Unsure: u.T("plan.unsure.open"),
		Action: u.Path("/check/" + list.Service + "/" + q.ID), Forget: u.Path("/check/" + list.Service + "/forget"),
		Field: gp.Field{Field: form.Question(q), Value: value, Wrong: wrong, Heading: true, Unsure: true},
	}
	if q.Unsure != nil {
		v.Unsure = u.Of(q.Unsure.Help)
	}
	answered := e.Guide.Relevant(list.Answers)
	n := 1
	for i := range answered {
		a := &answered[i]
		if a.ID == q.ID {
			break
		}
		if _, given := list.Answers[a.ID]; given {
			n++
		}
	}
	v.Caption = u.T("plan.caption.last", "event", v.Event, "n", strconv.Itoa(n))
	if left := e.Guide.Remaining(list.Answers) - 1; left > 0 {
		v.Caption = u.T("plan.caption", "event", v.Event, "n", strconv.Itoa(n), "left", strconv.Itoa(left))
	}
	for i := range answered {
		if a := &answered[i]; a.ID != q.ID && list.Answers[a.ID] != "" {
			v.Answers = append(v.Answers, h.answerRow(words, list.Service, a, list.Answers[a.ID], true))
		}
	}
	back := ui.Link{Href: u.Path(say.EventPath(e.Service))}
	for i := range answered {
		if answered[i].ID == q.ID {
			break
		}
		if list.Answers[answered[i].ID] != "" {
			back.Href = u.Path("/check/" + list.Service + "/" + answered[i].ID)
		}
	}
	return u.Render(w, r, status, ui.Page{
		Title: u.Of(q.Text), Section: v.Event, Nav: "services", Back: back, NoIndex: true, Wrong: wrong != nil, Body: v.body(),
	})
}

func (h *Handler) answerRow(words say.Words, service string, q *catalogue.Question, value string, change bool) gov.Row {
	row := gov.Row{Key: gov.Text{Text: words.Of(q.Text)}, Value: gov.Text{Text: words.Answer(q, value)}}
	if change {
		u := ui.Request{Printer: words.Printer}
		row.Actions.Items = []gov.Action{{Text: words.T("plan.change"), Hidden: words.Of(q.Text), Href: u.Path("/check/" + service + "/" + q.ID)}}
	}
	return row
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	list, e, err := h.walk(w, r, u, r.PathValue("event"))
	if err != nil {
		return err
	}
	q, err := question(e, r.PathValue("question"))
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	value, wrong := form.ParseQuestion(q, r.PostForm)
	if wrong != nil {
		return h.show(w, r, http.StatusUnprocessableEntity, list, e, q, value, wrong)
	}
	list, dropped, err := h.Application.Answer(r.Context(), u.Actor, list.Token, q.ID, value)
	if err != nil {
		return err
	}
	if len(dropped) > 0 {
		var names []string
		for _, id := range dropped {
			if d, err := question(e, id); err == nil {
				names = append(names, u.Of(d.Text))
			}
		}
		u.Notice(w, "plan.dropped", "questions", u.List(names))
	}
	return h.goOn(w, r, u, list, e)
}

func (h *Handler) forget(w http.ResponseWriter, r *http.Request) error {
	u, event := ui.From(r), r.PathValue("event")
	if c, err := r.Cookie(cookie(event)); err == nil {
		if err := h.Application.Forget(r.Context(), u.Actor, c.Value); err != nil {
			return err
		}
	}
	h.remember(w, event, "")
	u.Notice(w, "plan.forgotten")
	return u.See(w, r, "/")
}

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
	v := h.view(u, l)
	switch kind {
	case "":
		return u.Render(w, r, http.StatusOK, ui.Page{Title: v.T("plan.list.title"), Section: v.Title, Nav: "services",
			Back: ui.Link{Text: v.Title, Href: u.Path(say.EventPath(l.service))}, Body: v.body(), NoIndex: true})
	case "pdf":
		return h.pdf(w, u, l, v)
	case "ics":
		return h.ics(w, u, l)
	}
	return fault.New(fault.NotFound, "error.page")
}

// latest is the day on which everything is promised to be done if it is sent today.
func (h *Handler) latest(l list) (from, to deadline.Day) {
	from = deadline.Of(h.Now())
	if l.plan.Days > 0 {
		to, _ = h.City().Calendar.AddWorking(from, l.plan.Days)
	}
	return from, to
}

func (h *Handler) view(u *ui.Request, l list) checklistView {
	words := say.In(u.Printer, h.City())
	s, p := l.service, l.plan
	v := checklistView{
		Request: u, Title: u.Of(s.Name), Eligible: len(p.Refusals) == 0, Change: u.Path("/check/" + s.ID),
		Share: h.Origin + u.Path("/checklists/"+l.Token), Until: u.T("plan.list.until", "day", u.Day(string(deadline.Of(l.Expires)))),
		Edition: u.T("plan.list.edition", "day", u.Day(string(deadline.Of(l.Created)))),
		Actions: []ui.Link{
			{Text: u.T("plan.list.pdf"), Href: u.Path("/checklists/" + l.Token + ".pdf")},
			{Text: u.T("plan.list.ics"), Href: u.Path("/checklists/" + l.Token + ".ics")},
		},
	}
	if !l.current {
		v.Outdated = u.T("plan.list.outdated")
	}
	for i := range s.Questions {
		if q := &s.Questions[i]; l.Answers[q.ID] != "" {
			v.Answers = append(v.Answers, h.answerRow(words, s.ID, q, l.Answers[q.ID], false))
			if l.Answers[q.ID] == guide.Unsure && (q.Unsure == nil || q.Unsure.As == "") {
				v.Open = append(v.Open, ui.Link{Text: u.Of(q.Text), Href: u.Path("/check/" + s.ID + "/" + q.ID)})
			}
		}
	}
	if !v.Eligible {
		v.Result = u.T("plan.list.refused")
		for _, refused := range p.Refusals {
			v.Refusals = append(v.Refusals, refusal{u.Of(refused.Text), u.Of(refused.Instead), words.Cite(refused.Cite)})
		}
		return v
	}
	maybe := 0
	bodies := map[string]bool{}
	for _, m := range p.Matters {
		if m.Maybe {
			maybe++
		}
		bodies[m.Matter.Body] = true
		v.Matters = append(v.Matters, h.matterLine(u, words, l, m))
	}
	sure := len(p.Matters) - maybe
	v.Result = u.T("plan.list.result", "n", strconv.Itoa(sure), "m", strconv.Itoa(len(bodies)))
	if maybe > 0 {
		v.Result = u.T("plan.list.result.maybe", "n", strconv.Itoa(sure), "k", strconv.Itoa(maybe))
	} else if l.current {
		v.Apply = u.Path("/checklists/" + l.Token + "/apply")
	}
	for _, m := range p.Materials {
		line := h.check(u, words, l, m)
		if m.State == guide.Upload || m.State == guide.Later {
			v.Mine = append(v.Mine, line)
		} else {
			v.Held = append(v.Held, line)
		}
	}
	for i, level := range p.Order {
		var names []string
		for _, id := range level {
			names = append(names, words.Matter(s, id))
		}
		key := "plan.list.order.then"
		if i == 0 {
			key = "plan.list.order.first"
		}
		v.Order = append(v.Order, u.T(key, "matters", u.List(names)))
	}
	v.Facts = h.facts(u, l, len(v.Mine))
	return v
}

func (h *Handler) facts(u *ui.Request, l list, mine int) []gov.Row {
	row := func(key, value string) gov.Row {
		return gov.Row{Key: gov.Text{Text: u.T(key)}, Value: gov.Text{Text: value}}
	}
	days := u.T("plan.fact.days.none")
	if from, to := h.latest(l); to != "" {
		days = u.T("plan.fact.days.working", "n", strconv.Itoa(l.plan.Days), "from", u.Day(string(from)), "to", u.Day(string(to)))
	}
	fee := u.T("find.event.free")
	if l.plan.Fen > 0 {
		fee = u.Yuan(l.plan.Fen)
	}
	return []gov.Row{
		row("plan.fact.days", days), row("plan.fact.fee", fee),
		row("plan.fact.visits", u.T("plan.fact.visits.n", "n", strconv.Itoa(l.plan.Visits))),
		row("plan.fact.mine", u.T("plan.fact.mine.n", "n", strconv.Itoa(mine))),
		row("plan.fact.next", u.T("plan.fact.next.text")),
	}
}

// because says which of the person's answers decided a line.
func because(words say.Words, s *catalogue.Service, reasons []guide.Reason) string {
	if len(reasons) == 0 {
		return words.T("plan.because.always")
	}
	var said []string
	for _, r := range reasons {
		for i := range s.Questions {
			if q := &s.Questions[i]; q.ID == r.Question {
				said = append(said, words.T("plan.because.one", "question", words.Of(q.Text), "answer", words.Answer(q, r.Answer)))
			}
		}
	}
	return words.T("plan.because", "answers", strings.Join(said, words.T("say.and")))
}

func (h *Handler) matterLine(u *ui.Request, words say.Words, l list, m guide.PlanMatter) matterLine {
	line := matterLine{
		Name: u.Of(m.Matter.Name), Href: u.Path("/services/" + h.City().TaskCode(*m.Matter)), Body: words.Body(m.Matter.Body), Maybe: m.Maybe,
		Why: u.Of(m.Matter.Why), Because: because(words, l.service, m.Because), Cite: words.Cite(m.Matter.Cite),
		Statutory: u.T("plan.statutory", "limit", words.LimitCited(m.Statutory)), Fee: u.T("find.event.free"),
		Visits: u.T("find.event.visits", "n", strconv.Itoa(m.Matter.Visits)),
	}
	if m.Promised != nil {
		line.Promised = u.T("plan.promised", "limit", words.LimitCited(m.Promised))
	}
	for i, f := range m.Fees {
		if i == 0 {
			line.Fee = ""
		}
		line.Fee += u.Of(f.Name) + " " + u.Yuan(f.Fen)
	}
	if m.Matter.Result != nil {
		line.Result = u.T("plan.result", "name", u.Of(m.Matter.Result.Name))
	}
	var after []string
	for _, a := range m.Matter.After {
		if slices.ContainsFunc(l.plan.Matters, func(o guide.PlanMatter) bool { return o.Matter.ID == a.Matter }) {
			after = append(after, words.Matter(l.service, a.Matter))
		}
	}
	if len(after) > 0 {
		line.Start = u.T("plan.after", "matters", u.List(after))
	}
	return line
}

// check is one material of the checklist.
func (h *Handler) check(u *ui.Request, words say.Words, l list, m guide.PlanMaterial) gp.CheckItem {
	var names []string
	for _, id := range m.Material.For {
		if slices.ContainsFunc(l.plan.Matters, func(o guide.PlanMatter) bool { return o.Matter.ID == id }) {
			names = append(names, words.Matter(l.service, id))
		}
	}
	title := u.Of(m.Material.Name)
	if m.Maybe {
		title += u.T("plan.maybe.brackets")
	}
	return gp.CheckItem{
		Title: title, State: string(m.State), From: words.Where(l.service, m.Material),
		Text: strings.Join(compact(u.Of(m.Material.What), u.T("plan.for", "matters", u.List(names))), " "),
		Why:  because(words, l.service, m.Because), Cite: words.Cite(m.Material.Cite),
	}
}

// apply opens the application, once the person has signed in as whom the service is for.
func (h *Handler) apply(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	l, err := h.load(r, r.PathValue("token"))
	if err != nil {
		return err
	}
	here := u.Path("/checklists/" + l.Token)
	if u.Actor.Kind != identity.Person {
		u.Warn(w, "plan.list.signin")
		return u.See(w, r, u.Path("/login")+"?return="+here)
	}
	if l.service.Audience == catalogue.ForBusiness && u.Actor.Subject == u.Actor.Self {
		u.Warn(w, "plan.list.business")
		return u.See(w, r, "/switch?return="+here)
	}
	d, err := h.Application.Open(r.Context(), u.Actor, l.Token, u.SubjectName())
	if err != nil {
		return err
	}
	return u.See(w, r, "/apply/"+d.ID)
}

func (h *Handler) ics(w http.ResponseWriter, u *ui.Request, l list) error {
	name := u.Of(l.service.Name)
	events := []say.CalendarEvent{{
		UID: l.Token + "-until", Day: deadline.Of(l.Expires), Summary: u.T("plan.ics.until", "event", name), URL: h.Origin + u.Path("/checklists/"+l.Token),
	}}
	if _, to := h.latest(l); to != "" {
		events = append(events, say.CalendarEvent{UID: l.Token + "-done", Day: to, Summary: u.T("plan.ics.done", "event", name)})
	}
	return ui.Download(w, "text/calendar; charset=utf-8", "checklist.ics", say.Calendar(name, l.Created, events))
}

func (h *Handler) pdf(w http.ResponseWriter, u *ui.Request, l list, v checklistView) error {
	rows := func(all []gov.Row) paper.Block {
		var out []paper.Row
		for _, r := range all {
			out = append(out, paper.Row{Label: r.Key.Text, Value: r.Value.Text})
		}
		return paper.Rows(out...)
	}
	blocks := []paper.Block{paper.Text(v.Result)}
	for _, r := range v.Refusals {
		blocks = append(blocks, paper.Text(r.Text+"\n"+r.Instead), paper.Note(r.Cite))
	}
	if v.Eligible {
		blocks = append(blocks, rows(v.Facts), paper.Heading(u.T("plan.list.mine")))
		for _, m := range v.Mine {
			blocks = append(blocks, paper.List(m.Title+" · "+u.T("plan.state."+m.State)), paper.Note(m.Text+"\n"+m.Cite))
		}
		if len(v.Mine) == 0 {
			blocks = append(blocks, paper.Text(u.T("plan.list.mine.none")))
		}
		blocks = append(blocks, paper.Heading(u.T("plan.list.matters")))
		for _, m := range v.Matters {
			blocks = append(blocks, paper.List(m.Name), paper.Note(strings.Join(compact(m.Body, m.Promised, m.Statutory, m.Fee, m.Visits, m.Start), " · ")+"\n"+m.Cite))
		}
		blocks = append(blocks, paper.Heading(u.T("plan.list.held")))
		for _, m := range v.Held {
			blocks = append(blocks, paper.List(m.Title+" · "+u.T("plan.state."+m.State)+" · "+m.From))
		}
		blocks = append(blocks, paper.Heading(u.T("plan.list.order")), paper.Numbered(v.Order...))
	}
	blocks = append(blocks, paper.Heading(u.T("plan.list.answers")), rows(v.Answers), paper.Note(u.T("plan.pdf.note", "day", u.Day(l.service.Checked))))
	doc, err := h.Paper.Document(paper.Doc{
		Lang: u.Lang, Title: v.Title + " · " + u.T("plan.list.title"), Date: u.Day(string(deadline.Of(l.Created))), QR: v.Share, Blocks: blocks, Made: l.Created,
	})
	if err != nil {
		return err
	}
	return ui.Download(w, "application/pdf", "checklist.pdf", doc)
}

func compact(all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}
