package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/internal/app"
	"tongban/internal/platform/db"
	"tongban/internal/platform/keys"
	"tongban/internal/service/casework"
	"tongban/internal/service/search"
	"tongban/internal/testkit/rig"
)

func TestDemonstration(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		count := func(r *rig.Rig) map[string]int {
			return map[string]int{"accounts": r.Count("identity_account", "1 = 1"), "records": r.Count("registry_record", "1 = 1"), "editions": r.Count("catalogue_edition", "1 = 1")}
		}
		first, services := count(r), len(r.City().Services)
		if first["editions"] != services || first["accounts"] < 45 || first["records"] < 40 {
			t.Fatalf("the demonstration is %v", first)
		}
		people := rig.Must(app.DemoPeople(r.Ctx(), app.Config{Jurisdiction: r.Jurisdiction}))(r)
		if len(people) != first["accounts"] {
			t.Errorf("%d people are listed and %d have accounts", len(people), first["accounts"])
		}
		for _, login := range []string{"wang", "market-1"} {
			if _, err := r.Identity.SignIn(r.Ctx(), login, rig.Password, "127.0.0.1"); err != nil {
				t.Errorf("%s does not sign in: %v", login, err)
			}
		}
		// What a case records is not undone by a second start, which loads the same demonstration.
		sun := r.As("sun")
		c := r.Apply(sun, "start-a-business", rig.Business, nil)
		uscc := r.Approve(c.ID, "registration").Result.Values["uscc"]
		again := r.Reopen()
		after := count(again)
		if after["accounts"] != first["accounts"] || after["editions"] != services || after["records"] != first["records"]+1 {
			t.Errorf("a second start made %v of %v", after, first)
		}
		again.For("sun", uscc)
		if m := again.Matter(c.ID, "seal-filing"); m.State != casework.Received {
			t.Errorf("after the second start the matter is %s", m.State)
		}
	})
}

// log collects what is logged.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

