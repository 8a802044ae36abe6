package studio

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

const draftColumns = `id, service, edition, title, body, author, state, base, head, detail, opened_at, changed_at`

func scanDraft(row interface{ Scan(...any) error }) (Draft, error) {
	var d Draft
	var title, detail string
	var opened, changed int64
	err := row.Scan(&d.ID, &d.Service, &d.Edition, &title, &d.Body, &d.Author, &d.State, &d.Base, &d.Head, &detail, &opened, &changed)
	if errors.Is(err, sql.ErrNoRows) {
		return d, notFound()
	}
	if err != nil {
		return d, err
	}
	d.Opened, d.Changed = time.UnixMicro(opened), time.UnixMicro(changed)
	if err := errors.Join(json.Unmarshal([]byte(title), &d.Title), json.Unmarshal([]byte(detail), &d.Detail)); err != nil {
		return d, fmt.Errorf("draft %s: %w", d.ID, err)
	}
	return d, nil
}

// find reads a draft with its authors.
func find(ctx context.Context, q db.Queryer, id string) (Draft, error) {
	d, err := scanDraft(q.QueryRowContext(ctx, `SELECT `+draftColumns+` FROM studio_draft WHERE id = $1`, id))
	if err != nil {
		return d, err
	}
	d.authors, err = texts(q.QueryContext(ctx, `SELECT DISTINCT author FROM studio_revision WHERE draft = $1 AND author <> '' ORDER BY author`, id))
	if !slices.Contains(d.authors, d.Author) {
		d.authors = append(d.authors, d.Author)
	}
	return d, err
}

func texts(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, rows.Err()
}

func insertDraft(ctx context.Context, q db.Queryer, d Draft) error {
	title, detail, err := words(d)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO studio_draft (id, service, writing, edition, title, body, author, state, base, head, detail, opened_at, changed_at)
		VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
		d.ID, d.Service, d.Edition, title, d.Body, d.Author, d.State, d.Base, d.Head, detail, d.Opened.UnixMicro())
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "error.edition.open")
	}
	return err
}

// updateDraft writes a draft that was read in the same transaction: nobody else has written meanwhile.
func updateDraft(ctx context.Context, q db.Queryer, d, was Draft, now time.Time) error {
	title, detail, err := words(d)
	if err != nil {
		return err
	}
	writing := sql.NullString{String: d.Service, Valid: d.Open()}
	return db.One(q.ExecContext(ctx, `UPDATE studio_draft SET writing = $1, title = $2, state = $3, base = $4, head = $5, detail = $6, changed_at = $7
		WHERE id = $8 AND state = $9 AND head = $10`, writing, title, d.State, d.Base, d.Head, detail, now.UnixMicro(), d.ID, was.State, was.Head))
}

func words(d Draft) (title, detail string, err error) {
	t, err := json.Marshal(d.Title)
	if err != nil {
		return "", "", err
	}
	b, err := json.Marshal(d.Detail)
	return string(t), string(b), err
}

func insertRevision(ctx context.Context, q db.Queryer, draft string, r Revision, f Files) error {
	_, err := q.ExecContext(ctx, `INSERT INTO studio_revision (draft, number, author, name, note, clashes, service, scenarios, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, draft, r.Number, r.Author, r.Name, r.Note, r.Clashes, f.Service, f.Scenarios, r.At.UnixMicro())
	return err
}

func filesOf(ctx context.Context, q db.Queryer, draft string, revision int) (Files, error) {
	var f Files
	err := q.QueryRowContext(ctx, `SELECT service, scenarios FROM studio_revision WHERE draft = $1 AND number = $2`, draft, revision).Scan(&f.Service, &f.Scenarios)
	if errors.Is(err, sql.ErrNoRows) {
		return f, fault.New(fault.NotFound, "error.edition.revision")
	}
	return f, err
}

func revisions(ctx context.Context, q db.Queryer, draft string, limit int) ([]Revision, error) {
	rows, err := q.QueryContext(ctx, `SELECT number, author, name, note, clashes, at FROM studio_revision WHERE draft = $1 ORDER BY number DESC LIMIT $2`, draft, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Revision
	for rows.Next() {
		var r Revision
		var at int64
		if err := rows.Scan(&r.Number, &r.Author, &r.Name, &r.Note, &r.Clashes, &at); err != nil {
			return nil, err
		}
		r.At = time.UnixMicro(at)
		all = append(all, r)
	}
	return all, rows.Err()
}

const publicationColumns = `number, service, kind, draft, edition, text, scenarios, detail, starts_at, written_by, published_by, published_at, entry, withdrawn_at`

func scanPublication(row interface{ Scan(...any) error }) (Publication, error) {
	var p Publication
	var detail string
	var starts, at int64
	var withdrawn sql.NullInt64
	err := row.Scan(&p.Number, &p.Service, &p.Kind, &p.Draft, &p.Edition, &p.Files.Service, &p.Files.Scenarios, &detail, &starts, &p.WrittenBy, &p.By, &at, &p.Entry, &withdrawn)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "error.edition.publication")
	}
	if err != nil {
		return p, err
	}
	p.Starts, p.At = time.UnixMicro(starts), time.UnixMicro(at)
	if withdrawn.Valid {
		p.Withdrawn = time.UnixMicro(withdrawn.Int64)
	}
	return p, json.Unmarshal([]byte(detail), &p.Words)
}

func publications(ctx context.Context, q db.Queryer, where string, args ...any) ([]Publication, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+publicationColumns+` FROM studio_publication WHERE `+where+` ORDER BY starts_at, number`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Publication
	for rows.Next() {
		p, err := scanPublication(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

func insertPublication(ctx context.Context, q db.Queryer, p *Publication) error {
	detail, err := json.Marshal(p.Words)
	if err != nil {
		return err
	}
	if err := q.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) + 1 FROM studio_publication`).Scan(&p.Number); err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO studio_publication
		(number, service, kind, draft, edition, text, scenarios, detail, starts_at, written_by, published_by, published_at, entry)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		p.Number, p.Service, p.Kind, p.Draft, p.Edition, p.Files.Service, p.Files.Scenarios, string(detail), p.Starts.UnixMicro(), p.WrittenBy, p.By, p.At.UnixMicro(), p.Entry)
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "error.changed-meanwhile")
	}
	return err
}
