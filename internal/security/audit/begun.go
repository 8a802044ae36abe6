package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tongban/internal/platform/db"
)

// Begun tells whether anything has been recorded in a database. Until then there is nothing that lost
// keys could have written.
func Begun(ctx context.Context, q db.Queryer) (bool, error) {
	var one int64
	err := q.QueryRowContext(ctx, `SELECT 1 FROM audit_entry LIMIT 1`).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look into the record: %w", err)
	}
	return true, nil
}
