package journey_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"tongban/internal/data/credential"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/security/mandate"
	"tongban/internal/security/org"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
	government "tongban/internal/service/jurisdiction"
	"tongban/internal/testkit/rig"
	"tongban/internal/web/portal/wallet"
)

// TestEveryService: whatever the city offers can be applied for by somebody who lives in it, and carried
// out to its end. Every scenario of every service is gone through with the verbs that the pages and the
// API use, one after another in the order of the stages of life, in one city: what a case records is
// there when the next is applied for. Who applies is found by what the registers hold by then; first come
// the scenarios that are somebody's own.
func TestEveryService(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	city, people := r.City(), applicants(r)
	stage := func(service string) int {
		return slices.IndexFunc(city.Stages, func(s government.Stage) bool { return s.ID == city.Services[service].Service.Stage })
	}
	ids := city.ServiceIDs()
	slices.SortStableFunc(ids, func(a, b string) int { return stage(a) - stage(b) })
	proofs := make([]*proof, len(ids))
	for i, id := range ids {
		proofs[i] = &proof{entry: city.Services[id], people: people, done: map[int]bool{}, approved: map[string]bool{}}
	}
	for _, alike := range []bool{true, false} {
		for _, p := range proofs {
			for i := range p.entry.Scenarios {
				if p.done[i] || alike && !p.alike(r, i) {
					continue
				}
				p.done[i] = true
				t.Run(fmt.Sprintf("%s/%02d", p.entry.Service.ID, i+1), func(t *testing.T) { p.try(in(r, t), i) })
			}
		}
	}
	for _, p := range proofs {
		t.Run(p.entry.Service.ID, p.conclude)
	}
}

// in is the same city for a part of the test.
func in(r *rig.Rig, t *testing.T) *rig.Rig {
	part := *r
	part.T = t
	return &part
}

// applicant is somebody who signs in, in her own affairs or in those of a business.
type applicant struct {
	by    identity.Actor
	login string
	rare  bool // a character stands in her name that the shipped font lacks
}

// applicants are all who can sign in.
func applicants(r *rig.Rig) []applicant {
	var all []applicant
	for _, p := range r.City().People.People {
		if p.Login == "" {
			continue
		}
		by, rare := r.As(p.Login), r.Paper.Covers(p.Name) != nil
		all = append(all, applicant{by, p.Login, rare})
		for _, m := range rig.Must(r.Mandate.For(r.Ctx(), by.Self))(r) {
			if m.As == mandate.Guardian {
				continue
			}
			by.Subject = m.Subject
			all = append(all, applicant{by, p.Login + " for " + m.Name, rare})
		}
	}
	return all
}

// about is whom a register is asked about.
func (a applicant) about(register catalogue.Register) string {
	if register.Key == "person" {
		return a.by.Self
	}
	return a.by.Subject
}

// proof is what the test finds out about one service.
type proof struct {
	entry    *government.Entry
	people   []applicant
	done     map[int]bool // scenarios
	sent     []sent
	refused  int
	open     int
	whole    int             // carried to the end: every matter approved
	own      int             // of these, somebody's own by all that the registers hold
	approved map[string]bool // matters that were, in some scenario
	notes    []string
}

// sent is who sent an application, and what was on her checklist.
type sent struct{ login, checklist string }

// try goes through one scenario: a refusal is explained and nothing can be sent; anybody else applies,
// and the officers carry her case to its end.
func (p *proof) try(r *rig.Rig, i int) {
	s := &p.entry.Scenarios[i]
	if day, given := s.Answers[guide.Today]; given && day != string(r.Today()) {
		r.T.Skip("the scenario is of another day")
	}
	plan := p.entry.Guide.Plan(s.Answers)
	who, unlike := p.suitable(r, s, plan)
	switch {
	case len(s.Refused) > 0:
		p.isRefused(r, who, s.Answers)
		return
	case slices.ContainsFunc(plan.Matters, func(m guide.PlanMatter) bool { return m.Maybe }):
		_, err := r.Application.Open(r.Ctx(), who.by, r.Checklist(who.by, p.entry.Service.ID, s.Answers).Token, who.login)
		if !fault.Is(err, fault.Conflict) {
			r.T.Errorf("with answers left open a draft opens: %v", err)
		}
		p.open++
		return
	}
	c := p.submit(r, who, s, i%2 == 1)
	p.sent = append(p.sent, sent{who.login, checklist(plan)})
	var failed []string
	for r.Work(); ; r.Work() {
		more, checks := p.goOn(r, who.by, c.ID)
		if failed = append(failed, checks...); !more {
			break
		}
	}
	whole, checks := p.ended(r, c.ID)
	switch failed = append(failed, checks...); {
	case whole:
		p.whole++
		if len(unlike) == 0 {
			p.own++
		}
		return
	case len(failed) == 0:
		r.T.Error("it is not approved, and no check fails")
	case len(unlike) == 0:
		r.T.Errorf("all that the registers hold speaks for %s, and it is refused: %s", who.login, strings.Join(failed, "; "))
	}
	p.notes = append(p.notes, fmt.Sprintf("%02d %s\n\t%s is not her: %s\n\tso: %s", i+1, s.Name.EN, who.login, strings.Join(unlike, "; "), strings.Join(failed, "; ")))
}

