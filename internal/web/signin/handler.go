package signin

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/identity"
	"tongban/internal/security/mandate"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

// Cookie is the name of the session cookie.
const Cookie = "session"

// Who acts for a business and loses her session goes on for it when she signs in again. The cookie names the
// business to us alone; whether she still may act for it is asked anew.
const (
	actingCookie = "tb_acting"
	actingKept   = 24 * time.Hour
)

// Handler serves signing in and out and acting for another.
type Handler struct {
	Identity *identity.Service
	Mandate  *mandate.Service
	Secure   bool
	Now      func() time.Time
	Demo     []Sign // demonstration sign-ins to offer; none outside of a demonstration

	names names
}

// Sign is a demonstration sign-in.
type Sign struct {
	Login, Name string
	Who         lang.Text // why one would choose it
	Staff       bool
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /login", h.login)
	m.Handle("POST /login", h.signIn)
	m.Handle("POST /logout", h.signOut)
	m.Handle("GET /switch", h.choose)
	m.Handle("POST /switch", h.act)
	m.Handle("GET /me/security", h.security)
	m.Handle("POST /me/security/others", h.endOthers)
	m.Handle("POST /login/passkey", h.beginPasskey)
	m.Handle("POST /login/passkey/{ceremony}", h.passkey)
	m.Handle("POST /me/security/passkeys", h.beginAdd)
	m.Handle("POST /me/security/passkeys/{ceremony}", h.add)
}

// Who finds the actor of a request by its session cookie.
func (h *Handler) Who(r *http.Request) (identity.Actor, error) {
	c, err := r.Cookie(Cookie)
	if err != nil {
		return identity.Actor{Kind: identity.Nobody}, nil
	}
	return h.Identity.Actor(r.Context(), c.Value)
}

func (h *Handler) keep(w http.ResponseWriter, s identity.Session) {
	http.SetCookie(w, &http.Cookie{Name: Cookie, Value: s.Cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.Secure, Expires: s.Until})
}

func (h *Handler) drop(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: Cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.Secure, MaxAge: -1})
}

// home is where an account begins.
func home(a identity.Actor) string {
	if a.Kind == identity.Officer {
		return "/desk"
	}
	return "/me"
}

func (h *Handler) login(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if u.SignedIn() {
		return u.See(w, r, u.Return(r.URL.Query().Get("return"), home(u.Actor)))
	}
	return h.show(w, r, http.StatusOK, r.URL.Query().Get("return"), r.URL.Query().Get("as"), "")
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, status int, back, login, wrong string) error {
	u := ui.From(r)
	v := loginView{Request: u, Action: u.Path("/login"), Return: back, Login: login, Wrong: wrong, Passkeys: h.Identity.HasPasskeys()}
	for _, d := range h.Demo {
		line := demoLine{Name: d.Name, Login: d.Login, Who: u.Of(d.Who), Href: u.Path("/login") + "?as=" + d.Login}
		if back != "" {
			line.Href += "&return=" + url.QueryEscape(back)
		}
		if d.Staff {
			v.Staff = append(v.Staff, line)
		} else {
			v.People = append(v.People, line)
		}
	}
	return u.Render(w, r, status, ui.Page{Title: u.T("signin.title"), Back: ui.Link{Href: u.Path("/")}, Wrong: wrong != "", Body: v.body(), NoIndex: true})
}

