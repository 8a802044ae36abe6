package credential

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"tongban/internal/platform/db"
)

const columns = `
	id, type, holder, number, identifier, serial, revision, valid_from, valid_to, payload, public, signature,
	verify_code, case_id, matter, replaces, audit_id, prepared_at, published_at, status, status_version, status_at, status_reason`

func scan(row db.Row) (Certificate, error) {
	var c Certificate
	var payload, public, signature string
	var prepared, published, statusAt int64
	err := row.Scan(&c.ID, &c.Type, &c.Holder, &c.Number, &c.Identifier, &c.serial, &c.Revision, &c.From, &c.To, &payload, &public, &signature,
		&c.VerifyCode, &c.Case, &c.Matter, &c.Replaces, &c.AuditID, &prepared, &published, &c.Status, &c.StatusVersion, &statusAt, &c.Reason)
	if err != nil {
		return Certificate{}, err
	}
	c.PreparedAt, c.PublishedAt, c.StatusAt = when(prepared), when(published), when(statusAt)
	c.payload = []byte(payload)
	if signature != "" {
		err = json.Unmarshal([]byte(signature), &c.Signature)
	}
	return c, errors.Join(err, json.Unmarshal([]byte(public), &c.public), c.decompose())
}

func when(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micro).UTC()
}

func one(row *sql.Row) (Certificate, bool, error) {
	c, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Certificate{}, false, nil
	}
	return c, err == nil, err
}

func readOne(ctx context.Context, v db.Queryer, id string) (Certificate, bool, error) {
	return one(v.QueryRowContext(ctx, `SELECT `+columns+` FROM credential_certificate WHERE id = $1`, id))
}

func readMatter(ctx context.Context, v db.Queryer, matter string) (Certificate, bool, error) {
	return one(v.QueryRowContext(ctx, `SELECT `+columns+` FROM credential_certificate WHERE matter = $1 AND matter <> ''`, matter))
}

func readCode(ctx context.Context, v db.Queryer, code string) (Certificate, bool, error) {
	return one(v.QueryRowContext(ctx, `SELECT `+columns+` FROM credential_certificate WHERE verify_code = $1`, code))
}

func readHolder(ctx context.Context, v db.Queryer, holder, before string, limit int) ([]Certificate, error) {
	if before == "" {
		before = "~" // after every id
	}
	return db.List(ctx, v, scan, `SELECT `+columns+`
		FROM credential_certificate
		WHERE holder = $1 AND id < $2 AND published_at > 0
		ORDER BY id DESC
		LIMIT $3`, holder, before, limit)
}

func readHeld(ctx context.Context, v db.Queryer, holder, typ, day string) (Certificate, bool, error) {
	return one(v.QueryRowContext(ctx, `SELECT `+columns+`
		FROM credential_certificate
		WHERE holder = $1 AND type = $2 AND status = '01' AND valid_from <= $3 AND (valid_to = '' OR valid_to >= $3)
		ORDER BY id DESC
		LIMIT 1`, holder, typ, day))
}

func readDue(ctx context.Context, v db.Queryer, today string, limit int) ([]Certificate, error) {
	return db.List(ctx, v, scan, `SELECT `+columns+`
		FROM credential_certificate
		WHERE status = '01' AND valid_to <> '' AND valid_to < $1
		ORDER BY valid_to, id
		LIMIT $2`, today, limit)
}

func readHistory(ctx context.Context, v db.Queryer, id string) ([]StatusRecord, error) {
	return db.List(ctx, v, func(row db.Row) (StatusRecord, error) {
		var r StatusRecord
		var at int64
		err := row.Scan(&r.Version, &r.Status, &at, &r.Reason, &r.Case, &r.Matter)
		r.At = when(at)
		return r, err
	}, `
		SELECT version, status, at, reason, case_id, matter
		FROM credential_status
		WHERE certificate = $1
		ORDER BY version`, id)
}

// insert adds a prepared certificate and tells whether matter, number and identifier were free.
func insert(ctx context.Context, tx db.Queryer, c Certificate) (bool, error) {
	public, err := json.Marshal(c.public)
	if err != nil {
		return false, err
	}
	return changed(tx.ExecContext(ctx, `
		INSERT INTO credential_certificate (
			id, type, holder, number, identifier, serial, revision, valid_from, valid_to, payload, public, signature,
			verify_code, case_id, matter, replaces, audit_id, prepared_at, published_at, status, status_version, status_at, status_reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', $12, $13, $14, $15, '', $16, 0, '', 0, 0, '')
		ON CONFLICT DO NOTHING`,
		c.ID, c.Type, c.Holder, c.Number, c.Identifier, c.serial, c.Revision, c.From, c.To, string(c.payload), string(public),
		c.VerifyCode, c.Case, c.Matter, c.Replaces, c.PreparedAt.UnixMicro()))
}

func publish(ctx context.Context, tx db.Queryer, c Certificate) (bool, error) {
	signature, err := json.Marshal(c.Signature)
	if err != nil {
		return false, err
	}
	at := c.PublishedAt.UnixMicro()
	done, err := changed(tx.ExecContext(ctx, `
		UPDATE credential_certificate
		SET signature = $2, audit_id = $3, published_at = $4, status = '01', status_version = 1, status_at = $4
		WHERE id = $1 AND published_at = 0`, c.ID, string(signature), c.AuditID, at))
	if err != nil || !done {
		return false, err
	}
	return true, addStatus(ctx, tx, c.ID, 1, InForce, at, Change{Case: c.Case, Matter: c.Matter})
}

// setStatus adds a version of the status and tells whether nobody was quicker.
func setStatus(ctx context.Context, tx db.Queryer, c Certificate, to Status, at time.Time, why Change) (bool, error) {
	done, err := changed(tx.ExecContext(ctx, `
		UPDATE credential_certificate
		SET status = $3, status_version = $4, status_at = $5, status_reason = $6
		WHERE id = $1 AND status_version = $2`, c.ID, c.StatusVersion, string(to), c.StatusVersion+1, at.UnixMicro(), why.Reason))
	if err != nil || !done {
		return false, err
	}
	return true, addStatus(ctx, tx, c.ID, c.StatusVersion+1, to, at.UnixMicro(), why)
}

func addStatus(ctx context.Context, tx db.Queryer, id string, version int, status Status, at int64, why Change) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO credential_status (certificate, version, status, at, reason, case_id, matter)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, id, version, string(status), at, why.Reason, why.Case, why.Matter)
	return err
}

// count returns the next serial number of a type in a year. The row stays locked until the transaction
// ends, so that no number is given twice and none is left out.
func count(ctx context.Context, tx db.Queryer, typ, year string) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO credential_counter (type, year, last) VALUES ($1, $2, 1)
		ON CONFLICT (type, year) DO UPDATE SET last = credential_counter.last + 1
		RETURNING last`, typ, year).Scan(&n)
	return n, err
}

// slot returns the certificate that has the holder's one place for a type; it is given to id when it is
// free. Writing the row, even with what it holds, locks it.
func slot(ctx context.Context, tx db.Queryer, typ, holder, id string) (had string, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO credential_slot (type, holder, certificate) VALUES ($1, $2, $3)
		ON CONFLICT (type, holder) DO UPDATE SET certificate = credential_slot.certificate
		RETURNING certificate`, typ, holder, id).Scan(&had)
	return had, err
}

func setSlot(ctx context.Context, tx db.Queryer, typ, holder, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE credential_slot SET certificate = $3 WHERE type = $1 AND holder = $2`, typ, holder, id)
	return err
}

func changed(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}
