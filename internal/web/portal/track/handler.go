package track

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/internal/data/credential"
	"tongban/internal/data/credential/paper"
	"tongban/internal/platform/blob"
	"tongban/internal/platform/fault"
	"tongban/internal/security/audit"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/feedback"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/notice"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/ui/text"
)

// Handler serves a person's applications.
type Handler struct {
	City        func() *jurisdiction.City
	Application *application.Service
	Casework    *casework.Service
	Credentials *credential.Service
	Notice      *notice.Service
	Feedback    *feedback.Service
	Audit       *audit.Log
	Blobs       *blob.Store
	Paper       *paper.Printer
	Origin      string
	Now         func() time.Time
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /me", h.home)
	m.Handle("GET /me/applications", h.list)
	m.Handle("GET /me/applications/{id}", h.show)
	m.Handle("GET /me/applications/{id}/receipt", h.receipt)
	m.Handle("GET /me/applications/{id}/receipt.pdf", h.receiptPDF)
	m.Handle("GET /me/applications/{id}/receipt.json", h.receiptJSON)
	m.Handle("GET /me/applications/{id}/dates.ics", h.dates)
	m.Handle("GET /me/applications/{id}/matters/{matter}/how", h.how)
	m.Handle("GET /me/applications/{id}/matters/{matter}/correct", h.correct)
	m.Upload("POST /me/applications/{id}/matters/{matter}/correct", 64<<20, h.sendCorrection)
	m.Handle("GET /me/applications/{id}/matters/{matter}/result", h.result)
	m.Handle("GET /me/applications/{id}/matters/{matter}/decision.pdf", h.decisionPDF)
	m.Handle("POST /me/applications/{id}/matters/{matter}/again", h.again)
	m.Handle("GET /me/applications/{id}/withdraw", h.withdraw)
	m.Handle("POST /me/applications/{id}/withdraw", h.sendWithdrawal)
}

// dossier is one of the actor's cases with its service and the words for both.
type dossier struct {
	casework.Dossier
	service *catalogue.Service
	words   say.Words
	u       *ui.Request
	city    *jurisdiction.City
	today   deadline.Day
}

func (h *Handler) open(r *http.Request) (dossier, error) {
	u := ui.From(r)
	d, err := h.Casework.Read(r.Context(), u.Actor, r.PathValue("id"))
	if err != nil {
		return dossier{}, err
	}
	if d.Applicant != u.Actor.ID {
		return dossier{}, fault.New(fault.NotFound, "error.case.not-found")
	}
	service, err := h.Application.Service(r.Context(), d.Edition)
	city := h.City()
	return dossier{d, service, say.In(u.Printer, city), u, city, deadline.Of(h.Now())}, err
}

func (d dossier) matter(r *http.Request) (casework.Matter, *catalogue.Matter, error) {
	m, ok := d.Matter(r.PathValue("matter"))
	if !ok {
		return m, nil, fault.New(fault.NotFound, "error.page")
	}
	return m, d.def(m), nil
}

func (d dossier) def(m casework.Matter) *catalogue.Matter {
	i := slices.IndexFunc(d.service.Matters, func(def catalogue.Matter) bool { return def.ID == m.Def })
	return &d.service.Matters[i]
}

func (d dossier) name(m casework.Matter) string { return d.words.Matter(d.service, m.Def) }

func (d dossier) path(rest string) string { return "/me/applications/" + d.ID + rest }

func (d dossier) matterPath(m casework.Matter, rest string) string {
	return d.path("/matters/" + m.Def + "/" + rest)
}

func (d dossier) number() string { return d.u.T("track.case.number", "number", d.Number) }

func (d dossier) back() ui.Link { return ui.Link{Text: d.number(), Href: d.path("")} }

