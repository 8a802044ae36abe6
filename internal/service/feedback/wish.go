package feedback

import (
	"context"
	"regexp"
	"strings"
	"unicode/utf8"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/deadline"
)

// Wish is something that people looked for and did not find. Who they were is not kept, nor the hour.
type Wish struct {
	Text        string
	N           int // how often
	First, Last deadline.Day
}

const (
	minWish    = 2
	maxWish    = 200
	wishDays   = 365  // that a wish is kept
	wishes     = 2000 // different ones on one day; more is somebody's program
	wishesShow = 200

	actWish     access.Action = "wish.write"
	actReadWish access.Action = "wish.read"
)

// numbers are telephone, identity and card numbers: they say who somebody is and not what is wanted.
var numbers = regexp.MustCompile(`[0-9０-９][0-9０-９Xx \-]{5,}[0-9０-９Xx]`)

func (s *Service) wish() access.Resource {
	return access.Resource{Kind: "wish", Body: s.host(), Purpose: "upkeep"}
}

// Wish keeps what somebody looked for and did not find, without long numbers.
func (s *Service) Wish(ctx context.Context, by identity.Actor, text string) error {
	text = strings.Join(strings.Fields(numbers.ReplaceAllString(text, " … ")), " ")
	switch n := utf8.RuneCountInString(text); {
	case n < minWish:
		return fault.Fields([]fault.Field{{Name: "text", Code: "field.required"}})
	case n > maxWish:
		return fault.Fields([]fault.Field{{Name: "text", Code: "field.too-long", Args: map[string]string{"max": "200"}}})
	}
	return s.gate.Do(ctx, by, func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actWish, s.wish()); err != nil {
			return err
		}
		day := string(deadline.Of(s.now()))
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM feedback_wish WHERE day = $1 AND text <> $2`, day, text).Scan(&n); err != nil {
			return err
		}
		if n >= wishes {
			return fault.New(fault.Unavailable, "error.wish.full")
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO feedback_wish (day, text, n) VALUES ($1, $2, 1)
			ON CONFLICT (day, text) DO UPDATE SET n = feedback_wish.n + 1`, day, text)
		return err
	})
}

// Wishes lists what people did not find, the most frequent first. It is for the body that answers for the
// site.
func (s *Service) Wishes(ctx context.Context, by identity.Actor) ([]Wish, error) {
	var all []Wish
	err := s.gate.See(ctx, by, func(v *access.View) (err error) {
		if err := v.Permit(ctx, actReadWish, s.wish()); err != nil {
			return err
		}
		all, err = db.List(ctx, v, func(row db.Row) (Wish, error) {
			var w Wish
			err := row.Scan(&w.Text, &w.N, &w.First, &w.Last)
			return w, err
		}, `SELECT text, CAST(SUM(n) AS BIGINT), MIN(day), MAX(day) FROM feedback_wish
			GROUP BY text ORDER BY SUM(n) DESC, MAX(day) DESC, text LIMIT $1`, wishesShow)
		return err
	})
	return all, err
}

// Sweep removes wishes that were kept for a year.
func (s *Service) Sweep(ctx context.Context) error {
	return s.gate.Do(ctx, identity.ForSystem("feedback"), func(tx *access.Tx) error {
		if err := tx.Permit(ctx, actWish, s.wish()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM feedback_wish WHERE day < $1`, string(deadline.Of(s.now()).Add(-wishDays)))
		return err
	})
}
