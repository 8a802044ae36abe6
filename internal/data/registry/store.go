package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"

	"tongban/internal/platform/db"
)

// newest, as a time, is after every recording.
const newest = math.MaxInt64

// readOne returns the newest version recorded until a time; Version 0 when there is none.
func readOne(ctx context.Context, v db.Queryer, register, subject string, until int64) (r Record, isDown bool, err error) {
	var downAt sql.NullInt64
	row := v.QueryRowContext(ctx, `
		SELECT version, vals, source, recorded_at, case_id, matter,
		       (SELECT down_at FROM registry_down WHERE register = $1)
		FROM registry_record
		WHERE register = $1 AND subject = $2 AND recorded_at <= $3
		ORDER BY version DESC
		LIMIT 1`, register, subject, until)
	r, err = scan(func(to ...any) error { return row.Scan(append(to, &downAt)...) })
	if errors.Is(err, sql.ErrNoRows) {
		err = v.QueryRowContext(ctx, `SELECT down_at FROM registry_down WHERE register = $1`, register).Scan(&downAt)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return Record{}, downAt.Valid, err
	}
	r.Register, r.Subject = register, subject
	return r, downAt.Valid, err
}

func readAll(ctx context.Context, v db.Queryer, register, subject string) ([]Record, error) {
	return db.List(ctx, v, func(row db.Row) (Record, error) {
		r, err := scan(row.Scan)
		r.Register, r.Subject = register, subject
		return r, err
	}, `
		SELECT version, vals, source, recorded_at, case_id, matter
		FROM registry_record
		WHERE register = $1 AND subject = $2
		ORDER BY version DESC`, register, subject)
}

// readNewest returns the newest version of each subject behind one, as many as a page of versions holds, and
// whether there are more.
func readNewest(ctx context.Context, v db.Queryer, register, after string, page int) ([]Record, bool, error) {
	return readPage(ctx, v, "subject > $2", register, after, page)
}

// readFrom is readNewest beginning with a subject.
func readFrom(ctx context.Context, v db.Queryer, register, from string, page int) ([]Record, bool, error) {
	return readPage(ctx, v, "subject >= $2", register, from, page)
}

// readPage reads versions in the order of their key and keeps the last of each subject: asking the database for
// the newest of each costs as much again as reading.
func readPage(ctx context.Context, v db.Queryer, where, register, subject string, page int) ([]Record, bool, error) {
	rows, err := v.QueryContext(ctx, `
		SELECT subject, version, vals, source, recorded_at, case_id, matter
		FROM registry_record
		WHERE register = $1 AND `+where+`
		ORDER BY subject, version
		LIMIT $3`, register, subject, page)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	all := make([]Record, 0, page)
	var vals, next string
	read := 0
	for ; rows.Next(); read++ {
		r := Record{Register: register}
		var at int64
		if err := rows.Scan(&r.Subject, &r.Version, &next, &r.Source, &at, &r.Case, &r.Matter); err != nil {
			return nil, false, err
		}
		r.RecordedAt = time.UnixMicro(at).UTC()
		if last := len(all) - 1; last >= 0 && all[last].Subject == r.Subject {
			all[last] = r
		} else {
			if last >= 0 {
				if all[last].Values, err = decode(vals); err != nil {
					return nil, false, err
				}
			}
			all = append(all, r)
		}
		vals = next
	}
	if err := rows.Err(); err != nil || read == 0 {
		return nil, false, err
	}
	last, more := len(all)-1, read == page
	switch {
	case !more:
		all[last].Values, err = decode(vals)
	case last > 0: // the page may have ended before her newest version
		all = all[:last]
	default:
		if err = rows.Close(); err == nil {
			all[0], _, err = readOne(ctx, v, register, all[0].Subject, newest)
		}
	}
	return all, more, err
}

func scan(from func(...any) error) (Record, error) {
	var r Record
	var vals string
	var at int64
	if err := from(&r.Version, &vals, &r.Source, &at, &r.Case, &r.Matter); err != nil {
		return Record{}, err
	}
	r.RecordedAt = time.UnixMicro(at).UTC()
	var err error
	r.Values, err = decode(vals)
	return r, err
}

