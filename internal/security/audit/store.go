package audit

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/db"
)

const entryColumns = `audit_entry.id, at, actor_kind, actor_id, actor_body, action, outcome, kind, object, audit_entry.subject,
	case_id, matter_id, key_id, detail, commitment, audit_entry.mac, leaf`

func (r *record) into() []any {
	return []any{
		&r.id, &r.at, &r.actorKind, &r.actorID, &r.actorBody, &r.action, &r.outcome, &r.kind, &r.object, &r.subject,
		&r.caseID, &r.matterID, &r.keyID, &r.detail, &r.commitment, &r.mac, &r.leaf,
	}
}

const (
	entriesAStatement = 16 // bounds the parameters of one insert
	entryParameters   = 16
)

// insertText inserts n entries, or none of them when one of the k keys is not there or erased: what
// insertEntries was given may be out of date. The first of the united SELECTs returns nothing and says of
// which types the parameters are.
func insertText(n, k int) string {
	var t strings.Builder
	t.WriteString(`INSERT INTO audit_entry (id, at, actor_kind, actor_id, actor_body, action, outcome, kind, object, subject,
		case_id, matter_id, key_id, detail, commitment, mac)
		SELECT * FROM (
		SELECT id, erased_at, id, id, id, id, id, id, id, id, id, id, id, secret, secret, secret
		FROM audit_key
		WHERE 1 = 0`)
	for i := range n {
		t.WriteString(" UNION ALL SELECT ")
		for j := range entryParameters {
			if j > 0 {
				t.WriteString(", ")
			}
			t.WriteByte('$')
			t.WriteString(strconv.Itoa(i*entryParameters + j + 1))
		}
	}
	t.WriteString(") AS v WHERE (SELECT COUNT(*) FROM audit_key WHERE erased_at IS NULL AND (")
	for i := range k {
		if i > 0 {
			t.WriteString(" OR ")
		}
		fmt.Fprintf(&t, "(subject = $%d AND id = $%d)", n*entryParameters+2*i+1, n*entryParameters+2*i+2)
	}
	fmt.Fprintf(&t, ")) = %d", k)
	return t.String()
}

var insertOne = insertText(1, 1) // of nearly every act

// insertEntries inserts the entries, and reports false when nothing was inserted because a key has gone.
func insertEntries(ctx context.Context, tx db.Queryer, entries []record) (bool, error) {
	for first := true; len(entries) > 0; first = false {
		n := min(len(entries), entriesAStatement)
		args := make([]any, 0, n*entryParameters+2)
		seen := map[string]bool{}
		var live []any
		for i := range entries[:n] {
			r := &entries[i]
			args = append(args, r.id, r.at, r.actorKind, r.actorID, r.actorBody, r.action, r.outcome, r.kind, r.object, r.subject,
				r.caseID, r.matterID, r.keyID, r.detail, r.commitment, r.mac)
			if !seen[r.keyID] {
				seen[r.keyID] = true
				live = append(live, r.subject, r.keyID)
			}
		}
		text := insertOne
		if n > 1 {
			text = insertText(n, len(seen))
		}
		res, err := tx.ExecContext(ctx, text, append(args, live...)...)
		if err != nil {
			return false, fmt.Errorf("insert entries: %w", err)
		}
		switch done, err := res.RowsAffected(); {
		case err != nil:
			return false, fmt.Errorf("insert entries: %w", err)
		case done == 0 && first:
			return false, nil
		case done != int64(n): // a key went between two statements of one transaction
			return false, errors.New("insert entries: a key was destroyed in the middle of it")
		}
		entries = entries[n:]
	}
	return true, nil
}

// newestKey returns the subject's newest key that is not erased; without an id when there is none.
func newestKey(ctx context.Context, q db.Queryer, subject string) (keyRecord, error) {
	k := keyRecord{subject: subject}
	err := q.QueryRowContext(ctx, `
		SELECT id, secret, mac
		FROM audit_key
		WHERE subject = $1 AND erased_at IS NULL
		ORDER BY id DESC
		LIMIT 1`, subject).Scan(&k.id, &k.secret, &k.mac)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return keyRecord{}, fmt.Errorf("read key: %w", err)
	}
	return k, nil
}

func insertKey(ctx context.Context, tx db.Queryer, k keyRecord) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO audit_key (subject, id, secret, mac)
		VALUES ($1, $2, $3, $4)`, k.subject, k.id, k.secret, k.mac)
	if err != nil {
		return fmt.Errorf("insert key: %w", err)
	}
	return nil
}

// eraseKey overwrites a key and then marks it. The secret is overwritten by a statement of its own with as
// many bytes as it had, which SQLite does in place; a row of another size would be written elsewhere in the
// page and leave the old bytes behind.
func eraseKey(ctx context.Context, tx db.Queryer, k keyRecord) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE audit_key
		SET secret = $1
		WHERE subject = $2 AND id = $3`, k.secret, k.subject, k.id)
	if err != nil {
		return fmt.Errorf("erase key: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE audit_key
		SET erased_at = $1, mac = $2
		WHERE subject = $3 AND id = $4`, k.erasedAt, k.mac, k.subject, k.id)
	if err != nil {
		return fmt.Errorf("erase key: %w", err)
	}
	return nil
}

// liveKeys returns the subject's keys that are not erased.
func liveKeys(ctx context.Context, q db.Queryer, subject string) ([]keyRecord, error) {
	return listKeys(ctx, q, `
		SELECT subject, id, secret, erased_at, mac
		FROM audit_key
		WHERE subject = $1 AND erased_at IS NULL
		ORDER BY id`, subject)
}

// keysAfter returns up to n keys, in order.
func keysAfter(ctx context.Context, q db.Queryer, subject, id string, n int) ([]keyRecord, error) {
	return listKeys(ctx, q, `
		SELECT subject, id, secret, erased_at, mac
		FROM audit_key
		WHERE subject >= $1 AND (subject > $1 OR id > $2)
		ORDER BY subject, id
		LIMIT $3`, subject, id, n)
}

func listKeys(ctx context.Context, q db.Queryer, query string, args ...any) ([]keyRecord, error) {
	keys, err := db.List(ctx, q, func(row db.Row) (keyRecord, error) {
		var k keyRecord
		err := row.Scan(&k.subject, &k.id, &k.secret, &k.erasedAt, &k.mac)
		return k, err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return keys, nil
}

func scanEntries(rows *sql.Rows, err error) ([]record, error) {
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	defer rows.Close()
	var out []record
	for rows.Next() {
		out = append(out, record{})
		if err := rows.Scan(out[len(out)-1].into()...); err != nil {
			return nil, fmt.Errorf("read entries: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return out, nil
}

func anyWaiting(ctx context.Context, q db.Queryer) (bool, error) {
	var one int64
	err := q.QueryRowContext(ctx, `
		SELECT 1
		FROM audit_entry
		WHERE leaf IS NULL
		LIMIT 1`).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for entries: %w", err)
	}
	return true, nil
}

func countWaiting(ctx context.Context, q db.Queryer) (n int64, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT COUNT(*)
		FROM audit_entry
		WHERE leaf IS NULL`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count entries: %w", err)
	}
	return n, nil
}

