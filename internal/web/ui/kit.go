package ui

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/identity"
	"tongban/internal/web/ui/text"
)

// Config is what a Kit needs from the house.
type Config struct {
	Site   Site
	Who    func(r *http.Request) (identity.Actor, error)       // nil: nobody can sign in
	Acting func(ctx context.Context, by identity.Actor) string // name of the business acted for, "" for oneself
	Nav    func(u *Request) []Entry                            // nil: DefaultNav
	Mac    func(purpose string, b []byte) []byte               // keyed hash, from platform/keys
	Now    func() time.Time
	Log    *slog.Logger
	Secure bool // the site is reached over HTTPS: cookies and HSTS say so
}

// Site is what a deployer says of itself; it comes from the jurisdiction's files.
type Site struct {
	Name    lang.Text   // 示范市政务服务平台
	Region  lang.Text   // 示范市
	Host    lang.Text   // 主办单位
	Place   lang.Text   // where the nearest counter is, in a sentence
	Phone   string      // 12345 when empty
	Codes   []lang.Text // site code, ICP and police record numbers; empty in samples
	Emblem  string      // path of the deployer's own mark; we ship none
	Notice  lang.Text   // said on every page, such as that this is a demonstration
	Offices string      // path of the list of counters, if there is one
}

func (s *Site) phone() string {
	if s.Phone == "" {
		return "12345"
	}
	return s.Phone
}

// Entry is one entry of the service navigation.
type Entry struct{ ID, Text, Href string }

// Kit serves pages: one for the whole site.
type Kit struct {
	site   Site
	who    func(r *http.Request) (identity.Actor, error)
	acting func(ctx context.Context, by identity.Actor) string
	nav    func(u *Request) []Entry
	mac    func(purpose string, b []byte) []byte
	now    func() time.Time
	log    *slog.Logger
	secure bool
	cross  *http.CrossOriginProtection
}

// New makes the kit and says in the log when the binary was built without the front-end.
func New(c Config) *Kit {
	k := &Kit{
		site: c.Site, who: c.Who, acting: c.Acting, nav: c.Nav, mac: c.Mac, now: c.Now, log: c.Log, secure: c.Secure,
		cross: http.NewCrossOriginProtection(),
	}
	if k.nav == nil {
		k.nav = DefaultNav
	}
	if k.log == nil {
		k.log = slog.New(slog.DiscardHandler)
	}
	if !Built() {
		k.log.Warn("pages are served as plain HTML: this binary was built without the front-end; run make front and build again")
	}
	return k
}

// Handler serves the mux with everything that holds for every request: language, actor, headers that
// keep a page safe, limits, error pages and one line in the log.
func (k *Kit) Handler(m *Mux) http.Handler {
	m.Handle("GET /preferences", k.preferences)
	m.Handle("GET /kept", k.kept)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { k.serve(m, w, r) })
}

func (k *Kit) serve(m *Mux, rw http.ResponseWriter, r *http.Request) {
	start := k.now()
	w := &watched{ResponseWriter: rw}
	u := &Request{Printer: text.In(lang.ZH), At: r.URL.Path, ID: requestID(), query: r.URL.RawQuery, site: &k.site, kit: k}
	route := "-"
	defer func() {
		if v := recover(); v != nil {
			if v == http.ErrAbortHandler {
				panic(v)
			}
			k.log.Error("page panicked", "request", u.ID, "route", route, "panic", v, "stack", stack())
			if w.status == 0 {
				k.broken(w, u.with(r))
			}
		}
		// The route stands for the path, and the query is left out: either may name a person.
		k.log.Info("request", "id", u.ID, "method", r.Method, "route", route, "status", w.status, "bytes", w.bytes, "took", k.now().Sub(start), "by", string(u.Actor.Kind))
	}()
	k.headers(w.Header())

	if name, ok := strings.CutPrefix(r.URL.Path, staticPath); ok {
		route = staticPath
		serveAsset(w, r, name)
		return
	}
	if k.language(w, r, u) {
		return
	}
	r2 := u.with(r)
	r2.URL.Path, r2.URL.RawPath = u.At, ""
	if path, dirty := clean(u.At); dirty {
		http.Redirect(w, r2, u.Path(path)+question(u.query), http.StatusMovedPermanently)
		return
	}
	h, pattern, limit := m.match(r2)
	if pattern == "" {
		k.unrouted(w, r2, h)
		return
	}
	route = pattern
	if err := k.cross.Check(r2); err != nil {
		_ = k.sorry(w, r2, http.StatusForbidden, "error.cross-origin", nil)
		return
	}
	r2.Body = http.MaxBytesReader(w, r2.Body, limit)
	if err := k.identify(r2, u); err != nil {
		k.fail(w, r2, err)
		return
	}
	m.mux.ServeHTTP(w, r2)
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
}

