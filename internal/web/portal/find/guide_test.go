package find

import (
	"slices"
	"testing"

	"tongban/internal/service/interchange"
)

// beyond are the fields that people have no use for, and why.
var beyond = map[string]string{
	"row_guid":     "a number between machines; that it is missing is told",
	"extend_field": "whatever somebody likes to put there",
}

// Every field that the national table has of a matter stands on its guide in some chapter.
func TestEveryElementHasItsPlace(t *testing.T) {
	t.Parallel()
	standard, err := interchange.NewStandard()
	if err != nil {
		t.Fatal(err)
	}
	placed := map[string]int{}
	for _, c := range chapters {
		for _, f := range c.fields {
			placed[f]++
		}
	}
	for _, f := range standard.Of("task") {
		_, elsewhere := told[f.Name]
		_, not := beyond[f.Name]
		if n := placed[f.Name]; n > 1 || n == 0 && !elsewhere && !not || n == 1 && (elsewhere || not) {
			t.Errorf("%s (%s) stands %d times, told elsewhere %v", f.Name, f.ZH, n, elsewhere)
		}
	}
	for name, at := range told {
		if at != "flow" && placed[at] != 1 || at == "flow" && !slices.ContainsFunc(chapters, func(c struct {
			id     string
			fields []string
		}) bool {
			return c.id == at
		}) {
			t.Errorf("%s is told under %s, which there is not", name, at)
		}
	}
}
