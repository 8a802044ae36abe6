package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongban/internal/platform/db"
	"tongban/internal/testkit/dbtest"
)

var tables = []db.Migrations{{Package: "toy", Files: fstest.MapFS{"schema/0001_toy.sql": {Data: []byte(`-- +goose Up
CREATE TABLE toy_box (id TEXT PRIMARY KEY, label TEXT UNIQUE);
CREATE TABLE toy_thing (id TEXT PRIMARY KEY, box TEXT NOT NULL REFERENCES toy_box (id), n BIGINT NOT NULL, b BYTEA);
`)}}}}

var errRefused = errors.New("refused")

func box(ctx context.Context, q db.Queryer, id string) error {
	_, err := q.ExecContext(ctx, "INSERT INTO toy_box (id) VALUES ($1)", id)
	return err
}

func put(t *testing.T, s *db.Store, id string) {
	t.Helper()
	ctx := t.Context()
	if err := s.Write(ctx, func(tx *db.Tx) error { return box(ctx, tx, id) }); err != nil {
		t.Fatal(err)
	}
}

func boxes(t testing.TB, q db.Queryer) []string {
	t.Helper()
	all, err := db.List(context.Background(), q, db.Column[string], "SELECT id FROM toy_box ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		ctx := t.Context()
		t.Run("keeps what succeeded", func(t *testing.T) {
			put(t, s, "kept")
		})
		t.Run("undoes what failed and says why", func(t *testing.T) {
			err := s.Write(ctx, func(tx *db.Tx) error {
				return errors.Join(box(ctx, tx, "failed"), errRefused)
			})
			if !errors.Is(err, errRefused) {
				t.Errorf("Write() = %v, want %v", err, errRefused)
			}
		})
		t.Run("undoes what panicked and lets the panic through", func(t *testing.T) {
			defer func() {
				if r := recover(); r != "broken" {
					t.Errorf("recovered %v, want the panic of the function", r)
				}
			}()
			_ = s.Write(ctx, func(tx *db.Tx) error {
				if err := box(ctx, tx, "panicked"); err != nil {
					t.Error(err)
				}
				panic("broken")
			})
			t.Error("Write returned after a panic")
		})
		t.Run("undoes what ended its goroutine", func(t *testing.T) {
			var wg sync.WaitGroup
			wg.Go(func() {
				_ = s.Write(ctx, func(tx *db.Tx) error {
					if err := box(ctx, tx, "gone"); err != nil {
						t.Error(err)
					}
					runtime.Goexit()
					return nil
				})
			})
			wg.Wait()
		})
		t.Run("gives no second life to a transaction", func(t *testing.T) {
			var kept *db.Tx
			if err := s.Write(ctx, func(tx *db.Tx) error { kept = tx; return nil }); err != nil {
				t.Fatal(err)
			}
			if err := box(ctx, kept, "afterwards"); !errors.Is(err, sql.ErrTxDone) {
				t.Errorf("ExecContext() afterwards = %v, want %v", err, sql.ErrTxDone)
			}
			var id string
			if err := kept.QueryRowContext(ctx, "SELECT id FROM toy_box").Scan(&id); !errors.Is(err, sql.ErrTxDone) {
				t.Errorf("QueryRowContext() afterwards = %v, want %v", err, sql.ErrTxDone)
			}
		})
		if diff := cmp.Diff([]string{"kept"}, boxes(t, s.Read())); diff != "" {
			t.Errorf("boxes (-want +got):\n%s", diff)
		}
	})
}

