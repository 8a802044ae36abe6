package guide

import (
	"tongban/internal/platform/decision"
	"tongban/internal/service/catalogue"
)

// length is how long something takes, by unit.
type length struct{ working, natural, months int }

func (l length) and(x catalogue.Limit) length {
	switch x.Unit {
	case "working":
		l.working += x.N
	case "month":
		l.months += x.N
	default:
		l.natural += x.N
	}
	return l
}

// days is the usual length in tenths of a natural day, to tell which of two ways is the longer one when
// their units differ: five working days a week, thirty days a month.
func (l length) days() int { return 14*l.working + 10*l.natural + 300*l.months }

func longer(a, b length) length {
	if b.days() > a.days() {
		return b
	}
	return a
}

func usual(l catalogue.Limit) int { return length{}.and(l).days() }

// exceeds reports whether a limit is longer than another; of different units by their usual length.
func exceeds(a, b catalogue.Limit) bool {
	if a.Unit == b.Unit {
		return a.N > b.N
	}
	return usual(a) > usual(b)
}

// takes is what a limit counts for on the way through the plan: what is promised, or else what the law
// gives; nothing where the system decides at once.
func takes(m *catalogue.Matter, promised, statutory *catalogue.Limit) (l catalogue.Limit) {
	switch {
	case m.Handling == catalogue.BySystem:
	case promised != nil:
		l = *promised
	case statutory != nil:
		l = *statutory
	}
	return l
}

// under gives the limits of a matter under one of its variants; what the variant leaves out is the
// matter's.
func under(m *catalogue.Matter, v *catalogue.Variant) (statutory, promised *catalogue.Limit) {
	statutory, promised = m.Statutory, m.Promised
	if v != nil && v.Statutory != nil {
		statutory = v.Statutory
	}
	if v != nil && v.Promised != nil {
		promised = v.Promised
	}
	return statutory, promised
}

// limits finds the limits that hold. While answers are open several may; then those with the longest
// promise are shown, because a promise must not be taken back.
func (w *writer) limits(m *matter, x *PlanMatter) {
	possible := 0
	consider := func(at int, v *catalogue.Variant) {
		if w.truth(at) == decision.False {
			return
		}
		statutory, promised := under(m.def, v)
		l := takes(m.def, promised, statutory)
		if possible == 0 || usual(l) < usual(x.least) {
			x.least = l
		}
		if possible == 0 || usual(l) > usual(x.most) {
			x.most, x.Variant, x.Statutory, x.Promised = l, v, statutory, promised
		}
		possible++
	}
	for j, at := range m.variants {
		consider(at, &m.def.Variants[j])
	}
	consider(m.own, nil)
	x.LimitOpen = possible > 1
}

// sum puts the matters of a plan into steps and adds up time, fees and visits.
func (g *Guide) sum(p *Plan) {
	type end struct {
		of  *PlanMatter
		way [2]length // the longest up to the end of the matter: certain, at most
	}
	ends := make([]end, len(g.matters)) // by index; empty where the matter is not in the plan
	var longest [2]length
	for i := range p.Matters {
		m := &p.Matters[i]
		var before [2]length
		m.Step = 0
		for _, b := range g.matters[m.index].before {
			e := &ends[b]
			if e.of == nil {
				continue
			}
			m.Step = max(m.Step, e.of.Step+1)
			for k, w := range e.way {
				before[k] = longer(before[k], w)
			}
		}
		way := [2]length{before[0], before[1].and(m.most)}
		if !m.Maybe {
			way[0] = way[0].and(m.least)
		}
		ends[m.index] = end{m, way}
		for k, w := range way {
			longest[k] = longer(longest[k], w)
		}
		for _, f := range m.Fees {
			p.Most.Fen += f.Fen
			if !m.Maybe {
				p.Fen += f.Fen
			}
		}
		for _, f := range m.MaybeFees {
			p.Most.Fen += f.Fen
		}
		p.Most.Visits += m.Matter.Visits
		if !m.Maybe {
			p.Visits += m.Matter.Visits
		}
	}
	p.Order = steps(p.Matters)
	p.Days, p.Natural, p.Months = longest[0].working, longest[0].natural, longest[0].months
	p.Most.Days, p.Most.Natural, p.Most.Months = longest[1].working, longest[1].natural, longest[1].months
}

// steps lists the ids of matters by their step.
func steps(matters []PlanMatter) (order [][]string) {
	ids := make([]string, 0, len(matters))
	for len(ids) < len(matters) {
		from := len(ids)
		for i := range matters {
			if matters[i].Step == len(order) {
				ids = append(ids, matters[i].Matter.ID)
			}
		}
		order = append(order, ids[from:len(ids):len(ids)])
	}
	return order
}
