package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tongban/internal/platform/fault"
)

// FileName is the name of SQLite's file in the data folder.
const FileName = "tongban.db"

func openSQLite(ctx context.Context, c Config) (_ *Store, err error) {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	path := filepath.Join(dir, FileName)
	if err := makePrivate(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s := &Store{engine: SQLite, path: path}
	// The writer comes first: it makes the file a WAL database, which the readers cannot.
	if s.write, err = sql.Open("sqlite", writerDSN(path)); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	defer func() {
		if err != nil {
			s.write.Close()
		}
	}()
	s.write.SetMaxOpenConns(1)
	if err := checkVersion(ctx, s.write); err != nil {
		return nil, err
	}
	if s.read, err = sql.Open("sqlite", readerDSN(path)); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	conns := c.Conns
	if conns == 0 {
		conns = max(4, 2*runtime.GOMAXPROCS(0))
	}
	s.read.SetMaxOpenConns(conns)
	s.read.SetMaxIdleConns(conns)
	s.reads = keepStatements(s.read)
	if s.group, err = newWriter(ctx, s.write); err != nil {
		s.read.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return s, nil
}

// makePrivate sees to it that the file is there and that nobody else on the machine can read it. SQLite
// gives its log files the same mode.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Chmod(0o600)
}

func dsn(path string, pragmas ...string) string {
	q := url.Values{"_pragma": pragmas}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}).String()
}

func writerDSN(path string) string {
	return dsn(path,
		"busy_timeout(10000)", // first: changing the journal's mode may have to wait
		"journal_mode(WAL)",
		"synchronous(FULL)", // in WAL mode anything less may lose acknowledged commits in a power cut
		"foreign_keys(1)",
		"secure_delete(FAST)", // what was erased leaves no bytes in the free space of its page
		"cache_size(-16384)",
		"temp_store(MEMORY)",
		"journal_size_limit(67108864)",
	) + "&_txlock=immediate"
}

func readerDSN(path string) string {
	return dsn(path, "busy_timeout(10000)", "query_only(1)", "cache_size(-8192)", "temp_store(MEMORY)")
}

// oldest is the first SQLite without the WAL-reset bug, which corrupts a database when two connections
// write around a checkpoint.
var oldest = [3]int{3, 51, 3}

func checkVersion(ctx context.Context, d *sql.DB) error {
	var v string
	if err := d.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&v); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	if !newEnough(v) {
		return fmt.Errorf("open database: SQLite %s may corrupt a WAL database; build with %d.%d.%d or newer", v, oldest[0], oldest[1], oldest[2])
	}
	return nil
}

func newEnough(v string) bool {
	parts := strings.SplitN(v, ".", 3)
	for i, want := range oldest {
		if i >= len(parts) {
			return false
		}
		got, err := strconv.Atoi(parts[i])
		if err != nil || got != want {
			return err == nil && got > want
		}
	}
	return true
}

// Backup writes a complete, checked copy of the database to path, where nothing may be yet. Readers and
// writers carry on meanwhile; the copy is of one moment.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	if s.engine != SQLite {
		return fault.New(fault.Unavailable, "error.backup.use-pg-dump")
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(fault.Conflict, "error.backup.exists", err)
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".backup-*") // 0600, and empty, as VACUUM INTO wants it
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer f.Close()
	defer os.Remove(f.Name())
	if err := s.copyInto(ctx, f.Name()); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := CheckFile(ctx, f.Name()); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil { // unlike a rename it never replaces anything
		return fmt.Errorf("back up: %w", err)
	}
	return syncDir(dir)
}

func (s *Store) copyInto(ctx context.Context, path string) error {
	d, err := sql.Open("sqlite", dsn(s.path, "busy_timeout(10000)"))
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = d.ExecContext(ctx, "VACUUM INTO $1", path)
	return err
}

// CheckFile verifies an SQLite file that nobody is writing to: every page, index and reference.
func CheckFile(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	d, err := sql.Open("sqlite", dsn(abs, "query_only(1)")+"&mode=ro&immutable=1")
	if err != nil {
		return err
	}
	defer d.Close()
	var verdict string
	if err := d.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	if verdict != "ok" {
		return fmt.Errorf("check %s: %s", path, verdict)
	}
	rows, err := d.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	defer rows.Close()
	if rows.Next() {
		var table, parent string
		var row, key sql.NullInt64
		if err := rows.Scan(&table, &row, &parent, &key); err != nil {
			return fmt.Errorf("check %s: %w", path, err)
		}
		return fmt.Errorf("check %s: row %d of %s refers to nothing in %s", path, row.Int64, table, parent)
	}
	return rows.Err()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func uniqueInSQLite(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return true
	}
	return false
}
