package identity_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/testkit/dbtest"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		a := c.person(t, "wang")
		if !strings.HasPrefix(a.ID, "p_") {
			t.Errorf("id = %q, want p_…", a.ID)
		}
		got, err := c.Find(ctx, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, got); diff != "" {
			t.Error(diff)
		}
		o := c.officer(t, "fire-1", "officer")
		if !strings.HasPrefix(o.ID, "o_") {
			t.Errorf("id = %q, want o_…", o.ID)
		}
		_, err = c.Register(ctx, identity.Account{Kind: identity.Person, Name: "另一个", Subject: li, Level: identity.AL2, Login: " ＷＡＮＧ "}, password)
		wantCode(t, "the same login in full width", err, "account.taken")
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("kind = %v, want conflict", fault.Of(err))
		}
		crowd := []identity.Account{
			{ID: "p_again", Kind: identity.Person, Name: "王㴋䶮", Subject: wang, Level: identity.AL2, Login: "Wang"},
			{ID: "p_li", Kind: identity.Person, Name: "李明远", Subject: li, Level: identity.AL2, Login: "li"},
			{ID: "o_fire-9", Kind: identity.Officer, Name: "九", Body: "fire-9", Roles: []string{"head"}, Level: identity.AL2, Login: "fire-9"},
		}
		for _, want := range []int{2, 0} { // the one that is there stays as it is, and so does everybody the second time
			if n, err := c.Enrol(ctx, crowd, password); n != want || err != nil {
				t.Errorf("enrolled %d, %v, want %d", n, err, want)
			}
		}
		if got, err := c.ByLogin(ctx, "wang"); err != nil || got.ID != a.ID {
			t.Errorf("wang is %s after enrolling, want %s (%v)", got.ID, a.ID, err)
		}
		c.signIn(t, "li")
		c.signIn(t, "fire-9")
		if _, err := c.Enrol(ctx, []identity.Account{{Kind: identity.Person, Login: "nobody"}}, password); !fault.Is(err, fault.Invalid) {
			t.Errorf("an account without a name was enrolled: %v", err)
		}
		_, err = c.Find(ctx, "p_nobody")
		wantCode(t, "an account that is not there", err, "account.not-found")

		c.officer(t, "fire-2", "officer")
		c.officer(t, "fire-counter", "counter")
		colleagues, err := c.Colleagues(ctx, "fire", "officer", "head")
		if err != nil || len(colleagues) != 2 {
			t.Errorf("colleagues = %v, %v, want the two officers", colleagues, err)
		}
		for _, tt := range []struct {
			name string
			a    identity.Account
			want []string
		}{
			{"a person whom nobody checked with an id number", identity.Account{Kind: identity.Person, Name: "某", Subject: wang, Level: identity.AL1, Login: "x1"}, []string{"subject"}},
			{"a checked person without one", identity.Account{Kind: identity.Person, Name: "某", Level: identity.AL2, Login: "x2"}, []string{"subject"}},
			{"a person with a role", identity.Account{Kind: identity.Person, Name: "某", Level: identity.AL1, Login: "x3", Roles: []string{"head"}}, []string{"roles"}},
			{"an officer without a body or a role", identity.Account{Kind: identity.Officer, Name: "某", Level: identity.AL2, Login: "x4"}, []string{"body", "roles"}},
			{"nobody", identity.Account{}, []string{"login", "name", "level", "kind"}},
		} {
			_, err := c.Register(ctx, tt.a, password)
			var f *fault.Error
			var fields []string
			if errors.As(err, &f) {
				for _, one := range f.Fields {
					fields = append(fields, one.Name)
				}
			}
			if !slices.Equal(fields, tt.want) {
				t.Errorf("%s: wrong fields = %v, want %v", tt.name, fields, tt.want)
			}
		}
	})
}