// Whatever callers do at the same time, exactly the rows of those that succeeded are there afterwards.
func TestWriteMixture(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			round++
			ends := rapid.SliceOfN(rapid.SampledFrom([]string{"succeed", "succeed", "fail", "panic", "clash", "cancelled", "spoil"}), 1, 40).Draw(rt, "ends")
			ctx := context.Background()
			var wg sync.WaitGroup
			got := make([]error, len(ends))
			for i, end := range ends {
				wg.Go(func() {
					defer func() {
						if r := recover(); r != nil {
							got[i] = fmt.Errorf("panic: %v", r)
						}
					}()
					ctx := ctx
					if end == "cancelled" {
						var cancel context.CancelFunc
						ctx, cancel = context.WithCancel(ctx)
						cancel()
					}
					got[i] = s.Write(ctx, func(tx *db.Tx) error {
						for part := range 2 {
							if err := box(ctx, tx, fmt.Sprintf("%04d-%02d-%d", round, i, part)); err != nil {
								return err
							}
						}
						switch end {
						case "fail":
							return errRefused
						case "panic":
							panic("broken")
						case "clash":
							return box(ctx, tx, fmt.Sprintf("%04d-%02d-0", round, i))
						case "spoil":
							_ = box(ctx, tx, fmt.Sprintf("%04d-%02d-0", round, i))
						}
						return nil
					})
				})
			}
			wg.Wait()
			var want []string
			for i, end := range ends {
				if (end == "succeed") != (got[i] == nil) {
					rt.Errorf("caller %d was to %s; Write() = %v", i, end, got[i])
				}
				if end == "clash" && !db.IsUnique(got[i]) {
					rt.Errorf("caller %d: IsUnique(%v) = false", i, got[i])
				}
				if end == "succeed" {
					want = append(want, fmt.Sprintf("%04d-%02d-0", round, i), fmt.Sprintf("%04d-%02d-1", round, i))
				}
			}
			rows := boxes(t, s.Read())
			at, _ := slices.BinarySearch(rows, fmt.Sprintf("%04d-", round))
			if diff := cmp.Diff(want, slices.Clone(rows[at:]), cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
				rt.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	})
}

func TestWriteCancelled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		t.Run("before it began, nothing happens", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			ran := false
			err := s.Write(ctx, func(tx *db.Tx) error { ran = true; return nil })
			if !errors.Is(err, context.Canceled) || ran {
				t.Errorf("Write() = %v, ran = %t; want %v and not run", err, ran, context.Canceled)
			}
		})
		t.Run("half-way, the next statement refuses and nothing remains", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			err := s.Write(ctx, func(tx *db.Tx) error {
				if err := box(ctx, tx, "half"); err != nil {
					return err
				}
				cancel()
				return box(ctx, tx, "whole")
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Write() = %v, want %v", err, context.Canceled)
			}
		})
		t.Run("after the last statement, the commit is carried out all the same", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			err := s.Write(ctx, func(tx *db.Tx) error {
				defer cancel()
				return box(ctx, tx, "done")
			})
			if err != nil {
				t.Errorf("Write() = %v, want nil", err)
			}
		})
		if diff := cmp.Diff([]string{"done"}, boxes(t, s.Read())); diff != "" {
			t.Errorf("boxes (-want +got):\n%s", diff)
		}
	})
}

