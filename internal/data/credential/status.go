package credential

import (
	"context"
	"slices"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

// Reasons that the platform itself gives; they are text keys. Bodies give theirs in words.
const (
	ReasonReplaced = "certificate.reason.replaced"
	ReasonExpired  = "certificate.reason.expired"
)

// Change says why a status changes.
type Change struct {
	Reason string
	Case   string
	Matter string
}

// StatusRecord is one status that a certificate had.
type StatusRecord struct {
	Version int
	Status  Status
	At      time.Time
	Reason  string
	Case    string
	Matter  string
}

// Suspend takes a certificate out of force for a time (暂扣).
func (s *Service) Suspend(ctx context.Context, tx db.Queryer, id string, why Change) error {
	return s.move(ctx, tx, id, Suspended, why)
}

// Restore puts a suspended certificate into force again.
func (s *Service) Restore(ctx context.Context, tx db.Queryer, id string, why Change) error {
	return s.move(ctx, tx, id, InForce, why)
}

// Revoke undoes a certificate that should not have been issued (撤销, 行政许可法 art. 69).
func (s *Service) Revoke(ctx context.Context, tx db.Queryer, id string, why Change) error {
	return s.move(ctx, tx, id, Revoked, why)
}

// Cancel ends a certificate whose ground has gone (注销, art. 70).
func (s *Service) Cancel(ctx context.Context, tx db.Queryer, id string, why Change) error {
	return s.move(ctx, tx, id, Cancelled, why)
}

// Withdraw takes a certificate away as a penalty (吊销, 行政处罚法 art. 9).
func (s *Service) Withdraw(ctx context.Context, tx db.Queryer, id string, why Change) error {
	return s.move(ctx, tx, id, Withdrawn, why)
}

// Expire ends a certificate whose time is over (失效).
func (s *Service) Expire(ctx context.Context, tx db.Queryer, id string, why Change) error {
	return s.move(ctx, tx, id, Lapsed, why)
}

// move changes the status. The same change again does nothing; one that may not follow is a conflict.
func (s *Service) move(ctx context.Context, tx db.Queryer, id string, to Status, why Change) error {
	c, found, err := readOne(ctx, tx, id)
	if err != nil {
		return wrap("change status of certificate", err)
	}
	if !found || c.Status == Prepared {
		return notFound()
	}
	if c.Status == to {
		return nil
	}
	return s.change(ctx, tx, c, to, why)
}

func (s *Service) change(ctx context.Context, tx db.Queryer, c Certificate, to Status, why Change) error {
	if why.Reason == "" {
		return fault.New(fault.Invalid, "certificate.no-reason")
	}
	if !slices.Contains(moves[c.Status], to) {
		return fault.New(fault.Conflict, "certificate.status", "from", string(c.Status), "to", string(to))
	}
	at := s.now().Truncate(time.Microsecond).UTC()
	changed, err := setStatus(ctx, tx, c, to, at, why)
	if err != nil {
		return wrap("change status of certificate", err)
	}
	if !changed {
		return fault.New(fault.Conflict, "certificate.changed")
	}
	return nil
}

// Due lists up to limit certificates in force whose last day is before today, to be expired. Verifying does
// not wait for it (Certificate.StatusOn); it is for the record and for whom it must be told.
func (s *Service) Due(ctx context.Context, v db.Queryer, today string, limit int) ([]Certificate, error) {
	due, err := readDue(ctx, v, today, limit)
	return due, wrap("find expired certificates", err)
}

// History returns every status of a certificate, the first one first.
func (s *Service) History(ctx context.Context, v db.Queryer, id string) ([]StatusRecord, error) {
	all, err := readHistory(ctx, v, id)
	return all, wrap("read statuses of certificate", err)
}
