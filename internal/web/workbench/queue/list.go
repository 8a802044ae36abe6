package queue

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tongban/internal/service/casework"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/workbench"
)

const pageSize = 50

// tabs are the states of the queue in the order of the work; ended is all that is over.
var tabs = []casework.State{casework.Received, casework.Accepted, casework.Special, casework.Proposed, casework.Correcting, casework.Waiting}

const ended = "ended"

var over = []casework.State{casework.Approved, casework.Refused, casework.Declined, casework.Withdrawn, casework.Lapsed}

// dues are the choices of the time that is left: a band of the law's clock, or so many days from today.
var dues = []string{"overdue", "today", "upcoming", "7", "30"}

// filter is a view of the queue: what its address says and nothing else.
type filter struct {
	states  []string
	matters []string
	who     string // me, free, or "" for anybody
	number  string
	due     string // one of dues, or ""
}

// read takes from an address what it says of a view; what is unknown is left out.
func read(q url.Values) filter {
	f := filter{number: q.Get("number")}
	for _, s := range q["state"] {
		if s == ended || slices.Contains(tabs, casework.State(s)) {
			f.states = append(f.states, s)
		}
	}
	f.matters = slices.DeleteFunc(slices.Clone(q["matter"]), func(m string) bool { return m == "" })
	if who := q.Get("who"); who == "me" || who == "free" {
		f.who = who
	}
	if due := q.Get("due"); slices.Contains(dues, due) {
		f.due = due
	}
	return f
}

// href is the address of the view.
func (f filter) href() string {
	q := url.Values{"state": f.states, "matter": f.matters}
	for name, value := range map[string]string{"who": f.who, "number": f.number, "due": f.due} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if s := q.Encode(); s != "" {
		return "/desk/queue?" + s
	}
	return "/desk/queue"
}

// at is the view in one state, or in all open ones.
func (f filter) at(states ...string) filter {
	f.states = states
	return f
}

// chosen counts what narrows the view beside its tab.
func (f filter) chosen() int {
	n := len(f.matters)
	if len(f.states) > 1 {
		n += len(f.states)
	}
	for _, s := range []string{f.who, f.number, f.due} {
		if s != "" {
			n++
		}
	}
	return n
}

// ask is the view as casework takes it.
func (f filter) ask(me string) casework.Filter {
	c := casework.Filter{Defs: f.matters, Number: f.number}
	for _, s := range f.states {
		if s == ended {
			c.States = append(c.States, over...)
		} else {
			c.States = append(c.States, casework.State(s))
		}
	}
	switch f.who {
	case "me":
		c.Officer = me
	case "free":
		c.Officer = "-"
	}
	if days, err := strconv.Atoi(f.due); err == nil {
		c.Within = days
	} else {
		c.Band = casework.Band(f.due)
	}
	return c
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) error {
	b, err := h.open(r)
	if err != nil {
		return err
	}
	u, ctx := b.u, r.Context()
	q := r.URL.Query()
	f := read(q)
	after := casework.Cursor{Due: q.Get("after-due"), ID: q.Get("after")}
	var counts casework.Count
	var rows []casework.Row
	if err := h.Casework.Queue(ctx, u.Actor, func(q *casework.Queue) (err error) {
		if counts, err = q.Counts(ctx); err == nil {
			rows, err = q.List(ctx, f.ask(u.Actor.ID), after, pageSize+1)
		}
		return err
	}); err != nil {
		return err
	}
	v := listView{Request: u, Body: b.words.BodyName(u.Actor.Body), Tabs: b.tabs(f, counts), Claim: "/desk/queue/claim"}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		next := rows[pageSize-1].Cursor()
		v.Next = join(f.href(), url.Values{"after-due": {next.Due}, "after": {next.ID}})
	}
	if after.ID != "" {
		v.First = f.href()
	}
	v.Queue = gp.Queue{
		Action: "/desk/queue", Filter: b.filter(f).view(), Chosen: f.chosen(), Clear: filter{}.href(),
		Summary: u.T("workbench.queue.summary", "n", workbench.Count(len(rows))),
	}
	v.Table = b.table(rows)
	for _, row := range rows {
		v.CanClaim = v.CanClaim || claimable(row.Matter)
	}
	if len(rows) == 0 {
		v.Empty = b.empty(f, counts)
	}
	return b.page(w, r, ui.Page{Title: u.T("workbench.queue.title"), Nav: "queue", Body: v.body()})
}

func join(href string, more url.Values) string {
	to, err := url.Parse(href)
	if err != nil {
		return href // href is ours and always parses
	}
	q := to.Query()
	for name, values := range more {
		q[name] = values
	}
	to.RawQuery = q.Encode()
	return to.String()
}

func (b bench) tabs(f filter, n casework.Count) gp.Tabs {
	u := b.u
	open := 0
	for s, count := range n.States {
		if s != casework.Waiting { // nothing can be done about what waits for another body
			open += count
		}
	}
	t := gp.Tabs{Label: u.T("workbench.queue.tabs"), Items: []gp.Tab{
		{Text: u.T("workbench.queue.all"), Href: f.at().href(), Count: workbench.Count(open), Current: len(f.states) == 0},
	}}
	for _, s := range tabs {
		t.Items = append(t.Items, gp.Tab{
			Text: b.words.Desk(s), Href: f.at(string(s)).href(), Count: workbench.Count(n.States[s]), Current: len(f.states) == 1 && f.states[0] == string(s),
		})
	}
	return gp.Tabs{Label: t.Label, Items: append(t.Items, gp.Tab{
		Text: u.T("workbench.queue.ended"), Href: f.at(ended).href(), Current: len(f.states) == 1 && f.states[0] == ended,
	})}
}

