package access

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/audit"
	"tongban/internal/security/identity"
	"tongban/internal/security/law"
)

// Gate is the one door to everything official.
type Gate struct {
	store    *db.Store
	audit    *audit.Log
	policies *Policies
	now      func() time.Time
}

// Config is what a Gate needs.
type Config struct {
	Store    *db.Store // handed to the gate, and for writing to nobody above it
	Audit    *audit.Log
	Policies fs.FS     // *.cedar
	Law      *law.Book // when given, every policy's provision must be in it
	Now      func() time.Time
}

// New reads the policies and opens the gate. Policies with a mistake do not load.
func New(c Config) (*Gate, error) {
	p, complaints := Compile(c.Policies, c.Law)
	if strictyaml.Stops(complaints) {
		all := make([]error, len(complaints))
		for i, one := range complaints {
			all[i] = errors.New(one.String())
		}
		return nil, fmt.Errorf("load access policies: %w", errors.Join(all...))
	}
	return &Gate{store: c.Store, audit: c.Audit, policies: p, now: c.Now}, nil
}

// Policies are the rules by which this gate decides, for pages that explain them.
func (g *Gate) Policies() *Policies { return g.policies }

// May tells whether the actor would be let through, for a page that offers or leaves out a button. It
// records nothing and opens nothing.
func (g *Gate) May(by identity.Actor, action Action, on Resource) bool {
	return g.Try(by, action, on) == nil
}

// Try is May for a page that says why not: nil, or the refusal that the actor would get.
func (g *Gate) Try(by identity.Actor, action Action, on Resource) error {
	d, err := g.policies.decide(by, action, &on)
	if err == nil && !d.Allowed {
		err = refusal(by, &on, d)
	}
	return err
}

// recording must not be lost because the person closed the page.
const recordingLimit = 10 * time.Second

// The errors of a caller that forgot the gate. They are bugs: nothing of the transaction remains.
var (
	errNoPermit = errors.New("access: the transaction asked for no permit, so it does not commit")
	errTooEarly = errors.New("access: something was changed before the first permit, so nothing commits")
)

// Do carries out fn in one transaction: the act and the record of it, or neither. fn asks for a permit
// before it changes anything. A refusal undoes everything, whatever fn makes of it, and is recorded in
// a transaction of its own. As with db.Write, fn may run more than once.
func (g *Gate) Do(ctx context.Context, by identity.Actor, fn func(*Tx) error) error {
	now := g.now()
	var last *Tx
	err := g.store.Write(ctx, func(tx *db.Tx) error {
		last = &Tx{Tx: tx, act: act{gate: g, by: by, now: now}}
		err := fn(last)
		if err == nil {
			err = last.end()
		}
		return err
	})
	if last == nil || len(last.refused) == 0 {
		return err
	}
	return both(err, g.record(ctx, last.refused))
}

// See lets fn read official data. What fn was permitted is recorded, and only when the record is durable
// does See return nil: until then fn's caller must not give anything away. When the record cannot be
// written, See returns the error. What a person reads about herself is not recorded.
func (g *Gate) See(ctx context.Context, by identity.Actor, fn func(*View) error) error {
	v := &View{Queryer: g.store.Read(), act: act{gate: g, by: by, now: g.now()}}
	err := v.recorded(fn(v))
	switch {
	case len(v.refused) > 0:
		if err == nil {
			err = v.denied
		}
		return both(err, g.record(ctx, append(v.seen, v.refused...)))
	case err != nil:
		// Whoever looked for something and did not find it has learnt that, too.
		for i := range v.seen {
			v.seen[i].Note["failed"] = fault.Of(err).String()
		}
		return both(err, g.record(ctx, v.seen))
	case v.permits == 0:
		return errNoPermit
	}
	return g.record(ctx, v.seen)
}

// both keeps an error as it is when there is no other.
func both(err, more error) error {
	if more == nil {
		return err
	}
	return errors.Join(err, more)
}

func (g *Gate) record(ctx context.Context, entries []audit.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordingLimit)
	defer cancel()
	err := g.store.Write(ctx, func(tx *db.Tx) error {
		_, err := g.audit.Append(ctx, tx, entries...)
		return err
	})
	if err != nil {
		return fmt.Errorf("record access: %w", err)
	}
	return nil
}

// act is what an act under the gate has asked for so far.
type act struct {
	gate    *Gate
	by      identity.Actor
	now     time.Time
	permits int
	seen    []audit.Entry // permitted reads that are still to be recorded
	refused []audit.Entry
	denied  error // the first refusal
}

