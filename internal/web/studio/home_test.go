package studio_test

import (
	"strconv"
	"testing"

	"tongban/internal/security/identity"
	"tongban/internal/service/feedback"
	"tongban/internal/testkit/rig"
)

// TestHomeShowsWhatIsRatedLow: with the numbers, and with the rule by which it is shown.
func TestHomeShowsWhatIsRatedLow(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	author := sit(r, "gov-service-editor")
	author.get("/studio", 200, "没有发现问题")
	wang := r.As("wang")
	for i, level := range []int{5, 4, 1} {
		id := "c_" + strconv.Itoa(i)
		r.OK(r.Feedback.Invite(r.Ctx(), identity.ForSystem("notice"), feedback.Rating{Matter: id, Case: id, Account: wang.ID, Subject: wang.Subject, Service: "marriage", Def: "registration", Body: "civil-affairs"}))
		for _, x := range rig.Must(r.Feedback.OfCase(r.Ctx(), wang, id))(r) {
			r.OK(r.Feedback.Rate(r.Ctx(), wang, x.Token, level, nil, ""))
		}
	}
	author.get("/studio", 200, "评价低", "“结婚登记”近 90 天有 3 次评价，其中 1 次不满意（满 3 次、不满意达到 20% 就提醒）")
}
