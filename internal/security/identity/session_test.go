package identity_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
)

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		c.person(t, "wang")
		c.officer(t, "fire-1", "officer")
		for _, tt := range []struct {
			login string
			idle  time.Duration
		}{{"wang", 2 * time.Hour}, {"fire-1", 30 * time.Minute}} {
			x := c.signIn(t, tt.login)
			for range 3 {
				c.pass(tt.idle - time.Microsecond)
				if _, err := c.Actor(ctx, x.Cookie); err != nil {
					t.Fatalf("%s, in use: %v", tt.login, err)
				}
			}
			c.pass(tt.idle)
			_, err := c.Actor(ctx, x.Cookie)
			wantCode(t, tt.login+", idle", err, "signin.ended")

			// The same in a process that has never seen it.
			x = c.signIn(t, tt.login)
			c.pass(tt.idle)
			_, err = c.process(t).Actor(ctx, x.Cookie)
			wantCode(t, tt.login+", idle, elsewhere", err, "signin.ended")

			x = c.signIn(t, tt.login)
			for range 24*2 - 1 {
				c.pass(15 * time.Minute)
				if _, err := c.Actor(ctx, x.Cookie); err != nil {
					t.Fatalf("%s, in use all day: %v", tt.login, err)
				}
			}
			c.pass(15 * time.Minute)
			_, err = c.Actor(ctx, x.Cookie)
			wantCode(t, tt.login+", after twelve hours of use", err, "signin.ended")
		}
	})
}

// Going on at another process keeps the session alive, although the first wrote down only now and then
// that it is used.
func TestSessionMovesBetweenProcesses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		c.officer(t, "fire-1", "officer")
		x := c.signIn(t, "fire-1")
		other := c.process(t)
		for i := range 30 {
			c.pass(20 * time.Minute)
			if i == 0 || i == 1 {
				c.pass(-18 * time.Minute) // a request just after the last, which is not written down
			}
			s := []*identity.Service{c.Service, other}[i%2]
			if _, err := s.Actor(ctx, x.Cookie); err != nil {
				t.Fatalf("request %d: %v", i, err)
			}
		}
	})
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		a := c.person(t, "wang")
		c.register(t, identity.Account{Kind: identity.Person, Name: "李明远", Subject: li, Level: identity.AL2, Login: "li"})
		x, y, stranger := c.signIn(t, "wang"), c.signIn(t, "wang"), c.signIn(t, "li")
		other := c.process(t)
		for _, cookie := range []string{x.Cookie, y.Cookie, stranger.Cookie} {
			if _, err := other.Actor(ctx, cookie); err != nil {
				t.Fatal(err)
			}
		}
		list, err := c.Sessions(ctx, x.Actor)
		if err != nil || len(list) != 2 || list[0].Cookie != "" || list[0].Place != "192.0.2.1" || list[0].Account != a.ID {
			t.Fatalf("Sessions() = %+v, %v, want two", list, err)
		}
		if err := c.EndSession(ctx, stranger.Actor, x.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Actor(ctx, x.Cookie); err != nil {
			t.Errorf("somebody else ended the session: %v", err)
		}
		if err := c.SignOut(ctx, x.Cookie); err != nil {
			t.Fatal(err)
		}
		_, err = c.Actor(ctx, x.Cookie)
		wantCode(t, "in this process, at once", err, "signin.ended")
		if err := c.SignOut(ctx, x.Cookie); err != nil {
			t.Errorf("signing out twice: %v", err)
		}
		c.pass(999 * time.Millisecond)
		if _, err := other.Actor(ctx, y.Cookie); err != nil {
			t.Errorf("the other session: %v", err)
		}
		c.pass(time.Millisecond)
		_, err = other.Actor(ctx, x.Cookie)
		wantCode(t, "in another process, a second later", err, "signin.ended")
		if _, err := other.Actor(ctx, y.Cookie); err != nil {
			t.Errorf("the other session: %v", err)
		}

		z := c.signIn(t, "wang")
		if err := c.EndOthers(ctx, z.Actor); err != nil {
			t.Fatal(err)
		}
		_, err = c.Actor(ctx, y.Cookie)
		wantCode(t, "after all others were ended", err, "signin.ended")
		for _, s := range []identity.Session{z, stranger} {
			if _, err := c.Actor(ctx, s.Cookie); err != nil {
				t.Errorf("a session that was not to end: %v", err)
			}
		}
	})
}

