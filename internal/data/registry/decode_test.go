package registry

import (
	"encoding/json"
	"maps"
	"testing"
)

// FuzzDecode: what the encoder wrote of two fields is read as the library reads it.
func FuzzDecode(f *testing.F) {
	for _, s := range [][4]string{{"name", "侯玉珍", "local", "true"}, {"a", "", "b", `\"`}, {"a", "<b>", "c", "x\ny"}, {"", `"`, "{", "},"}, {"a", "1", "a", "2"}} {
		f.Add(s[0], s[1], s[2], s[3])
	}
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		for _, values := range []map[string]string{nil, {}, {k1: v1}, {k1: v1, k2: v2}} {
			text, err := json.Marshal(values)
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]string
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if got, err := decode(string(text)); err != nil || !maps.Equal(got, want) {
				t.Errorf("%s is read as %v %v, want %v", text, got, err, want)
			}
		}
	})
}
