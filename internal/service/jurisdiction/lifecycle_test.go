package jurisdiction

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Faults of the life cycle are shown at their place, with what would be right.
func TestPlantedLifecycleFaults(t *testing.T) {
	for _, p := range []struct{ name, file, old, new, where, want string }{
		{"stage of the others", "business", "- id: hire\n  stage: hiring", "- id: hire\n  stage: work", "business.yaml", `the stage "work" is not theirs`},
		{"service", "business", "service: annual-report", "service: anual-report", "business.yaml", `there is no service "anual-report"; did you mean "annual-report"?`},
		{"intent", "business", "intents: [hire]", "intents: [hiring]", "business.yaml", `there is no intent "hiring"`},
		{"provision", "business", "provision: business-information-rules.8", "provision: business-information-rules.88", "business.yaml", `there is no provision`},
		{"name in a condition", "business", "established_days <= 30", "established_dys <= 30", "business.yaml", "did you mean established_days?"},
		{"condition that nobody meets", "business", "status == \"abnormal\"", "status == \"abnormal\" && status == \"ended\"", "business.yaml", "true for nobody"},
		{"day that is no day", "business", "due: {until: health_until}", "due: {until: health_left}", "business.yaml", `there is no fact "health_left"`},
		{"due said in two ways", "business", "due: {year: '01-01..06-30'}", "due: {year: '01-01..06-30', until: health_until}", "business.yaml", "said in several ways"},
		{"part of a year", "business", "year: '01-01..06-30'", "year: '01-01..06-31'", "business.yaml", "is no part of a year"},
		{"paper of another register", "business", "paper: {register: annual-report, number: number", "paper: {register: annual-report, number: nummer", "business.yaml", `there is no field "nummer"; did you mean "number"?`},
		{"register of people for a business", "facts", "register: suspension, field: active", "register: marriage, field: married", "facts.yaml", "is not about them"},
		{"text as a fact", "facts", "register: business, field: kind", "register: business, field: name", "facts.yaml", "no such fact can be made of this source"},
		{"value of a fact", "facts", "otherwise: \"normal\"", "otherwise: \"fine\"", "facts.yaml", "fine"},
		{"sample that comes out otherwise", "samples", "now: [prepare, register]", "now: [register]", "samples.yaml", "too many [prepare]"},
		{"step of a sample", "samples", "now: [prepare, register]", "now: [prepare, registr]", "samples.yaml", `there is no step "registr"; did you mean "register"?`},
		{"service that no step leads to", "person", "service: divorce", "service: marriage", "services/divorce/service.yaml", "no step of this stage of the life cycle leads to this service"},
	} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(shipped)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "lifecycle", p.file+".yaml")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), p.old) {
				t.Fatalf("%s does not contain %q", file, p.old)
			}
			if err := os.WriteFile(file, []byte(strings.Replace(string(text), p.old, p.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			city, cs := Load(os.DirFS(dir), "")
			if city != nil {
				t.Fatal("it loads")
			}
			for _, c := range cs {
				if strings.HasSuffix(c.File, p.where) && c.Line > 1 && strings.Contains(c.String(), p.want) {
					return
				}
			}
			t.Errorf("no complaint in %s with %q; got %v", p.where, p.want, cs)
		})
	}
}
