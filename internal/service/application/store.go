package application

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

// Schema makes the tables that this package owns.
//
//go:embed schema/*.sql
var Schema embed.FS

func keepChecklist(ctx context.Context, q db.Queryer, c Checklist) error {
	answers, err := json.Marshal(c.Answers)
	if err != nil {
		return err
	}
	facts, err := json.Marshal(c.Facts)
	if err != nil {
		return err
	}
	saved := 0
	if c.Saved {
		saved = 1
	}
	_, err = q.ExecContext(ctx, `INSERT INTO application_checklist (token, service, edition, answers, facts, saved, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (token) DO UPDATE SET answers = excluded.answers, facts = excluded.facts, expires_at = excluded.expires_at`,
		c.Token, c.Service, c.Edition, string(answers), string(facts), saved, c.Created.UnixMicro(), c.Expires.UnixMicro())
	return err
}

func findChecklist(ctx context.Context, q db.Queryer, token string) (Checklist, error) {
	c := Checklist{Token: token}
	var answers, facts string
	var saved int
	var created, expires int64
	err := q.QueryRowContext(ctx, `SELECT service, edition, answers, facts, saved, created_at, expires_at FROM application_checklist WHERE token = $1`, token).
		Scan(&c.Service, &c.Edition, &answers, &facts, &saved, &created, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.New(fault.NotFound, "error.checklist.not-found")
	}
	if err != nil {
		return c, err
	}
	c.Saved, c.Created, c.Expires = saved == 1, time.UnixMicro(created), time.UnixMicro(expires)
	if err := json.Unmarshal([]byte(facts), &c.Facts); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(answers), &c.Answers)
}

func insertDraft(ctx context.Context, q db.Queryer, d Draft) error {
	content, err := json.Marshal(d.Content)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO application_draft
		(id, account, subject, service, edition, content, case_id, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, '', $7, $7, 1)`,
		d.ID, d.Account, d.Subject, d.Service, d.Edition, string(content), d.Created.UnixMicro())
	return err
}

const draftColumns = `id, account, subject, service, edition, content, case_id, created_at, updated_at, version`

func scanDraft(row db.Row) (Draft, error) {
	var d Draft
	var content string
	var created, updated int64
	err := row.Scan(&d.ID, &d.Account, &d.Subject, &d.Service, &d.Edition, &content, &d.Case, &created, &updated, &d.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.New(fault.NotFound, "error.draft.not-found")
	}
	if err != nil {
		return d, err
	}
	d.Created, d.Updated = time.UnixMicro(created), time.UnixMicro(updated)
	if err := json.Unmarshal([]byte(content), &d.Content); err != nil {
		return d, fmt.Errorf("content of draft %s: %w", d.ID, err)
	}
	d.prepare()
	return d, nil
}

func findDraft(ctx context.Context, q db.Queryer, id string) (Draft, error) {
	return scanDraft(q.QueryRowContext(ctx, `SELECT `+draftColumns+` FROM application_draft WHERE id = $1 AND removed_at IS NULL`, id))
}

// draftState tells which case a draft has become and which version of it is the newest.
func draftState(ctx context.Context, q db.Queryer, id string) (caseID string, version int, err error) {
	err = q.QueryRowContext(ctx, `SELECT case_id, version FROM application_draft WHERE id = $1 AND removed_at IS NULL`, id).Scan(&caseID, &version)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "error.draft.not-found")
	}
	return caseID, version, err
}

func draftsOf(ctx context.Context, q db.Queryer, account, subject string) ([]Draft, error) {
	return db.List(ctx, q, scanDraft, `SELECT `+draftColumns+` FROM application_draft
		WHERE account = $1 AND subject = $2 AND case_id = '' AND removed_at IS NULL ORDER BY id DESC LIMIT 100`, account, subject)
}

// updateDraft writes a draft's content, guarded by the version that was read, so that two windows on
// one draft lose nothing silently.
func updateDraft(ctx context.Context, q db.Queryer, d Draft, now time.Time) error {
	content, err := json.Marshal(d.Content)
	if err != nil {
		return err
	}
	return db.One(q.ExecContext(ctx, `UPDATE application_draft SET content = $1, updated_at = $2, version = version + 1
		WHERE id = $3 AND version = $4 AND case_id = ''`, string(content), now.UnixMicro(), d.ID, d.Version))
}

func markSubmitted(ctx context.Context, q db.Queryer, d Draft, caseID string, now time.Time) error {
	return db.One(q.ExecContext(ctx, `UPDATE application_draft SET case_id = $1, updated_at = $2, version = version + 1
		WHERE id = $3 AND version = $4 AND case_id = ''`, caseID, now.UnixMicro(), d.ID, d.Version))
}

func removeDraft(ctx context.Context, q db.Queryer, id string, now time.Time) error {
	return db.One(q.ExecContext(ctx, `UPDATE application_draft SET removed_at = $1 WHERE id = $2 AND case_id = '' AND removed_at IS NULL`, now.UnixMicro(), id))
}
