package decision

import (
	"testing"

	"pgregory.net/rapid"
)

// TestTablesSayTheSame: a condition written as rows and from them as a condition again is the same root, and
// of its rows none is needless and none could be wider.
func TestTablesSayTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vars := drawVariables(t, 5)
		text := drawCondition(t, vars, 4)
		d, problems := Compile(vars, []Condition{{Text: text}})
		if d == nil {
			t.Skip(problems)
		}
		r := d.Root(0)
		rows, ok := d.Rows(r, 20)
		if !ok {
			t.Skip("no table")
		}
		var roots []Root
		for _, row := range rows {
			roots = append(roots, d.Meets(row))
		}
		if d.AnyOf(roots...) != r {
			t.Fatalf("the rows of %q are another condition", text)
		}
		for i, row := range rows {
			others := append(append([]Root{}, roots[:i]...), roots[i+1:]...)
			if d.AnyOf(others...) == r {
				t.Fatalf("row %v of %q is needless", row, text)
			}
			for v := range row {
				if row[v] == nil {
					continue
				}
				for c := range int16(d.Cells(v)) {
					if wide := append(Row{}, row...); !contains(row[v], c) {
						wide[v] = []int16{c}
						if d.Implies(d.Meets(wide), r) {
							t.Fatalf("row %v of %q could have %s in cell %d too", row, text, vars[v].Name, c)
						}
					}
				}
			}
		}
		again, _ := d.Text(r, 20)
		both, problems := Compile(vars, []Condition{{Text: text}, {Text: again}})
		if both == nil {
			t.Fatalf("%q became %q, which is refused: %v", text, again, problems)
		}
		if both.Root(0) != both.Root(1) {
			t.Fatalf("%q became %q, which is another condition", text, again)
		}
	})
}

func contains(cells []int16, c int16) bool {
	for _, x := range cells {
		if x == c {
			return true
		}
	}
	return false
}

func TestConditionsReadPlainly(t *testing.T) {
	vars := restaurant()
	for _, tt := range []struct{ text, want string }{
		{"area >= 50 && public", "area >= 50 && public"},
		{"public && !(area < 50)", "area >= 50 && public"},
		{"area < 300", "area < 300"},
		{"area <= 299", "area < 300"},
		{"area > 49 && area <= 299", "area >= 50 && area < 300"},
		{"area != 7", "area != 7"},
		{"area == 7 || area == 9", "area == 7 || area == 9"},
		{"public && (area == 7 || area == 9)", "(area == 7 || area == 9) && public"},
		{"!(public && area >= 50)", "area < 50 || !public"},
		{"rent > 0.5 && rent < 3", "rent > 0.5 && rent < 3"},
		{"rent != 2.0", "rent != 2.0"},
		{`founded >= "2026-07-01" && founded < "2027-01-01"`, `founded >= "2026-07-01" && founded < "2027-01-01"`},
		{"(public || commit) && (area < 5 || area > 50)", "(area <= 4 || area > 50) && (commit || public)"},
		{"public || !public", "true"},
		{"public && !public", "false"},
	} {
		d, problems := Compile(vars, []Condition{{Text: tt.text}})
		if d == nil {
			t.Fatal(problems)
		}
		if got, ok := d.Text(d.Root(0), 10); !ok || got != tt.want {
			t.Errorf("%s became %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestWhatIsNoTableSaysSo(t *testing.T) {
	var vars []Variable
	text := ""
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		vars = append(vars, Variable{Name: name, Kind: Boolean})
		if text != "" {
			text += " != "
		}
		text += "(" + name
	}
	for range vars {
		text += ")"
	}
	d, problems := Compile(vars, []Condition{{Text: text}})
	if d == nil {
		t.Fatal(problems)
	}
	if rows, ok := d.Rows(d.Root(0), 20); ok {
		t.Errorf("an odd number of eight is a table of %d rows", len(rows))
	}
}

func TestStepsLeadToTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, _, _ := drawDiagram(t, 4, 1)
		steps, s := d.Steps(d.Root(0)), drawSlots(t, d)
		for v := range s {
			s[v] = max(s[v], 0)
		}
		at := Yes
		if len(steps) > 0 {
			at = 0
		} else if d.Root(0) == Never {
			at = No
		}
		for at >= 0 {
			for _, w := range steps[at].Branches {
				if contains(w.Cells, s[steps[at].Variable]) {
					at = w.To
					break
				}
			}
		}
		if want := d.Eval(d.Root(0), s) == True; want != (at == Yes) {
			t.Fatalf("the steps lead to %d, the condition is %v", at, want)
		}
	})
}
