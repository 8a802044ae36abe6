package document

import (
	"slices"
	"testing"

	"tongban/internal/platform/decision"
	"tongban/internal/service/catalogue"
)

// conditions are all that a service states.
func conditions(s catalogue.Service) (all []string) {
	add := func(text string) {
		if text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	for _, q := range s.Questions {
		add(q.When)
	}
	for _, r := range s.Refusals {
		add(r.When)
	}
	for _, m := range s.Matters {
		add(m.When)
		add(m.Commitment)
		for _, v := range m.Variants {
			add(v.When)
		}
		for _, f := range m.Fees {
			add(f.When)
		}
		for _, c := range m.Checks {
			add(c.When)
		}
	}
	for _, m := range s.Materials {
		add(m.When)
	}
	for _, x := range s.Sections {
		add(x.When)
		for _, f := range x.Fields {
			add(f.When)
		}
	}
	return all
}

// TestTablesWriteTheSameCondition: every condition of every shipped service is a table; written from its
// cells again it is the same root of the diagram.
func TestTablesWriteTheSameCondition(t *testing.T) {
	t.Parallel()
	seen := 0
	for name, text := range shipped(t) {
		s := parsed(t, text).Service()
		for _, c := range conditions(s) {
			table, ok := TableOf(s.Questions, c)
			if !ok {
				t.Errorf("%s: %s is no table", name, c)
				continue
			}
			seen++
			var rows [][]string
			for _, row := range table.Rows {
				var parts []string
				for i, cell := range row {
					parts = append(parts, cell.Part(table.Questions[i]))
				}
				rows = append(rows, parts)
			}
			again, err := Write(s.Questions, rows)
			if err != nil {
				t.Errorf("%s: %s cannot be written again: %v", name, c, err)
				continue
			}
			d, problems := decision.Compile(variables(s.Questions), []decision.Condition{{Text: c}, {Text: again}, {Text: table.Text}})
			if d == nil {
				t.Fatalf("%s: %s: %v", name, again, problems)
			}
			if d.Root(0) != d.Root(1) || d.Root(0) != d.Root(2) {
				t.Errorf("%s: %s became %s", name, c, again)
			}
			if len(again) > 2*len(c) {
				t.Errorf("%s: %s became longer: %s", name, c, again)
			}
		}
	}
	if seen < 300 {
		t.Errorf("saw only %d conditions", seen)
	}
}

func TestStretches(t *testing.T) {
	area := catalogue.Question{ID: "area", Type: "integer"}
	rent := catalogue.Question{ID: "rent", Type: "decimal"}
	born := catalogue.Question{ID: "born", Type: "date"}
	for _, tt := range []struct {
		q           catalogue.Question
		typed, want string
	}{
		{area, "", ""}, {area, "–", ""}, {area, " - ", ""},
		{area, "≥50", "area >= 50"}, {area, "＞ 50", "area > 50"}, {area, "50", "area == 50"}, {area, "= 50", "area == 50"},
		{area, "50–299", "(area >= 50 && area <= 299)"}, {area, "50-299", "(area >= 50 && area <= 299)"}, {area, "50 至 299", "(area >= 50 && area <= 299)"},
		{area, "< 10，≥ 50", "area < 10 || area >= 50"}, {area, "-5–-1", "(area >= -5 && area <= -1)"}, {area, "≠ 3", "area != 3"},
		{rent, "2", "rent == 2.0"}, {rent, "> 0.5", "rent > 0.5"}, {rent, "> 0.5 < 3", "(rent > 0.5 && rent < 3)"},
		{born, "< 2026-01-31", `born < "2026-01-31"`}, {born, "2026-01-01–2026-01-31", `(born >= "2026-01-01" && born <= "2026-01-31")`},
	} {
		if got, err := Stretch(tt.q, tt.typed); err != nil || got != tt.want {
			t.Errorf("%q of %s = %q, %v, want %q", tt.typed, tt.q.ID, got, err, tt.want)
		}
	}
	for _, bad := range []struct {
		q     catalogue.Question
		typed string
	}{{area, "many"}, {area, "1.5"}, {area, ">= x"}, {area, "1–"}, {born, "2026-02-30"}, {born, "50"}, {area, "1 || true"}} {
		if got, err := Stretch(bad.q, bad.typed); err == nil {
			t.Errorf("%q was read as %q", bad.typed, got)
		}
	}
}

// TestOpenEndsReadAsTheyWereWritten: between two doubles there is nothing, and nobody wants to read it.
func TestOpenEndsReadAsTheyWereWritten(t *testing.T) {
	rent := catalogue.Question{ID: "rent", Type: "decimal"}
	for _, tt := range []struct{ condition, want string }{
		{"rent > 0.5", "> 0.5"}, {"rent >= 0.5", "≥ 0.5"}, {"rent > 0.5 && rent < 3", "> 0.5 < 3"}, {"rent >= 0.5 && rent <= 3", "0.5–3"}, {"rent < 1 || rent > 2", "< 1, > 2"},
	} {
		table, ok := TableOf([]catalogue.Question{rent}, tt.condition)
		if !ok || len(table.Rows) != 1 {
			t.Fatalf("%s: %+v", tt.condition, table)
		}
		if got := table.Rows[0][0].Typed(); got != tt.want {
			t.Errorf("%s reads %q, want %q", tt.condition, got, tt.want)
		}
		if again, err := Write([]catalogue.Question{rent}, [][]string{{table.Rows[0][0].Part(rent)}}); err != nil || again != tt.condition {
			t.Errorf("%s became %q, %v", tt.condition, again, err)
		}
	}
}

func TestWriteRefusesWhatIsNever(t *testing.T) {
	questions := []catalogue.Question{{ID: "area", Type: "integer"}, {ID: "public", Type: "boolean"}}
	if got, err := Write(questions, [][]string{{"area < 5", "area > 10"}}); err == nil {
		t.Errorf("wrote %q, which is never so", got)
	}
	if got, err := Write(questions, [][]string{{"public"}, {"", ""}}); err != nil || got != "" {
		t.Errorf("Write = %q, %v: a row of any answers is everybody", got, err)
	}
}
