package strictyaml

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/lang"
)

type limit struct {
	N    int    `yaml:"n"`
	Unit string `yaml:"unit"`
}

type matter struct {
	ID       string            `yaml:"id"`
	Name     lang.Text         `yaml:"name"`
	When     string            `yaml:"when,omitempty"`
	Site     bool              `yaml:"site,omitempty"`
	Share    float64           `yaml:"share,omitempty"`
	Limit    *limit            `yaml:"limit,omitempty"`
	Keywords []string          `yaml:"keywords,omitempty"`
	Answers  map[string]string `yaml:"answers,omitempty"`
	Hidden   string            `yaml:"-"`
}

type service struct {
	ID      string   `yaml:"id"`
	Day     string   `yaml:"day,omitempty"`
	Matters []matter `yaml:"matters"`
}

func number(f float64) *float64 { return &f }

var grammar = NewGrammar(
	For[limit](map[string]Rule{"unit": {OneOf: []string{"working", "natural", "month"}}, "n": {Min: number(0), Max: number(999)}}),
	For[matter](map[string]Rule{"id": {Pattern: `[a-z][a-z0-9-]*`, Shape: Say("小写英文短名", "a short name in lower case")}}),
	For[service](map[string]Rule{"matters": {Least: 1}}),
)

const whole = `# a service
id: open-a-shop
day: 2026-03-02
matters:
  - id: licence
    name: {zh: 许可, en: Licence}
    when: "area >= 50"
    site: true
    share: 0.5
    limit: {n: 20, unit: working}
    keywords: [许可, no, 01]
    answers: {area: 80, prepack: false}
`

