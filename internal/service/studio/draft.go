package studio

import (
	"context"
	_ "embed"
	"errors"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/lines"
	"tongban/internal/platform/ref"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/deadline"
)

const (
	maxText  = 1 << 20
	maxWords = 1000
)

var idRule = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

//go:embed blank/service.yaml
var blank string

// New begins a service that there is not yet, from a blank text that names what is to be filled in.
func (s *Service) New(ctx context.Context, by identity.Actor, service string) (Draft, error) {
	if !idRule.MatchString(service) || len(service) > 60 {
		return Draft{}, fault.Fields([]fault.Field{{Name: "service", Code: "studio.new.id.wrong"}})
	}
	if _, taken := s.city().Service(service); taken {
		return Draft{}, fault.Fields([]fault.Field{{Name: "service", Code: "studio.new.taken"}})
	}
	fill := strings.NewReplacer("{service}", service, "{body}", by.Body, "{today}", string(deadline.Of(s.now())))
	return s.begin(ctx, by, service, "", by.Body, Files{Service: fill.Replace(blank)})
}

// Open opens a service for writing: the draft that is open already, or a new one from what is in force.
func (s *Service) Open(ctx context.Context, by identity.Actor, service string) (Draft, error) {
	d, err := s.Current(ctx, by, service)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return d, err
	}
	e, ok := s.city().Service(service)
	if !ok {
		return d, notFound()
	}
	f, err := s.InForce(ctx, service)
	if err != nil {
		return d, err
	}
	return s.begin(ctx, by, service, e.Edition, e.Service.Lead, f)
}

func (s *Service) begin(ctx context.Context, by identity.Actor, service, edition, body string, f Files) (Draft, error) {
	now := s.now()
	d := Draft{ID: ref.NewID(prefix), Service: service, Edition: edition, Title: title(f), Body: body, Author: by.ID, State: Writing, Opened: now, Changed: now, authors: []string{by.ID}}
	return d, s.gate.Do(ctx, by, func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actWrite, s.of(d)); err != nil {
			return err
		}
		if err := insertDraft(ctx, tx, d); err != nil {
			return err
		}
		return insertRevision(ctx, tx, d.ID, Revision{Note: Began, At: now}, f)
	})
}

// title is the name of a service as it is written, as far as it can be read.
func title(f Files) lang.Text {
	src, _ := strictyaml.Parse(ServiceFile, []byte(f.Service))
	return lang.Text{ZH: src.Text("name.zh"), EN: src.Text("name.en")}
}

// see reads something of a draft that the actor may look at.
func (s *Service) see(ctx context.Context, by identity.Actor, id string, fn func(q db.Queryer, d Draft) error) error {
	return s.gate.See(ctx, by, func(v *access.View) error {
		d, err := find(ctx, v, id)
		if err != nil {
			return err
		}
		if err := v.Permit(ctx, actRead, s.of(d)); err != nil {
			return err
		}
		return fn(v, d)
	})
}

// Find reads a draft.
func (s *Service) Find(ctx context.Context, by identity.Actor, id string) (d Draft, err error) {
	err = s.see(ctx, by, id, func(_ db.Queryer, found Draft) error { d = found; return nil })
	return d, err
}

// Current finds the draft of a service that is open; NotFound when there is none.
func (s *Service) Current(ctx context.Context, by identity.Actor, service string) (d Draft, err error) {
	err = s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, actRead, s.resource(service, "", nil)); err != nil {
			return err
		}
		var id string
		if id, err = one(texts(v.QueryContext(ctx, `SELECT id FROM studio_draft WHERE writing = $1`, service))); err != nil {
			return err
		}
		d, err = find(ctx, v, id)
		return err
	})
	return d, err
}

func one(found []string, err error) (string, error) {
	if err == nil && len(found) == 0 {
		err = notFound()
	}
	if err != nil {
		return "", err
	}
	return found[0], nil
}

const listed = 200

