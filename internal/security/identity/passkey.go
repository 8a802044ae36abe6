package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

// ceremonyTime is how long a person has between the two halves of a ceremony.
const ceremonyTime = 5 * time.Minute

const mostPasskeys = 10 // of an account

// Ceremony is the first half of a passkey ceremony: what the browser is asked, and the name under which
// the challenge is kept here. It serves once.
type Ceremony struct {
	ID      string
	Options json.RawMessage // for navigator.credentials, in the JSON form of WebAuthn Level 3
}

// The kinds of ceremony. One made for one purpose does not serve another.
const (
	ceremonyAdd    = "add"
	ceremonySignIn = "signin"
	ceremonyStepUp = "step-up"
)

// Passkey is a passkey as its owner sees it.
type Passkey struct {
	ID        string
	Name      string
	CreatedAt time.Time
	UsedAt    time.Time // zero when never
}

// holder is an account as the WebAuthn library wants to see it.
type holder struct {
	account     Account
	credentials []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.account.ID) }
func (h holder) WebAuthnName() string                       { return h.account.Login }
func (h holder) WebAuthnDisplayName() string                { return h.account.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

func (s *Service) holder(ctx context.Context, account string) (holder, error) {
	a, err := s.Find(ctx, account)
	if err != nil {
		return holder{}, err
	}
	credentials, err := credentialsOf(ctx, s.store.Read(), account)
	if err != nil {
		return holder{}, fmt.Errorf("read passkeys: %w", err)
	}
	return holder{a, credentials}, nil
}

func (s *Service) passkeysReady() error {
	if s.passkeys == nil {
		return fault.New(fault.Unavailable, "passkey.origin")
	}
	return nil
}

// BeginPasskey starts to add a passkey to the actor's account.
func (s *Service) BeginPasskey(ctx context.Context, by Actor) (Ceremony, error) {
	if err := s.passkeysReady(); err != nil {
		return Ceremony{}, err
	}
	if by.ByToken() {
		return Ceremony{}, fault.New(fault.Denied, "passkey.by-token")
	}
	h, err := s.holder(ctx, by.ID)
	if err != nil {
		return Ceremony{}, err
	}
	if len(h.credentials) >= mostPasskeys {
		return Ceremony{}, fault.New(fault.Conflict, "passkey.too-many")
	}
	options, data, err := s.passkeys.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.credentials).CredentialDescriptors()))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin passkey: %w", err)
	}
	return s.begin(ctx, ceremonyAdd, by.ID, options, data)
}

// AddPasskey takes the browser's answer and adds the passkey under a name that its owner will recognise.
func (s *Service) AddPasskey(ctx context.Context, by Actor, ceremony string, answer []byte, name string) error {
	if name = strings.TrimSpace(name); name == "" || len(name) > 100 {
		return fault.Fields([]fault.Field{{Name: "name", Code: "field.required"}})
	}
	data, err := s.finish(ctx, ceremonyAdd, by.ID, ceremony)
	if err != nil {
		return err
	}
	h, err := s.holder(ctx, by.ID)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return refusedPasskey(err)
	}
	credential, err := s.passkeys.CreateCredential(h, data, parsed)
	if err != nil {
		return refusedPasskey(err)
	}
	err = s.write(ctx, "add passkey", func(tx *db.Tx) error {
		id := passkeyID(credential.ID)
		if err := insertPasskey(ctx, tx, id, by.ID, name, credential, s.now()); err != nil {
			return err
		}
		return s.tell(ctx, tx, Event{At: s.now(), What: PasskeyAdded, By: by, ID: id})
	})
	if db.IsUnique(err) {
		return fault.Wrap(fault.Conflict, "passkey.known", err)
	}
	return err
}

// Passkeys lists the actor's own passkeys.
func (s *Service) Passkeys(ctx context.Context, by Actor) ([]Passkey, error) {
	all, err := passkeysOf(ctx, s.store.Read(), by.ID)
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	return all, nil
}

// RemovePasskey removes one of the actor's own passkeys, and ends all her other sessions: one of them may
// have been opened with it.
func (s *Service) RemovePasskey(ctx context.Context, by Actor, id string) error {
	return s.taking(ctx, "remove passkey", func(tx *db.Tx, change int64) ([]string, error) {
		there, err := deletePasskey(ctx, tx, id, by.ID)
		if err != nil {
			return nil, err
		}
		if !there {
			return nil, fault.New(fault.NotFound, "passkey.not-found")
		}
		gone, err := endAll(ctx, tx, by.ID, by.Session, s.now(), change)
		if err != nil {
			return nil, err
		}
		return gone, s.tell(ctx, tx, Event{At: s.now(), What: PasskeyRemoved, By: by, ID: id})
	})
}

// BeginPasskeySignIn starts to sign in by whichever passkey the browser has for this site. It asks for no
// login, so it tells nobody who has an account.
func (s *Service) BeginPasskeySignIn(ctx context.Context) (Ceremony, error) {
	if err := s.passkeysReady(); err != nil {
		return Ceremony{}, err
	}
	options, data, err := s.passkeys.BeginDiscoverableLogin()
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin passkey sign-in: %w", err)
	}
	return s.begin(ctx, ceremonySignIn, "", options, data)
}

