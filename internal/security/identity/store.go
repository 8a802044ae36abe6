package identity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tongban/internal/platform/db"
)

type accountRow struct {
	Account
	password string // PHC
}

// seatRow is a session or token with its account; of neither when session.ID is empty.
type seatRow struct {
	account Account
	session Session
	scopes  []string // of a token; nil for a session
	ended   bool
}

func micros(t time.Time) int64   { return t.UnixMicro() }
func atMicros(n int64) time.Time { return time.UnixMicro(n) }
func listText(list []string) (string, error) {
	b, err := json.Marshal(list)
	return string(b), err
}

func textList(s string) (list []string, err error) {
	if s == "" {
		return nil, nil
	}
	return list, json.Unmarshal([]byte(s), &list)
}

const accountColumns = `a.id, a.kind, a.name, a.subject, a.body, a.roles, a.level, a.login, a.password, a.closed_at`

type accountScan struct {
	row    accountRow
	roles  string
	closed sql.NullInt64
}

func (s *accountScan) into() []any {
	a := &s.row.Account
	return []any{&a.ID, &a.Kind, &a.Name, &a.Subject, &a.Body, &s.roles, &a.Level, &a.Login, &s.row.password, &s.closed}
}

func (s *accountScan) account() (accountRow, error) {
	roles, err := textList(s.roles)
	if err != nil {
		return accountRow{}, err
	}
	s.row.Roles = roles
	if s.closed.Valid {
		s.row.ClosedAt = atMicros(s.closed.Int64)
	}
	return s.row, nil
}

func insertAccount(ctx context.Context, tx db.Queryer, a Account, phc string, now time.Time) error {
	roles, err := listText(a.Roles)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO identity_account (id, kind, name, subject, body, roles, level, login, password, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		a.ID, string(a.Kind), a.Name, a.Subject, a.Body, roles, int64(a.Level), a.Login, phc, micros(now))
	return err
}

// findAccount returns the account whose column (id, login or subject) has the value, or an empty row.
func findAccount(ctx context.Context, q db.Queryer, column, value string) (accountRow, error) {
	query := `SELECT ` + accountColumns + ` FROM identity_account a WHERE a.id = $1`
	switch column {
	case "login":
		query = `SELECT ` + accountColumns + ` FROM identity_account a WHERE a.login = $1`
	case "subject":
		query = `SELECT ` + accountColumns + ` FROM identity_account a WHERE a.subject = $1 AND a.kind = 'person' AND a.closed_at IS NULL ORDER BY a.id LIMIT 1`
	}
	var s accountScan
	err := q.QueryRowContext(ctx, query, value).Scan(s.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		return accountRow{}, nil
	}
	if err != nil {
		return accountRow{}, err
	}
	return s.account()
}

func officersOf(ctx context.Context, q db.Queryer, body string) ([]Account, error) {
	return db.List(ctx, q, func(row db.Row) (Account, error) {
		var s accountScan
		if err := row.Scan(s.into()...); err != nil {
			return Account{}, err
		}
		a, err := s.account()
		return a.Account, err
	}, `SELECT `+accountColumns+` FROM identity_account a
		WHERE a.kind = $1 AND a.body = $2 AND a.closed_at IS NULL ORDER BY a.id`, string(Officer), body)
}

func setPassword(ctx context.Context, tx db.Queryer, account, phc string) error {
	_, err := tx.ExecContext(ctx, `UPDATE identity_account SET password = $2 WHERE id = $1`, account, phc)
	return err
}

func closeAccount(ctx context.Context, tx db.Queryer, account string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE identity_account SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL`, account, micros(now))
	return err
}

func insertSession(ctx context.Context, tx db.Queryer, x Session, code string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO identity_session (id, code, account, subject, method, place, created_at, seen_at, until, change)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`,
		x.ID, code, x.Account, x.Subject, x.Method, x.Place, micros(x.CreatedAt), micros(x.SeenAt), micros(x.Until))
	return err
}

const sessionColumns = `s.id, s.account, s.subject, s.method, s.place, s.created_at, s.seen_at, s.until`

type sessionScan struct {
	x                    Session
	created, seen, until int64
}

func (s *sessionScan) into() []any {
	return []any{&s.x.ID, &s.x.Account, &s.x.Subject, &s.x.Method, &s.x.Place, &s.created, &s.seen, &s.until}
}

func (s *sessionScan) session() Session {
	s.x.CreatedAt, s.x.SeenAt, s.x.Until = atMicros(s.created), atMicros(s.seen), atMicros(s.until)
	return s.x
}

