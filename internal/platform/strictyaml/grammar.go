package strictyaml

import (
	"reflect"
	"regexp"
	"strings"
	"sync"

	"tongban/internal/platform/lang"
)

// Rule is what a value must be beyond its Go type. For a list it holds of every item.
type Rule struct {
	OneOf    []string          // exactly these words
	Pattern  string            // a regular expression that the whole text matches
	Valid    func(string) bool // what a pattern cannot say, such as a check character
	Shape    lang.Text         // what the two mean, to follow "should be": 年-月-日, a day such as 2026-03-02
	Min, Max *float64          // bounds of a number
	Least    int               // of a list: it has at least so many items
}

// From is the rule of a number that is at least that.
func From(least float64) Rule { return Rule{Min: &least} }

// Between is the rule of a number within bounds.
func Between(least, most float64) Rule { return Rule{Min: &least, Max: &most} }

// Grammar holds the rules of struct types, by the key of the field in YAML.
type Grammar struct {
	rules    map[reflect.Type]map[string]Rule
	patterns map[string]*regexp.Regexp
}

// Rules are the rules of one struct type.
type Rules struct {
	of    reflect.Type
	byKey map[string]Rule
}

// For states the rules of the struct type T, by the keys of its fields.
func For[T any](byKey map[string]Rule) Rules { return Rules{reflect.TypeFor[T](), byKey} }

// NewGrammar makes a grammar. A pattern that does not compile, or a key that its type does not have, is
// a mistake in the program and panics.
func NewGrammar(rules ...Rules) *Grammar {
	g := &Grammar{rules: map[reflect.Type]map[string]Rule{}, patterns: map[string]*regexp.Regexp{}}
	for _, rs := range rules {
		sh := shapeOf(rs.of)
		for key, r := range rs.byKey {
			if _, ok := sh.byKey[key]; !ok {
				panic("strictyaml: " + rs.of.String() + " has no key " + key)
			}
			if r.Pattern != "" {
				g.patterns[r.Pattern] = regexp.MustCompile(`^(?:` + r.Pattern + `)$`)
			}
		}
		g.rules[rs.of] = rs.byKey
	}
	return g
}

// Rule returns the rule for a key of a struct type.
func (g *Grammar) Rule(t reflect.Type, key string) (Rule, bool) {
	if g == nil {
		return Rule{}, false
	}
	r, ok := g.rules[t][key]
	return r, ok
}

// Shape is how a struct is written in YAML.
type shape struct {
	fields []field
	byKey  map[string]int
	keys   []string
}

type field struct {
	key      string
	index    int
	required bool
	typ      reflect.Type
}

// shapes remembers what shapeOf found out, by type, for as long as the program runs: a type does not change.
var shapes sync.Map

func shapeOf(t reflect.Type) *shape {
	if sh, ok := shapes.Load(t); ok {
		return sh.(*shape)
	}
	sh := &shape{byKey: map[string]int{}}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		sh.byKey[name] = len(sh.fields)
		sh.keys = append(sh.keys, name)
		sh.fields = append(sh.fields, field{name, i, !strings.Contains(options, "omitempty"), f.Type})
	}
	shapes.Store(t, sh)
	return sh
}

// Field is a key of a struct as it stands in YAML, for who describes the format (JSON Schema).
type Field struct {
	Key      string
	Name     string // of the Go field
	Required bool
	Type     reflect.Type
}

// Fields lists the keys of a struct type in their order.
func Fields(t reflect.Type) []Field {
	sh := shapeOf(t)
	fs := make([]Field, len(sh.fields))
	for i, f := range sh.fields {
		fs[i] = Field{f.key, t.Field(f.index).Name, f.required, f.typ}
	}
	return fs
}
