package decision

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tongban/internal/platform/fault"
)

func restaurant() []Variable {
	return []Variable{
		{Name: "area", Kind: Integer, Min: float(0)},
		{Name: "staff", Kind: Integer},
		{Name: "rent", Kind: Decimal},
		{Name: "kind", Kind: Enum, Options: []string{"hot", "cold", "raw", "prepacked"}},
		{Name: "region", Kind: Enum, Options: []string{"本市", "外省"}},
		{Name: "public"},
		{Name: "commit"},
		{Name: "founded", Kind: Date},
	}
}

// Everything outside the language is refused where it stands, with what to write instead.
func TestRefusesWhatIsNotDecidable(t *testing.T) {
	for _, tt := range []struct {
		text      string
		line, col int
		what      string // part of it
		remedy    string // part of it
	}{
		{"", 1, 1, "empty", "write a condition"},
		{"area", 1, 1, "area is a whole number and no condition", "area >= 50"},
		{"kind", 1, 1, "kind is a choice", `kind == "hot"`},
		{"3", 1, 1, "constant alone", "compare it"},
		{"aera >= 50", 1, 1, "nothing is called aera", "did you mean area?"},
		{"public && comit", 1, 11, "nothing is called comit", "did you mean commit?"},
		{"xyz", 1, 1, "nothing is called xyz", "write one of area, staff, rent"},
		{"area >= staff", 1, 1, "two names are compared", "compare each with a constant"},
		{"kind == region", 1, 1, "two names are compared", "ask for the comparison itself"},
		{"area + 10 > 50", 1, 1, "arithmetic (+)", "work the number out"},
		{"area > 5 * 10", 1, 8, "arithmetic (*)", "work the number out"},
		{"-area < 0", 1, 1, "arithmetic (-)", "work the number out"},
		{"sells-online", 1, 1, "arithmetic (-)", "work the number out"},
		{"size(kind) > 3", 1, 1, "no function size()", "use == != in"},
		{`kind.startsWith("h")`, 1, 1, "no function startsWith()", "use == != in"},
		{`kind.matches("h.*") && public`, 1, 1, "no function matches()", "use == != in"},
		{`["hot"].exists(k, k == kind)`, 1, 1, "no function exists()", "use == != in"},
		{"has(area.size)", 1, 1, "no function has()", "use == != in"},
		{"premises.area > 50", 1, 1, `no ".area"`, "name the question itself"},
		{`kind == "warm"`, 1, 9, `kind has no option "warm"`, `write one of "hot", "cold", "raw", "prepacked"`},
		{`kind == "cols"`, 1, 9, `kind has no option "cols"`, `did you mean "cold"?`},
		{`public && kind in ["hot", "prepack"]`, 1, 27, `no option "prepack"`, `did you mean "prepacked"?`},
		{`kind < "hot"`, 1, 1, "kind is a choice of options and has no order", "use == != or in"},
		{"public > false", 1, 1, "no order", "use == or !="},
		{`area == "50"`, 1, 9, "area is a whole number and is compared with something else", "area >= 50"},
		{"kind == 3", 1, 9, "kind is a choice of options and is compared", `kind == "hot"`},
		{`public == "true"`, 1, 11, "public is a boolean and is compared", "public or !public"},
		{"area == 49.5", 1, 9, "area is a whole number and 49.5 is a decimal", "write 49"},
		{"rent == 50", 1, 9, "rent is a decimal and 50 is a whole number", "write 50.0"},
		{"rent in [0.5, 2]", 1, 15, "rent is a decimal", "write 2.0"},
		{"rent < 9223372036854775807", 1, 8, "too large", "2^53"},
		{"area >= 5u", 1, 9, "not written plainly", "write 50"},
		{"area >= 0x1f", 1, 9, "not written plainly", "write 50"},
		{`kind == "\x68ot"`, 1, 9, "not written plainly", `"hot"`},
		{`kind in ["""hot"""]`, 1, 10, "not written plainly", `"hot"`},
		{"area == null", 1, 9, "compared with something else", "area >= 50"},
		{`founded < "2026-02-29"`, 1, 11, `"2026-02-29" is no day`, `"2026-01-31"`},
		{`founded < "26-1-1"`, 1, 11, "is no day", `"2026-01-31"`},
		{"founded < 2026", 1, 11, "founded is a date and is compared with something else", `founded >= "2026-01-31"`},
		{"3 < 4", 1, 1, "two constants", "compare a name"},
		{"kind in []", 1, 9, "empty", "at least one"},
		{"kind in region", 1, 9, "no list", `kind in ["a", "b"]`},
		{`"hot" in ["hot"]`, 1, 1, "no name", `kind in ["a", "b"]`},
		{"kind in [kind]", 1, 10, "no constant", "constants only"},
		{`["hot"]`, 1, 1, "a list stands where it cannot", "after in"},
		{`{"a": 1}`, 1, 1, "not part of the language", "use =="},
		{"area == (public && commit)", 1, 1, "not true or false", "constant of its type"},
		{"area = 50", 1, 6, "a single =", "write =="},
		{"area <> 50", 1, 7, "unequal", "write !="},
		{"public and commit", 1, 8, "says and", "write &&"},
		{"public & commit", 1, 8, "says and", "write &&"},
		{"public 或 commit", 1, 8, "says or", "write ||"},
		{"not public", 1, 1, "says not", "write !"},
		{"public && not commit", 1, 11, "says not", "write !"},
		{"kind == “hot”", 1, 9, "quotation mark", "straight quotes"},
		{"area ≥ 50", 1, 6, "full-width", "ASCII"},
		{"（public）", 1, 1, "full-width", "ASCII"},
		{"面积 > 50", 1, 1, "not ASCII", "id of the question"},
		{"(public && commit", 1, 18, "expected ')'", "close every bracket"},
		{"public && commit)", 1, 17, "closed that was not opened", "take it out"},
		{"public &&", 1, 10, "ends too early", "finish it"},
		{`kind == "hot`, 1, 9, "text is not closed", `close it`},
		{"package == 1", 1, 1, "reserved", "another id"},
		{"public &&\n  area > staff", 2, 3, "two names", "compare each"},
		{"public &&\n\n    (commit || aera > 3)", 3, 16, "aera", "area"},
		{strings.Repeat("(", 200) + "public" + strings.Repeat(")", 200), 1, 1, "recursion", "a person can read"},
		{"public && " + strings.Repeat("public && ", 900) + "public", 1, 1, "size exceeds", "a person can read"},
	} {
		t.Run(tt.text[:min(len(tt.text), 30)], func(t *testing.T) {
			d, problems := Compile(restaurant(), []Condition{{"one", "public"}, {"two", tt.text}})
			if d != nil || len(problems) == 0 {
				t.Fatalf("Compile accepts %s", tt.text)
			}
			p := problems[0]
			if p.Condition != 1 || p.Variable != -1 || p.Line != tt.line || p.Col != tt.col {
				t.Errorf("place = condition %d, variable %d, %d:%d, want condition 1, %d:%d", p.Condition, p.Variable, p.Line, p.Col, tt.line, tt.col)
			}
			if !strings.Contains(p.What.EN, tt.what) || !strings.Contains(p.Remedy.EN, tt.remedy) {
				t.Errorf("problem = %s\nwant … %s … ; … %s …", p, tt.what, tt.remedy)
			}
			for _, text := range []string{p.What.ZH, p.Remedy.ZH, p.What.EN, p.Remedy.EN} {
				if text == "" || strings.Contains(text, "%!") {
					t.Errorf("a text is missing or ill made: %+v", p)
				}
			}
		})
	}
}

