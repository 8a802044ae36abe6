package identity

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

// Wrong sign-ins lock a login for a while, whether or not there is such an account, and slow down where
// they come from. A place is never locked out: behind one address there may be a whole office.
const (
	wrongs     = 5                // wrong passwords in a row …
	lockTime   = 15 * time.Minute // … within this time lock the login for as long (GB/T 22239-2019, 8.1.4.1 b)
	patience   = 10               // wrong attempts that a place has before it must wait between them
	longestGap = time.Minute

	mostWaiting = 64 // who wait for their turn with one login
)

// SignIn opens a session for whoever knows the password. from is where the request came from. What it
// answers to a wrong password and to an unknown login is the same, and takes the same time.
func (s *Service) SignIn(ctx context.Context, login, password, from string) (Session, error) {
	login = foldLogin(login)
	try := attempt{who: s.code("login", login), where: s.code("place", from)}
	// One after another, or a person who signs in on six devices at once would lock herself out.
	leave, err := s.turns.take(ctx, try.who)
	if err != nil {
		return Session{}, err
	}
	defer leave()
	if err := s.admit(ctx, &try); err != nil {
		return Session{}, err
	}
	row, err := findAccount(ctx, s.store.Read(), "login", login)
	if err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	phc := row.password
	if !row.ClosedAt.IsZero() {
		phc = ""
	}
	ok, err := s.hasher.matches(ctx, password, phc)
	if err != nil { // nothing was tried, so nothing counts
		return Session{}, joined(err, s.write(context.WithoutCancel(ctx), "sign in", func(tx *db.Tx) error { return takeBack(ctx, tx, try.who) }))
	}
	if !ok {
		return Session{}, s.wrong(ctx, row, try, from)
	}
	if s.hasher.price.weaker(phc) {
		if phc, err = s.hasher.hash(ctx, password); err != nil {
			return Session{}, err
		}
	}
	var session Session
	err = s.write(ctx, "sign in", func(tx *db.Tx) error {
		if err := forgive(ctx, tx, try.who, try.where); err != nil {
			return err
		}
		if phc != row.password {
			if err := setPassword(ctx, tx, row.ID, phc); err != nil {
				return err
			}
		}
		var err error
		session, err = s.open(ctx, tx, row.Account, byPassword, from)
		return err
	})
	return session, err
}

// wrong says no. The same is written for an unknown login, so that it takes as long.
func (s *Service) wrong(ctx context.Context, row accountRow, try attempt, from string) error {
	now := s.now()
	e := Event{At: now, What: SignInWrong, By: Actor{Kind: Nobody}, From: from}
	if row.ID != "" {
		e.By = Actor{Kind: row.Kind, ID: row.ID, Self: row.Subject, Subject: row.Subject, Body: row.Body}.WithName(row.Name)
	}
	if try.n >= wrongs {
		e.What = SignInLocked
	}
	err := s.write(ctx, "sign in", func(tx *db.Tx) error {
		n, err := countPlace(ctx, tx, try.where, now)
		if err != nil {
			return err
		}
		if gap := gapAfter(n); gap > 0 {
			if err := keepAway(ctx, tx, try.where, now.Add(gap)); err != nil {
				return err
			}
		}
		return s.tell(ctx, tx, e)
	})
	if err != nil {
		return err
	}
	return fault.New(fault.Denied, "signin.wrong")
}

// attempt is one try to sign in.
type attempt struct {
	who, where string // keyed codes: a wrong login may be a password typed into the wrong field
	n          int64  // which try of this login it is
}

// admit counts the attempt of the login before it is made, so that many at once, through many processes,
// cannot all pass a count that they read before. A right password takes the count back.
func (s *Service) admit(ctx context.Context, try *attempt) error {
	now := s.now()
	free, err := freeAt(ctx, s.store.Read(), try.where)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if wait := free.Sub(now); wait > 0 {
		return fault.New(fault.Denied, "signin.slow", "seconds", upTo(wait, time.Second))
	}
	var since time.Time
	err = s.write(ctx, "sign in", func(tx *db.Tx) (err error) {
		try.n, since, err = countLogin(ctx, tx, try.who, now)
		return err
	})
	if err != nil {
		return err
	}
	if try.n > wrongs {
		return fault.New(fault.Denied, "signin.locked", "minutes", upTo(since.Add(lockTime).Sub(now), time.Minute))
	}
	return nil
}

// upTo is how many whole units d takes.
func upTo(d, unit time.Duration) string { return strconv.Itoa(int((d + unit - 1) / unit)) }

// turns lets those of one name in one after another.
type turns struct {
	mu  sync.Mutex
	one map[string]*turn
}

type turn struct {
	free chan struct{}
	n    int // who holds it or waits
}

func (t *turns) take(ctx context.Context, name string) (leave func(), err error) {
	t.mu.Lock()
	x := t.one[name]
	if x == nil {
		x = &turn{free: make(chan struct{}, 1)}
		x.free <- struct{}{}
		t.one[name] = x
	}
	if x.n > mostWaiting {
		t.mu.Unlock()
		return nil, fault.New(fault.Unavailable, "signin.busy")
	}
	x.n++
	t.mu.Unlock()
	gone := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if x.n--; x.n == 0 {
			delete(t.one, name)
		}
	}
	select {
	case <-x.free:
		return func() { x.free <- struct{}{}; gone() }, nil
	case <-ctx.Done():
		gone()
		return nil, ctx.Err()
	}
}

// gapAfter is how long a place waits after its n-th wrong attempt: one second, two, four …
func gapAfter(n int64) time.Duration {
	if n < patience {
		return 0
	}
	if n-patience > 6 {
		return longestGap
	}
	return min(time.Second<<(n-patience), longestGap)
}

func (s *Service) write(ctx context.Context, doing string, fn func(*db.Tx) error) error {
	err := s.store.Write(ctx, fn)
	if err != nil && fault.Of(err) == fault.Bug {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return err
}

func joined(err, more error) error {
	if more != nil {
		return fmt.Errorf("%w; and then: %w", err, more)
	}
	return err
}
