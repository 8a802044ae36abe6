package ui_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/identity"
	"tongban/internal/web/ui"
)

// site is a kit with pages that do what their name says.
type site struct {
	http.Handler
	log *bytes.Buffer
	mux *ui.Mux
}

func newSite(t testing.TB) site {
	t.Helper()
	log := &bytes.Buffer{}
	k := ui.New(ui.Config{
		Site: ui.Site{Name: lang.Text{ZH: "示范市政务服务平台", EN: "Shifan City Services"}},
		Who: func(r *http.Request) (identity.Actor, error) {
			switch c, _ := r.Cookie("as"); {
			case c == nil:
				return identity.Actor{}, fault.New(fault.Denied, "denied")
			case c.Value == "down":
				return identity.Actor{}, fault.New(fault.Unavailable, "register.down")
			default:
				return identity.Actor{Kind: identity.Person, ID: "p_1"}.WithName("王㴋䶮"), nil
			}
		},
		Mac: func(purpose string, b []byte) []byte {
			m := hmac.New(sha256.New, []byte("test key for "+purpose))
			m.Write(b)
			return m.Sum(nil)
		},
		Now: time.Now, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	m := k.Mux()
	page := func(w http.ResponseWriter, r *http.Request) error {
		u := ui.From(r)
		return u.Render(w, r, http.StatusOK, ui.Page{Title: "页 " + u.At, Body: templ.Raw("<p>" + templ.EscapeString(r.PathValue("id")) + strings.Repeat("·", 1500) + "</p>")})
	}
	m.Handle("GET /{$}", page)
	m.Handle("GET /services/{id}", page)
	m.Handle("GET /me/{id}", page)
	m.Handle("GET /fail/{kind}", func(w http.ResponseWriter, r *http.Request) error {
		err, ok := map[string]error{
			"invalid": fault.Fields([]fault.Field{{Name: "面积", Code: "field.number"}}), "not-found": fault.New(fault.NotFound, "upload.empty"),
			"denied": fault.New(fault.Denied, "denied"), "refused": &fault.Error{Kind: fault.Denied, Code: "denied", Said: lang.Text{ZH: "只有负责人可以签发。", EN: "Only the head signs."}}, "conflict": fault.New(fault.Conflict, "no.such.code"), "late": fault.New(fault.Late, "denied"),
			"unavailable": fault.New(fault.Unavailable, "register.down"), "often": fault.New(fault.Unavailable, "rate.signin", "seconds", "120"), "bug": fmt.Errorf("secret inside"),
		}[r.PathValue("kind")]
		if !ok {
			panic("panicked on purpose")
		}
		return err
	})
	m.Handle("POST /apply/{id}", func(w http.ResponseWriter, r *http.Request) error {
		u := ui.From(r)
		if err := r.ParseForm(); err != nil {
			return err
		}
		if !u.SignedIn() {
			return fault.New(fault.Denied, "denied")
		}
		u.Notice(w, "session.kept")
		return u.See(w, r, "/me/x")
	})
	return site{Handler: k.Handler(m), log: log, mux: m}
}

func (s site) do(method, target string, with ...func(*http.Request)) *httptest.ResponseRecorder {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("name=阿卜杜热西提·买买提艾力&text=" + url.QueryEscape("第一行\n第二行"))
	}
	r := httptest.NewRequest(method, target, body)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, f := range with {
		f(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func cookie(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: name, Value: value}) }
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func carry(w *httptest.ResponseRecorder) func(*http.Request) {
	return func(r *http.Request) {
		for _, c := range w.Result().Cookies() {
			if c.MaxAge >= 0 {
				r.AddCookie(c)
			}
		}
	}
}

func TestFaultsBecomePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		kind   string
		status int
		says   string
	}{
		{"invalid", 422, "“面积”要写数字"},
		{"not-found", 404, "这个文件是空的"},
		{"denied", 403, "超出了你现在身份的权限"},
		{"refused", 403, "只有负责人可以签发。"},
		{"conflict", 409, "有人刚刚改过"},
		{"late", 410, "已经不能办了"},
		{"unavailable", 503, "相关登记系统暂时连不上"},
		{"often", 429, "登录试得太多了"},
		{"bug", 500, "事件编号"},
		{"panic", 500, "事件编号"},
	} {
		w := s.do(http.MethodGet, "/fail/"+tt.kind, cookie("as", "p"))
		body := w.Body.String()
		if w.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.kind, w.Code, tt.status)
		}
		if !strings.Contains(body, tt.says) {
			t.Errorf("%s: the page does not say %q", tt.kind, tt.says)
		}
		if strings.Contains(body, "secret inside") || strings.Contains(body, "on purpose") {
			t.Errorf("%s: the page shows what happened inside", tt.kind)
		}
		if strings.Count(body, "<h1") != 1 || strings.Contains(body, "⟦") {
			t.Errorf("%s: not one heading, or a text is missing", tt.kind)
		}
	}
	if got := s.do(http.MethodGet, "/fail/often", cookie("as", "p")).Header().Get("Retry-After"); got != "120" {
		t.Errorf("Retry-After = %q, want 120", got)
	}
	number := regexp.MustCompile(`gp-number">([0-9A-Z]+)<`).FindStringSubmatch(s.do(http.MethodGet, "/fail/bug", cookie("as", "p")).Body.String())
	if number == nil || !strings.Contains(s.log.String(), number[1]) {
		t.Errorf("the incident number %v is not in the log", number)
	}
}

func TestUnroutedBecomesPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		method, path string
		status       int
		location     string
	}{
		{"GET", "/nothing/here", 404, ""},
		{"DELETE", "/services/x", 405, ""},
		{"GET", "/services/x/", 301, "/services/x"},
		{"GET", "/en/services/x/?a=b", 301, "/en/services/x?a=b"},
	} {
		w := s.do(tt.method, tt.path)
		if w.Code != tt.status || w.Header().Get("Location") != tt.location {
			t.Errorf("%s %s: %d to %q, want %d to %q", tt.method, tt.path, w.Code, w.Header().Get("Location"), tt.status, tt.location)
		}
		if tt.status == 405 && !strings.Contains(w.Header().Get("Allow"), "GET") {
			t.Errorf("405 without Allow")
		}
		if tt.status >= 400 && !strings.Contains(w.Body.String(), "<h1") {
			t.Errorf("%s %s: no page", tt.method, tt.path)
		}
	}
}

func TestSignInFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.do(http.MethodGet, "/fail/denied?x=1")
	if got, want := w.Header().Get("Location"), "/login?return="+url.QueryEscape("/fail/denied?x=1"); w.Code != 303 || got != want {
		t.Errorf("GET: %d to %q, want 303 to %q", w.Code, got, want)
	}

	t.Run("keeps what was posted", func(t *testing.T) {
		w := s.do(http.MethodPost, "/apply/d1")
		if got := w.Header().Get("Location"); w.Code != 303 || got != "/login?return=%2Fkept" {
			t.Fatalf("POST: %d to %q", w.Code, got)
		}
		if strings.Contains(fmt.Sprint(w.Result().Cookies()), "阿卜") {
			t.Error("the kept post is not sealed")
		}
		back := s.do(http.MethodGet, "/kept", carry(w), cookie("as", "p")).Body.String()
		for _, want := range []string{`action="/apply/d1"`, `value="阿卜杜热西提·买买提艾力"`, "第一行\n第二行"} {
			if !strings.Contains(back, want) {
				t.Errorf("the page to post it again lacks %s", want)
			}
		}
	})
	t.Run("does not open what was changed on the way", func(t *testing.T) {
		w := s.do(http.MethodPost, "/apply/d1")
		for _, c := range w.Result().Cookies() {
			if c.Name == "tb_kept0" {
				changed := c.Value[:len(c.Value)-4] + "AAAA"
				if got := s.do(http.MethodGet, "/kept", cookie("tb_kept0", changed), cookie("as", "p")); got.Code != 303 {
					t.Errorf("status %d, want 303", got.Code)
				}
			}
		}
	})
	t.Run("says so when a session cannot be looked up", func(t *testing.T) {
		if w := s.do(http.MethodGet, "/services/x", cookie("as", "down")); w.Code != 503 {
			t.Errorf("status %d, want 503", w.Code)
		}
	})
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		path, cookie, lang string
		has                []string
	}{
		{"/services/x", "en", "zh-CN", []string{`hreflang="en" href="/en/services/x"`, `href="/login"`}},
		{"/en/services/x", "", "en", []string{`hreflang="zh-CN" href="/services/x"`, `href="/en/login"`, `href="/me/applications"`, "Skip to main content"}},
		{"/en", "", "en", []string{`hreflang="zh-CN" href="/"`}},
		{"/me/x", "en", "en", []string{`href="/en"`, `content="noindex"`}},
		{"/me/x", "", "zh-CN", nil},
	} {
		w := s.do(http.MethodGet, tt.path, cookie("tb_lang", tt.cookie))
		body := w.Body.String()
		if !strings.Contains(body, `<html lang="`+tt.lang+`"`) || w.Header().Get("Content-Language") != tt.lang {
			t.Errorf("%s with %q: not in %s", tt.path, tt.cookie, tt.lang)
		}
		for _, want := range tt.has {
			if !strings.Contains(body, want) {
				t.Errorf("%s with %q lacks %s", tt.path, tt.cookie, want)
			}
		}
	}
	w := s.do(http.MethodGet, "/en/me/x?tab=2")
	if w.Code != 303 || w.Header().Get("Location") != "/me/x?tab=2" || !strings.Contains(fmt.Sprint(w.Result().Cookies()), "tb_lang=en") {
		t.Errorf("/en before a page behind a sign-in: %d %v", w.Code, w.Header())
	}
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct{ query, location, cookie string }{
		{"lang=en&return=/services/x", "/en/services/x", "tb_lang=en"},
		{"lang=zh&return=/en/services/x?a=1", "/services/x?a=1", "tb_lang=zh"},
		{"lang=en&return=/me/x", "/me/x", "tb_lang=en"},
		{"lang=zh&return=/en", "/", "tb_lang=zh"},
		{"elder=1&return=/", "/", "tb_elder=1"},
		{"theme=dark&return=/desk", "/desk", "tb_theme=dark"},
		{"lang=en&return=//evil.example/x", "/en", "tb_lang=en"},
		{`lang=zh&return=/\evil.example`, "/", "tb_lang=zh"},
		{"lang=zh&return=https://evil.example/", "/", "tb_lang=zh"},
	} {
		w := s.do(http.MethodGet, "/preferences?"+tt.query)
		if w.Code != 303 || w.Header().Get("Location") != tt.location || !strings.Contains(fmt.Sprint(w.Result().Cookies()), tt.cookie) {
			t.Errorf("%s: %d to %q with %v, want %q and %s", tt.query, w.Code, w.Header().Get("Location"), w.Result().Cookies(), tt.location, tt.cookie)
		}
	}
	if body := s.do(http.MethodGet, "/", cookie("tb_elder", "1")).Body.String(); !strings.Contains(body, `data-size="large"`) || !strings.Contains(body, "elder=0") {
		t.Error("the large mode does not hold on the next page")
	}
}

