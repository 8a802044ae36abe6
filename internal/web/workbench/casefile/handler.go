package casefile

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"tongban/internal/platform/blob"
	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/workbench"
)

// Handler serves the matters on officers' desks.
type Handler struct {
	City        func() *jurisdiction.City
	Application *application.Service
	Casework    *casework.Service
	Identity    *identity.Service
	Gate        *access.Gate
	Blobs       *blob.Store
	Now         func() time.Time
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	const matter = " /desk/cases/{case}/{matter}"
	m.Handle("GET /desk/cases/{case}", h.find)
	m.Handle("GET"+matter, h.show)
	m.Handle("GET"+matter+"/files/{material}/{hash}", h.file)
	m.Handle("GET"+matter+"/clock", h.clock)
	m.Handle("POST"+matter+"/checks", h.mark)
	m.Handle("POST"+matter+"/claim", h.claim)
	m.Handle("POST"+matter+"/accept", h.accept)
	m.Handle("GET"+matter+"/decline", h.decline)
	m.Handle("POST"+matter+"/decline", h.sendDecline)
	m.Handle("GET"+matter+"/notice", h.notice)
	m.Handle("POST"+matter+"/notice", h.sendNotice)
	m.Handle("GET"+matter+"/special", h.special)
	m.Handle("POST"+matter+"/special", h.sendSpecial)
	m.Handle("POST"+matter+"/special/end", h.endSpecial)
	m.Handle("GET"+matter+"/extend", h.extend)
	m.Handle("POST"+matter+"/extend", h.askExtension)
	m.Handle("POST"+matter+"/extend/approve", h.approveExtension)
	m.Handle("POST"+matter+"/extend/refuse", h.refuseExtension)
	m.Handle("GET"+matter+"/decide", h.decide)
	m.Handle("POST"+matter+"/decide", h.sendDecision)
	m.Handle("GET"+matter+"/sign", h.sign)
	m.Handle("POST"+matter+"/sign", h.sendSign)
	m.Handle("POST"+matter+"/return", h.sendBack)
	m.Handle("GET"+matter+"/consult", h.consult)
	m.Handle("POST"+matter+"/consult", h.sendConsult)
	m.Handle("GET"+matter+"/handover", h.handover)
	m.Handle("POST"+matter+"/handover", h.sendHandover)
}

// sheet is one matter with its case, its definition and the words for both.
type sheet struct {
	casework.Dossier
	m       casework.Matter
	def     *catalogue.Matter
	service *catalogue.Service
	words   say.Words
	names   map[string]string
	u       *ui.Request
	today   deadline.Day
	gate    *access.Gate
}

// open reads the matter that the address names. That the officer looked is on record before she sees it.
func (h *Handler) open(r *http.Request) (sheet, error) {
	u, ctx := ui.From(r), r.Context()
	if u.Actor.Kind != identity.Officer {
		return sheet{}, fault.New(fault.Denied, "denied")
	}
	d, err := h.Casework.Read(ctx, u.Actor, r.PathValue("case"))
	if err != nil {
		return sheet{}, err
	}
	m, ok := d.Matter(r.PathValue("matter"))
	if !ok || !h.Gate.May(u.Actor, actRead, casework.MatterResource(d.Case, m)) {
		return sheet{}, fault.New(fault.NotFound, "error.case.not-found")
	}
	service, err := h.Application.Service(ctx, d.Edition)
	if err != nil {
		return sheet{}, err
	}
	def, err := h.Casework.Def(ctx, d.Case, m)
	if err != nil {
		return sheet{}, err
	}
	names, err := workbench.Names(ctx, h.Identity, u.Actor.Body)
	return sheet{d, m, def, service, say.In(u.Printer, h.City()), names, u, deadline.Of(h.Now()), h.Gate}, err
}

const actRead access.Action = "matter.read"

// find leads from a case to what the officer's body has to do in it.
func (h *Handler) find(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	d, err := h.Casework.Read(r.Context(), u.Actor, r.PathValue("case"))
	if err != nil {
		return err
	}
	var ours []casework.Matter
	for _, m := range d.Matters {
		if m.Body == u.Actor.Body {
			ours = append(ours, m)
		}
	}
	if len(ours) == 0 {
		return fault.New(fault.NotFound, "error.case.not-found")
	}
	i := max(0, slices.IndexFunc(ours, func(m casework.Matter) bool { return !m.State.Ended() }))
	return u.See(w, r, workbench.Path(ours[i]))
}

