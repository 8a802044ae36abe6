package deadline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/fault"
)

func TestTrace(t *testing.T) {
	cal := shifan(t)
	show := func(steps []Step) []string {
		var lines []string
		for _, s := range steps {
			line := fmt.Sprintf("%s %d %s %s%s", s.Day[5:], s.N, s.Why, s.Holiday.ZH, s.Procedure)
			if s.Provisional {
				line += " provisional"
			}
			lines = append(lines, strings.TrimSpace(line))
		}
		return lines
	}
	for _, tt := range []struct {
		name  string
		clock Clock
		want  []string
	}{
		{"every kind of day around Spring Festival", Clock{From: "2026-02-13", Limit: AskMore, Pauses: []Pause{pause("inspection", "2026-02-25", "2026-02-25")}}, []string{
			"02-13 0 first-day-not-counted",
			"02-14 1 make-up",
			"02-15 0 holiday 春节", "02-16 0 holiday 春节", "02-17 0 holiday 春节", "02-18 0 holiday 春节", "02-19 0 holiday 春节",
			"02-20 0 holiday 春节", "02-21 0 holiday 春节", "02-22 0 holiday 春节", "02-23 0 holiday 春节",
			"02-24 2 counted", "02-25 0 stopped inspection", "02-26 3 counted", "02-27 4 counted",
			"02-28 5 make-up",
		}},
		{"year end without a notice", Clock{From: "2026-12-30", Limit: Limit{2, Working}}, []string{
			"12-30 0 first-day-not-counted", "12-31 1 counted",
			"01-01 0 holiday  provisional", "01-02 0 weekend  provisional", "01-03 0 weekend  provisional",
			"01-04 2 counted  provisional",
		}},
		{"natural days that move on", Clock{From: "2026-06-17", Limit: Limit{2, Natural}}, []string{
			"06-17 0 first-day-not-counted", "06-18 1 counted",
			"06-19 0 moved-on 端午节", "06-20 0 moved-on 端午节", "06-21 0 moved-on 端午节",
			"06-22 2 counted",
		}},
		{"natural days count weekends", Clock{From: "2026-03-06", Limit: Limit{3, Natural}}, []string{
			"03-06 0 first-day-not-counted", "03-07 1 counted", "03-08 2 counted", "03-09 3 counted",
		}},
		{"on the spot, on a Sunday", Clock{From: "2026-03-08", Limit: Limit{0, Working}}, []string{
			"03-08 0 first-day-not-counted", "03-09 1 counted",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, show(tt.clock.Trace(cal))); diff != "" {
				t.Errorf("Trace() (-want +got):\n%s", diff)
			}
		})
	}
}

// Accepted Mon 2026-03-02, twenty days, due Mon 03-30 unless stopped.
func TestState(t *testing.T) {
	cal := shifan(t)
	plain := Clock{From: "2026-03-02", Limit: DecideSingle}
	inspected := plain
	inspected.Pauses = []Pause{pause("inspection", "2026-03-10", "2026-03-12")}
	open := plain
	open.Pauses = []Pause{{Kind: "inspection", From: "2026-03-10", Days: 3, Notice: "1"}}
	for _, tt := range []struct {
		name  string
		clock Clock
		today Day
		want  State
	}{
		{"the day it starts", plain, "2026-03-02", State{Due: "2026-03-30", Left: 20, Band: Ample}},
		{"before it starts", plain, "2026-02-27", State{Due: "2026-03-30", Left: 20, Band: Ample}},
		// after Tue 24: 25, 26, 27, 30
		{"four left", plain, "2026-03-24", State{Due: "2026-03-30", Left: 4, Band: Ample}},
		{"three left", plain, "2026-03-25", State{Due: "2026-03-30", Left: 3, Band: Soon}},
		{"on the Sunday before", plain, "2026-03-29", State{Due: "2026-03-30", Left: 1, Band: Soon}},
		{"last day", plain, "2026-03-30", State{Due: "2026-03-30", Left: 0, Band: DueToday}},
		{"a day over", plain, "2026-03-31", State{Due: "2026-03-30", Left: -1, Band: Overdue}},
		// 31, 04-01, 02, 03 and 07: Qingming does not count
		{"five working days over", plain, "2026-04-07", State{Due: "2026-03-30", Left: -5, Band: Overdue}},
		// 10–12 stopped; after Mon 09: 13, 16–20, 23–27, 30, 31, 01, 02 = 1+5+5+4
		{"before the stop", inspected, "2026-03-09", State{Due: "2026-04-02", Left: 15, Band: Ample}},
		{"while stopped", inspected, "2026-03-11", State{Due: "2026-04-02", Left: 15, Band: Waiting}},
		{"after the stop", inspected, "2026-03-13", State{Due: "2026-04-02", Left: 14, Band: Ample}},
		{"while an open stop is on time", open, "2026-03-11", State{Due: "2026-04-02", Projected: true, Left: 15, Band: Waiting}},
		// Stopped to Mon 16: 03–06=4, 09=5, 17–20=9 / 23–27=14 / 30=15, 31=16, 04-01=17, 02=18, 03=19, 07=20.
		{"an open stop that overruns", open, "2026-03-16", State{Due: "2026-04-07", Projected: true, Overrun: true, Left: 15, Band: Waiting}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.clock.State(cal, tt.today)); diff != "" {
				t.Errorf("State() (-want +got):\n%s", diff)
			}
			if got := tt.clock.Left(cal, tt.today); got != tt.want.Left {
				t.Errorf("Left() = %d, want %d", got, tt.want.Left)
			}
		})
	}
	steps := open.TraceOn(cal, "2026-03-16")
	if last := steps[len(steps)-1]; last.Day != "2026-04-07" || last.N != 20 {
		t.Errorf("TraceOn ends on %s with %d, want 2026-04-07 with 20", last.Day, last.N)
	}
}