func TestDecode(t *testing.T) {
	got, _, cs := Read[service]("service.yaml", []byte(whole), grammar)
	if len(cs) > 0 {
		t.Fatalf("complaints about a correct file: %v", cs)
	}
	want := service{ID: "open-a-shop", Day: "2026-03-02", Matters: []matter{{
		ID: "licence", Name: lang.Text{ZH: "许可", EN: "Licence"}, When: "area >= 50", Site: true, Share: 0.5,
		Limit: &limit{20, "working"}, Keywords: []string{"许可", "no", "01"},
		Answers: map[string]string{"area": "80", "prepack": "false"},
	}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Read() differs (-want +got):\n%s", d)
	}
}

// Each mistake is planted into the correct file; line and column were counted by hand.
func TestComplaints(t *testing.T) {
	for _, tt := range []struct {
		name     string
		old, new string
		want     []string
	}{
		{"unknown key, near one that exists", "site: true", "siet: true",
			[]string{`service.yaml:8:5: unknown key "siet"; did you mean "site"?`}},
		{"unknown key, near none", "site: true", "colour: red",
			[]string{`service.yaml:8:5: unknown key "colour"; the keys are: id, name, when, site, share, limit, keywords, answers`}},
		{"a key twice", "site: true", "site: true\n    site: false",
			[]string{`service.yaml:9:5: key "site" stands twice; delete one of them; the first is on line 8`}},
		{"a missing key", "id: open-a-shop\n", "",
			[]string{`service.yaml:2:1: "id" is missing; add id: (write a text)`}},
		{"a missing key with a rule", "{n: 20, unit: working}", "{n: 20}",
			[]string{`service.yaml:10:12: "unit" is missing; add unit: (write one of working, natural, month)`}},
		{"a text in one language", "{zh: 许可, en: Licence}", "{zh: 许可}",
			[]string{`service.yaml:6:11: the text is missing in English (en); write {zh: …, en: …}`}},
		{"an empty text", "en: Licence", `en: ""`,
			[]string{`service.yaml:6:24: en is empty; write a text`}},
		{"a comma in text without quotes", "en: Licence", `en: Licence, new`,
			[]string{`service.yaml:6:33: the text breaks off at a comma; put text that contains a comma into quotes`}},
		{"a text where both languages belong", "{zh: 许可, en: Licence}", "许可",
			[]string{`service.yaml:6:11: name cannot be "许可"; write {zh: …, en: …}`}},
		{"a number in quotes", "n: 20", `n: "20"`,
			[]string{`service.yaml:10:16: n cannot be "20" in quotes; write a whole number from 0 to 999`}},
		{"a number with a leading nought", "n: 20", "n: 020",
			[]string{`service.yaml:10:16: n cannot be "020"; write a whole number from 0 to 999`}},
		{"a number too large", "n: 20", "n: 1000",
			[]string{`service.yaml:10:16: n is out of range: 1000; write a whole number from 0 to 999`}},
		{"a number in words", "share: 0.5", "share: half",
			[]string{`service.yaml:9:12: share cannot be "half"; write a number without quotes`}},
		{"yes for true", "site: true", "site: yes",
			[]string{`service.yaml:8:11: site cannot be "yes"; write true or false`}},
		{"a value outside its list", "unit: working", "unit: worknig",
			[]string{`service.yaml:10:26: unit cannot be "worknig"; did you mean "working"?`}},
		{"a value against its pattern", "- id: licence", "- id: Licence",
			[]string{`service.yaml:5:9: id cannot be "Licence"; it should be a short name in lower case`}},
		{"no value", "site: true", "site:",
			[]string{`service.yaml:8:10: site has no value; write true or false`}},
		{"a list for a mapping", "{n: 20, unit: working}", "[20, working]",
			[]string{`service.yaml:10:12: limit cannot be a list; write a mapping with n, unit`}},
		{"a mapping for a list", "[许可, no, 01]", "{a: 1}",
			[]string{`service.yaml:11:15: keywords cannot be a mapping; write a list: […]`}},
		{"an empty list where one is needed", whole[strings.Index(whole, "matters:"):], "matters: []\n",
			[]string{`service.yaml:4:10: too few in matters: 0; write at least 1`}},
		{"an anchor and its alias", "[许可, no, 01]", "&k [许可]\n    answers: *k\n    x:",
			[]string{`service.yaml:11:15: an anchor, &k; delete it; a value that begins with & needs quotes`,
				`service.yaml:12:14: an alias, *k; write the value itself here`}},
		{"a condition that YAML takes for a tag", `"area >= 50"`, "!prepack",
			[]string{`service.yaml:7:11: a YAML tag, !prepack; a value that begins with ! needs quotes`}},
		{"a merge key", "answers: {area: 80, prepack: false}", "answers: {<<: {a: b}}",
			[]string{`service.yaml:12:15: a merge key, <<; write the values themselves here`}},
		{"a tab", "    site: true", "\tsite: true",
			[]string{`service.yaml:8:1: a tab; write spaces`}},
		{"a tab inside text, and another", "share: 0.5\n", "share:\t0.5\t\n",
			[]string{`service.yaml:9:11: a tab; write spaces`, `service.yaml:9:15: a tab; write spaces`}},
		{"bad UTF-8", "许可, en", "许\xff可, en",
			[]string{`service.yaml:6:17: not valid UTF-8 (byte 0xFF); save the file in UTF-8`}},
		{"a character that turns text round", "Licence}", "Lic\u202eence}",
			[]string{`service.yaml:6:27: an invisible character that turns the direction of text, U+202E; delete it`}},
		{"a byte order mark", "# a service", "\ufeff# a service",
			[]string{`service.yaml:1:1: the file begins with a byte order mark; save it as UTF-8 without a byte order mark`}},
		{"a second document", "matters:", "---\nmatters:",
			[]string{`service.yaml:4:1: a second document in the file; write one document per file: delete the ---, or begin another file`}},
		{"a colon in text", `"area >= 50"`, "area: >= 50",
			[]string{`service.yaml:7:15: another "key: value" is not possible here; put a value that contains a colon into quotes, or check the indentation`}},
		{"a quotation left open", `"area >= 50"`, `"area >= 50`,
			[]string{`service.yaml:7:11: a quotation is not closed; close the quotation marks`}},
		{"braces left open", "unit: working}", "unit: working",
			[]string{`service.yaml:10:12: a mapping in braces is not finished; separate the entries by commas and end with }; text with commas, colons or braces needs quotes`}},
		{"wrong indentation", "    site: true", "   site: true",
			[]string{`service.yaml:8:4: the list breaks off: an item that begins with - was expected; check the indentation: keys of one level stand below each other`}},
		{"an empty file", whole, "# nothing\n",
			[]string{`service.yaml:1:1: the file is empty; write something into it, or delete it`}},
		{"too large", whole, strings.Repeat("a", MaxBytes+1),
			[]string{`service.yaml:1:1: the file is too large: 1048577 bytes; split it into files of at most 1048576 bytes`}},
		{"too deep", `"area >= 50"`, strings.Repeat("[", 100) + strings.Repeat("]", 100),
			[]string{`service.yaml:7:75: nested more than 64 levels deep; write it flatter`}},
		{"an alias bomb", whole, "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", []string{
			`service.yaml:1:1: "id" is missing; add id: (write a text)`,
			`service.yaml:1:1: "matters" is missing; add matters: (write a list: […])`,
			`service.yaml:1:1: unknown key "a"; the keys are: id, day, matters`,
			`service.yaml:1:4: an anchor, &a; delete it; a value that begins with & needs quotes`,
			`service.yaml:2:1: unknown key "b"; the keys are: id, day, matters`,
			`service.yaml:2:4: an anchor, &b; delete it; a value that begins with & needs quotes`,
			`service.yaml:2:8: an alias, *a; write the value itself here`,
			`service.yaml:2:11: an alias, *a; write the value itself here`,
			`service.yaml:3:1: unknown key "c"; the keys are: id, day, matters`,
			`service.yaml:3:5: an alias, *b; write the value itself here`,
			`service.yaml:3:8: an alias, *b; write the value itself here`,
		}},
		{"several mistakes at once", "site: true\n    share: 0.5\n    limit: {n: 20, unit: working}",
			"site: yes\n    share: half\n    limit: {n: x, unit: week}", []string{
				`service.yaml:8:11: site cannot be "yes"; write true or false`,
				`service.yaml:9:12: share cannot be "half"; write a number without quotes`,
				`service.yaml:10:16: n cannot be "x"; write a whole number from 0 to 999`,
				`service.yaml:10:25: unit cannot be "week"; the values are: working, natural, month`,
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(whole, tt.old) {
				t.Fatalf("the file does not contain %q", tt.old)
			}
			text := strings.Replace(whole, tt.old, tt.new, 1)
			_, _, cs := Read[service]("service.yaml", []byte(text), grammar)
			var got []string
			for _, c := range Sort(cs) {
				got = append(got, c.String())
				if c.What.ZH == "" || c.Remedy.ZH == "" || c.What.ZH == c.What.EN {
					t.Errorf("no Chinese in %#v", c)
				}
			}
			if tt.name == "an anchor and its alias" { // the planted text also leaves an unknown key behind
				got = got[:2]
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("complaints differ (-want +got):\n%s", d)
			}
		})
	}
}

func TestChineseForm(t *testing.T) {
	text := strings.Replace(whole, "unit: working", "unit: worknig", 1)
	_, _, cs := Read[service]("service.yaml", []byte(text), grammar)
	if got, want := cs[0].In(lang.ZH), `service.yaml:10:26: unit 不能是 "worknig";是否想写 "working"?`; got != want {
		t.Errorf("In(zh) = %s, want %s", got, want)
	}
}

func TestAt(t *testing.T) {
	s, cs := Parse("service.yaml", []byte(whole))
	if len(cs) > 0 {
		t.Fatal(cs)
	}
	for _, tt := range []struct {
		path string
		want Place
		has  bool
	}{
		{"", Place{2, 1, 2, 1}, true},
		{"id", Place{2, 5, 2, 1}, true},
		{"matters[0]", Place{5, 5, 5, 5}, true},
		{"matters[0].when", Place{7, 11, 7, 5}, true},
		{"matters[0].limit.unit", Place{10, 26, 10, 20}, true},
		{"matters[0].keywords[1]", Place{11, 20, 11, 20}, true},
		{`matters[0]["answers"]["area"]`, Place{12, 21, 12, 15}, true},
		{"matters[0].fees[3].fen", Place{5, 5, 5, 5}, false}, // the nearest thing around it
		{"matters[7]", Place{5, 3, 4, 1}, false},
		{"matters[", Place{5, 3, 4, 1}, false},
	} {
		if got := s.At(tt.path); got != tt.want {
			t.Errorf("At(%q) = %v, want %v", tt.path, got, tt.want)
		}
		if got := s.Has(tt.path); got != tt.has {
			t.Errorf("Has(%q) = %v, want %v", tt.path, got, tt.has)
		}
	}
}

// Within is right when the character it points at is the one that was asked for.
func TestWithin(t *testing.T) {
	for name, text := range map[string]string{
		"plain":             "k: area >= 五十 && x\n",
		"plain over lines":  "k: area >= 50\n   && prepack\n\n   || other   \n  and more\nz: 1\n",
		"single quotes":     "k: 'it''s 大 ''x'''\n",
		"double quotes":     `k: "a\tb\u4e2dc\x41d \"e\" \\ f"` + "\n",
		"double over lines": "k: \"one two\n   three \\\n   four\n\n   five\"\n",
		"literal":           "k: |\n  first 行\n    more\n\n  third\n",
		"literal indented":  "k: |2-\n   first\n  second\n",
		"folded":            "k: >-\n  first\n  second\n\n\n  third 行\n  fourth\n",
		"in a list":         "k: [a, 'b c', d]\n",
		"crlf":              "k: one\r\n  two\r\nz: 1\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := "k"
			if name == "in a list" {
				path = "k[1]"
			}
			within(t, text, path)
		})
	}
}

