package casework_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
	"tongban/internal/security/access"
	"tongban/internal/security/audit"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/deadline"
	"tongban/internal/testkit/rig"
)

// restaurant is the case of 鑫源餐饮 for everything that a restaurant needs, with its first jobs done.
func restaurant(r *rig.Rig) (identity.Actor, casework.Case) {
	r.T.Helper()
	wang := r.For("wang", rig.Xinyuan)
	return wang, r.Apply(wang, "open-a-restaurant", rig.Restaurant, nil)
}

func newborn(r *rig.Rig) (identity.Actor, casework.Case) {
	r.T.Helper()
	wang := r.As("wang")
	return wang, r.Apply(wang, "newborn", rig.Newborn, map[string]string{"child_name": "李明", "card_bank": "shifan"})
}

func wantFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		t.Fatalf("error is %v, want %v %s", err, kind, code)
	}
}

// down switches a register off or on, as an administrator does.
func down(r *rig.Rig, register string, is bool) {
	r.T.Helper()
	admin := r.As("gov-service-admin")
	r.OK(r.Gate.Do(r.Ctx(), admin, func(tx *access.Tx) error {
		if err := tx.Permit(r.Ctx(), "register.switch", access.Resource{Kind: "switch", ID: register, Purpose: "upkeep"}); err != nil {
			return err
		}
		return r.Registry.SetDown(r.Ctx(), tx, register, is)
	}))
}

func kinds(d casework.Dossier, def string) []casework.Kind {
	m, _ := d.Matter(def)
	var all []casework.Kind
	for _, e := range d.Events {
		if e.Matter == m.ID {
			all = append(all, e.Kind)
		}
	}
	return all
}

func count(all []casework.Kind, want casework.Kind) int {
	n := 0
	for _, k := range all {
		if k == want {
			n++
		}
	}
	return n
}

func TestSystemDecides(t *testing.T) {
	t.Parallel()
	t.Run("what the registers prove is decided at once and releases what waits", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			_, c := restaurant(r)
			m := r.In(c.ID, "licence-check", casework.Approved)
			if m.Ruling == nil || !m.Ruling.Approve || m.Ruling.By != "system:casework" || m.Ruling.Facts == "" {
				t.Errorf("the ruling is %+v", m.Ruling)
			}
			for _, check := range []string{"standing", "same-name"} {
				if got := m.Checked[check]; got.Outcome != "pass" || got.Seen == "" {
					t.Errorf("check %s is %+v: the decision does not show what it rests on", check, got)
				}
			}
			for _, def := range []string{"food-licence", "sign-filing", "fire-check", "tobacco-licence"} {
				if m := r.In(c.ID, def, casework.Received); m.ReceivedOn != "2026-11-24" || m.DueOn != "2026-12-01" {
					t.Errorf("%s was received on %s and is due on %s, want 2026-11-24 and 2026-12-01", def, m.ReceivedOn, m.DueOn)
				}
			}
			if got := r.Matter(c.ID, "food-licence").Checked["standing"]; got.Outcome != "pass" || got.Seen != "normal" {
				t.Errorf("the system's check of the food licence is %+v", got)
			}
		})
	})
	t.Run("what they contradict is refused, with the reason, and ends what waits", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			by := r.For("chen", "91990100DEM100031M") // on the list of irregular businesses, and says otherwise
			c := r.Apply(by, "open-a-restaurant", rig.Restaurant, nil)
			m := r.In(c.ID, "licence-check", casework.Refused)
			if m.Ruling.Approve || m.Ruling.Reasons == "" || m.Checked["standing"].Outcome != "fail" || m.Checked["standing"].Seen != "abnormal" {
				t.Errorf("ruling %+v, checks %+v", m.Ruling, m.Checked)
			}
			if got, want := m.Ruling.Facts, "申请表上的名称和登记的一样；"; got != want {
				t.Errorf("the facts are %q, want only what was found true: %q", got, want)
			}
			for _, def := range []string{"food-licence", "sign-filing", "fire-check", "tobacco-licence"} {
				if m := r.In(c.ID, def, casework.Lapsed); m.Ending != "ending.upstream" || m.DueOn != "" {
					t.Errorf("%s ended as %q, due %q", def, m.Ending, m.DueOn)
				}
			}
			if r.Case(c.ID).ClosedAt.IsZero() {
				t.Error("nothing can happen any more and the case is open")
			}
		})
	})
	t.Run("a register that is down only delays it", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.For("wang", rig.Xinyuan)
			d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
			r.Fill(wang, d.ID, nil)
			down(r, "business", true)
			c := rig.Must(r.Application.Submit(r.Ctx(), wang, d.ID, true))(r)
			if err := r.Jobs.Drain(r.Ctx()); !fault.Is(err, fault.Unavailable) {
				t.Fatalf("jobs ended with %v, want that a register is down", err)
			}
			r.In(c.ID, "licence-check", casework.Received)
			// Six working days later it is still down: by law the matter counts as accepted (art. 32).
			r.GoTo("2026-12-02")
			if err := r.Jobs.Drain(r.Ctx()); !fault.Is(err, fault.Unavailable) {
				t.Fatalf("jobs ended with %v, want that a register is down", err)
			}
			r.In(c.ID, "licence-check", casework.Accepted)
			down(r, "business", false)
			r.Pass(2 * time.Hour)
			r.Work()
			r.In(c.ID, "licence-check", casework.Approved)
			r.In(c.ID, "food-licence", casework.Received)
		})
	})
	t.Run("an officer who looked herself meanwhile is not overruled", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.For("wang", rig.Xinyuan)
			d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
			r.Fill(wang, d.ID, nil)
			down(r, "health-certificate", true)
			c := rig.Must(r.Application.Submit(r.Ctx(), wang, d.ID, true))(r)
			_ = r.Jobs.Drain(r.Ctx())
			m := r.In(c.ID, "food-licence", casework.Received)
			officer := r.As("market-1")
			r.Pass(time.Minute)
			r.OK(r.Casework.Mark(r.Ctx(), officer, m.ID, "workers-fit", "fail", "电话核实，一人不合格"))
			down(r, "health-certificate", false)
			r.Pass(time.Hour)
			r.Work()
			m = r.Matter(c.ID, "food-licence")
			if got := m.Checked["workers-fit"]; got.Outcome != "fail" || got.By != officer.ID {
				t.Errorf("the officer's finding became %+v", got)
			}
			if got := m.Checked["standing"]; got.Outcome != "pass" {
				t.Errorf("the other check is %+v, want pass", got)
			}
			wantFault(t, r.Casework.Mark(r.Ctx(), officer, m.ID, "standing", "fail", ""), fault.Invalid, "error.fields") // a reason is needed
			wantFault(t, r.Casework.Mark(r.Ctx(), officer, m.ID, "no-such", "fail", "x"), fault.NotFound, "error.matter.no-check")
		})
	})
}

