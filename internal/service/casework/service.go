package casework

import (
	"context"
	"time"

	"tongban/internal/data/registry"
	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

// Service opens cases and carries out the verbs of casework.
type Service struct {
	gate     *access.Gate
	jobs     *job.Queue
	editions *catalogue.Editions
	registry *registry.Service
	keyOf    func(register string) string
	staff    func(ctx context.Context, body string) ([]identity.Account, error)
	read     db.Queryer
	calendar func() *deadline.Calendar
	now      func() time.Time
	tallies  *tallies
}

// Config is what a Service needs.
type Config struct {
	Gate     *access.Gate
	Jobs     *job.Queue
	Editions *catalogue.Editions
	Registry *registry.Service
	KeyOf    func(register string) string                                       // what a register's records are about: person or business
	Staff    func(ctx context.Context, body string) ([]identity.Account, error) // who handles matters in a body
	Read     db.Queryer                                                         // for the platform's own look at its work; shows nothing to anybody
	Calendar func() *deadline.Calendar                                          // as it stands now: a year's notice comes while cases are open
	Now      func() time.Time
	Sole     bool // no other process changes matters of this city
}

// unnoticed is how long the counts of a queue may lag behind what another process changed.
const unnoticed = time.Second

// New makes the service and takes over the jobs that it handles.
func New(c Config) *Service {
	s := &Service{gate: c.Gate, jobs: c.Jobs, editions: c.Editions, registry: c.Registry, keyOf: c.KeyOf, staff: c.Staff, read: c.Read, calendar: c.Calendar, now: c.Now, tallies: &tallies{body: map[string]*counted{}}}
	if !c.Sole {
		s.tallies.keep = unnoticed
	}
	job.Handle(c.Jobs, jobWake, s.wake)
	job.Handle(c.Jobs, jobCheck, s.check)
	job.Handle(c.Jobs, jobFailOut, s.failOut)
	job.Handle(c.Jobs, jobExpect, s.expect)
	return s
}

func (s *Service) rules() rules { return rules{calendar: s.calendar()} }

// The jobs that follow from events. JobTold and JobFulfil are handled by whoever listens (see app).
const (
	JobTold    = "casework.told"
	JobFulfil  = "casework.fulfil"
	jobWake    = "casework.wake"
	jobCheck   = "casework.check"
	jobFailOut = "casework.failout"
	jobExpect  = "casework.expect"
)

// Told is the news that something happened to a matter, of which the applicant is to hear.
type Told struct {
	Event  string `json:"event"` // the event's id, so that one event is told once
	Case   string `json:"case"`
	Matter string `json:"matter"`
	Kind   Kind   `json:"kind"`
}

// About points a job at a matter.
type About struct {
	Case   string `json:"case"`
	Matter string `json:"matter"`
	// At is when the event happened that made the job.
	At time.Time `json:"at,omitzero"`
}

// Application is what a case is opened from.
type Application struct {
	Draft     string // that became it; of one that nobody made, the offer's id
	Unasked   bool   // government makes it for somebody who is entitled (免申即享)
	Service   string
	Edition   string
	Applicant string // account of the person who applies, or for whom it is made
	Person    string // her own register id
	Subject   string
	Name      string
	Answers   map[string]string
	Values    map[string]Value
	Evidence  map[string]Evidence
	Matters   []Chosen
}

// Chosen is a matter of the applicant's plan with what the conditions decided for her.
type Chosen struct {
	Def        *catalogue.Matter
	After      []catalogue.After // the edges whose other end is part of the plan too
	Statutory  *catalogue.Limit
	Promised   *catalogue.Limit
	Commitment bool
	Checks     []string
	Promises   []Promise
}

// Open opens a case in the transaction of the submission, which has the permit. Matters that wait for
// no other are received at once. It returns the case; a draft that has a case already is a Conflict.
func (s *Service) Open(ctx context.Context, tx *access.Tx, by identity.Actor, a Application, receipt string) (Case, error) {
	now := s.now()
	today := deadline.Of(now)
	c := Case{
		ID: ref.NewID("c"), Number: ref.NewNumber(string(today)), Service: a.Service, Edition: a.Edition, Applicant: a.Applicant, Person: a.Person, Unasked: a.Unasked,
		Subject: a.Subject, Name: a.Name, Answers: a.Answers, Values: a.Values, Evidence: a.Evidence, Draft: a.Draft, OpenedAt: now, Receipt: receipt, Version: 1,
	}
	var matters []Matter
	var events []Record
	var jobs []job.Job
	for i, chosen := range a.Matters {
		m := Matter{
			ID: ref.NewID("m"), Case: c.ID, Number: c.Number, Service: a.Service, Def: chosen.Def.ID, Body: chosen.Def.Body, State: Waiting, Version: 1, Ordinal: i,
			Detail: Detail{
				After: chosen.After, Handling: string(chosen.Def.Handling), Second: chosen.Def.Second, Commitment: chosen.Commitment,
				Applies: chosen.Checks, Statutory: chosen.Statutory, Promised: chosen.Promised, Promises: chosen.Promises,
			},
		}
		e := Event{Kind: Opened, At: now, By: by}
		events = append(events, record(m, e))
		if len(chosen.After) == 0 {
			m.State = Received
			m = s.rules().receive(m, today)
			jobs = append(jobs, s.follow(m, events[len(events)-1], []Effect{Check, Wake})...)
		}
		matters = append(matters, m)
	}
	// One notice tells of the whole application.
	jobs = append(jobs, job.Job{Kind: JobTold, Args: Told{Event: events[0].ID, Case: c.ID, Kind: Opened}})
	if err := insertCase(ctx, tx, c); err != nil {
		return c, err
	}
	if err := insertMatters(ctx, tx, matters); err != nil {
		return c, err
	}
	for _, m := range matters {
		s.tallies.changed(tx, m.Body)
	}
	if err := insertEvents(ctx, tx, events); err != nil {
		return c, err
	}
	return c, s.jobs.Enqueue(ctx, tx, jobs...)
}

// follow turns the effects of an event into jobs.
func (s *Service) follow(m Matter, r Record, effects []Effect) []job.Job {
	about := About{Case: m.Case, Matter: m.ID, At: r.At}
	var jobs []job.Job
	for _, e := range effects {
		switch e {
		case Tell:
			jobs = append(jobs, job.Job{Kind: JobTold, Args: Told{Event: r.ID, Case: m.Case, Matter: m.ID, Kind: r.Kind}})
		case Fulfil:
			jobs = append(jobs, job.Job{Kind: JobFulfil, Args: about, Key: JobFulfil + ":" + m.ID})
		case Expect:
			for _, p := range m.Promises {
				if p.Open() {
					jobs = append(jobs, job.Job{Kind: jobExpect, Args: about, RunAt: p.remindOn(deadline.Of(r.At)).Start()}, job.Job{Kind: jobExpect, Args: about, RunAt: p.Until.Add(1).Start()})
				}
			}
		case FailOut:
			jobs = append(jobs, job.Job{Kind: jobFailOut, Args: about})
		case Check:
			if m.Handling == string(catalogue.BySystem) || len(m.Applies) > 0 {
				jobs = append(jobs, job.Job{Kind: jobCheck, Args: about})
			}
		case Wake:
			// Only two clocks act by themselves when they run out: acceptance and correction.
			if m.DueOn != "" && (m.State == Received || m.State == Correcting) {
				jobs = append(jobs, job.Job{Kind: jobWake, Args: about, RunAt: m.DueOn.Add(1).Start()})
			}
		}
	}
	return jobs
}

// act is how every event happens to a matter: the permit, the transition, the row, the event and the
// jobs, in one transaction. prepare may look at the matter and its case, and fills the event in.
func (s *Service) act(ctx context.Context, by identity.Actor, matter string, action access.Action, prepare func(tx *access.Tx, c Case, m Matter) (Event, error)) error {
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		c, m, err := permitted(ctx, tx, matter, action)
		if err != nil {
			return err
		}
		e, err := prepare(tx, c, m)
		if err != nil {
			return err
		}
		e.At, e.By = s.now(), by
		return s.happen(ctx, tx, m, e)
	})
}

