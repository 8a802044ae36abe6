package guide

import (
	"slices"
	"strings"
	"testing"

	"tongban/internal/service/catalogue"
)

// Each fault planted in a sound service is found, at its place, with the person it would happen to and
// what would be right.
func TestProblems(t *testing.T) {
	for _, tt := range []struct {
		name    string
		service func() catalogue.Service
		plant   func(s *catalogue.Service)
		path    string
		col     int
		what    string
		remedy  string
		warning bool
	}{
		{"an unknown name", restaurant, func(s *catalogue.Service) { s.Matters[1].When = "prepack || aera > 3" }, "matters[1].when", 12, "nothing is called aera", "did you mean area?", false},
		{"a type error in a fee", restaurant, func(s *catalogue.Service) { s.Matters[3].Fees[1].When = `area > "300"` }, "matters[3].fees[1].when", 8, "compared with something else", "area >= 50", false},
		{"an unknown option", birth, func(s *catalogue.Service) { s.Matters[2].Variants[0].When = `region == "provinces"` }, "matters[2].variants[0].when", 11, "no option", `did you mean "province"?`, false},
		{"a fault in a check", restaurant, func(s *catalogue.Service) { s.Matters[1].Checks[1].When = "raw = true" }, "matters[1].checks[1].when", 5, "single =", "write ==", false},
		{"a fault in a commitment", restaurant, func(s *catalogue.Service) { s.Matters[4].Commitment = "comit" }, "matters[4].commitment", 1, "comit", "commit", false},
		{"a fault in a field", restaurant, func(s *catalogue.Service) { s.Sections[0].Fields[2].When = "row" }, "sections[0].fields[2].when", 1, "row", "raw", false},
		{"a fault in a section", restaurant, func(s *catalogue.Service) { s.Sections[1].When = "area > area" }, "sections[1].when", 1, "two names", "constant", false},
		{"a fault in a question", restaurant, func(s *catalogue.Service) { s.Questions[2].When = "not prepack" }, "questions[2].when", 1, "says not", "write !", false},
		{"a fault in a refusal", restaurant, func(s *catalogue.Service) { s.Refusals[0].When = `licence == "nothing"` }, "refusals[0].when", 12, "no option", "one of", false},
		{"a condition that is never true", restaurant, func(s *catalogue.Service) { s.Materials[0].When = "area < 50 && area > 100" }, "materials[0].when", 1, "true for nobody", "mend it", false},
		{"a condition that is always true", restaurant, func(s *catalogue.Service) { s.Matters[5].When = "area >= 1" }, "matters[5].when", 1, "true for everybody", "leave it out", false},
		{"a question of no type", restaurant, func(s *catalogue.Service) { s.Questions[1].Type = "bool" }, "questions[1].type", 0, `no type "bool"`, "boolean", false},
		{"a question named today", restaurant, func(s *catalogue.Service) { s.Questions[1].ID = Today }, "questions[1].id", 0, "today", "another id", false},
		{"a question asked twice", restaurant, func(s *catalogue.Service) { s.Questions[7].ID = "sign" }, "questions[7]", 0, "declared twice", "own name", false},
		{"a question without options", restaurant, func(s *catalogue.Service) { s.Questions[0].Options = nil }, "questions[0]", 0, "no options", "options", false},
		{"a careful answer that is none", restaurant, func(s *catalogue.Service) { s.Questions[5].Unsure.As = "no" }, "questions[5].unsure.as", 0, `"no" is no answer`, "an answer", false},
		{"a question that changes nothing", restaurant, func(s *catalogue.Service) { s.Questions = append(s.Questions, question("garden", "")) }, "questions[8]", 0, "no answer to the question garden changes anything", "delete it", false},
		{"a question before what it rests on", restaurant, func(s *catalogue.Service) { s.Questions[1], s.Questions[2] = s.Questions[2], s.Questions[1] }, "questions[1].when", 0, "depends on prepack, which comes later", "move prepack before raw", false},
		{"an option that changes nothing", birth, func(s *catalogue.Service) { s.Matters[2].Variants = s.Matters[2].Variants[1:] }, "questions[3].options[1]", 0, "city, province", "merge them", true},
		{"somebody without any matter", restaurant, func(s *catalogue.Service) {
			s.Matters[0].When, s.Matters[1].When = "area >= 50", "!prepack && area >= 50"
			s.Matters[2].When = "prepack && area >= 50"
		}, "matters", 0, "area = 49, sign = false, tobacco = false", "add a refusal", false},
		{"a matter that rests on a question not asked", restaurant, func(s *catalogue.Service) { s.Matters[3].When = "sign || commit" }, "matters[3].when", 0, "depends on the question commit, which somebody is not asked: licence = normal, area = 49, sign = false", "condition too: area >= 50 && public && …", false},
		{"a material that rests on a question not asked", restaurant, func(s *catalogue.Service) { s.Materials[2].When = "!public" }, "materials[2].when", 0, "depends on the question public", "area >= 50 && …", false},
		{"a refusal that rests on a question not asked", deregistration, func(s *catalogue.Service) { s.Refusals[0].When = "frozen" }, "refusals[0].when", 0, "depends on the question frozen, which somebody is not asked: kind = sole", `kind == "company" && simple && …`, false},
		{"a matter only for those who are refused", restaurant, func(s *catalogue.Service) { s.Matters[5].When = `licence == "none"` }, "matters[5].when", 0, "the matter tobacco never applies", "mend", false},
		{"a material for nobody", restaurant, func(s *catalogue.Service) { s.Materials[4].When = "area < 50" }, "materials[4].when", 0, "the material promise never applies", "mend", false},
		{"a fee for nobody", restaurant, func(s *catalogue.Service) { s.Matters[3].Fees[1].When = "!sign" }, "matters[3].fees[1].when", 0, "the fee large never applies", "mend", false},
		{"a check for nobody", restaurant, func(s *catalogue.Service) { s.Matters[1].Checks[1].When = "prepack" }, "matters[1].checks[1].when", 0, "the check cold-room never applies", "mend", false},
		{"a commitment for nobody", restaurant, func(s *catalogue.Service) { s.Matters[4].Commitment = "area < 50" }, "matters[4].commitment", 0, "the commitment never applies", "mend", false},
		{"a field for nobody", restaurant, func(s *catalogue.Service) { s.Sections[1].Fields[0].When = "!sign" }, "sections[1].when", 0, "the section words never applies", "mend", false},
		{"a limit whose turn never comes", restaurant, func(s *catalogue.Service) { s.Matters[4].Variants[1].When = "commit && area > 1000" }, "matters[4].variants[1].when", 0, "turn never comes", "move it up", false},
		{"a limit without condition", restaurant, func(s *catalogue.Service) { s.Matters[4].Variants[1].When = "" }, "matters[4].variants[1].when", 0, "condition is missing", "on the matter itself", false},
		{"a refusal without condition", restaurant, func(s *catalogue.Service) { s.Refusals[1].When = "" }, "refusals[1].when", 0, "condition is missing", "who is refused", false},
		{"an unknown upstream", restaurant, func(s *catalogue.Service) { s.Matters[5].After[0].Matter = "foot" }, "matters[5].after[0].matter", 0, `no matter "foot"`, "did you mean food?", false},
		{"an unknown user of a material", restaurant, func(s *catalogue.Service) { s.Materials[3].For[0] = "kitchen" }, "materials[3].for[0]", 0, `no matter "kitchen"`, "write one of check, food", false},
		{"an unknown user of a field", restaurant, func(s *catalogue.Service) { s.Sections[0].Fields[1].For[0] = "fier" }, "sections[0].fields[1].for[0]", 0, `no matter "fier"`, "did you mean fire?", false},
		{"an unknown source", restaurant, func(s *catalogue.Service) { s.Materials[7].Source.Upstream = "meal" }, "materials[7].source.upstream", 0, `no matter "meal"`, "write one of", false},
		{"a material for no matter", restaurant, func(s *catalogue.Service) { s.Materials[1].For = nil }, "materials[1].for", 0, "never needed", "name the matters", false},
		{"a matter twice", restaurant, func(s *catalogue.Service) { s.Matters[2].ID = "food" }, "matters[2].id", 0, "stands twice", "own id", false},
		{"a matter after itself", restaurant, func(s *catalogue.Service) { s.Matters[3].After[0].Matter = "sign" }, "matters[3].after[0].matter", 0, "after itself", "delete", false},
		{"a circle", restaurant, func(s *catalogue.Service) { s.Matters[1].After = after("order", "tobacco") }, "matters[1].after[0].matter", 0, "food → tobacco → food: licence = normal, prepack = false, tobacco = true", "take one after", false},
		{"a result that does not come", deregistration, func(s *catalogue.Service) { s.Matters[3].When = "customs" }, "materials[3].source.upstream", 0, "the material tax-clearance is the result of tax, which does not apply to somebody who needs it: kind = sole, customs = false", "agree", false},
		{"a promise beyond the law", restaurant, func(s *catalogue.Service) { s.Matters[1].Promised = days(21) }, "matters[1].promised", 0, "promised are 21 working days and the law gives 20 working days: licence = normal, prepack = false", "at most 20 working days", false},
		{"a promise beyond the law in a variant", restaurant, func(s *catalogue.Service) { s.Matters[4].Variants[1].Promised = days(11) }, "matters[4].variants[1].promised", 0, "11 working days and the law gives 10", "at most 10", false},
		{"a law that shortens below the promise", restaurant, func(s *catalogue.Service) { s.Matters[4].Variants[0].Promised = nil }, "matters[4].variants[0].statutory", 0, "7 working days and the law gives 0", "at most 0", false},
		{"a promise in other days", restaurant, func(s *catalogue.Service) { s.Matters[1].Promised = natural(29) }, "matters[1].promised", 0, "29 natural days and the law gives 20 working days", "at most", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := tt.service()
			if g, problems := Compile(s); g == nil || len(problems) > 0 {
				t.Fatalf("the service is not sound before: %v", problems)
			}
			tt.plant(&s)
			g, problems := Compile(s)
			if (g == nil) == tt.warning {
				t.Errorf("guide %v with problems %v", g != nil, problems)
			}
			i := slices.IndexFunc(problems, func(p Problem) bool { return p.Path == tt.path && strings.Contains(p.What, tt.what) })
			if i < 0 {
				t.Fatalf("no problem at %s: … %s …\nbut %v", tt.path, tt.what, problems)
			}
			p := problems[i]
			if p.Warning != tt.warning || p.Col != tt.col || (p.Line == 1) != (tt.col > 0) || !strings.Contains(p.Remedy, tt.remedy) {
				t.Errorf("problem = %+v, want column %d, remedy … %s …, warning %v", p, tt.col, tt.remedy, tt.warning)
			}
			for _, p := range problems {
				what, remedy := p.Text()
				if len(what.Missing()) > 0 || len(remedy.Missing()) > 0 || strings.Contains(what.ZH+what.EN+remedy.ZH+remedy.EN, "%!") {
					t.Errorf("a text is missing or ill made: %v / %v", what, remedy)
				}
			}
		})
	}
}

