package life_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tongban/internal/security/access"
	"tongban/internal/testkit/rig"
	"tongban/internal/web/ui/uitest"
)

// browser keeps the cookies of one visitor.
type browser struct {
	t       *testing.T
	r       *rig.Rig
	cookies map[string]string
}

func (b *browser) send(method, path string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.r.Handler().ServeHTTP(w, req)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return w
}

func (b *browser) page(path string, status int) string {
	b.t.Helper()
	w := b.send(http.MethodGet, path, nil)
	if w.Code != status {
		b.t.Fatalf("%s answers %d, want %d: %s", path, w.Code, status, w.Body)
	}
	if strings.Contains(w.Body.String(), "<h1") {
		uitest.Check(b.t, w.Body.String())
	}
	return html.UnescapeString(w.Body.String())
}

func says(t *testing.T, where, body string, all ...string) {
	t.Helper()
	at := 0
	for _, s := range all {
		i := strings.Index(body[at:], s)
		if i < 0 {
			t.Errorf("%s does not say %q (in this order)", where, s)
			return
		}
		at += i
	}
}

// signedIn is somebody's browser, perhaps acting for a business.
func signedIn(t *testing.T, r *rig.Rig, login, business string) *browser {
	t.Helper()
	s := rig.Must(r.Identity.SignIn(r.Ctx(), login, rig.Password, "192.0.2.1"))(r)
	if business != "" {
		s = rig.Must(r.Identity.ActFor(r.Ctx(), s.Cookie, business, r.Mandate.May))(r)
	}
	return &browser{t, r, map[string]string{"session": s.Cookie}}
}

func TestMyLife(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	li := signedIn(t, r, "li", "")
	says(t, "li's page", li.page("/me/life", 200),
		"我一生要办的事", "30 天内要做的", "给孩子上户口", "最晚 2026 年 12 月 1 日", "《户口登记条例》第七条", "去办", "告诉社保停发", "2026 年 12 月 15 日", "可以享受的政策", "逝者的个人信息",
		"有期限的证照", "换驾驶证", "如果你有打算", "打算改车", "已经办好的", "结婚登记", "J990100-2016-000218", "时间线", "<svg", "只查了会影响结果的信息", "驾驶人")
	li.cookies["tb_lang"] = "en"
	says(t, "li's page in English", li.page("/me/life", 200), "The steps of my life", "Register the child in the household", "By Tuesday", "If you plan something")

	wang := signedIn(t, r, "wang", rig.Xinyuan)
	says(t, "the page of the business", wang.page("/me/life", 200), "我的企业一生", "示范市鑫源餐饮有限公司", "按时足额交社保费", "打算开饭馆、卖吃的", "领营业执照", "2026 年 9 月 15 日", "91990100DEM1000150")
	says(t, "her home", wang.page("/me", 200), `href="/me/life"`, "企业一生")

	stranger := &browser{t, r, map[string]string{}}
	if w := stranger.send(http.MethodGet, "/me/life", nil); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/login") {
		t.Errorf("a stranger gets %d to %s", w.Code, w.Header().Get("Location"))
	}
	officer := signedIn(t, r, "market-1", "")
	officer.page("/me/life", http.StatusForbidden)
}

// A register that does not answer is named, what depends on it is left open, and the rest stands.
func TestRegisterDown(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	r.OK(r.Gate.Do(r.Ctx(), r.As("gov-service-admin"), func(tx *access.Tx) error {
		if err := tx.Permit(r.Ctx(), "register.switch", access.Resource{Kind: "switch", ID: "driver", Purpose: "upkeep"}); err != nil {
			return err
		}
		return r.Registry.SetDown(r.Ctx(), tx, "driver", true)
	}))
	body := signedIn(t, r, "li", "").page("/me/life", 200)
	says(t, "li's page", body, "有的登记库连不上", "给孩子上户口", "现在说不准的", "换驾驶证", "查不到：驾驶证状态")
}

func TestPapers(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	li := signedIn(t, r, "li", "")
	ics := li.send(http.MethodGet, "/me/life.ics", nil)
	body := strings.ReplaceAll(ics.Body.String(), "\r\n ", "")
	if ics.Code != 200 || strings.Count(body, "BEGIN:VEVENT") != 5 {
		t.Fatalf("the calendar has %d events: %s", strings.Count(body, "BEGIN:VEVENT"), body)
	}
	says(t, "the calendar", body, "DTSTART;VALUE=DATE:20261201", "给孩子上户口", "DTSTART;VALUE=DATE:20261215", "告诉社保停发", "DTSTART;VALUE=DATE:20270110", "换驾驶证")
	pdf := li.send(http.MethodGet, "/me/life.pdf", nil)
	if pdf.Code != 200 || !strings.HasPrefix(pdf.Body.String(), "%PDF") {
		t.Errorf("the document answers %d", pdf.Code)
	}
}

// A visitor's answers are in no address, and decide what she sees; what is no answer is refused at the field.
func TestVisitor(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	b := &browser{t, r, map[string]string{}}
	says(t, "the page at first", b.page("/life-cycle", 200), "多大年纪", "全部步骤，按阶段", "出生", "身后")
	if w := b.send(http.MethodPost, "/life-cycle", url.Values{"age": {"很大"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="很大"`) {
		t.Errorf("no age gets %d", w.Code)
	}
	w := b.send(http.MethodPost, "/life-cycle", url.Values{"age": {"31"}, "sex": {"female"}, "married": {"false"}, "pensioner": {"false"}, "fund": {"true"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/life-cycle" {
		t.Fatalf("answers get %d to %s", w.Code, w.Header().Get("Location"))
	}
	says(t, "the page of a woman of 31", b.page("/life-cycle", 200), "如果你有打算", "打算结婚", "打算要孩子", "打算买房", "公积金贷款")
	b.cookies["life-person"] = "age=x&sex=female&nobody=1"
	says(t, "a cookie that was tampered with", b.page("/life-cycle", 200), "全部步骤，按阶段")
	b.send(http.MethodPost, "/life-cycle", url.Values{"age": {"31"}, "forget": {"1"}})
	if _, kept := b.cookies["life-person"]; kept {
		t.Error("the answers are not forgotten")
	}
	says(t, "the business side in English", b.page("/en/life-cycle/business", 200), "The steps of a business", "Is the business registered?", "All steps, by stage", "Closing down")
	b.send(http.MethodPost, "/life-cycle/business", url.Values{"registered": {"false"}})
	says(t, "before it is registered", b.page("/life-cycle/business", 200), "现在可以做的", "开办前想清楚", "领营业执照")
	b.send(http.MethodPost, "/life-cycle/business", url.Values{"registered": {"true"}, "kind": {"company"}, "suspended": {"false"}, "staff": {"false"}, "food_licence": {"false"}})
	if body := b.page("/life-cycle/business", 200); strings.Contains(body, "已过期限") || strings.Contains(body, "没有记录") || !strings.Contains(body, "报年报") {
		t.Errorf("a visitor is told what only registers could say: %s", body)
	}
	says(t, "the stage page", b.page("/business", 200), `href="/life-cycle/business"`)
}
