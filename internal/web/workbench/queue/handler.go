package queue

import (
	"net/http"
	"slices"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/feedback"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/workbench"
)

// Handler serves the lists of the staff.
type Handler struct {
	City     func() *jurisdiction.City
	Casework *casework.Service
	Identity *identity.Service
	Feedback *feedback.Service
	Now      func() time.Time
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /desk", h.home)
	m.Handle("GET /desk/queue", h.list)
	m.Handle("GET /desk/queue/claim", h.choose)
	m.Handle("POST /desk/queue/claim", h.claim)
	m.Handle("GET /desk/sign", h.signatures)
	m.Handle("GET /desk/consultations", h.consultations)
	m.Handle("GET /desk/consultations/{id}", h.consultation)
	m.Handle("POST /desk/consultations/{id}", h.answer)
	m.Handle("GET /desk/wishes", h.wishes)
}

// bench is the desk of whoever asks: words, names and the day.
type bench struct {
	u     *ui.Request
	words say.Words
	names map[string]string
	today deadline.Day
}

// open is the desk of the handling staff of a body; it is nobody else's.
func (h *Handler) open(r *http.Request) (bench, error) {
	u := ui.From(r)
	if u.Actor.Kind != identity.Officer {
		return bench{}, fault.New(fault.Denied, "denied")
	}
	names, err := workbench.Names(r.Context(), h.Identity, u.Actor.Body)
	return bench{u, say.In(u.Printer, h.City()), names, deadline.Of(h.Now())}, err
}

// post opens the workbench and reads the form that was sent.
func (h *Handler) post(r *http.Request) (bench, error) {
	b, err := h.open(r)
	if err != nil {
		return b, err
	}
	if err := r.ParseForm(); err != nil {
		return b, fault.Wrap(fault.Invalid, "error.form", err)
	}
	return b, nil
}

// matter is the name of a queue's matter in the edition that is in force.
func (b bench) matter(m casework.Matter) string {
	if e, ok := b.words.City.Service(m.Service); ok {
		return b.words.Matter(e.Service, m.Def)
	}
	return m.Def
}

func (b bench) left(m casework.Matter) gp.Cell {
	return gp.Cell{HTML: workbench.Left(b.u.Printer, m, b.words.City.Calendar, b.today).View()}
}

// offers reports whether the body answers for a benefit that is offered unasked.
func (b bench) offers() bool {
	for _, e := range b.words.City.Services {
		if p := e.Service.Proactive; p != nil && slices.ContainsFunc(e.Service.Matters, func(m catalogue.Matter) bool { return m.ID == p.Matter && m.Body == b.u.Actor.Body }) {
			return true
		}
	}
	return false
}

func (b bench) who(m casework.Matter) string { return workbench.Holder(b.u.Printer, b.names, m) }

// page is a page of the desk.
func (b bench) page(w http.ResponseWriter, r *http.Request, p ui.Page) error {
	p.Section = b.words.Body(b.u.Actor.Body)
	return b.u.Render(w, r, http.StatusOK, p)
}

const few = 5 // matters that the first page of the day shows of each kind

func (h *Handler) home(w http.ResponseWriter, r *http.Request) error {
	b, err := h.open(r)
	if err != nil {
		return err
	}
	u, ctx := b.u, r.Context()
	if u.Actor.Has("editor") {
		return u.See(w, r, "/studio") // what editors do is there
	}
	if u.Actor.Body == b.words.City.Host.Body && !u.Actor.Has(workbench.Officer) && !u.Actor.Has(workbench.Head) {
		return u.See(w, r, "/desk/wishes") // no matters are handled here
	}
	ours := []casework.State{casework.Received, casework.Accepted, casework.Proposed}
	var n casework.Count
	var mine, free []casework.Row
	if err := h.Casework.Queue(ctx, u.Actor, func(q *casework.Queue) (err error) {
		if n, err = q.Counts(ctx); err != nil {
			return err
		}
		if mine, err = q.List(ctx, casework.Filter{States: ours, Officer: u.Actor.ID}, casework.Cursor{}, few); err != nil {
			return err
		}
		free, err = q.List(ctx, casework.Filter{States: ours, Officer: "-"}, casework.Cursor{}, few)
		return err
	}); err != nil {
		return err
	}
	asked, err := h.Casework.OpenConsultations(ctx, u.Actor)
	if err != nil {
		return err
	}
	v := homeView{Request: u, Body: b.words.BodyName(u.Actor.Body), Today: u.Day(string(b.today))}
	for _, c := range []struct {
		key, href string
		n         int
		class     string
	}{
		{"overdue", "/desk/queue?due=overdue", n.Overdue, "late"},
		{"today", "/desk/queue?due=today", n.Today, "now"},
		{"upcoming", "/desk/queue?due=upcoming", n.Upcoming, "soon"},
		{"mine", "/desk/queue?who=me", n.Mine, ""},
		{"free", "/desk/queue?who=free", n.Free, ""},
	} {
		if c.n == 0 {
			c.class = ""
		}
		v.Counts = append(v.Counts, countView{Text: u.T("workbench.home." + c.key), N: workbench.Count(c.n), Href: c.href, Class: c.class})
	}
	v.Counts = append(v.Counts, countView{Text: u.T("workbench.home.asked"), N: workbench.Count(len(asked)), Href: "/desk/consultations"})
	if b.offers() {
		v.Counts = append(v.Counts, countView{Text: u.T("benefit.home"), Href: "/desk/benefits"})
	}
	if u.Actor.Has(workbench.Head) {
		v.Counts = append(v.Counts, countView{Text: u.T("workbench.home.sign"), N: workbench.Count(n.States[casework.Proposed]), Href: "/desk/sign"})
	}
	v.Mine = b.short("workbench.home.mine.title", mine)
	v.Free = b.short("workbench.home.free.title", free)
	switch {
	case len(mine) > 0:
		v.First = workbench.Path(mine[0].Matter)
	case len(free) > 0:
		v.First = workbench.Path(free[0].Matter)
	}
	if len(mine) == 0 {
		v.Nothing = &gp.Empty{Title: u.T("workbench.home.nothing"), Text: u.T("workbench.home.nothing.text")}
		if n.Free > 0 {
			v.Nothing.Text = u.T("workbench.home.nothing.free", "n", workbench.Count(n.Free))
			v.Nothing.Action = gp.Link{Text: u.T("workbench.home.free.all"), Href: "/desk/queue?who=free"}
		}
	}
	return b.page(w, r, ui.Page{Title: u.T("workbench.home.title"), Nav: "desk", Body: v.body()})
}

