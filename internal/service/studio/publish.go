package studio

import (
	"context"
	"slices"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/deadline"
)

// Kind says what a publication does.
type Kind string

// What a publication does.
const (
	NewEdition Kind = "edition"
	Suspension Kind = "suspended" // nobody can apply any more; what was sent is finished
	Resumption Kind = "resumed"
)

// Publication is something that was put into force, or will be on its day. It is never changed; before its
// day it can be withdrawn.
type Publication struct {
	Number    int
	Service   string
	Kind      Kind
	Draft     string
	Edition   string
	Files     Files
	Words     Words
	Starts    time.Time
	WrittenBy string // account
	By        string // account of the second person
	At        time.Time
	Entry     string // of the verifiable log
	Withdrawn time.Time
}

// Words are what is said with a publication.
type Words struct {
	Reason  string            `json:"reason,omitempty"` // for those who look it up later
	Waived  map[string]string `json:"waived,omitempty"`
	Why     lang.Text         `json:"why,omitzero"` // for people: why nobody can apply
	Instead lang.Text         `json:"instead,omitzero"`
	Written string            `json:"written,omitempty"` // names
	By      string            `json:"by,omitempty"`
}

// Coming reports whether a publication is not in force yet.
func (p Publication) Coming(now time.Time) bool { return p.Withdrawn.IsZero() && p.Starts.After(now) }

// Publications lists what was published of a service, in the order in which it came into force; of all
// services when service is "".
func (s *Service) Publications(ctx context.Context, by identity.Actor, service string) (all []Publication, err error) {
	err = s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, actRead, s.resource(service, "", nil)); err != nil {
			return err
		}
		if service == "" {
			all, err = publications(ctx, v, `1 = 1`)
		} else {
			all, err = publications(ctx, v, `service = $1`, service)
		}
		return err
	})
	return all, err
}

// Standing is what holds at a time: of each service its newest edition, and whether it is suspended.
type Standing struct {
	Generation int // grows whenever something comes into force
	Editions   []Publication
	Suspended  []Publication
	Coming     []Publication // what is to hold later
}

