package offer

import (
	"net/http"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/deadline"
	"tongban/internal/service/eligibility"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/portal/plan"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

// Handler serves a person's offers.
type Handler struct {
	City        func() *jurisdiction.City
	Eligibility *eligibility.Service
	Application *application.Service
	Plan        *plan.Handler
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /me/offers", h.list)
	m.Handle("POST /me/offers/{id}/apply", h.apply)
	m.Handle("POST /me/offers/{id}/decline", h.decline)
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if u.Actor.Kind != identity.Person {
		return fault.New(fault.Denied, "denied")
	}
	offers, err := h.Eligibility.Mine(r.Context(), u.Actor)
	if err != nil {
		return err
	}
	words := say.In(u.Printer, h.City())
	v := listView{Request: u}
	for _, o := range offers {
		s, m, ok := h.Eligibility.Matter(o)
		if !ok {
			continue
		}
		x := offerView{
			Matter: u.Of(m.Name), Plain: u.Of(m.Plain), Body: words.Body(o.Body), Until: u.T("offer.until", "day", u.Day(string(o.Until))), Cite: words.Cite(s.Proactive.Cite),
			Apply: "/me/offers/" + o.ID + "/apply", Decline: "/me/offers/" + o.ID + "/decline",
		}
		for _, f := range o.Facts {
			for i := range s.Questions {
				if q := &s.Questions[i]; q.ID == f.Question && f.Register != "" {
					x.Facts = append(x.Facts, gov.Row{Key: gov.Text{Text: u.Of(q.Text)}, Value: gov.Text{Text: u.T("benefit.fact", "value", words.Answer(q, f.Value),
						"register", u.Of(h.City().Registers[f.Register].Name), "day", u.ShortDay(string(deadline.Of(f.Recorded)), ""))}})
				}
			}
		}
		v.Offers = append(v.Offers, x)
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("offer.title"), Nav: "applications", Body: v.body(), Back: ui.Link{Text: u.T("track.home.title"), Href: "/me"}})
}

// apply goes on to the questions that the registers leave open, with what they say as answers.
func (h *Handler) apply(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	o, err := h.Eligibility.TakeUp(r.Context(), u.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	c, err := h.Application.BeginWith(r.Context(), u.Actor, o.Service, o.Answers())
	if err != nil {
		return err
	}
	h.Plan.Remember(w, c)
	return u.See(w, r, "/check/"+o.Service)
}

func (h *Handler) decline(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if err := h.Eligibility.Decline(r.Context(), u.Actor, r.PathValue("id")); err != nil {
		return err
	}
	u.Notice(w, "offer.declined")
	return u.See(w, r, "/me/offers")
}
