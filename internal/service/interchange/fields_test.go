package interchange_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"tongban/internal/security/law"
	"tongban/internal/service/interchange"
)

// The table of the fields in the documentation is the one that the program reads.
func TestFieldsAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/design/interchange.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := table(standard(t)); !strings.HasSuffix(string(text), want) {
		t.Errorf("docs/design/interchange.md does not end with\n%s", want)
	}
}

func table(s *interchange.Standard) string {
	var b strings.Builder
	b.WriteString("| table | field | 要素 | | element here |\n| --- | --- | --- | --- | --- |\n")
	for _, f := range s.Fields {
		mark := string(f.Certainty)
		if f.Need {
			mark += " *"
		}
		if f.Must {
			mark += " !"
		}
		here := f.Here
		if here == "" {
			here = "–"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", f.Table, f.Name, f.ZH, mark, here)
	}
	return b.String()
}

// Every field is whole, and whatever the catalogue can hold in a coded field can be written and read back.
func TestFields(t *testing.T) {
	t.Parallel()
	s := standard(t)
	seen := map[string]bool{}
	marks := []law.Certainty{law.Verified, law.Secondary, law.Computed, law.Known}
	for _, f := range s.Fields {
		at := f.Table + " " + f.Name
		if seen[at] || f.ZH == "" || f.EN == "" || !slices.Contains(marks, f.Certainty) {
			t.Errorf("%s stands twice or is not whole: %+v", at, f)
		}
		seen[at] = true
		if _, ok := s.Codes[f.Codes]; f.Codes != "" && !ok {
			t.Errorf("%s has the codes %q, which there are not", at, f.Codes)
		}
	}
	for name, c := range s.Codes {
		if !slices.Contains(marks, c.Certainty) || c.Source == "" || len(c.Values) == 0 {
			t.Errorf("the codes %s are not whole: %+v", name, c)
		}
		written := map[string]bool{}
		for _, v := range c.Values {
			if written[v.Write] {
				t.Errorf("the codes %s have %q twice", name, v.Write)
			}
			written[v.Write] = true
		}
	}
	for codes, all := range map[string][]string{
		"task_type": {"01", "05", "07", "08", "09", "10", "20"}, "server_type": {"person", "company", "institution", "association", "unincorporated", "authority", "other"},
		"unit": {"working", "natural", "month"}, "area": {"city", "province", "nation"}, "result_type": {"certificate", "document", "record"},
		"special": {"hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert-review"},
	} {
		for _, here := range all {
			if !slices.ContainsFunc(s.Codes[codes].Values, func(v interchange.Code) bool { return v.Here == here }) {
				t.Errorf("the codes %s cannot say %s", codes, here)
			}
		}
	}
}