// List lists the drafts that are open and those that were finished last, the newest first.
func (s *Service) List(ctx context.Context, by identity.Actor) (all []Draft, err error) {
	err = s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, actRead, s.resource("", "", nil)); err != nil {
			return err
		}
		ids, err := texts(v.QueryContext(ctx, `SELECT id FROM studio_draft ORDER BY CASE WHEN writing IS NULL THEN 1 ELSE 0 END, changed_at DESC, id LIMIT $1`, listed))
		if err != nil {
			return err
		}
		for _, id := range ids {
			d, err := find(ctx, v, id)
			if err != nil {
				return err
			}
			all = append(all, d)
		}
		return nil
	})
	return all, err
}

// Text reads the files of a draft as they were in a revision.
func (s *Service) Text(ctx context.Context, by identity.Actor, id string, revision int) (f Files, err error) {
	err = s.see(ctx, by, id, func(q db.Queryer, d Draft) error {
		f, err = filesOf(ctx, q, d.ID, revision)
		return err
	})
	return f, err
}

// History lists the revisions of a draft, the newest first.
func (s *Service) History(ctx context.Context, by identity.Actor, id string) (all []Revision, err error) {
	const most = 500
	err = s.see(ctx, by, id, func(q db.Queryer, d Draft) error {
		all, err = revisions(ctx, q, d.ID, most)
		return err
	})
	return all, err
}

// Saved is what became of a saving.
type Saved struct {
	Revision int  // the newest, which holds what was saved
	Merged   bool // with what somebody else saved meanwhile
	Clashes  int  // places at which both had written differently; the lines of both are kept, marked
}

// Save keeps a new text of one of a draft's files. base is the revision that the author had before her: when
// somebody has saved another text since, the two are brought together and nothing of either is lost.
func (s *Service) Save(ctx context.Context, by identity.Actor, id string, base int, file, text string) (Saved, error) {
	if file != ServiceFile && file != ScenariosFile {
		return Saved{}, fault.New(fault.NotFound, "error.page")
	}
	return s.save(ctx, by, id, base, Typed, func(f *Files) { *f.of(file) = text })
}

// Restore makes the text of an earlier revision the newest again.
func (s *Service) Restore(ctx context.Context, by identity.Actor, id string, revision int) (Saved, error) {
	old, err := s.Text(ctx, by, id, revision)
	if err != nil {
		return Saved{}, err
	}
	d, err := s.Find(ctx, by, id)
	if err != nil {
		return Saved{}, err
	}
	return s.save(ctx, by, id, d.Head, Restored, func(f *Files) { *f = old })
}

func (s *Service) save(ctx context.Context, by identity.Actor, id string, base int, note Note, edit func(*Files)) (Saved, error) {
	var saved Saved
	err := s.write(ctx, by, id, actWrite, func(tx *access.Tx, d *Draft) error {
		if d.State != Writing {
			return fault.New(fault.Conflict, "error.edition.submitted")
		}
		was, err := filesOf(ctx, tx, id, base)
		if err != nil {
			return err
		}
		head, err := filesOf(ctx, tx, id, d.Head)
		if err != nil {
			return err
		}
		mine := was
		edit(&mine)
		for _, name := range [...]string{ServiceFile, ScenariosFile} {
			// Browsers send line breaks of their own.
			*mine.of(name) = strings.ReplaceAll(*mine.of(name), "\r\n", "\n")
			if len(*mine.of(name)) > maxText {
				return fault.Fields([]fault.Field{{Name: "text", Code: "field.too-long", Args: map[string]string{"max": strconv.Itoa(maxText), "length": strconv.Itoa(len(*mine.of(name)))}}})
			}
		}
		r := Revision{Number: d.Head + 1, Author: by.ID, Name: by.Name(), Note: note, At: tx.Now()}
		var f Files
		f, r.Clashes = merge(was, head, mine, strconv.Itoa(d.Head), strconv.Itoa(r.Number)+" "+by.Name())
		saved = Saved{Revision: d.Head, Merged: head != was, Clashes: r.Clashes}
		if f == head {
			return nil
		}
		if saved.Merged {
			r.Note = Merged
		}
		saved.Revision = r.Number
		d.Head, d.Title = r.Number, title(f)
		return insertRevision(ctx, tx, id, r, f)
	})
	return saved, err
}