// Generation counts what has come into force. It is cheap: every process asks it often.
func (s *Service) Generation(ctx context.Context) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM studio_publication WHERE withdrawn_at IS NULL AND starts_at <= $1`, s.now().UnixMicro()).Scan(&n)
	return n, err
}

// Stands reads what is in force.
func (s *Service) Stands(ctx context.Context) (Standing, error) {
	all, err := publications(ctx, s.read, `withdrawn_at IS NULL`)
	if err != nil {
		return Standing{}, err
	}
	var in Standing
	editions, states := map[string]Publication{}, map[string]Publication{}
	now := s.now()
	for _, p := range all {
		switch {
		case p.Starts.After(now):
			in.Coming = append(in.Coming, p)
			continue
		case p.Kind == NewEdition:
			editions[p.Service] = p
		default:
			states[p.Service] = p
		}
		in.Generation++
	}
	for _, p := range all {
		if editions[p.Service].Number == p.Number {
			in.Editions = append(in.Editions, p)
		}
		if states[p.Service].Number == p.Number && p.Kind == Suspension {
			in.Suspended = append(in.Suspended, p)
		}
	}
	return in, nil
}

// Texts are the files of editions, to be laid over the jurisdiction's folder.
func Texts(editions []Publication) map[string][]byte {
	all := map[string][]byte{}
	for _, p := range editions {
		for name, text := range p.Files.texts(p.Service) {
			all[name] = text
		}
	}
	return all
}

// Rollback begins a draft with the text of an earlier publication, or, with number 0, with that of the
// jurisdiction's folder. It is reviewed and published like any other.
func (s *Service) Rollback(ctx context.Context, by identity.Actor, service string, number int) (Draft, error) {
	old, err := s.inFolder(service)
	if number > 0 {
		var found []Publication
		found, err = publications(ctx, s.read, `service = $1 AND number = $2 AND kind = 'edition'`, service, number)
		if err == nil && len(found) == 0 {
			err = fault.New(fault.NotFound, "error.edition.publication")
		}
		if err == nil {
			old = found[0].Files
		}
	}
	if err != nil {
		return Draft{}, err
	}
	if old.Service == "" {
		return Draft{}, fault.New(fault.NotFound, "error.edition.publication")
	}
	d, err := s.Open(ctx, by, service)
	if err != nil {
		return d, err
	}
	if _, err = s.save(ctx, by, d.ID, d.Head, Restored, func(f *Files) { *f = old }); err != nil {
		return d, err
	}
	return s.Find(ctx, by, d.ID)
}

// Suspend lets nobody apply for a service any more, from a day on or at once. People read since when, why,
// and where to go instead.
func (s *Service) Suspend(ctx context.Context, by identity.Actor, service, from string, why, instead lang.Text) error {
	wrong := slices.Concat(sentence("why-zh", why.ZH), sentence("why-en", why.EN), sentence("instead-zh", instead.ZH), sentence("instead-en", instead.EN))
	starts, bad := s.starts("from", from)
	if err := fault.Fields(append(wrong, bad...)); err != nil {
		return err
	}
	return s.announce(ctx, by, Publication{Service: service, Kind: Suspension, Starts: starts, Words: Words{Why: why, Instead: instead}})
}

// Resume lets people apply for a service again.
func (s *Service) Resume(ctx context.Context, by identity.Actor, service string) error {
	return s.announce(ctx, by, Publication{Service: service, Kind: Resumption, Starts: s.now()})
}

func (s *Service) announce(ctx context.Context, by identity.Actor, p Publication) error {
	e, ok := s.city().Service(p.Service)
	if !ok {
		return notFound()
	}
	err := s.gate.Do(ctx, by, func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actSuspend, s.resource(p.Service, e.Service.Lead, nil)); err != nil {
			return err
		}
		return s.insert(ctx, tx, &p)
	})
	if err != nil {
		return err
	}
	return s.apply(ctx)
}

func (s *Service) insert(ctx context.Context, tx *access.Tx, p *Publication) error {
	p.By, p.Words.By, p.At = tx.Actor().ID, tx.Actor().Name(), tx.Now()
	if p.WrittenBy == "" {
		p.WrittenBy, p.Words.Written = p.By, p.Words.By
	}
	if entries := tx.Entries(); len(entries) > 0 {
		p.Entry = entries[0]
	}
	return insertPublication(ctx, tx, p)
}

// Withdraw takes back a publication that is not in force yet.
func (s *Service) Withdraw(ctx context.Context, by identity.Actor, number int) error {
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		p, err := scanPublication(tx.QueryRowContext(ctx, `SELECT `+publicationColumns+` FROM studio_publication WHERE number = $1`, number))
		if err != nil {
			return err
		}
		body := ""
		if e, ok := s.city().Service(p.Service); ok {
			body = e.Service.Lead
		}
		if err := tx.Permit(ctx, actSuspend, s.resource(p.Service, body, nil)); err != nil {
			return err
		}
		if !p.Coming(tx.Now()) {
			return fault.New(fault.Late, "error.edition.in-force")
		}
		_, err = tx.ExecContext(ctx, `UPDATE studio_publication SET withdrawn_at = $1 WHERE number = $2`, tx.Now().UnixMicro(), number)
		return err
	})
}

// starts is when a day begins that somebody named; now when she named none.
func (s *Service) starts(field, day string) (time.Time, []fault.Field) {
	if day == "" {
		return s.now(), nil
	}
	d, ok := deadline.ParseDay(day)
	switch {
	case !ok:
		return time.Time{}, []fault.Field{{Name: field, Code: "field.date"}}
	case d <= deadline.Of(s.now()):
		return time.Time{}, []fault.Field{{Name: field, Code: "studio.starts.past"}}
	}
	return d.Start(), nil
}
