package uitest

import (
	"slices"
	"strings"
	"testing"
)

func TestProblems(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, page, want string }{
		{"nothing", `<h1>A</h1><h2>B</h2><label for="x">X</label><input id="x" name="x">`, ""},
		{"two titles", `<h1>A</h1><h1>B</h1>`, "not exactly one h1"},
		{"no title", `<p>A</p>`, "not exactly one h1"},
		{"a skipped level", `<h1>A</h1><h3>B</h3>`, "heading level skipped before h3 B"},
		{"an id twice", `<h1 id="a">A</h1><p id="a">`, "the id a stands more than once"},
		{"a control without a label", `<h1>A</h1><input name="x">`, "the control input x has no label"},
		{"a reference to nothing", `<h1>A</h1><p aria-describedby="gone">`, "p aria-describedby refers to the id gone, which does not exist"},
		{"a link to nothing", `<h1>A</h1><a href="#gone">x</a>`, "a link refers to the id gone, which does not exist"},
		{"a missing text", `<h1>⟦a.b⟧</h1>`, "text missing: ⟦a.b⟧"},
		{"an inline style", `<h1 style="x">A</h1>`, "the attribute style on h1 is refused by the policy"},
		{"an inline handler", `<h1 onclick="x">A</h1>`, "the attribute onclick on h1 is refused by the policy"},
		{"an inline script", `<h1>A</h1><script>x</script>`, "a script without src is refused by the policy"},
		{"an image without alt", `<h1>A</h1><img src="x">`, "an image without alt"},
	} {
		got := Problems("<!doctype html><body>" + tt.page)
		if tt.want == "" && len(got) > 0 || tt.want != "" && !slices.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, strings.Join(got, "; "), tt.want)
		}
	}
}
