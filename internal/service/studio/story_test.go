package studio_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongban/internal/app"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/guide"
	"tongban/internal/service/studio"
	"tongban/internal/testkit/rig"
)

const card = "identity-card"

// replace changes one line of a draft's service file.
func replace(r *rig.Rig, login, id, old, now string) studio.Saved {
	r.T.Helper()
	by := r.As(login)
	d := rig.Must(r.Studio.Find(r.Ctx(), by, id))(r)
	f := rig.Must(r.Studio.Text(r.Ctx(), by, id, d.Head))(r)
	if strings.Count(f.Service, old) != 1 {
		r.T.Fatalf("%q stands %d times in the draft", old, strings.Count(f.Service, old))
	}
	return rig.Must(r.Studio.Save(r.Ctx(), by, id, d.Head, studio.ServiceFile, strings.Replace(f.Service, old, now, 1)))(r)
}

// submit hands a draft over, every warning waived.
func submit(r *rig.Rig, login, id, starts string) error {
	r.T.Helper()
	by := r.As(login)
	c := rig.Must(r.Studio.Check(r.Ctx(), by, id))(r)
	p := studio.Proposal{Reason: "工本费调整", Starts: starts, Waived: map[string]string{}}
	for _, w := range c.Warnings() {
		p.Waived[studio.Key(w)] = "示例"
	}
	return r.Studio.Submit(r.Ctx(), by, id, p)
}

func publish(r *rig.Rig, author, head, id, starts string) studio.Publication {
	r.T.Helper()
	r.OK(submit(r, author, id, starts))
	d := rig.Must(r.Studio.Find(r.Ctx(), r.As(head), id))(r)
	return rig.Must(r.Studio.Publish(r.Ctx(), r.As(head), id, d.Head))(r)
}

func days(r *rig.Rig) int {
	e, _ := r.City().Service(card)
	return e.Guide.Plan(guide.Answers{"purpose": "first", "child": "false", "region": "city", "temporary": "false"}).Days
}

