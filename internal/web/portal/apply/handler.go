package apply

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
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

const (
	defaultMB = 20
	// uploadLimit bounds one request: a few files of the greatest size and the form around them.
	uploadLimit = 64 << 20
)

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

func (h *Handler) open(w http.ResponseWriter, r *http.Request) (sheet, error) {
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
	s, err := h.open(w, r)
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
		v.Matters = append(v.Matters, s.u.Of(m.Matter.Name))
	}
	for _, t := range s.Tasks {
		v.Sections = append(v.Sections, s.task(s.u.Of(t.Section.Title), "", s.path("/form/"+t.Section.ID), t.Status))
		v.count(t.Status)
	}
	for _, t := range s.Files {
		m := t.Material
		hint, href := s.u.T("plan.state."+string(m.State)), s.path("/materials/"+m.Material.ID)
		if m.State == guide.Upstream || m.State == guide.Made {
			hint, href = s.words.Where(s.service, m.Material), ""
		}
		v.Materials = append(v.Materials, s.task(s.u.Of(m.Material.Name), hint, href, t.Status))
		v.count(t.Status)
	}
	return s.u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Section: s.u.T("apply.section"), Nav: "applications",
		Back: ui.Link{Text: s.u.T("apply.mine"), Href: "/me/applications"}, Body: v.body()})
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
	s, err := h.open(w, r)
	if err != nil {
		return err
	}
	if done, err := gone(w, r, s); done {
		return err
	}
	return h.showSection(w, r, http.StatusOK, s, r.PathValue("section"))
}

func (h *Handler) showSection(w http.ResponseWriter, r *http.Request, status int, s sheet, id string) error {
	t, _, ok := s.Task(id)
	if !ok {
		return fault.New(fault.NotFound, "error.page")
	}
	v := sectionView{
		Request: s.u, Caption: s.u.Of(s.service.Name), Title: s.u.Of(t.Section.Title), Notes: map[string]string{},
		Action: s.path("/form/"+id) + question(r.URL.RawQuery),
	}
	wrong := false
	for _, f := range t.Fields {
		drawn := s.field(f)
		wrong = wrong || drawn.Wrong != nil
		v.Fields = append(v.Fields, drawn)
		if d := s.Values[f.ID].Disputed; d != "" {
			v.Notes[f.ID] = d
		}
	}
	return s.u.Render(w, r, status, ui.Page{Title: v.Title, Section: v.Caption, Nav: "applications", Back: s.back(), Wrong: wrong, Body: v.body()})
}

func question(query string) string {
	if query == "" {
		return ""
	}
	return "?" + query
}

