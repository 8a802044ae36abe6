package track

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/service/casework"
	"tongban/internal/service/form"
	"tongban/internal/web/portal/apply"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// asked opens a matter that waits for the applicant's correction.
func (h *Handler) asked(r *http.Request) (dossier, casework.Matter, error) {
	d, m, err := h.matter(r)
	if err == nil && (m.State != casework.Correcting || m.Asked == nil) {
		err = fault.New(fault.Conflict, "error.matter.state")
	}
	return d, m, err
}

func (h *Handler) correct(w http.ResponseWriter, r *http.Request) error {
	d, m, err := h.asked(r)
	if err != nil {
		return err
	}
	return h.showCorrection(w, r, http.StatusOK, d, m, nil, nil, "")
}

func (h *Handler) showCorrection(w http.ResponseWriter, r *http.Request, status int, d dossier, m casework.Matter, typed map[string]string, wrong map[string]fault.Field, message string) error {
	u := d.u
	v := correctView{
		Request: u, Number: d.number(), Action: d.matterPath(m, "correct"), Message: message,
		Lead: u.T("track.correct.lead", "body", d.words.BodyName(m.Body), "n", strconv.Itoa(len(m.Asked.Points)), "day", u.Day(string(m.Asked.Until))),
	}
	for _, p := range m.Asked.Points {
		pv := pointView{Title: u.T("track.correct.general"), Text: p.Text}
		if p.Provision != "" {
			pv.Cite = d.words.Provision(p.Provision)
		}
		if f := d.service.Field(p.Field); f != nil {
			drawn := gp.Field{Field: f, Value: d.Values[f.ID].Value}
			pv.Title, pv.Before = u.Of(f.Text), drawn.Shown(u.Printer)
			if t, ok := typed[f.ID]; ok {
				drawn.Value = t
			}
			if c, ok := wrong[f.ID]; ok {
				drawn.Wrong = &c
				v.Errors = append(v.Errors, gov.ErrorLink{Text: drawn.Text(u.Printer), Href: "#" + f.ID})
			}
			pv.Field = &drawn
		}
		if mt := d.service.Material(p.Material); mt != nil {
			var names []string
			for _, f := range d.Evidence[mt.ID].Files {
				names = append(names, f.Name)
			}
			pv.Title = u.Of(mt.Name)
			if len(names) > 0 {
				pv.Before = u.List(names)
			}
			up := apply.UploadBlock(u, mt, nil)
			up.Name = "file-" + mt.ID
			if c, ok := wrong[mt.ID]; ok {
				up.Error = u.T(c.Code, pairs(c.Args)...)
				v.Errors = append(v.Errors, gov.ErrorLink{Text: up.Error, Href: "#" + up.Name})
			}
			pv.Upload = up
		}
		v.Points = append(v.Points, pv)
	}
	return u.Render(w, r, status, ui.Page{Title: u.T("track.correct.title"), Section: d.name(m), Nav: "applications", Back: d.back(), Wrong: len(v.Errors) > 0, Body: v.body()})
}

func pairs(args map[string]string) []string {
	var all []string
	for k, v := range args {
		all = append(all, k, v)
	}
	return all
}

// sendCorrection reads the form as a stream: values first or last, files straight into the store.
func (h *Handler) sendCorrection(w http.ResponseWriter, r *http.Request) error {
	d, m, err := h.asked(r)
	if err != nil {
		return err
	}
	with := casework.Correction{Values: map[string]string{}, Files: map[string][]casework.File{}}
	wrong, posted := map[string]fault.Field{}, url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return apply.TooLarge(err)
		}
		id, isFile := strings.CutPrefix(part.FormName(), "file-")
		if !isFile {
			value, err := io.ReadAll(io.LimitReader(part, 1<<16))
			if err != nil {
				return apply.TooLarge(err)
			}
			posted.Add(part.FormName(), string(value))
			continue
		}
		mt := d.service.Material(id)
		if mt == nil || part.FileName() == "" {
			continue
		}
		f, complaint, err := apply.Put(r.Context(), h.Blobs, mt, part)
		if err != nil {
			return err
		}
		if complaint != nil {
			wrong[id] = *complaint
			continue
		}
		with.Files[id] = append(with.Files[id], f)
	}
	with.Message = strings.TrimSpace(posted.Get("message"))
	for _, p := range m.Asked.Points {
		if f := d.service.Field(p.Field); f != nil {
			value, complaint := form.Parse(f, posted)
			with.Values[f.ID] = value
			if complaint != nil {
				wrong[f.ID] = *complaint
			}
		}
		if _, sent := with.Files[p.Material]; d.service.Material(p.Material) != nil && !sent && wrong[p.Material].Code == "" {
			wrong[p.Material] = fault.Field{Name: p.Material, Code: "track.correct.choose", Args: map[string]string{"name": d.u.Of(d.service.Material(p.Material).Name)}}
		}
	}
	if len(wrong) == 0 {
		err = h.Casework.Answer(r.Context(), d.u.Actor, m.ID, with)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid {
			if err != nil {
				return err
			}
			d.u.Notice(w, "track.corrected")
			return d.u.See(w, r, d.path(""))
		}
		for _, field := range f.Fields {
			wrong[field.Name] = field
		}
	}
	return h.showCorrection(w, r, http.StatusUnprocessableEntity, d, m, with.Values, wrong, with.Message)
}

func (h *Handler) withdraw(w http.ResponseWriter, r *http.Request) error {
	d, err := h.open(r)
	if err != nil {
		return err
	}
	return h.showWithdrawal(w, r, http.StatusOK, d, "")
}

func (h *Handler) showWithdrawal(w http.ResponseWriter, r *http.Request, status int, d dossier, wrong string) error {
	v := withdrawView{Request: d.u, Number: d.number(), Action: d.path("/withdraw"), Wrong: wrong}
	for _, m := range d.Matters {
		if !m.State.Ended() {
			v.Choices = append(v.Choices, gov.Choice{Value: m.ID, Text: d.name(m), Hint: gov.Hint{Text: d.words.State(m.State)}})
		}
	}
	if len(v.Choices) == 0 {
		return fault.New(fault.Late, "error.matter.state")
	}
	if wrong != "" {
		v.Errors = []gov.ErrorLink{{Text: wrong, Href: "#matter"}}
	}
	return d.u.Render(w, r, status, ui.Page{Title: d.u.T("track.withdraw.title"), Section: d.number(), Nav: "applications", Back: d.back(), Wrong: wrong != "", Body: v.body()})
}

func (h *Handler) sendWithdrawal(w http.ResponseWriter, r *http.Request) error {
	d, err := h.open(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	chosen := r.PostForm["matter"]
	if len(chosen) == 0 {
		return h.showWithdrawal(w, r, http.StatusUnprocessableEntity, d, d.u.T("track.withdraw.choose"))
	}
	for _, id := range chosen {
		if _, ok := d.byID(id); !ok {
			return fault.New(fault.NotFound, "error.page")
		}
		if err := h.Casework.Withdraw(r.Context(), d.u.Actor, id, strings.TrimSpace(r.PostForm.Get("reason"))); err != nil {
			return err
		}
	}
	d.u.Notice(w, "track.withdrawn")
	return d.u.See(w, r, d.path(""))
}
