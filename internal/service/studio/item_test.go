package studio

import "testing"

func TestItem(t *testing.T) {
	t.Parallel()
	const text = "# people\n- name: a\n  days: 1\n\n# the second\n- name: b\n- name: c\n  # of c\n"
	for i, want := range []string{"- name: a\n  days: 1\n", "- name: b\n", "- name: c\n  # of c\n"} {
		from, to, ok := item(text, i)
		if !ok || text[from:to] != want {
			t.Errorf("item %d is %q, want %q", i, text[from:to], want)
		}
	}
	if _, _, ok := item(text, 3); ok {
		t.Error("there is a fourth")
	}
}
