package identity

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"golang.org/x/text/unicode/norm"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/ref"
)

// Schema makes the tables.
//
//go:embed schema/*.sql
var Schema embed.FS

// Account is somebody who may sign in: a person in her own name, or an officer in her post. A human
// being who is both has two accounts.
type Account struct {
	ID       string // p_… or o_…; made when empty
	Kind     Kind   // Person or Officer
	Name     string
	Subject  string // of a person: her own register id, known once her real name is checked (AL2)
	Body     string // of an officer: her public body
	Roles    []string
	Level    Level  // how surely the account's holder was identified, before any sign-in
	Login    string // what she types: a telephone number, a staff number
	ClosedAt time.Time
}

// Actor is the account's holder acting for herself, as known after a sign-in by password.
func (a Account) Actor() Actor { return a.actor("", a.Subject, byPassword) }

func (a Account) actor(session, subject, method string) Actor {
	return Actor{
		Kind: a.Kind, ID: a.ID, Self: a.Subject, Subject: subject, Body: a.Body, Roles: a.Roles, Level: a.Level.by(method), Session: session,
	}.WithName(a.Name)
}

// The methods of signing in.
const (
	byPassword = "password"
	byPasskey  = "passkey"
)

// by is the level of a session of an account that was identified at level l. A password proves no more
// than AL2; a passkey lifts a checked real name to AL3; nothing lifts a name that was never checked.
func (l Level) by(method string) Level {
	if method == byPasskey && l >= AL2 {
		return max(l, AL3)
	}
	return min(l, AL2)
}

// Config is what a Service needs.
type Config struct {
	Store  *db.Store
	Keys   *keys.Ring
	Now    func() time.Time
	Origin string // where people reach the site, such as https://city.example; passkeys are bound to it, and "" has none
	Name   string // the site's name, shown by authenticators

	// Hashing is how many passwords are hashed at a time; 0 means as many as there are cores.
	Hashing int

	// Idle is how long a session lasts without a request, Longest how long at all; zero means two hours
	// for people and 30 minutes for staff, and twelve hours.
	Idle, StaffIdle, Longest time.Duration

	// May answers whether a person (by her own register id) may act for a subject. When given, a session
	// or token that acts for somebody else is asked about again at least once a minute.
	May func(ctx context.Context, person, subject string) (bool, error)

	// Tell is told what happens, in the transaction in which it happens.
	Tell func(ctx context.Context, tx db.Queryer, e Event) error
}

// Event is something that happened to an account, its sessions or its means of signing in.
type Event struct {
	At   time.Time
	What string // one of the constants below
	By   Actor  // the account's holder
	From string // where the request came from
	ID   string // the session, token or passkey
}

// What can happen.
const (
	SignedIn        = "signin.done"
	SignInWrong     = "signin.wrong"
	SignInLocked    = "signin.locked"
	SignedOut       = "signin.out"
	ActsFor         = "signin.acts-for"
	SteppedUp       = "signin.stepped-up"
	PasskeyAdded    = "passkey.added"
	PasskeyRemoved  = "passkey.removed"
	TokenIssued     = "token.issued"
	TokenRevoked    = "token.revoked"
	PasswordChanged = "password.changed"
	AccountClosed   = "account.closed"
)

// Service keeps accounts, sessions, tokens and passkeys.
type Service struct {
	store    *db.Store
	keys     *keys.Ring
	now      func() time.Time
	may      func(ctx context.Context, person, subject string) (bool, error)
	tell     func(ctx context.Context, tx db.Queryer, e Event) error
	hasher   *hasher
	cache    *cache
	turns    turns
	passkeys *webauthn.WebAuthn // nil where the origin cannot have passkeys
	idle     map[Kind]time.Duration
	longest  time.Duration
}

