package journey

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// contract is what the program says of its own API. Every answer of the journeys is held against it.
type contract struct {
	once  sync.Once
	err   error
	root  value
	paths []route
}

type route struct {
	pattern *regexp.Regexp
	fixed   int // characters that are not a parameter: the most exact route counts
	path    string
}

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

func (c *city) contractOf() (*contract, error) {
	c.contract.once.Do(func() {
		res, err := client.Get(c.url + "/api/v1/openapi.json")
		if err != nil {
			c.contract.err = err
			return
		}
		defer res.Body.Close()
		if c.contract.err = json.NewDecoder(res.Body).Decode(&c.contract.root.v); c.contract.err != nil {
			return
		}
		paths, _ := c.contract.root.get("paths").v.(map[string]any)
		for path := range paths {
			c.contract.paths = append(c.contract.paths, route{
				regexp.MustCompile("^/api/v1" + parameter.ReplaceAllString(path, "[^/]+") + "$"), len(parameter.ReplaceAllString(path, "")), path,
			})
		}
		slices.SortFunc(c.contract.paths, func(a, b route) int { return b.fixed - a.fixed })
	})
	return &c.contract, c.contract.err
}

// holds checks an answer against the contract.
func (k *contract) holds(method, path string, r reply) error {
	path, _, _ = strings.Cut(path, "?")
	for _, one := range k.paths {
		if !one.pattern.MatchString(path) {
			continue
		}
		op := k.root.get("paths", one.path, strings.ToLower(method))
		if op.v == nil {
			continue
		}
		answer := op.get("responses", strconv.Itoa(r.status))
		if answer.v == nil {
			return fmt.Errorf("it may not answer %d", r.status)
		}
		kind, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
		content, _ := answer.get("content").v.(map[string]any)
		if len(content) == 0 {
			if len(r.raw) > 0 {
				return fmt.Errorf("it answers %d without a body, and there is one", r.status)
			}
			return nil
		}
		if !strings.Contains(kind, "json") {
			return nil // a file
		}
		if content[kind] == nil {
			return fmt.Errorf("it answers %d in %s", r.status, kind)
		}
		return k.fits(value{content[kind]}.get("schema"), r.v, "")
	}
	return fmt.Errorf("there is no such operation")
}

// fits checks a value against a schema, in the part of JSON Schema that the description uses.
func (k *contract) fits(schema value, v any, at string) error {
	if ref := schema.get("$ref").text(); ref != "" {
		schema = k.root.get("components", "schemas", strings.TrimPrefix(ref, "#/components/schemas/"))
	}
	kinds := schema.get("type").texts()
	if one, ok := schema.get("type").v.(string); ok {
		kinds = []string{one}
	}
	if len(kinds) > 0 && !slices.ContainsFunc(kinds, func(kind string) bool { return is(kind, v) }) {
		return fmt.Errorf("%s is %T, want %v", at, v, kinds)
	}
	if choices := schema.get("enum").all(); len(choices) > 0 && !slices.ContainsFunc(choices, func(c value) bool { return c.v == v }) {
		return fmt.Errorf("%s is %v, which is none of %v", at, v, schema.get("enum").v)
	}
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			if err := k.fits(schema.get("items"), e, fmt.Sprintf("%s/%d", at, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, name := range schema.get("required").texts() {
			if _, ok := v[name]; !ok {
				return fmt.Errorf("%s/%s is missing", at, name)
			}
		}
		known, _ := schema.get("properties").v.(map[string]any)
		for name, e := range v {
			property, ok := known[name]
			if !ok {
				property = schema.get("additionalProperties").v
				if property == false {
					return fmt.Errorf("%s/%s is not described", at, name)
				}
			}
			if err := k.fits(value{property}, e, at+"/"+name); err != nil {
				return err
			}
		}
	}
	return nil
}

func is(kind string, v any) bool {
	switch v := v.(type) {
	case nil:
		return kind == "null"
	case bool:
		return kind == "boolean"
	case string:
		return kind == "string"
	case float64:
		return kind == "number" || kind == "integer" && v == math.Trunc(v)
	case []any:
		return kind == "array"
	}
	return kind == "object"
}