// Now is the time of the act, the same for all that happens in it.
func (a *act) Now() time.Time { return a.now }

// Actor is who acts.
func (a *act) Actor() identity.Actor { return a.by }

// ask decides, and says what is to be recorded: nothing when a person looks at what is her own.
func (a *act) ask(action Action, on Resource) (audit.Entry, bool, error) {
	d, err := a.gate.policies.decide(a.by, action, &on)
	if err != nil {
		return audit.Entry{}, false, err
	}
	e := audit.Entry{
		At: a.now, Actor: a.by, Action: string(action), Kind: on.Kind, ID: on.ID, Subject: on.Subject, Case: on.Case, Matter: on.Matter,
		Purpose: on.Purpose, Basis: on.Basis, Fields: on.Fields, Outcome: audit.Done, Note: map[string]string{"policy": d.policy.ID},
	}
	if e.Purpose == "" {
		e.Purpose = d.policy.Purpose
	}
	if e.Basis == "" {
		e.Basis = strings.Join(d.policy.Law, ", ")
	}
	if !d.Allowed {
		e.Outcome = audit.Refused
		a.refused = append(a.refused, e)
		err := refusal(a.by, &on, d)
		if a.denied == nil {
			a.denied = err
		}
		return e, false, err
	}
	a.permits++
	return e, d.def.recorded && !(d.def.reads && on.own(a.by)), nil
}

// Tx is a transaction under the gate. It is a db.Queryer, so that stores take it as it is.
type Tx struct {
	*db.Tx
	act
	entries []string
	early   bool
}

// Permit asks whether the actor may do it, and records that she does, in this transaction. It returns nil
// or fault.Denied with the policy's id as "reason".
func (t *Tx) Permit(ctx context.Context, action Action, on Resource) error {
	entry, record, err := t.ask(action, on)
	if err != nil || !record {
		return err
	}
	ids, err := t.gate.audit.Append(ctx, t.Tx, entry)
	if err != nil {
		return fmt.Errorf("record access: %w", err)
	}
	t.entries = append(t.entries, ids...)
	return nil
}

// Entries are the ids of the entries that record this act, for receipts.
func (t *Tx) Entries() []string { return t.entries }

// end says what fn did not: that it was refused, or never asked.
func (t *Tx) end() error {
	switch {
	case t.denied != nil:
		return t.denied
	case t.early:
		return errTooEarly
	case t.permits == 0:
		return errNoPermit
	}
	return nil
}

// ExecContext changes something; not before the first permit.
func (t *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if t.permits == 0 {
		t.early = true
		return nil, errTooEarly
	}
	return t.Tx.ExecContext(ctx, query, args...)
}

// QueryContext asks for rows, or changes something and returns rows of it.
func (t *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if t.permits == 0 && changes(query) {
		t.early = true
		return nil, errTooEarly
	}
	return t.Tx.QueryContext(ctx, query, args...)
}

// QueryRowContext is QueryContext for one row. A row cannot carry this error, so a change that comes too
// early happens and is undone at the end.
func (t *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	t.early = t.early || t.permits == 0 && changes(query)
	return t.Tx.QueryRowContext(ctx, query, args...)
}

// changes reports whether a statement is more than a question.
func changes(query string) bool {
	query = strings.ToUpper(strings.TrimSpace(query))
	return !strings.HasPrefix(query, "SELECT") && (!strings.HasPrefix(query, "WITH") || strings.Contains(query, "RETURNING"))
}

// View is a reading of official data under the gate.
type View struct {
	db.Queryer
	act
	recording chan error // of what Record began; nil when it was not asked
}

// Record begins to record what was permitted so far, while the reading goes on. It is for reading whose
// permits do not depend on what is found; See waits for the record before it returns.
func (v *View) Record(ctx context.Context) {
	entries := v.seen
	if v.recording != nil || len(entries) == 0 {
		return
	}
	v.seen, v.recording = nil, make(chan error, 1)
	go func() { v.recording <- v.gate.record(ctx, entries) }()
}

// recorded adds to the outcome of a reading that of what Record began.
func (v *View) recorded(err error) error {
	if v.recording == nil {
		return err
	}
	return both(err, <-v.recording)
}

// Permit asks whether the actor may look, and has it recorded before See returns.
func (v *View) Permit(_ context.Context, action Action, on Resource) error {
	if def, ok := v.gate.policies.vocabulary.actions[action]; ok && !def.reads {
		return fmt.Errorf("access: %s changes something; it needs Do", action)
	}
	entry, record, err := v.ask(action, clone(on))
	if err == nil && record {
		v.seen = append(v.seen, entry)
	}
	return err
}
