package lines_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/internal/platform/lines"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, base, ours, theirs, want string
		clashes                        int
	}{
		{"keeps what one of them changed", "a\nb\nc\n", "a\nB\nc\n", "a\nb\nc\n", "a\nB\nc\n", 0},
		{"keeps what both changed at different places", "a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n", "A\nb\nc\nD\n", 0},
		{"takes the same change once", "a\nb\n", "a\nx\n", "a\nx\n", "a\nx\n", 0},
		{"lets one remove what the other left alone", "a\nb\nc\n", "a\nc\n", "a\nb\nc\nd\n", "a\nc\nd\n", 0},
		{"keeps both where both changed the same line", "a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n", "a\n# <<<<<<< me\nx\n# =======\ny\n# >>>>>>> you\nc\n", 1},
		{"keeps both where both added at the same place", "a\n", "a\nx\n", "a\ny", "a\n# <<<<<<< me\nx\n# =======\ny\n# >>>>>>> you\n", 1},
		{"begins from nothing", "", "x\n", "", "x\n", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, clashes := lines.Merge(tt.base, tt.ours, tt.theirs, "me", "you")
			if got != tt.want || clashes != tt.clashes {
				t.Errorf("Merge() = %q, %d, want %q, %d", got, clashes, tt.want, tt.clashes)
			}
			if at := lines.Clashes(got); len(at) != tt.clashes {
				t.Errorf("Clashes() = %v, want %d", at, tt.clashes)
			}
		})
	}
}

// TestLosesNothing: whatever two people make of a text, each line that either added is in the result, and a
// text that only one of them changed is hers.
func TestLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.StringMatching(`[a-e]`), 0, 12)
		join := func(l []string) string { return strings.Join(append(l, ""), "\n") }
		base, ours, theirs := join(text.Draw(t, "base")), join(text.Draw(t, "ours")), join(text.Draw(t, "theirs"))
		merged, clashes := lines.Merge(base, ours, theirs, "me", "you")
		if got, n := lines.Merge(base, ours, base, "", ""); got != ours || n != 0 {
			t.Fatalf("with nobody else it is %q, want %q", got, ours)
		}
		if got, n := lines.Merge(base, base, theirs, "", ""); got != theirs || n != 0 {
			t.Fatalf("without a change of mine it is %q, want %q", got, theirs)
		}
		have := count(merged)
		for _, side := range []string{ours, theirs} {
			for l, n := range count(side) {
				if added := n - count(base)[l]; added > have[l] {
					t.Fatalf("of %q and %q (from %q) %q is left: %q was lost", ours, theirs, base, merged, l)
				}
			}
		}
		if clashes != len(lines.Clashes(merged)) {
			t.Fatalf("%d clashes, %d marked in %q", clashes, len(lines.Clashes(merged)), merged)
		}
		var before, after []string
		for _, l := range lines.Compare(base, ours) {
			if l.Op != lines.Added {
				before = append(before, l.Text)
			}
			if l.Op != lines.Removed {
				after = append(after, l.Text)
			}
		}
		if !slices.Equal(before, whole(base)) || !slices.Equal(after, whole(ours)) {
			t.Fatalf("the comparison of %q and %q is of %q and %q", base, ours, before, after)
		}
	})
}

func whole(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func count(text string) map[string]int {
	n := map[string]int{}
	for _, l := range whole(text) {
		n[l]++
	}
	return n
}
