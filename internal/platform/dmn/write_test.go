package dmn_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/dmn"
)

// again writes conditions as tables and reads them.
func again(conds []decision.Condition) ([]decision.Condition, string, []dmn.Problem) {
	var b bytes.Buffer
	if problems := dmn.Write(&b, shop, conds); problems != nil {
		return nil, "", problems
	}
	tables, problems := dmn.Read(bytes.NewReader(b.Bytes()))
	var read []decision.Condition
	for i := range tables {
		outcomes, found := tables[i].Conditions(shop, nil)
		problems = append(problems, found...)
		text := "false"
		for _, o := range outcomes {
			if o.Value == "true" {
				text = o.When
			}
		}
		read = append(read, decision.Condition{Name: tables[i].ID, Text: text})
	}
	return read, b.String(), problems
}

func TestWrite(t *testing.T) {
	t.Parallel()
	read, text, problems := again([]decision.Condition{
		{Name: "matter.fire", Text: `kind != "hot" && area >= 50`}, {Name: "material.plan", Text: `rent > 0.5 && rent <= 3 || public`},
		{Name: "all", Text: "true"}, {Name: "none", Text: "false"}, {Name: "new", Text: `opened >= "2026-01-31" && area in [1, 2, 9]`},
	})
	if problems != nil {
		t.Fatal(problems)
	}
	for _, row := range []string{"<text>&#34;raw&#34;, &#34;packed&#34;</text>", "<text>&gt;= 50</text>", "<text>(0.5..3]</text>", "<text>&lt;= 2, 9</text>", "<text>&gt;= date(&#34;2026-01-31&#34;)</text>"} {
		if !strings.Contains(text, row) {
			t.Errorf("the tables have no cell %s\n%s", row, text)
		}
	}
	var names []string
	for _, c := range read {
		names = append(names, c.Name)
	}
	if d := cmp.Diff([]string{"matter.fire", "material.plan", "all", "none", "new"}, names); d != "" {
		t.Error(d)
	}
	if _, _, problems = again([]decision.Condition{{Name: "x", Text: "area * 2 > 1"}}); len(problems) != 1 {
		t.Errorf("what is no condition is written: %v", problems)
	}
}

// Whatever condition goes out as a table comes back as the same condition: the same root of one diagram.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	leaf := []string{`kind == "hot"`, `kind in ["raw", "packed"]`, "public", "!public", "area >= 50", "area < 300", "area in [1, 7, 49]", "area != 60", "rent > 0.5", "rent >= 0.5", "rent < -1.5", "rent == 2.25",
		`opened < "2026-01-31"`, `opened == "2025-12-31"`, "rent <= 1e3", "area > 49.5"}
	rapid.Check(t, func(t *rapid.T) {
		var draw func(depth int) string
		draw = func(depth int) string {
			if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
				return rapid.SampledFrom(leaf).Draw(t, "test")
			}
			switch rapid.IntRange(0, 2).Draw(t, "sign") {
			case 0:
				return "!(" + draw(depth-1) + ")"
			case 1:
				return "(" + draw(depth-1) + " && " + draw(depth-1) + ")"
			}
			return "(" + draw(depth-1) + " || " + draw(depth-1) + ")"
		}
		conds := []decision.Condition{{Name: "a", Text: draw(3)}, {Name: "b", Text: draw(2)}}
		read, text, problems := again(conds)
		if problems != nil {
			t.Fatalf("%v\n%s", problems, text)
		}
		d, found := decision.Compile(shop, append(conds, read...))
		if found != nil {
			t.Fatal(found)
		}
		for i := range conds {
			if d.Root(i) != d.Root(i+len(conds)) {
				t.Fatalf("%s came back as %s\n%s", conds[i].Text, read[i].Text, text)
			}
		}
	})
}
