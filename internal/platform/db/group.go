package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxGroup callers share a commit at most, so that one broken commit cannot fail a whole city.
	maxGroup = 64

	// window is how long the writer waits for the next caller when it has reason to expect one. Without
	// it each commit of a busy server takes the one caller that was quickest and leaves the rest to the
	// next.
	window = 500 * time.Microsecond

	// maxWindow bounds how long a group is kept waiting for others altogether.
	maxWindow = 2 * time.Millisecond

	// However busy people keep the writer, work that can wait begins a transaction every turn, with
	// turnShare of its calls: else the log would not be sealed and leases would run out just when they
	// matter.
	turn      = 20 * time.Millisecond
	turnShare = 8

	// busy is how long after somebody wrote who waits for an answer the store counts as busy.
	busy = 5 * time.Millisecond
)

type laterKey struct{}

// Later marks writes that can wait: people who are waiting for an answer go first. On PostgreSQL, whose
// writers do not wait for each other, it changes nothing.
func Later(ctx context.Context) context.Context { return context.WithValue(ctx, laterKey{}, true) }

// Busy tells whether people are writing just now, for work that can wait: it needs the processor, too. On
// PostgreSQL it is never true.
func (s *Store) Busy() bool {
	return s.group != nil && time.Now().UnixNano()-s.group.asked.Load() < int64(busy)
}

// ErrClosed is returned for a write after Close.
var ErrClosed = errors.New("the database is closed")

// writer is SQLite's one writer. It gives its transaction to the callers, one after another; each runs
// its function in its own goroutine, so that a panic there stays there.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts *statements
	calls chan *call
	later chan *call // of those who can wait

	mu     sync.RWMutex // held for reading while a call is handed in, for writing by close
	closed bool
	idle   chan struct{} // closed when the writer's goroutine has ended

	expect   [2]int // callers to wait for, people and those who can wait: as many as shared the last commit
	gap, end *time.Timer
	waits    bool         // end is running
	worked   time.Time    // when somebody who can wait last began a transaction
	asked    atomic.Int64 // when somebody who waits for an answer last wrote, in nanoseconds of Unix time
}

// group is a transaction as far as it has come: how many people it has carried out, and how many of those
// who can wait.
type group struct {
	people, others int
	turn           bool // it was begun because it was the turn of those who can wait
}

type call struct {
	later bool
	place atomic.Int32
	turn  chan *Tx   // the transaction, when it is this caller's turn
	ran   chan error // how the function ended
	done  chan error // what became of the commit
}

const (
	waiting int32 = iota
	taken
	left
)

// errUnwound marks a function that did not return: it panicked, or ended its goroutine.
var errUnwound = errors.New("the function of a transaction did not return")

func newWriter(ctx context.Context, d *sql.DB) (*writer, error) {
	conn, err := d.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{
		db:    d,
		conn:  conn,
		stmts: keepStatements(conn),
		calls: make(chan *call, maxGroup),
		later: make(chan *call, maxGroup),
		idle:  make(chan struct{}),
		gap:   time.NewTimer(window),
		end:   time.NewTimer(maxWindow),
	}
	go w.run()
	return w, nil
}

func (w *writer) do(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{later: ctx.Value(laterKey{}) != nil, turn: make(chan *Tx, 1), ran: make(chan error, 1), done: make(chan error, 1)}
	if err := w.handIn(ctx, c); err != nil {
		return err
	}
	var tx *Tx
	select {
	case tx = <-c.turn:
	case err := <-c.done: // the transaction could not begin
		return err
	case <-ctx.Done():
		if c.place.CompareAndSwap(waiting, left) {
			return ctx.Err()
		}
		select {
		case tx = <-c.turn:
		case err := <-c.done:
			return err
		}
	}
	c.carryOut(tx, fn)
	if err := <-c.done; err != nil {
		return err
	}
	tx.committed()
	return nil
}

