package audit

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/tlog"
	"tongban/internal/security/identity"
	"tongban/internal/testkit/dbtest"
)

const (
	origin = "shifan.example/log"
	wang   = "990100198803081125" // 王㴋䶮
	li     = "990100199006152730" // 李明远
)

var (
	migrations = []db.Migrations{{Package: "tlog", Files: tlog.Schema}, {Package: "audit", Files: Schema}}
	noon       = time.Date(2026, 11, 24, 12, 34, 56, 789_012_000, time.UTC)
)

func newRing(t testing.TB) *keys.Ring {
	t.Helper()
	r, err := keys.Open(context.Background(), keys.Config{Dir: filepath.Join(t.TempDir(), "keys"), Origin: origin})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newLog(s *db.Store, r *keys.Ring) *Log {
	return New(Config{
		Store: s, Keys: r, Now: func() time.Time { return noon }, Batch: 100,
		Log: tlog.New(tlog.Config{Store: s, Signer: r.LogSigner(), Verifiers: r.LogVerifiers()}),
	})
}

func officer() identity.Actor {
	return identity.Actor{
		Kind: identity.Officer, ID: "o_zhao", Self: "990100197001010019", Body: "fire", Roles: []string{"officer", "head"}, Level: identity.AL3, Session: "ses_1",
	}.WithName("赵卫国")
}

func viewed(i int, subject string) Entry {
	return Entry{
		At: noon.Add(time.Duration(i) * time.Second), Actor: officer(), Action: "matter.view", Kind: "matter", ID: fmt.Sprintf("m_%d", i), Subject: subject,
		Case: "c_1", Matter: "m_1", Purpose: "审查消防安全检查申请", Basis: "消防法 第十五条", Fields: []string{"name", "address"}, Outcome: Done,
		Note: map[string]string{"policy": "officer-views-own-matter"},
	}
}

func appendAll(t testing.TB, l *Log, entries ...Entry) []string {
	t.Helper()
	ctx := context.Background()
	var ids []string
	err := l.store.Write(ctx, func(tx *db.Tx) (err error) {
		ids, err = l.Append(ctx, tx, entries...)
		return err
	})
	if err != nil {
		t.Fatalf("Append() = %v", err)
	}
	return ids
}

func appendMany(t testing.TB, l *Log, n int, subject string) []string {
	t.Helper()
	entries := make([]Entry, n)
	for i := range entries {
		entries[i] = viewed(i, subject)
	}
	return appendAll(t, l, entries...)
}

func seal(t testing.TB, l *Log, want int) {
	t.Helper()
	if n, err := l.Seal(context.Background()); err != nil || n != want {
		t.Fatalf("Seal() = %d, %v; want %d", n, err, want)
	}
}

func verify(t testing.TB, l *Log) Report {
	t.Helper()
	r, err := l.Verify(context.Background())
	if err != nil {
		t.Fatalf("Verify() = %v", err)
	}
	return r
}

func verified(t testing.TB, l *Log, entries, sealed, erased int64) {
	t.Helper()
	r := verify(t, l)
	if !r.OK() || r.Entries != entries || r.Sealed != sealed || r.Waiting != entries-sealed || r.Erased != erased || r.Log.Size != sealed {
		t.Errorf("Verify() = %+v; want %d entries, %d sealed, %d erased and nothing broken", r, entries, sealed, erased)
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(s, newRing(t))
		person := identity.Actor{Kind: identity.Person, ID: "p_wang", Self: wang, Subject: li, Level: identity.AL2, Session: "ses_2"}.WithName("王㴋䶮")
		entries := []Entry{
			viewed(0, wang),
			{At: noon, Actor: person, Action: "case.submit", Kind: "case", ID: "c_1", Subject: wang, Case: "c_1", Outcome: Done},
			{At: noon, Actor: identity.ForSystem("seal"), Action: "job.run", Outcome: Refused},
			viewed(3, li),
		}
		ids := appendAll(t, l, entries...)

		t.Run("keeps everything that was said", func(t *testing.T) {
			for i, id := range ids {
				want := Row{ID: id, Entry: entries[i], Index: -1}
				want.At = want.At.UTC()
				if want.Actor.Kind == identity.Officer {
					want.Actor.Self = "" // an officer's own number is not kept
				}
				got, err := l.Find(ctx, id)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(want, got, cmp.AllowUnexported(identity.Actor{})); d != "" {
					t.Errorf("Find(%s) (-want +got):\n%s", id, d)
				}
			}
		})
		t.Run("keeps no id number and no name in the open", func(t *testing.T) {
			for _, table := range []string{"audit_entry", "audit_key"} {
				for _, row := range dump(t, s, table) {
					for _, secret := range []string{wang, li, "王㴋䶮", "赵卫国", "审查"} {
						if strings.Contains(row, secret) {
							t.Errorf("%s holds %s: %s", table, secret, row)
						}
					}
				}
			}
		})
		t.Run("uses one key for each subject", func(t *testing.T) {
			appendAll(t, l, viewed(5, wang), viewed(6, wang))
			appendAll(t, newLog(s, l.keys), viewed(7, wang)) // another process
			if n := len(dump(t, s, "audit_key")); n != 3 {
				t.Errorf("%d keys, want those of two persons and of nobody", n)
			}
		})
		t.Run("of nothing is nothing", func(t *testing.T) {
			if ids := appendAll(t, l); ids != nil {
				t.Errorf("Append() = %v", ids)
			}
		})
		t.Run("takes many at once", func(t *testing.T) {
			many := make([]Entry, 0, 130)
			for i := range 130 {
				many = append(many, viewed(i, []string{wang, li, ""}[i%3]))
			}
			ids := appendAll(t, l, many...)
			if len(ids) != 130 || !slices.IsSorted(ids) {
				t.Errorf("Append() = %d ids, sorted %v", len(ids), slices.IsSorted(ids))
			}
			for i, id := range ids {
				if row, err := l.Find(ctx, id); err != nil || row.Entry.ID != many[i].ID || row.Subject != many[i].Subject {
					t.Errorf("Find(%s) = %v, %v", id, row, err)
				}
			}
		})
		t.Run("survives what strangers type", func(t *testing.T) {
			e := viewed(0, wang)
			e.ID, e.Case, e.Purpose = "m\x00\xff", "c\x00", "\xff"
			e.Fields, e.Note = []string{"a", "b\x00"}, map[string]string{"k\x00": "\xfe"}
			id := appendAll(t, l, e)[0]
			got, err := l.Find(ctx, id)
			if err != nil || got.Entry.ID != "m\uFFFD\uFFFD" || got.Fields[1] != "b\uFFFD" || got.Note["k\uFFFD"] != "\uFFFD" {
				t.Errorf("Find() = %+v, %v", got, err)
			}
			if e.Fields[1] != "b\x00" {
				t.Error("the caller's entry was changed")
			}
			if rows, err := l.Of(ctx, "c\x00", "", 1); err != nil || len(rows) != 1 {
				t.Errorf("Of() = %v, %v", rows, err)
			}
		})
		t.Run("refuses an entry that says too little", func(t *testing.T) {
			for name, spoil := range map[string]func(*Entry){
				"time":    func(e *Entry) { e.At = time.Time{} },
				"action":  func(e *Entry) { e.Action = "" },
				"word":    func(e *Entry) { e.Action = "Case Submit" },
				"length":  func(e *Entry) { e.Action = strings.Repeat("a", 65) },
				"outcome": func(e *Entry) { e.Outcome = "perhaps" },
				"actor":   func(e *Entry) { e.Actor = identity.Actor{} },
			} {
				e := viewed(0, wang)
				spoil(&e)
				err := s.Write(ctx, func(tx *db.Tx) error { _, err := l.Append(ctx, tx, viewed(1, wang), e); return err })
				if err == nil {
					t.Errorf("an entry without %s was accepted", name)
				}
			}
		})
		t.Run("goes with the act", func(t *testing.T) {
			before := len(dump(t, s, "audit_entry"))
			undo := errors.New("undo")
			err := s.Write(ctx, func(tx *db.Tx) error {
				if _, err := l.Append(ctx, tx, viewed(0, "990100200001010017")); err != nil {
					return err
				}
				return undo
			})
			if !errors.Is(err, undo) || len(dump(t, s, "audit_entry")) != before {
				t.Errorf("Write() = %v, and %d rows, want %d", err, len(dump(t, s, "audit_entry")), before)
			}
			// The key that was made in that transaction is gone too, and must not be used again.
			id := appendAll(t, l, viewed(1, "990100200001010017"))[0]
			if _, err := l.Find(ctx, id); err != nil {
				t.Errorf("Find() = %v", err)
			}
		})
		if r := verify(t, l); !r.OK() {
			t.Errorf("Verify() = %+v", r)
		}
	})
}

