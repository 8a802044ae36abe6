package find

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/ref"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/search"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

const (
	hits     = 20  // that a page shows
	maxQuery = 100 // characters
)

func cut(q string) string {
	q = strings.TrimSpace(q)
	if runes := []rune(q); len(runes) > maxQuery {
		q = string(runes[:maxQuery])
	}
	return q
}

// asked is what an address asks for.
func asked(q url.Values) search.Query {
	return search.Query{
		Text: cut(q.Get("q")), Audience: catalogue.Audience(q.Get("audience")), Topic: q.Get("topic"), Body: q.Get("body"), Online: q.Get("online") != "", Most: hits,
	}
}

func chosen(q search.Query) int {
	n := 0
	for _, on := range []bool{q.Audience != "", q.Topic != "", q.Body != "", q.Online} {
		if on {
			n++
		}
	}
	return n
}

func (h *Handler) search(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	q := asked(r.URL.Query())
	if number, ok := ref.FindNumber(q.Text); ok {
		return u.See(w, r, "/me/applications?number="+url.QueryEscape(number))
	}
	return h.results(w, r, http.StatusOK, q, nil)
}

// results is the page of what was found. wrong is what is wrong with a wish that was sent.
func (h *Handler) results(w http.ResponseWriter, r *http.Request, status int, q search.Query, wrong *fault.Field) error {
	u := ui.From(r)
	v := searchView{Request: u, Query: q.Text, Wish: gov.Input{
		ID: "text", Name: "text", Value: q.Text, Classes: "govuk-!-width-two-thirds", Label: gov.Label{Text: u.T("find.wish.label"), Classes: "govuk-label--s"}, Hint: gov.Hint{Text: u.T("find.wish.hint")},
	}}
	title := u.T("find.search.title")
	number, _ := ref.FindNumber(q.Text)
	switch {
	case q.Text == "":
		v.Queries = examples(u)
	case number != "" && strings.Trim(number[:6], "0123456789") == "":
		title = u.T("find.search.title.of", "q", q.Text)
		v.None, v.Number = true, true
	default:
		title = u.T("find.search.title.of", "q", q.Text)
		h.hits(&v, q)
	}
	if wrong != nil {
		v.Wish.Error = gov.ErrorMessage{Text: u.T("find.wish.wrong")}
		v.Ask = true
	}
	return u.Render(w, r, status, ui.Page{Title: title, Nav: "services", Back: home(u), Body: v.body(), NoIndex: true, Wrong: wrong != nil})
}

// wish keeps what somebody did not find.
func (h *Handler) wish(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	text := r.PostForm.Get("text")
	err := h.Feedback.Wish(r.Context(), u.Actor, text)
	if fault.Is(err, fault.Invalid) {
		return h.results(w, r, http.StatusUnprocessableEntity, search.Query{Text: cut(text), Most: hits}, &fault.Field{Name: "text"})
	}
	if err != nil {
		return err
	}
	u.Notice(w, "find.wish.thanks")
	return u.See(w, r, u.Path("/"))
}