func TestPasswordRule(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, password, want string }{
		{"the demonstration's", "tongban-demo", ""},
		{"eight Chinese characters", "千里之行始于足下", ""},
		{"eight letters of one kind", "hqzfpdlw", ""},
		{"seven characters", "abcd-12", "password.short"},
		{"seven Chinese characters", "千里之行始足下", "password.short"},
		{"very long", strings.Repeat("long ", 300), "password.long"},
		{"not text", "abcdefgh\xff", "password.long"},
		{"the login", "market-1@x", "password.common"},
		{"what everybody tries first", "Aa123456", "password.common"},
		{"one letter", "aaaaaaaaaaaa", "password.common"},
		{"one Chinese character", "福福福福福福福福", "password.common"},
	} {
		err := identity.CheckPassword(tt.password, "market-1@x")
		var f *fault.Error
		got := ""
		if errors.As(err, &f) {
			got = f.Fields[0].Code
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The reference implementation's own test vector (phc-winner-argon2, src/test.c).
func TestPHC(t *testing.T) {
	t.Parallel()
	h := identity.NewHasher(1)
	const phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, tt := range []struct {
		password, phc string
		want          bool
	}{
		{"password", phc, true},
		{"Password", phc, false},
		{"ｐａｓｓｗｏｒｄ", phc, true}, // typed in full width
		{"password", "", false},
	} {
		got, err := identity.Matches(h, context.Background(), tt.password, tt.phc)
		if err != nil || got != tt.want {
			t.Errorf("Matches(%q, %.12q) = %v, %v, want %v", tt.password, tt.phc, got, err, tt.want)
		}
	}
	for _, bad := range []string{
		"x", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFh", strings.Replace(phc, "m=65536", "m=99999999", 1),
		strings.Replace(phc, "v=19", "v=16", 1), strings.Replace(phc, "t=2", "t=0", 1), phc + "$x", strings.Replace(phc, "c29tZXNhbHQ", "!", 1),
	} {
		if err := identity.ReadPHC(bad); err == nil {
			t.Errorf("ReadPHC(%q) = nil, want an error", bad)
		}
	}
}

func FuzzPHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=,t=,p=$$")
	f.Fuzz(func(_ *testing.T, s string) { _ = identity.ReadPHC(s) })
}

func TestLevel(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		account identity.Level
		passkey bool
		want    identity.Level
	}{
		{identity.AL1, false, identity.AL1}, {identity.AL1, true, identity.AL1},
		{identity.AL2, false, identity.AL2}, {identity.AL2, true, identity.AL3},
		{identity.AL4, false, identity.AL2}, {identity.AL4, true, identity.AL4},
	} {
		if got := identity.ByMethod(tt.account, tt.passkey); got != tt.want {
			t.Errorf("AL%d, passkey %v: AL%d, want AL%d", tt.account, tt.passkey, got, tt.want)
		}
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		c.person(t, "wang")
		here, there := c.signIn(t, "wang"), c.signIn(t, "wang")
		token, err := c.Token(ctx, here.Actor, []string{"cases:read"}, c.now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		wantFields(t, "a wrong old password", c.ChangePassword(ctx, here.Actor, "not the one", "a new password"), "password.wrong")
		wantFields(t, "a short new one", c.ChangePassword(ctx, here.Actor, password, "short"), "password.short")
		if err := c.ChangePassword(ctx, here.Actor, password, "a new password"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Actor(ctx, here.Cookie); err != nil {
			t.Errorf("the session in which it was changed: %v", err)
		}
		_, err = c.Actor(ctx, there.Cookie)
		wantCode(t, "another session", err, "signin.ended")
		_, _, err = c.ActorOfToken(ctx, token)
		wantCode(t, "a token", err, "signin.ended")
		_, err = c.SignIn(ctx, "wang", password, "")
		wantCode(t, "the old password", err, "signin.wrong")
		if _, err := c.SignIn(ctx, "wang", "a new password", ""); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})
}

func wantFields(t *testing.T, what string, err error, want string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Code != want {
		t.Errorf("%s: %v, want %q", what, err, want)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		ctx := context.Background()
		a := c.officer(t, "fire-1", "officer")
		admin := c.officer(t, "admin", "admin")
		x := c.signIn(t, "fire-1")
		other := c.process(t)
		if _, err := other.Actor(ctx, x.Cookie); err != nil {
			t.Fatal(err)
		}
		if err := c.Close(ctx, admin.Actor(), a.ID); err != nil {
			t.Fatal(err)
		}
		_, err := c.Actor(ctx, x.Cookie)
		wantCode(t, "here", err, "signin.ended")
		c.pass(time.Second)
		_, err = other.Actor(ctx, x.Cookie)
		wantCode(t, "in another process, a second later", err, "signin.ended")
		_, err = c.SignIn(ctx, "fire-1", password, "")
		wantCode(t, "signing in again", err, "signin.wrong")
	})
}

// Who reads the whole database finds nothing to sign in with.
func TestNoSecretIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx := context.Background()
	store, err := db.Open(ctx, db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(ctx, migrations...); err != nil {
		t.Fatal(err)
	}
	c := newCity(t, store)
	c.person(t, "wang")
	x := c.signIn(t, "wang")
	token, err := c.Token(ctx, x.Actor, []string{"cases:read"}, c.now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	ceremony, err := c.BeginPasskeySignIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SignIn(ctx, "a-password-in-the-wrong-field", password, "198.51.100.7"); err == nil {
		t.Fatal("signed in")
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("files = %v, %v", files, err)
	}
	var all strings.Builder
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	if !strings.Contains(all.String(), "wang") {
		t.Fatal("the login itself is not found, so this test looks in the wrong place")
	}
	for name, secret := range map[string]string{
		"password": password, "cookie": x.Cookie, "token": token, "token's text": strings.TrimPrefix(token, "tbk_"), "ceremony": ceremony.ID,
		"a wrong login": "a-password-in-the-wrong-field", "the place of a wrong sign-in": "198.51.100.7",
	} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("the database holds the %s", name)
		}
	}
}

func BenchmarkActor(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			open := map[string]func(testing.TB, ...db.Migrations) *db.Store{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres}[engine]
			c := newCity(b, open(b, migrations...))
			c.config.Now = time.Now
			c.Service = c.process(b)
			c.person(b, "wang")
			x := c.signIn(b, "wang")
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Actor(ctx, x.Cookie); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkColdActor is the same when the process has not seen the cookie before.
func BenchmarkColdActor(b *testing.B) {
	c := newCity(b, dbtest.SQLite(b, migrations...))
	c.person(b, "wang")
	x := c.signIn(b, "wang")
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		c.Forget()
		if _, err := c.Actor(ctx, x.Cookie); err != nil {
			b.Fatal(err)
		}
	}
}