func TestTx(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		ctx := t.Context()
		put(t, s, "a")
		t.Run("is spoilt by a statement that failed", func(t *testing.T) {
			err := s.Write(ctx, func(tx *db.Tx) error {
				if err := box(ctx, tx, "a"); !db.IsUnique(err) {
					t.Errorf("second a: %v, want a unique violation", err)
				}
				if err := box(ctx, tx, "b"); !errors.Is(err, db.ErrSpoilt) {
					t.Errorf("next statement: %v, want %v", err, db.ErrSpoilt)
				}
				var id string
				if err := tx.QueryRowContext(ctx, "SELECT id FROM toy_box").Scan(&id); !errors.Is(err, db.ErrSpoilt) {
					t.Errorf("next question: %v, want %v", err, db.ErrSpoilt)
				}
				return nil
			})
			if !errors.Is(err, db.ErrSpoilt) || !db.IsUnique(err) {
				t.Errorf("Write() = %v, want %v and its cause", err, db.ErrSpoilt)
			}
		})
		t.Run("is not spoilt by a row that is not there", func(t *testing.T) {
			err := s.Write(ctx, func(tx *db.Tx) error {
				var id string
				if err := tx.QueryRowContext(ctx, "SELECT id FROM toy_box WHERE id = $1", "z").Scan(&id); !errors.Is(err, sql.ErrNoRows) {
					t.Errorf("Scan() = %v, want %v", err, sql.ErrNoRows)
				}
				return box(ctx, tx, "b")
			})
			if err != nil {
				t.Errorf("Write() = %v", err)
			}
		})
		t.Run("sees its own changes, others do not", func(t *testing.T) {
			err := s.Write(ctx, func(tx *db.Tx) error {
				if err := box(ctx, tx, "c"); err != nil {
					return err
				}
				if got, want := boxes(t, tx), []string{"a", "b", "c"}; !slices.Equal(got, want) {
					t.Errorf("inside: %v, want %v", got, want)
				}
				if got, want := boxes(t, s.Read()), []string{"a", "b"}; !slices.Equal(got, want) {
					t.Errorf("outside: %v, want %v", got, want)
				}
				return nil
			})
			if err != nil {
				t.Errorf("Write() = %v", err)
			}
		})
		t.Run("ends although rows were left open", func(t *testing.T) {
			for range 4 { // from the third on, the statement is a kept one
				err := s.Write(ctx, func(tx *db.Tx) error {
					rows, err := tx.QueryContext(ctx, "SELECT id FROM toy_box WHERE id >= $1", "a")
					if err != nil {
						return err
					}
					rows.Next()
					return nil
				})
				if err != nil {
					t.Fatalf("Write() = %v", err)
				}
			}
		})
		t.Run("refuses a statement while rows are open", func(t *testing.T) {
			err := s.Write(ctx, func(tx *db.Tx) error {
				rows, err := tx.QueryContext(ctx, "SELECT id FROM toy_box")
				if err != nil {
					return err
				}
				defer rows.Close()
				rows.Next()
				return box(ctx, tx, "while")
			})
			if err == nil {
				t.Error("Write() = nil, want an error")
			}
			if s.Engine() == db.SQLite && !errors.Is(err, db.ErrRowsOpen) {
				t.Errorf("Write() = %v, want %v", err, db.ErrRowsOpen)
			}
		})
	})
}

func TestAfterCommit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		ctx := t.Context()
		t.Run("is called when everything is durable, in order", func(t *testing.T) {
			var said []string
			err := s.Write(ctx, func(tx *db.Tx) error {
				tx.AfterCommit(func() { said = append(said, "first", boxes(t, s.Read())[0]) })
				tx.AfterCommit(func() { said = append(said, "second") })
				return box(ctx, tx, "a")
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"first", "a", "second"}, said); diff != "" {
				t.Errorf("called (-want +got):\n%s", diff)
			}
		})
		t.Run("is not called when it failed", func(t *testing.T) {
			_ = s.Write(ctx, func(tx *db.Tx) error {
				tx.AfterCommit(func() { t.Error("called") })
				return errRefused
			})
		})
	})
}

func TestRead(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		ctx := t.Context()
		t.Run("refuses to write", func(t *testing.T) {
			if err := box(ctx, s.Read(), "a"); err == nil {
				t.Error("ExecContext() = nil, want an error")
			}
		})
		t.Run("asks the same text within itself", func(t *testing.T) {
			for i := range 20 {
				put(t, s, fmt.Sprintf("%02d", i))
			}
			// $1 binds by number on both engines; some SQLite drivers bind it by position.
			const text = "SELECT id FROM toy_box WHERE id < $2 AND id >= $1 ORDER BY id"
			var pairs int
			var walk func(depth int, from string)
			walk = func(depth int, from string) {
				rows, err := s.Read().QueryContext(ctx, text, from, "05")
				if err != nil {
					t.Fatal(err)
				}
				defer rows.Close()
				for rows.Next() {
					var id string
					if err := rows.Scan(&id); err != nil {
						t.Fatal(err)
					}
					if depth == 0 {
						pairs++
						continue
					}
					walk(depth-1, id)
				}
			}
			for range 3 {
				pairs = 0
				walk(1, "00")
				if pairs != 5+4+3+2+1 {
					t.Errorf("%d pairs, want 15", pairs)
				}
			}
		})
		t.Run("compares text by byte", func(t *testing.T) {
			for _, id := range []string{"a_", "aB", "ab", "Z", "文"} {
				put(t, s, id)
			}
			got := boxes(t, s.Read())
			if want := []string{"Z", "aB", "a_", "ab", "文"}; !slices.Equal(got[20:], want) {
				t.Errorf("order %v, want %v", got[20:], want)
			}
		})
	})
}