func TestPublishing(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		author, head := r.As("gov-service-editor"), r.As("police-head")
		before, _ := r.City().Service(card)
		d := rig.Must(r.Studio.Open(r.Ctx(), author, card))(r)
		if again := rig.Must(r.Studio.Open(r.Ctx(), r.As("gov-service-editor-2"), card))(r); again.ID != d.ID {
			t.Errorf("a second editor has a draft of her own")
		}
		if c := rig.Must(r.Studio.Check(r.Ctx(), author, d.ID))(r); c.Stops() {
			t.Fatalf("what is in force does not pass: %v", c.Complaints)
		}
		replace(r, "gov-service-editor", d.ID, "promised: {n: 20, unit: working", "promised: {n: 90, unit: working")
		c := rig.Must(r.Studio.Check(r.Ctx(), author, d.ID))(r)
		if !c.Stops() || c.Complaints[0].Line == 0 || !strings.HasSuffix(c.Complaints[0].File, card+"/service.yaml") {
			t.Errorf("a promise beyond the law's limit and scenarios that fail are no complaint: %v", c.Complaints)
		}
		if err := submit(r, "gov-service-editor", d.ID, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a draft with mistakes is submitted: %v", err)
		}
		replace(r, "gov-service-editor", d.ID, "promised: {n: 90, unit: working", "promised: {n: 15, unit: working")
		if err := submit(r, "gov-service-editor", d.ID, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a draft whose scenarios fail is submitted: %v", err)
		}
		f := rig.Must(r.Studio.Text(r.Ctx(), author, d.ID, 2))(r)
		rig.Must(r.Studio.Save(r.Ctx(), author, d.ID, 2, studio.ScenariosFile, strings.ReplaceAll(f.Scenarios, "days: 20", "days: 15")))(r)

		x := rig.Must(r.Studio.Diff(r.Ctx(), author, d.ID))(r)
		if len(x.Meaning.Differences) != 1 || x.Meaning.Differences[0].Kind != guide.LimitDiffers || x.Meaning.Differences[0].After.ZH != "承诺 15 个工作日，法定 60 个自然日" {
			t.Errorf("the difference in words is %+v", x.Meaning.Differences)
		}
		if len(x.Fields) != 1 || x.Fields[0] != (studio.Change{Path: "matters/card/promised/n", Before: "20", After: "15"}) {
			t.Errorf("the fields that differ are %v", x.Fields)
		}

		r.OK(submit(r, "gov-service-editor", d.ID, ""))
		if _, err := r.Studio.Save(r.Ctx(), author, d.ID, 3, studio.ServiceFile, "x"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a draft under review is written in: %v", err)
		}
		for _, login := range []string{"gov-service-editor", "gov-service-editor-2", "market-head", "fire-1"} {
			if _, err := r.Studio.Publish(r.Ctx(), r.As(login), d.ID, 3); !fault.Is(err, fault.Denied) {
				t.Errorf("%s publishes: %v", login, err)
			}
		}
		both := head // somebody who may do both and wrote in it
		both.Roles = []string{"editor", "head"}
		r.OK(r.Studio.Return(r.Ctx(), head, d.ID, "请再核对"))
		rig.Must(r.Studio.Restore(r.Ctx(), both, d.ID, 3))(r)
		f = rig.Must(r.Studio.Text(r.Ctx(), author, d.ID, 3))(r)
		rig.Must(r.Studio.Save(r.Ctx(), both, d.ID, 3, studio.ServiceFile, f.Service+"# 负责人看过\n"))(r)
		r.OK(submit(r, "gov-service-editor", d.ID, ""))
		if _, err := r.Studio.Publish(r.Ctx(), both, d.ID, 4); !fault.Is(err, fault.Denied) {
			t.Errorf("somebody publishes what she wrote in: %v", err)
		}
		if _, err := r.Studio.Publish(r.Ctx(), r.As("gov-service-head"), d.ID, 3); !fault.Is(err, fault.Conflict) {
			t.Errorf("another text than the newest is published: %v", err)
		}
		p := rig.Must(r.Studio.Publish(r.Ctx(), r.As("gov-service-head"), d.ID, 4))(r)
		if e, _ := r.City().Service(card); days(r) != 15 || e.Edition != p.Edition || p.Entry == "" {
			t.Errorf("after publication it takes %d days, edition %s, want %s", days(r), e.Edition, p.Edition)
		}

		// It holds after the city was closed, and going back is another publication.
		r = r.Reopen()
		if days(r) != 15 {
			t.Errorf("after a restart it takes %d days", days(r))
		}
		if left := r.Left(); len(left) != 0 {
			t.Errorf("left out: %v", left)
		}
		d = rig.Must(r.Studio.Rollback(r.Ctx(), author, card, 0))(r)
		publish(r, "gov-service-editor", "police-head", d.ID, "")
		if e, _ := r.City().Service(card); e.Edition != before.Edition {
			t.Errorf("after going back the edition is %s, want %s", e.Edition, before.Edition)
		}
		all := rig.Must(r.Studio.Publications(r.Ctx(), author, card))(r)
		if len(all) != 2 || all[1].Number != 2 {
			t.Errorf("publications are %v", all)
		}
	})
}