// broken answers after a panic. If even the error page panics, a bare sentence is better than a closed
// connection.
func (k *Kit) broken(w *watched, r *http.Request) {
	defer func() {
		if v := recover(); v != nil {
			k.log.Error("error page panicked", "request", From(r).ID, "panic", v)
			if w.status == 0 {
				http.Error(w, From(r).ID, http.StatusInternalServerError)
			}
		}
	}()
	k.try(k.sorry(w, r, http.StatusInternalServerError, "", nil))
}

// language decides the language of the page: public pages say it in their address, pages behind a
// sign-in by a cookie. It reports whether it has answered the request.
func (k *Kit) language(w http.ResponseWriter, r *http.Request, u *Request) bool {
	rest, english := strings.CutPrefix(r.URL.Path, "/en")
	english = english && (rest == "" || rest[0] == '/')
	if english {
		if rest == "" {
			rest = "/"
		}
		u.At, u.Lang, u.prefix = rest, lang.EN, "/en"
		if private(rest) && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			http.SetCookie(w, k.cookie(langCookie, "en", year))
			http.Redirect(w, r, rest+question(u.query), http.StatusSeeOther)
			return true
		}
	} else if private(u.At) && cookieValue(r, langCookie) == "en" {
		u.Lang = lang.EN
	}
	u.Elder = cookieValue(r, elderCookie) == "1"
	u.Theme = cookieValue(r, themeCookie)
	u.flash = k.flashOf(r)
	return false
}

func (k *Kit) identify(r *http.Request, u *Request) error {
	u.Actor = identity.Actor{Kind: identity.Nobody}
	if k.who == nil {
		return nil
	}
	actor, err := k.who(r)
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
		return nil // an old or unknown session is nobody
	}
	if err != nil {
		return err
	}
	if actor.Kind != "" {
		u.Actor = actor
	}
	if k.acting != nil && actor.Kind == identity.Person {
		u.acts = k.acting(r.Context(), actor)
	}
	return nil
}

// unrouted answers what no handler takes: a redirect of the mux's own, or a page that says so.
func (k *Kit) unrouted(w http.ResponseWriter, r *http.Request, h http.Handler) {
	status, header := refused(h, r)
	if allow := header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	if status == http.StatusMethodNotAllowed {
		_ = k.sorry(w, r, status, "", nil)
		return
	}
	_ = k.sorry(w, r, http.StatusNotFound, "", nil)
}

// headers are sent with every answer. The policy allows nothing that is not a file of ours, so that a
// hole in a template does not become a script in a person's browser.
func (k *Kit) headers(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()")
	if k.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

const (
	langCookie  = "tb_lang"
	elderCookie = "tb_elder"
	themeCookie = "tb_theme"
	year        = 365 * 24 * 60 * 60
)

// preferences sets how a person wants to read and comes back. It is a link, so that it works in every
// browser; what it changes is this browser and nothing official.
func (k *Kit) preferences(w http.ResponseWriter, r *http.Request) error {
	u, q := From(r), r.URL.Query()
	back := u.Return(q.Get("return"), "/")
	switch q.Get("lang") {
	case "en":
		http.SetCookie(w, k.cookie(langCookie, "en", year))
		back = to(lang.EN, back)
	case "zh":
		http.SetCookie(w, k.cookie(langCookie, "zh", year))
		back = to(lang.ZH, back)
	}
	switch q.Get("elder") {
	case "1":
		http.SetCookie(w, k.cookie(elderCookie, "1", year))
	case "0":
		http.SetCookie(w, k.cookie(elderCookie, "", -1))
	}
	switch theme := q.Get("theme"); theme {
	case "auto", "light", "dark":
		http.SetCookie(w, k.cookie(themeCookie, theme, year))
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

// to rewrites a path of this site for a language.
func to(l lang.Lang, path string) string {
	if rest, ok := strings.CutPrefix(path, "/en"); ok && (rest == "" || rest[0] == '/' || rest[0] == '?') {
		path = rest
		if path == "" || path[0] == '?' {
			path = "/" + path
		}
	}
	u := Request{Printer: text.In(l)}
	return u.Path(path)
}

// watched remembers what was answered, for the log.
type watched struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// requestID names a request in the log and, after a fault, to the person who reports it; so it has no
// letters that are mistaken for digits.
func requestID() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand aborts the program instead
	return readable.EncodeToString(b[:])
}

var readable = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

func cookieValue(r *http.Request, name string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

func question(query string) string {
	if query == "" {
		return ""
	}
	return "?" + query
}
