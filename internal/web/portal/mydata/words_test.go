package mydata_test

import (
	"os"
	"regexp"
	"testing"

	"tongban/internal/platform/lang"
	"tongban/internal/web/ui/text"
)

// Whatever the policies can permit may stand in somebody's log: each action has its words, in every language.
func TestEveryActionHasWords(t *testing.T) {
	t.Parallel()
	schema, err := os.ReadFile("../../../security/access/schema.cedarschema")
	if err != nil {
		t.Fatal(err)
	}
	actions := regexp.MustCompile(`(?m)^action "([a-z.-]+)"\s+(in|appliesTo)\b`).FindAllSubmatch(schema, -1) // a group of actions has neither
	if len(actions) < 50 {
		t.Fatalf("the schema has %d actions: the rule was not tested", len(actions))
	}
	for _, a := range actions {
		for _, l := range lang.All {
			if !(text.Printer{Lang: l}).Has("mydata.action." + string(a[1])) {
				t.Errorf("%s: the action %s has no words", l, a[1])
			}
		}
	}
}
