package dmn_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/dmn"
	"tongban/internal/platform/lang"
)

func float(f float64) *float64 { return &f }

// shop are the variables of the tables below.
var shop = []decision.Variable{
	{Name: "kind", Kind: decision.Enum, Options: []string{"hot", "raw", "packed"}},
	{Name: "area", Kind: decision.Integer, Min: float(1), Max: float(1000)},
	{Name: "rent", Kind: decision.Decimal},
	{Name: "public", Kind: decision.Boolean},
	{Name: "opened", Kind: decision.Date},
}

// table writes a decision table as modelling tools do: inputs by expression, and rows "in | in => out | out".
func table(policy string, inputs, outputs []string, rows ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="n" namespace="x">
<decision id="fire" name="Fire check"><decisionTable id="t"`)
	if policy != "" {
		fmt.Fprintf(&b, " hitPolicy=%q", policy)
	}
	b.WriteString(">\n")
	escape := strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;")
	for i, in := range inputs {
		fmt.Fprintf(&b, "<input id=\"in%d\" label=\"Input %d\"><inputExpression><text>%s</text></inputExpression></input>\n", i+1, i+1, in)
	}
	for i, out := range outputs {
		name, fallback, _ := strings.Cut(out, " else ")
		fmt.Fprintf(&b, "<output id=\"out%d\" name=%q>", i+1, name)
		if fallback != "" {
			fmt.Fprintf(&b, "<defaultOutputEntry><text>%s</text></defaultOutputEntry>", escape.Replace(fallback))
		}
		b.WriteString("</output>\n")
	}
	for i, row := range rows {
		in, out, _ := strings.Cut(row, "=>")
		fmt.Fprintf(&b, "<rule id=\"r%d\">", i+1)
		for j, c := range strings.Split(in, "|") {
			fmt.Fprintf(&b, "<inputEntry id=\"r%dc%d\"><text>%s</text></inputEntry>", i+1, j+1, escape.Replace(strings.TrimSpace(c)))
		}
		for _, c := range strings.Split(out, "|") {
			fmt.Fprintf(&b, "<outputEntry><text>%s</text></outputEntry>", escape.Replace(strings.TrimSpace(c)))
		}
		b.WriteString("</rule>\n")
	}
	return b.String() + "</decisionTable></decision></definitions>"
}

func conditions(t *testing.T, text string, names map[string]string) ([]dmn.Outcome, []dmn.Problem) {
	t.Helper()
	tables, problems := dmn.Read(strings.NewReader(text))
	if len(problems) > 0 {
		return nil, problems
	}
	return tables[0].Conditions(shop, names)
}

func TestConditions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		names      map[string]string
		want       []string
	}{
		{"a unique table gives each value its own rules", table("UNIQUE", []string{"kind", "area"}, []string{"check"},
			`"hot" | >= 50 => true`, `"hot" | < 50 => false`, `"raw","packed" | - => false`), nil,
			[]string{`true: kind == "hot" && area >= 50`, `false: kind == "hot" && area < 50 || kind in ["raw", "packed"]`}},
		{"unique is what a table is that says nothing", table("", []string{"public"}, []string{"check"}, `true => "a"`, `false => "b"`), nil,
			[]string{"a: public", "b: !public"}},
		{"the first rule wins, so a later one counts where none before it holds", table("F", []string{"area"}, []string{"way"}, `< 50 => "none"`, `< 300 => "file"`, `- => "permit"`), nil,
			[]string{"none: area < 50", "file: !(area < 50) && area < 300", "permit: !(area < 50) && !(area < 300)"}},
		{"any allows rules that agree", table("ANY", []string{"area", "public"}, []string{"check"}, `>= 50 | - => true`, `- | true => true`), nil,
			[]string{"true: area >= 50 || public"}},
		{"the default is for those whom no rule meets", table("U", []string{"area"}, []string{"check else false"}, `[50..300) => true`), nil,
			[]string{"true: (area >= 50 && area < 300)", "false: !((area >= 50 && area < 300))"}},
		{"ranges are open or closed at either end", table("U", []string{"rent"}, []string{"band"}, `[0..0.5] => 1`, `(0.5..2) => 2`, `]2..3[ => 3`), nil,
			[]string{"1: (rent >= 0 && rent <= 0.5)", "2: (rent > 0.5 && rent < 2)", "3: (rent > 2 && rent < 3)"}},
		{"not and lists", table("U", []string{"kind", "rent"}, []string{"check"}, `not("hot","raw") | 1, > 2.5 => true`), nil,
			[]string{`true: !(kind in ["hot", "raw"]) && (rent == 1.0 || rent > 2.5)`}},
		{"an empty cell is any value, as modelling tools write it", table("U", []string{"public", "area"}, []string{"check"}, ` | < 50 => true`), nil, []string{"true: area < 50"}},
		{"days", table("U", []string{"opened"}, []string{"new"}, `>= date("2026-01-31") => true`), nil, []string{`true: opened >= "2026-01-31"`}},
		{"inputs bear names of their own", table("U", []string{"Floor area"}, []string{"check"}, `>= 50 => true`), map[string]string{"Floor area": "area"}, []string{"true: area >= 50"}},
		{"several outputs", table("U", []string{"public"}, []string{"fire", "sign"}, `true => true | "x"`, `false => false | "x"`), nil,
			[]string{"true: public", "false: !public", "x: public || !public"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			outcomes, problems := conditions(t, tt.text, tt.names)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			var got []string
			for _, o := range outcomes {
				got = append(got, o.Value+": "+o.When)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// What cannot be decided is refused at its rule, column and element, with what to write instead.
func TestRefused(t *testing.T) {
	t.Parallel()
	one := func(policy, in, cell, out string) string {
		return table(policy, []string{in}, []string{"check"}, "- => "+out, cell+" => "+out)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"arithmetic", one("F", "area", "< rent * 2", "true"), `line 7, decision fire, rule 2, column Input 1, element r2c1: "< rent * 2" is not understood: a cell compares with constants; write for example 50, >= 50, [50..300), not(…) or -`},
		{"a calculation after a number", one("F", "area", "50 + 1", "true"), `rule 2, column Input 1, element r2c1: "50 + 1" is not understood`},
		{"another column", one("F", "area", "rent", "true"), `element r2c1: "rent" is not understood`},
		{"a function", one("F", "kind", `starts with("h")`, "true"), `element r2c1: "starts with(\"h\")" is not understood: a cell compares with constants; write for example "hot", "raw", not(…) or -`},
		{"the cell's own value", one("F", "area", "? > 5", "true"), `"? > 5" is not understood`},
		{"an option that there is not", one("F", "kind", `"hott"`, "true"), `element r2c1: kind has no option "hott"; did you mean "hot"?`},
		{"a fraction of a whole number", one("F", "area", "49.5", "true"), `element r2c1: area is a whole number and never equals 49.5`},
		{"a day that there is not", one("F", "opened", `date("2026-02-30")`, "true"), `element r2c1: "2026-02-30" is no day`},
		{"an empty list", one("F", "area", "not()", "true"), `element r2c1: "not()" is not understood`},
		{"a result that is worked out", one("F", "area", "1", "area + 1"), `rule 1, column check: the result "area + 1" is no constant`},
		{"an input that is no question", one("F", "income", "1", "true"), `column Input 1, element in1: there is no question "income"; say with --question-map which question it is: "income"=ID`},
		{"rules that meet in a unique table", table("U", []string{"area"}, []string{"c"}, "< 50 => 1", ">= 49 => 2"), `rule 2, element r2: rules 1 and 2 hold together: area = 49`},
		{"rules that disagree in an any table", table("A", []string{"area"}, []string{"c"}, "< 50 => 1", ">= 49 => 2"), `rule 2, element r2: rules 1 and 2 hold together`},
		{"collect", table("COLLECT", []string{"area"}, []string{"c"}, "< 50 => 1"), `element t: the hit policy COLLECT does not give one result; give every result a column of its own`},
		{"priority", table("PRIORITY", []string{"area"}, []string{"c"}, "< 50 => 1"), `the hit policy PRIORITY does not give one result; put the rules in their order of precedence and use FIRST`},
		{"a row that is too short", table("U", []string{"area", "kind"}, []string{"c"}, "< 50 => 1"), `rule 1, element r1: the rule has 1 input and 1 output cells, the table 2 and 1 columns`},
		{"an older version", strings.Replace(table("U", []string{"area"}, []string{"c"}, "1 => 1"), "DMN/20191111", "DMN/20180521", 1), `no DMN file of version 1.3 or later`},
		{"an expression", `<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"><decision id="x" name="Sum"><literalExpression/></decision></definitions>`, `element x: the decision "Sum" is no decision table`},
		{"entities", `<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><definitions>&b;</definitions>`, `line 1: the file declares a DOCTYPE; delete <!DOCTYPE …>`},
		{"no XML", `{"a": 1}`, `the XML cannot be read`},
		{"XML that ends early", `<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/">`, `the XML cannot be read`},
		{"depth", strings.Repeat("<a>", 100), `nest too deep`},
		{"size", "<a>" + strings.Repeat(" ", 9<<20), `the file is too large; split it into files of at most 8 MB`},
		{"nothing", `<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"/>`, `the file has no decision table`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			outcomes, problems := conditions(t, tt.text, nil)
			if len(problems) == 0 || outcomes != nil {
				t.Fatalf("taken as %v", outcomes)
			}
			if got := problems[0].String(); !strings.Contains(got, tt.want) {
				t.Errorf("said %q, want %q", got, tt.want)
			}
			if zh := problems[0].In(lang.ZH); zh == problems[0].String() || strings.Contains(zh+problems[0].String(), "%!") {
				t.Errorf("not well said: %s", zh)
			}
		})
	}
}

