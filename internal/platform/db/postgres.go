package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// tries bounds how often a transaction is carried out anew; with eight, sixteen callers that all
	// want the same row get it.
	tries = 8

	// commitLimit is how long a commit may take before we stop waiting. What became of it is then
	// unknown, which is why commands carry an idempotency key.
	commitLimit = 30 * time.Second
)

func openPostgres(ctx context.Context, c Config) (*Store, error) {
	cfg, err := pgx.ParseConfig(c.URL)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err) // pgx hides the password
	}
	if _, ok := cfg.RuntimeParams["application_name"]; !ok {
		cfg.RuntimeParams["application_name"] = "tongban"
	}
	conns := c.Conns
	if conns == 0 {
		conns = max(8, 4*runtime.GOMAXPROCS(0))
	}
	s := &Store{engine: Postgres}
	s.write = stdlib.OpenDB(*cfg)
	// Set after connecting and not as a parameter, because a list of hosts with
	// target_session_attrs=read-write asks each of them whether it can write.
	s.read = stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SET default_transaction_read_only = on")
		return err
	}))
	for _, d := range []*sql.DB{s.read, s.write} {
		d.SetMaxOpenConns(conns)
		d.SetMaxIdleConns(conns)
		d.SetConnMaxIdleTime(5 * time.Minute)
	}
	s.reads = s.read
	if err := s.write.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), s.Close())
	}
	return s, nil
}

func (s *Store) writePostgres(ctx context.Context, fn func(*Tx) error) error {
	for try := 1; ; try++ {
		tx, err := s.tryPostgres(ctx, fn)
		if err == nil {
			tx.committed()
			return nil
		}
		if try == tries || !passing(err) {
			return err
		}
		// Those that clashed must not clash again in step.
		pause := time.Duration(1<<try)*time.Millisecond + rand.N(time.Duration(1<<try)*time.Millisecond)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

func (s *Store) tryPostgres(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// A free connection is waited for as long as the caller wishes; the transaction itself must not end
	// with the caller's context, which could strike in the middle of the commit.
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer conn.Close()
	steady, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stx, err := conn.BeginTx(steady, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer stx.Rollback() // after a commit it does nothing; it also serves when fn panics
	tx := &Tx{on: stx, engine: Postgres}
	if err := tx.end(fn(tx)); err != nil {
		return nil, err
	}
	late := time.AfterFunc(commitLimit, cancel)
	defer late.Stop()
	if err := stx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return tx, nil
}

// passing tells whether the same transaction may succeed when it is carried out anew.
func passing(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01") // serialization failure, deadlock
}

// IsUnique tells whether err is the violation of a primary key or of a unique index.
func IsUnique(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code == "23505"
	}
	return uniqueInSQLite(err)
}
