package db_test

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/testkit/dbtest"
)

func migrations(pkg string, files ...string) db.Migrations {
	m := fstest.MapFS{}
	for i, text := range files {
		m[fmt.Sprintf("schema/%04d_step.sql", i+1)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return db.Migrations{Package: pkg, Files: m}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, nil, func(t *testing.T, s *db.Store) {
		ctx := t.Context()
		one := "CREATE TABLE one_thing (id TEXT PRIMARY KEY);"
		two := "ALTER TABLE one_thing ADD COLUMN note TEXT;"
		for _, m := range [][]db.Migrations{
			{migrations("one", one)},
			{migrations("one", one)}, // nothing to do
			{migrations("other", "CREATE TABLE other_thing (id TEXT PRIMARY KEY);"), migrations("one", one, two)},
		} {
			if err := s.Migrate(ctx, m...); err != nil {
				t.Fatal(err)
			}
		}
		err := s.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO one_thing (id, note) VALUES ('a', 'b')")
			return err
		})
		if err != nil {
			t.Error(err)
		}
		for _, tt := range []struct {
			name string
			m    db.Migrations
			want string
		}{
			{"a database that is newer than the program", migrations("one", one), "one are at version 2 and this program knows 1"},
			{"a mistake, and names the package", migrations("third", "CREATE TABEL x (id TEXT);"), "migrate third"},
			{"a reference checked at the commit", migrations("third", "CREATE TABLE third_a (id TEXT PRIMARY KEY REFERENCES one_thing (id) DEFERRABLE INITIALLY DEFERRED);"), "DEFERRABLE"},
			{"a package without migrations", db.Migrations{Package: "third", Files: fstest.MapFS{}}, "no migrations"},
			{"a file without a number", db.Migrations{Package: "third", Files: fstest.MapFS{"a.sql": {}}}, "a.sql"},
			{"two folders", db.Migrations{Package: "third", Files: fstest.MapFS{"a/0001_a.sql": {}, "b/0002_b.sql": {}}}, "two folders"},
			{"a name that is none", migrations("a; DROP", one), "not the name of a package"},
		} {
			t.Run("refuses "+tt.name, func(t *testing.T) {
				err := s.Migrate(ctx, tt.m)
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Migrate() = %v, want it to say %q", err, tt.want)
				}
			})
		}
		t.Run("a mistake leaves nothing behind", func(t *testing.T) {
			if err := s.Migrate(ctx, migrations("fourth", "CREATE TABLE fourth_a (id TEXT PRIMARY KEY); CREATE TABEL x (id TEXT);")); err == nil {
				t.Fatal("Migrate() = nil, want an error")
			}
			if err := s.Migrate(ctx, migrations("fourth", "CREATE TABLE fourth_a (id TEXT PRIMARY KEY);")); err != nil {
				t.Errorf("after the mistake was mended: %v", err)
			}
		})
	})
}

// Several servers may start at the same time on one PostgreSQL.
func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	var all []db.Migrations
	for i := range 5 {
		all = append(all, migrations(fmt.Sprintf("pkg%d", i), fmt.Sprintf("CREATE TABLE pkg%d_thing (id TEXT PRIMARY KEY);", i)))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := db.Open(t.Context(), db.Config{URL: url})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := s.Migrate(t.Context(), all...); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// A start on an up-to-date database must not be felt: twenty packages, well below 100 ms.
func TestMigrateQuickly(t *testing.T) {
	s := dbtest.SQLite(t)
	var all []db.Migrations
	for i := range 20 {
		all = append(all, migrations(fmt.Sprintf("pkg%d", i), fmt.Sprintf("CREATE TABLE pkg%d_thing (id TEXT PRIMARY KEY, n BIGINT);", i)))
	}
	if err := s.Migrate(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	best := time.Hour
	for range 5 {
		began := time.Now()
		if err := s.Migrate(t.Context(), all...); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(began))
	}
	t.Logf("nothing to migrate in 20 packages: %v", best)
	if best > 100*time.Millisecond {
		t.Errorf("best of five takes %v, want less than 100 ms", best)
	}
}

func TestDerive(t *testing.T) {
	t.Parallel()
	const in = `-- +goose Up
-- A BIGINT in a comment, with 'one quote; and (
CREATE TABLE a_b (
  id TEXT PRIMARY KEY, -- TEXT; here
  n BIGINT NOT NULL DEFAULT (1 + 2), "TEXT" TEXT, v TEXT NOT NULL DEFAULT 'BIGINT ); TEXT',
  bytes bytea, CHECK (CAST(n AS TEXT) <> 'it''s TEXT')
);
CREATE INDEX a_b_n ON a_b (n);
ALTER TABLE a_b ADD COLUMN more TEXT;
ALTER TABLE a_b ADD COLUMN text TEXT;
/* CREATE TABLE no (a BIGINT); */
`
	for _, tt := range []struct {
		engine db.Engine
		want   string
	}{
		{db.SQLite, `-- +goose Up
-- A BIGINT in a comment, with 'one quote; and (
CREATE TABLE a_b (
  id TEXT PRIMARY KEY, -- TEXT; here
  n INTEGER NOT NULL DEFAULT (1 + 2), "TEXT" TEXT, v TEXT NOT NULL DEFAULT 'BIGINT ); TEXT',
  bytes BLOB, CHECK (CAST(n AS TEXT) <> 'it''s TEXT')
) STRICT;
CREATE INDEX a_b_n ON a_b (n);
ALTER TABLE a_b ADD COLUMN more TEXT;
ALTER TABLE a_b ADD COLUMN text TEXT;
/* CREATE TABLE no (a BIGINT); */
`},
		{db.Postgres, `-- +goose Up
-- A BIGINT in a comment, with 'one quote; and (
CREATE TABLE a_b (
  id TEXT COLLATE "C" PRIMARY KEY, -- TEXT; here
  n BIGINT NOT NULL DEFAULT (1 + 2), "TEXT" TEXT COLLATE "C", v TEXT COLLATE "C" NOT NULL DEFAULT 'BIGINT ); TEXT',
  bytes bytea, CHECK (CAST(n AS TEXT) <> 'it''s TEXT')
);
CREATE INDEX a_b_n ON a_b (n);
ALTER TABLE a_b ADD COLUMN more TEXT COLLATE "C";
ALTER TABLE a_b ADD COLUMN text TEXT COLLATE "C";
/* CREATE TABLE no (a BIGINT); */
`},
	} {
		t.Run(string(tt.engine), func(t *testing.T) {
			got, err := fs.ReadFile(db.Derived(fstest.MapFS{"1_a.sql": {Data: []byte(in)}}, tt.engine), "1_a.sql")
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func FuzzDerive(f *testing.F) {
	f.Add("CREATE TABLE a (b BIGINT, c TEXT DEFAULT ';');")
	f.Add("'unfinished")
	f.Add("/* unfinished")
	f.Add("-- unfinished")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := fs.ReadFile(db.Derived(fstest.MapFS{"1_a.sql": {Data: []byte(in)}}, db.Postgres), "1_a.sql")
		if err != nil {
			return
		}
		if back := strings.ReplaceAll(string(got), ` COLLATE "C"`, ""); back != strings.ReplaceAll(in, ` COLLATE "C"`, "") {
			t.Errorf("something else was changed: %q became %q", in, got)
		}
	})
}
