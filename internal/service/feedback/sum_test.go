package feedback_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/feedback"
	"tongban/internal/testkit/rig"
)

func TestSums(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang := r.As("wang")
		for i, service := range []string{"marriage", "newborn", "newborn", "newborn"} {
			n := strconv.Itoa(i)
			r.OK(r.Feedback.Invite(r.Ctx(), identity.ForSystem("notice"), feedback.Rating{Matter: "m_" + n, Case: "c_" + n, Account: wang.ID, Subject: wang.Subject, Service: service, Def: "x", Body: "health"}))
		}
		since := r.Now()
		r.Pass(time.Second)
		for i, level := range []int{5, 2, 1} { // the last one is never rated
			for _, x := range rig.Must(r.Feedback.OfCase(r.Ctx(), wang, "c_"+strconv.Itoa(i)))(r) {
				r.OK(r.Feedback.Rate(r.Ctx(), wang, x.Token, level, nil, "人人都看得到就不写了"))
			}
		}
		want := []feedback.Sum{{Service: "marriage", N: 1}, {Service: "newborn", N: 2, Bad: 2}}
		if got := rig.Must(r.Feedback.Sums(r.Ctx(), r.As("gov-service-editor"), since))(r); !slices.Equal(got, want) {
			t.Errorf("sums are %+v, want %+v", got, want)
		}
		if got := rig.Must(r.Feedback.Sums(r.Ctx(), r.As("gov-service-editor"), r.Now().Add(time.Second)))(r); len(got) != 0 {
			t.Errorf("ratings of before count: %+v", got)
		}
		for _, by := range []identity.Actor{wang, r.As("market-1"), {Kind: identity.Nobody}} {
			if _, err := r.Feedback.Sums(r.Ctx(), by, since); !fault.Is(err, fault.Denied) {
				t.Errorf("%s reads the sums: %v", by.ID, err)
			}
		}
		r.Work()
		r.Prove()
	})
}

func TestLow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		sum  feedback.Sum
		want bool
	}{
		{"enough are bad", feedback.Sum{N: 5, Bad: 1}, true},
		{"too few are bad", feedback.Sum{N: 6, Bad: 1}, false},
		{"too few say anything", feedback.Sum{N: 2, Bad: 2}, false},
	} {
		if got := tt.sum.Low(3, 20); got != tt.want {
			t.Errorf("%s: Low() = %v, want %v", tt.name, got, tt.want)
		}
	}
}
