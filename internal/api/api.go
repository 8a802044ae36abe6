package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tongban/internal/data/credential"
	"tongban/internal/data/registry"
	"tongban/internal/platform/blob"
	"tongban/internal/platform/db"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/audit"
	"tongban/internal/security/identity"
	"tongban/internal/security/mandate"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/feedback"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/lifecycle"
	"tongban/internal/service/notice"
)

// Prefix is where the API is served.
const Prefix = "/api/v1"

// Config is what the API needs: the services whose verbs it serves.
type Config struct {
	City        func() *jurisdiction.City
	Store       *db.Store // for the answers that are kept for idempotency keys, and for nothing else
	Gate        *access.Gate
	Identity    *identity.Service
	Mandate     *mandate.Service
	Application *application.Service
	Casework    *casework.Service
	Credentials *credential.Service
	Registry    *registry.Service
	Notice      *notice.Service
	Feedback    *feedback.Service
	Life        *lifecycle.Service
	Audit       *audit.Log
	Blobs       *blob.Store
	// Say is the sentence for a code in a language, with its values put in; false when there is none.
	Say    func(l lang.Lang, code string, values map[string]string) (string, bool)
	Origin string // address of the site, for links that leave it
	Now    func() time.Time
	Log    *slog.Logger

	// Rate is how many requests a second one token, or one address without a token, may make over time,
	// and Burst how many at once; 50 and 200 when Rate is zero, and as many as they like when it is
	// below zero.
	Rate  float64
	Burst int
}

const (
	usualRate  = 50
	usualBurst = 200
)

// API is the handler of everything under Prefix.
type API struct {
	Config
	mux    *http.ServeMux
	huma   huma.API
	words  map[string]operation // by operation id
	texts  map[string]lang.Text // of the codes that only the API has
	limits *limits
	routes map[string][]string // path → methods
}

// New makes the API. The error is about its own files, so a test finds it before anybody else.
func New(c Config) (*API, error) {
	if c.Rate == 0 {
		c.Rate, c.Burst = usualRate, usualBurst
	}
	a := &API{Config: c, mux: http.NewServeMux(), limits: newLimits(c.Rate, c.Burst), routes: map[string][]string{}}
	var err error
	if a.words, err = readWords[operation]("operations.yaml"); err != nil {
		return nil, err
	}
	if a.texts, err = readWords[lang.Text]("problems.yaml"); err != nil {
		return nil, err
	}
	a.open()
	a.services()
	a.catalogue()
	a.checks()
	a.drafts()
	a.uploads()
	a.cases()
	a.wallet()
	a.mine()
	a.life()
	a.desk()
	a.verbs()
	a.close()
	return a, nil
}

func (a *API) open() {
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: a.words["api"].Summary.ZH + " · " + a.words["api"].Summary.EN, Version: "1", Description: both(a.words["api"].Text),
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{scheme: {Type: "http", Scheme: "bearer", BearerFormat: "tbk_…", Description: a.scopesText()}},
			},
			Tags: a.tags(),
		},
		// A reader who asks for another format than JSON gets JSON: there is no other.
		Formats: map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}, DefaultFormat: "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{a.retell},
	}
	a.huma = humago.NewWithPrefix(a.mux, Prefix, c)
	a.huma.UseMiddleware(a.identify, a.slow, a.allow, a.once)
}

// close adds the OpenAPI text and the answers for what is not a route.
func (a *API) close() {
	schemas := a.huma.OpenAPI().Components.Schemas.Map()
	delete(schemas, "ErrorModel") // huma's own, which is never sent
	delete(schemas, "ErrorDetail")
	for _, s := range schemas {
		solid(s)
	}
	// Written when somebody first asks: it takes a tenth of the time that the city needs to start.
	d := a.huma.OpenAPI()
	a.mux.HandleFunc("GET "+Prefix+"/openapi.json", a.document("application/vnd.oai.openapi+json;version=3.1", func() ([]byte, error) { return json.Marshal(d) }))
	a.mux.HandleFunc("GET "+Prefix+"/openapi.yaml", a.document("application/vnd.oai.openapi;version=3.1", d.YAML))
	for path, methods := range a.routes {
		slices.Sort(methods)
		a.mux.HandleFunc(Prefix+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			a.answer(w, r, a.problem(language(r), http.StatusMethodNotAllowed, "api.method", nil))
		})
	}
	a.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.answer(w, r, a.problem(language(r), http.StatusNotFound, "api.no-route", nil))
	})
}

// solid says of every list that it is one: huma thinks that any may be null, and ours never are.
func solid(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	for _, p := range s.Properties {
		solid(p)
	}
	solid(s.Items)
	if additional, ok := s.AdditionalProperties.(*huma.Schema); ok {
		solid(additional)
	}
}

func (a *API) document(kind string, write func() ([]byte, error)) http.HandlerFunc {
	once := sync.OnceValues(write)
	return func(w http.ResponseWriter, r *http.Request) {
		text, err := once()
		if err != nil {
			a.Log.Error("the description of the API was not written", "error", err)
			a.answer(w, r, a.bug(language(r), w.Header().Get("X-Request-Id")))
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(text)
	}
}

// ServeHTTP answers one request. A panic is a bug: the reader gets a number, the log the rest.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := ref.NewID("r")
	h := w.Header()
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Authorization, Accept-Language")
	r = r.WithContext(withCall(r.Context(), &call{by: nobody, request: r, writer: w, id: id, lang: language(r)}))
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if cause == http.ErrAbortHandler {
			panic(cause)
		}
		a.Log.Error("the API has failed", "request", id, "cause", cause, "stack", string(debug.Stack()))
		a.answer(w, r, a.bug(language(r), id))
	}()
	a.mux.ServeHTTP(w, r)
}

func language(r *http.Request) lang.Lang { return lang.Match(r.Header.Get("Accept-Language")) }

// answer writes a problem outside huma.
func (a *API) answer(w http.ResponseWriter, r *http.Request, p *Problem) {
	for name, values := range p.headers {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Content-Language", string(language(r)))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
