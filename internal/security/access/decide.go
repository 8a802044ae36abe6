package access

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	cedar "github.com/cedar-policy/cedar-go"
	cedarast "github.com/cedar-policy/cedar-go/ast"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/eval"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
)

// Decision is the answer to one question, with the policy that gave it.
type Decision struct {
	Allowed bool
	// Policy is the permit, the forbid, or, when nothing permits, the permit that came nearest.
	Policy Policy
	// Missing is what did not hold of that nearest permit, in Cedar's words.
	Missing []string

	policy *Policy
	def    *actionDef
}

// All lets Cedar go through the rules of one question in the order of their files.
func (b *bench) All() iter.Seq2[types.PolicyID, *cedar.Policy] {
	return func(yield func(types.PolicyID, *cedar.Policy) bool) {
		for i := range b.rules {
			if !yield(types.PolicyID(b.rules[i].policy.ID), b.rules[i].compiled) {
				return
			}
		}
	}
}

// Decide answers whether the actor may do it. An error says that the question itself is wrong: an
// action that is not in the schema, or an attribute that is missing or of the wrong type.
func (p *Policies) Decide(by identity.Actor, action Action, on Resource) (Decision, error) {
	d, err := p.decide(by, action, &on)
	if err == nil {
		d.Policy = *d.policy
	}
	return d, err
}

func (p *Policies) decide(by identity.Actor, action Action, on *Resource) (Decision, error) {
	def, ok := p.vocabulary.actions[action]
	if !ok {
		return Decision{}, fmt.Errorf("access: there is no action %q; see schema.cedarschema", action)
	}
	if on.Kind != def.kind {
		return Decision{}, fmt.Errorf("access: %s is done to a %s, not to a %q", action, def.kind, on.Kind)
	}
	d := Decision{def: def}
	b := p.index[question{action, by.Kind}]
	if b == nil {
		// Nobody of this kind can ever do it.
		d.policy = p.firstPermit(def)
		return d, nil
	}
	var f facts
	if err := f.build(by, def, on, &b.needs); err != nil {
		return Decision{}, err
	}
	decision, diagnostic := cedar.Authorize(b, &f, types.Request{Principal: f.principal.UID, Action: def.uid, Resource: f.resource.UID, Context: f.context})
	if len(diagnostic.Errors) > 0 {
		// Cedar passes over a rule that it cannot evaluate; a forbid passed over would open the door.
		e := diagnostic.Errors[0]
		return Decision{}, fmt.Errorf("access: policy %s: %s", e.PolicyID, e.Message)
	}
	d.Allowed = decision == types.Allow
	if len(diagnostic.Reasons) > 0 {
		d.policy = p.byID[string(diagnostic.Reasons[0].PolicyID)]
		return d, nil
	}
	d.policy, d.Missing = nearest(b, &f, def)
	if d.policy == nil {
		d.policy = p.firstPermit(def)
	}
	return d, nil
}

// nearest finds the permit of which the fewest conditions do not hold: its reason is the one that helps
// the person who was refused.
func nearest(b *bench, f *facts, def *actionDef) (*Policy, []string) {
	env := eval.Env{Entities: f, Principal: f.principal.UID, Action: def.uid, Resource: f.resource.UID, Context: f.context}
	var best *Policy
	var missing []string
	for _, r := range b.rules {
		if r.policy.Forbids {
			continue
		}
		var lacks []string
		for _, c := range r.policy.conjuncts {
			v, err := eval.Eval(c.Body, env)
			holds, _ := v.(types.Boolean)
			if err != nil || bool(holds) != bool(c.Condition) {
				lacks = append(lacks, cedarText(c))
			}
		}
		if best == nil || len(lacks) < len(missing) {
			best, missing = r.policy, lacks
		}
	}
	return best, missing
}

// firstPermit is the rule whose reason is told to somebody for whom the action is not meant at all.
func (p *Policies) firstPermit(def *actionDef) *Policy {
	for _, one := range p.all {
		if !one.Forbids && def.inScope(one.ast.Action) && typeInScope(one.ast.Resource, def.resource) {
			return one
		}
	}
	return &Policy{ID: "default"} // cannot be: every action has a permit (see coverage)
}

func cedarText(c ast.ConditionType) string {
	p := &ast.Policy{Effect: ast.EffectPermit, Principal: ast.ScopeTypeAll{}, Action: ast.ScopeTypeAll{}, Resource: ast.ScopeTypeAll{}, Conditions: []ast.ConditionType{c}}
	text := string(cedar.NewPolicyFromAST((*cedarast.Policy)(p)).MarshalCedar())
	_, text, _ = strings.Cut(text, "{")
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "};"))
}

// refusal is what a refused person may know: the policy's reason with its id, and the level when a stronger
// sign-in would help. Whoever must not even reveal that something is there turns
// it into NotFound.
func refusal(by identity.Actor, on *Resource, d Decision) error {
	args := []string{"reason", d.policy.ID}
	if level, _ := whole(on.Attrs[levelAttr]); int(level) > int(by.Level) {
		args = append(args, "level", strconv.Itoa(int(level)))
	}
	refused := fault.New(fault.Denied, "denied", args...)
	refused.Said = d.policy.Reason
	return refused
}
