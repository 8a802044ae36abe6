package apply

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"tongban/internal/platform/blob"
	"tongban/internal/platform/fault"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// uploadLimit bounds one request: a few files of the greatest size and the form around them.
const uploadLimit = 64 << 20

func (h *Handler) material(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
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
		Action: s.path("/materials/"+id) + query(r), Files: s.path("/materials/"+id+"/files") + query(r), Sample: s.u.Of(m.Sample), Errors: wrong, Next: s.after(r, id),
	}
	var names []string
	for _, def := range p.Material.For {
		names = append(names, s.words.Matter(s.service, def))
	}
	v.For = s.u.T("plan.for", "matters", s.u.List(names))
	switch p.Choice.Kind {
	case application.Use:
		v.State = s.u.T("apply.material.using", "from", s.words.Where(s.service, m))
		v.Sent = h.values(s, p, p.Choice.Values)
	case application.Later:
		v.State = s.promised(m)
	case application.Own:
		if p.Choice.Dispute != "" {
			v.State = s.u.T("apply.section.disputed", "text", p.Choice.Dispute)
		}
	}
	v.Decided = p.Choice.Kind == application.Use || p.Choice.Kind == application.Later || len(p.Choice.Files) > 0
	v.Change = p.Choice.Kind == application.Use
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
	case m.Consent:
		v.Missing = s.u.T("apply.material.consent")
	case !p.Held && !m.Source.Applicant:
		v.Missing = s.u.T("apply.material.not-held", "from", s.words.Where(s.service, m))
	}
	if own {
		v.Upload = UploadBlock(s.u, m, p.Choice.Files)
		v.Upload.What = "" // said above
		if len(wrong) > 0 {
			v.Upload.Error = wrong[0].Text
		}
		if m.Later != nil {
			v.Later = s.u.T("apply.material.later.note", "limit", s.words.LimitCited(m.Later))
			v.Missed = s.u.T("apply.material.later.missed", "what", s.u.Of(m.Missed.Text), "cite", s.words.Cite(m.Missed.Cite))
		} else if p.Down {
			v.Later, v.Missed = s.u.T("apply.material.later.down"), s.u.T("apply.material.later.down.missed")
		}
	}
	back := s.back()
	if fromCheck(r) {
		back = ui.Link{Text: s.u.T("apply.check.title"), Href: s.path("/check")}
	}
	return s.u.Render(w, r, status, ui.Page{Title: v.Title, Section: v.Caption, Nav: "applications", Back: back, Wrong: len(wrong) > 0, Body: v.body()})
}

// UploadBlock is the control for one material's files.
func UploadBlock(u *ui.Request, m *catalogue.Material, files []casework.File) *gp.Upload {
	accept, mb := m.Allowed()
	b := &gp.Upload{Name: "files", Label: u.T("apply.material.files"), What: u.Of(m.What), Accept: accept, MaxMB: mb, Multiple: true, Remove: "remove"}
	for _, f := range files {
		b.Files = append(b.Files, gp.File{ID: f.Hash, Name: f.Name, Size: f.Size})
	}
	return b
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

// openMaterial opens the draft and finds one material of it.
func (h *Handler) openMaterial(r *http.Request) (sheet, *catalogue.Material, error) {
	s, err := h.open(r)
	if err != nil {
		return s, nil, err
	}
	pm, ok := s.Material(r.PathValue("material"))
	if !ok {
		return s, nil, fault.New(fault.NotFound, "error.page")
	}
	return s, pm.Material, nil
}

// choose takes one of the three ways out of the preview, or the promise to bring it later.
func (h *Handler) choose(w http.ResponseWriter, r *http.Request) error {
	s, m, err := h.openMaterial(r)
	if err != nil {
		return err
	}
	id := m.ID
	kind, dispute := r.PostFormValue("choice"), ""
	switch kind {
	case "upload":
		kind = application.Own
	case "wrong":
		kind, dispute = application.Own, strings.TrimSpace(r.PostFormValue("text"))
		if dispute == "" {
			v := disputeView{
				Request: s.u, Title: s.u.Of(m.Name), Held: s.u.T("apply.dispute.record"), Source: s.words.Where(s.service, m),
				Action: s.path("/materials/"+id) + query(r), Hidden: gp.Link{Text: "choice", Href: "wrong"},
			}
			status := http.StatusOK
			if r.PostForm.Has("text") {
				v.Wrong, status = s.u.T("apply.dispute.empty"), http.StatusUnprocessableEntity
			}
			return s.u.Render(w, r, status, ui.Page{Title: s.u.T("apply.dispute.title"), Section: s.u.Of(s.service.Name), Nav: "applications",
				Wrong: v.Wrong != "", Back: ui.Link{Href: s.path("/materials/" + id)}, Body: v.body()})
		}
	}
	saved, err := h.Application.Choose(r.Context(), s.u.Actor, s.ID, id, kind, dispute)
	if fault.Is(err, fault.Unavailable) {
		return h.showMaterial(w, r, http.StatusServiceUnavailable, s, nil)
	}
	if err != nil {
		return err
	}
	if kind == application.Own {
		return s.u.See(w, r, s.path("/materials/"+id)+query(r))
	}
	s.Sheet = saved
	s.u.Notice(w, "apply.material.decided", "name", s.u.Of(m.Name))
	return s.u.See(w, r, s.after(r, id))
}

// files leads back to the material: the page of a complaint bears this address, and is reloaded or read in
// another language.
func (h *Handler) files(w http.ResponseWriter, r *http.Request) error {
	return ui.From(r).See(w, r, "/apply/"+r.PathValue("id")+"/materials/"+r.PathValue("material")+query(r))
}

// upload takes files in, one after the other. A file that is refused leaves the others.
func (h *Handler) upload(w http.ResponseWriter, r *http.Request) error {
	s, m, err := h.openMaterial(r)
	if err != nil {
		return err
	}
	id := m.ID
	files, wrong, err := Receive(r, h.Blobs, m, func(hash string) error {
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
	return s.u.See(w, r, s.path("/materials/"+id)+query(r))
}

// Links are the complaints about files, for the summary at the top.
func Links(u *ui.Request, wrong []fault.Field) []gov.ErrorLink {
	var links []gov.ErrorLink
	for _, f := range wrong {
		var args []string
		for k, v := range f.Args {
			args = append(args, k, v)
		}
		said := u.T(f.Code, args...)
		if f.Name != "" {
			said = u.T("apply.material.complaint", "file", f.Name, "complaint", said)
		}
		links = append(links, gov.ErrorLink{Text: said, Href: "#files"})
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
	accept, mb := m.Allowed()
	name := blob.NameOf(part)
	f, err := blobs.Put(ctx, part, blob.Rule{Accept: catalogue.Media(accept), MaxBytes: int64(mb) << 20, Name: name})
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind == fault.Invalid {
		return casework.File{}, &fault.Field{Name: name, Code: refused.Code, Args: refused.Args}, nil
	}
	return casework.File{Hash: f.Hash, Name: f.Name, Type: f.Type, Size: f.Size}, nil, TooLarge(err)
}

// TooLarge tells a request that was too large from other trouble.
func TooLarge(err error) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return fault.Wrap(fault.Invalid, "upload.request-too-big", err)
	}
	return err
}

// promised says what she promised about a material that follows later.
func (s sheet) promised(m *catalogue.Material) string {
	if m.Later == nil {
		return s.u.T("apply.material.promised.down")
	}
	return s.u.T("apply.material.promised.within", "limit", s.words.Limit(m.Later))
}
