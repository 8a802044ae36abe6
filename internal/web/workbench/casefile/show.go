package casefile

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/ui/text"
	"tongban/internal/web/workbench"
)

func (h *Handler) show(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	return h.showCase(w, r, http.StatusOK, s, nil, nil)
}

// consultations reads what was asked about the matter and answered, under the permit to see it.
func (h *Handler) consultations(ctx context.Context, s sheet) ([]casework.Consultation, error) {
	var all []casework.Consultation
	err := h.Gate.See(ctx, s.u.Actor, func(v *access.View) error {
		if err := v.Permit(ctx, actRead, casework.MatterResource(s.Case, s.m)); err != nil {
			return err
		}
		var err error
		all, err = h.Casework.Consultations(ctx, v, s.ID)
		return err
	})
	return slices.DeleteFunc(all, func(q casework.Consultation) bool { return q.Matter != s.m.ID }), err
}

// showCase shows the matter; typed and wrong are marks that were sent and not all taken.
func (h *Handler) showCase(w http.ResponseWriter, r *http.Request, status int, s sheet, typed map[string]casework.CheckResult, wrong map[string]fault.Field) error {
	asked, err := h.consultations(r.Context(), s)
	if err != nil {
		return err
	}
	u := s.u
	v := caseView{
		Request: u, Caption: s.caption(), Title: s.Name, State: workbench.State(s.words, s.m.State), Facts: s.facts(), Callouts: s.callouts(),
		Left: workbench.Left(u.Printer, s.m, s.words.City.Calendar, s.today), Clock: s.clockBox(), Actions: s.actions(),
		Checks: s.checks(typed, wrong), Values: s.values(), Materials: s.materials(), Answers: s.answers(),
		Correction: s.correction(), Consultations: s.asked(asked), Others: s.others(), Timeline: s.timeline(),
	}
	if s.m.Proposal != nil {
		v.Ruling, v.RulingTitle = s.ruling(*s.m.Proposal), u.T("workbench.case.proposal")
	} else if s.m.Ruling != nil {
		v.Ruling, v.RulingTitle = s.ruling(*s.m.Ruling), u.T("workbench.case.ruling")
	}
	v.Sides = v.sides()
	return s.page(w, r, status, ui.Page{Title: s.Name, Wrong: len(wrong) > 0, Body: v.body(), Back: ui.Link{Text: u.T("workbench.queue.title"), Href: "/desk/queue"}})
}

// facts are the few things about the applicant and the case that stand under the title.
func (s sheet) facts() []string {
	u := s.u
	all := []string{u.T("workbench.case.subject", "id", gp.Mask(s.Subject)), u.T("workbench.case.service", "name", u.Of(s.service.Name)), u.T("workbench.case.opened", "when", u.Moment(s.OpenedAt))}
	if s.Unasked {
		all = append(all, u.T("workbench.case.unasked"))
	}
	if s.m.AcceptedOn != "" {
		all = append(all, u.T("workbench.case.accepted", "day", u.Day(string(s.m.AcceptedOn))))
	}
	return append(all, u.T("workbench.case.holder", "who", workbench.Holder(u.Printer, s.names, s.m)))
}

// clockBox is the day by which the body must act, and what it rests on.
func (s sheet) clockBox() *gp.Clock {
	u, m := s.u, s.m
	switch m.State {
	case casework.Waiting:
		return nil
	case casework.Correcting:
		return &gp.Clock{Label: u.T("workbench.clock.correct"), Day: string(m.DueOn), Lines: []string{u.T("workbench.clock.correct.line")}}
	}
	if m.State.Ended() {
		if m.DecidedOn == "" {
			return nil
		}
		return &gp.Clock{Label: u.T("workbench.clock.decided"), State: "done", Day: string(m.DecidedOn)}
	}
	clock, runs := m.Running()
	if !runs {
		return &gp.Clock{Label: u.T("workbench.clock.decide"), Lines: []string{u.T("workbench.left.none")}}
	}
	state := clock.State(s.words.City.Calendar, s.today)
	c := &gp.Clock{Label: u.T("workbench.clock.decide"), Day: string(state.Due), Unsure: state.Provisional, How: s.path("/clock")}
	if m.State == casework.Received {
		c.Label = u.T("workbench.clock.accept")
		c.Lines = append(c.Lines, u.T("workbench.clock.accept.line", "from", u.Day(string(m.ReceivedOn))))
	}
	switch {
	case workbench.Stopped(clock):
		c.State = "stopped"
	case state.Band == deadline.Overdue:
		c.State = "late"
	}
	if m.State != casework.Received {
		if m.PromisedOn != "" {
			c.Lines = append(c.Lines, u.T("workbench.clock.promised", "day", u.Day(string(m.PromisedOn))))
		}
		if m.Statutory != nil {
			c.Lines = append(c.Lines, u.T("workbench.clock.statutory", "limit", s.words.LimitCited(m.Statutory)))
		}
		if m.Decision.Extended > 0 {
			c.Lines = append(c.Lines, u.T("workbench.clock.extended", "n", strconv.Itoa(m.Decision.Extended)))
		}
		if state.Overrun {
			c.Lines = append(c.Lines, u.T("workbench.clock.overrun"))
		}
	}
	return c
}

