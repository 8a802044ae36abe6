package guide

import (
	"fmt"
	"slices"
	"strings"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

// Result is what came out of a service's scenarios.
type Result struct {
	Passed   int       `json:"passed"`
	Failures []Failure `json:"failures,omitempty"`
	Coverage Coverage  `json:"coverage"`
}

// Failure is a scenario that came out otherwise than its author says.
type Failure struct {
	Scenario int       `json:"scenario"` // index
	Name     lang.Text `json:"name"`
	Path     string    `json:"path"` // of the value in the file, such as [2].matters
	What     lang.Text `json:"what"`
}

func (f Failure) String() string { return f.In(lang.EN) }

// In says the failure in one language.
func (f Failure) In(l lang.Lang) string {
	return fmt.Sprintf("%s (%s): %s", f.Path, f.Name.In(l), f.What.In(l))
}

// Coverage counts how much of a service its scenarios show.
type Coverage struct {
	Matters   Share `json:"matters"`   // that apply in some scenario
	Materials Share `json:"materials"` // that are needed in some scenario
	Refusals  Share `json:"refusals"`  // that hold in some scenario
	Options   Share `json:"options"`   // of boolean and enum questions that some scenario answers with
	// Decisions are the two ways that each different condition can come out.
	Decisions Share `json:"decisions"`
	// Outcomes are the different plans and refusals that different people can get; Of is 0 when they are
	// too many to count.
	Outcomes Share `json:"outcomes"`
}

// Share is a number of things out of all of them.
type Share struct {
	Seen int `json:"seen"`
	Of   int `json:"of"`
}

func (s Share) String() string {
	if s.Of == 0 && s.Seen > 0 {
		return fmt.Sprintf("%d/>%d", s.Seen, maxOutcomes)
	}
	return fmt.Sprintf("%d/%d", s.Seen, s.Of)
}

// In says in one language what was shown.
func (c Coverage) In(l lang.Lang) string {
	return say("事项 %s，材料 %s，不能办 %s，选项 %s，条件两面 %s，不同结果 %s", "matters %s, materials %s, refusals %s, options %s, decisions %s, outcomes %s",
		c.Matters, c.Materials, c.Refusals, c.Options, c.Decisions, c.Outcomes).In(l)
}

// maxOutcomes bounds the counting of different plans.
const maxOutcomes = 100_000

// Run tries every scenario and tells how much of the service they show.
func Run(g *Guide, scenarios []catalogue.Scenario) Result {
	result := Result{Failures: Try(g, scenarios)}
	failed := map[int]bool{}
	for _, f := range result.Failures {
		failed[f.Scenario] = true
	}
	result.Passed = len(scenarios) - len(failed)
	seen := newSeen(g)
	for i := range scenarios {
		seen.add(scenarios[i].Answers)
	}
	result.Coverage = seen.coverage()
	return result
}

// Try tries every scenario and compares what comes out with what its author says, exactly.
func Try(g *Guide, scenarios []catalogue.Scenario) (failures []Failure) {
	for i := range scenarios {
		r := run{g: g, s: &scenarios[i], index: i}
		r.try()
		failures = append(failures, r.failures...)
	}
	return failures
}

// run is one scenario being tried.
type run struct {
	g        *Guide
	s        *catalogue.Scenario
	index    int
	failures []Failure
}

func (r *run) fail(key, zh, en string) {
	r.failures = append(r.failures, Failure{Scenario: r.index, Name: r.s.Name, Path: item("", r.index) + "." + key, What: lang.Text{ZH: zh, EN: en}})
}

func (r *run) try() {
	if !r.answers() {
		return // what comes out of other answers says nothing
	}
	p := r.g.Plan(r.s.Answers)
	if !p.Complete {
		q, _ := r.g.Next(r.s.Answers)
		r.fail("answers", fmt.Sprintf("还要回答 %s；不知道的写 unsure", q.ID), fmt.Sprintf("%s is left to answer; write unsure for what is not known", q.ID))
	}
	for _, id := range p.Dropped {
		r.fail("answers."+id, "这些回答之下不会问到这个问题，删去这个回答", "with these answers the question is not asked; delete the answer")
	}
	var matters, materials, upload, refused []string
	for _, m := range p.Matters {
		if !m.Maybe {
			matters = append(matters, m.Matter.ID)
		}
	}
	for _, m := range p.Materials {
		if m.Maybe {
			continue
		}
		materials = append(materials, m.Material.ID)
		if m.State == Upload || m.State == Later {
			upload = append(upload, m.Material.ID)
		}
	}
	for _, x := range p.Refusals {
		refused = append(refused, x.ID)
	}
	r.same("matters", matters, r.s.Matters, true)
	r.same("materials", materials, r.s.Materials, r.s.Materials != nil)
	r.same("upload", upload, r.s.Upload, r.s.Upload != nil)
	// Somebody who is refused although the scenario says nothing of it is a failure too.
	r.same("refused", refused, r.s.Refused, r.s.Refused != nil || len(refused) > 0)
	if r.s.Days != nil && *r.s.Days != p.Days {
		r.fail("days", fmt.Sprintf("是 %d 个工作日，不是 %d 个", p.Days, *r.s.Days), fmt.Sprintf("it takes %d working days and not %d", p.Days, *r.s.Days))
	}
	if r.s.Fen != nil && *r.s.Fen != p.Fen {
		r.fail("fen", fmt.Sprintf("是 %d 分，不是 %d 分", p.Fen, *r.s.Fen), fmt.Sprintf("it costs %d fen and not %d", p.Fen, *r.s.Fen))
	}
}

// answers checks that the answers are answers to this service.
func (r *run) answers() bool {
	ids := make([]string, 0, len(r.s.Answers))
	for id := range r.s.Answers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		switch {
		case r.g.d.Variable(id) < 0:
			r.fail("answers."+id, "没有这个问题", "there is no such question")
		case r.g.Check(id, r.s.Answers[id]) != nil:
			r.fail("answers."+id, fmt.Sprintf("%q 不是可能的回答", r.s.Answers[id]), fmt.Sprintf("%q is no answer that it admits", r.s.Answers[id]))
		}
	}
	return len(r.failures) == 0
}