func TestDeemedAcceptance(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang, c := restaurant(r)
		// Someone claims the matter, and does no more: that must not stop the law.
		r.OK(r.Casework.Claim(r.Ctx(), r.As("fire-1"), r.Matter(c.ID, "fire-check").ID))
		r.GoTo("2026-12-01") // the fifth working day is not over
		r.Work()
		r.In(c.ID, "fire-check", casework.Received)
		r.GoTo("2026-12-02")
		r.Work()
		for def, due := range map[string]deadline.Day{
			"fire-check": "2026-12-08", "food-licence": "2026-12-22", "tobacco-licence": "2026-12-22", // 10, 20 and 20 working days after 24 November
			"sign-filing": "2026-11-25", // no law limits it; one working day was promised
		} {
			m := r.In(c.ID, def, casework.Accepted)
			if !m.Deemed || m.AcceptedOn != "2026-11-24" || m.DueOn != due {
				t.Errorf("%s: deemed %v on %s, due %s, want from the day of receipt, due %s", def, m.Deemed, m.AcceptedOn, m.DueOn, due)
			}
		}
		before := r.Case(c.ID)
		fire := r.Matter(c.ID, "fire-check")
		for range 2 { // the job once more: nothing
			r.OK(r.Store.Write(r.Ctx(), enqueue(r, job.Job{Kind: "casework.wake", Args: casework.About{Case: c.ID, Matter: fire.ID}})))
			r.Work()
		}
		if after := r.Matter(c.ID, "fire-check"); after.Version != fire.Version {
			t.Errorf("the wake-up run again made version %d of %d", after.Version, fire.Version)
		}
		d := rig.Must(r.Casework.Read(r.Ctx(), wang, c.ID))(r)
		if n := count(kinds(d, "fire-check"), casework.DeemedTaken); n != 1 {
			t.Errorf("it was deemed accepted %d times", n)
		}
		if len(before.Matters) != len(d.Matters) {
			t.Error("matters came or went")
		}
		wantFault(t, r.Casework.AskForMore(r.Ctx(), r.As("fire-1"), fire.ID, []casework.Point{{Material: "floor-plan", Text: "看不清"}}, ""),
			fault.Conflict, "error.matter.state") // too late to ask
	})
}