// checklist is what somebody has to do, in short.
func checklist(plan guide.Plan) string {
	var b strings.Builder
	for _, x := range plan.Refusals {
		fmt.Fprint(&b, x.ID)
	}
	for _, m := range plan.Matters {
		fmt.Fprint(&b, m.Matter.ID, m.Fees, m.Promised, m.Checks)
	}
	for _, m := range plan.Materials {
		fmt.Fprint(&b, m.Material.ID, m.State)
	}
	for _, s := range plan.Sections {
		for _, f := range s.Fields {
			fmt.Fprint(&b, f.ID)
		}
	}
	return b.String()
}

// conclude says what became of a service: one line, and why some people were refused.
func (p *proof) conclude(t *testing.T) {
	if p.whole == 0 {
		t.Error("no application can be carried to its end")
	}
	differ := func(a sent) bool {
		return slices.ContainsFunc(p.sent, func(b sent) bool { return a.login != b.login && a.checklist != b.checklist })
	}
	if !slices.ContainsFunc(p.sent, differ) {
		t.Error("no two people get different checklists")
	}
	var never []string
	for _, m := range p.entry.Service.Matters {
		if !p.approved[m.ID] {
			never = append(never, m.ID)
		}
	}
	if len(never) > 0 {
		t.Errorf("approved in no scenario: %s", strings.Join(never, ", "))
	}
	t.Logf("%s: %d scenarios, %d refused, %d left open, %d submitted, %d carried to the end, %d of them somebody's own",
		p.entry.Service.ID, len(p.entry.Scenarios), p.refused, p.open, len(p.sent), p.whole, p.own)
	for _, n := range p.notes {
		t.Log(n)
	}
}

// alike reports whether somebody is the person of a scenario, as far as registers tell.
func (p *proof) alike(r *rig.Rig, i int) bool {
	s := &p.entry.Scenarios[i]
	_, unlike := p.suitable(r, s, p.entry.Guide.Plan(s.Answers))
	return len(unlike) == 0
}

// suitable is whoever is most like the scenario, by what the registers hold about her; of several, the one
// who has applied least.
func (p *proof) suitable(r *rig.Rig, s *catalogue.Scenario, plan guide.Plan) (best applicant, unlike []string) {
	r.T.Helper()
	most := -1
	for _, a := range p.people {
		if a.by.Level < identity.Level(p.entry.Service.Level) || (a.by.Subject == a.by.Self) != (p.entry.Service.Audience == catalogue.ForPerson) {
			continue
		}
		// Certificates in her name wait for a font that has it, which is a test of fulfilment.
		if a.rare && slices.ContainsFunc(plan.Matters, func(m guide.PlanMatter) bool { return m.Matter.Result != nil && m.Matter.Result.Certificate != "" }) {
			continue
		}
		not := p.unlike(r, a, s, plan)
		times := 0
		for _, x := range p.sent {
			if x.login == a.login {
				times++
			}
		}
		if weight := 100*len(not) + times; most < 0 || weight < most {
			best, unlike, most = a, not, weight
		}
	}
	if most < 0 {
		r.T.Fatal("nobody in the demonstration may apply")
	}
	return best, unlike
}

