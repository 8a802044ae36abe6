package api

import (
	"slices"
	"strings"
	"testing"
)

// FuzzCursor: a cursor says again what was put into it, and nothing else is one.
func FuzzCursor(f *testing.F) {
	f.Add("2026-11-24", "m_01", "")
	f.Add("", "9999-12-31", "MTA6")
	f.Add("1:2", ":", "LTE6YQ")
	f.Fuzz(func(t *testing.T, a, b, other string) {
		got, err := unpack(pack(a, b), 2)
		if err != nil || !slices.Equal(got, []string{a, b}) {
			t.Errorf("unpack(pack(%q, %q)) = %q, %v", a, b, got, err)
		}
		if _, err := unpack(pack(a, b), 3); err == nil {
			t.Errorf("two parts were taken for three")
		}
		if parts, err := unpack(other, 2); err == nil && pack(parts...) != other && len(parts) != 2 {
			t.Errorf("unpack(%q) = %q", other, parts)
		}
	})
}

// FuzzPointer: where something is wrong is said without a word that the caller chose freely.
func FuzzPointer(f *testing.F) {
	for _, s := range []string{"body.points[0].text", "body", "body.values.990100198803081125", "query.limit", "query.我", "body.a[12345]", "body..[]]["} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, location string) {
		at, parameter := pointer(location)
		if at != "" && (!strings.HasPrefix(at, "#") || parameter != "") {
			t.Errorf("pointer(%q) = %q, %q", location, at, parameter)
		}
		for part := range strings.SplitSeq(strings.TrimPrefix(at, "#/"), "/") {
			if part != "" && part != "#" && !plain.MatchString(part) && !index.MatchString(part) {
				t.Errorf("pointer(%q) repeats %q", location, part)
			}
		}
	})
}

func TestPointer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ location, pointer, parameter string }{
		{"body.points[0].text", "#/points/0/text", ""},
		{"body", "#", ""},
		{"body.values.990100198803081125", "#/values", ""},
		{"body.values.王㴋䶮.x", "#/values", ""},
		{"query.limit", "", "query.limit"},
		{"query.990100198803081125", "", "query"},
		{"path.id", "", "path.id"},
	} {
		if at, parameter := pointer(tt.location); at != tt.pointer || parameter != tt.parameter {
			t.Errorf("pointer(%q) = %q, %q, want %q, %q", tt.location, at, parameter, tt.pointer, tt.parameter)
		}
	}
}
