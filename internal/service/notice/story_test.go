package notice_test

import (
	"testing"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/notice"
	"tongban/internal/testkit/rig"
)

// told are the events of which an applicant hears.
var told = map[casework.Kind]bool{
	casework.Released: true, casework.Taken: true, casework.DeemedTaken: true, casework.NotTaken: true, casework.MoreAsked: true, casework.MoreAnswered: true,
	casework.SpecialStarted: true, casework.SpecialEnded: true, casework.Extended: true, casework.Ruled: true, casework.Withdrew: true, casework.Failed: true, casework.Expired: true,
}

func TestMessages(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang := r.For("wang", rig.Xinyuan)
		c := r.Apply(wang, "open-a-restaurant", rig.Restaurant, nil)
		r.Pass(time.Minute)
		r.OK(r.Casework.AskForMore(r.Ctx(), r.As("fire-1"), r.Matter(c.ID, "fire-check").ID, []casework.Point{{Field: "seats", Text: "看不清"}}, "2026-12-10"))
		r.Work()
		r.Approve(c.ID, "sign-filing")
		r.Take(c.ID, "tobacco-licence")
		r.Decide(c.ID, "tobacco-licence", rig.No)

		// Every event is told once: the opening of the case as a whole, and each that concerns her.
		events := rig.Must(r.Casework.Read(r.Ctx(), wang, c.ID))(r).Events
		want := map[string]bool{}
		opened := 0
		for _, e := range events {
			if e.Kind == casework.Opened {
				opened++
			}
			if told[e.Kind] {
				want[e.Matter+" "+string(e.Kind)] = true
			}
		}
		messages, unread, err := r.Notice.Mine(r.Ctx(), wang, "", 100)
		r.OK(err)
		if len(messages) != len(want)+1 || unread != len(messages) || opened != 5 {
			t.Errorf("%d messages, %d unread, want %d", len(messages), unread, len(want)+1)
		}
		whole := 0
		for _, m := range messages {
			if m.Case != c.ID || m.At.IsZero() || !m.ReadAt.IsZero() {
				t.Errorf("message %+v", m)
			}
			switch {
			case m.Matter == "" && m.Kind == string(casework.Opened):
				whole++
			case !want[m.Matter+" "+m.Kind]:
				t.Errorf("she was told of %s of %s once too often or for nothing", m.Kind, m.Matter)
			}
			delete(want, m.Matter+" "+m.Kind)
		}
		if whole != 1 || len(want) != 0 {
			t.Errorf("the application was told %d times; of %v nothing was told", whole, want)
		}

		// The job of one event twice more: no second message.
		e := events[len(events)-1]
		for range 2 {
			r.OK(r.Store.Write(r.Ctx(), func(tx *db.Tx) error {
				return r.Jobs.Enqueue(r.Ctx(), tx, job.Job{Kind: casework.JobTold, Args: casework.Told{Event: e.ID, Case: c.ID, Matter: e.Matter, Kind: e.Kind}})
			}))
			r.Work()
		}
		again, _, err := r.Notice.Mine(r.Ctx(), wang, "", 100)
		r.OK(err)
		if len(again) != len(messages) {
			t.Errorf("%d messages became %d", len(messages), len(again))
		}

		// Page by page gives the same, newest first.
		var paged []notice.Message
		for before := ""; ; before = paged[len(paged)-1].ID {
			page, _, err := r.Notice.Mine(r.Ctx(), wang, before, 3)
			r.OK(err)
			paged = append(paged, page...)
			if len(page) < 3 {
				break
			}
		}
		if len(paged) != len(messages) || paged[0].ID != messages[0].ID || paged[0].ID < paged[1].ID {
			t.Errorf("page by page there are %d", len(paged))
		}

		// They are hers, for this business: nobody else's mailbox has them, nor her own for her own affairs.
		for _, by := range []identity.Actor{r.As("wang"), r.As("li"), r.For("liu", rig.Xinyuan)} {
			others, _, err := r.Notice.Mine(r.Ctx(), by, "", 100)
			r.OK(err)
			if len(others) != 0 {
				t.Errorf("%s reads %d of them", by.ID, len(others))
			}
		}
		if _, _, err := r.Notice.Mine(r.Ctx(), r.As("market-1"), "", 10); !fault.Is(err, fault.Denied) {
			t.Errorf("an officer reads a mailbox: %v", err)
		}
		if err := r.Notice.Send(r.Ctx(), r.As("li"), notice.Message{Event: "e_x", Account: wang.ID, Subject: wang.Subject, Case: c.ID}); !fault.Is(err, fault.Denied) {
			t.Errorf("a person writes an official message: %v", err)
		}

		r.Pass(time.Hour)
		r.OK(r.Notice.MarkRead(r.Ctx(), r.As("li"), c.ID)) // marks nothing: it is not his
		if _, unread, err = r.Notice.Mine(r.Ctx(), wang, "", 1); err != nil || unread != len(messages) {
			t.Errorf("somebody else read them: %d unread, %v", unread, err)
		}
		r.OK(r.Notice.MarkRead(r.Ctx(), wang, c.ID))
		read, unread, err := r.Notice.Mine(r.Ctx(), wang, "", 100)
		r.OK(err)
		if unread != 0 || !read[0].ReadAt.Equal(r.Now()) {
			t.Errorf("%d unread, the first read at %v", unread, read[0].ReadAt)
		}
	})
}
