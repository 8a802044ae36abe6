package eligibility

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/service/deadline"
)

// Schema makes the tables that this package owns.
//
//go:embed schema/*.sql
var Schema embed.FS

const columns = `id, service, matter, edition, body, subject, name, facts, state, reason, found_at, until_on, case_id, detail`

func insertRun(ctx context.Context, q db.Queryer, id, body string, r Run) error {
	_, err := q.ExecContext(ctx, `INSERT INTO eligibility_run (id, service, body, at, people, found, unclear) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, r.Service, body, r.At.UnixMicro(), r.People, r.Found, r.Unclear)
	return err
}

// lastRuns gives the newest run of each benefit of a body.
func lastRuns(ctx context.Context, q db.Queryer, body string) ([]Run, error) {
	return db.List(ctx, q, func(row db.Row) (Run, error) {
		var r Run
		var at int64
		err := row.Scan(&r.Service, &at, &r.People, &r.Found, &r.Unclear)
		r.At = time.UnixMicro(at)
		return r, err
	}, `SELECT service, at, people, found, unclear FROM eligibility_run r
		WHERE body = $1 AND at = (SELECT MAX(n.at) FROM eligibility_run n WHERE n.service = r.service) ORDER BY service`, body)
}

// has reports whether somebody was found before.
func has(ctx context.Context, q db.Queryer, service, matter, subject string) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM eligibility_offer WHERE service = $1 AND matter = $2 AND subject = $3`, service, matter, subject).Scan(&n)
	return n > 0, err
}

func insertOffer(ctx context.Context, q db.Queryer, o Offer) error {
	facts, detail, err := opaque(o)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO eligibility_offer (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		o.ID, o.Service, o.Matter, o.Edition, o.Body, o.Subject, o.Name, facts, string(o.State), o.Reason, o.FoundAt.UnixMicro(), string(o.Until), o.Case, detail)
	return err
}

func findOffer(ctx context.Context, q db.Queryer, id string) (Offer, error) {
	o, err := scan(q.QueryRowContext(ctx, `SELECT `+columns+` FROM eligibility_offer WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.New(fault.NotFound, "error.benefit.not-found")
	}
	return o, err
}

func offersOf(ctx context.Context, q db.Queryer, body string, state State) ([]Offer, error) {
	return db.List(ctx, q, scan, `SELECT `+columns+` FROM eligibility_offer WHERE body = $1 AND state = $2 ORDER BY id LIMIT $3`, body, string(state), listed)
}

func offersTo(ctx context.Context, q db.Queryer, subject string) ([]Offer, error) {
	return db.List(ctx, q, scan, `SELECT `+columns+` FROM eligibility_offer WHERE subject = $1 ORDER BY id LIMIT $2`, subject, listed)
}

func offerTo(ctx context.Context, q db.Queryer, service, matter, subject string) (Offer, bool, error) {
	o, err := scan(q.QueryRowContext(ctx, `SELECT `+columns+` FROM eligibility_offer WHERE service = $1 AND matter = $2 AND subject = $3`, service, matter, subject))
	if errors.Is(err, sql.ErrNoRows) {
		return o, false, nil
	}
	return o, err == nil, err
}

func scan(row db.Row) (Offer, error) {
	var o Offer
	var facts, state, until, detail string
	var found int64
	if err := row.Scan(&o.ID, &o.Service, &o.Matter, &o.Edition, &o.Body, &o.Subject, &o.Name, &facts, &state, &o.Reason, &found, &until, &o.Case, &detail); err != nil {
		return o, err
	}
	o.State, o.Until, o.FoundAt = State(state), deadline.Day(until), time.UnixMicro(found)
	return o, errors.Join(json.Unmarshal([]byte(facts), &o.Facts), json.Unmarshal([]byte(detail), &o.Detail))
}

func opaque(o Offer) (facts, detail string, err error) {
	f, err := json.Marshal(o.Facts)
	if err != nil {
		return "", "", err
	}
	d, err := json.Marshal(o.Detail)
	return string(f), string(d), err
}

// updateOffer writes an offer that stood in a state; a Conflict when somebody was quicker.
func updateOffer(ctx context.Context, q db.Queryer, o Offer, from State) error {
	facts, detail, err := opaque(o)
	if err != nil {
		return err
	}
	return db.One(q.ExecContext(ctx, `UPDATE eligibility_offer SET state = $1, reason = $2, until_on = $3, facts = $4, case_id = $5, detail = $6, edition = $7
		WHERE id = $8 AND state = $9`, string(o.State), o.Reason, string(o.Until), facts, o.Case, detail, o.Edition, o.ID, string(from)))
}