func TestCorrection(t *testing.T) {
	t.Parallel()
	points := []casework.Point{
		{Material: "floor-plan", Text: "看不清出口", Provision: "fire-law.15"}, {Field: "seats", Text: "与平面图不符"},
	}
	t.Run("asked once, answered point by point, with what stood there before", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang, c := restaurant(r)
			m := r.Matter(c.ID, "fire-check")
			officer := r.As("fire-1")
			r.OK(r.Casework.Claim(r.Ctx(), officer, m.ID))
			r.Pass(time.Hour)
			for _, p := range []casework.Point{{Field: "no-such", Text: "t"}, {Material: "no-such", Text: "t"}, {Field: "sign_words", Text: "t"}, {Material: "layout", Text: "t"}} {
				// What the applicant cannot answer, or what another body's matter asks for.
				wantFault(t, r.Casework.AskForMore(r.Ctx(), officer, m.ID, []casework.Point{p}, "2026-12-10"), fault.Invalid, "error.fields")
			}
			r.OK(r.Casework.AskForMore(r.Ctx(), officer, m.ID, points, "2026-12-10"))
			r.Work()
			if m = r.In(c.ID, "fire-check", casework.Correcting); m.DueOn != "2026-12-10" {
				t.Errorf("due on %s", m.DueOn)
			}
			old := r.Case(c.ID).Evidence["floor-plan"].Files
			r.Pass(time.Hour)

			err := r.Casework.Answer(r.Ctx(), wang, m.ID, casework.Correction{Values: map[string]string{"seats": "60"}})
			wantFault(t, err, fault.Invalid, "error.fields") // the plan is missing
			if r.Case(c.ID).Values["seats"].Value == "60" {
				t.Fatal("half an answer was taken")
			}
			file := r.File("better-plan.png")
			r.OK(r.Casework.Answer(r.Ctx(), wang, m.ID, casework.Correction{
				Values: map[string]string{"seats": "60", "floors": "3 层"}, Files: map[string][]casework.File{"floor-plan": {file}}, Message: "已重画",
			}))
			r.Work()
			m = r.In(c.ID, "fire-check", casework.Received)
			if m.DueOn != "2026-12-01" || m.Answered == nil || m.Answered.Message != "已重画" {
				t.Errorf("due %s, answered %+v", m.DueOn, m.Answered)
			}
			after := r.Case(c.ID)
			if after.Values["seats"].Value != "60" || m.Answered.Values["seats"][0].Value == "60" || m.Answered.Values["seats"][1].Value != "60" {
				t.Errorf("seats %+v, kept as %+v", after.Values["seats"], m.Answered.Values["seats"])
			}
			if got := after.Evidence["floor-plan"].Files; len(got) != 1 || got[0] != file {
				t.Errorf("the plan is %+v", got)
			}
			if got := m.Answered.Before["floor-plan"]; len(got) != 1 || got[0] != old[0] {
				t.Errorf("the plan before is %+v, want %+v", got, old)
			}
			if after.Values["floors"].Value == "3 层" {
				t.Error("something that was not asked for was changed")
			}
			wantFault(t, r.Casework.AskForMore(r.Ctx(), officer, m.ID, points, ""), fault.Conflict, "error.matter.asked-once")
			r.GoTo("2026-12-11") // the wake-up of the correction finds it answered; that of the acceptance is due
			r.Work()
			r.In(c.ID, "fire-check", casework.Accepted)
		})
	})
	t.Run("late is late, and what was never corrected ends by itself", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang, c := restaurant(r)
			m := r.Matter(c.ID, "fire-check")
			r.OK(r.Casework.AskForMore(r.Ctx(), r.As("fire-1"), m.ID, points, "2026-12-10"))
			r.OK(r.Casework.Claim(r.Ctx(), r.As("fire-2"), m.ID)) // moves the version on
			r.GoTo("2026-12-10")
			r.Work()
			r.In(c.ID, "fire-check", casework.Correcting)
			r.GoTo("2026-12-11")
			with := casework.Correction{Values: map[string]string{"seats": "60"}, Files: map[string][]casework.File{"floor-plan": {r.File("p.png")}}}
			wantFault(t, r.Casework.Answer(r.Ctx(), wang, m.ID, with), fault.Late, "error.matter.correction-late")
			r.Work()
			if m := r.In(c.ID, "fire-check", casework.Lapsed); m.Ending != "ending.not-corrected" || m.DueOn != "" {
				t.Errorf("ended as %q", m.Ending)
			}
			r.Work()
			d := rig.Must(r.Casework.Read(r.Ctx(), wang, c.ID))(r)
			if n := count(kinds(d, "fire-check"), casework.Expired); n != 1 {
				t.Errorf("it ended %d times", n)
			}
			r.In(c.ID, "food-licence", casework.Accepted) // deemed meanwhile; one body's silence is not another's
		})
	})
}

