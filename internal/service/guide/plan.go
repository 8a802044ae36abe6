package guide

import (
	"slices"

	"tongban/internal/platform/decision"
	"tongban/internal/service/catalogue"
)

// Plan is what one person has to do.
type Plan struct {
	Complete bool // nothing is left to ask; what is still open then stays open
	Eligible bool // no refusal holds

	Refusals []PlanRefusal // those that hold; then nothing else is listed
	Doubts   []PlanRefusal // those that may hold

	Matters   []PlanMatter // each after those that it comes after
	Order     [][]string   // ids of the matters by step; those of one step can run at the same time
	Materials []PlanMaterial
	Sections  []PlanSection // of the form

	Totals        // what certainly applies
	Most   Totals // when everything that may apply does

	Total   *catalogue.Limit // promised for the whole, when the service promises something of its own
	Assumed []Reason         // answers that stand for "not sure"
	Unsure  []string         // questions that the person leaves open
	Dropped []string         // answers that do not count

	guide *Guide
}

// Totals are the sums over a plan. Days, Natural and Months are the longest way through the promised
// limits, in working days, natural days and months, which cannot be added up without a calendar. What
// the system decides at once takes no time; making and posting a document is not counted.
type Totals struct {
	Days    int
	Natural int
	Months  int
	Fen     int64
	Visits  int // in person; a visit of officers to the premises is none
}

// Reason is an answer of the person that decides something. Of the answers that are listed with one
// thing none can be left out, and the others do not matter to it.
type Reason struct {
	Question string
	Answer   string // for an answer that was assumed: the assumed one
	Assumed  bool
}

// PlanRefusal is a refusal that holds or may hold, with the answers that decide it.
type PlanRefusal struct {
	*catalogue.Refusal
	Because []Reason
	Open    []string // questions that could still decide it
}

// PlanMatter is a matter that applies, or may.
type PlanMatter struct {
	Matter     *catalogue.Matter
	Maybe      bool
	Step       int                // place in Order
	Variant    *catalogue.Variant // whose limits apply; nil for the matter's own
	Statutory  *catalogue.Limit
	Promised   *catalogue.Limit
	LimitOpen  bool // an open answer can change the limits; those with the longest promise are shown
	Fees       []catalogue.Fee
	MaybeFees  []catalogue.Fee
	Commitment bool     // decided on the applicant's written commitment
	Checks     []string // ids of the checks that apply or may
	Because    []Reason // none for a matter that applies to everybody
	Open       []string // for one that may apply: questions that could still decide it

	index       int
	least, most catalogue.Limit
}

// The states of a material: who has it.
const (
	Held     = "held"     // government holds it: a register or a certificate
	Upstream = "upstream" // it is the result of an earlier matter of the plan
	Made     = "made"     // the platform writes it; the person declares it
	Upload   = "upload"   // only the person has it
	Later    = "later"    // only the person has it, and it may follow on a written promise (容缺)
)

// PlanMaterial is a material that is needed, or may be.
type PlanMaterial struct {
	Material *catalogue.Material
	Maybe    bool
	State    string
	From     string   // the register, the certificate type or the matter that it comes from
	For      []string // ids of the matters of the plan that need it
	Because  []Reason
	Open     []string
}

// PlanSection is a part of the form with the fields that apply or may.
type PlanSection struct {
	Section *catalogue.Section
	Maybe   bool
	Fields  []*catalogue.Field
}

// Plan makes the plan for somebody's answers, complete or not.
func (g *Guide) Plan(a Answers) Plan {
	r := g.read(a)
	defer g.pool.Put(r)
	g.show.Eval(r.slots, r.truths)
	_, more := g.next(r)
	p := Plan{Complete: !more, Eligible: true, Total: g.service.Total, Dropped: g.dropped(a, r), guide: g}
	for i, s := range r.state {
		switch s {
		case assumed:
			p.Assumed = append(p.Assumed, Reason{g.asked[i].def.ID, g.asked[i].def.Unsure.As, true})
		case unsure:
			p.Unsure = append(p.Unsure, g.asked[i].def.ID)
		}
	}
	w := writer{g: g, a: a, r: r}
	w.reasons, w.names = make([]Reason, 0, g.lines), make([]string, 0, g.lines)
	for i, at := range g.refusals {
		x := PlanRefusal{Refusal: &g.service.Refusals[i]}
		switch r.truths[at] {
		case decision.True:
			x.Because = w.because(at)
			p.Refusals = append(p.Refusals, x)
		case decision.Unknown:
			x.Open = w.open(at)
			p.Doubts = append(p.Doubts, x)
		}
	}
	if len(p.Refusals) > 0 {
		p.Eligible, p.Doubts = false, nil
		return p
	}
	w.matters(&p)
	w.materials(&p)
	w.sections(&p)
	g.sum(&p)
	return p
}

// writer writes one plan.
type writer struct {
	g       *Guide
	a       Answers
	r       *reading
	reasons []Reason // all reasons of the plan, each line holding a part
	names   []string // likewise
}

func (w *writer) truth(at int) decision.Truth { return w.r.truths[at] }

// because lists the answers that decide what stands at a place.
func (w *writer) because(at int) []Reason {
	w.r.cause = w.g.show.Because(at, w.r.slots, w.r.cause[:0])
	from := len(w.reasons)
	for _, v := range w.r.cause {
		reason := Reason{Question: Today, Answer: w.a[Today]}
		if v != w.g.today {
			q := &w.g.asked[v]
			reason = Reason{q.def.ID, w.a[q.def.ID], w.r.state[v] == assumed}
			if reason.Assumed {
				reason.Answer = q.def.Unsure.As
			}
		}
		w.reasons = append(w.reasons, reason)
	}
	return w.reasons[from:len(w.reasons):len(w.reasons)]
}

