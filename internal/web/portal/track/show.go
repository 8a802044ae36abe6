package track

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/service/casework"
	"tongban/internal/service/deadline"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/ui/text"
)

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
		Receipt: d.path("/receipt"), Dates: d.path("/dates.ics"), Data: "/me/data?case=" + d.ID, Turn: d.turn(),
	}
	if d.Unasked {
		v.Unasked = u.T("track.case.unasked")
	}
	v.Envelope = d.envelope()
	open := false
	for _, m := range d.Matters {
		open = open || !m.State.Ended()
		if m.State == casework.Correcting {
			v.Act = append(v.Act, gp.Link{Text: u.T("track.case.act.correct", "matter", d.name(m), "day", u.Day(string(m.DueOn))), Href: d.matterPath(m, "correct")})
		}
		if m.State == casework.Received {
			v.Law = u.T("track.clock.accept.line")
		}
		v.Matters = append(v.Matters, d.view(m))
	}
	if open {
		v.Withdraw = d.path("/withdraw")
	}
	v.Timeline = d.timeline(open, v.Turn)
	return u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Section: v.Number, Nav: "applications",
		Back: ui.Link{Text: u.T("track.list.title"), Href: "/me/applications"}, Body: v.body()})
}

// turn says whose turn it is.
func (d dossier) turn() string {
	u := d.u
	var mine, bodies, promised []string
	for _, m := range d.Matters {
		for _, p := range m.Promises {
			if name := u.Of(d.service.Material(p.Material).Name); p.Open() && !m.State.Ended() && !slices.Contains(promised, name) {
				promised = append(promised, name)
			}
		}
		switch {
		case m.State.Ended() || m.State == casework.Waiting:
		case m.State == casework.Correcting:
			mine = append(mine, d.name(m))
		case !slices.Contains(bodies, d.words.Body(m.Body)):
			bodies = append(bodies, d.words.Body(m.Body))
		}
	}
	switch {
	case len(mine) > 0 && len(bodies) > 0:
		return u.T("track.turn.both", "matters", u.List(mine), "bodies", u.List(bodies))
	case len(mine) > 0:
		return u.T("track.turn.mine", "matters", u.List(mine))
	case len(bodies) > 0 && len(promised) > 0:
		return u.T("track.turn.promised", "materials", u.List(promised), "bodies", u.List(bodies))
	case len(bodies) > 0:
		return u.T("track.turn.bodies", "bodies", u.List(bodies))
	}
	return u.T("track.turn.nobody")
}

// envelope is the date of the whole application: by when everything is decided, once every department
// has accepted; before that the next day on which something is heard.
func (d dossier) envelope() gp.Clock {
	u := d.u
	var next, last deadline.Day
	var names []string
	known, open := true, false
	for _, m := range d.Matters {
		if m.State.Ended() {
			continue
		}
		open = true
		known = known && (m.State == casework.Accepted || m.State == casework.Proposed) && m.DueOn != ""
		switch {
		case m.DueOn == "" || m.State == casework.Special:
			continue
		case next == "" || m.DueOn < next:
			next, names = m.DueOn, []string{d.name(m)}
		case m.DueOn == next:
			names = append(names, d.name(m))
		}
		last = max(last, m.DueOn)
	}
	switch {
	case !open:
		return gp.Clock{Label: u.T("track.case.envelope.done"), State: "done", Day: string(deadline.Of(d.ClosedAt))}
	case known:
		return d.overdue(gp.Clock{Label: u.T("track.case.envelope"), Day: string(last)}, last)
	case next == "":
		return gp.Clock{Label: u.T("track.case.envelope.open")}
	}
	return d.overdue(gp.Clock{Label: u.T("track.case.envelope.next"), Day: string(next), Lines: []string{u.List(names)}}, next)
}

func (d dossier) overdue(c gp.Clock, due deadline.Day) gp.Clock {
	if d.today > due {
		c.State = "late"
	}
	return c
}

