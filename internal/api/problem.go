package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tongban/internal/api/status"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
)

const problemType = "application/problem+json"

// Problem is what went wrong (RFC 9457). It never holds what was sent.
type Problem struct {
	Type     string      `json:"type" format:"uri-reference" doc:"Where the problem is explained, the same for every occurrence"`
	Title    string      `json:"title" doc:"What kind of problem it is"`
	Status   int         `json:"status"`
	Code     string      `json:"code" doc:"Stable name of the problem, for programs"`
	Detail   string      `json:"detail,omitempty" doc:"What happened and what to do, in the language of Accept-Language"`
	Instance string      `json:"instance,omitempty" format:"uri-reference" doc:"Number of this occurrence, to quote"`
	Errors   []Violation `json:"errors,omitempty" doc:"Everything that is wrong with what was sent"`

	headers http.Header
}

// Violation is one thing that is wrong with what was sent.
type Violation struct {
	Code      string `json:"code"`
	Pointer   string `json:"pointer,omitempty" doc:"JSON Pointer into the body (RFC 6901), as a fragment"`
	Parameter string `json:"parameter,omitempty" doc:"Parameter outside the body, such as query.limit"`
	Resource  string `json:"resource,omitempty" format:"uri-reference" doc:"Part of the resource that is not finished"`
	Detail    string `json:"detail"`
}

// Error, GetStatus, GetHeaders and ContentType are how huma writes a problem.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are the headers that go with it.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType is the media type of problems.
func (p *Problem) ContentType(string) string { return problemType }

// kind is what a status means in general.
func (a *API) kind(status int) lang.Text {
	if t, ok := a.texts["api.status."+http.StatusText(status)]; ok {
		return t
	}
	return a.texts["api.status."+http.StatusText(http.StatusInternalServerError)]
}

func (a *API) problem(l lang.Lang, status int, code string, values map[string]string) *Problem {
	p := &Problem{Type: Prefix + "/problems/" + url.PathEscape(code), Title: a.kind(status).In(l), Status: status, Code: code, headers: http.Header{}}
	p.Detail = a.sentence(l, code, values)
	return p
}

// sentence is the text of a code; what happened in general when the code has none.
func (a *API) sentence(l lang.Lang, code string, values map[string]string) string {
	if said, ok := a.Say(l, code, values); ok {
		return said
	}
	t, ok := a.texts[code]
	if !ok {
		return ""
	}
	said := t.In(l)
	for name, value := range values {
		said = strings.ReplaceAll(said, "{"+name+"}", value)
	}
	return said
}

func (a *API) bug(l lang.Lang, id string) *Problem {
	p := a.problem(l, http.StatusInternalServerError, "api.bug", nil)
	p.Instance = "urn:tongban:request:" + id
	return p
}

// place says where in the request a field of a fault stands, and how it is called.
type place struct {
	pointer   string
	parameter string
	resource  string
	label     lang.Text
}

// located is a fault whose fields stand elsewhere than at the root of the body.
type located struct {
	error
	at func(field string) place
}

func (l located) Unwrap() error { return l.error }

// at says where the fields of a fault stand.
func at(err error, where func(field string) place) error {
	if err == nil {
		return nil
	}
	return located{err, where}
}

// within places the fields of a fault below a part of the body.
func within(prefix string) func(string) place {
	return func(field string) place {
		if !plain.MatchString(field) {
			return place{pointer: prefix} // the caller's own name for it is not repeated
		}
		return place{pointer: prefix + "/" + field}
	}
}

// fail turns what went wrong into a problem.
func (a *API) fail(c *call, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var f *fault.Error
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return a.problem(c.lang, http.StatusRequestEntityTooLarge, "api.too-large", nil)
	case !errors.As(err, &f) || f.Kind == fault.Bug:
		if !errors.Is(err, context.Canceled) {
			a.Log.Error("the API has failed", "request", c.id, "error", err)
		}
		return a.bug(c.lang, c.id)
	}
	if f.Err != nil && f.Kind != fault.Denied && f.Kind != fault.NotFound {
		a.Log.Warn("the API has refused", "request", c.id, "kind", f.Kind.String(), "code", f.Code, "error", f.Err)
	}
	code := status.Of(f)
	if code == http.StatusForbidden && !c.token {
		code = http.StatusUnauthorized // she has not said who she is
	}
	p = a.problem(c.lang, code, f.Code, f.Args)
	if code == http.StatusForbidden && !f.Said.Empty() {
		p.Detail = f.Said.In(c.lang) // the reason of the policy that refused
	}
	if p.Detail == "" {
		p.Detail = p.Title
	}
	switch code {
	case http.StatusUnauthorized:
		p.headers.Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests:
		p.headers.Set("Retry-After", "1")
	}
	where := within("#")
	var l located
	if errors.As(err, &l) {
		where = l.at
	}
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, a.violation(c.lang, field, where(field.Name)))
	}
	return p
}

func (a *API) violation(l lang.Lang, f fault.Field, at place) Violation {
	v := Violation{Code: f.Code, Pointer: at.pointer, Parameter: at.parameter, Resource: at.resource}
	values := map[string]string{"field": f.Name, "name": f.Name}
	if !at.label.Empty() {
		values["field"], values["name"] = at.label.In(l), at.label.In(l)
	}
	for name, value := range f.Args {
		values[name] = value
	}
	if v.Detail = a.sentence(l, f.Code, values); v.Detail == "" {
		v.Detail = a.sentence(l, "api.invalid", values)
	}
	return v
}

// refuse answers with a problem before the route is reached.
func (a *API) refuse(ctx huma.Context, p *Problem) {
	for name, values := range p.headers {
		for _, v := range values {
			ctx.AppendHeader(name, v)
		}
	}
	ctx.SetHeader("Content-Type", problemType)
	ctx.SetHeader("Content-Language", string(callOf(ctx.Context()).lang))
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(p)
}

// retell sees every body before it is written. What huma itself has to say about a request repeats what
// was sent, in English; it is said again in our words, without.
func (a *API) retell(ctx huma.Context, _ string, v any) (any, error) {
	switch v := v.(type) {
	case *huma.ErrorModel:
		ctx.SetHeader("Content-Language", string(callOf(ctx.Context()).lang))
		return a.ofHuma(callOf(ctx.Context()), v), nil
	case *Problem:
		ctx.SetHeader("Content-Language", string(callOf(ctx.Context()).lang))
	}
	return v, nil
}

func (a *API) ofHuma(c *call, m *huma.ErrorModel) *Problem {
	code := "error.fields"
	switch m.Status {
	case http.StatusBadRequest:
		code = "api.json"
	case http.StatusUnsupportedMediaType:
		code = "api.media-type"
	case http.StatusRequestEntityTooLarge:
		code = "api.too-large"
	case http.StatusRequestTimeout:
		code = "api.timeout"
	case http.StatusUnprocessableEntity:
	default:
		return a.bug(c.lang, c.id)
	}
	p := a.problem(c.lang, m.Status, code, nil)
	if code != "error.fields" {
		return p
	}
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, a.schemaViolation(c.lang, e))
	}
	return p
}