func TestTypes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
		ctx := t.Context()
		put(t, s, "a")
		t.Run("come back as they went in", func(t *testing.T) {
			want := []byte{0, 1, 255}
			err := s.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, "INSERT INTO toy_thing (id, box, n, b) VALUES ($1, $2, $3, $4), ($5, $2, $3, NULL)", "一", "a", int64(1)<<62, want, "2")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var n int64
			var b []byte
			if err := s.Read().QueryRowContext(ctx, "SELECT n, b FROM toy_thing WHERE id = $1", "一").Scan(&n, &b); err != nil {
				t.Fatal(err)
			}
			if n != 1<<62 || !slices.Equal(b, want) {
				t.Errorf("got %d and %v", n, b)
			}
		})
		for name, args := range map[string][]any{
			"text for a number":       {"x", "a", "many", nil},
			"a reference to nothing":  {"x", "nowhere", 1, nil},
			"nothing where it's due":  {"x", "a", nil, nil},
			"a row that is there yet": {"一", "a", 1, nil},
		} {
			t.Run("refuse "+name, func(t *testing.T) {
				err := s.Write(ctx, func(tx *db.Tx) error {
					_, err := tx.ExecContext(ctx, "INSERT INTO toy_thing (id, box, n, b) VALUES ($1, $2, $3, $4)", args...)
					return err
				})
				if err == nil {
					t.Error("Write() = nil, want an error")
				}
				if got, want := db.IsUnique(err), name == "a row that is there yet"; got != want {
					t.Errorf("IsUnique(%v) = %t, want %t", err, got, want)
				}
			})
		}
		t.Run("IsUnique knows unique columns", func(t *testing.T) {
			err := s.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, "INSERT INTO toy_box (id, label) VALUES ('x', 'l'), ('y', 'l')")
				return err
			})
			if !db.IsUnique(err) {
				t.Errorf("IsUnique(%v) = false", err)
			}
			if db.IsUnique(nil) || db.IsUnique(errRefused) {
				t.Error("IsUnique() = true for another error")
			}
		})
	})
}

func TestOpen(t *testing.T) {
	t.Parallel()
	t.Run("keeps the files to their owner", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "data")
		s, err := db.Open(t.Context(), db.Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Migrate(t.Context(), tables...); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(files) < 3 {
			t.Errorf("%d files, want the database and its logs", len(files))
		}
		for _, f := range files {
			info, err := f.Info()
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v, want 0600", f.Name(), info.Mode())
			}
		}
	})
	t.Run("accepts a folder with any name", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "a b?c#d%20e&f=文")
		s, err := db.Open(t.Context(), db.Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := os.Stat(filepath.Join(dir, db.FileName)); err != nil {
			t.Error(err)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
	for name, c := range map[string]db.Config{
		"neither folder nor URL": {},
		"a URL without sense":    {URL: "postgres://user:secret@[bad"},
		"a server that is not":   {URL: "postgres:///x?host=/nowhere&user=u&password=secret"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			s, err := db.Open(t.Context(), c)
			if err == nil {
				s.Close()
				t.Fatal("Open() = nil, want an error")
			}
			if got := err.Error(); strings.Contains(got, "secret") {
				t.Errorf("the error tells the password: %s", got)
			}
		})
	}
	t.Run("after Close there is no writing", func(t *testing.T) {
		s, err := db.Open(t.Context(), db.Config{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Errorf("Close() = %v", err)
		}
		if err := s.Write(t.Context(), func(*db.Tx) error { return nil }); !errors.Is(err, db.ErrClosed) {
			t.Errorf("Write() = %v, want %v", err, db.ErrClosed)
		}
	})
}