func TestClockOfAReview(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		_, c := restaurant(r)
		officer, head := r.As("market-1"), r.As("market-head")
		m := r.Take(c.ID, "food-licence") // accepted on Tuesday 24 November: 20 working days end on 22 December, 10 on 8 December
		if m.DueOn != "2026-12-22" || m.PromisedOn != "2026-12-08" {
			t.Fatalf("due %s, promised %s, want 2026-12-22 and 2026-12-08", m.DueOn, m.PromisedOn)
		}
		wantFault(t, r.Casework.StartSpecial(r.Ctx(), officer, m.ID, "hearing", "听证", 5), fault.Invalid, "error.fields") // not one of this matter's
		r.GoTo("2026-11-26")
		r.OK(r.Casework.StartSpecial(r.Ctx(), officer, m.ID, "inspection", "现场核查", 5))
		m = r.In(c.ID, "food-licence", casework.Special)
		if len(m.Special) != 1 || m.Special[0].Notice == "" {
			t.Fatalf("no written notice: %+v", m.Special)
		}
		wantFault(t, r.Casework.Propose(r.Ctx(), officer, m.ID, rig.Yes), fault.Conflict, "error.matter.state")
		r.GoTo("2026-12-01")
		r.OK(r.Casework.EndSpecial(r.Ctx(), officer, m.ID, "合格"))
		// Four working days do not count, 26, 27 and 30 November and 1 December: 28 December, and 14 December
		// as promised.
		m = r.In(c.ID, "food-licence", casework.Accepted)
		if m.DueOn != "2026-12-28" || m.PromisedOn != "2026-12-14" || m.Special[0].To != "2026-12-01" || m.Special[0].Result != "合格" {
			t.Errorf("due %s, promised %s after the procedure %+v; want 2026-12-28 and 2026-12-14", m.DueOn, m.PromisedOn, m.Special[0])
		}

		wantFault(t, r.Casework.Extend(r.Ctx(), head, m.ID), fault.Conflict, "error.matter.no-extension-asked")
		r.OK(r.Casework.AskExtension(r.Ctx(), officer, m.ID, "需要外地协查"))
		wantFault(t, r.Casework.AskExtension(r.Ctx(), officer, m.ID, "再来一次"), fault.Conflict, "error.matter.extended-once")
		if err := r.Casework.Extend(r.Ctx(), officer, m.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("the officer granted it herself: %v", err)
		}
		if err := r.Casework.RefuseExtension(r.Ctx(), officer, m.ID, "不用延"); !fault.Is(err, fault.Denied) {
			t.Errorf("the officer refused it herself: %v", err)
		}
		wantFault(t, r.Casework.RefuseExtension(r.Ctx(), head, m.ID, " "), fault.Invalid, "error.fields")
		r.OK(r.Casework.RefuseExtension(r.Ctx(), head, m.ID, "请先说明协查的机关"))
		m = r.Matter(c.ID, "food-licence")
		if m.DueOn != "2026-12-28" || m.Extension.RefusedBy != head.ID || m.Extension.Refusal != "请先说明协查的机关" {
			t.Errorf("due %s with %+v after a refusal", m.DueOn, m.Extension)
		}
		wantFault(t, r.Casework.Extend(r.Ctx(), head, m.ID), fault.Conflict, "error.matter.no-extension-asked")
		r.OK(r.Casework.AskExtension(r.Ctx(), officer, m.ID, "需要外省市场监管局协查"))
		r.OK(r.Casework.Extend(r.Ctx(), head, m.ID))
		wantFault(t, r.Casework.Extend(r.Ctx(), head, m.ID), fault.Conflict, "error.matter.no-extension-asked")
		m = r.Matter(c.ID, "food-licence")
		// Ten more after 28 December: three in December, none on New Year's Day, seven from 4 January. The
		// notice for 2027 is not out, so the day is marked.
		if m.DueOn != "2027-01-12" || !m.Tentative {
			t.Errorf("extended to %s (tentative %v), want 2027-01-12, marked", m.DueOn, m.Tentative)
		}
		if m.Extension.ApprovedBy != head.ID {
			t.Errorf("the extension is %+v", m.Extension)
		}
	})
}

func TestTwoPersons(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		_, c := restaurant(r)
		officer, head := r.As("market-1"), r.As("market-head")
		m := r.Take(c.ID, "food-licence")
		if err := r.Casework.Decide(r.Ctx(), officer, m.ID, rig.Yes); !fault.Is(err, fault.Denied) {
			t.Fatalf("one person decided alone: %v", err)
		}
		wantFault(t, r.Casework.Propose(r.Ctx(), officer, m.ID, casework.Ruling{Facts: "f", Reasons: "r"}), fault.Invalid, "error.fields") // a refusal without a provision
		r.OK(r.Casework.Propose(r.Ctx(), officer, m.ID, rig.Yes))
		for _, by := range []string{"market-1", "market-2", "fire-head"} {
			if err := r.Casework.Sign(r.Ctx(), r.As(by), m.ID); !fault.Is(err, fault.Denied) {
				t.Errorf("%s signed: %v", by, err)
			}
		}
		r.OK(r.Casework.SendBack(r.Ctx(), head, m.ID, "补充现场照片"))
		m = r.In(c.ID, "food-licence", casework.Accepted)
		if m.Proposal != nil || m.Returned != "补充现场照片" || m.Earlier == nil || m.Earlier.Facts != rig.Yes.Facts {
			t.Errorf("sent back: proposal %v, reason %q, earlier %v", m.Proposal, m.Returned, m.Earlier)
		}
		if err := r.Casework.Propose(r.Ctx(), head, m.ID, rig.Yes); !fault.Is(err, fault.Denied) {
			t.Errorf("the head decides over the officer who has it: %v", err)
		}
		r.OK(r.Casework.HandOver(r.Ctx(), head, m.ID, head.ID, "我来办"))
		r.OK(r.Casework.Propose(r.Ctx(), head, m.ID, rig.Yes)) // the head writes it; then she may not sign it
		if err := r.Casework.Sign(r.Ctx(), head, m.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("the head signed her own proposal: %v", err)
		}
		r.OK(r.Casework.SendBack(r.Ctx(), head, m.ID, "由经办人拟办"))
		r.OK(r.Casework.HandOver(r.Ctx(), head, m.ID, officer.ID, "由经办人拟办"))
		m = r.Decide(c.ID, "food-licence", rig.Yes)
		if m.State != casework.Approved || m.Ruling.By != officer.ID || m.Ruling.SignedBy != head.ID || m.Ruling.SignedName == "" {
			t.Errorf("%s by %+v", m.State, m.Ruling)
		}
		wantFault(t, r.Casework.Sign(r.Ctx(), head, m.ID), fault.Conflict, "error.matter.state")
	})
}

