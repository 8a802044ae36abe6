package identity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"tongban/internal/platform/db"
)

func insertPasskey(ctx context.Context, tx db.Queryer, id, account, name string, c *webauthn.Credential, now time.Time) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO identity_passkey (id, account, name, credential, created_at) VALUES ($1, $2, $3, $4, $5)`,
		id, account, name, string(text), micros(now))
	return err
}

// usePasskey keeps the signature counter and the flags that the authenticator reported.
func usePasskey(ctx context.Context, tx db.Queryer, id string, c *webauthn.Credential, now time.Time) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE identity_passkey SET credential = $2, used_at = $3 WHERE id = $1`, id, string(text), micros(now))
	return err
}

func deletePasskey(ctx context.Context, tx db.Queryer, id, account string) (bool, error) {
	r, err := tx.ExecContext(ctx, `DELETE FROM identity_passkey WHERE id = $1 AND account = $2`, id, account)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

func passkeyRows(ctx context.Context, q db.Queryer, account string, each func(k Passkey, credential string) error) error {
	rows, err := q.QueryContext(ctx, `SELECT id, name, credential, created_at, used_at FROM identity_passkey
		WHERE account = $1 ORDER BY created_at, id`, account)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k Passkey
		var credential string
		var created int64
		var used sql.NullInt64
		if err := rows.Scan(&k.ID, &k.Name, &credential, &created, &used); err != nil {
			return err
		}
		k.CreatedAt = atMicros(created)
		if used.Valid {
			k.UsedAt = atMicros(used.Int64)
		}
		if err := each(k, credential); err != nil {
			return err
		}
	}
	return rows.Err()
}

func passkeysOf(ctx context.Context, q db.Queryer, account string) (all []Passkey, err error) {
	err = passkeyRows(ctx, q, account, func(k Passkey, _ string) error {
		all = append(all, k)
		return nil
	})
	return all, err
}

func credentialsOf(ctx context.Context, q db.Queryer, account string) (all []webauthn.Credential, err error) {
	err = passkeyRows(ctx, q, account, func(_ Passkey, text string) error {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return err
		}
		all = append(all, c)
		return nil
	})
	return all, err
}

func insertCeremony(ctx context.Context, tx db.Queryer, code, kind, account, data string, until time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO identity_ceremony (code, kind, account, data, until) VALUES ($1, $2, $3, $4, $5)`,
		code, kind, account, data, micros(until))
	return err
}

// takeCeremony takes a ceremony out; "" when there is none of that kind for the account, or its time is up.
func takeCeremony(ctx context.Context, tx db.Queryer, code, kind, account string, now time.Time) (data string, err error) {
	err = tx.QueryRowContext(ctx, `DELETE FROM identity_ceremony WHERE code = $1 AND kind = $2 AND account = $3 AND until > $4 RETURNING data`,
		code, kind, account, micros(now)).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return data, err
}