func legend(text string) *gov.Fieldset {
	return &gov.Fieldset{Legend: gov.Legend{Text: text, Classes: "govuk-fieldset__legend--s"}}
}

func (b bench) filter(f filter) filterView {
	u := b.u
	v := filterView{
		Number: gov.Input{ID: "number", Name: "number", Value: f.number, Spellcheck: "false", Autocomplete: "off", Classes: "gp-code",
			Label: gov.Label{Text: u.T("workbench.filter.number"), Classes: "govuk-label--s"}},
		States:  gov.Checkboxes{Name: "state", Values: f.states, Classes: "govuk-checkboxes--small", Fieldset: legend(u.T("workbench.filter.state"))},
		Matters: gov.Checkboxes{Name: "matter", Values: f.matters, Classes: "govuk-checkboxes--small", Fieldset: legend(u.T("workbench.filter.matter"))},
		Who: gov.Radios{Name: "who", Classes: "govuk-radios--small", Fieldset: legend(u.T("workbench.filter.who")), Items: []gov.Choice{
			{Value: "", Text: u.T("workbench.filter.who.all"), Checked: f.who == ""}, {Value: "me", Text: u.T("workbench.filter.who.me"), Checked: f.who == "me"},
			{Value: "free", Text: u.T("workbench.filter.who.free"), Checked: f.who == "free"},
		}},
		Due: gov.Radios{Name: "due", Classes: "govuk-radios--small", Fieldset: legend(u.T("workbench.filter.due")), Items: []gov.Choice{
			{Value: "", Text: u.T("workbench.filter.due.any"), Checked: f.due == ""},
		}},
	}
	for _, s := range tabs {
		v.States.Items = append(v.States.Items, gov.Choice{Value: string(s), Text: b.words.Desk(s)})
	}
	for _, d := range dues {
		v.Due.Items = append(v.Due.Items, gov.Choice{Value: d, Text: u.T("workbench.filter.due." + d), Checked: f.due == d})
	}
	for _, m := range b.ours() {
		v.Matters.Items = append(v.Matters.Items, gov.Choice{Value: m[0], Text: m[1]})
	}
	return v
}

// ours lists the matters that the body handles: definition and name, in the order of the catalogue.
func (b bench) ours() [][2]string {
	var all [][2]string
	ids := make([]string, 0, len(b.words.City.Services))
	for id := range b.words.City.Services {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	seen := map[string]bool{}
	for _, id := range ids {
		for _, m := range b.words.City.Services[id].Service.Matters {
			if m.Body == b.u.Actor.Body && !seen[m.ID] {
				seen[m.ID] = true
				all = append(all, [2]string{m.ID, b.u.Of(m.Name)})
			}
		}
	}
	return all
}

// claimable reports whether a matter is open, ours to work on, and nobody has it.
func claimable(m casework.Matter) bool {
	return m.Officer == "" && m.Can(casework.Claimed)
}

func (b bench) table(rows []casework.Row) gp.Table {
	u := b.u
	t := gp.Table{Caption: u.T("workbench.queue.list"), HideTitle: true, Dense: true, Head: []gp.Column{
		{Text: u.T("workbench.col.pick"), Hidden: true}, {Text: u.T("workbench.col.matter")}, {Text: u.T("workbench.col.applicant")},
		{Text: u.T("workbench.col.state")}, {Text: u.T("workbench.col.left"), Sort: "ascending"}, {Text: u.T("workbench.col.officer")},
	}}
	for _, row := range rows {
		m := row.Matter
		line := gp.Line{Cells: []gp.Cell{
			{Check: true}, {HTML: named(workbench.Path(m), m.Number, b.matter(m))}, {Text: row.Name}, {HTML: workbench.State(b.words, m.State).View()}, b.left(m), {Text: b.who(m), NoWrap: true},
		}}
		if claimable(m) {
			what := m.Number + " " + b.matter(m)
			line.Cells[0].HTML = pick(m.ID, u.T("workbench.queue.pick", "what", what))
			line.Cells[5] = gp.Cell{HTML: take(workbench.Path(m)+"/claim", u.T("workbench.free"), u.T("workbench.claim"), what)}
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// empty says why a view shows nothing, and offers the nearest wider one.
func (b bench) empty(f filter, n casework.Count) *gp.Empty {
	u := b.u
	if f.chosen() > 0 {
		return &gp.Empty{Title: u.T("workbench.queue.hidden"), Text: u.T("workbench.queue.hidden.text"),
			Action: gp.Link{Text: u.T("workbench.queue.wider"), Href: filter{states: f.states}.href()}}
	}
	e := &gp.Empty{Title: u.T("workbench.queue.empty"), Text: u.T("workbench.queue.empty.text")}
	if n.Free > 0 {
		e.Action = gp.Link{Text: u.T("workbench.home.free.all"), Href: "/desk/queue?who=free"}
	}
	return e
}