// hits puts what was found into the page: the best with the way to begin, then the rest in groups. Matters
// of a service that is shown as the best, and the one matter of a service that is shown itself, are named
// there and have no card of their own.
func (h *Handler) hits(v *searchView, q search.Query) {
	u := v.Request
	res := h.Index().Find(q)
	v.By = res.By
	events, matters, offices := group{Title: u.T("find.search.events")}, group{Title: u.T("find.search.matters")}, group{Title: u.T("find.search.offices")}
	best, within, listed := "", 0, map[*catalogue.Service]bool{}
	for _, hit := range res.Hits {
		if hit.Service != nil && hit.Matter == nil {
			listed[hit.Service] = true
		}
	}
	for n, hit := range res.Hits {
		s := hit.Service
		if hit.Body != nil {
			offices.Cards = append(offices.Cards, card{Title: u.Of(hit.Body.Name), Text: u.Of(hit.Body.Duties), Href: u.Path("/departments/" + hit.Body.ID)})
			continue
		}
		several := len(s.Matters) > 1 // else it is no more than its matter
		c, to := card{Title: u.Of(s.Name), Text: u.Of(s.Summary), Href: u.Path(say.EventPath(s))}, &events
		if hit.Matter != nil {
			c = card{Title: u.Of(hit.Matter.Name), Text: u.Of(hit.Matter.Plain), Href: u.Path(h.matterPath(hit.Matter))}
			if several {
				c.Text = u.T("find.search.matter", "plain", c.Text, "event", u.Of(s.Name))
			}
		}
		if hit.Matter != nil || !several {
			to = &matters
		}
		switch {
		case n == 0:
			v.Best, v.Start = &c, u.Path("/check/"+s.ID)
			if hit.Matter == nil && several {
				best, v.Parts = s.ID, h.parts(u, s)
			}
		case hit.Matter != nil && (s.ID == best || !several && listed[s]):
			within++
		default:
			to.Cards = append(to.Cards, c)
		}
	}
	groups := []group{events, matters, offices}
	if v.Best == nil { // an office is what fits best
		groups = []group{offices, events, matters}
	}
	for _, g := range groups {
		if len(g.Cards) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	if res.Total == 0 && chosen(q) == 0 {
		v.None, v.Ask, v.Queries = true, true, examples(u)
		return
	}
	v.Panel = h.panel(u, q, res, within)
	v.Narrow = res.Total == 0
}

// parts are the matters of a service.
func (h *Handler) parts(u *ui.Request, s *catalogue.Service) (all []ui.Link) {
	for i := range s.Matters {
		all = append(all, ui.Link{Text: u.Of(s.Matters[i].Name), Href: u.Path(h.matterPath(&s.Matters[i]))})
	}
	return all
}

// panel is the filter beside the results, with how much there would be under each choice. within is how many
// of those shown are named with another.
func (h *Handler) panel(u *ui.Request, q search.Query, res search.Result, within int) *gp.Queue {
	city := h.City()
	one := func(n int) string { return strconv.Itoa(n) }
	option := func(text string, n int) string { return u.T("find.facet.of", "name", text, "n", one(n)) }
	count := func(in []search.Count, id string) int {
		for _, c := range in {
			if c.ID == id {
				return c.N
			}
		}
		return 0
	}
	v := facetView{
		Audience: gov.Radios{Name: "audience", Value: string(q.Audience), Classes: "govuk-radios--small", Fieldset: &gov.Fieldset{Legend: gov.Legend{Text: u.T("find.facet.audience"), Classes: "govuk-fieldset__legend--s"}},
			Items: []gov.Choice{{Value: "", Text: u.T("find.facet.all"), Checked: q.Audience == ""}}},
		Topic: gov.Select{Name: "topic", Value: q.Topic, Label: gov.Label{Text: u.T("find.facet.topic"), Classes: "govuk-label--s"}, Items: []gov.SelectItem{{Text: u.T("find.facet.all")}}},
		Body:  gov.Select{Name: "body", Value: q.Body, Label: gov.Label{Text: u.T("find.facet.body"), Classes: "govuk-label--s"}, Items: []gov.SelectItem{{Text: u.T("find.facet.all")}}},
		Online: gov.Checkboxes{Name: "online", Classes: "govuk-checkboxes--small", Items: []gov.Choice{
			{Value: "1", Text: option(u.T("find.facet.online"), res.Facets.Online), Checked: q.Online},
		}},
	}
	for _, a := range []catalogue.Audience{catalogue.ForPerson, catalogue.ForBusiness} {
		v.Audience.Items = append(v.Audience.Items, gov.Choice{Value: string(a), Text: option(u.T("find.facet.audience."+string(a)), count(res.Facets.Audiences, string(a))), Checked: q.Audience == a})
	}
	for _, t := range city.Topics {
		if n := count(res.Facets.Topics, t.ID); n > 0 || t.ID == q.Topic {
			v.Topic.Items = append(v.Topic.Items, gov.SelectItem{Value: t.ID, Text: option(u.Of(t.Name), n)})
		}
	}
	for _, b := range city.Org.Bodies() {
		if n := count(res.Facets.Bodies, b.ID); n > 0 || b.ID == q.Body {
			v.Body.Items = append(v.Body.Items, gov.SelectItem{Value: b.ID, Text: option(u.Of(b.Short), n)})
		}
	}
	summary := u.T("find.search.total", "n", one(res.Total))
	switch {
	case res.Total > len(res.Hits):
		summary = u.T("find.search.total.part", "n", one(res.Total), "shown", one(len(res.Hits)))
	case within > 0:
		summary = u.T("find.search.total.within", "n", one(res.Total), "k", one(within))
	}
	return &gp.Queue{
		Action: u.Path("/search"), Filter: v.view(), Chosen: chosen(q), Clear: u.Path("/search") + "?q=" + url.QueryEscape(q.Text),
		Hidden: []gp.Link{{Text: "q", Href: q.Text}}, Summary: summary,
	}
}