// giveLeaves gives leaves, from the number first on, to up to n entries that have none, whose ids lie
// behind after and not behind upto, in the order of ids and but for those to skip; and returns them in the
// order of their leaves. It is one statement, so that what commits meanwhile is in it as a whole or not.
func giveLeaves(ctx context.Context, tx db.Queryer, first int64, s span, n int) ([]record, error) {
	args := []any{first, s.after, s.upto, n}
	skip := ""
	for i, id := range s.skip {
		if i == 0 {
			skip = " AND id NOT IN ("
		} else {
			skip += ", "
		}
		args = append(args, id)
		skip += "$" + strconv.Itoa(len(args))
	}
	if skip != "" {
		skip += ")"
	}
	out, err := scanEntries(tx.QueryContext(ctx, `
		UPDATE audit_entry
		SET leaf = $1 + w.place
		FROM (
			SELECT id AS waiting, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place
			FROM audit_entry
			WHERE leaf IS NULL AND id > $2 AND id <= $3`+skip+`
			ORDER BY id
			LIMIT $4
		) AS w
		WHERE id = w.waiting
		RETURNING `+entryColumns, args...))
	slices.SortFunc(out, func(a, b record) int { return cmp.Compare(*a.leaf, *b.leaf) })
	return out, err
}

// keyed is an entry with its key.
type keyed struct {
	record
	hasKey   bool
	secret   []byte
	erasedAt *int64
}

const (
	keyedColumns = entryColumns + `, k.id, k.secret, k.erased_at`
	keyedTables  = `audit_entry LEFT JOIN audit_key k ON k.subject = audit_entry.subject AND k.id = key_id`
)

// about returns up to n entries about the subject, before the id, newest first.
func about(ctx context.Context, q db.Queryer, subject, before string, n int) ([]keyed, error) {
	return scanKeyed(q.QueryContext(ctx, `
		SELECT `+keyedColumns+`
		FROM `+keyedTables+`
		WHERE audit_entry.subject = $1 AND audit_entry.subject <> '' AND audit_entry.id < $2
		ORDER BY audit_entry.id DESC
		LIMIT $3`, subject, before, n))
}

// ofCase returns up to n entries of the case, before the id, newest first.
func ofCase(ctx context.Context, q db.Queryer, caseID, before string, n int) ([]keyed, error) {
	return scanKeyed(q.QueryContext(ctx, `
		SELECT `+keyedColumns+`
		FROM `+keyedTables+`
		WHERE case_id = $1 AND case_id <> '' AND audit_entry.id < $2
		ORDER BY audit_entry.id DESC
		LIMIT $3`, caseID, before, n))
}

func find(ctx context.Context, q db.Queryer, id string) ([]keyed, error) {
	return scanKeyed(q.QueryContext(ctx, `
		SELECT `+keyedColumns+`
		FROM `+keyedTables+`
		WHERE audit_entry.id = $1`, id))
}

// sealedFrom returns up to n entries with the leaf given or a later one, in order.
func sealedFrom(ctx context.Context, q db.Queryer, leaf int64, n int) ([]keyed, error) {
	return scanKeyed(q.QueryContext(ctx, `
		SELECT `+keyedColumns+`
		FROM `+keyedTables+`
		WHERE leaf >= $1
		ORDER BY leaf
		LIMIT $2`, leaf, n))
}

// waitingWithKeys is waiting, with the keys.
func waitingWithKeys(ctx context.Context, q db.Queryer, after string, n int) ([]keyed, error) {
	return scanKeyed(q.QueryContext(ctx, `
		SELECT `+keyedColumns+`
		FROM `+keyedTables+`
		WHERE leaf IS NULL AND audit_entry.id > $1
		ORDER BY audit_entry.id
		LIMIT $2`, after, n))
}

func scanKeyed(rows *sql.Rows, err error) ([]keyed, error) {
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	defer rows.Close()
	var out []keyed
	for rows.Next() {
		out = append(out, keyed{})
		e := &out[len(out)-1]
		var key *string
		if err := rows.Scan(append(e.into(), &key, &e.secret, &e.erasedAt)...); err != nil {
			return nil, fmt.Errorf("read entries: %w", err)
		}
		e.hasKey = key != nil
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return out, nil
}
