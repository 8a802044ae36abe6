package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tongban/internal/platform/db"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
)

// Dossier is a case as a whole: what was applied for, its matters and what happened.
type Dossier struct {
	Case
	Matters []Matter
	Events  []Record
}

// Matter finds a matter of the dossier by its definition's id.
func (d Dossier) Matter(def string) (Matter, bool) {
	if i := slices.IndexFunc(d.Matters, func(m Matter) bool { return m.Def == def }); i >= 0 {
		return d.Matters[i], true
	}
	return Matter{}, false
}

// Read opens a case for its applicant, for an officer whose body handles a matter of it, or for an
// auditor; everybody else is told that it does not exist. A view by an officer is recorded, with the
// case, before anything is shown.
func (s *Service) Read(ctx context.Context, by identity.Actor, id string) (Dossier, error) {
	return s.open(ctx, by, func(v *access.View) (Case, error) { return findCase(ctx, v, id) })
}

// ReadNumber opens a case by the number that people read aloud.
func (s *Service) ReadNumber(ctx context.Context, by identity.Actor, number string) (Dossier, error) {
	return s.open(ctx, by, func(v *access.View) (Case, error) {
		return findCaseByNumber(ctx, v, strings.ToUpper(strings.TrimSpace(number)))
	})
}

func (s *Service) open(ctx context.Context, by identity.Actor, find func(*access.View) (Case, error)) (Dossier, error) {
	var d Dossier
	err := s.gate.See(ctx, by, func(v *access.View) error {
		var err error
		if d.Case, err = find(v); err != nil {
			return err
		}
		if d.Matters, err = mattersOf(ctx, v, d.ID); err != nil {
			return err
		}
		if err := v.Permit(ctx, ActReadCase, CaseResource(d.Case, d.Matters)); err != nil {
			return hidden(err)
		}
		d.Events, err = eventsOf(ctx, v, d.ID)
		return err
	})
	if err != nil {
		return Dossier{}, err
	}
	return d, nil
}

// OfDraft finds the case that a draft was submitted as; a NotFound fault when it was not.
func (s *Service) OfDraft(ctx context.Context, q db.Queryer, draft string) (Case, error) {
	return findCaseOfDraft(ctx, q, draft)
}

// Summary is a case in a list of the applicant's.
type Summary struct {
	Case
	Matters []Matter
}

// Mine lists the actor's cases, newest first: those of her account for the affairs she acts in.
// before is the id of the last case of the page above, or empty.
func (s *Service) Mine(ctx context.Context, by identity.Actor, before string, limit int) ([]Summary, error) {
	if before == "" {
		before = "~" // sorts after every id
	}
	var all []Summary
	err := s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, ActReadCase, access.Resource{Kind: "case", Subject: by.Subject, Attrs: map[string]any{"applicant": by.ID, "person": by.Self}}); err != nil {
			return err
		}
		cases, err := db.List(ctx, v, scanCase, `SELECT `+caseColumns+` FROM casework_case
			WHERE applicant = $1 AND subject = $2 AND id < $3 ORDER BY id DESC LIMIT $4`, by.ID, by.Subject, before, limit)
		if err != nil || len(cases) == 0 {
			return err
		}
		byID := map[string]int{}
		ids := make([]string, len(cases))
		args := make([]any, len(cases))
		for i, c := range cases {
			byID[c.ID], ids[i], args[i] = i, fmt.Sprintf("$%d", i+1), c.ID
			all = append(all, Summary{Case: c})
		}
		matters, err := db.List(ctx, v, scanMatter, `SELECT `+matterColumns+` FROM casework_matter WHERE case_id IN (`+strings.Join(ids, ", ")+`) ORDER BY case_id, ordinal`, args...)
		for _, m := range matters {
			i := byID[m.Case]
			all[i].Matters = append(all[i].Matters, m)
		}
		return err
	})
	return all, err
}

// DefOf names the definition of a matter within its service.
type DefOf struct{ Service, Def string }

// Has reports whether somebody has a matter of one of the definitions that is open or was approved. It shows
// nothing of it.
func (s *Service) Has(ctx context.Context, q db.Queryer, subject string, of []DefOf) (bool, error) {
	matters, err := db.List(ctx, q, scanMatter, `SELECT `+matterColumns+` FROM casework_matter
		WHERE case_id IN (SELECT c.id FROM casework_case c WHERE c.subject = $1)`, subject)
	return slices.ContainsFunc(matters, func(m Matter) bool {
		return (!m.State.Ended() || m.State == Approved) && slices.Contains(of, DefOf{m.Service, m.Def})
	}), err
}

// OpenOf counts the cases of a service that are not closed, for those who change it.
func (s *Service) OpenOf(ctx context.Context, service string) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM casework_case WHERE service = $1 AND closed_at IS NULL`, service).Scan(&n)
	return n, err
}
