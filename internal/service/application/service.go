package application

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"tongban/internal/data/credential"
	"tongban/internal/data/registry"
	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
)

// prefix begins the ids of drafts.
const prefix = "a"

// Offer is a service as it is offered today.
type Offer struct {
	Service *catalogue.Service
	Guide   *guide.Guide
	Edition string
	Closed  lang.Text // why nobody can apply for the time being, and where to go instead; empty otherwise
}

// Config is what a Service needs.
type Config struct {
	Gate        *access.Gate
	Read        db.Queryer // for the answers of visitors, which are nobody's
	Casework    *casework.Service
	Registry    *registry.Service
	Credentials *credential.Service
	Editions    *catalogue.Editions
	Calendar    func() *deadline.Calendar
	Offer       func(service string) (Offer, bool)
	Register    func(id string) (catalogue.Register, bool)
	Now         func() time.Time
}

// Service carries drafts.
type Service struct {
	gate        *access.Gate
	read        db.Queryer
	casework    *casework.Service
	registry    *registry.Service
	credentials *credential.Service
	editions    *catalogue.Editions
	calendar    func() *deadline.Calendar
	offer       func(service string) (Offer, bool)
	register    func(id string) (catalogue.Register, bool)
	now         func() time.Time

	mu     sync.Mutex
	guides map[string]*guide.Guide // of editions that are no longer offered
}

// New makes the service.
func New(c Config) *Service {
	return &Service{
		gate: c.Gate, read: c.Read, casework: c.Casework, registry: c.Registry, credentials: c.Credentials, editions: c.Editions,
		calendar: c.Calendar, offer: c.Offer, register: c.Register, now: c.Now, guides: map[string]*guide.Guide{},
	}
}

