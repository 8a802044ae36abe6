package job

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/ref"
)

// Schema makes the tables of this package.
//
//go:embed schema/*.sql
var Schema embed.FS

// Job is something to be done.
type Job struct {
	Kind string
	Args any // becomes JSON; names things by their ids, so that it holds no personal data

	// Key makes the job the only open one of its kind with this key. Enqueued once more while it waits,
	// it takes the newer Args and the earlier RunAt; while it is being carried out, it runs once more.
	Key string

	RunAt time.Time // not before; zero means now
}

// Config is what a queue needs.
type Config struct {
	Store *db.Store
	Now   func() time.Time
	Log   *slog.Logger

	Workers int           // jobs at the same time in this process; 0 means 16, for they mostly wait for commits, which they share
	Lease   time.Duration // for how long a worker that is no longer heard of keeps its jobs; 0 means 15 s

	// Sole says that no other process works on this store, as on SQLite. Then what an earlier process
	// held when it was killed is taken up at once and not when its lease ends.
	Sole bool
}

// Queue keeps jobs and carries them out.
type Queue struct {
	Config
	name string        // of this worker among others
	wake chan struct{} // something may be due

	mu       sync.RWMutex
	handlers map[string]handler
	every    map[string]time.Duration
}

type handler func(ctx context.Context, args []byte) error

const (
	// maxAttempts, with back-off, come to some nine hours: longer than a register is usually down.
	maxAttempts = 20
	firstPause  = time.Second
	longestWait = time.Hour
)

// New makes a queue; it works only once Run or Drain is called.
func New(c Config) *Queue {
	if c.Workers == 0 {
		c.Workers = 16
	}
	if c.Lease == 0 {
		c.Lease = 15 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Queue{
		Config:   c,
		name:     ref.NewID("worker"),
		wake:     make(chan struct{}, 1),
		handlers: map[string]handler{},
		every:    map[string]time.Duration{},
	}
}

// Handle has fn carry out the jobs of the kind. One kind has one handler.
func Handle[T any](q *Queue, kind string, fn func(ctx context.Context, args T) error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, ok := q.handlers[kind]; ok {
		panic(fmt.Sprintf("job: two handlers for %q", kind))
	}
	q.handlers[kind] = func(ctx context.Context, b []byte) error {
		var args T
		if err := json.Unmarshal(b, &args); err != nil {
			return fmt.Errorf("read the arguments: %w", err)
		}
		return fn(ctx, args)
	}
}

// Every has a job of the kind enqueued whenever another d has passed (counted in UTC, so that d = 24 h
// falls on 08:00 in China), once in all processes together.
// What was missed while nobody was running is made up for by one.
func (q *Queue) Every(kind string, d time.Duration) {
	if d <= 0 {
		panic(fmt.Sprintf("job: %q every %v", kind, d))
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.every[kind] = d
}

// Enqueue writes the jobs in the transaction that causes them.
func (q *Queue) Enqueue(ctx context.Context, tx db.Queryer, jobs ...Job) error {
	now := q.Now()
	rows := make([]entry, 0, len(jobs))
	keyed := map[[2]string]int{}
	for _, j := range jobs {
		args, err := json.Marshal(j.Args)
		if err != nil {
			return fmt.Errorf("enqueue %s: %w", j.Kind, err)
		}
		e := entry{ref.NewID("job"), j.Kind, j.Key, string(args), max(now.UnixMicro(), j.RunAt.UnixMicro())}
		if i, ok := keyed[[2]string{j.Kind, j.Key}]; ok {
			e.dueAt = min(e.dueAt, rows[i].dueAt)
			rows[i] = e
			continue
		}
		if j.Key != "" {
			keyed[[2]string{j.Kind, j.Key}] = len(rows)
		}
		rows = append(rows, e)
	}
	if err := insert(ctx, tx, rows); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	if t, ok := tx.(interface{ AfterCommit(func()) }); ok {
		t.AfterCommit(q.rouse)
	}
	return nil
}

func (q *Queue) rouse() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// ErrLost is returned by Complete when the job is no longer this worker's: its lease has ended and
// somebody else has it. The transaction must fail, or its effect would be had twice.
var ErrLost = errors.New("the lease of this job has ended")

type heldKey struct{}

// held is a job in the hands of a worker.
type held struct {
	lease
	kind      string
	args      string
	completed atomic.Bool
}

// Complete, called by a handler within the transaction of its effect, makes the job done with it: both
// are kept or neither. Outside of a handler it does nothing, so that the same function can be called
// directly.
func Complete(ctx context.Context, tx db.Queryer) error {
	h, ok := ctx.Value(heldKey{}).(*held)
	if !ok {
		return nil
	}
	if err := complete(ctx, tx, h.lease); err != nil {
		return fmt.Errorf("complete job: %w", err)
	}
	if t, ok := tx.(interface{ AfterCommit(func()) }); ok {
		t.AfterCommit(func() { h.completed.Store(true) })
	} else {
		h.completed.Store(true)
	}
	return nil
}

// Retry gives a stuck job another round of attempts.
func (q *Queue) Retry(ctx context.Context, tx db.Queryer, id string) error {
	if err := retry(ctx, tx, id, q.Now().UnixMicro()); err != nil {
		return fmt.Errorf("retry job %s: %w", id, err)
	}
	if t, ok := tx.(interface{ AfterCommit(func()) }); ok {
		t.AfterCommit(q.rouse)
	}
	return nil
}

// Stats counts the open jobs of a kind.
type Stats struct {
	Kind    string
	Waiting int       // for their time
	Due     int       // for a worker
	Held    int       // by a worker
	Stuck   int       // for an operator
	Oldest  time.Time // since when the oldest due one has been; zero when none is
}

// Stats counts the open jobs, by kind.
func (q *Queue) Stats(ctx context.Context) ([]Stats, error) {
	return stats(ctx, q.Store.Read(), q.Now().UnixMicro())
}

// Stuck is a job that has failed too often.
type Stuck struct {
	ID        string
	Kind      string
	Attempts  int
	LastError string // what kind of error
	At        time.Time
}

// Stuck lists stuck jobs, oldest first.
func (q *Queue) Stuck(ctx context.Context, limit int) ([]Stuck, error) {
	return stuck(ctx, q.Store.Read(), limit)
}