// same compares two lists without regard to their order.
func (r *run) same(key string, got, want []string, compare bool) {
	if !compare {
		return
	}
	var missing, extra []string
	for _, id := range want {
		if !slices.Contains(got, id) {
			missing = append(missing, id)
		}
	}
	for _, id := range got {
		if !slices.Contains(want, id) {
			extra = append(extra, id)
		}
	}
	if missing == nil && extra == nil {
		return
	}
	var zh, en []string
	if missing != nil {
		list := strings.Join(missing, ", ")
		zh, en = append(zh, "少了 "+list), append(en, "missing "+list)
	}
	if extra != nil {
		list := strings.Join(extra, ", ")
		zh, en = append(zh, "多了 "+list), append(en, "not expected "+list)
	}
	r.fail(key, strings.Join(zh, "；"), strings.Join(en, "; "))
}

// seen collects what the scenarios show.
type seen struct {
	g        *Guide
	places   [][2]bool // by place: seen false, seen true
	options  map[string]bool
	outcomes map[string][]decision.Truth
}

func newSeen(g *Guide) *seen {
	return &seen{g: g, places: make([][2]bool, g.show.Len()), options: map[string]bool{}, outcomes: map[string][]decision.Truth{}}
}

func (s *seen) add(a Answers) {
	r := s.g.read(a)
	defer s.g.pool.Put(r)
	s.g.show.Eval(r.slots, r.truths)
	served := true
	for _, place := range s.g.refusals {
		served = served && r.truths[place] == decision.False
	}
	for i, t := range r.truths {
		// Of somebody who is refused only the refusals are shown.
		if t != decision.Unknown && (served || slices.Contains(s.g.refusals, i)) {
			s.places[i][t] = true
		}
	}
	outcome := make([]decision.Truth, len(s.g.comes))
	for i, root := range s.g.comes {
		outcome[i] = s.g.d.Eval(root, r.slots)
	}
	if !slices.Contains(outcome, decision.Unknown) {
		s.outcomes[fmt.Sprint(outcome)] = outcome
	}
	for i, q := range s.g.asked {
		if r.state[i] == given {
			s.options[q.def.ID+"="+a[q.def.ID]] = true
		}
	}
}

func (s *seen) coverage() (c Coverage) {
	count := func(share *Share, place int) {
		share.Of++
		if s.places[place][1] {
			share.Seen++
		}
	}
	for _, m := range s.g.matters {
		count(&c.Matters, m.in)
	}
	for _, m := range s.g.materials {
		count(&c.Materials, m.in)
	}
	for _, place := range s.g.refusals {
		count(&c.Refusals, place)
	}
	for i, p := range s.places {
		if r := s.g.show.Root(i); r == decision.Always || r == decision.Never {
			continue // cannot come out otherwise
		}
		c.Decisions.Of += 2
		for _, was := range p {
			if was {
				c.Decisions.Seen++
			}
		}
	}
	for _, q := range s.g.asked {
		values := []string{"true", "false"}
		if q.def.Type == "enum" {
			values = nil
			for _, o := range q.def.Options {
				values = append(values, o.Value)
			}
		} else if q.def.Type != "boolean" {
			continue
		}
		for _, v := range values {
			c.Options.Of++
			if s.options[q.def.ID+"="+v] {
				c.Options.Seen++
			}
		}
	}
	c.Outcomes.Seen = len(s.outcomes)
	if n, ok := s.g.d.Outcomes(maxOutcomes, s.g.comes...); ok {
		c.Outcomes.Of = n
	}
	return c
}