// Requests and sign-outs at once: once SignOut has returned, no request that begins later gets in.
func TestSignOutAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		c.person(t, "wang")
		for range 5 {
			x := c.signIn(t, "wang")
			out := make(chan struct{})
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for {
						select {
						case <-out:
							if _, err := c.Actor(ctx, x.Cookie); code(err) != "signin.ended" {
								t.Errorf("after signing out: %v", err)
							}
							return
						default:
							if _, err := c.Actor(ctx, x.Cookie); err != nil && code(err) != "signin.ended" {
								t.Error(err)
								return
							}
							c.Forget()
						}
					}
				})
			}
			if err := c.SignOut(ctx, x.Cookie); err != nil {
				t.Error(err)
			}
			close(out)
			wg.Wait()
		}
	})
}

func TestActFor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		c.person(t, "wang")
		var asked [][2]string
		may := func(_ context.Context, person, subject string) (bool, error) {
			asked = append(asked, [2]string{person, subject})
			return subject == shop, nil
		}
		x := c.signIn(t, "wang")
		c.pass(time.Hour)
		y, err := c.ActFor(ctx, x.Cookie, shop, may)
		if err != nil {
			t.Fatal(err)
		}
		if y.ID == x.ID || y.Cookie == x.Cookie {
			t.Error("the session kept its id or its cookie when the role changed")
		}
		by, err := c.Actor(ctx, y.Cookie)
		if err != nil || by.Subject != shop || by.Self != wang || by.Session != y.ID {
			t.Errorf("actor = %+v, %v", by, err)
		}
		_, err = c.Actor(ctx, x.Cookie)
		wantCode(t, "the old cookie", err, "signin.ended")
		if !y.Until.Equal(x.Until) {
			t.Errorf("until = %v, want the old session's %v", y.Until, x.Until)
		}
		_, err = c.ActFor(ctx, y.Cookie, "91990100MA0000002X", may)
		wantCode(t, "a business that is not hers", err, "signin.no-mandate")
		if _, err := c.Actor(ctx, y.Cookie); err != nil {
			t.Errorf("a refused switch ended the session: %v", err)
		}
		z, err := c.ActFor(ctx, y.Cookie, "", may)
		if err != nil || z.Actor.Subject != wang {
			t.Errorf("back to herself: %+v, %v", z.Actor, err)
		}
		if want := [][2]string{{wang, shop}, {wang, "91990100MA0000002X"}}; !slices.Equal(asked, want) {
			t.Errorf("asked = %v, want %v", asked, want)
		}
		c.officer(t, "fire-1", "officer")
		_, err = c.ActFor(ctx, c.signIn(t, "fire-1").Cookie, shop, may)
		wantCode(t, "an officer", err, "signin.not-a-person")
		if n := c.heard(identity.ActsFor); n != 2 {
			t.Errorf("told of %d switches, want 2", n)
		}
	})
}

