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
	"tongban/internal/platform/ref"
)

// Schema makes the table that this package owns.
//
//go:embed schema/*.sql
var Schema embed.FS

// kept is an answer that was kept, or the mark of one that is being made.
type kept struct {
	fingerprint string
	made        string
	started     time.Time
	done        bool
	status      int
	headers     http.Header
	body        []byte
}

// reserve marks a request as being carried out. When its key is taken, it returns what stands there and
// false. Whatever is older than before is forgotten on the way, and a mark that was left behind by a
// killed server, or by a request that failed, gives way when it is older than stale. The same request that
// is tried again makes what it makes under the same id, so that it makes nothing twice.
func reserve(ctx context.Context, s *db.Store, account, key, fingerprint string, now, before, stale time.Time) (kept, bool, error) {
	var k kept
	mine := false
	made := ref.NewID("")
	err := s.Write(ctx, func(tx *db.Tx) error {
		k, mine = kept{}, false
		_, err := tx.ExecContext(ctx, `DELETE FROM api_idempotency WHERE started_at < $1`, before.UnixMicro())
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO api_idempotency (account, idem_key, fingerprint, made, started_at, status, headers, body)
			VALUES ($1, $2, $3, $4, $5, 0, '{}', $6) ON CONFLICT (account, idem_key) DO NOTHING`, account, key, fingerprint, made, now.UnixMicro(), []byte{})
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			res, err = tx.ExecContext(ctx, `UPDATE api_idempotency SET made = CASE WHEN fingerprint = $1 THEN made ELSE $2 END, fingerprint = $1, started_at = $3
				WHERE account = $4 AND idem_key = $5 AND done_at IS NULL AND started_at < $6`, fingerprint, made, now.UnixMicro(), account, key, stale.UnixMicro())
			if err != nil {
				return err
			}
			if n, err = res.RowsAffected(); err != nil {
				return err
			}
		}
		mine = n == 1
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
	err := q.QueryRowContext(ctx, `SELECT fingerprint, made, started_at, done_at, status, headers, body FROM api_idempotency WHERE account = $1 AND idem_key = $2`, account, key).
		Scan(&k.fingerprint, &k.made, &started, &done, &k.status, &headers, &k.body)
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

// release lets a request that was not carried out, or of which that is not known, be sent again under its
// key at once.
func release(ctx context.Context, s *db.Store, account, key string, stale time.Time) error {
	err := s.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE api_idempotency SET started_at = $1 WHERE account = $2 AND idem_key = $3 AND done_at IS NULL`, stale.UnixMicro()-1, account, key)
		return err
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("release idempotency key: %w", err)
	}
	return nil
}
