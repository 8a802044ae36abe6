package notice

import (
	"context"
	"database/sql"
	"embed"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
)

// Schema makes the tables that this package owns.
//
//go:embed schema/*.sql
var Schema embed.FS

// Message is one message in a person's mailbox.
type Message struct {
	ID      string
	Case    string
	Matter  string // empty when it is about the whole case
	Offer   string // what is offered unasked, when there is no case
	Kind    string // what happened, as casework names it
	At      time.Time
	ReadAt  time.Time // zero while unread
	Account string
	Subject string
	Event   string
}

// Service keeps mailboxes.
type Service struct {
	gate *access.Gate
	now  func() time.Time
}

// New makes the service.
func New(gate *access.Gate, now func() time.Time) *Service { return &Service{gate: gate, now: now} }

const (
	actSend access.Action = "message.write"
	actRead access.Action = "message.read"
)

func resource(account, subject, caseID string) access.Resource {
	return access.Resource{Kind: "mailbox", ID: account, Subject: subject, Case: caseID, Attrs: map[string]any{"applicant": account}}
}

// Send puts a message into the mailbox of the case's applicant, or of somebody who is offered something. A second message about the same event
// changes nothing.
func (s *Service) Send(ctx context.Context, by identity.Actor, m Message) error {
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		r := resource(m.Account, m.Subject, m.Case)
		if m.Offer != "" {
			r.Purpose = "benefit"
		}
		if err := tx.Permit(ctx, actSend, r); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO notice_message (id, event, account, subject, case_id, matter_id, kind, at, offer_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (event) DO NOTHING`,
			ref.NewID("n"), m.Event, m.Account, m.Subject, m.Case, m.Matter, m.Kind, s.now().UnixMicro(), m.Offer)
		return err
	})
}

// Mine lists the actor's messages for the affairs she acts in, newest first, and how many of all are
// unread. before is the last id of the page above, or empty.
func (s *Service) Mine(ctx context.Context, by identity.Actor, before string, limit int) (messages []Message, unread int, err error) {
	if before == "" {
		before = "~"
	}
	err = s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, actRead, resource(by.ID, by.Subject, "")); err != nil {
			return err
		}
		if err := v.QueryRowContext(ctx, `SELECT COUNT(*) FROM notice_message WHERE account = $1 AND subject = $2 AND read_at IS NULL`, by.ID, by.Subject).Scan(&unread); err != nil {
			return err
		}
		messages, err = db.List(ctx, v, func(row db.Row) (Message, error) {
			m := Message{Account: by.ID, Subject: by.Subject}
			var at int64
			var read sql.NullInt64
			err := row.Scan(&m.ID, &m.Case, &m.Matter, &m.Offer, &m.Kind, &at, &read)
			m.At = time.UnixMicro(at)
			if read.Valid {
				m.ReadAt = time.UnixMicro(read.Int64)
			}
			return m, err
		}, `SELECT id, case_id, matter_id, offer_id, kind, at, read_at FROM notice_message
			WHERE account = $1 AND subject = $2 AND id < $3 ORDER BY id DESC LIMIT $4`, by.ID, by.Subject, before, limit)
		return err
	})
	return messages, unread, err
}

// MarkRead notes that the actor has opened what the messages about a case point to; without a case, those about
// what she is offered.
func (s *Service) MarkRead(ctx context.Context, by identity.Actor, caseID string) error {
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actRead, resource(by.ID, by.Subject, caseID)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE notice_message SET read_at = $1 WHERE account = $2 AND case_id = $3 AND read_at IS NULL`,
			s.now().UnixMicro(), by.ID, caseID)
		return err
	})
}