// save keeps what was typed, right or wrong. Coming from the check page it leads back there.
func (h *Handler) save(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(w, r)
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
	saved, err := h.Application.Save(r.Context(), s.u.Actor, s.ID, id, entries)
	if err != nil {
		return err
	}
	s.Sheet = saved
	switch {
	case wrong:
		return h.showSection(w, r, http.StatusUnprocessableEntity, s, id)
	case r.URL.Query().Get("from") == "check":
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
	s, err := h.open(w, r)
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
	s, err := h.open(w, r)
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

func (h *Handler) material(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(w, r)
	if err != nil {
		return err
	}
	if done, err := gone(w, r, s); done {
		return err
	}
	return h.showMaterial(w, r, http.StatusOK, s, nil)
}

func (h *Handler) showMaterial(w http.ResponseWriter, r *http.Request, status int, s sheet, wrong []gov.ErrorLink) error {
	id := r.PathValue("material")
	full, p, err := h.Application.Preview(r.Context(), s.u.Actor, s.ID, id)
	if err != nil {
		return err
	}
	s.Sheet = full
	m := p.Material.Material
	v := materialView{
		Request: s.u, Title: s.u.Of(m.Name), What: s.u.Of(m.What), Caption: s.u.Of(s.service.Name), Cite: s.words.Cite(m.Cite),
		Action: s.path("/materials/" + id), Files: s.path("/materials/" + id + "/files"), Sample: s.u.Of(m.Sample), Errors: wrong, Next: s.path(""),
	}
	switch p.Choice.Kind {
	case application.Use:
		v.State = s.u.T("apply.material.using", "from", s.words.Where(s.service, m))
		v.Sent = h.values(s, p, p.Choice.Values)
	case application.Later:
		v.State = s.u.T("apply.material.promised", "day", s.u.Day(string(p.Choice.Until)))
	}
	own := p.Choice.Kind == application.Own || !p.Held
	if p.Held && p.Choice.Kind != application.Use {
		c := &gp.Consent{
			Title: s.u.T("apply.material.preview"), From: s.words.Where(s.service, m), Basis: s.words.Cite(m.Cite), Rows: h.values(s, p, p.Values),
			Name: "choice", Upload: !own, Dispute: true,
		}
		for _, b := range p.To {
			c.To = append(c.To, s.words.Body(b))
		}
		v.Consent = c
	}
	switch {
	case p.Down:
		v.Missing = s.u.T("register.down")
	case !p.Held && !m.Source.Applicant:
		v.Missing = s.u.T("apply.material.not-held", "from", s.words.Where(s.service, m))
	}
	if own {
		v.Upload = UploadBlock(s.u, m, p.Choice.Files)
		if len(wrong) > 0 {
			v.Upload.Error = wrong[0].Text
		}
		if m.Later != nil {
			v.Later = s.u.T("apply.material.later.note", "limit", s.words.LimitCited(m.Later))
		} else if p.Down {
			v.Later = s.u.T("apply.material.later.down")
		}
	}
	return s.u.Render(w, r, status, ui.Page{Title: v.Title, Section: v.Caption, Nav: "applications", Back: s.back(), Wrong: len(wrong) > 0, Body: v.body()})
}

// UploadBlock is the control for one material's files.
func UploadBlock(u *ui.Request, m *catalogue.Material, files []casework.File) *gp.Upload {
	accept, mb := rule(m)
	b := &gp.Upload{Name: "files", Label: u.T("apply.material.files"), What: u.Of(m.What), Accept: accept, MaxMB: mb, Multiple: true, Remove: "remove"}
	for _, f := range files {
		b.Files = append(b.Files, gp.File{ID: f.Hash, Name: f.Name, Size: f.Size})
	}
	return b
}

func rule(m *catalogue.Material) (accept []string, mb int) {
	accept, mb = m.Accept, m.MaxMB
	if len(accept) == 0 {
		accept = []string{"pdf", "jpg", "png"}
	}
	if mb == 0 {
		mb = defaultMB
	}
	return accept, mb
}

// values shows the fields of a record, in the register's or certificate's own order and words.
func (h *Handler) values(s sheet, p application.Preview, values map[string]string) []gov.Row {
	var attributes []catalogue.Attribute
	if p.Register != "" {
		attributes = h.City().Registers[p.Register].Fields
	} else {
		attributes = h.City().Certificates[p.Type].Fields
	}
	var rows []gov.Row
	if p.Number != "" {
		rows = append(rows, gov.Row{Key: gov.Text{Text: s.u.T("apply.material.number")}, Value: gov.Text{Text: p.Number}})
	}
	for _, a := range attributes {
		if value, sent := values[a.ID]; sent {
			rows = append(rows, gov.Row{Key: gov.Text{Text: s.u.Of(a.Name)}, Value: gov.Text{Text: s.words.Fact(a, value)}})
		}
	}
	return rows
}

// choose takes one of the three ways out of the preview, or the promise to bring it later.
func (h *Handler) choose(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(w, r)
	if err != nil {
		return err
	}
	id := r.PathValue("material")
	pm, ok := s.Material(id)
	if !ok {
		return fault.New(fault.NotFound, "error.page")
	}
	kind, dispute := r.PostFormValue("choice"), ""
	switch kind {
	case "upload":
		kind = application.Own
	case "wrong":
		kind, dispute = application.Own, strings.TrimSpace(r.PostFormValue("text"))
		if dispute == "" {
			v := disputeView{
				Request: s.u, Title: s.u.Of(pm.Material.Name), Held: s.u.T("apply.dispute.record"), Source: s.words.Where(s.service, pm.Material),
				Action: s.path("/materials/" + id), Hidden: gp.Link{Text: "choice", Href: "wrong"},
			}
			status := http.StatusOK
			if r.PostForm.Has("text") {
				v.Wrong, status = s.u.T("apply.dispute.empty"), http.StatusUnprocessableEntity
			}
			return s.u.Render(w, r, status, ui.Page{Title: s.u.T("apply.dispute.title"), Section: s.u.Of(s.service.Name), Nav: "applications",
				Wrong: v.Wrong != "", Back: ui.Link{Href: s.path("/materials/" + id)}, Body: v.body()})
		}
	}
	_, err = h.Application.Choose(r.Context(), s.u.Actor, s.ID, id, kind, dispute)
	if fault.Is(err, fault.Unavailable) {
		return h.showMaterial(w, r, http.StatusServiceUnavailable, s, nil)
	}
	if err != nil {
		return err
	}
	if kind == application.Own {
		return s.u.See(w, r, s.path("/materials/"+id))
	}
	s.u.Notice(w, "apply.material.decided")
	return s.u.See(w, r, s.path(""))
}

// upload takes files in, one after the other. A file that is refused leaves the others.
func (h *Handler) upload(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(w, r)
	if err != nil {
		return err
	}
	id := r.PathValue("material")
	pm, ok := s.Material(id)
	if !ok {
		return fault.New(fault.NotFound, "error.page")
	}
	files, wrong, err := Receive(r, h.Blobs, pm.Material, func(hash string) error {
		_, err := h.Application.Detach(r.Context(), s.u.Actor, s.ID, id, hash)
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, err := h.Application.Attach(r.Context(), s.u.Actor, s.ID, id, f); err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return h.showMaterial(w, r, http.StatusUnprocessableEntity, s, Links(s.u, wrong))
	}
	return s.u.See(w, r, s.path("/materials/"+id))
}

// Links are the complaints about files, for the summary at the top.
func Links(u *ui.Request, wrong []fault.Field) []gov.ErrorLink {
	var links []gov.ErrorLink
	for _, f := range wrong {
		var args []string
		for k, v := range f.Args {
			args = append(args, k, v)
		}
		links = append(links, gov.ErrorLink{Text: f.Name + u.T("apply.colon") + u.T(f.Code, args...), Href: "#files"})
	}
	return links
}

// Receive reads the posted files of one material into the store and names those that were refused. The
// body is read as a stream, so a file is never in memory as a whole. remove is called for a file that
// the person takes away.
func Receive(r *http.Request, blobs *blob.Store, m *catalogue.Material, remove func(hash string) error) (files []casework.File, wrong []fault.Field, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, fault.Wrap(fault.Invalid, "error.form", err)
	}
	chosen := false
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return files, wrong, TooLarge(err)
		}
		switch {
		case part.FormName() == "remove":
			hash, err := io.ReadAll(io.LimitReader(part, 128))
			if err != nil {
				return files, wrong, TooLarge(err)
			}
			return nil, nil, remove(string(hash))
		case part.FormName() != "files" || part.FileName() == "":
			continue
		}
		chosen = true
		f, complaint, err := Put(r.Context(), blobs, m, part)
		switch {
		case err != nil:
			return files, wrong, err
		case complaint != nil:
			wrong = append(wrong, *complaint)
		default:
			files = append(files, f)
		}
	}
	if !chosen {
		wrong = append(wrong, fault.Field{Code: "apply.material.choose"})
	}
	return files, wrong, nil
}

