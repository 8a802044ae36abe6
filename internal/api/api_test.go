package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tongban/internal/api"
	"tongban/internal/app"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/testkit/dbtest"
	"tongban/internal/web/ui/text"
)

const (
	xinyuan = "91990100DEM1000150" // the business that Wang owns
	city    = "../../jurisdictions/shifan"
)

// house is a whole city with an API in front, on one engine.
type house struct {
	*app.App
	api *api.API
	now *time.Time
}

func say(l lang.Lang, code string, values map[string]string) (string, bool) {
	return text.In(l).Fault(&fault.Error{Code: code, Args: values})
}

func config(a *app.App) api.Config {
	return api.Config{
		City: a.City, Store: a.Store, Gate: a.Gate, Identity: a.Identity, Mandate: a.Mandate, Application: a.Application, Casework: a.Casework,
		Credentials: a.Credentials, Registry: a.Registry, Notice: a.Notice, Feedback: a.Feedback, Life: a.Life, Audit: a.Audit, Blobs: a.Blobs, Say: say,
		Origin: a.Origin, Now: a.Now, Log: a.Log,
	}
}

// open opens a city whose clock stands still until the test moves it.
func open(t *testing.T, database string) *house {
	t.Helper()
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	h := &house{now: &now}
	var err error
	h.App, err = app.Open(context.Background(), app.Config{
		Data: t.TempDir(), Jurisdiction: city, Database: database, Demo: true, Listen: "127.0.0.1:0", Now: func() time.Time { return *h.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := h.Store.Migrate(context.Background(), migration); err != nil {
		t.Fatal(err)
	}
	if h.api, err = api.New(config(h.App)); err != nil {
		t.Fatal(err)
	}
	return h
}

// each runs fn on both engines.
func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, open(t, "")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); fn(t, open(t, dbtest.URL(t))) })
}

// token issues a token for an account, perhaps acting for a business.
func (h *house) token(t *testing.T, login, subject string, scopes ...string) string {
	t.Helper()
	account, err := h.Identity.ByLogin(context.Background(), login)
	if err != nil {
		t.Fatal(err)
	}
	by := account.Actor()
	if subject != "" {
		by.Subject = subject
	}
	if len(scopes) == 0 {
		scopes = api.Scopes()
	}
	token, err := h.Identity.Token(context.Background(), by, scopes, h.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// answer is what came back.
type answer struct {
	*http.Response
	text []byte
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.text, v); err != nil {
		t.Fatalf("%s %s: %v\n%s", a.Request.Method, a.Request.URL, err, a.text)
	}
}

func (a answer) problem(t *testing.T) api.Problem {
	t.Helper()
	var p api.Problem
	a.into(t, &p)
	return p
}

// ask sends a request; body is sent as JSON unless it is an io.Reader. Headers are pairs.
func (h *house) ask(t *testing.T, method, path, token string, body any, headers ...string) answer {
	t.Helper()
	var in io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case io.Reader:
		in = b
	case string:
		in, kind = strings.NewReader(b), "application/json"
	default:
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		in, kind = bytes.NewReader(text), "application/json"
	}
	r := httptest.NewRequest(method, path, in)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, r)
	out := answer{w.Result(), w.Body.Bytes()}
	out.Request = r
	return out
}

// want sends a request whose status is known beforehand.
func (h *house) want(t *testing.T, status int, method, path, token string, body any, headers ...string) answer {
	t.Helper()
	a := h.ask(t, method, api.Prefix+path, token, body, headers...)
	if a.StatusCode != status {
		t.Fatalf("%s %s = %d, want %d\n%s", method, path, a.StatusCode, status, a.text)
	}
	return a
}

var restaurant = map[string]string{
	"licence": "normal", "prepack": "false", "raw": "true", "area": "180", "public": "true", "commit": "true", "sign": "true", "tobacco": "true",
}

// draft opens a draft of the restaurant service.
func (h *house) draft(t *testing.T, token string) api.Draft {
	t.Helper()
	var check, list api.Check
	h.want(t, 201, "POST", "/checks", "", map[string]any{"service": "open-a-restaurant", "answers": restaurant}).into(t, &check)
	h.want(t, 201, "POST", "/checklists", "", map[string]any{"check": check.ID}).into(t, &list)
	var d api.Draft
	h.want(t, 201, "POST", "/drafts", token, map[string]any{"checklist": list.ID}).into(t, &d)
	return d
}
