package application

import (
	"context"
	"slices"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
)

// Unasked is an application that nobody makes: government holds what it needs, and applies for the person
// (免申即享).
type Unasked struct {
	ID      string // of the offer; one opens at most one case
	Account string
	Subject string
	Name    string
	Service string
	Answers guide.Answers
	Given   map[string]string // fields of the form that she filled in herself
}

// Lack is what government does not hold of an application, so that it has to be asked of the person.
type Lack struct {
	Questions []string `json:"questions,omitempty"`
	Fields    []string `json:"fields,omitempty"`
	Materials []string `json:"materials,omitempty"`
}

// None reports whether nothing is lacking.
func (l Lack) None() bool { return len(l.Questions)+len(l.Fields)+len(l.Materials) == 0 }

// Prepare puts an application together from what government holds, and says what is lacking. It fails with
// Conflict when the person is not entitled, and with Unavailable while a register does not answer.
func (s *Service) Prepare(ctx context.Context, tx *access.Tx, u Unasked) (casework.Application, Lack, error) {
	var lack Lack
	offer, ok := s.offer(u.Service)
	if !ok || offer.Service.Proactive == nil {
		return casework.Application{}, lack, fault.New(fault.Conflict, "error.benefit.gone")
	}
	if err := s.closed(u.Service); err != nil {
		return casework.Application{}, lack, err
	}
	p, now := offer.Service.Proactive, s.now()
	d := Draft{ID: u.ID, Account: u.Account, Subject: u.Subject, Service: u.Service, Edition: offer.Edition, Content: Content{Self: u.Subject, Name: u.Name, Answers: u.Answers, Only: []string{p.Matter}}}
	d.prepare()
	sheet := s.sheet(d, offer.Guide)
	if !sheet.Plan.Eligible || len(sheet.Plan.Matters) != 1 || sheet.Plan.Matters[0].Maybe {
		return casework.Application{}, lack, fault.New(fault.Conflict, "error.draft.not-eligible")
	}
	lack.Questions = offer.Guide.Undecided(p.Matter, u.Answers)
	if err := s.prefill(ctx, tx, &d, sheet); err != nil {
		return casework.Application{}, lack, err
	}
	if len(d.Down) > 0 {
		return casework.Application{}, lack, fault.New(fault.Unavailable, "register.down")
	}
	if err := s.fill(ctx, tx, d, p); err != nil {
		return casework.Application{}, lack, err
	}
	for _, t := range sheet.Tasks {
		for _, f := range t.Fields {
			if value := u.Given[f.ID]; value != "" && !f.Locked {
				d.Values[f.ID] = Entry{Value: casework.Value{Value: value}}
			}
			if d.Values[f.ID].Value.Value == "" && !f.Optional && !slices.Contains(p.Spare, f.ID) {
				lack.Fields = append(lack.Fields, f.ID)
			}
		}
	}
	for _, t := range sheet.Files {
		switch t.Material.State {
		case guide.Upstream, guide.Made:
			continue
		}
		found, err := s.held(ctx, tx, sheet, t.Material)
		switch {
		case err != nil:
			return casework.Application{}, lack, err
		case found.Down:
			return casework.Application{}, lack, fault.New(fault.Unavailable, "register.down")
		case found.Held:
			d.Materials[t.Material.Material.ID] = Choice{Kind: Use, Evidence: found.evidence(now)}
		default:
			lack.Materials = append(lack.Materials, t.Material.Material.ID)
		}
	}
	return casework.Application{
		Draft: u.ID, Unasked: true, Service: u.Service, Edition: offer.Edition, Applicant: u.Account, Person: u.Subject, Subject: u.Subject, Name: u.Name,
		Answers: u.Answers, Values: sheet.values(), Evidence: sheet.evidence(now), Matters: chosen(sheet),
	}, lack, nil
}

// fill takes from registers what a person would have written.
func (s *Service) fill(ctx context.Context, tx *access.Tx, d Draft, p *catalogue.Proactive) error {
	wanted := map[string][]string{} // by register: fields of the form
	for field, from := range p.Fill {
		wanted[from.Register] = append(wanted[from.Register], field)
	}
	for register, fields := range wanted {
		var names []string
		for _, f := range fields {
			names = append(names, p.Fill[f].Field)
		}
		rec, err := s.lookAt(ctx, tx, d, register, names)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		for _, f := range fields {
			if value := rec.Values[p.Fill[f].Field]; value != "" {
				d.Values[f] = Entry{Value: casework.Value{Value: value, Source: rec.Register, Recorded: rec.RecordedAt}}
			}
		}
	}
	return nil
}