// timeline is what has happened and, while something is open, whose turn it is and what comes.
func (d dossier) timeline(open bool, turn string) gp.Timeline {
	u := d.u
	var all []gp.Event
	var names [][]string
	for _, e := range d.Events {
		if e.Kind == casework.Opened && e.Matter != d.Matters[0].ID || e.Kind == casework.Checked || e.Kind == casework.Claimed {
			continue // one line for the whole application; inner steps are for the desk
		}
		what := string(e.Kind)
		if d.Unasked && e.Kind == casework.Opened {
			what = "opened-unasked"
		}
		item := gp.Event{Title: u.T("track.event." + what), When: u.Moment(e.At), Machine: text.Machine(e.At), State: "done"}
		name := ""
		if m, ok := d.byID(e.Matter); ok && e.Kind != casework.Opened {
			name = d.name(m)
		}
		// What happened to several matters in the same minute is one line.
		if n := len(all) - 1; n >= 0 && all[n].Title == item.Title && all[n].When == item.When {
			if !slices.Contains(names[n], name) {
				names[n] = append(names[n], name)
			}
			continue
		}
		all, names = append(all, item), append(names, compact(name))
	}
	for i := range all {
		all[i].Text = u.List(names[i])
	}
	if open {
		all = append(all, gp.Event{Title: u.T("track.event.now"), State: "now", Text: turn}, gp.Event{Title: u.T("track.event.end"), Text: u.T("track.event.end.text")})
	}
	return gp.Timeline{Items: all}
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
	v := matterView{Name: d.name(m), Body: d.words.BodyName(m.Body), Tag: u.T("track.tag." + string(m.State)), State: tags[m.State], Text: d.words.State(m.State)}
	switch m.State {
	case casework.Waiting:
		var names []string
		for _, a := range m.After {
			names = append(names, d.words.Matter(d.service, a.Matter))
		}
		v.Text = u.T("track.waiting", "matters", u.List(names))
	case casework.Received:
		v.Due = &due{Label: u.T("track.clock.accept"), Day: string(m.DueOn), Unsure: m.Tentative, How: d.matterPath(m, "how")}
	case casework.Correcting:
		v.Due = &due{Label: u.T("track.clock.correct"), Day: string(m.DueOn)}
		v.Links = append(v.Links, gp.Link{Text: u.T("track.case.correct"), Href: d.matterPath(m, "correct"), Hidden: v.Name})
	case casework.Accepted, casework.Special, casework.Proposed:
		if m.DueOn != "" {
			c := &due{Label: u.T("track.clock.decide"), Day: string(m.DueOn), Unsure: m.Tentative, Stopped: m.State == casework.Special}
			if m.PromisedOn != "" {
				c.Lines = append(c.Lines, u.T("track.clock.promised", "day", u.Day(string(m.PromisedOn))))
			}
			if m.Statutory != nil {
				c.How = d.matterPath(m, "how")
				c.Lines = append(c.Lines, u.T("track.clock.statutory", "limit", d.words.LimitCited(m.Statutory), "from", u.ShortDay(string(m.AcceptedOn), "")))
			}
			v.Due = c
		}
	case casework.Approved, casework.Refused, casework.Declined:
		v.Text = u.T("track.decided", "day", u.Day(string(m.DecidedOn)))
		v.Links = append(v.Links, gp.Link{Text: u.T("track.case.result"), Href: d.matterPath(m, "result"), Hidden: v.Name})
	case casework.Lapsed:
		v.Text = u.T("track.ending." + strings.TrimPrefix(m.Ending, "ending."))
	}
	if m.Deemed {
		v.Notes = append(v.Notes, u.T("track.clock.deemed"))
	}
	if v.Due != nil && d.today > m.DueOn && m.State != casework.Special && m.State != casework.Correcting {
		v.Due.Late = true
		v.Notes = append(v.Notes, u.T("track.clock.late", "body", d.words.BodyName(m.Body), "phone", d.service.Matter(m.Def).Contact.Complain))
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
	for _, p := range m.Promises {
		if !p.Open() || m.State.Ended() {
			continue
		}
		name, key := u.Of(d.service.Material(p.Material).Name), "track.promise"
		switch {
		case p.Until == "":
			key = "track.promise.open"
		case d.today > p.Until:
			key = "track.promise.missed"
		}
		v.Notes = append(v.Notes, u.T(key, "material", name, "day", u.Day(string(p.Until))))
		v.Links = append(v.Links, gp.Link{Text: u.T("track.promise.do"), Href: d.path("/materials/" + p.Material), Hidden: name})
	}
	switch m.State {
	case casework.Refused, casework.Declined, casework.Withdrawn, casework.Lapsed:
		v.Again = d.matterPath(m, "again")
	}
	return v
}

// how counts a matter's clock day by day.
func (h *Handler) how(w http.ResponseWriter, r *http.Request) error {
	d, m, err := h.matter(r)
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
	state := clock.State(d.city.Calendar, d.today)
	due := state.Due
	v := howView{
		Request: u, Title: u.T("track.how.title"), Caption: d.name(m),
		Table: gp.Table{Caption: u.T("track.how.title"), HideTitle: true, Head: []gp.Column{{Text: u.T("track.how.day")}, {Text: u.T("track.how.count"), Numeric: true}, {Text: u.T("track.how.why")}}},
		Lead:  u.T("track.how.accept", "from", u.Day(string(clock.From)), "to", u.Day(string(due))),
	}
	if m.AcceptedOn != "" {
		v.Lead = u.T("track.how.decide", "from", u.Day(string(clock.From)), "limit", d.words.LimitCited(m.Statutory), "to", u.Day(string(due)))
	}
	if state.Provisional {
		v.Notes = append(v.Notes, u.T("track.how.provisional"))
	}
	if state.Projected {
		v.Notes = append(v.Notes, u.T("track.how.projected"))
	}
	for _, s := range clock.TraceOn(d.city.Calendar, d.today) {
		n := "–"
		if s.N > 0 {
			n = strconv.Itoa(s.N)
		}
		why := u.T("track.how." + string(s.Why))
		if name := u.Of(s.Holiday); name != "" {
			why = u.T("track.how.named", "why", why, "name", name)
		}
		if s.Procedure != "" {
			why = u.T("track.how.named", "why", why, "name", u.T("track.special."+s.Procedure))
		}
		v.Table.Rows = append(v.Table.Rows, gp.Line{Cells: []gp.Cell{{Text: u.Day(string(s.Day)), NoWrap: true}, {Text: n, Numeric: true}, {Text: why}}})
	}
	for _, y := range d.city.Calendar.Sources(clock.From, due) {
		if y.Source != "" {
			v.Source = append(v.Source, gp.Link{Text: u.T("track.how.source", "year", strconv.Itoa(y.Year)), Href: y.Source})
		}
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Section: v.Caption, Nav: "applications", Back: d.back(), Body: v.body()})
}
