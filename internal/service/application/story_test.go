package application_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/guide"
	"tongban/internal/testkit/rig"
)

func wantFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		t.Fatalf("error is %v, want %v %s", err, kind, code)
	}
}

func down(r *rig.Rig, register string, is bool) {
	r.T.Helper()
	r.OK(r.Gate.Do(r.Ctx(), r.As("gov-service-admin"), func(tx *access.Tx) error {
		if err := tx.Permit(r.Ctx(), "register.switch", access.Resource{Kind: "switch", ID: register, Purpose: "upkeep"}); err != nil {
			return err
		}
		return r.Registry.SetDown(r.Ctx(), tx, register, is)
	}))
}

func typed(s application.Sheet, section string, values map[string]string) map[string]application.Entry {
	t, _, _ := s.Task(section)
	entries := map[string]application.Entry{}
	for _, f := range t.Fields {
		if v, ok := values[f.ID]; ok {
			entries[f.ID] = rig.Typed(f, v)
		}
	}
	return entries
}

func status(s application.Sheet, section string) application.Status {
	t, _, _ := s.Task(section)
	return t.Status
}

func TestSubmit(t *testing.T) {
	t.Parallel()
	t.Run("freezes answers, values and evidence", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.For("wang", rig.Xinyuan)
			d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
			_, err := r.Application.Submit(r.Ctx(), wang, d.ID, true)
			wantFault(t, err, fault.Invalid, "error.fields") // nothing is filled in
			r.Fill(wang, d.ID, map[string]string{"seats": "45"})
			_, err = r.Application.Submit(r.Ctx(), wang, d.ID, false)
			wantFault(t, err, fault.Invalid, "error.fields") // not declared
			sheet := rig.Must(r.Application.Read(r.Ctx(), wang, d.ID))(r)
			c := rig.Must(r.Application.Submit(r.Ctx(), wang, d.ID, true))(r)
			kept := r.Case(c.ID)
			if kept.Edition != sheet.Edition || kept.Subject != rig.Xinyuan || kept.Person != wang.Self || kept.Name != "示范市鑫源餐饮有限公司" || kept.Answers["area"] != "120" {
				t.Errorf("the case is %+v", kept.Case)
			}
			if v := kept.Values["business_name"]; v.Source != "business" || v.Recorded.IsZero() || v.Value != "示范市鑫源餐饮有限公司" {
				t.Errorf("the registered name is kept as %+v", v)
			}
			if v := kept.Values["seats"]; v.Value != "45" || v.Source != "" {
				t.Errorf("what she wrote is kept as %+v", v)
			}
			if e := kept.Evidence["business-licence"]; e.State != "held" || e.Source != "business" || e.Version != 1 || e.Values["status"] != "normal" || len(e.Values) != 6 {
				t.Errorf("the licence is kept as %+v", e)
			}
			if e := kept.Evidence["floor-plan"]; e.State != "uploaded" || len(e.Files) != 1 {
				t.Errorf("the plan is kept as %+v", e)
			}
			if e := kept.Evidence["application-form"]; e.State != "made" || e.Values["area"] != "120" {
				t.Errorf("the form is kept as %+v", e)
			}
			receipt := rig.Must(r.Audit.Find(r.Ctx(), c.Receipt))(r)
			if receipt.Action != "draft.submit" || receipt.Subject != rig.Xinyuan || receipt.Actor.ID != wang.ID {
				t.Errorf("the receipt points at %+v", receipt)
			}
			// Nothing that happens to the draft or the register afterwards changes the case.
			_, err = r.Application.Save(r.Ctx(), wang, d.ID, "shop", typed(sheet, "shop", map[string]string{"phone": "09905559999"}))
			wantFault(t, err, fault.Conflict, "error.draft.submitted")
			wantFault(t, r.Application.Discard(r.Ctx(), wang, d.ID), fault.Conflict, "error.changed-meanwhile")
			if again := r.Case(c.ID); again.Values["phone"] != kept.Values["phone"] {
				t.Error("the case changed")
			}
			if mine := rig.Must(r.Application.Mine(r.Ctx(), wang))(r); len(mine) != 0 {
				t.Errorf("still a draft: %+v", mine)
			}
			if mine := rig.Must(r.Casework.Mine(r.Ctx(), wang, "", 10))(r); len(mine) != 1 || len(mine[0].Matters) != 5 {
				t.Errorf("her cases: %+v", mine)
			}
		})
	})
	t.Run("happens once, however many try", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.For("wang", rig.Xinyuan)
			d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
			r.Fill(wang, d.ID, nil)
			const n = 8
			var all sync.WaitGroup
			cases, errs := make([]casework.Case, n), make([]error, n)
			for i := range n {
				all.Go(func() { cases[i], errs[i] = r.Application.Submit(r.Ctx(), wang, d.ID, true) })
			}
			all.Wait()
			for i := range n {
				if errs[i] != nil || cases[i].ID == "" || cases[i].ID != cases[0].ID || cases[i].Number != cases[0].Number {
					t.Errorf("try %d: case %s, %v; want %s", i, cases[i].ID, errs[i], cases[0].ID)
				}
			}
			r.Work()
			again := rig.Must(r.Application.Submit(r.Ctx(), wang, d.ID, true))(r)
			if again.ID != cases[0].ID {
				t.Errorf("a refresh made case %s", again.ID)
			}
			for table, want := range map[string]int{"casework_case": 1, "casework_matter": 5} {
				if got := r.Count(table, "1 = 1"); got != want {
					t.Errorf("%s has %d rows, want %d", table, got, want)
				}
			}
			if got := r.Count("notice_message", "kind = 'opened'"); got != 1 {
				t.Errorf("she was told %d times", got)
			}
		})
	})
	t.Run("is for whoever may", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.For("wang", rig.Xinyuan)
			d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
			r.Fill(wang, d.ID, nil)
			for _, by := range []identity.Actor{r.As("zhou"), r.For("ali", "92990100DEM100023P"), r.As("market-1"), {Kind: identity.Nobody}} {
				if _, err := r.Application.Submit(r.Ctx(), by, d.ID, true); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s submits it: %v", by.ID, err)
				}
				if _, err := r.Application.Read(r.Ctx(), by, d.ID); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s reads it: %v", by.ID, err)
				}
				if _, err := r.Application.Save(r.Ctx(), by, d.ID, "shop", nil); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s changes it: %v", by.ID, err)
				}
			}
			weak := wang
			weak.Level = identity.AL1
			_, err := r.Application.Submit(r.Ctx(), weak, d.ID, true)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Denied || f.Args["level"] != "2" {
				t.Errorf("signed in too weakly: %v", err)
			}
			list := r.Checklist(r.As("wang"), "open-a-restaurant", rig.Restaurant)
			_, err = r.Application.Open(r.Ctx(), r.As("wang"), list.Token, "王㴋䶮")
			wantFault(t, err, fault.Denied, "error.draft.business") // in her own affairs there is no restaurant
			liu := r.For("liu", rig.Xinyuan)                        // the registered agent
			rig.Must(r.Application.Submit(r.Ctx(), liu, d.ID, true))(r)
		})
	})
}