func findSession(ctx context.Context, q db.Queryer, code string) (seatRow, error) {
	var s sessionScan
	var a accountScan
	var ended sql.NullInt64
	err := q.QueryRowContext(ctx, `SELECT `+sessionColumns+`, s.ended_at, `+accountColumns+`
		FROM identity_session s JOIN identity_account a ON a.id = s.account WHERE s.code = $1`, code).
		Scan(append(append(s.into(), &ended), a.into()...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return seatRow{}, nil
	}
	if err != nil {
		return seatRow{}, err
	}
	row, err := a.account()
	return seatRow{account: row.Account, session: s.session(), ended: ended.Valid}, err
}

func sessionsOf(ctx context.Context, q db.Queryer, account string, now time.Time) ([]Session, error) {
	return db.List(ctx, q, func(row db.Row) (Session, error) {
		var s sessionScan
		err := row.Scan(s.into()...)
		return s.session(), err
	}, `SELECT `+sessionColumns+` FROM identity_session s
		WHERE s.account = $1 AND s.ended_at IS NULL AND s.until > $2 ORDER BY s.created_at DESC, s.id DESC`, account, micros(now))
}

// endSession ends a session of the account that is open, and returns its code; "" when there was none.
func endSession(ctx context.Context, tx db.Queryer, id, account string, now time.Time, change int64) (code string, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE identity_session SET ended_at = $3, change = $4
		WHERE id = $1 AND account = $2 AND ended_at IS NULL RETURNING code`, id, account, micros(now), change).Scan(&code)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return code, err
}

// endAll ends all sessions and tokens of an account but one, and returns their codes.
func endAll(ctx context.Context, tx db.Queryer, account, except string, now time.Time, change int64) ([]string, error) {
	sessions, err := db.List(ctx, tx, db.Column[string], `UPDATE identity_session SET ended_at = $3, change = $4
		WHERE account = $1 AND id <> $2 AND ended_at IS NULL RETURNING code`, account, except, micros(now), change)
	if err != nil {
		return nil, err
	}
	tokens, err := db.List(ctx, tx, db.Column[string], `UPDATE identity_token SET ended_at = $3, change = $4
		WHERE account = $1 AND id <> $2 AND ended_at IS NULL RETURNING code`, account, except, micros(now), change)
	return append(sessions, tokens...), err
}

func saw(ctx context.Context, tx db.Queryer, code string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE identity_session SET seen_at = $2 WHERE code = $1 AND seen_at < $2`, code, micros(now))
	return err
}

func nextChange(ctx context.Context, tx db.Queryer) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE identity_change SET n = n + 1 WHERE one = 1 RETURNING n`).Scan(&n)
	return n, err
}

func changes(ctx context.Context, q db.Queryer) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT n FROM identity_change WHERE one = 1`).Scan(&n)
	return n, err
}

func changedSince(ctx context.Context, q db.Queryer, n int64) ([]string, error) {
	return db.List(ctx, q, db.Column[string], `SELECT code FROM identity_session WHERE change > $1
		UNION ALL SELECT code FROM identity_token WHERE change > $1`, n)
}

func insertToken(ctx context.Context, tx db.Queryer, t Token, account, code string) error {
	scopes, err := listText(t.Scopes)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO identity_token (id, code, account, subject, scopes, created_at, until, change)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`, t.ID, code, account, t.Subject, scopes, micros(t.CreatedAt), micros(t.Until))
	return err
}

func findToken(ctx context.Context, q db.Queryer, code string) (seatRow, error) {
	var a accountScan
	var row seatRow
	var scopes string
	var created, until int64
	var ended sql.NullInt64
	err := q.QueryRowContext(ctx, `SELECT t.id, t.account, t.subject, t.scopes, t.created_at, t.until, t.ended_at, `+accountColumns+`
		FROM identity_token t JOIN identity_account a ON a.id = t.account WHERE t.code = $1`, code).
		Scan(append([]any{&row.session.ID, &row.session.Account, &row.session.Subject, &scopes, &created, &until, &ended}, a.into()...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return seatRow{}, nil
	}
	if err != nil {
		return seatRow{}, err
	}
	if row.scopes, err = textList(scopes); err != nil {
		return seatRow{}, err
	}
	account, err := a.account()
	row.account, row.ended = account.Account, ended.Valid
	row.session.CreatedAt, row.session.Until, row.session.Method = atMicros(created), atMicros(until), byPassword
	return row, err
}

func tokensOf(ctx context.Context, q db.Queryer, account string, now time.Time) ([]Token, error) {
	return db.List(ctx, q, func(row db.Row) (Token, error) {
		var t Token
		var scopes string
		var created, until int64
		if err := row.Scan(&t.ID, &t.Subject, &scopes, &created, &until); err != nil {
			return Token{}, err
		}
		t.CreatedAt, t.Until = atMicros(created), atMicros(until)
		var err error
		t.Scopes, err = textList(scopes)
		return t, err
	}, `SELECT id, subject, scopes, created_at, until FROM identity_token
		WHERE account = $1 AND ended_at IS NULL AND until > $2 ORDER BY created_at DESC, id DESC`, account, micros(now))
}

func endToken(ctx context.Context, tx db.Queryer, id, account string, now time.Time, change int64) (code string, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE identity_token SET ended_at = $3, change = $4
		WHERE id = $1 AND account = $2 AND ended_at IS NULL RETURNING code`, id, account, micros(now), change).Scan(&code)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return code, err
}