// Everything that is wrong is told at once, each at its place.
func TestTellsEveryProblem(t *testing.T) {
	_, problems := Compile(restaurant(), []Condition{{"a", "aera > 3 && knid == \"hot\""}, {"b", "public"}, {"c", "area > staff"}})
	var places [][2]int
	for _, p := range problems {
		places = append(places, [2]int{p.Condition, p.Col})
	}
	if want := [][2]int{{0, 1}, {0, 13}, {2, 1}}; !slices.Equal(places, want) {
		t.Errorf("places = %v, want %v", places, want)
	}
}

func TestRefusesVariables(t *testing.T) {
	for name, tt := range map[string]struct {
		v    Variable
		what string
	}{
		"without a name":      {Variable{}, "empty"},
		"with a Chinese name": {Variable{Name: "面积"}, "not a word"},
		"with a hyphen":       {Variable{Name: "sells-online"}, "not a word"},
		"with a digit first":  {Variable{Name: "2nd"}, "not a word"},
		"that CEL reserves":   {Variable{Name: "in"}, "reserved"},
		"twice":               {Variable{Name: "area"}, "twice"},
		"without options":     {Variable{Name: "kind", Kind: Enum}, "no options"},
		"with equal options":  {Variable{Name: "kind", Kind: Enum, Options: []string{"a", "b", "a"}}, "twice"},
		"turned round":        {Variable{Name: "floors", Kind: Integer, Min: float(3), Max: float(2)}, "least value above"},
	} {
		t.Run(name, func(t *testing.T) {
			d, problems := Compile([]Variable{{Name: "area", Kind: Integer}, tt.v}, nil)
			if d != nil || len(problems) != 1 || problems[0].Variable != 1 || !strings.Contains(problems[0].What.EN, tt.what) || len(problems[0].Remedy.Missing()) > 0 {
				t.Errorf("problems = %v, want one about variable 1: %s", problems, tt.what)
			}
		})
	}
}

