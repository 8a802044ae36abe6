package application

import (
	"context"
	"slices"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
)

// Submit turns a draft into a case: permit, answers and evidence frozen, matters opened, clocks started,
// notices enqueued, in one transaction. A draft is submitted once; a second try, a refresh or a double
// click gets the case that the first one made.
//
// It answers with an Invalid fault that names every part that is not finished ("section:id" or
// "material:id"), and with a Denied one when the service demands a higher assurance level.
func (s *Service) Submit(ctx context.Context, by identity.Actor, id string, declared bool) (casework.Case, error) {
	made, err := s.submit(ctx, by, id, declared)
	if db.IsUnique(err) || fault.Is(err, fault.Conflict) {
		// Somebody, perhaps the same person in another window, was quicker with the same draft: sent it, or
		// changed it since it was read here.
		if c, found := s.submitted(ctx, by, id); found {
			return c, nil
		}
		made, err = s.submit(ctx, by, id, declared)
	}
	return made, err
}

// submit reads the draft and works everything out before its transaction, because on SQLite there is one
// writer and everybody waits for it. That the draft is still the same, it asks from within: transactions
// end in groups, and what another of the group did is not yet to be seen from outside.
func (s *Service) submit(ctx context.Context, by identity.Actor, id string, declared bool) (casework.Case, error) {
	d, err := findDraft(ctx, s.read, id)
	if err != nil {
		return casework.Case{}, err
	}
	def, err := s.editions.Find(ctx, d.Edition)
	if err != nil {
		return casework.Case{}, err
	}
	g, err := s.guideOf(ctx, d.Edition)
	if err != nil {
		return casework.Case{}, err
	}
	now, sheet := s.now(), s.sheet(d, g)
	open := complete(sheet, declared)
	asked := casework.Application{
		Draft: d.ID, Service: d.Service, Edition: d.Edition, Applicant: by.ID, Person: by.Self, Subject: d.Subject, Name: d.Name, Answers: d.Answers,
		Values: sheet.values(), Evidence: sheet.evidence(now), Matters: chosen(sheet),
	}
	var made casework.Case
	err = s.gate.Do(ctx, by, func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actRead, resource(d, 0)); err != nil {
			return hidden(err)
		}
		became, version, err := draftState(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		if became != "" {
			made, err = s.casework.OfDraft(ctx, tx, d.ID)
			return err
		}
		if version != d.Version {
			return fault.New(fault.Conflict, "error.changed-meanwhile")
		}
		if err := tx.Permit(ctx, actSubmit, resource(d, def.Level)); err != nil {
			return err
		}
		if open != nil {
			return open
		}
		if err := s.closed(d.Service); err != nil {
			return err
		}
		made, err = s.casework.Open(ctx, tx, by, asked, tx.Entries()[0])
		if err != nil {
			return err
		}
		return markSubmitted(ctx, tx, d, made.ID, now)
	})
	return made, err
}

func (s *Service) submitted(ctx context.Context, by identity.Actor, id string) (casework.Case, bool) {
	var c casework.Case
	err := s.gate.See(ctx, by, func(v *access.View) error {
		d, err := findDraft(ctx, v, id)
		if err != nil {
			return err
		}
		if err := v.Permit(ctx, actRead, resource(d, 0)); err != nil {
			return err
		}
		c, err = s.casework.OfDraft(ctx, v, id)
		return err
	})
	return c, err == nil
}

// complete names everything that keeps a sheet from being submitted.
func complete(s Sheet, declared bool) error {
	var missing []fault.Field
	for _, t := range s.Tasks {
		if t.Status != Completed {
			missing = append(missing, fault.Field{Name: "section:" + t.Section.ID, Code: "apply.check.section-open"})
		}
	}
	for _, t := range s.Files {
		if t.Status != Completed {
			missing = append(missing, fault.Field{Name: "material:" + t.Material.Material.ID, Code: "apply.check.material-open"})
		}
	}
	if !declared {
		missing = append(missing, fault.Field{Name: "declared", Code: "apply.check.not-declared"})
	}
	return fault.Fields(missing)
}

// values freezes the fields that apply to this person, and no others.
func (s Sheet) values() map[string]casework.Value {
	all := map[string]casework.Value{}
	for _, t := range s.Tasks {
		for _, f := range t.Fields {
			if e, ok := s.Values[f.ID]; ok {
				all[f.ID] = e.Value
			}
		}
	}
	return all
}

// chosen lists the plan's matters with the edges between them.
func chosen(s Sheet) []casework.Chosen {
	inPlan := func(a catalogue.After) bool {
		return slices.ContainsFunc(s.Plan.Matters, func(m guide.PlanMatter) bool { return m.Matter.ID == a.Matter })
	}
	var all []casework.Chosen
	for _, m := range s.Plan.Matters {
		c := casework.Chosen{Def: m.Matter, Statutory: m.Statutory, Promised: m.Promised, Commitment: m.Commitment, Checks: m.Checks}
		for _, t := range s.Files {
			if choice := s.Materials[t.Material.Material.ID]; choice.Kind == Later && slices.Contains(t.Material.For, m.Matter.ID) {
				c.Promises = append(c.Promises, casework.Promise{Material: t.Material.Material.ID, Limit: laterLimit(t.Material.Material)})
			}
		}
		for _, a := range m.Matter.After {
			if inPlan(a) {
				c.After = append(c.After, a)
			}
		}
		all = append(all, c)
	}
	return all
}
