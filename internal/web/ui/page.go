package ui

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"
)

// Page is everything that the frame must be told; Body is the page itself.
type Page struct {
	Title   string          // what the h1 says; the first words of the browser's title
	Section string          // the part of the site, between title and site name in the browser's title
	Nav     string          // id of the entry of the service navigation that is marked
	Back    Link            // the page before, in a flow or for depth 2
	Crumbs  []Link          // for depth 3 and more; the last one is the page itself
	Hero    templ.Component // across the whole width, above the page: home only
	Body    templ.Component
	Staff   bool // a page for staff: dense, without help block; set by itself below /desk and the like
	Wrong   bool // the form on it was wrong: the browser's title begins with the word for error
	NoIndex bool // never to be found by search engines; set by itself behind a sign-in
	Refresh int  // seconds after which the page is fetched again: long work in progress
}

// Link is a text that leads somewhere.
type Link struct{ Text, Href string }

var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	zippers = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return z }}
)

// borrow takes an empty buffer: it is emptied here and not when it comes back, because one that was
// forgotten there would show one person's page to another.
func borrow() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func giveBack(b *bytes.Buffer) {
	if b.Cap() < 1<<20 { // one huge page must not stay in memory for ever
		buffers.Put(b)
	}
}

// small is the size below which compressing costs more than it saves.
const small = 1 << 10

// Render writes the page with the status. The page is complete before the first byte leaves, so that a
// template that fails becomes an error page and never half a page.
func (u *Request) Render(w http.ResponseWriter, r *http.Request, status int, p Page) error {
	b := borrow()
	defer giveBack(b)
	if !p.Staff {
		p.Staff = staff(u.At)
	}
	if p.NoIndex = p.NoIndex || private(u.At); p.NoIndex {
		w.Header().Set("X-Robots-Tag", "noindex")
	}
	if u.flash != nil {
		u.kit.clearFlash(w)
	}
	if err := u.frame(p).Render(r.Context(), b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(u.Lang))
	if u.SignedIn() || private(u.At) {
		h.Set("Cache-Control", "no-store")
	} else {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Add("Vary", "Cookie")
	return send(w, r, status, b.Bytes())
}

// send writes a body, compressed when the reader takes that and it is worth it.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if len(body) > small && accepts(r, "gzip") {
		zipped := borrow()
		defer giveBack(zipped)
		z := zippers.Get().(*gzip.Writer)
		z.Reset(zipped)
		defer zippers.Put(z)
		if _, err := z.Write(body); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		body = zipped.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		// The reader has gone away when this fails; nobody is left to tell.
		_, _ = w.Write(body)
	}
	return nil
}

func accepts(r *http.Request, coding string) bool {
	for one := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(one), ";")
		if name == coding {
			return strings.ReplaceAll(quality, " ", "") != "q=0"
		}
	}
	return false
}

func staff(path string) bool {
	for _, tree := range desk {
		if path == tree || strings.HasPrefix(path, tree+"/") {
			return true
		}
	}
	return false
}

// Download answers with a file that the browser keeps under a name.
func Download(w http.ResponseWriter, mime, name string, content []byte) error {
	h := w.Header()
	h.Set("Content-Type", mime)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, err := w.Write(content)
	return err
}
