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

const passkeyQuery = `SELECT id, name, credential, created_at, used_at FROM identity_passkey
	WHERE account = $1 ORDER BY created_at, id`

func scanPasskey(row db.Row) (k Passkey, credential string, err error) {
	var created int64
	var used sql.NullInt64
	err = row.Scan(&k.ID, &k.Name, &credential, &created, &used)
	k.CreatedAt = atMicros(created)
	if used.Valid {
		k.UsedAt = atMicros(used.Int64)
	}
	return k, credential, err
}

func passkeysOf(ctx context.Context, q db.Queryer, account string) ([]Passkey, error) {
	return db.List(ctx, q, func(row db.Row) (Passkey, error) {
		k, _, err := scanPasskey(row)
		return k, err
	}, passkeyQuery, account)
}

func credentialsOf(ctx context.Context, q db.Queryer, account string) ([]webauthn.Credential, error) {
	return db.List(ctx, q, func(row db.Row) (c webauthn.Credential, err error) {
		_, text, err := scanPasskey(row)
		if err != nil {
			return c, err
		}
		err = json.Unmarshal([]byte(text), &c)
		return c, err
	}, passkeyQuery, account)
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
