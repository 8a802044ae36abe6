package casework

import (
	"testing"

	"tongban/internal/platform/fault"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

func TestCan(t *testing.T) {
	t.Parallel()
	twenty := &catalogue.Limit{N: 20, Unit: "working"}
	for _, tt := range []struct {
		name string
		m    Matter
		kind Kind
		want bool
	}{
		{"accepts what was received", Matter{State: Received}, Taken, true},
		{"accepts nothing twice", Matter{State: Accepted}, Taken, false},
		{"asks for more before acceptance", Matter{State: Received}, MoreAsked, true},
		{"asks for more once", Matter{State: Received, Detail: Detail{Asked: &Asked{}}}, MoreAsked, false},
		{"asks for no more after acceptance", Matter{State: Accepted}, MoreAsked, false},
		{"extends what has a limit", Matter{State: Accepted, Detail: Detail{Statutory: twenty}}, ExtensionAsked, true},
		{"extends nothing without a limit", Matter{State: Accepted}, ExtensionAsked, false},
		{"extends once", Matter{State: Accepted, Detail: Detail{Statutory: twenty, Extension: &Extension{}}}, ExtensionAsked, false},
		{"asks again after a refusal", Matter{State: Accepted, Detail: Detail{Statutory: twenty, Extension: &Extension{RefusedBy: "o_2"}}}, ExtensionAsked, true},
		{"refuses what was asked for", Matter{State: Accepted, Detail: Detail{Extension: &Extension{}}}, NotExtended, true},
		{"approves nothing refused", Matter{State: Accepted, Detail: Detail{Extension: &Extension{RefusedBy: "o_2"}}}, Extended, false},
		{"approves what was asked for", Matter{State: Accepted, Detail: Detail{Extension: &Extension{}}}, Extended, true},
		{"approves nothing unasked", Matter{State: Accepted}, Extended, false},
		{"approves once", Matter{State: Accepted, Detail: Detail{Extension: &Extension{ApprovedBy: "o_1"}}}, Extended, false},
		{"decides alone", Matter{State: Accepted}, Ruled, true},
		{"does not decide alone what two sign", Matter{State: Accepted, Detail: Detail{Second: true}}, Ruled, false},
		{"decides what was proposed", Matter{State: Proposed, Detail: Detail{Second: true}}, Ruled, true},
		{"does nothing after the end", Matter{State: Refused}, Claimed, false},
	} {
		if got := tt.m.Can(tt.kind); got != tt.want {
			t.Errorf("%s: Can(%s) = %v, want %v", tt.name, tt.kind, got, tt.want)
		}
	}
}

func TestRunning(t *testing.T) {
	t.Parallel()
	ten := &catalogue.Limit{N: 10, Unit: "working"}
	decision := deadline.Clock{From: "2026-03-02", Limit: deadline.Limit{N: 20, Unit: deadline.Working}}
	acceptance := deadline.Acceptance{Received: "2026-03-02"}.Clock()
	for _, tt := range []struct {
		name string
		m    Matter
		from deadline.Day
		n    int
		runs bool
	}{
		{"runs to acceptance", Matter{State: Received, Detail: Detail{Acceptance: acceptance, Decision: decision}}, "2026-03-02", 5, true},
		{"runs to the decision", Matter{State: Accepted, Detail: Detail{Acceptance: acceptance, Decision: decision, Promised: ten}}, "2026-03-02", 20, true},
		{"runs to what was promised where no law limits", Matter{State: Proposed, Detail: Detail{AcceptedOn: "2026-03-04", Promised: ten}}, "2026-03-04", 10, true},
		{"has no clock without any limit", Matter{State: Accepted, Detail: Detail{AcceptedOn: "2026-03-04"}}, "", 0, false},
		{"runs not while the applicant corrects", Matter{State: Correcting, Detail: Detail{Acceptance: acceptance}}, "", 0, false},
		{"runs not after the end", Matter{State: Approved, Detail: Detail{Decision: decision}}, "", 0, false},
	} {
		c, runs := tt.m.Running()
		if runs != tt.runs || c.From != tt.from || c.Limit.N != tt.n {
			t.Errorf("%s: from %q, %d days, %v; want from %q, %d days, %v", tt.name, c.From, c.Limit.N, runs, tt.from, tt.n, tt.runs)
		}
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	const today = deadline.Day("2026-03-02")
	for _, tt := range []struct {
		name string
		err  error
		want string // the first field complained about; empty: nothing
	}{
		{"an approval without provisions", Ruling{Approve: true, Facts: "a", Reasons: "b"}.Check(), ""},
		{"a refusal without provisions", Ruling{Facts: "a", Reasons: "b"}.Check(), "provisions"},
		{"a ruling without facts", Ruling{Approve: true, Facts: " ", Reasons: "b"}.Check(), "facts"},
		{"a notice without points", Asked{Until: "2026-04-01"}.Check(today), "points"},
		{"a notice with an empty point", Asked{Until: "2026-04-01", Points: []Point{{Text: " "}}}.Check(today), "points"},
		{"a notice without time", Asked{Until: today, Points: []Point{{Text: "a"}}}.Check(today), "until"},
		{"a good notice", Asked{Until: "2026-03-03", Points: []Point{{Text: "a"}}}.Check(today), ""},
		{"a procedure without kind", SpecialProcedure{Reason: "a", Days: 3}.Check(), "kind"},
		{"a procedure without length", SpecialProcedure{Kind: "testing", Reason: "a"}.Check(), "days"},
		{"a procedure longer than a year", SpecialProcedure{Kind: "testing", Reason: "a", Days: 366}.Check(), "days"},
		{"a good procedure", SpecialProcedure{Kind: "testing", Reason: "a", Days: 365}.Check(), ""},
	} {
		var got string
		if f, ok := tt.err.(*fault.Error); ok {
			got = f.Fields[0].Name
		}
		if got != tt.want {
			t.Errorf("%s: complains about %q, want %q", tt.name, got, tt.want)
		}
	}
}
