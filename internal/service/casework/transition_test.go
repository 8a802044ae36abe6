package casework

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

var update = flag.Bool("update", false, "write the golden file anew; read the difference before you commit it")

// day2 is Monday 2 March 2026. That month has no holiday and no make-up day after 28 February.
var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("CST", 8*3600))

func march(t *testing.T) rules {
	t.Helper()
	cal, problems := deadline.NewCalendar([]deadline.Year{{Year: 2026, Source: "test", Version: "2026.1"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return rules{calendar: cal}
}

func working(n int) *catalogue.Limit { return &catalogue.Limit{N: n, Unit: "working"} }

// events has one good event of every kind.
func events() []Event {
	officer := identity.Actor{Kind: identity.Officer, ID: "o_1", Body: "fire"}.WithName("甲")
	head := identity.Actor{Kind: identity.Officer, ID: "o_2", Body: "fire", Roles: []string{"head"}}.WithName("乙")
	return []Event{
		{Kind: Released}, {Kind: Claimed, By: officer}, {Kind: HandedOver, By: officer, Handover: &Handover{To: "o_3", Note: "休假"}},
		{Kind: Checked, Checks: map[string]CheckResult{"c": {Outcome: "pass"}}},
		{Kind: Taken, By: officer}, {Kind: DeemedTaken}, {Kind: NotTaken, By: officer, Ruling: &Ruling{Reasons: "不属于本机关职权"}},
		{Kind: MoreAsked, By: officer, Asked: &Asked{On: "2026-03-02", Until: "2026-03-20", Points: []Point{{Material: "plan", Text: "看不清"}}}},
		{Kind: MoreAnswered, Answered: &Answered{On: "2026-03-02"}},
		{Kind: SpecialStarted, By: officer, Special: &SpecialProcedure{Kind: "inspection", From: "2026-03-02", Days: 5, Reason: "现场检验"}},
		{Kind: SpecialEnded, By: officer, Text: "合格"},
		{Kind: ExtensionAsked, By: officer, Extension: &Extension{AskedBy: "o_1", Reason: "情况复杂"}},
		{Kind: Extended, By: head}, {Kind: NotExtended, By: head, Text: "时间够用"},
		{Kind: PromiseNear, Text: "rules"}, {Kind: PromiseMissed, Text: "rules"}, {Kind: Supplied, Text: "rules"},
		{Kind: RulingProposed, By: officer, Ruling: &Ruling{Approve: true, By: "o_1"}},
		{Kind: SentBack, By: head, Text: "理由不足"},
		{Kind: Ruled, By: head, Ruling: &Ruling{Approve: true, By: "o_1"}},
		{Kind: Fulfilled, Result: &Result{}}, {Kind: Withdrew}, {Kind: Failed, Text: "ending.upstream"}, {Kind: Expired, Text: "ending.not-corrected"},
	}
}

// in is a matter that has reached a state in the ordinary way.
func in(r rules, state State) Matter {
	m := Matter{ID: "m_1", Number: "260302-TEST", State: state, Version: 1, Detail: Detail{Statutory: working(20), Promised: working(10)}}
	if state == Waiting {
		return m
	}
	m = r.receive(m, "2026-03-02")
	if state == Received || state == Correcting {
		return m
	}
	m = r.accept(m, "2026-03-02", "2026-03-02")
	switch state {
	case Special:
		m.State = Accepted
		m, _, _ = r.next(m, Event{Kind: SpecialStarted, At: monday, Special: &SpecialProcedure{Kind: "testing", From: "2026-03-02", Days: 3}})
	case Proposed:
		m.Proposal = &Ruling{Approve: true, By: "o_1"}
	}
	return m
}

// TestEveryEventInEveryState writes down what every event does in every state; the golden file is the
// state machine as a reviewer reads it.
func TestEveryEventInEveryState(t *testing.T) {
	r := march(t)
	var b strings.Builder
	for _, state := range append(slices.Clone(Open), Approved, Refused, Declined, Withdrawn, Lapsed) {
		for _, e := range events() {
			e.At = monday
			after, effects, err := r.next(in(r, state), e)
			switch {
			case fault.Is(err, fault.Conflict):
			case err != nil:
				fmt.Fprintf(&b, "%-11s %-16s ! %v\n", state, e.Kind, err)
			default:
				fmt.Fprintf(&b, "%-11s %-16s → %-10s due %-10s %v\n", state, e.Kind, after.State, after.DueOn, effects)
			}
		}
	}
	const golden = "testdata/transitions.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("transitions differ from %s:\n%s", golden, b.String())
	}
}

func TestRules(t *testing.T) {
	r := march(t)
	step := func(m Matter, e Event) Matter {
		t.Helper()
		if e.At.IsZero() {
			e.At = monday
		}
		after, _, err := r.next(m, e)
		if err != nil {
			t.Fatalf("%s in %s: %v", e.Kind, m.State, err)
		}
		return after
	}
	refused := func(m Matter, e Event, code string) {
		t.Helper()
		e.At = monday
		_, _, err := r.next(m, e)
		var f *fault.Error
		if !asFault(err, &f) || f.Code != code {
			t.Errorf("%s in %s = %v, want %s", e.Kind, m.State, err, code)
		}
	}
	ask := Event{Kind: MoreAsked, Asked: &Asked{On: "2026-03-02", Until: "2026-03-20", Points: []Point{{Text: "x"}}}}

	t.Run("five working days to accept", func(t *testing.T) {
		if got := in(r, Received).DueOn; got != "2026-03-09" {
			t.Errorf("due %s, want 2026-03-09", got)
		}
	})
	t.Run("silence accepts from the day of receipt", func(t *testing.T) {
		m := step(in(r, Received), Event{Kind: DeemedTaken, At: monday.AddDate(0, 0, 8)})
		if !m.Deemed || m.AcceptedOn != "2026-03-02" || m.DueOn != "2026-03-30" {
			t.Errorf("deemed %v accepted %s due %s, want from 2026-03-02, due 2026-03-30", m.Deemed, m.AcceptedOn, m.DueOn)
		}
	})
	t.Run("more is asked once", func(t *testing.T) {
		m := step(in(r, Received), ask)
		m = step(m, Event{Kind: MoreAnswered, Answered: &Answered{}, At: monday.AddDate(0, 0, 2)})
		if m.State != Received || m.DueOn != "2026-03-11" {
			t.Errorf("%s due %s, want received due 2026-03-11: five days from the correction", m.State, m.DueOn)
		}
		refused(m, ask, "error.matter.asked-once")
	})
	t.Run("a notice names its points", func(t *testing.T) {
		refused(in(r, Received), Event{Kind: MoreAsked, Asked: &Asked{}}, "error.matter.no-points")
	})
	t.Run("no correction after acceptance", func(t *testing.T) { refused(in(r, Accepted), ask, "error.matter.state") })
	t.Run("a special procedure gives its days back", func(t *testing.T) {
		m := step(in(r, Accepted), Event{Kind: SpecialStarted, At: monday.AddDate(0, 0, 2), Special: &SpecialProcedure{Kind: "inspection", From: "2026-03-04", Days: 3, Reason: "x"}})
		m = step(m, Event{Kind: SpecialEnded, At: monday.AddDate(0, 0, 4)})
		// 4, 5 and 6 March are not counted: 30 March moves on by three working days.
		if m.DueOn != "2026-04-02" {
			t.Errorf("due %s, want 2026-04-02", m.DueOn)
		}
	})
	t.Run("nothing but the law stops a clock", func(t *testing.T) {
		refused(in(r, Accepted), Event{Kind: SpecialStarted, Special: &SpecialProcedure{Kind: "holiday", From: "2026-03-02", Days: 3}}, "clock.stop.no-ground")
	})
	t.Run("the head extends once, by ten days", func(t *testing.T) {
		refused(in(r, Accepted), Event{Kind: Extended}, "error.matter.no-extension-asked")
		m := step(in(r, Accepted), Event{Kind: ExtensionAsked, Extension: &Extension{Reason: "x"}})
		m = step(m, Event{Kind: Extended, By: identity.Actor{ID: "o_2"}})
		if m.DueOn != "2026-04-13" { // 30 March and ten working days
			t.Errorf("due %s, want 2026-04-13", m.DueOn)
		}
		refused(m, Event{Kind: ExtensionAsked, Extension: &Extension{}}, "error.matter.extended-once")
		refused(m, Event{Kind: Extended}, "error.matter.no-extension-asked")
	})
	t.Run("the head refuses more time, and may be asked again", func(t *testing.T) {
		head := identity.Actor{ID: "o_2"}
		refused(in(r, Accepted), Event{Kind: NotExtended, By: head, Text: "y"}, "error.matter.no-extension-asked")
		m := step(in(r, Accepted), Event{Kind: ExtensionAsked, Extension: &Extension{AskedBy: "o_1", Reason: "x"}})
		m = step(m, Event{Kind: NotExtended, By: head, Text: "时间够用"})
		if m.DueOn != "2026-03-30" || m.Extension.RefusedBy != "o_2" || m.Extension.Refusal != "时间够用" || m.Extension.On != "2026-03-02" {
			t.Errorf("due %s with %+v, want 2026-03-30 and the refusal", m.DueOn, m.Extension)
		}
		refused(m, Event{Kind: Extended, By: head}, "error.matter.no-extension-asked")
		refused(m, Event{Kind: NotExtended, By: head, Text: "y"}, "error.matter.no-extension-asked")
		m = step(m, Event{Kind: ExtensionAsked, Extension: &Extension{AskedBy: "o_1", Reason: "z"}})
		if m = step(m, Event{Kind: Extended, By: head}); m.DueOn != "2026-04-13" {
			t.Errorf("due %s, want 2026-04-13", m.DueOn)
		}
	})
	t.Run("what was promised is due after acceptance, and approval waits for it", func(t *testing.T) {
		officer, ten := identity.Actor{Kind: identity.Officer, ID: "o_1"}, deadline.Limit{N: 10, Unit: deadline.Working}
		m := in(r, Received)
		m.Promises = []Promise{{Material: "rules", Limit: ten}, {Material: "other", Limit: ten, Supplied: "2026-03-02"}}
		m = step(m, Event{Kind: Taken, By: officer})
		if got := m.Promises[0].Until; got != "2026-03-16" {
			t.Errorf("due %s, want 2026-03-16", got)
		}
		yes, no := &Ruling{Approve: true, By: "o_1"}, &Ruling{By: "o_1"}
		refused(m, Event{Kind: RulingProposed, By: officer, Ruling: yes}, "error.matter.promise-open")
		refused(m, Event{Kind: Ruled, By: officer, Ruling: yes}, "error.matter.promise-open")
		step(m, Event{Kind: Ruled, By: officer, Ruling: no})
		m = step(m, Event{Kind: PromiseMissed, Text: "rules"})
		if !m.Promises[0].Open() || m.Promises[0].Missed != "2026-03-02" || m.Promises[1].Missed != "" {
			t.Errorf("promises %+v", m.Promises)
		}
		m = step(m, Event{Kind: Supplied, Text: "rules"})
		step(m, Event{Kind: Ruled, By: officer, Ruling: yes})
	})
	t.Run("two persons decide where the service says so", func(t *testing.T) {
		m := in(r, Accepted)
		m.Second = true
		refused(m, Event{Kind: Ruled, By: identity.Actor{ID: "o_1"}, Ruling: &Ruling{Approve: true}}, "error.matter.two-persons")
		m = step(m, Event{Kind: RulingProposed, Ruling: &Ruling{Approve: true, By: "o_1"}})
		refused(m, Event{Kind: Ruled, By: identity.Actor{ID: "o_1"}, Ruling: &Ruling{Approve: true}}, "error.matter.two-persons")
		if got := step(m, Event{Kind: Ruled, By: identity.Actor{ID: "o_2"}, Ruling: &Ruling{Approve: true}}).State; got != Approved {
			t.Errorf("state %s, want approved", got)
		}
	})
	t.Run("a transition leaves the matter it began with alone", func(t *testing.T) {
		m := in(r, Accepted)
		m.Checked = map[string]CheckResult{"a": {Outcome: "pass"}}
		step(m, Event{Kind: Checked, Checks: map[string]CheckResult{"b": {Outcome: "fail"}}})
		step(m, Event{Kind: SpecialStarted, Special: &SpecialProcedure{Kind: "testing", From: "2026-03-02", Days: 1}})
		if len(m.Checked) != 1 || len(m.Special) != 0 || len(m.Decision.Pauses) != 0 {
			t.Errorf("the matter before the event was changed: %+v", m.Detail)
		}
	})
}

func asFault(err error, f **fault.Error) bool {
	e, ok := err.(*fault.Error)
	*f = e
	return ok
}