// short is a list of a few matters.
func (b bench) short(title string, rows []casework.Row) gp.Table {
	u := b.u
	t := gp.Table{Caption: u.T(title), HideTitle: true, Dense: true, Head: []gp.Column{
		{Text: u.T("workbench.col.matter")}, {Text: u.T("workbench.col.applicant")}, {Text: u.T("workbench.col.state")}, {Text: u.T("workbench.col.left")},
	}}
	for _, row := range rows {
		t.Rows = append(t.Rows, gp.Line{Cells: []gp.Cell{
			{HTML: named(workbench.Path(row.Matter), row.Number, b.matter(row.Matter))}, {Text: row.Name}, {HTML: workbench.State(b.words, row.State).View()}, b.left(row.Matter),
		}})
	}
	return t
}

// signatures lists what waits for the head: proposals, and extensions that were asked for.
func (h *Handler) signatures(w http.ResponseWriter, r *http.Request) error {
	b, err := h.open(r)
	if err != nil {
		return err
	}
	u, ctx := b.u, r.Context()
	if !u.Actor.Has(workbench.Head) {
		return fault.New(fault.Denied, "denied")
	}
	var proposed, reviewed []casework.Row
	if err := h.Casework.Queue(ctx, u.Actor, func(q *casework.Queue) (err error) {
		if proposed, err = q.List(ctx, casework.Filter{States: []casework.State{casework.Proposed}}, casework.Cursor{}, pageSize); err != nil {
			return err
		}
		reviewed, err = q.List(ctx, casework.Filter{States: []casework.State{casework.Accepted}}, casework.Cursor{}, reviewLimit)
		return err
	}); err != nil {
		return err
	}
	v := signView{Request: u, Table: gp.Table{Caption: u.T("workbench.sign.list"), HideTitle: true, Dense: true, Head: []gp.Column{
		{Text: u.T("workbench.col.matter")}, {Text: u.T("workbench.col.applicant")}, {Text: u.T("workbench.col.proposal")}, {Text: u.T("workbench.col.checks")},
		{Text: u.T("workbench.col.left")}, {Text: u.T("workbench.col.proposer")},
	}}}
	for _, row := range proposed {
		m := row.Matter
		v.Table.Rows = append(v.Table.Rows, gp.Line{Cells: []gp.Cell{
			{HTML: named(workbench.Path(m)+"/sign", m.Number, b.matter(m))}, {Text: row.Name}, {HTML: workbench.Proposal(u.Printer, m).View()},
			{HTML: workbench.Checks(u.Printer, m).View()}, b.left(m), {Text: b.name(proposer(m)), NoWrap: true},
		}})
	}
	if len(proposed) == pageSize {
		v.More = "/desk/queue?state=proposed"
	}
	for _, row := range reviewed {
		if row.Can(casework.Extended) {
			v.Extensions = append(v.Extensions, gp.Link{Text: row.Number + " " + b.matter(row.Matter), Href: workbench.Path(row.Matter) + "/extend"})
		}
	}
	if len(proposed) == 0 {
		v.Empty = &gp.Empty{Title: u.T("workbench.sign.empty"), Text: u.T("workbench.sign.empty.text"), Action: gp.Link{Text: u.T("workbench.queue.title"), Href: "/desk/queue"}}
	}
	return b.page(w, r, ui.Page{Title: u.T("workbench.sign.title"), Nav: "sign", Body: v.body()})
}

// reviewLimit bounds how far ahead requests for more time are looked for: they concern matters that are
// about to run out, which come first.
const reviewLimit = 200

func proposer(m casework.Matter) string {
	if m.Proposal == nil {
		return ""
	}
	return m.Proposal.By
}

func (b bench) name(account string) string {
	if name, ok := b.names[account]; ok {
		return name
	}
	return b.u.T("workbench.colleague")
}
