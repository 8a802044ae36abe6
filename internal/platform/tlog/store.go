package tlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tongban/internal/platform/db"
)

// holdHead locks the log's head row, made when it is not there yet, and returns its size.
func holdHead(ctx context.Context, tx db.Queryer, origin string) (size int64, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO tlog_head (origin, size)
		VALUES ($1, 0)
		ON CONFLICT (origin) DO UPDATE SET size = tlog_head.size
		RETURNING size`, origin).Scan(&size)
	if err != nil {
		return 0, fmt.Errorf("hold log: %w", err)
	}
	return size, nil
}

func moveHead(ctx context.Context, tx db.Queryer, origin string, from, to int64) error {
	res, err := tx.ExecContext(ctx, `
		UPDATE tlog_head
		SET size = $1
		WHERE origin = $2 AND size = $3`, to, origin, from)
	if err != nil {
		return fmt.Errorf("move head of log: %w", err)
	}
	n, err := res.RowsAffected()
	if err == nil && n != 1 {
		err = fmt.Errorf("it counts no longer %d leaves", from)
	}
	if err != nil {
		return fmt.Errorf("move head of log: %w", err)
	}
	return nil
}

func readHeads(ctx context.Context, q db.Queryer) (map[string]int64, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT origin, size
		FROM tlog_head
		LIMIT 100`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var origin string
		var size int64
		if err := rows.Scan(&origin, &size); err != nil {
			return nil, err
		}
		out[origin] = size
	}
	return out, rows.Err()
}

// tilesAStatement bounds the parameters of one statement.
const tilesAStatement = 64

// writeTiles writes each tile once.
func writeTiles(ctx context.Context, tx db.Queryer, tiles []tile) error {
	for len(tiles) > 0 {
		n := min(len(tiles), tilesAStatement)
		var text strings.Builder
		text.WriteString("INSERT INTO tlog_tile (level, idx, data) VALUES ")
		args := make([]any, 0, 3*n)
		for i, t := range tiles[:n] {
			if i > 0 {
				text.WriteString(", ")
			}
			fmt.Fprintf(&text, "($%d, $%d, $%d)", 3*i+1, 3*i+2, 3*i+3)
			args = append(args, t.level, t.index, t.data)
		}
		text.WriteString(" ON CONFLICT (level, idx) DO UPDATE SET data = excluded.data")
		if _, err := tx.ExecContext(ctx, text.String(), args...); err != nil {
			return fmt.Errorf("write tiles: %w", err)
		}
		tiles = tiles[n:]
	}
	return nil
}

// readTiles returns those of the tiles that there are.
func readTiles(ctx context.Context, q db.Queryer, at []coordinate) (map[coordinate][]byte, error) {
	out := make(map[coordinate][]byte, len(at))
	for len(at) > 0 {
		n := min(len(at), tilesAStatement)
		var text strings.Builder
		text.WriteString("SELECT level, idx, data FROM tlog_tile WHERE ")
		args := make([]any, 0, 2*n)
		for i, c := range at[:n] {
			if i > 0 {
				text.WriteString(" OR ")
			}
			fmt.Fprintf(&text, "(level = $%d AND idx = $%d)", 2*i+1, 2*i+2)
			args = append(args, c.level, c.index)
		}
		tiles, err := listTiles(ctx, q, text.String(), args...)
		if err != nil {
			return nil, err
		}
		for _, t := range tiles {
			out[t.coordinate] = t.data
		}
		at = at[n:]
	}
	return out, nil
}

// rangeOfTiles returns up to n tiles of a level from the index on, in order.
func rangeOfTiles(ctx context.Context, q db.Queryer, from coordinate, n int) ([]tile, error) {
	return listTiles(ctx, q, `
		SELECT level, idx, data
		FROM tlog_tile
		WHERE level = $1 AND idx >= $2
		ORDER BY idx
		LIMIT $3`, from.level, from.index, n)
}

// lastBundle returns the bundle of the highest index, or no data when there is none.
func lastBundle(ctx context.Context, q db.Queryer) (tile, error) {
	tiles, err := listTiles(ctx, q, `
		SELECT level, idx, data
		FROM tlog_tile
		WHERE level = -1
		ORDER BY idx DESC
		LIMIT 1`)
	if err != nil || len(tiles) == 0 {
		return tile{}, err
	}
	return tiles[0], nil
}

// strayTiles returns tiles that no tree of the size has, a hundred at most.
func strayTiles(ctx context.Context, q db.Queryer, size int64) ([]coordinate, error) {
	text := "SELECT level, idx FROM tlog_tile WHERE idx < 0 OR level < -1 OR (level = -1 AND idx >= $1)"
	args := []any{(size + tileWidth - 1) / tileWidth}
	level := 0
	for ; size>>(tileHeight*level) > 0; level++ {
		args = append(args, tilesIn(size, level))
		text += fmt.Sprintf(" OR (level = %d AND idx >= $%d)", level, len(args))
	}
	text += fmt.Sprintf(" OR level >= %d ORDER BY level, idx LIMIT 100", level)
	stray, err := db.List(ctx, q, func(row db.Row) (coordinate, error) {
		var c coordinate
		err := row.Scan(&c.level, &c.index)
		return c, err
	}, text, args...)
	if err != nil {
		return nil, fmt.Errorf("look for stray tiles: %w", err)
	}
	return stray, nil
}

func listTiles(ctx context.Context, q db.Queryer, query string, args ...any) ([]tile, error) {
	tiles, err := db.List(ctx, q, func(row db.Row) (tile, error) {
		var t tile
		err := row.Scan(&t.level, &t.index, &t.data)
		if t.data == nil { // empty, and there all the same
			t.data = []byte{}
		}
		return t, err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read tiles: %w", err)
	}
	return tiles, nil
}

func writeCheckpoint(ctx context.Context, tx db.Queryer, size int64, signed []byte) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO tlog_checkpoint (size, note)
		VALUES ($1, $2)`, size, string(signed))
	if err != nil {
		return fmt.Errorf("write checkpoint of %d leaves: %w", size, err)
	}
	return nil
}

// newestCheckpoint returns the newest checkpoint; its note is "" when there is none.
func newestCheckpoint(ctx context.Context, q db.Queryer) (size int64, note string, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT size, note
		FROM tlog_checkpoint
		ORDER BY size DESC
		LIMIT 1`).Scan(&size, &note)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", fmt.Errorf("read newest checkpoint: %w", err)
	}
	return size, note, nil
}

type storedCheckpoint struct {
	size int64
	note string
}

// checkpointsAfter returns up to n checkpoints of more than size leaves, in order.
func checkpointsAfter(ctx context.Context, q db.Queryer, size int64, n int) ([]storedCheckpoint, error) {
	all, err := db.List(ctx, q, func(row db.Row) (storedCheckpoint, error) {
		var c storedCheckpoint
		err := row.Scan(&c.size, &c.note)
		return c, err
	}, `
		SELECT size, note
		FROM tlog_checkpoint
		WHERE size > $1
		ORDER BY size
		LIMIT $2`, size, n)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	return all, nil
}
