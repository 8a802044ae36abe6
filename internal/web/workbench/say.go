package workbench

import (
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/deadline"
	"tongban/internal/web/say"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/ui/text"
)

// Left says how much legal time a matter has left on a day: working days of its body's clock, or whose
// turn it is when none runs.
func Left(p text.Printer, m casework.Matter, cal *deadline.Calendar, today deadline.Day) gov.Tag {
	switch {
	case m.State.Ended():
		return gov.Tag{Text: p.T("workbench.left.ended"), Classes: "gp-tag--plain"}
	case m.State == casework.Correcting:
		return gov.Tag{Text: p.T("workbench.left.applicant", "day", p.ShortDay(string(m.DueOn), string(today))), Classes: "govuk-tag--grey"}
	case m.State == casework.Waiting:
		return gov.Tag{Text: p.T("workbench.left.waiting"), Classes: "govuk-tag--grey"}
	}
	clock, runs := m.Running()
	if !runs {
		return gov.Tag{Text: p.T("workbench.left.none"), Classes: "gp-tag--plain"}
	}
	s := clock.State(cal, today)
	switch {
	case s.Band == deadline.Overdue && s.Left == 0: // it ran out, and since then nobody has worked a day
		return gov.Tag{Text: p.T("gp.clock.late"), Classes: "govuk-tag--red"}
	case s.Band == deadline.Soon && s.Left == 0: // the last day is no working day
		return gov.Tag{Text: p.T("workbench.left.until", "day", p.ShortDay(string(s.Due), string(today))), Classes: "govuk-tag--yellow"}
	}
	return gp.Left(p, s.Left, Stopped(clock))
}

// Stopped reports whether a special procedure goes on. The day on which it ends does not count, but the clock
// runs again.
func Stopped(c deadline.Clock) bool {
	return slices.ContainsFunc(c.Pauses, func(p deadline.Pause) bool { return p.To == "" })
}

var stateTags = map[casework.State]string{
	casework.Waiting: "govuk-tag--grey", casework.Received: "govuk-tag--blue", casework.Correcting: "govuk-tag--grey", casework.Accepted: "govuk-tag--blue",
	casework.Special: "govuk-tag--yellow", casework.Proposed: "govuk-tag--orange", casework.Approved: "govuk-tag--green", casework.Refused: "govuk-tag--red",
	casework.Declined: "govuk-tag--red", casework.Withdrawn: "govuk-tag--grey", casework.Lapsed: "govuk-tag--grey",
}

// State is where a matter stands, as a tag.
func State(w say.Words, s casework.State) gov.Tag {
	return gov.Tag{Text: w.Desk(s), Classes: stateTags[s]}
}

// Path is the address of a matter's page.
func Path(m casework.Matter) string { return "/desk/cases/" + m.Case + "/" + m.Def }

// The roles that handle matters.
const (
	Officer = "officer"
	Head    = "head"
)

// Names are the handling staff of a body by account.
func Names(ctx context.Context, accounts *identity.Service, body string) (map[string]string, error) {
	colleagues, err := accounts.Colleagues(ctx, body, Officer, Head)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(colleagues))
	for _, c := range colleagues {
		names[c.ID] = c.Name
	}
	return names, nil
}

// Holder says who has a matter.
func Holder(p text.Printer, names map[string]string, m casework.Matter) string {
	if m.Officer == "" {
		return p.T("workbench.free")
	}
	for _, name := range [...]string{names[m.Officer], m.OfficerName} {
		if name != "" {
			return name
		}
	}
	return p.T("workbench.colleague")
}

// Link is an ordinary link as the content of a cell; bold below the class of the first column.
func Link(href, words string) templ.Component {
	return templ.Raw(`<a class="govuk-link" href="` + templ.EscapeString(href) + `">` + templ.EscapeString(words) + `</a>`)
}

// Count writes a number for a text.
func Count(n int) string { return strconv.Itoa(n) }

// Proposal is what a matter's officer proposes, as a tag.
func Proposal(p text.Printer, m casework.Matter) gov.Tag {
	switch {
	case m.Proposal == nil:
		return gov.Tag{Text: p.T("workbench.proposal.none"), Classes: "gp-tag--plain"}
	case m.Proposal.Approve:
		return gov.Tag{Text: p.T("workbench.proposal.approve"), Classes: "govuk-tag--green"}
	}
	return gov.Tag{Text: p.T("workbench.proposal.refuse"), Classes: "govuk-tag--red"}
}

// Checks says how a matter's checks stand, as a tag: what failed first, then what is still open.
func Checks(p text.Printer, m casework.Matter) gov.Tag {
	failed, open := 0, 0
	for _, id := range m.Applies {
		switch m.Checked[id].Outcome {
		case "fail":
			failed++
		case "pass":
		default:
			open++
		}
	}
	switch {
	case failed > 0:
		return gov.Tag{Text: p.T("workbench.checks.failed", "n", Count(failed)), Classes: "govuk-tag--red"}
	case open > 0:
		return gov.Tag{Text: p.T("workbench.checks.open", "n", Count(open)), Classes: "govuk-tag--yellow"}
	}
	return gov.Tag{Text: p.T("workbench.checks.passed"), Classes: "govuk-tag--green"}
}
