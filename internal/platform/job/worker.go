package job

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

const (
	poll = 200 * time.Millisecond // how late a job may be that nobody has told us of

	// courtesy is how long a worker lets people go first before each job, looking again every glance: a
	// worker then does some ten jobs a second however busy it is.
	courtesy = 100 * time.Millisecond
	glance   = 2 * time.Millisecond

	limit = 10 * time.Minute // for one handler
	grace = 10 * time.Second // for handlers at the end
)

// crew is one Run: the workers and what they hold.
type crew struct {
	*Queue
	jobs chan *held
	held atomic.Int64
	room chan struct{} // a worker has made room for another claim
}

// Run carries out jobs until ctx ends. Then those that are being carried out are given some time to
// finish, and those that were claimed and not begun are given back.
//
// People who wait for an answer go first: whatever jobs write can wait (db.Later).
func (q *Queue) Run(ctx context.Context) error {
	ctx = db.Later(ctx)
	if q.Sole {
		err := q.Store.Write(ctx, func(tx *db.Tx) error { return releaseAll(ctx, tx, q.Now().UnixMicro()) })
		if err != nil {
			return fmt.Errorf("run jobs: %w", err)
		}
	}
	c := &crew{Queue: q, jobs: make(chan *held, max(16, 4*q.Workers)), room: make(chan struct{}, 1)}
	handling, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var workers sync.WaitGroup
	for range q.Workers {
		workers.Go(func() {
			for h := range c.jobs {
				c.giveWay(handling)
				_ = q.carryOut(handling, h) // it has been noted
				c.finished(1)
			}
		})
	}
	c.dispatch(ctx)
	err := c.giveBack(handling)
	close(c.jobs)
	late := time.AfterFunc(grace, stop)
	defer late.Stop()
	workers.Wait()
	return err
}

// giveWay waits while people are writing, but not for long.
func (c *crew) giveWay(ctx context.Context) {
	for range courtesy / glance {
		if !c.Store.Busy() {
			return
		}
		select {
		case <-time.After(glance):
		case <-ctx.Done():
			return
		}
	}
}

