package casefile

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"tongban/internal/platform/fault"
	"tongban/internal/service/casework"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

// candidate is one thing that may be asked for: a failed check, a material, a field, or anything else.
type candidate struct {
	key   string // of its controls
	title string
	point casework.Point // as proposed
	on    bool           // proposed to be asked for
}

// candidates are all points that the notice may have, by group.
func (s sheet) candidates() map[string][]candidate {
	all := map[string][]candidate{}
	for _, c := range s.applying() {
		done := s.m.Checked[c.ID]
		if done.Outcome != "fail" {
			continue
		}
		p := casework.Point{Text: done.Note, Provision: c.Cite.Provision}
		if s.fromApplicant(c.Material) {
			p.Material = c.Material
		} else if f := s.service.Field(c.Matches); f != nil && !f.Locked {
			p.Field = f.ID
		}
		if p.Text == "" {
			p.Text = s.u.T("workbench.notice.failed", "what", s.u.Of(c.Text))
		}
		all["checks"] = append(all["checks"], candidate{"check-" + c.ID, s.u.Of(c.Text), p, true})
	}
	for _, m := range s.evidence() {
		if s.fromApplicant(m.ID) {
			all["materials"] = append(all["materials"], candidate{"material-" + m.ID, s.u.Of(m.Name), casework.Point{Material: m.ID, Provision: m.Cite.Provision}, false})
		}
	}
	for _, f := range s.fields() {
		if !f.Locked {
			all["fields"] = append(all["fields"], candidate{"field-" + f.ID, s.u.Of(f.Text), casework.Point{Field: f.ID}, false})
		}
	}
	for _, n := range []string{"1", "2"} {
		all["others"] = append(all["others"], candidate{"other-" + n, s.u.T("workbench.notice.other", "n", n), casework.Point{}, false})
	}
	return all
}

// fromApplicant reports whether she gave the material herself, or promised it: what a register holds
// nobody may ask her for.
func (s sheet) fromApplicant(material string) bool {
	e := s.Evidence[material]
	return e.State == "uploaded" || e.State == "later"
}

var groups = [...]string{"checks", "materials", "fields", "others"}

// asking is a notice as it is being written.
type asking struct {
	chosen []string                  // keys of candidates
	typed  map[string]casework.Point // by key
	until  string                    // as typed
}

func (s sheet) proposed() asking {
	a := asking{typed: map[string]casework.Point{}, until: string(s.today.Add(casework.AnswerDays))}
	for _, group := range s.candidates() {
		for _, c := range group {
			a.typed[c.key] = c.point
			if c.on {
				a.chosen = append(a.chosen, c.key)
			}
		}
	}
	return a
}

// bases are the provisions by which something may be asked for: those of the materials too.
func (s sheet) bases() []string {
	more := []string{onAcceptance}
	for _, m := range s.evidence() {
		more = append(more, m.Cite.Provision)
	}
	return s.provisions(more...)
}

// readNotice reads the form; the points are complete but for their order.
func (s sheet) readNotice(posted url.Values) (asking, casework.Asked, map[string]fault.Field) {
	wrong := map[string]fault.Field{}
	a := asking{chosen: posted["point"], typed: map[string]casework.Point{}}
	asked := casework.Asked{On: s.today, Until: readDay("until", posted, wrong), By: s.u.Actor.ID}
	a.until = string(asked.Until)
	all, offered := s.candidates(), s.bases()
	for _, group := range groups {
		for _, c := range all[group] {
			p := c.point
			p.Text, p.Provision = value(posted, "text-"+c.key), posted.Get("provision-"+c.key)
			if !slices.Contains(offered, p.Provision) {
				p.Provision = ""
			}
			a.typed[c.key] = p
			if !slices.Contains(a.chosen, c.key) {
				continue
			}
			if p.Text == "" {
				wrong["text-"+c.key] = fault.Field{Name: "text-" + c.key, Code: "field.required"}
			}
			asked.Points = append(asked.Points, p)
		}
	}
	complained, _ := complaints(asked.Check(s.today)) // a check has only complaints
	for id, f := range complained {
		if _, said := wrong[id]; !said && !(id == "points" && f.Code == "field.required") { // said at its text
			wrong[id] = f
		}
	}
	return a, asked, wrong
}

func (h *Handler) notice(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	if err := s.allow(casework.MoreAsked, casework.ActAsk); err != nil {
		return err
	}
	return s.showNotice(w, r, http.StatusOK, s.proposed(), nil)
}

