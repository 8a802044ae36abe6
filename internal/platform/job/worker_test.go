package job_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/job"
	"tongban/internal/testkit/dbtest"
)

// run starts the queue's workers; the function that it returns stops them and waits.
func run(t *testing.T, q *job.Queue) func() {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run() = %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// until looks again and again, because what it waits for happens in other goroutines.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.After(30 * time.Second)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-limit:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		const n = 1500
		var done atomic.Int64
		var stops []func()
		for range 3 {
			q := job.New(job.Config{Store: s, Now: c.now})
			job.Handle(q, "once", func(ctx context.Context, id string) error {
				defer done.Add(1)
				// The second time it would fail, for the id is there.
				return s.Write(ctx, func(tx *db.Tx) error { return effect(ctx, tx, id, "once") })
			})
			stops = append(stops, run(t, q))
		}
		from := job.New(job.Config{Store: s, Now: c.now}) // a process that enqueues and does not work
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				var jobs []job.Job
				for j := range n / 10 {
					jobs = append(jobs, job.Job{Kind: "once", Args: fmt.Sprint(i, "-", j)})
				}
				enqueue(t, from, jobs...)
			})
		}
		wg.Wait()
		until(t, "all are done", func() bool { return done.Load() >= n && counts(t, from) == (job.Stats{}) })
		for _, stop := range stops {
			stop()
		}
		if got := effects(t, s); got != n || done.Load() != n {
			t.Errorf("%d effects of %d runs, want %d of both", got, done.Load(), n)
		}
	})
}

func TestRunStops(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		q := job.New(job.Config{Store: s, Now: c.now, Workers: 2})
		inside, goOn := make(chan struct{}), make(chan struct{})
		var begun, finished atomic.Int64
		job.Handle(q, "slow", func(ctx context.Context, _ any) error {
			if begun.Add(1) == 2 {
				close(inside)
			}
			<-goOn
			finished.Add(1)
			return ctx.Err()
		})
		var jobs []job.Job
		for range 10 {
			jobs = append(jobs, job.Job{Kind: "slow"})
		}
		enqueue(t, q, jobs...)
		stop := run(t, q)
		<-inside
		until(t, "all are claimed", func() bool { return counts(t, q).Held == 10 })
		go func() {
			until(t, "the others are given back", func() bool { return counts(t, q).Due == 8 })
			close(goOn)
		}()
		stop()
		if begun.Load() != 2 || finished.Load() != 2 {
			t.Errorf("%d begun, %d finished; want 2 and 2", begun.Load(), finished.Load())
		}
		if n := counts(t, q); n.Due != 8 || n.Held != 0 {
			t.Errorf("%+v, want 8 due", n)
		}
		var tried int
		if err := s.Read().QueryRowContext(t.Context(), "SELECT MAX(attempts) FROM job_job").Scan(&tried); err != nil || tried != 0 {
			t.Errorf("%d attempts noted for those given back, %v; want none", tried, err)
		}
	})
}

func TestRunSole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		dead := job.New(job.Config{Store: s, Now: c.now})
		never := make(chan struct{})
		inside := make(chan struct{})
		job.Handle(dead, "left", func(context.Context, any) error { close(inside); <-never; return errBroken })
		enqueue(t, dead, job.Job{Kind: "left"})
		go dead.Drain(context.Background())
		<-inside
		q := job.New(job.Config{Store: s, Now: c.now, Sole: true})
		done := make(chan struct{})
		job.Handle(q, "left", func(context.Context, any) error { close(done); return nil })
		stop := run(t, q)
		<-done
		stop()
		if n := counts(t, q); n != (job.Stats{}) {
			t.Errorf("left over: %+v", n)
		}
	})
}

// A job that takes longer than a lease stays with its worker as long as that lives.
func TestRunRenews(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		c := at("2026-03-02 09:00")
		const lease = 60 * time.Millisecond // renewed every 20 ms of real time
		q := job.New(job.Config{Store: s, Now: c.now, Lease: lease})
		inside, goOn := make(chan struct{}), make(chan struct{})
		job.Handle(q, "long", func(context.Context, any) error { close(inside); <-goOn; return nil })
		enqueue(t, q, job.Job{Kind: "long"})
		stop := run(t, q)
		<-inside
		for range 5 {
			c.pass(lease - time.Millisecond)
			until(t, "the lease is extended", func() bool {
				var end int64
				if err := s.Read().QueryRowContext(t.Context(), "SELECT due_at FROM job_job").Scan(&end); err != nil {
					t.Fatal(err)
				}
				return end == c.in(lease).UnixMicro()
			})
		}
		close(goOn)
		until(t, "it is done", func() bool { return counts(t, q) == (job.Stats{}) })
		stop()
	})
}

