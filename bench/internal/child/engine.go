package child

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tongban/bench/internal/fixture"
	"tongban/bench/internal/measure"
)

// engine is SQLite alone, on a copy of the city's database: the same tables and indexes, the same
// durability, statements prepared once, and nothing that thinks.
type engine struct {
	db      *sql.DB
	pattern *fixture.Pattern
	inserts []*sql.Stmt
	args    [][][]any // of each table and row: the values that never change; nil where there is a hole

	drafts  []string
	version int64 // of the drafts
	mark    *sql.Stmt
	made    int

	matters []work
	step    [stepStatements]*sql.Stmt
	entry   entry
	page    *sql.Stmt
}

// work is a matter with its case.
type work struct{ id, caseID string }

const stepStatements = 5

// entry is a row of the record, as it is written again and again.
type entry struct {
	table fixture.PatternTable
	row   []fixture.PatternOf
}

// Engine opens the database in the folder, and the pattern of the rows that one submission writes.
func Engine(ctx context.Context, in io.Reader, out io.Writer, dir, pattern string) error {
	d, err := fixture.Raw(dir, "synchronous(FULL)", "foreign_keys(1)", "secure_delete(FAST)", "cache_size(-16384)", "temp_store(MEMORY)", "journal_size_limit(67108864)")
	if err != nil {
		return err
	}
	defer d.Close()
	e := &engine{db: d}
	if err := e.prepare(ctx, pattern); err != nil {
		return err
	}
	return obey(in, out, map[string]verb{
		"submit1": func(n int) (measure.Answer, error) {
			return e.batches(n, 1, func(tx tx, i int) error { return e.submit(tx, i) })
		},
		"submit16": func(n int) (measure.Answer, error) {
			return e.batches(n, 16, func(tx tx, i int) error { return e.submit(tx, i) })
		},
		"five": func(n int) (measure.Answer, error) { return e.five(ctx, n) },
		"list": func(n int) (measure.Answer, error) { return e.list(ctx, n) },
	})
}

// tx is the one connection between BEGIN and COMMIT.
type tx struct{ *sql.Tx }

