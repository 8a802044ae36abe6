package application

import (
	"context"
	"maps"
	"slices"
	"time"

	"tongban/internal/data/registry"
	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
)

// prefill fills a new draft in from registers and from the answers to the guide's questions. Each
// register is asked once, for exactly the fields that this person's form needs.
func (s *Service) prefill(ctx context.Context, tx *access.Tx, d *Draft, sheet Sheet) error {
	wanted := map[string][]string{}
	for _, t := range sheet.Tasks {
		for _, f := range t.Fields {
			if f.Prefill != nil {
				wanted[f.Prefill.Register] = append(wanted[f.Prefill.Register], f.Prefill.Field)
			}
		}
	}
	records := map[string]registry.Record{}
	for register, fields := range wanted {
		rec, err := s.lookAt(ctx, tx, *d, register, fields)
		switch {
		case fault.Is(err, fault.Unavailable):
			if d.Down == nil {
				d.Down = map[string]bool{}
			}
			d.Down[register] = true
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return err
		default:
			records[register] = rec
		}
	}
	for _, t := range sheet.Tasks {
		for _, f := range t.Fields {
			_, given := d.Values[f.ID]
			if f.Prefill != nil {
				if rec, ok := records[f.Prefill.Register]; ok && rec.Values[f.Prefill.Field] != "" && (!given || f.Locked) {
					d.Values[f.ID] = Entry{Value: casework.Value{Value: rec.Values[f.Prefill.Field], Source: rec.Register, Recorded: rec.RecordedAt}}
				}
			}
			// What she answered stands where no register knows better.
			_, given = d.Values[f.ID]
			if answer := d.Answers[f.Question]; f.Question != "" && !given && answer != "" && answer != guide.Unsure {
				d.Values[f.ID] = Entry{Value: casework.Value{Value: answer}}
			}
		}
	}
	return nil
}

// lookAt asks a register for fields about the draft's subject, under a permit that is recorded and
// shown to her.
func (s *Service) lookAt(ctx context.Context, tx *access.Tx, d Draft, register string, fields []string) (registry.Record, error) {
	def, ok := s.register(register)
	if !ok {
		return registry.Record{}, fault.New(fault.NotFound, "error.register.not-found")
	}
	subject := s.subjectOf(d, def.Key)
	r := access.Resource{
		Kind: "register", ID: register, Subject: subject, Case: d.ID, Body: def.Keeper, Purpose: "application:" + d.Service, Fields: fields,
		Attrs: map[string]any{"applicant": d.Account, "person": d.Self, "evidence": fields},
	}
	if err := tx.Permit(ctx, actRegisterRead, r); err != nil {
		return registry.Record{}, err
	}
	return s.registry.Look(ctx, tx, register, subject)
}

// Preview is what a body would get if the person let it use what government holds.
type Preview struct {
	Material *guide.PlanMaterial
	Choice   Choice
	Held     bool              // false: nothing was found, so it must be uploaded
	Down     bool              // the register does not answer: upload, bring later or try again
	Keeper   string            // the body that keeps it
	Register string            // its register, or
	Type     string            // its certificate type
	Number   string            // of the certificate
	Fields   []string          // exactly what is sent, in order
	Values   map[string]string // the values of those fields
	Recorded time.Time
	To       []string // the bodies that receive it
	version  int
	cert     string
}

// Preview shows one material before anything is sent: which fields, to whom, on what basis.
func (s *Service) Preview(ctx context.Context, by identity.Actor, id, material string) (Sheet, Preview, error) {
	var preview Preview
	sheet, err := s.Read(ctx, by, id)
	if err != nil {
		return sheet, preview, err
	}
	err = s.gate.Do(ctx, by, func(tx *access.Tx) error {
		preview, err = s.preview(ctx, tx, sheet, material)
		return err
	})
	return sheet, preview, err
}

func (s *Service) preview(ctx context.Context, tx *access.Tx, sheet Sheet, material string) (Preview, error) {
	pm, ok := sheet.Material(material)
	if !ok {
		return Preview{}, fault.New(fault.NotFound, "error.draft.no-material")
	}
	if err := tx.Permit(ctx, actRead, resource(sheet.Draft, 0)); err != nil {
		return Preview{}, hidden(err)
	}
	return s.held(ctx, tx, sheet, pm)
}

// held looks up what government holds of one material.
func (s *Service) held(ctx context.Context, tx *access.Tx, sheet Sheet, pm *guide.PlanMaterial) (Preview, error) {
	p := Preview{Material: pm, Choice: sheet.Materials[pm.Material.ID], To: sheet.Receivers(pm.Material)}
	source := pm.Material.Source
	if source.Upstream != "" && pm.State == guide.Held {
		source.Certificate = pm.From // the earlier matter is done, and what it issued is held
	}
	switch {
	case pm.State != guide.Held: // another person's record, which is hers to release
	case source.Register != "":
		def, ok := s.register(source.Register)
		if !ok {
			return p, fault.New(fault.NotFound, "error.register.not-found")
		}
		all := make([]string, len(def.Fields))
		for i, f := range def.Fields {
			all[i] = f.ID
		}
		p.Register, p.Keeper, p.Fields = def.ID, def.Keeper, fieldsOf(pm.Material, all)
		rec, err := s.lookAt(ctx, tx, sheet.Draft, def.ID, p.Fields)
		switch {
		case fault.Is(err, fault.Unavailable):
			p.Down = true
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return p, err
		default:
			p.Held, p.Recorded, p.version, p.Values = true, rec.RecordedAt, rec.Version, only(rec.Values, p.Fields)
		}
	case source.Certificate != "":
		subject := sheet.Subject
		err := tx.Permit(ctx, actCertRead, access.Resource{
			Kind: "certificate", ID: source.Certificate, Subject: subject, Case: sheet.ID, Purpose: "application:" + sheet.Service,
			Attrs: map[string]any{"applicant": sheet.Account, "person": sheet.Self},
		})
		if err != nil {
			return p, err
		}
		for _, holder := range []string{sheet.Subject, sheet.Self} {
			cert, held, err := s.credentials.Held(ctx, tx, holder, source.Certificate, string(deadline.Of(s.now())))
			if err != nil {
				return p, err
			}
			if !held {
				continue
			}
			p.Held, p.Type, p.Keeper, p.Number, p.cert = true, cert.Type, cert.Issuer, cert.Number, cert.ID
			p.Fields, p.Values, p.Recorded = fieldsOf(pm.Material, cert.FieldIDs()), cert.Fields, cert.IssuedAt()
			p.Values = only(p.Values, p.Fields)
			break
		}
	}
	return p, nil
}