// drawCell gives a cell in words and what it means.
func drawCell(t *rapid.T, v decision.Variable) (string, func(string) bool) {
	number := func(s string) float64 { f, _ := strconv.ParseFloat(s, 64); return f }
	constants := map[decision.Kind][]string{decision.Enum: v.Options, decision.Integer: {"1", "49", "50", "300"}, decision.Decimal: {"-1.5", "0", "0.5", "2"}, decision.Date: {"2025-12-31", "2026-01-31"}}[v.Kind]
	write := func(s string) string {
		switch v.Kind {
		case decision.Enum:
			return strconv.Quote(s)
		case decision.Date:
			return `date("` + s + `")`
		}
		return s
	}
	compare := func(a, b string) int {
		if v.Kind == decision.Date || v.Kind == decision.Enum {
			return strings.Compare(a, b)
		}
		switch a, b := number(a), number(b); {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}
	pick := func(label string) string { return rapid.SampledFrom(constants).Draw(t, label) }
	one := func() (string, func(string) bool) {
		form := rapid.IntRange(0, 3).Draw(t, "form")
		if v.Kind == decision.Enum {
			form = 0
		}
		switch c := pick("constant"); form {
		case 1:
			signs := map[string]func(int) bool{"<": func(n int) bool { return n < 0 }, "<=": func(n int) bool { return n <= 0 }, ">": func(n int) bool { return n > 0 }, ">=": func(n int) bool { return n >= 0 }}
			sign := rapid.SampledFrom([]string{"<", "<=", ">", ">="}).Draw(t, "sign")
			return sign + " " + write(c), func(x string) bool { return signs[sign](compare(x, c)) }
		case 2:
			high := pick("high")
			left, right := rapid.SampledFrom([]string{"[", "(", "]"}).Draw(t, "left"), rapid.SampledFrom([]string{"]", ")", "["}).Draw(t, "right")
			return left + write(c) + ".." + write(high) + right, func(x string) bool {
				low, up := compare(x, c), compare(x, high)
				return (low > 0 || low == 0 && left == "[") && (up < 0 || up == 0 && right == "]")
			}
		default:
			return write(c), func(x string) bool { return compare(x, c) == 0 }
		}
	}
	if rapid.IntRange(0, 4).Draw(t, "dash") == 0 {
		return "-", func(string) bool { return true }
	}
	if v.Kind == decision.Boolean {
		want := rapid.SampledFrom([]string{"true", "false"}).Draw(t, "boolean")
		return want, func(x string) bool { return x == want }
	}
	var words []string
	var tests []func(string) bool
	for range rapid.IntRange(1, 3).Draw(t, "tests") {
		w, f := one()
		words, tests = append(words, w), append(tests, f)
	}
	any := func(x string) bool {
		for _, f := range tests {
			if f(x) {
				return true
			}
		}
		return false
	}
	if rapid.IntRange(0, 3).Draw(t, "not") == 0 {
		return "not(" + strings.Join(words, ", ") + ")", func(x string) bool { return !any(x) }
	}
	return strings.Join(words, ","), any
}

// A table and the conditions made of it say the same about everybody: the table is read here as DMN 1.3,
// section 8.2, says, without any of the code that is tested.
func TestMeansWhatTheTableSays(t *testing.T) {
	t.Parallel()
	taken, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		inputs := rapid.Permutation(shop).Draw(t, "inputs")[:rapid.IntRange(1, 3).Draw(t, "width")]
		policy := rapid.SampledFrom([]string{"UNIQUE", "ANY", "FIRST", "FIRST"}).Draw(t, "policy")
		fallback := rapid.SampledFrom([]string{"", "a", "c"}).Draw(t, "fallback")
		var names, rows []string
		for _, v := range inputs {
			names = append(names, v.Name)
		}
		type rule struct {
			tests []func(string) bool
			out   string
		}
		var rules []rule
		for range rapid.IntRange(1, 6).Draw(t, "rules") {
			r := rule{out: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "out")}
			var words []string
			for _, v := range inputs {
				w, f := drawCell(t, v)
				words, r.tests = append(words, w), append(r.tests, f)
			}
			rows, rules = append(rows, strings.Join(words, " | ")+" => "+strconv.Quote(r.out)), append(rules, r)
		}
		out := "o"
		if fallback != "" {
			out += " else " + strconv.Quote(fallback)
		}
		text := table(policy, names, []string{out}, rows...)
		tables, problems := dmn.Read(strings.NewReader(text))
		if len(problems) > 0 {
			t.Fatalf("%v\n%s", problems, text)
		}
		outcomes, problems := tables[0].Conditions(shop, nil)
		for _, p := range problems {
			if !strings.Contains(p.What.EN, "hold together") {
				t.Fatalf("%v\n%s", p, text)
			}
		}
		var conds []decision.Condition
		for _, o := range outcomes {
			conds = append(conds, decision.Condition{Text: o.When})
		}
		d, found := decision.Compile(shop, conds)
		if found != nil {
			t.Fatal(found)
		}
		met := false // whether two rules that may not meet were seen to
		for range 60 {
			person := map[string]string{
				"kind": rapid.SampledFrom(shop[0].Options).Draw(t, "kind"), "area": rapid.SampledFrom([]string{"1", "2", "48", "49", "50", "51", "299", "300", "301"}).Draw(t, "area"),
				"rent": rapid.SampledFrom([]string{"-2", "-1.5", "-1", "0", "0.25", "0.5", "0.75", "2", "2.5"}).Draw(t, "rent"), "public": rapid.SampledFrom([]string{"true", "false"}).Draw(t, "public"),
				"opened": rapid.SampledFrom([]string{"2025-12-30", "2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01"}).Draw(t, "opened"),
			}
			var hits []string
			for _, r := range rules {
				all := true
				for i, f := range r.tests {
					all = all && f(person[inputs[i].Name])
				}
				if all {
					hits = append(hits, r.out)
				}
			}
			want := fallback
			if len(hits) > 0 {
				want = hits[0]
			}
			for _, h := range hits[min(1, len(hits)):] {
				met = met || policy == "UNIQUE" || policy == "ANY" && h != want
			}
			if problems != nil {
				continue
			}
			slots := d.Slots()
			if err := d.Fill(slots, person); err != nil {
				t.Fatal(err)
			}
			for i, o := range outcomes {
				if got := d.Eval(d.Root(i), slots) == decision.True; got != (o.Value == want) {
					t.Fatalf("%v: %q is %v by %s, and the table says %q\n%s", person, o.Value, got, o.When, want, text)
				}
			}
		}
		if problems == nil {
			taken++
			if met {
				t.Fatalf("rules meet and the table was taken\n%s", text)
			}
		} else {
			refused++
		}
	})
	if taken < 20 || refused < 5 {
		t.Errorf("%d tables were taken and %d refused: the rule was hardly tested", taken, refused)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(table("F", []string{"area", "kind"}, []string{"o"}, `[1..2], not(3) | "hot" => true`))
	f.Add(`<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision><decisionTable/></decision></definitions>`)
	f.Fuzz(func(t *testing.T, text string) {
		tables, _ := dmn.Read(strings.NewReader(text))
		for i := range tables {
			outcomes, problems := tables[i].Conditions(shop, nil)
			if len(problems) > 0 && outcomes != nil || len(problems) == 0 && outcomes == nil {
				t.Errorf("%v beside %v", outcomes, problems)
			}
		}
	})
}
