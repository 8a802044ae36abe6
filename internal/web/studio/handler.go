package studio

import (
	"net/http"
	"strings"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/identity"
	"tongban/internal/service/feedback"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/search"
	"tongban/internal/service/studio"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// Handler serves the studio.
type Handler struct {
	City     func() *jurisdiction.City
	Index    func() *search.Index
	Studio   *studio.Service
	Feedback *feedback.Service
	Left     func() []studio.Left // what was published and does not hold
	Now      func() time.Time
}

const root = "/studio/services/"

// bodyLimit is for the longest text of a service as a form sends it.
const bodyLimit = 4 << 20

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /studio", h.home)
	m.Handle("GET /studio/services", h.list)
	m.Handle("POST /studio/services", h.begin)
	m.Handle("GET /studio/services/{service}", h.service)
	m.Handle("POST /studio/services/{service}/open", h.open)
	m.Handle("POST /studio/services/{service}/suspend", h.suspend)
	m.Handle("POST /studio/services/{service}/resume", h.resume)
	m.Handle("POST /studio/services/{service}/rollback", h.rollback)
	m.Handle("POST /studio/services/{service}/withdraw", h.withdraw)
	m.Handle("GET /studio/services/{service}/draft/text", h.text)
	m.Upload("POST /studio/services/{service}/draft/text", bodyLimit, h.saveText)
	m.Handle("GET /studio/services/{service}/draft/simulate", h.simulate)
	m.Handle("POST /studio/services/{service}/draft/simulate", h.keep)
	m.Handle("GET /studio/services/{service}/draft/tests", h.tests)
	m.Handle("POST /studio/services/{service}/draft/tests", h.settle)
	m.Handle("GET /studio/services/{service}/draft/diff", h.diff)
	m.Handle("GET /studio/services/{service}/draft/publish", h.publish)
	m.Handle("POST /studio/services/{service}/draft/publish", h.decide)
	m.Handle("GET /studio/services/{service}/draft/history", h.history)
	m.Handle("POST /studio/services/{service}/draft/history", h.restore)
}

// room is an open draft, with whoever looks at it.
type room struct {
	*ui.Request
	words say.Words
	d     studio.Draft
	c     studio.Checked
	base  string                              // address of the pages of the draft
	spot  func(jurisdiction.Complaint) string // what the place of a complaint is called on the forms; nil away from them
}

// staff lets only officers in; what each of them may do, the gate decides.
func staff(r *http.Request) (*ui.Request, error) {
	u := ui.From(r)
	if u.Actor.Kind != identity.Officer {
		return u, fault.New(fault.Denied, "denied")
	}
	return u, nil
}

// enter opens the draft that the address names, with its check.
func (h *Handler) enter(r *http.Request) (room, error) {
	u, err := staff(r)
	if err != nil {
		return room{}, err
	}
	v := room{Request: u, words: say.In(u.Printer, h.City()), base: root + r.PathValue("service") + "/draft"}
	if v.d, err = h.Studio.Current(r.Context(), u.Actor, r.PathValue("service")); err != nil {
		return v, err
	}
	v.c, err = h.Studio.Check(r.Context(), u.Actor, v.d.ID)
	return v, err
}

// name is what the draft is called; its id as long as it has no name.
func (v room) name() string { return called(v.Request, v.d.Title, v.d.Service) }

func called(u *ui.Request, t lang.Text, id string) string {
	if name := u.Of(t); name != "" {
		return name
	}
	return id
}

// tabs lead to the sides of a draft: to write it, to try it, to publish it.
func (v room) tabs(current string) gp.Tabs {
	t := gp.Tabs{Label: v.T("studio.draft.tabs")}
	for _, at := range [...]string{"", "event", "questions", "text", "simulate", "tests", "diff", "publish", "history"} {
		key := at
		if at == "" {
			key = "form"
		}
		t.Items = append(t.Items, gp.Tab{Text: v.T("studio.tab." + key), Href: strings.TrimSuffix(v.base+"/"+at, "/"), Current: at == current})
	}
	return t
}

func (v room) state() gov.Tag { return state(v.Request, v.d) }

func state(u *ui.Request, d studio.Draft) gov.Tag {
	colour := map[studio.State]string{studio.Writing: "blue", studio.Submitted: "orange", studio.Published: "green", studio.Dropped: "grey"}[d.State]
	return gov.Tag{Text: u.T("studio.state." + string(d.State)), Classes: "govuk-tag--" + colour}
}

// page is a page of a draft; current is the tab that it belongs to.
func (v room) page(w http.ResponseWriter, r *http.Request, status int, current string, p ui.Page) error {
	key := current
	if key == "" {
		key = "form"
	}
	p.Title, p.Section = v.T("studio.tab."+key), v.name()
	p.Nav, p.Back = "catalogue", ui.Link{Text: v.name(), Href: root + v.d.Service}
	p.Wrong = status == http.StatusUnprocessableEntity
	p.Body = v.frame(current, p.Title, p.Body)
	return v.Render(w, r, status, p)
}

// complaint is one thing that is wrong with a draft, for a list.
type complaint struct {
	Where, What, Remedy string
	Href                string // where it is mended
	Warning             bool
}

// complaints lists what the check says, with the line in its file.
func (v room) complaints() (all []complaint) {
	for _, c := range v.c.Complaints {
		all = append(all, complaint{v.where(c), v.Of(c.What), v.Of(c.Remedy), v.mend(c), c.Warning})
	}
	return all
}

func (v room) where(c jurisdiction.Complaint) string {
	if v.spot != nil {
		if name := v.spot(c); name != "" {
			return name
		}
	}
	file := strings.TrimPrefix(c.File, "services/"+v.d.Service+"/")
	return v.T("studio.check.where", "file", file, "line", v.Number(int64(c.Line)), "col", v.Number(int64(c.Col)))
}
