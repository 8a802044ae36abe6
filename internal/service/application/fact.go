package application

import (
	"context"
	"maps"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

const actAnswer access.Action = "register.answer"

// Fact says that a register was asked for the answer to a question of the guide.
type Fact struct {
	Register string    `json:"register"`
	Field    string    `json:"field"`
	Recorded time.Time `json:"recorded"` // when the register took it down
	Used     bool      `json:"used"`     // false: it held no answer, or the person answers otherwise
}

// Learn answers from registers what a signed-in person would be asked next. The registers are asked one
// question after the other, and only for what can still change the outcome (Personal Information Protection
// Law, art. 6): where a question comes that no register answers, it is hers, and nothing behind it is looked
// up. It returns the questions that were answered.
func (s *Service) Learn(ctx context.Context, by identity.Actor, token string) (Checklist, []string, error) {
	c, err := s.Checklist(ctx, token)
	if err != nil || c.Saved || by.Kind != identity.Person || by.Self == "" {
		return c, nil, err
	}
	g, err := s.guideOf(ctx, c.Edition)
	if err != nil {
		return c, nil, err
	}
	q, more := g.Next(c.Answers)
	if _, ok := s.keeps(by, c, q); !more || !ok {
		return c, nil, nil
	}
	var learnt []string
	before := c
	err = s.gate.Do(ctx, by, func(tx *access.Tx) error {
		c, learnt = before, nil // a transaction may be tried again
		c.Answers, c.Facts = maps.Clone(before.Answers), maps.Clone(before.Facts)
		if c.Facts == nil {
			c.Facts = map[string]Fact{}
		}
		for {
			q, more := g.Next(c.Answers)
			def, ok := s.keeps(by, c, q)
			if !more || !ok {
				break
			}
			value, fact, err := s.factOf(ctx, tx, by, c, q, def)
			if err != nil {
				return err
			}
			if fact.Used = value != "" && g.Check(q.ID, value) == nil; fact.Used {
				c.Answers[q.ID], learnt = value, append(learnt, q.ID)
			}
			c.Facts[q.ID] = fact
		}
		if err := tx.Permit(ctx, actChecklist, access.Resource{Kind: "checklist", ID: c.Token}); err != nil {
			return err
		}
		return keepChecklist(ctx, tx, c)
	})
	return c, learnt, err
}

// keeps finds the register that may answer a question about this person; none where it was asked already.
func (s *Service) keeps(by identity.Actor, c Checklist, q catalogue.Question) (catalogue.Register, bool) {
	if _, asked := c.Facts[q.ID]; asked || q.Fact == nil {
		return catalogue.Register{}, false
	}
	def, ok := s.register(q.Fact.Register)
	return def, ok && (def.Key == "person" || by.Subject != by.Self)
}

// factOf looks one field up. A register that does not answer leaves the question to the person.
func (s *Service) factOf(ctx context.Context, tx *access.Tx, by identity.Actor, c Checklist, q catalogue.Question, def catalogue.Register) (string, Fact, error) {
	fact := Fact{Register: def.ID, Field: q.Fact.Field}
	subject := by.Subject
	if def.Key == "person" { // the person's own, also while she acts for a business
		subject = by.Self
	}
	err := tx.Permit(ctx, actAnswer, access.Resource{
		Kind: "register", ID: def.ID, Subject: subject, Body: def.Keeper, Purpose: "guidance:" + c.Service, Fields: []string{q.Fact.Field},
	})
	if err != nil {
		return "", fact, err
	}
	rec, err := s.registry.Look(ctx, tx, def.ID, subject)
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Unavailable):
		return "", fact, nil
	case err != nil:
		return "", fact, err
	}
	fact.Recorded = rec.RecordedAt
	return rec.Values[q.Fact.Field], fact, nil
}

// without keeps what is known of the registers after an answer: a person who answers otherwise is believed
// for this check, and a question that is not asked any more is looked up again if it comes back.
func (c Checklist) without(question, value string, dropped []string) map[string]Fact {
	facts := maps.Clone(c.Facts)
	if f, ok := facts[question]; ok && value != c.Answers[question] {
		f.Used = false
		facts[question] = f
	}
	for _, id := range dropped {
		delete(facts, id)
	}
	return facts
}

// On is the day on which the register took the fact down.
func (f Fact) On() deadline.Day { return deadline.Of(f.Recorded) }
