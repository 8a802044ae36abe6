package identity_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/security/identity"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		a, o := c.person(t, "wang"), c.officer(t, "fire-1", "officer", "head")
		x := c.signIn(t, " Wang ")
		got, err := c.Actor(ctx, x.Cookie)
		if err != nil {
			t.Fatal(err)
		}
		want := identity.Actor{Kind: identity.Person, ID: a.ID, Self: wang, Subject: wang, Level: identity.AL2, Session: x.ID}.WithName("王㴋䶮")
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(identity.Actor{})); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(want, x.Actor, cmp.AllowUnexported(identity.Actor{})); diff != "" {
			t.Error(diff)
		}
		y := c.signIn(t, "fire-1")
		got, err = c.Actor(ctx, y.Cookie)
		if err != nil || got.Body != "fire" || !got.Has("head") || got.ID != o.ID || got.Subject != "" {
			t.Errorf("officer = %+v, %v", got, err)
		}
		if again := c.signIn(t, "wang"); again.ID == x.ID || again.Cookie == x.Cookie {
			t.Error("two sign-ins have the same session")
		}
		for _, cookie := range []string{"", "x", x.Cookie[:42] + "!", x.Cookie[1:] + "A", x.Cookie + "A"} {
			got, err := c.Actor(ctx, cookie)
			wantCode(t, fmt.Sprintf("cookie %q", cookie), err, "signin.ended")
			if got.Kind != identity.Nobody {
				t.Errorf("cookie %q: %v, want nobody", cookie, got.Kind)
			}
		}
		_, wrong := c.SignIn(ctx, "wang", "not the one", "192.0.2.1")
		before := c.Hashings()
		_, unknown := c.SignIn(ctx, "nobody-of-that-name", password, "192.0.2.1")
		if diff := cmp.Diff(wrong.Error(), unknown.Error()); diff != "" || code(wrong) != "signin.wrong" {
			t.Errorf("a wrong password and an unknown login are answered differently: %s", diff)
		}
		if c.Hashings() != before+1 {
			t.Error("an unknown login is answered without hashing, so faster")
		}
		if n := c.heard(identity.SignedIn); n != 3 {
			t.Errorf("told of %d sign-ins, want 3", n)
		}
		if n := c.heard(identity.SignInWrong); n != 2 {
			t.Errorf("told of %d wrong sign-ins, want 2", n)
		}
	})
}

func TestLockOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		c.person(t, "wang")
		for _, login := range []string{"wang", "nobody-of-that-name"} {
			for i := range 5 {
				_, err := c.SignIn(ctx, login, "wrong", place(i))
				wantCode(t, fmt.Sprintf("%s: wrong attempt %d", login, i+1), err, "signin.wrong")
				c.pass(time.Minute)
			}
			_, err := c.SignIn(ctx, login, password, place(9))
			wantCode(t, login+": right password while locked", err, "signin.locked")
			if got := arg(err, "minutes"); got != "14" {
				t.Errorf("%s: locked for %s minutes, want 14", login, got)
			}
			c.pass(13*time.Minute + 59*time.Second)
			_, err = c.SignIn(ctx, login, "wrong", place(9))
			wantCode(t, login+": one second before the end", err, "signin.locked")
			if got := arg(err, "minutes"); got != "1" {
				t.Errorf("%s: locked for %s minutes, want 1: trying on must not lengthen it", login, got)
			}
		}
		c.pass(time.Minute)
		c.signIn(t, "wang")
		if n := c.heard(identity.SignInLocked); n != 2 {
			t.Errorf("told of %d locks, want 2", n)
		}

		// A right password begins the count anew, and so does a quiet quarter of an hour.
		for range 2 {
			for i := range 4 {
				_, err := c.SignIn(ctx, "wang", "wrong", place(i))
				wantCode(t, "wrong", err, "signin.wrong")
			}
			c.signIn(t, "wang")
		}
		for range 2 {
			for i := range 4 {
				_, err := c.SignIn(ctx, "wang", "wrong", place(i))
				wantCode(t, "wrong", err, "signin.wrong")
			}
			c.pass(15 * time.Minute)
		}
		// Wrong ones a while apart are still in a row.
		for i := range 5 {
			_, err := c.SignIn(ctx, "wang", "wrong", place(i))
			wantCode(t, "wrong, at intervals", err, "signin.wrong")
			c.pass(10 * time.Minute)
		}
		_, err := c.SignIn(ctx, "wang", password, place(9))
		wantCode(t, "after five wrong ones in a row", err, "signin.locked")
	})
}

