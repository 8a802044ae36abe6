package credential

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/ref"
	"tongban/internal/security/org"
)

// Schema makes the tables.
//
//go:embed schema/*.sql
var Schema embed.FS

// Config is what a Service needs.
type Config struct {
	Types  func(id string) (Type, bool)
	Body   func(id string) (org.Body, bool)
	Seal   *keys.Seal
	Covers func(texts ...string) error // says whether documents can draw all characters, see paper.Printer
	Now    func() time.Time
}

// Service issues and reads certificates.
type Service struct {
	types  func(id string) (Type, bool)
	body   func(id string) (org.Body, bool)
	seal   *keys.Seal
	covers func(texts ...string) error
	now    func() time.Time
}

// New makes the service.
func New(c Config) *Service {
	return &Service{types: c.Types, body: c.Body, seal: c.Seal, covers: c.Covers, now: c.Now}
}

// Draft is what a certificate is to say.
type Draft struct {
	Type       string
	Holder     string
	HolderName string
	IssuedOn   string            // day of the decision
	From       string            // first day; IssuedOn when empty
	To         string            // last day; by the years of the type when empty
	Number     string            // made by the type's pattern when empty
	Fields     map[string]string // a field "number" that is not given gets the number
	Case       string
	Matter     string // what issues it; the same matter issues once
	Replaces   string // id of the certificate that it takes the place of
}

// Prepare records that a certificate will be issued, and what it says. Said again for the same matter it
// returns what was recorded, whatever the draft says now. Nobody but the issuing job sees it until it is
// published.
//
// It is refused when a character cannot be drawn (the fault names it), when the holder has one already
// of a type of which there is only one, when the number is taken, and when the same job runs beside it at
// this moment; after a refusal the transaction must not commit.
func (s *Service) Prepare(ctx context.Context, tx db.Queryer, d Draft) (Certificate, error) {
	if d.Matter == "" {
		return Certificate{}, errors.New("prepare certificate: the matter is not named")
	}
	have, found, err := readMatter(ctx, tx, d.Matter)
	if err != nil || found {
		return have, wrap("prepare certificate", err)
	}
	t, ok := s.types(d.Type)
	if !ok {
		return Certificate{}, fmt.Errorf("prepare certificate: there is no type %q", d.Type)
	}
	c, err := s.compose(ctx, tx, t, d)
	if err != nil {
		return Certificate{}, wrap("prepare certificate", err)
	}
	if t.One {
		if err := s.take(ctx, tx, c); err != nil {
			return Certificate{}, err
		}
	}
	added, err := insert(ctx, tx, c)
	if err != nil {
		return Certificate{}, wrap("prepare certificate", err)
	}
	if !added {
		_, found, err := readMatter(ctx, tx, d.Matter)
		if err != nil {
			return Certificate{}, wrap("prepare certificate", err)
		}
		if found {
			// The same job beside us was quicker. The transaction must not commit, or the serial number
			// that it took would be left out of the series; tried again, it finds what was prepared.
			return Certificate{}, fault.New(fault.Conflict, "certificate.being-issued")
		}
		return Certificate{}, fault.New(fault.Conflict, "certificate.number-taken", "number", c.Number)
	}
	return c, nil
}

// compose makes the certificate that a draft describes.
func (s *Service) compose(ctx context.Context, tx db.Queryer, t Type, d Draft) (Certificate, error) {
	body, ok := s.body(t.Issuer)
	if !ok || len(t.Code) != 21 || !ref.CheckUSCC(t.Code[:18]) || !ref.CheckUSCC(body.USCC) {
		return Certificate{}, fmt.Errorf("type %s: issuer %q or code %q is not right", t.ID, t.Issuer, t.Code)
	}
	c := Certificate{
		ID: ref.NewID("cert"), Type: t.ID, TypeCode: t.Code, TypeName: t.Name, Number: d.Number,
		Holder: d.Holder, HolderName: d.HolderName, Issuer: body.ID, IssuerUSCC: body.USCC, IssuerName: body.Name,
		IssuedOn: d.IssuedOn, From: d.From, To: d.To, Revision: 1, Replaces: d.Replaces,
		VerifyCode: ref.NewToken(), Case: d.Case, Matter: d.Matter, PreparedAt: s.now().Truncate(time.Microsecond).UTC(), public: slices.Clone(t.Public),
	}
	if !ref.CheckIDNumber(d.Holder) && !ref.CheckUSCC(d.Holder) || d.HolderName == "" {
		return Certificate{}, errors.New("the holder has neither an identity number nor a social credit code, or no name")
	}
	if err := c.period(t.Years); err != nil {
		return Certificate{}, err
	}
	if d.Replaces != "" {
		old, found, err := readOne(ctx, tx, d.Replaces)
		if err != nil {
			return Certificate{}, err
		}
		if !found || old.Type != c.Type || old.Holder != c.Holder || old.Status == Prepared {
			return Certificate{}, fault.New(fault.Conflict, "certificate.not-replaceable")
		}
		// The identifier of a replacement keeps the serial and counts its version (GB/T 36904, 5.2).
		c.serial, c.Revision = old.serial, old.Revision+1
		if c.Number == "" {
			c.Number = old.Number
		}
	}
	if c.serial == "" {
		n, err := count(ctx, tx, t.ID, c.IssuedOn[:4])
		if err != nil {
			return Certificate{}, err
		}
		c.serial = fmt.Sprintf("%s%06d", c.IssuedOn[:4], n)
	}
	if c.Number == "" {
		pattern := t.Number
		if pattern == "" {
			pattern = "{year}{serial}"
		}
		c.Number = strings.NewReplacer("{year}", c.serial[:4], "{serial}", c.serial[4:]).Replace(pattern)
	}
	c.Identifier = ref.CertificateIdentifier(t.Code, body.USCC, c.serial, c.Revision)
	if err := c.fill(t, d.Fields); err != nil {
		return Certificate{}, err
	}
	if err := s.covers(c.texts()...); err != nil {
		return Certificate{}, err
	}
	return c, c.compose()
}

