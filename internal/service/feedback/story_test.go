package feedback_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/feedback"
	"tongban/internal/testkit/rig"
)

func wantFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		t.Fatalf("error is %v, want %v %s", err, kind, code)
	}
}

func TestRating(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang := r.For("wang", rig.Xinyuan)
		c := r.Apply(wang, "open-a-restaurant", rig.Restaurant, nil)
		r.Approve(c.ID, "sign-filing")
		r.Take(c.ID, "tobacco-licence")
		r.Decide(c.ID, "tobacco-licence", rig.No)
		r.OK(r.Casework.Decline(r.Ctx(), r.As("fire-1"), r.Matter(c.ID, "fire-check").ID, "不属于本机关职权", []string{"licence-law.32"}))
		r.Work()
		r.OK(r.Casework.Withdraw(r.Ctx(), wang, r.Matter(c.ID, "food-licence").ID, ""))
		r.Work()

		// She is asked at every result, good or bad, once; a withdrawal is none.
		find := func() map[string]feedback.Rating {
			all := map[string]feedback.Rating{}
			for _, x := range rig.Must(r.Feedback.OfCase(r.Ctx(), wang, c.ID))(r) {
				all[x.Def] = x
			}
			return all
		}
		invited := find()
		for _, def := range []string{"licence-check", "sign-filing", "tobacco-licence", "fire-check"} {
			x, ok := invited[def]
			if !ok || x.Level != 0 || !x.Rated.IsZero() || x.Body != r.Matter(c.ID, def).Body || len(x.Token) != 26 {
				t.Errorf("the invitation for %s is %+v", def, x)
			}
		}
		if len(invited) != 4 {
			t.Errorf("invited for %d results", len(invited))
		}
		sign := invited["sign-filing"]
		r.OK(r.Store.Write(r.Ctx(), func(tx *db.Tx) error {
			return r.Jobs.Enqueue(r.Ctx(), tx, job.Job{Kind: casework.JobTold, Args: casework.Told{Event: "e_again", Case: c.ID, Matter: sign.Matter, Kind: casework.Ruled}})
		}))
		r.Work()
		if again := find()["sign-filing"]; again.Token != sign.Token {
			t.Error("a second invitation took the place of the first")
		}

		for _, tt := range []struct {
			name  string
			level int
			items []string
			text  string
		}{{"no level", 0, nil, ""}, {"six", 6, nil, ""}, {"an item that is none", 3, []string{"price"}, ""}, {"a novel", 3, nil, strings.Repeat("好", 1001)}} {
			if err := r.Feedback.Rate(r.Ctx(), wang, sign.Token, tt.level, tt.items, tt.text); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		for _, by := range []identity.Actor{r.As("wang"), r.As("zhou"), r.As("urban-management-1"), {Kind: identity.Nobody}} {
			if err := r.Feedback.Rate(r.Ctx(), by, sign.Token, 5, nil, ""); !fault.Is(err, fault.Denied) {
				t.Errorf("%s rates it: %v", by.ID, err)
			}
		}
		wantFault(t, r.Feedback.Rate(r.Ctx(), wang, strings.Repeat("0", 26), 5, nil, ""), fault.NotFound, "error.rating.not-found")

		r.GoTo("2026-12-20") // there is no hurry to begin
		r.OK(r.Feedback.Rate(r.Ctx(), wang, sign.Token, 2, []string{"speed"}, "太慢"))
		rated := r.Now()
		x := rig.Must(r.Feedback.Find(r.Ctx(), sign.Token))(r)
		if x.Level != 2 || len(x.Items) != 1 || x.Text != "太慢" || !x.Rated.Equal(rated) {
			t.Errorf("rated as %+v", x)
		}
		r.Pass(15*24*time.Hour - time.Second)
		var all sync.WaitGroup
		for range 4 { // clicked twice, in two windows: one rating
			all.Go(func() {
				if err := r.Feedback.Rate(r.Ctx(), wang, sign.Token, 4, []string{"speed", "guide"}, strings.Repeat("好", 1000)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		x = rig.Must(r.Feedback.Find(r.Ctx(), sign.Token))(r)
		if x.Level != 4 || len(x.Items) != 2 || !x.Rated.Equal(rated) {
			t.Errorf("changed to %+v; the fifteen days begin with the first rating", x)
		}
		if n := r.Count("feedback_rating", "matter_id = $1", sign.Matter); n != 1 {
			t.Errorf("%d ratings", n)
		}
		r.Pass(time.Second)
		wantFault(t, r.Feedback.Rate(r.Ctx(), wang, sign.Token, 5, nil, ""), fault.Late, "error.rating.late")
		if x := rig.Must(r.Feedback.Find(r.Ctx(), sign.Token))(r); x.Level != 4 {
			t.Errorf("too late it became %+v", x)
		}
		// Another result of hers is not yet rated, and still can be.
		r.OK(r.Feedback.Rate(r.Ctx(), wang, invited["tobacco-licence"].Token, 1, nil, ""))

		// The officer concerned does not see who it was: no verb gives her ratings, and the record is of the business.
		if mine := rig.Must(r.Feedback.OfCase(r.Ctx(), r.As("urban-management-1"), c.ID))(r); len(mine) != 0 {
			t.Errorf("an officer sees %+v", mine)
		}
	})
}
