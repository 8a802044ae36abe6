package deadline

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// days from 2023 to 2029: with notices, without, and beyond the tables' margins.
func anyDay(t *rapid.T, label string) Day {
	return day("2023-01-01").Add(rapid.IntRange(0, 2600).Draw(t, label))
}

func anyPause(t *rapid.T, from Day) Pause {
	p := Pause{
		Kind:   rapid.SampledFrom(PauseKinds[:]).Draw(t, "kind"),
		From:   from.Add(rapid.IntRange(-2, 60).Draw(t, "stops after")),
		Days:   rapid.IntRange(1, 30).Draw(t, "told"),
		Notice: "1",
	}
	if rapid.Bool().Draw(t, "closed") {
		p.To = p.From.Add(rapid.IntRange(0, 40).Draw(t, "lasts"))
	}
	return p
}

func anyClock(t *rapid.T) Clock {
	c := Clock{
		From:     anyDay(t, "from"),
		Limit:    Limit{rapid.IntRange(1, 60).Draw(t, "n"), rapid.SampledFrom([]Unit{Working, Natural, Month}).Draw(t, "unit")},
		Extended: rapid.IntRange(0, 15).Draw(t, "extended"),
	}
	if c.Limit.Unit == Month {
		c.Limit.N = c.Limit.N%13 + 1
	}
	for range rapid.IntRange(0, 3).Draw(t, "pauses") {
		c.Pauses = append(c.Pauses, anyPause(t, c.From))
	}
	return c
}

func TestClockProperties(t *testing.T) {
	cal := shifan(t)
	t.Run("another stop never brings the end forward", rapid.MakeCheck(func(t *rapid.T) {
		c := anyClock(t)
		before, _ := c.Due(cal)
		c.Pauses = append(slices.Clone(c.Pauses), anyPause(t, c.From))
		if after, _ := c.Due(cal); after < before {
			t.Fatalf("due %s became %s", before, after)
		}
	}))
	t.Run("a longer stop never brings the end forward", rapid.MakeCheck(func(t *rapid.T) {
		c := anyClock(t)
		p := anyPause(t, c.From)
		if p.To == "" {
			p.To = p.From
		}
		c.Pauses = append(c.Pauses, p)
		before, _ := c.Due(cal)
		c.Pauses[len(c.Pauses)-1].To = p.To.Add(rapid.IntRange(0, 20).Draw(t, "longer"))
		if after, _ := c.Due(cal); after < before {
			t.Fatalf("due %s became %s", before, after)
		}
	}))
	t.Run("a longer limit never ends earlier", rapid.MakeCheck(func(t *rapid.T) {
		c := anyClock(t)
		before, _ := c.Due(cal)
		c.Limit.N++
		if after, _ := c.Due(cal); after < before {
			t.Fatalf("due %s became %s", before, after)
		}
	}))
	t.Run("who comes later is not answered earlier", rapid.MakeCheck(func(t *rapid.T) {
		c := anyClock(t)
		c.Limit.Unit = Working
		before, _ := c.Due(cal)
		c.From = c.From.Add(1)
		if after, _ := c.Due(cal); after < before {
			t.Fatalf("due %s became %s", before, after)
		}
	}))
	t.Run("the trace is every day, counts one by one and ends on the last", rapid.MakeCheck(func(t *rapid.T) {
		c := anyClock(t)
		due, provisional := c.Due(cal)
		steps := c.Trace(cal)
		n, unsure := 0, false
		for i, s := range steps {
			if want := c.From.Add(i); s.Day != want {
				t.Fatalf("step %d is %s, want %s", i, s.Day, want)
			}
			if (s.N > 0) != (s.Why == Counted || s.Why == MakeUp) {
				t.Fatalf("%s has number %d and reason %s", s.Day, s.N, s.Why)
			}
			if s.N > 0 {
				n++
				if s.N != n {
					t.Fatalf("%s has number %d, want %d", s.Day, s.N, n)
				}
			}
			unsure = unsure || i > 0 && s.Provisional
		}
		for _, p := range c.Pauses {
			unsure = unsure || p.To == ""
		}
		last := steps[len(steps)-1]
		if last.Day != due || last.N != n {
			t.Fatalf("the trace ends on %s with %d; due %s", last.Day, last.N, due)
		}
		if c.Limit.Unit != Month && n != c.Limit.N+c.Extended {
			t.Fatalf("counted %d days of %d", n, c.Limit.N+c.Extended)
		}
		if provisional != unsure {
			t.Fatalf("provisional %v, but the trace says %v", provisional, unsure)
		}
	}))
	t.Run("the last day is worked and not stopped", rapid.MakeCheck(func(t *rapid.T) {
		c := anyClock(t)
		due, _ := c.Due(cal)
		if working, _ := cal.Working(due); !working {
			t.Fatalf("due %s is not worked", due)
		}
		for _, p := range c.Pauses {
			if p.To != "" && p.From <= due && due <= p.To {
				t.Fatalf("due %s is stopped from %s to %s", due, p.From, p.To)
			}
		}
	}))
	t.Run("what is left shrinks by the days that count", rapid.MakeCheck(func(t *rapid.T) {
		c := anyClock(t)
		for i := range c.Pauses {
			if c.Pauses[i].To == "" {
				c.Pauses[i].To = c.Pauses[i].From
			}
		}
		due, _ := c.Due(cal)
		today := c.From.Add(rapid.IntRange(0, 90).Draw(t, "today"))
		a, b := c.Left(cal, today), c.Left(cal, today.Add(1))
		want := a
		working, _ := cal.Working(today.Add(1))
		stopped := today < due && slices.ContainsFunc(c.Pauses, func(p Pause) bool { return p.From <= today.Add(1) && today.Add(1) <= p.To })
		if working && !stopped {
			want--
		}
		if b != want {
			t.Fatalf("left %d on %s and %d the day after, want %d (due %s)", a, today, b, want, due)
		}
	}))
}

