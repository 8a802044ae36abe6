package dbtest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"testing/fstest"
	"time"

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

// The server and its folder must go when the test program is killed, or a developer's machine fills up.
func TestKilled(t *testing.T) {
	t.Parallel()
	const child = "DBTEST_CHILD"
	if os.Getenv(child) != "" {
		fmt.Println(dbtest.URL(t))
		select {}
	}
	dbtest.URL(t) // skips where there is no PostgreSQL
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKilled$")
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(out)
	in.Scan()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	u, err := url.Parse(in.Text())
	if err != nil {
		t.Fatal(err)
	}
	dir := u.Query().Get("host")
	if dir == "" {
		t.Fatalf("the child said %q, want a URL", in.Text())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for look := time.NewTicker(20 * time.Millisecond); ; {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s is still there", dir)
		case <-look.C:
		}
	}
}
