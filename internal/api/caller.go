package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/time/rate"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/ref"
	"tongban/internal/security/identity"
)

// Scope is what a token is for. One that is named without a colon covers all that begin with it.
type Scope string

// The scopes.
const (
	ReadCases     Scope = "read:cases"         // her own drafts, cases, receipts, messages and ratings
	ReadWallet    Scope = "read:certificates"  // her own certificates
	ReadData      Scope = "read:data"          // where she stands in life, what registers know, and who looked at her data
	WriteCases    Scope = "write:applications" // apply, correct, withdraw, try again
	WriteRatings  Scope = "write:ratings"      // rate
	DeskRead      Scope = "desk:read"          // staff: queue, case files, questions of other bodies
	DeskHandle    Scope = "desk:handle"        // staff: accept, ask, check, propose, decide
	DeskSign      Scope = "desk:sign"          // staff: sign, send back, lengthen a time limit
	DeskRegisters Scope = "desk:registers"     // staff: switch the connection to a register
)

// Scopes lists all scopes.
func Scopes() []string {
	var all []string
	for _, s := range []Scope{ReadCases, ReadWallet, ReadData, WriteCases, WriteRatings, DeskRead, DeskHandle, DeskSign, DeskRegisters} {
		all = append(all, string(s))
	}
	return all
}

// covers reports whether the scopes of a token are enough.
func covers(have []string, need Scope) bool {
	return slices.ContainsFunc(have, func(h string) bool { return h == string(need) || strings.HasPrefix(string(need), h+":") })
}

// scheme names the security scheme in the OpenAPI text.
const scheme = "token"

func (a *API) scopesText() string {
	text := both(a.words["token"].Text) + "\n"
	for _, s := range Scopes() {
		w := a.words["scope."+s]
		text += fmt.Sprintf("\n- `%s` %s · %s", s, w.Summary.ZH, w.Summary.EN)
	}
	return text
}

// call is one request: who makes it, in which language the answer is read.
type call struct {
	by      identity.Actor
	scopes  []string
	token   bool // a token was sent
	lang    lang.Lang
	id      string
	made    string // the id of what the request makes, when it has an Idempotency-Key
	request *http.Request
	writer  http.ResponseWriter
}

// makes is the id of what the request makes.
func (c *call) makes(prefix string) string {
	if c.made == "" {
		return ref.NewID(prefix)
	}
	return prefix + c.made
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

func callOf(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return &call{by: nobody, lang: lang.ZH}
	}
	return c
}

var nobody = identity.Actor{Kind: identity.Nobody}

// identify finds out who calls. A token that is sent must be good, also where none is needed: whoever
// sends one believes that it counts.
func (a *API) identify(ctx huma.Context, next func(huma.Context)) {
	c := callOf(ctx.Context())
	c.by = nobody
	given := ctx.Header("Authorization")
	if given == "" {
		next(ctx)
		return
	}
	c.token = true
	kind, token, _ := strings.Cut(given, " ")
	if !strings.EqualFold(kind, "Bearer") {
		a.refuse(ctx, a.unauthorised(c, "api.token.form"))
		return
	}
	by, scopes, err := a.Identity.ActorOfToken(ctx.Context(), strings.TrimSpace(token))
	switch {
	case fault.Is(err, fault.Denied), fault.Is(err, fault.NotFound):
		if !a.limits.allow("address:"+address(ctx), a.Now()) {
			a.refuse(ctx, a.tooMany(c))
			return
		}
		a.refuse(ctx, a.unauthorised(c, "api.token.unknown"))
		return
	case err != nil:
		a.refuse(ctx, a.fail(c, err))
		return
	}
	c.by, c.scopes = by, scopes
	next(ctx)
}

// slow keeps one caller from taking everybody's turn.
func (a *API) slow(ctx huma.Context, next func(huma.Context)) {
	c := callOf(ctx.Context())
	who := "address:" + address(ctx)
	if c.by.Session != "" {
		who = c.by.Session
	}
	if !a.limits.allow(who, a.Now()) {
		a.refuse(ctx, a.tooMany(c))
		return
	}
	next(ctx)
}

// allow asks whether the token is for this kind of act. Whether its holder may do it, the gate says.
func (a *API) allow(ctx huma.Context, next func(huma.Context)) {
	c, s := callOf(ctx.Context()), specOf(ctx)
	switch {
	case s.scope == "":
	case !c.token:
		a.refuse(ctx, a.unauthorised(c, "api.token.none"))
		return
	case !covers(c.scopes, s.scope):
		p := a.problem(c.lang, http.StatusForbidden, "api.token.scope", map[string]string{"scope": string(s.scope)})
		p.headers.Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="`+string(s.scope)+`"`)
		a.refuse(ctx, p)
		return
	}
	if s.keep != "" && !c.token {
		ctx.SetHeader("Cache-Control", s.keep)
	}
	next(ctx)
}

func (a *API) unauthorised(c *call, code string) *Problem {
	p := a.problem(c.lang, http.StatusUnauthorized, code, nil)
	challenge := "Bearer"
	if c.token {
		challenge += ` error="invalid_token"`
	}
	p.headers.Set("WWW-Authenticate", challenge)
	return p
}

func (a *API) tooMany(c *call) *Problem {
	p := a.problem(c.lang, http.StatusTooManyRequests, "api.rate", nil)
	p.headers.Set("Retry-After", "1")
	return p
}

func address(ctx huma.Context) string {
	host, _, err := net.SplitHostPort(ctx.RemoteAddr())
	if err != nil {
		return ctx.RemoteAddr()
	}
	return host
}

// limits are the rate limits of whoever called lately.
type limits struct {
	rate  rate.Limit
	burst int
	mu    sync.Mutex
	who   map[string]*limit
}

type limit struct {
	*rate.Limiter
	at time.Time
}

// mostLimits bounds how many callers are remembered; those who have been quiet for long enough to have
// their whole burst back need not be.
const mostLimits = 10_000

func newLimits(r float64, burst int) *limits {
	if r < 0 {
		return &limits{rate: rate.Inf}
	}
	return &limits{rate: rate.Limit(r), burst: burst, who: map[string]*limit{}}
}

func (l *limits) allow(who string, now time.Time) bool {
	if l.rate == rate.Inf {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.who[who]
	if one == nil {
		if len(l.who) >= mostLimits {
			l.forget(now)
		}
		one = &limit{Limiter: rate.NewLimiter(l.rate, l.burst)}
		l.who[who] = one
	}
	one.at = now
	return one.AllowN(now, 1)
}

func (l *limits) forget(now time.Time) {
	quiet := now.Add(-time.Duration(float64(l.burst) / float64(l.rate) * float64(time.Second)))
	for who, one := range l.who {
		if one.at.Before(quiet) {
			delete(l.who, who)
		}
	}
}