func place(i int) string { return fmt.Sprintf("203.0.113.%d", i) }

// Two processes and many attempts at once: no more than five are ever compared.
func TestLockOutAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		c.person(t, "wang")
		processes := []*identity.Service{c.Service, c.process(t)}
		var wrong, locked atomic.Int64
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				_, err := processes[i%2].SignIn(context.Background(), "wang", "wrong", place(i))
				switch code(err) {
				case "signin.wrong":
					wrong.Add(1)
				case "signin.locked":
					locked.Add(1)
				default:
					t.Errorf("SignIn() = %v", err)
				}
			})
		}
		wg.Wait()
		if wrong.Load() != 5 || locked.Load() != 25 {
			t.Errorf("%d compared and %d locked, want 5 and 25", wrong.Load(), locked.Load())
		}
	})
}

// A person who signs in on many devices at once, and an office behind one address, are not shut out.
func TestManyRightSignIns(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		c.person(t, "wang")
		for i := range 20 {
			c.officer(t, fmt.Sprintf("fire-%d", i), "officer")
		}
		var wg sync.WaitGroup
		for i := range 40 {
			login := "wang"
			if i%2 == 0 {
				login = fmt.Sprintf("fire-%d", i/2)
			}
			wg.Go(func() {
				if _, err := c.SignIn(context.Background(), login, password, "192.0.2.1"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestSlowDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		c.person(t, "wang")
		try := func(i int) error {
			_, err := c.SignIn(ctx, fmt.Sprintf("login-%d", i), "guess", "198.51.100.7")
			return err
		}
		for i := range 10 {
			wantCode(t, "one of ten logins", try(i), "signin.wrong")
		}
		for i, seconds := range []string{"1", "2", "4", "8", "16", "32", "60", "60"} {
			err := try(100 + i)
			wantCode(t, "at once", err, "signin.slow")
			if got := arg(err, "seconds"); got != seconds {
				t.Errorf("after %d wrong ones: wait %s seconds, want %s", 10+i, got, seconds)
			}
			gap, _ := time.ParseDuration(seconds + "s")
			c.pass(gap)
			wantCode(t, "after the wait", try(200+i), "signin.wrong")
		}
		if _, err := c.SignIn(ctx, "wang", password, "192.0.2.1"); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
		c.pass(time.Minute)
		if _, err := c.SignIn(ctx, "wang", password, "198.51.100.7"); err != nil {
			t.Errorf("a right one from there, after the wait: %v", err)
		}
		c.pass(16 * time.Minute)
		for i := range 9 {
			wantCode(t, "after a quiet time", try(300+i), "signin.wrong")
		}
	})
}

// More than the bounded number of hashings wait; beyond that somebody is told to come again.
func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	h := identity.NewHasher(1)
	var busy, done atomic.Int64
	var wg sync.WaitGroup
	for range 80 {
		wg.Go(func() {
			_, err := identity.Matches(h, context.Background(), "x", "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
			switch code(err) {
			case "":
				done.Add(1)
			case "signin.busy":
				busy.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if done.Load() < 33 || done.Load()+busy.Load() != 80 {
		t.Errorf("%d done and %d turned away, want at least 33 done", done.Load(), busy.Load())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 3 {
		// A context that has ended may still find a free slot; it must not wait for one.
		_, _ = identity.Matches(h, ctx, "x", "")
	}
}

// A hash that was made at a lower price is made anew when its owner signs in, once.
func TestPriceRises(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		c.person(t, "wang")
		c.dear = true
		now := c.process(t)
		for i, want := range []int64{2, 3, 4} { // compared and hashed; from then on compared alone
			if _, err := now.SignIn(context.Background(), "wang", password, "192.0.2.1"); err != nil {
				t.Fatal(err)
			}
			if got := now.Hashings(); got != want {
				t.Errorf("after sign-in %d: %d hashings, want %d", i+1, got, want)
			}
		}
		if _, err := now.SignIn(context.Background(), "wang", "not hers at all", "192.0.2.1"); code(err) != "signin.wrong" {
			t.Errorf("a wrong password: %v", err)
		}
	})
}