// dump returns the rows of a table as text.
func dump(t testing.TB, s *db.Store, table string) []string {
	t.Helper()
	rows, err := s.Read().QueryContext(context.Background(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s", values))
	}
	return out
}

func TestAbout(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(s, newRing(t))
		var want []string
		for i := range 7 {
			want = append(want, appendAll(t, l, viewed(i, wang), viewed(i, li))[0])
		}
		slices.Reverse(want)
		seal(t, l, 14)
		for name, ask := range map[string]func(before string) ([]Row, error){
			"about": func(before string) ([]Row, error) { return l.About(ctx, wang, before, 3) },
			"of":    func(before string) ([]Row, error) { return l.Of(ctx, "c_1", before, 5) },
		} {
			var got []string
			before, pages := "", 0
			for {
				rows, err := ask(before)
				if err != nil {
					t.Fatal(err)
				}
				if len(rows) == 0 {
					break
				}
				pages++
				for _, r := range rows {
					if r.Index < 0 || r.Actor.Name() != "赵卫国" || r.Actor.Body != "fire" || !slices.Equal(r.Actor.Roles, []string{"officer", "head"}) {
						t.Errorf("%s: row %+v", name, r)
					}
					if r.Subject == wang {
						got = append(got, r.ID)
					}
				}
				before = rows[len(rows)-1].ID
			}
			if !slices.Equal(got, want) || pages != 3 {
				t.Errorf("%s: %v in %d pages, want %v in 3", name, got, pages, want)
			}
		}
		if rows, err := l.About(ctx, "", "", 9); err != nil || rows != nil {
			t.Errorf("About(nobody) = %v, %v", rows, err)
		}
		if rows, err := l.Of(ctx, "", "", 9); err != nil || rows != nil {
			t.Errorf("Of(no case) = %v, %v", rows, err)
		}
		if _, err := l.Find(ctx, "ae_none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("Find() = %v, want not found", err)
		}
	})
}

