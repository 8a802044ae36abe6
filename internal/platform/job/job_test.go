package job_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
	"tongban/internal/testkit/dbtest"
)

var tables = []db.Migrations{
	{Package: "job", Files: job.Schema},
	{Package: "toy", Files: fstest.MapFS{"schema/0001_effect.sql": {Data: []byte("-- +goose Up\nCREATE TABLE toy_effect (id TEXT PRIMARY KEY, name TEXT NOT NULL);\n")}}},
}

// clock is time as the tests give it.
type clock struct{ micros atomic.Int64 }

func at(s string) *clock {
	day, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	c := &clock{}
	c.micros.Store(day.UnixMicro())
	return c
}

func (c *clock) now() time.Time               { return time.UnixMicro(c.micros.Load()).UTC() }
func (c *clock) pass(d time.Duration)         { c.micros.Add(d.Microseconds()) }
func (c *clock) in(d time.Duration) time.Time { return c.now().Add(d) }

var errBroken = errors.New("broken")

type greeting struct{ Name string }

func enqueue(t *testing.T, q *job.Queue, jobs ...job.Job) {
	t.Helper()
	if err := q.Store.Write(t.Context(), func(tx *db.Tx) error { return q.Enqueue(t.Context(), tx, jobs...) }); err != nil {
		t.Fatal(err)
	}
}

func drain(t *testing.T, q *job.Queue) {
	t.Helper()
	if err := q.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func counts(t *testing.T, q *job.Queue) job.Stats {
	t.Helper()
	all, err := q.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var sum job.Stats
	for _, s := range all {
		sum.Waiting += s.Waiting
		sum.Due += s.Due
		sum.Held += s.Held
		sum.Stuck += s.Stuck
	}
	return sum
}

func TestEnqueue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		q := job.New(job.Config{Store: s, Now: c.now})
		var got []string
		job.Handle(q, "greet", func(_ context.Context, g greeting) error { got = append(got, g.Name); return nil })
		check := func(t *testing.T, want ...string) {
			t.Helper()
			drain(t, q)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("carried out (-want +got):\n%s", diff)
			}
			got = nil
		}
		t.Run("is undone with its cause", func(t *testing.T) {
			err := s.Write(t.Context(), func(tx *db.Tx) error {
				return errors.Join(q.Enqueue(t.Context(), tx, job.Job{Kind: "greet"}), errBroken)
			})
			if !errors.Is(err, errBroken) {
				t.Fatal(err)
			}
			check(t)
		})
		t.Run("is carried out once, in order", func(t *testing.T) {
			enqueue(t, q, job.Job{Kind: "greet", Args: greeting{"一"}}, job.Job{Kind: "greet", Args: greeting{"二"}})
			check(t, "一", "二")
			check(t)
		})
		t.Run("waits for its time", func(t *testing.T) {
			enqueue(t, q, job.Job{Kind: "greet", Args: greeting{"later"}, RunAt: c.in(time.Hour)})
			c.pass(time.Hour - time.Microsecond)
			check(t)
			c.pass(time.Microsecond)
			check(t, "later")
		})
		t.Run("takes many in one statement", func(t *testing.T) {
			var many []job.Job
			var want []string
			for i := range 450 {
				name := fmt.Sprintf("%03d", i)
				many, want = append(many, job.Job{Kind: "greet", Args: greeting{name}}), append(want, name)
			}
			enqueue(t, q, many...)
			check(t, want...)
			enqueue(t, q)
		})
		t.Run("leaves alone what nobody here handles", func(t *testing.T) {
			enqueue(t, q, job.Job{Kind: "foreign"}, job.Job{Kind: "greet", Args: greeting{"ours"}})
			check(t, "ours")
			if n := counts(t, q); n.Due != 1 {
				t.Errorf("%d due, want the foreign one", n.Due)
			}
		})
		t.Run("wakes the worker when it is durable, and not when it is undone", func(t *testing.T) {
			q.Woken() // by what was before
			_ = s.Write(t.Context(), func(tx *db.Tx) error {
				return errors.Join(q.Enqueue(t.Context(), tx, job.Job{Kind: "greet"}), errBroken)
			})
			if q.Woken() {
				t.Error("woken by what was undone")
			}
			err := s.Write(t.Context(), func(tx *db.Tx) error {
				defer func() {
					if q.Woken() {
						t.Error("woken too early")
					}
				}()
				return q.Enqueue(t.Context(), tx, job.Job{Kind: "greet", Args: greeting{"wake"}})
			})
			if err != nil {
				t.Fatal(err)
			}
			if !q.Woken() {
				t.Error("not woken")
			}
			check(t, "wake")
		})
		t.Run("refuses what is not JSON", func(t *testing.T) {
			err := s.Write(t.Context(), func(tx *db.Tx) error {
				return q.Enqueue(t.Context(), tx, job.Job{Kind: "greet", Args: make(chan int)})
			})
			if err == nil {
				t.Error("Enqueue() = nil, want an error")
			}
		})
	})
}

