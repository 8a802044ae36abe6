package application

import (
	"context"
	"maps"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
)

const (
	// guideDays is how long the answers of a walk through the questions are kept.
	guideDays = 2
	// checklistDays is how long a saved checklist can be opened by its link.
	checklistDays = 90
)

// Checklist is somebody's answers to the questions of one service: facts without a name. While the
// questions are walked it belongs to a browser; saved, it can be opened by anybody who has its link.
type Checklist struct {
	Token   string
	Service string
	Edition string
	Answers guide.Answers
	Facts   map[string]Fact // by question: those for which a register was asked
	Saved   bool
	Created time.Time
	Expires time.Time
}

const actChecklist access.Action = "checklist.write"

// Begin starts a walk through a service's questions.
func (s *Service) Begin(ctx context.Context, by identity.Actor, service string) (Checklist, error) {
	return s.BeginWith(ctx, by, service, nil)
}

// BeginWith starts a walk with answers that are known. Those that the service does not understand are dropped.
func (s *Service) BeginWith(ctx context.Context, by identity.Actor, service string, known guide.Answers) (Checklist, error) {
	offer, ok := s.offer(service)
	if !ok {
		return Checklist{}, fault.New(fault.NotFound, "error.service.not-found")
	}
	now := s.now()
	c := Checklist{Token: ref.NewToken(), Service: service, Edition: offer.Edition, Answers: guide.Answers{guide.Today: string(deadline.Of(now))}, Created: now, Expires: now.AddDate(0, 0, guideDays)}
	answers := maps.Clone(c.Answers)
	maps.Copy(answers, known)
	c.Answers, _ = offer.Guide.Prune(answers)
	return c, s.keep(ctx, by, c)
}

// Answer takes one answer. Answers that no longer apply to anything are dropped and named. An empty
// value forgets the answer.
func (s *Service) Answer(ctx context.Context, by identity.Actor, token, question, value string) (Checklist, []string, error) {
	c, err := s.Checklist(ctx, token)
	if err != nil {
		return c, nil, err
	}
	if c.Saved {
		return c, nil, fault.New(fault.Conflict, "error.checklist.saved")
	}
	g, err := s.guideOf(ctx, c.Edition)
	if err != nil {
		return c, nil, err
	}
	answers := maps.Clone(c.Answers)
	if value == "" {
		delete(answers, question)
	} else {
		if err := g.Check(question, value); err != nil {
			return c, nil, err
		}
		answers[question] = value
	}
	kept, dropped := g.Prune(answers)
	c.Facts = c.without(question, value, dropped)
	c.Answers = kept
	c.Expires = s.now().AddDate(0, 0, guideDays)
	return c, dropped, s.keep(ctx, by, c)
}

// Forget removes the answers at the person's wish.
func (s *Service) Forget(ctx context.Context, by identity.Actor, token string) error {
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actChecklist, access.Resource{Kind: "checklist", ID: token}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM application_checklist WHERE token = $1 AND saved = 0`, token)
		return err
	})
}

// SaveChecklist makes a copy of the answers that keeps for ninety days under a link of its own. The
// copy never changes, so what was shared or printed stays true to its date.
func (s *Service) SaveChecklist(ctx context.Context, by identity.Actor, token string) (Checklist, error) {
	c, err := s.Checklist(ctx, token)
	if err != nil {
		return c, err
	}
	if c.Saved {
		return c, nil
	}
	now := s.now()
	c.Token, c.Saved, c.Created, c.Expires = ref.NewToken(), true, now, now.AddDate(0, 0, checklistDays)
	return c, s.keep(ctx, by, c)
}

// Checklist finds the answers behind a token; a NotFound fault when there are none or they ran out.
func (s *Service) Checklist(ctx context.Context, token string) (Checklist, error) {
	c, err := findChecklist(ctx, s.read, token)
	if err == nil && s.now().After(c.Expires) {
		err = fault.New(fault.NotFound, "error.checklist.expired")
	}
	return c, err
}

// Plan works out the plan of a checklist under the edition of its answers.
func (s *Service) Plan(ctx context.Context, c Checklist) (guide.Plan, error) {
	g, err := s.guideOf(ctx, c.Edition)
	if err != nil {
		return guide.Plan{}, err
	}
	return g.Plan(c.Answers), nil
}

func (s *Service) keep(ctx context.Context, by identity.Actor, c Checklist) error {
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actChecklist, access.Resource{Kind: "checklist", ID: c.Token}); err != nil {
			return err
		}
		return keepChecklist(ctx, tx, c)
	})
}

// Sweep removes answers that ran out.
func (s *Service) Sweep(ctx context.Context) error {
	return s.gate.Do(ctx, identity.ForSystem("application"), func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actChecklist, access.Resource{Kind: "checklist"}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM application_checklist WHERE expires_at < $1`, s.now().UnixMicro())
		return err
	})
}

// Service finds the service of an edition, as it stood.
func (s *Service) Service(ctx context.Context, edition string) (*catalogue.Service, error) {
	return s.editions.Find(ctx, edition)
}