func edit(t *testing.T, path, old, new string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("%s does not hold %q", path, old)
	}
	if err := os.WriteFile(path, bytes.Replace(b, []byte(old), []byte(new), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	var out log
	dir := rig.Shifan(t)
	r := rig.Open(t, app.Config{Data: rig.Data(t), Jurisdiction: dir, Log: slog.New(slog.NewTextHandler(&out, nil))})
	wang := r.For("wang", rig.Xinyuan)
	c := r.Apply(wang, "open-a-restaurant", rig.Restaurant, nil)
	open := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
	file := filepath.Join(dir, "services", "open-a-restaurant", "service.yaml")
	before := r.City().Services["open-a-restaurant"].Edition
	out.take()

	t.Run("with a fault keeps what is in force and says where the fault is", func(t *testing.T) {
		edit(t, file, "body: fire\n", "body: fier\n")
		r.Reload(r.Ctx())
		if got := r.City().Services["open-a-restaurant"].Edition; got != before {
			t.Errorf("edition %s is in force", got)
		}
		said := out.take()
		if !strings.Contains(said, "services/open-a-restaurant/service.yaml:") || !strings.Contains(said, "fier") || !strings.Contains(said, "stays") {
			t.Errorf("the log says %q", said)
		}
		r.Draft(wang, "open-a-restaurant", rig.Restaurant) // business goes on
		edit(t, file, "body: fier\n", "body: fire\n")
	})
	t.Run("that cannot be read at all keeps it, too", func(t *testing.T) {
		edit(t, file, "id: open-a-restaurant\n", "id: [open-a-restaurant\n")
		r.Reload(r.Ctx())
		if got := r.City().Services["open-a-restaurant"].Edition; got != before || out.take() == "" {
			t.Errorf("edition %s is in force", got)
		}
		edit(t, file, "id: [open-a-restaurant\n", "id: open-a-restaurant\n")
	})
	t.Run("changes what is offered, and no case and no draft", func(t *testing.T) {
		edit(t, file, "statutory: {n: 20, unit: working", "statutory: {n: 15, unit: working") // of the food licence
		r.Reload(r.Ctx())
		if said := out.take(); !strings.Contains(said, "reloaded") {
			t.Errorf("the log says %q", said)
		}
		after := r.City().Services["open-a-restaurant"].Edition
		if after == before {
			t.Fatal("the edition is the same")
		}
		for _, hit := range r.Index().Find(search.Query{Text: "食品经营许可", Most: 3}).Hits {
			if e, _ := r.City().Service(hit.Service.ID); e.Service != hit.Service {
				t.Errorf("search finds %s of the edition before", hit.Key())
			}
		}
		next := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
		if next.Edition != after || next.Plan.Matters[1].Statutory.N != 15 {
			t.Errorf("a new draft is of edition %s with %d days", next.Edition, next.Plan.Matters[1].Statutory.N)
		}
		r.Fill(wang, open.ID, nil)
		if s := rig.Must(r.Application.Read(r.Ctx(), wang, open.ID))(r); s.Edition != before || s.Plan.Matters[1].Statutory.N != 20 {
			t.Errorf("the open draft became one of %s with %d days", s.Edition, s.Plan.Matters[1].Statutory.N)
		}
		if m := r.Take(c.ID, "food-licence"); m.DueOn != "2026-12-22" {
			t.Errorf("the open case is due on %s, want 20 working days after 24 November", m.DueOn)
		}
		// Also after a restart, when the old edition is nowhere but in the database.
		r2 := r.Reopen()
		if s := rig.Must(r2.Application.Read(r2.Ctx(), wang, open.ID))(r2); s.Plan.Matters[1].Statutory.N != 20 || !s.Ready() {
			t.Errorf("after the restart the draft has %d days, ready %v", s.Plan.Matters[1].Statutory.N, s.Ready())
		}
		sent := rig.Must(r2.Application.Submit(r2.Ctx(), wang, open.ID, true))(r2)
		r2.Work()
		if got := r2.Case(sent.ID); got.Edition != before || got.Matters[1].Statutory.N != 20 {
			t.Errorf("it was submitted as one of %s", got.Edition)
		}
		r = r2
	})
	t.Run("brings the holidays of a new year to open cases", func(t *testing.T) {
		r.GoTo("2026-12-21")
		r.Work() // nobody answered: accepted by law on the day of receipt, 24 November
		tobacco := r.Take(r.Apply(wang, "open-a-restaurant", rig.Restaurant, nil).ID, "tobacco-licence")
		if !tobacco.Tentative {
			t.Fatalf("a day in a year without a notice is not marked: due %s", tobacco.DueOn)
		}
		year := `year: 2027
version: "2027.1"
title: {zh: 国务院办公厅关于2027年部分节假日安排的通知, en: Notice on Public Holidays in 2027}
source: https://www.gov.cn/
off: [01-01..01-03, 01-11..01-15]
work: []
names:
  01-01: {zh: 元旦, en: New Year}
`
		if err := os.WriteFile(filepath.Join(dir, "calendars", "2027.yaml"), []byte(year), 0o600); err != nil {
			t.Fatal(err)
		}
		r.Reload(r.Ctx())
		if said := out.take(); !strings.Contains(said, "was reloaded") {
			t.Fatalf("the log says %q", said)
		}
		officer := r.As("tobacco-1")
		r.OK(r.Casework.StartSpecial(r.Ctx(), officer, tobacco.ID, "hearing", "听证", 3))
		r.GoTo("2026-12-23")
		r.OK(r.Casework.EndSpecial(r.Ctx(), officer, tobacco.ID, "已听证"))
		m := r.Matter(tobacco.Case, "tobacco-licence")
		if m.Tentative || m.DueOn <= tobacco.DueOn.Add(7) {
			t.Errorf("due %s (tentative %v), before %s: the new holidays do not count", m.DueOn, m.Tentative, tobacco.DueOn)
		}
	})
}

func TestBackup(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	wang := r.For("wang", rig.Xinyuan)
	c := r.Apply(wang, "open-a-restaurant", rig.Restaurant, nil)
	kept := r.Case(c.ID)
	to := filepath.Join(t.TempDir(), "backup")

	// The city goes on working meanwhile: what is acknowledged before the backup is in it, and all of it holds.
	var working sync.WaitGroup
	stop := make(chan struct{})
	working.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := r.Application.Begin(r.Ctx(), wang, "open-a-restaurant"); err != nil {
					t.Error(err)
					return
				}
				if _, err := r.Casework.Read(r.Ctx(), r.As("fire-1"), c.ID); err != nil {
					t.Error(err)
					return
				}
				if _, err := r.Audit.Seal(r.Ctx()); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	err := app.Backup(r.Ctx(), app.Config{Data: r.Data}, to)
	close(stop)
	working.Wait()
	r.OK(err)
	if err := app.Backup(r.Ctx(), app.Config{Data: r.Data}, to); err == nil {
		t.Error("a second backup was written over the first")
	}
	for _, name := range []string{db.FileName, "keys/ring.json"} {
		info, err := os.Stat(filepath.Join(to, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o: others can read it", name, info.Mode().Perm())
		}
	}

	data := filepath.Join(t.TempDir(), "restored")
	r.OK(app.Restore(r.Ctx(), to, data))
	if err := app.Restore(r.Ctx(), to, data); err == nil {
		t.Error("it was restored over a city")
	}
	restored := rig.Open(t, app.Config{Data: data})
	if got := restored.Case(c.ID); got.Number != kept.Number || len(got.Matters) != len(kept.Matters) || got.Values["phone"] != kept.Values["phone"] {
		t.Errorf("the case came back as %+v", got.Case)
	}
	f := kept.Evidence["floor-plan"].Files[0]
	content := rig.Must(restored.Blobs.Open(f.Hash))(restored)
	if n, err := io.Copy(io.Discard, content); err != nil || n != f.Size {
		t.Errorf("the uploaded plan came back with %d bytes of %d: %v", n, f.Size, err)
	}
	content.Close()
	if _, err := restored.Identity.SignIn(restored.Ctx(), "wang", rig.Password, "127.0.0.1"); err != nil {
		t.Errorf("her password does not open the restored city: %v", err)
	}
	restored.Approve(c.ID, "sign-filing") // and it goes on
	if rows := rig.Must(restored.Audit.About(restored.Ctx(), rig.Xinyuan, "", 500))(restored); len(rows) == 0 {
		t.Error("the record of who looked is empty")
	}
}

func TestBrokenBackupIsNotRestored(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	r.Apply(r.For("wang", rig.Xinyuan), "open-a-restaurant", rig.Restaurant, nil)
	r.Prove()
	to := filepath.Join(t.TempDir(), "backup")
	r.OK(app.Backup(r.Ctx(), app.Config{Data: r.Data}, to))
	base, err := sql.Open("sqlite", "file:"+filepath.Join(to, db.FileName))
	r.OK(err)
	if _, err = base.Exec(`UPDATE audit_entry SET actor_id = 'o_fire-2' WHERE id = (SELECT id FROM audit_entry WHERE action = 'draft.submit')`); err != nil {
		t.Fatal(err)
	}
	r.OK(base.Close())
	err = app.Restore(r.Ctx(), to, filepath.Join(t.TempDir(), "restored"))
	if err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a backup with a forged entry was restored: %v", err)
	}
	if err := app.Restore(r.Ctx(), t.TempDir(), filepath.Join(t.TempDir(), "restored")); err == nil {
		t.Error("an empty folder was restored as a city")
	}
}

// A mistyped folder is said to hold no city, and stays as it is.
func TestNoCity(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	missing := filepath.Join(t.TempDir(), "typo")
	for name, do := range map[string]func() error{
		"verify": func() error { _, err := app.Verify(ctx, app.Config{Data: missing}); return err },
		"key":    func() error { _, err := app.LogKey(ctx, app.Config{Data: missing}); return err },
		"backup": func() error { return app.Backup(ctx, app.Config{Data: missing}, filepath.Join(t.TempDir(), "b")) },
		"token": func() error {
			_, err := app.DemoToken(ctx, app.Config{Data: missing, Jurisdiction: filepath.Join(rig.Root(t), "jurisdictions", "shifan")}, "wang", "", time.Hour)
			return err
		},
	} {
		if err := do(); err == nil {
			t.Errorf("%s found a city", name)
		}
		if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%s made the folder", name)
		}
	}
}