func TestKey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		q := job.New(job.Config{Store: s, Now: c.now})
		var got []string
		var during func()
		job.Handle(q, "greet", func(_ context.Context, g greeting) error {
			got = append(got, g.Name)
			if fn := during; fn != nil {
				during = nil
				fn()
			}
			return nil
		})
		job.Handle(q, "part", func(_ context.Context, g greeting) error { got = append(got, "part "+g.Name); return nil })
		keyed := func(name string, wait time.Duration) job.Job {
			return job.Job{Kind: "greet", Key: "k", Args: greeting{name}, RunAt: c.in(wait)}
		}
		check := func(t *testing.T, want ...string) {
			t.Helper()
			drain(t, q)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("carried out (-want +got):\n%s", diff)
			}
			got = nil
			if n := counts(t, q); n != (job.Stats{}) {
				t.Errorf("left over: %+v", n)
			}
		}
		t.Run("an open job takes the newer arguments", func(t *testing.T) {
			enqueue(t, q, keyed("old", 0))
			enqueue(t, q, keyed("new", 0), job.Job{Kind: "greet", Key: "other", Args: greeting{"other"}}, job.Job{Kind: "part", Key: "k", Args: greeting{"kind"}})
			check(t, "new", "other", "part kind")
		})
		t.Run("in one statement too", func(t *testing.T) {
			enqueue(t, q, keyed("old", time.Hour), keyed("new", 0))
			check(t, "new")
		})
		t.Run("and the earlier time", func(t *testing.T) {
			enqueue(t, q, keyed("early", time.Hour))
			enqueue(t, q, keyed("late", 2*time.Hour))
			c.pass(time.Hour)
			check(t, "late")
			enqueue(t, q, keyed("late", 2*time.Hour))
			enqueue(t, q, keyed("early", time.Hour))
			c.pass(time.Hour)
			check(t, "early")
		})
		t.Run("a job that is being carried out runs once more", func(t *testing.T) {
			enqueue(t, q, keyed("first", 0))
			during = func() { enqueue(t, q, keyed("skipped", 0)); enqueue(t, q, keyed("second", 0)) }
			check(t, "first", "second")
		})
		t.Run("also later", func(t *testing.T) {
			enqueue(t, q, keyed("first", 0))
			during = func() { enqueue(t, q, keyed("second", time.Hour)) }
			drain(t, q)
			c.pass(time.Hour)
			check(t, "first", "second")
		})
		t.Run("a job that is done is open no longer", func(t *testing.T) {
			enqueue(t, q, keyed("again", 0))
			check(t, "again")
		})
	})
}

