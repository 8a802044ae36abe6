package lifecycle

import (
	"fmt"
	"slices"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

// Chain is the life cycle of a person or a business, compiled. It does not change after it was made and
// may be used by any number of goroutines.
type Chain struct {
	Facts   []Fact
	Steps   []Step
	Intents []Intent

	attributes []catalogue.Attribute // by fact: the field that it comes from
	types      []string              // by fact
	d          *decision.Diagram
	lists      *decision.Program // two conditions a step: it is done; it applies and is not done
}

// Problem is something wrong with a fact or a step.
type Problem struct {
	Fact, Step int    // index; -1 when it is not about one
	Key        string // when or done
	Line, Col  int    // place inside that condition, from 1; 0 when it is about the whole
	What       lang.Text
	Remedy     lang.Text
}

// MaxAsked is how many questions a visitor answers.
const MaxAsked = 5

// Compile proves the conditions of a chain: every one is true for somebody and false for somebody, and
// every step can come up. References to registers, certificates, stages and services are right already.
func Compile(facts []Fact, steps []Step, intents []Intent, registers map[string]catalogue.Register) (*Chain, []Problem) {
	c := &Chain{Facts: facts, Steps: steps, Intents: intents}
	var vars []decision.Variable
	for i := range facts {
		kind, a := facts[i].Type(registers)
		v := decision.Variable{Name: facts[i].ID, Kind: kinds[kind]}
		if kind == "enum" {
			for _, o := range a.Options {
				v.Options = append(v.Options, o.Value)
			}
		}
		vars = append(vars, v)
		c.attributes, c.types = append(c.attributes, a), append(c.types, kind)
	}
	var conds []decision.Condition
	type at struct {
		step int
		key  string
	}
	var places []at
	index := make([][2]int, len(steps))
	for i, s := range steps {
		index[i] = [2]int{-1, -1}
		for k, text := range [2]string{s.Done, s.When} {
			if text != "" {
				key := [2]string{"done", "when"}[k]
				index[i][k] = len(conds)
				conds = append(conds, decision.Condition{Name: s.ID + "." + key, Text: text})
				places = append(places, at{i, key})
			}
		}
	}
	d, found := decision.Compile(vars, conds)
	if d != nil {
		found = d.Check()
	}
	var problems []Problem
	for _, p := range found {
		q := Problem{Fact: p.Variable, Step: -1, Line: p.Line, Col: p.Col, What: p.What, Remedy: p.Remedy}
		if p.Condition >= 0 {
			q.Fact, q.Step, q.Key = -1, places[p.Condition].step, places[p.Condition].key
		}
		problems = append(problems, q)
	}
	if d == nil {
		return nil, problems
	}
	var roots []decision.Root
	for i := range steps {
		done, when := decision.Never, decision.Always
		if k := index[i][0]; k >= 0 {
			done = d.Root(k)
		}
		if k := index[i][1]; k >= 0 {
			when = d.Root(k)
		}
		todo := d.And(when, d.Not(done))
		if todo == decision.Never && len(problems) == 0 {
			problems = append(problems, Problem{Fact: -1, Step: i, Key: "when", What: say("没有人需要做这一步：适用的人都已经做完", "nobody ever has to do this: whoever it is for has done it already"),
				Remedy: say("改 when 或者 done", "change when: or done:")})
		}
		roots = append(roots, done, todo)
	}
	problems = append(problems, c.unused(d, roots)...)
	if len(problems) > 0 {
		return nil, problems
	}
	c.d, c.lists = d, d.Program(roots)
	return c, nil
}

// unused finds facts that change no list and date no step: nobody has a reason to fetch them.
func (c *Chain) unused(d *decision.Diagram, roots []decision.Root) (problems []Problem) {
	support := d.Support(roots...)
	for v, f := range c.Facts {
		dates := slices.ContainsFunc(c.Steps, func(s Step) bool { return s.Due != nil && (s.Due.From == f.ID || s.Due.Until == f.ID) })
		if !dates && !slices.Contains(support, v) {
			problems = append(problems, Problem{Fact: v, Step: -1, What: say("没有哪一步用到 %q", "no step depends on %q", f.ID), Remedy: say("删去它", "delete it")})
		}
	}
	return problems
}

var kinds = map[string]decision.Kind{
	"boolean": decision.Boolean, "enum": decision.Enum, "integer": decision.Integer, "decimal": decision.Decimal, "date": decision.Date,
}

// Type is the type of what a fact says; empty when nothing can be made of the source in that way. The
// attribute is the field that it comes from, if it comes from one.
func (f *Fact) Type(registers map[string]catalogue.Register) (string, catalogue.Attribute) {
	if f.Source == nil {
		return "boolean", catalogue.Attribute{}
	}
	var a catalogue.Attribute
	if i := slices.IndexFunc(registers[f.Source.Register].Fields, func(a catalogue.Attribute) bool { return a.ID == f.Source.Field }); i >= 0 {
		a = registers[f.Source.Register].Fields[i]
	}
	day, certificate := a.Type == "date", f.Source.Certificate != ""
	_, fits := kinds[a.Type]
	switch as := f.Source.as(); {
	case as == AsHeld && f.Source.Field == "":
		return "boolean", a
	case as == AsValue && fits:
		return a.Type, a
	case (as == AsYears || as == AsMonths || as == AsDays) && day,
		as == AsDaysLeft && (day || certificate),
		as == AsYearsAgo && (day || a.Type == "integer"):
		return "integer", a
	case (as == AsFrom || as == AsUntil) && certificate:
		return "date", a
	}
	return "", a
}

// Type is the type of a fact: boolean, enum, integer, decimal or date.
func (c *Chain) Type(fact int) string { return c.types[fact] }

// Attribute is the field of a register that a fact comes from, if it is that field's value.
func (c *Chain) Attribute(fact int) (catalogue.Attribute, bool) {
	return c.attributes[fact], c.Facts[fact].Source != nil && c.Facts[fact].Source.as() == AsValue
}

func say(zh, en string, args ...any) lang.Text {
	if len(args) == 0 {
		return lang.Text{ZH: zh, EN: en}
	}
	return lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}