// Put stores one posted file of a material, or says why it is refused.
func Put(ctx context.Context, blobs *blob.Store, m *catalogue.Material, part *multipart.Part) (casework.File, *fault.Field, error) {
	accept, mb := rule(m)
	f, err := blobs.Put(ctx, part, blob.Rule{Accept: media(accept), MaxBytes: int64(mb) << 20, Name: fileName(part)})
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind == fault.Invalid {
		return casework.File{}, &fault.Field{Name: fileName(part), Code: refused.Code, Args: said(refused.Args, accept, mb)}, nil
	}
	return casework.File{Hash: f.Hash, Name: f.Name, Type: f.Type, Size: f.Size}, nil, TooLarge(err)
}

// fileName is the name as it was sent. Part.FileName would take the folder off, and a name that tries
// to climb is to be refused and not repaired.
func fileName(part *multipart.Part) string {
	if _, after, ok := strings.Cut(part.Header.Get("Content-Disposition"), `filename="`); ok {
		if name, _, ok := strings.Cut(after, `"`); ok {
			return name
		}
	}
	return part.FileName()
}

// medias are the media types behind the short words of the catalogue.
var medias = map[string]string{"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}

func media(accept []string) []string {
	all := make([]string, len(accept))
	for i, a := range accept {
		all[i] = medias[a]
	}
	return all
}

func said(args map[string]string, accept []string, mb int) map[string]string {
	out := map[string]string{"accept": strings.ToUpper(strings.Join(accept, " / ")), "max": strconv.Itoa(mb) + " MB"}
	for k, v := range args {
		if out[k] == "" {
			out[k] = v
		}
	}
	return out
}

// TooLarge tells a request that was too large from other trouble.
func TooLarge(err error) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return fault.Wrap(fault.Invalid, "upload.request-too-big", err)
	}
	return err
}

func (h *Handler) check(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(w, r)
	if err != nil {
		return err
	}
	if done, err := gone(w, r, s); done {
		return err
	}
	return h.showCheck(w, r, http.StatusOK, s, nil, false)
}