func TestRetry(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		q := job.New(job.Config{Store: s, Now: c.now})
		var fail error
		tries := 0
		job.Handle(q, "try", func(context.Context, any) error {
			tries++
			if errors.Is(fail, errBroken) {
				panic(greeting{"a person's name"})
			}
			return fail
		})
		t.Run("pauses longer each time, up to an hour and a quarter", func(t *testing.T) {
			fail = fault.Wrap(fault.Unavailable, "register.down", errors.New("a person's name"))
			enqueue(t, q, job.Job{Kind: "try"})
			for attempt, pause := 1, time.Second; attempt < 20; attempt++ {
				if err := q.Drain(t.Context()); !fault.Is(err, fault.Unavailable) {
					t.Fatalf("attempt %d: Drain() = %v", attempt, err)
				}
				c.pass(pause - time.Microsecond)
				drain(t, q)
				if tries != attempt {
					t.Fatalf("%d attempts after a pause of less than %v, want %d", tries, pause, attempt)
				}
				c.pass(pause/4 + time.Microsecond)
				pause = min(2*pause, time.Hour)
			}
		})
		t.Run("is stuck after twenty attempts, says why, and names nobody", func(t *testing.T) {
			if err := q.Drain(t.Context()); err == nil {
				t.Fatal("Drain() = nil, want the last failure")
			}
			c.pass(1000 * time.Hour)
			drain(t, q)
			if n := counts(t, q); tries != 20 || n.Stuck != 1 || n.Due+n.Waiting+n.Held != 0 {
				t.Errorf("%d attempts, %+v; want 20 and one stuck", tries, n)
			}
			got, err := q.Stuck(t.Context(), 10)
			if err != nil || len(got) != 1 {
				t.Fatalf("Stuck() = %v, %v; want one", got, err)
			}
			if got[0].LastError != "unavailable register.down" || got[0].Kind != "try" || got[0].Attempts != 20 {
				t.Errorf("Stuck() = %+v", got[0])
			}
		})
		t.Run("an operator gives it another round", func(t *testing.T) {
			all, err := q.Stuck(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			fail = nil
			again := func() error {
				return s.Write(t.Context(), func(tx *db.Tx) error { return q.Retry(t.Context(), tx, all[0].ID) })
			}
			if err := again(); err != nil {
				t.Fatal(err)
			}
			drain(t, q)
			if n := counts(t, q); tries != 21 || n != (job.Stats{}) {
				t.Errorf("%d attempts, %+v; want 21 and none open", tries, n)
			}
			if err := again(); !fault.Is(err, fault.NotFound) {
				t.Errorf("Retry() of a job that is done = %v, want not found", err)
			}
		})
		t.Run("a panic is a failure like others", func(t *testing.T) {
			fail = errBroken
			enqueue(t, q, job.Job{Kind: "try"})
			err := q.Drain(t.Context())
			if err == nil || strings.Contains(err.Error(), "a person's name") || !strings.Contains(err.Error(), "job_test.greeting") {
				t.Errorf("Drain() = %v, want the type of the panic and not its value", err)
			}
			if n := counts(t, q); n.Waiting != 1 {
				t.Errorf("%+v, want it to wait", n)
			}
			fail = nil
			c.pass(time.Hour)
			drain(t, q)
		})
		t.Run("arguments that cannot be read are a failure too", func(t *testing.T) {
			job.Handle(q, "number", func(context.Context, int) error { t.Error("carried out"); return nil })
			enqueue(t, q, job.Job{Kind: "number", Args: "not one"})
			if err := q.Drain(t.Context()); err == nil {
				t.Error("Drain() = nil, want an error")
			}
		})
	})
}

// effect is what a handler does, so that it shows how often.
func effect(ctx context.Context, tx db.Queryer, id, name string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO toy_effect (id, name) VALUES ($1, $2)", id, name)
	return err
}

func effects(t *testing.T, s *db.Store) int {
	t.Helper()
	var n int
	if err := s.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM toy_effect").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A worker that is killed between its effect and the completion is played by one whose lease has ended
// while it was at it.
func TestLease(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		slow, quick := job.New(job.Config{Store: s, Now: c.now, Lease: time.Minute}), job.New(job.Config{Store: s, Now: c.now, Lease: time.Minute})
		var runs atomic.Int64
		inside, goOn := make(chan struct{}), make(chan struct{})
		handle := func(q *job.Queue, wait bool) {
			job.Handle(q, "once", func(ctx context.Context, _ any) error {
				runs.Add(1)
				if wait {
					close(inside)
					<-goOn
				}
				return s.Write(ctx, func(tx *db.Tx) error {
					if err := effect(ctx, tx, fmt.Sprint(wait), "once"); err != nil {
						return err
					}
					return job.Complete(ctx, tx)
				})
			})
		}
		handle(slow, true)
		handle(quick, false)
		enqueue(t, slow, job.Job{Kind: "once"})
		var wg sync.WaitGroup
		var lost error
		wg.Go(func() { lost = slow.Drain(context.Background()) })
		<-inside
		if n := counts(t, quick); n.Held != 1 {
			t.Errorf("%+v, want one held", n)
		}
		c.pass(time.Minute - time.Microsecond)
		drain(t, quick)
		if runs.Load() != 1 {
			t.Errorf("taken by another during the lease")
		}
		c.pass(time.Microsecond)
		drain(t, quick)
		if runs.Load() != 2 {
			t.Errorf("carried out %d times, want once more after the lease", runs.Load())
		}
		close(goOn)
		wg.Wait()
		if !errors.Is(lost, job.ErrLost) {
			t.Errorf("the first worker's Drain() = %v, want %v", lost, job.ErrLost)
		}
		if n := effects(t, s); n != 1 {
			t.Errorf("%d effects, want 1", n)
		}
		if n := counts(t, quick); n != (job.Stats{}) {
			t.Errorf("left over: %+v", n)
		}
	})
}