// Thresholds cut a number into cells: below, between, above; and the bounds of the question count.
func TestCells(t *testing.T) {
	d, problems := Compile(restaurant(), []Condition{
		{"fire", "area < 300 && area >= 50"}, {"small", "area <= 20"}, {"always", "area >= 0"},
		{"rent", "rent > 0.5"}, {"day", `founded >= "2026-01-01" && founded <= "2026-01-31"`}, {"kind", `kind in ["raw", "cold"]`},
	})
	if problems != nil {
		t.Fatal(problems)
	}
	for _, tt := range []struct {
		name   string
		values []string // one of each cell, in order, and then some of the last
		cells  []int16
	}{
		{"area", []string{"0", "20", "21", "49", "50", "299", "300", "9007199254740991"}, []int16{0, 0, 1, 1, 2, 2, 3, 3}},
		{"rent", []string{"-1e300", "0.5", "0.50000000000000011", "7"}, []int16{0, 0, 1, 1}},
		{"founded", []string{"0001-01-01", "2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01"}, []int16{0, 0, 1, 1, 2}},
		{"kind", []string{"hot", "cold", "raw", "prepacked"}, []int16{0, 1, 2, 3}},
		{"public", []string{"false", "true"}, []int16{0, 1}},
	} {
		v := d.Variable(tt.name)
		for i, value := range tt.values {
			if got, err := d.Cell(v, value); err != nil || got != tt.cells[i] {
				t.Errorf("Cell(%s, %s) = %d, %v, want %d", tt.name, value, got, err, tt.cells[i])
			}
		}
	}
	if d.Root(2) != Always {
		t.Error("area >= 0 is not always true although the question admits nothing below")
	}
	half, problems := Compile([]Variable{{Name: "floors", Kind: Integer, Min: float(0.5), Max: float(3.5)}}, []Condition{{"least", "floors >= 1"}, {"most", "floors <= 3"}})
	if problems != nil || half.Root(0) != Always || half.Root(1) != Always {
		t.Errorf("whole numbers from 0.5 to 3.5 are not those from 1 to 3: %v", problems)
	}
	if d.Variable("garden") != -1 {
		t.Error("Variable finds what is not there")
	}
}

