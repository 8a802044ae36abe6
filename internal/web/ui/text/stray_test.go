package text

import (
	"io/fs"
	"os"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestStray finds texts that end at a comma: unquoted in a flow mapping, what follows the comma becomes a
// key of its own, and half of the sentence is lost without a complaint.
func TestStray(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(os.DirFS("."), "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]map[string]any
		if err := yaml.Load(raw, &texts); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, languages := range texts {
			for language := range languages {
				if language != "zh" && language != "en" {
					t.Errorf("%s: %s is cut off before %q; quote the text", name, key, language)
				}
			}
		}
	}
}
