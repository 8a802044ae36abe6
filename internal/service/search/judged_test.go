package search_test

import (
	"os"
	"slices"
	"testing"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/search"
)

func city(t testing.TB) *jurisdiction.City {
	t.Helper()
	c, complaints := jurisdiction.Load(os.DirFS("../../../jurisdictions/shifan"), "shifan")
	if c == nil {
		t.Fatal(complaints)
	}
	return c
}

// judged is one search and what it wants.
type judged struct {
	Query string   `yaml:"q"`
	Kind  string   `yaml:"kind"`
	Want  []string `yaml:"want"`
}

// TestJudged asks a hundred searches; ninety-five are to find what is wanted among the first three.
func TestJudged(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/judged.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all, _, complaints := strictyaml.Read[[]judged]("judged.yaml", text, nil)
	if len(complaints) > 0 || len(all) != 100 {
		t.Fatalf("%d searches, want 100: %v", len(all), complaints)
	}
	x := search.New(city(t))
	known := x.Keys()
	right := 0
	for _, j := range all {
		if !slices.ContainsFunc(j.Want, func(w string) bool { return slices.Contains(known, w) }) {
			t.Errorf("%q wants %v, and none of them exists", j.Query, j.Want)
		}
		res := x.Find(search.Query{Text: j.Query, Most: 3})
		var got []string
		for _, h := range res.Hits {
			got = append(got, h.Key())
		}
		if slices.ContainsFunc(got, func(k string) bool { return slices.Contains(j.Want, k) }) {
			right++
			continue
		}
		t.Logf("%-8s %q finds %v (by %q), want %v", j.Kind, j.Query, got, res.By, j.Want)
	}
	t.Logf("%d of 100", right)
	if right < 95 {
		t.Errorf("%d of 100 searches find what is wanted among the first three, want 95", right)
	}
}
