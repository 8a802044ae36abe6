package credential

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The string and sorting examples of RFC 8785, 3.2.2.2 and 3.2.3.
func TestCanonical(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    any
		want string
	}{
		{"escapes", "€$\u000F\nA'B\"\\\\\"/", `"€$\u000f\nA'B\"\\\\\"/"`},
		{"no HTML escapes", "<&>\u2028", "\"<&>\u2028\""},
		{"sorting by UTF-16", map[string]any{"€": "Euro Sign", "\r": "Carriage Return", "\uFB33": "Hebrew", "1": "One", "😀": "Smiley", "\u0080": "Control", "ö": "o"},
			`{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"o","€":"Euro Sign","😀":"Smiley","` + "\uFB33" + `":"Hebrew"}`},
		{"nested", map[string]any{"b": []any{"x", map[string]any{"d": "", "c": "1"}}, "a": "é"}, `{"a":"é","b":["x",{"c":"1","d":""}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := canonical(tt.v)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("canonical (-want +got):\n%s", diff)
			}
		})
	}
	for _, v := range []any{1, 1.5, true, nil, map[string]any{"a": 1}, []any{nil}, "\xff", map[string]any{"\xff": ""}} {
		if got, err := canonical(v); err == nil {
			t.Errorf("%v became %s", v, got)
		}
	}
}

func TestCanonicalIsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		m := map[string]any{s: s, "list": []any{s}}
		b, err := canonical(m)
		if err != nil {
			if strings.ToValidUTF8(s, "") == s {
				t.Fatal(err)
			}
			return
		}
		var back any
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if diff := cmp.Diff(any(m), back); diff != "" {
			t.Fatalf("read back (-want +got):\n%s", diff)
		}
		again, err := canonical(back)
		if err != nil || string(again) != string(b) {
			t.Fatalf("%s became %s, %v", b, again, err)
		}
	})
}
