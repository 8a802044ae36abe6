package db_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/testkit/dbtest"
)

func TestNewEnough(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]bool{
		"3.51.2": false, "3.51.3": true, "3.51.10": true, "3.52.0": true, "3.9.9": false, "4.0.0": true, "2.99.99": false, "3.51": false, "": false, "3.x.1": false,
	} {
		if got := db.NewEnough(v); got != want {
			t.Errorf("NewEnough(%q) = %t, want %t", v, got, want)
		}
	}
}

func TestBackup(t *testing.T) {
	t.Parallel()
	s := dbtest.SQLite(t, tables...)
	put(t, s, "before")
	dir := t.TempDir()
	path := filepath.Join(dir, "copy.db")
	t.Run("copies one moment while others write", func(t *testing.T) {
		done := make(chan struct{})
		var wg sync.WaitGroup
		for c := range 4 {
			wg.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-done:
						return
					default:
					}
					err := s.Write(context.Background(), func(tx *db.Tx) error {
						for part := range 2 {
							if err := box(context.Background(), tx, fmt.Sprint(c, "-", i, "-", part)); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		err := s.Backup(t.Context(), path)
		close(done)
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, want 0600", info.Mode())
		}
		restored := t.TempDir()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(restored, db.FileName), b, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := db.Open(t.Context(), db.Config{Dir: restored})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		got := boxes(t, r.Read())
		if len(got)%2 != 1 || got[len(got)-1] != "before" {
			t.Errorf("%d boxes, want pairs and the one from before", len(got))
		}
		put(t, r, "the copy can be worked with")
	})
	t.Run("leaves nothing else behind", func(t *testing.T) {
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 1 {
			t.Errorf("files %v, %v; want the copy alone", files, err)
		}
	})
	t.Run("replaces nothing", func(t *testing.T) {
		if err := s.Backup(t.Context(), path); !fault.Is(err, fault.Conflict) {
			t.Errorf("Backup() = %v, want a conflict", err)
		}
	})
	t.Run("refuses a folder that is not there", func(t *testing.T) {
		if err := s.Backup(t.Context(), filepath.Join(dir, "nowhere", "copy.db")); err == nil {
			t.Error("Backup() = nil, want an error")
		}
	})
	t.Run("names pg_dump on PostgreSQL", func(t *testing.T) {
		p := dbtest.Postgres(t)
		err := p.Backup(t.Context(), filepath.Join(dir, "pg.db"))
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("Backup() = %v, want a fault", err)
		}
	})
}

func TestCheckFile(t *testing.T) {
	t.Parallel()
	s := dbtest.SQLite(t, tables...)
	for i := range 200 {
		put(t, s, fmt.Sprintf("%0100d", i))
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := db.CheckFile(t.Context(), path); err != nil {
		t.Fatalf("CheckFile() = %v for a good file", err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{
		"a changed key":  bytes.Replace(good, fmt.Appendf(nil, "%0100d", 77), fmt.Appendf(nil, "%0100d", 999), 1),
		"half the file":  good[:len(good)/2],
		"something else": []byte("this is not a database, but it is long enough to be looked at as one: " + string(make([]byte, 4096))),
	} {
		t.Run("finds "+name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.db")
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := db.CheckFile(t.Context(), path); err == nil {
				t.Error("CheckFile() = nil, want an error")
			}
		})
	}
}