// SignInByPasskey takes the browser's answer and opens a session at AL3 for a checked real name. A login
// that is locked after wrong passwords is not locked for its passkey.
func (s *Service) SignInByPasskey(ctx context.Context, ceremony string, answer []byte, from string) (Session, error) {
	data, err := s.finish(ctx, ceremonySignIn, "", ceremony)
	if err != nil {
		return Session{}, err
	}
	h, credential, err := s.verify(ctx, data, answer)
	if err != nil {
		return Session{}, err
	}
	var session Session
	err = s.write(ctx, "sign in by passkey", func(tx *db.Tx) error {
		if err := usePasskey(ctx, tx, passkeyID(credential.ID), credential, s.now()); err != nil {
			return err
		}
		var err error
		session, err = s.open(ctx, tx, h.account, byPasskey, from)
		return err
	})
	return session, err
}

// BeginStepUp starts to lift the session of somebody who is signed in already.
func (s *Service) BeginStepUp(ctx context.Context, by Actor) (Ceremony, error) {
	if err := s.passkeysReady(); err != nil {
		return Ceremony{}, err
	}
	h, err := s.holder(ctx, by.ID)
	if err != nil {
		return Ceremony{}, err
	}
	if len(h.credentials) == 0 {
		return Ceremony{}, fault.New(fault.NotFound, "passkey.none")
	}
	options, data, err := s.passkeys.BeginLogin(h)
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin step-up: %w", err)
	}
	return s.begin(ctx, ceremonyStepUp, by.ID, options, data)
}

// StepUp takes the browser's answer and lifts the session of the cookie to the level of a passkey. The
// session gets a new id and a new cookie.
func (s *Service) StepUp(ctx context.Context, cookie, ceremony string, answer []byte) (Session, error) {
	by, err := s.Actor(ctx, cookie)
	if err != nil {
		return Session{}, err
	}
	data, err := s.finish(ctx, ceremonyStepUp, by.ID, ceremony)
	if err != nil {
		return Session{}, err
	}
	h, credential, err := s.verify(ctx, data, answer)
	if err != nil {
		return Session{}, err
	}
	if h.account.ID != by.ID {
		return Session{}, fault.New(fault.Denied, "passkey.refused")
	}
	err = s.write(ctx, "step up", func(tx *db.Tx) error { return usePasskey(ctx, tx, passkeyID(credential.ID), credential, s.now()) })
	if err != nil {
		return Session{}, err
	}
	return s.renew(ctx, cookie, SteppedUp, func(x *Session) { x.Method = byPasskey })
}

// verify checks an answer and says whose passkey it is.
func (s *Service) verify(ctx context.Context, data webauthn.SessionData, answer []byte) (holder, *webauthn.Credential, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return holder{}, nil, refusedPasskey(err)
	}
	var h holder
	find := func(_, userHandle []byte) (webauthn.User, error) {
		var err error
		h, err = s.holder(ctx, string(userHandle))
		if err == nil && !h.account.ClosedAt.IsZero() {
			err = fault.New(fault.Denied, "passkey.refused")
		}
		return h, err
	}
	var credential *webauthn.Credential
	if len(data.UserID) > 0 {
		if _, err = find(nil, data.UserID); err == nil {
			credential, err = s.passkeys.ValidateLogin(h, data, parsed)
		}
	} else {
		_, credential, err = s.passkeys.ValidatePasskeyLogin(find, data, parsed)
	}
	if err != nil {
		return holder{}, nil, refusedPasskey(err)
	}
	if credential.Authenticator.CloneWarning {
		// The counter went back: two devices hold the same key.
		return holder{}, nil, fault.New(fault.Denied, "passkey.cloned")
	}
	return h, credential, nil
}

func refusedPasskey(err error) error { return fault.Wrap(fault.Denied, "passkey.refused", err) }

func passkeyID(credential []byte) string { return base64.RawURLEncoding.EncodeToString(credential) }

func (s *Service) begin(ctx context.Context, kind, account string, options any, data *webauthn.SessionData) (Ceremony, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin ceremony: %w", err)
	}
	kept, err := json.Marshal(data)
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin ceremony: %w", err)
	}
	c := Ceremony{ID: secret(), Options: text}
	err = s.write(ctx, "begin ceremony", func(tx *db.Tx) error {
		return insertCeremony(ctx, tx, s.code("ceremony", c.ID), kind, account, string(kept), s.now().Add(ceremonyTime))
	})
	return c, err
}

// finish takes the kept half of a ceremony out, so that it serves once, whatever comes of it.
func (s *Service) finish(ctx context.Context, kind, account, id string) (webauthn.SessionData, error) {
	if err := s.passkeysReady(); err != nil {
		return webauthn.SessionData{}, err
	}
	var data webauthn.SessionData
	var text string
	err := s.write(ctx, "finish ceremony", func(tx *db.Tx) (err error) {
		text, err = takeCeremony(ctx, tx, s.code("ceremony", id), kind, account, s.now())
		return err
	})
	if err != nil {
		return data, err
	}
	if text == "" {
		return data, fault.New(fault.Denied, "passkey.too-late")
	}
	if err := json.Unmarshal([]byte(text), &data); err != nil {
		return data, fmt.Errorf("finish ceremony: %w", err)
	}
	return data, nil
}