// period completes and checks the days.
func (c *Certificate) period(years int) error {
	if c.From == "" {
		c.From = c.IssuedOn
	}
	from, err := time.Parse(time.DateOnly, c.From)
	if err != nil {
		return fmt.Errorf("first day: %w", err)
	}
	if _, err := time.Parse(time.DateOnly, c.IssuedOn); err != nil {
		return fmt.Errorf("day of issue: %w", err)
	}
	if c.To == "" && years > 0 {
		// Five years from 24 November end on 23 November; from 29 February, on 28 February.
		to := from.AddDate(years, 0, 0)
		if to.Day() != from.Day() {
			to = to.AddDate(0, 0, 1-to.Day())
		}
		c.To = to.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	if c.To != "" {
		if _, err := time.Parse(time.DateOnly, c.To); err != nil {
			return fmt.Errorf("last day: %w", err)
		}
		if c.To < c.From {
			return fmt.Errorf("it would end on %s before it begins on %s", c.To, c.From)
		}
	}
	return nil
}

// fill takes over the values of the type's fields, in its order; what has no value is left out.
func (c *Certificate) fill(t Type, values map[string]string) error {
	left := maps.Clone(values)
	c.Fields = map[string]string{}
	for _, f := range t.Fields {
		value := values[f.ID]
		delete(left, f.ID)
		if f.ID == "number" && value == "" {
			value = c.Number
		}
		if value == "" {
			continue
		}
		shown := Shown{ID: f.ID, Name: f.Name, Value: value, Text: f.Options[value]}
		c.Shown, c.Fields[f.ID] = append(c.Shown, shown), value
	}
	if len(left) > 0 {
		return fmt.Errorf("type %s has no field %q", t.ID, slices.Sorted(maps.Keys(left)))
	}
	return nil
}

// texts is everything that a document of the certificate may have to draw.
func (c *Certificate) texts() []string {
	all := []string{c.TypeName.ZH, c.TypeName.EN, c.Number, c.HolderName, c.IssuerName.ZH, c.IssuerName.EN}
	for _, f := range c.Shown {
		all = append(all, f.Name.ZH, f.Name.EN, f.Value, f.Text.ZH, f.Text.EN)
	}
	return all
}

// take reserves the holder's one place for a type. The row is locked until the transaction ends, so that
// of two matters the second sees the first.
func (s *Service) take(ctx context.Context, tx db.Queryer, c Certificate) error {
	had, err := slot(ctx, tx, c.Type, c.Holder, c.ID)
	if err != nil {
		return wrap("prepare certificate", err)
	}
	if had == c.ID {
		return nil
	}
	if had != c.Replaces {
		old, found, err := readOne(ctx, tx, had)
		if err != nil {
			return wrap("prepare certificate", err)
		}
		if found && !old.StatusOn(c.IssuedOn).ended() {
			return fault.New(fault.Conflict, "certificate.held-already", "number", old.Number)
		}
	}
	return wrap("prepare certificate", setSlot(ctx, tx, c.Type, c.Holder, c.ID))
}

// Sign puts the built-in seal under a prepared certificate. A provider of real seals signs the same
// bytes (Certificate.Payload) by its own means.
func (s *Service) Sign(c Certificate) (keys.Signature, error) { return s.seal.Sign(c.payload) }

// Publish makes a prepared certificate valid: the seal is checked, the one that it replaces lapses. Said
// again it returns what was published.
func (s *Service) Publish(ctx context.Context, tx db.Queryer, id string, sig keys.Signature, auditID string) (Certificate, error) {
	c, found, err := readOne(ctx, tx, id)
	switch {
	case err != nil:
		return Certificate{}, wrap("publish certificate", err)
	case !found:
		return Certificate{}, notFound()
	case c.Status != Prepared:
		return c, nil
	}
	if err := s.seal.Verify(c.payload, sig); err != nil {
		return Certificate{}, fmt.Errorf("publish certificate %s: %w", id, err)
	}
	c.Signature, c.AuditID = sig, auditID
	c.PublishedAt = s.now().Truncate(time.Microsecond).UTC()
	c.Status, c.StatusVersion, c.StatusAt = InForce, 1, c.PublishedAt
	published, err := publish(ctx, tx, c)
	if err != nil {
		return Certificate{}, wrap("publish certificate", err)
	}
	if !published {
		return s.Find(ctx, tx, id) // the same job beside us was quicker
	}
	if c.Replaces != "" {
		old, found, err := readOne(ctx, tx, c.Replaces)
		if err != nil {
			return Certificate{}, wrap("publish certificate", err)
		}
		if found && !old.Status.ended() {
			if err := s.change(ctx, tx, old, Lapsed, Change{Reason: ReasonReplaced, Case: c.Case, Matter: c.Matter}); err != nil {
				return Certificate{}, err
			}
		}
	}
	return c, nil
}

// Issue prepares, seals with the built-in seal and publishes at once: for results that the system itself
// decides and for records of demonstration.
func (s *Service) Issue(ctx context.Context, tx db.Queryer, d Draft, auditID string) (Certificate, error) {
	c, err := s.Prepare(ctx, tx, d)
	if err != nil {
		return Certificate{}, err
	}
	sig, err := s.Sign(c)
	if err != nil {
		return Certificate{}, wrap("issue certificate", err)
	}
	return s.Publish(ctx, tx, c.ID, sig, auditID)
}

func notFound() error { return fault.New(fault.NotFound, "certificate.not-found") }

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
