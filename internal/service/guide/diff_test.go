package guide

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*catalogue.Service)
		want   []string
	}{
		{"nothing", func(*catalogue.Service) {}, nil},
		{"a shorter promise", func(s *catalogue.Service) { s.Matters[1].Promised = days(8) },
			[]string{"limit food: promised 10 working days, by law 20 working days → promised 8 working days, by law 20 working days (licence = normal, prepack = false)"}},
		{"a wider matter", func(s *catalogue.Service) {
			s.Matters[4].When = "area >= 40 && public"
			s.Questions[4].When, s.Questions[5].When = "area >= 40", "area >= 40 && public"
		},
			[]string{"matter fire:  → to be done", "field seats:  → to be filled in"}},
		{"a matter is gone", func(s *catalogue.Service) {
			s.Matters, s.Materials[0].For, s.Materials[1].For, s.Materials = s.Matters[:5], s.Materials[0].For[:4], s.Materials[1].For[:1], s.Materials[:7]
			s.Questions, s.Sections[0].Fields[0].For = s.Questions[:7], s.Sections[0].Fields[0].For[:4]
		}, []string{"matter tobacco: to be done → ", "material food-licence: an earlier matter gives it (food) → ", "material identity: government holds it (population) → "}},
		{"a material is spared", func(s *catalogue.Service) { s.Materials[2].Source = catalogue.Source{Register: "plans"} },
			[]string{"material layout: the person brings it → government holds it (plans) (licence = normal, prepack = false)"}},
		{"somebody is refused", func(s *catalogue.Service) {
			s.Refusals = append(s.Refusals, catalogue.Refusal{ID: "huge", When: "area > 5000", Text: text("太大", "too large")})
		}, []string{"refusal huge:  → refused (area = 5001)"}},
		{"a new question", func(s *catalogue.Service) {
			s.Questions = append([]catalogue.Question{question("franchise", "")}, s.Questions...)
			s.Matters[1].Second, s.Matters[3].Fees[0].Fen = true, 5000
			s.Matters[3].When = "sign && !franchise"
		}, []string{"matter sign: to be done → "}},
		{"a fee", func(s *catalogue.Service) { s.Matters[3].Fees[0].Fen = 4000 }, []string{"fee sign.stand: 50.00 yuan → 40.00 yuan"}},
		{"an option", func(s *catalogue.Service) {
			s.Questions[0].Options = append(s.Questions[0].Options, catalogue.Option{Value: "moving"})
			s.Refusals[0].When = `licence == "none" || licence == "moving"`
		}, []string{"refusal no-licence:  → refused (licence = moving)"}},
		{"no commitment", func(s *catalogue.Service) { s.Matters[4].Commitment = "" }, []string{"commitment fire: on a written commitment → "}},
		{"a question of another type", func(s *catalogue.Service) {
			s.Questions[3].Type = "decimal"
		}, []string{"question area: integer → decimal"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			after := restaurant()
			tt.change(&after)
			old, young := compile(t, restaurant()), compile(t, after)
			c, x := compare(old, young)
			var got []string
			for _, f := range c.Differences {
				line := fmt.Sprintf("%s %s: %s → %s (%s)", f.Kind, f.ID, f.Before.In(lang.EN), f.After.In(lang.EN), f.Who)
				got = append(got, line)
				if f.Situations.Sign() == 0 && f.Kind != QuestionDiffers {
					t.Errorf("nobody is treated so: %s", line)
				}
			}
			for _, want := range tt.want {
				if !strings.Contains(strings.Join(got, "\n"), want) {
					t.Errorf("missing %q in\n%s", want, strings.Join(got, "\n"))
				}
			}
			if len(tt.want) == 0 && len(got) > 0 {
				t.Errorf("found %v", got)
			}
			if x == nil {
				return
			}
			// Everybody whose plans differ is among the touched, and nobody else.
			all := after
			if len(all.Questions) < len(restaurant().Questions) {
				all = restaurant()
			}
			people(all, func(a Answers) {
				slots := x.d.Slots()
				if err := x.d.Fill(slots, a); err != nil {
					t.Fatal(err)
				}
				touched := x.d.Eval(x.touched, slots)
				if differ := outcome(old.Plan(a)) != outcome(young.Plan(a)); touched == decision.Unknown || (touched == decision.True) != differ {
					t.Fatalf("%v: differs %v, touched %v\n%s\n%s", a, differ, touched, outcome(old.Plan(a)), outcome(young.Plan(a)))
				}
			})
		})
	}
}

// outcome says everything about a plan that Compare compares.
func outcome(p Plan) string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, r := range p.Refusals {
		add("refused %s", r.ID)
	}
	for _, m := range p.Matters {
		add("matter %s %s %v %v", m.Matter.ID, limitsInWords(m.Statutory, m.Promised).EN, m.Commitment, m.Checks)
		for _, f := range m.Fees {
			add("fee %s %d", f.ID, f.Fen)
		}
	}
	for _, m := range p.Materials {
		add("material %s %s %s", m.Material.ID, m.State, m.From)
	}
	for _, s := range p.Sections {
		for _, f := range s.Fields {
			add("field %s", f.ID)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