func TestTwoEditorsLoseNothing(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		one, two := r.As("gov-service-editor"), r.As("gov-service-editor-2")
		d := rig.Must(r.Studio.Open(r.Ctx(), one, card))(r)
		f := rig.Must(r.Studio.Text(r.Ctx(), one, d.ID, 0))(r)
		mine := strings.Replace(f.Service, "catalogue: S01", "catalogue: S01 # 一", 1)
		hers := strings.Replace(f.Service, "level: 2", "level: 3", 1)
		if s := rig.Must(r.Studio.Save(r.Ctx(), one, d.ID, 0, studio.ServiceFile, mine))(r); s != (studio.Saved{Revision: 1}) {
			t.Errorf("the first saving is %+v", s)
		}
		if s := rig.Must(r.Studio.Save(r.Ctx(), two, d.ID, 0, studio.ServiceFile, strings.ReplaceAll(hers, "\n", "\r\n")))(r); s != (studio.Saved{Revision: 2, Merged: true}) {
			t.Errorf("the second saving is %+v", s)
		}
		if s := rig.Must(r.Studio.Save(r.Ctx(), two, d.ID, 2, studio.ScenariosFile, f.Scenarios))(r); s.Revision != 2 {
			t.Errorf("to save what is there makes revision %d", s.Revision)
		}
		got := rig.Must(r.Studio.Text(r.Ctx(), one, d.ID, 2))(r)
		if !strings.Contains(got.Service, "catalogue: S01 # 一\n") || !strings.Contains(got.Service, "level: 3\n") || strings.Contains(got.Service, "\r") {
			t.Error("what one of them wrote is lost")
		}
		s := rig.Must(r.Studio.Save(r.Ctx(), one, d.ID, 1, studio.ServiceFile, strings.Replace(mine, "level: 2", "level: 4", 1)))(r)
		got = rig.Must(r.Studio.Text(r.Ctx(), one, d.ID, s.Revision))(r)
		if s.Clashes != 1 || !strings.Contains(got.Service, "level: 3\n") || !strings.Contains(got.Service, "level: 4\n") {
			t.Errorf("both changed a line, and one of the lines is lost: %+v", s)
		}
		c := rig.Must(r.Studio.Check(r.Ctx(), one, d.ID))(r)
		if !c.Stops() || !strings.Contains(c.Complaints[0].What.ZH, "两个人") {
			t.Errorf("a clash passes the check: %v", c.Complaints)
		}
		if all := rig.Must(r.Studio.History(r.Ctx(), one, d.ID))(r); len(all) != 4 || all[0].Clashes != 1 || all[1].Note != studio.Merged {
			t.Errorf("the history is %+v", all)
		}
	})
}

func TestDays(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		author, head := r.As("gov-service-editor"), r.As("police-head")
		d := rig.Must(r.Studio.Open(r.Ctx(), author, card))(r)
		replace(r, "gov-service-editor", d.ID, "level: 2", "level: 1")
		if err := submit(r, "gov-service-editor", d.ID, "2026-11-24"); !fault.Is(err, fault.Invalid) {
			t.Errorf("it is to hold from a day that is not to come: %v", err)
		}
		publish(r, "gov-service-editor", "police-head", d.ID, "2026-12-01")
		level := func() int { e, _ := r.City().Service(card); return e.Service.Level }
		if level() != 2 || r.City().Coming[card] != "2026-12-01" {
			t.Errorf("the level is %d before the day, coming on %q", level(), r.City().Coming[card])
		}
		r.OK(r.Studio.Suspend(r.Ctx(), head, card, "", lang.Text{ZH: "设备检修。", EN: "The machines are being mended."}, lang.Text{ZH: "请到窗口办。", EN: "Go to the counter."}))
		if r.City().Coming[card] != "2026-12-01" || r.City().Suspended[card].Since != r.Today() {
			t.Errorf("coming %v, suspended %v", r.City().Coming, r.City().Suspended)
		}
		wang := r.As("wang")
		list := r.Checklist(wang, card, guide.Answers{"purpose": "first", "child": "false", "region": "city", "temporary": "false"})
		if _, err := r.Application.Open(r.Ctx(), wang, list.Token, "王"); !fault.Is(err, fault.Late) {
			t.Errorf("somebody applies for what is suspended: %v", err)
		}
		if err := r.Studio.Resume(r.Ctx(), r.As("market-head"), card); !fault.Is(err, fault.Denied) {
			t.Errorf("the head of another body resumes it: %v", err)
		}
		r.OK(r.Studio.Resume(r.Ctx(), head, card))
		rig.Must(r.Application.Open(r.Ctx(), wang, list.Token, "王"))(r)

		r.GoTo("2026-12-01")
		r.OK(r.Follow(r.Ctx()))
		r.OK(r.Follow(r.Ctx()))
		if level() != 1 {
			t.Errorf("the day has come and the level is %d", level())
		}
		d = rig.Must(r.Studio.Open(r.Ctx(), author, card))(r)
		replace(r, "gov-service-editor", d.ID, "level: 1", "level: 3")
		p := publish(r, "gov-service-editor", "police-head", d.ID, "2027-01-04")
		r.OK(r.Studio.Withdraw(r.Ctx(), head, p.Number))
		r.GoTo("2027-01-05")
		r.OK(r.Follow(r.Ctx()))
		if level() != 1 || r.City().Coming[card] != "" {
			t.Errorf("what was withdrawn holds: level %d, coming %v", level(), r.City().Coming)
		}
		if err := r.Studio.Withdraw(r.Ctx(), head, 1); !fault.Is(err, fault.Late) {
			t.Errorf("what is in force is withdrawn: %v", err)
		}
	})
}

