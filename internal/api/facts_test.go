package api_test

import (
	"testing"

	"tongban/internal/api"
)

// What registers know is looked up for whom the token is, only as far as it can change the outcome, and is told
// with its source; she may answer otherwise for this check. Without a token nothing is looked up.
func TestFactsFromRegisters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var check api.Check
		h.want(t, 201, "POST", "/checks", "", map[string]any{"service": "open-a-restaurant"}).into(t, &check)
		at := "/checks/" + check.ID
		h.want(t, 401, "POST", at+"/facts", "", nil)
		if check.Next == nil || check.Next.ID != "licence" || check.Facts != nil {
			t.Fatalf("a new check asks %+v and knows %v", check.Next, check.Facts)
		}
		token := h.token(t, "wang", xinyuan, "read:data")
		h.want(t, 200, "POST", at+"/facts", token, nil).into(t, &check)
		want := api.KnownFact{Question: "licence", Register: "business", Field: "status", Answer: "normal", Used: true}
		if len(check.Facts) != 1 || check.Next.ID == "licence" || check.Answers["licence"] != "normal" {
			t.Fatalf("learnt %+v, answers %v, next %s", check.Facts, check.Answers, check.Next.ID)
		}
		f := check.Facts[0]
		if f.Recorded == "" || f.Why.ZH == "" || f.Title.EN == "" || f.Keeper.ID != "market" {
			t.Errorf("the fact does not say why and from where: %+v", f)
		}
		if f.Why, f.Title, f.Keeper, f.Recorded = want.Why, want.Title, want.Keeper, ""; f != want {
			t.Errorf("fact = %+v, want %+v", f, want)
		}
		h.want(t, 200, "PUT", at+"/answers/licence", "", map[string]string{"value": "none"}).into(t, &check)
		h.want(t, 200, "POST", at+"/facts", token, nil)
		h.want(t, 200, "GET", at, "", nil).into(t, &check)
		if f := check.Facts[0]; f.Used || f.Answer != "none" || check.Answers["licence"] != "none" {
			t.Errorf("after another answer the fact is %+v, answers %v", f, check.Answers)
		}
	})
}
