package document

import (
	"slices"

	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

// Graph is how the matters of a service follow one another when all of them apply.
type Graph struct {
	Steps   [][]string // ids of the matters; those of one step can run at the same time
	Edges   []Edge
	Longest []string          // the way that takes the most time, by ids
	Limits  []catalogue.Limit // along it, one a matter that has any: promised, or else the law's
	Circle  []string          // ids that come after themselves; then there are no steps
}

// Edge says that one matter comes before another, and why.
type Edge struct {
	From, To string
	Kind     string    // result, data, order; material where the result of one is a material of the other
	Material lang.Text // its name
}

// GraphOf lays out the matters of a service.
func GraphOf(s catalogue.Service) Graph {
	var g Graph
	at := map[string]int{}
	for i, m := range s.Matters {
		at[m.ID] = i
	}
	known := func(id string) bool { _, ok := at[id]; return ok }
	for _, m := range s.Matters {
		for _, a := range m.After {
			if known(a.Matter) {
				g.Edges = append(g.Edges, Edge{From: a.Matter, To: m.ID, Kind: a.Kind})
			}
		}
	}
	for _, m := range s.Materials {
		for _, to := range m.For {
			if up := m.Source.Upstream; known(up) && known(to) && up != to {
				g.Edges = append(g.Edges, Edge{up, to, "material", m.Name})
			}
		}
	}
	step := make([]int, len(s.Matters))
	days := make([]int, len(s.Matters)) // usual days until its end
	from := make([]int, len(s.Matters)) // the matter before it on the longest way; -1 for none
	state := make([]int, len(s.Matters))
	var path []string
	var visit func(i int) bool
	visit = func(i int) bool {
		id := s.Matters[i].ID
		switch state[i] {
		case 2:
			return true
		case 1:
			g.Circle = append(slices.Clone(path[slices.Index(path, id):]), id)
			return false
		}
		state[i], from[i], path = 1, -1, append(path, id)
		for _, e := range g.Edges {
			if e.To != id || e.Kind == "material" {
				continue // a material alone orders nothing: the guide goes by after
			}
			j := at[e.From]
			if !visit(j) {
				return false
			}
			step[i] = max(step[i], step[j]+1)
			if from[i] < 0 || days[j] > days[from[i]] {
				from[i] = j
			}
		}
		if from[i] >= 0 {
			days[i] = days[from[i]]
		}
		if l := limitOf(s.Matters[i]); l != nil {
			days[i] += usual(*l)
		}
		state[i], path = 2, path[:len(path)-1]
		return true
	}
	last := -1
	for i := range s.Matters {
		if !visit(i) {
			return g
		}
		if last < 0 || days[i] > days[last] {
			last = i
		}
	}
	for i, m := range s.Matters {
		for len(g.Steps) <= step[i] {
			g.Steps = append(g.Steps, nil)
		}
		g.Steps[step[i]] = append(g.Steps[step[i]], m.ID)
	}
	for i := last; i >= 0; i = from[i] {
		g.Longest = slices.Insert(g.Longest, 0, s.Matters[i].ID)
		if l := limitOf(s.Matters[i]); l != nil && l.N > 0 {
			g.Limits = slices.Insert(g.Limits, 0, *l)
		}
	}
	return g
}

func limitOf(m catalogue.Matter) *catalogue.Limit {
	if m.Promised != nil {
		return m.Promised
	}
	return m.Statutory
}

// usual is about how many days a limit takes, to tell which of two ways is longer.
func usual(l catalogue.Limit) int {
	switch l.Unit {
	case "working":
		return l.N * 7 / 5
	case "month":
		return l.N * 30
	}
	return l.N
}

// Shared is a fact of the form: asked once, used by several matters.
type Shared struct {
	Field   catalogue.Field
	Path    string
	Matters []string // that use it
}

// Merged lists the fields of the form with who uses them, and the data elements that are asked for under two
// names, which no applicant should have to answer twice.
func Merged(s catalogue.Service) (fields []Shared, twice [][]Shared) {
	byElement := map[string][]Shared{}
	var order []string
	for _, section := range s.Sections {
		for _, f := range section.Fields {
			x := Shared{f, Join("sections", section.ID, "fields", f.ID), f.For}
			fields = append(fields, x)
			if f.Element == "" {
				continue
			}
			if byElement[f.Element] == nil {
				order = append(order, f.Element)
			}
			byElement[f.Element] = append(byElement[f.Element], x)
		}
	}
	for _, element := range order {
		if same := byElement[element]; len(same) > 1 {
			twice = append(twice, same)
		}
	}
	return fields, twice
}
