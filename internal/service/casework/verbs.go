package casework

import (
	"context"
	"slices"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

// The actions of casework, as the policies name them.
const (
	ActClaim        access.Action = "matter.claim"
	ActHandOver     access.Action = "matter.handover"
	ActTake         access.Action = "matter.accept"
	ActDecline      access.Action = "matter.decline"
	ActAsk          access.Action = "matter.ask"
	ActAnswer       access.Action = "matter.answer"
	ActSupply       access.Action = "matter.supply"
	ActCheck        access.Action = "matter.check"
	ActStartSpecial access.Action = "matter.special.start"
	ActEndSpecial   access.Action = "matter.special.end"
	ActAskExtension access.Action = "matter.extend.ask"
	ActExtend       access.Action = "matter.extend.approve"
	ActNotExtend    access.Action = "matter.extend.refuse"
	ActPropose      access.Action = "matter.propose"
	ActSign         access.Action = "matter.sign"
	ActSendBack     access.Action = "matter.return"
	ActDecide       access.Action = "matter.decide"
	ActWithdraw     access.Action = "matter.withdraw"
	ActReadCase     access.Action = "case.read"
	ActReadQueue    access.Action = "queue.read"
	ActAskBody      access.Action = "matter.consult"
	ActAnswerBody   access.Action = "matter.consult.answer"
	ActSystem       access.Action = "matter.system" // what the platform does by itself when a clock runs out or a result arrives
	actRegisterRead access.Action = "register.read"
	AnswerDays                    = 30 // to correct, when the officer sets no other day
)

func required(fields map[string]string) error { return fault.Fields(missing(fields)) }

// missing complains about every field without a value, in the order of their names.
func missing(fields map[string]string) []fault.Field {
	var wrong []fault.Field
	for name, value := range fields {
		if strings.TrimSpace(value) == "" {
			wrong = append(wrong, fault.Field{Name: name, Code: "field.required"})
		}
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return wrong
}

// Claim makes the officer responsible for the matter.
func (s *Service) Claim(ctx context.Context, by identity.Actor, matter string) error {
	return s.act(ctx, by, matter, ActClaim, func(_ *access.Tx, _ Case, m Matter) (Event, error) {
		if m.Officer != "" && m.Officer != by.ID {
			return Event{}, fault.New(fault.Conflict, "error.matter.claimed")
		}
		return Event{Kind: Claimed}, nil
	})
}

// HandOver passes the matter to another officer of the same body. The clock goes on.
func (s *Service) HandOver(ctx context.Context, by identity.Actor, matter, to, note string) error {
	if err := required(map[string]string{"to": to, "note": note}); err != nil {
		return err
	}
	return s.act(ctx, by, matter, ActHandOver, func(_ *access.Tx, _ Case, m Matter) (Event, error) {
		staff, err := s.staff(ctx, m.Body)
		if err != nil {
			return Event{}, err
		}
		i := slices.IndexFunc(staff, func(a identity.Account) bool { return a.ID == to })
		if i < 0 {
			return Event{}, fault.Fields([]fault.Field{{Name: "to", Code: "field.option"}})
		}
		return Event{Kind: HandedOver, Text: note, Handover: &Handover{From: m.Officer, To: to, Name: staff[i].Name, Note: note, On: deadline.Of(s.now())}}, nil
	})
}

// Take accepts the matter (受理); the decision clock starts.
func (s *Service) Take(ctx context.Context, by identity.Actor, matter string) error {
	return s.act(ctx, by, matter, ActTake, func(*access.Tx, Case, Matter) (Event, error) { return Event{Kind: Taken}, nil })
}

// Decline does not accept the matter (不予受理): the reason and the provision are told at once.
func (s *Service) Decline(ctx context.Context, by identity.Actor, matter, reason string, provisions []string) error {
	if err := required(map[string]string{"reasons": reason, "provisions": strings.Join(provisions, "")}); err != nil {
		return err
	}
	return s.act(ctx, by, matter, ActDecline, func(*access.Tx, Case, Matter) (Event, error) {
		return Event{Kind: NotTaken, Text: reason, Ruling: &Ruling{Reasons: reason, Provisions: provisions, By: by.ID, ByName: by.Name()}}, nil
	})
}

// AskForMore tells the applicant once of everything that is missing or wrong (art. 32(4)). It is
// possible only before acceptance, and only once.
func (s *Service) AskForMore(ctx context.Context, by identity.Actor, matter string, points []Point, until deadline.Day) error {
	today := deadline.Of(s.now())
	if until == "" {
		until = today.Add(AnswerDays)
	}
	asked := Asked{On: today, Until: until, Points: points, By: by.ID}
	if err := asked.Check(today); err != nil {
		return err
	}
	return s.act(ctx, by, matter, ActAsk, func(_ *access.Tx, c Case, m Matter) (Event, error) {
		return Event{Kind: MoreAsked, Asked: &asked}, s.answerable(ctx, c, m, points)
	})
}

// answerable says whether the applicant can do what the points ask for: each names a field or a material
// of this matter, or nothing but words.
func (s *Service) answerable(ctx context.Context, c Case, m Matter, points []Point) error {
	service, err := s.editions.Find(ctx, c.Edition)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for i := range service.Materials {
		known["material:"+service.Materials[i].ID] = slices.Contains(service.Materials[i].For, m.Def)
	}
	for i := range service.Sections {
		for _, f := range service.Sections[i].Fields {
			known["field:"+f.ID] = slices.Contains(f.For, m.Def)
		}
	}
	for _, p := range points {
		if p.Material != "" && !known["material:"+p.Material] || p.Field != "" && !known["field:"+p.Field] {
			return fault.Fields([]fault.Field{{Name: "points", Code: "field.option"}})
		}
	}
	return nil
}

// Correction is the applicant's answer to a notice.
type Correction struct {
	Values  map[string]string // field → new value, already checked against the form
	Files   map[string][]File // material → new files
	Message string
}

// Answer takes in the applicant's correction: what was asked for and nothing else changes.
func (s *Service) Answer(ctx context.Context, by identity.Actor, matter string, with Correction) error {
	return s.act(ctx, by, matter, ActAnswer, func(tx *access.Tx, c Case, m Matter) (Event, error) {
		if m.Asked == nil {
			return Event{}, fault.New(fault.Conflict, "error.matter.state", "state", string(m.State))
		}
		today := deadline.Of(s.now())
		if today > m.Asked.Until {
			return Event{}, fault.New(fault.Late, "error.matter.correction-late")
		}
		a := &Answered{On: today, Message: with.Message, Values: map[string][2]Value{}, Files: map[string][]File{}, Before: map[string][]File{}}
		var missing []fault.Field
		for _, p := range m.Asked.Points {
			if p.Material != "" {
				files, ok := with.Files[p.Material]
				if !ok || len(files) == 0 {
					missing = append(missing, fault.Field{Name: p.Material, Code: "field.file-required"})
					continue
				}
				e := c.Evidence[p.Material]
				a.Files[p.Material], a.Before[p.Material] = files, e.Files
				e.State, e.Files, e.At = "uploaded", files, s.now()
				c.Evidence[p.Material] = e
			}
			if p.Field != "" {
				value, ok := with.Values[p.Field]
				if !ok {
					missing = append(missing, fault.Field{Name: p.Field, Code: "field.required"})
					continue
				}
				before := c.Values[p.Field]
				after := Value{Value: value}
				a.Values[p.Field] = [2]Value{before, after}
				c.Values[p.Field] = after
			}
		}
		if len(missing) > 0 {
			return Event{}, fault.Fields(missing)
		}
		// What other matters were promised, and comes now, has come for them too.
		matters, err := mattersOf(ctx, tx, c.ID)
		if err != nil {
			return Event{}, err
		}
		for material := range a.Files {
			for _, other := range expecting(matters, material) {
				if other.ID == m.ID {
					continue
				}
				if err := s.happen(ctx, tx, other, Event{Kind: Supplied, Text: material, At: s.now(), By: by}); err != nil {
					return Event{}, err
				}
			}
		}
		return Event{Kind: MoreAnswered, Answered: a, Text: with.Message}, updateContent(ctx, tx, c)
	})
}

// Mark records the outcome of a check made by hand, or overrides the system's with a reason.
func (s *Service) Mark(ctx context.Context, by identity.Actor, matter, check, outcome, note string) error {
	if outcome != "pass" && outcome != "fail" && outcome != "unknown" {
		return fault.Fields([]fault.Field{{Name: "outcome", Code: "field.choose"}})
	}
	return s.act(ctx, by, matter, ActCheck, func(_ *access.Tx, _ Case, m Matter) (Event, error) {
		if !slices.Contains(m.Applies, check) {
			return Event{}, fault.New(fault.NotFound, "error.matter.no-check")
		}
		was, ok := m.Checked[check]
		if ok && strings.HasPrefix(was.By, "system:") && strings.TrimSpace(note) == "" {
			return Event{}, fault.Fields([]fault.Field{{Name: "note", Code: "field.required"}})
		}
		// What the register held stays beside the reason for overruling it.
		return Event{Kind: Checked, Text: check, Checks: map[string]CheckResult{check: {Outcome: outcome, Note: note, Seen: was.Seen, By: by.ID, At: s.now()}}}, nil
	})
}

// StartSpecial stops the clock for a procedure that art. 45 names and this matter provides for.
func (s *Service) StartSpecial(ctx context.Context, by identity.Actor, matter, kind, reason string, days int) error {
	procedure := SpecialProcedure{Kind: kind, From: deadline.Of(s.now()), Days: days, Reason: reason, By: by.ID}
	if err := procedure.Check(); err != nil {
		return err
	}
	return s.act(ctx, by, matter, ActStartSpecial, func(_ *access.Tx, c Case, m Matter) (Event, error) {
		def, err := s.Def(ctx, c, m)
		if err != nil {
			return Event{}, err
		}
		if !slices.Contains(def.Special, kind) {
			return Event{}, fault.Fields([]fault.Field{{Name: "kind", Code: "error.matter.special-kind"}})
		}
		return Event{Kind: SpecialStarted, Text: reason, Special: &procedure}, nil
	})
}

// EndSpecial starts the clock again; the outcome of the procedure is kept.
func (s *Service) EndSpecial(ctx context.Context, by identity.Actor, matter, outcome string) error {
	if err := required(map[string]string{"outcome": outcome}); err != nil {
		return err
	}
	return s.act(ctx, by, matter, ActEndSpecial, func(*access.Tx, Case, Matter) (Event, error) {
		return Event{Kind: SpecialEnded, Text: outcome}, nil
	})
}

// AskExtension asks the head for ten more days. What was refused may be asked for again with other reasons.
func (s *Service) AskExtension(ctx context.Context, by identity.Actor, matter, reason string) error {
	if err := required(map[string]string{"reason": reason}); err != nil {
		return err
	}
	return s.act(ctx, by, matter, ActAskExtension, func(_ *access.Tx, _ Case, m Matter) (Event, error) {
		if m.Statutory == nil {
			return Event{}, fault.New(fault.Conflict, "error.matter.no-limit")
		}
		return Event{Kind: ExtensionAsked, Text: reason, Extension: &Extension{AskedBy: by.ID, Reason: reason}}, nil
	})
}

// Extend grants the ten days that were asked for; the applicant is told the reason (art. 42).
func (s *Service) Extend(ctx context.Context, by identity.Actor, matter string) error {
	return s.act(ctx, by, matter, ActExtend, func(*access.Tx, Case, Matter) (Event, error) { return Event{Kind: Extended}, nil })
}

// RefuseExtension refuses the ten days that were asked for; the officer reads why in the case. The clock
// runs on as it did, and the applicant, for whom nothing changes, is not written to.
func (s *Service) RefuseExtension(ctx context.Context, by identity.Actor, matter, reason string) error {
	if err := required(map[string]string{"reason": reason}); err != nil {
		return err
	}
	return s.act(ctx, by, matter, ActNotExtend, func(*access.Tx, Case, Matter) (Event, error) {
		return Event{Kind: NotExtended, Text: reason}, nil
	})
}

func (s *Service) ruling(by identity.Actor, r Ruling) (*Ruling, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	r.By, r.ByName = by.ID, by.Name()
	return &r, nil
}

// Propose puts a decision before the second person. A refusal names facts, reasons and provisions
// (art. 38).
func (s *Service) Propose(ctx context.Context, by identity.Actor, matter string, r Ruling) error {
	proposal, err := s.ruling(by, r)
	if err != nil {
		return err
	}
	return s.act(ctx, by, matter, ActPropose, func(*access.Tx, Case, Matter) (Event, error) {
		return Event{Kind: RulingProposed, Ruling: proposal}, nil
	})
}

// Sign decides as was proposed, by a second person.
func (s *Service) Sign(ctx context.Context, by identity.Actor, matter string) error {
	return s.act(ctx, by, matter, ActSign, func(_ *access.Tx, _ Case, m Matter) (Event, error) {
		if m.Proposal == nil {
			return Event{}, fault.New(fault.Conflict, "error.matter.state", "state", string(m.State))
		}
		r := *m.Proposal
		r.SignedBy, r.SignedName = by.ID, by.Name()
		return Event{Kind: Ruled, Ruling: &r}, nil
	})
}

// SendBack returns a proposal to its author with the reason.
func (s *Service) SendBack(ctx context.Context, by identity.Actor, matter, reason string) error {
	if err := required(map[string]string{"reason": reason}); err != nil {
		return err
	}
	return s.act(ctx, by, matter, ActSendBack, func(*access.Tx, Case, Matter) (Event, error) { return Event{Kind: SentBack, Text: reason}, nil })
}

// Decide decides a matter that needs no second signature.
func (s *Service) Decide(ctx context.Context, by identity.Actor, matter string, r Ruling) error {
	ruling, err := s.ruling(by, r)
	if err != nil {
		return err
	}
	return s.act(ctx, by, matter, ActDecide, func(*access.Tx, Case, Matter) (Event, error) {
		return Event{Kind: Ruled, Ruling: ruling}, nil
	})
}

// Withdraw takes back one matter, before it is decided.
func (s *Service) Withdraw(ctx context.Context, by identity.Actor, matter, reason string) error {
	return s.act(ctx, by, matter, ActWithdraw, func(*access.Tx, Case, Matter) (Event, error) {
		return Event{Kind: Withdrew, Text: reason}, nil
	})
}

// Def finds a matter's definition in the edition of its case.
func (s *Service) Def(ctx context.Context, c Case, m Matter) (*catalogue.Matter, error) {
	service, err := s.editions.Find(ctx, c.Edition)
	if err != nil {
		return nil, err
	}
	if def := service.Matter(m.Def); def != nil {
		return def, nil
	}
	return nil, fault.New(fault.NotFound, "error.matter.no-definition")
}
