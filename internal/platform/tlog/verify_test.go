package tlog

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"tongban/internal/platform/db"
	"tongban/internal/testkit/dbtest"
)

// flip alters one byte of a stored value, or the lowest bit of a number, and returns how to undo it.
func flip(t testing.TB, s *db.Store, table, column, where string, at int) func() {
	t.Helper()
	ctx := context.Background()
	var old any
	err := s.Read().QueryRowContext(ctx, "SELECT "+column+" FROM "+table+" WHERE "+where).Scan(&old)
	if err != nil {
		t.Fatalf("read %s.%s where %s: %v", table, column, where, err)
	}
	var bad any
	switch v := old.(type) {
	case int64:
		bad = v ^ 1<<at
	case string:
		b := []byte(v)
		b[at] ^= 1
		bad = string(b)
	case []byte:
		b := append([]byte(nil), v...)
		b[at] ^= 1
		bad = b
	default:
		t.Fatalf("%s.%s is a %T", table, column, old)
	}
	set := func(from, to any, where string) {
		t.Helper()
		err := s.Write(ctx, func(tx *db.Tx) error {
			res, err := tx.ExecContext(ctx, "UPDATE "+table+" SET "+column+" = $1 WHERE "+where+" AND "+column+" = $2", to, from)
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
	set(old, bad, where)
	return func() {
		t.Helper()
		if _, key := old.(int64); key || column == "origin" { // the row is no longer found by it
			where = "1 = 1"
		}
		set(bad, old, where)
	}
}

func only(r Report, want Broken) bool {
	for _, b := range r.Broken {
		if b.Thing != want.Thing || b.ID != want.ID || want.At >= 0 && b.At != want.At {
			return false
		}
	}
	return !r.OK()
}

// One flipped byte of any tile, bundle or checkpoint is found, and nothing else is accused.
func TestVerifyNamesFlippedBytes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(t, s)
		for _, size := range []int64{1, 255, 256, 257} {
			var from int64
			if size > 1 {
				from = open(t, l).Size
			}
			grow(t, l, from, size-from)
			stride := 37
			if s.Engine() == db.Postgres {
				stride = 331
			}
			e := edge{size: size}
			tiles := e.coordinates()
			if size > 256 {
				tiles = append(tiles, coordinate{bundles, 0}, coordinate{0, 0})
			}
			for _, at := range tiles {
				where := fmt.Sprintf("level = %d AND idx = %d", at.level, at.index)
				data, err := readTiles(context.Background(), s.Read(), []coordinate{at})
				if err != nil {
					t.Fatal(err)
				}
				for i := 0; i < len(data[at]); i += stride {
					restore := flip(t, s, "tlog_tile", "data", where, i)
					want := Broken{Thing: thingAt(at), ID: at.String(), At: -1}
					if at.level != bundles {
						want.At = int64(i / 32)
					}
					if r := verify(t, l); !only(r, want) {
						t.Errorf("byte %d of %v in a log of %d: %v, want it named", i, at, size, r.Broken)
					}
					restore()
				}
			}
			note, err := l.Checkpoint(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for i := range note {
				if note[i] >= 0x80 { // within the dash, whose bytes PostgreSQL does not let anybody alter alone
					continue
				}
				restore := flip(t, s, "tlog_checkpoint", "note", fmt.Sprintf("size = %d", size), i)
				if r := verify(t, l); !only(r, Broken{Thing: StoredCheckpoint, ID: fmt.Sprint(size), At: -1}) {
					t.Errorf("byte %d of the checkpoint of %d: %v, want it named", i, size, r.Broken)
				}
				restore()
			}
		}
		if r := verify(t, l); !r.OK() {
			t.Errorf("after all was restored: %v", r.Broken)
		}
	})
}

// Every column of every table of the log, found in the schema, so that a new one is covered by itself.
func TestVerifyNamesEveryColumn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(t, s)
		grow(t, l, 0, 300)
		grow(t, l, 300, 300)
		rows := map[string][]string{
			"tlog_tile":       {"level = -1 AND idx = 2", "level = -1 AND idx = 0", "level = 0 AND idx = 2", "level = 0 AND idx = 1", "level = 1 AND idx = 0"},
			"tlog_checkpoint": {"size = 300", "size = 600"},
			"tlog_head":       {"1 = 1"},
		}
		for table, wheres := range rows {
			columns := columnsOf(t, s, table)
			if len(columns) == 0 {
				t.Errorf("%s has no columns", table)
			}
			for _, column := range columns {
				for _, where := range wheres {
					restore := flip(t, s, table, column, where, 5)
					r := verify(t, l)
					if r.OK() {
						t.Errorf("%s.%s of %s: nothing is named", table, column, where)
					}
					for _, b := range r.Broken {
						if owner := map[Thing]string{Bundle: "tlog_tile"}[b.Thing]; owner != table && "tlog_"+string(b.Thing) != table {
							t.Errorf("%s.%s of %s: %v is named, want only things of %s", table, column, where, b, table)
						}
					}
					restore()
				}
			}
		}
		if r := verify(t, l); !r.OK() {
			t.Errorf("after all was restored: %v", r.Broken)
		}
	})
}

