package db

import "context"

// Row is a row that was found, as *sql.Row and *sql.Rows are.
type Row interface{ Scan(...any) error }

// List asks for rows and reads each of them with scan.
func List[T any](ctx context.Context, q Queryer, scan func(Row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// Column is the scan of rows of one column.
func Column[T any](row Row) (T, error) {
	var v T
	err := row.Scan(&v)
	return v, err
}
