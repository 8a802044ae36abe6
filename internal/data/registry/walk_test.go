package registry_test

import (
	"fmt"
	"testing"

	"tongban/internal/data/registry"
	"tongban/internal/platform/db"
)

// fill records people with numbers from, from+step … in a register.
func fill(tb testing.TB, s *db.Store, r *registry.Service, register string, from, to, step int) {
	tb.Helper()
	err := s.Write(tb.Context(), func(tx *db.Tx) error {
		for i := from; i < to; i += step {
			rec := registry.Record{Register: register, Subject: fmt.Sprintf("p%06d", i), Values: map[string]string{"n": fmt.Sprint(i), "born": "1943-10-08", "local": "true"}, Source: "police"}
			if err := r.Record(tb.Context(), tx, rec); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// Everybody in a register is visited once and in order, with her own newest records of the others, however the
// registers lie to each other.
func TestWalk(t *testing.T) {
	each(t, func(t *testing.T, s *db.Store, r *registry.Service) {
		fill(t, s, r, "elder", 0, 3000, 2)  // 1500 people: three pages
		fill(t, s, r, "people", 0, 2000, 1) // more than the elder, and not all of them
		fill(t, s, r, "rare", 999, 1005, 1)
		must(t, record(t, s, r, registry.Record{Register: "people", Subject: "p000004", Values: map[string]string{"n": "new"}, Source: "police"}))
		visited, last := 0, ""
		err := r.Walk(t.Context(), s.Read(), "elder", []string{"people", "rare", "empty"}, func(subject string, of map[string]registry.Record) error {
			visited++
			if subject <= last {
				t.Fatalf("%s comes after %s", subject, last)
			}
			last = subject
			for register, rec := range of {
				if rec.Subject != subject || rec.Register != register {
					t.Fatalf("%s is visited with the record of %s in %s", subject, rec.Subject, rec.Register)
				}
			}
			var n int
			if _, err := fmt.Sscanf(subject, "p%d", &n); err != nil {
				t.Fatal(err)
			}
			if _, ok := of["people"]; ok != (n < 2000) {
				t.Fatalf("%s: in people %v", subject, ok)
			}
			if _, ok := of["rare"]; ok != (n >= 999 && n < 1005) {
				t.Fatalf("%s: in rare %v", subject, ok)
			}
			if n == 4 && of["people"].Values["n"] != "new" {
				t.Errorf("the record of people is %+v, not the newest", of["people"])
			}
			return nil
		})
		must(t, err)
		if visited != 1500 {
			t.Errorf("%d are visited, want 1500", visited)
		}
	})
}

// However many versions somebody's record has, she is visited once, with the newest.
func TestWalkManyVersions(t *testing.T) {
	each(t, func(t *testing.T, s *db.Store, r *registry.Service) {
		fill(t, s, r, "elder", 0, 3, 1)
		for i := range 1100 {
			must(t, record(t, s, r, registry.Record{Register: "elder", Subject: "p000001", Values: map[string]string{"n": fmt.Sprint("v", i)}, Source: "police"}))
		}
		var all []string
		must(t, r.Walk(t.Context(), s.Read(), "elder", nil, func(subject string, of map[string]registry.Record) error {
			all = append(all, subject+" "+of["elder"].Values["n"])
			return nil
		}))
		if want := "[p000000 0 p000001 v1099 p000002 2]"; fmt.Sprint(all) != want {
			t.Errorf("visited %v, want %s", all, want)
		}
	})
}

// To walk through two registers side by side takes about as long as to read both.
func BenchmarkWalk(b *testing.B) {
	s, err := db.Open(b.Context(), db.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(b.Context(), db.Migrations{Package: "registry", Files: registry.Schema}); err != nil {
		b.Fatal(err)
	}
	r := registry.New(registry.Config{Now: clock()})
	const people = 10_000
	fill(b, s, r, "elder", 0, people, 1)
	fill(b, s, r, "people", 0, people, 1)
	walk := func(register string, others ...string) func(*testing.B) {
		return func(b *testing.B) {
			n := 0
			for b.Loop() {
				err := r.Walk(b.Context(), s.Read(), register, others, func(string, map[string]registry.Record) error { n++; return nil })
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "people/s")
		}
	}
	b.Run("one", walk("elder"))
	b.Run("two", walk("elder", "people"))
}
