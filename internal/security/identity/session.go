package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/ref"
)

// Session is a signed-in browser.
type Session struct {
	ID        string
	Cookie    string // known only when the session is opened
	Account   string
	Subject   string // whose affairs
	Method    string // password or passkey
	Place     string // where it was opened from
	CreatedAt time.Time
	SeenAt    time.Time
	Until     time.Time // ends then at the latest
	Actor     Actor     // known only when the session is opened
}

// Ended is what Actor says of a cookie that opens nothing, or nothing any more.
func ended() error { return fault.New(fault.Denied, "signin.ended") }

// open makes a session, with an id and a cookie that did not exist before.
func (s *Service) open(ctx context.Context, tx *db.Tx, a Account, method, place string) (Session, error) {
	now := s.now()
	x := Session{
		ID: ref.NewID(sessionPrefix), Cookie: secret(), Account: a.ID, Subject: a.Subject, Method: method, Place: place,
		CreatedAt: now, SeenAt: now, Until: now.Add(s.longest),
	}
	x.Actor = a.actor(x.ID, x.Subject, method)
	if err := insertSession(ctx, tx, x, s.code("session", x.Cookie)); err != nil {
		return Session{}, err
	}
	return x, s.tell(ctx, tx, Event{At: now, What: SignedIn, By: x.Actor, From: place, ID: x.ID})
}

// Actor is who is behind a cookie. Of a cookie that opens nothing, or nothing any more, it returns a
// nobody and fault.Denied, "signin.ended".
//
// It is asked at every request and answers from memory. What takes a session away (signing out, ending
// it, closing the account, acting for another) is heard of by all processes within a second: it carries
// the next number of a counter of the database, and a process that has not looked at the counter for a
// second looks before it answers (see cache.go).
func (s *Service) Actor(ctx context.Context, cookie string) (Actor, error) {
	seat, err := s.seat(ctx, "session", cookie, findSession)
	if err != nil {
		return Actor{Kind: Nobody}, err
	}
	return seat.actor, nil
}

// ActFor lets the person of a session act for somebody else, when may says so, or for herself again. The
// session gets a new id and a new cookie; the old ones end.
func (s *Service) ActFor(ctx context.Context, cookie, subject string, may func(ctx context.Context, person, subject string) (bool, error)) (Session, error) {
	by, err := s.Actor(ctx, cookie)
	if err != nil {
		return Session{}, err
	}
	if by.Kind != Person || by.Self == "" {
		return Session{}, fault.New(fault.Denied, "signin.not-a-person")
	}
	if subject == "" {
		subject = by.Self
	}
	if subject != by.Self {
		ok, err := may(ctx, by.Self, subject)
		if err != nil {
			return Session{}, fmt.Errorf("act for another: %w", err)
		}
		if !ok {
			return Session{}, fault.New(fault.Denied, "signin.no-mandate")
		}
	}
	return s.renew(ctx, cookie, ActsFor, func(x *Session) { x.Subject = subject })
}

// renew replaces a session by one that differs in what change says. It ends when the old one would have.
func (s *Service) renew(ctx context.Context, cookie, what string, alter func(*Session)) (Session, error) {
	var x Session
	err := s.taking(ctx, "renew session", func(tx *db.Tx, change int64) ([]string, error) {
		old := s.code("session", cookie)
		row, err := findSession(ctx, tx, old)
		if err != nil {
			return nil, err
		}
		if s.over(row, s.now()) {
			return nil, ended()
		}
		if _, err := endSession(ctx, tx, row.session.ID, row.account.ID, s.now(), change); err != nil {
			return nil, err
		}
		x = row.session
		x.ID, x.Cookie, x.SeenAt = ref.NewID(sessionPrefix), secret(), s.now()
		alter(&x)
		x.Actor = row.account.actor(x.ID, x.Subject, x.Method)
		if err := insertSession(ctx, tx, x, s.code("session", x.Cookie)); err != nil {
			return nil, err
		}
		return []string{old}, s.tell(ctx, tx, Event{At: s.now(), What: what, By: x.Actor, From: x.Place, ID: x.ID})
	})
	return x, err
}

// SignOut ends the session of a cookie. A cookie that opens nothing is signed out already.
func (s *Service) SignOut(ctx context.Context, cookie string) error {
	code := s.code("session", cookie)
	row, err := findSession(ctx, s.store.Read(), code)
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	if row.session.ID == "" {
		return nil
	}
	return s.end(ctx, row.account.actor(row.session.ID, row.session.Subject, row.session.Method), row.session.ID)
}

// Sessions lists the open sessions of an account, the newest first, for its holder to look through.
func (s *Service) Sessions(ctx context.Context, by Actor) ([]Session, error) {
	rows, err := sessionsOf(ctx, s.store.Read(), by.ID, s.now())
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	open := slices.DeleteFunc(rows, func(x Session) bool { return s.now().Sub(x.SeenAt) >= s.idle[by.Kind] })
	return open, nil
}

// EndSession ends one of the actor's own sessions.
func (s *Service) EndSession(ctx context.Context, by Actor, id string) error {
	return s.end(ctx, by, id)
}

func (s *Service) end(ctx context.Context, by Actor, id string) error {
	return s.taking(ctx, "end session", func(tx *db.Tx, change int64) ([]string, error) {
		code, err := endSession(ctx, tx, id, by.ID, s.now(), change)
		if err != nil {
			return nil, err
		}
		if code == "" {
			return nil, nil // it is over already, or somebody else's, which she is not to know
		}
		return []string{code}, s.tell(ctx, tx, Event{At: s.now(), What: SignedOut, By: by, ID: id})
	})
}

// EndOthers ends all the actor's sessions but the one she is in, and all her tokens.
func (s *Service) EndOthers(ctx context.Context, by Actor) error {
	return s.taking(ctx, "end sessions", func(tx *db.Tx, change int64) ([]string, error) {
		gone, err := endAll(ctx, tx, by.ID, by.Session, s.now(), change)
		if err != nil {
			return nil, err
		}
		return gone, s.tell(ctx, tx, Event{At: s.now(), What: SignedOut, By: by})
	})
}

// over reports whether a session or token has ended, by itself or by somebody.
func (s *Service) over(row seatRow, now time.Time) bool {
	idle := s.idle[row.account.Kind]
	return row.session.ID == "" || row.ended || !row.account.ClosedAt.IsZero() || !now.Before(row.session.Until) ||
		row.scopes == nil && now.Sub(row.session.SeenAt) >= idle
}

// Sweep deletes what has expired. What somebody ended stays for a day, so that every process has heard
// of it.
func (s *Service) Sweep(ctx context.Context) error {
	_, err := s.sweep(ctx)
	return err
}

func (s *Service) sweep(ctx context.Context) (int64, error) {
	var n int64
	now := s.now()
	err := s.store.Write(ctx, func(tx *db.Tx) error {
		var err error
		n, err = clean(ctx, tx, now, now.Add(-24*time.Hour), now.Add(-lockTime))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweep sessions: %w", err)
	}
	return n, nil
}
