package guide

import (
	"math/big"

	"tongban/internal/platform/decision"
	"tongban/internal/service/catalogue"
)

// Extent is how large the ground is over which a service was proved, and how much of it its scenarios show.
type Extent struct {
	Situations *big.Int         `json:"situations"`        // different personal situations that the service tells apart
	Outcomes   int              `json:"outcomes"`          // different plans and refusals that people can get; 0 when there are too many to count
	Shown      int              `json:"shown"`             // of them, those that some scenario shows
	Nodes      int              `json:"nodes"`             // of the diagram
	Unshown    decision.Example `json:"unshown,omitempty"` // somebody whose outcome no scenario shows, in as few answers as possible
}

// Extent measures the service and its scenarios.
func (g *Guide) Extent(scenarios []catalogue.Scenario) Extent {
	// A diagram that is in use does not grow any more, so the questions are put to another one.
	c := newCompiler(g.service)
	c.build()
	d := c.g.d
	seen := newSeen(g)
	shown := decision.Never
	for i := range scenarios {
		seen.add(scenarios[i].Answers)
	}
	for _, outcome := range seen.outcomes {
		these := decision.Always
		for i, truth := range outcome {
			r := c.comes[i]
			if truth == decision.False {
				r = d.Not(r)
			}
			these = d.And(these, r)
		}
		shown = d.Or(shown, these)
	}
	e := Extent{Situations: d.Count(situations(d, c, c)), Shown: len(seen.outcomes), Nodes: g.Size()}
	e.Outcomes, _ = d.Outcomes(maxOutcomes, c.comes...)
	e.Unshown, _ = d.Example(d.Not(shown))
	return e
}

// Needs is somebody who needs the material with that index, in as few answers as possible.
func (g *Guide) Needs(material int) decision.Example {
	e, _ := g.d.Example(g.materials[material].live)
	return e
}
