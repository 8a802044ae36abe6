package casefile

import (
	"net/http"

	"tongban/internal/platform/fault"
	"tongban/internal/service/casework"
	"tongban/internal/service/deadline"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

// extend asks the head for more time, or lets the head answer what was asked for.
func (h *Handler) extend(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	if s.may(casework.Extended, casework.ActExtend) {
		return s.showRequest(w, r, http.StatusOK, "", nil)
	}
	if err := s.allow(casework.ExtensionAsked, casework.ActAskExtension); err != nil {
		return err
	}
	return s.showExtend(w, r, http.StatusOK, "", nil)
}

// longer is the clock with the days that the law lets a head add (art. 42).
func (s sheet) longer() (deadline.Clock, error) {
	return s.m.Decision.Extend(s.words.City.Calendar, s.today, deadline.ExtendSingle, deadline.ExtendSingle)
}

func (s sheet) showExtend(w http.ResponseWriter, r *http.Request, status int, reason string, wrong map[string]fault.Field) error {
	u, d := s.u, s.draft(wrong)
	after, err := s.longer()
	if err != nil {
		return err
	}
	d.add(d.area("reason", reason, "workbench.extend.reason.hint", "5").View())
	v := formView{
		Request: u, Caption: s.caption(), Title: u.T("workbench.extend.title"), Lead: u.T("workbench.extend.lead"), Cite: s.words.Provision("licence-law.42"), Rows: s.effect(after),
		Errors: d.Errors, Parts: d.Parts, Action: s.path("/extend"), Back: s.path(""), Buttons: []gov.Button{{Text: u.T("workbench.extend.send"), Once: true}}, Side: s.summary(),
	}
	return s.page(w, r, status, ui.Page{Title: v.Title, Wrong: len(wrong) > 0, Body: v.body()})
}

func (h *Handler) askExtension(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	reason := value(r.PostForm, "reason")
	if err = h.Casework.AskExtension(r.Context(), s.u.Actor, s.m.ID, reason); err == nil {
		return s.done(w, r, "workbench.extend.asked")
	}
	wrong, err := complaints(err)
	if err != nil {
		return err
	}
	return s.showExtend(w, r, http.StatusUnprocessableEntity, reason, wrong)
}

// showRequest shows the head what was asked for and what granting it does, to grant or to refuse it.
func (s sheet) showRequest(w http.ResponseWriter, r *http.Request, status int, refusal string, wrong map[string]fault.Field) error {
	if err := s.allow(casework.NotExtended, casework.ActNotExtend); err != nil {
		return err
	}
	u, x, d := s.u, s.m.Extension, s.draft(wrong)
	after, err := s.longer()
	if err != nil {
		return err
	}
	d.add(d.area("reason", refusal, "workbench.extend.refusal.hint", "4").View())
	v := formView{
		Request: u, Caption: s.caption(), Title: u.T("workbench.extend.approve.title"), Lead: u.T("workbench.extend.approve.lead"), Cite: s.words.Provision("licence-law.42"),
		Rows:   append([]gov.Row{row(u.T("workbench.extend.by"), s.officer(x.AskedBy)), row(u.T("workbench.field.reason"), x.Reason)}, s.effect(after)...),
		Errors: d.Errors, Parts: d.Parts, Action: s.path("/extend/approve"), Back: s.path(""), Side: s.summary(),
		Buttons: []gov.Button{
			{Text: u.T("workbench.extend.approve"), Once: true},
			{Text: u.T("workbench.extend.refuse"), Once: true, Classes: "govuk-button--secondary", Attributes: gov.Attributes{"formaction": s.path("/extend/refuse")}},
		},
	}
	return s.page(w, r, status, ui.Page{Title: v.Title, Wrong: len(wrong) > 0, Body: v.body()})
}

func (h *Handler) approveExtension(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	if err := h.Casework.Extend(r.Context(), s.u.Actor, s.m.ID); err != nil {
		return err
	}
	return s.done(w, r, "workbench.extend.approved")
}

func (h *Handler) refuseExtension(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	reason := value(r.PostForm, "reason")
	if err = h.Casework.RefuseExtension(r.Context(), s.u.Actor, s.m.ID, reason); err == nil {
		return s.done(w, r, "workbench.extend.refused")
	}
	wrong, err := complaints(err)
	if err != nil {
		return err
	}
	return s.showRequest(w, r, http.StatusUnprocessableEntity, reason, wrong)
}
