package benefit

import (
	"net/http"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/eligibility"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
)

// Handler serves the list.
type Handler struct {
	City        func() *jurisdiction.City
	Eligibility *eligibility.Service
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /desk/benefits", h.list)
	m.Handle("GET /desk/benefits/{id}", h.look)
	m.Handle("POST /desk/benefits/{id}", h.decide)
	m.Handle("POST /desk/benefits/{id}/agree", h.agree)
	m.Handle("POST /desk/benefits/{id}/aside", h.aside)
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if u.Actor.Kind != identity.Officer {
		return fault.New(fault.Denied, "denied")
	}
	found, runs, err := h.Eligibility.List(r.Context(), u.Actor, eligibility.Found)
	if err != nil {
		return err
	}
	again, _, err := h.Eligibility.List(r.Context(), u.Actor, eligibility.Review)
	if err != nil {
		return err
	}
	words := say.In(u.Printer, h.City())
	v := listView{Request: u}
	for _, run := range runs {
		if e, ok := h.City().Service(run.Service); ok {
			v.Runs = append(v.Runs, u.T("benefit.run", "service", u.Of(e.Service.Name), "at", u.Moment(run.At),
				"people", strconv.Itoa(run.People), "found", strconv.Itoa(run.Found), "unclear", strconv.Itoa(run.Unclear)))
		}
	}
	for _, o := range found {
		s, m, ok := h.Eligibility.Matter(o)
		if !ok {
			continue
		}
		v.Offers = append(v.Offers, offerView{
			ID: o.ID, Name: o.Name, Number: gp.Mask(o.Subject), Matter: u.Of(m.Name), Cite: words.Cite(s.Proactive.Cite), Facts: words.Found(s, o.Facts),
			Agree: "/desk/benefits/" + o.ID + "/agree", Aside: "/desk/benefits/" + o.ID + "/aside",
		})
	}
	for _, o := range again {
		if _, m, ok := h.Eligibility.Matter(o); ok {
			v.Again = append(v.Again, offerView{
				ID: o.ID, Name: o.Name, Number: gp.Mask(o.Subject), Matter: u.Of(m.Name), Why: u.T("benefit.why." + string(o.Why)), Look: "/desk/benefits/" + o.ID,
			})
		}
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("benefit.title"), Section: words.Body(u.Actor.Body), Nav: "desk", Body: v.body()})
}

func (h *Handler) agree(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if err := h.Eligibility.Agree(r.Context(), u.Actor, r.PathValue("id")); err != nil {
		return err
	}
	u.Notice(w, "benefit.agreed")
	return u.See(w, r, "/desk/benefits")
}

func (h *Handler) aside(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	if reason == "" {
		u.Warn(w, "benefit.aside.reason")
		return u.See(w, r, "/desk/benefits")
	}
	if err := h.Eligibility.SetAside(r.Context(), u.Actor, r.PathValue("id"), reason); err != nil {
		return err
	}
	u.Notice(w, "benefit.set-aside")
	return u.See(w, r, "/desk/benefits")
}