// New makes the service.
func New(c Config) (*Service, error) {
	orElse := func(d, otherwise time.Duration) time.Duration {
		if d == 0 {
			return otherwise
		}
		return d
	}
	if c.Hashing == 0 {
		c.Hashing = runtime.GOMAXPROCS(0)
	}
	s := &Service{
		store: c.Store, keys: c.Keys, now: c.Now, may: c.May, tell: c.Tell, hasher: newHasher(c.Hashing, today), cache: newCache(), turns: turns{one: map[string]*turn{}},
		idle:    map[Kind]time.Duration{Person: orElse(c.Idle, 2*time.Hour), Officer: orElse(c.StaffIdle, 30*time.Minute)},
		longest: orElse(c.Longest, 12*time.Hour),
	}
	if s.tell == nil {
		s.tell = func(context.Context, db.Queryer, Event) error { return nil }
	}
	var err error
	if s.passkeys, err = relyingParty(c.Origin, c.Name); err != nil {
		return nil, err
	}
	return s, nil
}

// relyingParty sets passkeys up for the origin. Browsers allow them on names and not on addresses, so
// that a site at http://127.0.0.1 has none and one at http://localhost has.
func relyingParty(origin, name string) (*webauthn.WebAuthn, error) {
	if origin == "" {
		return nil, nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("identity: origin %q is not a URL such as https://city.example", origin)
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return nil, nil
	}
	if name == "" {
		name = u.Hostname()
	}
	required := true
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: name, RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation, // which maker's device a citizen has is not our business
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &required, ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		// Time is kept by the ceremony's own row and the service's clock.
		Timeouts: webauthn.TimeoutsConfig{Login: webauthn.TimeoutConfig{Timeout: ceremonyTime}, Registration: webauthn.TimeoutConfig{Timeout: ceremonyTime}},
	})
}

// HasPasskeys reports whether the site's origin can have passkeys.
func (s *Service) HasPasskeys() bool { return s.passkeys != nil }

// Register makes an account. Without a password it can only be signed in to once a passkey or a password
// is set. It returns the account with its id.
func (s *Service) Register(ctx context.Context, a Account, password string) (Account, error) {
	a.Login = foldLogin(a.Login)
	if err := checkAccount(a); err != nil {
		return Account{}, err
	}
	var phc string
	if password != "" {
		err := checkPassword(password, a.Login)
		if err != nil {
			return Account{}, err
		}
		if phc, err = s.hasher.hash(ctx, password); err != nil {
			return Account{}, err
		}
	}
	if a.ID == "" {
		a.ID = ref.NewID(map[Kind]string{Person: "p", Officer: "o"}[a.Kind])
	}
	err := s.store.Write(ctx, func(tx *db.Tx) error { return insertAccount(ctx, tx, a, phc, s.now()) })
	if db.IsUnique(err) {
		return Account{}, fault.Wrap(fault.Conflict, "account.taken", err)
	}
	if err != nil {
		return Account{}, fmt.Errorf("register account: %w", err)
	}
	return a, nil
}

// Enrol makes the accounts whose login is not there yet, for a demonstration: their password is told to
// everybody, so it is hashed once for all of them. It tells how many it made.
func (s *Service) Enrol(ctx context.Context, accounts []Account, password string) (int, error) {
	var missing []Account
	for _, a := range accounts {
		a.Login = foldLogin(a.Login)
		row, err := findAccount(ctx, s.store.Read(), "login", a.Login)
		if err != nil {
			return 0, fmt.Errorf("enrol accounts: %w", err)
		}
		if row.ID != "" {
			continue
		}
		if err := errors.Join(checkAccount(a), checkPassword(password, a.Login)); err != nil {
			return 0, fmt.Errorf("account %s: %w", a.Login, err)
		}
		missing = append(missing, a)
	}
	if len(missing) == 0 {
		return 0, nil
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return 0, err
	}
	return len(missing), s.store.Write(ctx, func(tx *db.Tx) error {
		for _, a := range missing {
			if err := insertAccount(ctx, tx, a, hash, s.now()); err != nil {
				return fmt.Errorf("account %s: %w", a.Login, err)
			}
		}
		return nil
	})
}

