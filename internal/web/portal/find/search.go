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
	if number := strings.ToUpper(q.Text); ref.CheckNumber(number) {
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
	if q.Text == "" {
		v.Queries = examples(u)
	} else {
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

// hits puts what was found into the page: the best with the way to begin, then the rest in groups.
func (h *Handler) hits(v *searchView, q search.Query) {
	u := v.Request
	res := h.Index().Find(q)
	v.By = res.By
	groups := []group{{Title: u.T("find.search.events")}, {Title: u.T("find.search.matters")}, {Title: u.T("find.search.offices")}}
	best, listed := "", map[*catalogue.Service]bool{}
	for _, hit := range res.Hits {
		if hit.Service != nil && hit.Matter == nil {
			listed[hit.Service] = true
		}
	}
	for n, hit := range res.Hits {
		switch s := hit.Service; {
		case hit.Body != nil:
			groups[2].Cards = append(groups[2].Cards, card{Title: u.Of(hit.Body.Name), Text: u.Of(hit.Body.Duties), Href: u.Path("/departments/" + hit.Body.ID)})
		case hit.Matter != nil:
			c := card{Title: u.Of(hit.Matter.Name), Text: u.T("find.search.matter", "plain", u.Of(hit.Matter.Plain), "event", u.Of(s.Name)), Href: u.Path(h.matterPath(hit.Matter))}
			switch {
			case n == 0:
				v.Best, v.Start = &c, u.Path("/check/"+s.ID)
			case s.ID != best && (len(s.Matters) > 1 || !listed[s]): // else it is named with the service already
				groups[1].Cards = append(groups[1].Cards, c)
			}
		default:
			c := card{Title: u.Of(s.Name), Text: u.Of(s.Summary), Href: u.Path(say.EventPath(s))}
			if n > 0 {
				groups[0].Cards = append(groups[0].Cards, c)
				continue
			}
			v.Best, v.Start, best = &c, u.Path("/check/"+s.ID), s.ID
			for i := range s.Matters {
				v.Parts = append(v.Parts, ui.Link{Text: u.Of(s.Matters[i].Name), Href: u.Path(h.matterPath(&s.Matters[i]))})
			}
		}
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
	v.Panel = h.panel(u, q, res)
	v.Narrow = res.Total == 0
}

// panel is the filter beside the results, with how much there would be under each choice.
func (h *Handler) panel(u *ui.Request, q search.Query, res search.Result) *gp.Queue {
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
	if res.Total > len(res.Hits) {
		summary = u.T("find.search.total.part", "n", one(res.Total), "shown", one(len(res.Hits)))
	}
	return &gp.Queue{
		Action: u.Path("/search"), Filter: v.view(), Chosen: chosen(q), Clear: u.Path("/search") + "?q=" + url.QueryEscape(q.Text),
		Hidden: []gp.Link{{Text: "q", Href: q.Text}}, Summary: summary,
	}
}
