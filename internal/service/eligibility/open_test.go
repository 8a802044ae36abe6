package eligibility_test

import (
	"testing"
	"time"

	"tongban/internal/data/registry"
	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/eligibility"
	"tongban/internal/testkit/rig"
)

const hou = "990100194310080425"

// offered runs, agrees and tells Hou Yuzhen of her old-age allowance.
func offered(r *rig.Rig) eligibility.Offer {
	r.T.Helper()
	r.OK(r.Eligibility.RunAll(r.Ctx()))
	id := list(r, "civil-affairs-1", eligibility.Found)[0].ID
	r.OK(r.Eligibility.Agree(r.Ctx(), r.As("civil-affairs-1"), id))
	r.Work()
	return mine(r)
}

// mine is the one thing that Hou Yuzhen is or was offered.
func mine(r *rig.Rig) eligibility.Offer {
	r.T.Helper()
	all := rig.Must(r.Eligibility.Mine(r.Ctx(), r.As("hou")))(r)
	if len(all) != 1 {
		r.T.Fatalf("she has %d offers: %+v", len(all), all)
	}
	return all[0]
}

func kinds(r *rig.Rig) (all []string) {
	r.T.Helper()
	messages, _, err := r.Notice.Mine(r.Ctx(), r.As("hou"), "", 50)
	r.OK(err)
	for _, m := range messages {
		all = append(all, m.Kind)
	}
	return all
}

func write(r *rig.Rig, register string, values map[string]string) {
	r.T.Helper()
	r.OK(r.Gate.Do(r.Ctx(), identity.ForSystem("import"), func(tx *access.Tx) error {
		if err := tx.Permit(r.Ctx(), "register.write", access.Resource{Kind: "register", ID: register, Purpose: "import"}); err != nil {
			return err
		}
		return r.Registry.Record(r.Ctx(), tx, registry.Record{Register: register, Subject: hou, Values: values, Source: "police", RecordedAt: r.Now()})
	}))
}

// Who does nothing gets it: after the time in which she may say no her application is made, once, with what
// the registers hold, and an officer decides as with any other.
func TestAppliesForWhoSaysNothing(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		o := offered(r)
		if got := kinds(r); len(got) != 1 || got[0] != "offered" {
			t.Fatalf("she is told %q", got)
		}
		r.GoTo(o.Until)
		r.Work()
		if n := r.Count("casework_case", "subject = $1", hou); n != 0 {
			t.Fatal("it is applied for on the last day on which she may say no")
		}
		r.GoTo(o.Until.Add(1))
		r.Work()
		o = mine(r)
		if o.State != eligibility.Opened || o.Case == "" {
			t.Fatalf("the offer is %+v", o)
		}
		c := r.Case(o.Case)
		if !c.Unasked || c.Subject != hou || c.Applicant != "p-hou" || len(c.Matters) != 1 || c.Matters[0].Def != "old-age-allowance" {
			t.Errorf("the case is %+v", c)
		}
		if v := c.Values["bank_card"]; v.Source != "social-card" || v.Value == "" {
			t.Errorf("it is to be paid to %+v", v)
		}
		if e := c.Evidence["elder-record"]; e.State != "held" || e.Values["receiving"] != "false" {
			t.Errorf("the evidence is %+v", e)
		}
		if got := kinds(r); len(got) != 2 || got[0] != "opened-unasked" {
			t.Errorf("she is told %q", got)
		}
		if n := r.Count("audit_entry", "action = 'benefit.open' AND case_id = '' AND outcome = 'done'"); n != 2 { // told, and applied for
			t.Errorf("%d entries of what was done for her", n)
		}
		// However often it runs, there is one case; and she is not found again.
		for range 2 {
			r.OK(r.Store.Write(r.Ctx(), func(tx *db.Tx) error {
				return r.Jobs.Enqueue(r.Ctx(), tx, job.Job{Kind: "eligibility.open", Args: map[string]string{"offer": o.ID}})
			}))
			r.Work()
		}
		r.OK(r.Eligibility.RunAll(r.Ctx()))
		if n := r.Count("casework_case", "subject = $1", hou); n != 1 || len(list(r, "civil-affairs-1", eligibility.Found)) != 0 {
			t.Errorf("there are %d cases", n)
		}
		// Saying no is now a withdrawal.
		if err := r.Eligibility.Decline(r.Ctx(), r.As("hou"), o.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("declined after it was applied for: %v", err)
		}
		r.Take(o.Case, "old-age-allowance")
		if m := r.Decide(o.Case, "old-age-allowance", rig.Yes); m.State != casework.Approved || m.Result == nil {
			t.Errorf("the matter is %+v", m)
		}
	})
}

// What changed in between is noticed before anything is applied for.
func TestLooksAgainBeforeItApplies(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		register string
		values   map[string]string
	}{
		"died":           {"population", map[string]string{"status": "cancelled"}},
		"moved":          {"elder-benefits", map[string]string{"local": "false"}},
		"an entry ended": {"elder-benefits", map[string]string{"local": "", "receiving": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rig.SQLite(t)
			o := offered(r)
			write(r, change.register, change.values)
			r.GoTo(o.Until.Add(1))
			r.Work()
			if o = mine(r); o.State != eligibility.Review || o.Why != eligibility.Changed || len(o.Now) == 0 {
				t.Fatalf("the offer is %+v", o)
			}
			if n := r.Count("casework_case", "subject = $1", hou); n != 0 {
				t.Error("it was applied for all the same")
			}
			if got := kinds(r); got[0] != "offer-review" {
				t.Errorf("she is told %q", got)
			}
			r.OK(r.Eligibility.SetAside(r.Ctx(), r.As("civil-affairs-1"), o.ID, "户口已经迁走"))
			r.Work()
			if got := kinds(r); got[0] != "offer-refused" || mine(r).Reason != "户口已经迁走" {
				t.Errorf("she is told %q", got)
			}
		})
	}
}

