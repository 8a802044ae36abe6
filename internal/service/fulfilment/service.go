package fulfilment

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"tongban/internal/data/credential"
	"tongban/internal/data/registry"
	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

// Config is what a Service needs.
type Config struct {
	Gate        *access.Gate
	Casework    *casework.Service
	Credentials *credential.Service
	Registry    *registry.Service
	Register    func(id string) (catalogue.Register, bool)
	Certificate func(id string) (catalogue.CertificateType, bool)
	Read        db.Queryer // for what is due; shows nothing to anybody
	Region      string     // division code of GB/T 2260 for numbers that are made here
	Now         func() time.Time
}

// Service carries decisions out.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

const (
	actIssue  access.Action = "certificate.issue"
	actExpire access.Action = "certificate.expire"
	actWrite  access.Action = "register.write"
)

var system = identity.ForSystem("fulfilment").WithName("通办")

// work is one approved matter with all that is known of it.
type work struct {
	c      casework.Case
	m      casework.Matter
	def    *catalogue.Matter
	values map[string]string // of the result
	holder string            // whom it is about: the subject, or the business that it brings into being
	name   string
}

// Fulfil carries out the decision on one matter. It is the job that follows an approval.
func (s *Service) Fulfil(ctx context.Context, about casework.About) error {
	w, err := s.open(ctx, about)
	if err != nil || w == nil {
		return err
	}
	var certificate credential.Certificate
	if w.def.Result != nil && w.def.Result.Certificate != "" {
		// The intent first: from here on this matter has exactly one certificate, with these values.
		err := s.Gate.Do(ctx, system, func(tx *access.Tx) error {
			if err := tx.Permit(ctx, actIssue, s.resource(*w, "certificate", w.def.Result.Certificate)); err != nil {
				return err
			}
			if err := s.fill(ctx, tx, w); err != nil {
				return err
			}
			shown, err := s.shown(*w)
			if err != nil {
				return err
			}
			replaces, err := s.held(ctx, tx, *w)
			if err != nil {
				return err
			}
			certificate, err = s.Credentials.Prepare(ctx, tx, credential.Draft{
				Type: w.def.Result.Certificate, Holder: w.holder, HolderName: w.name, IssuedOn: string(w.m.DecidedOn),
				Fields: shown, Case: w.c.ID, Matter: w.m.ID, Replaces: replaces,
			})
			return err
		})
		if err != nil {
			return fmt.Errorf("prepare certificate of matter %s: %w", w.m.ID, err)
		}
		w.holder = certificate.Holder
		maps.Copy(w.values, certificate.Fields) // its number, and what an earlier try wrote on it
	}
	signature, err := s.sign(certificate)
	if err != nil {
		return fmt.Errorf("seal certificate of matter %s: %w", w.m.ID, err)
	}
	return s.Gate.Do(ctx, system, func(tx *access.Tx) error {
		result := casework.Result{Certificate: certificate.ID, Values: certificate.Fields}
		if certificate.ID != "" {
			if err := tx.Permit(ctx, actIssue, s.resource(*w, "certificate", certificate.Type)); err != nil {
				return err
			}
			if _, err := s.Credentials.Publish(ctx, tx, certificate.ID, signature, tx.Entries()[0]); err != nil {
				return err
			}
		}
		if w.def.Result != nil && w.def.Result.Register != "" {
			if certificate.ID == "" {
				if err := s.fill(ctx, tx, w); err != nil {
					return err
				}
				result.Values = w.values
			}
			if err := s.record(ctx, tx, *w); err != nil {
				return err
			}
		}
		return s.Casework.Finish(ctx, tx, w.m.ID, result)
	})
}

// open reads the matter; nil when there is nothing to do, because it was done before.
func (s *Service) open(ctx context.Context, about casework.About) (*work, error) {
	c, matters, err := s.Casework.Known(ctx, about.Case)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(matters, func(m casework.Matter) bool { return m.ID == about.Matter })
	if i < 0 || matters[i].State != casework.Approved || matters[i].Result != nil {
		return nil, nil
	}
	def, err := s.Casework.Def(ctx, c, matters[i])
	return &work{c: c, m: matters[i], def: def, holder: c.Subject, name: c.Name}, err
}

// shown are the values that stand on the certificate. A register may take more of them: it is a body's
// record, the certificate is what its holder shows to anybody.
func (s *Service) shown(w work) (map[string]string, error) {
	t, ok := s.Certificate(w.def.Result.Certificate)
	if !ok {
		return nil, fmt.Errorf("there is no type %q", w.def.Result.Certificate)
	}
	shown := map[string]string{}
	for _, f := range t.Fields {
		if value, ok := w.values[f.ID]; ok {
			shown[f.ID] = value
		}
	}
	return shown, nil
}

// held is the certificate whose place the new one takes: a holder who has one already of a type of which
// there is only one gets it anew (换发), as the second decision says.
func (s *Service) held(ctx context.Context, tx db.Queryer, w work) (string, error) {
	if t, _ := s.Certificate(w.def.Result.Certificate); !t.One {
		return "", nil
	}
	c, found, err := s.Credentials.Held(ctx, tx, w.holder, w.def.Result.Certificate, string(w.m.DecidedOn))
	if err != nil || !found {
		return "", err
	}
	return c.ID, nil
}

