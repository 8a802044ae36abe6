package ui

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"tongban/internal/platform/lang"
	"tongban/internal/security/identity"
	"tongban/internal/web/ui/text"
)

// Request is what a page knows of who asks and how: language, actor, modes and where she is.
type Request struct {
	text.Printer
	Actor identity.Actor
	Elder bool   // 长辈版: large type, one task at a time
	Theme string // what she chose for staff pages: auto, light, dark or ""
	At    string // the path without its language prefix
	ID    string // names this request in the log

	query  string
	prefix string // "/en" on English public pages
	site   *Site
	kit    *Kit
	flash  *Flash
	acts   string // name of the business acted for
}

type requestKey struct{}

// From returns the request of a page. It is there for every handler that a Kit serves.
func From(r *http.Request) *Request {
	u, ok := r.Context().Value(requestKey{}).(*Request)
	if !ok {
		panic("ui: a handler was called outside of its kit")
	}
	return u
}

// with puts u where From finds it.
func (u *Request) with(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, u))
}

// SignedIn reports whether somebody has signed in.
func (u *Request) SignedIn() bool {
	return u.Actor.Kind == identity.Person || u.Actor.Kind == identity.Officer
}

// Path returns a path of this site in the language of the page: English public pages stay under /en,
// pages behind a sign-in have one address in every language.
func (u *Request) Path(path string) string {
	if u.Lang == lang.EN && strings.HasPrefix(path, "/") && !private(path) {
		if path == "/" {
			return "/en"
		}
		return "/en" + path
	}
	return path
}

// Here is the path of this page, with its query, as Path writes it.
func (u *Request) Here() string {
	here := u.Path(u.At)
	if u.query != "" {
		here += "?" + u.query
	}
	return here
}

// Return is where a flow was told to go back to, from the "return" value of a query or form; fallback
// when it names no page of this site.
func (u *Request) Return(value, fallback string) string {
	if local(value) {
		return value
	}
	return fallback
}

// local reports whether a path leads to this site. "//host" and "/\host" lead elsewhere in browsers.
func local(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return false
	}
	to, err := url.Parse(path)
	return err == nil && to.Host == "" && to.Scheme == ""
}

// behind lists the trees of pages that need a sign-in; their language follows a cookie.
var behind = []string{"/me", "/apply", "/org", "/desk", "/studio", "/data", "/security", "/insight", "/audit", "/admin", "/switch", "/rate"}

func private(path string) bool {
	for _, tree := range behind {
		if rest, ok := strings.CutPrefix(path, tree); ok && (rest == "" || rest[0] == '/' || rest[0] == '?') {
			return true
		}
	}
	return false
}

// desk lists the trees of staff pages.
var desk = []string{"/desk", "/studio", "/data", "/security", "/insight", "/audit", "/admin"}

// preference returns the path that sets a preference and comes back to this page.
func (u *Request) preference(name, value string) string {
	return "/preferences?" + name + "=" + value + "&return=" + url.QueryEscape(u.Here())
}

// inLanguage is this page's address in another language, for hreflang.
func (u *Request) inLanguage(l lang.Lang) string {
	other := *u
	other.Lang = l
	return other.Path(u.At)
}

// Mark stands for a value in a cookie: only we can make it, and it does not tell the value.
func (u *Request) Mark(purpose, value string) string {
	return base64.RawURLEncoding.EncodeToString(u.kit.mac(purpose, []byte(value)))
}

// Notice leaves a message for the page that a redirect leads to; args are values for the text.
func (u *Request) Notice(w http.ResponseWriter, key string, args ...string) {
	u.kit.setFlash(w, Flash{Key: key, Args: args, Good: true})
}

// Warn is Notice for what did not go as wished.
func (u *Request) Warn(w http.ResponseWriter, key string, args ...string) {
	u.kit.setFlash(w, Flash{Key: key, Args: args})
}

// See redirects to another page of this site after a POST, in the language of this page.
func (u *Request) See(w http.ResponseWriter, r *http.Request, path string) error {
	if !local(path) {
		path = "/"
	}
	if !strings.HasPrefix(path, "/en/") && path != "/en" {
		path = u.Path(path)
	}
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
