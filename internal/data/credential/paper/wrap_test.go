package paper

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// wide measures Chinese as 2 and the rest as 1.
func wide(s string) float64 {
	w := 0.0
	for _, r := range s {
		if w++; ideographic(r) {
			w++
		}
	}
	return w
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		width      float64
		want       []string
	}{
		{"Chinese anywhere", "食品经营许可证", 8, []string{"食品经营", "许可证"}},
		{"no comma at the beginning", "一二三四，五", 8, []string{"一二三", "四，五"}},
		{"no bracket at the end", "一二三（四）", 8, []string{"一二三", "（四）"}},
		{"letters at spaces", "open a noodle shop", 8, []string{"open a", "noodle", "shop"}},
		{"no word is cut", "示范 restaurant", 12, []string{"示范", "restaurant"}},
		{"between scripts", "在Tongban办", 10, []string{"在Tongban", "办"}},
		{"a hash where the line ends", "0123456789abcdef", 6, []string{"012345", "6789ab", "cdef"}},
		{"a hash after a word", "id 0123456789", 6, []string{"id", "012345", "6789"}},
		{"line feeds", "甲\n\n乙", 8, []string{"甲", "", "乙"}},
		{"nothing", "", 8, []string{""}},
		{"one that is too wide", "甲乙", 1, []string{"甲", "乙"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, wrap(tt.text, tt.width, wide)); diff != "" {
				t.Errorf("wrap (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWrapLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("甲乙（）。，ab c-\n𠅤1"))).Draw(t, "text")
		width := float64(rapid.IntRange(2, 20).Draw(t, "width"))
		lines := wrap(s, width, wide)
		bare := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if got := bare(strings.Join(lines, "")); got != bare(s) {
			t.Fatalf("%q became %q", s, got)
		}
		for _, l := range lines {
			if wide(l) > width && utf8.RuneCountInString(l) > 1 {
				t.Fatalf("line %q is wider than %v", l, width)
			}
		}
	})
}