func TestRefusalAndTheRest(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang, c := restaurant(r)
		r.Take(c.ID, "tobacco-licence")
		r.Decide(c.ID, "tobacco-licence", rig.No)
		if m := r.In(c.ID, "tobacco-licence", casework.Refused); m.Ruling.Succeed == "" || m.Result != nil {
			t.Errorf("refused with %+v and result %v", m.Ruling, m.Result)
		}
		r.OK(r.Casework.Decline(r.Ctx(), r.As("urban-management-1"), r.Matter(c.ID, "sign-filing").ID, "不属于本机关职权", []string{"licence-law.32"}))
		r.Work()
		r.In(c.ID, "sign-filing", casework.Declined)
		r.OK(r.Casework.Withdraw(r.Ctx(), wang, r.Matter(c.ID, "fire-check").ID, "先装修"))
		r.Work()
		r.In(c.ID, "fire-check", casework.Withdrawn)
		wantFault(t, r.Casework.Withdraw(r.Ctx(), wang, r.Matter(c.ID, "fire-check").ID, ""), fault.Conflict, "error.matter.state")
		if !r.Case(c.ID).ClosedAt.IsZero() {
			t.Error("the case is closed while the food licence is open")
		}
		r.Approve(c.ID, "food-licence")
		wantFault(t, r.Casework.Withdraw(r.Ctx(), wang, r.Matter(c.ID, "food-licence").ID, ""), fault.Conflict, "error.matter.state")
		closed := r.Case(c.ID).ClosedAt
		if closed.IsZero() {
			t.Error("everything has ended and the case is open")
		}
		r.GoTo("2027-02-01") // nothing more happens, whatever wakes up
		r.Work()
		if got := r.Case(c.ID); !got.ClosedAt.Equal(closed) {
			t.Errorf("closed at %v and again at %v", closed, got.ClosedAt)
		}
	})
}

func TestLapseRunsDownTheOrder(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		_, c := newborn(r)
		r.Take(c.ID, "birth-certificate")
		r.Decide(c.ID, "birth-certificate", casework.Ruling{Facts: "没有记录", Reasons: "查不到出生记录", Provisions: []string{"maternal-health-law.23"}})
		for _, m := range r.Case(c.ID).Matters {
			if m.Def != "birth-certificate" && (m.State != casework.Lapsed || m.Ending != "ending.upstream") {
				t.Errorf("%s is %s (%s)", m.Def, m.State, m.Ending)
			}
		}
		if r.Case(c.ID).ClosedAt.IsZero() {
			t.Error("the case is open")
		}
	})
}

// A result becomes the next body's evidence by itself; nobody hands it in.
func TestResultsAreHandedOn(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang, c := newborn(r)
		if e := r.Case(c.ID).Evidence["new-birth-certificate"]; e.State != "upstream" || len(e.Values) != 0 || e.Certificate != "" {
			t.Fatalf("before it exists the certificate is %+v", e)
		}
		r.In(c.ID, "household-registration", casework.Waiting)
		wantFault(t, r.Casework.Take(r.Ctx(), r.As("police-1"), r.Matter(c.ID, "household-registration").ID), fault.Conflict, "error.matter.state")
		birth := r.Approve(c.ID, "birth-certificate")
		e := r.Case(c.ID).Evidence["new-birth-certificate"]
		if e.Certificate != birth.Result.Certificate || e.Certificate == "" || e.Values["child_name"] != "李明" || e.Values["number"] == "" || !e.At.Equal(birth.Result.At) {
			t.Fatalf("the birth certificate was handed on as %+v", e)
		}
		r.In(c.ID, "vaccination", casework.Approved) // by the system, as soon as it could
		r.In(c.ID, "maternity-benefit", casework.Received)
		r.In(c.ID, "medical-insurance", casework.Waiting)
		household := r.Approve(c.ID, "household-registration")
		child := household.Result.Values["id_number"]
		if e := r.Case(c.ID).Evidence["new-household-page"]; e.Values["id_number"] != child || child == "" {
			t.Fatalf("the household page was handed on as %+v", e)
		}
		r.Approve(c.ID, "medical-insurance")
		r.In(c.ID, "insurance-payment", casework.Approved)
		for _, def := range []string{"social-security-card", "maternity-benefit", "childcare-subsidy"} {
			r.Approve(c.ID, def)
		}
		if r.Case(c.ID).ClosedAt.IsZero() {
			t.Error("everything is done and the case is open")
		}
		d := rig.Must(r.Casework.Read(r.Ctx(), wang, c.ID))(r)
		for _, m := range d.Matters {
			if n := count(kinds(d, m.Def), casework.Fulfilled); n != 1 {
				t.Errorf("%s was carried out %d times", m.Def, n)
			}
		}
	})
}