// dispatch claims jobs for the workers while ctx lasts.
func (c *crew) dispatch(ctx context.Context) {
	polled := time.NewTicker(poll)
	defer polled.Stop()
	beat := time.NewTicker(c.Lease / 3)
	defer beat.Stop()
	schedule := map[string]int64{}
	for {
		full, err := c.turn(ctx, schedule)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			c.Log.Error("jobs: the store does not answer", slog.Any("error", err))
		}
		if full {
			select {
			case <-c.room:
				continue
			case <-beat.C:
				c.renew(ctx)
			case <-ctx.Done():
				return
			}
			continue
		}
		select {
		case <-c.wake:
		case <-polled.C:
		case <-beat.C:
			c.renew(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// turn schedules what is periodic and claims what is due; full tells that there is no room for more.
func (c *crew) turn(ctx context.Context, schedule map[string]int64) (full bool, err error) {
	if err := c.schedule(ctx, schedule); err != nil {
		return false, err
	}
	for {
		room := cap(c.jobs) - int(c.held.Load())
		if room < cap(c.jobs)/2 {
			return true, nil
		}
		got, err := c.claim(ctx, room)
		if err != nil || len(got) == 0 {
			return false, err
		}
		c.held.Add(int64(len(got)))
		for _, h := range got {
			c.jobs <- h // there is room
		}
	}
}

func (c *crew) finished(n int) {
	if c.held.Add(-int64(n)) <= int64(cap(c.jobs)/2) {
		select {
		case c.room <- struct{}{}:
		default:
		}
	}
}

func (c *crew) renew(ctx context.Context) {
	if c.held.Load() == 0 {
		return
	}
	err := c.Store.Write(ctx, func(tx *db.Tx) error {
		now := c.Now()
		return renew(ctx, tx, c.name, now.UnixMicro(), now.Add(c.Lease).UnixMicro())
	})
	if err != nil && ctx.Err() == nil {
		c.Log.Error("jobs: leases not extended", slog.Any("error", err))
	}
}

// giveBack returns the jobs that no worker has begun.
func (c *crew) giveBack(ctx context.Context) error {
	var rest []*held
	for {
		select {
		case h := <-c.jobs:
			rest = append(rest, h)
			continue
		default:
		}
		break
	}
	if len(rest) == 0 {
		return nil
	}
	err := c.Store.Write(ctx, func(tx *db.Tx) error {
		for _, h := range rest {
			if err := release(ctx, tx, h.lease, c.Now().UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("give back %d jobs: %w", len(rest), err)
	}
	return nil
}

// Drain carries out, one after another, every job that is due, and those that these enqueue; it returns
// what went wrong. It is for tests and for tools.
func (q *Queue) Drain(ctx context.Context) error {
	var wrong []error
	schedule := map[string]int64{}
	for {
		if err := q.schedule(ctx, schedule); err != nil {
			return errors.Join(append(wrong, err)...)
		}
		got, err := q.claim(ctx, 1)
		if err != nil || len(got) == 0 {
			return errors.Join(append(wrong, err)...)
		}
		if err := q.carryOut(ctx, got[0]); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", got[0].kind, err))
		}
	}
}

// schedule enqueues the periodic jobs whose time has come. next is what this worker knows of the table,
// so that it looks there only when it may have to write.
func (q *Queue) schedule(ctx context.Context, next map[string]int64) error {
	q.mu.RLock()
	every := maps.Clone(q.every)
	q.mu.RUnlock()
	for kind, d := range every {
		now := q.Now()
		if now.UnixMicro() < next[kind] {
			continue
		}
		after := now.Truncate(d).Add(d).UnixMicro()
		err := q.Store.Write(ctx, func(tx *db.Tx) error {
			at, err := nextOf(ctx, tx, kind, after)
			if err != nil {
				return err
			}
			if next[kind] = at; now.UnixMicro() < at {
				return nil
			}
			next[kind] = after
			if mine, err := advance(ctx, tx, kind, at, after); err != nil || !mine {
				return err
			}
			return q.Enqueue(ctx, tx, Job{Kind: kind, Key: "every"})
		})
		if err != nil {
			delete(next, kind)
			return fmt.Errorf("schedule %s: %w", kind, err)
		}
	}
	return nil
}

// claim takes up to n due jobs. Jobs that have used up their attempts without ever telling how they
// failed, because they took the process with them, are put aside here.
func (q *Queue) claim(ctx context.Context, n int) ([]*held, error) {
	q.mu.RLock()
	kinds := slices.Sorted(maps.Keys(q.handlers))
	q.mu.RUnlock()
	now := q.Now()
	if len(kinds) == 0 {
		return nil, nil
	}
	if due, err := anyDue(ctx, q.Store.Read(), now.UnixMicro()); err != nil || !due {
		return nil, err
	}
	var got, over []*held
	err := q.Store.Write(ctx, func(tx *db.Tx) error {
		got, over = nil, nil
		all, err := claim(ctx, tx, q.Store.Engine(), q.name, kinds, now.UnixMicro(), now.Add(q.Lease).UnixMicro(), n)
		if err != nil {
			return err
		}
		for _, h := range all {
			if h.attempts <= maxAttempts {
				got = append(got, h)
				continue
			}
			over = append(over, h)
			if err := fail(ctx, tx, h.lease, "never finished", now.UnixMicro(), 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	for _, h := range over {
		q.Log.Error("job is stuck", slog.String("kind", h.kind), slog.String("job", h.id), slog.String("error", "never finished"))
	}
	if len(got) == 0 && len(over) > 0 {
		return q.claim(ctx, n)
	}
	slices.SortFunc(got, func(a, b *held) int { return strings.Compare(a.id, b.id) })
	return got, nil
}

// carryOut calls the handler and notes how it went.
func (q *Queue) carryOut(ctx context.Context, h *held) error {
	q.mu.RLock()
	fn := q.handlers[h.kind]
	q.mu.RUnlock()
	failed := call(context.WithValue(ctx, heldKey{}, h), fn, h)
	if h.completed.Load() {
		if failed != nil {
			q.Log.Error("job failed after it was done", slog.String("kind", h.kind), slog.String("job", h.id), slog.Any("error", failed))
		}
		return failed
	}
	ctx = context.WithoutCancel(ctx)
	err := q.Store.Write(ctx, func(tx *db.Tx) error {
		if failed == nil {
			return complete(ctx, tx, h.lease)
		}
		now := q.Now()
		due := int64(0)
		if h.attempts < maxAttempts {
			due = now.Add(backOff(h.id, int(h.attempts))).UnixMicro()
		}
		return fail(ctx, tx, h.lease, reason(failed), now.UnixMicro(), due)
	})
	log := q.Log.With(slog.String("kind", h.kind), slog.String("job", h.id), slog.Int64("attempt", h.attempts))
	switch {
	case errors.Is(err, ErrLost):
		log.Warn("job outlived its lease; it will be carried out again")
	case err != nil:
		log.Error("job's end not noted; it will be carried out again", slog.Any("error", err))
	case failed != nil && h.attempts >= maxAttempts:
		log.Error("job is stuck", slog.Any("error", failed))
	case failed != nil:
		log.Warn("job failed; it will be tried again", slog.Any("error", failed))
	}
	return errors.Join(failed, err)
}

// errPanic is a handler's panic; the value stays out of it, because it may hold personal data.
type errPanic struct {
	kind  string
	stack []byte
}

func (e *errPanic) Error() string { return fmt.Sprintf("panic of type %s\n%s", e.kind, e.stack) }

var errUnfinished = errors.New("the handler ended its goroutine")

func call(ctx context.Context, fn handler, h *held) (err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	// In a goroutine of its own, so that one that ends itself (runtime.Goexit) does not take a worker.
	ended := make(chan error, 1)
	go func() {
		result := errUnfinished
		defer func() {
			if p := recover(); p != nil {
				result = &errPanic{fmt.Sprintf("%T", p), debug.Stack()}
			}
			ended <- result
		}()
		result = fn(ctx, []byte(h.args))
	}()
	return <-ended
}

// reason says what kind of error it was, without its words.
func reason(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Kind.String() + " " + f.Code
	}
	var p *errPanic
	if errors.As(err, &p) {
		return "panic " + p.kind
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Sprintf("%s %T", fault.Bug, err)
		}
		err = inner
	}
}

// backOff is the pause after an attempt: twice as long each time, up to an hour, and up to a quarter
// longer, by the job, so that what failed together does not come back together.
func backOff(id string, attempts int) time.Duration {
	pause := longestWait
	if attempts < 13 {
		pause = min(pause, firstPause<<(attempts-1))
	}
	h := fnv.New32a()
	h.Write([]byte(id))
	return pause + pause/4*time.Duration(h.Sum32()%1000)/1000
}
