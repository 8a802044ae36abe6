package studio

import (
	"context"
	"maps"
	"slices"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/deadline"
	"tongban/internal/service/jurisdiction"
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

// Standing is what has come into force by a time, in that order: a later edition of a service takes the place
// of an earlier one.
type Standing struct {
	Generation int
	Editions   []Publication
	Suspended  []Publication // those that hold
	Coming     []Publication // what is to hold later
}

// Left is a publication that does not hold, because the city does not load with it.
type Left struct {
	Publication
	Why []jurisdiction.Complaint
}

// Generation grows with everything that is published or withdrawn, and with every day that something has
// waited for. It is cheap: every process asks it often.
func (s *Service) Generation(ctx context.Context) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COUNT(*) + COUNT(withdrawn_at) + COUNT(CASE WHEN withdrawn_at IS NULL AND starts_at <= $1 THEN 1 END)
		FROM studio_publication`, s.now().UnixMicro()).Scan(&n)
	return n, err
}

// Stands reads what is in force.
func (s *Service) Stands(ctx context.Context) (Standing, error) {
	all, err := publications(ctx, s.read, `1 = 1`)
	if err != nil {
		return Standing{}, err
	}
	in := Standing{Generation: len(all)}
	state := map[string]Publication{}
	now := s.now()
	for _, p := range all {
		switch {
		case !p.Withdrawn.IsZero():
		case p.Starts.After(now):
			in.Coming = append(in.Coming, p)
			continue
		case p.Kind == NewEdition:
			in.Editions = append(in.Editions, p)
		default:
			state[p.Service] = p
		}
		in.Generation++
	}
	for _, p := range all {
		if p.Kind == Suspension && state[p.Service].Number == p.Number {
			in.Suspended = append(in.Suspended, p)
		}
	}
	return in, nil
}

// Notices are what pages say of services that are suspended, and of those that are to change.
func (in Standing) Notices() (map[string]jurisdiction.Suspension, map[string]deadline.Day) {
	suspended, coming := map[string]jurisdiction.Suspension{}, map[string]deadline.Day{}
	for _, p := range in.Suspended {
		suspended[p.Service] = jurisdiction.Suspension{Since: deadline.Of(p.Starts), Why: p.Words.Why, Instead: p.Words.Instead}
	}
	for _, p := range in.Coming {
		if _, sooner := coming[p.Service]; !sooner && p.Kind == NewEdition {
			coming[p.Service] = deadline.Of(p.Starts)
		}
	}
	return suspended, coming
}

// Texts are the files of editions, to be laid over the jurisdiction's folder.
func Texts(editions []Publication) map[string][]byte {
	all := map[string][]byte{}
	for _, p := range editions {
		maps.Copy(all, p.Files.texts(p.Service))
	}
	return all
}

// Shadowed lists services whose files in the folder are neither what was in force before they were first
// published from here, nor anything that was published since: somebody has changed them in the folder, and
// what was published holds.
func (s *Service) Shadowed(ctx context.Context) ([]string, error) {
	all, err := publications(ctx, s.read, `kind = 'edition' AND withdrawn_at IS NULL`)
	if err != nil {
		return nil, err
	}
	known := map[string][]Files{}
	for _, p := range all {
		if known[p.Service] == nil {
			d, err := scanDraft(s.read.QueryRowContext(ctx, `SELECT `+draftColumns+` FROM studio_draft WHERE id = $1`, p.Draft))
			if err != nil {
				return nil, err
			}
			base, err := filesOf(ctx, s.read, d.ID, d.Base)
			if err != nil {
				return nil, err
			}
			if d.Edition != "" {
				known[p.Service] = append(known[p.Service], base)
			}
		}
		known[p.Service] = append(known[p.Service], p.Files)
	}
	var shadowed []string
	for _, service := range slices.Sorted(maps.Keys(known)) {
		f, err := s.inFolder(service)
		if err != nil {
			return nil, err
		}
		if f.Service != "" && !slices.Contains(known[service], f) {
			shadowed = append(shadowed, service)
		}
	}
	return shadowed, nil
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
	err := s.gate.Do(ctx, by, func(tx *access.Tx) error {
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
	if err != nil {
		return err
	}
	return s.apply(ctx)
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