// Several bodies at the same moment: each is heard, and the case is closed by the last.
func TestAtTheSameMoment(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		_, c := restaurant(r)
		food := r.Matter(c.ID, "food-licence")
		var wins, conflicts int
		var mu sync.Mutex
		together(8, func(i int) {
			err := r.Casework.Claim(r.Ctx(), r.As([]string{"market-1", "market-2"}[i%2]), food.ID)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				wins++
			case fault.Is(err, fault.Conflict):
				conflicts++
			default:
				t.Errorf("claim: %v", err)
			}
		})
		if wins == 0 || conflicts == 0 || wins+conflicts != 8 {
			t.Errorf("%d got it and %d did not", wins, conflicts)
		}
		owner := r.As(strings.TrimPrefix(r.Matter(c.ID, "food-licence").Officer, "o_"))
		r.OK(r.Casework.Take(r.Ctx(), owner, food.ID))
		r.OK(r.Casework.Propose(r.Ctx(), owner, food.ID, casework.Ruling{Facts: "f", Reasons: "r", Provisions: []string{"food-safety-law.35"}}))
		ends := []func() error{
			func() error { return r.Casework.Sign(r.Ctx(), r.As("market-head"), food.ID) },
			func() error {
				return r.Casework.Decide(r.Ctx(), r.As("fire-1"), r.Matter(c.ID, "fire-check").ID, rig.Yes)
			},
			func() error {
				return r.Casework.Decide(r.Ctx(), r.As("urban-management-1"), r.Matter(c.ID, "sign-filing").ID, rig.Yes)
			},
			func() error {
				return r.Casework.Decide(r.Ctx(), r.As("tobacco-1"), r.Matter(c.ID, "tobacco-licence").ID, rig.No)
			},
		}
		together(len(ends), func(i int) {
			if err := ends[i](); err != nil {
				t.Error(err)
			}
		})
		if !r.Case(c.ID).ClosedAt.IsZero() {
			t.Error("the case is closed before the certificates are issued")
		}
		var carry []casework.About
		for _, def := range []string{"fire-check", "sign-filing"} {
			carry = append(carry, casework.About{Case: c.ID, Matter: r.Matter(c.ID, def).ID})
		}
		together(len(carry), func(i int) {
			if err := r.Fulfilment.Fulfil(r.Ctx(), carry[i]); err != nil {
				t.Error(err)
			}
		})
		if r.Case(c.ID).ClosedAt.IsZero() {
			t.Error("all was carried out at the same moment and the case stayed open")
		}
		r.Work()
	})
}

func together(n int, do func(int)) {
	var all sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		all.Go(func() { <-gate; do(i) })
	}
	close(gate)
	all.Wait()
}

func TestWhoMayKnow(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang, c := restaurant(r)
		fire := r.Matter(c.ID, "fire-check")
		for _, by := range []identity.Actor{r.As("zhou"), r.For("ali", "92990100DEM100023P"), r.As("wang")} { // in her own affairs wang is not the business
			if _, err := r.Casework.Read(r.Ctx(), by, c.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reads it: %v", by.ID, err)
			}
			if _, err := r.Casework.ReadNumber(r.Ctx(), by, c.Number); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reads it by its number: %v", by.ID, err)
			}
			if err := r.Casework.Withdraw(r.Ctx(), by, fire.ID, ""); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s withdraws it: %v", by.ID, err)
			}
		}
		liu := r.For("liu", rig.Xinyuan) // the registered agent acts for the same business
		rig.Must(r.Casework.Read(r.Ctx(), liu, c.ID))(r)

		// An officer whose body has no part in it, an administrator, and one without a role for it.
		for _, login := range []string{"tax-1", "gov-service-admin", "gov-service-counter"} {
			if _, err := r.Casework.Read(r.Ctx(), r.As(login), c.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reads it: %v", login, err)
			}
		}
		if err := r.Casework.Take(r.Ctx(), r.As("tax-1"), fire.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("tax takes the fire service's matter: %v", err)
		}
		if err := r.Casework.Take(r.Ctx(), r.As("market-1"), fire.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("market takes the fire service's matter: %v", err)
		}
		for _, login := range []string{"fire-1", "market-1", "market-2", "tobacco-1"} {
			rig.Must(r.Casework.Read(r.Ctx(), r.As(login), c.ID))(r)
		}
		if _, err := queueOf(r, r.As("gov-service-admin"), casework.Filter{}, casework.Cursor{}, 10); !fault.Is(err, fault.Denied) {
			t.Errorf("an administrator sees a queue: %v", err)
		}

		// What the business sees of it: every look and every refusal, by name and with the case.
		rows := rig.Must(r.Audit.About(r.Ctx(), rig.Xinyuan, "", 500))(r)
		seen, refused := map[string]int{}, map[string]int{}
		for _, row := range rows {
			if row.Actor.Kind != identity.Officer {
				continue
			}
			if row.Case != c.ID || row.Actor.Name() == "" || row.Purpose == "" || row.Basis == "" {
				t.Errorf("an officer's act is recorded as %+v", row)
			}
			switch {
			case row.Outcome == audit.Refused:
				refused[row.Actor.ID]++
			case row.Action == string(casework.ActReadCase):
				seen[row.Actor.ID]++
			}
		}
		for _, id := range []string{"o_fire-1", "o_market-1", "o_market-2", "o_tobacco-1"} {
			if seen[id] != 1 {
				t.Errorf("the look of %s is recorded %d times", id, seen[id])
			}
		}
		for id, n := range map[string]int{"o_tax-1": 2, "o_gov-service-admin": 1, "o_gov-service-counter": 1, "o_market-1": 1} {
			if refused[id] != n {
				t.Errorf("%d refusals of %s are recorded, want %d", refused[id], id, n)
			}
		}
		// Her own looks are nobody's business and not recorded.
		rig.Must(r.Casework.Read(r.Ctx(), wang, c.ID))(r)
		if again := rig.Must(r.Audit.About(r.Ctx(), rig.Xinyuan, "", 500))(r); len(again) != len(rows) {
			t.Errorf("%d entries became %d by her own look", len(rows), len(again))
		}
	})
}