// guideOf finds the guide of an edition; an old one is compiled again from what was kept.
func (s *Service) guideOf(ctx context.Context, edition string) (*guide.Guide, error) {
	service, err := s.editions.Find(ctx, edition)
	if err != nil {
		return nil, err
	}
	if offer, ok := s.offer(service.ID); ok && offer.Edition == edition {
		return offer.Guide, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.guides[edition]; g != nil {
		return g, nil
	}
	g, problems := guide.Restore(*service)
	if g == nil {
		return nil, fault.New(fault.Bug, "error.edition.not-compiled", "problems", problems[0].What)
	}
	s.guides[edition] = g
	return g, nil
}

// The actions of drafts, as the policies name them.
const (
	actOpen         access.Action = "draft.open"
	actRead         access.Action = "draft.read"
	actWrite        access.Action = "draft.write"
	actSubmit       access.Action = "draft.submit"
	actRegisterRead access.Action = "register.read"
	actCertRead     access.Action = "certificate.read"
)

// resource describes a draft to the gate.
func resource(d Draft, level int) access.Resource {
	return access.Resource{
		Kind: "draft", ID: d.ID, Subject: d.Subject, Purpose: "application:" + d.Service,
		Attrs: map[string]any{"applicant": d.Account, "person": d.Self, "level": level},
	}
}

// Open makes a draft from a checklist: one application for all its matters. What the registers can
// answer is filled in, with source and date; a register that is down costs nothing but its answers.
func (s *Service) Open(ctx context.Context, by identity.Actor, token, name string) (Draft, error) {
	return s.OpenAs(ctx, by, ref.NewID(prefix), token, name)
}

// OpenAs is Open under an id that the caller made. Done again with the same id, it gives the draft that is
// there.
func (s *Service) OpenAs(ctx context.Context, by identity.Actor, id, token, name string) (Draft, error) {
	c, err := s.Checklist(ctx, token)
	if err != nil {
		return Draft{}, err
	}
	return s.open(ctx, by, id, c.Service, c.Edition, Content{Self: by.Self, Name: name, Answers: c.Answers})
}

// Again makes a draft from a case for a matter that was refused, not accepted, withdrawn or lapsed, and
// for those that ended only because it did. Everything that was given before is in it, and what the other
// matters of the case gave; what registers hold is asked for anew.
func (s *Service) Again(ctx context.Context, by identity.Actor, caseID, def string) (Draft, error) {
	return s.AgainAs(ctx, by, ref.NewID(prefix), caseID, def)
}

// AgainAs is Again under an id that the caller made, as OpenAs is Open.
func (s *Service) AgainAs(ctx context.Context, by identity.Actor, id, caseID, def string) (Draft, error) {
	d, err := s.casework.Read(ctx, by, caseID)
	if err != nil {
		return Draft{}, err
	}
	m, ok := d.Matter(def)
	if !ok {
		return Draft{}, fault.New(fault.NotFound, "error.case.not-found")
	}
	if !m.State.Ended() || m.State == casework.Approved {
		return Draft{}, fault.New(fault.Conflict, "error.matter.state", "state", string(m.State))
	}
	offer, ok := s.offer(d.Service)
	if !ok {
		return Draft{}, fault.New(fault.NotFound, "error.service.not-found")
	}
	answers := guide.Answers(maps.Clone(d.Answers))
	answers[guide.Today] = string(deadline.Of(s.now()))
	content := Content{Self: by.Self, Name: d.Name, Answers: answers, Only: downstream(d, def), From: d.ID, Values: map[string]Entry{}, Materials: map[string]Choice{}}
	for id, v := range d.Values {
		content.Values[id] = Entry{Value: v}
	}
	for id, e := range d.Evidence {
		switch {
		case e.State == "uploaded":
			content.Materials[id] = Choice{Kind: Own, Evidence: e}
		case e.State == "upstream" && !e.At.IsZero():
			e.State = "held"
			content.Materials[id] = Choice{Kind: Use, Evidence: e}
		}
	}
	return s.open(ctx, by, id, d.Service, offer.Edition, content)
}

// downstream is a matter with those that lapsed because it, or one of them, did not succeed.
func downstream(d casework.Dossier, def string) []string {
	ids := []string{def}
	for _, m := range d.Matters { // each after those that it comes after
		if m.State != casework.Lapsed {
			continue
		}
		waits, other := false, false
		for _, a := range m.After {
			up, _ := d.Matter(a.Matter)
			again := slices.Contains(ids, a.Matter)
			waits, other = waits || again, other || !again && up.State != casework.Approved
		}
		if waits && !other {
			ids = append(ids, m.Def)
		}
	}
	return ids
}

// closed is the fault of somebody who would apply for what is suspended.
func (s *Service) closed(service string) error {
	if offer, ok := s.offer(service); ok && !offer.Closed.Empty() {
		return &fault.Error{Kind: fault.Late, Code: "error.service.suspended", Said: offer.Closed}
	}
	return nil
}

func (s *Service) open(ctx context.Context, by identity.Actor, id, service, edition string, content Content) (Draft, error) {
	if err := s.closed(service); err != nil {
		return Draft{}, err
	}
	g, err := s.guideOf(ctx, edition)
	if err != nil {
		return Draft{}, err
	}
	plan := g.Plan(content.Answers)
	switch {
	case len(plan.Refusals) > 0:
		return Draft{}, fault.New(fault.Conflict, "error.draft.not-eligible")
	case !plan.Complete || slices.ContainsFunc(plan.Matters, func(m guide.PlanMatter) bool { return m.Maybe }):
		return Draft{}, fault.New(fault.Conflict, "error.draft.open-questions")
	}
	def, err := s.editions.Find(ctx, edition)
	if err != nil {
		return Draft{}, err
	}
	if def.Audience == catalogue.ForBusiness && by.Subject == by.Self {
		return Draft{}, fault.New(fault.Denied, "error.draft.business")
	}
	now := s.now()
	d := Draft{ID: id, Account: by.ID, Subject: by.Subject, Service: service, Edition: edition, Content: content, Created: now, Updated: now, Version: 1}
	d.prepare()
	err = s.gate.Do(ctx, by, func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actOpen, resource(d, def.Level)); err != nil {
			return err
		}
		if err := s.prefill(ctx, tx, &d, s.sheet(d, g)); err != nil {
			return err
		}
		return insertDraft(ctx, tx, d)
	})
	if db.IsUnique(err) {
		sheet, err := s.Read(ctx, by, id)
		return sheet.Draft, err
	}
	return d, err
}

