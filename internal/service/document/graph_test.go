package document

import (
	"slices"
	"testing"

	"tongban/internal/service/catalogue"
)

func TestTheOrderOfMatters(t *testing.T) {
	days := func(n int) *catalogue.Limit { return &catalogue.Limit{N: n, Unit: "working"} }
	s := catalogue.Service{Matters: []catalogue.Matter{
		{ID: "a", Promised: days(1)},
		{ID: "b", Promised: days(10), Statutory: days(20), After: []catalogue.After{{Matter: "a", Kind: "result"}}},
		{ID: "c", Statutory: days(3), After: []catalogue.After{{Matter: "a", Kind: "order"}}},
		{ID: "d", Promised: days(2), After: []catalogue.After{{Matter: "b", Kind: "data"}, {Matter: "c", Kind: "data"}}},
	}, Materials: []catalogue.Material{{ID: "m", For: []string{"d"}, Source: catalogue.Source{Upstream: "b"}}}}
	g := GraphOf(s)
	if len(g.Steps) != 3 || !slices.Equal(g.Steps[1], []string{"b", "c"}) {
		t.Errorf("steps %v, want a, then b and c, then d", g.Steps)
	}
	if !slices.Equal(g.Longest, []string{"a", "b", "d"}) || len(g.Limits) != 3 || g.Limits[1].N != 10 {
		t.Errorf("longest %v with %v, want a, b, d with the promised limits", g.Longest, g.Limits)
	}
	if len(g.Edges) != 5 || g.Edges[4].Kind != "material" {
		t.Errorf("edges %v, want four of after and one of a material", g.Edges)
	}
	s.Matters[0].After = []catalogue.After{{Matter: "d", Kind: "order"}}
	if g = GraphOf(s); len(g.Circle) != 4 || g.Circle[0] != g.Circle[3] || g.Steps != nil {
		t.Errorf("circle %v, want one of three matters", g.Circle)
	}
}

func TestPages(t *testing.T) {
	for path, want := range map[string]Page{"": Basic, "name/zh": Basic, "questions/a/when": Questions, "refusals/r": Questions, "matters/m": Matters, "matters/m/name": Matters,
		"matters/m/promised/n": Limits, "matters/m/fees/f/fen": Fees, "matters/m/result/name/zh": Results, "matters/m/after": Flow, "matters/m/when": Cases, "materials/m": Materials, "sections/s/fields/f": FormPage} {
		if got := PageOf(path); got != want {
			t.Errorf("PageOf(%q) = %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{"": "", "name/zh": "", "matters": "", "matters/m/promised/n": "matters/m", "matters/m/fees/f/fen": "matters/m/fees/f", "matters/m/result/fields/number/make": "matters/m/result/fields/number"} {
		if got := ItemOf(path); got != want {
			t.Errorf("ItemOf(%q) = %q, want %q", path, got, want)
		}
	}
	seen := map[string]bool{}
	for _, p := range Pages {
		for _, key := range p.Keys("matter") {
			if seen[key] {
				t.Errorf("%s of a matter stands on two pages", key)
			}
			seen[key] = true
		}
	}
	if len(seen) != len(objects["matter"].Fields) {
		t.Errorf("%d keys of a matter have a page, want %d", len(seen), len(objects["matter"].Fields))
	}
}

func TestAFactAskedTwiceIsTold(t *testing.T) {
	s := catalogue.Service{Sections: []catalogue.Section{{ID: "a", Fields: []catalogue.Field{{ID: "x", Element: "phone", For: []string{"m", "n"}}, {ID: "y", Element: "name"}}}, {ID: "b", Fields: []catalogue.Field{{ID: "z", Element: "phone"}}}}}
	fields, twice := Merged(s)
	if len(fields) != 3 || len(twice) != 1 || twice[0][1].Path != "sections/b/fields/z" {
		t.Errorf("Merged = %v, %v", fields, twice)
	}
}