// A limit that no answers reach cannot break the law.
func TestPromiseThatNobodyGets(t *testing.T) {
	s := restaurant()
	s.Matters[4].Promised = days(30)
	s.Matters[4].Variants = []catalogue.Variant{{When: "commit", Promised: days(0)}, {When: "!commit", Promised: days(10)}}
	if g, problems := Compile(s); g == nil {
		t.Errorf("Compile: %v", problems)
	}
}

// A question that only decides whether another is asked still matters, and rests on nothing hidden.
func TestQuestionsInChains(t *testing.T) {
	s := restaurant()
	s.Questions = append(s.Questions, question("chain", ""), question("member", "chain"), question("franchise", "member"))
	s.Materials = append(s.Materials, catalogue.Material{ID: "contract", For: []string{"check"}, When: "chain && member && franchise", Source: catalogue.Source{Applicant: true}})
	g := compile(t, s)
	a := Answers{"licence": "normal", "prepack": "true", "area": "1", "sign": "false", "tobacco": "false", "chain": "false"}
	if q, more := g.Next(a); more {
		t.Errorf("asks %s", q.ID)
	}
	a["chain"] = "true"
	a["member"] = "true"
	if q, _ := g.Next(a); q.ID != "franchise" {
		t.Errorf("asks %q, want franchise", q.ID)
	}
	s.Materials[len(s.Materials)-1].When = "franchise"
	_, problems := Compile(s)
	if len(problems) != 1 || problems[0].Path != "materials[8].when" || !strings.Contains(problems[0].Remedy, "chain && member && …") {
		t.Errorf("problems = %v", problems)
	}
}