func (h *Handler) home(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	city, words := h.City(), say.In(u.Printer, h.City())
	v := homeView{Request: u}
	cases, err := h.Casework.Mine(r.Context(), u.Actor, "", 50)
	if err != nil {
		return err
	}
	numbers := map[string]string{}
	for _, c := range cases {
		numbers[c.ID] = c.Number
		s, err := h.Application.Service(r.Context(), c.Edition)
		if err != nil {
			return err
		}
		row := summarise(u, c)
		for _, m := range c.Matters {
			if m.State == casework.Correcting {
				v.Todo = append(v.Todo, gp.CardLink{
					Title: u.T("track.case.act.correct", "matter", words.Matter(s, m.Def), "day", u.Day(string(m.DueOn))), Text: u.Of(s.Name) + " · " + c.Number,
					Href: "/me/applications/" + c.ID + "/matters/" + m.Def + "/correct",
				})
			}
		}
		if c.ClosedAt.IsZero() {
			v.Running = append(v.Running, gp.CardLink{Title: u.Of(s.Name), Text: c.Number + " · " + row.state, Href: "/me/applications/" + c.ID})
		}
	}
	drafts, err := h.Application.Mine(r.Context(), u.Actor)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if e, ok := city.Service(d.Service); ok {
			v.Todo = append(v.Todo, gp.CardLink{Title: u.Of(e.Service.Name), Text: u.T("find.home.draft", "day", u.Moment(d.Updated)), Href: "/apply/" + d.ID})
		}
	}
	messages, unread, err := h.Notice.Mine(r.Context(), u.Actor, "", 20)
	if err != nil {
		return err
	}
	v.Unread = u.T("track.home.messages")
	if unread > 0 {
		v.Unread = u.T("track.home.messages.unread", "n", strconv.Itoa(unread))
	}
	for _, m := range messages {
		number := numbers[m.Case]
		if number == "" {
			number = u.T("track.col.number")
		}
		v.Messages = append(v.Messages, messageLine{
			Text: u.T("track.message", "number", number, "what", u.T("track.event."+m.Kind)), When: u.Moment(m.At), Machine: text.Machine(m.At),
			Href: "/me/applications/" + m.Case, Unread: m.ReadAt.IsZero(),
		})
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("track.home.title"), Nav: "applications", Body: v.body()})
}

// summary is a case in one line.
type summary struct {
	group string // todo, running, done
	state string
	next  deadline.Day
}

func summarise(u *ui.Request, c casework.Summary) summary {
	s := summary{group: "running"}
	done := 0
	var ask deadline.Day
	for _, m := range c.Matters {
		if m.State.Ended() {
			done++
			continue
		}
		if m.State == casework.Correcting && (ask == "" || m.DueOn < ask) {
			ask = m.DueOn
		}
		if m.DueOn > s.next {
			s.next = m.DueOn
		}
	}
	s.state = u.T("track.state.running", "done", strconv.Itoa(done), "all", strconv.Itoa(len(c.Matters)))
	switch {
	case ask != "":
		s.group, s.next, s.state = "todo", ask, u.T("track.state.todo", "day", u.Day(string(ask)))
	case done == len(c.Matters):
		s.group, s.state = "done", u.T("track.state.done")
	}
	return s
}

const pageSize = 20

