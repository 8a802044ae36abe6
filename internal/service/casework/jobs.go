package casework

import (
	"context"
	"slices"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

var system = identity.ForSystem("casework").WithName("通办")

// inSystem makes an event happen that nobody but the platform causes, for a matter as it is now.
// decide may return nil to say that nothing is to happen any more.
func (s *Service) inSystem(ctx context.Context, matter string, decide func(tx *access.Tx, c Case, m Matter) (*Event, error)) error {
	return s.gate.Do(ctx, system, func(tx *access.Tx) error {
		c, m, err := permitted(ctx, tx, matter, ActSystem)
		if err != nil {
			return err
		}
		e, err := decide(tx, c, m)
		if err != nil || e == nil {
			return err
		}
		e.At, e.By = s.now(), system
		return s.happen(ctx, tx, m, *e)
	})
}

// wake looks at a matter whose acceptance or correction clock has run out. Run twice, or late, or for
// a matter that went on meanwhile, it does nothing: what counts is the clock of the state in which the
// matter is now. An event that set that clock made a wake-up of its own.
func (s *Service) wake(ctx context.Context, about About) error {
	m, err := s.peek(ctx, about.Matter)
	if err != nil || s.overdue(m) == nil {
		return err
	}
	return s.inSystem(ctx, about.Matter, func(_ *access.Tx, _ Case, m Matter) (*Event, error) { return s.overdue(m), nil })
}

// overdue is what the law makes of a matter whose clock has run out; nil when none has.
func (s *Service) overdue(m Matter) *Event {
	if m.DueOn == "" || deadline.Of(s.now()) <= m.DueOn {
		return nil
	}
	switch m.State {
	case Received:
		return &Event{Kind: DeemedTaken}
	case Correcting:
		return &Event{Kind: Expired, Text: "ending.not-corrected"}
	}
	return nil
}

// Known reads a case and its matters for the platform's own work after an event; it shows them to
// nobody.
func (s *Service) Known(ctx context.Context, id string) (Case, []Matter, error) {
	c, err := findCase(ctx, s.read, id)
	if err != nil {
		return c, nil, err
	}
	matters, err := mattersOf(ctx, s.read, id)
	return c, matters, err
}

// peek reads a matter without showing it to anybody, to see whether there is work at all.
func (s *Service) peek(ctx context.Context, matter string) (Matter, error) {
	return findMatter(ctx, s.read, matter)
}

// failOut ends the matters that waited for one that did not succeed, and only those.
func (s *Service) failOut(ctx context.Context, about About) error {
	matters, err := mattersOf(ctx, s.read, about.Case)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(matters, func(m Matter) bool { return m.ID == about.Matter })
	if i < 0 {
		return nil
	}
	for _, m := range matters {
		if m.State != Waiting || !slices.ContainsFunc(m.After, func(a catalogue.After) bool { return a.Matter == matters[i].Def }) {
			continue
		}
		err := s.inSystem(ctx, m.ID, func(_ *access.Tx, _ Case, now Matter) (*Event, error) {
			if now.State != Waiting {
				return nil, nil
			}
			return &Event{Kind: Failed, Text: "ending.upstream"}, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Finish records in the transaction of its fulfilment what an approved matter gave, hands it to the
// matters that need it as evidence, and releases those that waited for nothing else. Done twice, it does
// nothing.
func (s *Service) Finish(ctx context.Context, tx *access.Tx, matter string, result Result) error {
	m, err := findMatter(ctx, tx, matter)
	if err != nil {
		return err
	}
	if m.Result != nil {
		return nil
	}
	c, err := findCase(ctx, tx, m.Case)
	if err != nil {
		return err
	}
	if err := tx.Permit(ctx, ActSystem, MatterResource(c, m)); err != nil {
		return err
	}
	if err := holdCase(ctx, tx, c.ID); err != nil {
		return err
	}
	result.At = s.now()
	if err := s.happen(ctx, tx, m, Event{Kind: Fulfilled, At: result.At, By: system, Result: &result}); err != nil {
		return err
	}
	if err := s.handOn(ctx, tx, m, result); err != nil {
		return err
	}
	matters, err := mattersOf(ctx, tx, m.Case)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, other := range matters {
		done[other.Def] = other.State == Approved && other.Result != nil
	}
	for _, other := range matters {
		if other.State != Waiting || slices.ContainsFunc(other.After, func(a catalogue.After) bool { return !done[a.Matter] }) {
			continue
		}
		if err := s.happen(ctx, tx, other, Event{Kind: Released, At: s.now(), By: system}); err != nil {
			return err
		}
	}
	return nil
}

// handOn makes the result of a matter evidence wherever the catalogue names it as a material, so that
// nobody has to hand it in. Where the catalogue names fields, only those are passed on.
func (s *Service) handOn(ctx context.Context, tx *access.Tx, m Matter, result Result) error {
	c, err := findCase(ctx, tx, m.Case) // once more, now that nobody else can change it
	if err != nil {
		return err
	}
	service, err := s.editions.Find(ctx, c.Edition)
	if err != nil {
		return err
	}
	changed := false
	for i := range service.Materials {
		material := &service.Materials[i]
		e, given := c.Evidence[material.ID]
		if !given || e.State != "upstream" || material.Source.Upstream != m.Def {
			continue
		}
		e.Certificate, e.At, e.Values = result.Certificate, result.At, result.Values
		if fields := material.Source.Fields; len(fields) > 0 {
			e.Values = map[string]string{}
			for _, f := range fields {
				e.Values[f] = result.Values[f]
			}
		}
		c.Evidence[material.ID], changed = e, true
	}
	if !changed {
		return nil
	}
	return updateContent(ctx, tx, c)
}

// check makes the system's checks of a matter against the registers, and decides a matter that is
// decided by them alone. A register that is down is tried again later; nothing is decided meanwhile.
func (s *Service) check(ctx context.Context, about About) error {
	m, err := s.peek(ctx, about.Matter)
	if err != nil || m.State.Ended() || m.State == Waiting {
		return err
	}
	return s.inSystem(ctx, about.Matter, func(tx *access.Tx, c Case, m Matter) (*Event, error) {
		if m.State.Ended() || m.State == Waiting {
			return nil, nil
		}
		def, err := s.Def(ctx, c, m)
		if err != nil {
			return nil, err
		}
		results, failed := map[string]CheckResult{}, []catalogue.Check{}
		for _, check := range def.Checks {
			if check.Kind != "system" || !slices.Contains(m.Applies, check.ID) {
				continue
			}
			if was, ok := m.Checked[check.ID]; ok && was.By != system.ID && !was.At.Before(about.At) {
				// An officer has looked herself, while the register did not answer.
				if was.Outcome != "pass" {
					failed = append(failed, check)
				}
				continue
			}
			outcome, seen, err := s.compare(ctx, tx, c, check)
			if err != nil {
				return nil, err
			}
			results[check.ID] = CheckResult{Outcome: outcome, Seen: seen, By: system.ID, At: s.now()}
			if outcome != "pass" {
				failed = append(failed, check)
			}
		}
		// A register may have been down for so long that the matter counts as accepted meanwhile.
		if m.Handling != string(catalogue.BySystem) || m.State != Received && m.State != Accepted {
			if len(results) == 0 || m.State == Proposed {
				return nil, nil
			}
			return &Event{Kind: Checked, Checks: results}, nil
		}
		ruling := Ruling{Approve: len(failed) == 0, By: system.ID, ByName: system.Name()}
		for _, check := range def.Checks {
			if results[check.ID].Outcome == "pass" {
				ruling.Facts += check.Text.ZH + "；"
			}
		}
		for _, check := range failed {
			ruling.Reasons += check.Text.ZH + "；"
			if check.Cite.Provision != "" {
				ruling.Provisions = append(ruling.Provisions, check.Cite.Provision)
			}
		}
		if !ruling.Approve && len(ruling.Provisions) == 0 && def.Cite.Provision != "" {
			ruling.Provisions = []string{def.Cite.Provision}
		}
		return &Event{Kind: Ruled, Ruling: &ruling, Checks: results}, nil
	})
}

// compare asks one register about one fact, under the purpose of the case.
func (s *Service) compare(ctx context.Context, tx *access.Tx, c Case, check catalogue.Check) (outcome, seen string, err error) {
	subject := c.Subject
	if s.keyOf(check.Register) == "person" {
		subject = c.Person
	}
	err = tx.Permit(ctx, actRegisterRead, access.Resource{
		Kind: "register", ID: check.Register, Subject: subject, Case: c.ID, Purpose: "casework:" + c.Service, Fields: []string{check.Field},
		Attrs: map[string]any{"applicant": c.Applicant, "person": c.Person, "evidence": []string{check.Field}},
	})
	if err != nil {
		return "", "", err
	}
	rec, err := s.registry.Look(ctx, db.Queryer(tx), check.Register, subject)
	if fault.Is(err, fault.NotFound) {
		return "fail", "", nil
	}
	if err != nil {
		return "", "", err
	}
	seen = rec.Values[check.Field]
	want := check.Equals
	if check.Matches != "" {
		want = c.Values[check.Matches].Value
	}
	if (want == "" && seen != "") || seen == want {
		return "pass", seen, nil
	}
	return "fail", seen, nil
}
