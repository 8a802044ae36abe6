package studio

import (
	"context"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/lines"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
)

// Difference is what a draft changes, from what it means to how it is written.
type Difference struct {
	Old, New  *jurisdiction.Entry // Old is nil for a new service, New while the draft cannot be evaluated
	Meaning   *guide.Comparison   // whom it treats differently; nil without both
	Counts    []Count
	Fields    []Change
	Service   []lines.Line
	Scenarios []lines.Line
	Effect    Effect
}

// Count is how many there are of a kind of things, before and after.
type Count struct {
	Kind          string // matters, questions, refusals, materials, fields, upload
	Before, After int
}

// Change is one value that is another, by its path in the service.
type Change struct{ Path, Before, After string }

// Diff compares a draft with what is in force.
func (s *Service) Diff(ctx context.Context, by identity.Actor, id string) (Difference, error) {
	c, err := s.Check(ctx, by, id)
	if err != nil {
		return Difference{}, err
	}
	d, err := s.Find(ctx, by, id)
	if err != nil {
		return Difference{}, err
	}
	after, err := s.Text(ctx, by, id, c.Head)
	if err != nil {
		return Difference{}, err
	}
	before, err := s.InForce(ctx, d.Service)
	if err != nil {
		return Difference{}, err
	}
	x := Difference{New: c.Entry, Service: lines.Compare(before.Service, after.Service), Scenarios: lines.Compare(before.Scenarios, after.Scenarios)}
	x.Old, _ = s.city().Service(d.Service)
	if x.Effect, err = s.effect(ctx, d.Service); err != nil {
		return x, err
	}
	if x.New == nil {
		return x, nil
	}
	var old catalogue.Service
	if x.Old != nil {
		old = *x.Old.Service
		m := guide.Compare(x.Old.Guide, x.New.Guide)
		x.Meaning = &m
	}
	x.Counts = counts(&old, x.New.Service)
	x.Fields, err = changes(&old, x.New.Service)
	return x, err
}

func counts(a, b *catalogue.Service) (all []Count) {
	fields := func(s *catalogue.Service) (n int) {
		for _, x := range s.Sections {
			n += len(x.Fields)
		}
		return n
	}
	for _, c := range []Count{
		{"matters", len(a.Matters), len(b.Matters)}, {"questions", len(a.Questions), len(b.Questions)}, {"refusals", len(a.Refusals), len(b.Refusals)},
		{"materials", len(a.Materials), len(b.Materials)}, {"fields", fields(a), fields(b)},
	} {
		if c.Before != c.After {
			all = append(all, c)
		}
	}
	return all
}

// changes lists the values that two editions do not have alike, in the order of the newer one. Things in a
// list are told apart by their ids and not by where they stand.
func changes(a, b *catalogue.Service) ([]Change, error) {
	before, was, err := flat(a)
	if err != nil {
		return nil, err
	}
	after, order, err := flat(b)
	if err != nil {
		return nil, err
	}
	var all []Change
	for _, path := range order {
		if before[path] != after[path] {
			all = append(all, Change{path, before[path], after[path]})
		}
		delete(before, path)
	}
	for _, path := range was {
		if v, gone := before[path]; gone && v != "" {
			all = append(all, Change{path, v, ""})
		}
	}
	return all, nil
}

// flat is a service as values by path, such as matters/card/promised/n.
func flat(s *catalogue.Service) (values map[string]string, order []string, err error) {
	var root yaml.Node
	if err := yaml.Unmarshal(strictyaml.Marshal(*s), &root); err != nil {
		return nil, nil, err
	}
	values = map[string]string{}
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		switch n.Kind {
		case yaml.DocumentNode:
			walk(n.Content[0], path)
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(n.Content[i+1], strings.TrimPrefix(path+"/"+n.Content[i].Value, "/"))
			}
		case yaml.SequenceNode:
			for i, item := range n.Content {
				if item.Kind == yaml.ScalarNode {
					walk(item, path+"/"+item.Value)
					continue
				}
				walk(item, path+"/"+called(item, i))
			}
		case yaml.ScalarNode:
			if _, twice := values[path]; !twice {
				order = append(order, path)
			}
			values[path] = n.Value
		}
	}
	walk(&root, "")
	return values, order, nil
}

// called is the name of an item of a list.
func called(n *yaml.Node, i int) string {
	for _, key := range [...]string{"id", "value", "field", "matter", "when"} {
		for j := 0; j+1 < len(n.Content); j += 2 {
			if n.Content[j].Value == key && n.Content[j+1].Kind == yaml.ScalarNode {
				return n.Content[j+1].Value
			}
		}
	}
	return fmt.Sprint(i + 1)
}