// unlike lists in what somebody is not the person of the scenario: answers that a register contradicts,
// records that are used and are not there, and checks that would fail.
func (p *proof) unlike(r *rig.Rig, a applicant, s *catalogue.Scenario, plan guide.Plan) (not []string) {
	hold := func(register, field string) (string, bool) {
		rec, err := r.Registry.Look(r.Ctx(), r.Store.Read(), register, a.about(r.City().Registers[register]))
		if err != nil && !fault.Is(err, fault.NotFound) {
			r.T.Fatal(err)
		}
		return rec.Values[field], err == nil
	}
	for _, q := range p.entry.Service.Questions {
		answer, given := s.Answers[q.ID]
		if q.Fact == nil || !given || answer == guide.Unsure {
			continue
		}
		value, _ := hold(q.Fact.Register, q.Fact.Field)
		if value == answer {
			continue
		}
		// Another answer that comes to the same is as good: 30 months or 96.
		hers := maps.Clone(s.Answers)
		hers[q.ID] = value
		if p.entry.Guide.Check(q.ID, value) != nil || checklist(p.entry.Guide.Plan(hers)) != checklist(plan) {
			not = append(not, fmt.Sprintf("%s is %s and %s.%s holds %q", q.ID, answer, q.Fact.Register, q.Fact.Field, value))
		}
	}
	for _, m := range plan.Materials {
		if register := m.Material.Source.Register; m.State == guide.Held && register != "" {
			if _, there := hold(register, ""); !there {
				not = append(not, "no record in "+register)
			}
		}
	}
	for _, m := range plan.Matters {
		for _, c := range m.Matter.Checks {
			if c.Kind != "system" || c.Equals == "" || !slices.Contains(m.Checks, c.ID) {
				continue
			}
			if value, _ := hold(c.Register, c.Field); value != c.Equals {
				not = append(not, fmt.Sprintf("%s.%s wants %s.%s = %s and it is %q", m.Matter.ID, c.ID, c.Register, c.Field, c.Equals, value))
			}
		}
	}
	return not
}

// isRefused: the plan says why and where to go instead, and no draft can be opened.
func (p *proof) isRefused(r *rig.Rig, who applicant, answers guide.Answers) {
	c := rig.Must(r.Application.Begin(r.Ctx(), who.by, p.entry.Service.ID))(r)
	for _, q := range p.entry.Service.Questions {
		if value, given := answers[q.ID]; given {
			if _, _, err := r.Application.Answer(r.Ctx(), who.by, c.Token, q.ID, value); err != nil {
				r.T.Fatalf("answer %s = %s: %v", q.ID, value, err)
			}
		}
	}
	c = rig.Must(r.Application.Checklist(r.Ctx(), c.Token))(r)
	plan := rig.Must(r.Application.Plan(r.Ctx(), c))(r)
	if len(plan.Refusals) == 0 || plan.Eligible {
		r.T.Fatal("nothing refuses")
	}
	for _, x := range plan.Refusals {
		for _, l := range []lang.Lang{lang.ZH, lang.EN} {
			if x.Text.In(l) == "" || x.Instead.In(l) == "" {
				r.T.Errorf("refusal %s says nothing in %s of why, or of what to do instead", x.ID, l)
			}
		}
		if x.Cite.Provision == "" && x.Cite.Source.Empty() {
			r.T.Errorf("refusal %s has no basis", x.ID)
		}
	}
	_, err := r.Application.Open(r.Ctx(), who.by, c.Token, who.login)
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != "error.draft.not-eligible" {
		r.T.Errorf("somebody who is refused opens a draft: %v", err)
	}
	p.refused++
}

// submit goes from the answers to the case. later promises to bring what may follow.
func (p *proof) submit(r *rig.Rig, who applicant, s *catalogue.Scenario, later bool) casework.Case {
	d := r.Draft(who.by, p.entry.Service.ID, s.Answers)
	r.FillForm(who.by, d.ID, nil)
	for _, t := range rig.Must(r.Application.Read(r.Ctx(), who.by, d.ID))(r).Files {
		if later && t.Material.State == guide.Later {
			rig.Must(r.Application.Choose(r.Ctx(), who.by, d.ID, t.Material.Material.ID, application.Later, ""))(r)
		}
	}
	sheet := r.Fill(who.by, d.ID, nil)
	for _, t := range sheet.Tasks {
		for _, f := range t.Fields {
			if e := sheet.Values[f.ID]; e.Code != "" {
				r.T.Errorf("field %s = %q: %s", f.ID, e.Value.Value, e.Code)
			}
		}
	}
	if _, err := r.Application.Submit(r.Ctx(), who.by, d.ID, false); !fault.Is(err, fault.Invalid) {
		r.T.Errorf("it is submitted without a declaration: %v", err)
	}
	c := rig.Must(r.Application.Submit(r.Ctx(), who.by, d.ID, true))(r)
	if c.Receipt == "" || !ref.CheckNumber(c.Number) {
		r.T.Errorf("case %s has the receipt %q", c.Number, c.Receipt)
	}
	var got []string
	for _, m := range r.Case(c.ID).Matters {
		got = append(got, m.Def)
		if started := m.State == casework.Received; started != (len(m.After) == 0) || started && m.DueOn == "" {
			r.T.Errorf("%s is %s and due on %q", m.Def, m.State, m.DueOn)
		}
	}
	want := slices.Sorted(slices.Values(s.Matters))
	if slices.Sort(got); !slices.Equal(got, want) {
		r.T.Errorf("the case has the matters %v, want %v", got, want)
	}
	return c
}

