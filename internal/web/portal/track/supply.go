package track

import (
	"net/http"

	"tongban/internal/platform/fault"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/web/portal/apply"
	"tongban/internal/web/ui"
)

// promise opens a material that the applicant promised and has not handed in yet.
func (h *Handler) promise(r *http.Request) (dossier, *catalogue.Material, error) {
	d, err := h.open(r)
	if err != nil {
		return d, nil, err
	}
	m := d.service.Material(r.PathValue("material"))
	if m == nil {
		return d, nil, fault.New(fault.NotFound, "error.page")
	}
	if _, open := casework.Promised(d.Matters, m.ID); !open {
		return d, nil, fault.New(fault.Conflict, "error.case.nothing-promised")
	}
	return d, m, nil
}

// promised says by when a material is to follow.
func (d dossier) promised(p casework.Promise) string {
	if p.Until == "" {
		return d.u.T("track.promise.after")
	}
	return d.u.T("track.promise.by", "day", d.u.Day(string(p.Until)))
}

func (h *Handler) supply(w http.ResponseWriter, r *http.Request) error {
	d, m, err := h.promise(r)
	if err != nil {
		return err
	}
	return d.showSupply(w, r, http.StatusOK, m, nil)
}

func (d dossier) showSupply(w http.ResponseWriter, r *http.Request, status int, m *catalogue.Material, wrong []fault.Field) error {
	u := d.u
	p, _ := casework.Promised(d.Matters, m.ID)
	v := supplyView{Request: u, Number: d.number(), Title: u.Of(m.Name), Lead: d.promised(p), Action: d.path("/materials/" + m.ID), Upload: apply.UploadBlock(u, m, nil)}
	if m.Missed != nil {
		v.Missed = u.T("apply.material.later.missed", "what", u.Of(m.Missed.Text), "cite", d.words.Cite(m.Missed.Cite))
	}
	if v.Errors = apply.Links(u, wrong); len(v.Errors) > 0 {
		v.Upload.Error = v.Errors[0].Text
	}
	return u.Render(w, r, status, ui.Page{Title: v.Title, Section: u.T("track.promise.title"), Nav: "applications", Back: d.back(), Wrong: len(wrong) > 0, Body: v.body()})
}

func (h *Handler) sendSupply(w http.ResponseWriter, r *http.Request) error {
	d, m, err := h.promise(r)
	if err != nil {
		return err
	}
	files, wrong, err := apply.Receive(r, h.Blobs, m, func(string) error { return fault.New(fault.NotFound, "error.page") })
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return d.showSupply(w, r, http.StatusUnprocessableEntity, m, wrong)
	}
	if err := h.Casework.Supply(r.Context(), d.u.Actor, d.ID, m.ID, files); err != nil {
		return err
	}
	d.u.Notice(w, "track.promise.done")
	return d.u.See(w, r, d.path(""))
}

// expected lists what is still to come for matters that are accepted, each material once.
func expected(matters []casework.Matter) (all []casework.Promise) {
	seen := map[string]bool{}
	for _, m := range matters {
		for _, p := range m.Promises {
			if first, open := casework.Promised(matters, p.Material); open && first.Until != "" && !seen[p.Material] {
				seen[p.Material] = true
				all = append(all, first)
			}
		}
	}
	return all
}
