package casework

import (
	"context"
	"database/sql"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/deadline"
)

// Consultation is a question from one body to another about a case. It stops no clock.
type Consultation struct {
	ID         string
	Case       string
	Matter     string
	From       string // body
	To         string // body
	Question   string
	AskedBy    string
	AskedAt    time.Time
	Until      deadline.Day
	Answer     string
	AnsweredBy string
	AnsweredAt time.Time // zero while open
}

// Consult asks another body about the matter, to be answered by the day until.
func (s *Service) Consult(ctx context.Context, by identity.Actor, matter, body, question string, until deadline.Day) error {
	return s.ConsultAs(ctx, by, ref.NewID("q"), matter, body, question, until)
}

// ConsultAs is Consult under an id that the caller made. Done again with the same id, it asks nothing more.
func (s *Service) ConsultAs(ctx context.Context, by identity.Actor, id, matter, body, question string, until deadline.Day) error {
	if err := required(map[string]string{"body": body, "question": question, "until": string(until)}); err != nil {
		return err
	}
	if until <= deadline.Of(s.now()) {
		return fault.Fields([]fault.Field{{Name: "until", Code: "field.date-past"}})
	}
	if staff, err := s.staff(ctx, body); err != nil {
		return err
	} else if len(staff) == 0 { // there is nobody to answer
		return fault.Fields([]fault.Field{{Name: "body", Code: "field.option"}})
	}
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		_, m, err := permitted(ctx, tx, matter, ActAskBody)
		if err != nil {
			return err
		}
		if m.State.Ended() {
			return fault.New(fault.Conflict, "error.matter.state", "state", string(m.State))
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO casework_consultation
			(id, case_id, matter_id, from_body, to_body, question, asked_by, asked_at, until_on, answer, answered_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '') ON CONFLICT (id) DO NOTHING`,
			id, m.Case, m.ID, by.Body, body, question, by.ID, s.now().UnixMicro(), string(until))
		return err
	})
}

// AnswerConsultation answers another body's question. The body asked sees the question alone; the
// case stays with the body that asked.
func (s *Service) AnswerConsultation(ctx context.Context, by identity.Actor, id, answer string) error {
	if err := required(map[string]string{"answer": answer}); err != nil {
		return err
	}
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		q, err := findConsultation(ctx, tx, id)
		if err != nil {
			return err
		}
		c, err := findCase(ctx, tx, q.Case)
		if err != nil {
			return err
		}
		err = tx.Permit(ctx, ActAnswerBody, access.Resource{Kind: "consultation", ID: id, Subject: c.Subject, Case: q.Case, Matter: q.Matter, Body: q.To, Purpose: "casework:" + c.Service})
		if err != nil {
			return hidden(err)
		}
		return db.One(tx.ExecContext(ctx, `UPDATE casework_consultation SET answer = $1, answered_by = $2, answered_at = $3 WHERE id = $4 AND answered_at IS NULL`,
			answer, by.ID, s.now().UnixMicro(), id))
	})
}

// Consultations lists the questions about a case, for those who may read the case.
func (s *Service) Consultations(ctx context.Context, q db.Queryer, caseID string) ([]Consultation, error) {
	return db.List(ctx, q, scanConsultation, `SELECT `+consultationColumns+` FROM casework_consultation WHERE case_id = $1 ORDER BY id`, caseID)
}

// OpenConsultations lists the questions that wait for the officer's body.
func (s *Service) OpenConsultations(ctx context.Context, by identity.Actor) ([]Consultation, error) {
	var all []Consultation
	err := s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, ActReadQueue, access.Resource{Kind: "queue", ID: by.Body, Body: by.Body, Purpose: "casework"}); err != nil {
			return err
		}
		var err error
		all, err = db.List(ctx, v, scanConsultation, `SELECT `+consultationColumns+` FROM casework_consultation WHERE to_body = $1 AND answered_at IS NULL ORDER BY id`, by.Body)
		return err
	})
	return all, err
}

const consultationColumns = `id, case_id, matter_id, from_body, to_body, question, asked_by, asked_at, until_on, answer, answered_by, answered_at`

func findConsultation(ctx context.Context, q db.Queryer, id string) (Consultation, error) {
	found, err := db.List(ctx, q, scanConsultation, `SELECT `+consultationColumns+` FROM casework_consultation WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "error.case.not-found")
	}
	if err != nil {
		return Consultation{}, err
	}
	return found[0], nil
}

func scanConsultation(row db.Row) (Consultation, error) {
	var c Consultation
	var asked int64
	var answered sql.NullInt64
	err := row.Scan(&c.ID, &c.Case, &c.Matter, &c.From, &c.To, &c.Question, &c.AskedBy, &asked, &c.Until, &c.Answer, &c.AnsweredBy, &answered)
	c.AskedAt = time.UnixMicro(asked)
	if answered.Valid {
		c.AnsweredAt = time.UnixMicro(answered.Int64)
	}
	return c, err
}
