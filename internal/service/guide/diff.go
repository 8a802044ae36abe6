package guide

import (
	"fmt"
	"math/big"
	"slices"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

// Comparison is what two editions of a service do differently, for whom, and for how many.
type Comparison struct {
	Differences []Difference     `json:"differences"`
	Situations  *big.Int         `json:"situations"` // different personal situations that the two editions tell apart
	Touched     *big.Int         `json:"touched"`    // of them, those in which something differs
	Who         decision.Example `json:"who"`        // one of the touched, in as few answers as possible
}

// Difference is one thing that comes out differently.
type Difference struct {
	Kind       Kind             `json:"kind"`
	ID         string           `json:"id"`
	Name       lang.Text        `json:"name"`
	Before     lang.Text        `json:"before"` // what comes out, in words; empty where nothing does
	After      lang.Text        `json:"after"`
	Who        decision.Example `json:"who"` // somebody whom it touches, in as few answers as possible
	Situations *big.Int         `json:"situations"`
}

// Kind is the kind of a thing that can differ.
type Kind string

// The kinds of differences, in the order in which they are told.
const (
	QuestionDiffers   Kind = "question" // of another type: its answers cannot be compared
	RefusalDiffers    Kind = "refusal"
	MatterDiffers     Kind = "matter"
	LimitDiffers      Kind = "limit"
	FeeDiffers        Kind = "fee"
	CommitmentDiffers Kind = "commitment"
	CheckDiffers      Kind = "check"
	MaterialDiffers   Kind = "material"
	FieldDiffers      Kind = "field"
)

// Compare finds, over every combination of answers, whom the new edition treats differently. Both
// editions must be sound: Compile made guides of them.
func Compare(before, after *Guide) Comparison {
	c, _ := compare(before, after)
	return c
}

func compare(before, after *Guide) (Comparison, *comparer) {
	vars, old, young, changed := unite(before.service, after.service)
	if changed != nil {
		return Comparison{Differences: changed, Situations: new(big.Int), Touched: new(big.Int)}, nil
	}
	a, b := lay(old, vars), lay(young, vars)
	conds := make([]decision.Condition, 0, len(a.conds)+len(b.conds))
	for _, c := range [...]*compiler{a, b} {
		c.first = len(conds)
		for _, x := range c.conds {
			conds = append(conds, decision.Condition{Name: x.path, Text: x.text})
		}
	}
	// Each edition was compiled within the limit, so both together are within twice that and some more.
	d, problems := decision.CompileWithin(4*decision.Limit, vars, conds)
	if d == nil {
		return Comparison{Differences: []Difference{{Kind: QuestionDiffers, Name: problems[0].What}}, Situations: new(big.Int), Touched: new(big.Int)}, nil
	}
	for _, c := range [...]*compiler{a, b} {
		c.g.d = d
		c.link()
		c.effective()
	}
	x := &comparer{d: d, people: situations(d, a, b)}
	x.compare(a, b)
	who, _ := d.Example(x.touched)
	return Comparison{Differences: x.found, Situations: d.Count(x.people), Touched: x.count(x.touched), Who: who}, x
}

// lay prepares a compiler whose questions are the variables, in their order.
func lay(s catalogue.Service, vars []decision.Variable) *compiler {
	c := newCompiler(s)
	c.matters()
	c.vars, c.g.today = vars, len(vars)-1
	c.conditions()
	return c
}

// unite gives two editions the same questions in the same order: a question of one edition only is
// never asked in the other. An answer that only one of them admits is admitted by both. Questions whose
// type changed cannot be compared and are returned.
func unite(a, b catalogue.Service) (vars []decision.Variable, old, young catalogue.Service, changed []Difference) {
	find := func(s catalogue.Service, id string) int {
		return slices.IndexFunc(s.Questions, func(q catalogue.Question) bool { return q.ID == id })
	}
	var order []string
	for _, q := range b.Questions {
		order = append(order, q.ID)
	}
	at := 0 // behind what stands before it in the old edition
	for _, q := range a.Questions {
		if i := slices.Index(order, q.ID); i >= 0 {
			at = i + 1
			continue
		}
		order = slices.Insert(order, at, q.ID)
		at++
	}
	unasked := func(q catalogue.Question) catalogue.Question {
		q.When, q.Unsure = "false", nil
		return q
	}
	old, young = a, b
	old.Questions, young.Questions = nil, nil
	for _, id := range order {
		i, j := find(a, id), find(b, id)
		switch {
		case i < 0:
			old.Questions, young.Questions = append(old.Questions, unasked(b.Questions[j])), append(young.Questions, b.Questions[j])
		case j < 0:
			old.Questions, young.Questions = append(old.Questions, a.Questions[i]), append(young.Questions, unasked(a.Questions[i]))
		default:
			p, q := a.Questions[i], b.Questions[j]
			if p.Type != q.Type {
				changed = append(changed, Difference{Kind: QuestionDiffers, ID: id, Name: q.Text, Before: say("%s", "%s", p.Type), After: say("%s", "%s", q.Type), Situations: new(big.Int)})
				continue
			}
			options := slices.Clone(q.Options)
			for _, o := range p.Options {
				if !slices.ContainsFunc(options, func(x catalogue.Option) bool { return x.Value == o.Value }) {
					options = append(options, o)
				}
			}
			p.Options, q.Options = options, options
			p.Min, p.Max = widest(p.Min, q.Min, -1), widest(p.Max, q.Max, 1)
			q.Min, q.Max = p.Min, p.Max
			old.Questions, young.Questions = append(old.Questions, p), append(young.Questions, q)
		}
	}
	c := newCompiler(young)
	c.variables()
	return c.vars, old, young, changed
}

// widest is the bound that admits more; nil when one of them admits everything.
func widest(a, b *float64, sign float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	if *a*sign > *b*sign {
		return a
	}
	return b
}

// situations are those that either of two editions tells apart: a question that neither asks has one
// answer.
func situations(d *decision.Diagram, a, b *compiler) decision.Root {
	r := decision.Always
	for v := range a.g.asked {
		r = d.And(r, d.AnyOf(a.g.asked[v].when, b.g.asked[v].when, d.Is(v, 0)))
	}
	return r
}

// facet is one thing that comes out one way or another, for different people.
type facet struct {
	kind  Kind
	id    string
	name  lang.Text
	where decision.Root // who has the thing at all; facets are compared where both editions have it
	parts []part
}

// part is a way in which a thing comes out, and for whom. The parts of a facet do not meet.
type part struct {
	for_ decision.Root
	what lang.Text
}

// facets lists what comes out of an edition, in a fixed order.
func (c *compiler) facets() (all []facet) {
	d, g := c.g.d, c.g
	for i := range g.refusals {
		r := &g.service.Refusals[i]
		all = append(all, facet{RefusalDiffers, r.ID, r.Text, decision.Always, []part{{c.roots[g.refusals[i]], say("不能办", "refused")}}})
	}
	var matters, more, rest []facet
	for i := range g.matters {
		m := &g.matters[i]
		in := c.live[m.in]
		id := m.def.ID
		matters = append(matters, facet{MatterDiffers, id, m.def.Name, c.served, []part{{in, say("要办", "to be done")}}})
		limits := facet{LimitDiffers, id, m.def.Name, in, nil}
		for j := range m.variants {
			limits.parts = append(limits.parts, part{c.live[m.variants[j]], limitsInWords(under(m.def, &m.def.Variants[j]))})
		}
		limits.parts = append(limits.parts, part{c.live[m.own], limitsInWords(under(m.def, nil))})
		more = append(more, limits)
		for j, f := range m.def.Fees {
			yuan := fmt.Sprintf("%d.%02d", f.Fen/100, f.Fen%100)
			more = append(more, facet{FeeDiffers, id + "." + f.ID, f.Name, in, []part{{c.live[m.fees[j]], say("%s 元", "%s yuan", yuan)}}})
		}
		if m.commitment >= 0 {
			more = append(more, facet{CommitmentDiffers, id, m.def.Name, in, []part{{c.live[m.commitment], say("凭承诺办", "on a written commitment")}}})
		}
		for j, k := range m.def.Checks {
			rest = append(rest, facet{CheckDiffers, id + "." + k.ID, k.Text, in, []part{{c.live[m.checks[j]], say("要审查", "checked")}}})
		}
	}
	all = append(append(append(all, matters...), more...), rest...)
	for i := range g.materials {
		m := &g.materials[i]
		in, up := c.live[m.in], decision.Never
		if m.upstream >= 0 {
			up = c.live[g.matters[m.upstream].in]
		}
		f := facet{MaterialDiffers, m.def.ID, m.def.Name, c.served, nil}
		for _, upstream := range [...]bool{true, false} {
			state, from := g.source(m, upstream)
			who := d.And(in, up)
			if !upstream {
				who = d.And(in, d.Not(up))
			}
			f.parts = append(f.parts, part{who, stateInWords(state, from)})
		}
		all = append(all, f)
	}
	for i := range g.sections {
		s := &g.sections[i]
		for j := range s.def.Fields {
			f := &s.def.Fields[j]
			all = append(all, facet{FieldDiffers, f.ID, f.Text, c.served, []part{{c.live[s.fields[j]], say("要填", "to be filled in")}}})
		}
	}
	return all
}

func limitsInWords(statutory, promised *catalogue.Limit) lang.Text {
	words := func(l *catalogue.Limit) lang.Text {
		if l == nil {
			return lang.Text{ZH: "没有", EN: "none"}
		}
		return l.Words()
	}
	p, s := words(promised), words(statutory)
	return say("承诺 %[1]s，法定 %[2]s", "promised %[3]s, by law %[4]s", p.ZH, s.ZH, p.EN, s.EN)
}

func stateInWords(state, from string) lang.Text {
	switch state {
	case Held:
		return say("政府有（%s）", "government holds it (%s)", from)
	case Upstream:
		return say("前面的事项给出（%s）", "an earlier matter gives it (%s)", from)
	case Made:
		return say("系统生成", "the platform writes it")
	case Later:
		return say("自己交，可以后补", "the person brings it, later if she likes")
	}
	return say("自己交", "the person brings it")
}

// comparer compares two editions over one diagram.
type comparer struct {
	d       *decision.Diagram
	people  decision.Root
	touched decision.Root
	found   []Difference
}

func (x *comparer) compare(a, b *compiler) {
	key := func(f facet) string { return string(f.kind) + " " + f.id }
	before := map[string]facet{}
	for _, f := range a.facets() {
		before[key(f)] = f
	}
	none := func(f facet, c *compiler) facet {
		f.parts = nil
		switch f.kind {
		case RefusalDiffers:
		case MatterDiffers, MaterialDiffers, FieldDiffers:
			f.where = c.served
		default: // something about a matter that the other edition may not have
			f.where = decision.Always
		}
		return f
	}
	for _, f := range b.facets() {
		old, ok := before[key(f)]
		delete(before, key(f))
		if !ok {
			old = none(f, a)
		}
		x.facet(old, f)
	}
	for _, f := range a.facets() {
		if _, gone := before[key(f)]; gone {
			x.facet(f, none(f, b))
		}
	}
	slices.SortStableFunc(x.found, func(p, q Difference) int { return rank(p.Kind) - rank(q.Kind) })
}

func rank(k Kind) int {
	return slices.Index([]Kind{QuestionDiffers, RefusalDiffers, MatterDiffers, LimitDiffers, FeeDiffers, CommitmentDiffers, CheckDiffers, MaterialDiffers, FieldDiffers}, k)
}

// facet tells where a thing comes out differently. Somebody who is refused in one of the editions differs
// in that and in nothing else; likewise what belongs to a matter is compared where both have the matter.
func (x *comparer) facet(a, b facet) {
	d := x.d
	both := d.And(a.where, b.where)
	for _, p := range x.whole(a) {
		for _, q := range x.whole(b) {
			if p.what == q.what {
				continue
			}
			who := d.And(both, d.And(p.for_, q.for_))
			if who == decision.Never {
				continue
			}
			x.touched = d.Or(x.touched, who)
			example, _ := d.Example(who)
			x.found = append(x.found, Difference{b.kind, b.id, b.name, p.what, q.what, example, x.count(who)})
		}
	}
}

// whole adds to the parts of a facet the people for whom nothing comes out.
func (x *comparer) whole(f facet) []part {
	rest := decision.Always
	for _, p := range f.parts {
		rest = x.d.And(rest, x.d.Not(p.for_))
	}
	return append(slices.Clone(f.parts), part{rest, lang.Text{}})
}

func (x *comparer) count(r decision.Root) *big.Int { return x.d.Count(x.d.And(r, x.people)) }
