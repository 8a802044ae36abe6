package jurisdiction

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/law"
	"tongban/internal/security/org"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/lifecycle"
	"tongban/internal/service/synonym"
)

var update = flag.Bool("update", false, "write the JSON Schemas anew")

const schemaFolder = "../../../jurisdictions/schema"

// The JSON Schemas under jurisdictions/schema are made of the Go types, their comments and the grammar;
// this test fails when they are not what the types say. Run with -update to write them.
func TestSchemas(t *testing.T) {
	d := describer{grammar: grammar(), comments: comments(t)}
	for _, f := range []struct {
		name, of string
		typ      reflect.Type
		form     form
	}{
		{"jurisdiction", "jurisdiction.yaml", reflect.TypeFor[Manifest](), single},
		{"stages", "stages.yaml", reflect.TypeFor[Stage](), list},
		{"purposes", "purposes.yaml", reflect.TypeFor[Purpose](), list},
		{"synonyms", "synonyms.yaml", reflect.TypeFor[synonym.Entry](), list},
		{"law", "law/*.yaml", reflect.TypeFor[law.File](), single},
		{"organisations", "organisations/*.yaml", reflect.TypeFor[org.File](), single},
		{"calendar", "calendars/*.yaml", reflect.TypeFor[deadline.Year](), single},
		{"service", "services/*/service.yaml", reflect.TypeFor[catalogue.Service](), single},
		{"scenarios", "services/*/scenarios.yaml", reflect.TypeFor[catalogue.Scenario](), list},
		{"certificate", "certificates/*.yaml", reflect.TypeFor[catalogue.CertificateType](), either},
		{"register", "registers/*.yaml", reflect.TypeFor[catalogue.Register](), either},
		{"facts", "lifecycle/facts.yaml", reflect.TypeFor[lifecycle.Fact](), list},
		{"intents", "lifecycle/intents.yaml", reflect.TypeFor[lifecycle.Intent](), list},
		{"steps", "lifecycle/business.yaml, lifecycle/person.yaml", reflect.TypeFor[lifecycle.Step](), list},
		{"samples", "lifecycle/samples.yaml", reflect.TypeFor[lifecycle.Sample](), list},
		{"people", "people/*.yaml", reflect.TypeFor[Demo](), single},
	} {
		t.Run(f.name, func(t *testing.T) {
			got := d.schema(f.of, f.typ, f.form)
			file := filepath.Join(schemaFolder, f.name+".json")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not what the Go types say; run go test -run TestSchemas -update and read the difference", file)
			}
		})
	}
}

type form int

const (
	single form = iota // the file is one definition
	list               // the file is a list of them
	either
)

// object is a JSON object that keeps the order in which its keys were set.
type object struct {
	keys   []string
	values map[string]any
}

func newObject(pairs ...any) *object {
	o := &object{values: map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		o.set(pairs[i].(string), pairs[i+1])
	}
	return o
}

func (o *object) set(key string, value any) {
	if _, ok := o.values[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

func (o *object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, k := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(k)
		b.Write(key)
		b.WriteByte(':')
		var value bytes.Buffer
		e := json.NewEncoder(&value)
		e.SetEscapeHTML(false)
		if err := e.Encode(o.values[k]); err != nil {
			return nil, err
		}
		b.Write(bytes.TrimSpace(value.Bytes()))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

type describer struct {
	grammar  *strictyaml.Grammar
	comments map[string]string // by package.Type and package.Type.Field
	defs     *object
}

func (d *describer) schema(of string, t reflect.Type, f form) []byte {
	d.defs = newObject()
	root := d.of(t, strictyaml.Rule{})
	many := newObject("type", "array", "items", root)
	o := newObject("$schema", "https://json-schema.org/draft/2020-12/schema", "title", of)
	switch f {
	case single:
		o.set("$ref", root.values["$ref"])
	case list:
		o.set("type", "array")
		o.set("items", root)
	case either:
		o.set("oneOf", []any{root, many})
	}
	o.set("$defs", d.defs)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(o); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// of describes a type under a rule.
func (d *describer) of(t reflect.Type, r strictyaml.Rule) *object {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		return d.structure(t)
	case reflect.Slice:
		o := newObject("type", "array", "items", d.of(t.Elem(), strictyaml.Rule{OneOf: r.OneOf, Pattern: r.Pattern, Shape: r.Shape}))
		if r.Least > 0 {
			o.set("minItems", r.Least)
		}
		return o
	case reflect.Map:
		return newObject("type", "object", "additionalProperties", d.of(t.Elem(), r))
	case reflect.Bool:
		return newObject("type", "boolean")
	case reflect.String:
		switch {
		case len(r.OneOf) > 0:
			return newObject("type", "string", "enum", r.OneOf)
		case r.Pattern != "":
			return newObject("type", "string", "pattern", "^(?:"+r.Pattern+")$")
		}
		// A text is taken as it is written, so that 80 and false need no quotes.
		return newObject("type", []string{"string", "number", "boolean"})
	}
	kind := "integer"
	if t.Kind() == reflect.Float64 {
		kind = "number"
	}
	o := newObject("type", kind)
	if r.Min != nil {
		o.set("minimum", *r.Min)
	}
	if r.Max != nil {
		o.set("maximum", *r.Max)
	}
	return o
}

func (d *describer) structure(t reflect.Type) *object {
	name := t.String()
	ref := newObject("$ref", "#/$defs/"+name)
	if _, done := d.defs.values[name]; done {
		return ref
	}
	o := newObject()
	d.defs.set(name, o)
	if c := d.comments[name]; c != "" {
		o.set("description", c)
	}
	o.set("type", "object")
	o.set("additionalProperties", false)
	required, properties := []string{}, newObject()
	for _, f := range strictyaml.Fields(t) {
		r, _ := d.grammar.Rule(t, f.Key)
		p := d.of(f.Type, r)
		comment := d.comments[name+"."+f.Name]
		if r.Shape.EN != "" {
			comment = strings.TrimPrefix(comment+"; "+r.Shape.EN, "; ")
		}
		if comment != "" {
			p.set("description", comment)
		}
		properties.set(f.Key, p)
		if f.Required {
			required = append(required, f.Key)
		}
	}
	o.set("properties", properties)
	o.set("required", required)
	return ref
}

// comments reads what the Go sources say about types and their fields.
func comments(t *testing.T) map[string]string {
	said := map[string]string{}
	for pkg, dir := range map[string]string{
		"jurisdiction": ".", "catalogue": "../catalogue", "deadline": "../deadline", "lifecycle": "../lifecycle", "synonym": "../synonym",
		"law": "../../security/law", "org": "../../security/org", "lang": "../../platform/lang",
	} {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatalf("no Go files in %s: %v", dir, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, decl := range f.Decls {
				g, ok := decl.(*ast.GenDecl)
				if !ok {
					continue
				}
				for _, spec := range g.Specs {
					ts, ok := spec.(*ast.TypeSpec)
					if !ok {
						continue
					}
					st, ok := ts.Type.(*ast.StructType)
					if !ok {
						continue
					}
					name := pkg + "." + ts.Name.Name
					said[name] = oneLine(g.Doc.Text())
					for _, field := range st.Fields.List {
						for _, id := range field.Names {
							said[name+"."+id.Name] = oneLine(field.Doc.Text() + " " + field.Comment.Text())
						}
					}
				}
			}
		}
	}
	return said
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
