package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Engine is the database system underneath.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Queryer asks and changes, as *sql.DB and *sql.Tx do.
type Queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Config says where the data is.
type Config struct {
	Dir string // for SQLite: the folder of tongban.db; made when it is not there
	URL string // postgres://… or a PostgreSQL key=value text; "" means SQLite in Dir

	// Conns bounds the connections that read at once, and on PostgreSQL also those that write;
	// 0 means a number that suits the machine.
	Conns int
}

// Store is an open database.
type Store struct {
	engine Engine
	path   string // SQLite's file
	reads  Queryer
	read   *sql.DB
	write  *sql.DB
	group  *writer // SQLite only
}

// Open opens the database, and makes SQLite's file when it is not there yet.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.URL != "" {
		return openPostgres(ctx, c)
	}
	if c.Dir == "" {
		return nil, errors.New("open database: neither a folder nor a URL is given")
	}
	return openSQLite(ctx, c)
}

// Engine tells which engine is underneath. Only this package and job may care.
func (s *Store) Engine() Engine { return s.engine }

// Read asks without writing; an attempt to write through it is an error on both engines.
func (s *Store) Read() Queryer { return s.reads }

// Write carries out fn in one transaction and answers when it is durable. When fn returns an error or
// panics, nothing of it remains. Once fn has returned nil, the end of ctx no longer matters: a commit
// is never cancelled, because a cancelled one may or may not have happened.
//
// fn may run more than once (PostgreSQL, after a serialization failure or a deadlock) and must
// therefore have no other effect than through tx; what has to follow goes into tx.AfterCommit.
// fn must not call Write again: on SQLite it would wait for itself.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	if s.group != nil {
		return s.group.do(ctx, fn)
	}
	return s.writePostgres(ctx, fn)
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int64
	if err := s.reads.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Close waits for the writes that are under way, then closes the database.
func (s *Store) Close() error {
	var err error
	if s.group != nil {
		err = s.group.close()
	}
	return errors.Join(err, s.read.Close(), s.write.Close())
}
