package casefile

import (
	"net/http"
	"net/url"
	"strconv"

	"tongban/internal/platform/fault"
	"tongban/internal/service/casework"
	"tongban/internal/service/deadline"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

// special begins a special procedure, or ends the one that goes on.
func (h *Handler) special(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	if s.m.State == casework.Special {
		if err := s.allow(casework.SpecialEnded, casework.ActEndSpecial); err != nil {
			return err
		}
		return s.showEnd(w, r, http.StatusOK, "", nil)
	}
	if err := s.allow(casework.SpecialStarted, casework.ActStartSpecial); err != nil {
		return err
	}
	return s.showSpecial(w, r, http.StatusOK, casework.SpecialProcedure{}, "", nil)
}

// effect is what an act does to the matter's clock.
func (s sheet) effect(after deadline.Clock) []gov.Row {
	u := s.u
	if s.m.Decision.From == "" {
		return []gov.Row{row(u.T("workbench.effect.clock"), u.T("workbench.left.none"))}
	}
	before, _ := s.m.Decision.Due(s.words.City.Calendar)
	then, _ := after.Due(s.words.City.Calendar)
	return []gov.Row{row(u.T("workbench.effect.before"), u.Day(string(before))), row(u.T("workbench.effect.after"), u.Day(string(then)))}
}

func (s sheet) showSpecial(w http.ResponseWriter, r *http.Request, status int, x casework.SpecialProcedure, days string, wrong map[string]fault.Field) error {
	u, d := s.u, s.draft(wrong)
	var kinds []gov.Choice
	for _, k := range s.def.Special {
		kinds = append(kinds, gov.Choice{Value: k, Text: u.T("track.special." + k)})
	}
	d.add(d.radios("kind", x.Kind, kinds).View())
	d.add(gov.Input{ID: "days", Name: "days", Value: days, InputMode: "numeric", Classes: "govuk-input--width-3", Suffix: gov.Affix{Text: u.T("workbench.special.unit")},
		Label: gov.Label{Text: d.label("days"), Classes: "govuk-label--s"}, Hint: gov.Hint{Text: u.T("workbench.special.days.hint")}, Error: d.complaint("days", d.label("days"), "days")}.View())
	d.add(d.area("reason", x.Reason, "workbench.special.reason.hint", "4").View())
	v := formView{
		Request: u, Caption: s.caption(), Title: u.T("workbench.special.title"), Lead: u.T("workbench.special.lead"), Cite: s.words.Provision("licence-law.45"),
		Errors: d.Errors, Parts: d.Parts, Action: s.path("/special"), Back: s.path(""), Buttons: []gov.Button{{Text: u.T("workbench.special.preview")}}, Side: s.summary(),
	}
	return s.page(w, r, status, ui.Page{Title: v.Title, Wrong: len(wrong) > 0, Body: v.body()})
}

func readSpecial(posted url.Values) (x casework.SpecialProcedure, days string) {
	days = value(posted, "days")
	n, _ := strconv.Atoi(days) // what is no number is none, and is complained about
	return casework.SpecialProcedure{Kind: posted.Get("kind"), Reason: value(posted, "reason"), Days: n}, days
}

func (h *Handler) sendSpecial(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	if err := s.allow(casework.SpecialStarted, casework.ActStartSpecial); err != nil {
		return err
	}
	x, days := readSpecial(r.PostForm)
	err = x.Check()
	if err == nil && r.PostForm.Get(step) == "edit" {
		return s.showSpecial(w, r, http.StatusOK, x, days, nil)
	}
	if err == nil && r.PostForm.Get(step) != "send" {
		return s.previewSpecial(w, r, x)
	}
	if err == nil {
		if err = h.Casework.StartSpecial(r.Context(), s.u.Actor, s.m.ID, x.Kind, x.Reason, x.Days); err == nil {
			return s.done(w, r, "workbench.special.started")
		}
	}
	wrong, err := complaints(err)
	if err != nil {
		return err
	}
	return s.showSpecial(w, r, http.StatusUnprocessableEntity, x, days, choose(wrong, "kind"))
}

func (s sheet) previewSpecial(w http.ResponseWriter, r *http.Request, x casework.SpecialProcedure) error {
	u := s.u
	after := s.m.Decision
	if after.From != "" {
		var err error
		// The real notice has its number when it is written; any will do to see the effect.
		if after, err = after.Stop(s.words.City.Calendar, deadline.Pause{Kind: x.Kind, From: s.today, Days: x.Days, Notice: s.Number}); err != nil {
			return err
		}
	}
	v := previewView{
		Request: u, Title: u.T("workbench.special.preview.title"), Caption: s.caption(), Lead: u.T("workbench.special.preview.lead"), Action: s.path("/special"),
		Hidden: hidden(r.PostForm), Send: u.T("workbench.special.send"),
		Rows: append([]gov.Row{
			row(u.T("workbench.field.kind"), u.T("track.special."+x.Kind)), row(u.T("workbench.field.days"), u.T("workbench.special.days", "n", strconv.Itoa(x.Days))), row(u.T("workbench.field.reason"), x.Reason),
		}, s.effect(after)...),
	}
	return s.page(w, r, http.StatusOK, ui.Page{Title: v.Title, Body: v.body()})
}

func (s sheet) showEnd(w http.ResponseWriter, r *http.Request, status int, outcome string, wrong map[string]fault.Field) error {
	u, d := s.u, s.draft(wrong)
	d.add(d.area("outcome", outcome, "workbench.special.outcome.hint", "4").View())
	v := formView{
		Request: u, Caption: s.caption(), Title: u.T("workbench.special.end.title"), Errors: d.Errors, Parts: d.Parts, Action: s.path("/special/end"), Back: s.path(""),
		Lead: u.T("workbench.special.end.lead"), Buttons: []gov.Button{{Text: u.T("workbench.special.end.send"), Once: true}}, Side: s.summary(),
	}
	if n := len(s.m.Special); n > 0 && s.m.Decision.From != "" {
		after, err := s.m.Decision.Resume(s.m.Special[n-1].Notice, s.today)
		if err != nil {
			return err
		}
		v.Rows = s.effect(after)
	}
	return s.page(w, r, status, ui.Page{Title: v.Title, Wrong: len(wrong) > 0, Body: v.body()})
}

func (h *Handler) endSpecial(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	outcome := value(r.PostForm, "outcome")
	if err = h.Casework.EndSpecial(r.Context(), s.u.Actor, s.m.ID, outcome); err == nil {
		return s.done(w, r, "workbench.special.ended")
	}
	wrong, err := complaints(err)
	if err != nil {
		return err
	}
	return s.showEnd(w, r, http.StatusUnprocessableEntity, outcome, wrong)
}
