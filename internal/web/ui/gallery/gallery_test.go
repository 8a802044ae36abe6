package gallery

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tongban/internal/platform/lang"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/uitest"
)

func handler() http.Handler {
	k := ui.New(ui.Config{
		Site: ui.Site{Name: lang.Text{ZH: "示范市政务服务平台", EN: "Shifan City Services"}},
		Mac:  func(string, []byte) []byte { return make([]byte, 32) }, Now: time.Now,
	})
	m := k.Mux()
	Mount(m)
	return k.Handler(m)
}

func TestGallery(t *testing.T) {
	t.Parallel()
	h := handler()
	paths := []string{"/gallery"}
	for _, p := range pages {
		paths = append(paths, "/gallery/"+p.name)
	}
	for code := range kinds {
		paths = append(paths, "/gallery/error/"+code)
	}
	titles := map[string]string{}
	for _, prefix := range []string{"", "/en"} {
		for _, path := range append(paths, "/gallery/error/500") {
			t.Run(prefix+path, func(t *testing.T) {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, prefix+path, nil))
				want := http.StatusOK
				if code, ok := strings.CutPrefix(path, "/gallery/error/"); ok {
					want = map[string]int{"403": 403, "404": 404, "409": 409, "410": 410, "422": 422, "429": 429, "500": 500, "503": 503}[code]
				}
				if w.Code != want {
					t.Fatalf("status %d, want %d", w.Code, want)
				}
				uitest.Check(t, w.Body.String())
				_, rest, _ := strings.Cut(w.Body.String(), "<title>")
				title, _, _ := strings.Cut(rest, "</title>")
				if other, twice := titles[title]; twice {
					t.Errorf("the title %q is that of %s too", title, other)
				}
				titles[title] = prefix + path
			})
		}
	}
}

// TestWrongAnswers posts a wrong answer to every field: each is shown as it was typed, with the same
// words in the summary and at the field, and with status 422.
func TestWrongAnswers(t *testing.T) {
	t.Parallel()
	h := handler()
	form := url.Values{
		"full-name": {"王2"}, "id": {"99010019880308112"}, "uscc": {"123"}, "phone": {"139"}, "mail": {"x"}, "address": {"8"}, "area": {"八十六"}, "staff": {"1.5"},
		"capital": {"很多"}, "card": {"12a"}, "lease-year": {"2026"}, "lease-month": {"2"}, "lease-day": {"30"}, "sign": {""}, "kind": {"x"}, "district": {""},
		"dishes": {strings.Repeat("面", 2001)}, "code": {strings.Repeat("a", 201)},
	}
	r := httptest.NewRequest(http.MethodPost, "/gallery/fields", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("status %d, want 422", w.Code)
	}
	uitest.Check(t, body)
	if !strings.Contains(body, "<title>错误：") {
		t.Error("the title does not begin with the word for error")
	}
	for name, typed := range form {
		if typed[0] != "" && name != "kind" && !strings.Contains(body, `value="`+typed[0]+`"`) && !strings.Contains(body, ">"+typed[0]+"<") {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	if got := strings.Count(body, "govuk-error-message"); got != len(definitions) {
		t.Errorf("%d messages at fields, want %d", got, len(definitions))
	}
	for _, said := range []string{"“身份证号”要有 18 位，现在是 17 位", "“租约从哪一天开始”：2026 年 2 月只有 28 天"} {
		if got := strings.Count(body, said); got != 2 {
			t.Errorf("%q stands %d times, want in the summary and at the field", said, got)
		}
	}
}
