package signin_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tongban/internal/testkit/rig"
)

// browser keeps cookies as a browser does.
type browser struct {
	r       *rig.Rig
	cookies map[string]string
}

func (b *browser) send(method, path string, form url.Values) (int, string, string) {
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.r.Handler().ServeHTTP(w, req)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return w.Code, w.Header().Get("Location"), html.UnescapeString(w.Body.String())
}

func (b *browser) signIn(t *testing.T, back string) (to string) {
	t.Helper()
	code, to, body := b.send(http.MethodPost, "/login", url.Values{"login": {"wang"}, "password": {rig.Password}, "return": {back}})
	if code != http.StatusSeeOther {
		t.Fatalf("wang signs in with %d: %s", code, body)
	}
	return to
}

// TestActing: whom she acts for is asked once, and not lost with a session that ran out.
func TestActing(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	b := &browser{r, map[string]string{}}
	b.signIn(t, "")

	t.Run("asks for a business where one is needed", func(t *testing.T) {
		_, _, body := b.send(http.MethodGet, "/switch?need=business&return=/checklists/x", nil)
		if !strings.Contains(body, `value="ma" checked`) {
			t.Errorf("the only business is not proposed: %s", body)
		}
		code, to, _ := b.send(http.MethodPost, "/switch", url.Values{"subject": {"ma"}, "return": {"/checklists/x"}})
		if code != http.StatusSeeOther || to != "/checklists/x" {
			t.Errorf("choosing it gives %d to %q", code, to)
		}
		if code, to, _ = b.send(http.MethodGet, "/switch?need=business&return=/checklists/x", nil); code != http.StatusSeeOther || to != "/checklists/x" {
			t.Errorf("it is asked again: %d to %q", code, to)
		}
	})

	wang := r.For("wang", rig.Xinyuan)
	d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
	path := "/apply/" + d.ID + "/form/shop"
	form := url.Values{"phone": {"13900000009"}, "area": {"120"}, "premises": {"示范市中心区美食街 12 号"}}

	t.Run("goes on for the business after its session ran out", func(t *testing.T) {
		delete(b.cookies, "session")
		code, to, _ := b.send(http.MethodPost, path, form)
		if code != http.StatusSeeOther || to != "/login?return=%2Fkept" {
			t.Fatalf("without a session she gets %d to %q", code, to)
		}
		if to := b.signIn(t, "/kept"); to != "/kept" {
			t.Fatalf("signing in leads to %q", to)
		}
		if _, _, body := b.send(http.MethodGet, "/kept", nil); !strings.Contains(body, `action="`+path+`"`) || !strings.Contains(body, "13900000009") {
			t.Fatalf("what she typed is not there: %s", body)
		}
		if code, _, body := b.send(http.MethodPost, path, form); code != http.StatusSeeOther {
			t.Fatalf("sending it again gives %d: %s", code, body)
		}
		if got := rig.Must(r.Application.Read(r.Ctx(), wang, d.ID))(r).Values["phone"].Value.Value; got != "13900000009" {
			t.Errorf("%q is saved", got)
		}
	})
	t.Run("begins as herself after she signed out", func(t *testing.T) {
		b.send(http.MethodPost, "/logout", nil)
		b.signIn(t, path)
		if code, _, _ := b.send(http.MethodGet, path, nil); code != http.StatusNotFound {
			t.Errorf("as herself she opens the draft of the business: %d", code)
		}
	})
}
