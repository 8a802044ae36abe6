package catalogue

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

// Schema makes the tables that this package owns.
//
//go:embed schema/*.sql
var Schema embed.FS

// Editions keeps every edition of every service under which a case was ever opened, in its fixed form. An
// edition is immutable and named by its content hash, so that the law may change and the case does not.
type Editions struct {
	store *db.Store
	read  func(text []byte) (*Service, error)
	mu    sync.RWMutex
	known map[string]*Service
}

// NewEditions opens the editions in a store; read makes a service from the fixed form of an edition.
func NewEditions(store *db.Store, read func(text []byte) (*Service, error)) *Editions {
	return &Editions{store: store, read: read, known: map[string]*Service{}}
}

// Keep stores an edition; one that is there already stays as it is, and its text is not asked for.
func (e *Editions) Keep(ctx context.Context, edition string, text func() []byte, s *Service, at time.Time) error {
	var n int
	if err := e.store.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM catalogue_edition WHERE edition = $1`, edition).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		err := e.store.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO catalogue_edition (edition, service, content, kept_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (edition) DO NOTHING`, edition, s.ID, string(text()), at.UnixMicro())
			return err
		})
		if err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.known[edition] = s
	return nil
}

// Find returns the service as it stood in an edition; a NotFound fault when there is no such edition.
func (e *Editions) Find(ctx context.Context, edition string) (*Service, error) {
	e.mu.RLock()
	s := e.known[edition]
	e.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	var text string
	err := e.store.Read().QueryRowContext(ctx, `SELECT content FROM catalogue_edition WHERE edition = $1`, edition).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "error.edition.not-found")
	}
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256([]byte(text)); hex.EncodeToString(sum[:]) != edition {
		return nil, fmt.Errorf("edition %s: what is kept is not what was published", edition)
	}
	if s, err = e.read([]byte(text)); err != nil {
		return nil, fmt.Errorf("edition %s: %w", edition, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.known[edition] = s
	return s, nil
}
