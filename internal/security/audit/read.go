package audit

import (
	"context"
	"fmt"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/security/identity"
)

const (
	defaultLimit = 50
	maxLimit     = 500
)

// About returns who looked at or changed data about the subject, newest first: up to limit entries older
// than the entry before, or the newest ones when before is "".
func (l *Log) About(ctx context.Context, subject, before string, limit int) ([]Row, error) {
	if subject == "" {
		return nil, nil
	}
	before, limit = page(before, limit)
	found, err := about(ctx, l.store.Read(), l.pseudonym(clean(subject)), before, limit)
	if err != nil {
		return nil, err
	}
	return l.rows(found)
}

// Of returns what happened in the case, as About does.
func (l *Log) Of(ctx context.Context, caseID, before string, limit int) ([]Row, error) {
	if caseID == "" {
		return nil, nil
	}
	before, limit = page(before, limit)
	found, err := ofCase(ctx, l.store.Read(), clean(caseID), before, limit)
	if err != nil {
		return nil, err
	}
	return l.rows(found)
}

// Find returns one entry.
func (l *Log) Find(ctx context.Context, id string) (Row, error) {
	found, err := l.find(ctx, id)
	if err != nil {
		return Row{}, err
	}
	rows, err := l.rows([]keyed{found})
	if err != nil {
		return Row{}, err
	}
	return rows[0], nil
}

func (l *Log) find(ctx context.Context, id string) (keyed, error) {
	found, err := find(ctx, l.store.Read(), clean(id))
	if err != nil {
		return keyed{}, err
	}
	if len(found) == 0 {
		return keyed{}, fault.New(fault.NotFound, "error.audit.no-entry")
	}
	return found[0], nil
}

func page(before string, limit int) (string, int) {
	if before = clean(before); before == "" {
		before = lastID
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	return before, min(limit, maxLimit)
}

func (l *Log) rows(found []keyed) ([]Row, error) {
	out := make([]Row, len(found))
	boxes := map[string]*keys.Box{}
	for i := range found {
		e := &found[i]
		row, err := l.row(e, boxes)
		if err != nil {
			return nil, fmt.Errorf("read entry %s: %w", e.id, err)
		}
		out[i] = row
	}
	return out, nil
}

func (l *Log) row(e *keyed, boxes map[string]*keys.Box) (Row, error) {
	row := Row{ID: e.id, Index: -1, Entry: Entry{
		At: time.UnixMicro(e.at).UTC(), Action: e.action, Outcome: e.outcome, Kind: e.kind, ID: e.object, Case: e.caseID, Matter: e.matterID,
		Actor: identity.Actor{Kind: identity.Kind(e.actorKind), ID: e.actorID, Body: e.actorBody},
	}}
	if e.leaf != nil {
		row.Index = *e.leaf
	}
	if e.erasedAt != nil {
		row.Erased = true
		return row, nil
	}
	d, err := l.detail(e, boxes)
	if err != nil {
		return Row{}, err
	}
	row.Actor.Self, row.Actor.Subject, row.Actor.Session = d.Self, d.For, d.Session
	row.Actor.Roles, row.Actor.Level = d.Roles, identity.Level(d.Level)
	row.Actor = row.Actor.WithName(d.Name)
	row.Subject, row.Purpose, row.Basis, row.Fields, row.Note = d.Subject, d.Purpose, d.Basis, d.Fields, d.Note
	return row, nil
}

// detail reads what is hidden of an entry, with its key, which is opened once.
func (l *Log) detail(e *keyed, boxes map[string]*keys.Box) (*detail, error) {
	box := boxes[e.keyID]
	if box == nil {
		if !e.hasKey {
			return nil, fmt.Errorf("its key %s is gone", e.keyID)
		}
		var err error
		if box, err = l.open(keyRecord{id: e.keyID, secret: e.secret}); err != nil {
			return nil, fmt.Errorf("its key %s: %w", e.keyID, err)
		}
		boxes[e.keyID] = box
	}
	return e.reveal(box)
}
