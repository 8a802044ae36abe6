package apply

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"tongban/internal/platform/blob"
	"tongban/internal/platform/fault"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/form"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// Handler serves the application.
type Handler struct {
	City        func() *jurisdiction.City
	Application *application.Service
	Blobs       *blob.Store
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /apply/{id}", h.tasks)
	m.Handle("POST /apply/{id}/discard", h.discard)
	m.Handle("GET /apply/{id}/form/{section}", h.section)
	m.Handle("POST /apply/{id}/form/{section}", h.save)
	m.Handle("GET /apply/{id}/dispute/{field}", h.dispute)
	m.Handle("POST /apply/{id}/dispute/{field}", h.sendDispute)
	m.Handle("GET /apply/{id}/materials/{material}", h.material)
	m.Handle("POST /apply/{id}/materials/{material}", h.choose)
	m.Upload("POST /apply/{id}/materials/{material}/files", uploadLimit, h.upload)
	m.Handle("GET /apply/{id}/materials/{material}/files", h.files)
	m.Handle("GET /apply/{id}/check", h.check)
	m.Handle("POST /apply/{id}/check", h.submit)
}

// sheet is a draft with its service and the words for both.
type sheet struct {
	application.Sheet
	service *catalogue.Service
	words   say.Words
	u       *ui.Request
}

func (h *Handler) open(r *http.Request) (sheet, error) {
	u := ui.From(r)
	s, err := h.Application.Read(r.Context(), u.Actor, r.PathValue("id"))
	if err != nil {
		return sheet{}, err
	}
	service, err := h.Application.Service(r.Context(), s.Edition)
	return sheet{s, service, say.In(u.Printer, h.City()), u}, err
}

// gone leads somebody who comes back to a draft that was sent to the case it became.
func gone(w http.ResponseWriter, r *http.Request, s sheet) (bool, error) {
	if s.Case == "" {
		return false, nil
	}
	return true, s.u.See(w, r, "/me/applications/"+s.Case)
}

func (s sheet) path(rest string) string { return "/apply/" + s.ID + rest }

func (s sheet) back() ui.Link { return ui.Link{Text: s.u.T("apply.back"), Href: s.path("")} }

var statusTags = map[application.Status]string{
	application.NotStarted: "govuk-tag--blue", application.InProgress: "govuk-tag--light-blue", application.NeedsMending: "govuk-tag--red", application.CannotStart: "govuk-tag--grey",
}

func (s sheet) task(title, hint, href string, status application.Status) gov.Task {
	t := gov.Task{Title: gov.Text{Text: title}, Hint: gov.Text{Text: hint}, Href: href}
	words := s.u.T("apply.status." + string(status))
	if status == application.Completed {
		t.Status = gov.Text{Text: words} // plain, so that the eye goes to what is left
	} else {
		t.Tag = &gov.Tag{Text: words, Classes: statusTags[status]}
	}
	return t
}

func (h *Handler) tasks(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	if done, err := gone(w, r, s); done {
		return err
	}
	v := tasksView{
		Request: s.u, Title: s.u.Of(s.service.Name), For: s.u.T("apply.for", "name", s.Name), Saved: s.u.T("apply.saved", "at", s.u.Moment(s.Updated)),
		Check: s.path("/check"), Discard: s.path("/discard"),
	}
	if len(s.Down) > 0 {
		var names []string
		for _, id := range registers(s.Down) {
			names = append(names, s.u.Of(h.City().Registers[id].Name))
		}
		v.Down = s.u.T("apply.down", "registers", s.u.List(names))
	}
	for _, m := range s.Plan.Matters {
		v.Matters = append(v.Matters, line{s.u.Of(m.Matter.Name), s.words.Body(m.Matter.Body)})
	}
	for _, t := range s.Tasks {
		hint := ""
		if t.Status == application.NotStarted && filled(s, t) {
			hint = s.u.T("apply.hint.filled")
		}
		v.Sections = append(v.Sections, s.task(s.u.Of(t.Section.Title), hint, s.path("/form/"+t.Section.ID), t.Status))
		v.count(t.Status)
	}
	for _, t := range s.Files {
		m := t.Material
		hint, href := s.material(t), s.path("/materials/"+m.Material.ID)
		if t.Status != application.Completed {
			hint = s.u.T("apply.hint." + m.State)
		}
		task := s.task(s.u.Of(m.Material.Name), hint, href, t.Status)
		switch m.State {
		case guide.Upload, guide.Later:
			v.Mine = append(v.Mine, task)
		case guide.Upstream, guide.Made:
			task.Href = ""
			v.Held = append(v.Held, task)
		default:
			v.Held = append(v.Held, task)
		}
		v.count(t.Status)
	}
	v.Next = s.open()
	return s.u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Section: s.u.T("apply.section"), Nav: "applications",
		Back: ui.Link{Text: s.u.T("apply.mine"), Href: "/me/applications"}, Body: v.body()})
}

