package eligibility_test

import (
	"strings"
	"testing"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/eligibility"
	"tongban/internal/testkit/rig"
)

func list(r *rig.Rig, login string, state eligibility.State) []eligibility.Offer {
	r.T.Helper()
	offers, _, err := r.Eligibility.List(r.Ctx(), r.As(login), state)
	r.OK(err)
	return offers
}

// The old-age allowance of Hou Yuzhen, who is eighty-three and never asked for it; and the subsidy for Chen
// Yi's son of two.
func TestFindsOffersAndIsDisposedOf(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		r.OK(r.Eligibility.RunAll(r.Ctx()))
		offers, runs, err := r.Eligibility.List(r.Ctx(), r.As("civil-affairs-1"), eligibility.Found)
		r.OK(err)
		if len(offers) != 1 || offers[0].Name != "侯玉珍" || offers[0].Matter != "old-age-allowance" || offers[0].Answers()["age"] != "83" {
			t.Fatalf("found %+v", offers)
		}
		hou := offers[0]
		if len(runs) != 1 || runs[0].People != 2 || runs[0].Found != 1 || runs[0].Unclear != 0 {
			t.Errorf("the run is %+v", runs)
		}
		children := list(r, "health-1", eligibility.Found)
		if len(children) != 1 || children[0].Name != "陈𫖮" {
			t.Errorf("found %+v", children)
		}
		// One entry for a run and one for each person, who sees it.
		var mine []string
		for _, row := range rig.Must(r.Audit.About(r.Ctx(), hou.Subject, "", 10))(r) {
			if strings.HasPrefix(row.Action, "benefit.") {
				mine = append(mine, row.Action+" "+row.Purpose+" "+strings.Join(row.Fields, ","))
			}
		}
		if len(mine) != 1 || mine[0] != "benefit.find benefit:old-age-benefit population.birth_date,elder-benefits.local,elder-benefits.receiving,population.status" {
			t.Errorf("she reads %q", mine)
		}
		if n := r.Count("audit_entry", "action = $1", "benefit.screen"); n != 2 {
			t.Errorf("%d entries of runs, want one a benefit", n)
		}

		// Found once, and not again; nothing is offered before an officer has looked.
		r.OK(r.Eligibility.RunAll(r.Ctx()))
		if n := r.Count("eligibility_offer", "state = $1", string(eligibility.Found)); n != 2 {
			t.Errorf("%d are found after the second run", n)
		}
		person := r.As("hou")
		if got := rig.Must(r.Eligibility.Mine(r.Ctx(), person))(r); len(got) != 0 {
			t.Errorf("she is offered %+v before an officer has looked", got)
		}
		// The list is for the body that answers for it.
		if err := r.Eligibility.Agree(r.Ctx(), r.As("tax-1"), hou.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("another body agrees: %v", err)
		}
		if got := list(r, "tax-1", eligibility.Found); len(got) != 0 {
			t.Errorf("another body reads %+v", got)
		}
		if err := r.Eligibility.SetAside(r.Ctx(), r.As("health-1"), children[0].ID, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("set aside without a reason: %v", err)
		}
		r.OK(r.Eligibility.SetAside(r.Ctx(), r.As("health-1"), children[0].ID, "孩子由奶奶监护"))
		r.OK(r.Eligibility.Agree(r.Ctx(), r.As("civil-affairs-1"), hou.ID))
		if err := r.Eligibility.Agree(r.Ctx(), r.As("civil-affairs-1"), hou.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("agreed twice: %v", err)
		}
		r.Work()
		got := rig.Must(r.Eligibility.Mine(r.Ctx(), person))(r)
		if len(got) != 1 || got[0].Until <= r.Today() || !got[0].Lack.None() {
			t.Fatalf("she is offered %+v", got)
		}
		// It is hers alone.
		if err := r.Eligibility.Decline(r.Ctx(), r.As("chen"), hou.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else declines: %v", err)
		}
		// She goes on to apply with what the registers say, and is asked only for the rest.
		o := rig.Must(r.Eligibility.TakeUp(r.Ctx(), person, hou.ID))(r)
		c := rig.Must(r.Application.BeginWith(r.Ctx(), person, o.Service, o.Answers()))(r)
		entry, _ := r.City().Service(o.Service)
		if q, more := entry.Guide.Next(c.Answers); !more || q.ID != "income" || c.Answers["age"] != "83" {
			t.Errorf("she is asked %q after %v", q.ID, c.Answers)
		}
		if err := r.Eligibility.Decline(r.Ctx(), person, hou.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("declined after it was taken: %v", err)
		}
	})
}

func TestDecline(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	r.OK(r.Eligibility.RunAll(r.Ctx()))
	id := list(r, "civil-affairs-1", eligibility.Found)[0].ID
	r.OK(r.Eligibility.Agree(r.Ctx(), r.As("civil-affairs-1"), id))
	r.Work()
	r.OK(r.Eligibility.Decline(r.Ctx(), r.As("hou"), id))
	// Who declined is not offered it again.
	r.OK(r.Eligibility.RunAll(r.Ctx()))
	if got := list(r, "civil-affairs-1", eligibility.Found); len(got) != 0 {
		t.Errorf("found again: %+v", got)
	}
	if _, _, err := r.Eligibility.List(r.Ctx(), r.As("hou"), eligibility.Found); err == nil {
		t.Error("a person reads the list")
	}
	if got := rig.Must(r.Eligibility.Mine(r.Ctx(), r.As("hou")))(r); len(got) != 1 || got[0].State != eligibility.Declined {
		t.Errorf("she is still offered %+v", got)
	}
	// Nothing is applied for afterwards.
	r.GoTo(r.Today().Add(60))
	r.Work()
	if n := r.Count("casework_case", "service = $1", "old-age-benefit"); n != 0 {
		t.Errorf("%d cases were opened for somebody who declined", n)
	}
	if _, err := r.Eligibility.Mine(r.Ctx(), identity.Actor{Kind: identity.Nobody}); err == nil {
		t.Error("a visitor is offered something")
	}
	// A year later the registers may tell otherwise.
	r.GoTo(r.Today().Add(370))
	r.OK(r.Eligibility.Sweep(r.Ctx()))
	if n := r.Count("eligibility_offer", "1 = 1"); n != 0 {
		t.Errorf("%d offers are kept for more than a year", n)
	}
}