// callouts are what an officer must know before anything else.
func (s sheet) callouts() []gp.Callout {
	u, m := s.u, s.m
	var all []gp.Callout
	add := func(warns bool, key string, lines ...string) {
		all = append(all, gp.Callout{Title: u.T("workbench.callout." + key), Lines: lines, Warns: warns})
	}
	if m.Officer != "" && m.Officer != u.Actor.ID && !m.State.Ended() {
		add(true, "locked", u.T("workbench.callout.locked.text", "who", workbench.Holder(u.Printer, s.names, m)))
	}
	if n := len(m.Handovers); n > 0 && m.Handovers[n-1].To == u.Actor.ID && m.Officer == u.Actor.ID {
		last := m.Handovers[n-1]
		add(false, "handover", u.T("workbench.callout.handover.text", "who", s.officer(last.From), "day", u.Day(string(last.On))), last.Note)
	}
	if m.Returned != "" {
		add(true, "returned", m.Returned)
	}
	if x := m.Extension; m.Can(casework.Extended) {
		add(false, "extension", x.Reason)
	} else if x != nil && x.RefusedBy != "" && !m.State.Ended() {
		add(true, "not-extended", x.Refusal)
	}
	for _, p := range m.Promises {
		if p.Open() && p.Missed != "" && !m.State.Ended() {
			add(true, "promise-missed", u.T("workbench.callout.promise-missed.text", "material", s.u.Of(s.service.Material(p.Material).Name), "day", u.Day(string(p.Until))))
		}
	}
	if m.Deemed {
		add(true, "deemed", u.T("workbench.callout.deemed.text"))
	}
	if m.Commitment {
		add(false, "commitment", u.T("workbench.callout.commitment.text"))
	}
	if m.Ending != "" {
		add(false, "ending", u.T("track."+m.Ending))
	}
	if x := len(m.Special); x > 0 && m.State == casework.Special {
		p := m.Special[x-1]
		add(false, "special", u.T("workbench.callout.special.text", "kind", u.T("track.special."+p.Kind), "from", u.Day(string(p.From)), "n", strconv.Itoa(p.Days), "notice", p.Notice), p.Reason)
	}
	return all
}

// others are the matters of the same case: those of other bodies by their state alone.
func (s sheet) others() *gp.Table {
	if len(s.Matters) < 2 {
		return nil
	}
	u := s.u
	t := &gp.Table{Caption: u.T("workbench.case.others"), HideTitle: true, Dense: true, Head: []gp.Column{
		{Text: u.T("workbench.col.matter")}, {Text: u.T("workbench.col.body")}, {Text: u.T("workbench.col.state")}, {Text: u.T("workbench.col.left")},
	}}
	for _, m := range s.Matters {
		if m.ID == s.m.ID {
			continue
		}
		name := gp.Cell{Text: s.words.Matter(s.service, m.Def)}
		if m.Body == s.u.Actor.Body {
			name = gp.Cell{HTML: workbench.Link(workbench.Path(m), name.Text)}
		}
		t.Rows = append(t.Rows, gp.Line{Cells: []gp.Cell{
			name, {Text: s.words.Body(m.Body)}, {HTML: workbench.State(s.words, m.State).View()},
			{HTML: workbench.Left(u.Printer, m, s.words.City.Calendar, s.today).View()},
		}})
	}
	return t
}

// timeline is what happened to the matter, newest first.
func (s sheet) timeline() gp.Timeline {
	var t gp.Timeline
	for _, e := range slices.Backward(s.Events) {
		if e.Matter != s.m.ID {
			continue
		}
		what := string(e.Kind)
		if s.Unasked && e.Kind == casework.Opened {
			what = "opened-unasked"
		}
		item := gp.Event{Title: s.u.T("workbench.event." + what), When: s.u.Stamp(e.At), Machine: text.Machine(e.At), State: "done", Text: s.who(e)}
		if said := s.said(e); said != "" {
			item.Text = s.u.T("workbench.event", "who", item.Text, "what", said)
		}
		t.Items = append(t.Items, item)
	}
	return t
}

