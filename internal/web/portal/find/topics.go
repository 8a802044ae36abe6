package find

import (
	"net/http"
	"slices"
	"strconv"

	"tongban/internal/platform/fault"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
)

// topics lists the headings (主题分类) under which something can be done, for people and for businesses.
func (h *Handler) topics(w http.ResponseWriter, r *http.Request) error {
	u, city := ui.From(r), h.City()
	v := browseView{Request: u, Title: u.T("find.topics.title"), Lead: u.T("find.topics.lead")}
	for _, side := range []struct {
		audience catalogue.Audience
		title    string
	}{{catalogue.ForPerson, "find.topics.person"}, {catalogue.ForBusiness, "find.topics.business"}} {
		g := group{Title: u.T(side.title)}
		for _, t := range city.Topics {
			if t.Audience != side.audience {
				continue
			}
			_, matters := under(city, t.ID)
			if n := len(matters); n > 0 {
				g.Cards = append(g.Cards, card{Title: u.Of(t.Name), Text: u.T("find.topics.n", "n", strconv.Itoa(n)), Href: u.Path("/topics/" + t.ID)})
			}
		}
		if len(g.Cards) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	return h.browse(w, r, v)
}

// topic lists what can be done under one heading: whole services first, then each matter.
func (h *Handler) topic(w http.ResponseWriter, r *http.Request) error {
	u, city := ui.From(r), h.City()
	i := slices.IndexFunc(city.Topics, func(t jurisdiction.Topic) bool { return t.ID == r.PathValue("topic") })
	if i < 0 {
		return fault.New(fault.NotFound, "error.page")
	}
	services, matters := under(city, city.Topics[i].ID)
	if len(matters) == 0 {
		return fault.New(fault.NotFound, "error.page")
	}
	v := browseView{Request: u, Title: u.Of(city.Topics[i].Name), Lead: u.T("find.topics.n", "n", strconv.Itoa(len(matters)))}
	events, parts := group{Title: u.T("find.topics.events")}, group{Title: u.T("find.topics.matters")}
	for _, s := range services {
		events.Cards = append(events.Cards, card{Title: u.Of(s.Name), Text: u.Of(s.Summary), Href: u.Path(say.EventPath(s))})
	}
	for _, m := range matters {
		parts.Cards = append(parts.Cards, card{Title: u.Of(m.Name), Text: u.Of(m.Plain), Href: u.Path(h.matterPath(m))})
	}
	v.Groups = []group{events, parts}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Nav: "services", Back: ui.Link{Text: u.T("find.topics.title"), Href: u.Path("/topics")}, Body: v.body()})
}

// under lists the matters under a topic and the services that they belong to.
func under(city *jurisdiction.City, topic string) (services []*catalogue.Service, matters []*catalogue.Matter) {
	for _, id := range city.ServiceIDs() {
		s, some := city.Services[id].Service, false
		for i := range s.Matters {
			if slices.Contains(s.Matters[i].Topics, topic) {
				matters, some = append(matters, &s.Matters[i]), true
			}
		}
		if some {
			services = append(services, s)
		}
	}
	return services, matters
}