func columnsOf(t testing.TB, s *db.Store, table string) []string {
	t.Helper()
	rows, err := s.Read().QueryContext(context.Background(), "SELECT * FROM "+table+" WHERE 1 = 0")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	return columns
}

func TestVerifyNames(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, tt := range []struct {
		name string
		sql  []string
		want []string
	}{
		{"a bundle that is gone", []string{"DELETE FROM tlog_tile WHERE level = -1 AND idx = 1"},
			[]string{"bundle tile/entries/001: missing"}},
		{"a tile that is gone", []string{"DELETE FROM tlog_tile WHERE level = 0 AND idx = 1"},
			[]string{"tile tile/0/001: missing"}},
		{"the last bundle that is gone", []string{"DELETE FROM tlog_tile WHERE level = -1 AND idx = 2"},
			[]string{"bundle tile/entries/002: missing"}},
		{"a tile and its bundle that are gone", []string{"DELETE FROM tlog_tile WHERE level < 1 AND idx = 1"},
			[]string{"bundle tile/entries/001: missing", "tile tile/0/001: missing"}},
		{"the newest checkpoint that is gone", []string{"DELETE FROM tlog_checkpoint WHERE size = 600"},
			[]string{"checkpoint 600: missing"}},
		{"the head that is gone", []string{"DELETE FROM tlog_head"},
			[]string{"head shifan.example/log: missing"}},
		{"a head that was put back", []string{"UPDATE tlog_head SET size = 300"},
			[]string{"head shifan.example/log: altered"}},
		{"a tree that was cut back", []string{"DELETE FROM tlog_checkpoint WHERE size = 600", "UPDATE tlog_head SET size = 300"},
			[]string{"tile tile/0/002: stray", "bundle tile/entries/002: stray"}},
		{"a tile beyond the tree", []string{"INSERT INTO tlog_tile (level, idx, data) SELECT 0, 7, data FROM tlog_tile WHERE level = 0 AND idx = 0"},
			[]string{"tile tile/0/007: stray"}},
		{"a level beyond the tree", []string{"INSERT INTO tlog_tile (level, idx, data) SELECT 5, 0, data FROM tlog_tile WHERE level = 0 AND idx = 0"},
			[]string{"tile tile/5/000: stray"}},
		{"a hash too many at the edge", []string{"UPDATE tlog_tile SET data = (SELECT data FROM tlog_tile WHERE level = 0 AND idx = 1) WHERE level = 0 AND idx = 2"},
			[]string{"tile tile/0/002: altered", "tile tile/0/002: malformed"}},
		{"a bundle in another's place", []string{"UPDATE tlog_tile SET data = (SELECT data FROM tlog_tile WHERE level = -1 AND idx = 1) WHERE level = -1 AND idx = 0"},
			[]string{"bundle tile/entries/000: altered at 0", "bundle tile/entries/000: altered at 255"}},
		{"an empty tile", []string{"UPDATE tlog_tile SET data = $1 WHERE level = 1"},
			[]string{"tile tile/1/000: malformed"}},
		{"another log", []string{"INSERT INTO tlog_head (origin, size) VALUES ('elsewhere', 3)"},
			[]string{"head elsewhere: stray"}},
		{"a checkpoint under another's size", []string{"UPDATE tlog_checkpoint SET note = (SELECT note FROM tlog_checkpoint WHERE size = 600) WHERE size = 300"},
			[]string{"checkpoint 300: altered"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := dbtest.SQLite(t, migrations...)
			l := newLog(t, s)
			grow(t, l, 0, 300)
			grow(t, l, 300, 300)
			err := s.Write(ctx, func(tx *db.Tx) error {
				for _, text := range tt.sql {
					var args []any
					if strings.Contains(text, "$1") {
						args = append(args, []byte{})
					}
					if _, err := tx.ExecContext(ctx, text, args...); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			r, err := l.Verify(ctx, func(int64, []byte, bool) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(r.Broken)
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("Verify() = %v, want %q among them", got, want)
				}
			}
		})
	}
}

// Somebody who has the database alters a leaf and everything above it, in step; only what is signed is
// beyond her.
func TestVerifyNamesRewrittenTree(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := dbtest.SQLite(t, migrations...)
	l := newLog(t, s)
	grow(t, l, 0, 300)
	forged := leaves(0, 300)
	forged[7] = []byte("leaf eight")
	e := &edge{}
	for _, b := range forged {
		e.add(b)
	}
	if err := s.Write(ctx, func(tx *db.Tx) error { return writeTiles(ctx, tx, e.touched()) }); err != nil {
		t.Fatal(err)
	}
	r, err := l.Verify(ctx, func(int64, []byte, bool) error { return nil })
	if err != nil || fmt.Sprint(r.Broken) != "[checkpoint 300: disagrees]" {
		t.Errorf("Verify() = %v, %v; want the checkpoint to disagree", r.Broken, err)
	}
	err = s.Write(ctx, func(tx *db.Tx) error { _, err := l.Append(ctx, tx, leaves(300, 1)); return err })
	if err == nil {
		t.Error("Append() = nil, want a refusal")
	}
}

// In a log of three levels the tree above decides who was altered.
func TestVerifyNamesUpperTiles(t *testing.T) {
	t.Parallel()
	s := dbtest.SQLite(t, migrations...)
	l := newLog(t, s)
	grow(t, l, 0, 66_000)
	for _, tt := range []struct {
		at   coordinate
		byte int
		want string
	}{
		{coordinate{bundles, 100}, 303, "bundle tile/entries/100: altered at 25"}, // leaves of 12 bytes
		{coordinate{bundles, 100}, 300, "bundle tile/entries/100: malformed at 26 bundle tile/entries/100: altered at 25"},
		{coordinate{0, 100}, 300, "tile tile/0/100: altered at 9"},
		{coordinate{1, 0}, 300, "tile tile/1/000: altered at 9"},
		{coordinate{1, 1}, 1, "tile tile/1/001: altered at 0"},
		{coordinate{2, 0}, 31, "tile tile/2/000: altered at 0"},
		{coordinate{0, 257}, 64, "tile tile/0/257: altered at 2"},
	} {
		restore := flip(t, s, "tlog_tile", "data", fmt.Sprintf("level = %d AND idx = %d", tt.at.level, tt.at.index), tt.byte)
		if r := verify(t, l); fmt.Sprint(r.Broken) != "["+tt.want+"]" {
			t.Errorf("byte %d of %v: %v, want %s", tt.byte, tt.at, r.Broken, tt.want)
		}
		restore()
	}
}
