package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tongban/internal/platform/db"
	"tongban/internal/platform/keys"
	"tongban/internal/testkit/dbtest"
)

// alter changes the one value that where finds, and returns how to undo it. change returns nil when it
// does not fit the type.
func alter(t testing.TB, s *db.Store, table, column, where string, change func(any) any) (undo func()) {
	t.Helper()
	ctx := context.Background()
	var old any
	if err := s.Read().QueryRowContext(ctx, "SELECT "+column+" FROM "+table+" WHERE "+where).Scan(&old); err != nil {
		t.Fatalf("read %s.%s where %s: %v", table, column, where, err)
	}
	if b, ok := old.([]byte); ok && b == nil {
		old = []byte{} // empty, and there all the same
	}
	bad := change(old)
	if bad == nil {
		return nil
	}
	set := func(value any, where string, more ...any) {
		t.Helper()
		err := s.Write(ctx, func(tx *db.Tx) error {
			res, err := tx.ExecContext(ctx, "UPDATE "+table+" SET "+column+" = $1 WHERE "+where, append([]any{value}, more...)...)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n != 1 {
				return fmt.Errorf("%d rows altered, %v", n, err)
			}
			return nil
		})
		if err != nil {
			t.Fatalf("alter %s.%s: %v", table, column, err)
		}
	}
	set(bad, where)
	if strings.HasPrefix(where, column+" ") { // it is found by what was altered
		return func() { t.Helper(); set(old, column+" = $2", bad) }
	}
	return func() { t.Helper(); set(old, where) }
}

// flips are the ways in which the test alters a value of the type that it meets.
func flips(old any) []func(any) any {
	at := func(i int) func(any) any {
		return func(v any) any {
			switch v := v.(type) {
			case string:
				b := []byte(v)
				b[i] ^= 1
				return string(b)
			case []byte:
				b := append([]byte(nil), v...)
				b[i] ^= 1
				return b
			}
			return nil
		}
	}
	switch v := old.(type) {
	case int64:
		bit := func(n int) func(any) any { return func(v any) any { return v.(int64) ^ 1<<n } }
		return []func(any) any{bit(40), bit(63)}
	case nil:
		return []func(any) any{func(any) any { return int64(7_000) }} // only numbers may be absent
	case string:
		if v == "" {
			return []func(any) any{func(any) any { return "x" }}
		}
		return []func(any) any{at(0), at(len(v) / 2), at(len(v) - 1)}
	case []byte:
		if len(v) == 0 {
			return []func(any) any{func(any) any { return []byte{0} }}
		}
		var out []func(any) any
		for i := 0; i < len(v); i += max(1, len(v)/40) {
			out = append(out, at(i))
		}
		return append(out, at(len(v)-1))
	}
	return nil
}

// One flipped byte in any column of any row of the record is found, and the row is named. The columns are
// those of the schema, so that a new one is covered by itself.
func TestVerifyNamesEveryColumn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(s, newRing(t))
		e := viewed(0, wang)
		e.Matter = "" // a column that is empty
		sealed := appendAll(t, l, e, viewed(1, li))
		nobody := appendAll(t, l, viewed(2, ""))[0]
		seal(t, l, 3)
		waits := appendMany(t, l, 1, wang)[0]
		if err := s.Write(ctx, func(tx *db.Tx) error { _, err := l.Erase(ctx, tx, li); return err }); err != nil {
			t.Fatal(err)
		}
		verified(t, l, 4, 3, 1)

		type row struct{ name, table, where, id string }
		rows := []row{
			{"sealed", "audit_entry", "id = '" + sealed[0] + "'", sealed[0]},
			{"erased", "audit_entry", "id = '" + sealed[1] + "'", sealed[1]},
			{"about nobody", "audit_entry", "id = '" + nobody + "'", nobody},
			{"waiting", "audit_entry", "id = '" + waits + "'", waits},
		}
		for _, k := range allKeys(t, l) {
			rows = append(rows, row{"key", "audit_key", "id = '" + k + "'", k})
		}
		if len(rows) != 7 {
			t.Fatalf("%d rows to try, want 4 entries and 3 keys", len(rows))
		}
		tried := 0
		for _, r := range rows {
			for _, column := range columnsOf(t, s, r.table) {
				var old any
				if err := s.Read().QueryRowContext(ctx, "SELECT "+column+" FROM "+r.table+" WHERE "+r.where).Scan(&old); err != nil {
					t.Fatal(err)
				}
				changes := flips(old)
				if len(changes) == 0 {
					t.Errorf("%s.%s is a %T, which the test does not know how to alter", r.table, column, old)
				}
				for i, change := range changes {
					undo := alter(t, s, r.table, column, r.where, change)
					if undo == nil {
						t.Fatalf("%s.%s could not be altered", r.table, column)
					}
					tried++
					id := r.id
					if column == "id" {
						id = change(old).(string) // it has another name now
					}
					got := verify(t, l)
					named := false
					for _, b := range got.All() {
						named = named || b.ID == id
					}
					if !named {
						t.Errorf("%s row: %s.%s altered (%d): %v, want %s named", r.name, r.table, column, i, got.All(), id)
					}
					undo()
				}
			}
		}
		verified(t, l, 4, 3, 1)
		t.Logf("%d alterations", tried)
	})
}

