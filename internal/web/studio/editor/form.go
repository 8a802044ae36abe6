package editor

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/document"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/studio"
	pages "tongban/internal/web/studio"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

// Handler serves the pages on which a draft is written without knowing YAML.
type Handler struct {
	Studio *studio.Service
	Rooms  *pages.Handler // whose drafts they are
}

// Mount registers them.
func (h *Handler) Mount(m *ui.Mux) {
	const draft = pages.Root + "{service}/draft"
	m.Handle("GET "+draft, h.part)
	m.Handle("GET "+draft+"/edit", h.edit)
	m.Handle("POST "+draft+"/edit", h.saveEdit)
	m.Handle("GET "+draft+"/add", h.add)
	m.Handle("POST "+draft+"/add", h.saveAdd)
	m.Handle("GET "+draft+"/remove", h.remove)
	m.Handle("POST "+draft+"/remove", h.saveRemove)
	m.Handle("POST "+draft+"/move", h.move)
	m.Handle("GET "+draft+"/at", h.at)
	m.Handle("GET "+draft+"/event", h.event)
	m.Handle("GET "+draft+"/questions", h.questions)
	m.Handle("GET "+draft+"/condition", h.condition)
	m.Handle("POST "+draft+"/condition", h.saveCondition)
}

// sheet is a draft as the forms write it: the text of one revision.
type sheet struct {
	pages.Room
	doc      *document.Document // nil when the text is no YAML
	broken   []jurisdiction.Complaint
	service  catalogue.Service
	part     document.Page
	revision int
	wide     bool // the page shows wide tables
	posted   bool // what is shown was typed and is not saved
}

// sheet opens a draft for writing. What is posted was written on the revision that the form came from.
func (h *Handler) sheet(r *http.Request) (sheet, error) {
	v, err := h.Rooms.Enter(r)
	if err != nil {
		return sheet{}, err
	}
	s := sheet{Room: v, revision: v.Draft().Head}
	if s.posted = r.Method == http.MethodPost; s.posted {
		if err := r.ParseForm(); err != nil {
			return s, err
		}
		if s.revision, err = strconv.Atoi(r.PostForm.Get("base")); err != nil {
			return s, fault.New(fault.Invalid, "error.form")
		}
	}
	if s.part = document.Page(r.FormValue("part")); !slices.Contains(document.Pages, s.part) {
		s.part = document.PageOf(cmp.Or(r.FormValue("at"), r.FormValue("to")))
	}
	f, err := h.Studio.Text(r.Context(), v.Actor, v.Draft().ID, s.revision)
	if err != nil {
		return s, err
	}
	if s.doc, s.broken = document.Parse(studio.ServiceFile, []byte(f.Service)); s.doc != nil {
		s.service = s.doc.Service()
		s.Call(s.spot)
	}
	return s, nil
}

// show renders a page of the writing tab.
func (s sheet) show(w http.ResponseWriter, r *http.Request, status int, tab string, body body) error {
	if s.doc == nil {
		return s.Page(w, r, http.StatusUnprocessableEntity, tab, s.unreadable())
	}
	return s.Page(w, r, status, tab, body.body())
}

// store saves an edited document, and says on the next page what became of it.
func (h *Handler) store(w http.ResponseWriter, r *http.Request, s sheet, d *document.Document, next string) error {
	saved, err := h.Studio.Save(r.Context(), s.Actor, s.Draft().ID, s.revision, studio.ServiceFile, d.String())
	if err != nil {
		return err
	}
	switch {
	case saved.Clashes > 0:
		s.Warn(w, "editor.clashed", "n", s.Number(int64(saved.Clashes)))
		next = s.Base() + "/text"
	case saved.Merged:
		s.Notice(w, "editor.joined")
	default:
		s.Notice(w, "editor.saved")
	}
	return s.See(w, r, next)
}

// address is a page of the draft with a query.
func (s sheet) address(page string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	a := strings.TrimSuffix(s.Base()+"/"+page, "/")
	if len(q) > 0 {
		a += "?" + q.Encode()
	}
	return a
}

// editAt is where what stands at a path is written.
func (s sheet) editAt(path string) string {
	if item := document.ItemOf(path); item != "" {
		part := document.PageOf(path)
		if document.PageOf(item) != document.Matters {
			part = ""
		}
		return s.address("edit", "at", item, "part", string(part))
	}
	return s.address("", "part", string(document.PageOf(path)))
}