// open lists the questions that could still decide what stands at a place.
func (w *writer) open(at int) []string {
	w.r.cause = w.g.show.Open(at, w.r.slots, w.r.cause[:0])
	from := len(w.names)
	for _, v := range w.r.cause {
		if v != w.g.today {
			w.names = append(w.names, w.g.asked[v].def.ID)
		}
	}
	return w.names[from:len(w.names):len(w.names)]
}

func (w *writer) matters(p *Plan) {
	p.Matters = make([]PlanMatter, 0, len(w.g.matters))
	for _, i := range w.g.order {
		m := &w.g.matters[i]
		t := w.truth(m.in)
		if t == decision.False {
			continue
		}
		x := PlanMatter{Matter: m.def, Maybe: t == decision.Unknown, index: i}
		if x.Maybe {
			x.Open = w.open(m.in)
		} else {
			x.Because = w.because(m.in)
		}
		w.limits(m, &x)
		for j, at := range m.fees {
			switch w.truth(at) {
			case decision.True:
				x.Fees = append(x.Fees, m.def.Fees[j])
			case decision.Unknown:
				x.MaybeFees = append(x.MaybeFees, m.def.Fees[j])
			}
		}
		from := len(w.names)
		for j, at := range m.checks {
			if w.truth(at) != decision.False {
				w.names = append(w.names, m.def.Checks[j].ID)
			}
		}
		x.Checks = w.names[from:len(w.names):len(w.names)]
		x.Commitment = m.commitment >= 0 && w.truth(m.commitment) == decision.True
		p.Matters = append(p.Matters, x)
	}
}

func (w *writer) materials(p *Plan) {
	p.Materials = make([]PlanMaterial, 0, len(w.g.materials))
	for i := range w.g.materials {
		m := &w.g.materials[i]
		t := w.truth(m.in)
		if t == decision.False {
			continue
		}
		x := PlanMaterial{Material: m.def, Maybe: t == decision.Unknown}
		if x.Maybe {
			x.Open = w.open(m.in)
		} else {
			x.Because = w.because(m.in)
		}
		upstream := m.upstream >= 0 && w.truth(w.g.matters[m.upstream].in) != decision.False
		x.State, x.From = w.g.source(m, upstream)
		from := len(w.names)
		for _, u := range m.users {
			if w.truth(w.g.matters[u].in) != decision.False {
				w.names = append(w.names, w.g.matters[u].def.ID)
			}
		}
		x.For = w.names[from:len(w.names):len(w.names)]
		p.Materials = append(p.Materials, x)
	}
}

// source says who has a material. What needs another person's consent the applicant brings. When the matter whose result it is does not belong to the plan, the
// person had it done before: then its certificate is held, and a result without one must be brought.
func (g *Guide) source(m *material, upstream bool) (state, from string) {
	switch s := &m.def.Source; {
	case upstream:
		return Upstream, s.Upstream
	case m.def.Consent:
		// What is recorded about another person is hers to release, and she cannot do so here yet.
	case s.Register != "":
		return Held, s.Register
	case s.Certificate != "":
		return Held, s.Certificate
	case s.Made:
		return Made, ""
	case m.upstream >= 0:
		if r := g.matters[m.upstream].def.Result; r != nil && r.Certificate != "" {
			return Held, r.Certificate
		}
	}
	if m.def.Later != nil {
		return Later, ""
	}
	return Upload, ""
}

func (w *writer) sections(p *Plan) {
	p.Sections = make([]PlanSection, 0, len(w.g.sections))
	fields := make([]*catalogue.Field, 0, w.g.fields)
	for i := range w.g.sections {
		s := &w.g.sections[i]
		t := w.truth(s.in)
		if t == decision.False {
			continue
		}
		from := len(fields)
		for j, at := range s.fields {
			if w.truth(at) != decision.False {
				fields = append(fields, &s.def.Fields[j])
			}
		}
		p.Sections = append(p.Sections, PlanSection{s.def, t == decision.Unknown, fields[from:len(fields):len(fields)]})
	}
}

// Only narrows a plan to some of its matters: a new try after one of them was refused or withdrawn. What
// the others gave counts as done before.
func (p Plan) Only(matters []string) Plan {
	g := p.guide
	in := func(id string) bool { return slices.Contains(matters, id) }
	p.Matters = slices.DeleteFunc(slices.Clone(p.Matters), func(m PlanMatter) bool { return !in(m.Matter.ID) })
	var materials []PlanMaterial
	for _, m := range p.Materials {
		m.For = slices.DeleteFunc(slices.Clone(m.For), func(id string) bool { return !in(id) })
		if len(m.For) == 0 {
			continue
		}
		if m.State == Upstream && !in(m.From) {
			i := slices.IndexFunc(g.materials, func(x material) bool { return x.def == m.Material })
			m.State, m.From = g.source(&g.materials[i], false)
		}
		materials = append(materials, m)
	}
	p.Materials = materials
	var sections []PlanSection
	for _, s := range p.Sections {
		s.Fields = slices.DeleteFunc(slices.Clone(s.Fields), func(f *catalogue.Field) bool { return !slices.ContainsFunc(f.For, in) })
		if len(s.Fields) > 0 {
			sections = append(sections, s)
		}
	}
	p.Sections, p.Order, p.Totals, p.Most = sections, nil, Totals{}, Totals{}
	g.sum(&p)
	return p
}
