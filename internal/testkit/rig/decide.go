package rig

import (
	"strings"

	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
)

// Case is a case as it stands, shown to nobody.
func (r *Rig) Case(id string) casework.Dossier {
	r.T.Helper()
	c, matters, err := r.Casework.Known(r.Ctx(), id)
	r.OK(err)
	return casework.Dossier{Case: c, Matters: matters}
}

// Matter is a matter of a case as it stands.
func (r *Rig) Matter(caseID, def string) casework.Matter {
	r.T.Helper()
	m, ok := r.Case(caseID).Matter(def)
	if !ok {
		r.T.Fatalf("case %s has no matter %s", caseID, def)
	}
	return m
}

// In checks where a matter stands.
func (r *Rig) In(caseID, def string, want casework.State) casework.Matter {
	r.T.Helper()
	m := r.Matter(caseID, def)
	if m.State != want {
		r.T.Fatalf("%s is %s, want %s", def, m.State, want)
	}
	return m
}

// Desk is the officer who has a matter, or who may take it, and the head of her body.
func (r *Rig) Desk(m casework.Matter) (officer, head identity.Actor) {
	r.T.Helper()
	login := strings.TrimPrefix(m.Officer, "o_")
	if login == "" {
		login = m.Body + "-1"
	}
	return r.As(login), r.As(m.Body + "-head")
}

// Yes is a ruling in favour.
var Yes = casework.Ruling{Approve: true, Facts: "材料齐全", Reasons: "符合法定条件"}

// No is a refusal.
var No = casework.Ruling{Facts: "不符合布局", Reasons: "周边已有零售点", Provisions: []string{"tobacco-rules.9"}, Succeed: "换一个地址"}

// Take accepts a matter.
func (r *Rig) Take(caseID, def string) casework.Matter {
	r.T.Helper()
	m := r.Matter(caseID, def)
	officer, _ := r.Desk(m)
	r.OK(r.Casework.Claim(r.Ctx(), officer, m.ID))
	r.OK(r.Casework.Take(r.Ctx(), officer, m.ID))
	return r.In(caseID, def, casework.Accepted)
}

// Decide has a matter decided, by two persons where the service says so, and lets the jobs of it run.
func (r *Rig) Decide(caseID, def string, ruling casework.Ruling) casework.Matter {
	r.T.Helper()
	m := r.Matter(caseID, def)
	officer, head := r.Desk(m)
	if m.Second {
		r.OK(r.Casework.Propose(r.Ctx(), officer, m.ID, ruling))
		r.OK(r.Casework.Sign(r.Ctx(), head, m.ID))
	} else {
		r.OK(r.Casework.Decide(r.Ctx(), officer, m.ID, ruling))
	}
	r.Work()
	return r.Matter(caseID, def)
}

// Approve takes a matter and decides it in favour.
func (r *Rig) Approve(caseID, def string) casework.Matter {
	r.T.Helper()
	r.Take(caseID, def)
	r.Decide(caseID, def, Yes)
	m := r.In(caseID, def, casework.Approved)
	if m.Result == nil {
		r.T.Fatalf("%s is approved and was not carried out", def)
	}
	return m
}
