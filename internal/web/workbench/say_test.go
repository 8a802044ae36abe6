package workbench

import (
	"testing"

	"tongban/internal/platform/lang"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/web/ui/text"
)

// March 2026 has no holiday; the 2nd is a Monday.
func TestLeft(t *testing.T) {
	t.Parallel()
	cal, problems := deadline.NewCalendar([]deadline.Year{{Year: 2026, Source: "test", Version: "2026.1"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	received := casework.Matter{State: casework.Received, Detail: casework.Detail{Acceptance: deadline.Acceptance{Received: "2026-03-02"}.Clock()}} // due on Monday the 9th
	accepted := func(n int, unit deadline.Unit, pauses ...deadline.Pause) casework.Matter {
		return casework.Matter{State: casework.Accepted, Detail: casework.Detail{
			Statutory: &catalogue.Limit{N: n, Unit: string(unit)}, Decision: deadline.Clock{From: "2026-03-02", Limit: deadline.Limit{N: n, Unit: unit}, Pauses: pauses},
		}}
	}
	zh := text.In(lang.ZH)
	for _, tt := range []struct {
		name  string
		m     casework.Matter
		today deadline.Day
		want  string
		class string
	}{
		{"counts working days", received, "2026-03-03", "剩 4 个工作日", "gp-tag--plain"},
		{"warns three days before", received, "2026-03-04", "剩 3 个工作日", "govuk-tag--yellow"},
		{"says today on the last day", received, "2026-03-09", "今天到期", "govuk-tag--orange"},
		{"counts the days that are over", received, "2026-03-11", "已超 2 个工作日", "govuk-tag--red"},
		{"is over on the Saturday after its last Friday", accepted(4, deadline.Working), "2026-03-07", "已超期", "govuk-tag--red"},
		{"counts the first working day after that", accepted(4, deadline.Working), "2026-03-09", "已超 1 个工作日", "govuk-tag--red"},
		{"stands while a procedure goes on", accepted(20, deadline.Working, deadline.Pause{Kind: "testing", From: "2026-03-03", Days: 5, Notice: "n"}), "2026-03-04", "计时已暂停", "govuk-tag--grey"},
		{"runs again once the procedure has ended", accepted(20, deadline.Working, deadline.Pause{Kind: "testing", From: "2026-03-03", To: "2026-03-04", Days: 5, Notice: "n"}), "2026-03-04", "剩 20 个工作日", "gp-tag--plain"},
		{"has none without a limit", casework.Matter{State: casework.Accepted}, "2026-03-03", "没有法定期限", "gp-tag--plain"},
		{"is the applicant's turn", casework.Matter{State: casework.Correcting, DueOn: "2026-03-30"}, "2026-03-03", "等申请人，3 月 30 日前", "govuk-tag--grey"},
		{"waits", casework.Matter{State: casework.Waiting}, "2026-03-03", "等前一事项", "govuk-tag--grey"},
		{"has ended", casework.Matter{State: casework.Refused}, "2026-03-03", "已办结", "gp-tag--plain"},
	} {
		if got := Left(zh, tt.m, cal, tt.today); got.Text != tt.want || got.Classes != tt.class {
			t.Errorf("%s: %q %s, want %q %s", tt.name, got.Text, got.Classes, tt.want, tt.class)
		}
	}
}

// Every reason why a day counts or does not has its words, on the page that counts a clock day by day.
func TestReasons(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All {
		for _, why := range []deadline.Reason{
			deadline.Counted, deadline.MakeUp, deadline.FirstDay, deadline.Weekend, deadline.Holiday, deadline.Stopped, deadline.MovedOn, deadline.SameDayOff,
		} {
			if p := text.In(l); !p.Has("track.how." + string(why)) {
				t.Errorf("no words for %s in %s", why, l)
			}
		}
		for _, kind := range deadline.PauseKinds {
			if p := text.In(l); !p.Has("track.special." + kind) {
				t.Errorf("no words for %s in %s", kind, l)
			}
		}
	}
}

// Every event, state and action that a page names has its words.
func TestWords(t *testing.T) {
	t.Parallel()
	p := text.In(lang.ZH)
	for _, k := range []casework.Kind{
		casework.Opened, casework.Released, casework.Claimed, casework.HandedOver, casework.Taken, casework.DeemedTaken, casework.NotTaken, casework.MoreAsked, casework.MoreAnswered,
		casework.Checked, casework.SpecialStarted, casework.SpecialEnded, casework.ExtensionAsked, casework.Extended, casework.NotExtended, casework.PromiseNear, casework.PromiseMissed, casework.Supplied, casework.RulingProposed, casework.SentBack, casework.Ruled,
		casework.Fulfilled, casework.Withdrew, casework.Failed, casework.Expired,
	} {
		if !p.Has("workbench.event." + string(k)) {
			t.Errorf("no words for the event %s", k)
		}
	}
	for _, state := range []string{"held", "upstream", "made", "uploaded", "later", "granted"} {
		if !p.Has("workbench.evidence." + state) {
			t.Errorf("no words for evidence that is %s", state)
		}
	}
}
