package casework

import (
	"context"
	"testing"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/service/deadline"
	"tongban/internal/testkit/dbtest"
)

// What another process changed is counted after a second at the latest; in between nothing is counted anew.
func TestTalliesNoticeOtherProcesses(t *testing.T) {
	dbtest.Each(t, []db.Migrations{{Package: "casework", Files: Schema}}, func(t *testing.T, store *db.Store) {
		ctx, now := context.Background(), time.Unix(1_790_000_000, 0)
		elsewhere := func(id string) {
			t.Helper()
			err := store.Write(ctx, func(tx *db.Tx) error {
				return insertMatters(ctx, tx, []Matter{{ID: id, Case: "c", Body: "market", State: Received, DueOn: deadline.Of(now)}})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		tallies := &tallies{keep: time.Second, body: map[string]*counted{}}
		count := func(at time.Time) (n int) {
			t.Helper()
			all, err := tallies.of(ctx, store.Read(), "market", at)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range all {
				n += one.n
			}
			return n
		}
		elsewhere("m_1")
		if n := count(now); n != 1 {
			t.Errorf("%d matters are counted first, want 1", n)
		}
		elsewhere("m_2")
		if n := count(now.Add(time.Second - 1)); n != 1 {
			t.Errorf("%d matters are counted within the second, want the 1 of before", n)
		}
		if n := count(now.Add(time.Second)); n != 2 {
			t.Errorf("%d matters are counted after a second, want 2", n)
		}
	})
}
