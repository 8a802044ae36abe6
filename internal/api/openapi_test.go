package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v4"

	"tongban/internal/api"
	"tongban/internal/platform/db"
)

var migration = db.Migrations{Package: "api", Files: api.Schema}

type document struct {
	OpenAPI    string `json:"openapi"`
	Info       struct{ Title, Version, Description string }
	Servers    []struct{ URL string }
	Tags       []struct{ Name, Description string }
	Paths      map[string]map[string]op
	Components struct {
		Schemas         map[string]map[string]any
		SecuritySchemes map[string]map[string]any
	}
}

type op struct {
	OperationID          string
	Summary, Description string
	Tags                 []string
	Parameters           []struct {
		Name, In string
		Required bool
		Schema   map[string]any
	}
	RequestBody *struct{ Content map[string]any }
	Responses   map[string]struct {
		Description string
		Content     map[string]any
	}
	Security []map[string][]string
}

func read(t *testing.T, h *house) document {
	t.Helper()
	var d document
	if err := json.Unmarshal(h.want(t, 200, "GET", "/openapi.json", "", nil).text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

var inPath = regexp.MustCompile(`\{([a-z]+)\}`)

// TestDocument: the description is a valid OpenAPI 3.1 text in what a generator of clients relies on.
func TestDocument(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	d := read(t, h)
	if !strings.HasPrefix(d.OpenAPI, "3.1.") || d.Info.Title == "" || d.Info.Version == "" || len(d.Servers) != 1 || d.Servers[0].URL != api.Prefix {
		t.Errorf("head of the document: openapi %q, info %+v, servers %+v", d.OpenAPI, d.Info, d.Servers)
	}
	if _, ok := d.Components.SecuritySchemes["token"]; !ok {
		t.Error("the security scheme is not described")
	}
	tags := map[string]bool{}
	for _, tag := range d.Tags {
		tags[tag.Name] = true
		if !twice(tag.Description) {
			t.Errorf("tag %s is not described in both languages: %q", tag.Name, tag.Description)
		}
	}
	ids := map[string]string{}
	for path, methods := range d.Paths {
		for method, o := range methods {
			at := strings.ToUpper(method) + " " + path
			if had, twice := ids[o.OperationID]; twice || o.OperationID == "" {
				t.Errorf("%s has the operation id %q of %s", at, o.OperationID, had)
			}
			ids[o.OperationID] = at
			if !twice(o.Summary) || !twice(o.Description) {
				t.Errorf("%s is not described in both languages: %q, %q", at, o.Summary, o.Description)
			}
			if len(o.Tags) != 1 || !tags[o.Tags[0]] {
				t.Errorf("%s has the tags %v, which are not described", at, o.Tags)
			}
			var declared []string
			for _, p := range o.Parameters {
				if p.In == "path" {
					declared = append(declared, p.Name)
					if !p.Required {
						t.Errorf("%s: path parameter %s is not required", at, p.Name)
					}
				}
				if p.Schema == nil {
					t.Errorf("%s: parameter %s has no schema", at, p.Name)
				}
			}
			var named []string
			for _, m := range inPath.FindAllStringSubmatch(path, -1) {
				named = append(named, m[1])
			}
			slices.Sort(declared)
			slices.Sort(named)
			if !slices.Equal(declared, named) {
				t.Errorf("%s declares the path parameters %v, want %v", at, declared, named)
			}
			succeeds := false
			for status, r := range o.Responses {
				succeeds = succeeds || status[0] == '2'
				if r.Description == "" {
					t.Errorf("%s: answer %s is not described", at, status)
				}
				if status[0] != '2' && r.Content["application/problem+json"] == nil {
					t.Errorf("%s: answer %s is no problem", at, status)
				}
			}
			if !succeeds {
				t.Errorf("%s never succeeds", at)
			}
			if (method == "post" || method == "put" || method == "patch") && o.RequestBody == nil && !bodyless[o.OperationID] {
				t.Errorf("%s has no request body", at)
			}
			if len(o.Security) == 0 {
				t.Errorf("%s does not say who may call it", at)
			}
			for _, s := range o.Security {
				for scheme, scopes := range s {
					if scheme != "token" {
						t.Errorf("%s names the security scheme %q", at, scheme)
					}
					for _, scope := range scopes {
						if !slices.Contains(api.Scopes(), scope) {
							t.Errorf("%s names the scope %q", at, scope)
						}
					}
				}
			}
		}
	}
	if len(ids) < 55 {
		t.Errorf("the document has %d operations", len(ids))
	}
	refs(t, d, h.want(t, 200, "GET", "/openapi.json", "", nil).text)
	for _, name := range []string{"ErrorModel", "ErrorDetail"} {
		if _, ok := d.Components.Schemas[name]; ok {
			t.Errorf("the schema %s is described and never sent", name)
		}
	}
	var y map[string]any
	a := h.want(t, 200, "GET", "/openapi.yaml", "", nil)
	if err := yaml.Unmarshal(a.text, &y); err != nil || y["openapi"] != d.OpenAPI {
		t.Errorf("openapi.yaml: %v, openapi %v", err, y["openapi"])
	}
}

// bodyless are the operations that change something and are told nothing.
var bodyless = map[string]bool{"tryAgain": true, "claimMatter": true, "acceptMatter": true, "approveExtension": true, "signDecision": true, "learnFacts": true}

// twice reports whether a text is in Chinese and in English.
func twice(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) && regexp.MustCompile(`[A-Za-z]{2,}`).MatchString(s)
}

// refs checks that every reference leads somewhere and every type is one of JSON Schema's.
func refs(t *testing.T, d document, text []byte) {
	t.Helper()
	var all any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	seen := 0
	types := []string{"object", "array", "string", "integer", "number", "boolean", "null"}
	var walk func(path string, v any, schema bool)
	walk = func(path string, v any, schema bool) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				seen++
				if _, ok := d.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")]; !ok {
					t.Errorf("%s leads to %s, which does not exist", path, ref)
				}
			}
			if kind, ok := v["type"].(string); ok && schema && !slices.Contains(types, kind) {
				t.Errorf("%s has the type %q", path, kind)
			}
			if v["type"] == "array" && schema && v["items"] == nil {
				t.Errorf("%s is a list of nothing", path)
			}
			for k, x := range v {
				walk(path+"/"+k, x, schema && k != "properties" && k != "example" || k == "schema" || k == "schemas" || strings.HasSuffix(path, "/properties"))
			}
		case []any:
			for _, x := range v {
				walk(path+"/-", x, schema)
			}
		}
	}
	walk("", all, false)
	if seen < 100 {
		t.Errorf("only %d references were seen: the rule was not tested", seen)
	}
}

