package identity_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tongban/internal/security/identity"
)

// add gives an account a passkey.
func (c *city) add(t *testing.T, by identity.Actor, a *authenticator) {
	t.Helper()
	ctx := context.Background()
	begun, err := c.BeginPasskey(ctx, by)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddPasskey(ctx, by, begun.ID, a.create(t, begun.Options), "手机"); err != nil {
		t.Fatal(err)
	}
}

func (c *city) passkeySignIn(t *testing.T, a *authenticator) (identity.Session, error) {
	t.Helper()
	ctx := context.Background()
	begun, err := c.BeginPasskeySignIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return c.SignInByPasskey(ctx, begun.ID, a.get(t, begun.Options), "192.0.2.1")
}

func TestPasskey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		wangAccount := c.person(t, "wang")
		x := c.signIn(t, "wang")
		key := newAuthenticator(t)
		c.add(t, x.Actor, key)

		list, err := c.Passkeys(ctx, x.Actor)
		if err != nil || len(list) != 1 || list[0].Name != "手机" || !list[0].UsedAt.IsZero() {
			t.Fatalf("Passkeys() = %+v, %v", list, err)
		}
		y, err := c.passkeySignIn(t, key)
		if err != nil {
			t.Fatal(err)
		}
		by, err := c.Actor(ctx, y.Cookie)
		if err != nil || by.ID != wangAccount.ID || by.Level != identity.AL3 || by.Subject != wang {
			t.Errorf("actor = %+v, %v, want wang at AL3", by, err)
		}
		if list, err := c.Passkeys(ctx, x.Actor); err != nil || !list[0].UsedAt.Equal(c.now()) {
			t.Errorf("Passkeys() = %+v, %v, want it used now", list, err)
		}

		// A login locked by wrong passwords opens by its passkey.
		for i := range 5 {
			_, _ = c.SignIn(ctx, "wang", "wrong", place(i))
		}
		_, err = c.SignIn(ctx, "wang", password, place(9))
		wantCode(t, "by password", err, "signin.locked")
		if _, err := c.passkeySignIn(t, key); err != nil {
			t.Errorf("by passkey while the password is locked: %v", err)
		}

		t.Run("an answer serves once", func(t *testing.T) {
			begun, err := c.BeginPasskeySignIn(ctx)
			if err != nil {
				t.Fatal(err)
			}
			answer := key.get(t, begun.Options)
			if _, err := c.SignInByPasskey(ctx, begun.ID, answer, ""); err != nil {
				t.Fatal(err)
			}
			_, err = c.SignInByPasskey(ctx, begun.ID, answer, "")
			wantCode(t, "the same answer again", err, "passkey.too-late")
			begun, err = c.BeginPasskeySignIn(ctx)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.SignInByPasskey(ctx, begun.ID, answer, "")
			wantCode(t, "the same answer to another challenge", err, "passkey.refused")
		})
		t.Run("a ceremony ends after five minutes", func(t *testing.T) {
			begun, err := c.BeginPasskeySignIn(ctx)
			if err != nil {
				t.Fatal(err)
			}
			answer := key.get(t, begun.Options)
			c.pass(5 * time.Minute)
			_, err = c.SignInByPasskey(ctx, begun.ID, answer, "")
			wantCode(t, "too late", err, "passkey.too-late")
		})
		t.Run("refuses what is not right", func(t *testing.T) {
			for _, tt := range []struct {
				name  string
				spoil func(a *authenticator)
			}{
				{"from another site", func(a *authenticator) { a.origin = "https://city.example.evil" }},
				{"over plain http", func(a *authenticator) { a.origin = "http://city.example" }},
				{"for another site's key", func(a *authenticator) { a.rpID = "evil.example" }},
				{"without the person's showing", func(a *authenticator) { a.unverified = true }},
				{"signed by another key", func(a *authenticator) { a.key = newAuthenticator(t).key }},
				{"a credential that nobody added", func(a *authenticator) { a.id = []byte("0123456789abcdef") }},
				{"somebody else's handle", func(a *authenticator) { a.handle = []byte("p_somebody") }},
				{"no handle", func(a *authenticator) { a.handle = nil }},
			} {
				bad := *key
				tt.spoil(&bad)
				begun, err := c.BeginPasskeySignIn(ctx)
				if err != nil {
					t.Fatal(err)
				}
				options := begun.Options
				if bad.rpID != "city.example" {
					options = []byte(fmt.Sprintf(`{"publicKey":{"challenge":%q,"rpId":%q,"userVerification":"required"}}`, parseOptions(t, begun.Options).PublicKey.Challenge, bad.rpID))
				}
				_, err = c.SignInByPasskey(ctx, begun.ID, bad.get(t, options), "")
				wantCode(t, tt.name, err, "passkey.refused")
			}
			begun, err := c.BeginPasskeySignIn(ctx)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.SignInByPasskey(ctx, begun.ID, []byte(`{"id": 1`), "")
			wantCode(t, "not an answer at all", err, "passkey.refused")
		})
		t.Run("notices a copied key", func(t *testing.T) {
			copied := *key
			copied.counter = 0
			_, err := c.passkeySignIn(t, &copied)
			wantCode(t, "a counter that goes back", err, "passkey.cloned")
		})
		t.Run("a removed passkey opens nothing", func(t *testing.T) {
			z, err := c.passkeySignIn(t, key)
			if err != nil {
				t.Fatal(err)
			}
			c.pass(20 * time.Minute)
			mine := c.signIn(t, "wang")
			stranger := c.register(t, identity.Account{Kind: identity.Person, Name: "李明远", Subject: li, Level: identity.AL2, Login: "li"})
			wantCode(t, "a stranger removes it", c.RemovePasskey(ctx, stranger.Actor(), list[0].ID), "passkey.not-found")
			if err := c.RemovePasskey(ctx, mine.Actor, list[0].ID); err != nil {
				t.Fatal(err)
			}
			_, err = c.Actor(ctx, z.Cookie)
			wantCode(t, "the session opened with it", err, "signin.ended")
			_, err = c.passkeySignIn(t, key)
			wantCode(t, "signing in with it", err, "passkey.refused")
		})
	})
}

func TestStepUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		c.person(t, "wang")
		c.register(t, identity.Account{Kind: identity.Person, Name: "李明远", Subject: li, Level: identity.AL2, Login: "li"})
		x, y := c.signIn(t, "wang"), c.signIn(t, "li")
		_, err := c.BeginStepUp(ctx, x.Actor)
		wantCode(t, "without a passkey", err, "passkey.none")
		key, other := newAuthenticator(t), newAuthenticator(t)
		c.add(t, x.Actor, key)
		c.add(t, y.Actor, other)

		begun, err := c.BeginStepUp(ctx, x.Actor)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.StepUp(ctx, y.Cookie, begun.ID, other.get(t, begun.Options))
		wantCode(t, "somebody else's ceremony", err, "passkey.too-late")
		_, err = c.StepUp(ctx, x.Cookie, begun.ID, other.get(t, begun.Options))
		wantCode(t, "somebody else's passkey", err, "passkey.refused")
		if by, err := c.Actor(ctx, x.Cookie); err != nil || by.Level != identity.AL2 {
			t.Errorf("level = %v, %v, want AL2 as before", by.Level, err)
		}
		begun, err = c.BeginStepUp(ctx, x.Actor)
		if err != nil {
			t.Fatal(err)
		}
		up, err := c.StepUp(ctx, x.Cookie, begun.ID, key.get(t, begun.Options))
		if err != nil {
			t.Fatal(err)
		}
		by, err := c.Actor(ctx, up.Cookie)
		if err != nil || by.Level != identity.AL3 || up.Cookie == x.Cookie {
			t.Errorf("actor = %+v, %v, want AL3 under a new cookie", by, err)
		}
		_, err = c.Actor(ctx, x.Cookie)
		wantCode(t, "the old cookie", err, "signin.ended")
		// A sign-in ceremony is not one for stepping up.
		begun, err = c.BeginPasskeySignIn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.StepUp(ctx, up.Cookie, begun.ID, key.get(t, begun.Options))
		wantCode(t, "a ceremony of another kind", err, "passkey.too-late")

		// Acting for another keeps the level.
		shopSession, err := c.ActFor(ctx, up.Cookie, shop, func(context.Context, string, string) (bool, error) { return true, nil })
		if err != nil || shopSession.Actor.Level != identity.AL3 {
			t.Errorf("acting for another: level %v, %v, want AL3", shopSession.Actor.Level, err)
		}
	})
}

func TestPasskeyRegistration(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		c.person(t, "wang")
		x := c.signIn(t, "wang")
		for _, tt := range []struct {
			name  string
			spoil func(a *authenticator)
		}{
			{"from another site", func(a *authenticator) { a.origin = "https://evil.example" }},
			{"without the person's showing", func(a *authenticator) { a.unverified = true }},
		} {
			bad := newAuthenticator(t)
			tt.spoil(bad)
			begun, err := c.BeginPasskey(ctx, x.Actor)
			if err != nil {
				t.Fatal(err)
			}
			wantCode(t, tt.name, c.AddPasskey(ctx, x.Actor, begun.ID, bad.create(t, begun.Options), "手机"), "passkey.refused")
		}
		key := newAuthenticator(t)
		c.add(t, x.Actor, key)
		begun, err := c.BeginPasskey(ctx, x.Actor)
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, "the same key again", c.AddPasskey(ctx, x.Actor, begun.ID, key.create(t, begun.Options), "手机"), "passkey.known")
		token, err := c.Token(ctx, x.Actor, []string{"cases:read"}, c.now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		by, _, err := c.ActorOfToken(ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.BeginPasskey(ctx, by)
		wantCode(t, "by a token", err, "passkey.by-token")
		for range 9 {
			c.add(t, x.Actor, newAuthenticator(t))
		}
		_, err = c.BeginPasskey(ctx, x.Actor)
		wantCode(t, "an eleventh", err, "passkey.too-many")

		// A site that is reached by its address has none, and says so.
		c.config.Origin = "http://127.0.0.1:8080"
		bare := c.process(t)
		if bare.HasPasskeys() || !c.HasPasskeys() {
			t.Error("HasPasskeys() is wrong")
		}
		_, err = bare.BeginPasskeySignIn(ctx)
		wantCode(t, "at an address", err, "passkey.origin")
		_, err = bare.SignInByPasskey(ctx, "x", nil, "")
		wantCode(t, "at an address", err, "passkey.origin")
		c.config.Origin = ""
		if c.process(t).HasPasskeys() {
			t.Error("a site without an origin has passkeys")
		}
		c.config.Origin = "city.example"
		if _, err := identity.New(c.config); err == nil {
			t.Error("an origin without a scheme was taken")
		}
	})
}