// The worker that lost its lease may be the one that takes the job again; its first attempt has lost it
// all the same.
func TestLeaseTakenAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		q := job.New(job.Config{Store: s, Now: c.now, Lease: time.Minute})
		var runs atomic.Int64
		var inside, goOn [2]chan struct{}
		var ended [2]chan error
		for i := range 2 {
			inside[i], goOn[i], ended[i] = make(chan struct{}), make(chan struct{}), make(chan error, 1)
		}
		job.Handle(q, "once", func(ctx context.Context, _ any) error {
			run := runs.Add(1) - 1
			close(inside[run])
			<-goOn[run]
			return s.Write(ctx, func(tx *db.Tx) error {
				return errors.Join(effect(ctx, tx, fmt.Sprint(run), "once"), job.Complete(ctx, tx))
			})
		})
		enqueue(t, q, job.Job{Kind: "once"})
		for i := range 2 {
			go func() { ended[i] <- q.Drain(context.Background()) }()
			<-inside[i]
			c.pass(time.Minute)
		}
		c.pass(-time.Minute) // the second lease is alive
		close(goOn[0])
		if err := <-ended[0]; !errors.Is(err, job.ErrLost) {
			t.Errorf("first attempt: %v, want %v", err, job.ErrLost)
		}
		close(goOn[1])
		if err := <-ended[1]; err != nil {
			t.Errorf("second attempt: %v", err)
		}
		if n := effects(t, s); n != 1 {
			t.Errorf("%d effects, want 1", n)
		}
	})
}

func TestComplete(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		q := job.New(job.Config{Store: s, Now: c.now})
		undo := true
		run := func(ctx context.Context, id string) error {
			return s.Write(ctx, func(tx *db.Tx) error {
				if err := errors.Join(effect(ctx, tx, id, "x"), job.Complete(ctx, tx)); err != nil {
					return err
				}
				if undo {
					return errBroken
				}
				return nil
			})
		}
		job.Handle(q, "run", run)
		enqueue(t, q, job.Job{Kind: "run", Args: "a"})
		t.Run("is undone with the effect", func(t *testing.T) {
			if err := q.Drain(t.Context()); !errors.Is(err, errBroken) {
				t.Errorf("Drain() = %v, want %v", err, errBroken)
			}
			if n := counts(t, q); n.Waiting != 1 || effects(t, s) != 0 {
				t.Errorf("%+v and %d effects, want one waiting and none", n, effects(t, s))
			}
		})
		t.Run("is kept with the effect", func(t *testing.T) {
			undo = false
			c.pass(time.Hour)
			drain(t, q)
			if n := counts(t, q); n != (job.Stats{}) || effects(t, s) != 1 {
				t.Errorf("%+v and %d effects, want none open and one", n, effects(t, s))
			}
		})
		t.Run("does nothing outside of a handler", func(t *testing.T) {
			if err := run(t.Context(), "b"); err != nil {
				t.Error(err)
			}
		})
	})
}

// A process that is killed by its job twenty times over must not be killed by it for ever.
func TestNeverFinished(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		q := job.New(job.Config{Store: s, Now: c.now, Lease: time.Minute})
		ran := 0
		job.Handle(q, "deadly", func(ctx context.Context, _ any) error {
			ran++
			c.pass(time.Minute) // and no word of it: another worker has it by now
			return s.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, "UPDATE job_job SET lease_by = 'somebody else'")
				return err
			})
		})
		enqueue(t, q, job.Job{Kind: "deadly"})
		if err := q.Drain(t.Context()); !errors.Is(err, job.ErrLost) {
			t.Errorf("Drain() = %v, want %v", err, job.ErrLost)
		}
		if n := counts(t, q); ran != 20 || n.Stuck != 1 {
			t.Errorf("carried out %d times, %+v; want 20 and stuck", ran, n)
		}
	})
}

func TestEvery(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:30")
		ran := 0
		open := func() *job.Queue {
			q := job.New(job.Config{Store: s, Now: c.now})
			job.Handle(q, "seal", func(context.Context, any) error { ran++; return nil })
			q.Every("seal", time.Hour)
			return q
		}
		one, two := open(), open()
		for _, step := range []struct {
			name string
			pass time.Duration
			want int
		}{
			{"not at once", 0, 0},
			{"not before the hour", 29 * time.Minute, 0},
			{"at the hour, once in all processes", time.Minute, 1},
			{"not again in the same hour", 59 * time.Minute, 1},
			{"at the next", time.Minute, 2},
			{"what was missed is made up for by one", 5*time.Hour + 7*time.Minute, 3},
			{"and then at the full hour as before", 53 * time.Minute, 4},
		} {
			c.pass(step.pass)
			drain(t, one)
			drain(t, two)
			if ran != step.want {
				t.Errorf("%s: ran %d times, want %d", step.name, ran, step.want)
			}
		}
		three := open() // a restart
		drain(t, three)
		if ran != 4 {
			t.Errorf("a restart made it run")
		}
	})
}

func TestHandle(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("two handlers for one kind: no panic")
		}
	}()
	q := job.New(job.Config{Now: at("2026-03-02 09:00").now})
	job.Handle(q, "a", func(context.Context, any) error { return nil })
	job.Handle(q, "a", func(context.Context, any) error { return nil })
}
