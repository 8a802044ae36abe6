package db_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/testkit/dbtest"
)

// hold lets the writer wait in a caller's function until as many others as wanted have been handed in.
func hold(t *testing.T, s *db.Store, others int, fn func(i int, tx *db.Tx) error) []error {
	t.Helper()
	inside, enough := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	first := make(chan error, 1)
	wg.Go(func() {
		first <- s.Write(context.Background(), func(*db.Tx) error {
			close(inside)
			<-enough
			return nil
		})
	})
	<-inside
	errs := make([]error, others)
	var comes sync.WaitGroup
	comes.Add(others)
	for i := range others {
		wg.Go(func() {
			ctx := announced{context.Background(), sync.OnceFunc(comes.Done)}
			errs[i] = s.Write(ctx, func(tx *db.Tx) error { return fn(i, tx) })
		})
	}
	comes.Wait()
	close(enough)
	wg.Wait()
	return append(errs, <-first)
}

// announced tells when Write has looked at its context, which it does before it waits.
type announced struct {
	context.Context
	looked func()
}

func (a announced) Done() <-chan struct{} { a.looked(); return nil }

func TestGroup(t *testing.T) {
	t.Parallel()
	t.Run("people go before work that can wait", func(t *testing.T) {
		t.Parallel()
		s := dbtest.SQLite(t, tables...)
		var mu sync.Mutex
		var order []int // who ran, the ones that can wait as negative numbers
		inside, enough := make(chan struct{}), make(chan struct{})
		var all, comes sync.WaitGroup
		all.Go(func() {
			if err := s.Write(context.Background(), func(*db.Tx) error { close(inside); <-enough; return nil }); err != nil {
				t.Error(err)
			}
		})
		<-inside
		const each = 5
		comes.Add(2 * each)
		hand := func(ctx context.Context, who int) {
			all.Go(func() {
				err := s.Write(announced{ctx, sync.OnceFunc(comes.Done)}, func(*db.Tx) error {
					mu.Lock()
					defer mu.Unlock()
					order = append(order, who)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		for i := range each {
			hand(db.Later(context.Background()), -1-i)
			hand(context.Background(), 1+i)
		}
		comes.Wait()
		close(enough)
		all.Wait()
		// One of them may have looked at its context and not yet have been handed in.
		if len(order) != 2*each || slices.ContainsFunc(order[:each-1], func(who int) bool { return who < 0 }) {
			t.Errorf("they ran in the order %v", order)
		}
	})
	t.Run("work that can wait gets its turn among people without end", func(t *testing.T) {
		t.Parallel()
		s := dbtest.SQLite(t, tables...)
		ctx, stop := context.WithCancel(context.Background())
		var people sync.WaitGroup
		for range 8 {
			people.Go(func() {
				for ctx.Err() == nil {
					if err := s.Write(context.Background(), func(*db.Tx) error { return nil }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range 20 { // without a turn of its own it would stay here as long as the people come
			if err := s.Write(db.Later(context.Background()), func(tx *db.Tx) error { return box(context.Background(), tx, fmt.Sprint(i)) }); err != nil {
				t.Error(err)
			}
		}
		stop()
		people.Wait()
		if n := len(boxes(t, s.Read())); n != 20 {
			t.Errorf("%d of 20 writes are there", n)
		}
	})
	t.Run("only who waits for an answer makes the store busy", func(t *testing.T) {
		t.Parallel()
		s := dbtest.SQLite(t, tables...)
		before := db.Asked(s)
		for _, ctx := range []context.Context{db.Later(context.Background()), context.Background()} {
			if db.Asked(s) != before {
				t.Error("work that can wait made the store busy")
			}
			if err := s.Write(ctx, func(*db.Tx) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if db.Asked(s) <= before {
			t.Error("a person's write did not make the store busy")
		}
	})
	t.Run("callers that wait together share a commit", func(t *testing.T) {
		t.Parallel()
		s := dbtest.SQLite(t, tables...)
		var most atomic.Int64
		errs := hold(t, s, 10, func(i int, tx *db.Tx) error {
			if err := box(context.Background(), tx, fmt.Sprint(i)); err != nil {
				return err
			}
			// What this transaction sees and the others do not has not been committed yet.
			most.Store(max(most.Load(), int64(len(boxes(t, tx))-len(boxes(t, s.Read())))))
			if i%5 == 4 {
				return errRefused
			}
			return nil
		})
		for i, err := range errs {
			if refused := i < 10 && i%5 == 4; errors.Is(err, errRefused) != refused || (err != nil) != refused {
				t.Errorf("caller %d: %v", i, err)
			}
		}
		if most.Load() < 2 {
			t.Errorf("at most %d callers in a commit, want several", most.Load())
		}
		if got, want := boxes(t, s.Read()), []string{"0", "1", "2", "3", "5", "6", "7", "8"}; !slices.Equal(got, want) {
			t.Errorf("rows %v, want %v", got, want)
		}
	})
	t.Run("when the commit fails, all are told and nothing remains", func(t *testing.T) {
		t.Parallel()
		s := dbtest.SQLite(t, tables...)
		var together atomic.Int64
		errs := hold(t, s, 3, func(i int, tx *db.Tx) error {
			ctx := context.Background()
			// A reference to nothing that is looked at only by the commit.
			if _, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = 1"); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO toy_thing (id, box, n) VALUES ($1, 'nowhere', 1)", fmt.Sprint(i)); err != nil {
				return err
			}
			tx.AfterCommit(func() { t.Error("AfterCommit called after a failed commit") })
			var n int64
			if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM toy_thing").Scan(&n); err != nil {
				return err
			}
			together.Store(max(together.Load(), n))
			return nil
		})
		for i, err := range errs[:3] {
			if err == nil {
				t.Errorf("caller %d was told that it succeeded", i)
			}
		}
		var left int
		if err := s.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM toy_thing").Scan(&left); err != nil {
			t.Fatal(err)
		}
		if left != 0 || together.Load() < 2 {
			t.Errorf("%d rows left of %d in one commit; want 0 of several", left, together.Load())
		}
		put(t, s, "afterwards")
	})
	t.Run("when SQLite gives the transaction up, all in it are told", func(t *testing.T) {
		t.Parallel()
		s := dbtest.SQLite(t, tables...)
		errs := hold(t, s, 3, func(i int, tx *db.Tx) error {
			ctx := context.Background()
			if err := box(ctx, tx, fmt.Sprint(i)); err != nil {
				return err
			}
			if len(boxes(t, tx)) < 3 {
				return nil
			}
			_, err := tx.ExecContext(ctx, "INSERT OR ROLLBACK INTO toy_box (id) VALUES ($1)", fmt.Sprint(i))
			return err
		})
		for i, err := range errs {
			if err == nil {
				t.Errorf("caller %d was told that it succeeded", i)
			}
		}
		if got := boxes(t, s.Read()); len(got) != 0 {
			t.Errorf("rows %v, want none", got)
		}
		put(t, s, "afterwards")
	})
	t.Run("a caller whose context ends in the middle of a statement harms nobody", func(t *testing.T) {
		t.Parallel()
		s := dbtest.SQLite(t, tables...)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var long sync.Once
		errs := hold(t, s, 6, func(i int, tx *db.Tx) error {
			if err := box(context.Background(), tx, fmt.Sprint(i)); err != nil {
				return err
			}
			var err error
			if i == 5 || len(boxes(t, tx)) == 3 { // in the middle of a group, if there is one
				long.Do(func() {
					time.AfterFunc(20*time.Millisecond, cancel)
					_, err = tx.ExecContext(ctx, `
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
INSERT INTO toy_box (id) SELECT 'n' || i FROM n WHERE i % 100000 = 0`)
					<-ctx.Done()
					if err == nil {
						err = box(ctx, tx, "too late")
					}
				})
			}
			return err
		})
		var kept []string
		for i, err := range errs[:6] {
			switch {
			case err == nil:
				kept = append(kept, fmt.Sprint(i))
			case !errors.Is(err, context.Canceled):
				t.Errorf("caller %d: %v", i, err)
			}
		}
		if len(kept) != 5 {
			t.Errorf("%d callers were served, want all but the one whose context ended", len(kept))
		}
		if got := boxes(t, s.Read()); !slices.Equal(got, kept) {
			t.Errorf("rows %v, want %v", got, kept)
		}
	})
	t.Run("a caller that gives up waiting is not carried out", func(t *testing.T) {
		t.Parallel()
		s := dbtest.SQLite(t, tables...)
		inside, gone := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := s.Write(t.Context(), func(tx *db.Tx) error {
				close(inside)
				<-gone
				return box(t.Context(), tx, "first")
			}); err != nil {
				t.Error(err)
			}
		})
		<-inside
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		err := s.Write(ctx, func(tx *db.Tx) error { t.Error("carried out"); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Write() = %v, want %v", err, context.Canceled)
		}
		close(gone)
		wg.Wait()
		put(t, s, "last")
		if got, want := boxes(t, s.Read()), []string{"first", "last"}; !slices.Equal(got, want) {
			t.Errorf("rows %v, want %v", got, want)
		}
	})
	t.Run("Close waits for those who are at it", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		s, err := db.Open(t.Context(), db.Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context(), tables...); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var kept atomic.Int64
		for i := range 50 {
			wg.Go(func() {
				err := s.Write(context.Background(), func(tx *db.Tx) error { return box(context.Background(), tx, fmt.Sprint(i)) })
				switch {
				case err == nil:
					kept.Add(1)
				case !errors.Is(err, db.ErrClosed):
					t.Errorf("Write() = %v, want nil or %v", err, db.ErrClosed)
				}
			})
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		s, err = db.Open(t.Context(), db.Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if got := len(boxes(t, s.Read())); int64(got) != kept.Load() {
			t.Errorf("%d rows, %d were acknowledged", got, kept.Load())
		}
	})
}

// TestKilled kills a program that writes with sixteen callers, and looks for what it had acknowledged.
func TestKilled(t *testing.T) {
	t.Parallel()
	const dirVar = "DB_TEST_KILLED_DIR"
	if dir := os.Getenv(dirVar); dir != "" {
		writeUntilKilled(dir)
		return
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKilled$")
	cmd.Env = append(os.Environ(), dirVar+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	for in := bufio.NewScanner(out); in.Scan(); {
		acknowledged = append(acknowledged, in.Text())
		if len(acknowledged) == 500 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(acknowledged) < 500 {
		t.Fatalf("the program ended by itself after %d rows: %v", len(acknowledged), err)
	}
	s, err := db.Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	there := boxes(t, s.Read())
	for _, id := range acknowledged {
		if _, ok := slices.BinarySearch(there, id); !ok {
			t.Errorf("%s was acknowledged and is lost", id)
		}
	}
	for _, id := range there {
		var things int
		if err := s.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM toy_thing WHERE box = $1", id).Scan(&things); err != nil {
			t.Fatal(err)
		}
		if things != 2 {
			t.Errorf("%s has %d things, want both or no box", id, things)
		}
	}
}

func writeUntilKilled(dir string) {
	ctx := context.Background()
	s, err := db.Open(ctx, db.Config{Dir: dir})
	if err == nil {
		err = s.Migrate(ctx, tables...)
	}
	if err != nil {
		panic(err)
	}
	var wg sync.WaitGroup
	for c := range 16 {
		wg.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%02d-%06d", c, i)
				err := s.Write(ctx, func(tx *db.Tx) error {
					if err := box(ctx, tx, id); err != nil {
						return err
					}
					for part := range 2 {
						if _, err := tx.ExecContext(ctx, "INSERT INTO toy_thing (id, box, n) VALUES ($1, $2, $3)", fmt.Sprint(id, part), id, part); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					panic(err)
				}
				if _, err := io.WriteString(os.Stdout, id+"\n"); err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
}
