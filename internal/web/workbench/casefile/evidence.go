package casefile

import (
	"mime"
	"net/http"
	"slices"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// fields are the fields of the form that this matter uses and the applicant was asked for. What other
// matters alone need is not shown: nobody sees more of a person than the matter takes.
func (s sheet) fields() []*catalogue.Field {
	var all []*catalogue.Field
	for i := range s.service.Sections {
		for j := range s.service.Sections[i].Fields {
			f := &s.service.Sections[i].Fields[j]
			if _, declared := s.Values[f.ID]; declared && slices.Contains(f.For, s.m.Def) {
				all = append(all, f)
			}
		}
	}
	return all
}

// evidence are the materials that this matter needs and that were given.
func (s sheet) evidence() []*catalogue.Material {
	var all []*catalogue.Material
	for i := range s.service.Materials {
		m := &s.service.Materials[i]
		if _, given := s.Evidence[m.ID]; given && slices.Contains(m.For, s.m.Def) {
			all = append(all, m)
		}
	}
	return all
}

// values lists what the applicant declared, with where each value came from and what she disputes.
func (s sheet) values() []gov.Row {
	var rows []gov.Row
	for _, f := range s.fields() {
		v := s.Values[f.ID]
		view := valueView{Value: s.words.Value(f, v.Value)}
		if v.Source != "" {
			view.Source = s.u.T("workbench.value.register", "source", s.register(v.Source), "day", s.u.ShortDay(string(deadline.Of(v.Recorded)), string(s.today)))
		} else {
			view.Source = s.u.T("workbench.value.declared")
		}
		if v.Disputed != "" {
			view.Disputed = s.u.T("workbench.value.disputed", "what", v.Disputed)
		}
		rows = append(rows, gov.Row{Key: gov.Text{Text: s.u.Of(f.Text)}, Value: gov.Text{HTML: view.show()}})
	}
	return rows
}

func (s sheet) register(id string) string {
	if reg, ok := s.words.City.Registers[id]; ok {
		return s.u.T("say.from.register", "body", s.words.Body(reg.Keeper), "register", s.u.Of(reg.Name))
	}
	return id
}

var evidenceTags = map[string]string{"held": "govuk-tag--green", "upstream": "govuk-tag--green", "made": "govuk-tag--blue", "uploaded": "govuk-tag--blue", "later": "govuk-tag--orange", "granted": "govuk-tag--green"}

// materials lists the evidence of the matter.
func (s sheet) materials() []materialView {
	var all []materialView
	for _, m := range s.evidence() {
		e := s.Evidence[m.ID]
		v := materialView{
			ID: m.ID, Title: s.u.Of(m.Name), What: s.u.Of(m.What), Tag: gov.Tag{Text: s.u.T("workbench.evidence." + e.State), Classes: evidenceTags[e.State]},
			Files: s.files(m.ID), Facts: s.recorded(m, e),
		}
		if e.State != "uploaded" && e.State != "later" {
			v.From = s.words.Where(s.service, m)
		}
		if e.State == "made" {
			v.From = s.u.T("workbench.evidence.made.from")
		}
		if p, ok := casework.Promised([]casework.Matter{s.m}, m.ID); ok && p.Until != "" {
			v.From = s.u.T("workbench.evidence.until", "day", s.u.Day(string(p.Until)))
		}
		all = append(all, v)
	}
	return all
}

// recorded are the facts of a register or certificate that were agreed to, under their names.
func (s sheet) recorded(m *catalogue.Material, e casework.Evidence) []gov.Row {
	attributes := s.words.City.Registers[m.Source.Register].Fields
	if m.Source.Certificate != "" {
		attributes = s.words.City.Certificates[m.Source.Certificate].Fields
	}
	if m.Source.Upstream != "" {
		if before := s.service.Matter(m.Source.Upstream); before != nil && before.Result != nil {
			attributes = s.words.City.Certificates[before.Result.Certificate].Fields
		}
	}
	var rows []gov.Row
	for _, a := range attributes {
		if value, ok := e.Values[a.ID]; ok {
			rows = append(rows, row(s.u.Of(a.Name), s.words.Fact(a, value)))
		}
	}
	return rows
}

// answers are what the applicant told the guide about her situation.
func (s sheet) answers() []gov.Row {
	var rows []gov.Row
	for i := range s.service.Questions {
		q := &s.service.Questions[i]
		if value, ok := s.Answers[q.ID]; ok {
			rows = append(rows, row(s.u.Of(q.Text), s.words.Answer(q, value)))
		}
	}
	return rows
}

// correction is what was asked for and what came, before and after.
func (s sheet) correction() *correctionView {
	a := s.m.Asked
	if a == nil {
		return nil
	}
	u := s.u
	v := &correctionView{Request: u, Lead: u.T("workbench.correction.lead", "who", s.officer(a.By), "on", u.Day(string(a.On)), "until", u.Day(string(a.Until)))}
	for _, p := range a.Points {
		v.Points = append(v.Points, s.point(p))
	}
	x := s.m.Answered
	if x == nil {
		return v
	}
	v.Answered = u.T("workbench.correction.answered", "day", u.Day(string(x.On)))
	v.Message = x.Message
	v.Diff = gp.Diff{Caption: u.T("workbench.correction.values")}
	for _, f := range s.fields() {
		if both, ok := x.Values[f.ID]; ok {
			v.Diff.Rows = append(v.Diff.Rows, gp.Change{Label: u.Of(f.Text), Old: s.words.Value(f, both[0].Value), New: s.words.Value(f, both[1].Value)})
		}
	}
	for _, m := range s.evidence() {
		files, ok := x.Files[m.ID]
		if !ok {
			continue
		}
		change := filesView{Title: u.Of(m.Name)}
		for _, f := range x.Before[m.ID] {
			change.Before = append(change.Before, s.link(m.ID, f))
		}
		for _, f := range files {
			change.After = append(change.After, s.link(m.ID, f))
		}
		v.Files = append(v.Files, change)
	}
	return v
}

// point is one thing to correct, as the applicant reads it.
func (s sheet) point(p casework.Point) pointView {
	v := pointView{Title: s.u.T("track.correct.general"), Text: p.Text}
	if m := s.service.Material(p.Material); m != nil {
		v.Title = s.u.Of(m.Name)
	} else if f := s.service.Field(p.Field); f != nil {
		v.Title = s.u.Of(f.Text)
	}
	if p.Provision != "" {
		v.Cite = s.words.Provision(p.Provision)
	}
	return v
}

// asked are the questions to other bodies.
func (s sheet) asked(all []casework.Consultation) []questionView {
	var out []questionView
	u := s.u
	for _, q := range all {
		v := questionView{Title: u.T("workbench.question.to", "body", s.words.BodyName(q.To)), Lead: u.T("workbench.question.lead", "who", s.officer(q.AskedBy), "when", u.Stamp(q.AskedAt), "day", u.Day(string(q.Until))), Question: q.Question, Answer: q.Answer}
		switch {
		case !q.AnsweredAt.IsZero():
			v.Tag = gov.Tag{Text: u.T("workbench.question.answered"), Classes: "govuk-tag--green"}
			v.When = u.T("workbench.question.when", "when", u.Stamp(q.AnsweredAt))
		case s.today > q.Until:
			v.Tag = gov.Tag{Text: u.T("workbench.question.late"), Classes: "govuk-tag--red"}
		default:
			v.Tag = gov.Tag{Text: u.T("workbench.question.open"), Classes: "govuk-tag--yellow"}
		}
		out = append(out, v)
	}
	return out
}

const actMaterial access.Action = "material.read"

// file gives out one uploaded file of the case, after the record that this officer looked at it. It is
// shown and not kept: the browser is told to treat it as what it is and to let it do nothing.
func (h *Handler) file(w http.ResponseWriter, r *http.Request) error {
	u, ctx := ui.From(r), r.Context()
	if u.Actor.Kind != identity.Officer {
		return fault.New(fault.Denied, "denied")
	}
	missing := fault.New(fault.NotFound, "error.page")
	c, matters, err := h.Casework.Known(ctx, r.PathValue("case"))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(matters, func(m casework.Matter) bool { return m.Def == r.PathValue("matter") })
	service, err := h.Application.Service(ctx, c.Edition)
	if err != nil {
		return err
	}
	s := sheet{Dossier: casework.Dossier{Case: c, Matters: matters}, service: service}
	material := s.service.Material(r.PathValue("material"))
	if i < 0 || material == nil {
		return missing
	}
	f, ok := s.given(material.ID, r.PathValue("hash"))
	if !ok {
		return missing
	}
	var bodies []string
	for _, m := range matters {
		if slices.Contains(material.For, m.Def) {
			bodies = append(bodies, m.Body)
		}
	}
	err = h.Gate.See(ctx, u.Actor, func(v *access.View) error {
		return v.Permit(ctx, actMaterial, access.Resource{
			Kind: "material", ID: material.ID, Subject: c.Subject, Case: c.ID, Matter: matters[i].ID, Body: matters[i].Body, Purpose: "casework:" + c.Service,
			Attrs: map[string]any{"bodies": bodies},
		})
	})
	if fault.Is(err, fault.Denied) {
		return fault.Wrap(fault.NotFound, "error.page", err)
	}
	if err != nil {
		return err
	}
	content, err := h.Blobs.Open(f.Hash)
	if err != nil {
		return err
	}
	defer content.Close()
	head := w.Header()
	head.Set("Content-Type", f.Type)
	head.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": f.Name}))
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	head.Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", c.OpenedAt, content)
	return nil
}

// given finds a file of a material: as it is now, or as it was before or after a correction.
func (s sheet) given(material, hash string) (casework.File, bool) {
	lists := [][]casework.File{s.Evidence[material].Files}
	for _, m := range s.Matters {
		if m.Answered != nil {
			lists = append(lists, m.Answered.Before[material], m.Answered.Files[material])
		}
	}
	for _, f := range slices.Concat(lists...) {
		if f.Hash == hash {
			return f, true
		}
	}
	return casework.File{}, false
}
