package casework

import (
	"context"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/deadline"
)

// reminderDays is how many days before the last one the applicant is reminded.
const reminderDays = 3

// remindOn is when to remind of a promise that was made binding on a day: not on that day itself.
func (p Promise) remindOn(accepted deadline.Day) deadline.Day {
	return max(p.Until.Add(-reminderDays), accepted.Add(1))
}

// expected is what is to happen next because something was promised; nil when nothing is.
func (m Matter) expected(today deadline.Day) *Event {
	if m.State.Ended() {
		return nil
	}
	for _, p := range m.Promises {
		switch {
		case !p.Open() || p.Until == "":
		case p.Missed == "" && today > p.Until:
			return &Event{Kind: PromiseMissed, Text: p.Material}
		case p.Missed == "" && p.Reminded == "" && today >= p.remindOn(m.AcceptedOn):
			return &Event{Kind: PromiseNear, Text: p.Material}
		}
	}
	return nil
}

// expect reminds the applicant of what she promised, and tells when it has not come. What follows is the
// officer's to decide: who accepts with something missing has said before what happens then. Run twice, or
// late, it does nothing more.
func (s *Service) expect(ctx context.Context, about About) error {
	for {
		m, err := s.peek(ctx, about.Matter)
		if err != nil || m.expected(deadline.Of(s.now())) == nil {
			return err
		}
		err = s.inSystem(ctx, about.Matter, func(_ *access.Tx, _ Case, m Matter) (*Event, error) { return m.expected(deadline.Of(s.now())), nil })
		if err != nil {
			return err
		}
	}
}

// expecting lists the matters to which a material is still to come.
func expecting(matters []Matter, material string) (waiting []Matter) {
	for _, m := range matters {
		if _, open := Promised([]Matter{m}, material); open {
			waiting = append(waiting, m)
		}
	}
	return waiting
}

// Supply hands in a material that was promised, for all matters of the case that wait for it. It may come
// late, as long as nothing is decided.
func (s *Service) Supply(ctx context.Context, by identity.Actor, caseID, material string, files []File) error {
	if len(files) == 0 {
		return fault.Fields([]fault.Field{{Name: material, Code: "field.file-required"}})
	}
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		c, err := findCase(ctx, tx, caseID)
		if err != nil {
			return err
		}
		matters, err := mattersOf(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if len(matters) == 0 {
			return fault.New(fault.NotFound, "error.case.not-found")
		}
		waiting := expecting(matters, material)
		asked := waiting
		if len(asked) == 0 { // somebody else's case is not to be known of, whether anything is promised in it or not
			asked = matters[:1]
		}
		for _, m := range asked {
			if err := tx.Permit(ctx, ActSupply, MatterResource(c, m)); err != nil {
				return hidden(err)
			}
		}
		if len(waiting) == 0 {
			return fault.New(fault.Conflict, "error.case.nothing-promised")
		}
		e := c.Evidence[material]
		e.State, e.Files, e.At, e.Until = "uploaded", files, s.now(), ""
		c.Evidence[material] = e
		if err := updateContent(ctx, tx, c); err != nil {
			return err
		}
		for _, m := range waiting {
			if err := s.happen(ctx, tx, m, Event{Kind: Supplied, Text: material, At: s.now(), By: by}); err != nil {
				return err
			}
		}
		return nil
	})
}
