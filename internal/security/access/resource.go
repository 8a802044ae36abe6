package access

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"

	"tongban/internal/security/identity"
)

// Purposes are those that the program itself states when it asks; policies name more. What each is called, and
// the law behind it, is data of the jurisdiction.
var Purposes = []string{"account", "application", "benefit", "casework", "catalogue", "feedback", "fulfilment", "guidance", "import", "own", "upkeep", "verification"}

// Action is what somebody wants to do, by its name in schema.cedarschema: matter.accept, register.read.
type Action string

// Resource is what it is to be done to, and in which circumstances. What the policies look at beyond
// the plain fields goes into Attrs, by the names and types of schema.cedarschema. A text or a list that
// is not given is empty, and the policies are written so that empty is never enough; a yes or no that
// a policy looks at must be given.
type Resource struct {
	Kind    string   // draft, case, matter, material, register, certificate, …
	ID      string   // its id; of a register, the register's name
	Subject string   // whom it is about: register id of a person or USCC of a business
	Case    string   // the case (or the draft, before there is one) within which it happens
	Matter  string   // the matter within the case
	Body    string   // the body that handles it or that issued it
	Purpose string   // what for, such as casework:open-restaurant; before the colon is what policies compare
	Basis   string   // the provision or order that the actor names; the policy's own provision when empty
	Fields  []string // the fields that are asked for
	Attrs   map[string]any
}

// levelAttr is the one attribute that is not the resource's: the assurance level that the act demands.
const levelAttr = "level"

// facts are a principal, a resource and circumstances as Cedar sees them.
type facts struct {
	principal, resource types.Entity
	context             types.Record
	scratch             types.RecordMap
}

// Get finds the entity with that id; there are only the two.
func (f *facts) Get(uid types.EntityUID) (types.Entity, bool) {
	switch uid {
	case f.principal.UID:
		return f.principal, true
	case f.resource.UID:
		return f.resource, true
	}
	return types.Entity{}, false
}

func (f *facts) build(by identity.Actor, d *actionDef, on *Resource, n *needs) error {
	for name := range on.Attrs {
		if _, known := d.shape[types.String(name)]; !known && name != levelAttr {
			return fmt.Errorf("access: a %s has no attribute %q; see schema.cedarschema", d.kind, name)
		}
	}
	level, err := whole(on.Attrs[levelAttr])
	if err != nil {
		return fmt.Errorf("access: attribute %q: %w", levelAttr, err)
	}
	f.scratch = scratch.Get().(types.RecordMap)
	defer scratch.Put(f.scratch)
	clear(f.scratch)
	for _, name := range n.principal {
		f.scratch[types.String(name)] = principalValue(&by, name)
	}
	f.principal = types.Entity{UID: types.NewEntityUID(principalTypes[by.Kind], types.String(by.ID)), Attributes: types.NewRecord(f.scratch)}
	m := f.scratch
	clear(m)
	for _, name := range n.resource {
		v, err := on.value(name, d.shape[types.String(name)].Type)
		if err != nil {
			return fmt.Errorf("access: attribute %q of %s: %w", name, d.kind, err)
		}
		m[types.String(name)] = v
	}
	f.resource = types.Entity{UID: types.NewEntityUID(d.resource, types.String(on.ID)), Attributes: types.NewRecord(m)}
	clear(m)
	for _, name := range n.context {
		m[types.String(name)] = on.circumstance(name, level)
	}
	f.context = types.NewRecord(m)
	return nil
}

// scratch holds maps to build records in, which copy what they are made from.
var scratch = sync.Pool{New: func() any { return make(types.RecordMap, 8) }}

func (on *Resource) circumstance(name string, level types.Long) types.Value {
	switch name {
	case "purpose":
		purpose, _, _ := strings.Cut(on.Purpose, ":")
		return types.String(purpose)
	case "basis":
		return types.String(on.Basis)
	case "case":
		return types.String(on.Case)
	case "fields":
		return set(on.Fields)
	}
	return level
}

func principalValue(by *identity.Actor, name string) types.Value {
	switch name {
	case "id":
		return types.String(by.ID)
	case "self":
		return types.String(by.Self)
	case "subject":
		return types.String(by.Subject)
	case "body":
		return types.String(by.Body)
	case "roles":
		return set(by.Roles)
	case "token":
		return types.Boolean(by.ByToken())
	}
	return types.Long(by.Level)
}

func (on *Resource) value(name string, want resolved.IsType) (types.Value, error) {
	switch name {
	case "id":
		return types.String(on.ID), nil
	case "owner":
		return types.String(on.Subject), nil
	case "body":
		return types.String(on.Body), nil
	}
	given, ok := on.Attrs[name]
	switch want.(type) {
	case resolved.StringType:
		s, is := given.(string)
		if ok && !is {
			return nil, fmt.Errorf("is %T and not a text", given)
		}
		return types.String(s), nil
	case resolved.SetType:
		list, is := given.([]string)
		if ok && !is {
			return nil, fmt.Errorf("is %T and not a list of texts", given)
		}
		return set(list), nil
	case resolved.BoolType:
		if !ok {
			return nil, fmt.Errorf("is not given; a policy depends on it, and neither yes nor no is safe to suppose")
		}
		b, is := given.(bool)
		if !is {
			return nil, fmt.Errorf("is %T and not yes or no", given)
		}
		return types.Boolean(b), nil
	}
	return nil, fmt.Errorf("has a type that the gate cannot fill")
}

func whole(given any) (types.Long, error) {
	switch n := given.(type) {
	case nil:
		return 0, nil
	case int:
		return types.Long(n), nil
	case identity.Level:
		return types.Long(n), nil
	}
	return 0, fmt.Errorf("is %T and not a level", given)
}

func set(list []string) types.Set {
	if len(list) == 0 {
		return types.Set{}
	}
	values := make([]types.Value, len(list))
	for i, s := range list {
		values[i] = types.String(s)
	}
	return types.NewSet(values...)
}

// own reports whether a person acts on what is about herself or about whom she acts for.
func (on *Resource) own(by identity.Actor) bool {
	return by.Kind == identity.Person && on.Subject != "" && (on.Subject == by.Subject || on.Subject == by.Self)
}

func clone(on Resource) Resource {
	on.Fields = slices.Clone(on.Fields)
	return on
}