func (h *Handler) list(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if number := r.URL.Query().Get("number"); number != "" {
		d, err := h.Casework.ReadNumber(r.Context(), u.Actor, number)
		if err != nil {
			return err
		}
		return u.See(w, r, "/me/applications/"+d.ID)
	}
	tab := r.URL.Query().Get("tab")
	cases, err := h.Casework.Mine(r.Context(), u.Actor, r.URL.Query().Get("before"), pageSize)
	if err != nil {
		return err
	}
	drafts, err := h.Application.Mine(r.Context(), u.Actor)
	if err != nil {
		return err
	}
	count := map[string]int{"drafts": len(drafts)}
	rows := map[string][]gp.Line{}
	for _, c := range cases {
		s, err := h.Application.Service(r.Context(), c.Edition)
		if err != nil {
			return err
		}
		sum := summarise(u, c)
		count[sum.group]++
		next := u.T("track.next.none")
		if sum.next != "" {
			next = u.Day(string(sum.next))
		}
		rows[sum.group] = append(rows[sum.group], gp.Line{Cells: []gp.Cell{
			{HTML: link("/me/applications/"+c.ID, u.Of(s.Name))}, {Text: c.Number, NoWrap: true}, {Text: sum.state}, {Text: next, NoWrap: true},
		}})
	}
	for _, d := range drafts {
		if s, err := h.Application.Service(r.Context(), d.Edition); err == nil {
			rows["drafts"] = append(rows["drafts"], gp.Line{Cells: []gp.Cell{
				{HTML: link("/apply/"+d.ID, u.Of(s.Name))}, {Text: u.T("track.next.none")}, {Text: u.T("track.state.draft")}, {Text: u.Moment(d.Updated), NoWrap: true},
			}})
		}
	}
	tabs := []string{"todo", "running", "done", "drafts"}
	if !slices.Contains(tabs, tab) {
		tab = tabs[0]
		for _, t := range tabs {
			if count[t] > 0 {
				tab = t
				break
			}
		}
	}
	v := listView{Request: u, Tabs: gp.Tabs{Label: u.T("track.list.title")}}
	for _, t := range tabs {
		v.Tabs.Items = append(v.Tabs.Items, gp.Tab{Text: u.T("track.tab." + t), Href: "/me/applications?tab=" + t, Count: strconv.Itoa(count[t]), Current: t == tab})
	}
	v.Table = gp.Table{Caption: u.T("track.tab." + tab), HideTitle: true, Rows: rows[tab], Head: []gp.Column{
		{Text: u.T("track.col.service")}, {Text: u.T("track.col.number")}, {Text: u.T("track.col.state")}, {Text: u.T("track.col.next")},
	}}
	if len(rows[tab]) == 0 {
		v.Empty = &gp.Empty{Title: u.T("track.list.empty"), Text: u.T("track.list.empty.text"), Action: gp.Link{Text: u.T("track.home.begin"), Href: u.Path("/")}}
	}
	if len(cases) == pageSize {
		v.More = "/me/applications?tab=" + tab + "&before=" + cases[len(cases)-1].ID
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("track.list.title"), Nav: "applications", Body: v.body()})
}

var tags = map[casework.State]string{
	casework.Waiting: "govuk-tag--grey", casework.Received: "govuk-tag--blue", casework.Correcting: "govuk-tag--red", casework.Accepted: "govuk-tag--blue",
	casework.Special: "govuk-tag--yellow", casework.Proposed: "govuk-tag--blue", casework.Approved: "govuk-tag--green", casework.Refused: "govuk-tag--red",
	casework.Declined: "govuk-tag--red", casework.Withdrawn: "govuk-tag--grey", casework.Lapsed: "govuk-tag--grey",
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request) error {
	d, err := h.open(r)
	if err != nil {
		return err
	}
	u := d.u
	if err := h.Notice.MarkRead(r.Context(), u.Actor, d.ID); err != nil {
		return err
	}
	v := caseView{
		Request: u, Title: u.Of(d.service.Name), Number: d.number(), For: u.T("track.case.for", "name", d.Name, "when", u.Moment(d.OpenedAt)),
		Receipt: d.path("/receipt"), Data: "/me/data?case=" + d.ID,
		Envelope: gp.Clock{Label: u.T("track.case.envelope")},
	}
	var last deadline.Day
	open := false
	for _, m := range d.Matters {
		if !m.State.Ended() {
			open = true
			last = max(last, m.DueOn)
		}
		if m.State == casework.Correcting {
			v.Act = append(v.Act, gp.Link{Text: u.T("track.case.act.correct", "matter", d.name(m), "day", u.Day(string(m.DueOn))), Href: d.matterPath(m, "correct")})
		}
		v.Matters = append(v.Matters, d.view(m))
	}
	if open {
		v.Withdraw = d.path("/withdraw")
		v.Envelope.Day = string(last)
	} else {
		v.Envelope = gp.Clock{Label: u.T("track.case.envelope.done"), State: "done", Day: string(deadline.Of(d.ClosedAt))}
	}
	for _, e := range d.Events {
		if e.Kind == casework.Opened && e.Matter != d.Matters[0].ID || e.Kind == casework.Checked || e.Kind == casework.Claimed {
			continue // one line for the whole application; inner steps are for the desk
		}
		item := gp.Event{Title: u.T("track.event." + string(e.Kind)), When: u.Moment(e.At), Machine: text.Machine(e.At), State: "done"}
		if m, ok := d.byID(e.Matter); ok && e.Kind != casework.Opened {
			item.Text = d.name(m)
		}
		v.Timeline.Items = append(v.Timeline.Items, item)
	}
	slices.Reverse(v.Timeline.Items)
	return u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Section: v.Number, Nav: "applications",
		Back: ui.Link{Text: u.T("track.list.title"), Href: "/me/applications"}, Body: v.body()})
}