// decode reads the values of a record. Nearly all are plain texts without an escape, which need no decoder: going
// through a register reads millions.
func decode(text string) (values map[string]string, err error) {
	if values, ok := plain(text); ok {
		return values, nil
	}
	return values, json.Unmarshal([]byte(text), &values)
}

// plain reads an object of texts without escapes, as the encoder writes it; it gives up at anything else.
func plain(s string) (map[string]string, bool) {
	if !strings.HasPrefix(s, "{") {
		return nil, false
	}
	values := make(map[string]string, strings.Count(s, `":"`))
	for s = s[1:]; ; s = s[1:] {
		key, rest, ok := quoted(s)
		if !ok || !strings.HasPrefix(rest, ":") {
			return nil, false
		}
		if values[key], s, ok = quoted(rest[1:]); !ok || s == "" {
			return nil, false
		}
		if s == "}" {
			return values, true
		}
		if s[0] != ',' {
			return nil, false
		}
	}
}

func quoted(s string) (text, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", false
	}
	text, rest, ok = strings.Cut(s[1:], `"`)
	return text, rest, ok && strings.IndexByte(text, '\\') < 0
}

func recorded(ctx context.Context, v db.Queryer, register, subject, origin string) (bool, error) {
	var version int64
	err := v.QueryRowContext(ctx, `
		SELECT version FROM registry_record
		WHERE register = $1 AND subject = $2 AND origin = $3 AND origin <> ''`, register, subject, origin).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// insert adds a version and tells whether it was free to add.
func insert(ctx context.Context, tx db.Queryer, r Record, origin string) (bool, error) {
	vals, err := json.Marshal(r.Values)
	if err != nil {
		return false, err
	}
	res, err := tx.ExecContext(ctx, `
		INSERT INTO registry_record (register, subject, version, vals, source, recorded_at, case_id, matter, origin)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT DO NOTHING`,
		r.Register, r.Subject, r.Version, string(vals), r.Source, r.RecordedAt.UnixMicro(), r.Case, r.Matter, origin)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func reindex(ctx context.Context, tx db.Queryer, register, field, subject, was, is string) error {
	if was != "" {
		_, err := tx.ExecContext(ctx, `
			DELETE FROM registry_index
			WHERE register = $1 AND field = $2 AND value = $3 AND subject = $4`, register, field, was, subject)
		if err != nil {
			return err
		}
	}
	if is == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO registry_index (register, field, value, subject)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, register, field, is, subject)
	return err
}

func clearIndex(ctx context.Context, tx db.Queryer, register string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM registry_index WHERE register = $1`, register)
	return err
}

func findSubjects(ctx context.Context, v db.Queryer, register, field, value, after string, limit int) ([]string, error) {
	return db.List(ctx, v, db.Column[string], `
		SELECT subject FROM registry_index
		WHERE register = $1 AND field = $2 AND value = $3 AND subject > $4
		ORDER BY subject
		LIMIT $5`, register, field, value, after, limit)
}

func setDown(ctx context.Context, tx db.Queryer, register string, isDown bool, at int64) error {
	if !isDown {
		_, err := tx.ExecContext(ctx, `DELETE FROM registry_down WHERE register = $1`, register)
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO registry_down (register, down_at) VALUES ($1, $2)
		ON CONFLICT DO NOTHING`, register, at)
	return err
}

func readDown(ctx context.Context, v db.Queryer) (map[string]time.Time, error) {
	rows, err := v.QueryContext(ctx, `SELECT register, down_at FROM registry_down ORDER BY register`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]time.Time{}
	for rows.Next() {
		var register string
		var at int64
		if err := rows.Scan(&register, &at); err != nil {
			return nil, err
		}
		all[register] = time.UnixMicro(at).UTC()
	}
	return all, rows.Err()
}

func loaded(ctx context.Context, v db.Queryer, name string) (hash string, err error) {
	err = v.QueryRowContext(ctx, `SELECT hash FROM registry_load WHERE name = $1`, name).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return hash, err
}

func setLoaded(ctx context.Context, tx db.Queryer, name, hash string, at int64) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO registry_load (name, hash, loaded_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, loaded_at = excluded.loaded_at`, name, hash, at)
	return err
}
