package eligibility

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/data/registry"
	"tongban/internal/platform/decision"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
)

const (
	actOpen access.Action = "benefit.open"
	actAsk  access.Action = "benefit.ask"

	jobPrepare = "eligibility.prepare"
	jobOpen    = "eligibility.open"
)

type about struct {
	Offer string `json:"offer"`
}

// system is who applies for a person who did not have to.
var system = identity.ForSystem("eligibility").WithName("通办")

// prepare works out what government does not hold of an application that an officer has agreed to, tells the
// person, and begins the time in which she may say no. Done twice, it does nothing.
func (s *Service) prepare(ctx context.Context, a about) error {
	return s.carry(ctx, a.Offer, func(o Offer) bool { return o.State == Offered && o.Until == "" }, func(tx *access.Tx, b Benefit, o *Offer, account string) error {
		_, lack, err := s.application.Prepare(ctx, tx, s.unasked(*o, account))
		if err != nil {
			return err
		}
		limit := b.Service.Proactive.Standing
		o.Until, _ = deadline.Clock{From: s.today(), Limit: deadline.Limit{N: limit.N, Unit: deadline.Unit(limit.Unit)}}.Due(s.calendar())
		o.Lack = lack
		if !lack.None() {
			return s.tell(ctx, tx, *o, ToldLack)
		}
		if err := s.jobs.Enqueue(ctx, tx, job.Job{Kind: jobOpen, Args: a, RunAt: o.Until.Add(1).Start()}); err != nil {
			return err
		}
		return s.tell(ctx, tx, *o, ToldOffered)
	})
}

// open applies for a person who did not say no, or who said yes. The registers are looked at again first. The
// case and the offer's end are written together, so that there is one case however often this runs.
func (s *Service) open(ctx context.Context, a about) error {
	ready := func(o Offer) bool { return o.Ready(s.today()) }
	return s.carry(ctx, a.Offer, ready, func(tx *access.Tx, _ Benefit, o *Offer, account string) error {
		receipt := tx.Entries()[0]
		asked, lack, err := s.application.Prepare(ctx, tx, s.unasked(*o, account))
		if err != nil {
			return err
		}
		if !lack.None() { // something came up with her answers, or is held no longer
			o.Lack, o.Yes = lack, false
			return s.tell(ctx, tx, *o, ToldLack)
		}
		made, err := s.casework.Open(ctx, tx, system, asked, receipt)
		if err != nil {
			return err
		}
		o.State, o.Case, o.Lack = Opened, made.ID, lack
		return nil
	})
}

func (s *Service) unasked(o Offer, account string) application.Unasked {
	answers := o.Answers()
	answers[guide.Today] = string(s.today())
	return application.Unasked{ID: o.ID, Account: account, Subject: o.Subject, Name: o.Name, Service: o.Service, Answers: answers, Given: o.Given}
}

