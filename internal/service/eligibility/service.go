package eligibility

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"tongban/internal/data/registry"
	"tongban/internal/platform/db"
	"tongban/internal/platform/decision"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
)

// Benefit is a service that offers something unasked, as it stands today.
type Benefit struct {
	Service *catalogue.Service
	Guide   *guide.Guide
	Edition string
	Same    []casework.DefOf // the matter, wherever services have it: who has one of them is not offered it
}

// Matter is what is offered.
func (b Benefit) Matter() *catalogue.Matter {
	return b.Service.Matter(b.Service.Proactive.Matter)
}

// Config is what a Service needs.
type Config struct {
	Gate        *access.Gate
	Jobs        *job.Queue
	Read        db.Queryer // for the platform's own look at its work; shows nothing to anybody
	Registry    *registry.Service
	Application *application.Service
	Casework    *casework.Service
	Account     func(ctx context.Context, subject string) (id string, err error) // of a person; empty when she has none
	Calendar    func() *deadline.Calendar
	Benefits    func() []Benefit
	Now         func() time.Time
}

// Service finds, offers and applies.
type Service struct {
	gate        *access.Gate
	jobs        *job.Queue
	read        db.Queryer
	registry    *registry.Service
	application *application.Service
	casework    *casework.Service
	account     func(ctx context.Context, subject string) (string, error)
	calendar    func() *deadline.Calendar
	benefits    func() []Benefit
	now         func() time.Time
}

// New makes the service and takes over the jobs that it handles.
func New(c Config) *Service {
	s := &Service{
		gate: c.Gate, jobs: c.Jobs, read: c.Read, registry: c.Registry, application: c.Application, casework: c.Casework, account: c.Account,
		calendar: c.Calendar, benefits: c.Benefits, now: c.Now,
	}
	job.Handle(c.Jobs, jobPrepare, s.prepare)
	job.Handle(c.Jobs, jobOpen, s.open)
	return s
}

// State is where an offer stands.
type State string

// The states of an offer.
const (
	Found    State = "found"    // by the run; an officer is to look
	Offered  State = "offered"  // the officer agreed; unless the person declines, it is applied for
	Review   State = "review"   // an officer is to look again: see Why
	Aside    State = "aside"    // the officer does not offer it
	Declined State = "declined" // the person does not want it
	Taken    State = "taken"    // the person went on to apply herself
	Opened   State = "opened"   // the application was made for her
)

// Why an officer is to look again.
type Why string

// The reasons for which an officer is to look again.
const (
	Asked     Why = "asked"      // the person believes that she is entitled
	Changed   Why = "changed"    // what the registers say has changed since, so that she is no longer entitled for certain
	HasCase   Why = "has-case"   // she has a case about the same already
	NoAccount Why = "no-account" // she cannot be told, and silence means nothing from somebody who was not told
	Stopped   Why = "stopped"    // it is no longer offered unasked
)

// Fact is one fact by which somebody was found.
type Fact struct {
	Question string    `json:"question,omitempty"` // empty for what a register must say besides
	Value    string    `json:"value"`              // as an answer to the question
	Register string    `json:"register,omitempty"`
	Field    string    `json:"field,omitempty"`
	Recorded time.Time `json:"recorded,omitzero"`
	By       string    `json:"by,omitempty"` // who answered, where it is not what a register says
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
	Reason  string // of the officer, for setting it aside or for agreeing after a second look
	FoundAt time.Time
	Until   deadline.Day // to which the person may say no; empty until she was told
	Case    string       // that was opened
	Detail
}

// Detail is what is known of an offer beyond what it is searched by.
type Detail struct {
	Why   Why               `json:"why,omitempty"`
	Said  string            `json:"said,omitempty"`  // why the person believes that she is entitled
	Now   []Fact            `json:"now,omitempty"`   // what the registers said when the offer ended
	Lack  application.Lack  `json:"lack,omitzero"`   // what only the person can tell
	Given map[string]string `json:"given,omitempty"` // fields of the form that she filled in
	Yes   bool              `json:"yes,omitempty"`   // she wants it, so that nothing is waited for
}

// Answers are the facts as the guide reads them.
func (o Offer) Answers() guide.Answers {
	a := guide.Answers{}
	for _, f := range o.Facts {
		if f.Question != "" {
			a[f.Question] = f.Value
		}
	}
	return a
}

// Ready reports whether the application may be made on a day: the person wants it, or nothing is lacking and she
// has let the time pass in which she could say no.
func (o Offer) Ready(today deadline.Day) bool {
	return o.State == Offered && o.Until != "" && (o.Yes || o.Lack.None() && today > o.Until)
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
	assumed, facts, answers, today := assumedOf(p), []Fact(nil), guide.Answers{}, deadline.Of(now)
	var found []Offer
	err := s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, actScreen, about); err != nil {
			return err
		}
		run.People, run.Unclear, found = 0, 0, nil
		return s.registry.Walk(ctx, v, p.Register, others(p), func(subject string, of map[string]registry.Record) error {
			run.People++
			if !stands(p, of) {
				return nil
			}
			facts = factsOf(append(facts[:0], assumed...), p, of, today)
			clear(answers)
			for _, f := range facts {
				answers[f.Question] = f.Value
			}
			switch b.Guide.Applies(m.ID, answers) {
			case decision.True:
				found = append(found, Offer{Facts: slices.Clone(facts), Subject: subject, Name: of[p.Name.Register].Values[p.Name.Field]})
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
				if err == nil && !had {
					had, err = s.casework.Has(ctx, tx, o.Subject, b.Same)
				}
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
	more := func(register string) {
		if !seen[register] {
			seen[register] = true
			all = append(all, register)
		}
	}
	more(p.Name.Register)
	for _, f := range p.Facts {
		more(f.Register)
	}
	for _, h := range p.While {
		more(h.Register)
	}
	return all
}

func fields(p *catalogue.Proactive) (all []string) {
	for _, f := range p.Facts {
		all = append(all, f.Register+"."+f.Field)
	}
	for _, h := range p.While {
		all = append(all, h.Register+"."+h.Field)
	}
	return all
}

// stands reports whether the registers say what they must besides.
func stands(p *catalogue.Proactive, of map[string]registry.Record) bool {
	return !slices.ContainsFunc(p.While, func(h catalogue.Held) bool { return of[h.Register].Values[h.Field] != h.Equals })
}

// assumedOf is what is supposed of everybody.
func assumedOf(p *catalogue.Proactive) (facts []Fact) {
	for _, question := range slices.Sorted(maps.Keys(p.Assume)) {
		facts = append(facts, Fact{Question: question, Value: p.Assume[question]})
	}
	return facts
}

// factsOf adds what the records say of that which the guide would ask.
func factsOf(facts []Fact, p *catalogue.Proactive, of map[string]registry.Record, today deadline.Day) []Fact {
	for i := range p.Facts {
		f := &p.Facts[i]
		r := of[f.Register]
		value := r.Values[f.Field]
		if f.As == "age" {
			value = age(value, today)
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