func (s sheet) showNotice(w http.ResponseWriter, r *http.Request, status int, a asking, wrong map[string]fault.Field) error {
	u, d := s.u, s.draft(wrong)
	all := s.candidates()
	first := true
	for _, group := range groups {
		if len(all[group]) == 0 {
			continue
		}
		boxes := gov.Checkboxes{
			IDPrefix: "point-" + group, Name: "point", Values: a.chosen, Classes: "govuk-checkboxes--small",
			Fieldset: &gov.Fieldset{Legend: gov.Legend{Text: u.T("workbench.notice." + group), Classes: "govuk-fieldset__legend--m"}},
			Hint:     gov.Hint{Text: u.T("workbench.notice." + group + ".hint")},
		}
		if first {
			boxes.Error = d.complaint("points", u.T("workbench.field.points"), boxes.IDPrefix)
			first = false
		}
		for _, c := range all[group] {
			boxes.Items = append(boxes.Items, gov.Choice{Value: c.key, Text: c.title, Then: s.pointFields(d, c, a.typed[c.key])})
		}
		d.add(boxes.View())
	}
	d.add(d.day("until", a.until, "workbench.notice.until.hint"))
	v := formView{
		Request: u, Caption: s.caption(), Title: u.T("workbench.notice.title"), Lead: u.T("workbench.notice.lead"), Cite: s.words.Provision(onAcceptance),
		Errors: d.Errors, Parts: d.Parts, Action: s.path("/notice"), Back: s.path(""), Side: s.summary(),
		Buttons: []gov.Button{{Text: u.T("workbench.preview")}},
	}
	return s.page(w, r, status, ui.Page{Title: v.Title, Wrong: len(wrong) > 0, Body: v.body()})
}

// pointFields asks what is wrong with a candidate and by which provision.
func (s sheet) pointFields(d *draft, c candidate, p casework.Point) templ.Component {
	u := s.u
	id := "text-" + c.key
	text := gov.Textarea{ID: id, Name: id, Rows: "2", Value: p.Text, Label: gov.Label{Text: u.T("workbench.notice.text")}, Error: d.complaint(id, u.T("workbench.notice.of", "what", c.title), id)}
	law := gov.Select{ID: "provision-" + c.key, Name: "provision-" + c.key, Value: p.Provision, Label: gov.Label{Text: u.T("workbench.notice.provision")}, Items: []gov.SelectItem{{Text: u.T("workbench.notice.provision.none")}}}
	for _, id := range s.bases() {
		law.Items = append(law.Items, gov.SelectItem{Value: id, Text: s.words.Provision(id)})
	}
	return templ.Join(text.View(), law.View())
}

func (h *Handler) sendNotice(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	if err := s.allow(casework.MoreAsked, casework.ActAsk); err != nil {
		return err
	}
	a, asked, wrong := s.readNotice(r.PostForm)
	switch {
	case len(wrong) > 0:
		return s.showNotice(w, r, http.StatusUnprocessableEntity, a, wrong)
	case r.PostForm.Get(step) == "edit":
		return s.showNotice(w, r, http.StatusOK, a, nil)
	case r.PostForm.Get(step) != "send":
		return s.previewNotice(w, r, asked)
	}
	err = h.Casework.AskForMore(r.Context(), s.u.Actor, s.m.ID, asked.Points, asked.Until)
	if err == nil {
		return s.done(w, r, "workbench.notice.sent")
	}
	if wrong, err = complaints(err); err != nil {
		return err
	}
	return s.showNotice(w, r, http.StatusUnprocessableEntity, a, wrong)
}

// previewNotice shows the notice in the words in which the applicant will read it.
func (s sheet) previewNotice(w http.ResponseWriter, r *http.Request, asked casework.Asked) error {
	u := s.u
	v := noticeView{
		Request: u, Title: u.T("workbench.preview.title"), Caption: s.caption(), Action: s.path("/notice"), Hidden: hidden(r.PostForm),
		Heading: u.T("track.correct.title"), Number: u.T("track.case.number", "number", s.Number),
		Lead: u.T("track.correct.lead", "body", s.words.BodyName(s.m.Body), "n", strconv.Itoa(len(asked.Points)), "day", u.Day(string(asked.Until))),
		Note: u.T("workbench.notice.effect", "day", u.Day(string(asked.Until))),
	}
	for _, p := range asked.Points {
		v.Points = append(v.Points, s.point(p))
	}
	return s.page(w, r, http.StatusOK, ui.Page{Title: v.Title, Body: v.body()})
}