func (s sheet) path(rest string) string { return workbench.Path(s.m) + rest }

func (s sheet) name() string { return s.words.Matter(s.service, s.m.Def) }

// caption is the line above a title that says what it belongs to.
func (s sheet) caption() string { return s.name() + " · " + s.Number }

// may reports whether the matter allows what is asked and the gate lets this officer do it.
func (s sheet) may(kind casework.Kind, action access.Action) bool {
	return s.m.Can(kind) && s.gate.May(s.u.Actor, action, casework.MatterResource(s.Case, s.m))
}

// allow is may for a page that is opened: it says why not.
func (s sheet) allow(kind casework.Kind, action access.Action) error {
	switch {
	case s.may(kind, action):
		return nil
	case s.m.Can(kind):
		return s.gate.Try(s.u.Actor, action, casework.MatterResource(s.Case, s.m))
	case kind == casework.MoreAsked && s.m.Asked != nil:
		return fault.New(fault.Conflict, "error.matter.asked-once")
	case kind == casework.ExtensionAsked && s.m.Statutory == nil:
		return fault.New(fault.Conflict, "error.matter.no-limit")
	case kind == casework.ExtensionAsked && !s.m.Extension.Again():
		return fault.New(fault.Conflict, "error.matter.extended-once")
	}
	return s.state()
}

// state is the fault that the matter is no longer where the page thought.
func (s sheet) state() error {
	return fault.New(fault.Conflict, "error.matter.state", "state", s.words.Desk(s.m.State))
}

// page is a page about the matter.
func (s sheet) page(w http.ResponseWriter, r *http.Request, status int, p ui.Page) error {
	if p.Nav == "" {
		p.Nav = "queue"
	}
	if p.Section == "" {
		p.Section = s.caption()
	}
	if p.Back.Href == "" {
		p.Back = ui.Link{Text: s.u.T("workbench.back.case", "number", s.Number), Href: s.path("")}
	}
	return s.u.Render(w, r, status, p)
}

// who names whoever caused an event, as far as this officer is to know: colleagues by name, other bodies
// by theirs.
func (s sheet) who(e casework.Record) string {
	switch e.ByKind {
	case identity.Person:
		return s.u.T("workbench.who.applicant")
	case identity.System:
		return s.u.T("workbench.who.system")
	}
	if name, ok := s.names[e.By]; ok {
		return name
	}
	return s.words.Body(e.Body)
}

func (s sheet) officer(account string) string {
	if name, ok := s.names[account]; ok {
		return name
	}
	return s.u.T("workbench.colleague")
}

// post opens the matter and reads the form that was sent.
func (h *Handler) post(r *http.Request) (sheet, error) {
	if err := r.ParseForm(); err != nil {
		return sheet{}, fault.Wrap(fault.Invalid, "error.form", err)
	}
	return h.open(r)
}

// complaints turns what casework says is wrong into complaints by field; whatever is no complaint about
// the form comes back as the error.
func complaints(err error) (map[string]fault.Field, error) {
	wrong, err := ui.Complaints(err)
	var f *fault.Error
	if err != nil && errors.As(err, &f) && f.Kind == fault.Invalid {
		return map[string]fault.Field{"": {Code: f.Code, Args: f.Args}}, nil
	}
	return wrong, err
}

// done tells what happened and leads back to the matter.
func (s sheet) done(w http.ResponseWriter, r *http.Request, key string) error {
	s.u.Notice(w, key, "number", s.Number)
	return s.u.See(w, r, s.path(""))
}

// claim takes the matter. It comes from the list too, and then leads back there.
func (h *Handler) claim(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	if err := h.Casework.Claim(r.Context(), s.u.Actor, s.m.ID); err != nil {
		return err
	}
	s.u.Notice(w, "workbench.claimed", "number", s.Number)
	return s.u.See(w, r, s.u.Return(r.PostForm.Get("return"), s.path("")))
}

func (h *Handler) accept(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	if err := h.Casework.Take(r.Context(), s.u.Actor, s.m.ID); err != nil {
		return err
	}
	return s.done(w, r, "workbench.accepted")
}