func (w *writer) handIn(ctx context.Context, c *call) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return ErrClosed
	}
	to := w.calls
	if c.later {
		to = w.later
	} else {
		w.asked.Store(time.Now().UnixNano())
	}
	select {
	case to <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// carryOut runs fn and reports to the writer, also when fn never returns.
func (c *call) carryOut(tx *Tx, fn func(*Tx) error) {
	err := errUnwound
	defer func() { c.ran <- tx.end(err) }()
	err = fn(tx)
}

func (w *writer) run() {
	defer close(w.idle)
	for {
		c, turn := w.first()
		if c == nil {
			return
		}
		w.share(c, turn)
	}
}

// first waits for the call that begins the next transaction: people before those who can wait, but for
// their turns. It returns nil when the writer was closed and nobody is left.
func (w *writer) first() (c *call, turns bool) {
	if time.Since(w.worked) >= turn {
		select {
		case c = <-w.later:
			if c != nil {
				return c, true
			}
		default:
		}
	}
	select {
	case c = <-w.calls:
		if c != nil {
			return c, false
		}
	default:
	}
	select {
	case c = <-w.calls:
	case c = <-w.later:
	}
	if c == nil { // both were closed at once, and the other may still hold what was handed in before
		if c = <-w.calls; c == nil {
			c = <-w.later
		}
	}
	return c, false
}

// share carries out one transaction: the first caller, whoever else comes in time, and the commit.
func (w *writer) share(first *call, turns bool) {
	var in []*call // whose changes are in the transaction
	g := group{turn: turns}
	w.waits = false
	if first.later {
		w.worked = time.Now()
	}
	for c := first; c != nil; c = w.next(g) {
		if !c.place.CompareAndSwap(waiting, taken) {
			continue // gave up while waiting
		}
		if c.later {
			g.others++
		} else {
			g.people++
		}
		ok, err := w.give(c, len(in) == 0)
		if err != nil { // the transaction itself is lost
			w.rollback()
			for _, c := range append(in, c) {
				c.done <- err
			}
			w.expect = [2]int{1, 1}
			return
		}
		if ok {
			in = append(in, c)
		}
	}
	if g.people > 0 {
		w.expect[0] = g.people
	}
	if g.others > 0 {
		w.expect[1] = g.others
	}
	if len(in) == 0 {
		return
	}
	err := w.exec("COMMIT")
	if err != nil {
		w.rollback()
		err = fmt.Errorf("commit: %w", err)
	}
	for _, c := range in {
		c.done <- err
	}
}

// give lets one caller run, and undoes its changes alone when it fails: ok tells whether they stayed.
// The first of a transaction needs no savepoint: to undo it is to undo everything.
func (w *writer) give(c *call, first bool) (ok bool, err error) {
	mark, undo := "SAVEPOINT caller", [...]string{"ROLLBACK TO caller", "RELEASE caller"}
	if first {
		mark = "BEGIN IMMEDIATE"
	}
	if err := w.exec(mark); err != nil {
		return false, fmt.Errorf("begin: %w", err)
	}
	c.turn <- &Tx{on: w.stmts, engine: SQLite, steady: true}
	failed := <-c.ran
	switch {
	case failed == nil && first:
		return true, nil
	case failed == nil:
		if err := w.exec(undo[1]); err != nil {
			return false, fmt.Errorf("release savepoint: %w", err)
		}
		return true, nil
	case first:
		w.rollback()
	default:
		for _, stmt := range undo {
			if err := w.exec(stmt); err != nil {
				return false, fmt.Errorf("roll back to savepoint: %w", err)
			}
		}
	}
	c.done <- failed
	return false, nil
}

// next returns the next caller of this transaction, or nil when it is time to commit: at once when nobody
// else is expected, else when all have come, or the window is over. Once it holds somebody who waits for an
// answer, nobody who can wait joins it any more.
func (w *writer) next(g group) *call {
	if g.people+g.others >= maxGroup {
		return nil
	}
	if g.turn && g.people == 0 && g.others < turnShare {
		select {
		case c := <-w.later:
			return c
		default:
		}
	}
	select {
	case c := <-w.calls: // nil when closed
		return c
	default:
	}
	later, expected := w.later, g.others < w.expect[1]
	if g.people > 0 {
		later, expected = nil, g.people < w.expect[0]
	}
	select {
	case c := <-later:
		return c
	default:
	}
	if !expected {
		return nil
	}
	if !w.waits {
		w.waits = true
		w.end.Reset(maxWindow)
	}
	w.gap.Reset(window)
	select {
	case c := <-w.calls:
		return c
	case c := <-later:
		return c
	case <-w.gap.C:
	case <-w.end.C:
	}
	return nil
}

func (w *writer) exec(query string) error {
	_, err := w.stmts.ExecContext(context.Background(), query)
	return err
}

// rollback ends the transaction if SQLite has not ended it already.
func (w *writer) rollback() { _ = w.exec("ROLLBACK") }

func (w *writer) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	w.mu.Unlock()
	close(w.calls)
	close(w.later)
	<-w.idle
	w.stmts.close()
	return w.conn.Close()
}