func within(t *testing.T, text, path string) {
	s, cs := Parse("x.yaml", []byte(text))
	if len(cs) > 0 {
		t.Fatalf("%q: %v", text, cs)
	}
	n, _ := s.find(path)
	value := []rune(n.Value)
	for i, want := range value {
		line, col := s.Within(path, i)
		at := s.offset(line, col)
		got, _ := utf8.DecodeRuneInString(text[at:])
		if got != want && got != '\\' && want != ' ' && want != '\n' {
			t.Errorf("%q: Within(%d) = %d:%d, which is %q, want %q of %q", text, i, line, col, got, want, n.Value)
		}
	}
	last, _ := s.Within(path, len(value)+5)
	if last > strings.Count(text, "\n")+1 {
		t.Errorf("%q: past the end is line %d", text, last)
	}
}

func FuzzWithin(f *testing.F) {
	f.Add("area >= 50 && 是\nsecond  line\n\nthird", uint8(0))
	f.Add("it's \"quoted\" \\ back", uint8(1))
	f.Fuzz(func(t *testing.T, value string, style uint8) {
		if !utf8.ValidString(value) || len(value) > 500 {
			t.Skip()
		}
		styles := []yaml.Style{0, yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle}
		node := yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
			{Kind: yaml.ScalarNode, Value: "k"},
			{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Style: styles[int(style)%len(styles)]},
		}}
		text, err := yaml.Dump(&node, yaml.WithLineWidth(20))
		if err != nil {
			t.Skip()
		}
		s, cs := Parse("x.yaml", text)
		if len(cs) > 0 {
			t.Skip() // characters that we refuse
		}
		if n, _ := s.find("k"); n.Kind != yaml.ScalarNode || n.Style&yaml.FoldedStyle != 0 && strings.Contains("\n"+value, "\n ") {
			t.Skip() // more indented lines of a folded text are not folded; the column there is approximate
		}
		within(t, string(text), "k")
	})
}

