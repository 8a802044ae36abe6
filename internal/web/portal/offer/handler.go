package offer

import (
	"errors"
	"net/http"
	"slices"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/eligibility"
	"tongban/internal/service/form"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/notice"
	"tongban/internal/web/portal/plan"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// Handler serves a person's offers.
type Handler struct {
	City        func() *jurisdiction.City
	Eligibility *eligibility.Service
	Application *application.Service
	Notice      *notice.Service
	Plan        *plan.Handler
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /me/offers", h.list)
	m.Handle("GET /me/offers/ask", h.ask)
	m.Handle("POST /me/offers/ask", h.sendAsking)
	m.Handle("GET /me/offers/{id}", h.show)
	m.Handle("POST /me/offers/{id}", h.give)
	m.Handle("POST /me/offers/{id}/apply", h.apply)
	m.Handle("POST /me/offers/{id}/decline", h.decline)
}

// tags are the colours of the states; what is lacking is the person's turn.
var tags = map[string]string{
	"offered": "govuk-tag--green", "lack": "govuk-tag--red", "paper": "govuk-tag--red", "under-way": "govuk-tag--green", "opened": "govuk-tag--green",
	"review": "govuk-tag--yellow", "aside": "govuk-tag--grey", "declined": "govuk-tag--grey", "taken": "govuk-tag--blue",
}

// stage is the state of an offer as the person is told it.
func stage(o eligibility.Offer) string {
	switch {
	case o.State != eligibility.Offered:
		return string(o.State)
	case o.Yes:
		return "under-way"
	case len(o.Lack.Materials) > 0:
		return "paper"
	case !o.Lack.None():
		return "lack"
	}
	return "offered"
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
	v := listView{Request: u}
	for _, o := range offers {
		if x, ok := h.view(u, o); ok {
			v.Offers = append(v.Offers, x)
		}
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("offer.title"), Nav: "applications", Body: v.body(), Back: ui.Link{Text: u.T("track.home.title"), Href: "/me"}})
}

// view says how one offer stands.
func (h *Handler) view(u *ui.Request, o eligibility.Offer) (offerView, bool) {
	s, m, ok := h.Eligibility.Matter(o)
	if !ok {
		return offerView{}, false
	}
	words, st, day := say.In(u.Printer, h.City()), stage(o), u.Day(string(o.Until))
	v := offerView{Request: u, Matter: u.Of(m.Name), Path: "/me/offers/" + o.ID, Tag: gov.Tag{Text: u.T("offer.tag." + st), Classes: tags[st]}}
	v.Lead = u.T("offer.lead."+st, "body", words.Body(o.Body), "day", day, "reason", o.Reason)
	switch o.State {
	case eligibility.Review:
		v.Lead = u.T("offer.lead.review."+string(o.Why), "body", words.Body(o.Body))
	case eligibility.Aside, eligibility.Declined:
		v.Links = append(v.Links, gp.Link{Text: u.T("offer.ask.link"), Href: "/me/offers/ask?service=" + o.Service}, gp.Link{Text: u.T("offer.self"), Href: u.Path("/services/" + o.Service)})
	case eligibility.Opened:
		v.Links = append(v.Links, gp.Link{Text: u.T("offer.case"), Href: "/me/applications/" + o.Case}, gp.Link{Text: u.T("offer.withdraw"), Href: "/me/applications/" + o.Case + "/withdraw"})
	case eligibility.Offered:
		v.Open = true
		v.Links = append(v.Links, gp.Link{Text: u.T("offer.more"), Href: v.Path})
	}
	p := s.Proactive
	row := func(key, value string) {
		v.Terms = append(v.Terms, gov.Row{Key: gov.Text{Text: u.T(key)}, Value: gov.Text{Text: value}})
	}
	row("offer.what", u.Of(m.Plain))
	row("offer.amount", u.T("offer.cited", "text", u.Of(p.Amount.Text), "cite", words.Cite(p.Amount.Cite)))
	row("offer.paid", u.T("offer.cited", "text", u.Of(p.Paid.Text), "cite", words.Cite(p.Paid.Cite)))
	row("offer.basis", words.Cite(m.Cite))
	if v.Open {
		row("offer.no", u.T("offer.no.text", "day", day))
	}
	// What is supposed of everybody is for the officer to check; she reads what is recorded of her.
	v.Facts = words.Found(s, slices.DeleteFunc(slices.Clone(o.Latest()), func(f eligibility.Fact) bool { return f.Register == "" && f.By == "" }))
	for _, id := range o.Lack.Materials {
		if m := s.Material(id); m != nil {
			v.Papers = append(v.Papers, u.Of(m.Name))
		}
	}
	for _, id := range o.Lack.Questions {
		if q := s.Question(id); q != nil {
			v.Fields = append(v.Fields, gp.Field{Field: form.Question(q)})
		}
	}
	for _, id := range o.Lack.Fields {
		if f := s.Field(id); f != nil {
			v.Fields = append(v.Fields, gp.Field{Field: f})
		}
	}
	return v, true
}

// one finds one of the person's offers.
func (h *Handler) one(r *http.Request) (eligibility.Offer, offerView, error) {
	u := ui.From(r)
	offers, err := h.Eligibility.Mine(r.Context(), u.Actor)
	if err != nil {
		return eligibility.Offer{}, offerView{}, err
	}
	for _, o := range offers {
		if v, ok := h.view(u, o); ok && o.ID == r.PathValue("id") {
			return o, v, nil
		}
	}
	return eligibility.Offer{}, offerView{}, fault.New(fault.NotFound, "error.benefit.not-found")
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	_, v, err := h.one(r)
	if err != nil {
		return err
	}
	if err := h.Notice.MarkRead(r.Context(), u.Actor, ""); err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, v)
}

func (h *Handler) page(w http.ResponseWriter, r *http.Request, status int, v offerView) error {
	u := ui.From(r)
	return u.Render(w, r, status, ui.Page{Title: v.Matter, Nav: "applications", Wrong: status != http.StatusOK, Body: v.body(), Back: ui.Link{Text: u.T("offer.title"), Href: "/me/offers"}})
}

// give takes in what only she can tell, and has it applied for.
func (h *Handler) give(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	o, v, err := h.one(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	answers, values, wrong := map[string]string{}, map[string]string{}, false
	for i := range v.Fields {
		f := &v.Fields[i]
		f.Value, f.Wrong = form.Parse(f.Field, r.PostForm)
		wrong = wrong || f.Wrong != nil
		if slices.Contains(o.Lack.Questions, f.Field.ID) {
			answers[f.Field.ID] = f.Value
		} else {
			values[f.Field.ID] = f.Value
		}
	}
	if wrong {
		return h.page(w, r, http.StatusUnprocessableEntity, v)
	}
	if err := h.Eligibility.Give(r.Context(), u.Actor, o.ID, answers, values); err != nil {
		return err
	}
	u.Notice(w, "offer.given")
	return u.See(w, r, "/me/offers")
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
	err := h.Eligibility.Decline(r.Context(), u.Actor, r.PathValue("id"))
	var f *fault.Error
	if errors.As(err, &f) && f.Code == "error.benefit.opened" {
		u.Warn(w, "offer.opened-already") // saying no is a withdrawal now
		return u.See(w, r, "/me/applications/"+f.Args["case"]+"/withdraw")
	}
	if err != nil {
		return err
	}
	u.Notice(w, "offer.declined")
	return u.See(w, r, "/me/offers")
}