func (p *proof) material(id string) *catalogue.Material {
	all := p.entry.Service.Materials
	return &all[slices.IndexFunc(all, func(m catalogue.Material) bool { return m.ID == id })]
}

// goOn lets the officers do what there is to do in a case; more is false when nothing was.
func (p *proof) goOn(r *rig.Rig, by identity.Actor, id string) (more bool, failed []string) {
	d := r.Case(id)
	for _, m := range d.Matters {
		if m.State != casework.Received {
			continue
		}
		if m.Handling == string(catalogue.BySystem) {
			r.T.Fatalf("%s: the system does not decide", m.Def)
		}
		more, failed = true, append(failed, p.handle(r, by, d.Case, m)...)
	}
	return more, failed
}

// handle is what an officer does with a matter, and the head of her body where two decide. What a register
// contradicts she does not approve.
func (p *proof) handle(r *rig.Rig, by identity.Actor, c casework.Case, m casework.Matter) (failed []string) {
	def := rig.Must(r.Casework.Def(r.Ctx(), c, m))(r)
	officers, heads := r.City().Org.In(m.Body, org.Officer), r.City().Org.In(m.Body, org.Head)
	if len(officers) == 0 || m.Second && len(heads) == 0 {
		r.T.Fatalf("%s: nobody of %s decides", m.Def, m.Body)
	}
	officer := r.As(officers[0].ID)
	r.OK(r.Casework.Claim(r.Ctx(), officer, m.ID))
	r.OK(r.Casework.Take(r.Ctx(), officer, m.ID))
	if m = r.In(c.ID, m.Def, casework.Accepted); m.DueOn == "" {
		r.T.Errorf("%s is accepted and not due on any day", m.Def)
	}
	for _, promise := range m.Promises {
		if promise.Open() { // what she promised comes before the approval
			r.OK(r.Casework.Supply(r.Ctx(), by, c.ID, promise.Material, []casework.File{r.Scan(p.material(promise.Material))}))
		}
	}
	for _, check := range def.Checks {
		if !slices.Contains(m.Applies, check.ID) {
			continue
		}
		if check.Kind == "hand" {
			r.OK(r.Casework.Mark(r.Ctx(), officer, m.ID, check.ID, "pass", ""))
			continue
		}
		switch result := m.Checked[check.ID]; result.Outcome {
		case "pass":
		case "fail":
			failed = append(failed, fmt.Sprintf("%s, %s: %s.%s holds %q", m.Def, check.ID, check.Register, check.Field, result.Seen))
		default:
			r.T.Errorf("%s: the check %s was not made", m.Def, check.ID)
		}
	}
	ruling := rig.Yes
	if len(failed) > 0 {
		ruling = rig.No
	}
	if !m.Second {
		r.OK(r.Casework.Decide(r.Ctx(), officer, m.ID, ruling))
		return failed
	}
	r.OK(r.Casework.Propose(r.Ctx(), officer, m.ID, ruling))
	if r.Casework.Sign(r.Ctx(), officer, m.ID) == nil {
		r.T.Errorf("%s: one person proposes and signs", m.Def)
	}
	r.OK(r.Casework.Sign(r.Ctx(), r.As(heads[0].ID), m.ID))
	return failed
}