// permitted reads a matter and its case, and asks for the permit to act on it.
func permitted(ctx context.Context, tx *access.Tx, matter string, action access.Action) (c Case, m Matter, err error) {
	if m, err = findMatter(ctx, tx, matter); err != nil {
		return c, m, err
	}
	if c, err = findCase(ctx, tx, m.Case); err != nil {
		return c, m, err
	}
	err = tx.Permit(ctx, action, MatterResource(c, m))
	if err != nil && tx.Actor().Kind == identity.Person {
		err = hidden(err) // somebody else's matter is not to be known of
	}
	return c, m, err
}

// happen makes an event happen to a matter, under a permit that was given before.
func (s *Service) happen(ctx context.Context, tx *access.Tx, m Matter, e Event) error {
	after, effects, err := s.rules().next(m, e)
	if err != nil {
		return err
	}
	if err := updateMatter(ctx, tx, after); err != nil {
		return err
	}
	s.tallies.changed(tx, after.Body)
	after.Version++
	r := record(after, e)
	if err := insertEvents(ctx, tx, []Record{r}); err != nil {
		return err
	}
	if after.Done() {
		if err := closeCase(ctx, tx, after.Case, e.At); err != nil {
			return err
		}
	}
	return s.jobs.Enqueue(ctx, tx, s.follow(after, r, effects)...)
}

// MatterResource describes a matter to the gate.
func MatterResource(c Case, m Matter) access.Resource {
	r := access.Resource{
		Kind: "matter", ID: m.ID, Subject: c.Subject, Case: c.ID, Matter: m.ID, Body: m.Body, Purpose: "casework:" + c.Service,
		Attrs: map[string]any{"applicant": c.Applicant, "person": c.Person, "state": string(m.State), "officer": m.Officer, "second": m.Second},
	}
	if m.Proposal != nil {
		r.Attrs["proposer"] = m.Proposal.By
	}
	return r
}

// CaseResource describes a case to the gate; bodies are those that handle a matter of it.
func CaseResource(c Case, matters []Matter) access.Resource {
	var bodies []string
	for _, m := range matters {
		bodies = append(bodies, m.Body)
	}
	return access.Resource{
		Kind: "case", ID: c.ID, Subject: c.Subject, Case: c.ID, Purpose: "casework:" + c.Service,
		Attrs: map[string]any{"applicant": c.Applicant, "person": c.Person, "bodies": bodies},
	}
}

// hidden makes a refusal look as if the case did not exist, for those who may not know that it does.
func hidden(err error) error {
	if fault.Is(err, fault.Denied) {
		return fault.Wrap(fault.NotFound, "error.case.not-found", err)
	}
	return err
}
