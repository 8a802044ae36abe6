package search

import (
	"os"
	"slices"
	"testing"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/jurisdiction"
)

// judged is one search and what it wants.
type judged struct {
	Query string   `yaml:"q"`
	Kind  string   `yaml:"kind"`
	Want  []string `yaml:"want"`
}

func readJudged(t *testing.T, file string) []judged {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	all, _, complaints := strictyaml.Read[[]judged](file, text, nil)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	return all
}

func shifan(t *testing.T) *Index {
	t.Helper()
	city, complaints := jurisdiction.Load(os.DirFS("../../../jurisdictions/shifan"), "")
	if city == nil {
		t.Fatal(complaints)
	}
	return New(city)
}

// TestStem: the forms of an English word are one, and those of two words are not.
func TestStem(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"company", "companies"}, {"move", "moves", "moved", "moving"}, {"retire", "retired", "retiring"}, {"plan", "planned", "planning"},
		{"register", "registered"}, {"licence", "licences", "licencing"}, {"sell", "selling"}, {"business"}, {"car", "cars"}, {"care", "caring"}, {"died"},
	} {
		for _, word := range same {
			if got, want := stem(word), stem(same[0]); got != want {
				t.Errorf("stem(%q) = %q, that of %q is %q", word, got, same[0], want)
			}
		}
	}
	if stem("car") == stem("care") {
		t.Error("car and care are one")
	}
}

// TestJudged asks the judged searches; nineteen of twenty are to find what is wanted among the first three.
func TestJudged(t *testing.T) {
	t.Parallel()
	x := shifan(t)
	for file, n := range map[string]int{"judged.yaml": 100, "judged-en.yaml": 40} {
		t.Run(file, func(t *testing.T) {
			all := readJudged(t, file)
			if len(all) != n {
				t.Fatalf("%d searches, want %d", len(all), n)
			}
			known, right := x.Keys(), 0
			for _, j := range all {
				if !slices.ContainsFunc(j.Want, func(w string) bool { return slices.Contains(known, w) }) {
					t.Errorf("%q wants %v, and none of them exists", j.Query, j.Want)
				}
				res := x.Find(Query{Text: j.Query, Most: 3})
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
			t.Logf("%d of %d", right, n)
			if right*20 < n*19 {
				t.Errorf("%d of %d searches find what is wanted among the first three, want nineteen of twenty", right, n)
			}
		})
	}
}