// from is where a request comes from, for slowing down those who guess.
func from(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (h *Handler) signIn(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	login, password, back := strings.TrimSpace(r.PostFormValue("login")), r.PostFormValue("password"), r.PostFormValue("return")
	if login == "" || password == "" {
		return h.show(w, r, http.StatusUnprocessableEntity, back, login, u.T("signin.empty"))
	}
	s, err := h.Identity.SignIn(r.Context(), login, password, from(r))
	var f *fault.Error
	if errors.As(err, &f) && (f.Kind == fault.Denied || f.Kind == fault.Unavailable) {
		var args []string
		for k, v := range f.Args {
			args = append(args, k, v)
		}
		return h.show(w, r, http.StatusUnprocessableEntity, back, login, u.T(f.Code, args...))
	}
	if err != nil {
		return err
	}
	if err := h.enter(w, r, s); err != nil {
		return err
	}
	return u.See(w, r, u.Return(back, home(s.Actor)))
}

// enter begins a session where she left the one before.
func (h *Handler) enter(w http.ResponseWriter, r *http.Request, s identity.Session) error {
	s, err := h.resume(r, s)
	if err == nil {
		h.keep(w, s)
	}
	return err
}

// resume acts again for whom she acted before.
func (h *Handler) resume(r *http.Request, s identity.Session) (identity.Session, error) {
	was, err := r.Cookie(actingCookie)
	if err != nil || s.Actor.Kind != identity.Person {
		return s, nil
	}
	u := ui.From(r)
	all, err := h.Mandate.For(r.Context(), s.Actor.Self)
	for _, m := range all {
		if was.Value == actingMark(u, s.Actor, m.Subject) {
			return h.Identity.ActFor(r.Context(), s.Cookie, m.Subject, h.Mandate.May)
		}
	}
	return s, err
}

func actingMark(u *ui.Request, by identity.Actor, subject string) string {
	return u.Mark("signin.acting", by.ID+" "+subject)
}

// remember lets the browser know for whom she acts; herself is not remembered.
func (h *Handler) remember(w http.ResponseWriter, mark string) {
	age := int(actingKept.Seconds())
	if mark == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: actingCookie, Value: mark, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.Secure, MaxAge: age})
}

func (h *Handler) signOut(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if c, err := r.Cookie(Cookie); err == nil {
		if err := h.Identity.SignOut(r.Context(), c.Value); err != nil && !fault.Is(err, fault.Denied) {
			return err
		}
	}
	h.drop(w)
	h.remember(w, "")
	u.Notice(w, "signin.out")
	return u.See(w, r, "/")
}

func person(u *ui.Request) error {
	if u.Actor.Kind != identity.Person {
		return fault.New(fault.Denied, "denied")
	}
	return nil
}

// choose asks whom she acts for. Where it must be a business (need), nobody is asked who acts for one.
func (h *Handler) choose(w http.ResponseWriter, r *http.Request) error {
	u, q := ui.From(r), r.URL.Query()
	business := q.Get("need") == "business"
	if business && u.Actor.Subject != u.Actor.Self {
		return u.See(w, r, u.Return(q.Get("return"), "/me"))
	}
	return h.showChoices(w, r, http.StatusOK, q.Get("return"), "", business)
}

func (h *Handler) showChoices(w http.ResponseWriter, r *http.Request, status int, back, wrong string, business bool) error {
	u := ui.From(r)
	if err := person(u); err != nil {
		return err
	}
	all, err := h.Mandate.For(r.Context(), u.Actor.Self)
	if err != nil {
		return err
	}
	v := switchView{Request: u, Action: "/switch", Return: back, Wrong: wrong, Alone: len(all) == 0}
	v.Choices = []gov.Choice{{Value: u.Actor.Self, Text: u.T("switch.self", "name", u.Actor.Name()), Checked: u.Actor.Subject == u.Actor.Self && !business}}
	// The value posted is a number and not an id, so that no id number stands in the page.
	v.Choices[0].Value = "self"
	businesses := 0
	for _, m := range all {
		if m.As != mandate.Guardian {
			businesses++
		}
	}
	for i, m := range all {
		only := business && businesses == 1 && m.As != mandate.Guardian
		v.Choices = append(v.Choices, gov.Choice{
			Value: choice(i), Text: m.Name, Hint: gov.Hint{Text: u.T("switch.role." + string(m.As))}, Checked: m.Subject == u.Actor.Subject || only,
		})
	}
	return u.Render(w, r, status, ui.Page{Title: u.T("switch.title"), Back: ui.Link{Href: "/me"}, Wrong: wrong != "", Body: v.body()})
}

func choice(i int) string { return "m" + string(rune('a'+i)) }

