package rate

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/feedback"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

// Handler serves the rating page.
type Handler struct {
	City     func() *jurisdiction.City
	Feedback *feedback.Service
	Now      func() time.Time
}

// Mount registers the page.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /rate/{token}", h.show)
	m.Handle("POST /rate/{token}", h.send)
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	rating, err := h.Feedback.Find(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if u.Actor.Kind != identity.Person {
		return fault.New(fault.Denied, "denied") // leads through the sign-in and back
	}
	return h.render(w, r, http.StatusOK, rating, "")
}

func (h *Handler) render(w http.ResponseWriter, r *http.Request, status int, rating feedback.Rating, wrong string) error {
	u := ui.From(r)
	city := h.City()
	words := say.In(u.Printer, city)
	v := view{Request: u, Action: "/rate/" + rating.Token, Text: rating.Text, Wrong: wrong, Caption: words.Body(rating.Body)}
	if e, ok := city.Service(rating.Service); ok {
		v.Caption = u.T("rate.caption", "matter", words.Matter(e.Service, rating.Def), "body", words.Body(rating.Body))
	}
	if rating.Level > 0 {
		v.Level = strconv.Itoa(rating.Level)
	}
	if !rating.Rated.IsZero() {
		v.Given = u.T("rate.given", "level", u.T("rate.level."+v.Level), "at", u.Moment(rating.Rated))
		if !rating.Open(h.Now()) {
			v.Closed = u.T("rate.closed")
		}
	}
	for n := feedback.Best; n >= feedback.Worst; n-- {
		level := strconv.Itoa(n)
		v.Levels = append(v.Levels, gov.Choice{Value: level, Text: u.T("rate.level." + level)})
	}
	for _, item := range feedback.Items {
		v.Items = append(v.Items, gov.Choice{Value: item, Text: u.T("rate.item." + item), Checked: slices.Contains(rating.Items, item)})
	}
	return u.Render(w, r, status, ui.Page{Title: u.T("rate.title"), Nav: "applications", Back: ui.Link{Text: u.T("rate.back"), Href: "/me/applications/" + rating.Case},
		Wrong: wrong != "", Body: v.body(), NoIndex: true})
}

func (h *Handler) send(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	rating, err := h.Feedback.Find(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	level, err := strconv.Atoi(r.PostForm.Get("level"))
	if err != nil {
		level = 0
	}
	text := strings.TrimSpace(r.PostForm.Get("text"))
	err = h.Feedback.Rate(r.Context(), u.Actor, rating.Token, level, r.PostForm["items"], text)
	if fault.Is(err, fault.Invalid) {
		rating.Text, rating.Items = text, r.PostForm["items"]
		return h.render(w, r, http.StatusUnprocessableEntity, rating, u.T("rate.choose"))
	}
	if err != nil {
		return err
	}
	u.Notice(w, "rate.thanks")
	return u.See(w, r, "/me/applications/"+rating.Case)
}