func TestErase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(s, newRing(t))
		elsewhere := newLog(s, l.keys) // another process, which remembers keys of its own
		sealed := appendMany(t, l, 5, wang)
		appendMany(t, elsewhere, 5, li)
		appendMany(t, elsewhere, 1, wang)
		seal(t, l, 11)
		waits := appendAll(t, l, viewed(9, wang))[0]
		receipt, err := l.Receipt(ctx, sealed[0])
		if err != nil {
			t.Fatal(err)
		}

		erase := func(subject string) (n int, err error) {
			err = s.Write(ctx, func(tx *db.Tx) (err error) { n, err = l.Erase(ctx, tx, subject); return err })
			return n, err
		}
		if n, err := erase(wang); err != nil || n != 1 {
			t.Fatalf("Erase() = %d, %v; want one key", n, err)
		}

		t.Run("leaves nothing to read but that it was", func(t *testing.T) {
			rows, err := l.About(ctx, wang, "", 100)
			if err != nil || len(rows) != 7 {
				t.Fatalf("About() = %d rows, %v; want 7", len(rows), err)
			}
			for _, r := range rows {
				if !r.Erased || r.Subject+r.Purpose+r.Basis+r.Actor.Name() != "" || r.Fields != nil || r.Note != nil {
					t.Errorf("row %+v, want it erased", r)
				}
				if r.Action != "matter.view" || r.Actor.Body != "fire" || r.At.IsZero() {
					t.Errorf("row %+v, want action, body and time left", r)
				}
			}
			if _, err := l.Receipt(ctx, sealed[1]); !fault.Is(err, fault.NotFound) {
				t.Errorf("Receipt() = %v, want not found", err)
			}
			all, err := keysAfter(ctx, s.Read(), "", "", 100)
			if err != nil || len(all) != 2 {
				t.Fatalf("%d keys, %v; want 2", len(all), err)
			}
			for _, k := range all {
				gone := k.subject == l.pseudonym(wang)
				if gone != (k.erasedAt != nil && *k.erasedAt == noon.UnixMicro()) || gone != bytes.Equal(k.secret, make([]byte, len(k.secret))) {
					t.Errorf("key %+v, want it overwritten at noon: %v", k, gone)
				}
			}
		})
		t.Run("leaves others alone", func(t *testing.T) {
			rows, err := l.About(ctx, li, "", 100)
			if err != nil || len(rows) != 5 || rows[0].Erased || rows[0].Subject != li {
				t.Errorf("About() = %+v, %v", rows, err)
			}
		})
		t.Run("leaves the log whole, and what waits is still sealed", func(t *testing.T) {
			verified(t, l, 12, 11, 7)
			seal(t, l, 1)
			verified(t, l, 12, 12, 7)
			if row, err := l.Find(ctx, waits); err != nil || !row.Erased || row.Index != 11 {
				t.Errorf("Find() = %+v, %v", row, err)
			}
		})
		t.Run("does not reach receipts in people's hands", func(t *testing.T) {
			text, err := receipt.Text()
			if err != nil {
				t.Fatal(err)
			}
			if err := VerifyReceipt(text, l.keys.LogVerifier()); err != nil {
				t.Errorf("VerifyReceipt() = %v", err)
			}
		})
		t.Run("is not undone by a process that remembers the key", func(t *testing.T) {
			for _, p := range []*Log{l, elsewhere} {
				id := appendAll(t, p, viewed(20, wang))[0]
				if row, err := l.Find(ctx, id); err != nil || row.Erased || row.Subject != wang {
					t.Errorf("Find() = %+v, %v; want it readable", row, err)
				}
			}
			verified(t, l, 14, 12, 7)
			if n, err := erase(wang); err != nil || n != 1 {
				t.Errorf("Erase() again = %d, %v; want one key", n, err)
			}
			if n, err := erase(wang); err != nil || n != 0 {
				t.Errorf("Erase() of nothing = %d, %v", n, err)
			}
			verified(t, l, 14, 12, 9)
		})
		t.Run("in the transaction of an entry goes on under a new key", func(t *testing.T) {
			var id string
			err := s.Write(ctx, func(tx *db.Tx) error {
				if _, err := l.Append(ctx, tx, viewed(30, li)); err != nil {
					return err
				}
				if _, err := l.Erase(ctx, tx, li); err != nil {
					return err
				}
				ids, err := l.Append(ctx, tx, viewed(31, li))
				id = strings.Join(ids, "")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if row, err := l.Find(ctx, id); err != nil || row.Erased {
				t.Errorf("Find() = %+v, %v; want it readable", row, err)
			}
			verified(t, l, 16, 12, 15)
		})
		t.Run("is refused for nobody", func(t *testing.T) {
			if _, err := erase(""); err == nil {
				t.Error("Erase() = nil, want a refusal")
			}
		})
	})
}

