package studio

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/studio"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
)

// Root is where the pages of a service are, by its id.
const Root = root

// Room is an open draft, for the editor's pages.
type Room struct{ room }

// Enter opens the draft that the address names, with its check.
func (h *Handler) Enter(r *http.Request) (Room, error) {
	v, err := h.enter(r)
	return Room{v}, err
}

// Draft is the draft as it stands.
func (v Room) Draft() studio.Draft { return v.d }

// Complaints are what its check says.
func (v Room) Complaints() []jurisdiction.Complaint { return v.c.Complaints }

// Words are those of the city, in the language of the page.
func (v Room) Words() say.Words { return v.words }

// Base is the address of the draft's pages.
func (v Room) Base() string { return v.base }

// Checks shows what the check says.
func (v Room) Checks() templ.Component { return v.checks() }

// Call makes the check name places as the forms do.
func (v *Room) Call(spot func(jurisdiction.Complaint) string) { v.room.spot = spot }

// Where says the file, line and column of a complaint.
func (v Room) Where(c jurisdiction.Complaint) string { return v.where(c) }

// Page renders a page of the draft under one of its tabs.
func (v Room) Page(w http.ResponseWriter, r *http.Request, status int, tab string, body templ.Component) error {
	return v.page(w, r, status, tab, ui.Page{Body: body})
}

// mend leads to the form in which what a complaint is about is written; nowhere when it is about another file.
func (v room) mend(c jurisdiction.Complaint) string {
	if !v.ours(c) {
		return ""
	}
	return v.base + "/at?line=" + strconv.Itoa(c.Line) + "&col=" + strconv.Itoa(c.Col)
}

// Ours reports whether a complaint is about the service's own text.
func (v Room) Ours(c jurisdiction.Complaint) bool { return v.ours(c) }

func (v room) ours(c jurisdiction.Complaint) bool {
	return strings.HasSuffix(c.File, "/"+v.d.Service+"/"+studio.ServiceFile)
}
