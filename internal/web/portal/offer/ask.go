package offer

import (
	"net/http"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

// ask lets somebody have an officer look who believes that she is entitled and was not found.
func (h *Handler) ask(w http.ResponseWriter, r *http.Request) error {
	return h.asking(w, r, r.URL.Query().Get("service"), "", nil)
}

func (h *Handler) asking(w http.ResponseWriter, r *http.Request, service, said string, wrong map[string]fault.Field) error {
	u := ui.From(r)
	if u.Actor.Kind != identity.Person {
		return fault.New(fault.Denied, "denied")
	}
	v := askView{Request: u, Service: service, Said: said}
	city := h.City()
	for _, id := range city.ServiceIDs() {
		s := city.Services[id].Service
		if s.Proactive == nil {
			continue
		}
		for i := range s.Matters {
			if m := &s.Matters[i]; m.ID == s.Proactive.Matter {
				v.Choices = append(v.Choices, gov.Choice{Value: id, Text: u.Of(m.Name), Hint: gov.Hint{Text: u.Of(m.Plain)}})
			}
		}
	}
	status := http.StatusOK
	for _, name := range []string{"service", "said"} {
		f, ok := wrong[name]
		if !ok {
			continue
		}
		status = http.StatusUnprocessableEntity
		message := u.T("offer.ask." + name + ".missing")
		if f.Code == "field.too-long" {
			message = u.T("offer.ask.said.long", "max", f.Args["max"])
		}
		v.Errors = append(v.Errors, gov.ErrorLink{Text: message, Href: "#" + name})
		if name == "service" {
			v.NoService = message
		} else {
			v.NotSaid = message
		}
	}
	return u.Render(w, r, status, ui.Page{Title: u.T("offer.ask.title"), Nav: "applications", Wrong: status != http.StatusOK, Body: v.body(), Back: ui.Link{Text: u.T("offer.title"), Href: "/me/offers"}})
}

func (h *Handler) sendAsking(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	service, said := r.PostFormValue("service"), r.PostFormValue("said")
	if err := h.Eligibility.Ask(r.Context(), u.Actor, service, said); err != nil {
		wrong, err := ui.Complaints(err)
		if err != nil {
			return err
		}
		return h.asking(w, r, service, said, wrong)
	}
	u.Notice(w, "offer.asked")
	return u.See(w, r, "/me/offers")
}
