package telemetry

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMeter(t *testing.T) {
	m := New()
	m.Gauge("tongban_waiting", "Waiting.", func(context.Context) (float64, error) { return 7, nil })
	m.Gauge("tongban_broken", "Broken.", func(context.Context) (float64, error) { return 0, errors.New("down") })
	h := m.Count(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodGet, "/me/990100198803081125?name=王", nil), httptest.NewRequest(http.MethodGet, "/none", nil), httptest.NewRequest("PROPFIND", "/", nil),
	} {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	body := w.Body.String()
	for _, want := range []string{
		`tongban_requests_total{method="GET",status="200"} 1`, `tongban_requests_total{method="GET",status="404"} 1`,
		`tongban_requests_total{method="other",status="200"} 1`, "tongban_waiting 7",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics lack %q", want)
		}
	}
	for _, no := range []string{"990100", "王", "PROPFIND", "tongban_broken"} {
		if strings.Contains(body, no) {
			t.Errorf("metrics hold %q", no)
		}
	}
}
