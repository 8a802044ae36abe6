package api

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tongban/internal/platform/blob"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/form"
)

const (
	// mostUpload bounds one request: a few files of the greatest size and what is around them.
	mostUpload = 64 << 20
	// mostPart bounds what is not a file.
	mostPart = 1 << 16
)

func (a *API) uploads() {
	s := post("/drafts/{id}/materials/{material}/files", "uploadFiles", WriteCases).created()
	s.once, s.parts = false, map[string]huma.Schema{"files": {Type: "array", Items: &huma.Schema{Type: "string", Format: "binary"}}}
	handle(a, s, func(ctx context.Context, c *call, in *MaterialID) (*drafted, error) {
		sheet, err := a.Application.Read(ctx, c.by, in.ID)
		if err != nil {
			return nil, err
		}
		if sheet.Case != "" {
			return nil, fault.New(fault.Conflict, "error.draft.submitted")
		}
		m, ok := sheet.Material(in.Material)
		if !ok {
			return nil, fault.New(fault.NotFound, "error.draft.no-material")
		}
		files, wrong, err := a.files(ctx, c, m.Material)
		if err != nil {
			return nil, err
		}
		// A file that is refused leaves the others.
		for _, f := range files {
			if sheet, err = a.Application.Attach(ctx, c.by, in.ID, in.Material, f); err != nil {
				return nil, err
			}
		}
		if err := fault.Fields(wrong); err != nil {
			return nil, at(err, func(string) place { return place{pointer: "#/files", label: m.Material.Name} })
		}
		return a.drafted(ctx, c, sheet, nil)
	})

	s = post("/cases/{id}/materials/{material}/files", "supplyMaterial", WriteCases)
	s.once, s.parts = false, map[string]huma.Schema{"files": {Type: "array", Items: &huma.Schema{Type: "string", Format: "binary"}}}
	handle(a, s, func(ctx context.Context, c *call, in *MaterialID) (*none, error) {
		d, err := a.ofApplicant(ctx, c, in.ID)
		if err != nil {
			return nil, err
		}
		service, err := a.Application.Service(ctx, d.Edition)
		if err != nil {
			return nil, err
		}
		m := service.Material(in.Material)
		if m == nil {
			return nil, fault.New(fault.NotFound, "error.draft.no-material")
		}
		files, wrong, err := a.files(ctx, c, m)
		if err == nil {
			err = fault.Fields(wrong)
		}
		if err == nil {
			err = a.Casework.Supply(ctx, c.by, in.ID, in.Material, files)
		}
		return nil, at(err, func(string) place { return place{pointer: "#/files", label: m.Name} })
	})

	s = post("/cases/{id}/matters/{matter}/correction", "correctMatter", WriteCases)
	s.once, s.parts = false, map[string]huma.Schema{
		"message":    {Type: "string", Description: a.words["part.message"].Text.EN},
		"{field}":    {Type: "string", Description: a.words["part.field"].Text.EN},
		"{material}": {Type: "string", Format: "binary", Description: a.words["part.material"].Text.EN},
	}
	handle(a, s.mayFail(http.StatusGone), func(ctx context.Context, c *call, in *CaseMatter) (*none, error) {
		return nil, a.correct(ctx, c, in.ID, in.Matter)
	})
}

// files stores what is uploaded for one material, and names every file that is refused.
func (a *API) files(ctx context.Context, c *call, m *catalogue.Material) (files []casework.File, wrong []fault.Field, err error) {
	err = a.parts(c, func(part *multipart.Part) error {
		if part.FormName() != "files" || part.FileName() == "" {
			return nil
		}
		f, complaint, err := a.put(ctx, m, part, "files")
		if complaint != nil {
			wrong = append(wrong, *complaint)
		} else if err == nil {
			files = append(files, f)
		}
		return err
	})
	if err == nil && len(files)+len(wrong) == 0 {
		wrong = []fault.Field{{Name: "files", Code: "field.file-required"}}
	}
	return files, wrong, err
}

