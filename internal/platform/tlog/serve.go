package tlog

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
)

// Handler serves the log as c2sp.org/tlog-tiles describes it, under the prefix that its origin names:
// /checkpoint, /tile/<L>/<N>[.p/<W>] and /tile/entries/<N>[.p/<W>]. Everything it serves is public.
func (l *Log) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /checkpoint", l.serveCheckpoint)
	mux.HandleFunc("GET /tile/", l.serveTile)
	return mux
}

func (l *Log) serveCheckpoint(w http.ResponseWriter, r *http.Request) {
	b, err := l.Checkpoint(r.Context())
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(b) // whoever asked has gone; there is nobody to tell
}

func (l *Log) serveTile(w http.ResponseWriter, r *http.Request) {
	at, width, ok := parseTilePath(strings.TrimPrefix(r.URL.Path, "/"))
	if !ok {
		refuse(w, errNoTile)
		return
	}
	b, err := l.cut(r.Context(), at, width)
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(b) // as above
}

func refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Cache-Control", "no-store")
	status := http.StatusInternalServerError
	if fault.Is(err, fault.NotFound) {
		status = http.StatusNotFound
	}
	http.Error(w, http.StatusText(status), status)
}

// tilePath is the path under which the first width hashes or leaves of a tile are served.
func tilePath(at coordinate, width int) string {
	n := fmt.Sprintf("%03d", at.index%1000)
	for i := at.index / 1000; i > 0; i /= 1000 {
		n = fmt.Sprintf("x%03d/%s", i%1000, n)
	}
	level := "entries"
	if at.level != bundles {
		level = strconv.FormatInt(at.level, 10)
	}
	path := "tile/" + level + "/" + n
	if width != tileWidth {
		path += ".p/" + strconv.Itoa(width)
	}
	return path
}

// parseTilePath reads a path that tilePath has written, and no other.
func parseTilePath(path string) (at coordinate, width int, ok bool) {
	rest, found := strings.CutPrefix(path, "tile/")
	if !found || len(path) > 100 {
		return at, 0, false
	}
	level, rest, _ := strings.Cut(rest, "/")
	at.level = bundles
	if level != "entries" {
		n, err := strconv.ParseUint(level, 10, 6) // 0 to 63
		if err != nil {
			return at, 0, false
		}
		at.level = int64(n)
	}
	width = tileWidth
	n, partial, found := strings.Cut(rest, ".p/")
	if found {
		w, err := strconv.ParseUint(partial, 10, 8) // 0 to 255
		if err != nil {
			return at, 0, false
		}
		width = int(w)
	}
	index, err := strconv.ParseInt(strings.NewReplacer("x", "", "/", "").Replace(n), 10, 64)
	if err != nil || index < 0 || width == 0 {
		return at, 0, false
	}
	at.index = index
	return at, width, tilePath(at, width) == path
}
