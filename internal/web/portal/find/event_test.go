package find

import (
	"testing"

	"tongban/internal/service/catalogue"
)

func TestLevels(t *testing.T) {
	t.Parallel()
	after := func(id string, of ...string) catalogue.Matter {
		m := catalogue.Matter{ID: id}
		for _, o := range of {
			m.After = append(m.After, catalogue.After{Matter: o})
		}
		return m
	}
	s := &catalogue.Service{Matters: []catalogue.Matter{after("d", "b", "c"), after("a"), after("b", "a"), after("c"), after("e", "d")}}
	want := [][]string{{"a", "c"}, {"b"}, {"d"}, {"e"}}
	got := levels(s)
	if len(got) != len(want) {
		t.Fatalf("%d steps, want %d", len(got), len(want))
	}
	for i, step := range got {
		for j, m := range step {
			if m.ID != want[i][j] {
				t.Errorf("step %d holds %s at %d, want %s", i, m.ID, j, want[i][j])
			}
		}
	}
	if !same(s.Matters[4].After, got[2]) || same(s.Matters[0].After, got[1]) {
		t.Error("same does not tell a whole step from a part of it")
	}
}
