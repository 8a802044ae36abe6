package apply_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tongban/internal/testkit/rig"
)

// TestTwoWindows: what a second window typed over something newer is neither saved unseen nor lost.
func TestTwoWindows(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	wang := r.For("wang", rig.Xinyuan)
	session := rig.Must(r.Identity.SignIn(r.Ctx(), "wang", rig.Password, "192.0.2.1"))(r)
	session = rig.Must(r.Identity.ActFor(r.Ctx(), session.Cookie, rig.Xinyuan, r.Mandate.May))(r)
	d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
	path := "/apply/" + d.ID + "/form/shop"
	send := func(method string, form url.Values) (int, string) {
		t.Helper()
		req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.AddCookie(&http.Cookie{Name: "session", Value: session.Cookie})
		w := httptest.NewRecorder()
		r.Handler().ServeHTTP(w, req)
		return w.Code, html.UnescapeString(w.Body.String())
	}
	seen := func(body string) string {
		t.Helper()
		found := regexp.MustCompile(`name="seen" value="([^"]+)"`).FindStringSubmatch(body)
		if found == nil {
			t.Fatalf("the page does not say what it shows: %s", body)
		}
		return found[1]
	}
	phone := func() string {
		t.Helper()
		return rig.Must(r.Application.Read(r.Ctx(), wang, d.ID))(r).Values["phone"].Value.Value
	}
	form := func(seen, phone string) url.Values {
		return url.Values{"seen": {seen}, "phone": {phone}, "area": {"120"}, "premises": {"示范市中心区美食街 12 号"}}
	}

	_, one := send(http.MethodGet, nil)
	_, two := send(http.MethodGet, nil) // the same page in a second window
	if code, body := send(http.MethodPost, form(seen(one), "13900000001")); code != http.StatusSeeOther {
		t.Fatalf("the first window saves with %d: %s", code, body)
	}
	code, body := send(http.MethodPost, form(seen(two), "13900000002"))
	if code != http.StatusConflict || !strings.Contains(body, "另一个窗口里改过") || !strings.Contains(body, `value="13900000002"`) || !strings.Contains(body, "另一个窗口保存的是“13900000001”") {
		t.Fatalf("the second window gets %d and not both numbers: %s", code, body)
	}
	if got := phone(); got != "13900000001" {
		t.Errorf("%s is saved", got)
	}
	if code, body = send(http.MethodPost, form(seen(body), "13900000002")); code != http.StatusSeeOther || phone() != "13900000002" {
		t.Errorf("having seen it she saves with %d; %s is saved: %s", code, phone(), body)
	}
	// Going back and sending the old page again with what is saved is no clash.
	if code, _ = send(http.MethodPost, form(seen(one), "13900000002")); code != http.StatusSeeOther {
		t.Errorf("the same once more gets %d", code)
	}
	// What is wrong is kept and complained of, as in one window.
	_, now := send(http.MethodGet, nil)
	if code, body = send(http.MethodPost, form(seen(now), "不告诉你")); code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="不告诉你"`) {
		t.Errorf("a wrong number gets %d: %s", code, body)
	}
}
