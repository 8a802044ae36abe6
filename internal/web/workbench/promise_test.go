package workbench_test

import (
	"testing"

	"tongban/internal/service/application"
	"tongban/internal/testkit/rig"
)

// TestPromisedMaterial: the applicant reads what follows before she promises, finds where to hand it in, and
// the officer sees that it has not come.
func TestPromisedMaterial(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	by := r.For("wang", rig.Xinyuan)
	d := r.Draft(by, "open-a-restaurant", rig.Restaurant)
	rig.Must(r.Application.Choose(r.Ctx(), by, d.ID, "safety-system", application.Later, ""))(r)
	r.Fill(by, d.ID, nil)
	c := rig.Must(r.Application.Submit(r.Ctx(), by, d.ID, true))(r)
	r.Work()
	r.Take(c.ID, "food-licence") // accepted on Tuesday 24 November: due on 8 December
	officer := sit(r, "market-1")
	path := food(c)
	officer.get(path).want(t, 200, "容缺后补", "2026 年 12 月 8 日")
	r.GoTo("2026-12-09")
	r.Work()
	sit(r, "market-1").get(path).want(t, 200, "承诺后补的材料到期没有补交")
	hers := "/me/applications/" + c.ID + "/materials/safety-system"
	sit(r, "wang").get(hers).want(t, 404) // she signed in for herself, not for the business
	shop := rig.Must(r.Identity.SignIn(r.Ctx(), "wang", rig.Password, "192.0.2.1"))(r)
	shop = rig.Must(r.Identity.ActFor(r.Ctx(), shop.Cookie, rig.Xinyuan, r.Mandate.May))(r)
	wang := desk{r, shop.Cookie}
	wang.get("/me").want(t, 200, "承诺后补")
	wang.get("/me/applications/"+c.ID).want(t, 200, "现在还没有收到", hers)
	wang.get(hers).want(t, 200, "可以不予许可")
}
