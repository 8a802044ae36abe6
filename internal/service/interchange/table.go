package interchange

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/dmn"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
)

// Conditions is what decision tables became: conditions, and where in the service each was put.
type Conditions struct {
	Outcomes []Placed      `json:"outcomes"`
	Problems []dmn.Problem `json:"problems"`
}

// Placed is an outcome of a table; In is the path of the condition that it became, empty when the service has
// nothing of its name.
type Placed struct {
	dmn.Outcome
	In string `json:"in,omitempty"`
}

// Tables makes conditions of a service of the decision tables of a DMN file. An output decides what its name
// says: "matter.fire-check" with true and false, or "matter" with the ids of matters as values; so with
// material, refusal, section and question. Names tell which question an input is. The draft is the service
// with the conditions that found their place, and there is none when anything is refused.
func Tables(e *jurisdiction.Entry, text []byte, names map[string]string) (Conditions, *Draft) {
	c := Conditions{Outcomes: []Placed{}, Problems: []dmn.Problem{}}
	tables, problems := dmn.Read(bytes.NewReader(text))
	c.Problems = append(c.Problems, problems...)
	vars := guide.Variables(e.Service.Questions)
	s := *e.Service
	s.Matters, s.Materials, s.Refusals = slices.Clone(s.Matters), slices.Clone(s.Materials), slices.Clone(s.Refusals)
	s.Sections, s.Questions = slices.Clone(s.Sections), slices.Clone(s.Questions)
	put := map[string]bool{}
	for i := range tables {
		outcomes, problems := tables[i].Conditions(vars, names)
		c.Problems = append(c.Problems, problems...)
		for _, o := range outcomes {
			p := Placed{Outcome: o}
			kind, id, named := strings.Cut(o.Output, ".")
			if !named {
				id = o.Value
			}
			if when := place(&s, kind, id); when != nil && (!named || o.Value == "true") {
				p.In = kind + "." + id
				if put[p.In] {
					c.Problems = append(c.Problems, dmn.Problem{Table: o.Table, Column: o.Output, What: say("%s 有两张表决定", "%s is decided by two tables", p.In), Remedy: say("合成一张表", "make one table of them")})
				}
				if *when = o.When; o.When == "true" {
					*when = "" // for everybody
				}
				put[p.In] = true
			}
			c.Outcomes = append(c.Outcomes, p)
		}
	}
	if len(put) == 0 || len(c.Problems) > 0 {
		return c, nil
	}
	return c, &Draft{services: map[string]*drafted{s.ID: {s, true}}}
}

// place is the condition of the part of a service with that kind and id; nil when there is none.
func place(s *catalogue.Service, kind, id string) (when *string) {
	parts(s, func(k, i string, w *string) {
		if k == kind && i == id {
			when = w
		}
	})
	return when
}

// parts visits the conditions that a table can decide.
func parts(s *catalogue.Service, visit func(kind, id string, when *string)) {
	for i := range s.Questions {
		visit("question", s.Questions[i].ID, &s.Questions[i].When)
	}
	for i := range s.Refusals {
		visit("refusal", s.Refusals[i].ID, &s.Refusals[i].When)
	}
	for i := range s.Matters {
		visit("matter", s.Matters[i].ID, &s.Matters[i].When)
	}
	for i := range s.Materials {
		visit("material", s.Materials[i].ID, &s.Materials[i].When)
	}
	for i := range s.Sections {
		visit("section", s.Sections[i].ID, &s.Sections[i].When)
	}
}

// WriteTables writes the conditions of a service as decision tables, each under the name by which Tables puts
// it back.
func WriteTables(w io.Writer, e *jurisdiction.Entry) []dmn.Problem {
	var conds []decision.Condition
	parts(e.Service, func(kind, id string, when *string) {
		if *when != "" {
			conds = append(conds, decision.Condition{Name: kind + "." + id, Text: *when})
		}
	})
	return dmn.Write(w, guide.Variables(e.Service.Questions), conds)
}
