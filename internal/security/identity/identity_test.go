package identity_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/security/identity"
	"tongban/internal/testkit/dbtest"
)

var migrations = []db.Migrations{{Package: "identity", Files: identity.Schema}}

// each runs fn on both engines.
func each(t *testing.T, fn func(t *testing.T, c *city)) {
	t.Helper()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) { fn(t, newCity(t, s)) })
}

// city is a service on a database, with a clock that the test moves.
type city struct {
	*identity.Service
	store  *db.Store
	ring   *keys.Ring
	config identity.Config
	dear   bool // passwords are hashed at the real price

	mu     sync.Mutex
	time   time.Time
	events []identity.Event
}

func newCity(t testing.TB, s *db.Store) *city {
	t.Helper()
	ring, err := keys.Open(context.Background(), keys.Config{Dir: filepath.Join(t.TempDir(), "keys")})
	if err != nil {
		t.Fatal(err)
	}
	c := &city{store: s, ring: ring, time: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	c.config = identity.Config{
		Store: s, Keys: ring, Now: c.now, Origin: "https://city.example", Name: "示范市",
		Tell: func(_ context.Context, _ db.Queryer, e identity.Event) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.events = append(c.events, e)
			return nil
		},
	}
	c.Service = c.process(t)
	return c
}

// process makes another service on the same database and keys, as another process would.
func (c *city) process(t testing.TB) *identity.Service {
	t.Helper()
	s, err := identity.New(c.config)
	if err != nil {
		t.Fatal(err)
	}
	if !c.dear {
		s.Cheap()
	}
	return s
}

func (c *city) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.time
}

func (c *city) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.time = c.time.Add(d)
}

func (c *city) heard(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, e := range c.events {
		if e.What == what {
			n++
		}
	}
	return n
}

const (
	password = "tongban-demo"
	wang     = "990100198803081125"
	li       = "990100199006152730"
	shop     = "91990100MA0000001X"
)

func (c *city) person(t testing.TB, login string) identity.Account {
	t.Helper()
	return c.register(t, identity.Account{Kind: identity.Person, Name: "王㴋䶮", Subject: wang, Level: identity.AL2, Login: login})
}

func (c *city) officer(t testing.TB, login string, roles ...string) identity.Account {
	t.Helper()
	return c.register(t, identity.Account{Kind: identity.Officer, Name: "消防一号", Body: "fire", Roles: roles, Level: identity.AL2, Login: login})
}

func (c *city) register(t testing.TB, a identity.Account) identity.Account {
	t.Helper()
	a, err := c.Register(context.Background(), a, password)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (c *city) signIn(t testing.TB, login string) identity.Session {
	t.Helper()
	x, err := c.SignIn(context.Background(), login, password, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// code is the text key of a fault.
func code(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	if err == nil {
		return ""
	}
	return "bug: " + err.Error()
}

func arg(err error, name string) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Args[name]
	}
	return ""
}

func wantCode(t testing.TB, what string, err error, want string) {
	t.Helper()
	if got := code(err); got != want {
		t.Errorf("%s: %q, want %q (%v)", what, got, want, err)
	}
}
