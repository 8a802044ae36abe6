package db

import (
	"context"
	"database/sql"
	"sync"
)

// preparer is a *sql.DB, whose prepared statements serve all its connections, or a *sql.Conn.
type preparer interface {
	Queryer
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// statements keeps statements prepared, by their text: parsing and planning costs SQLite 10 to 50 µs, as
// much as running a short statement. pgx keeps such a store itself.
//
// A text is prepared when it is seen for the second time, so that texts made up for one occasion (a
// multi-row insert of 37 rows) do not push out the ones in daily use.
type statements struct {
	on preparer

	mu   sync.RWMutex
	kept map[string]*sql.Stmt
	seen map[string]struct{}
}

const (
	maxKept = 1024
	maxSeen = 4096
)

func keepStatements(on preparer) *statements {
	return &statements{on: on, kept: map[string]*sql.Stmt{}, seen: map[string]struct{}{}}
}

// find returns the prepared statement for the text, or nil when it is to be run as text.
func (s *statements) find(ctx context.Context, query string) *sql.Stmt {
	s.mu.RLock()
	st := s.kept[query]
	s.mu.RUnlock()
	if st != nil {
		return st
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.kept[query]; st != nil {
		return st
	}
	if len(s.kept) >= maxKept {
		return nil
	}
	if _, again := s.seen[query]; !again {
		if len(s.seen) >= maxSeen {
			clear(s.seen)
		}
		s.seen[query] = struct{}{}
		return nil
	}
	prepared, err := s.on.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil // running the text will meet the same error and tell it
	}
	delete(s.seen, query)
	s.kept[query] = prepared
	return prepared
}

func (s *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if st := s.find(ctx, query); st != nil {
		return st.ExecContext(ctx, args...)
	}
	return s.on.ExecContext(ctx, query, args...)
}

func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st := s.find(ctx, query); st != nil {
		return st.QueryContext(ctx, args...)
	}
	return s.on.QueryContext(ctx, query, args...)
}

func (s *statements) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st := s.find(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return s.on.QueryRowContext(ctx, query, args...)
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for text, st := range s.kept {
		st.Close()
		delete(s.kept, text)
	}
}
