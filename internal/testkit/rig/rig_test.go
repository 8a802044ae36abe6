package rig_test

import (
	"testing"
	"time"

	"tongban/internal/service/casework"
	"tongban/internal/testkit/rig"
)

func TestEach(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		service, login, subject string
		first                   string // a matter that the first day brings
	}{
		{"open-a-restaurant", "wang", rig.Xinyuan, "licence-check"}, {"newborn", "wang", "", ""}, {"start-a-business", "sun", "", "name-declaration"},
	} {
		t.Run(tt.service+" can be applied for as the shipped city stands", func(t *testing.T) {
			t.Parallel()
			rig.Each(t, func(t *testing.T, r *rig.Rig) {
				by := r.As(tt.login)
				if tt.subject != "" {
					by = r.For(tt.login, tt.subject)
				}
				answers := map[string]map[string]string{"open-a-restaurant": rig.Restaurant, "newborn": rig.Newborn, "start-a-business": rig.Business}[tt.service]
				c := r.Apply(by, tt.service, answers, nil)
				if tt.first != "" {
					r.In(c.ID, tt.first, casework.Approved)
				}
			})
		})
	}
}

// What one test does, another does not see.
func TestDataIsTheTestsOwn(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		if n := r.Count("casework_case", "1 = 1"); n != 0 {
			t.Fatalf("%d cases in a new city", n)
		}
		r.Apply(r.For("wang", rig.Xinyuan), "open-a-restaurant", rig.Restaurant, nil)
		if n := r.Count("casework_case", "1 = 1"); n != 1 {
			t.Errorf("%d cases, want 1", n)
		}
	})
}

func TestClockIsTheTestsOwn(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	before := r.Now()
	if !r.Now().Equal(before) {
		t.Error("time went by")
	}
	r.Pass(time.Hour)
	if got := r.Now().Sub(before); got != time.Hour {
		t.Errorf("%v went by, want an hour", got)
	}
	r.GoTo("2026-12-01")
	if r.Today() != "2026-12-01" {
		t.Errorf("today is %s", r.Today())
	}
}
