package benefit

import (
	"net/http"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/eligibility"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
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
	m.Handle("POST /desk/benefits/{id}/agree", h.agree)
	m.Handle("POST /desk/benefits/{id}/aside", h.aside)
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if u.Actor.Kind != identity.Officer {
		return fault.New(fault.Denied, "denied")
	}
	offers, runs, err := h.Eligibility.List(r.Context(), u.Actor, eligibility.Found)
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
	for _, o := range offers {
		s, m, ok := h.Eligibility.Matter(o)
		if !ok {
			continue
		}
		v.Offers = append(v.Offers, offerView{
			ID: o.ID, Name: o.Name, Number: gp.Mask(o.Subject), Matter: u.Of(m.Name), Cite: words.Cite(s.Proactive.Cite), Facts: Facts(words, s, o),
			Agree: "/desk/benefits/" + o.ID + "/agree", Aside: "/desk/benefits/" + o.ID + "/aside",
		})
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("benefit.title"), Section: words.Body(u.Actor.Body), Nav: "desk", Body: v.body()})
}

// Facts says by which facts somebody was found, each with its register and day.
func Facts(words say.Words, s *catalogue.Service, o eligibility.Offer) []gov.Row {
	var rows []gov.Row
	for _, f := range o.Facts {
		for i := range s.Questions {
			q := &s.Questions[i]
			if q.ID != f.Question {
				continue
			}
			value := words.Answer(q, f.Value)
			if f.Register != "" {
				value = words.T("benefit.fact", "value", value, "register", words.Of(words.City.Registers[f.Register].Name), "day", words.ShortDay(string(deadline.Of(f.Recorded)), ""))
			} else {
				value = words.T("benefit.assumed", "value", value)
			}
			rows = append(rows, gov.Row{Key: gov.Text{Text: words.Of(q.Text)}, Value: gov.Text{Text: value}})
		}
	}
	return rows
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
