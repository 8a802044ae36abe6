package credential

import (
	"context"
	"slices"
	"strings"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/lang"
)

// Find returns a certificate by its id, also one that is only prepared.
func (s *Service) Find(ctx context.Context, v db.Queryer, id string) (Certificate, error) {
	c, found, err := readOne(ctx, v, id)
	if err == nil && !found {
		err = notFound()
	}
	return c, err
}

// OfMatter returns the certificate that a matter issued, if any.
func (s *Service) OfMatter(ctx context.Context, v db.Queryer, matter string) (Certificate, bool, error) {
	c, found, err := readMatter(ctx, v, matter)
	return c, found, wrap("find certificate of matter", err)
}

// OfHolder returns a page of the certificates that a holder has or had, the newest first, beginning
// before the certificate of that id ("" for the first page).
func (s *Service) OfHolder(ctx context.Context, v db.Queryer, holder, before string, limit int) ([]Certificate, error) {
	all, err := readHolder(ctx, v, holder, before, limit)
	return all, wrap("find certificates of holder", err)
}

// Held returns the holder's certificate of a type that is in force on a day, the newest if there are
// several.
func (s *Service) Held(ctx context.Context, v db.Queryer, holder, typ, day string) (Certificate, bool, error) {
	c, found, err := readHeld(ctx, v, holder, typ, day)
	return c, found, wrap("find certificate of holder", err)
}

// Public is what anybody sees who has the code of a certificate: no more than what the type makes
// public. A person's name and number are not among it unless the type says so.
type Public struct {
	Type       lang.Text
	Number     string
	Identifier string
	About      Whom // for the record of the look
	Issuer     lang.Text
	IssuerUSCC string
	Business   string // the holder's name, when the holder is an organisation
	IssuedOn   string
	From       string
	To         string
	Status     Status // on the day of asking
	Since      time.Time
	Replaced   bool
	Fields     []Shown
	Sealed     bool // the seal fits the content
	Demo       bool // and is the demonstration seal
	Revision   int
}

// Whom is whom a certificate is about. It is for the record of who looked, and prints as nothing.
type Whom struct{ id string }

// ID is the identity number or social credit code.
func (w Whom) ID() string { return w.id }

// String tells nobody.
func (Whom) String() string { return "•" }

// codeLength is that of a token (ref.NewToken); anything else is not looked for.
const codeLength = 26

// ByVerifyCode answers somebody who verifies a certificate on a day. The code may be written in capitals.
func (s *Service) ByVerifyCode(ctx context.Context, v db.Queryer, code, day string) (Public, error) {
	code = strings.ToLower(strings.TrimSpace(code))
	if len(code) != codeLength {
		return Public{}, notFound()
	}
	c, found, err := readCode(ctx, v, code)
	if err != nil {
		return Public{}, wrap("verify certificate", err)
	}
	if !found || c.Status == Prepared {
		return Public{}, notFound()
	}
	p := Public{
		Type: c.TypeName, Number: c.Number, Identifier: c.Identifier, About: Whom{c.Holder}, Issuer: c.IssuerName, IssuerUSCC: c.IssuerUSCC,
		IssuedOn: c.IssuedOn, From: c.From, To: c.To, Status: c.StatusOn(day), Since: c.StatusAt,
		Replaced: c.Reason == ReasonReplaced, Sealed: Verify(s.seal, c) == nil, Demo: c.Signature.Demo, Revision: c.Revision,
	}
	if c.HolderKind() == "001" {
		p.Business = c.HolderName
	}
	for _, f := range c.Shown {
		if slices.Contains(c.public, f.ID) {
			p.Fields = append(p.Fields, f)
		}
	}
	return p, nil
}

// Verify checks that the seal stands under what the certificate says; nil when it does.
func Verify(seal *keys.Seal, c Certificate) error { return seal.Verify(c.payload, c.Signature) }
