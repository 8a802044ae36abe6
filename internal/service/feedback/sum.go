package feedback

import (
	"context"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
)

const actSum access.Action = "rating.sum"

// poor is the best of the bad ratings.
const poor = 2

// Sum is how a service was rated by everybody together.
type Sum struct {
	Service string
	N, Bad  int
}

// Low reports whether enough ratings are bad: at least so many, and this share of them in per cent.
func (s Sum) Low(least, percent int) bool {
	return s.Bad > 0 && s.N >= least && s.Bad*100 >= s.N*percent
}

// Sums adds up the ratings of each service since a time. Who gave them and what they wrote is not shown.
func (s *Service) Sums(ctx context.Context, by identity.Actor, since time.Time) ([]Sum, error) {
	var all []Sum
	err := s.gate.See(ctx, by, func(v *access.View) (err error) {
		if err := v.Permit(ctx, actSum, access.Resource{Kind: "rating", Body: s.host(), Purpose: "upkeep", Attrs: map[string]any{"applicant": ""}}); err != nil {
			return err
		}
		all, err = db.List(ctx, v, func(row db.Row) (Sum, error) {
			var x Sum
			err := row.Scan(&x.Service, &x.N, &x.Bad)
			return x, err
		}, `SELECT service, COUNT(*), CAST(SUM(CASE WHEN level <= $1 THEN 1 ELSE 0 END) AS BIGINT)
			FROM feedback_rating WHERE rated_at >= $2 GROUP BY service ORDER BY service`, poor, since.UnixMicro())
		return err
	})
	return all, err
}
