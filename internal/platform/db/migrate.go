package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

// Migrations are the changes by which one package makes its tables: files named 0001_what.sql, in one
// folder, each beginning with "-- +goose Up". A file that has been released is never changed.
type Migrations struct {
	Package string // also the prefix of the package's tables
	Files   fs.FS
}

var packageName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// Migrate brings the tables of the packages up to date, in the order given. A database that is newer
// than this program is refused: it would be written to by rules that no longer hold.
func (s *Store) Migrate(ctx context.Context, all ...Migrations) error {
	pending, err := s.pending(ctx, all)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if len(pending) == 0 {
		return nil // the usual start, in two queries
	}
	d, unlock, err := s.forMigrations(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return errors.Join(s.migrate(ctx, d, all), unlock())
}

func (s *Store) migrate(ctx context.Context, d *sql.DB, all []Migrations) error {
	pending, err := s.pending(ctx, all) // once more: another process may have been quicker
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	dialect := database.DialectSQLite3
	if s.engine == Postgres {
		dialect = database.DialectPostgres
	}
	for _, m := range pending {
		versions, err := database.NewStore(dialect, "goose_"+m.Package)
		if err != nil {
			return fmt.Errorf("migrate %s: %w", m.Package, err)
		}
		p, err := goose.NewProvider(goose.DialectCustom, d, derived{m.Files, s.engine},
			goose.WithStore(versions), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
		if err != nil {
			return fmt.Errorf("migrate %s: %w", m.Package, err)
		}
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrate %s: %w", m.Package, err)
		}
	}
	return nil
}

// forMigrations returns connections of their own for goose, held by one process at a time.
func (s *Store) forMigrations(ctx context.Context) (*sql.DB, func() error, error) {
	if s.engine == SQLite {
		d, err := sql.Open("sqlite", writerDSN(s.path))
		if err != nil {
			return nil, nil, err
		}
		d.SetMaxOpenConns(1)
		return d, d.Close, nil
	}
	// A lease in a table rather than an advisory lock, which poolers in front of the server break.
	l, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(500*time.Millisecond, 600))
	if err != nil {
		return nil, nil, err
	}
	if err := l.Lock(ctx, s.write); err != nil {
		return nil, nil, err
	}
	return s.write, func() error { return l.Unlock(context.WithoutCancel(ctx), s.write) }, nil
}

// pending returns the migrations that are not yet carried out, each with its folder of files opened.
func (s *Store) pending(ctx context.Context, all []Migrations) ([]Migrations, error) {
	have, err := s.versions(ctx)
	if err != nil {
		return nil, err
	}
	var out []Migrations
	for _, m := range all {
		if !packageName.MatchString(m.Package) {
			return nil, fmt.Errorf("%q is not the name of a package", m.Package)
		}
		folder, newest, err := find(m.Files)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Package, err)
		}
		switch v := have[m.Package]; {
		case v > newest:
			return nil, fmt.Errorf("the tables of %s are at version %d and this program knows %d; start a newer program, or restore a backup", m.Package, v, newest)
		case v < newest:
			out = append(out, Migrations{Package: m.Package, Files: folder})
		}
	}
	return out, nil
}

// versions returns the newest migration carried out for each package.
func (s *Store) versions(ctx context.Context) (map[string]int64, error) {
	list := `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'goose\_%' ESCAPE '\'`
	if s.engine == Postgres {
		list = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 'goose\_%'`
	}
	names, err := List(ctx, s.read, Column[string], list)
	if err != nil {
		return nil, err
	}
	var asks []string
	for _, name := range names {
		p := strings.TrimPrefix(name, "goose_")
		if p == "lock" || !packageName.MatchString(p) {
			continue
		}
		asks = append(asks, fmt.Sprintf("SELECT '%s', MAX(version_id) FROM %s", p, name))
	}
	out := make(map[string]int64, len(asks))
	if len(asks) == 0 {
		return out, nil
	}
	found, err := s.read.QueryContext(ctx, strings.Join(asks, " UNION ALL "))
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var p string
		var v sql.NullInt64
		if err := found.Scan(&p, &v); err != nil {
			return nil, err
		}
		out[p] = v.Int64
	}
	return out, found.Err()
}

// find returns the folder that holds the migrations, which is usually schema, and the newest version.
func find(files fs.FS) (fs.FS, int64, error) {
	newest, folder := int64(0), ""
	err := fs.WalkDir(files, ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(p) != ".sql" {
			return err
		}
		v, err := goose.NumericComponent(p)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		if dir := path.Dir(p); folder == "" {
			folder = dir
		} else if dir != folder {
			return fmt.Errorf("migrations in two folders, %s and %s", folder, dir)
		}
		newest = max(newest, v)
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	if folder == "" {
		return nil, 0, errors.New("no migrations")
	}
	sub, err := fs.Sub(files, folder)
	return sub, newest, err
}
