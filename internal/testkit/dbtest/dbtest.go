package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tongban/internal/platform/db"
)

// Each runs fn on both engines, as the subtests "sqlite" and "postgres", with the tables that the
// migrations make. The second is skipped where the machine has no PostgreSQL.
func Each(t *testing.T, migrations []db.Migrations, fn func(t *testing.T, s *db.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t, migrations...)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t, migrations...)) })
}

// SQLite gives a new SQLite database, closed when the test ends.
func SQLite(t testing.TB, migrations ...db.Migrations) *db.Store {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, db.FileName), sqliteTemplate(t, migrations), 0o600); err != nil {
		t.Fatalf("make the database: %v", err)
	}
	return open(t, db.Config{Dir: dir})
}

// Postgres gives a new PostgreSQL database, dropped when the test ends.
func Postgres(t testing.TB, migrations ...db.Migrations) *db.Store {
	t.Helper()
	return open(t, db.Config{URL: fresh(t, migrations)})
}

// URL gives the address of a new, empty PostgreSQL database, for tests that start the program.
func URL(t testing.TB) string {
	t.Helper()
	return fresh(t, nil)
}

// Copy gives the address of a new PostgreSQL database that is like the one that fill filled. Filling is
// done once in a test program for each name; fill must have closed the database when it returns.
func Copy(t testing.TB, name string, fill func(url string)) string {
	t.Helper()
	s := running(t)
	return s.like(t, s.filled(t, "copy_"+name, fill))
}

func open(t testing.TB, c db.Config) *db.Store {
	t.Helper()
	s, err := db.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return s
}

// Migrating is done once for each set of migrations; each test starts with a copy of the result.
var templates struct {
	sync.Mutex
	sqlite   map[string][]byte
	postgres map[string]string
}

func sqliteTemplate(t testing.TB, migrations []db.Migrations) []byte {
	t.Helper()
	if len(migrations) == 0 {
		return nil
	}
	key := fingerprint(t, migrations)
	templates.Lock()
	defer templates.Unlock()
	if b, ok := templates.sqlite[key]; ok {
		return b
	}
	dir := t.TempDir()
	migrate(t, db.Config{Dir: dir}, migrations)
	b, err := os.ReadFile(filepath.Join(dir, db.FileName)) // closing has brought the log into the file
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	if templates.sqlite == nil {
		templates.sqlite = map[string][]byte{}
	}
	templates.sqlite[key] = b
	return b
}

func migrate(t testing.TB, c db.Config, migrations []db.Migrations) {
	t.Helper()
	s, err := db.Open(context.Background(), c)
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	err = s.Migrate(context.Background(), migrations...)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
}

func fingerprint(t testing.TB, migrations []db.Migrations) string {
	t.Helper()
	h := sha256.New()
	for _, m := range migrations {
		fmt.Fprintf(h, "%s\n", m.Package)
		err := fs.WalkDir(m.Files, ".", func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			b, err := fs.ReadFile(m.Files, p)
			fmt.Fprintf(h, "%s %d\n%s", p, len(b), b)
			return err
		})
		if err != nil {
			t.Fatalf("read the migrations of %s: %v", m.Package, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
