package benefit

import (
	"net/http"
	"slices"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/eligibility"
	"tongban/internal/service/form"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// decision is what an officer makes of an offer after a second look, as it was typed.
type decision struct {
	outcome, reason string
	answers         map[string]string
	wrong           map[string]string // field: message
}

// look shows an offer that somebody is to look at again, with what the registers say and what the person says.
func (h *Handler) look(w http.ResponseWriter, r *http.Request) error {
	return h.looking(w, r, decision{})
}

func (h *Handler) looking(w http.ResponseWriter, r *http.Request, d decision) error {
	u := ui.From(r)
	if u.Actor.Kind != identity.Officer {
		return fault.New(fault.Denied, "denied")
	}
	o, err := h.Eligibility.Show(r.Context(), u.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	s, m, ok := h.Eligibility.Matter(o)
	if !ok || o.State != eligibility.Review {
		return fault.New(fault.Conflict, "error.changed-meanwhile")
	}
	words := say.In(u.Printer, h.City())
	v := lookView{
		Request: u, Title: u.T("benefit.review.title", "name", o.Name, "matter", u.Of(m.Name)), Number: gp.Mask(o.Subject), Cite: words.Cite(s.Proactive.Cite),
		Why: u.T("benefit.why." + string(o.Why)), Said: o.Said, Now: words.Found(s, o.Latest()), Action: "/desk/benefits/" + o.ID, Outcome: d.outcome, Reason: d.reason,
		NoOutcome: d.wrong["outcome"], NoReason: d.wrong["reason"], Outcomes: []gov.Choice{{Value: "agree", Text: u.T("benefit.outcome.agree")}, {Value: "aside", Text: u.T("benefit.outcome.aside")}},
	}
	if o.Now != nil && len(o.Facts) > 0 {
		v.Before = words.Found(s, o.Facts)
	}
	for _, name := range []string{"facts", "outcome", "reason"} {
		if message := d.wrong[name]; message != "" {
			v.Errors = append(v.Errors, gov.ErrorLink{Text: message, Href: "#" + name})
		}
	}
	said := map[string]string{}
	for _, f := range o.Latest() {
		said[f.Question] = f.Value
	}
	for _, id := range eligibility.Questions(s.Proactive) {
		if q := s.Question(id); q != nil {
			value := said[id]
			if d.answers != nil {
				value = d.answers[id]
			}
			v.Fields = append(v.Fields, gp.Field{Field: form.Question(q), Value: value})
		}
	}
	status := http.StatusOK
	if len(v.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return u.Render(w, r, status, ui.Page{
		Title: v.Title, Section: words.Body(u.Actor.Body), Nav: "desk", Wrong: len(v.Errors) > 0, Body: v.body(), Back: ui.Link{Text: u.T("benefit.title"), Href: "/desk/benefits"},
	})
}

func (h *Handler) decide(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	o, err := h.Eligibility.Show(r.Context(), u.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	d := decision{outcome: r.PostFormValue("outcome"), reason: r.PostFormValue("reason"), answers: map[string]string{}, wrong: map[string]string{}}
	if s, _, ok := h.Eligibility.Matter(o); ok {
		for i := range s.Questions {
			if q := &s.Questions[i]; slices.Contains(eligibility.Questions(s.Proactive), q.ID) {
				d.answers[q.ID], _ = form.ParseQuestion(q, r.PostForm) // what is not answered counts as what the register says
			}
		}
	}
	said := "benefit.set-aside"
	switch d.outcome {
	case "agree":
		said = "benefit.agreed"
		err = h.Eligibility.AgreeAgain(r.Context(), u.Actor, o.ID, d.answers, d.reason)
	case "aside":
		err = h.Eligibility.SetAside(r.Context(), u.Actor, o.ID, d.reason)
	default:
		err = fault.Fields([]fault.Field{{Name: "outcome", Code: "field.choose"}})
	}
	if err == nil {
		u.Notice(w, said)
		return u.See(w, r, "/desk/benefits")
	}
	wrong, err := ui.Complaints(err)
	if err != nil {
		return err
	}
	for name, key := range map[string]string{"facts": "benefit.not-entitled", "outcome": "benefit.outcome.missing", "reason": "benefit.reason.missing"} {
		if _, is := wrong[name]; is {
			d.wrong[name] = u.T(key)
		}
	}
	return h.looking(w, r, d)
}