// sign seals a certificate, where there is one. A seal that is asked twice seals the same content.
func (s *Service) sign(c credential.Certificate) (sig keys.Signature, err error) {
	if c.ID == "" {
		return sig, nil
	}
	return s.Credentials.Sign(c)
}

func (s *Service) resource(w work, kind, id string) access.Resource {
	return access.Resource{
		Kind: kind, ID: id, Subject: w.holder, Case: w.c.ID, Matter: w.m.ID, Body: w.m.Body, Purpose: "fulfilment:" + w.c.Service,
		Attrs: map[string]any{"applicant": w.c.Applicant, "person": w.c.Person},
	}
}

// fill works out the values of the result: what was declared, constants, and what is made here. A form
// field that was not asked of this person gives nothing, so that the register keeps what it holds.
func (s *Service) fill(ctx context.Context, tx db.Queryer, w *work) error {
	w.values = map[string]string{}
	for _, f := range w.def.Result.Fields {
		switch {
		case f.From != "":
			if v, asked := w.c.Values[f.From]; asked {
				w.values[f.Field] = v.Value
			}
		case f.Value != "":
			w.values[f.Field] = f.Value
		case f.Make == "today":
			w.values[f.Field] = string(w.m.DecidedOn)
		}
	}
	for _, f := range w.def.Result.Fields {
		switch f.Make {
		case "number":
			// A certificate's number is made by its own series when it is prepared.
			if w.def.Result.Certificate == "" {
				w.values[f.Field] = w.c.Number + fmt.Sprintf("-%d", w.m.Ordinal+1)
			}
		case "uscc":
			number, err := s.unused(ctx, tx, w, func(n uint64) string { return businessNumber(s.Region, n) })
			if err != nil {
				return err
			}
			w.values[f.Field], w.holder, w.name = number, number, w.values["name"]
		case "id-number":
			number, err := s.unused(ctx, tx, w, func(n uint64) string { return personNumber(s.Region, w.values["birth_date"], w.values["sex"], n) })
			if err != nil {
				return err
			}
			w.values[f.Field] = number
		}
	}
	return nil
}

// unused makes a number that the register has given to nobody and keeps it for the matter, so that a
// repeated try has the same one and another matter never does.
func (s *Service) unused(ctx context.Context, tx db.Queryer, w *work, number func(uint64) string) (string, error) {
	had, err := numberOf(ctx, tx, w.m.ID)
	if err != nil || had != "" {
		return had, err
	}
	h := fnv.New64a()
	h.Write([]byte(w.m.ID))
	const tries = 500 // the possible order numbers of one birthday and sex (GB 11643)
	for i := range uint64(tries) {
		n := number(h.Sum64() + i)
		if n == "" {
			return "", fmt.Errorf("make number for matter %s: what it is made from is missing", w.m.ID)
		}
		_, err := s.Registry.Look(ctx, tx, w.def.Result.Register, n)
		if err == nil {
			continue
		}
		if !fault.Is(err, fault.NotFound) {
			return "", err
		}
		free, err := reserve(ctx, tx, w.def.Result.Register, n, w.m.ID, s.Now())
		if err != nil || free {
			return n, err
		}
	}
	return "", fmt.Errorf("make number for matter %s: all are taken", w.m.ID)
}

const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY" // GB 32100: no I, O, S, V, Z

// businessNumber makes a unified social credit code of a company (91) in a region.
func businessNumber(region string, n uint64) string {
	first := "91" + region
	for range 9 {
		first += string(usccAlphabet[n%31])
		n /= 31
	}
	return ref.MakeUSCC(first)
}

// personNumber makes a citizen identification number; its order number is odd for a boy and even for a
// girl (GB 11643).
func personNumber(region, born, sex string, n uint64) string {
	seq := int(n % 500 * 2)
	if sex == "male" {
		seq++
	}
	if seq == 0 {
		seq = 2
	}
	return ref.MakeIDNumber(region, born, seq)
}

// record writes the new fact into its register, once.
func (s *Service) record(ctx context.Context, tx *access.Tx, w work) error {
	def, ok := s.Register(w.def.Result.Register)
	if !ok {
		return fmt.Errorf("matter %s: no register %q", w.m.ID, w.def.Result.Register)
	}
	subject, values, version := w.holder, map[string]string{}, 0
	for _, f := range w.def.Result.Fields {
		if (f.Make == "id-number" || f.Make == "uscc") && w.values[f.Field] != "" {
			subject, version = w.values[f.Field], registry.Absent // somebody new
		}
	}
	for _, a := range def.Fields {
		if v, ok := w.values[a.ID]; ok {
			values[a.ID] = v
		}
	}
	r := s.resource(w, "register", def.ID)
	r.Subject = subject
	if err := tx.Permit(ctx, actWrite, r); err != nil {
		return err
	}
	err := s.Registry.Record(ctx, tx, registry.Record{
		Register: def.ID, Subject: subject, Values: values, Version: version, Source: def.Keeper, RecordedAt: s.Now(), Case: w.c.ID, Matter: w.m.ID,
	})
	if err != nil {
		return fmt.Errorf("record result of matter %s on %s: %w", w.m.ID, deadline.Of(s.Now()), err)
	}
	return nil
}