func TestForm(t *testing.T) {
	t.Parallel()
	t.Run("keeps what is wrong with what is wrong about it", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.For("wang", rig.Xinyuan)
			d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
			s := rig.Must(r.Application.Save(r.Ctx(), wang, d.ID, "shop", typed(d, "shop", map[string]string{"phone": "不告诉你", "area": "120", "premises": "示范市美食街 13 号"})))(r)
			if e := s.Values["phone"]; e.Value.Value != "不告诉你" || e.Code == "" {
				t.Errorf("the wrong number is kept as %+v", e)
			}
			if status(s, "shop") != application.NeedsMending {
				t.Errorf("the part is %s", status(s, "shop"))
			}
			again := rig.Must(r.Application.Read(r.Ctx(), wang, d.ID))(r) // in another session
			if e := again.Values["phone"]; e.Value.Value != "不告诉你" || e.Code != s.Values["phone"].Code {
				t.Errorf("it came back as %+v", e)
			}
			s = rig.Must(r.Application.Save(r.Ctx(), wang, d.ID, "shop", typed(d, "shop", map[string]string{"phone": "09905550101"})))(r)
			if e := s.Values["phone"]; e.Code != "" || status(s, "shop") != application.Completed {
				t.Errorf("mended it is %+v and the part %s", e, status(s, "shop"))
			}
		})
	})
	t.Run("knows where a value comes from, also when she changes her mind", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.For("wang", rig.Xinyuan)
			d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
			registered := d.Values["premises"]
			if registered.Source != "business" || registered.Recorded.IsZero() {
				t.Fatalf("prefilled with %+v", registered)
			}
			save := func(values map[string]string) application.Sheet {
				return rig.Must(r.Application.Save(r.Ctx(), wang, d.ID, "shop", typed(d, "shop", values)))(r)
			}
			if e := save(map[string]string{"premises": "示范市美食街 13 号"}).Values["premises"]; e.Source != "" || e.Register != registered.Value.Value {
				t.Errorf("her own address is %+v", e)
			}
			if e := save(map[string]string{"premises": "？"}).Values["premises"]; e.Code == "" || e.Register != registered.Value.Value {
				t.Errorf("a wrong address is %+v", e)
			}
			if e := save(map[string]string{"premises": registered.Value.Value}).Values["premises"]; e.Value != registered.Value || e.Register != "" || e.Code != "" {
				t.Errorf("the registered address again is %+v, want %+v", e, registered)
			}
			if e := save(map[string]string{"business_name": "别的名字"}).Values["business_name"]; e.Value.Value != "示范市鑫源餐饮有限公司" || e.Source != "business" {
				t.Errorf("a name that the law does not let her change became %+v", e)
			}
			s := rig.Must(r.Application.Dispute(r.Ctx(), wang, d.ID, "business_name", "执照上写错了一个字"))(r)
			if e := s.Values["business_name"]; e.Disputed != "执照上写错了一个字" {
				t.Errorf("her dispute is %+v", e)
			}
			if e := save(map[string]string{"business_name": "别的名字"}).Values["business_name"]; e.Disputed == "" {
				t.Error("her dispute was lost when she saved the part")
			}
			r.Fill(wang, d.ID, nil)
			c := rig.Must(r.Application.Submit(r.Ctx(), wang, d.ID, true))(r)
			if v := r.Case(c.ID).Values["business_name"]; v.Disputed != "执照上写错了一个字" {
				t.Errorf("the bodies see %+v", v)
			}
		})
	})
	t.Run("in two windows overwrites nothing unseen", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.For("wang", rig.Xinyuan)
			d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
			// Two windows show the same part.
			one, two := d.Seen("shop"), d.Seen("shop")
			s := rig.Must(r.Application.SaveSeen(r.Ctx(), wang, d.ID, "shop", one, typed(d, "shop", map[string]string{"phone": "09905550101", "premises": "示范市美食街 13 号"})))(r)
			// What the second window saves elsewhere is no clash.
			rig.Must(r.Application.SaveSeen(r.Ctx(), wang, d.ID, "food", d.Seen("food"), typed(d, "food", map[string]string{"workers": "4"})))(r)
			got, err := r.Application.SaveSeen(r.Ctx(), wang, d.ID, "shop", two, typed(d, "shop", map[string]string{"phone": "09905550199"}))
			wantFault(t, err, fault.Conflict, "error.draft.changed")
			if e := got.Values["phone"]; e.Value.Value != "09905550101" {
				t.Errorf("the second window is told of %+v", e)
			}
			after := rig.Must(r.Application.Read(r.Ctx(), wang, d.ID))(r)
			if after.Values["phone"].Value.Value != "09905550101" || after.Values["premises"].Value.Value != "示范市美食街 13 号" || after.Values["workers"].Value.Value != "4" {
				t.Errorf("something was lost: %+v", after.Values)
			}
			if after.Seen("shop") != s.Seen("shop") || got.Seen("shop") != s.Seen("shop") {
				t.Error("a refused window changed the part")
			}
			// Saving the same again, after a double click, is no clash; nor is saving having looked.
			rig.Must(r.Application.SaveSeen(r.Ctx(), wang, d.ID, "shop", one, typed(d, "shop", map[string]string{"phone": "09905550101"})))(r)
			s = rig.Must(r.Application.SaveSeen(r.Ctx(), wang, d.ID, "shop", got.Seen("shop"), typed(d, "shop", map[string]string{"phone": "09905550199"})))(r)
			if s.Values["phone"].Value.Value != "09905550199" {
				t.Errorf("having looked she saved %+v", s.Values["phone"])
			}
		})
	})
	t.Run("saved in many windows at the same moment loses nothing", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.For("wang", rig.Xinyuan)
			d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
			parts := map[string]map[string]string{
				"shop": {"phone": "09905550101"}, "food": {"workers": "4"}, "fire-safety": {"seats": "45"}, "shop-sign": {"sign_words": "鑫源"}, "tobacco-goods": {"tobacco_goods": "both"},
			}
			var all sync.WaitGroup
			for section, values := range parts {
				all.Go(func() {
					for range 20 { // a clash is answered by trying again, as a person does
						_, err := r.Application.SaveSeen(r.Ctx(), wang, d.ID, section, d.Seen(section), typed(d, section, values))
						if err == nil {
							return
						}
						if !fault.Is(err, fault.Conflict) {
							t.Errorf("%s: %v", section, err)
							return
						}
					}
					t.Errorf("%s could not be saved", section)
				})
			}
			all.Wait()
			after := rig.Must(r.Application.Read(r.Ctx(), wang, d.ID))(r)
			for _, values := range parts {
				for id, v := range values {
					if got := after.Values[id].Value.Value; got != v {
						t.Errorf("%s is %q, want %q", id, got, v)
					}
				}
			}
		})
	})
}

