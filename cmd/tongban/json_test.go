package main

import (
	"encoding/json"
	"slices"
	"testing"
	"unicode"

	"tongban/internal/api"
	"tongban/internal/platform/lang"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/lifecycle"
)

// What the commands print for programs has names of its own, not those of Go's fields; explain prints what the
// API answers.
func TestJSONHasNoNamesOfGo(t *testing.T) {
	t.Parallel()
	city, err := load(shifan, lang.EN)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := city.Service("open-a-restaurant")
	other, _ := city.Service("newborn")
	answers := guide.Answers{"licence": "normal", "prepack": "false", "area": guide.Unsure}
	result := guide.Run(e.Guide, e.Scenarios)
	result.Failures = []guide.Failure{{}}
	for name, v := range map[string]any{
		"explain": api.Guide(city, e, answers),
		"diff":    []change{{Service: "x", Comparison: new(guide.Compare(e.Guide, other.Guide))}},
		"test":    []any{result, []lifecycle.Failure{{}}},
		"check":   []any{city.Extents(), []jurisdiction.Complaint{{}}},
	} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var read any
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if wrong := goNames(read); len(wrong) > 0 {
			t.Errorf("%s prints the keys %v", name, wrong)
		}
	}
}

// goNames lists the keys that begin with a capital letter.
func goNames(v any) (wrong []string) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if unicode.IsUpper(rune(k[0])) {
				wrong = append(wrong, k)
			}
			wrong = append(wrong, goNames(x)...)
		}
	case []any:
		for _, x := range v {
			wrong = append(wrong, goNames(x)...)
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}