func TestStop(t *testing.T) {
	cal := shifan(t)
	c := Clock{From: "2026-03-02", Limit: DecideSingle} // due 2026-03-30
	good := Pause{Kind: "inspection", From: "2026-03-10", Days: 3, Notice: "特程〔2026〕7号"}
	stopped, err := c.Stop(cal, good)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Pauses) != 0 {
		t.Error("Stop changed the clock that it was called on")
	}
	with := func(change func(*Pause)) Pause { p := good; change(&p); return p }
	for _, tt := range []struct {
		name  string
		clock Clock
		pause Pause
		kind  fault.Kind
	}{
		{"a ground that the law does not name", c, with(func(p *Pause) { p.Kind = "waiting-for-another-office" }), fault.Invalid},
		{"no written notice", c, with(func(p *Pause) { p.Notice = "" }), fault.Invalid},
		{"not told how long", c, with(func(p *Pause) { p.Days = 0 }), fault.Invalid},
		{"before the clock started", c, with(func(p *Pause) { p.From = "2026-03-01" }), fault.Invalid},
		{"no such day", c, with(func(p *Pause) { p.From = "2026-02-30" }), fault.Invalid},
		{"ends before it begins", c, with(func(p *Pause) { p.To = "2026-03-09" }), fault.Invalid},
		{"after it ran out", c, with(func(p *Pause) { p.From = "2026-03-31" }), fault.Late},
		{"the same procedure goes on", stopped, good, fault.Conflict},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tt.clock.Stop(cal, tt.pause); !fault.Is(err, tt.kind) {
				t.Errorf("Stop() = %v, want %s", err, tt.kind)
			}
		})
	}
	for _, kind := range PauseKinds {
		if _, err := c.Stop(cal, with(func(p *Pause) { p.Kind = kind })); err != nil {
			t.Errorf("Stop(%s) = %v", kind, err)
		}
	}
	if _, err := c.Stop(cal, with(func(p *Pause) { p.From = "2026-03-30" })); err != nil {
		t.Errorf("Stop on the last day = %v", err)
	}

	if _, err := stopped.Resume("another", "2026-03-12"); !fault.Is(err, fault.Conflict) {
		t.Errorf("Resume of another notice = %v", err)
	}
	if _, err := stopped.Resume(good.Notice, "2026-03-09"); !fault.Is(err, fault.Invalid) {
		t.Errorf("Resume before the stop = %v", err)
	}
	going, err := stopped.Resume(good.Notice, "2026-03-12")
	if err != nil {
		t.Fatal(err)
	}
	if due, provisional := going.Due(cal); due != "2026-04-02" || provisional {
		t.Errorf("Due() after resuming = %s, %v, want 2026-04-02", due, provisional)
	}
	if _, err := going.Resume(good.Notice, "2026-03-13"); !fault.Is(err, fault.Conflict) {
		t.Errorf("second Resume = %v", err)
	}
}

func TestExtend(t *testing.T) {
	cal := shifan(t)
	c := Clock{From: "2026-03-02", Limit: DecideSingle} // due 2026-03-30
	longer, err := c.Extend(cal, "2026-03-30", 10, ExtendSingle)
	if err != nil {
		t.Fatalf("Extend on the last day = %v", err)
	}
	if due, _ := longer.Due(cal); due != "2026-04-14" {
		t.Errorf("Due() = %s, want 2026-04-14", due)
	}
	if _, err := longer.Extend(cal, "2026-03-30", 5, ExtendSingle); !fault.Is(err, fault.Conflict) {
		t.Errorf("second extension = %v, want conflict", err)
	}
	if _, err := c.Extend(cal, "2026-03-31", 10, ExtendSingle); !fault.Is(err, fault.Late) {
		t.Errorf("extension after the end = %v, want late", err)
	}
	for _, days := range []int{0, -1, 11} {
		if _, err := c.Extend(cal, "2026-03-30", days, ExtendSingle); !fault.Is(err, fault.Invalid) {
			t.Errorf("extension by %d = %v, want invalid", days, err)
		}
	}
}