// filled reports whether everything asked in a part is known already, from registers or an earlier application.
func filled(s sheet, t application.Task) bool {
	return !slices.ContainsFunc(t.Fields, func(f *catalogue.Field) bool { return !f.Optional && s.Values[f.ID].Value.Value == "" })
}

// ordered are the materials as the task list shows them: first those that the person has to bring.
func (s sheet) ordered() []application.Task {
	files := slices.Clone(s.Files)
	slices.SortStableFunc(files, func(a, b application.Task) int {
		switch own := needed(a); {
		case own == needed(b):
			return 0
		case own:
			return -1
		}
		return 1
	})
	return files
}

func needed(t application.Task) bool {
	return t.Material.State == guide.Upload || t.Material.State == guide.Later
}

// open is the first task that is not done yet.
func (s sheet) open() gp.Link {
	for _, t := range s.Tasks {
		if t.Status != application.Completed {
			return gp.Link{Text: s.u.Of(t.Section.Title), Href: s.path("/form/" + t.Section.ID)}
		}
	}
	for _, t := range s.ordered() {
		if t.Status != application.Completed {
			return gp.Link{Text: s.u.Of(t.Material.Material.Name), Href: s.path("/materials/" + t.Material.Material.ID)}
		}
	}
	return gp.Link{}
}

// after is the material to go on with, once one is decided: the next that is open, else the task list.
// Who came from the check page goes back there.
func (s sheet) after(r *http.Request, material string) string {
	if fromCheck(r) {
		return s.path("/check")
	}
	files := s.ordered()
	at := slices.IndexFunc(files, func(t application.Task) bool { return t.Material.Material.ID == material })
	for i := range files {
		t := files[(at+1+i)%len(files)]
		if t.Status != application.Completed && t.Material.Material.ID != material {
			return s.path("/materials/" + t.Material.Material.ID)
		}
	}
	return s.path("")
}

func fromCheck(r *http.Request) bool { return r.URL.Query().Get("from") == "check" }

// query carries where the person came from through the forms of a page.
func query(r *http.Request) string {
	if fromCheck(r) {
		return "?from=check"
	}
	return ""
}

func (v *tasksView) count(status application.Status) {
	v.All++
	if status == application.Completed {
		v.Done++
	}
}

