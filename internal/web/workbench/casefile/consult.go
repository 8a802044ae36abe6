package casefile

import (
	"net/http"
	"slices"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/deadline"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/workbench"
)

// question is a question to another body as it is being written.
type question struct {
	body, text string
	until      deadline.Day
}

// soon is when an answer is wanted when the officer sets no other day.
const soon = 7

func (h *Handler) consult(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	if !s.mayConsult() {
		return s.state()
	}
	return s.showConsult(w, r, http.StatusOK, question{until: s.today.Add(soon)}, nil)
}

// bodies are those that can be asked: every other one that has staff to answer.
func (s sheet) bodies() []gov.SelectItem {
	var all []gov.SelectItem
	for _, b := range s.words.City.Org.Bodies() {
		if b.ID != s.u.Actor.Body && len(s.words.City.Org.In(b.ID, workbench.Officer))+len(s.words.City.Org.In(b.ID, workbench.Head)) > 0 {
			all = append(all, gov.SelectItem{Value: b.ID, Text: s.u.Of(b.Name)})
		}
	}
	return all
}

func (s sheet) showConsult(w http.ResponseWriter, r *http.Request, status int, q question, wrong map[string]fault.Field) error {
	u, d := s.u, s.draft(wrong)
	d.add(gov.Select{ID: "body", Name: "body", Value: q.body, Items: append([]gov.SelectItem{{Text: u.T("gp.choose")}}, s.bodies()...),
		Label: gov.Label{Text: d.label("body"), Classes: "govuk-label--s"}, Error: d.complaint("body", d.label("body"), "body")}.View())
	d.add(d.area("question", q.text, "workbench.consult.question.hint", "6").View())
	d.add(d.day("until", string(q.until), "workbench.consult.until.hint"))
	v := formView{
		Request: u, Caption: s.caption(), Title: u.T("workbench.consult.title"), Lead: u.T("workbench.consult.lead"), Errors: d.Errors, Parts: d.Parts,
		Action: s.path("/consult"), Back: s.path(""), Buttons: []gov.Button{{Text: u.T("workbench.consult.send"), Once: true}}, Side: s.summary(),
	}
	return s.page(w, r, status, ui.Page{Title: v.Title, Wrong: len(wrong) > 0, Body: v.body()})
}

func (h *Handler) sendConsult(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	wrong := map[string]fault.Field{}
	q := question{body: r.PostForm.Get("body"), text: value(r.PostForm, "question"), until: readDay("until", r.PostForm, wrong)}
	if !slices.ContainsFunc(s.bodies(), func(i gov.SelectItem) bool { return i.Value == q.body }) {
		wrong["body"] = fault.Field{Name: "body", Code: "field.choose"}
	}
	if q.text == "" {
		wrong["question"] = fault.Field{Name: "question", Code: "field.required"}
	}
	if len(wrong) == 0 {
		err := h.Casework.Consult(r.Context(), s.u.Actor, s.m.ID, q.body, q.text, q.until)
		if err == nil {
			return s.done(w, r, "workbench.consulted")
		}
		if wrong, err = complaints(err); err != nil {
			return err
		}
	}
	return s.showConsult(w, r, http.StatusUnprocessableEntity, q, wrong)
}

func (h *Handler) handover(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	if err := s.allow(casework.HandedOver, casework.ActHandOver); err != nil {
		return err
	}
	return h.showHandover(w, r, http.StatusOK, s, "", "", nil)
}

// colleagues are those to whom the matter may go: the handling staff of the body, but for whoever has it.
func (h *Handler) colleagues(r *http.Request, s sheet) ([]identity.Account, error) {
	all, err := h.Identity.Colleagues(r.Context(), s.u.Actor.Body, workbench.Officer, workbench.Head)
	return slices.DeleteFunc(all, func(a identity.Account) bool { return a.ID == s.m.Officer }), err
}

func (h *Handler) showHandover(w http.ResponseWriter, r *http.Request, status int, s sheet, to, note string, wrong map[string]fault.Field) error {
	colleagues, err := h.colleagues(r, s)
	if err != nil {
		return err
	}
	u, d := s.u, s.draft(wrong)
	var items []gov.Choice
	for _, c := range colleagues {
		post := workbench.Officer
		if slices.Contains(c.Roles, workbench.Head) {
			post = workbench.Head
		}
		name := c.Name
		if c.ID == u.Actor.ID {
			name = u.T("workbench.handover.me", "name", c.Name)
		}
		items = append(items, gov.Choice{Value: c.ID, Text: name, Hint: gov.Hint{Text: u.T("workbench.role." + post)}})
	}
	d.add(d.radios("to", to, items).View())
	d.add(d.area("note", note, "workbench.handover.note.hint", "6").View())
	v := formView{
		Request: u, Caption: s.caption(), Title: u.T("workbench.handover.title"), Lead: u.T("workbench.handover.lead"), Errors: d.Errors, Parts: d.Parts,
		Action: s.path("/handover"), Back: s.path(""), Buttons: []gov.Button{{Text: u.T("workbench.handover.send"), Once: true}}, Side: s.summary(),
	}
	return s.page(w, r, status, ui.Page{Title: v.Title, Wrong: len(wrong) > 0, Body: v.body()})
}

func (h *Handler) sendHandover(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	to, note := r.PostForm.Get("to"), value(r.PostForm, "note")
	colleagues, err := h.colleagues(r, s)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(colleagues, func(a identity.Account) bool { return a.ID == to }) {
		to = "" // nobody whom the page offered
	}
	if err = h.Casework.HandOver(r.Context(), s.u.Actor, s.m.ID, to, note); err == nil {
		return s.done(w, r, "workbench.handedover")
	}
	wrong, err := complaints(err)
	if err != nil {
		return err
	}
	return h.showHandover(w, r, http.StatusUnprocessableEntity, s, to, note, choose(wrong, "to"))
}