func (d dossier) byID(id string) (casework.Matter, bool) {
	i := slices.IndexFunc(d.Matters, func(m casework.Matter) bool { return m.ID == id })
	if i < 0 {
		return casework.Matter{}, false
	}
	return d.Matters[i], true
}

// view is one matter with its clock, in words.
func (d dossier) view(m casework.Matter) matterView {
	u := d.u
	v := matterView{Name: d.name(m), Body: d.words.BodyName(m.Body), Tag: d.words.State(m.State), State: tags[m.State]}
	v.Tag = u.T("track.tag." + string(m.State))
	v.Text = d.words.State(m.State)
	switch m.State {
	case casework.Waiting:
		var names []string
		for _, a := range m.After {
			names = append(names, d.words.Matter(d.service, a.Matter))
		}
		v.Text = u.T("track.waiting", "matters", u.List(names))
	case casework.Received:
		v.Clock = &gp.Clock{Label: u.T("track.clock.accept"), Day: string(m.DueOn), Unsure: m.Tentative, How: d.matterPath(m, "how"),
			Lines: []string{u.T("track.clock.accept.line", "from", u.Day(string(m.ReceivedOn)))}}
	case casework.Correcting:
		v.Links = append(v.Links, gp.Link{Text: u.T("track.case.correct"), Href: d.matterPath(m, "correct")})
	case casework.Accepted, casework.Special, casework.Proposed:
		if m.DueOn != "" {
			c := &gp.Clock{Label: u.T("track.clock.decide"), Day: string(m.DueOn), Unsure: m.Tentative}
			if m.Statutory != nil {
				c.How = d.matterPath(m, "how")
				c.Lines = append(c.Lines, u.T("track.clock.statutory", "limit", d.words.LimitCited(m.Statutory), "from", u.Day(string(m.AcceptedOn))))
			}
			if m.PromisedOn != "" {
				c.Lines = append([]string{u.T("track.clock.promised", "day", u.Day(string(m.PromisedOn)))}, c.Lines...)
			}
			if m.State == casework.Special {
				c.State = "stopped"
			} else if d.today > m.DueOn {
				c.State = "late"
			}
			v.Clock = c
		}
	case casework.Approved, casework.Refused, casework.Declined:
		v.Links = append(v.Links, gp.Link{Text: u.T("track.case.result"), Href: d.matterPath(m, "result")})
	case casework.Lapsed:
		v.Text = u.T("track." + m.Ending)
	}
	if m.Deemed {
		v.Notes = append(v.Notes, u.T("track.clock.deemed"))
	}
	if v.Clock != nil && d.today > m.DueOn && m.State != casework.Special {
		v.Clock.State = "late"
		v.Notes = append(v.Notes, u.T("track.clock.late", "body", d.words.BodyName(m.Body), "phone", d.def(m).Contact.Complain))
	}
	for _, s := range m.Special {
		kind := u.T("track.special." + s.Kind)
		if s.To == "" {
			v.Notes = append(v.Notes, u.T("track.clock.special", "from", u.Day(string(s.From)), "kind", kind, "days", strconv.Itoa(s.Days), "reason", s.Reason))
		} else {
			v.Notes = append(v.Notes, u.T("track.clock.special.done", "from", u.Day(string(s.From)), "to", u.Day(string(s.To)), "kind", kind, "result", s.Result))
		}
	}
	if m.Extension != nil && m.Extension.ApprovedBy != "" {
		v.Notes = append(v.Notes, u.T("track.clock.extended", "reason", m.Extension.Reason))
	}
	switch m.State {
	case casework.Refused, casework.Declined, casework.Withdrawn, casework.Lapsed:
		v.Again = d.matterPath(m, "again")
	}
	return v
}