func registers(down map[string]bool) []string {
	var all []string
	for id := range down {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

func (h *Handler) discard(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if err := h.Application.Discard(r.Context(), u.Actor, r.PathValue("id")); err != nil {
		return err
	}
	u.Notice(w, "apply.discarded")
	return u.See(w, r, "/me/applications")
}

// field draws one field of the draft.
func (s sheet) field(f *catalogue.Field) gp.Field {
	e := s.Values[f.ID]
	out := gp.Field{Field: f, Value: e.Value.Value, Users: s.bodies(f)}
	if e.Code != "" {
		out.Wrong = &fault.Field{Name: f.ID, Code: e.Code, Args: e.Args}
	}
	if e.Source != "" {
		out.Source = s.source(f, e)
		out.Locked = f.Locked
	}
	return out
}

func (s sheet) bodies(f *catalogue.Field) []string {
	var names []string
	for _, b := range s.Users(f) {
		names = append(names, s.words.Body(b))
	}
	return names
}

func (s sheet) source(f *catalogue.Field, e application.Entry) *gp.Source {
	name := e.Source
	if reg, ok := s.words.City.Registers[e.Source]; ok {
		name = s.words.T("say.from.register", "body", s.words.Body(reg.Keeper), "register", s.words.Of(reg.Name))
	}
	return &gp.Source{ID: f.ID + "-source", From: name, On: string(deadline.Of(e.Recorded)), Wrong: s.path("/dispute/" + f.ID)}
}

func (h *Handler) section(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	if done, err := gone(w, r, s); done {
		return err
	}
	return h.showSection(w, r, http.StatusOK, s, r.PathValue("section"), nil)
}

// showSection draws a part of the form as it is saved. typed is what the person wrote over something that
// another window has saved meanwhile: it stays in its fields, with the other beside it.
func (h *Handler) showSection(w http.ResponseWriter, r *http.Request, status int, s sheet, id string, typed map[string]application.Entry) error {
	t, _, ok := s.Task(id)
	if !ok {
		return fault.New(fault.NotFound, "error.page")
	}
	v := sectionView{
		Request: s.u, Caption: s.u.Of(s.service.Name), Title: s.u.Of(t.Section.Title), Notes: map[string]string{},
		Action: s.path("/form/"+id) + query(r), Seen: s.Seen(id), Changed: typed != nil,
	}
	wrong := false
	for _, f := range t.Fields {
		drawn, e := s.field(f), s.Values[f.ID]
		if x, ok := typed[f.ID]; ok && !drawn.Locked && x.Value.Value != e.Value.Value {
			v.Notes[f.ID] = s.u.T("apply.section.other", "value", drawn.Shown(s.u.Printer))
			drawn.Value, drawn.Wrong = x.Value.Value, nil
			if x.Code != "" {
				drawn.Wrong = &fault.Field{Name: f.ID, Code: x.Code, Args: x.Args}
			}
			v.Fields = append(v.Fields, drawn)
			continue
		}
		wrong = wrong || drawn.Wrong != nil
		v.Fields = append(v.Fields, drawn)
		if e.Disputed != "" {
			v.Notes[f.ID] = s.u.T("apply.section.disputed", "text", e.Disputed)
		} else if e.Register != "" && e.Register != e.Value.Value {
			held := gp.Field{Field: f, Value: e.Register}
			v.Notes[f.ID] = s.u.T("apply.section.differs", "value", held.Shown(s.u.Printer))
		}
	}
	back := s.back()
	if fromCheck(r) {
		back = ui.Link{Text: s.u.T("apply.check.title"), Href: s.path("/check")}
	}
	return s.u.Render(w, r, status, ui.Page{Title: v.Title, Section: v.Caption, Nav: "applications", Back: back, Wrong: wrong, Body: v.body()})
}

// save keeps what was typed, right or wrong. Coming from the check page it leads back there.
func (h *Handler) save(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	id := r.PathValue("section")
	t, next, ok := s.Task(id)
	if !ok {
		return fault.New(fault.NotFound, "error.page")
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	entries, wrong := map[string]application.Entry{}, false
	for _, f := range t.Fields {
		value, complaint := form.Parse(f, r.PostForm)
		e := application.Entry{Value: casework.Value{Value: value}}
		if complaint != nil && !(f.Locked && s.Values[f.ID].Source != "") {
			e.Code, e.Args, wrong = complaint.Code, complaint.Args, true
		}
		entries[f.ID] = e
	}
	saved, err := h.Application.SaveSeen(r.Context(), s.u.Actor, s.ID, id, r.PostForm.Get("seen"), entries)
	var f *fault.Error
	if errors.As(err, &f) && f.Code == "error.draft.changed" {
		s.Sheet = saved
		return h.showSection(w, r, http.StatusConflict, s, id, entries)
	}
	if err != nil {
		return err
	}
	s.Sheet = saved
	switch {
	case wrong:
		return h.showSection(w, r, http.StatusUnprocessableEntity, s, id, nil)
	case fromCheck(r):
		return s.u.See(w, r, s.path("/check"))
	case next != "":
		return s.u.See(w, r, s.path("/form/"+next))
	}
	return s.u.See(w, r, s.path(""))
}

func (s sheet) findField(id string) (*catalogue.Field, string, bool) {
	for _, t := range s.Tasks {
		for _, f := range t.Fields {
			if f.ID == id {
				return f, t.Section.ID, true
			}
		}
	}
	return nil, "", false
}

func (h *Handler) dispute(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	return h.showDispute(w, r, http.StatusOK, s, "", "")
}

func (h *Handler) showDispute(w http.ResponseWriter, r *http.Request, status int, s sheet, typed, wrong string) error {
	f, section, ok := s.findField(r.PathValue("field"))
	e := s.Values[r.PathValue("field")]
	if !ok || e.Source == "" {
		return fault.New(fault.NotFound, "error.page")
	}
	if typed == "" {
		typed = e.Disputed
	}
	drawn := s.field(f)
	v := disputeView{
		Request: s.u, Title: s.u.Of(f.Text), Held: drawn.Shown(s.u.Printer), Source: s.source(f, e).From, Action: s.path("/dispute/" + f.ID), Value: typed, Wrong: wrong,
	}
	return s.u.Render(w, r, status, ui.Page{Title: s.u.T("apply.dispute.title"), Section: s.u.Of(s.service.Name), Nav: "applications", Wrong: wrong != "",
		Back: ui.Link{Href: s.path("/form/" + section)}, Body: v.body()})
}

func (h *Handler) sendDispute(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	_, section, ok := s.findField(r.PathValue("field"))
	if !ok {
		return fault.New(fault.NotFound, "error.page")
	}
	text := strings.TrimSpace(r.PostFormValue("text"))
	if text == "" {
		return h.showDispute(w, r, http.StatusUnprocessableEntity, s, "", s.u.T("apply.dispute.empty"))
	}
	if _, err := h.Application.Dispute(r.Context(), s.u.Actor, s.ID, r.PathValue("field"), text); err != nil {
		return err
	}
	s.u.Notice(w, "apply.dispute.kept")
	return s.u.See(w, r, s.path("/form/"+section))
}