func TestAnotherProcessFollows(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		other := rig.Open(t, app.Config{Data: r.Data, Database: r.Database})
		d := rig.Must(r.Studio.Open(r.Ctx(), r.As("gov-service-editor"), card))(r)
		replace(r, "gov-service-editor", d.ID, "level: 2", "level: 1")
		p := publish(r, "gov-service-editor", "police-head", d.ID, "")
		other.OK(other.Follow(r.Ctx()))
		if e, _ := other.City().Service(card); e.Edition != p.Edition {
			t.Errorf("the other process runs with %s, want %s", e.Edition, p.Edition)
		}
	})
}

// TestLeftOut: what was published and no longer loads with the jurisdiction's files is left out and named, and
// what was published before it holds.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	dir := rig.Shifan(t)
	r := rig.Open(t, app.Config{Data: rig.Data(t), Jurisdiction: dir})
	for _, change := range [][2]string{{"level: 2", "level: 1"}, {"catalogue: S01", "catalogue: S98"}} {
		d := rig.Must(r.Studio.Open(r.Ctx(), r.As("gov-service-editor"), card))(r)
		replace(r, "gov-service-editor", d.ID, change[0], change[1])
		publish(r, "gov-service-editor", "police-head", d.ID, "")
	}
	inFolder := func(service, old, now string) {
		t.Helper()
		path := filepath.Join(dir, "services", service, "service.yaml")
		text := rig.Must(os.ReadFile(path))(r)
		if !strings.Contains(string(text), old) {
			t.Fatalf("%s has no %q", path, old)
		}
		r.OK(os.WriteFile(path, []byte(strings.Replace(string(text), old, now, 1)), 0o600))
	}
	e, _ := r.City().Service("name-change")
	inFolder("name-change", "catalogue: "+e.Service.Catalogue, "catalogue: S98")
	if shadowed := rig.Must(r.Studio.Shadowed(r.Ctx()))(r); len(shadowed) != 0 {
		t.Errorf("shadowed: %v", shadowed)
	}
	inFolder(card, "audience: person", "audience: person # 改过")
	r.Reload(r.Ctx())
	e, _ = r.City().Service(card)
	if e.Service.Catalogue != "S01" || e.Service.Level != 1 {
		t.Errorf("number %s and level %d hold, want those of the publication before", e.Service.Catalogue, e.Service.Level)
	}
	if left := r.Left(); len(left) != 1 || left[0].Number != 2 || len(left[0].Why) == 0 {
		t.Errorf("left out: %+v", left)
	}
	if shadowed := rig.Must(r.Studio.Shadowed(r.Ctx()))(r); len(shadowed) != 1 || shadowed[0] != card {
		t.Errorf("shadowed: %v", shadowed)
	}
	r = r.Reopen()
	if left := r.Left(); len(left) != 1 {
		t.Errorf("after a restart, left out: %+v", left)
	}
}