// freeAt is when a place may try again; long ago when it has not been wrong too often.
func freeAt(ctx context.Context, q db.Queryer, where string) (time.Time, error) {
	var free int64
	err := q.QueryRowContext(ctx, `SELECT free_at FROM identity_attempt WHERE code = $1`, where).Scan(&free)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return atMicros(free), err
}

// countPlace counts a wrong attempt of a place.
func countPlace(ctx context.Context, tx db.Queryer, where string, now time.Time) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO identity_attempt (code, n, since, free_at) VALUES ($1, 1, $2, 0)
		ON CONFLICT (code) DO UPDATE SET
			n = CASE WHEN identity_attempt.since <= $3 THEN 1 ELSE identity_attempt.n + 1 END,
			since = $2
		RETURNING n`, where, micros(now), micros(now.Add(-lockTime))).Scan(&n)
	return n, err
}

func keepAway(ctx context.Context, tx db.Queryer, where string, until time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE identity_attempt SET free_at = $2 WHERE code = $1`, where, micros(until))
	return err
}

// countLogin counts an attempt of a login. The count begins anew after a quiet time, and the lock lasts
// from the attempt that closed it: later ones do not lengthen it.
func countLogin(ctx context.Context, tx db.Queryer, who string, now time.Time) (n int64, since time.Time, err error) {
	var at int64
	err = tx.QueryRowContext(ctx, `INSERT INTO identity_attempt (code, n, since, free_at) VALUES ($1, 1, $2, 0)
		ON CONFLICT (code) DO UPDATE SET
			n = CASE WHEN identity_attempt.since <= $3 THEN 1 ELSE identity_attempt.n + 1 END,
			since = CASE WHEN identity_attempt.since <= $3 OR identity_attempt.n < $4 THEN $2 ELSE identity_attempt.since END
		RETURNING n, since`, who, micros(now), micros(now.Add(-lockTime)), int64(wrongs)).Scan(&n, &at)
	return n, atMicros(at), err
}

// takeBack takes back an attempt that was not made.
func takeBack(ctx context.Context, tx db.Queryer, who string) error {
	_, err := tx.ExecContext(ctx, `UPDATE identity_attempt SET n = n - 1 WHERE code = $1 AND n > 0`, who)
	return err
}

// forgive clears a login that was right, and eases the place it came from.
func forgive(ctx context.Context, tx db.Queryer, who, where string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM identity_attempt WHERE code = $1`, who); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE identity_attempt SET n = n - 1, free_at = 0 WHERE code = $1 AND n > 0`, where)
	return err
}

// clean deletes what expired before now, what somebody ended before then and attempts before theirs.
func clean(ctx context.Context, tx db.Queryer, now, then, attempts time.Time) (int64, error) {
	var total int64
	for _, one := range []struct {
		query string
		args  []any
	}{
		{`DELETE FROM identity_session WHERE until <= $1 OR ended_at <= $2`, []any{micros(now), micros(then)}},
		{`DELETE FROM identity_token WHERE until <= $1 OR ended_at <= $2`, []any{micros(now), micros(then)}},
		{`DELETE FROM identity_ceremony WHERE until <= $1`, []any{micros(now)}},
		{`DELETE FROM identity_attempt WHERE since <= $1 AND free_at <= $2`, []any{micros(attempts), micros(now)}},
	} {
		r, err := tx.ExecContext(ctx, one.query, one.args...)
		if err != nil {
			return 0, fmt.Errorf("clean: %w", err)
		}
		n, err := r.RowsAffected()
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}