func queueOf(r *rig.Rig, by identity.Actor, f casework.Filter, after casework.Cursor, limit int) (rows []casework.Row, err error) {
	err = r.Casework.Queue(r.Ctx(), by, func(q *casework.Queue) (err error) {
		rows, err = q.List(r.Ctx(), f, after, limit)
		return err
	})
	return rows, err
}

func countsOf(r *rig.Rig, by identity.Actor) (n casework.Count, err error) {
	err = r.Casework.Queue(r.Ctx(), by, func(q *casework.Queue) (err error) {
		n, err = q.Counts(r.Ctx())
		return err
	})
	return n, err
}

func TestDesk(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		_, c := restaurant(r)
		market1, market2 := r.As("market-1"), r.As("market-2")
		food := r.Matter(c.ID, "food-licence")
		queue := rig.Must(queueOf(r, market1, casework.Filter{}, casework.Cursor{}, 10))(r)
		if len(queue) != 1 || queue[0].ID != food.ID || queue[0].Name != "示范市鑫源餐饮有限公司" {
			t.Fatalf("the queue is %+v", queue)
		}
		if next := rig.Must(queueOf(r, market1, casework.Filter{}, queue[0].Cursor(), 10))(r); len(next) != 0 {
			t.Errorf("the page after the last row is %+v", next)
		}
		if n := rig.Must(countsOf(r, market1))(r); n.Free != 1 || n.Mine != 0 {
			t.Errorf("before the claim the counts are %+v", n)
		}
		r.OK(r.Casework.Claim(r.Ctx(), market1, food.ID))
		if n := rig.Must(countsOf(r, market1))(r); n.Free != 0 || n.Mine != 1 {
			t.Errorf("after the claim the counts are %+v", n)
		}
		wantFault(t, r.Casework.Claim(r.Ctx(), market2, food.ID), fault.Conflict, "error.matter.claimed")
		if err := r.Casework.HandOver(r.Ctx(), market2, food.ID, market2.ID, "我来办"); !fault.Is(err, fault.Denied) {
			t.Errorf("somebody else's matter is handed over: %v", err)
		}
		wantFault(t, r.Casework.HandOver(r.Ctx(), market1, food.ID, market2.ID, " "), fault.Invalid, "error.fields")
		for _, to := range []string{"o_fire-1", "o_market-9", "p-wang", "o_gov-service-admin"} { // nobody of this body who handles matters
			wantFault(t, r.Casework.HandOver(r.Ctx(), market1, food.ID, to, "休假"), fault.Invalid, "error.fields")
		}
		r.OK(r.Casework.HandOver(r.Ctx(), market1, food.ID, market2.ID, "休假"))
		if m := r.Matter(c.ID, "food-licence"); m.Officer != market2.ID || m.OfficerName != market2.Name() || len(m.Handovers) != 1 || m.DueOn != food.DueOn {
			t.Errorf("handed over: %s, %+v, due %s", m.Officer, m.Handovers, m.DueOn)
		}
		for _, tt := range []struct {
			name string
			f    casework.Filter
			want int
		}{
			{"hers", casework.Filter{Officer: market2.ID}, 1}, {"not hers", casework.Filter{Officer: market1.ID}, 0}, {"nobody's", casework.Filter{Officer: "-"}, 0},
			{"by number", casework.Filter{Number: c.Number[:8]}, 1}, {"by another number", casework.Filter{Number: "990101"}, 0},
			{"by state", casework.Filter{States: []casework.State{casework.Accepted}}, 0}, {"within a week", casework.Filter{Within: 7}, 1}, {"within a day", casework.Filter{Within: 1}, 0},
			{"overdue", casework.Filter{Band: casework.Overdue}, 0}, {"by matter", casework.Filter{Defs: []string{"food-licence"}, IDs: []string{food.ID}}, 1},
		} {
			if got := rig.Must(queueOf(r, market2, tt.f, casework.Cursor{}, 10))(r); len(got) != tt.want {
				t.Errorf("queue %s has %d rows, want %d", tt.name, len(got), tt.want)
			}
		}
		n := rig.Must(countsOf(r, market2))(r)
		if n.Mine != 1 || n.Free != 0 || n.States[casework.Received] != 1 || n.Overdue != 0 {
			t.Errorf("counts are %+v", n)
		}
		r.GoTo("2026-12-02")
		if n := rig.Must(countsOf(r, market2))(r); n.Overdue != 1 {
			t.Errorf("a day late the counts are %+v", n)
		}

		// Another body is asked; only it may answer, once; the asked body does not see the case.
		wantFault(t, r.Casework.Consult(r.Ctx(), market2, food.ID, "health", "有无处罚？", "2026-12-02"), fault.Invalid, "error.fields") // no time to answer
		for _, body := range []string{"no-such-body", "data-bureau"} {                                                              // nobody there could answer
			wantFault(t, r.Casework.Consult(r.Ctx(), market2, food.ID, body, "有无处罚？", "2026-12-10"), fault.Invalid, "error.fields")
		}
		for range 2 { // sent again, it is one question
			r.OK(r.Casework.ConsultAs(r.Ctx(), market2, "q_once", food.ID, "health", "有无处罚？", "2026-12-10"))
		}
		open := rig.Must(r.Casework.OpenConsultations(r.Ctx(), r.As("health-1")))(r)
		if len(open) != 1 || open[0].Question != "有无处罚？" {
			t.Fatalf("open questions: %+v", open)
		}
		if err := r.Casework.AnswerConsultation(r.Ctx(), r.As("fire-1"), open[0].ID, "没有"); !fault.Is(err, fault.NotFound) {
			t.Errorf("another body answers: %v", err)
		}
		if _, err := r.Casework.Read(r.Ctx(), r.As("health-1"), c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the asked body reads the case: %v", err)
		}
		r.OK(r.Casework.AnswerConsultation(r.Ctx(), r.As("health-1"), open[0].ID, "没有"))
		wantFault(t, r.Casework.AnswerConsultation(r.Ctx(), r.As("health-2"), open[0].ID, "有"), fault.Conflict, "error.changed-meanwhile")
		if left := rig.Must(r.Casework.OpenConsultations(r.Ctx(), r.As("health-1")))(r); len(left) != 0 {
			t.Errorf("still open: %+v", left)
		}
	})
}

