package access

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	cedarschema "github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"

	"tongban/internal/security/identity"
)

// Cedar's schema packages are experimental; nothing outside this file knows them.

//go:embed schema.cedarschema
var schemaText []byte

// vocabulary is what can be asked of the gate, read from the schema.
type vocabulary struct {
	actions   map[Action]*actionDef
	validator *validate.Validator
}

type actionDef struct {
	uid        types.EntityUID
	reads      bool // the act only looks
	recorded   bool
	kind       string
	resource   types.EntityType
	shape      resolved.RecordType
	principals map[identity.Kind]bool
	within     map[types.EntityUID]bool // itself and the groups that it is in
}

var principalTypes = map[identity.Kind]types.EntityType{
	identity.Nobody: "Nobody", identity.Person: "Person", identity.Officer: "Officer", identity.System: "System",
}

func readVocabulary() (*vocabulary, error) {
	var s cedarschema.Schema
	s.SetFilename("schema.cedarschema")
	if err := s.UnmarshalCedar(schemaText); err != nil {
		return nil, fmt.Errorf("read access schema: %w", err)
	}
	r, err := s.Resolve()
	if err != nil {
		return nil, fmt.Errorf("read access schema: %w", err)
	}
	v := &vocabulary{actions: map[Action]*actionDef{}, validator: validate.New(r, validate.WithStrict())}
	for uid, a := range r.Actions {
		if a.AppliesTo == nil {
			continue // a group of actions
		}
		if len(a.AppliesTo.Resources) != 1 {
			return nil, fmt.Errorf("read access schema: action %q applies to %d kinds of resource, not one", uid.ID, len(a.AppliesTo.Resources))
		}
		d := &actionDef{
			uid: uid, reads: a.Annotations["reads"] == "yes", recorded: a.Annotations["recorded"] != "no", resource: a.AppliesTo.Resources[0],
			principals: map[identity.Kind]bool{}, within: map[types.EntityUID]bool{},
		}
		d.kind, d.shape = kindOf(d.resource), r.Entities[d.resource].Shape
		for kind, t := range principalTypes {
			d.principals[kind] = slices.Contains(a.AppliesTo.Principals, t)
		}
		climb(r, uid, d.within)
		v.actions[Action(uid.ID)] = d
	}
	return v, nil
}

func climb(r *resolved.Schema, uid types.EntityUID, into map[types.EntityUID]bool) {
	into[uid] = true
	for parent := range r.Actions[uid].Entity.Parents.All() {
		climb(r, parent, into)
	}
}

// names lists all actions in order.
func (v *vocabulary) names() []Action { return slices.Sorted(maps.Keys(v.actions)) }

// kindOf turns a type of the schema into the word for it: AccessLog is access-log.
func kindOf(t types.EntityType) string {
	var b strings.Builder
	for i, r := range string(t) {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// applies tells whether the policy can say anything about the action done by that kind of actor.
func (d *actionDef) applies(p *ast.Policy, kind identity.Kind) bool {
	return d.inScope(p.Action) && typeInScope(p.Principal, principalTypes[kind]) && typeInScope(p.Resource, d.resource)
}

func (d *actionDef) inScope(s ast.IsActionScopeNode) bool {
	switch s := s.(type) {
	case ast.ScopeTypeAll:
		return true
	case ast.ScopeTypeEq:
		return s.Entity == d.uid
	case ast.ScopeTypeIn:
		return d.within[s.Entity]
	case ast.ScopeTypeInSet:
		return slices.ContainsFunc(s.Entities, func(e types.EntityUID) bool { return d.within[e] })
	}
	return false
}

// typeInScope: a scope that names a particular principal or resource does not load (see check), so that
// only "any" and "is a" remain.
func typeInScope(s ast.IsScopeNode, t types.EntityType) bool {
	switch s := s.(type) {
	case ast.ScopeTypeAll:
		return true
	case ast.ScopeTypeIs:
		return s.Type == t
	}
	return false
}