// TestRoutes: every route without a token answers as its description says: with 401 where a token is
// needed, and otherwise as to anybody.
func TestRoutes(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	d := read(t, h)
	open, closed := 0, 0
	for path, methods := range d.Paths {
		for method, o := range methods {
			at := strings.ToUpper(method) + " " + path
			filled := inPath.ReplaceAllString(path, "x")
			var body any
			if o.RequestBody != nil {
				body = "{}"
			}
			a := h.ask(t, strings.ToUpper(method), api.Prefix+filled, "", body)
			if _, ok := o.Security[0]["token"]; ok && len(o.Security) == 1 {
				closed++
				p := a.problem(t)
				if a.StatusCode != http.StatusUnauthorized || p.Code != "api.token.none" || a.Header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s without a token = %d %s", at, a.StatusCode, a.text)
				}
			} else {
				open++
				if a.StatusCode == http.StatusUnauthorized || a.StatusCode >= 500 {
					t.Errorf("%s without a token = %d %s", at, a.StatusCode, a.text)
				}
			}
			// A token that nobody knows is not as good as none.
			a = h.ask(t, strings.ToUpper(method), api.Prefix+filled, "tbk_aaaaaaaaaaaaaaaaaaaaaaaaaa", body)
			if p := a.problem(t); a.StatusCode != http.StatusUnauthorized || p.Code != "api.token.unknown" {
				t.Errorf("%s with an unknown token = %d %s", at, a.StatusCode, a.text)
			}
			// One that is for something else is refused, whatever its holder may do.
			if len(o.Security) == 1 {
				other := "read:data"
				if slices.Contains(o.Security[0]["token"], other) {
					other = "write:ratings"
				}
				a = h.ask(t, strings.ToUpper(method), api.Prefix+filled, h.token(t, "wang", "", other), body)
				if p := a.problem(t); a.StatusCode != http.StatusForbidden || p.Code != "api.token.scope" {
					t.Errorf("%s with another scope = %d %s", at, a.StatusCode, a.text)
				}
			}
		}
	}
	if open < 8 || closed < 45 {
		t.Errorf("%d open and %d closed routes were tried", open, closed)
	}
	for _, path := range []string{"/nothing", "/services/x/y", ""} {
		if p := h.want(t, 404, "GET", path, "", nil).problem(t); p.Code != "api.no-route" {
			t.Errorf("GET %s: code %q", path, p.Code)
		}
	}
	a := h.want(t, 405, "DELETE", "/services", "", nil)
	if a.Header.Get("Allow") != "GET" {
		t.Errorf("DELETE /services: Allow %q", a.Header.Get("Allow"))
	}
}
