package registry_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/data/registry"
	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/testkit/dbtest"
)

const (
	shop  = "92990100DEM000300A"
	other = "92990100DEM000301B"
	owner = "990100198803081125"
)

var start = time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)

// clock goes on by a minute each time that it is asked.
func clock() func() time.Time {
	var mu sync.Mutex
	at := start
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(time.Minute)
		return at
	}
}

func each(t *testing.T, fn func(t *testing.T, s *db.Store, r *registry.Service)) {
	dbtest.Each(t, []db.Migrations{{Package: "registry", Files: registry.Schema}}, func(t *testing.T, s *db.Store) {
		fn(t, s, registry.New(registry.Config{Indexed: map[string][]string{"business": {"representative", "region"}}, Now: clock()}))
	})
}

func record(t *testing.T, s *db.Store, r *registry.Service, rec registry.Record) error {
	t.Helper()
	return s.Write(t.Context(), func(tx *db.Tx) error { return r.Record(t.Context(), tx, rec) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func business(matter string, values map[string]string) registry.Record {
	return registry.Record{Register: "business", Subject: shop, Values: values, Source: "market", Case: "c_1", Matter: matter}
}

func TestRecord(t *testing.T) {
	each(t, func(t *testing.T, s *db.Store, r *registry.Service) {
		ctx := t.Context()
		_, err := r.Look(ctx, s.Read(), "business", shop)
		if !fault.Is(err, fault.NotFound) {
			t.Fatalf("Look at nothing = %v, want not found", err)
		}

		must(t, record(t, s, r, business("m_1", map[string]string{"name": "鑫源餐饮", "address": "示范路1号", "phone": "13900000000"})))
		got, err := r.Look(ctx, s.Read(), "business", shop)
		must(t, err)
		want := registry.Record{
			Register: "business", Subject: shop, Source: "market", Version: 1, Case: "c_1", Matter: "m_1", RecordedAt: start.Add(time.Minute),
			Values: map[string]string{"name": "鑫源餐饮", "address": "示范路1号", "phone": "13900000000"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Look (-want +got):\n%s", diff)
		}

		t.Run("the same matter records once", func(t *testing.T) {
			must(t, record(t, s, r, business("m_1", map[string]string{"address": "another"})))
			again, err := r.Look(ctx, s.Read(), "business", shop)
			must(t, err)
			if diff := cmp.Diff(want, again); diff != "" {
				t.Errorf("Look after a second run (-want +got):\n%s", diff)
			}
		})
		t.Run("what is not named stays and what is emptied goes", func(t *testing.T) {
			must(t, record(t, s, r, business("m_2", map[string]string{"address": "示范路2号", "phone": ""})))
			got, err := r.Look(ctx, s.Read(), "business", shop)
			must(t, err)
			if diff := cmp.Diff(map[string]string{"name": "鑫源餐饮", "address": "示范路2号"}, got.Values); diff != "" || got.Version != 2 {
				t.Errorf("version %d (-want +got):\n%s", got.Version, diff)
			}
		})
		t.Run("another matter may record the same", func(t *testing.T) {
			must(t, record(t, s, r, business("m_3", map[string]string{"address": "示范路2号"})))
			all, err := r.History(ctx, s.Read(), "business", shop)
			must(t, err)
			var seen []string
			for _, v := range all {
				seen = append(seen, fmt.Sprintf("%d %s %s", v.Version, v.Matter, v.Values["address"]))
			}
			if diff := cmp.Diff([]string{"3 m_3 示范路2号", "2 m_2 示范路2号", "1 m_1 示范路1号"}, seen); diff != "" {
				t.Errorf("History (-want +got):\n%s", diff)
			}
		})
		t.Run("as of a time", func(t *testing.T) {
			old, err := r.AsOf(ctx, s.Read(), "business", shop, want.RecordedAt)
			must(t, err)
			if diff := cmp.Diff(want, old); diff != "" {
				t.Errorf("AsOf (-want +got):\n%s", diff)
			}
			if _, err := r.AsOf(ctx, s.Read(), "business", shop, start); !fault.Is(err, fault.NotFound) {
				t.Errorf("AsOf before the first = %v, want not found", err)
			}
		})
		t.Run("a writer who saw an older version is told", func(t *testing.T) {
			stale := business("m_4", map[string]string{"address": "示范路9号"})
			stale.Version = 2
			if err := record(t, s, r, stale); !fault.Is(err, fault.Conflict) {
				t.Errorf("Record on version 2 = %v, want conflict", err)
			}
			stale.Version = registry.Absent
			if err := record(t, s, r, stale); !fault.Is(err, fault.Conflict) {
				t.Errorf("Record as new = %v, want conflict", err)
			}
			stale.Version = 3
			must(t, record(t, s, r, stale))
		})
		t.Run("a clock that goes back does not mix up the order", func(t *testing.T) {
			early := business("m_5", map[string]string{"address": "示范路10号"})
			early.RecordedAt = start.Add(-time.Hour)
			must(t, record(t, s, r, early))
			got, err := r.AsOf(ctx, s.Read(), "business", shop, start.Add(24*time.Hour))
			must(t, err)
			if got.Values["address"] != "示范路10号" {
				t.Errorf("newest as of tomorrow is %v", got)
			}
			if _, err := r.AsOf(ctx, s.Read(), "business", shop, start); !fault.Is(err, fault.NotFound) {
				t.Errorf("AsOf before the first = %v, want not found", err)
			}
		})
		t.Run("register, subject and source are named", func(t *testing.T) {
			if err := record(t, s, r, registry.Record{Register: "business", Subject: shop}); err == nil {
				t.Error("recorded without a source")
			}
		})
	})
}

func TestFind(t *testing.T) {
	each(t, func(t *testing.T, s *db.Store, r *registry.Service) {
		ctx := t.Context()
		for i, subject := range []string{shop, other} {
			must(t, record(t, s, r, registry.Record{Register: "business", Subject: subject, Source: "market", Matter: fmt.Sprint("m", i), Values: map[string]string{"representative": owner, "region": "990100"}}))
		}
		subjects := func(field, value, after string, limit int) string {
			found, err := r.Find(ctx, s.Read(), "business", field, value, after, limit)
			must(t, err)
			var all []string
			for _, f := range found {
				all = append(all, f.Subject)
			}
			return strings.Join(all, " ")
		}
		if got := subjects("representative", owner, "", 10); got != shop+" "+other {
			t.Errorf("Find = %s", got)
		}
		if got := subjects("representative", owner, shop, 10); got != other {
			t.Errorf("Find after the first = %s", got)
		}
		if got := subjects("representative", owner, "", 1); got != shop {
			t.Errorf("Find one = %s", got)
		}
		must(t, record(t, s, r, business("m_change", map[string]string{"representative": "990100199006152730"})))
		if got := subjects("representative", owner, "", 10); got != other {
			t.Errorf("Find after a change = %s", got)
		}
		if got := subjects("representative", "990100199006152730", "", 10); got != shop {
			t.Errorf("Find the new value = %s", got)
		}
		must(t, record(t, s, r, business("m_gone", map[string]string{"representative": ""})))
		if got := subjects("representative", "990100199006152730", "", 10); got != "" {
			t.Errorf("Find a value that was taken out = %s", got)
		}
		if _, err := r.Find(ctx, s.Read(), "business", "address", "x", "", 10); err == nil {
			t.Error("found by a field that is not indexed")
		}

		more := registry.New(registry.Config{Indexed: map[string][]string{"business": {"region", "name"}}, Now: clock()})
		must(t, record(t, s, r, business("m_name", map[string]string{"name": "鑫源餐饮"})))
		for range 2 {
			must(t, s.Write(ctx, func(tx *db.Tx) error { return more.Reindex(ctx, tx, "business") }))
		}
		found, err := more.Find(ctx, s.Read(), "business", "name", "鑫源餐饮", "", 10)
		if err != nil || len(found) != 1 {
			t.Errorf("Find by a field declared later = %v, %v", found, err)
		}
		if found, err = more.Find(ctx, s.Read(), "business", "region", "990100", "", 10); err != nil || len(found) != 2 {
			t.Errorf("Find by region after indexing anew = %v, %v", found, err)
		}
	})
}

func TestDown(t *testing.T) {
	each(t, func(t *testing.T, s *db.Store, r *registry.Service) {
		ctx := t.Context()
		must(t, record(t, s, r, business("m_1", map[string]string{"name": "鑫源餐饮"})))
		set := func(isDown bool) {
			must(t, s.Write(ctx, func(tx *db.Tx) error { return r.SetDown(ctx, tx, "business", isDown) }))
		}
		set(true)
		set(true)
		refused := map[string]error{}
		_, refused["look"] = r.Look(ctx, s.Read(), "business", shop)
		_, refused["look at nothing"] = r.Look(ctx, s.Read(), "business", other)
		_, refused["as of"] = r.AsOf(ctx, s.Read(), "business", shop, start)
		_, refused["history"] = r.History(ctx, s.Read(), "business", shop)
		_, refused["find"] = r.Find(ctx, s.Read(), "business", "region", "x", "", 1)
		refused["record"] = record(t, s, r, business("m_2", map[string]string{"name": "x"}))
		for what, err := range refused {
			if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "register.down") {
				t.Errorf("%s while down = %v, want unavailable", what, err)
			}
		}
		if _, err := r.Look(ctx, s.Read(), "person", owner); !fault.Is(err, fault.NotFound) {
			t.Errorf("another register = %v, want not found", err)
		}
		down, err := r.Down(ctx, s.Read())
		must(t, err)
		if len(down) != 1 || down["business"].IsZero() {
			t.Errorf("Down = %v", down)
		}
		set(false)
		got, err := r.Look(ctx, s.Read(), "business", shop)
		must(t, err)
		if got.Version != 1 || got.Values["name"] != "鑫源餐饮" {
			t.Errorf("after it came back: %v", got)
		}
	})
}

func TestLoad(t *testing.T) {
	each(t, func(t *testing.T, s *db.Store, r *registry.Service) {
		ctx := t.Context()
		records := []registry.Record{
			{Register: "business", Subject: shop, Source: "market", Values: map[string]string{"name": "鑫源餐饮", "representative": owner}, RecordedAt: start.AddDate(-1, 0, 0)},
			{Register: "person", Subject: owner, Source: "police", Values: map[string]string{"name": "王㴋䶮"}},
		}
		load := func() (n int) {
			must(t, s.Write(ctx, func(tx *db.Tx) (err error) { n, err = r.Load(ctx, tx, "demo", records); return err }))
			return n
		}
		if n := load(); n != 2 {
			t.Errorf("first Load changed %d, want 2", n)
		}
		if n := load(); n != 0 {
			t.Errorf("second Load changed %d, want 0", n)
		}
		got, err := r.Look(ctx, s.Read(), "business", shop)
		must(t, err)
		if !got.RecordedAt.Equal(start.AddDate(-1, 0, 0)) {
			t.Errorf("recorded at %s, want the loaded time", got.RecordedAt)
		}
		if found, err := r.Find(ctx, s.Read(), "business", "representative", owner, "", 5); err != nil || len(found) != 1 {
			t.Errorf("Find loaded = %v, %v", found, err)
		}

		must(t, record(t, s, r, business("m_1", map[string]string{"address": "示范路1号"})))
		records[0].Values = map[string]string{"name": "overwritten"}
		records[1].Values = map[string]string{"name": "王㴋䶮", "phone": "13900000000"}
		if n := load(); n != 1 {
			t.Errorf("Load of changed records changed %d, want 1: a case comes before a file", n)
		}
		got, err = r.Look(ctx, s.Read(), "business", shop)
		must(t, err)
		if got.Values["name"] != "鑫源餐饮" || got.Values["address"] != "示范路1号" {
			t.Errorf("a loaded file replaced what a case recorded: %v", got)
		}
		records[1].Values = map[string]string{"phone": "13900000000"}
		load()
		got, err = r.Look(ctx, s.Read(), "person", owner)
		must(t, err)
		if diff := cmp.Diff(map[string]string{"phone": "13900000000"}, got.Values); diff != "" {
			t.Errorf("a field that is no longer given (-want +got):\n%s", diff)
		}
	})
}

// Two jobs about one subject at the same time: both are recorded, one on top of the other, or one is
// told to look again; nothing is lost in silence.
func TestRecordAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *db.Store, r *registry.Service) {
		ctx := context.WithoutCancel(t.Context())
		const n = 16
		errs := make([]error, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				errs[i] = s.Write(ctx, func(tx *db.Tx) error {
					// half of them are the same job run twice
					return r.Record(ctx, tx, business(fmt.Sprint("m_", i/2), map[string]string{fmt.Sprint("f", i/2): "x"}))
				})
			})
		}
		wg.Wait()
		ok := map[int]bool{}
		for i, err := range errs {
			switch {
			case err == nil:
				ok[i/2] = true
			case !fault.Is(err, fault.Conflict):
				t.Errorf("Record = %v", err)
			}
		}
		all, err := r.History(ctx, s.Read(), "business", shop)
		must(t, err)
		if len(all) != len(ok) || len(all) == 0 {
			t.Fatalf("%d versions of %d accepted", len(all), len(ok))
		}
		if len(all[0].Values) != len(ok) {
			t.Errorf("the newest version holds %d facts of %d", len(all[0].Values), len(ok))
		}
	})
}
