package eligibility

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"tongban/internal/data/registry"
	"tongban/internal/platform/decision"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
)

// Benefit is a service that offers something unasked, as it stands today.
type Benefit struct {
	Service *catalogue.Service
	Guide   *guide.Guide
	Edition string
}

// Matter is what is offered.
func (b Benefit) Matter() *catalogue.Matter {
	for i := range b.Service.Matters {
		if m := &b.Service.Matters[i]; m.ID == b.Service.Proactive.Matter {
			return m
		}
	}
	return nil
}

// Config is what a Service needs.
type Config struct {
	Gate     *access.Gate
	Registry *registry.Service
	Calendar func() *deadline.Calendar
	Benefits func() []Benefit
	Now      func() time.Time
}

// Service finds and offers.
type Service struct {
	gate     *access.Gate
	registry *registry.Service
	calendar func() *deadline.Calendar
	benefits func() []Benefit
	now      func() time.Time
}

// New makes the service.
func New(c Config) *Service {
	return &Service{gate: c.Gate, registry: c.Registry, calendar: c.Calendar, benefits: c.Benefits, now: c.Now}
}

// State is where an offer stands.
type State string

// The states of an offer.
const (
	Found    State = "found"    // by the run; an officer is to look
	Offered  State = "offered"  // the officer agreed; the person may take it up or decline
	Aside    State = "aside"    // the officer does not offer it
	Declined State = "declined" // the person does not want it
	Taken    State = "taken"    // the person went on to apply
)

// Fact is one fact by which somebody was found.
type Fact struct {
	Question string    `json:"question"`
	Value    string    `json:"value"` // as an answer to the question
	Register string    `json:"register,omitempty"`
	Field    string    `json:"field,omitempty"`
	Recorded time.Time `json:"recorded,omitzero"`
}

// Offer is one benefit for one person.
type Offer struct {
	ID      string
	Service string
	Matter  string
	Edition string
	Body    string
	Subject string
	Name    string
	Facts   []Fact
	State   State
	Reason  string // why the officer set it aside
	FoundAt time.Time
	Until   deadline.Day // to which it stands
}

// Answers are the facts as the guide reads them.
func (o Offer) Answers() guide.Answers {
	a := guide.Answers{}
	for _, f := range o.Facts {
		a[f.Question] = f.Value
	}
	return a
}

// Run is one going through the registers.
type Run struct {
	Service string
	At      time.Time
	People  int // in the register
	Found   int // entitled for certain
	Unclear int // it depends on what the registers do not tell
}

const (
	actScreen access.Action = "benefit.screen"
	actFind   access.Action = "benefit.find"

	batch = 100 // offers in one transaction, for which everybody who writes waits
)

// RunAll goes through the registers for every benefit. What one of them hinders does not hinder the next.
func (s *Service) RunAll(ctx context.Context) error {
	for _, b := range s.benefits() {
		if _, err := s.Run(ctx, b); err != nil && !fault.Is(err, fault.Unavailable) {
			return err
		}
	}
	return nil
}

// Run finds everybody who is entitled to a benefit for certain. It is written down once as a whole, with
// the fields that it looks at, and once for each person found. Who was found before is not found again.
func (s *Service) Run(ctx context.Context, b Benefit) (Run, error) {
	p, m := b.Service.Proactive, b.Matter()
	now := s.now()
	run := Run{Service: b.Service.ID, At: now}
	by := identity.ForSystem("eligibility")
	about := access.Resource{Kind: "benefit", ID: b.Service.ID + "/" + m.ID, Body: m.Body, Purpose: "benefit:" + b.Service.ID, Fields: fields(p)}
	var found []Offer
	err := s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, actScreen, about); err != nil {
			return err
		}
		run.People, run.Unclear, found = 0, 0, nil
		return s.registry.Walk(ctx, v, p.Register, others(p), func(subject string, of map[string]registry.Record) error {
			run.People++
			o := Offer{Facts: factsOf(p, of, now), Subject: subject, Name: of[p.Name.Register].Values[p.Name.Field]}
			switch b.Guide.Applies(m.ID, o.Answers()) {
			case decision.True:
				found = append(found, o)
			case decision.Unknown:
				run.Unclear++
			}
			return nil
		})
	})
	if err != nil {
		return run, err
	}
	run.Found = len(found)
	for first := true; first || len(found) > 0; first = false {
		some := found[:min(batch, len(found))]
		found = found[len(some):]
		err := s.gate.Do(ctx, by, func(tx *access.Tx) error {
			if first {
				if err := tx.Permit(ctx, actFind, about); err != nil {
					return err
				}
				if err := insertRun(ctx, tx, ref.NewID("r"), m.Body, run); err != nil {
					return err
				}
			}
			for _, o := range some {
				had, err := has(ctx, tx, b.Service.ID, m.ID, o.Subject)
				if err != nil {
					return err
				}
				if had {
					continue
				}
				one := about
				one.Subject = o.Subject
				if err := tx.Permit(ctx, actFind, one); err != nil {
					return err
				}
				o.ID, o.Service, o.Matter, o.Edition, o.Body, o.State, o.FoundAt = ref.NewID("e"), b.Service.ID, m.ID, b.Edition, m.Body, Found, now
				if err := insertOffer(ctx, tx, o); err != nil {
					return err
				}
			}
			if len(tx.Entries()) == 0 { // all of them were found before
				return tx.Permit(ctx, actFind, about)
			}
			return nil
		})
		if err != nil {
			return run, err
		}
	}
	return run, nil
}

// others are the registers beside the one that is gone through.
func others(p *catalogue.Proactive) (all []string) {
	seen := map[string]bool{p.Register: true}
	for _, f := range append([]catalogue.FactOf{{Register: p.Name.Register}}, p.Facts...) {
		if !seen[f.Register] {
			seen[f.Register] = true
			all = append(all, f.Register)
		}
	}
	return all
}

func fields(p *catalogue.Proactive) (all []string) {
	for _, f := range p.Facts {
		all = append(all, f.Register+"."+f.Field)
	}
	return all
}

// factsOf reads from the records what the guide would ask.
func factsOf(p *catalogue.Proactive, of map[string]registry.Record, now time.Time) []Fact {
	var facts []Fact
	for _, question := range slices.Sorted(maps.Keys(p.Assume)) {
		facts = append(facts, Fact{Question: question, Value: p.Assume[question]})
	}
	for _, f := range p.Facts {
		r := of[f.Register]
		value := r.Values[f.Field]
		if f.As == "age" {
			value = age(value, deadline.Of(now))
		}
		if value != "" {
			facts = append(facts, Fact{Question: f.Question, Value: value, Register: f.Register, Field: f.Field, Recorded: r.RecordedAt})
		}
	}
	return facts
}

// age is the number of full years on a day since a day of birth; a year is full on the birthday.
func age(born string, today deadline.Day) string {
	if len(born) != len(today) || born > string(today) {
		return ""
	}
	from, err := strconv.Atoi(born[:4])
	if err != nil {
		return ""
	}
	to, err := strconv.Atoi(string(today)[:4])
	if err != nil {
		return ""
	}
	years := to - from
	if string(today)[4:] < born[4:] {
		years--
	}
	return strconv.Itoa(years)
}