func (e *engine) prepare(ctx context.Context, path string) error {
	var err error
	if e.pattern, err = fixture.LoadPattern(path); err != nil {
		return err
	}
	for i := range e.pattern.Tables {
		t := &e.pattern.Tables[i]
		s, err := e.db.PrepareContext(ctx, t.Insert())
		if err != nil {
			return err
		}
		e.inserts = append(e.inserts, s)
		rows := make([][]any, len(t.Rows))
		for r, row := range t.Rows {
			rows[r] = make([]any, len(row))
			for c, v := range row {
				if len(v.Holes) > 0 {
					continue
				}
				if rows[r][c], err = v.Value(nil); err != nil {
					return err
				}
			}
		}
		e.args = append(e.args, rows)
		if t.Name == "audit_entry" {
			e.entry = entry{*t, t.Rows[0]}
		}
	}
	if e.mark, err = e.db.PrepareContext(ctx, `UPDATE application_draft SET case_id = $1, updated_at = $2, version = version + 1 WHERE id = $3 AND version = $4 AND case_id = ''`); err != nil {
		return err
	}
	if e.drafts, err = fixture.Strings(ctx, e.db, `SELECT id FROM application_draft WHERE case_id = '' ORDER BY id`); err != nil {
		return err
	}
	if err := e.db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 1) FROM application_draft WHERE case_id = ''`).Scan(&e.version); err != nil {
		return err
	}
	for i, text := range [stepStatements]string{
		`SELECT detail, version FROM casework_matter WHERE id = $1`,
		`SELECT content FROM casework_case WHERE id = $1`,
		`UPDATE casework_matter SET state = $1, officer = $2, due_on = $3, detail = $4, version = version + 1 WHERE id = $5 AND version = $6`,
		`INSERT INTO casework_event (id, case_id, matter_id, kind, at, by_kind, by_id, body, text) VALUES ($1, $2, $3, $4, $5, 'officer', 'o_market-1', 'market', '')`,
		e.entry.table.Insert(),
	} {
		if e.step[i], err = e.db.PrepareContext(ctx, text); err != nil {
			return err
		}
	}
	if e.page, err = e.db.PrepareContext(ctx, pageText); err != nil {
		return err
	}
	rows, err := e.db.QueryContext(ctx, `SELECT id, case_id FROM casework_matter WHERE def = $1 AND state = 'received' ORDER BY id`, fixture.Matter)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var w work
		if err := rows.Scan(&w.id, &w.caseID); err != nil {
			return err
		}
		e.matters = append(e.matters, w)
	}
	return rows.Err()
}

// batches carries out n operations, so many in one durable transaction. An operation takes as long as the
// transaction that it is in, since nobody hears of it before.
func (e *engine) batches(n, size int, op func(t tx, i int) error) (measure.Answer, error) {
	took := make([]time.Duration, 0, n)
	cpu, start := measure.Processor(), time.Now()
	for len(took) < n {
		began := time.Now()
		t, err := e.db.Begin()
		if err != nil {
			return measure.Answer{}, err
		}
		in := min(size, n-len(took))
		for range in {
			if err := op(tx{t}, e.made); err != nil {
				return measure.Answer{}, errors.Join(err, t.Rollback())
			}
			e.made++
		}
		if err := t.Commit(); err != nil {
			return measure.Answer{}, err
		}
		for range in {
			took = append(took, time.Since(began))
		}
	}
	a := answer(took, time.Since(start), measure.Processor()-cpu)
	a.Check = a.N
	return a, nil
}

// submit writes the rows of one submission, and marks the draft.
func (e *engine) submit(t tx, i int) error {
	if i >= len(e.drafts) {
		return errors.New("no draft is left")
	}
	fill := e.pattern.Fills(i)
	caseID := ""
	for at := range e.pattern.Tables {
		table := &e.pattern.Tables[at]
		insert := t.Stmt(e.inserts[at])
		for r, row := range table.Rows {
			args := append([]any(nil), e.args[at][r]...)
			for c, v := range row {
				if len(v.Holes) > 0 {
					args[c] = v.Text(fill)
				}
				if table.Name == "casework_case" {
					switch table.Columns[c] {
					case "id":
						caseID = args[c].(string)
					case "draft":
						args[c] = e.drafts[i]
					}
				}
			}
			if _, err := insert.Exec(args...); err != nil {
				return fmt.Errorf("insert into %s: %w", table.Name, err)
			}
		}
	}
	return changed(t.Stmt(e.mark).Exec(caseID, time.Now().UnixMicro(), e.drafts[i], e.version))
}

func changed(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fmt.Errorf("%d rows changed, want 1", n))
	}
	return nil
}

// five carries n matters through five steps each: read matter and case, guarded change, event, record. Of
// sixteen matters the same step shares a transaction, as sixteen clerks would.
func (e *engine) five(_ context.Context, n int) (measure.Answer, error) {
	const share = 16
	states := [...]string{"received", "accepted", "accepted", "proposed", "approved"}
	if n > len(e.matters) {
		return measure.Answer{}, fmt.Errorf("only %d matters are left", len(e.matters))
	}
	mine := e.matters[:n]
	e.matters = e.matters[n:]
	took := make([]time.Duration, 0, n)
	cpu, start := measure.Processor(), time.Now()
	for len(mine) > 0 {
		group := mine[:min(share, len(mine))]
		mine = mine[len(group):]
		began := time.Now()
		for _, state := range states {
			t, err := e.db.Begin()
			if err != nil {
				return measure.Answer{}, err
			}
			for _, w := range group {
				if err := e.one(tx{t}, w, state); err != nil {
					return measure.Answer{}, errors.Join(err, t.Rollback())
				}
				e.made++
			}
			if err := t.Commit(); err != nil {
				return measure.Answer{}, err
			}
		}
		for range group {
			took = append(took, time.Since(began))
		}
	}
	a := answer(took, time.Since(start), measure.Processor()-cpu)
	a.Check = a.N
	return a, nil
}

func (e *engine) one(t tx, w work, state string) error {
	var detail, content string
	var version int64
	if err := t.Stmt(e.step[0]).QueryRow(w.id).Scan(&detail, &version); err != nil {
		return err
	}
	if err := t.Stmt(e.step[1]).QueryRow(w.caseID).Scan(&content); err != nil {
		return err
	}
	if err := changed(t.Stmt(e.step[2]).Exec(state, "o_market-1", "2026-12-08", detail, w.id, version)); err != nil {
		return err
	}
	now := time.Now().UnixMicro()
	if _, err := t.Stmt(e.step[3]).Exec(fmt.Sprintf("e_bench%020d", e.made), w.caseID, w.id, state, now); err != nil {
		return err
	}
	fill := e.pattern.Fills(10_000_000 + e.made)
	args := make([]any, len(e.entry.row))
	for i, v := range e.entry.row {
		var err error
		if args[i], err = v.Value(fill); err != nil {
			return err
		}
	}
	_, err := t.Stmt(e.step[4]).Exec(args...)
	return err
}

// pageText is what the first page of a queue cannot do without: the matters of one body in the states in
// which somebody has something to do, the least legal time first. Each state is read along the index.
var pageText = func() string {
	var parts []string
	for _, state := range [...]string{"received", "accepted", "special", "proposed", "correcting"} {
		parts = append(parts, `SELECT * FROM (SELECT due_on, id FROM casework_matter WHERE body = $1 AND state = '`+state+`' ORDER BY due_on, id LIMIT $2)`)
	}
	return `SELECT m.id, m.case_id, m.number, m.service, m.def, m.body, m.state, m.officer, m.due_on, m.ordinal, m.detail, m.version, c.name
		FROM (` + strings.Join(parts, " UNION ALL ") + ` ORDER BY due_on, id LIMIT $2) page
		JOIN casework_matter m ON m.id = page.id JOIN casework_case c ON c.id = m.case_id ORDER BY page.due_on, page.id`
}()

// list reads the first page of a queue and scans it. It answers with the lines on it.
func (e *engine) list(ctx context.Context, n int) (measure.Answer, error) {
	lines := 0
	a, err := together(1, n, func(int) error {
		lines = 0
		rows, err := e.page.QueryContext(ctx, "market", pageSize+1)
		if err != nil {
			return err
		}
		defer rows.Close()
		var s [11]string
		var ordinal, version int64
		for rows.Next() {
			if err := rows.Scan(&s[0], &s[1], &s[2], &s[3], &s[4], &s[5], &s[6], &s[7], &s[8], &ordinal, &s[9], &version, &s[10]); err != nil {
				return err
			}
			lines++
		}
		return rows.Err()
	})
	a.Check = int64(lines)
	return a, err
}