// What a register holds is not replaced by what somebody answered to be guided.
func TestRegisterBeforeAnswer(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	ali := r.For("ali", "92990100DEM100023P")
	d := r.Draft(ali, "change-company", guide.Answers{ // for a company, which his grill is not
		"licence": "normal", "kind": "company", "name": "true", "representative": "false", "address": "none", "capital": "none", "scope": "none",
		"holders": "false", "managers": "false", "seal": "true", "insured": "true", "fund": "true", "customs": "false", "bank": "true", "food": "false",
	})
	if kind := d.Values["kind"]; kind.Value.Value != "individual" || kind.Source != "business" {
		t.Errorf("the kind of his business is filled in as %+v", kind)
	}
}

func TestRegisterIsDown(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang := r.For("wang", rig.Xinyuan)
		down(r, "health-certificate", true)
		down(r, "population", true)
		d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
		if d.Values["business_name"].Source != "business" {
			t.Error("a register that answers was not asked")
		}
		if len(d.Down) != 0 { // none of the two fills a field here
			t.Errorf("down at the opening: %v", d.Down)
		}
		_, p, err := r.Application.Preview(r.Ctx(), wang, d.ID, "worker-health")
		r.OK(err)
		if !p.Down || p.Held {
			t.Fatalf("the preview is %+v", p)
		}
		_, err = r.Application.Choose(r.Ctx(), wang, d.ID, "worker-health", application.Use, "")
		wantFault(t, err, fault.Unavailable, "register.down")
		s := rig.Must(r.Application.Choose(r.Ctx(), wang, d.ID, "worker-health", application.Later, ""))(r)
		if e := s.Materials["worker-health"]; e.State != "later" || e.Until != "2026-12-08" { // ten working days
			t.Errorf("promised as %+v", e)
		}
		_, err = r.Application.Choose(r.Ctx(), wang, d.ID, "layout", application.Later, "")
		wantFault(t, err, fault.Conflict, "error.draft.not-deferrable") // nothing is down that she could wait for
		s = rig.Must(r.Application.Attach(r.Ctx(), wang, d.ID, "representative-id", r.File("id.png")))(r)
		if s.Materials["representative-id"].Kind != application.Own {
			t.Error("her own copy was not taken")
		}
		r.FillForm(wang, d.ID, nil)
		r.FillMaterials(wang, d.ID)
		c := rig.Must(r.Application.Submit(r.Ctx(), wang, d.ID, true))(r)
		if e := r.Case(c.ID).Evidence["worker-health"]; e.State != "later" || e.Until != "2026-12-08" {
			t.Errorf("the bodies see %+v", e)
		}

		list := r.Checklist(wang, "open-a-restaurant", rig.Restaurant)
		down(r, "business", true)
		opened := rig.Must(r.Application.Open(r.Ctx(), wang, list.Token, "鑫源"))(r)
		e := rig.Must(r.Application.Read(r.Ctx(), wang, opened.ID))(r)
		if !e.Down["business"] || e.Values["business_name"].Value.Value != "" || e.Values["area"].Value.Value != "120" {
			t.Errorf("with the register down the draft begins as %+v, down %v", e.Values, e.Down)
		}
		// She writes it herself, and nothing of it is lost when the register comes back.
		s = rig.Must(r.Application.Save(r.Ctx(), wang, e.ID, "shop", typed(e, "shop", map[string]string{"business_name": "示范市鑫源餐饮有限公司", "uscc": rig.Xinyuan, "phone": "09905550101"})))(r)
		down(r, "business", false)
		s = rig.Must(r.Application.Read(r.Ctx(), wang, e.ID))(r)
		if v := s.Values["business_name"]; v.Value.Value != "示范市鑫源餐饮有限公司" || v.Source != "" {
			t.Errorf("her own entry became %+v", v)
		}
	})
}