// On SQLite the secret is gone from the file, and not only from the table.
func TestEraseLeavesNoBytes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := t.TempDir()
	s, err := db.Open(ctx, db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(ctx, migrations...); err != nil {
		t.Fatal(err)
	}
	l := newLog(s, newRing(t))
	for i := range 50 {
		appendMany(t, l, 2, fmt.Sprint("subject ", i))
	}
	victim, err := liveKeys(ctx, s.Read(), l.pseudonym("subject 23"))
	if err != nil || len(victim) != 1 {
		t.Fatalf("%d keys, %v; want one", len(victim), err)
	}
	secret := victim[0].secret[3:] // behind what all have in common
	inFile := func() bool {
		t.Helper()
		if err := s.Close(); err != nil { // closing brings everything into the file
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, db.FileName))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(b, secret[:8]) || bytes.Contains(b, secret[len(secret)-8:])
	}
	if !inFile() {
		t.Fatal("the secret is not in the file before: the test looks for the wrong bytes")
	}
	if s, err = db.Open(ctx, db.Config{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	l = newLog(s, l.keys)
	if err := s.Write(ctx, func(tx *db.Tx) error { _, err := l.Erase(ctx, tx, "subject 23"); return err }); err != nil {
		t.Fatal(err)
	}
	if inFile() {
		t.Error("the secret is still in the file")
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		t.Run("of every size", func(t *testing.T) {
			l := newLog(s, newRing(t))
			size := 0
			verified(t, l, 0, 0, 0)
			seal(t, l, 0)
			if head := dump(t, s, "tlog_head"); len(head) != 0 {
				t.Errorf("sealing nothing wrote %v", head)
			}
			for _, n := range []int{1, 255, 256, 257} {
				appendMany(t, l, n-size, wang)
				if w, err := l.Unsealed(ctx); err != nil || w != int64(n-size) {
					t.Errorf("Unsealed() = %d, %v; want %d", w, err, n-size)
				}
				verified(t, l, int64(n), int64(size), 0)
				seal(t, l, n-size)
				seal(t, l, 0)
				size = n
				verified(t, l, int64(n), int64(n), 0)
			}
		})
	})
}

// breaking fails the nth statement, as a database does that goes away.
type breaking struct {
	db.Queryer
	left *int
}