func (h *Handler) act(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if err := person(u); err != nil {
		return err
	}
	all, err := h.Mandate.For(r.Context(), u.Actor.Self)
	if err != nil {
		return err
	}
	subject, chosen := "", r.PostFormValue("subject")
	if chosen == "self" {
		subject = u.Actor.Self
	}
	for i, m := range all {
		if choice(i) == chosen {
			subject = m.Subject
		}
	}
	if subject == "" {
		return h.showChoices(w, r, http.StatusUnprocessableEntity, r.PostFormValue("return"), u.T("switch.choose"), false)
	}
	c, err := r.Cookie(Cookie)
	if err != nil {
		return fault.New(fault.Denied, "signin.ended")
	}
	s, err := h.Identity.ActFor(r.Context(), c.Value, subject, h.Mandate.May)
	if err != nil {
		return err
	}
	h.keep(w, s)
	mark := ""
	if subject != u.Actor.Self {
		mark = actingMark(u, u.Actor, subject)
	}
	h.remember(w, mark)
	return u.See(w, r, u.Return(r.PostFormValue("return"), "/me"))
}

func (h *Handler) security(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if !u.SignedIn() {
		return fault.New(fault.Denied, "denied")
	}
	v := securityView{Request: u, CanAdd: h.Identity.HasPasskeys(), Level: u.T("account.level." + string(rune('0'+int(u.Actor.Level))))}
	keys, err := h.Identity.Passkeys(r.Context(), u.Actor)
	if err != nil {
		return err
	}
	for _, k := range keys {
		v.Passkeys = append(v.Passkeys, gov.Row{Key: gov.Text{Text: k.Name}, Value: gov.Text{Text: u.Moment(k.CreatedAt)}})
	}
	sessions, err := h.Identity.Sessions(r.Context(), u.Actor)
	if err != nil {
		return err
	}
	slices.SortFunc(sessions, func(a, b identity.Session) int { return b.SeenAt.Compare(a.SeenAt) })
	for _, s := range sessions {
		name := u.T("account.session.other")
		if s.ID == u.Actor.Session {
			name = u.T("account.session.this")
		}
		v.Sessions = append(v.Sessions, gov.Row{Key: gov.Text{Text: name}, Value: gov.Text{Text: u.T("account.session.seen", "place", s.Place, "at", u.Moment(s.SeenAt))}})
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("account.title"), Back: ui.Link{Href: home(u.Actor)}, Body: v.body()})
}

func (h *Handler) endOthers(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if err := h.Identity.EndOthers(r.Context(), u.Actor); err != nil {
		return err
	}
	u.Notice(w, "account.sessions.ended")
	return u.See(w, r, "/me/security")
}

// ceremony is the options of a passkey ceremony as the browser wants them.
type ceremony struct {
	ID      string          `json:"id"`
	Options json.RawMessage `json:"options"`
}

func answer(w http.ResponseWriter, c identity.Ceremony) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(ceremony{c.ID, c.Options})
}

const ceremonyLimit = 64 << 10

func (h *Handler) beginPasskey(w http.ResponseWriter, r *http.Request) error {
	c, err := h.Identity.BeginPasskeySignIn(r.Context())
	if err != nil {
		return err
	}
	return answer(w, c)
}

func (h *Handler) passkey(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, ceremonyLimit))
	if err != nil {
		return err
	}
	s, err := h.Identity.SignInByPasskey(r.Context(), r.PathValue("ceremony"), body, from(r))
	if err != nil {
		return err
	}
	if err := h.enter(w, r, s); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"to": home(s.Actor)})
}

func (h *Handler) beginAdd(w http.ResponseWriter, r *http.Request) error {
	c, err := h.Identity.BeginPasskey(r.Context(), ui.From(r).Actor)
	if err != nil {
		return err
	}
	return answer(w, c)
}

func (h *Handler) add(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	body, err := io.ReadAll(io.LimitReader(r.Body, ceremonyLimit))
	if err != nil {
		return err
	}
	if err := h.Identity.AddPasskey(r.Context(), u.Actor, r.PathValue("ceremony"), body, u.T("account.passkey.name")); err != nil {
		return err
	}
	u.Notice(w, "account.passkey.added")
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"to": "/me/security"})
}