func TestMaterials(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang := r.For("wang", rig.Xinyuan)
		d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
		_, p, err := r.Application.Preview(r.Ctx(), wang, d.ID, "worker-health")
		r.OK(err)
		if !p.Held || p.Register != "health-certificate" || p.Values["outcome"] != "fit" || len(p.Fields) != 5 || len(p.To) != 1 || p.To[0] != "market" {
			t.Errorf("the preview is %+v", p)
		}
		if s := rig.Must(r.Application.Read(r.Ctx(), wang, d.ID))(r); s.Materials["worker-health"].Kind != "" {
			t.Error("looking at it already gave it away")
		}
		_, err = r.Application.Choose(r.Ctx(), wang, d.ID, "layout", application.Use, "")
		wantFault(t, err, fault.Conflict, "error.draft.not-held")
		_, err = r.Application.Choose(r.Ctx(), wang, d.ID, "no-such", application.Use, "")
		wantFault(t, err, fault.NotFound, "error.draft.no-material")
		_, err = r.Application.Choose(r.Ctx(), wang, d.ID, "layout", "eat", "")
		wantFault(t, err, fault.Invalid, "error.fields")

		// Her own file, then the register's record after all, then her own again: the file is still there.
		file := r.File("health.png")
		rig.Must(r.Application.Attach(r.Ctx(), wang, d.ID, "worker-health", file))(r)
		rig.Must(r.Application.Attach(r.Ctx(), wang, d.ID, "worker-health", file))(r)
		s := rig.Must(r.Application.Choose(r.Ctx(), wang, d.ID, "worker-health", application.Use, ""))(r)
		if m := s.Materials["worker-health"]; m.State != "held" || m.Values["outcome"] != "fit" {
			t.Errorf("used as %+v", m)
		}
		s = rig.Must(r.Application.Choose(r.Ctx(), wang, d.ID, "worker-health", application.Own, "证书是新的"))(r)
		if m := s.Materials["worker-health"]; len(m.Files) != 1 || m.State != "uploaded" || m.Values != nil || m.Dispute != "证书是新的" {
			t.Errorf("her own again as %+v", m)
		}
		s = rig.Must(r.Application.Detach(r.Ctx(), wang, d.ID, "worker-health", file.Hash))(r)
		for _, f := range s.Files {
			if f.Material.Material.ID == "worker-health" && f.Status == application.Completed {
				t.Error("without a file it counts as done")
			}
		}
		rig.Must(r.Application.Attach(r.Ctx(), wang, d.ID, "worker-health", file))(r)
		rig.Must(r.Application.Choose(r.Ctx(), wang, d.ID, "worker-health", application.Use, ""))(r)
		s = rig.Must(r.Application.Choose(r.Ctx(), wang, d.ID, "safety-system", application.Later, ""))(r)
		if m := s.Materials["safety-system"]; m.Until != "2026-12-08" {
			t.Errorf("ten working days after 24 November end on %s, want 2026-12-08", m.Until)
		}
		r.Fill(wang, d.ID, nil)
		c := rig.Must(r.Application.Submit(r.Ctx(), wang, d.ID, true))(r)
		if e := r.Case(c.ID).Evidence["worker-health"]; e.State != "held" || len(e.Files) != 0 {
			t.Errorf("the bodies get a file that she decided not to send: %+v", e)
		}
	})
}