// keepAs names what somebody types into a form, for the script that keeps it until it is saved: hers, of this
// draft and of this form.
func (s sheet) keepAs(form ...string) string {
	return strings.Join(append([]string{s.Actor.ID, s.Draft().ID}, form...), " ")
}

// partHref is where a part of the service is written.
func (s sheet) partHref(p document.Page) string { return s.address("", "part", string(p)) }

// itemView is the form of one thing: of one that is there, or of one to be added.
type itemView struct {
	sheet
	at       string // its path; of a new one, of its list
	add      bool
	title    string
	back     string // where to go on
	controls []document.Control
	wrong    map[string]string // what is wrong, by the name of the control
	links    []gov.ErrorLink
	lists    []listView
}

func (h *Handler) edit(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	v, err := s.item(r.FormValue("at"))
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "", v)
}

// item is the form of what stands at a path.
func (s sheet) item(at string) (itemView, error) {
	v := itemView{sheet: s, at: at, back: s.partHref(s.part)}
	if s.doc == nil {
		return v, nil
	}
	o, ok := document.ObjectAt(at)
	if !ok || !s.doc.Has(at) || document.ItemOf(document.Join(at, "x")) != at {
		return v, fault.New(fault.NotFound, "error.page")
	}
	v.title = s.T("editor.part." + string(s.part))
	if at != "" {
		v.title, v.back = s.T("editor.item", "kind", s.T("catalogue."+o.Name), "name", s.called(at)), s.outside(at)
	}
	all := s.doc.Form(at, s.part.Keys(o.Name)...)
	v.controls, v.lists = fields(all), s.lists(all)
	return v, nil
}

// fields are the controls of a form without the lists, which have pages of their own.
func fields(all []document.Control) []document.Control {
	return slices.DeleteFunc(slices.Clone(all), func(c document.Control) bool { return c.Kind == document.Many })
}

// lists are those that stand below a form.
func (s sheet) lists(all []document.Control) (lists []listView) {
	for _, c := range all {
		switch {
		case c.Kind == document.Many && c.Key == "options" && len(c.Items) == 0 && s.optionless(c):
		case c.Kind == document.Many:
			lists = append(lists, s.list(c.Path))
		case c.Kind == document.Part && c.Set:
			lists = append(lists, s.lists(c.Parts)...)
		}
	}
	return lists
}

// optionless reports whether what a list of options belongs to is not answered by choosing one.
func (s sheet) optionless(c document.Control) bool {
	of, _ := document.Split(c.Path)
	return s.doc.Text(document.Join(of, "type")) != "enum"
}

func (h *Handler) saveEdit(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	v, err := s.item(r.FormValue("at"))
	if err != nil || s.doc == nil {
		return cmp.Or(err, s.show(w, r, http.StatusOK, "", v))
	}
	v.controls = document.Post(v.controls, func(name string) []string { return r.PostForm[name] })
	if v.complain(s.doc.Check(v.at, v.controls)) {
		return s.show(w, r, http.StatusUnprocessableEntity, "", v)
	}
	d, err := s.doc.Apply(v.at, v.controls)
	if err != nil {
		return err
	}
	next := s.partHref(s.part)
	if v.at != "" {
		next = s.address("edit", "at", d.Same(s.doc, v.at), "part", string(s.part))
	}
	return h.store(w, r, s, d, next)
}

// complain puts what is wrong at its fields; false when nothing is.
func (v *itemView) complain(wrong []document.Wrong) bool {
	v.wrong = map[string]string{}
	for _, x := range wrong {
		c, _ := named(v.controls, x.Name)
		said := v.Of(x.Said)
		if x.Said.Empty() {
			said = v.Complaint(fault.Field{Name: x.Name, Code: x.Code}, v.plain(c))
		}
		v.wrong[x.Name] = said
		v.links = append(v.links, gov.ErrorLink{Text: said, Href: "#" + controlID(x.Name)})
	}
	return len(wrong) > 0
}

func named(controls []document.Control, name string) (document.Control, bool) {
	for _, c := range controls {
		if c.Name == name {
			return c, true
		}
		if found, ok := named(c.Parts, name); ok {
			return found, true
		}
	}
	return document.Control{}, false
}

func controlID(name string) string {
	return "f-" + strings.NewReplacer(".", "-", "_", "-").Replace(name)
}

func (h *Handler) add(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	v, err := s.adding(r.FormValue("to"))
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "", v)
}