func TestFirstStart(t *testing.T) {
	t.Parallel()
	city := filepath.Join(rig.Root(t), "jurisdictions", "shifan")
	t.Run("killed after the tables were made goes on from there", func(t *testing.T) {
		t.Parallel()
		data := t.TempDir()
		if err := app.Migrate(t.Context(), app.Config{Data: data}); err != nil {
			t.Fatal(err)
		}
		a, err := app.Open(t.Context(), app.Config{Data: data, Jurisdiction: city})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("is the only one that makes keys", func(t *testing.T) {
		t.Parallel()
		data := rig.Data(t)
		if err := os.RemoveAll(filepath.Join(data, "keys")); err != nil {
			t.Fatal(err)
		}
		if _, err := app.Open(t.Context(), app.Config{Data: data, Jurisdiction: city}); !errors.Is(err, keys.ErrLost) {
			t.Errorf("lost keys: %v", err)
		}
		if _, err := os.Stat(filepath.Join(data, "keys", "ring.json")); !errors.Is(err, fs.ErrNotExist) {
			t.Error("lost keys were made anew")
		}
	})
	t.Run("with files that have a fault opens nothing", func(t *testing.T) {
		t.Parallel()
		dir, data := rig.Shifan(t), filepath.Join(t.TempDir(), "data")
		edit(t, filepath.Join(dir, "services", "newborn", "service.yaml"), "body: police\n", "body: polcie\n")
		_, err := app.Open(t.Context(), app.Config{Data: data, Jurisdiction: dir})
		var complaints app.Complaints
		if !errors.As(err, &complaints) || !strings.Contains(err.Error(), "services/newborn/service.yaml:") {
			t.Errorf("opened with %v", err)
		}
		if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
			t.Error("it made a data folder")
		}
	})
}

func TestServe(t *testing.T) {
	t.Parallel()
	dir := rig.Data(t)
	c := app.Config{Data: dir, Jurisdiction: filepath.Join(rig.Root(t), "jurisdictions", "shifan"), Listen: "127.0.0.1:0"}
	a, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended, ready := make(chan error, 1), make(chan string, 1)
	go func() { ended <- a.Serve(ctx, func(addr string) { ready <- addr }) }()
	<-ready
	second, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if err := second.Serve(t.Context(), func(string) { t.Error("a second server works on the same folder") }); err == nil || !strings.Contains(err.Error(), "another server") {
		t.Errorf("the second server ended with %v", err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v", err)
	}
}