func TestAgain(t *testing.T) {
	t.Parallel()
	t.Run("tries a refused matter alone, with everything that was given", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.For("wang", rig.Xinyuan)
			first := r.Apply(wang, "open-a-restaurant", rig.Restaurant, map[string]string{"phone": "09905550177"})
			_, err := r.Application.Again(r.Ctx(), wang, first.ID, "tobacco-licence")
			wantFault(t, err, fault.Conflict, "error.matter.state") // it is not decided
			r.Take(first.ID, "tobacco-licence")
			r.Decide(first.ID, "tobacco-licence", rig.No)
			if _, err := r.Application.Again(r.Ctx(), r.As("zhou"), first.ID, "tobacco-licence"); !fault.Is(err, fault.NotFound) {
				t.Errorf("somebody else tries again: %v", err)
			}
			r.GoTo("2026-12-03")
			liu := r.For("liu", rig.Xinyuan) // the agent may do it, too
			d := rig.Must(r.Application.Again(r.Ctx(), liu, first.ID, "tobacco-licence"))(r)
			s := rig.Must(r.Application.Read(r.Ctx(), liu, d.ID))(r)
			if len(s.Plan.Matters) != 1 || s.From != first.ID || s.Answers[guide.Today] != "2026-12-03" {
				t.Fatalf("the new draft has %d matters, is from %s and of %s", len(s.Plan.Matters), s.From, s.Answers[guide.Today])
			}
			if v := s.Values["phone"]; v.Value.Value != "09905550177" {
				t.Errorf("her telephone is %+v", v)
			}
			if m := s.Materials["tobacco-premises"]; m.Kind != application.Own || len(m.Files) != 1 {
				t.Errorf("her lease is %+v", m)
			}
			r.Fill(liu, d.ID, map[string]string{"premises": "示范市美食街 30 号"})
			second := rig.Must(r.Application.Submit(r.Ctx(), liu, d.ID, true))(r)
			r.Work()
			if got := r.Case(second.ID); len(got.Matters) != 1 || got.Values["premises"].Value != "示范市美食街 30 号" || second.ID == first.ID {
				t.Errorf("the second case is %+v", got)
			}
			m := r.Approve(second.ID, "tobacco-licence")
			if m.Result.Values["address"] != "示范市美食街 30 号" {
				t.Errorf("the licence says %+v", m.Result.Values)
			}
			if r.Matter(first.ID, "tobacco-licence").State != casework.Refused {
				t.Error("the first decision was changed")
			}
		})
	})
	t.Run("takes along what ended only because of it", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.As("wang")
			first := r.Apply(wang, "newborn", rig.Newborn, map[string]string{"child_name": "李明"})
			r.Approve(first.ID, "birth-certificate")
			r.Take(first.ID, "household-registration")
			r.Decide(first.ID, "household-registration", casework.Ruling{Facts: "户号不符", Reasons: "户口信息不一致", Provisions: []string{"household-rules.4"}})
			r.In(first.ID, "insurance-payment", casework.Lapsed)
			r.In(first.ID, "maternity-benefit", casework.Received) // does not need the household
			d := rig.Must(r.Application.Again(r.Ctx(), wang, first.ID, "household-registration"))(r)
			s := rig.Must(r.Application.Read(r.Ctx(), wang, d.ID))(r)
			var ids []string
			for _, m := range s.Plan.Matters {
				ids = append(ids, m.Matter.ID)
			}
			if got, want := strings.Join(ids, " "), "household-registration medical-insurance insurance-payment social-security-card childcare-subsidy"; !same(got, want) {
				t.Errorf("tried again: %s, want %s", got, want)
			}
			if m := s.Materials["new-birth-certificate"]; m.Kind != application.Use || m.Values["child_name"] != "李明" || m.Certificate == "" {
				t.Errorf("the birth certificate that was issued is %+v", m)
			}
			r.Fill(wang, d.ID, nil)
			second := rig.Must(r.Application.Submit(r.Ctx(), wang, d.ID, true))(r)
			r.Work()
			if e := r.Case(second.ID).Evidence["new-birth-certificate"]; e.State != "held" || e.Values["child_name"] != "李明" {
				t.Errorf("the police see %+v", e)
			}
			for _, def := range []string{"household-registration", "medical-insurance", "social-security-card", "childcare-subsidy"} {
				r.Approve(second.ID, def)
			}
			if r.Case(second.ID).ClosedAt.IsZero() {
				t.Error("the second case is open")
			}

			// One that ended by itself later is tried again alone, with what the second case gave.
			r.OK(r.Casework.Withdraw(r.Ctx(), wang, r.Matter(first.ID, "maternity-benefit").ID, ""))
			r.Work()
			third := rig.Must(r.Application.Again(r.Ctx(), wang, first.ID, "insurance-payment"))(r)
			s = rig.Must(r.Application.Read(r.Ctx(), wang, third.ID))(r)
			if len(s.Plan.Matters) != 1 {
				t.Errorf("the third draft has %d matters", len(s.Plan.Matters))
			}
		})
	})
	t.Run("finds in the wallet what an earlier matter issued", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.As("wang")
			first := r.Apply(wang, "newborn", rig.Newborn, map[string]string{"child_name": "李明"})
			// The insurance is withdrawn before there is a birth certificate to hand on.
			r.OK(r.Casework.Withdraw(r.Ctx(), wang, r.Matter(first.ID, "medical-insurance").ID, ""))
			r.Work()
			r.Approve(first.ID, "birth-certificate")
			page := r.Approve(first.ID, "household-registration")
			d := rig.Must(r.Application.Again(r.Ctx(), wang, first.ID, "medical-insurance"))(r)
			_, p, err := r.Application.Preview(r.Ctx(), wang, d.ID, "new-household-page")
			r.OK(err)
			if !p.Held || p.Values["id_number"] != page.Result.Values["id_number"] || p.Type != "household-page" {
				t.Errorf("the preview is %+v", p)
			}
			s := rig.Must(r.Application.Choose(r.Ctx(), wang, d.ID, "new-household-page", application.Use, ""))(r)
			if m := s.Materials["new-household-page"]; m.Certificate != page.Result.Certificate {
				t.Errorf("used as %+v", m)
			}
		})
	})
}

