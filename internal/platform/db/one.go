package db

import (
	"database/sql"

	"tongban/internal/platform/fault"
)

// One is for a change of one row under the condition that it is still as it was read: nil when it was, and a
// Conflict when somebody was quicker.
func One(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.New(fault.Conflict, "error.changed-meanwhile")
}