// Who applied herself meanwhile has no second case.
func TestWhoHasACaseIsNotOfferedIt(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	o := offered(r)
	by := r.As("hou")
	answers := map[string]string{"who": "self", "age": "83", "local": "true", "receiving": "false", "income": "none", "card": "true"}
	r.Apply(by, "old-age-benefit", answers, nil)
	r.GoTo(o.Until.Add(1))
	r.Work()
	if o = mine(r); o.State != eligibility.Review || o.Why != eligibility.HasCase {
		t.Errorf("the offer is %+v", o)
	}
	if n := r.Count("casework_case", "subject = $1", hou); n != 1 {
		t.Errorf("there are %d cases", n)
	}
	if err := r.Eligibility.Ask(r.Ctx(), by, "old-age-benefit", "我还没领"); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked with a case open: %v", err)
	}
}

// What government does not hold is asked for, and nothing else; it is applied for as soon as she has told it.
func TestAsksForWhatIsLacking(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		write(r, "social-card", map[string]string{"account": ""})
		o := offered(r)
		if got := o.Lack; len(got.Fields) != 1 || got.Fields[0] != "bank_card" || len(got.Questions)+len(got.Materials) != 0 {
			t.Fatalf("she is asked for %+v", got)
		}
		if got := kinds(r); got[0] != "offer-lack" {
			t.Errorf("she is told %q", got)
		}
		r.GoTo(o.Until.Add(30))
		r.Work()
		if mine(r).State != eligibility.Offered {
			t.Error("it was applied for without an account to pay to")
		}
		if err := r.Eligibility.Give(r.Ctx(), r.As("chen"), o.ID, nil, map[string]string{"bank_card": "6222021234567890128"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else says where to pay: %v", err)
		}
		r.OK(r.Eligibility.Give(r.Ctx(), r.As("hou"), o.ID, nil, map[string]string{"bank_card": "6222021234567890128", "elder_name": "别人"}))
		r.Work()
		o = mine(r)
		if o.State != eligibility.Opened {
			t.Fatalf("the offer is %+v", o)
		}
		if c := r.Case(o.Case); c.Values["bank_card"].Source != "" || c.Values["elder_name"].Value != "侯玉珍" {
			t.Errorf("the case holds %+v", c.Values)
		}
	})
}

// A register that is down delays it and decides nothing.
func TestWaitsForARegister(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	o := offered(r)
	down := func(is bool) {
		r.OK(r.Gate.Do(r.Ctx(), r.As("gov-service-admin"), func(tx *access.Tx) error {
			if err := tx.Permit(r.Ctx(), "register.switch", access.Resource{Kind: "switch", ID: "elder-benefits", Purpose: "upkeep"}); err != nil {
				return err
			}
			return r.Registry.SetDown(r.Ctx(), tx, "elder-benefits", is)
		}))
	}
	r.GoTo(o.Until.Add(1))
	down(true)
	if err := r.Jobs.Drain(r.Ctx()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("with a register down the jobs end with %v", err)
	}
	if mine(r).State != eligibility.Offered {
		t.Errorf("the offer is %+v", mine(r))
	}
	down(false)
	r.Pass(24 * time.Hour)
	r.Work()
	if mine(r).State != eligibility.Opened {
		t.Errorf("the offer is %+v", mine(r))
	}
}

// Who believes that she is entitled has an officer look, who may answer otherwise than a register, with reasons.
func TestAsksForASecondLook(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		write(r, "elder-benefits", map[string]string{"local": "false"})
		r.OK(r.Eligibility.RunAll(r.Ctx()))
		if len(list(r, "civil-affairs-1", eligibility.Found)) != 0 {
			t.Fatal("she is found although the register has her elsewhere")
		}
		by, officer := r.As("hou"), r.As("civil-affairs-1")
		if err := r.Eligibility.Ask(r.Ctx(), by, "old-age-benefit", " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("asked without a word: %v", err)
		}
		r.OK(r.Eligibility.Ask(r.Ctx(), by, "old-age-benefit", "我上个月把户口迁回来了"))
		if err := r.Eligibility.Ask(r.Ctx(), by, "old-age-benefit", "再问一次"); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked twice: %v", err)
		}
		asked := list(r, "civil-affairs-1", eligibility.Review)
		if len(asked) != 1 || asked[0].Why != eligibility.Asked || asked[0].Said == "" || len(asked[0].Now) == 0 {
			t.Fatalf("the officer reads %+v", asked)
		}
		id := asked[0].ID
		if err := r.Eligibility.AgreeAgain(r.Ctx(), officer, id, nil, "看过了"); !fault.Is(err, fault.Invalid) {
			t.Errorf("agreed to somebody who is not entitled: %v", err)
		}
		if err := r.Eligibility.AgreeAgain(r.Ctx(), officer, id, map[string]string{"local": "true"}, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("agreed without a reason: %v", err)
		}
		if err := r.Eligibility.AgreeAgain(r.Ctx(), r.As("tax-1"), id, map[string]string{"local": "true"}, "看过户口簿"); !fault.Is(err, fault.Denied) {
			t.Errorf("another body agrees: %v", err)
		}
		r.OK(r.Eligibility.AgreeAgain(r.Ctx(), officer, id, map[string]string{"local": "true"}, "户口簿写明十月迁回，登记还没更新"))
		r.Work()
		o := mine(r)
		r.GoTo(o.Until.Add(1))
		r.Work()
		if o = mine(r); o.State != eligibility.Opened || o.Answers()["local"] != "true" {
			t.Fatalf("the offer is %+v", o)
		}
	})
}