// same compares words in any order.
func same(a, b string) bool {
	count := map[string]int{}
	for _, w := range strings.Fields(a) {
		count[w]++
	}
	for _, w := range strings.Fields(b) {
		count[w]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestChecklist(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		nobody := identity.Actor{Kind: identity.Nobody}
		c := rig.Must(r.Application.Begin(r.Ctx(), nobody, "open-a-restaurant"))(r)
		_, _, err := r.Application.Answer(r.Ctx(), nobody, c.Token, "area", "-5")
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("an impossible answer: %v", err)
		}
		c, _, err = r.Application.Answer(r.Ctx(), nobody, c.Token, "licence", "normal")
		r.OK(err)
		for _, a := range [][2]string{{"prepack", "false"}, {"raw", "true"}, {"area", "120"}, {"public", "true"}} {
			c, _, err = r.Application.Answer(r.Ctx(), nobody, c.Token, a[0], a[1])
			r.OK(err)
		}
		c, dropped, err := r.Application.Answer(r.Ctx(), nobody, c.Token, "prepack", "true")
		r.OK(err)
		if fmt.Sprint(dropped) != "[raw]" || c.Answers["raw"] != "" {
			t.Errorf("dropped %v, left %v", dropped, c.Answers)
		}
		_, err = r.Application.Open(r.Ctx(), r.For("wang", rig.Xinyuan), c.Token, "n")
		wantFault(t, err, fault.Conflict, "error.draft.open-questions")

		saved := rig.Must(r.Application.SaveChecklist(r.Ctx(), nobody, c.Token))(r)
		_, _, err = r.Application.Answer(r.Ctx(), nobody, saved.Token, "area", "10")
		wantFault(t, err, fault.Conflict, "error.checklist.saved")
		r.OK(r.Application.Forget(r.Ctx(), nobody, c.Token))
		_, err = r.Application.Checklist(r.Ctx(), c.Token)
		wantFault(t, err, fault.NotFound, "error.checklist.not-found")
		r.OK(r.Application.Forget(r.Ctx(), nobody, saved.Token)) // what was shared stays
		r.Pass(89 * 24 * time.Hour)
		rig.Must(r.Application.Checklist(r.Ctx(), saved.Token))(r)
		r.Pass(2 * 24 * time.Hour)
		_, err = r.Application.Checklist(r.Ctx(), saved.Token)
		wantFault(t, err, fault.NotFound, "error.checklist.expired")
		r.OK(r.Application.Sweep(r.Ctx()))
		if n := r.Count("application_checklist", "1 = 1"); n != 0 {
			t.Errorf("%d are left after the sweep", n)
		}

		c = r.Checklist(nobody, "open-a-restaurant", guide.Answers{"licence": "none"})
		_, err = r.Application.Open(r.Ctx(), r.For("wang", rig.Xinyuan), c.Token, "n")
		wantFault(t, err, fault.Conflict, "error.draft.not-eligible")
	})
}
