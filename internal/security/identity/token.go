package identity

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/ref"
)

// tokenMark begins every API token, so that scanners of leaked secrets know one when they see it.
const tokenMark = "tbk_"

const (
	longestToken = 366 * 24 * time.Hour
	mostScopes   = 32
)

// Token is an API token as its owner sees it afterwards; the secret itself is shown once.
type Token struct {
	ID        string
	Subject   string
	Scopes    []string
	CreatedAt time.Time
	Until     time.Time
}

var scopeWord = regexp.MustCompile(`^[a-z][a-z-]*(:[a-z][a-z-]*)?$`)

// Token issues an API token that acts as the actor does now, within the scopes, until a time. It is
// known at no more than AL2, because nobody is present when it is used. A token issues no token.
func (s *Service) Token(ctx context.Context, by Actor, scopes []string, until time.Time) (string, error) {
	now := s.now()
	if by.ByToken() {
		return "", fault.New(fault.Denied, "token.by-token")
	}
	var wrong []fault.Field
	if len(scopes) == 0 || len(scopes) > mostScopes || slices.ContainsFunc(scopes, func(one string) bool { return !scopeWord.MatchString(one) }) {
		wrong = append(wrong, fault.Field{Name: "scopes", Code: "token.scopes"})
	}
	if !until.After(now) || until.After(now.Add(longestToken)) {
		wrong = append(wrong, fault.Field{Name: "until", Code: "token.until"})
	}
	if len(wrong) > 0 {
		return "", fault.Fields(wrong)
	}
	text := secret()
	t := Token{ID: ref.NewID(tokenPrefix), Subject: by.Subject, Scopes: slices.Compact(slices.Sorted(slices.Values(scopes))), CreatedAt: now, Until: until}
	err := s.write(ctx, "issue token", func(tx *db.Tx) error {
		if err := insertToken(ctx, tx, t, by.ID, s.code("token", text)); err != nil {
			return err
		}
		return s.tell(ctx, tx, Event{At: now, What: TokenIssued, By: by, ID: t.ID})
	})
	if err != nil {
		return "", err
	}
	return tokenMark + text, nil
}

// ActorOfToken is who acts through a token, and within which scopes.
func (s *Service) ActorOfToken(ctx context.Context, token string) (Actor, []string, error) {
	text, marked := strings.CutPrefix(token, tokenMark)
	if !marked {
		return Actor{Kind: Nobody}, nil, ended()
	}
	seat, err := s.seat(ctx, "token", text, findToken)
	if err != nil {
		return Actor{Kind: Nobody}, nil, err
	}
	return seat.actor, slices.Clone(seat.scopes), nil
}

// Tokens lists the tokens of an account that are in force, the newest first.
func (s *Service) Tokens(ctx context.Context, by Actor) ([]Token, error) {
	all, err := tokensOf(ctx, s.store.Read(), by.ID, s.now())
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return all, nil
}

// Revoke ends one of the actor's own tokens.
func (s *Service) Revoke(ctx context.Context, by Actor, id string) error {
	return s.taking(ctx, "revoke token", func(tx *db.Tx, change int64) ([]string, error) {
		code, err := endToken(ctx, tx, id, by.ID, s.now(), change)
		if err != nil || code == "" {
			return nil, err
		}
		return []string{code}, s.tell(ctx, tx, Event{At: s.now(), What: TokenRevoked, By: by, ID: id})
	})
}
