package fulfilment

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"time"

	"tongban/internal/platform/db"
)

// Schema makes the tables that this package owns.
//
//go:embed schema/*.sql
var Schema embed.FS

// numberOf finds the number that was made for a matter, "" when none was.
func numberOf(ctx context.Context, q db.Queryer, matter string) (number string, err error) {
	err = q.QueryRowContext(ctx, `SELECT number FROM fulfilment_number WHERE matter_id = $1`, matter).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return number, err
}

// reserve keeps a number for a matter and tells whether it was free. Between making a number and
// recording who got it there is a seal to wait for; meanwhile nobody else may be given it.
func reserve(ctx context.Context, q db.Queryer, register, number, matter string, at time.Time) (bool, error) {
	res, err := q.ExecContext(ctx, `INSERT INTO fulfilment_number (register, number, matter_id, made_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (register, number) DO NOTHING`, register, number, matter, at.UnixMicro())
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
