package gov

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// fixtures is where npm ci puts the package whose HTML we must equal.
const fixtures = "../../../../node_modules/govuk-frontend/dist/govuk/components"

// left says which fixtures we do not follow and why; a name that no longer exists fails the test.
var left = map[string]string{
	"task-list/with empty values": "entries left out by a condition of the template are counted in its ids; a slice has no such entries",
}

func TestComponentsEqualFixtures(t *testing.T) {
	if _, err := os.Stat(fixtures); err != nil {
		t.Skip("skipped: node_modules is absent; run npm ci --ignore-scripts to compare the components with govuk-frontend's fixtures")
	}
	t.Parallel()
	compared, excluded := 0, 0
	for _, name := range slices.Sorted(mapKeys(components)) {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(fixtures, name, "fixtures.json"))
			if err != nil {
				t.Fatal(err)
			}
			var file struct {
				Fixtures []struct {
					Name    string
					Options map[string]any
					HTML    string
				}
			}
			if err := json.Unmarshal(raw, &file); err != nil {
				t.Fatal(err)
			}
			for _, f := range file.Fixtures {
				key := name + "/" + f.Name
				if _, out := left[key]; out {
					excluded++
					continue
				}
				compared++
				var got bytes.Buffer
				if err := components[name](opts(f.Options)).Render(context.Background(), &got); err != nil {
					t.Fatalf("%s: %v", f.Name, err)
				}
				if diff := cmp.Diff(normal(t, f.HTML), normal(t, got.String())); diff != "" {
					t.Errorf("%s differs from the fixture (- fixture, + ours):\n%s", f.Name, diff)
				}
			}
		})
	}
	if excluded != len(left) && !t.Failed() {
		t.Errorf("%d fixtures excluded, want the %d listed", excluded, len(left))
	}
	t.Logf("%d fixtures of %d components compared", compared, len(components))
}

// normal writes HTML with one node a line, attributes sorted and white space collapsed.
func normal(t *testing.T, text string) []string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(text), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	var walk func(n *html.Node, depth int, exact bool)
	walk = func(n *html.Node, depth int, exact bool) {
		in := strings.Repeat("  ", depth)
		switch n.Type {
		case html.TextNode:
			s := n.Data
			if !exact {
				s = strings.Join(strings.Fields(s), " ")
			}
			if s == "" {
				return
			}
			if last := len(lines) - 1; last >= 0 && strings.HasPrefix(lines[last], in+"“") {
				lines[last] = strings.TrimSuffix(lines[last], "”") + " " + s + "”"
				return
			}
			lines = append(lines, in+"“"+s+"”")
		case html.ElementNode:
			attrs := make([]string, 0, len(n.Attr))
			for _, a := range n.Attr {
				value := a.Val
				if a.Key == "class" || a.Key == "aria-describedby" {
					value = strings.Join(strings.Fields(value), " ")
				}
				attrs = append(attrs, a.Key+"="+value)
			}
			slices.Sort(attrs)
			lines = append(lines, in+"<"+n.Data+" "+strings.Join(attrs, " | ")+">")
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c, depth+1, exact || n.Data == "textarea")
			}
		}
	}
	for _, n := range nodes {
		walk(n, 0, false)
	}
	return lines
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// opts reads the options of a fixture, which are those of the package's Nunjucks macros.
type opts map[string]any

func (o opts) has(name string) bool { v, ok := o[name]; return ok && v != nil }

// truthy is how a template of theirs tests an option.
func (o opts) truthy(name string) bool {
	switch v := o[name].(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	}
	return true
}

func (o opts) str(name string) string {
	switch v := o[name].(type) {
	case string:
		return v
	case float64, bool:
		return jsonText(v)
	}
	return ""
}

func jsonText(v any) string { b, _ := json.Marshal(v); return string(b) }

func (o opts) num(name string) int { v, _ := o[name].(float64); return int(v) }

func (o opts) sub(name string) opts { m, _ := o[name].(map[string]any); return m }

func (o opts) list(name string) []opts {
	items, _ := o[name].([]any)
	var all []opts
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

func (o opts) html(name string) templ.Component {
	if s, _ := o[name].(string); s != "" {
		return templ.Raw(s)
	}
	return nil
}

func (o opts) attrs() Attributes { return o.attrsOf("attributes") }

func (o opts) attrsOf(name string) Attributes {
	m := o.sub(name)
	if len(m) == 0 {
		return nil
	}
	a := Attributes{}
	for k := range m {
		a[k] = m.str(k)
	}
	return a
}
