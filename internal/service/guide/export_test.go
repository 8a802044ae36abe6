package guide

import (
	"strings"

	"tongban/internal/platform/decision"
)

// Diagram lets the tests of shipped services look at roots.
func (g *Guide) Diagram() *decision.Diagram { return g.d }

// Claim is a root, and the condition that it must be, written out for an interpreter.
type Claim struct {
	Text string
	Root decision.Root
}

// Claims lists every condition of the service, and every part of the plan with all that it depends on.
func (g *Guide) Claims() (all []Claim) {
	add := func(r decision.Root, parts ...string) {
		for i, p := range parts {
			if p == "" {
				p = "true"
			}
			parts[i] = "(" + p + ")"
		}
		all = append(all, Claim{strings.Join(parts, " && "), r})
	}
	for text, r := range g.conds {
		add(r, text)
	}
	refused := "false"
	for i := range g.service.Refusals {
		refused += " || (" + g.service.Refusals[i].When + ")"
	}
	anyOf := func(matters []string) string {
		text := "false"
		for _, id := range matters {
			for _, m := range g.matters {
				if m.def.ID == id && m.def.When == "" {
					text += " || true"
				} else if m.def.ID == id {
					text += " || (" + m.def.When + ")"
				}
			}
		}
		return text
	}
	for i := range g.matters {
		m := &g.matters[i]
		at := func(place int, parts ...string) { add(g.show.Root(place), append([]string{m.def.When}, parts...)...) }
		at(m.in)
		var before []string
		for j, place := range m.variants {
			at(place, append([]string{m.def.Variants[j].When}, before...)...)
			before = append(before, "!("+m.def.Variants[j].When+")")
		}
		at(m.own, before...)
		for j, place := range m.fees {
			at(place, m.def.Fees[j].When)
		}
		for j, place := range m.checks {
			at(place, m.def.Checks[j].When)
		}
		if m.commitment >= 0 {
			at(m.commitment, m.def.Commitment)
		}
	}
	for _, m := range g.materials {
		add(g.show.Root(m.in), m.def.When, anyOf(m.def.For))
		add(m.live, m.def.When, anyOf(m.def.For), "!("+refused+")")
	}
	for _, s := range g.sections {
		for j, place := range s.fields {
			add(g.show.Root(place), s.def.When, s.def.Fields[j].When, anyOf(s.def.Fields[j].For))
		}
	}
	return all
}
