package studio_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tongban/internal/security/identity"
	"tongban/internal/service/studio"
	"tongban/internal/testkit/rig"
	"tongban/internal/web/ui/uitest"
)

// desk is a browser at which somebody has signed in.
type desk struct {
	*rig.Rig
	cookie string
	lang   string
}

func sit(r *rig.Rig, login string) desk {
	r.T.Helper()
	return desk{r, rig.Must(r.Identity.SignIn(r.Ctx(), login, rig.Password, "192.0.2.1"))(r).Cookie, "zh"}
}

func (d desk) send(req *http.Request, status int, says ...string) string {
	d.T.Helper()
	req.AddCookie(&http.Cookie{Name: "session", Value: d.cookie})
	req.AddCookie(&http.Cookie{Name: "lang", Value: d.lang})
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, req)
	body := w.Body.String()
	if w.Code != status {
		d.T.Fatalf("%s %s answers %d, want %d", req.Method, req.URL, w.Code, status)
	}
	if strings.Contains(body, "<h1") {
		uitest.Check(d.T.(*testing.T), body)
	}
	body = html.UnescapeString(body)
	for _, s := range says {
		if !strings.Contains(body, s) {
			d.T.Errorf("%s does not say %q", req.URL, s)
		}
	}
	return body
}

func (d desk) get(path string, status int, says ...string) string {
	d.T.Helper()
	path, query, _ := strings.Cut(path, "?")
	return d.send(httptest.NewRequest(http.MethodGet, path+"?"+query, nil), status, says...)
}

func (d desk) post(path string, status int, accept string, fields ...string) string {
	d.T.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", accept)
	return d.send(req, status)
}

const card = "/studio/services/identity-card"

// TestWishes: who writes services sees what people did not find, and what search makes of it today.
func TestWishes(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	editor := sit(r, "market-editor")
	editor.get("/studio", 200, "还没有人留下")
	for _, text := range []string{"移民火星", "移民火星", "办个执照"} {
		r.OK(r.Feedback.Wish(r.Ctx(), identity.Actor{Kind: identity.Nobody}, text))
	}
	body := editor.get("/studio", 200, "移民火星", "找不到", "办个执照", "企业开办")
	if strings.Index(body, "移民火星") > strings.Index(body, "办个执照") {
		t.Error("what was missed more often does not come first")
	}
	editor.get("/desk/wishes", 200, "移民火星")
	if body := sit(r, "police-head").get("/studio", 200); strings.Contains(body, "移民火星") {
		t.Error("who writes no services sees it")
	}
	r.Prove() // each look is in the log
}

// TestPages: every page of the studio is sound HTML in both languages, whatever state its draft is in.
func TestPages(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	author, head := sit(r, "gov-service-editor"), sit(r, "police-head")
	sit(r, "fire-1").get("/studio", 403)
	sit(r, "wang").get("/studio/services", 403)
	d := rig.Must(r.Studio.Open(r.Ctx(), r.As("gov-service-editor"), "identity-card"))(r)
	f := rig.Must(r.Studio.Text(r.Ctx(), r.As("gov-service-editor"), d.ID, 0))(r)
	pages := []string{
		"/studio", "/studio/services", "/studio/services?q=zzz", card, card + "/draft/text", card + "/draft/text?file=scenarios.yaml", card + "/draft/simulate",
		card + "/draft/simulate?a.purpose=renew&a.child=false&a.region=city&a.allowance=true&a.temporary=false", card + "/draft/simulate?a.region=none",
		card + "/draft/tests", card + "/draft/diff", card + "/draft/publish", card + "/draft/history?from=0",
	}
	all := func() {
		t.Helper()
		for _, lang := range []string{"zh", "en"} {
			for _, who := range []desk{author, head} {
				who.lang = lang
				for _, path := range pages {
					who.get(path, 200)
				}
			}
		}
	}
	all()
	save := func(base, file, text string) {
		t.Helper()
		author.post(card+"/draft/text", 303, "text/html", "file", file, "base", base, "text", text)
	}
	save("0", studio.ServiceFile, strings.Replace(f.Service, "promised: {n: 20, unit: working", "promised: {n: 15, unit: working", 1))
	author.get(card+"/draft/tests", 200, "现在的结果是对的")
	all()
	save("1", studio.ServiceFile, "id: [")
	author.get(card+"/draft/text", 200, "service.yaml 第")
	author.get(card+"/draft/simulate", 200, "草稿还有要改的地方")
	all()

	// A script that saves is told what became of it, and gets what somebody else wrote meanwhile.
	said := author.post(card+"/draft/text", 200, "application/json", "file", studio.ServiceFile, "base", "0", "text", strings.Replace(f.Service, "level: 2", "level: 3", 1))
	for _, want := range []string{`"revision":3`, `id: [`, `level: 3`, "合并"} {
		if !strings.Contains(said, want) {
			t.Errorf("the script is told %s, without %s", said, want)
		}
	}
	author.post(card+"/draft/history", 303, "", "number", "0")
	all()
	author.post(card+"/draft/publish", 303, "", "do", "submit", "reason", "试一试")
	author.get(card+"/draft/publish", 200, "在等第二个人审核", "须由另一个人审核")
	head.get(card+"/draft/publish", 200, "同意并公布")
	all()
	head.post(card+"/draft/publish", 422, "", "do", "return")
	head.post(card+"/draft/publish", 303, "", "do", "publish", "head", "4")
	head.get(card, 200, "正在用", "暂停申请")
	head.post(card+"/suspend", 422, "", "why-zh", "检修")
	head.post(card+"/suspend", 303, "", "why-zh", "检修。", "why-en", "Repairs.", "instead-zh", "到窗口办。", "instead-en", "Go to the counter.")
	head.get("/life/identity-card", 200, "起暂停申请", "到窗口办。")
	head.get(card, 200, "恢复申请")
	head.post(card+"/resume", 303, "")
	author.post(card+"/rollback", 303, "", "number", "0")
	author.get(card+"/draft/history", 200)
	author.post(card+"/draft/history", 303, "", "do", "drop")
	author.get("/studio", 200, "已放弃")
	author.get(card+"/draft/text", 404)
}