func TestNotice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.do(http.MethodPost, "/apply/d1", cookie("as", "p"))
	if w.Code != 303 || w.Header().Get("Location") != "/me/x" {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	next := s.do(http.MethodGet, "/me/x", carry(w), cookie("as", "p"))
	if !strings.Contains(next.Body.String(), "govuk-notification-banner--success") {
		t.Error("the next page does not show the notice")
	}
	if !strings.Contains(next.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Error("the notice would be shown twice")
	}
	for _, c := range w.Result().Cookies() {
		forged := s.do(http.MethodGet, "/me/x", cookie(c.Name, "x"+c.Value), cookie("as", "p"))
		if strings.Contains(forged.Body.String(), "govuk-notification-banner") {
			t.Error("a forged notice is shown")
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	h := s.do(http.MethodGet, "/services/x").Header()
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "private, no-cache", "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"} {
		if h.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, h.Get(name), want)
		}
	}
	if got := s.do(http.MethodGet, "/me/x", cookie("as", "p")).Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("a page of a person's own may be stored: %q", got)
	}
	inline := regexp.MustCompile(`(?i)<script>|<style|\sstyle=|\son[a-z]+=`)
	if found := inline.FindString(s.do(http.MethodGet, "/services/x").Body.String()); found != "" {
		t.Errorf("the frame holds %q, which the policy refuses", found)
	}
	if w := s.do(http.MethodPost, "/apply/d1", cookie("as", "p"), header("Sec-Fetch-Site", "cross-site")); w.Code != 403 {
		t.Errorf("a form of another site: status %d, want 403", w.Code)
	}
	big := func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("a=" + strings.Repeat("x", 2<<20))) }
	if w := s.do(http.MethodPost, "/apply/d1", cookie("as", "p"), big); w.Code != 413 {
		t.Errorf("a form of 2 MB: status %d, want 413", w.Code)
	}
}

func TestLogHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do(http.MethodGet, "/services/secret-token?id=990100198803081125", cookie("as", "p"))
	line := s.log.String()
	if strings.Contains(line, "secret-token") || strings.Contains(line, "990100") || strings.Contains(line, "王") || !strings.Contains(line, `route="GET /services/{id}"`) {
		t.Errorf("log line: %s", line)
	}
}

// TestPagesDoNotMix: pages are written into buffers that are used again; one person's page must never
// hold a piece of another's.
func TestPagesDoNotMix(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 50 {
				id := fmt.Sprintf("only-%d-%d", n, i)
				w := s.do(http.MethodGet, "/services/"+id, header("Accept-Encoding", "gzip"))
				z, err := gzip.NewReader(w.Body)
				if err != nil {
					t.Errorf("not compressed: %v", err)
					return
				}
				body, err := io.ReadAll(z)
				if err != nil {
					t.Error(err)
					return
				}
				if strings.Count(string(body), "<!doctype html>") != 1 || strings.Count(string(body), "<p>only-") != 1 || !strings.Contains(string(body), id) {
					t.Errorf("page %s is mixed with another", id)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestAssets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if w := s.do(http.MethodGet, "/static/../manifest.json"); w.Code == 200 {
		t.Error("a file outside of static is served")
	}
	if !ui.Built() {
		t.Skip("skipped: the front-end is not built; run make front to test how its files are served")
	}
	css := ui.Asset("citizen.css")
	w := s.do(http.MethodGet, css, header("Accept-Encoding", "br, gzip"))
	h := w.Header()
	if w.Code != 200 || h.Get("Content-Encoding") != "br" || !strings.Contains(h.Get("Cache-Control"), "immutable") || !strings.HasPrefix(h.Get("Content-Type"), "text/css") {
		t.Errorf("%s: %d %v", css, w.Code, h)
	}
	if n := w.Body.Len(); n > 17<<10 {
		t.Errorf("the style sheet for the public is %d bytes compressed, more than 17 KB", n)
	}
	dir := filepath.Join(t.TempDir(), "cache")
	fonts, err := ui.Fonts(dir)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // unpacked, and found
		if font, err := fs.Stat(fonts, ui.FontFile); err != nil || font.Size() < 10<<20 {
			t.Errorf("the typeface: %v, %v", font, err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("unpacking left %v, %v", left, err)
	}
}

func BenchmarkPage(b *testing.B) {
	for _, coding := range []string{"identity", "gzip"} {
		b.Run("coding="+coding, func(b *testing.B) {
			s := newSite(b)
			r := httptest.NewRequest(http.MethodGet, "/services/x", nil).WithContext(context.Background())
			r.Header.Set("Accept-Encoding", coding)
			b.ReportAllocs()
			for b.Loop() {
				s.log.Reset()
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r.Clone(r.Context()))
			}
		})
	}
}
