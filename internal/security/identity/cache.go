package identity

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

const (
	// hearEvery is how old the newest look at the counter of changes may be when somebody is let in.
	hearEvery = time.Second
	// askMandate is how often it is asked again whether somebody may act for another.
	askMandate = time.Minute
	// mostSeats bounds the memory; one takes about half a kilobyte.
	mostSeats = 20_000
	// seenSteps: that a session was used is written down when this part of its idle time has passed. A
	// person who goes on at another process after a break may thus be signed out this much early.
	seenSteps = 16
)

// seat is what is remembered of a session or a token.
type seat struct {
	actor  Actor
	scopes []string // of a token; nil for a session
	until  time.Time
	idle   time.Duration // 0 for a token

	seen     time.Time // when it was used
	saved    time.Time // the same, as the database has it
	mandated time.Time // when it was last asked whether she may act for the subject
}

// cache remembers sessions and tokens by their codes. It must never let in whom the database would not
// have let in a second ago:
//
// Whatever takes something away from a session takes the next number of the one row of identity_change
// in the same transaction and writes it on the session (change). The row's lock makes numbers appear in
// the order of commits. Before it answers, a process that has not looked for a second reads the counter;
// if it moved, it forgets all codes with a greater number than the one it had seen. Expiry needs no
// news: until and idle are remembered.
//
// What is read from the database is remembered only when nothing was forgotten since before the reading
// (generation): otherwise a session read just before its end would be remembered just after it.
type cache struct {
	hearing sync.Mutex // one asks, the others wait for the answer

	mu         sync.Mutex
	seats      map[string]*seat
	generation uint64
	heard      int64     // the number up to which changes are known
	heardAt    time.Time // when that was asked
}

func newCache() *cache { return &cache{seats: map[string]*seat{}, heard: -1} }

func (c *cache) due(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	age := now.Sub(c.heardAt)
	return c.heard < 0 || age >= hearEvery || age < 0
}

// drop forgets codes.
func (c *cache) drop(codes []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	for _, code := range codes {
		delete(c.seats, code)
	}
}

func (c *cache) keep(code string, x *seat, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation {
		return
	}
	if len(c.seats) >= mostSeats {
		n := mostSeats / 8
		for other := range c.seats { // in no order, which is as good as any here
			if n--; n < 0 {
				break
			}
			delete(c.seats, other)
		}
	}
	c.seats[code] = x
}

// look returns a copy of what is remembered, marked as used now, and whether that is to be written down.
func (c *cache) look(code string, now time.Time) (x seat, ok, write bool, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.seats[code]
	if p == nil {
		return seat{}, false, false, c.generation
	}
	if !now.Before(p.until) || p.idle > 0 && now.Sub(p.seen) >= p.idle || p.mandated.Add(askMandate).Before(now) {
		delete(c.seats, code) // the database decides
		return seat{}, false, false, c.generation
	}
	p.seen = now
	if p.idle > 0 && now.Sub(p.saved) >= p.idle/seenSteps {
		p.saved, write = now, true
	}
	return *p, true, write, c.generation
}

// hear learns from the database what has been taken away since it was last asked.
func (s *Service) hear(ctx context.Context, now time.Time) error {
	if !s.cache.due(now) {
		return nil
	}
	s.cache.hearing.Lock()
	defer s.cache.hearing.Unlock()
	if !s.cache.due(now) {
		return nil // whoever had the lock has asked
	}
	n, err := changes(ctx, s.store.Read())
	if err != nil {
		return fmt.Errorf("hear of ended sessions: %w", err)
	}
	s.cache.mu.Lock()
	heard := s.cache.heard
	s.cache.mu.Unlock()
	if heard >= 0 && n != heard {
		codes, err := changedSince(ctx, s.store.Read(), heard)
		if err != nil {
			return fmt.Errorf("hear of ended sessions: %w", err)
		}
		s.cache.drop(codes)
	}
	s.cache.mu.Lock()
	s.cache.heard, s.cache.heardAt = n, now
	s.cache.mu.Unlock()
	return nil
}

// secretLength is that of 256 bits in base64; whatever is not so long opens nothing.
const secretLength = 43

func (s *Service) seat(ctx context.Context, purpose, text string, find func(context.Context, db.Queryer, string) (seatRow, error)) (seat, error) {
	if len(text) != secretLength {
		return seat{}, ended()
	}
	now, code := s.now(), s.code(purpose, text)
	if err := s.hear(ctx, now); err != nil {
		return seat{}, err
	}
	x, ok, write, generation := s.cache.look(code, now)
	if !ok {
		row, err := find(ctx, s.store.Read(), code)
		if err != nil {
			return seat{}, fmt.Errorf("find %s: %w", purpose, err)
		}
		if s.over(row, now) {
			return seat{}, ended()
		}
		if x, err = s.take(ctx, row, now); err != nil {
			return seat{}, err
		}
		kept := x
		s.cache.keep(code, &kept, generation)
		write = x.idle > 0 && now.Sub(x.saved) >= x.idle/seenSteps
	}
	if write {
		if err := s.store.Write(ctx, func(tx *db.Tx) error { return saw(ctx, tx, code, now) }); err != nil {
			return seat{}, fmt.Errorf("note that a session is used: %w", err)
		}
	}
	return x, nil
}

// take makes a seat of a row that is in force. Who no longer may act for the subject is signed out.
func (s *Service) take(ctx context.Context, row seatRow, now time.Time) (seat, error) {
	x := seat{
		actor:  row.account.actor(row.session.ID, row.session.Subject, row.session.Method),
		scopes: row.scopes, until: row.session.Until, seen: now, saved: row.session.SeenAt, mandated: now,
	}
	if row.scopes == nil {
		x.idle = s.idle[row.account.Kind]
	}
	if s.may == nil || x.actor.Subject == x.actor.Self {
		return x, nil
	}
	ok, err := s.may(ctx, x.actor.Self, x.actor.Subject)
	switch {
	case fault.Is(err, fault.Unavailable):
		// The register that knows is down. That it said yes a minute ago is good enough until it is back,
		// within the session's own limits.
		return x, nil
	case err != nil:
		return seat{}, fmt.Errorf("ask for the mandate of a session: %w", err)
	case !ok:
		if row.scopes == nil {
			err = s.end(ctx, x.actor, x.actor.Session)
		} else {
			err = s.Revoke(ctx, x.actor, x.actor.Session)
		}
		return seat{}, joined(ended(), err)
	}
	return x, nil
}

// taking carries out what takes something away: with the next number of the counter, and with the codes
// forgotten here at once. Other processes hear of it within a second.
func (s *Service) taking(ctx context.Context, doing string, fn func(tx *db.Tx, change int64) (codes []string, err error)) error {
	var codes []string
	err := s.write(ctx, doing, func(tx *db.Tx) error {
		change, err := nextChange(ctx, tx)
		if err != nil {
			return err
		}
		codes, err = fn(tx, change)
		return err
	})
	if err != nil {
		return err
	}
	s.cache.drop(codes)
	return nil
}