func TestCalendarProperties(t *testing.T) {
	cal := shifan(t)
	t.Run("the tables agree with counting day by day", rapid.MakeCheck(func(t *rapid.T) {
		d := anyDay(t, "day")
		n := rapid.IntRange(-300, 300).Draw(t, "n")
		got, gotProvisional := cal.AddWorking(d, n)
		o, _ := d.ordinal()
		want, wantProvisional := cal.stepWorking(o, n)
		if n == 0 {
			want = d
		}
		if got != want || gotProvisional != wantProvisional {
			t.Fatalf("AddWorking(%s, %d) = %s, %v; day by day %s, %v", d, n, got, gotProvisional, want, wantProvisional)
		}
	}))
	t.Run("between undoes adding", rapid.MakeCheck(func(t *rapid.T) {
		d, n := anyDay(t, "day"), rapid.IntRange(1, 300).Draw(t, "n")
		later, _ := cal.AddWorking(d, n)
		if got := cal.Between(d, later); got != n {
			t.Fatalf("Between(%s, %s) = %d, want %d", d, later, got, n)
		}
		if got := cal.Between(later, d); got != -n {
			t.Fatalf("Between(%s, %s) = %d, want %d", later, d, got, -n)
		}
	}))
	t.Run("the date without stops is the one with a stop that covers nothing", rapid.MakeCheck(func(t *rapid.T) {
		c := Clock{From: anyDay(t, "from"), Limit: Limit{rapid.IntRange(1, 60).Draw(t, "n"), Working}}
		quick, p := c.Due(cal)
		r := c.run(cal, "", false)
		if r.due != quick || r.provisional != p {
			t.Fatalf("tables %s %v, walk %s %v", quick, p, r.due, r.provisional)
		}
	}))
}

func BenchmarkAddWorking(b *testing.B) {
	cal := shifan(b)
	b.ReportAllocs()
	for b.Loop() {
		cal.AddWorking("2026-02-13", 20)
	}
}

func BenchmarkDueWithStops(b *testing.B) {
	cal := shifan(b)
	c := Clock{From: "2026-03-02", Limit: DecideSingle, Pauses: []Pause{pause("inspection", "2026-03-05", "2026-03-06"), pause("testing", "2026-03-16", "2026-03-18")}}
	b.ReportAllocs()
	for b.Loop() {
		c.Due(cal)
	}
}

func BenchmarkState(b *testing.B) {
	cal := shifan(b)
	c := Clock{From: "2026-03-02", Limit: DecideSingle}
	b.ReportAllocs()
	for b.Loop() {
		c.State(cal, "2026-03-16")
	}
}
