package fulfilment

import (
	"context"
	"fmt"

	"tongban/internal/data/credential"
	"tongban/internal/security/access"
	"tongban/internal/service/deadline"
)

// expireAtOnce bounds how many certificates end in one transaction, for which everybody who writes waits.
const expireAtOnce = 100

// Expire ends the certificates whose last day has passed (Administrative Licence Law, art. 70). Each stands
// in its holder's record of who did what. Done twice, it does nothing.
func (s *Service) Expire(ctx context.Context) error {
	today := string(deadline.Of(s.Now()))
	for {
		due, err := s.Credentials.Due(ctx, s.Read, today, expireAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		err = s.Gate.Do(ctx, system, func(tx *access.Tx) error {
			for _, c := range due {
				r := access.Resource{Kind: "certificate", ID: c.ID, Subject: c.Holder, Body: c.Issuer, Purpose: "upkeep"}
				if err := tx.Permit(ctx, actExpire, r); err != nil {
					return err
				}
				if err := s.Credentials.Expire(ctx, tx, c.ID, credential.Change{Reason: credential.ReasonExpired}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("expire certificates: %w", err)
		}
	}
}
