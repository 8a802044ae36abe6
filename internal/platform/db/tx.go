package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Tx is a transaction in which changes are made. It belongs to one goroutine and ends with the function
// that it was given to.
type Tx struct {
	on     Queryer
	engine Engine
	after  []func()
	failed error     // the first statement that failed; nothing may follow it
	rows   *sql.Rows // SQLite: the latest that were asked for
	steady bool      // statements may not be cancelled half-way
	over   bool
}

// ErrSpoilt is returned for every statement after one that has failed, and for the whole transaction
// when its function carries on regardless. PostgreSQL behaves so by itself; SQLite is made to, so that
// what passes on the one passes on the other. Where a clash is expected, write ON CONFLICT.
var ErrSpoilt = errors.New("a statement of this transaction has failed before")

// ErrRowsOpen is returned for a statement before the rows of an earlier one have been read or closed.
// PostgreSQL's connection is busy with them; SQLite would not mind, and is made to.
var ErrRowsOpen = errors.New("rows of an earlier statement of this transaction are still open")

// AfterCommit has fn called once everything is durable, and not at all when it is not. What fn does is
// lost when the process dies: use it to wake somebody, never for a duty.
func (t *Tx) AfterCommit(fn func()) { t.after = append(t.after, fn) }

// ExecContext changes something.
func (t *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	r, err := t.on.ExecContext(t.calm(ctx), query, args...)
	return r, t.note(err)
}

// QueryContext asks for rows. They must be read or closed before the next statement.
func (t *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	rows, err := t.on.QueryContext(t.calm(ctx), query, args...)
	if t.engine == SQLite {
		t.rows = rows
	}
	return rows, t.note(err)
}

// QueryRowContext asks for one row; its error comes with Scan.
func (t *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if err := t.ready(ctx); err != nil {
		return t.on.QueryRowContext(deadContext{context.WithoutCancel(ctx), err}, query, args...)
	}
	row := t.on.QueryRowContext(t.calm(ctx), query, args...)
	_ = t.note(row.Err()) // Scan tells it to the caller
	return row
}

func (t *Tx) ready(ctx context.Context) error {
	switch {
	case t.over:
		return sql.ErrTxDone
	case t.failed != nil:
		return fmt.Errorf("%w: %w", ErrSpoilt, t.failed)
	case t.rows != nil:
		if _, err := t.rows.Columns(); err == nil { // it fails once they are closed
			return ErrRowsOpen
		}
		t.rows = nil
	}
	return ctx.Err()
}

func (t *Tx) note(err error) error {
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}

// calm keeps a statement from being interrupted. An interrupted change makes SQLite roll back the whole
// transaction, which belongs to other callers as well (https://www.sqlite.org/c3ref/interrupt.html).
// Statements are short; a context that has ended is noticed before the next one.
func (t *Tx) calm(ctx context.Context) context.Context {
	if t.steady {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// end closes what the function left open, and says how it really ended.
func (t *Tx) end(err error) error {
	t.over = true
	if t.rows != nil {
		if cerr := t.rows.Close(); cerr != nil && err == nil {
			err = cerr
		}
	}
	if err == nil && t.failed != nil {
		return fmt.Errorf("%w: %w", ErrSpoilt, t.failed)
	}
	return err
}

func (t *Tx) committed() {
	for _, fn := range t.after {
		fn()
	}
}

// deadContext has ended for the given reason, so that a row asked for in vain carries that reason.
type deadContext struct {
	context.Context
	reason error
}

var closed = func() <-chan struct{} { c := make(chan struct{}); close(c); return c }()

func (d deadContext) Done() <-chan struct{} { return closed }
func (d deadContext) Err() error            { return d.reason }
