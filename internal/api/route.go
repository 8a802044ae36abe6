package api

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/lang"
)

//go:embed operations.yaml problems.yaml
var files embed.FS

// operation is what is said of one operation.
type operation struct {
	Summary lang.Text `yaml:"summary"`
	Text    lang.Text `yaml:"text"`
}

func readWords[T any](name string) (map[string]T, error) {
	raw, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var all map[string]T
	if err := yaml.Load(raw, &all); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return all, nil
}

func both(t lang.Text) string { return t.ZH + "\n\n" + t.EN }

// spec is one route.
type spec struct {
	method, path, id string
	scope            Scope // empty: open to everybody, with a token or without
	status           int   // of success; 200, or 204 where nothing is returned
	once             bool  // an Idempotency-Key is honoured
	again            bool  // asked for what was done before, it answers 200 with the same
	keep             string
	fails            []int                  // statuses beside those that follow from the rest
	raw              map[string]any         // media type → a value of the Go type that describes a body of bytes; nil: bytes
	parts            map[string]huma.Schema // the parts of a multipart body
}

func get(p, id string, scope Scope) spec {
	return spec{method: http.MethodGet, path: p, id: id, scope: scope}
}

func post(p, id string, scope Scope) spec {
	return spec{method: http.MethodPost, path: p, id: id, scope: scope, once: scope != "", fails: []int{http.StatusConflict}}
}

func (s spec) with(method string) spec { s.method, s.once = method, false; return s }

func (s spec) created() spec { s.status = http.StatusCreated; return s }

func (s spec) mayFail(statuses ...int) spec { s.fails = append(s.fails, statuses...); return s }

// cached lets anybody keep the answer for a while: it holds nothing about anybody.
func (s spec) cached() spec { s.keep = "public, max-age=60"; return s }

func (s spec) answers(media string, like any) spec { s.raw = map[string]any{media: like}; return s }

// none is the answer without a body.
type none struct{}

// handle registers a route. do gets who calls and what was sent, checked against its Go type.
func handle[I, O any](a *API, s spec, do func(ctx context.Context, c *call, in *I) (*O, error)) {
	words := a.words[s.id]
	op := huma.Operation{
		OperationID: s.id, Method: s.method, Path: s.path, Tags: []string{strings.Split(s.path, "/")[1]},
		Summary: words.Summary.ZH + " · " + words.Summary.EN, Description: both(words.Text), DefaultStatus: s.status,
		Responses: map[string]*huma.Response{}, Metadata: map[string]any{specKey: s},
	}
	if s.scope != "" {
		op.Security = []map[string][]string{{scheme: {string(s.scope)}}}
	} else {
		op.Security = []map[string][]string{{}, {scheme: {}}}
	}
	if s.once {
		longest := 255
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Description: both(a.words["idempotency"].Text), Schema: &huma.Schema{Type: "string", MaxLength: &longest},
		})
	}
	a.promise(&op, s)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		c := callOf(ctx)
		out, err := do(ctx, c, in)
		if err != nil {
			return nil, a.fail(c, err)
		}
		return out, nil
	})
	a.routes[s.path] = append(a.routes[s.path], s.method)
	if s.parts != nil {
		a.describeParts(s)
	}
	if s.again {
		answers := a.huma.OpenAPI().Paths[s.path].Post.Responses
		answers["200"] = answers["201"]
	}
}

const specKey = "spec"

func specOf(ctx huma.Context) spec {
	s, _ := ctx.Operation().Metadata[specKey].(spec)
	return s
}

// promise documents how the operation may answer.
func (a *API) promise(op *huma.Operation, s spec) {
	registry := a.huma.OpenAPI().Components.Schemas
	problem := registry.Schema(reflect.TypeFor[Problem](), true, "Problem")
	fails := append([]int{http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError}, s.fails...)
	if s.scope != "" {
		fails = append(fails, http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable)
	}
	if s.method == http.MethodPost || s.method == http.MethodPut || s.method == http.MethodPatch {
		fails = append(fails, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if strings.Contains(s.path, "{") {
		fails = append(fails, http.StatusNotFound)
	}
	slices.Sort(fails)
	for _, status := range slices.Compact(fails) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: both(a.kind(status)), Content: map[string]*huma.MediaType{problemType: {Schema: problem}},
		}
	}
	for media, like := range s.raw {
		schema := &huma.Schema{Type: "string", Format: "binary"}
		if like != nil {
			schema = registry.Schema(reflect.TypeOf(like), true, "")
		}
		op.Responses["200"] = &huma.Response{Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{media: {Schema: schema}}}
	}
}

// describeParts documents a multipart body. It is said after the registration, because the body is read
// as a stream and huma is not to touch it.
func (a *API) describeParts(s spec) {
	schema := &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{}}
	for name, part := range s.parts {
		schema.Properties[name] = &part
	}
	a.huma.OpenAPI().Paths[s.path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: schema}}}
}

// tags are the nouns of the paths with what they are about.
func (a *API) tags() []*huma.Tag {
	var all []*huma.Tag
	for _, name := range []string{"services", "catalogue", "checks", "checklists", "drafts", "cases", "certificates", "verify", "messages", "ratings", "me", "desk", "problems"} {
		all = append(all, &huma.Tag{Name: name, Description: both(a.words["tag."+name].Text)})
	}
	return all
}

// download is an answer that is not written by huma, because it has its own form to the byte.
type download struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition"`
	Body []byte
}

func file(media, name string, content []byte) *download {
	return &download{Type: media, Name: `attachment; filename="` + path.Base(name) + `"`, Body: content}
}
