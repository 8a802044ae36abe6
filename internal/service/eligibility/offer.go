package eligibility

import (
	"context"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

const (
	actRead    access.Action = "benefit.read"
	actDecide  access.Action = "benefit.decide"
	actMine    access.Action = "benefit.mine"
	actDispose access.Action = "benefit.dispose"

	listed   = 200 // on one page
	keptDays = 365 // that an offer is kept after it was found
)

func resource(o Offer) access.Resource {
	return access.Resource{Kind: "benefit", ID: o.ID, Subject: o.Subject, Body: o.Body, Purpose: "benefit:" + o.Service}
}

// List shows an officer's body whom the runs found, in one state, and the last run of each benefit.
func (s *Service) List(ctx context.Context, by identity.Actor, state State) (offers []Offer, runs []Run, err error) {
	err = s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, actRead, access.Resource{Kind: "benefit", Body: by.Body, Purpose: "benefit"}); err != nil {
			return err
		}
		if offers, err = offersOf(ctx, v, by.Body, state); err != nil {
			return err
		}
		runs, err = lastRuns(ctx, v, by.Body)
		return err
	})
	return offers, runs, err
}

// Agree offers the benefit to the person: an officer has looked at it. The person has it among hers until
// the offer runs out.
func (s *Service) Agree(ctx context.Context, by identity.Actor, id string) error {
	return s.decide(ctx, by, id, func(o *Offer) error {
		b, ok := s.benefit(o.Service)
		if !ok {
			return fault.New(fault.Conflict, "error.benefit.gone")
		}
		limit := b.Service.Proactive.Standing
		o.State = Offered
		o.Until, _ = deadline.Clock{From: deadline.Of(s.now()), Limit: deadline.Limit{N: limit.N, Unit: deadline.Unit(limit.Unit)}}.Due(s.calendar())
		return nil
	})
}

// SetAside does not offer it, and says why.
func (s *Service) SetAside(ctx context.Context, by identity.Actor, id, reason string) error {
	if reason == "" {
		return fault.Fields([]fault.Field{{Name: "reason", Code: "field.required"}})
	}
	return s.decide(ctx, by, id, func(o *Offer) error {
		o.State, o.Reason = Aside, reason
		return nil
	})
}

func (s *Service) decide(ctx context.Context, by identity.Actor, id string, change func(*Offer) error) error {
	return s.change(ctx, by, id, actDecide, Found, change)
}

// Mine lists what the person is offered.
func (s *Service) Mine(ctx context.Context, by identity.Actor) (offers []Offer, err error) {
	err = s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, actMine, access.Resource{Kind: "benefit", Subject: by.Subject, Purpose: "benefit"}); err != nil {
			return err
		}
		offers, err = offersTo(ctx, v, by.Subject, deadline.Of(s.now()))
		return err
	})
	return offers, err
}

// Decline says that the person does not want it; she is not offered it again.
func (s *Service) Decline(ctx context.Context, by identity.Actor, id string) error {
	_, err := s.dispose(ctx, by, id, Declined)
	return err
}

// TakeUp notes that the person goes on to apply, and gives the offer with its facts for her application.
func (s *Service) TakeUp(ctx context.Context, by identity.Actor, id string) (Offer, error) {
	return s.dispose(ctx, by, id, Taken)
}

func (s *Service) dispose(ctx context.Context, by identity.Actor, id string, state State) (Offer, error) {
	var o Offer
	err := s.change(ctx, by, id, actDispose, Offered, func(x *Offer) error {
		if deadline.Of(s.now()) > x.Until {
			return fault.New(fault.Late, "error.benefit.over")
		}
		x.State = state
		o = *x
		return nil
	})
	return o, err
}

// change moves an offer on from a state, under a permit for its person and body.
func (s *Service) change(ctx context.Context, by identity.Actor, id string, action access.Action, from State, change func(*Offer) error) error {
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		o, err := findOffer(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, action, resource(o)); err != nil {
			if by.Kind == identity.Person && fault.Is(err, fault.Denied) {
				return fault.New(fault.NotFound, "error.benefit.not-found") // somebody else's is not to be known of
			}
			return err
		}
		if o.State != from {
			return fault.New(fault.Conflict, "error.changed-meanwhile")
		}
		if err := change(&o); err != nil {
			return err
		}
		return updateOffer(ctx, tx, o, from)
	})
}

func (s *Service) benefit(service string) (Benefit, bool) {
	for _, b := range s.benefits() {
		if b.Service.ID == service {
			return b, true
		}
	}
	return Benefit{}, false
}

// Matter finds the service and the matter that an offer is about, as they stand today.
func (s *Service) Matter(o Offer) (*catalogue.Service, *catalogue.Matter, bool) {
	b, ok := s.benefit(o.Service)
	if !ok {
		return nil, nil, false
	}
	return b.Service, b.Matter(), true
}

// Sweep removes offers a year after they were found: then the registers may tell otherwise.
func (s *Service) Sweep(ctx context.Context) error {
	return s.gate.Do(ctx, identity.ForSystem("eligibility"), func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actFind, access.Resource{Kind: "benefit", Purpose: "benefit"}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM eligibility_offer WHERE found_at < $1`, s.now().AddDate(0, 0, -keptDays).UnixMicro())
		return err
	})
}