func checkAccount(a Account) error {
	var wrong []fault.Field
	say := func(bad bool, name, code string) {
		if bad {
			wrong = append(wrong, fault.Field{Name: name, Code: code})
		}
	}
	say(a.Login == "", "login", "field.required")
	say(a.Name == "", "name", "field.required")
	say(a.Level < AL1 || a.Level > AL4, "level", "field.choose")
	switch a.Kind {
	case Person:
		// An id number that nobody has checked is nobody's: the gate goes by Subject alone.
		say((a.Subject != "") != (a.Level >= AL2), "subject", "account.real-name")
		say(a.Body != "" || len(a.Roles) > 0, "roles", "account.person-roles")
	case Officer:
		say(a.Subject != "", "subject", "account.officer-subject")
		say(a.Body == "", "body", "field.required")
		say(len(a.Roles) == 0, "roles", "field.required")
		say(a.Level < AL2, "level", "account.real-name")
	default:
		say(true, "kind", "field.choose")
	}
	return fault.Fields(wrong)
}

// foldLogin: a login is the same in capitals, in full-width digits and with spaces around it.
func foldLogin(login string) string {
	return strings.ToLower(strings.TrimSpace(norm.NFKC.String(login)))
}

// Find returns the account with that id.
func (s *Service) Find(ctx context.Context, id string) (Account, error) {
	return s.account(findAccount(ctx, s.store.Read(), "id", id))
}

// ByLogin returns the account with that login, for commands of an operator; it is not for strangers.
func (s *Service) ByLogin(ctx context.Context, login string) (Account, error) {
	return s.account(findAccount(ctx, s.store.Read(), "login", foldLogin(login)))
}

// OfPerson returns the open account of a person whose real name was checked.
func (s *Service) OfPerson(ctx context.Context, subject string) (Account, error) {
	return s.account(findAccount(ctx, s.store.Read(), "subject", subject))
}

func (s *Service) account(a accountRow, err error) (Account, error) {
	if err != nil {
		return Account{}, fmt.Errorf("find account: %w", err)
	}
	if a.ID == "" {
		return Account{}, fault.New(fault.NotFound, "account.not-found")
	}
	return a.Account, nil
}

// Colleagues lists the officers of a body who have one of the roles, for handing a matter over.
func (s *Service) Colleagues(ctx context.Context, body string, roles ...string) ([]Account, error) {
	all, err := officersOf(ctx, s.store.Read(), body)
	if err != nil {
		return nil, fmt.Errorf("list officers of %s: %w", body, err)
	}
	return slices.DeleteFunc(all, func(a Account) bool {
		return !slices.ContainsFunc(a.Roles, func(r string) bool { return slices.Contains(roles, r) })
	}), nil
}

// ChangePassword sets a new password for whoever knows the old one, and ends all other sessions and all
// tokens of the account.
func (s *Service) ChangePassword(ctx context.Context, by Actor, old, password string) error {
	row, err := findAccount(ctx, s.store.Read(), "id", by.ID)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if err := checkPassword(password, row.Login); err != nil {
		return err
	}
	ok, err := s.hasher.matches(ctx, old, row.password)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Fields([]fault.Field{{Name: "old", Code: "password.wrong"}})
	}
	phc, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.taking(ctx, "change password", func(tx *db.Tx, change int64) ([]string, error) {
		if err := setPassword(ctx, tx, by.ID, phc); err != nil {
			return nil, err
		}
		gone, err := endAll(ctx, tx, by.ID, by.Session, s.now(), change)
		if err != nil {
			return nil, err
		}
		return gone, s.tell(ctx, tx, Event{At: s.now(), What: PasswordChanged, By: by})
	})
}

// Close ends an account: nobody signs in to it again, its sessions and tokens end within a second. It
// stays, because what was done under it stays.
func (s *Service) Close(ctx context.Context, by Actor, id string) error {
	return s.taking(ctx, "close account", func(tx *db.Tx, change int64) ([]string, error) {
		if err := closeAccount(ctx, tx, id, s.now()); err != nil {
			return nil, err
		}
		gone, err := endAll(ctx, tx, id, "", s.now(), change)
		if err != nil {
			return nil, err
		}
		return gone, s.tell(ctx, tx, Event{At: s.now(), What: AccountClosed, By: by, ID: id})
	})
}

// secret makes 256 random bits as text.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// code is how a secret is kept and looked up.
func (s *Service) code(purpose, text string) string {
	return base64.RawURLEncoding.EncodeToString(s.keys.Mac("identity "+purpose, []byte(text)))
}
