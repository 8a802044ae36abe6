package application_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/testkit/rig"
)

func learn(r *rig.Rig, by identity.Actor, token string) (application.Checklist, string) {
	r.T.Helper()
	c, learnt, err := r.Application.Learn(r.Ctx(), by, token)
	r.OK(err)
	return c, strings.Join(learnt, " ")
}

// reads counts the looks into registers for the guide.
func reads(r *rig.Rig) int { return r.Count("audit_entry", "action = $1", "register.answer") }

func answer(r *rig.Rig, by identity.Actor, token, question, value string) application.Checklist {
	r.T.Helper()
	c, _, err := r.Application.Answer(r.Ctx(), by, token, question, value)
	r.OK(err)
	return c
}

// A register answers what a person would be asked next, one field at a time, and nothing that cannot change
// the outcome any more.
func TestLearn(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		chen := r.As("chen")
		begin := func(by identity.Actor, service string) string {
			t.Helper()
			return rig.Must(r.Application.Begin(r.Ctx(), by, service))(r).Token
		}
		token := begin(chen, "childcare-subsidy")
		c, learnt := learn(r, chen, token)
		if learnt != "household under_three" || c.Answers["household"] != "here" || reads(r) != 2 {
			t.Errorf("learnt %q in %d looks: %v", learnt, reads(r), c.Answers)
		}
		if f := c.Facts["household"]; f.Register != "registered-children" || f.Field != "household" || f.On() != "2025-04-20" || !f.Used {
			t.Errorf("the fact is %+v", f)
		}
		// Every look is written down, with its purpose and the one field.
		rows := rig.Must(r.Audit.About(r.Ctx(), chen.Self, "", 10))(r)
		var fields []string
		for _, row := range rows {
			if row.Action == "register.answer" {
				fields = append(fields, row.Purpose+" "+strings.Join(row.Fields, ","))
			}
		}
		slices.Sort(fields)
		if want := []string{"guidance:childcare-subsidy household", "guidance:childcare-subsidy under_three"}; !slices.Equal(fields, want) {
			t.Errorf("the log says %q, want %q", fields, want)
		}
		// What comes next is hers to say, and nothing behind it was looked up. Nothing is looked up twice.
		if _, learnt = learn(r, chen, token); learnt != "" || reads(r) != 2 {
			t.Errorf("learnt %q, %d looks", learnt, reads(r))
		}
		// Whoever only helps is refused, and it does not matter what was claimed.
		helper := begin(chen, "childcare-subsidy")
		learn(r, chen, helper)
		answer(r, chen, helper, "who", "helper")
		if _, learnt = learn(r, chen, helper); learnt != "" || reads(r) != 4 {
			t.Errorf("learnt %q of somebody who is refused, %d looks", learnt, reads(r))
		}
		// A parent's case goes on.
		answer(r, chen, token, "who", "parent")
		if c, learnt = learn(r, chen, token); learnt != "claimed first" || c.Answers["first"] != "true" || reads(r) != 6 {
			t.Errorf("learnt %q, %d looks: %v", learnt, reads(r), c.Answers)
		}
		// She knows better: for this check she is believed, and the register is neither changed nor asked again.
		c = answer(r, chen, token, "claimed", "true")
		if c.Facts["claimed"].Used || c.Answers["claimed"] != "true" {
			t.Errorf("her own answer stands as %+v", c.Facts["claimed"])
		}
		if c, learnt = learn(r, chen, token); learnt != "" || c.Answers["claimed"] != "true" || reads(r) != 6 {
			t.Errorf("learnt %q, %d looks", learnt, reads(r))
		}
		// The same answer again leaves the fact what it was.
		if c = answer(r, chen, token, "first", "true"); !c.Facts["first"].Used {
			t.Errorf("the fact is %+v", c.Facts["first"])
		}
		saved := rig.Must(r.Application.SaveChecklist(r.Ctx(), chen, token))(r)
		saved = rig.Must(r.Application.Checklist(r.Ctx(), saved.Token))(r)
		if got := slices.Sorted(maps.Keys(saved.Facts)); !slices.Equal(got, []string{"claimed", "first", "household", "under_three"}) {
			t.Errorf("the checklist keeps the facts %v", got)
		}
		if _, learnt = learn(r, chen, saved.Token); learnt != "" || reads(r) != 6 {
			t.Errorf("a saved checklist learns %q", learnt)
		}

		// A child of four: the first two fields end it.
		four := begin(r.As("wang"), "childcare-subsidy")
		if c, learnt = learn(r, r.As("wang"), four); learnt != "household under_three" || c.Answers["under_three"] != "false" || reads(r) != 8 {
			t.Errorf("learnt %q, %d looks: %v", learnt, reads(r), c.Answers)
		}
		// A visitor is nobody, and a register that does not answer leaves the question to the person.
		nobody := identity.Actor{Kind: identity.Nobody}
		if _, learnt = learn(r, nobody, begin(nobody, "childcare-subsidy")); learnt != "" || reads(r) != 8 {
			t.Errorf("of nobody was learnt %q", learnt)
		}
		down(r, "registered-children", true)
		late := begin(chen, "childcare-subsidy")
		if c, learnt = learn(r, chen, late); learnt != "" || c.Facts["household"].Used || reads(r) != 9 {
			t.Errorf("a silent register answers %q, %d looks", learnt, reads(r))
		}
		// What a register knows of businesses is not asked for a person, but for the business she acts for.
		if _, learnt = learn(r, chen, begin(chen, "open-a-restaurant")); learnt != "" || reads(r) != 9 {
			t.Errorf("of a person's business was learnt %q", learnt)
		}
		wang := r.For("wang", rig.Xinyuan)
		if c, learnt = learn(r, wang, begin(wang, "open-a-restaurant")); learnt != "licence" || c.Answers["licence"] != "normal" {
			t.Errorf("of a business was learnt %q", learnt)
		}
	})
}
