package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
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

// readNewest returns a page of the newest version of each subject behind one.
func readNewest(ctx context.Context, v db.Queryer, register, after string, limit int) ([]Record, error) {
	return readPage(ctx, v, "r.subject > $2", register, after, limit)
}

// readFrom is readNewest beginning with a subject.
func readFrom(ctx context.Context, v db.Queryer, register, from string, limit int) ([]Record, error) {
	return readPage(ctx, v, "r.subject >= $2", register, from, limit)
}

func readPage(ctx context.Context, v db.Queryer, where, register, subject string, limit int) ([]Record, error) {
	return db.List(ctx, v, func(row db.Row) (Record, error) {
		var subject string
		r, err := scan(func(to ...any) error { return row.Scan(append(to, &subject)...) })
		r.Register, r.Subject = register, subject
		return r, err
	}, `
		SELECT r.version, r.vals, r.source, r.recorded_at, r.case_id, r.matter, r.subject
		FROM registry_record r
		WHERE r.register = $1 AND `+where+`
		  AND r.version = (SELECT MAX(n.version) FROM registry_record n WHERE n.register = r.register AND n.subject = r.subject)
		ORDER BY r.subject
		LIMIT $3`, register, subject, limit)
}

func scan(from func(...any) error) (Record, error) {
	var r Record
	var vals string
	var at int64
	if err := from(&r.Version, &vals, &r.Source, &at, &r.Case, &r.Matter); err != nil {
		return Record{}, err
	}
	r.RecordedAt = time.UnixMicro(at).UTC()
	return r, json.Unmarshal([]byte(vals), &r.Values)
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