// TestKilled kills a program while it decides and works, several times, and looks whether every decision
// had its consequence exactly once.
func TestKilled(t *testing.T) {
	t.Parallel()
	const dirVar = "JOB_TEST_KILLED_DIR"
	if dir := os.Getenv(dirVar); dir != "" {
		decideUntilKilled(dir)
		return
	}
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	for range 3 {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestKilled$")
		cmd.Env = append(os.Environ(), dirVar+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := 0
		for in := bufio.NewScanner(out); in.Scan(); {
			acknowledged[in.Text()] = true
			if lines++; lines == 150 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || lines < 150 {
			t.Fatalf("the program ended by itself after %d decisions: %v", lines, err)
		}
	}
	s, q := consequences(t.Context(), dir)
	defer s.Close()
	stop := run(t, q)
	until(t, "everything is done", func() bool { return counts(t, q) == (job.Stats{}) })
	stop()
	rows, err := s.Read().QueryContext(t.Context(), "SELECT id, name FROM toy_effect ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	decided, followed := map[string]bool{}, map[string]bool{}
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			t.Fatal(err)
		}
		if name == "decision" {
			decided["follow "+id] = true
		} else {
			followed[id] = true
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for id := range acknowledged {
		if !decided["follow "+id] {
			t.Errorf("decision %s was acknowledged and is lost", id)
		}
	}
	if len(followed) != len(decided) {
		t.Errorf("%d decisions have %d consequences", len(decided), len(followed))
	}
	for id := range decided {
		if !followed[id] {
			t.Errorf("nothing followed: %s", id)
		}
	}
}

func consequences(ctx context.Context, dir string) (*db.Store, *job.Queue) {
	s, err := db.Open(ctx, db.Config{Dir: dir})
	if err == nil {
		err = s.Migrate(ctx, tables...)
	}
	if err != nil {
		panic(err)
	}
	q := job.New(job.Config{Store: s, Now: at("2026-03-02 09:00").now, Sole: true})
	job.Handle(q, "follow", func(ctx context.Context, id string) error {
		return s.Write(ctx, func(tx *db.Tx) error { // the second time it would fail, and the job would stay
			return errors.Join(effect(ctx, tx, "follow "+id, "consequence"), job.Complete(ctx, tx))
		})
	})
	return s, q
}

func decideUntilKilled(dir string) {
	ctx := context.Background()
	s, q := consequences(ctx, dir)
	go func() { panic(q.Run(ctx)) }()
	var wg sync.WaitGroup
	for c := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), c, i)
				err := s.Write(ctx, func(tx *db.Tx) error {
					return errors.Join(effect(ctx, tx, id, "decision"), q.Enqueue(ctx, tx, job.Job{Kind: "follow", Args: id}))
				})
				if err != nil {
					panic(err)
				}
				fmt.Println(id)
			}
		})
	}
	wg.Wait()
}

// BenchmarkRun is how fast a backlog is worked off by handlers that each make a durable change.
func BenchmarkRun(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for _, backlog := range []int{0, 50_000} {
			b.Run(fmt.Sprintf("%s/backlog=%d", engine, backlog), func(b *testing.B) {
				open := dbtest.SQLite
				if engine == db.Postgres {
					open = dbtest.Postgres
				}
				s := open(b, tables...)
				c := at("2026-03-02 09:00")
				q := job.New(job.Config{Store: s, Now: c.now})
				var done atomic.Int64
				all := make(chan struct{})
				job.Handle(q, "once", func(ctx context.Context, id string) error {
					err := s.Write(ctx, func(tx *db.Tx) error {
						return errors.Join(effect(ctx, tx, id, "once"), job.Complete(ctx, tx))
					})
					if done.Add(1) == int64(b.N) {
						close(all)
					}
					return err
				})
				put := func(n int, wait time.Duration) {
					for from := 0; from < n; from += 500 {
						err := s.Write(b.Context(), func(tx *db.Tx) error {
							var jobs []job.Job
							for i := from; i < min(n, from+500); i++ {
								jobs = append(jobs, job.Job{Kind: "once", Args: fmt.Sprint(wait, i), RunAt: c.in(wait)})
							}
							return q.Enqueue(b.Context(), tx, jobs...)
						})
						if err != nil {
							b.Fatal(err)
						}
					}
				}
				put(backlog, time.Hour)
				put(b.N, 0)
				ctx, cancel := context.WithCancel(b.Context())
				defer cancel()
				b.ResetTimer()
				ended := make(chan error, 1)
				go func() { ended <- q.Run(ctx) }()
				<-all
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
				cancel()
				if err := <-ended; err != nil {
					b.Error(err)
				}
			})
		}
	}
}