// A value that a variable does not admit is told with the variable's name and a text key, never with
// what the person typed.
func TestValuesThatAreRefused(t *testing.T) {
	d, problems := Compile(append(restaurant(), Variable{Name: "floors", Kind: Integer, Min: float(1), Max: float(99)}), nil)
	if problems != nil {
		t.Fatal(problems)
	}
	for _, tt := range []struct{ name, value, code, arg string }{
		{"public", "yes", "field.choose", ""},
		{"kind", "warm", "field.option", ""},
		{"kind", "", "field.option", ""},
		{"area", "fifty", "field.integer", ""},
		{"area", "49.5", "field.integer", ""},
		{"area", "-1", "field.least", "0"},
		{"floors", "100", "field.most", "99"},
		{"staff", "9007199254740992", "field.most", "9007199254740991"},
		{"rent", "NaN", "field.number", ""},
		{"rent", "0x1p3", "field.number", ""},
		{"rent", "1e999", "field.number", ""},
		{"rent", "--1", "field.number", ""},
		{"founded", "2026-02-30", "field.date", ""},
		{"founded", "2026-2-3", "field.date", ""},
		{"founded", "0000-01-01", "field.date", ""},
		{"founded", "2026-01-0x", "field.date", ""},
	} {
		_, err := d.Cell(d.Variable(tt.name), tt.value)
		f, ok := err.(*fault.Error)
		if !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != tt.name || f.Fields[0].Code != tt.code {
			t.Errorf("Cell(%s, %q) = %v, want %s", tt.name, tt.value, err, tt.code)
			continue
		}
		if tt.arg != "" && f.Fields[0].Args["least"] != tt.arg && f.Fields[0].Args["most"] != tt.arg {
			t.Errorf("Cell(%s, %q): arguments %v, want %s", tt.name, tt.value, f.Fields[0].Args, tt.arg)
		}
	}
}

// Days are counted like the calendar counts them.
func TestDays(t *testing.T) {
	for _, tt := range []struct {
		text string
		n    int64
	}{
		{"1970-01-01", 0}, {"1970-02-01", 31}, {"1969-12-31", -1}, {"2000-02-29", 11016}, {"2000-03-01", 11017}, {"2026-11-24", 20781},
		{"0001-01-01", -719162}, {"9999-12-31", 2932896},
	} {
		if n, ok := parseDay(tt.text); !ok || n != tt.n {
			t.Errorf("parseDay(%s) = %d, %v, want %d", tt.text, n, ok, tt.n)
		}
		if got := formatDay(tt.n); got != tt.text {
			t.Errorf("formatDay(%d) = %s, want %s", tt.n, got, tt.text)
		}
	}
	for n := int64(-719162); n <= 2932896; n += 17 {
		if back, ok := parseDay(formatDay(n)); !ok || back != n {
			t.Fatalf("day %d is written %s and read %d", n, formatDay(n), back)
		}
	}
	for _, text := range []string{"1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-32"} {
		if _, ok := parseDay(text); ok {
			t.Errorf("parseDay(%s) finds a day", text)
		}
	}
}

// A condition that is true for nobody or for everybody is a mistake.
func TestCheck(t *testing.T) {
	d, problems := Compile(restaurant(), []Condition{
		{"fine", "area >= 50 && public"},
		{"never", "area < 50 && area >= 300"},
		{"always", "area < 50 || area >= 30"},
		{"neverByOption", `kind == "hot" && kind == "raw"`},
		{"alwaysByChoice", "public ? public : !public"},
	})
	if problems != nil {
		t.Fatal(problems)
	}
	var got []string
	for _, p := range d.Check() {
		got = append(got, d.conds[p.Condition].Name+": "+p.What.EN)
	}
	want := []string{"never: the condition is true for nobody", "always: the condition is true for everybody",
		"neverByOption: the condition is true for nobody", "alwaysByChoice: the condition is true for everybody"}
	if !slices.Equal(got, want) {
		t.Errorf("Check() = %q, want %q", got, want)
	}
}

// Equal conditions are the same root, however they are written.
func TestEqualConditionsAreOneRoot(t *testing.T) {
	d, problems := Compile(restaurant(), []Condition{
		{"a", "!(area < 50 || !public)"}, {"b", "public && area >= 50"}, {"c", "public == true && !(50 > area)"}, {"d", "public ? area > 49 : false"},
		{"e", "area >= (public ? 50 : 300)"}, {"f", "public && area >= 50 || !public && area >= 300"},
		{"g", `kind in ["hot", "cold", "raw"]`}, {"h", `kind != "prepacked"`},
		{"i", "public != commit"}, {"j", "public && !commit || commit && !public"},
	})
	if problems != nil {
		t.Fatal(problems)
	}
	for _, pair := range [][2]int{{0, 1}, {1, 2}, {2, 3}, {4, 5}, {6, 7}, {8, 9}} {
		if d.Root(pair[0]) != d.Root(pair[1]) {
			t.Errorf("%s and %s are two roots", d.conds[pair[0]].Text, d.conds[pair[1]].Text)
		}
	}
}

