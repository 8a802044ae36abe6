package job

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

type entry struct {
	id, kind, key, args string
	dueAt               int64
}

// lease is the right to carry out a job once. The attempt is part of it, because a worker whose lease
// has ended may be the one that takes the job again.
type lease struct {
	id       string
	by       string
	attempts int64
}

const insertHead = `
INSERT INTO job_job (id, kind, key, args, due_at)
VALUES `

// A job of the same key that waits takes the newer arguments and the earlier time, and one that is stuck
// waits again. One that is held keeps its lease and is marked to run once more.
const insertTail = `
ON CONFLICT (kind, key) WHERE key IS NOT NULL DO UPDATE
SET args = excluded.args,
    again_at = CASE
      WHEN job_job.lease_by IS NULL THEN job_job.again_at
      WHEN job_job.again_at < excluded.due_at THEN job_job.again_at
      ELSE excluded.due_at
    END,
    due_at = CASE
      WHEN job_job.lease_by IS NOT NULL THEN job_job.due_at
      WHEN job_job.due_at < excluded.due_at THEN job_job.due_at
      ELSE excluded.due_at
    END,
    attempts = CASE WHEN job_job.stuck_at IS NULL THEN job_job.attempts ELSE 0 END,
    stuck_at = NULL`

const maxRows = 200 // in one statement; each has five parameters, and SQLite takes 32766