// What we accept, the library accepts under its own strict settings, and reads the same; and every
// complaint is about a place in the file, in both languages.
func FuzzRead(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("id: x\nmatters: [{id: a, name: {zh: 1, en: 2}}]\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("---\n...\n--- x\n"))
	f.Add([]byte("id: !!binary aGk=\n? [a]\n: b\n"))
	f.Add([]byte("{id: a, matters: [], matters: []}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, s, cs := Read[service]("x.yaml", text, grammar)
		lines := strings.Count(string(text), "\n") + 2
		for _, c := range cs {
			if c.Line < 1 || c.Line > lines || c.Col < 1 || c.What.ZH == "" || c.What.EN == "" || c.Remedy.ZH == "" || c.Remedy.EN == "" {
				t.Fatalf("complaint without its place or text: %#v", c)
			}
		}
		s.At("matters[0].name.zh")
		s.Within("matters[0].when", 3)
		if len(cs) > 0 {
			return
		}
		var want service
		if err := yaml.Load(text, &want, yaml.WithKnownFields()); err != nil {
			t.Fatalf("we accept what the library refuses: %v", err)
		}
		if !reflect.DeepEqual(want, got) {
			t.Fatalf("we read %#v, the library %#v", got, want)
		}
		fixed := Marshal(got)
		again, _, cs := Read[service]("x.json", fixed, grammar)
		if len(cs) > 0 || string(Marshal(again)) != string(fixed) {
			t.Fatalf("%s reads as %#v with %v, want %#v", fixed, again, cs, got)
		}
	})
}

func TestMarshal(t *testing.T) {
	in, _, _ := Read[service]("service.yaml", []byte(whole), grammar)
	want := `{"id":"open-a-shop","day":"2026-03-02","matters":[{"id":"licence","name":{"zh":"许可","en":"Licence"},` +
		`"when":"area >= 50","site":true,"share":0.5,"limit":{"n":20,"unit":"working"},"keywords":["许可","no","01"],` +
		`"answers":{"area":"80","prepack":"false"}}]}`
	if got := string(Marshal(in)); got != want {
		t.Errorf("Marshal() = %s, want %s", got, want)
	}
	again, _, cs := Read[service]("x", []byte(want), grammar)
	if len(cs) > 0 || !reflect.DeepEqual(again, in) {
		t.Errorf("read back: %#v, %v", again, cs)
	}
}

func TestEach(t *testing.T) {
	in, _, _ := Read[service]("service.yaml", []byte(whole), grammar)
	var got []string
	Each(in, "", func(path string, v string) { got = append(got, path+"="+v) })
	Each(in, "", func(path string, v limit) { got = append(got, path) })
	want := []string{"id=open-a-shop", "day=2026-03-02", "matters[0].id=licence", "matters[0].name.zh=许可", "matters[0].name.en=Licence",
		"matters[0].when=area >= 50", "matters[0].limit.unit=working", "matters[0].keywords[0]=许可", "matters[0].keywords[1]=no",
		"matters[0].keywords[2]=01", "matters[0].answers.area=80", "matters[0].answers.prepack=false", "matters[0].limit"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Each() differs (-want +got):\n%s", d)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"statutory", "promised", "visits", "fees"}
	for word, want := range map[string]string{
		"statutary": "statutory", "promsied": "promised", "visit": "visits", "Fees": "fees", "material": "", "": "",
	} {
		if got, _ := Nearest(word, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestSort(t *testing.T) {
	a := Complaint{File: "a", Line: 2, Col: 1}
	b := Complaint{File: "a", Line: 10, Col: 3}
	c := Complaint{File: "b", Line: 1, Col: 1}
	if d := cmp.Diff([]Complaint{a, b, c}, Sort([]Complaint{c, b, a, b})); d != "" {
		t.Errorf("Sort() differs (-want +got):\n%s", d)
	}
}
