package studio

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
)

// Simulation is what somebody who answers so would be told. No official data is looked at.
type Simulation struct {
	Entry   *jurisdiction.Entry
	Answers guide.Answers // those that count
	Plan    guide.Plan
	Next    *catalogue.Question // the question that she would be asked now; nil when there is none
}

// Simulate walks an invented person through the draft.
func (s *Service) Simulate(ctx context.Context, by identity.Actor, id string, answers guide.Answers) (Simulation, error) {
	c, err := s.Check(ctx, by, id)
	if err != nil {
		return Simulation{}, err
	}
	if c.Entry == nil {
		return Simulation{}, fault.New(fault.Conflict, "error.edition.unsound")
	}
	sim := Simulation{Entry: c.Entry}
	g := c.Entry.Guide
	var wrong []fault.Field
	for _, question := range slices.Sorted(maps.Keys(answers)) {
		if value := answers[question]; value != guide.Unsure && g.Check(question, value) != nil {
			wrong = append(wrong, fault.Field{Name: question, Code: "field.choose"})
		}
	}
	if err := fault.Fields(wrong); err != nil {
		return sim, err
	}
	sim.Answers, _ = g.Prune(answers)
	sim.Plan = g.Plan(sim.Answers)
	if q, more := g.Next(sim.Answers); more {
		sim.Next = &q
	}
	return sim, nil
}

// AddScenario keeps a simulated person as a scenario: what came out is what must come out from now on.
func (s *Service) AddScenario(ctx context.Context, by identity.Actor, id string, base int, name lang.Text, answers guide.Answers) (Saved, error) {
	if err := fault.Fields(slices.Concat(sentence("name-zh", name.ZH), sentence("name-en", name.EN))); err != nil {
		return Saved{}, err
	}
	sim, err := s.Simulate(ctx, by, id, answers)
	if err != nil {
		return Saved{}, err
	}
	if sim.Next != nil {
		return Saved{}, fault.New(fault.Conflict, "error.edition.unanswered")
	}
	text := scenario(name, sim)
	return s.save(ctx, by, id, base, Added, func(f *Files) {
		was := f.Scenarios
		if was != "" && !strings.HasSuffix(was, "\n") {
			was += "\n"
		}
		f.Scenarios = was + text
	})
}

// Accept makes what comes out of a scenario now what must come out of it, after a rule was changed.
func (s *Service) Accept(ctx context.Context, by identity.Actor, id string, base, number int) (Saved, error) {
	t, err := s.Test(ctx, by, id)
	if err != nil {
		return Saved{}, err
	}
	if number < 0 || number >= len(t.Scenarios) {
		return Saved{}, fault.New(fault.NotFound, "error.edition.scenario")
	}
	sc := t.Scenarios[number]
	sim, err := s.Simulate(ctx, by, id, sc.Answers)
	if fault.Is(err, fault.Invalid) || err == nil && sim.Next != nil {
		return Saved{}, fault.New(fault.Conflict, "error.edition.unanswered")
	}
	if err != nil {
		return Saved{}, err
	}
	return s.rewrite(ctx, by, id, base, number, scenario(sc.Name, sim))
}

// Forget takes a scenario out.
func (s *Service) Forget(ctx context.Context, by identity.Actor, id string, base, number int) (Saved, error) {
	return s.rewrite(ctx, by, id, base, number, "")
}

// rewrite puts another text in the place of a scenario, as it stands in the revision base.
func (s *Service) rewrite(ctx context.Context, by identity.Actor, id string, base, number int, text string) (Saved, error) {
	f, err := s.Text(ctx, by, id, base)
	if err != nil {
		return Saved{}, err
	}
	from, to, ok := item(f.Scenarios, number)
	if !ok {
		return Saved{}, fault.New(fault.NotFound, "error.edition.scenario")
	}
	f.Scenarios = f.Scenarios[:from] + text + f.Scenarios[to:]
	return s.Save(ctx, by, id, base, ScenariosFile, f.Scenarios)
}

// item finds where an item of a list begins and ends; comments before the next one belong to that.
func item(text string, number int) (from, to int, ok bool) {
	src, _ := strictyaml.Parse(ScenariosFile, []byte(text))
	if !src.Has(strictyaml.Item("", number)) {
		return 0, 0, false
	}
	all := strings.SplitAfter(text, "\n")
	first, last := src.At(strictyaml.Item("", number)).Line-1, len(all)
	if next := strictyaml.Item("", number+1); src.Has(next) {
		last = src.At(next).Line - 1
		for last > first+1 && (strings.TrimSpace(all[last-1]) == "" || strings.HasPrefix(strings.TrimSpace(all[last-1]), "#")) {
			last--
		}
	}
	for i, line := range all[:last] {
		if i < first {
			from += len(line)
		}
		to += len(line)
	}
	return from, to, true
}

// scenario writes a simulation as the shipped scenarios are written.
func scenario(name lang.Text, sim Simulation) string {
	var b strings.Builder
	value := func(v any) string { return string(strictyaml.Marshal(v)) }
	list := func(key string, ids []string) {
		fmt.Fprintf(&b, "  %s: [%s]\n", key, strings.Join(ids, ", "))
	}
	fmt.Fprintf(&b, "- name: {zh: %s, en: %s}\n  answers: {", value(name.ZH), value(name.EN))
	for i, q := range slices.Sorted(maps.Keys(sim.Answers)) {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s: %s", q, value(sim.Answers[q]))
	}
	b.WriteString("}\n")
	var matters, materials, upload, refused []string
	for _, m := range sim.Plan.Matters {
		if !m.Maybe {
			matters = append(matters, m.Matter.ID)
		}
	}
	for _, m := range sim.Plan.Materials {
		if m.Maybe {
			continue
		}
		materials = append(materials, m.Material.ID)
		if m.State == guide.Upload || m.State == guide.Later {
			upload = append(upload, m.Material.ID)
		}
	}
	for _, r := range sim.Plan.Refusals {
		refused = append(refused, r.ID)
	}
	list("matters", matters)
	if len(refused) > 0 {
		list("refused", refused)
		return b.String()
	}
	list("materials", materials)
	list("upload", upload)
	fmt.Fprintf(&b, "  days: %d\n  fen: %d\n", sim.Plan.Days, sim.Plan.Fen)
	return b.String()
}

// Tests are the scenarios of a draft as they come out.
type Tests struct {
	Scenarios []catalogue.Scenario
	Result    guide.Result
}

// Test tries the scenarios of a draft.
func (s *Service) Test(ctx context.Context, by identity.Actor, id string) (Tests, error) {
	c, err := s.Check(ctx, by, id)
	if err != nil {
		return Tests{}, err
	}
	if c.Entry == nil {
		return Tests{}, fault.New(fault.Conflict, "error.edition.unsound")
	}
	return Tests{c.Entry.Scenarios, guide.Run(c.Entry.Guide, c.Entry.Scenarios)}, nil
}
