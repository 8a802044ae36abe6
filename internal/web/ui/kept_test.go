package ui_test

import (
	"net/http"
	"net/url"
	"testing"

	"tongban/internal/platform/fault"
	"tongban/internal/web/ui"
)

// A session that ran out leaves no cookie, and to nobody every private thing is unknown. She is to sign in,
// with her work kept, and not to read that her application does not exist.
func TestNobodySignsInBeforeAnythingIsUnknown(t *testing.T) {
	t.Parallel()
	s, nobody := newSite(t), func(*http.Request) {}
	unknown := func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.NotFound, "error.draft.not-found")
	}
	s.mux.Handle("GET /apply/{id}/form/{part}", ui.HandlerFunc(unknown))
	s.mux.Handle("POST /apply/{id}/form/{part}", ui.HandlerFunc(unknown))
	s.mux.Handle("GET /checklists/{id}", ui.HandlerFunc(unknown))

	for _, tt := range []struct {
		name, method, path string
		with               func(*http.Request)
		status             int
		to                 string
	}{
		{"a page of hers", http.MethodGet, "/apply/d1/form/shop", nobody, 303, "/login?return=" + url.QueryEscape("/apply/d1/form/shop")},
		{"what she posted", http.MethodPost, "/apply/d1/form/shop", nobody, 303, "/login?return=%2Fkept"},
		{"a page of somebody else's", http.MethodGet, "/apply/d1/form/shop", cookie("as", "p"), 404, ""},
		{"a public page", http.MethodGet, "/checklists/c1", nobody, 404, ""},
	} {
		if w := s.do(tt.method, tt.path, tt.with); w.Code != tt.status || w.Header().Get("Location") != tt.to {
			t.Errorf("%s: %d to %q, want %d to %q", tt.name, w.Code, w.Header().Get("Location"), tt.status, tt.to)
		}
	}
}
