package access

import (
	"fmt"

	cedarast "github.com/cedar-policy/cedar-go/ast"
	"github.com/cedar-policy/cedar-go/x/exp/ast"

	cedar "github.com/cedar-policy/cedar-go"
)

// Mutant is a set of policies with one thing taken out.
type Mutant struct {
	Name     string
	Policies *Policies
	About    map[Action]bool // the actions whose answers may change
}

// Mutants takes out, one at a time, every condition of every policy, and every policy.
func Mutants(p *Policies) []Mutant {
	var out []Mutant
	with := func(name string, at int, changed *Policy) {
		all := append([]*Policy(nil), p.all[:at]...)
		if changed != nil {
			all = append(all, changed)
		}
		about := map[Action]bool{}
		for action, d := range p.vocabulary.actions {
			about[action] = d.inScope(p.all[at].ast.Action)
		}
		out = append(out, Mutant{name, newPolicies(p.vocabulary, append(all, p.all[at+1:]...)), about})
	}
	for i, one := range p.all {
		with(one.ID+" taken out", i, nil)
		for j, c := range one.conjuncts {
			left := append([]ast.ConditionType(nil), one.conjuncts[:j]...)
			left = append(left, one.conjuncts[j+1:]...)
			m := *one
			a := *one.ast
			a.Conditions, m.conjuncts, m.ast = left, left, &a
			m.Text = string(cedar.NewPolicyFromAST((*cedarast.Policy)(&a)).MarshalCedar())
			with(fmt.Sprintf("%s without %s", one.ID, cedarText(c)), i, &m)
		}
		for j, c := range one.conjuncts {
			or, ok := c.Body.(ast.NodeTypeOr)
			if !ok {
				continue
			}
			for k, way := range alternatives(or) {
				m := *one
				a := *one.ast
				left := append([]ast.ConditionType(nil), one.conjuncts...)
				left[j].Body = way
				a.Conditions, m.conjuncts, m.ast = left, left, &a
				with(fmt.Sprintf("%s without alternative %d of %s", one.ID, k+1, cedarText(c)), i, &m)
			}
		}
	}
	return out
}

// alternatives gives the disjunction with each of its parts left out.
func alternatives(or ast.NodeTypeOr) []ast.IsNode {
	var parts []ast.IsNode
	var split func(n ast.IsNode)
	split = func(n ast.IsNode) {
		if o, ok := n.(ast.NodeTypeOr); ok {
			split(o.Left)
			split(o.Right)
			return
		}
		parts = append(parts, n)
	}
	split(or)
	var out []ast.IsNode
	for i := range parts {
		var rest ast.IsNode
		for j, part := range parts {
			switch {
			case j == i:
			case rest == nil:
				rest = part
			default:
				rest = ast.NodeTypeOr{BinaryNode: ast.BinaryNode{Left: rest, Right: part}}
			}
		}
		out = append(out, rest)
	}
	return out
}