func allKeys(t testing.TB, l *Log) []string {
	t.Helper()
	keys, err := keysAfter(context.Background(), l.store.Read(), "", "", 100)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.id
	}
	return out
}

func columnsOf(t testing.TB, s *db.Store, table string) []string {
	t.Helper()
	rows, err := s.Read().QueryContext(context.Background(), "SELECT * FROM "+table+" WHERE 1 = 0")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil || len(columns) == 0 {
		t.Fatalf("columns of %s: %v, %v", table, columns, err)
	}
	return columns
}

func TestVerifyNames(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	ring := newRing(t)
	for _, tt := range []struct {
		name string
		sql  []string // E4 is the id of the entry with leaf 4, KEY that of the key
		want string
	}{
		{"nothing", nil, "[]"},
		{"a row that is gone", []string{"DELETE FROM audit_entry WHERE leaf = 4"}, "[leaf 4: without-entry]"},
		{"the last row that is gone", []string{"DELETE FROM audit_entry WHERE leaf = 9"}, "[leaf 9: without-entry]"},
		{"nearly all rows that are gone", []string{"DELETE FROM audit_entry WHERE leaf <> 1"}, "[leaf 0: without-entry leaf 2: without-entry leaf 3"},
		{"a row put back to the waiting ones", []string{"UPDATE audit_entry SET leaf = NULL WHERE leaf = 4"}, "[leaf 4: without-entry]"},
		{
			"two rows that changed places",
			[]string{"UPDATE audit_entry SET leaf = -5 WHERE leaf = 4", "UPDATE audit_entry SET leaf = 4 WHERE leaf = 5", "UPDATE audit_entry SET leaf = 5 WHERE leaf = -5"},
			"[entry E5: disagrees entry E4: disagrees]",
		},
		{"a row beyond the log", []string{"UPDATE audit_entry SET leaf = 10 WHERE leaf = 9"}, "[leaf 9: without-entry entry E9: stray]"},
		{"a row before the log", []string{"UPDATE audit_entry SET leaf = -2 WHERE leaf = 0"}, "[entry E0: stray leaf 0: without-entry]"},
		{"a detail of another row", []string{"UPDATE audit_entry SET detail = (SELECT detail FROM audit_entry WHERE leaf = 1) WHERE leaf = 2"}, "[entry E2: altered]"},
		{"a row of another row's columns", []string{"UPDATE audit_entry SET mac = (SELECT mac FROM audit_entry WHERE leaf = 1), commitment = (SELECT commitment FROM audit_entry WHERE leaf = 1) WHERE leaf = 2"}, "[entry E2: altered]"},
		{"a key that is gone", []string{"DELETE FROM audit_key"}, "entry E9: without-key]"},
		{"a key erased behind our back", []string{"UPDATE audit_key SET erased_at = 1"}, "[key KEY: altered]"},
		{"a secret put in a key's place", []string{"UPDATE audit_key SET secret = mac"}, "[key KEY: altered]"},
		{"a bundle that is nonsense", []string{"UPDATE tlog_tile SET data = (SELECT mac FROM audit_key) WHERE level = -1"}, "[bundle tile/entries/000: "},
		{"a tree that is gone", []string{"DELETE FROM tlog_tile"}, "[bundle tile/entries/000: missing tile tile/0/000: missing"},
		{"a log that is gone", []string{"DELETE FROM tlog_tile", "DELETE FROM tlog_head", "DELETE FROM tlog_checkpoint"}, "[entry E0: stray entry E1: stray"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := dbtest.SQLite(t, migrations...)
			l := newLog(s, ring)
			ids := appendMany(t, l, 10, wang)
			seal(t, l, 10)
			want := strings.ReplaceAll(tt.want, "KEY", allKeys(t, l)[0])
			for i, id := range ids {
				want = strings.ReplaceAll(want, fmt.Sprintf("E%d", i), id)
			}
			err := s.Write(ctx, func(tx *db.Tx) error {
				for _, text := range tt.sql {
					if _, err := tx.ExecContext(ctx, text); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			r := verify(t, l)
			if got := fmt.Sprint(r.All()); !strings.Contains(got, want) {
				t.Errorf("Verify() = %v, want %s", got, want)
			}
		})
	}
}

// Whoever has the database and the key of codes, but not the log's, writes a row anew with everything that
// belongs to it; the tree still has the old one.
func TestVerifyNamesForgedRow(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := dbtest.SQLite(t, migrations...)
	l := newLog(s, newRing(t))
	ids := appendMany(t, l, 5, wang)
	seal(t, l, 5)
	id := ids[3]
	e, err := l.find(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	d, err := l.detail(&e, map[string]*keys.Box{})
	if err != nil {
		t.Fatal(err)
	}
	d.Purpose = "好奇"
	c := e.commit(d)
	box, err := l.open(keyRecord{id: e.keyID, secret: e.secret})
	if err != nil {
		t.Fatal(err)
	}
	e.commitment, e.detail = c[:], box.Encrypt(detailPlace(id), d.canon())
	e.mac = l.mac(e.binding())
	err = s.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE audit_entry SET detail = $1, commitment = $2, mac = $3 WHERE id = $4", e.detail, e.commitment, e.mac, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if row, err := l.Find(ctx, id); err != nil || row.Purpose != "好奇" {
		t.Fatalf("Find() = %+v, %v: the forgery did not work", row, err)
	}
	r := verify(t, l)
	if got, want := fmt.Sprint(r.All()), "[entry "+id+": disagrees]"; got != want {
		t.Errorf("Verify() = %s, want %s", got, want)
	}
	forged, text := receipt(t, l, id)
	if err := VerifyReceipt(text, l.keys.LogVerifier()); code(err) != "receipt.proof" {
		t.Errorf("VerifyReceipt() of %s = %v, want receipt.proof", forged.Leaf, err)
	}
}

// What was altered while it waited does not reach the tree, and does not hold up what was not.
func TestSealLeavesOutWhatWasAltered(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(s, newRing(t))
		ids := appendMany(t, l, 350, wang) // batches are of 100
		bad := append([]string{ids[0], ids[7], ids[349]}, ids[100:220]...)
		write := func(outcome string) {
			t.Helper()
			err := s.Write(ctx, func(tx *db.Tx) error {
				for _, id := range bad {
					if _, err := tx.ExecContext(ctx, "UPDATE audit_entry SET outcome = $1 WHERE id = $2", outcome, id); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		write(Refused)
		for _, want := range []int{350 - len(bad), 0} {
			n, err := l.Seal(ctx)
			if !errors.Is(err, ErrAltered) || n != want {
				t.Fatalf("Seal() = %d, %v; want %d and the altered ones", n, err, want)
			}
			for _, id := range bad {
				if !strings.Contains(err.Error(), id) {
					t.Errorf("Seal() does not name %s", id)
				}
			}
			if strings.Contains(err.Error(), ids[1]) {
				t.Errorf("Seal() accuses %s", ids[1])
			}
		}
		r := verify(t, l)
		if len(r.Broken) != len(bad) || r.Sealed != int64(350-len(bad)) || !r.Log.OK() {
			t.Errorf("Verify() names %d, with %d sealed; want %d and %d", len(r.Broken), r.Sealed, len(bad), 350-len(bad))
		}
		if _, err := l.Receipt(ctx, bad[0]); !errors.Is(err, ErrAltered) {
			t.Errorf("Receipt() = %v, want ErrAltered", err)
		}
		write(Done)
		seal(t, l, len(bad))
		verified(t, l, 350, 350, 0)
	})
}