// correct answers a notice: the fields and files that it names, and nothing else.
func (a *API) correct(ctx context.Context, c *call, id, def string) error {
	d, err := a.ofApplicant(ctx, c, id)
	if err != nil {
		return err
	}
	m, ok := d.Matter(def)
	if !ok {
		return fault.New(fault.NotFound, "error.case.not-found")
	}
	if m.State != casework.Correcting {
		return fault.New(fault.Conflict, "error.matter.state", "state", string(m.State))
	}
	service, err := a.Application.Service(ctx, d.Edition)
	if err != nil {
		return err
	}
	with := casework.Correction{Values: map[string]string{}, Files: map[string][]casework.File{}}
	posted, labels, wrong := url.Values{}, map[string]lang.Text{}, []fault.Field(nil)
	refused := map[string]bool{}
	err = a.parts(c, func(part *multipart.Part) error {
		name := part.FormName()
		if part.FileName() == "" {
			value, err := io.ReadAll(io.LimitReader(part, mostPart))
			posted.Add(name, string(value))
			return err
		}
		mt := service.Material(name)
		if mt == nil || !asked(m, name) {
			return nil
		}
		labels[name] = mt.Name
		f, complaint, err := a.put(ctx, mt, part, name)
		if complaint != nil {
			wrong, refused[name] = append(wrong, *complaint), true
		} else if err == nil {
			with.Files[name] = append(with.Files[name], f)
		}
		return err
	})
	if err != nil {
		return err
	}
	with.Message = strings.TrimSpace(posted.Get("message"))
	for _, p := range m.Asked.Points {
		if f := service.Field(p.Field); f != nil {
			labels[f.ID] = f.Text
			value, complaint := form.Normal(f, posted.Get(f.ID))
			with.Values[f.ID] = value
			if complaint != nil {
				wrong = append(wrong, *complaint)
			}
		}
		if mt := service.Material(p.Material); mt != nil && len(with.Files[mt.ID]) == 0 && !refused[mt.ID] {
			labels[mt.ID] = mt.Name
			wrong = append(wrong, fault.Field{Name: mt.ID, Code: "field.file-required"})
		}
	}
	where := func(field string) place { return place{pointer: "#/" + field, label: labels[field]} }
	if err := fault.Fields(wrong); err != nil {
		return at(err, where)
	}
	return at(a.Casework.Answer(ctx, c.by, m.ID, with), where)
}

// asked reports whether the notice asks for a material.
func asked(m casework.Matter, material string) bool {
	for _, p := range m.Asked.Points {
		if p.Material == material {
			return true
		}
	}
	return false
}

// parts reads a multipart body as a stream, so that no file is ever in memory as a whole.
func (a *API) parts(c *call, each func(*multipart.Part) error) error {
	c.request.Body = http.MaxBytesReader(c.writer, c.request.Body, mostUpload)
	reader, err := c.request.MultipartReader()
	if err != nil {
		return a.problem(c.lang, http.StatusUnsupportedMediaType, "api.multipart", nil)
	}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var big *http.MaxBytesError
		switch {
		case err == nil:
			err = each(part)
		case !errors.As(err, &big):
			return a.problem(c.lang, http.StatusBadRequest, "api.multipart.broken", nil)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) { // it broke off within a part
			return a.problem(c.lang, http.StatusBadRequest, "api.multipart.broken", nil)
		}
		if err != nil {
			return err
		}
	}
}

// put stores one file of a material, or says why it is refused. Then nothing of it is kept.
func (a *API) put(ctx context.Context, m *catalogue.Material, part *multipart.Part, field string) (casework.File, *fault.Field, error) {
	accept, mb := m.Allowed()
	f, err := a.Blobs.Put(ctx, part, blob.Rule{Accept: catalogue.Media(accept), MaxBytes: int64(mb) << 20, Name: blob.NameOf(part)})
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind == fault.Invalid {
		values := map[string]string{"accept": strings.ToUpper(strings.Join(accept, " / ")), "max": strconv.Itoa(mb) + " MB"}
		for k, v := range refused.Args {
			if values[k] == "" {
				values[k] = v
			}
		}
		return casework.File{}, &fault.Field{Name: field, Code: refused.Code, Args: values}, nil
	}
	return casework.File{Hash: f.Hash, Name: f.Name, Type: f.Type, Size: f.Size}, nil, err
}
