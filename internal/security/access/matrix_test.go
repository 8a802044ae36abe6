package access_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"tongban/internal/security/access"
	"tongban/internal/security/identity"
)

const policyDir = "../../../jurisdictions/shifan/policies"

// matrixRow is an entry of testdata/matrix.yaml.
type matrixRow struct {
	Action string      `yaml:"action"`
	May    []situation `yaml:"may"`
	Vary   []variation `yaml:"vary"`
}

type situation struct {
	Who  words  `yaml:"who"`
	Own  string `yaml:"own"`
	Case words  `yaml:"case"`
}

type variation struct {
	Who  string         `yaml:"who"`
	Own  string         `yaml:"own"`
	Case string         `yaml:"case"`
	Set  map[string]any `yaml:"set"`
	Want string         `yaml:"want"`
	By   string         `yaml:"by"`
}

// words is one word or a list of them.
type words []string

func (w *words) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*w = words{n.Value}
		return nil
	}
	var list []string
	err := n.Decode(&list)
	*w = list
	return err
}

// cell is one question with the answer that the matrix expects.
type cell struct {
	name   string
	by     identity.Actor
	action access.Action
	on     access.Resource
	allow  bool
	policy string // "" when the matrix does not say by which
}

func readMatrix(t testing.TB) []matrixRow {
	t.Helper()
	text, err := os.ReadFile("testdata/matrix.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rows []matrixRow
	d := yaml.NewDecoder(strings.NewReader(string(text)))
	d.KnownFields(true)
	if err := d.Decode(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

var matrixActors = func() map[string]identity.Actor {
	a := map[string]identity.Actor{
		"nobody":       {Kind: identity.Nobody},
		"person":       {Kind: identity.Person, ID: "p_person", Self: "990100198803081125", Subject: "990100198803081125", Level: identity.AL2, Session: "ses_1"},
		"person-al1":   {Kind: identity.Person, ID: "p_person-al1", Level: identity.AL1, Session: "ses_2"},
		"agent":        {Kind: identity.Person, ID: "p_agent", Self: "990100199006152730", Subject: "91990100MA0000001X", Level: identity.AL2, Session: "ses_3"},
		"person-token": {Kind: identity.Person, ID: "p_person-token", Self: "990100198803081125", Subject: "990100198803081125", Level: identity.AL2, Session: "tok_1"},
		"system":       identity.ForSystem("matrix"),
	}
	for _, role := range []string{"officer", "head", "counter", "editor", "steward", "cdo", "security", "auditor", "admin"} {
		a[role] = identity.Actor{Kind: identity.Officer, ID: "o_" + role, Body: "fire", Roles: []string{role}, Level: identity.AL2, Session: "ses_" + role}
	}
	for _, role := range []string{"officer", "head", "editor"} {
		a["other-"+role] = identity.Actor{Kind: identity.Officer, ID: "o_other-" + role, Body: "tax", Roles: []string{role}, Level: identity.AL2, Session: "ses_o" + role}
	}
	return a
}()

const somebodyElse = "990100197701010018"

// base is an ordinary question of an actor: everything is in order except what own and in say.
func base(action, who, own, in string) access.Resource {
	by := matrixActors[who]
	kind, _, _ := strings.Cut(action, ".")
	r := access.Resource{Kind: kind, ID: "x_1", Subject: somebodyElse, Body: "fire", Fields: []string{"name"}, Attrs: map[string]any{}}
	switch action {
	case "register.switch":
		r.Kind = "switch"
	case "matter.consult.answer":
		r.Kind = "consultation"
	case "message.read", "message.write":
		r.Kind = "mailbox"
	}
	if own == "yes" {
		r.Subject = by.Subject
	}
	switch by.Kind {
	case identity.Officer:
		r.Purpose = "casework"
		if who == "auditor" {
			r.Purpose, r.Basis = "oversight", "OT-2026-3"
		}
	case identity.System:
		r.Purpose = "casework"
		if action == "register.write" || action == "certificate.issue" {
			r.Purpose = "fulfilment"
		}
		if action == "certificate.expire" {
			r.Purpose = "upkeep"
		}
	}
	if kind == "edition" {
		r.Purpose = "catalogue"
		r.Attrs["host"], r.Attrs["authors"] = "gov-service", []string{"o_author"}
	}
	if action == "certificate.revoke" {
		r.Basis = "licence-law.69"
	}
	bodies := []string{"fire", "market"}
	switch in {
	case "bound":
		r.Case = "c_1"
	case "other":
		r.Case, bodies = "c_2", []string{"tax", "market"}
	case "none":
		bodies = nil
	}
	switch kind {
	case "case", "material", "message":
		r.Attrs["bodies"] = bodies
	case "matter":
		if action == "matter.consult.answer" {
			break
		}
		r.Attrs["bodies"], r.Attrs["officer"], r.Attrs["proposer"], r.Attrs["second"] = bodies, "", "o_colleague", false
	case "register":
		if action != "register.switch" {
			r.Attrs["bodies"], r.Attrs["evidence"] = bodies, []string{"name", "address"}
		}
	case "certificate":
		r.Attrs["bodies"], r.Attrs["presented"] = bodies, true
	}
	return r
}

func change(t testing.TB, r *access.Resource, set map[string]any) {
	for key, v := range set {
		switch key {
		case "id":
			r.ID = v.(string)
		case "owner":
			r.Subject = v.(string)
		case "body":
			r.Body = v.(string)
		case "case":
			r.Case = v.(string)
		case "purpose":
			r.Purpose = v.(string)
		case "basis":
			r.Basis = v.(string)
		case "fields":
			r.Fields = texts(v)
		case "level":
			r.Attrs["level"] = v.(int)
		case "officer", "proposer", "second", "presented", "host":
			r.Attrs[key] = v
		case "bodies", "evidence", "authors":
			r.Attrs[key] = texts(v)
		default:
			t.Fatalf("the matrix sets %q, which this test does not know", key)
		}
	}
}

func texts(v any) []string {
	var out []string
	for _, one := range v.([]any) {
		out = append(out, one.(string))
	}
	return out
}

// cells lays the matrix out: every action × every actor × own or not × the three kinds of case, and the
// variations.
func cells(t testing.TB, rows []matrixRow) []cell {
	t.Helper()
	var out []cell
	for _, row := range rows {
		for who, by := range matrixActors {
			for _, own := range []string{"yes", "no"} {
				for _, in := range []string{"bound", "none", "other"} {
					allow := slices.ContainsFunc(row.May, func(s situation) bool {
						return slices.Contains(s.Who, who) && (s.Own == "any" || s.Own == own) &&
							(slices.Contains(s.Case, "any") || slices.Contains(s.Case, in))
					})
					out = append(out, cell{
						name: fmt.Sprintf("%s/%s/own=%s/case=%s", row.Action, who, own, in),
						by:   by, action: access.Action(row.Action), on: base(row.Action, who, own, in), allow: allow,
					})
				}
			}
		}
		for i, v := range row.Vary {
			own, in := v.Own, v.Case
			if own == "" {
				own = "no"
				if matrixActors[v.Who].Kind == identity.Person {
					own = "yes"
				}
			}
			if in == "" {
				in = "bound"
			}
			on := base(row.Action, v.Who, own, in)
			change(t, &on, v.Set)
			if v.Want != "allowed" && v.Want != "refused" {
				t.Fatalf("%s, variation %d: want is %q", row.Action, i, v.Want)
			}
			out = append(out, cell{
				name: fmt.Sprintf("%s/%s/vary=%v", row.Action, v.Who, v.Set),
				by:   matrixActors[v.Who], action: access.Action(row.Action), on: on, allow: v.Want == "allowed", policy: v.By,
			})
		}
	}
	return out
}

// TestMatrix: every action × every actor × owner or not × bound to a case or not comes out as
// testdata/matrix.yaml says.
func TestMatrix(t *testing.T) {
	t.Parallel()
	p := shifan(t)
	rows := readMatrix(t)
	var listed []access.Action
	for _, row := range rows {
		listed = append(listed, access.Action(row.Action))
	}
	for _, a := range p.Actions() {
		if !slices.Contains(listed, a) {
			t.Errorf("the matrix says nothing of action %q", a)
		}
	}
	all := cells(t, rows)
	for _, c := range all {
		d, err := p.Decide(c.by, c.action, c.on)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if d.Allowed != c.allow {
			t.Errorf("%s: allowed = %v by %s, want %v; missing %q", c.name, d.Allowed, d.Policy.ID, c.allow, d.Missing)
		}
		if c.policy != "" && d.Policy.ID != c.policy {
			t.Errorf("%s: policy = %s, want %s; missing %q", c.name, d.Policy.ID, c.policy, d.Missing)
		}
		if d.Policy.Reason.ZH == "" || d.Policy.Reason.EN == "" {
			t.Errorf("%s: %s says no reason in both languages", c.name, d.Policy.ID)
		}
	}
	t.Logf("%d questions about %d actions of %d actors", len(all), len(listed), len(matrixActors))
}

func shifan(t testing.TB) *access.Policies {
	t.Helper()
	p, complaints := access.Compile(os.DirFS(policyDir), nil)
	for _, c := range complaints {
		t.Error(c)
	}
	if p == nil {
		t.FailNow()
	}
	return p
}

// TestMutations: no condition of any policy, no alternative within one and no whole policy can be taken
// out without some question of the matrix being answered otherwise. What this finds is a rule that says
// something which nothing tests.
func TestMutations(t *testing.T) {
	t.Parallel()
	p := shifan(t)
	all := cells(t, readMatrix(t))
	mutants := access.Mutants(p)
	var lived int
	for _, m := range mutants {
		if !noticed(m, all) {
			lived++
			t.Errorf("nothing in the matrix notices: %s", m.Name)
		}
	}
	t.Logf("%d of %d mutants noticed", len(mutants)-lived, len(mutants))
}

// noticed reports whether an answer differs from what the matrix says.
func noticed(m access.Mutant, all []cell) bool {
	for _, c := range all {
		if !m.About[c.action] {
			continue
		}
		d, err := m.Policies.Decide(c.by, c.action, c.on)
		if err != nil || d.Allowed != c.allow {
			return true
		}
	}
	return false
}