// said is what an event carried, in words.
func (s sheet) said(e casework.Record) string {
	switch e.Kind {
	case casework.Checked:
		if i := slices.IndexFunc(s.def.Checks, func(c catalogue.Check) bool { return c.ID == e.Text }); i >= 0 {
			return s.u.Of(s.def.Checks[i].Text)
		}
		return ""
	case casework.Failed, casework.Expired:
		return s.u.T("track." + e.Text)
	case casework.PromiseNear, casework.PromiseMissed, casework.Supplied:
		return s.u.Of(s.service.Material(e.Text).Name)
	case casework.Opened:
		return ""
	}
	return e.Text
}

// action is one thing that can be done: a page, or a button that does it.
type action struct {
	Text, Href string
	Post       bool
	Classes    string
}

// actions are what the matter allows and the gate lets this officer do, what comes next first.
func (s sheet) actions() []action {
	u := s.u
	var all []action
	add := func(key, rest string, post bool) {
		a := action{Text: u.T("workbench.do." + key), Href: s.path(rest), Post: post, Classes: "govuk-button--secondary"}
		if len(all) == 0 && slices.Contains(onward, key) {
			a.Classes = ""
		}
		all = append(all, a)
	}
	offer := func(kind casework.Kind, may access.Action, key, rest string, post bool) {
		if s.may(kind, may) {
			add(key, rest, post)
		}
	}
	if s.m.Officer == "" {
		offer(casework.Claimed, casework.ActClaim, "claim", "/claim", true)
	}
	offer(casework.Taken, casework.ActTake, "accept", "/accept", true)
	offer(casework.MoreAsked, casework.ActAsk, "notice", "/notice", false)
	offer(casework.NotTaken, casework.ActDecline, "decline", "/decline", false)
	offer(casework.SpecialEnded, casework.ActEndSpecial, "special-end", "/special", false)
	if s.m.Proposal != nil {
		offer(casework.Ruled, casework.ActSign, "sign", "/sign", false)
	}
	switch {
	case s.m.State == casework.Proposed:
	case s.may(casework.Ruled, casework.ActDecide):
		offer(casework.Ruled, casework.ActDecide, "decide", "/decide", false)
	default:
		offer(casework.RulingProposed, casework.ActPropose, "propose", "/decide", false)
	}
	if len(s.def.Special) > 0 {
		offer(casework.SpecialStarted, casework.ActStartSpecial, "special", "/special", false)
	}
	offer(casework.Extended, casework.ActExtend, "extend-approve", "/extend", false)
	offer(casework.ExtensionAsked, casework.ActAskExtension, "extend", "/extend", false)
	if s.mayConsult() {
		add("consult", "/consult", false)
	}
	offer(casework.HandedOver, casework.ActHandOver, "handover", "/handover", false)
	return all
}

// onward are the things to do that bring a matter nearer to its end.
var onward = []string{"claim", "accept", "special-end", "sign", "decide", "propose"}

// mayConsult reports whether another body may be asked: while the matter is before this one.
func (s sheet) mayConsult() bool {
	return !s.m.State.Ended() && s.m.State != casework.Waiting && s.gate.May(s.u.Actor, casework.ActAskBody, casework.MatterResource(s.Case, s.m))
}

// ruling lists what a decision says, as the applicant reads it.
func (s sheet) ruling(r casework.Ruling) []gov.Row {
	u := s.u
	result := u.T("track.result.refused")
	if r.Approve {
		result = u.T("track.result.approved")
	}
	if s.m.State == casework.Declined {
		result = u.T("track.result.declined")
	}
	rows := []gov.Row{row(u.T("workbench.field.result"), result), row(u.T("track.result.body"), s.words.BodyName(s.m.Body))}
	cites := ""
	for i, p := range r.Provisions {
		if i > 0 {
			cites += u.T("say.and")
		}
		cites += s.words.Provision(p)
	}
	for _, part := range [][2]string{
		{"track.result.facts", r.Facts}, {"track.result.reasons", r.Reasons}, {"track.result.provisions", cites}, {"track.result.succeed", r.Succeed},
	} {
		if part[1] != "" {
			rows = append(rows, row(u.T(part[0]), part[1]))
		}
	}
	if !r.Approve {
		rows = append(rows, row(u.T("track.result.remedies"), u.T("workbench.ruling.remedies", "review", u.Of(s.def.Remedy.Review), "court", u.Of(s.def.Remedy.Court))))
	}
	if r.ByName != "" && s.m.Body == u.Actor.Body {
		rows = append(rows, row(u.T("workbench.ruling.by"), r.ByName))
	}
	if r.SignedName != "" && s.m.Body == u.Actor.Body {
		rows = append(rows, row(u.T("workbench.ruling.signed"), r.SignedName))
	}
	return rows
}

func row(key, value string) gov.Row {
	return gov.Row{Key: gov.Text{Text: key}, Value: gov.Text{Text: value, Classes: "gp-text"}}
}