func merge(base, ours, theirs Files, ourName, theirName string) (f Files, clashes int) {
	for _, name := range [...]string{ServiceFile, ScenariosFile} {
		text, n := lines.Merge(*base.of(name), *ours.of(name), *theirs.of(name), ourName, theirName)
		*f.of(name), clashes = text, clashes+n
	}
	return f, clashes
}

// write changes a draft in one transaction.
func (s *Service) write(ctx context.Context, by identity.Actor, id string, act access.Action, fn func(tx *access.Tx, d *Draft) error) error {
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		d, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, act, s.of(d)); err != nil {
			return err
		}
		if !d.Open() {
			return fault.New(fault.Conflict, "error.edition.finished")
		}
		// Whoever else writes in this draft waits here, and then reads what this one wrote.
		if err := db.One(tx.ExecContext(ctx, `UPDATE studio_draft SET changed_at = $1 WHERE id = $2`, tx.Now().UnixMicro(), id)); err != nil {
			return err
		}
		if d, err = find(ctx, tx, id); err != nil {
			return err
		}
		was := d
		if err := fn(tx, &d); err != nil {
			return err
		}
		return updateDraft(ctx, tx, d, was, tx.Now())
	})
}

// Drop ends a draft that is not to be published. It is kept.
func (s *Service) Drop(ctx context.Context, by identity.Actor, id string) error {
	return s.write(ctx, by, id, actWrite, func(_ *access.Tx, d *Draft) error {
		d.State = Dropped
		return nil
	})
}

// CatchUp brings a draft together with what was published of its service since it was begun.
func (s *Service) CatchUp(ctx context.Context, by identity.Actor, id string) (Saved, error) {
	d, err := s.Find(ctx, by, id)
	if err != nil {
		return Saved{}, err
	}
	now, err := s.InForce(ctx, d.Service)
	if err != nil {
		return Saved{}, err
	}
	var saved Saved
	return saved, s.write(ctx, by, id, actWrite, func(tx *access.Tx, d *Draft) error {
		base, err := filesOf(ctx, tx, id, d.Base)
		if err != nil {
			return err
		}
		head, err := filesOf(ctx, tx, id, d.Head)
		if err != nil {
			return err
		}
		if d.State != Writing {
			return fault.New(fault.Conflict, "error.edition.submitted")
		}
		published := Revision{Number: d.Head + 1, Note: Began, At: tx.Now()}
		r := Revision{Number: d.Head + 2, Author: by.ID, Name: by.Name(), Note: CaughtUp, At: tx.Now()}
		f, clashes := merge(base, now, head, strconv.Itoa(published.Number), strconv.Itoa(d.Head))
		r.Clashes = clashes
		saved = Saved{r.Number, true, clashes}
		d.Base, d.Head, d.Title = published.Number, r.Number, title(f)
		return errors.Join(insertRevision(ctx, tx, id, published, now), insertRevision(ctx, tx, id, r, f))
	})
}

// InForce reads the files of a service that are in force; both are empty for one that there is not.
func (s *Service) InForce(ctx context.Context, service string) (Files, error) {
	in, err := publications(ctx, s.read, `service = $1 AND kind = 'edition' AND withdrawn_at IS NULL AND starts_at <= $2`, service, s.now().UnixMicro())
	if err != nil {
		return Files{}, err
	}
	if len(in) > 0 {
		return in[len(in)-1].Files, nil
	}
	return s.inFolder(service)
}

func (s *Service) inFolder(service string) (f Files, err error) {
	for _, name := range [...]string{ServiceFile, ScenariosFile} {
		text, err := fs.ReadFile(s.folder, "services/"+service+"/"+name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
		*f.of(name) = string(text)
	}
	return f, nil
}
