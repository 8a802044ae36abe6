// Package about holds the pages that explain the site itself: help, accessibility, privacy, its map and
// the log's public key (page specification C36, C37).
//
// Its one rule: what does not work yet is said as plainly as what does.
package about

import (
	"net/http"
	"strconv"

	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
)

// Handler serves the pages.
type Handler struct {
	City func() *jurisdiction.City
	Key  string // the log's public key
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /help", h.page("help", "phone", "counter", "family", "decision", "password"))
	m.Handle("GET /accessibility", h.page("accessibility", "standard", "works", "missing", "stuck"))
	m.Handle("GET /privacy", h.page("privacy", "who", "what", "looked", "sensitive", "rights", "browser"))
	m.Handle("GET /site-map", h.siteMap)
	m.Handle("GET /log", h.log)
}

// page serves the sections of a text from about.yaml; the anchors name them.
func (h *Handler) page(name string, anchors ...string) ui.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		u := ui.From(r)
		v := view{Request: u, Title: u.T("about." + name + ".title"), Lead: u.T("about." + name + ".lead")}
		for i, anchor := range anchors {
			key := "about." + name + "." + strconv.Itoa(i+1)
			v.Parts = append(v.Parts, part{ID: anchor, Title: u.T(key + ".title"), Text: u.T(key + ".text"), Links: h.links(u, anchor)})
		}
		return render(w, r, v, name)
	}
}

// links lead on from a section.
func (h *Handler) links(u *ui.Request, anchor string) []ui.Link {
	switch anchor {
	case "phone":
		phone := h.City().Host.Phone
		return []ui.Link{{Text: u.T("common.help.phone", "phone", phone), Href: "tel:" + phone}}
	case "counter":
		return []ui.Link{{Text: u.T("find.offices.title"), Href: u.Path("/offices")}}
	case "looked":
		return []ui.Link{{Text: u.T("mydata.title"), Href: "/me/data"}, {Text: u.T("about.log.title"), Href: u.Path("/log")}}
	}
	return nil
}

func render(w http.ResponseWriter, r *http.Request, v view, nav string) error {
	return v.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Nav: nav, Back: ui.Link{Text: v.T("find.home.link"), Href: v.Path("/")}, Body: v.body()})
}

func (h *Handler) siteMap(w http.ResponseWriter, r *http.Request) error {
	u, city := ui.From(r), h.City()
	v := view{Request: u, Title: u.T("about.map.title"), Lead: u.T("about.map.lead")}
	events := part{ID: "events", Title: u.T("find.topics.title")}
	for _, id := range city.ServiceIDs() {
		s := city.Services[id].Service
		events.Links = append(events.Links, ui.Link{Text: u.Of(s.Name), Href: u.Path(say.EventPath(s))})
	}
	group := func(id, title string, links ...[2]string) part {
		p := part{ID: id, Title: u.T(title)}
		for _, l := range links {
			p.Links = append(p.Links, ui.Link{Text: u.T(l[0]), Href: u.Path(l[1])})
		}
		return p
	}
	v.Parts = []part{
		events,
		group("services", "common.nav.services", [2]string{"find.life.title", "/life"}, [2]string{"find.business.title", "/business"}, [2]string{"life.visit.title.person", "/life-cycle"}, [2]string{"life.visit.title.business", "/life-cycle/business"}, [2]string{"find.topics.title", "/topics"},
			[2]string{"find.departments.title", "/departments"}, [2]string{"find.offices.title", "/offices"}, [2]string{"verify.title", "/verify"}),
		group("mine", "about.map.mine", [2]string{"track.home.title", "/me"}, [2]string{"track.list.title", "/me/applications"}, [2]string{"life.title.person", "/me/life"}, [2]string{"wallet.title", "/me/certificates"},
			[2]string{"mydata.title", "/me/data"}, [2]string{"account.title", "/me/security"}, [2]string{"switch.title", "/switch"}),
		group("site", "common.footer.title", [2]string{"about.help.title", "/help"}, [2]string{"about.accessibility.title", "/accessibility"},
			[2]string{"about.privacy.title", "/privacy"}, [2]string{"about.log.title", "/log"}),
		{ID: "data", Title: u.T("about.data.title"), Text: u.T("about.data.text"), Links: []ui.Link{
			{Text: u.T("about.data.linked"), Href: "/api/v1/catalogue"}, {Text: u.T("about.data.checklists"), Href: "/api/v1/catalogue/checklists"}}},
	}
	return render(w, r, v, "")
}

func (h *Handler) log(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	v := view{Request: u, Title: u.T("about.log.title"), Lead: u.T("about.log.lead"), Parts: []part{
		{ID: "key", Title: u.T("about.log.1.title"), Text: u.T("about.log.1.text"), Code: h.Key},
		{ID: "verify", Title: u.T("about.log.2.title"), Text: u.T("about.log.2.text"), Code: "tongban verify --receipt FILE", Links: []ui.Link{{Text: u.T("about.log.checkpoint"), Href: "/log/checkpoint"}}},
	}}
	return render(w, r, v, "")
}
