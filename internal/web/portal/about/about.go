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
	m.Handle("GET /help", h.page("help", 5))
	m.Handle("GET /accessibility", h.page("accessibility", 4))
	m.Handle("GET /privacy", h.page("privacy", 6))
	m.Handle("GET /site-map", h.siteMap)
	m.Handle("GET /log", h.log)
}

// page serves a text of n sections from about.yaml.
func (h *Handler) page(name string, n int) ui.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		u := ui.From(r)
		v := view{Request: u, Title: u.T("about." + name + ".title"), Lead: u.T("about." + name + ".lead")}
		for i := 1; i <= n; i++ {
			key := "about." + name + "." + strconv.Itoa(i)
			v.Parts = append(v.Parts, part{u.T(key + ".title"), u.T(key + ".text")})
		}
		return render(w, r, v, name)
	}
}

func render(w http.ResponseWriter, r *http.Request, v view, nav string) error {
	return v.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Nav: nav, Back: ui.Link{Href: v.Path("/")}, Body: v.body()})
}

func (h *Handler) siteMap(w http.ResponseWriter, r *http.Request) error {
	u, city := ui.From(r), h.City()
	v := view{Request: u, Title: u.T("about.map.title"), Lead: u.T("about.map.lead")}
	for _, l := range [][2]string{
		{"find.life.title", "/life"}, {"find.business.title", "/business"}, {"find.topics.title", "/topics"}, {"find.departments.title", "/departments"},
		{"find.offices.title", "/offices"}, {"verify.title", "/verify"}, {"about.help.title", "/help"}, {"about.accessibility.title", "/accessibility"},
		{"about.privacy.title", "/privacy"}, {"about.log.title", "/log"},
	} {
		v.Links = append(v.Links, ui.Link{Text: u.T(l[0]), Href: u.Path(l[1])})
	}
	for _, id := range city.ServiceIDs() {
		s := city.Services[id].Service
		v.Links = append(v.Links, ui.Link{Text: u.Of(s.Name), Href: u.Path(say.EventPath(s))})
	}
	return render(w, r, v, "")
}

func (h *Handler) log(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	v := view{Request: u, Title: u.T("about.log.title"), Lead: u.T("about.log.lead"), Parts: []part{
		{u.T("about.log.1.title"), h.Key}, {u.T("about.log.2.title"), u.T("about.log.2.text")},
	}, Links: []ui.Link{{Text: u.T("about.log.checkpoint"), Href: "/log/checkpoint"}}}
	return render(w, r, v, "")
}
