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
	"tongban/internal/platform/ref"
	"tongban/internal/security/audit"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/eligibility"
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
	Eligibility *eligibility.Service
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
	m.Handle("GET /me/applications/{id}/materials/{material}", h.supply)
	m.Upload("POST /me/applications/{id}/materials/{material}", 64<<20, h.sendSupply)
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

// matter opens one matter of a case.
func (h *Handler) matter(r *http.Request) (dossier, casework.Matter, error) {
	d, err := h.open(r)
	if err != nil {
		return d, casework.Matter{}, err
	}
	m, ok := d.Matter(r.PathValue("matter"))
	if !ok {
		err = fault.New(fault.NotFound, "error.page")
	}
	return d, m, err
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
	v := homeView{Request: u, Acting: u.T("track.home.acting", "name", u.SubjectName()), Life: u.T("life.link")}
	if ref.CheckUSCC(u.Actor.Subject) {
		v.Life = u.T("life.link.business")
	}
	cases, err := h.Casework.Mine(r.Context(), u.Actor, "", 50)
	if err != nil {
		return err
	}
	numbers, matters, benefits := map[string]string{}, map[string]string{}, map[string]string{}
	for _, c := range cases {
		numbers[c.ID] = c.Number
		s, err := h.Application.Service(r.Context(), c.Edition)
		if err != nil {
			return err
		}
		row := summarise(u, c)
		for _, m := range c.Matters {
			matters[m.ID] = words.Matter(s, m.Def)
			if m.State == casework.Correcting {
				v.Todo = append(v.Todo, gp.CardLink{
					Title: u.T("track.case.act.correct", "matter", words.Matter(s, m.Def), "day", u.Day(string(m.DueOn))), Text: u.T("track.home.case", "service", u.Of(s.Name), "number", c.Number),
					Href: "/me/applications/" + c.ID + "/matters/" + m.Def + "/correct",
				})
			}
		}
		for _, p := range expected(c.Matters) {
			name := p.Material
			if m := s.Material(p.Material); m != nil {
				name = u.Of(m.Name)
			}
			v.Todo = append(v.Todo, gp.CardLink{
				Title: u.T("track.promise", "material", name, "day", u.Day(string(p.Until))), Text: u.T("track.home.case", "service", u.Of(s.Name), "number", c.Number),
				Href: "/me/applications/" + c.ID + "/materials/" + p.Material,
			})
		}
		if c.ClosedAt.IsZero() {
			text := u.T("track.home.line", "number", c.Number, "state", row.state)
			if row.next != "" && row.group != "todo" {
				text = u.T("track.home.line.next", "number", c.Number, "state", row.state, "day", u.Day(string(row.next)))
			}
			v.Running = append(v.Running, gp.CardLink{Title: u.Of(s.Name), Text: text, Href: "/me/applications/" + c.ID})
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
	offers, err := h.Eligibility.Mine(r.Context(), u.Actor)
	if err != nil {
		return err
	}
	for _, o := range offers {
		_, m, ok := h.Eligibility.Matter(o)
		if !ok {
			continue
		}
		benefits[o.ID] = u.Of(m.Name)
		if o.State != eligibility.Offered || o.Yes {
			continue
		}
		text := u.T("offer.home.text", "body", words.Body(o.Body), "day", u.Day(string(o.Until)))
		if !o.Lack.None() {
			text = u.T("offer.home.lack", "body", words.Body(o.Body))
		}
		v.Todo = append(v.Todo, gp.CardLink{Title: u.T("offer.home", "matter", u.Of(m.Name)), Text: text, Href: "/me/offers/" + o.ID})
	}
	messages, unread, err := h.Notice.Mine(r.Context(), u.Actor, "", 20)
	if err != nil {
		return err
	}
	v.Unread = u.T("track.home.messages")
	if unread > 0 {
		v.Unread = u.T("track.home.messages.unread", "n", strconv.Itoa(unread))
	}
	// The same said of several matters at once is one message.
	for i := 0; i < len(messages); {
		m, names := messages[i], []string(nil)
		for ; i < len(messages) && messages[i].Case == m.Case && messages[i].Offer == m.Offer && messages[i].Kind == m.Kind && u.Moment(messages[i].At) == u.Moment(m.At); i++ {
			if name := matters[messages[i].Matter]; name != "" {
				names = append(names, name)
			}
		}
		line := messageLine{
			Text: u.T("track.event." + m.Kind), About: numbers[m.Case], When: u.Moment(m.At), Machine: text.Machine(m.At),
			Href: "/me/applications/" + m.Case, Unread: m.ReadAt.IsZero(),
		}
		if m.Offer != "" {
			line.Href, line.About = "/me/offers/"+m.Offer, benefits[m.Offer]
		}
		if len(names) > 0 {
			slices.Reverse(names)
			line.Text = u.T("track.message", "what", line.Text, "matter", u.List(names))
		}
		v.Messages = append(v.Messages, line)
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
		if m.DueOn != "" && (s.next == "" || m.DueOn < s.next) {
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
			{HTML: gp.Link{Text: u.Of(s.Name), Href: "/me/applications/" + c.ID}.View()}, {Text: c.Number, NoWrap: true}, {Text: sum.state}, {Text: next},
		}})
	}
	for _, d := range drafts {
		if s, err := h.Application.Service(r.Context(), d.Edition); err == nil {
			rows["drafts"] = append(rows["drafts"], gp.Line{Cells: []gp.Cell{
				{HTML: gp.Link{Text: u.Of(s.Name), Href: "/apply/" + d.ID}.View()}, {Text: u.T("track.state.draft")}, {Text: u.Moment(d.Updated)},
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
	if tab == "drafts" {
		v.Table.Head = []gp.Column{{Text: u.T("track.col.service")}, {Text: u.T("track.col.state")}, {Text: u.T("track.col.saved")}}
	}
	if len(rows[tab]) == 0 {
		v.Empty = &gp.Empty{Title: u.T("track.list.empty." + tab), Text: u.T("track.list.empty.text"), Action: gp.Link{Text: u.T("track.home.begin"), Href: u.Path("/")}}
	}
	if len(cases) == pageSize {
		v.More = "/me/applications?tab=" + tab + "&before=" + cases[len(cases)-1].ID
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("track.list.title"), Nav: "applications", Body: v.body()})
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
