package eligibility

import (
	"context"
	"strings"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
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
	return access.Resource{Kind: "benefit", ID: o.ID, Subject: o.Subject, Body: o.Body, Case: o.Case, Purpose: "benefit:" + o.Service}
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

// Show opens one offer for an officer of the body that answers for it.
func (s *Service) Show(ctx context.Context, by identity.Actor, id string) (o Offer, err error) {
	err = s.gate.See(ctx, by, func(v *access.View) error {
		if o, err = findOffer(ctx, v, id); err != nil {
			return err
		}
		return v.Permit(ctx, actRead, resource(o))
	})
	return o, err
}

// Agree offers the benefit to the person whom the registers found: an officer has looked at it.
func (s *Service) Agree(ctx context.Context, by identity.Actor, id string) error {
	return s.change(ctx, by, id, actDecide, Found, func(tx *access.Tx, o *Offer) error { return s.offer(ctx, tx, o) })
}

// AgreeAgain offers it after a second look. The officer may answer otherwise than the registers do, and says
// why she is satisfied; with these answers the person must be entitled.
func (s *Service) AgreeAgain(ctx context.Context, by identity.Actor, id string, answers map[string]string, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return fault.Fields([]fault.Field{{Name: "reason", Code: "field.required"}})
	}
	return s.change(ctx, by, id, actDecide, Review, func(tx *access.Tx, o *Offer) error {
		b, ok := s.benefit(o.Service)
		if !ok {
			return fault.New(fault.Conflict, "error.benefit.gone")
		}
		o.Facts = corrected(b.Service.Proactive, o.Latest(), answers, by.ID)
		if b.Guide.Applies(o.Matter, o.Answers()) != decision.True {
			return fault.Fields([]fault.Field{{Name: "facts", Code: "error.benefit.not-entitled"}})
		}
		o.Reason = reason
		return s.offer(ctx, tx, o)
	})
}

// offer sets out to tell the person.
func (s *Service) offer(ctx context.Context, tx *access.Tx, o *Offer) error {
	b, ok := s.benefit(o.Service)
	if !ok {
		return fault.New(fault.Conflict, "error.benefit.gone")
	}
	o.State, o.Edition, o.Until, o.Detail = Offered, b.Edition, "", Detail{Said: o.Said}
	return s.jobs.Enqueue(ctx, tx, job.Job{Kind: jobPrepare, Args: about{Offer: o.ID}})
}

// corrected puts an officer's answers in the place of what the registers say.
func corrected(p *catalogue.Proactive, facts []Fact, answers map[string]string, by string) (all []Fact) {
	was := map[string]Fact{}
	for _, f := range facts {
		if f.Question == "" {
			all = append(all, f)
		} else {
			was[f.Question] = f
		}
	}
	for _, q := range Questions(p) {
		f, held := was[q]
		if value := answers[q]; value != "" && value != f.Value {
			f, held = Fact{Question: q, Value: value, By: by}, true
		}
		if held {
			all = append(all, f)
		}
	}
	return all
}

// SetAside does not offer it, and says why. A person who knows of it is told.
func (s *Service) SetAside(ctx context.Context, by identity.Actor, id, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return fault.Fields([]fault.Field{{Name: "reason", Code: "field.required"}})
	}
	return s.change(ctx, by, id, actDecide, "", func(tx *access.Tx, o *Offer) error {
		if o.State != Found && o.State != Review {
			return fault.New(fault.Conflict, "error.changed-meanwhile")
		}
		o.State, o.Reason = Aside, reason
		if !o.told() {
			return nil
		}
		return s.tell(ctx, tx, *o, ToldRefused)
	})
}

// Mine lists what the person is, or was, offered, as far as she has been told of it.
func (s *Service) Mine(ctx context.Context, by identity.Actor) (offers []Offer, err error) {
	err = s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, actMine, access.Resource{Kind: "benefit", Subject: by.Subject, Purpose: "benefit"}); err != nil {
			return err
		}
		all, err := offersTo(ctx, v, by.Subject)
		for _, o := range all {
			if o.told() {
				offers = append(offers, o)
			}
		}
		return err
	})
	return offers, err
}

// told reports whether the person knows of it.
func (o Offer) told() bool {
	switch o.State {
	case Found:
		return false
	case Offered:
		return o.Until != ""
	case Aside, Review:
		return o.Why == Asked || o.Until != ""
	}
	return true
}