// evidence is what is handed on of a material that government holds.
func (p Preview) evidence(now time.Time) casework.Evidence {
	return casework.Evidence{State: "held", Source: p.Register, Version: p.version, Certificate: p.cert, Values: p.Values, At: now}
}

func only(values map[string]string, fields []string) map[string]string {
	some := make(map[string]string, len(fields))
	for _, f := range fields {
		some[f] = values[f]
	}
	return some
}

// Choose decides about one material: use what government holds, upload one's own, or bring it later
// where that is allowed. A dispute says what is wrong with the record and asks for an own document.
func (s *Service) Choose(ctx context.Context, by identity.Actor, id, material, kind, dispute string) (Sheet, error) {
	return s.change(ctx, by, id, func(tx *access.Tx, sheet Sheet) error {
		pm, ok := sheet.Material(material)
		if !ok {
			return fault.New(fault.NotFound, "error.draft.no-material")
		}
		c := sheet.Materials[material]
		c.Kind, c.Dispute = kind, dispute
		switch kind {
		case Use:
			p, err := s.preview(ctx, tx, sheet, material)
			if err != nil {
				return err
			}
			if p.Down {
				return fault.New(fault.Unavailable, "register.down")
			}
			if !p.Held {
				return fault.New(fault.Conflict, "error.draft.not-held")
			}
			c = Choice{Kind: Use, Evidence: p.evidence(s.now())}
			c.Files = sheet.Materials[material].Files
		case Own:
			c.Evidence = casework.Evidence{State: "uploaded", Files: c.Files, At: c.At}
		case Later:
			// A register that does not answer must not cost the person her day: then bringing it later is allowed too.
			p, err := s.preview(ctx, tx, sheet, material)
			if err != nil {
				return err
			}
			if pm.Material.Later == nil && !p.Down {
				return fault.New(fault.Conflict, "error.draft.not-deferrable")
			}
			// It counts from acceptance; accepted today, it would be due on this day.
			until, _ := deadline.Clock{From: deadline.Of(s.now()), Limit: laterLimit(pm.Material)}.Due(s.calendar())
			c = Choice{Kind: Later, Evidence: casework.Evidence{Files: c.Files, State: "later", Until: until, At: s.now()}}
		default:
			return fault.Fields([]fault.Field{{Name: "choice", Code: "field.choose"}})
		}
		sheet.Materials[material] = c
		return nil
	})
}

// downDays is how many working days somebody may take to bring what a register could not tell: a service
// promise of the platform, not a legal limit.
const downDays = 10

// laterLimit is within which time after acceptance a material may follow.
func laterLimit(m *catalogue.Material) deadline.Limit {
	if l := m.Later; l != nil {
		return deadline.Limit{N: l.N, Unit: deadline.Unit(l.Unit)}
	}
	return deadline.Limit{N: downDays, Unit: deadline.Working}
}

// Attach adds an uploaded file to a material, which was stored and checked before.
func (s *Service) Attach(ctx context.Context, by identity.Actor, id, material string, f casework.File) (Sheet, error) {
	return s.change(ctx, by, id, func(_ *access.Tx, sheet Sheet) error {
		if _, ok := sheet.Material(material); !ok {
			return fault.New(fault.NotFound, "error.draft.no-material")
		}
		c := sheet.Materials[material]
		files := slices.Clone(c.Files)
		if !slices.ContainsFunc(files, func(had casework.File) bool { return had.Hash == f.Hash }) { // the same file again is one file
			files = append(files, f)
		}
		c.Kind, c.Evidence = Own, casework.Evidence{State: "uploaded", Files: files, At: s.now()}
		sheet.Materials[material] = c
		return nil
	})
}

// Detach takes a file away again.
func (s *Service) Detach(ctx context.Context, by identity.Actor, id, material, hash string) (Sheet, error) {
	return s.change(ctx, by, id, func(_ *access.Tx, sheet Sheet) error {
		c := sheet.Materials[material]
		var files []casework.File
		for _, f := range c.Files {
			if f.Hash != hash {
				files = append(files, f)
			}
		}
		c.Files = files
		sheet.Materials[material] = c
		return nil
	})
}

// evidence freezes what was decided about the materials. Files of somebody who decided otherwise in the
// end stay behind in the draft.
func (s Sheet) evidence(now time.Time) map[string]casework.Evidence {
	all := map[string]casework.Evidence{}
	for _, t := range s.Files {
		id := t.Material.Material.ID
		switch t.Material.State {
		case guide.Upstream:
			all[id] = casework.Evidence{State: "upstream", Source: t.Material.Material.Source.Upstream}
		case guide.Made:
			all[id] = casework.Evidence{State: "made", Values: maps.Clone(map[string]string(s.Answers)), At: now}
		default:
			e := s.Materials[id].Evidence
			if e.State != "uploaded" {
				e.Files = nil
			}
			all[id] = e
		}
	}
	return all
}