// Who no longer represents a business is signed out of it within a minute.
func TestMandateEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		answer, failure := true, error(nil)
		c.config.May = func(context.Context, string, string) (bool, error) { return answer, failure }
		c.Service = c.process(t)
		c.person(t, "wang")
		x, err := c.ActFor(ctx, c.signIn(t, "wang").Cookie, shop, c.config.May)
		if err != nil {
			t.Fatal(err)
		}
		token, err := c.Token(ctx, x.Actor, []string{"cases:read"}, c.now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		own := c.signIn(t, "wang")
		in := func() (error, error) {
			_, one := c.Actor(ctx, x.Cookie)
			_, _, two := c.ActorOfToken(ctx, token)
			return one, two
		}
		if one, two := in(); one != nil || two != nil {
			t.Fatal(one, two)
		}
		answer, failure = false, fault.New(fault.Unavailable, "register.down")
		c.pass(2 * time.Minute)
		if one, two := in(); one != nil || two != nil {
			t.Errorf("while the register is down: %v, %v", one, two)
		}
		failure = nil
		c.pass(61 * time.Second)
		one, two := in()
		wantCode(t, "the session", one, "signin.ended")
		wantCode(t, "the token", two, "signin.ended")
		answer = true
		one, two = in()
		wantCode(t, "the session, later", one, "signin.ended")
		wantCode(t, "the token, later", two, "signin.ended")
		if _, err := c.Actor(ctx, own.Cookie); err != nil {
			t.Errorf("her own session: %v", err)
		}
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		a := c.person(t, "wang")
		x := c.signIn(t, "wang")
		token, err := c.Token(ctx, x.Actor, []string{"cases:write", "cases:read", "cases:read"}, c.now().Add(24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		by, scopes, err := c.ActorOfToken(ctx, token)
		if err != nil || by.ID != a.ID || by.Subject != wang || by.Level != identity.AL2 || !by.ByToken() || by.Name() != "王㴋䶮" {
			t.Errorf("actor = %+v, %v", by, err)
		}
		if want := []string{"cases:read", "cases:write"}; !slices.Equal(scopes, want) {
			t.Errorf("scopes = %v, want %v", scopes, want)
		}
		if x.Actor.ByToken() {
			t.Error("a session counts as a token")
		}
		_, err = c.Token(ctx, by, []string{"cases:read"}, c.now().Add(time.Hour))
		wantCode(t, "a token from a token", err, "token.by-token")
		for name, until := range map[string]time.Time{"past": c.now(), "two years": c.now().Add(2 * 366 * 24 * time.Hour)} {
			_, err := c.Token(ctx, x.Actor, []string{"cases:read"}, until)
			wantFields(t, name, err, "token.until")
		}
		for _, scopes := range [][]string{nil, {"cases read"}, {""}, {"CASES"}} {
			_, err := c.Token(ctx, x.Actor, scopes, c.now().Add(time.Hour))
			wantFields(t, "scopes", err, "token.scopes")
		}
		for _, bad := range []string{"", "tbk_", token[4:], "tbk_" + x.Cookie, token[:len(token)-1] + "!"} {
			_, _, err := c.ActorOfToken(ctx, bad)
			wantCode(t, bad, err, "signin.ended")
		}
		_, err = c.Actor(ctx, token[4:])
		wantCode(t, "a token as a cookie", err, "signin.ended")

		list, err := c.Tokens(ctx, x.Actor)
		if err != nil || len(list) != 1 || !slices.Equal(list[0].Scopes, []string{"cases:read", "cases:write"}) {
			t.Fatalf("Tokens() = %+v, %v", list, err)
		}
		second, err := c.Token(ctx, x.Actor, []string{"cases:read"}, c.now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		other := c.process(t)
		if _, _, err := other.ActorOfToken(ctx, token); err != nil {
			t.Fatal(err)
		}
		if err := c.Revoke(ctx, x.Actor, list[0].ID); err != nil {
			t.Fatal(err)
		}
		_, _, err = c.ActorOfToken(ctx, token)
		wantCode(t, "revoked, here", err, "signin.ended")
		c.pass(time.Second)
		_, _, err = other.ActorOfToken(ctx, token)
		wantCode(t, "revoked, in another process", err, "signin.ended")
		if _, _, err := c.ActorOfToken(ctx, second); err != nil {
			t.Errorf("the other token: %v", err)
		}
		// Tokens do not idle, but they expire.
		c.pass(time.Hour - time.Second - time.Microsecond)
		if _, _, err := c.ActorOfToken(ctx, second); err != nil {
			t.Errorf("just before its end: %v", err)
		}
		c.pass(time.Microsecond)
		_, _, err = c.ActorOfToken(ctx, second)
		wantCode(t, "expired", err, "signin.ended")
	})
}

func TestSweep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		c.person(t, "wang")
		x := c.signIn(t, "wang")
		if _, err := c.Token(ctx, x.Actor, []string{"cases:read"}, c.now().Add(13*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.BeginPasskeySignIn(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := c.SignIn(ctx, "wang", "wrong", "192.0.2.1"); err == nil {
			t.Fatal("signed in")
		}
		for _, tt := range []struct {
			pass time.Duration
			want int64
		}{
			{0, 0},
			{16 * time.Minute, 3}, // the ceremony, the login's count and the place's
			{12 * time.Hour, 1},   // the session
			{time.Hour, 1},        // the token
			{time.Hour, 0},
		} {
			c.pass(tt.pass)
			for _, want := range []int64{tt.want, 0} { // twice: the second time there is nothing left
				if n, err := c.Swept(ctx); err != nil || n != want {
					t.Errorf("Sweep() = %d, %v, want %d", n, err, want)
				}
			}
		}
		if err := c.Sweep(ctx); err != nil {
			t.Error(err)
		}
		// What somebody ended stays for a day.
		y := c.signIn(t, "wang")
		if err := c.SignOut(ctx, y.Cookie); err != nil {
			t.Fatal(err)
		}
		c.pass(11 * time.Hour)
		if n, err := c.Swept(ctx); err != nil || n != 0 {
			t.Errorf("Sweep() = %d, %v, want 0", n, err)
		}
		c.pass(13 * time.Hour)
		if n, err := c.Swept(ctx); err != nil || n != 1 {
			t.Errorf("Sweep() = %d, %v, want 1", n, err)
		}
	})
}
