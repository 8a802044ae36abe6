package casefile

import (
	"net/http"

	"tongban/internal/platform/fault"
	"tongban/internal/service/casework"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

func (h *Handler) decline(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	if err := s.allow(casework.NotTaken, casework.ActDecline); err != nil {
		return err
	}
	return s.showDecline(w, r, http.StatusOK, "", nil, nil)
}

func (s sheet) showDecline(w http.ResponseWriter, r *http.Request, status int, reasons string, provisions []string, wrong map[string]fault.Field) error {
	u, d := s.u, s.draft(wrong)
	d.add(d.area("reasons", reasons, "workbench.decline.reasons.hint", "6").View())
	d.add(d.cites(s, provisions, onAcceptance).View())
	v := formView{
		Request: u, Caption: s.caption(), Title: u.T("workbench.decline.title"), Lead: u.T("workbench.decline.lead", "name", s.Name), Side: s.summary(),
		Errors: d.Errors, Parts: d.Parts, Action: s.path("/decline"), Back: s.path(""),
		Buttons: []gov.Button{{Text: u.T("workbench.decline.send"), Classes: "govuk-button--warning", Once: true}},
	}
	return s.page(w, r, status, ui.Page{Title: v.Title, Wrong: len(wrong) > 0, Body: v.body()})
}

func (h *Handler) sendDecline(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	reasons, provisions := value(r.PostForm, "reasons"), s.kept(r.PostForm["provisions"], onAcceptance)
	err = h.Casework.Decline(r.Context(), s.u.Actor, s.m.ID, reasons, provisions)
	if err == nil {
		return s.done(w, r, "workbench.declined")
	}
	wrong, err := complaints(err)
	if err != nil {
		return err
	}
	return s.showDecline(w, r, http.StatusUnprocessableEntity, reasons, provisions, choose(wrong, "provisions"))
}

// choose words a complaint about a field without an answer as fits a choice.
func choose(wrong map[string]fault.Field, ids ...string) map[string]fault.Field {
	for _, id := range ids {
		if f, ok := wrong[id]; ok && f.Code == "field.required" {
			wrong[id] = fault.Field{Name: id, Code: "field.choose"}
		}
	}
	return wrong
}
