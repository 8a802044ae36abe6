package access_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"tongban/internal/security/access"
	"tongban/internal/security/law"
)

// good is a policy in which nothing is wrong; the tests plant one mistake each.
const good = `@id("draft.own")
@law("licence-law.29")
@purpose("application")
@reason("只有申请人本人可以。")
@reason_en("Only the applicant may.")
permit (principal is Person, action == Action::"draft.read", resource is Draft)
when { resource.owner == principal.subject };
`

func TestCompile(t *testing.T) {
	t.Parallel()
	book := law.NewBook(law.File{Provisions: []law.Provision{{ID: "licence-law.29"}}})
	for _, tt := range []struct {
		name, old, new string
		want           string // the beginning of a complaint
	}{
		{"a misspelt attribute", "resource.owner", "resource.ownr", "x.cedar:1:1: the policy does not fit the schema"},
		{"a comparison of different types", "principal.subject };", "principal.level };", "x.cedar:1:1: the policy does not fit the schema"},
		{"an unknown action", `"draft.read"`, `"draft.raed"`, "x.cedar:1:1: the policy does not fit the schema"},
		{"an actor for whom the action is not meant", "is Person", "is System", "x.cedar:1:1: the policy does not fit the schema"},
		{"no provision", `@law("licence-law.29")` + "\n", "", "x.cedar:1:1: the policy has no @law"},
		{"a provision that is not in the book", "licence-law.29", "licence-law.299", `x.cedar:1:1: the provision "licence-law.299" is not in law/`},
		{"no Chinese reason", `@reason("只有申请人本人可以。")` + "\n", "", "x.cedar:1:1: the policy has no @reason"},
		{"an annotation that means nothing", "@purpose", "@porpose(\"x\")\n@purpose", "x.cedar:1:1: @porpose means nothing"},
		{"an id that is not well formed", "draft.own", "Draft own", "x.cedar:1:1: the policy id"},
		{"an id used twice", good, good + "\n" + good, "x.cedar:9:1: the policy id \"draft.own\" is used already at x.cedar:1"},
		{"no condition", "when { resource.owner == principal.subject }", "", "x.cedar:1:1: the policy has no condition"},
		{"one particular account", "principal is Person", `principal == Person::"p_1"`, "x.cedar:1:1: the policy names one particular actor"},
		{"a syntax error", "when {", "when (", "x.cedar:7:8: not a Cedar policy"},
		{"an officer who reads for any purpose", good, good + strings.NewReplacer("draft.own", "case.read.x", "is Person", "is Officer", "draft.read", "case.read", "is Draft", "is Case",
			"resource.owner == principal.subject", "resource.bodies.contains(principal.body)").Replace(good),
			`x.cedar:8:1: the permit lets an officer read without demanding the purpose "application"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(good, tt.old, tt.new, 1)
			p, complaints := access.Compile(fstest.MapFS{"x.cedar": {Data: []byte(text)}}, book)
			if p != nil {
				t.Error("it compiled")
			}
			for _, c := range complaints {
				if strings.HasPrefix(c.String(), tt.want) {
					return
				}
			}
			t.Errorf("complaints = %v, want one that begins %q", complaints, tt.want)
		})
	}
	t.Run("an action that nobody is permitted", func(t *testing.T) {
		t.Parallel()
		_, complaints := access.Compile(fstest.MapFS{"x.cedar": {Data: []byte(good)}}, book)
		found := map[string]bool{}
		for _, c := range complaints {
			found[c.What.EN] = true
		}
		if found[`no policy permits "draft.read", so nobody can ever do it`] || !found[`no policy permits "draft.write", so nobody can ever do it`] {
			t.Errorf("complaints = %v", complaints)
		}
	})
	t.Run("no policies at all", func(t *testing.T) {
		t.Parallel()
		if p, complaints := access.Compile(fstest.MapFS{}, book); p != nil || len(complaints) != 1 {
			t.Errorf("Compile() = %v, %v", p, complaints)
		}
	})
}
