package rig

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tongban/internal/app"
	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/deadline"
	"tongban/internal/testkit/dbtest"
)

// Password is that of every demonstration account.
const Password = "tongban-demo"

// start is when a rig's clock begins: a Tuesday in a month without holidays.
const start deadline.Day = "2026-11-24"

// office is when an office opens.
const office = 9 * time.Hour

// Rig is an open city with the test that it belongs to.
type Rig struct {
	*app.App
	T     testing.TB
	clock *clock
	shut  bool
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Each runs a story on both engines, as the subtests "sqlite" and "postgres".
func Each(t *testing.T, story func(t *testing.T, r *Rig)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); story(t, Postgres(t)) })
}

// SQLite opens a city on SQLite.
func SQLite(t testing.TB) *Rig {
	t.Helper()
	dir := Data(t)
	return Open(t, app.Config{Data: dir})
}

// Postgres opens a city on PostgreSQL; the test is skipped where the machine has none.
func Postgres(t testing.TB) *Rig {
	t.Helper()
	url := dbtest.Copy(t, "city", func(url string) { seed(t, app.Config{Data: Data(t), Database: url}) })
	return Open(t, app.Config{Data: Data(t), Database: url})
}

// template is a data folder with the demonstration in it, by file; it is made once in a test program.
var template struct {
	sync.Mutex
	files map[string][]byte
}

// Data gives a data folder of the test's own in which a city was opened and closed.
func Data(t testing.TB) string {
	t.Helper()
	template.Lock()
	defer template.Unlock()
	dir := t.TempDir()
	if template.files == nil {
		seed(t, app.Config{Data: dir})
		files, err := read(os.DirFS(dir))
		if err != nil {
			t.Fatalf("read the template: %v", err)
		}
		template.files = files
		return dir
	}
	for name, b := range template.files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(dir fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name], err = fs.ReadFile(dir, name)
		return err
	})
	return files, err
}

func seed(t testing.TB, c app.Config) {
	t.Helper()
	a, err := app.Open(t.Context(), complete(t, c, &clock{at: start.Start().Add(office)}))
	if err != nil {
		t.Fatalf("open the template: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatalf("close the template: %v", err)
	}
}

func complete(t testing.TB, c app.Config, at *clock) app.Config {
	t.Helper()
	c.Demo, c.Now = true, at.now
	if c.Origin == "" {
		c.Origin = "http://shifan.example"
	}
	if c.Jurisdiction == "" {
		c.Jurisdiction = filepath.Join(Root(t), "jurisdictions", "shifan")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Open opens a city in a folder from Data, perhaps with files of its own. When the test ends, the record
// of everything that happened is proved and the city is closed.
func Open(t testing.TB, c app.Config) *Rig {
	t.Helper()
	return open(t, c, &clock{at: start.Start().Add(office)})
}

func open(t testing.TB, c app.Config, at *clock) *Rig {
	t.Helper()
	a, err := app.Open(t.Context(), complete(t, c, at))
	if err != nil {
		t.Fatalf("open the city: %v", err)
	}
	r := &Rig{App: a, T: t, clock: at}
	t.Cleanup(r.Shut)
	return r
}

// Shut proves the record and closes the city; a second time it does nothing.
func (r *Rig) Shut() {
	r.T.Helper()
	if r.shut {
		return
	}
	r.Prove()
	r.Stop()
}

// Stop closes the city as it is.
func (r *Rig) Stop() {
	r.T.Helper()
	if r.shut = true; r.Close() != nil {
		r.T.Error("the city does not close")
	}
}

// Reopen closes the city and opens it again, on the same data and at the same time of day.
func (r *Rig) Reopen() *Rig {
	r.T.Helper()
	r.Shut()
	return open(r.T, r.Config, r.clock)
}

// Root is the folder of the repository.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("there is no go.mod above the test")
		}
	}
}

// Shifan copies the shipped jurisdiction into a folder that the test may change.
func Shifan(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shifan")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(Root(t), "jurisdictions", "shifan"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Ctx is a context for the rig's own calls; it outlives the test, so that cleaning up can use it.
func (r *Rig) Ctx() context.Context { return context.Background() }

// OK stops the test at an error.
func (r *Rig) OK(err error) {
	r.T.Helper()
	if err != nil {
		r.T.Fatalf("%v%s", err, why(err))
	}
}

// why adds what a fault says beside its code.
func why(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Args)+len(f.Fields) == 0 {
		return ""
	}
	return fmt.Sprintf(" %v %v", f.Args, f.Fields)
}

// Must is OK for a function with a result.
func Must[V any](v V, err error) func(r *Rig) V {
	return func(r *Rig) V {
		r.T.Helper()
		r.OK(err)
		return v
	}
}

// Today is the day of the rig's clock.
func (r *Rig) Today() deadline.Day { return deadline.Of(r.clock.now()) }

// Pass lets time go by; nothing happens by itself meanwhile.
func (r *Rig) Pass(d time.Duration) {
	r.clock.mu.Lock()
	defer r.clock.mu.Unlock()
	r.clock.at = r.clock.at.Add(d)
}

// GoTo is the morning of a later day.
func (r *Rig) GoTo(day deadline.Day) {
	r.T.Helper()
	r.clock.mu.Lock()
	defer r.clock.mu.Unlock()
	at := day.Start().Add(office)
	if at.Before(r.clock.at) {
		r.T.Fatalf("the clock does not go back from %v to %s", r.clock.at, day)
	}
	r.clock.at = at
}

// As is somebody who signed in with a password: a person in her own affairs, or an officer.
func (r *Rig) As(login string) identity.Actor {
	r.T.Helper()
	account, err := r.Identity.ByLogin(r.Ctx(), login)
	if err != nil {
		r.T.Fatalf("account %s: %v", login, err)
	}
	return account.Actor()
}

// For is a person who acts for a business or a child, as the registers allow her.
func (r *Rig) For(login, subject string) identity.Actor {
	r.T.Helper()
	by := r.As(login)
	may, err := r.Mandate.May(r.Ctx(), by.Self, subject)
	r.OK(err)
	if !may {
		r.T.Fatalf("%s may not act for %s", login, subject)
	}
	by.Subject = subject
	return by
}

// Work carries out all jobs that are due; none may fail.
func (r *Rig) Work() {
	r.T.Helper()
	if err := r.Jobs.Drain(r.Ctx()); err != nil {
		r.T.Fatalf("jobs: %v", err)
	}
}

// Prove seals the record and checks every row, leaf and tile of it.
func (r *Rig) Prove() {
	r.T.Helper()
	if _, err := r.Audit.Seal(r.Ctx()); err != nil {
		r.T.Errorf("seal the record: %v", err)
		return
	}
	report, err := r.Audit.Verify(r.Ctx())
	if err != nil {
		r.T.Errorf("verify the record: %v", err)
		return
	}
	for _, b := range report.All() {
		r.T.Errorf("the record is broken: %s", b)
	}
	if report.Waiting != 0 || report.Sealed != report.Entries {
		r.T.Errorf("of %d entries %d are sealed and %d wait", report.Entries, report.Sealed, report.Waiting)
	}
}

// Count counts the rows of a table that meet a condition, for what no verb tells.
func (r *Rig) Count(table, where string, args ...any) int {
	r.T.Helper()
	var n int
	r.OK(r.Store.Read().QueryRowContext(r.Ctx(), "SELECT COUNT(*) FROM "+table+" WHERE "+where, args...).Scan(&n))
	return n
}