// carry takes a step with an offer that is due for it, after looking at everything again: is it still offered
// unasked, can the person be told, has she no case yet, and do the registers still say that she is entitled? If
// not, the offer ends with the reason, and an officer is to look.
func (s *Service) carry(ctx context.Context, id string, due func(Offer) bool, step func(*access.Tx, Benefit, *Offer, string) error) error {
	o, account, err := s.Known(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !due(o) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.gate.Do(ctx, system, func(tx *access.Tx) error {
		o, err := findOffer(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, actOpen, resource(o)); err != nil {
			return err
		}
		if !due(o) {
			return nil
		}
		b, ok := s.benefit(o.Service)
		if !ok {
			return s.end(ctx, tx, o, Stopped)
		}
		now, still, err := s.look(ctx, tx, b, o.Subject, o.Facts)
		if err != nil {
			return err
		}
		o.Now = now
		had, err := s.casework.Has(ctx, tx, o.Subject, b.Same)
		switch {
		case err != nil:
			return err
		case had:
			return s.end(ctx, tx, o, HasCase)
		case !still || b.Guide.Applies(o.Matter, Offer{Facts: o.Now}.Answers()) != decision.True:
			return s.end(ctx, tx, o, Changed)
		case account == "":
			return s.end(ctx, tx, o, NoAccount)
		}
		o.Facts, o.Now = o.Now, nil
		switch err = step(tx, b, &o, account); {
		case fault.Is(err, fault.Conflict), fault.Is(err, fault.Late): // suspended, or the definitions have changed
			return s.end(ctx, tx, o, Stopped)
		case err != nil:
			return err
		}
		return updateOffer(ctx, tx, o, Offered)
	})
}

// end hands an offer back to the officers, with the reason.
func (s *Service) end(ctx context.Context, tx *access.Tx, o Offer, why Why) error {
	o.State, o.Why, o.Yes = Review, why, false
	if err := updateOffer(ctx, tx, o, Offered); err != nil || !o.told() {
		return err
	}
	return s.tell(ctx, tx, o, ToldReview)
}

// look asks the registers about one person, for the fields by which people are found, and whether they say what
// they must besides. What was set right by somebody stays; what a register does not have is missing.
func (s *Service) look(ctx context.Context, tx *access.Tx, b Benefit, subject string, had []Fact) ([]Fact, bool, error) {
	p, m := b.Service.Proactive, b.Matter()
	err := tx.Permit(ctx, actScreen, access.Resource{
		Kind: "benefit", ID: b.Service.ID + "/" + m.ID, Subject: subject, Body: m.Body, Purpose: "benefit:" + b.Service.ID, Fields: fields(p),
	})
	if err != nil {
		return nil, false, err
	}
	of := map[string]registry.Record{}
	for _, register := range append([]string{p.Register}, others(p)...) {
		r, err := s.registry.Look(ctx, tx, register, subject)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, false, err
		}
		of[register] = r
	}
	facts := factsOf(assumedOf(p), p, of, s.today())
	for _, f := range had {
		if f.By == "" {
			continue
		}
		kept := facts[:0:0]
		for _, now := range facts {
			if now.Question != f.Question {
				kept = append(kept, now)
			}
		}
		facts = append(kept, f)
	}
	for _, h := range p.While {
		r := of[h.Register]
		facts = append(facts, Fact{Value: r.Values[h.Field], Register: h.Register, Field: h.Field, Recorded: r.RecordedAt})
	}
	return facts, stands(p, of), nil
}

// Questions lists what is supposed of everybody and what the registers are asked, as the guide would ask it.
func Questions(p *catalogue.Proactive) []string {
	all := slices.Sorted(maps.Keys(p.Assume))
	for _, f := range p.Facts {
		all = append(all, f.Question)
	}
	return all
}

// longest is what somebody may write who believes that she is entitled, in characters.
const longest = 500

// Ask has an officer look at somebody who believes that she is entitled and was not found, or for whom it was
// set aside. The registers are looked at first, so that the officer sees what they say.
func (s *Service) Ask(ctx context.Context, by identity.Actor, service, said string) error {
	said = strings.TrimSpace(said)
	b, ok := s.benefit(service)
	var wrong []fault.Field
	if !ok {
		wrong = append(wrong, fault.Field{Name: "service", Code: "field.choose"})
	}
	switch {
	case said == "":
		wrong = append(wrong, fault.Field{Name: "said", Code: "field.required"})
	case len([]rune(said)) > longest:
		wrong = append(wrong, fault.Field{Name: "said", Code: "field.too-long", Args: map[string]string{"max": strconv.Itoa(longest)}})
	}
	if len(wrong) > 0 {
		return fault.Fields(wrong)
	}
	m := b.Matter()
	asked := Offer{ID: ref.NewID("e"), Service: service, Matter: m.ID, Edition: b.Edition, Body: m.Body, Subject: by.Subject, Name: by.Name(), State: Review, FoundAt: s.now()}
	asked.Why, asked.Said = Asked, said
	if err := s.gate.Try(by, actAsk, resource(asked)); err != nil {
		return err
	}
	var now []Fact
	if err := s.gate.Do(ctx, system, func(tx *access.Tx) (err error) {
		now, _, err = s.look(ctx, tx, b, by.Subject, nil)
		return err
	}); err != nil {
		return err
	}
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actAsk, resource(asked)); err != nil {
			return err
		}
		if had, err := s.casework.Has(ctx, tx, by.Subject, b.Same); err != nil || had {
			if had {
				err = fault.New(fault.Conflict, "error.benefit.has-case")
			}
			return err
		}
		asked.Facts, asked.Now = nil, now
		o, had, err := offerTo(ctx, tx, service, m.ID, by.Subject)
		switch {
		case err != nil:
			return err
		case !had:
			return insertOffer(ctx, tx, asked)
		case (o.State == Offered || o.State == Review) && o.told():
			return fault.New(fault.Conflict, "error.benefit.under-way")
		}
		asked.ID, asked.FoundAt = o.ID, o.FoundAt
		return updateOffer(ctx, tx, asked, o.State)
	})
}