// adding is the form of something new for the list at a path.
func (s sheet) adding(to string) (itemView, error) {
	v := itemView{sheet: s, at: to, add: true, back: s.partHref(s.part)}
	if s.doc == nil {
		return v, nil
	}
	o, ok := document.ObjectAt(to)
	parent, key := document.Split(to)
	holder, known := document.ObjectAt(parent)
	if !ok || !known || parent != "" && !s.doc.Has(parent) {
		return v, fault.New(fault.NotFound, "error.page")
	}
	if f, is := holder.Field(key); !is || f.Kind != document.Many {
		return v, fault.New(fault.NotFound, "error.page")
	}
	v.back = s.outside(document.Join(to, "#0"))
	v.title = s.T("editor.add", "kind", s.T("catalogue."+o.Name))
	var keys []string
	if o.Name == "matter" { // what else there is to say of it has its own pages
		keys = append(document.Matters.Keys("matter"), "when", "why", "handling", "visits")
	}
	v.controls = fields(s.doc.Form(to, keys...))
	return v, nil
}

func (h *Handler) saveAdd(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	v, err := s.adding(r.FormValue("to"))
	if err != nil || s.doc == nil {
		return cmp.Or(err, s.show(w, r, http.StatusOK, "", v))
	}
	v.controls = document.Post(v.controls, func(name string) []string { return r.PostForm[name] })
	if v.complain(s.doc.Check(v.at, v.controls)) {
		return s.show(w, r, http.StatusUnprocessableEntity, "", v)
	}
	// What is left to a list of its own is added there, so that the new thing begins with all its keys.
	controls := slices.Clone(v.controls)
	for _, c := range s.doc.Form(v.at) {
		if c.Kind == document.Many && c.Required {
			controls = append(controls, c)
		}
	}
	d, at, err := s.doc.Append(v.at, controls)
	if err != nil {
		return err
	}
	next := v.back
	if o, _ := document.ObjectAt(at); len(fields(d.Form(at))) < len(o.Fields) {
		next = s.address("edit", "at", at, "part", string(s.part)) // there is more to say of it
	}
	for _, c := range v.controls {
		if c.Kind == document.Condition && c.Required && c.Text == "" {
			next = s.conditionAt(document.Join(at, c.Key)) // there it is written as a table
		}
	}
	if r.PostForm.Get("do") == "another" {
		next = s.address("add", "to", v.at, "part", string(s.part))
	}
	return h.store(w, r, s, d, next)
}

// removeView asks before something is taken out, and says who else speaks of it.
type removeView struct {
	sheet
	at, title, back string
	uses            []gov.ErrorLink
}

func (h *Handler) remove(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	at := r.FormValue("at")
	v := removeView{sheet: s, at: at, back: s.partHref(s.part)}
	if s.doc != nil {
		o, ok := document.ObjectAt(at)
		if !ok || !s.doc.Has(at) || at == "" {
			return fault.New(fault.NotFound, "error.page")
		}
		v.title = s.T("editor.remove.title", "what", s.T("editor.item", "kind", s.T("catalogue."+o.Name), "name", s.called(at)))
		for _, path := range s.doc.Uses(at) {
			v.uses = append(v.uses, gov.ErrorLink{Text: s.called(document.ItemOf(path)), Href: s.editAt(path)})
		}
		v.back = s.outside(at)
	}
	return s.show(w, r, http.StatusOK, "", v)
}

// outside is the page on which the list stands that something is in.
func (s sheet) outside(at string) string {
	list, _ := document.Split(at)
	if holder := document.ItemOf(list); holder != "" {
		return s.address("edit", "at", holder, "part", string(document.PageOf(list)))
	}
	return s.partHref(s.part)
}

func (h *Handler) saveRemove(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	if s.doc == nil {
		return s.show(w, r, http.StatusOK, "", nil)
	}
	at := r.PostForm.Get("at")
	d, err := s.doc.Remove(at)
	if err != nil {
		return err
	}
	return h.store(w, r, s, d, s.outside(at))
}

func (h *Handler) move(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	if s.doc == nil {
		return s.show(w, r, http.StatusOK, "", nil)
	}
	at := r.PostForm.Get("at")
	to, err := strconv.Atoi(r.PostForm.Get("place"))
	if err != nil {
		return fault.New(fault.Invalid, "error.form")
	}
	d, err := s.doc.Move(at, to)
	if err != nil {
		return err
	}
	return h.store(w, r, s, d, s.outside(at))
}