func insert(ctx context.Context, tx db.Queryer, rows []entry) error {
	for len(rows) > 0 {
		n := min(len(rows), maxRows)
		var text strings.Builder
		text.WriteString(insertHead)
		args := make([]any, 0, 5*n)
		for i, e := range rows[:n] {
			if i > 0 {
				text.WriteString(", ")
			}
			fmt.Fprintf(&text, "($%d, $%d, $%d, $%d, $%d)", 5*i+1, 5*i+2, 5*i+3, 5*i+4, 5*i+5)
			args = append(args, e.id, e.kind, sql.NullString{String: e.key, Valid: e.key != ""}, e.args, e.dueAt)
		}
		text.WriteString(insertTail)
		if _, err := tx.ExecContext(ctx, text.String(), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// anyDue tells whether it is worth claiming; it does not disturb the writer.
func anyDue(ctx context.Context, q db.Queryer, now int64) (bool, error) {
	var one int64
	err := q.QueryRowContext(ctx, `
SELECT 1
FROM job_job
WHERE due_at <= $1
LIMIT 1`, now).Scan(&one)
	if err == sql.ErrNoRows {
		return false, nil
	}
	return err == nil, err
}

// claim takes up to n due jobs of the kinds until the given time. Workers that claim at the same time
// cannot get the same job: on SQLite they write one after another; on PostgreSQL each skips the rows
// that another has locked, and looks at a row's state again before it changes it.
func claim(ctx context.Context, tx *db.Tx, engine db.Engine, by string, kinds []string, now, until int64, n int) ([]*held, error) {
	args := []any{by, until, now, n}
	in := make([]string, len(kinds))
	for i, k := range kinds {
		args = append(args, k)
		in[i] = fmt.Sprintf("$%d", len(args))
	}
	skip := ""
	if engine == db.Postgres {
		skip = "FOR UPDATE SKIP LOCKED"
	}
	return db.List(ctx, tx, func(row db.Row) (*held, error) {
		h := &held{lease: lease{by: by}}
		return h, row.Scan(&h.id, &h.kind, &h.args, &h.attempts)
	}, `
WITH picked AS (
  SELECT id
  FROM job_job
  WHERE due_at <= $3
    AND kind IN (`+strings.Join(in, ", ")+`)
  ORDER BY due_at, id
  LIMIT $4
  `+skip+`)
UPDATE job_job
SET lease_by = $1, due_at = $2, attempts = attempts + 1
WHERE id IN (SELECT id FROM picked)
  AND due_at <= $3
RETURNING id, kind, args, attempts`, args...)
}

// renew extends every lease of the worker that has not ended.
func renew(ctx context.Context, tx db.Queryer, by string, now, until int64) error {
	_, err := tx.ExecContext(ctx, `
UPDATE job_job
SET due_at = $1
WHERE lease_by = $2
  AND due_at > $3`, until, by, now)
	return err
}

// complete removes a job that is done, unless it was enqueued once more in the meantime.
func complete(ctx context.Context, tx db.Queryer, l lease) error {
	done, err := changed(tx.ExecContext(ctx, `
DELETE FROM job_job
WHERE id = $1
  AND lease_by = $2
  AND attempts = $3
  AND again_at IS NULL`, l.id, l.by, l.attempts))
	if err != nil || done {
		return err
	}
	again, err := changed(tx.ExecContext(ctx, `
UPDATE job_job
SET due_at = again_at, again_at = NULL, lease_by = NULL, attempts = 0, last_error = NULL
WHERE id = $1
  AND lease_by = $2
  AND attempts = $3`, l.id, l.by, l.attempts))
	if err == nil && !again {
		return ErrLost
	}
	return err
}

// fail gives the job back, to be tried again at the given time. With dueAt 0 it becomes stuck, unless it
// was enqueued once more in the meantime, which gives it a new round.
func fail(ctx context.Context, tx db.Queryer, l lease, reason string, now, dueAt int64) error {
	due := sql.NullInt64{Int64: dueAt, Valid: dueAt > 0}
	stuckAt := sql.NullInt64{Int64: now, Valid: dueAt == 0}
	_, err := tx.ExecContext(ctx, `
UPDATE job_job
SET due_at = COALESCE(CAST($1 AS BIGINT), again_at),
    stuck_at = CASE WHEN again_at IS NULL THEN CAST($2 AS BIGINT) END,
    attempts = CASE WHEN CAST($1 AS BIGINT) IS NULL AND again_at IS NOT NULL THEN 0 ELSE attempts END,
    again_at = CASE WHEN CAST($1 AS BIGINT) IS NOT NULL THEN again_at END,
    last_error = $3,
    lease_by = NULL
WHERE id = $4
  AND lease_by = $5
  AND attempts = $6`, due, stuckAt, reason, l.id, l.by, l.attempts)
	return err
}

// release gives back a job that was not begun.
func release(ctx context.Context, tx db.Queryer, l lease, now int64) error {
	_, err := tx.ExecContext(ctx, `
UPDATE job_job
SET due_at = $1, lease_by = NULL, attempts = attempts - 1
WHERE id = $2
  AND lease_by = $3
  AND attempts = $4`, now, l.id, l.by, l.attempts)
	return err
}

// releaseAll ends every lease.
func releaseAll(ctx context.Context, tx db.Queryer, now int64) error {
	_, err := tx.ExecContext(ctx, `
UPDATE job_job
SET due_at = $1, lease_by = NULL
WHERE lease_by IS NOT NULL`, now)
	return err
}

func retry(ctx context.Context, tx db.Queryer, id string, now int64) error {
	found, err := changed(tx.ExecContext(ctx, `
UPDATE job_job
SET due_at = $1, attempts = 0, stuck_at = NULL
WHERE id = $2
  AND stuck_at IS NOT NULL`, now, id))
	if err == nil && !found {
		return fault.New(fault.NotFound, "error.job.not-stuck")
	}
	return err
}

// nextOf returns when the next job of a periodic kind is due, having noted first when it is not known.
func nextOf(ctx context.Context, tx db.Queryer, kind string, first int64) (int64, error) {
	_, err := tx.ExecContext(ctx, `
INSERT INTO job_schedule (kind, next_at)
VALUES ($1, $2)
ON CONFLICT (kind) DO NOTHING`, kind, first)
	if err != nil {
		return 0, err
	}
	var next int64
	err = tx.QueryRowContext(ctx, `
SELECT next_at
FROM job_schedule
WHERE kind = $1`, kind).Scan(&next)
	return next, err
}

// advance moves the schedule on; it reports whether it was this caller that did.
func advance(ctx context.Context, tx db.Queryer, kind string, from, to int64) (bool, error) {
	return changed(tx.ExecContext(ctx, `
UPDATE job_schedule
SET next_at = $1
WHERE kind = $2
  AND next_at = $3`, to, kind, from))
}

func stats(ctx context.Context, q db.Queryer, now int64) ([]Stats, error) {
	return db.List(ctx, q, func(row db.Row) (Stats, error) {
		var s Stats
		var oldest sql.NullInt64
		err := row.Scan(&s.Kind, &s.Waiting, &s.Due, &s.Held, &s.Stuck, &oldest)
		if oldest.Valid {
			s.Oldest = time.UnixMicro(oldest.Int64)
		}
		return s, err
	}, `
SELECT kind,
  COUNT(CASE WHEN lease_by IS NULL AND due_at > $1 THEN 1 END),
  COUNT(CASE WHEN due_at <= $1 THEN 1 END),
  COUNT(CASE WHEN lease_by IS NOT NULL AND due_at > $1 THEN 1 END),
  COUNT(stuck_at),
  MIN(CASE WHEN due_at <= $1 THEN due_at END)
FROM job_job
GROUP BY kind
ORDER BY kind`, now)
}

func stuck(ctx context.Context, q db.Queryer, limit int) ([]Stuck, error) {
	return db.List(ctx, q, func(row db.Row) (Stuck, error) {
		var s Stuck
		var at int64
		err := row.Scan(&s.ID, &s.Kind, &s.Attempts, &s.LastError, &at)
		s.At = time.UnixMicro(at)
		return s, err
	}, `
SELECT id, kind, attempts, last_error, stuck_at
FROM job_job
WHERE stuck_at IS NOT NULL
ORDER BY stuck_at, id
LIMIT $1`, limit)
}

func changed(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}