// how counts a matter's clock day by day.
func (h *Handler) how(w http.ResponseWriter, r *http.Request) error {
	d, err := h.open(r)
	if err != nil {
		return err
	}
	m, _, err := d.matter(r)
	if err != nil {
		return err
	}
	u := d.u
	clock := m.Acceptance
	if m.AcceptedOn != "" {
		clock = m.Decision
	}
	if clock.From == "" {
		return fault.New(fault.NotFound, "error.page")
	}
	due, unsure := clock.Due(d.city.Calendar)
	v := howView{
		Request: u, Title: u.T("track.how.title"), Caption: d.name(m),
		Table: gp.Table{Caption: u.T("track.how.title"), HideTitle: true, Head: []gp.Column{{Text: u.T("track.how.day")}, {Text: u.T("track.how.count")}, {Text: u.T("track.how.why")}}},
		Lead:  u.T("track.how.accept", "from", u.Day(string(clock.From)), "to", u.Day(string(due))),
	}
	if m.AcceptedOn != "" {
		v.Lead = u.T("track.how.decide", "from", u.Day(string(clock.From)), "limit", d.words.LimitCited(m.Statutory), "to", u.Day(string(due)))
	}
	if unsure {
		v.Notes = append(v.Notes, u.T("track.how.provisional"))
	}
	for _, s := range clock.TraceOn(d.city.Calendar, d.today) {
		n := "–"
		if s.N > 0 {
			n = strconv.Itoa(s.N)
		}
		why := u.T("track.how." + string(s.Why))
		if name := u.Of(s.Holiday); name != "" {
			why += " · " + name
		}
		if s.Procedure != "" {
			why += " · " + u.T("track.special."+s.Procedure)
		}
		v.Table.Rows = append(v.Table.Rows, gp.Line{Cells: []gp.Cell{{Text: u.Day(string(s.Day)), NoWrap: true}, {Text: n, Numeric: true}, {Text: why}}})
	}
	for _, y := range d.city.Calendar.Sources(clock.From, due) {
		v.Source = append(v.Source, u.T("track.how.source", "source", y.Source))
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Section: v.Caption, Nav: "applications", Back: d.back(), Body: v.body()})
}

func (h *Handler) again(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	draft, err := h.Application.Again(r.Context(), u.Actor, r.PathValue("id"), r.PathValue("matter"))
	if err != nil {
		return err
	}
	return u.See(w, r, "/apply/"+draft.ID)
}

func (h *Handler) rating(ctx context.Context, d dossier, m casework.Matter) (string, error) {
	all, err := h.Feedback.OfCase(ctx, d.u.Actor, d.ID)
	for _, rating := range all {
		if rating.Matter == m.ID {
			return "/rate/" + rating.Token, nil
		}
	}
	return "", err
}

func compact(all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" })
}