// Decline says that the person does not want it; she is not offered it again. Once her application was made,
// it can only be withdrawn.
func (s *Service) Decline(ctx context.Context, by identity.Actor, id string) error {
	return s.dispose(ctx, by, id, func(_ *access.Tx, o *Offer) error {
		o.State = Declined
		return nil
	})
}

// TakeUp notes that the person goes on to apply herself, and gives the offer with its facts for her application.
func (s *Service) TakeUp(ctx context.Context, by identity.Actor, id string) (taken Offer, err error) {
	err = s.dispose(ctx, by, id, func(_ *access.Tx, o *Offer) error {
		o.State = Taken
		taken = *o
		return nil
	})
	return taken, err
}

// Give takes in what only the person can tell, and that she wants it: the application is made as soon as nothing
// is lacking.
func (s *Service) Give(ctx context.Context, by identity.Actor, id string, answers, values map[string]string) error {
	return s.dispose(ctx, by, id, func(tx *access.Tx, o *Offer) error {
		o.Yes = true
		for _, q := range o.Lack.Questions {
			if answers[q] != "" {
				o.Facts = append(o.Facts, Fact{Question: q, Value: answers[q], By: by.ID})
			}
		}
		for _, f := range o.Lack.Fields {
			if values[f] == "" {
				continue
			}
			if o.Given == nil {
				o.Given = map[string]string{}
			}
			o.Given[f] = values[f]
		}
		return s.jobs.Enqueue(ctx, tx, job.Job{Kind: jobOpen, Args: about{Offer: o.ID}})
	})
}

func (s *Service) dispose(ctx context.Context, by identity.Actor, id string, change func(*access.Tx, *Offer) error) error {
	return s.change(ctx, by, id, actDispose, "", func(tx *access.Tx, o *Offer) error {
		switch o.State {
		case Offered:
			return change(tx, o)
		case Opened:
			return fault.New(fault.Conflict, "error.benefit.opened", "case", o.Case)
		}
		return fault.New(fault.Conflict, "error.changed-meanwhile")
	})
}

// change moves an offer on from a state, or from any, under a permit for its person and body.
func (s *Service) change(ctx context.Context, by identity.Actor, id string, action access.Action, from State, change func(*access.Tx, *Offer) error) error {
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
		was := o.State
		if from != "" && was != from {
			return fault.New(fault.Conflict, "error.changed-meanwhile")
		}
		if err := change(tx, &o); err != nil {
			return err
		}
		return updateOffer(ctx, tx, o, was)
	})
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

// Latest is what the registers said when they were last looked at.
func (o Offer) Latest() []Fact {
	if o.State == Review && o.Now != nil {
		return o.Now
	}
	return o.Facts
}

// Told is the news for a person about what she is offered.
type Told struct {
	Event string   `json:"event"` // so that it is told once
	Offer string   `json:"offer"`
	Kind  ToldKind `json:"kind"`
}

// ToldKind is what a person is told.
type ToldKind string

// What a person is told.
const (
	ToldOffered ToldKind = "offered"       // it will be applied for unless she says no
	ToldLack    ToldKind = "offer-lack"    // something is lacking that only she can tell
	ToldReview  ToldKind = "offer-review"  // it ended, and an officer is to look
	ToldRefused ToldKind = "offer-refused" // an officer has looked and does not offer it
)

// JobTold is handled by whoever listens (see app).
const JobTold = "eligibility.told"

func (s *Service) tell(ctx context.Context, tx *access.Tx, o Offer, kind ToldKind) error {
	return s.jobs.Enqueue(ctx, tx, job.Job{Kind: JobTold, Args: Told{Event: tx.Entries()[0], Offer: o.ID, Kind: kind}})
}

// Known reads an offer and the account of its person for the platform's own work; it shows them to nobody.
func (s *Service) Known(ctx context.Context, id string) (o Offer, account string, err error) {
	if o, err = findOffer(ctx, s.read, id); err != nil {
		return o, "", err
	}
	account, err = s.account(ctx, o.Subject)
	return o, account, err
}

// today is the day of the service's clock.
func (s *Service) today() deadline.Day { return deadline.Of(s.now()) }
