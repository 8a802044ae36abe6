package casework

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/ref"
	"tongban/internal/security/identity"
	"tongban/internal/service/deadline"
)

// Schema makes the tables that this package owns.
//
//go:embed schema/*.sql
var Schema embed.FS

// never is the due day of a matter without a clock, so that it sorts last.
const never = "9999-12-31"

// content is what a case carries and nobody searches by.
type content struct {
	Answers  map[string]string   `json:"answers"`
	Values   map[string]Value    `json:"values"`
	Evidence map[string]Evidence `json:"evidence"`
	Unasked  bool                `json:"unasked,omitempty"`
}

func insertCase(ctx context.Context, q db.Queryer, c Case) error {
	body, err := json.Marshal(content{c.Answers, c.Values, c.Evidence, c.Unasked})
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO casework_case
		(id, number, service, edition, applicant, person, subject, name, content, draft, opened_at, receipt, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)`,
		c.ID, c.Number, c.Service, c.Edition, c.Applicant, c.Person, c.Subject, c.Name, string(body), c.Draft, c.OpenedAt.UnixMicro(), c.Receipt)
	return err
}

const caseColumns = `id, number, service, edition, applicant, person, subject, name, content, draft, opened_at, closed_at, receipt, version`

func scanCase(row db.Row) (Case, error) {
	var c Case
	var body string
	var opened int64
	var closed sql.NullInt64
	err := row.Scan(&c.ID, &c.Number, &c.Service, &c.Edition, &c.Applicant, &c.Person, &c.Subject, &c.Name, &body, &c.Draft, &opened, &closed, &c.Receipt, &c.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.New(fault.NotFound, "error.case.not-found")
	}
	if err != nil {
		return c, err
	}
	var k content
	if err := json.Unmarshal([]byte(body), &k); err != nil {
		return c, fmt.Errorf("content of case %s: %w", c.ID, err)
	}
	c.Answers, c.Values, c.Evidence, c.Unasked = k.Answers, k.Values, k.Evidence, k.Unasked
	c.OpenedAt = time.UnixMicro(opened)
	if closed.Valid {
		c.ClosedAt = time.UnixMicro(closed.Int64)
	}
	return c, nil
}

func findCase(ctx context.Context, q db.Queryer, id string) (Case, error) {
	return scanCase(q.QueryRowContext(ctx, `SELECT `+caseColumns+` FROM casework_case WHERE id = $1`, id))
}

func findCaseOfDraft(ctx context.Context, q db.Queryer, draft string) (Case, error) {
	return scanCase(q.QueryRowContext(ctx, `SELECT `+caseColumns+` FROM casework_case WHERE draft = $1`, draft))
}

func findCaseByNumber(ctx context.Context, q db.Queryer, number string) (Case, error) {
	return scanCase(q.QueryRowContext(ctx, `SELECT `+caseColumns+` FROM casework_case WHERE number = $1`, number))
}

// updateContent writes what a correction changed, guarded by the version that was read.
func updateContent(ctx context.Context, q db.Queryer, c Case) error {
	body, err := json.Marshal(content{c.Answers, c.Values, c.Evidence, c.Unasked})
	if err != nil {
		return err
	}
	return db.One(q.ExecContext(ctx, `UPDATE casework_case SET content = $1, version = version + 1 WHERE id = $2 AND version = $3`,
		string(body), c.ID, c.Version))
}

// holdCase keeps others from the case's row until the transaction ends. Of two transactions that ask
// what has become of the other matters, the second waits here and sees what the first did; without it
// PostgreSQL lets both see the other's matter as it was.
func holdCase(ctx context.Context, q db.Queryer, id string) error {
	_, err := q.ExecContext(ctx, `UPDATE casework_case SET version = version WHERE id = $1`, id)
	return err
}

// closeCase closes a case in which nothing is left to be done; it does nothing otherwise.
func closeCase(ctx context.Context, q db.Queryer, id string, at time.Time) error {
	if err := holdCase(ctx, q, id); err != nil {
		return err
	}
	matters, err := mattersOf(ctx, q, id)
	if err != nil || slices.ContainsFunc(matters, func(m Matter) bool { return !m.Done() }) {
		return err
	}
	_, err = q.ExecContext(ctx, `UPDATE casework_case SET closed_at = $1 WHERE id = $2 AND closed_at IS NULL`, at.UnixMicro(), id)
	return err
}

var openList = func() string {
	quoted := make([]string, len(Open))
	for i, s := range Open {
		quoted[i] = "'" + string(s) + "'"
	}
	return strings.Join(quoted, ", ")
}()

func insertMatters(ctx context.Context, q db.Queryer, matters []Matter) error {
	var rows []string
	var args []any
	for _, m := range matters {
		body, err := json.Marshal(m.Detail)
		if err != nil {
			return err
		}
		rows = append(rows, placeholders(len(args), 11, "1"))
		args = append(args, m.ID, m.Case, m.Number, m.Service, m.Def, m.Body, string(m.State), m.Officer, dueKey(m), m.Ordinal, string(body))
	}
	_, err := q.ExecContext(ctx, `INSERT INTO casework_matter
		(id, case_id, number, service, def, body, state, officer, due_on, ordinal, detail, version) VALUES `+strings.Join(rows, ", "), args...)
	return err
}

// placeholders writes ($n+1, …, $n+count, tail) for a multi-row insert.
func placeholders(n, count int, tail string) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := 1; i <= count; i++ {
		fmt.Fprintf(&b, "$%d, ", n+i)
	}
	b.WriteString(tail + ")")
	return b.String()
}

func dueKey(m Matter) string {
	if m.DueOn == "" {
		return never
	}
	return string(m.DueOn)
}

const matterColumns = `id, case_id, number, service, def, body, state, officer, due_on, ordinal, detail, version`

func scanMatter(row db.Row) (Matter, error) {
	var m Matter
	var due, body string
	err := row.Scan(&m.ID, &m.Case, &m.Number, &m.Service, &m.Def, &m.Body, &m.State, &m.Officer, &due, &m.Ordinal, &body, &m.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.New(fault.NotFound, "error.case.not-found")
	}
	if err != nil {
		return m, err
	}
	if due != never {
		m.DueOn = deadline.Day(due)
	}
	if err := jsonv2.Unmarshal([]byte(body), &m.Detail); err != nil { // a list reads dozens: half the time of the standard library
		return m, fmt.Errorf("detail of matter %s: %w", m.ID, err)
	}
	return m, nil
}

func findMatter(ctx context.Context, q db.Queryer, id string) (Matter, error) {
	return scanMatter(q.QueryRowContext(ctx, `SELECT `+matterColumns+` FROM casework_matter WHERE id = $1`, id))
}

func mattersOf(ctx context.Context, q db.Queryer, caseID string) ([]Matter, error) {
	return db.List(ctx, q, scanMatter, `SELECT `+matterColumns+` FROM casework_matter WHERE case_id = $1 ORDER BY ordinal`, caseID)
}

// updateMatter writes a matter's next state, guarded by the version that was read.
func updateMatter(ctx context.Context, q db.Queryer, m Matter) error {
	body, err := json.Marshal(m.Detail)
	if err != nil {
		return err
	}
	return db.One(q.ExecContext(ctx, `UPDATE casework_matter SET state = $1, officer = $2, due_on = $3, detail = $4, version = version + 1
		WHERE id = $5 AND version = $6`, string(m.State), m.Officer, dueKey(m), string(body), m.ID, m.Version))
}

func insertEvents(ctx context.Context, q db.Queryer, events []Record) error {
	var rows []string
	var args []any
	for _, e := range events {
		rows = append(rows, strings.TrimSuffix(placeholders(len(args), 9, ""), ", )")+")")
		args = append(args, e.ID, e.Case, e.Matter, string(e.Kind), e.At.UnixMicro(), string(e.ByKind), e.By, e.Body, e.Text)
	}
	_, err := q.ExecContext(ctx, `INSERT INTO casework_event
		(id, case_id, matter_id, kind, at, by_kind, by_id, body, text) VALUES `+strings.Join(rows, ", "), args...)
	return err
}

func record(m Matter, e Event) Record {
	return Record{ID: ref.NewID("e"), Case: m.Case, Matter: m.ID, Kind: e.Kind, At: e.At, ByKind: e.By.Kind, By: e.By.ID, Body: e.By.Body, Text: e.Text}
}

func eventsOf(ctx context.Context, q db.Queryer, caseID string) ([]Record, error) {
	return db.List(ctx, q, func(row db.Row) (Record, error) {
		var r Record
		var at int64
		var kind, byKind string
		err := row.Scan(&r.ID, &r.Case, &r.Matter, &kind, &at, &byKind, &r.By, &r.Body, &r.Text)
		r.Kind, r.ByKind, r.At = Kind(kind), identity.Kind(byKind), time.UnixMicro(at)
		return r, err
	}, `SELECT id, case_id, matter_id, kind, at, by_kind, by_id, body, text FROM casework_event WHERE case_id = $1 ORDER BY id`, caseID)
}
