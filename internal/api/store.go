package api

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"tongban/internal/platform/db"
)

// Schema makes the table that this package owns.
//
//go:embed schema/*.sql
var Schema embed.FS

// kept is an answer that was kept, or the mark of one that is being made.
type kept struct {
	fingerprint string
	started     time.Time
	done        bool
	status      int
	headers     http.Header
	body        []byte
}

// reserve marks a request as being carried out. When its key is taken, it returns what stands there and
// false. Whatever is older than before is forgotten on the way, and a mark that was left behind by a
// killed server gives way when it is older than stale.
func reserve(ctx context.Context, s *db.Store, account, key, fingerprint string, now, before, stale time.Time) (kept, bool, error) {
	var k kept
	mine := false
	err := s.Write(ctx, func(tx *db.Tx) error {
		k, mine = kept{}, false
		_, err := tx.ExecContext(ctx, `DELETE FROM api_idempotency WHERE started_at < $1 OR (account = $2 AND idem_key = $3 AND done_at IS NULL AND started_at < $4)`,
			before.UnixMicro(), account, key, stale.UnixMicro())
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO api_idempotency (account, idem_key, fingerprint, started_at, status, headers, body)
			VALUES ($1, $2, $3, $4, 0, '{}', $5) ON CONFLICT (account, idem_key) DO NOTHING`, account, key, fingerprint, now.UnixMicro(), []byte{})
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil || n == 1 {
			mine = n == 1
			return err
		}
		k, err = find(ctx, tx, account, key)
		return err
	})
	if err != nil {
		return kept{}, false, fmt.Errorf("reserve idempotency key: %w", err)
	}
	return k, mine, nil
}

func find(ctx context.Context, q db.Queryer, account, key string) (kept, error) {
	var k kept
	var started int64
	var done sql.NullInt64
	var headers string
	err := q.QueryRowContext(ctx, `SELECT fingerprint, started_at, done_at, status, headers, body FROM api_idempotency WHERE account = $1 AND idem_key = $2`, account, key).
		Scan(&k.fingerprint, &started, &done, &k.status, &headers, &k.body)
	if err != nil {
		return k, err
	}
	k.started, k.done = time.UnixMicro(started), done.Valid
	return k, json.Unmarshal([]byte(headers), &k.headers)
}

// keep keeps the answer of the request that was reserved.
func keep(ctx context.Context, s *db.Store, account, key string, k kept, now time.Time) error {
	headers, err := json.Marshal(k.headers)
	if err != nil {
		return err
	}
	err = s.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE api_idempotency SET done_at = $1, status = $2, headers = $3, body = $4 WHERE account = $5 AND idem_key = $6`,
			now.UnixMicro(), k.status, string(headers), append([]byte{}, k.body...), account, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	return nil
}

// release lets a request that was not carried out be sent again under its key.
func release(ctx context.Context, s *db.Store, account, key string) error {
	err := s.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM api_idempotency WHERE account = $1 AND idem_key = $2 AND done_at IS NULL`, account, key)
		return err
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("release idempotency key: %w", err)
	}
	return nil
}