var errBroken = errors.New("the database has gone")

func (b breaking) broken() bool { *b.left--; return *b.left < 0 }

func (b breaking) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if b.broken() {
		return nil, errBroken
	}
	return b.Queryer.ExecContext(ctx, query, args...)
}

func (b breaking) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if b.broken() {
		return nil, errBroken
	}
	return b.Queryer.QueryContext(ctx, query, args...)
}

func (b breaking) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if b.broken() {
		return b.Queryer.QueryRowContext(ctx, "SELECT 1 FROM "+errBroken.Error()) // no such table
	}
	return b.Queryer.QueryRowContext(ctx, query, args...)
}

func TestSealIsAllOrNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(s, newRing(t))
		appendMany(t, l, 300, wang)
		seal(t, l, 300)
		appendMany(t, l, 90, wang)
		before := fmt.Sprint(dump(t, s, "tlog_head"), dump(t, s, "tlog_tile"), dump(t, s, "tlog_checkpoint"))
		steps := 0
		for ; ; steps++ {
			left := steps
			err := s.Write(ctx, func(tx *db.Tx) error {
				_, err := l.sealBatch(ctx, breaking{tx, &left}, span{upto: lastID})
				if err == nil {
					err = errors.New("even at the commit")
				}
				return err
			})
			if after := fmt.Sprint(dump(t, s, "tlog_head"), dump(t, s, "tlog_tile"), dump(t, s, "tlog_checkpoint")); after != before {
				t.Fatalf("killed at statement %d, the log has changed", steps)
			}
			if n, uerr := l.Unsealed(ctx); uerr != nil || n != 90 {
				t.Fatalf("killed at statement %d, %d rows wait (%v), want 90", steps, n, uerr)
			}
			verified(t, l, 390, 300, 0)
			if left >= 0 { // every statement was let through
				t.Logf("%d statements, and then %v", steps, err)
				break
			}
		}
		if steps < 6 {
			t.Errorf("sealing took %d statements; did the test break it?", steps)
		}
		seal(t, l, 90)
		verified(t, l, 390, 390, 0)
	})
}

// Transactions commit out of the order of their ids, while two sealers work.
func TestSealWhileAppending(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		ring := newRing(t)
		const writers, acts = 6, 40
		stop := make(chan struct{})
		var sealers, work sync.WaitGroup
		for range 2 {
			sealers.Go(func() {
				l := newLog(s, ring)
				for {
					if _, err := l.Seal(ctx); err != nil {
						t.Errorf("Seal() = %v", err)
						return
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		for w := range writers {
			work.Go(func() {
				l := newLog(s, ring)
				for i := range acts {
					subject := []string{wang, li, ""}[(w+i)%3]
					err := s.Write(ctx, func(tx *db.Tx) error {
						if _, err := l.Append(ctx, tx, viewed(i, subject)); err != nil {
							return err
						}
						_, err := l.Append(ctx, tx, viewed(i, wang))
						return err
					})
					if err != nil {
						t.Errorf("Append() = %v", err)
					}
				}
			})
		}
		l := newLog(s, ring)
		sealers.Go(func() {
			for range 5 {
				if r, err := l.Verify(ctx); err != nil || !r.OK() {
					t.Errorf("Verify() while sealing = %v, %v", r.All(), err)
				}
			}
		})
		work.Wait()
		close(stop)
		sealers.Wait()
		if _, err := l.Seal(ctx); err != nil {
			t.Error(err)
		}
		verified(t, l, 2*writers*acts, 2*writers*acts, 0)
	})
}

func TestSealOutOfOrder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := dbtest.Postgres(t, migrations...) // SQLite has one writer
	l := newLog(s, newRing(t))
	appended, release, done := make(chan string, 1), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.Write(ctx, func(tx *db.Tx) error {
			ids, err := l.Append(ctx, tx, viewed(0, wang))
			if err != nil {
				return err
			}
			appended <- ids[0]
			<-release
			return nil
		})
	}()
	older := <-appended
	younger := appendAll(t, l, viewed(1, wang), viewed(2, li))
	if older >= younger[0] {
		t.Fatalf("ids %s and %s are not in the order that the test wants", older, younger[0])
	}
	seal(t, l, 2)
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	seal(t, l, 1)
	if row, err := l.Find(ctx, older); err != nil || row.Index != 2 || row.Subject != wang {
		t.Errorf("Find() = %+v, %v; want leaf 2", row, err)
	}
	verified(t, l, 3, 3, 0)
}
