package feedback_test

import (
	"strings"
	"testing"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/feedback"
	"tongban/internal/testkit/rig"
)

func TestWish(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		nobody := identity.Actor{Kind: identity.Nobody}
		for _, text := range []string{"", " ", "火", strings.Repeat("火", 201), "13800138000"} {
			if err := r.Feedback.Wish(r.Ctx(), nobody, text); !fault.Is(err, fault.Invalid) {
				t.Errorf("%.10q is kept: %v", text, err)
			}
		}
		r.GoTo("2026-12-01")
		first := r.Today()
		r.OK(r.Feedback.Wish(r.Ctx(), nobody, "  移民\t火星 "))
		r.OK(r.Feedback.Wish(r.Ctx(), r.As("wang"), "移民 火星"))
		r.OK(r.Feedback.Wish(r.Ctx(), nobody, "我叫不动电话 138 0013 8000，身份证 990100199006152730，想养马"))
		r.GoTo("2026-12-02")
		r.OK(r.Feedback.Wish(r.Ctx(), nobody, "移民 火星"))

		got := rig.Must(r.Feedback.Wishes(r.Ctx(), r.As("gov-service-counter")))(r)
		want := []feedback.Wish{{Text: "移民 火星", N: 3, First: first, Last: r.Today()}, {Text: "我叫不动电话 … ，身份证 … ，想养马", N: 1, First: first, Last: first}}
		if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("wishes are %+v, want %+v", got, want)
		}
		for _, by := range []identity.Actor{nobody, r.As("wang"), r.As("market-1"), r.As("fire-head")} {
			if _, err := r.Feedback.Wishes(r.Ctx(), by); !fault.Is(err, fault.Denied) {
				t.Errorf("%s reads wishes: %v", by.ID, err)
			}
		}
		r.Work()
		r.Prove() // who read them is in the log, who left them is not

		r.GoTo("2027-12-02")
		r.OK(r.Feedback.Sweep(r.Ctx()))
		r.OK(r.Feedback.Sweep(r.Ctx()))
		if n := r.Count("feedback_wish", "1 = 1"); n != 1 {
			t.Errorf("%d are left after a year, want that of the last day", n)
		}
	})
}
