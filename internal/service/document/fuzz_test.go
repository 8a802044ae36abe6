package document

import (
	"reflect"
	"testing"
)

// FuzzEdits: whatever a text looks like, an edit of anything in it gives what was written or is refused.
func FuzzEdits(f *testing.F) {
	for _, text := range shipped(f) {
		f.Add(text[:min(len(text), 4000)], "新的", uint(3))
	}
	for _, text := range []string{"a: b", "a:\n", "- a\n- b: [c, {d: e}]\n", "a: |\n  b\n\n  c\nd: >-\n  e\n", "a: {b: , c: 'd''e'}\n", "a: \"b\\\"c\" # d\n", "a:\n- b\n# c\n- d\r\n", "- - a\n  - b\n", "? a\n: b\n", "{a: b}", "a: b\n...", "a: !", "- ! 0", "- !\n-", "{a}", "? a\n::"} {
		f.Add(text, "x: y", uint(0))
	}
	f.Fuzz(func(t *testing.T, text, value string, n uint) {
		d, complaints := Parse("service.yaml", []byte(text))
		if d == nil {
			if len(complaints) == 0 {
				t.Fatalf("%q was refused without a word", text)
			}
			return
		}
		all := d.paths()
		if len(all) == 0 {
			return
		}
		path := all[n%uint(len(all))]
		if d.find(path) == nil {
			return // a key with a slash; the format has none
		}
		next, err := d.Set(path, Text(tidy(value)))
		if err != nil {
			return
		}
		if got := plainly(next.find(path)); !reflect.DeepEqual(got, tidy(value)) {
			t.Fatalf("%q: %s is %q, want %q in %q", text, path, got, tidy(value), next.String())
		}
	})
}