func (h *Handler) showCheck(w http.ResponseWriter, r *http.Request, status int, s sheet, wrong []fault.Field, declared bool) error {
	v := checkView{Request: s.u, Title: s.u.Of(s.service.Name), Action: s.path("/check"), Declared: declared, Fee: s.u.T("apply.check.free")}
	if s.Plan.Fen > 0 {
		v.Fee = s.u.T("apply.check.fee", "amount", s.u.Yuan(s.Plan.Fen))
	}
	change := func(href, what string) gov.Actions {
		return gov.Actions{Items: []gov.Action{{Text: s.u.T("plan.change"), Href: href, Hidden: what}}}
	}
	for _, t := range s.Tasks {
		href := s.path("/form/" + t.Section.ID + "?from=check")
		card := gov.SummaryList{Card: &gov.Card{Title: gov.Text{Text: s.u.Of(t.Section.Title)}, Actions: change(href, "")}}
		for _, f := range t.Fields {
			drawn := s.field(f)
			value := drawn.Shown(s.u.Printer)
			if value == "" {
				value = s.u.T("say.empty")
			}
			if drawn.Source != nil {
				value += s.u.T("apply.check.from", "source", drawn.Source.From)
			}
			if d := s.Values[f.ID].Disputed; d != "" {
				value += s.u.T("apply.check.disputed", "text", d)
			}
			card.Rows = append(card.Rows, gov.Row{Key: gov.Text{Text: s.u.Of(f.Text)}, Value: gov.Text{Text: value}})
		}
		v.Cards = append(v.Cards, card)
	}
	v.Files.Card = &gov.Card{Title: gov.Text{Text: s.u.T("apply.tasks.materials")}}
	v.Who.Card = &gov.Card{Title: gov.Text{Text: s.u.T("apply.check.who")}}
	for _, t := range s.Files {
		m := t.Material.Material
		row := gov.Row{Key: gov.Text{Text: s.u.Of(m.Name)}, Value: gov.Text{Text: s.material(t)}}
		if t.Material.State != guide.Upstream && t.Material.State != guide.Made {
			row.Actions = change(s.path("/materials/"+m.ID), s.u.Of(m.Name))
		}
		v.Files.Rows = append(v.Files.Rows, row)
	}
	for _, m := range s.Plan.Matters {
		v.Who.Rows = append(v.Who.Rows, gov.Row{Key: gov.Text{Text: s.words.BodyName(m.Matter.Body)}, Value: gov.Text{Text: s.u.Of(m.Matter.Name)}})
	}
	for _, f := range wrong {
		link := gov.ErrorLink{Text: s.u.T(f.Code), Href: "#declared"}
		if id, ok := strings.CutPrefix(f.Name, "section:"); ok {
			t, _, _ := s.Task(id)
			link = gov.ErrorLink{Text: s.u.T(f.Code, "name", s.u.Of(t.Section.Title)), Href: s.path("/form/" + id + "?from=check")}
		} else if id, ok := strings.CutPrefix(f.Name, "material:"); ok {
			if pm, found := s.Material(id); found {
				link = gov.ErrorLink{Text: s.u.T(f.Code, "name", s.u.Of(pm.Material.Name)), Href: s.path("/materials/" + id)}
			}
		} else {
			v.Wrong = link.Text
		}
		v.Errors = append(v.Errors, link)
	}
	return s.u.Render(w, r, status, ui.Page{Title: s.u.T("apply.check.title"), Section: v.Title, Nav: "applications", Back: s.back(), Wrong: len(wrong) > 0, Body: v.body()})
}

// material says in words what was decided about a material.
func (s sheet) material(t application.Task) string {
	c := s.Materials[t.Material.Material.ID]
	switch {
	case t.Material.State == guide.Upstream || t.Material.State == guide.Made:
		return s.words.Where(s.service, t.Material.Material)
	case c.Kind == application.Use:
		return s.u.T("apply.material.using", "from", s.words.Where(s.service, t.Material.Material))
	case c.Kind == application.Later:
		return s.u.T("apply.material.promised", "day", s.u.Day(string(c.Until)))
	case len(c.Files) > 0:
		var names []string
		for _, f := range c.Files {
			names = append(names, f.Name)
		}
		return s.u.List(names)
	}
	return s.u.T("apply.check.missing")
}

func (h *Handler) submit(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(w, r)
	if err != nil {
		return err
	}
	declared := r.PostFormValue("declared") == "yes"
	c, err := h.Application.Submit(r.Context(), s.u.Actor, s.ID, declared)
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		return h.showCheck(w, r, http.StatusUnprocessableEntity, s, f.Fields, declared)
	}
	if err != nil {
		return err
	}
	return s.u.See(w, r, "/me/applications/"+c.ID+"/receipt")
}
