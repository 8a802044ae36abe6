package ui

import (
	"net/http"
	"strings"
)

// HandlerFunc answers one request, or says what went wrong; the kit turns what went wrong into a page.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Mux routes requests to the handlers of the rooms.
type Mux struct {
	kit    *Kit
	mux    *http.ServeMux
	limits map[string]int64
}

// Mux makes an empty mux of the kit.
func (k *Kit) Mux() *Mux { return &Mux{kit: k, mux: http.NewServeMux(), limits: map[string]int64{}} }

// Handle registers a page: "GET /services/{id}". A GET page answers HEAD too.
func (m *Mux) Handle(pattern string, h HandlerFunc) {
	m.Raw(pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			m.kit.fail(w, r, err)
		}
	}))
}

// Upload registers a page that takes files: its body may have max bytes instead of the usual limit.
func (m *Mux) Upload(pattern string, max int64, h HandlerFunc) {
	m.limits[pattern] = max
	m.Handle(pattern, h)
}

// Raw registers a handler that writes its own answers, such as an API or a file.
func (m *Mux) Raw(pattern string, h http.Handler) {
	m.mux.Handle(pattern, h)
}

// match finds the handler for a request, its pattern, and the most bytes that its body may have.
func (m *Mux) match(r *http.Request) (http.Handler, string, int64) {
	h, pattern := m.mux.Handler(r)
	if max, ok := m.limits[pattern]; ok {
		return h, pattern, max
	}
	return h, pattern, bodyLimit
}

// bodyLimit is for a form without files: the longest form of the catalogue, with every text at its
// greatest length, stays below a fifth of it.
const bodyLimit = 1 << 20

// refused runs the mux's own answer for a request that no handler takes and returns its status: 404,
// 405, or a redirect to the clean path.
func refused(h http.Handler, r *http.Request) (int, http.Header) {
	w := &discard{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(w, r)
	return w.status, w.header
}

type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// clean removes the slash at the end of a path, so that every page has one address.
func clean(path string) (string, bool) {
	if path == "/" || !strings.HasSuffix(path, "/") {
		return path, false
	}
	return "/" + strings.Trim(path, "/"), true
}