// Options that no condition tells apart are found, and thresholds that nothing needs.
func TestSame(t *testing.T) {
	d, problems := Compile(restaurant(), []Condition{{"a", `kind == "hot" || public`}, {"b", `kind == "raw" && area > 50`}, {"c", "area > 50 || area > 70"}})
	if problems != nil {
		t.Fatal(problems)
	}
	kind, area := d.Variable("kind"), d.Variable("area")
	for _, tt := range []struct {
		v     int
		roots []Root
		want  string
	}{
		{kind, []Root{d.Root(0), d.Root(1)}, "[[1 3]]"},
		{kind, []Root{d.Root(0)}, "[[1 2 3]]"},
		{area, []Root{d.Root(2)}, "[[1 2]]"},
		{kind, []Root{d.Root(2)}, "[[0 1 2 3]]"},
	} {
		if got := fmt.Sprint(d.Same(tt.v, tt.roots...)); got != tt.want {
			t.Errorf("Same(%s) = %s, want %s", d.vars[tt.v].Name, got, tt.want)
		}
	}
}

// An example is the shortest, and shows the threshold.
func TestExample(t *testing.T) {
	d, problems := Compile(restaurant(), []Condition{
		{"a", `area >= 50 && kind == "raw" || commit`}, {"b", `area < 50 && public`}, {"c", `rent > 0.5`}, {"d", `founded > "2026-01-31"`}, {"e", "staff < 3"}, {"f", "rent < 0.5 && rent > 0.25"},
	})
	if problems != nil {
		t.Fatal(problems)
	}
	for i, want := range []string{"commit = true", "area = 49, public = true", "rent = 1", "founded = 2026-02-01", "staff = 2", "rent = 0.3"} {
		if e, ok := d.Example(d.Root(i)); !ok || e.String() != want {
			t.Errorf("Example(%s) = %v, %v, want %s", d.conds[i].Text, e, ok, want)
		}
	}
	if e, ok := d.Example(Always); !ok || e.String() != "anybody" {
		t.Errorf("Example(Always) = %v, %v", e, ok)
	}
	if e, ok := d.Example(Never); ok {
		t.Errorf("Example(Never) = %v", e)
	}
}

// Growth is bounded, and the conditions that grow are named.
func TestGrowthIsBounded(t *testing.T) {
	// Pairs far apart in the order: the number of nodes doubles with every pair (Bryant 1986, section 3).
	var vars []Variable
	for _, side := range []string{"a", "b"} {
		for i := range 12 {
			vars = append(vars, Variable{Name: side + string(rune('a'+i))})
		}
	}
	var pairs []string
	for i := range 12 {
		pairs = append(pairs, vars[i].Name+" == "+vars[12+i].Name)
	}
	conds := []Condition{{"small", "aa && bb"}, {"matters[3].when", strings.Join(pairs, " && ")}}
	d, problems := CompileWithin(1000, vars, conds)
	if d != nil || len(problems) != 1 {
		t.Fatalf("CompileWithin(1000) = %v, %v", d, problems)
	}
	if p := problems[0]; p.Condition != 1 || !strings.Contains(p.What.EN, "more than 1000 nodes") || !strings.Contains(p.What.ZH, "matters[3].when (") || p.Remedy.Empty() {
		t.Errorf("problem = %v", p)
	}
	d, problems = Compile(vars, conds)
	if problems != nil || d.Nodes() < 4000 || d.Nodes() > Limit || d.Err() != nil {
		t.Fatalf("Compile: %v, %v", d, problems)
	}
	if _, ok := d.Outcomes(10, d.Roots()...); ok {
		t.Error("Outcomes counts beyond its limit")
	}
	d.limit = d.Nodes()
	d.Not(d.Root(1))
	if d.Err() == nil {
		t.Error("growth after Compile is not bounded")
	}
}
