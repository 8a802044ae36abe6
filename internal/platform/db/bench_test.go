package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"tongban/internal/platform/db"
	"tongban/internal/testkit/dbtest"
)

// A submitted application in miniature: seven texts, seventeen rows.
const caseTables = `-- +goose Up
CREATE TABLE bench_case (id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, state TEXT NOT NULL, at BIGINT NOT NULL);
CREATE TABLE bench_matter (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, due BIGINT NOT NULL);
CREATE INDEX bench_matter_case ON bench_matter (case_id);
CREATE INDEX bench_matter_queue ON bench_matter (body, state, due);
CREATE TABLE bench_form (case_id TEXT PRIMARY KEY, answers TEXT NOT NULL);
CREATE TABLE bench_file (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, name TEXT NOT NULL, size BIGINT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX bench_file_case ON bench_file (case_id);
CREATE TABLE bench_audit (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, actor TEXT NOT NULL, act TEXT NOT NULL, at BIGINT NOT NULL);
CREATE TABLE bench_job (id TEXT PRIMARY KEY, kind TEXT NOT NULL, args TEXT NOT NULL, run_at BIGINT NOT NULL);
CREATE TABLE bench_key (key TEXT PRIMARY KEY, case_id TEXT NOT NULL);
`

var caseMigrations = []db.Migrations{{Package: "bench", Files: fstest.MapFS{"schema/0001_case.sql": {Data: []byte(caseTables)}}}}

var answers = fmt.Sprintf(`{"name":"%0500d","address":"%02800d"}`, 1, 2)

func submit(ctx context.Context, tx db.Queryer, n int64) error {
	exec := func(query string, args ...any) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}
	id := fmt.Sprintf("c_%020d", n)
	if err := exec("INSERT INTO bench_case (id, number, state, at) VALUES ($1, $2, $3, $4)", id, id, "submitted", n); err != nil {
		return err
	}
	for i, body := range []string{"market", "fire", "health"} {
		if err := exec("INSERT INTO bench_matter (id, case_id, body, state, due) VALUES ($1, $2, $3, $4, $5)",
			fmt.Sprintf("m_%020d_%d", n, i), id, body, "submitted", n%1000); err != nil {
			return err
		}
	}
	if err := exec("INSERT INTO bench_form (case_id, answers) VALUES ($1, $2)", id, answers); err != nil {
		return err
	}
	for i := range 5 {
		if err := exec("INSERT INTO bench_file (id, case_id, name, size, hash) VALUES ($1, $2, $3, $4, $5)",
			fmt.Sprintf("f_%020d_%d", n, i), id, "营业执照.pdf", 123456, "8caee8642faa34124f6392f8fc2f9b5832f3e31815bc5a15f37829cbae3f95e3"); err != nil {
			return err
		}
	}
	if err := exec("INSERT INTO bench_audit (id, case_id, actor, act, at) VALUES ($1, $2, $3, $4, $5)",
		fmt.Sprintf("a_%020d", n), id, "p_1", "case.submit", n); err != nil {
		return err
	}
	for i := range 4 {
		if err := exec("INSERT INTO bench_job (id, kind, args, run_at) VALUES ($1, $2, $3, $4)",
			fmt.Sprintf("j_%020d_%d", n, i), "notify", `{"case":1}`, n); err != nil {
			return err
		}
	}
	return exec("INSERT INTO bench_key (key, case_id) VALUES ($1, $2)", fmt.Sprintf("k_%020d", n), id)
}

// BenchmarkWrite is a durable submission; callers= tells how many wait at the same time.
func BenchmarkWrite(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for _, callers := range []int{1, 2, 4, 16, 64} {
			b.Run(fmt.Sprintf("%s/callers=%d", engine, callers), func(b *testing.B) {
				open := dbtest.SQLite
				if engine == db.Postgres {
					open = dbtest.Postgres
				}
				s := open(b, caseMigrations...)
				together(b, callers, func(n int64) error {
					ctx := context.Background()
					return s.Write(ctx, func(tx *db.Tx) error { return submit(ctx, tx, n) })
				})
			})
		}
	}
}

// BenchmarkOneByOne is the same work on the bare driver with a commit for each caller: what group
// commit is to be compared with.
func BenchmarkOneByOne(b *testing.B) {
	s := dbtest.SQLite(b, caseMigrations...)
	dir := b.TempDir()
	path := filepath.Join(dir, "copy.db")
	if err := s.Backup(context.Background(), path); err != nil {
		b.Fatal(err)
	}
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}}
	d, err := sql.Open("sqlite", "file:"+path+"?"+q.Encode()+"&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			together(b, callers, func(n int64) error {
				ctx := context.Background()
				tx, err := d.BeginTx(ctx, nil)
				if err != nil {
					return err
				}
				defer tx.Rollback()
				if err := submit(ctx, tx, n); err != nil {
					return err
				}
				return tx.Commit()
			})
		})
	}
}

// BenchmarkRead is the look-up of one row by its key.
func BenchmarkRead(b *testing.B) {
	s := dbtest.SQLite(b, caseMigrations...)
	ctx := context.Background()
	if err := s.Write(ctx, func(tx *db.Tx) error { return submit(ctx, tx, 1) }); err != nil {
		b.Fatal(err)
	}
	for _, cancellable := range []bool{false, true} {
		b.Run(fmt.Sprintf("cancellable=%t", cancellable), func(b *testing.B) {
			ctx := context.Background()
			if cancellable {
				var cancel context.CancelFunc
				ctx, cancel = context.WithCancel(ctx)
				defer cancel()
			}
			b.ReportAllocs()
			for b.Loop() {
				var state string
				if err := s.Read().QueryRowContext(ctx, "SELECT state FROM bench_case WHERE id = $1", fmt.Sprintf("c_%020d", 1)).Scan(&state); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var numbers atomic.Int64

func together(b *testing.B, callers int, do func(n int64) error) {
	b.ReportAllocs()
	left := atomic.Int64{}
	left.Store(int64(b.N))
	b.ResetTimer()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := do(numbers.Add(1)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}
