package guide

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

func TestRun(t *testing.T) {
	g := compile(t, restaurant())
	noodles := Answers{"licence": "normal", "prepack": "false", "raw": "false", "area": "80", "public": "true", "commit": "true", "sign": "true", "tobacco": "false"}
	ten, fifty, free := 10, int64(5000), int64(0)
	good := catalogue.Scenario{Name: text("面馆", "noodles"), Answers: noodles, Matters: []string{"sign", "food", "check", "fire"},
		Materials: []string{"licence", "identity", "layout", "system", "promise", "plan", "picture"}, Upload: []string{"layout", "system", "plan", "picture"}, Days: &ten, Fen: &fifty}
	with := func(change func(s *catalogue.Scenario)) catalogue.Scenario {
		s := good
		s.Answers = maps.Clone(noodles)
		change(&s)
		return s
	}
	for _, tt := range []struct {
		name     string
		scenario catalogue.Scenario
		path     string // empty when it passes
		what     string
	}{
		{"passes in any order", good, "", ""},
		{"passes with the lists that it does not give", with(func(s *catalogue.Scenario) { s.Materials, s.Upload, s.Days, s.Fen = nil, nil, nil, nil }), "", ""},
		{"passes a refusal", catalogue.Scenario{Answers: Answers{"licence": "none"}, Refused: []string{"no-licence"}}, "", ""},
		{"passes with not sure", with(func(s *catalogue.Scenario) {
			s.Answers["sign"] = Unsure
			s.Matters, s.Materials, s.Upload, s.Fen = []string{"check", "food", "fire"}, nil, nil, &free
		}), "", ""},
		{"misses a matter", with(func(s *catalogue.Scenario) { s.Matters = append(slices.Clone(s.Matters), "tobacco") }), "[0].matters", "missing tobacco"},
		{"finds one too many", with(func(s *catalogue.Scenario) { s.Matters = s.Matters[1:] }), "[0].matters", "not expected sign"},
		{"misses a material", with(func(s *catalogue.Scenario) { s.Materials = append(slices.Clone(s.Materials), "food-licence") }), "[0].materials", "missing food-licence"},
		{"is told that nothing is left to upload", with(func(s *catalogue.Scenario) { s.Upload = []string{} }), "[0].upload", "not expected layout, system, plan, picture"},
		{"is refused unexpectedly", with(func(s *catalogue.Scenario) {
			s.Answers = Answers{"licence": "none"}
			s.Matters, s.Materials, s.Upload, s.Days, s.Fen = nil, nil, nil, nil, nil
		}), "[0].refused", "not expected no-licence"},
		{"takes longer", with(func(s *catalogue.Scenario) { n := 9; s.Days = &n }), "[0].days", "takes 10 working days and not 9"},
		{"costs more", with(func(s *catalogue.Scenario) { s.Fen = &free }), "[0].fen", "costs 5000 fen and not 0"},
		{"leaves a question", with(func(s *catalogue.Scenario) { delete(s.Answers, "tobacco") }), "[0].answers", "tobacco is left to answer"},
		{"answers what is not asked", with(func(s *catalogue.Scenario) {
			s.Answers["area"] = "20"
			s.Matters, s.Materials, s.Upload = []string{"check", "food", "sign"}, nil, nil
		}), "[0].answers.public", "not asked"},
		{"answers what there is not", with(func(s *catalogue.Scenario) { s.Answers["garden"] = "true" }), "[0].answers.garden", "no such question"},
		{"answers wrongly", with(func(s *catalogue.Scenario) { s.Answers["area"] = "large" }), "[0].answers.area", "no answer that it admits"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Run(g, []catalogue.Scenario{tt.scenario})
			if tt.path == "" {
				if r.Passed != 1 || len(r.Failures) > 0 {
					t.Errorf("failures %v", r.Failures)
				}
				return
			}
			if r.Passed != 0 || len(r.Failures) == 0 || r.Failures[0].Path != tt.path || !strings.Contains(r.Failures[0].What.EN, tt.what) {
				t.Errorf("failures %v, want %s: … %s …", r.Failures, tt.path, tt.what)
			}
			for _, f := range r.Failures {
				if len(f.What.Missing()) > 0 || !strings.Contains(f.In(lang.ZH), f.What.ZH) {
					t.Errorf("a text is missing: %+v", f)
				}
			}
		})
	}
}

// Coverage is counted, not guessed: everybody together show everything, one person shows her part.
func TestCoverage(t *testing.T) {
	for _, s := range samples {
		g := compile(t, s.service)
		var all []catalogue.Scenario
		people(s.service, func(a Answers) {
			kept, _ := g.Prune(a)
			all = append(all, catalogue.Scenario{Answers: kept})
		})
		c := Run(g, all).Coverage
		for name, share := range map[string]Share{"matters": c.Matters, "materials": c.Materials, "refusals": c.Refusals, "options": c.Options, "decisions": c.Decisions, "outcomes": c.Outcomes} {
			if share.Seen != share.Of || share.Of == 0 {
				t.Errorf("%s: all people together show %s %s", s.service.ID, name, share)
			}
		}
	}
	g := compile(t, restaurant())
	c := Run(g, []catalogue.Scenario{{Answers: Answers{"licence": "normal", "prepack": "true", "area": "20", "sign": "false", "tobacco": "false"}}}).Coverage
	want := Coverage{Matters: Share{2, 6}, Materials: Share{1, 8}, Refusals: Share{0, 2}, Options: Share{4, 15}, Decisions: c.Decisions, Outcomes: Share{1, c.Outcomes.Of}}
	if c != want || c.Decisions.Seen*2 != c.Decisions.Of {
		t.Errorf("coverage %v, want %v", c, want)
	}
	if !strings.HasPrefix(c.In(lang.EN), "matters 2/6, materials 1/8") {
		t.Errorf("In() = %s", c.In(lang.EN))
	}
}
