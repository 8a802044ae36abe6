package feedback

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
)

// Schema makes the tables that this package owns.
//
//go:embed schema/*.sql
var Schema embed.FS

// The levels: 5 very satisfied … 1 very dissatisfied; 1 and 2 are bad ratings that must be followed up.
const (
	Best  = 5
	Worst = 1
)

// Items are the sub-items that may be ticked, the same for every online service.
var Items = []string{"speed", "guide", "convenience", "platform"}

const (
	changeDays = 15
	maxText    = 1000
)

// Rating is one rating, or the invitation to give it.
type Rating struct {
	Token   string
	Matter  string
	Case    string
	Account string
	Subject string
	Service string
	Def     string
	Body    string
	Invited time.Time
	Level   int // 0 while nothing was said
	Items   []string
	Text    string
	Rated   time.Time // zero while nothing was said
}

// Open reports whether the rating can be given or changed at a time.
func (r Rating) Open(now time.Time) bool {
	return r.Rated.IsZero() || now.Before(r.Rated.AddDate(0, 0, changeDays))
}

// Service keeps ratings and wishes.
type Service struct {
	gate *access.Gate
	read db.Queryer
	host func() string
	now  func() time.Time
}

// New makes the service. read finds an invitation by its token, which is the right to see it; host is the
// body that answers for the site.
func New(gate *access.Gate, read db.Queryer, host func() string, now func() time.Time) *Service {
	return &Service{gate: gate, read: read, host: host, now: now}
}

const (
	actInvite access.Action = "rating.invite"
	actWrite  access.Action = "rating.write"
)

func (r Rating) resource() access.Resource {
	return access.Resource{Kind: "rating", ID: r.Matter, Subject: r.Subject, Case: r.Case, Matter: r.Matter, Body: r.Body, Purpose: "feedback",
		Attrs: map[string]any{"applicant": r.Account}}
}

// Invite makes the invitation for a matter that got its result; a second invitation changes nothing.
func (s *Service) Invite(ctx context.Context, by identity.Actor, r Rating) error {
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actInvite, r.resource()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO feedback_rating
			(token, matter_id, case_id, account, subject, service, def, body, invited_at, level, items, text)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '[]', '') ON CONFLICT (matter_id) DO NOTHING`,
			ref.NewToken(), r.Matter, r.Case, r.Account, r.Subject, r.Service, r.Def, r.Body, s.now().UnixMicro())
		return err
	})
}

// Find finds an invitation by its token.
func (s *Service) Find(ctx context.Context, token string) (Rating, error) {
	return scan(s.read.QueryRowContext(ctx, `SELECT `+columns+` FROM feedback_rating WHERE token = $1`, token))
}

// OfCase lists the invitations and ratings of one of the actor's cases.
func (s *Service) OfCase(ctx context.Context, by identity.Actor, caseID string) ([]Rating, error) {
	return db.List(ctx, s.read, scan, `SELECT `+columns+` FROM feedback_rating WHERE case_id = $1 AND account = $2 ORDER BY invited_at, token`, caseID, by.ID)
}

// Rate gives or changes a rating. Only the person who was invited can.
func (s *Service) Rate(ctx context.Context, by identity.Actor, token string, level int, items []string, text string) error {
	var wrong []fault.Field
	if level < Worst || level > Best {
		wrong = append(wrong, fault.Field{Name: "level", Code: "field.choose"})
	}
	if slices.ContainsFunc(items, func(i string) bool { return !slices.Contains(Items, i) }) {
		wrong = append(wrong, fault.Field{Name: "items", Code: "field.choose"})
	}
	if utf8.RuneCountInString(text) > maxText {
		wrong = append(wrong, fault.Field{Name: "text", Code: "field.too-long", Args: map[string]string{"max": "1000"}})
	}
	if err := fault.Fields(wrong); err != nil {
		return err
	}
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		r, err := scan(tx.QueryRowContext(ctx, `SELECT `+columns+` FROM feedback_rating WHERE token = $1`, token))
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, actWrite, r.resource()); err != nil {
			return err
		}
		now := s.now()
		if !r.Open(now) {
			return fault.New(fault.Late, "error.rating.late")
		}
		ticked, err := json.Marshal(items)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE feedback_rating SET level = $1, items = $2, text = $3, rated_at = COALESCE(rated_at, $4), changed_at = $4 WHERE token = $5`,
			level, string(ticked), text, now.UnixMicro(), token)
		return err
	})
}

const columns = `token, matter_id, case_id, account, subject, service, def, body, invited_at, level, items, text, rated_at`

func scan(row db.Row) (Rating, error) {
	var r Rating
	var invited int64
	var items string
	var rated sql.NullInt64
	err := row.Scan(&r.Token, &r.Matter, &r.Case, &r.Account, &r.Subject, &r.Service, &r.Def, &r.Body, &invited, &r.Level, &items, &r.Text, &rated)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "error.rating.not-found")
	}
	if err != nil {
		return r, err
	}
	r.Invited = time.UnixMicro(invited)
	if rated.Valid {
		r.Rated = time.UnixMicro(rated.Int64)
	}
	return r, json.Unmarshal([]byte(items), &r.Items)
}
