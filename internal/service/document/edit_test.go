package document

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
)

// shipped are the services of the invented city, by folder.
func shipped(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../../jurisdictions/shifan/services/*/service.yaml")
	if err != nil || len(files) < 50 {
		t.Fatalf("found %d services, want the fifty that are shipped: %v", len(files), err)
	}
	texts := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(filepath.Dir(f))] = string(text)
	}
	return texts
}

func parsed(t testing.TB, text string) *Document {
	t.Helper()
	d, complaints := Parse("service.yaml", []byte(text))
	if d == nil {
		t.Fatalf("cannot read %q: %v", text, complaints)
	}
	return d
}

// plainly is what a node says, without how it is written: texts, []any and map[string]any.
func plainly(n *node) any {
	switch n.kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i, k := range n.keys {
			m[k.text] = plainly(n.of[i])
		}
		return m
	case yaml.SequenceNode:
		l := []any{}
		for _, c := range n.of {
			l = append(l, plainly(c))
		}
		return l
	}
	return n.text
}

// paths lists every path of a document below the root.
func (d *Document) paths() (all []string) {
	var walk func(n *node, path string)
	walk = func(n *node, path string) {
		for i, c := range n.of {
			step := "#" + fmt.Sprint(i)
			if n.kind == yaml.MappingNode {
				step = n.keys[i].text
			}
			all = append(all, Join(path, step))
			walk(c, Join(path, step))
		}
	}
	walk(d.root, "")
	return all
}

// noisy strews comments and blank lines over a text where YAML lets them stand.
func noisy(text string, r *rand.Rand) string {
	var b strings.Builder
	for i, line := range strings.SplitAfter(text, "\n") {
		if i > 0 && r.IntN(6) == 0 && line != "" {
			switch r.IntN(3) {
			case 0:
				b.WriteString("\n")
			case 1:
				b.WriteString(strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " "))) + "# 说明 " + fmt.Sprint(i) + "\n")
			default:
				if body := strings.TrimRight(line, "\n"); body != "" && !strings.Contains(body, "#") {
					line = body + "  # 旁注 " + fmt.Sprint(i) + "\n"
				}
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestFindsWhereEverythingStands(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for name, text := range shipped(t) {
		for _, text := range []string{text, noisy(text, r), strings.ReplaceAll(text, "\n", "\r\n")} {
			d := parsed(t, text)
			var walk func(n *node)
			walk = func(n *node) {
				for _, c := range n.of {
					walk(c)
				}
				if r.IntN(8) > 0 { // every value would take a minute
					return
				}
				var alone yaml.Node
				piece := text[n.start:n.end]
				if n.block { // its first line is indented as it stands in the text
					piece = strings.Repeat(" ", n.start-strings.LastIndexByte(text[:n.start], '\n')-1) + piece
				}
				if err := yaml.Load([]byte(piece), &alone); err != nil && piece != "" {
					t.Fatalf("%s: %q is not the whole of a value: %v", name, piece, err)
				}
				if len(alone.Content) == 1 {
					got := newScanner([]byte(piece)).read(alone.Content[0], 0, -1)
					if !reflect.DeepEqual(plainly(got), plainly(n)) {
						t.Fatalf("%s: %q reads otherwise alone", name, piece)
					}
				}
			}
			for _, c := range d.root.of {
				walk(c)
			}
		}
	}
}

// words are texts that are hard to write.
var words = []string{"", " ", "食品", "yes", "01", "1e3", "~", "a: b", "a #b", "#a", "!x && y", `"q"`, `'`, "it's, here", "[a]", "{b}", "- a", "a\nb", `back\slash`, "12:30", "2026-01-01", "x:", ":", "%a", "@b", "kind == \"hot\"", "…“引号”，全角：", "?", "<<", "=", "null"}

func randomValue(r *rand.Rand, depth int) Value {
	switch n := r.IntN(8); {
	case n < 4 || depth == 0:
		return Text(words[r.IntN(len(words))])
	case n == 4:
		return Plain([]string{"true", "12", "0.5"}[r.IntN(3)])
	case n == 5:
		return Words(words[r.IntN(len(words))], words[r.IntN(len(words))])
	default:
		v := Mapping(Entry{"a", randomValue(r, depth-1)}, Entry{"b", randomValue(r, depth-1)})
		if n == 7 {
			v = v.Wide()
		}
		return v
	}
}

func (v Value) model() any {
	switch v.kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for _, e := range v.of {
			m[e.Key] = e.Value.model()
		}
		return m
	case yaml.SequenceNode:
		l := []any{}
		for _, e := range v.of {
			l = append(l, e.Value.model())
		}
		return l
	}
	return v.text
}

// within makes the same edit on what the document says: f changes the value at a path, or takes it away.
func within(model any, path []string, f func(old any) (any, bool)) any {
	switch m := model.(type) {
	case map[string]any:
		if next, keep := descend(m[path[0]], path, f); keep {
			m[path[0]] = next
		} else {
			delete(m, path[0])
		}
		return m
	case []any:
		var i int
		fmt.Sscanf(path[0], "#%d", &i)
		if next, keep := descend(m[i], path, f); keep {
			m[i] = next
		} else {
			m = slices.Delete(m, i, i+1)
		}
		return m
	}
	return model
}

func descend(child any, path []string, f func(any) (any, bool)) (any, bool) {
	if len(path) == 1 {
		return f(child)
	}
	return within(child, path[1:], f), true
}

// comments are those of a text, each with its line.
func comments(text string) (found []string) {
	for _, line := range strings.Split(text, "\n") {
		if i := strings.Index(line, "#"); i == 0 || i > 0 && line[i-1] == ' ' {
			found = append(found, line[i:])
		}
	}
	return found
}

// untouched reports that an edit left what stands before and after the lines of a span as it was.
func untouched(before, after string, from, to int) bool {
	head := strings.LastIndexByte(before[:from], '\n') + 1
	tail := len(before)
	if i := strings.IndexByte(before[to:], '\n'); i >= 0 {
		tail = to + i
	}
	head = max(head-1, 0)
	return strings.HasPrefix(after, before[:head]) && strings.HasSuffix(strings.TrimRight(after, "\n"), strings.TrimRight(before[tail:], "\n"))
}

// TestEditsTouchOnlyWhatTheyMust: random edits on every shipped service, with comments strewn over half of
// them. The text afterwards says what the same edit makes of the values, and around the place edited it is
// byte for byte as before.
func TestEditsTouchOnlyWhatTheyMust(t *testing.T) {
	t.Parallel()
	const rounds = 12
	for name, text := range shipped(t) {
		r := rand.New(rand.NewPCG(7, uint64(len(text))))
		for round := range rounds {
			start := text
			if round%2 == 1 {
				start = noisy(text, r)
			}
			d := parsed(t, start)
			all := d.paths()
			path := all[r.IntN(len(all))]
			n := d.find(path)
			parentPath, _ := Split(path)
			parent := d.find(parentPath)
			model := plainly(d.root)
			var next *Document
			var err error
			from, to := n.start, n.end
			var what string
			switch op := r.IntN(4); {
			case op == 0:
				v := randomValue(r, 2)
				what = fmt.Sprintf("set %s to %+v", path, v)
				next, err = d.Set(path, v)
				model = within(model, strings.Split(path, "/"), func(any) (any, bool) { return v.model(), true })
				if i := slices.Index(parent.of, n); parent.kind == yaml.MappingNode {
					from = parent.keys[i].end // what stands between a key and its value goes with the value
				}
			case op == 1:
				what = "remove " + path
				next, err = d.Remove(path)
				gone := strings.Split(path, "/")
				if f, ok := fieldAt(parentPath); parent.kind == yaml.SequenceNode && len(parent.of) == 1 && ok && !f.Required {
					gone = gone[:len(gone)-1]
				}
				model = within(model, gone, func(any) (any, bool) { return nil, false })
				from, to = parent.start, parent.end
				if holderPath, key := Split(parentPath); len(gone) < len(strings.Split(path, "/")) {
					for i, k := range d.find(holderPath).keys {
						if k.text == key {
							from = d.find(holderPath).keys[i].start
						}
					}
				}
			case op == 2 && n.kind == yaml.SequenceNode && len(n.of) > 0:
				at, v := r.IntN(len(n.of)+1), randomValue(r, 2)
				what = fmt.Sprintf("add %+v to %s at %d", v, path, at)
				next, err = d.Add(path, at, v)
				model = within(model, strings.Split(path, "/"), func(old any) (any, bool) { return slices.Insert(old.([]any), at, v.model()), true })
			case op == 3 && parent.kind == yaml.SequenceNode && len(parent.of) > 1:
				i, at := slices.Index(parent.of, n), r.IntN(len(parent.of))
				what = fmt.Sprintf("move %s to %d", path, at)
				next, err = d.Move(path, at)
				change := func(old any) (any, bool) {
					l := old.([]any)
					x := l[i]
					return slices.Insert(slices.Delete(slices.Clone(l), i, i+1), at, x), true
				}
				if parentPath != "" {
					model = within(model, strings.Split(parentPath, "/"), change)
				}
				from, to = parent.start, parent.end
				if next != nil && err == nil && !slices.Equal(sorted(comments(start)), sorted(comments(next.String()))) {
					t.Fatalf("%s: %s: comments were lost or changed", name, what)
				}
			default:
				continue
			}
			if err != nil {
				t.Fatalf("%s: %s: %v", name, what, err)
			}
			if got := plainly(next.root); !reflect.DeepEqual(got, model) {
				t.Fatalf("%s: %s: the text does not say what was edited\n%s", name, what, around(next.String(), from))
			}
			if !untouched(start, next.String(), from, to) {
				t.Fatalf("%s: %s: touched more than it must\n%s", name, what, around(next.String(), from))
			}
		}
	}
}

func sorted(s []string) []string { slices.Sort(s); return s }

func around(text string, at int) string {
	return text[max(0, at-300):min(len(text), at+600)]
}

// TestEditsTurnBack: what was set, added or moved and then put back gives the same bytes.
func TestEditsTurnBack(t *testing.T) {
	t.Parallel()
	for name, text := range shipped(t) {
		r := rand.New(rand.NewPCG(11, uint64(len(text))))
		d := parsed(t, text)
		all := d.paths()
		for range 12 {
			path := all[r.IntN(len(all))]
			n := d.find(path)
			parentPath, last := Split(path)
			parent := d.find(parentPath)
			var back *Document
			var err error
			what := ""
			switch {
			case n.kind == yaml.ScalarNode && n.style&^yaml.FlowStyle != 0 || n.kind == yaml.ScalarNode && plain(n.text, true):
				what = "set " + path
				back, err = d.Set(path, Text("另一句话"))
				if err == nil {
					back, err = back.Set(path, Text(n.text))
				}
			case n.kind == yaml.SequenceNode && len(n.of) > 0:
				what = "add to " + path
				at := r.IntN(len(n.of) + 1)
				back, err = d.Add(path, at, Mapping(Entry{"id", Text("new")}, Entry{"name", Mapping(Entry{"zh", Text("新")}, Entry{"en", Text("New")})}).Wide())
				if err == nil {
					back, err = back.Remove(Join(path, fmt.Sprintf("#%d", at)))
				}
			case parent.kind == yaml.SequenceNode && len(parent.of) > 1:
				what = "move " + path
				i, to := parent.index(last), r.IntN(len(parent.of))
				back, err = d.Move(path, to)
				if err == nil {
					back, err = back.Move(Join(parentPath, fmt.Sprintf("#%d", to)), i)
				}
			default:
				continue
			}
			if err != nil {
				t.Fatalf("%s: %s: %v", name, what, err)
			}
			if back.String() != text {
				t.Fatalf("%s: %s and back gives other bytes: was %q, is %q", name, what, text[n.start:n.end], back.String()[n.start:min(len(back.String()), n.end+10)])
			}
		}
	}
}

func TestEdits(t *testing.T) {
	const text = `# head
id: a  # the id
name: {zh: 甲, en: A}

matters:
  # about the first
  - id: one
    when: x
    # inside
    fees: [{id: f, fen: 1}]
  # about the second
  - id: two
    note: >-
      folded
      text
materials: []
`
	for _, tt := range []struct {
		name string
		edit func(d *Document) (*Document, error)
		old  string
		new  string
	}{
		{"a text keeps its comment", func(d *Document) (*Document, error) { return d.Set("id", Text("b c")) }, "id: a  # the id", "id: b c  # the id"},
		{"one language", func(d *Document) (*Document, error) { return d.Set("name/en", Text("A, B")) }, "{zh: 甲, en: A}", "{zh: 甲, en: 'A, B'}"},
		{"a missing key goes where the format has it", func(d *Document) (*Document, error) {
			return d.Set("matters/one/body", Text("market"))
		}, "- id: one\n", "- id: one\n    body: market\n"},
		{"a condition is taken away", func(d *Document) (*Document, error) { return d.SetCondition("matters/one/when", " ") }, "    when: x\n", ""},
		{"a condition with a mark is quoted", func(d *Document) (*Document, error) { return d.SetCondition("matters/one/when", "!y") }, "when: x", `when: "!y"`},
		{"a mapping is merged", func(d *Document) (*Document, error) {
			return d.Set("name", Mapping(Entry{"zh", Text("甲")}, Entry{"en", Text("B")}))
		}, "en: A}", "en: B}"},
		{"the first key of an item is replaced by the next, and what stands between moves up", func(d *Document) (*Document, error) {
			d, err := d.Remove("matters/one/when")
			if err != nil {
				return nil, err
			}
			return d.Remove("matters/one/id")
		}, "  - id: one\n    when: x\n    # inside\n    fees", "    # inside\n  - fees"},
		{"an item moves with what is said of it", func(d *Document) (*Document, error) { return d.Move("matters/two", 0) },
			"  - id: one\n    when: x\n    # inside\n    fees: [{id: f, fen: 1}]\n  # about the second\n  - id: two\n    note: >-\n      folded\n      text\n",
			"  # about the second\n  - id: two\n    note: >-\n      folded\n      text\n  - id: one\n    when: x\n    # inside\n    fees: [{id: f, fen: 1}]\n"},
		{"a folded text is written anew", func(d *Document) (*Document, error) { return d.Set("matters/two/note", Text("short")) }, ">-\n      folded\n      text\n", "short\n"},
		{"an empty list begins", func(d *Document) (*Document, error) {
			return d.Add("materials", -1, Mapping(Entry{"id", Text("m")}, Entry{"max_mb", Plain("2")}).Wide())
		}, "materials: []", "materials:\n  - id: m\n    max_mb: 2"},
		{"a list that may be absent goes with its last item", func(d *Document) (*Document, error) { return d.Remove("matters/one/fees/f") }, "    fees: [{id: f, fen: 1}]\n", ""},
		{"a list that may be absent comes with its first", func(d *Document) (*Document, error) {
			return d.Add("matters/two/fees", -1, Mapping(Entry{"id", Text("g")}, Entry{"fen", Plain("2")}))
		}, "- id: two\n", "- id: two\n    fees:\n      - {id: g, fen: 2}\n"},
		{"the same again changes nothing", func(d *Document) (*Document, error) { return d.Set("matters/two/note", Text("folded text")) }, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := tt.edit(parsed(t, text))
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Replace(text, tt.old, tt.new, 1); d.String() != want {
				t.Errorf("got\n%s\nwant\n%s", d.String(), want)
			}
		})
	}
	t.Run("what is not there cannot be changed", func(t *testing.T) {
		d := parsed(t, text)
		if _, err := d.Remove("matters/three"); err == nil {
			t.Error("removed what is not there")
		}
		if _, err := d.Set("matters/three/when", Text("x")); err == nil {
			t.Error("set a key of what is not there")
		}
	})
	t.Run("a place leads to a path", func(t *testing.T) {
		d := parsed(t, text)
		line, col := d.Place("matters/one/fees/f")
		if got := d.At(line, col+1); got != "matters/one/fees/f/id" {
			t.Errorf("At(%d, %d) = %q", line, col+1, got)
		}
	})
	t.Run("what is no YAML says at which line", func(t *testing.T) {
		d, complaints := Parse("service.yaml", []byte("id: a\nname: {zh: x\n"))
		if d != nil || len(complaints) == 0 || complaints[0].Line != 2 {
			t.Errorf("Parse = %v, %v, want a complaint on line 2", d, complaints)
		}
	})
}

// TestTheTableIsTheFormat holds the description of forms against the types that the catalogue reads.
func TestTheTableIsTheFormat(t *testing.T) {
	seen := map[string]bool{}
	var compare func(object string, typ reflect.Type)
	compare = func(object string, typ reflect.Type) {
		o := objects[object]
		if o == nil {
			t.Errorf("%s is not described", object)
			return
		}
		if seen[object] {
			return
		}
		seen[object] = true
		if o.Name != object {
			t.Errorf("%s is called %s", object, o.Name)
		}
		fields := strictyaml.Fields(typ)
		if len(fields) != len(o.Fields) {
			t.Errorf("%s has %d keys, described are %d", object, len(fields), len(o.Fields))
		}
		for _, f := range fields {
			got, ok := o.Field(f.Key)
			if !ok || got.Required != f.Required {
				t.Errorf("%s.%s is described as %+v, want required %v", object, f.Key, got, f.Required)
			}
			if got.Kind == AsText {
				continue
			}
			in := f.Type
			for in.Kind() == reflect.Pointer || in.Kind() == reflect.Slice {
				in = in.Elem()
			}
			if got.Of != "" {
				compare(got.Of, in)
			} else if in.Kind() == reflect.Struct && got.Kind != Phrase {
				t.Errorf("%s.%s is described as %s, and it has keys", object, f.Key, got.Kind)
			}
			if list := f.Type.Kind() == reflect.Slice; list != slices.Contains([]Kind{Many, Terms, Choices, Picks}, got.Kind) {
				t.Errorf("%s.%s is described as %s, list %v", object, f.Key, got.Kind, list)
			}
		}
	}
	compare("service", reflect.TypeFor[catalogue.Service]())
	for name := range objects {
		if !seen[name] {
			t.Errorf("nothing is a %s", name)
		}
	}
}
