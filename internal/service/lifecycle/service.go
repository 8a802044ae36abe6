package lifecycle

import (
	"context"
	"time"

	"tongban/internal/data/credential"
	"tongban/internal/data/registry"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

// Config is what a Service needs.
type Config struct {
	Gate        *access.Gate
	Registry    *registry.Service
	Credentials *credential.Service
	Chain       func(catalogue.Audience) (*Chain, bool)
	Register    func(id string) (catalogue.Register, bool)
	Calendar    func() *deadline.Calendar
	Now         func() time.Time
}

// Service says where somebody stands.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// Standing is where somebody stands on a day, and the facts that say so.
type Standing struct {
	Audience catalogue.Audience
	Chain    *Chain
	Today    deadline.Day
	Facts    Facts
	Lists
}

const (
	actRegister    access.Action = "register.read"
	actCertificate access.Action = "certificate.read"
)

// Of says where the person or business stands for whom the actor acts. False where the city describes no
// life cycle for them. Every register is asked for the fields that matter and no others.
func (s *Service) Of(ctx context.Context, by identity.Actor) (Standing, bool, error) {
	st := Standing{Audience: catalogue.ForPerson, Today: deadline.Of(s.Now())}
	if ref.CheckUSCC(by.Subject) {
		st.Audience = catalogue.ForBusiness
	}
	var ok bool
	if st.Chain, ok = s.Chain(st.Audience); !ok {
		return st, false, nil
	}
	err := s.Gate.See(ctx, by, func(v *access.View) (err error) {
		st.Facts, err = st.Chain.Find(s.looks(ctx, v, by.Subject, st.Today), st.Today)
		return err
	})
	if err != nil {
		return st, false, err
	}
	st.Lists = st.Chain.Stand(st.Facts, st.Today, s.Calendar())
	return st, true, nil
}

func (s *Service) looks(ctx context.Context, v *access.View, subject string, today deadline.Day) Looks {
	return Looks{
		Record: func(register string, fields []string) (map[string]string, deadline.Day, error) {
			def, _ := s.Register(register)
			r := access.Resource{Kind: "register", ID: register, Subject: subject, Body: def.Keeper, Purpose: "guidance", Fields: fields}
			if err := v.Permit(ctx, actRegister, r); err != nil {
				return nil, "", err
			}
			rec, err := s.Registry.Look(ctx, v, register, subject)
			if err != nil {
				return nil, "", err
			}
			values := make(map[string]string, len(fields))
			for _, field := range fields {
				values[field] = rec.Values[field]
			}
			return values, deadline.Of(rec.RecordedAt), nil
		},
		Certificate: func(typ string) (Certificate, bool, error) {
			if err := v.Permit(ctx, actCertificate, access.Resource{Kind: "certificate", ID: typ, Subject: subject, Purpose: "guidance"}); err != nil {
				return Certificate{}, false, err
			}
			c, held, err := s.Credentials.Held(ctx, v, subject, typ, string(today))
			return Certificate{ID: c.ID, Number: c.Number, From: deadline.Day(c.From), To: deadline.Day(c.To)}, held, err
		},
	}
}
