package identity

import (
	"log/slog"
	"strings"
)

// Kind is the kind of somebody who acts.
type Kind string

// The kinds of actor.
const (
	Nobody  Kind = "nobody"  // a visitor who has not signed in
	Person  Kind = "person"  // a natural person, perhaps for a business
	Officer Kind = "officer" // somebody who holds a post in a public body
	System  Kind = "system"  // the platform itself, carrying out what was decided
)

// Level is how surely we know who somebody is (the ladder AL0 to AL4, see docs/design/gate.md).
type Level int

// The rungs of the ladder.
const (
	AL0 Level = iota // not signed in
	AL1              // a telephone or a mailbox
	AL2              // real name checked
	AL3              // real name and a cryptographic authenticator (passkey)
	AL4              // in person, or a qualified certificate
)

// Actor is who acts, whom for, in which post and how surely we know. Every verb that writes takes one.
type Actor struct {
	Kind    Kind
	ID      string   // account id: p_… of a person, o_… of an officer, the verb's name of the system
	Self    string   // the person's own register id (GB 11643), whomever she acts for
	Subject string   // whose affairs: Self, or the business (its USCC) or child acted for
	Body    string   // for an officer: the public body, by its id in the jurisdiction
	Roles   []string // for an officer: the posts' roles: officer, head, counter, steward, security, auditor, admin
	Level   Level
	Session string // the session or token through which the act came
	name    string
}

// WithName returns the actor with the name that records and pages show.
func (a Actor) WithName(name string) Actor { a.name = name; return a }

// Name is the name to show; it never reaches a log by itself.
func (a Actor) Name() string { return a.name }

// Has reports whether the actor holds the role.
func (a Actor) Has(role string) bool {
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// ByToken reports whether the act came through an API token and not through a session of a person who
// is present.
func (a Actor) ByToken() bool { return strings.HasPrefix(a.Session, tokenPrefix+"_") }

// The prefixes of the ids that an actor's Session may hold.
const (
	sessionPrefix = "ses"
	tokenPrefix   = "tok"
)

// ForSystem is the platform acting by itself for the sake of the named work.
func ForSystem(work string) Actor { return Actor{Kind: System, ID: "system:" + work, Level: AL4} }

// LogValue keeps names and subjects out of logs.
func (a Actor) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", string(a.Kind)), slog.String("id", a.ID), slog.String("body", a.Body))
}