// Waiting counts what was begun for a service and not sent: drafts, and checklists that were saved.
func (s *Service) Waiting(ctx context.Context, service string) (drafts, checklists int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM application_draft WHERE service = $1 AND case_id = '' AND removed_at IS NULL),
		(SELECT COUNT(*) FROM application_checklist WHERE service = $1 AND saved = 1 AND expires_at >= $2)`, service, s.now().UnixMicro()).Scan(&drafts, &checklists)
	return drafts, checklists, err
}

// Read opens a draft of the actor's.
func (s *Service) Read(ctx context.Context, by identity.Actor, id string) (Sheet, error) {
	var sheet Sheet
	err := s.gate.See(ctx, by, func(v *access.View) error {
		d, err := findDraft(ctx, v, id)
		if err != nil {
			return err
		}
		if err := v.Permit(ctx, actRead, resource(d, 0)); err != nil {
			return hidden(err)
		}
		g, err := s.guideOf(ctx, d.Edition)
		if err != nil {
			return err
		}
		sheet = s.sheet(d, g)
		return nil
	})
	return sheet, err
}

// Mine lists the actor's drafts for the affairs she acts in, newest first.
func (s *Service) Mine(ctx context.Context, by identity.Actor) ([]Draft, error) {
	var all []Draft
	err := s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, actRead, resource(Draft{Account: by.ID, Subject: by.Subject, Content: Content{Self: by.Self}}, 0)); err != nil {
			return err
		}
		var err error
		all, err = draftsOf(ctx, v, by.ID, by.Subject)
		return err
	})
	return all, err
}

// Save keeps the fields of one part of the form, the wrong ones too with what is wrong.
func (s *Service) Save(ctx context.Context, by identity.Actor, id, section string, entries map[string]Entry) (Sheet, error) {
	return s.SaveSeen(ctx, by, id, section, "", entries)
}

// SaveSeen is Save for somebody who saw the part of the form as Sheet.Seen names it. When another window
// has saved something else there meanwhile, nothing is kept and the fault is Conflict, "error.draft.changed":
// the sheet that comes with it holds what the other window saved.
func (s *Service) SaveSeen(ctx context.Context, by identity.Actor, id, section, seen string, entries map[string]Entry) (Sheet, error) {
	return s.change(ctx, by, id, func(_ *access.Tx, sheet Sheet) error {
		for _, t := range sheet.Tasks {
			if t.Section.ID != section {
				continue
			}
			before, after := sheet.Seen(section), sheet
			after.Values = maps.Clone(sheet.Values)
			for _, f := range t.Fields {
				if e, ok := entries[f.ID]; ok {
					after.Values[f.ID] = entered(sheet.Values[f.ID], e, f.Locked)
				}
			}
			if seen != "" && seen != before && after.Seen(section) != before {
				return fault.New(fault.Conflict, "error.draft.changed")
			}
			maps.Copy(sheet.Values, after.Values)
			sheet.Sections[section] = true
			return nil
		}
		return fault.New(fault.NotFound, "error.draft.no-section")
	})
}

// entered puts what a person wrote beside what a register holds. A register's value that she leaves as
// it is, or returns to, keeps its source; one that the law does not let her replace stays, with her
// dispute.
func entered(was, now Entry, locked bool) Entry {
	held := was.Value
	if held.Source == "" {
		held = was.Held
	}
	switch {
	case held.Source == "":
		return now
	case locked || now.Value.Value == held.Value:
		return Entry{Value: held}
	}
	now.Register, now.Held = held.Value, held
	return now
}

// Dispute notes what the applicant says is wrong with a register's value; the bodies see it.
func (s *Service) Dispute(ctx context.Context, by identity.Actor, id, field, text string) (Sheet, error) {
	if text == "" {
		return Sheet{}, fault.Fields([]fault.Field{{Name: "text", Code: "field.required"}})
	}
	return s.change(ctx, by, id, func(_ *access.Tx, sheet Sheet) error {
		e, ok := sheet.Values[field]
		if !ok || e.Source == "" {
			return fault.New(fault.NotFound, "error.draft.no-field")
		}
		e.Disputed = text
		sheet.Values[field] = e
		return nil
	})
}

// Discard removes a draft at its owner's wish.
func (s *Service) Discard(ctx context.Context, by identity.Actor, id string) error {
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		d, err := findDraft(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, actWrite, resource(d, 0)); err != nil {
			return hidden(err)
		}
		return removeDraft(ctx, tx, id, s.now())
	})
}

// change lets fn change a draft of the actor's and writes it.
func (s *Service) change(ctx context.Context, by identity.Actor, id string, fn func(tx *access.Tx, sheet Sheet) error) (Sheet, error) {
	var sheet Sheet
	err := s.gate.Do(ctx, by, func(tx *access.Tx) error {
		d, err := findDraft(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, actWrite, resource(d, 0)); err != nil {
			return hidden(err)
		}
		if d.Case != "" {
			return fault.New(fault.Conflict, "error.draft.submitted")
		}
		g, err := s.guideOf(ctx, d.Edition)
		if err != nil {
			return err
		}
		sheet = s.sheet(d, g)
		if err := fn(tx, sheet); err != nil {
			return err
		}
		if err := updateDraft(ctx, tx, sheet.Draft, s.now()); err != nil {
			return err
		}
		sheet = s.sheet(sheet.Draft, g)
		sheet.Version++
		return nil
	})
	return sheet, err
}

func hidden(err error) error {
	if fault.Is(err, fault.Denied) {
		return fault.Wrap(fault.NotFound, "error.draft.not-found", err)
	}
	return err
}