// TestPromise: one material may follow within ten working days of acceptance; the applicant is reminded, the
// officer sees when it has not come, and approval waits for it.
func TestPromise(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang, officer := r.For("wang", rig.Xinyuan), r.As("market-1")
		d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
		rig.Must(r.Application.Choose(r.Ctx(), wang, d.ID, "safety-system", application.Later, ""))(r)
		r.Fill(wang, d.ID, nil)
		c := rig.Must(r.Application.Submit(r.Ctx(), wang, d.ID, true))(r)
		r.Work()
		promise := func() casework.Promise {
			t.Helper()
			m := r.Matter(c.ID, "food-licence")
			if len(m.Promises) != 1 || m.Promises[0].Material != "safety-system" {
				t.Fatalf("promises %+v", m.Promises)
			}
			return m.Promises[0]
		}
		if p := promise(); p.Until != "" {
			t.Errorf("due on %s before acceptance", p.Until)
		}
		r.GoTo("2026-11-25")
		m := r.Take(c.ID, "food-licence") // Wednesday 25 November: ten working days end on 9 December
		if p := promise(); p.Until != "2026-12-09" {
			t.Errorf("due on %s, want 2026-12-09", p.Until)
		}
		told := func(kind casework.Kind) int { return r.Count("notice_message", "kind = $1", string(kind)) }
		r.GoTo("2026-12-05")
		r.Work()
		if n := told(casework.PromiseNear); n != 0 {
			t.Errorf("reminded %d times four days before", n)
		}
		r.GoTo("2026-12-06")
		r.Work()
		r.Work()
		if n := told(casework.PromiseNear); n != 1 || promise().Reminded != "2026-12-06" {
			t.Errorf("reminded %d times: %+v", n, promise())
		}
		r.GoTo("2026-12-09")
		r.Work()
		if n := told(casework.PromiseMissed); n != 0 {
			t.Errorf("missed on its last day")
		}
		r.GoTo("2026-12-10")
		r.Work()
		r.Work()
		if n := told(casework.PromiseMissed); n != 1 || promise().Missed != "2026-12-10" {
			t.Errorf("told of missing it %d times: %+v", n, promise())
		}
		wantFault(t, r.Casework.Propose(r.Ctx(), officer, m.ID, rig.Yes), fault.Conflict, "error.matter.promise-open")

		file := []casework.File{r.File("rules.png")}
		wantFault(t, r.Casework.Supply(r.Ctx(), r.As("li"), c.ID, "safety-system", file), fault.NotFound, "error.case.not-found")
		wantFault(t, r.Casework.Supply(r.Ctx(), r.As("li"), c.ID, "layout", file), fault.NotFound, "error.case.not-found")
		wantFault(t, r.Casework.Supply(r.Ctx(), wang, c.ID, "layout", file), fault.Conflict, "error.case.nothing-promised")
		wantFault(t, r.Casework.Supply(r.Ctx(), wang, c.ID, "safety-system", nil), fault.Invalid, "error.fields")
		r.OK(r.Casework.Supply(r.Ctx(), wang, c.ID, "safety-system", file))
		wantFault(t, r.Casework.Supply(r.Ctx(), wang, c.ID, "safety-system", file), fault.Conflict, "error.case.nothing-promised")
		if e := r.Case(c.ID).Evidence["safety-system"]; e.State != "uploaded" || len(e.Files) != 1 || promise().Open() {
			t.Errorf("evidence %+v, promise %+v", e, promise())
		}
		r.Decide(c.ID, "food-licence", rig.Yes)
		r.In(c.ID, "food-licence", casework.Approved)
		r.Prove()
	})
}
