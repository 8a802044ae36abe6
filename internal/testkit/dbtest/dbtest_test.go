package dbtest_test

import (
	"context"
	"testing"
	"testing/fstest"

	"tongban/internal/platform/db"
	"tongban/internal/testkit/dbtest"
)

var tables = []db.Migrations{{Package: "things", Files: fstest.MapFS{
	"schema/0001_thing.sql": {Data: []byte("-- +goose Up\nCREATE TABLE things_thing (id TEXT PRIMARY KEY, at BIGINT NOT NULL);\n")},
}}}

func TestEach(t *testing.T) {
	for _, name := range []string{"first", "second"} {
		t.Run(name+" test has the tables and nobody else's rows", func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, tables, func(t *testing.T, s *db.Store) {
				ctx := context.Background()
				err := s.Write(ctx, func(tx *db.Tx) error {
					_, err := tx.ExecContext(ctx, "INSERT INTO things_thing (id, at) VALUES ($1, $2)", name, 1)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				var n int
				if err := s.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM things_thing").Scan(&n); err != nil {
					t.Fatal(err)
				}
				if n != 1 {
					t.Errorf("%d rows, want 1", n)
				}
			})
		})
	}
}

func TestURL(t *testing.T) {
	a, b := dbtest.URL(t), dbtest.URL(t)
	if a == b {
		t.Fatalf("URL() gave %s twice", a)
	}
	s, err := db.Open(context.Background(), db.Config{URL: a})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(context.Background(), tables...); err != nil {
		t.Fatal(err)
	}
}
