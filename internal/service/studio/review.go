package studio

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
)

// sentence complains of a text that must be there and must not be endless.
func sentence(field, text string) []fault.Field {
	n := utf8.RuneCountInString(text)
	switch {
	case strings.TrimSpace(text) == "":
		return []fault.Field{{Name: field, Code: "field.required"}}
	case n > maxWords:
		return []fault.Field{{Name: field, Code: "field.too-long", Args: map[string]string{"max": strconv.Itoa(maxWords), "length": strconv.Itoa(n)}}}
	}
	return nil
}

// Submit hands a draft to a second person. Everything that the check complains of must be mended; what it
// only warns of may stay as it is, with a reason.
func (s *Service) Submit(ctx context.Context, by identity.Actor, id string, p Proposal) error {
	wrong := sentence("reason", p.Reason)
	_, bad := s.starts("starts", p.Starts)
	c, err := s.Check(ctx, by, id)
	if err != nil {
		return err
	}
	waived := map[string]string{}
	for _, x := range c.Warnings() {
		key := Key(x)
		if why := strings.TrimSpace(p.Waived[key]); why != "" {
			waived[key] = why
		} else {
			bad = append(bad, fault.Field{Name: "waive-" + key, Code: "studio.waive.required"})
		}
	}
	if err := fault.Fields(append(wrong, bad...)); err != nil {
		return err
	}
	p.By, p.Name, p.At, p.Waived = by.ID, by.Name(), s.now(), waived
	return s.write(ctx, by, id, actSubmit, func(_ *access.Tx, d *Draft) error {
		if err := s.ready(ctx, *d, c); err != nil {
			return err
		}
		if d.State != Writing {
			return fault.New(fault.Conflict, "error.edition.submitted")
		}
		d.State, d.Proposal = Submitted, p
		return nil
	})
}

// ready says whether a draft that was checked could be published as it is.
func (s *Service) ready(ctx context.Context, d Draft, c Checked) error {
	switch {
	case d.Head != c.Head:
		return fault.New(fault.Conflict, "error.changed-meanwhile")
	case c.Stops():
		return fault.New(fault.Conflict, "error.edition.unsound")
	case d.Body != s.city().Host.Body && c.Entry.Service.Lead != d.Body:
		return fault.New(fault.Conflict, "error.edition.lead") // nobody writes what another body leads
	case c.Drifted:
		return fault.New(fault.Conflict, "error.edition.drifted")
	}
	return nil
}

// Unsubmit takes a draft back before it was reviewed, to write on.
func (s *Service) Unsubmit(ctx context.Context, by identity.Actor, id string) error {
	return s.write(ctx, by, id, actWrite, func(_ *access.Tx, d *Draft) error {
		if d.State != Submitted {
			return fault.New(fault.Conflict, "error.changed-meanwhile")
		}
		d.State = Writing
		return nil
	})
}

// Return sends a draft back to its authors, with what is to be mended.
func (s *Service) Return(ctx context.Context, by identity.Actor, id, text string) error {
	if err := fault.Fields(sentence("remarks", text)); err != nil {
		return err
	}
	return s.write(ctx, by, id, actReturn, func(tx *access.Tx, d *Draft) error {
		if d.State != Submitted {
			return fault.New(fault.Conflict, "error.changed-meanwhile")
		}
		d.State = Writing
		d.Remarks = append(d.Remarks, Remark{By: by.ID, Name: by.Name(), At: tx.Now(), Text: text})
		return nil
	})
}

// Publish is the second person's yes: the draft, as she saw it in the revision head, holds from the day that
// was proposed, or at once. Who wrote in it cannot give it.
func (s *Service) Publish(ctx context.Context, by identity.Actor, id string, head int) (Publication, error) {
	c, err := s.Check(ctx, by, id)
	if err != nil {
		return Publication{}, err
	}
	generation, err := s.Generation(ctx)
	if err != nil {
		return Publication{}, err
	}
	var p Publication
	err = s.write(ctx, by, id, actPublish, func(tx *access.Tx, d *Draft) error {
		if d.State != Submitted || d.Head != head || generation != c.generation {
			return fault.New(fault.Conflict, "error.changed-meanwhile")
		}
		if err := s.ready(ctx, *d, c); err != nil {
			return err
		}
		for _, x := range c.Warnings() {
			if d.Proposal.Waived[Key(x)] == "" {
				return fault.New(fault.Conflict, "error.edition.unsound")
			}
		}
		starts, late := s.starts("starts", d.Proposal.Starts)
		if late != nil {
			starts = tx.Now() // the day came while it waited
		}
		f, err := filesOf(ctx, tx, id, d.Head)
		if err != nil {
			return err
		}
		p = Publication{
			Service: d.Service, Kind: NewEdition, Draft: d.ID, Edition: c.Entry.Edition, Files: f, Starts: starts, WrittenBy: d.Proposal.By,
			Words: Words{Reason: d.Proposal.Reason, Waived: d.Proposal.Waived, Written: d.Proposal.Name},
		}
		d.State = Published
		return s.insert(ctx, tx, &p)
	})
	if err != nil {
		return p, err
	}
	return p, s.apply(ctx)
}

// May is what somebody could do with a draft, or with a service of that body, for a page that offers or leaves out a button.
type May struct {
	Write, Submit, Suspend bool
	Publish                error // nil, or why not
}

// May asks the gate without doing anything.
func (s *Service) May(by identity.Actor, d Draft) May {
	on := s.of(d)
	return May{s.gate.May(by, actWrite, on), s.gate.May(by, actSubmit, on), s.gate.May(by, actSuspend, on), s.gate.Try(by, actPublish, on)}
}
