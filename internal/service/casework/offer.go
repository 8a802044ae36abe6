package casework

import (
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/service/deadline"
)

// Can reports whether an event of that kind could happen to the matter as it stands, so that a page
// offers only what is possible. Whether somebody may cause it is the gate's to say.
func (m Matter) Can(k Kind) bool {
	if _, ok := table[m.State][k]; !ok {
		return false
	}
	switch k {
	case MoreAsked:
		return m.Asked == nil
	case ExtensionAsked:
		return m.Extension.Again() && m.Statutory != nil
	case Extended, NotExtended:
		return m.Extension.Open()
	case Ruled:
		return !m.Second || m.State == Proposed
	}
	return true
}

// Running is the legal clock that runs, or stands still, for the body in the matter's present state:
// acceptance before acceptance, the decision after it, and where no law limits the decision what was
// promised. While the applicant corrects, and after the end, none does.
func (m Matter) Running() (deadline.Clock, bool) {
	switch m.State {
	case Received:
		return m.Acceptance, true
	case Accepted, Special, Proposed:
		if m.Decision.From != "" {
			return m.Decision, true
		}
		if m.Promised != nil {
			c := m.Decision
			c.From, c.Limit = m.AcceptedOn, limit(m.Promised)
			return c, true
		}
	}
	return deadline.Clock{}, false
}

// Cursor is where the page after this row begins.
func (r Row) Cursor() Cursor { return Cursor{Due: dueKey(r.Matter), ID: r.ID} }

// Check says what is missing in a ruling before it can be proposed or made: facts and reasons always,
// and the provisions when it is a refusal (art. 38).
func (r Ruling) Check() error {
	fields := map[string]string{"facts": r.Facts, "reasons": r.Reasons}
	if !r.Approve {
		fields["provisions"] = strings.Join(r.Provisions, "")
	}
	return required(fields)
}

// Check says what is wrong with a notice before it can be sent: it has points, each says what is to be
// done, and there is time to do it.
func (a Asked) Check(today deadline.Day) error {
	if len(a.Points) == 0 {
		return fault.Fields([]fault.Field{{Name: "points", Code: "error.matter.no-points"}})
	}
	var wrong []fault.Field
	for _, p := range a.Points {
		if strings.TrimSpace(p.Text) == "" {
			wrong = append(wrong, fault.Field{Name: "points", Code: "field.required"})
			break
		}
	}
	if a.Until <= today {
		wrong = append(wrong, fault.Field{Name: "until", Code: "field.date-past"})
	}
	return fault.Fields(wrong)
}

// Check says what is missing in a special procedure before it can begin.
func (x SpecialProcedure) Check() error {
	wrong := missing(map[string]string{"kind": x.Kind, "reason": x.Reason})
	if x.Days < 1 || x.Days > 365 {
		wrong = append(wrong, fault.Field{Name: "days", Code: "field.days"})
	}
	return fault.Fields(wrong)
}