// ended looks at a case when nothing more is to be done: whether every matter is approved, and what the
// system refused.
func (p *proof) ended(r *rig.Rig, id string) (whole bool, refused []string) {
	d := r.Case(id)
	whole = true
	if d.Case.ClosedAt.IsZero() {
		r.T.Error("the case does not close")
	}
	for _, m := range d.Matters {
		whole = whole && m.State == casework.Approved
		switch m.State {
		case casework.Approved:
			if m.Result == nil {
				r.T.Errorf("%s is approved and was not carried out", m.Def)
				continue
			}
			p.approved[m.Def] = true
			p.results(r, d.Case, m)
		case casework.Refused:
			if m.Handling == string(catalogue.BySystem) {
				refused = append(refused, m.Def+": "+m.Ruling.Reasons)
			}
		case casework.Lapsed: // with the matter that it comes after
		default:
			r.T.Errorf("%s ends as %s", m.Def, m.State)
		}
	}
	rig.Must(r.Audit.Seal(r.Ctx()))(r)
	rig.Must(r.Audit.Receipt(r.Ctx(), d.Case.Receipt))(r)
	return whole, refused
}

// results: what an approved matter gives is there: a certificate that anybody verifies and that can be
// printed, and the fact in its register.
func (p *proof) results(r *rig.Rig, c casework.Case, m casework.Matter) {
	def := rig.Must(r.Casework.Def(r.Ctx(), c, m))(r)
	if def.Result == nil {
		return
	}
	if def.Result.Certificate != "" {
		p.certificate(r, m)
	}
	if def.Result.Register == "" {
		return
	}
	register := r.City().Registers[def.Result.Register]
	for _, subject := range append([]string{c.Subject, c.Person}, values(m.Result.Values)...) {
		for _, rec := range rig.Must(r.Registry.History(r.Ctx(), r.Store.Read(), register.ID, subject))(r) {
			if rec.Matter != m.ID {
				continue
			}
			if ref.CheckIDNumber(subject) != (register.Key == "person") {
				r.T.Errorf("%s records in %s about %s", m.Def, register.ID, subject)
			}
			for _, f := range def.Result.Fields {
				want, asked := c.Values[f.From]
				if f.Value != "" {
					want.Value, asked = f.Value, true
				}
				known := slices.ContainsFunc(register.Fields, func(a catalogue.Attribute) bool { return a.ID == f.Field })
				if got := rec.Values[f.Field]; known && asked && got != want.Value || known && f.Make != "" && got == "" {
					r.T.Errorf("%s: %s.%s is %q, want %q", m.Def, register.ID, f.Field, got, want.Value)
				}
			}
			return
		}
	}
	r.T.Errorf("%s is not recorded in %s", m.Def, register.ID)
}

func values(m map[string]string) (all []string) {
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

func (p *proof) certificate(r *rig.Rig, m casework.Matter) {
	c, err := r.Credentials.Find(r.Ctx(), r.Store.Read(), m.Result.Certificate)
	if err != nil {
		r.T.Errorf("certificate of %s: %v", m.Def, err)
		return
	}
	if !ref.CheckCertificateIdentifier(c.Identifier) {
		r.T.Errorf("%s has the identifier %s", c.Type, c.Identifier)
	}
	today := string(r.Today())
	var public credential.Public
	visitor := identity.Actor{Kind: identity.Nobody}
	err = r.Gate.See(r.Ctx(), visitor, func(v *access.View) (err error) {
		if public, err = r.Credentials.ByVerifyCode(r.Ctx(), v, c.VerifyCode, today); err != nil {
			return err
		}
		return v.Permit(r.Ctx(), "certificate.verify", access.Resource{
			Kind: "certificate", ID: public.Identifier, Subject: public.About.ID(), Purpose: "verification", Attrs: map[string]any{"presented": true},
		})
	})
	if err != nil || !public.Sealed || public.Number != c.Number {
		r.T.Errorf("%s %s verifies as %+v: %v", c.Type, c.Number, public, err)
	}
	if public.Replaced { // by that of another scenario for the same person
		return
	}
	if public.Status != credential.InForce {
		r.T.Errorf("%s %s is %s", c.Type, c.Number, public.Status)
		return
	}
	for _, l := range []lang.Lang{lang.ZH, lang.EN} {
		doc, err := c.Paper(wallet.Words(), l, today, r.Origin+"/verify/"+c.VerifyCode)
		if err != nil {
			r.T.Errorf("%s: %v", c.Type, err)
			return
		}
		if b, err := r.Paper.Certificate(doc); err != nil || !bytes.HasPrefix(b, []byte("%PDF-")) {
			r.T.Errorf("%s in %s: %v", c.Type, l, err)
		}
	}
}
