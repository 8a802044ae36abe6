package life

import (
	"net/http"
	"net/url"

	"tongban/internal/platform/fault"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/form"
	"tongban/internal/service/lifecycle"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
)

// The answers of a visitor are kept in her own browser for two days. They are about nobody in particular.
const keep = 2 * 24 * 60 * 60

func side(u *ui.Request) (audience catalogue.Audience, path, other string) {
	if u.At == "/life-cycle/business" {
		return catalogue.ForBusiness, "/life-cycle/business", "/life-cycle"
	}
	return catalogue.ForPerson, "/life-cycle", "/life-cycle/business"
}

func cookie(a catalogue.Audience) string { return "life-" + string(a) }

// kept reads the answers that this browser has; what is no answer any more is passed over.
func kept(r *http.Request, chain *lifecycle.Chain, a catalogue.Audience) map[string]string {
	answers := map[string]string{}
	c, err := r.Cookie(cookie(a))
	if err != nil {
		return answers
	}
	given, err := url.ParseQuery(c.Value)
	if err != nil {
		return answers
	}
	for v, f := range chain.Facts {
		if value := given.Get(f.ID); !f.Ask.Empty() && value != "" && chain.Admits(v, value) {
			answers[f.ID] = value
		}
	}
	return answers
}

// question is a fact as a question; nobody has to answer it.
func question(chain *lifecycle.Chain, v int) *catalogue.Field {
	f := chain.Facts[v]
	q := &catalogue.Field{ID: f.ID, Type: chain.Type(v), Text: f.Ask, Optional: true}
	if a, ok := chain.Attribute(v); ok {
		q.Options = a.Options
	}
	if q.Type == "integer" {
		zero, most := 0.0, 150.0
		q.Least, q.Most = &zero, &most
	}
	return q
}

func (h *Handler) visit(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, http.StatusOK, nil, nil)
}

// show shows the questions and what follows from the answers.
func (h *Handler) show(w http.ResponseWriter, r *http.Request, status int, typed map[string]string, wrong map[string]fault.Field) error {
	u := ui.From(r)
	audience, path, other := side(u)
	chain, ok := h.City().Life[audience]
	if !ok {
		return fault.New(fault.NotFound, "error.page")
	}
	answers := kept(r, chain, audience)
	st := lifecycle.Standing{Audience: audience, Chain: chain, Today: deadline.Of(h.Now()), Facts: chain.Suppose(answers)}
	st.Lists = chain.Stand(st.Facts, st.Today, h.City().Calendar)
	t := h.teller(u, st, true)
	v := t.lists()
	v.Title, v.Stages, v.Open = u.T("life.visit.title."+string(audience)), t.stages(), nil
	v.Action, v.Answered = u.Path(path), len(answers) > 0
	v.Other = gp.Link{Text: u.T("life.visit.other." + string(audience)), Href: u.Path(other)}
	for _, i := range chain.Questions(answers) {
		id := chain.Facts[i].ID
		f := gp.Field{Field: question(chain, i), Value: answers[id]}
		if complaint, bad := wrong[id]; bad {
			f.Value, f.Wrong = typed[id], &complaint
		}
		v.Fields = append(v.Fields, f)
	}
	return u.Render(w, r, status, ui.Page{
		Title: v.Title, Nav: "services", Back: ui.Link{Text: u.T("find.home.link"), Href: u.Path("/")}, NoIndex: v.Answered, Wrong: len(wrong) > 0, Body: v.visitor(),
	})
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	audience, path, _ := side(u)
	chain, ok := h.City().Life[audience]
	if !ok {
		return fault.New(fault.NotFound, "error.page")
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	given, typed, wrong := url.Values{}, map[string]string{}, map[string]fault.Field{}
	if !r.PostForm.Has("forget") {
		for v, f := range chain.Facts {
			if f.Ask.Empty() {
				continue
			}
			value, complaint := form.Parse(question(chain, v), r.PostForm)
			typed[f.ID] = value
			switch {
			case complaint != nil:
				wrong[f.ID] = *complaint
			case value != "" && chain.Admits(v, value):
				given.Set(f.ID, value)
			}
		}
	}
	if len(wrong) > 0 {
		return h.show(w, r, http.StatusUnprocessableEntity, typed, wrong)
	}
	age := keep
	if len(given) == 0 {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: cookie(audience), Value: given.Encode(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.Secure, MaxAge: age})
	return u.See(w, r, path)
}
