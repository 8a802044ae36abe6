package studio

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/service/studio"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// textView is a file of the draft as it is written.
type textView struct {
	room
	File   string
	Files  gp.Tabs
	Area   gov.Textarea
	Head   string
	Errors []gov.ErrorLink
}

func (h *Handler) text(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	return h.showText(w, r, http.StatusOK, v, file(r.URL.Query().Get("file")), nil, nil)
}

func file(name string) string {
	if name == studio.ScenariosFile {
		return name
	}
	return studio.ServiceFile
}

// showText shows a file, or what somebody typed and could not save.
func (h *Handler) showText(w http.ResponseWriter, r *http.Request, status int, v room, name string, typed *string, wrong error) error {
	f, err := h.Studio.Text(r.Context(), v.Actor, v.d.ID, v.d.Head)
	if err != nil {
		return err
	}
	x := textView{room: v, File: name, Head: strconv.Itoa(v.d.Head), Files: gp.Tabs{Label: v.T("studio.text.files")}}
	for _, file := range [...]string{studio.ServiceFile, studio.ScenariosFile} {
		x.Files.Items = append(x.Files.Items, gp.Tab{Text: file, Href: v.base + "/text?file=" + file, Current: file == name})
	}
	x.Area = gov.Textarea{ID: "text", Name: "text", Rows: "32", Classes: "gp-studio__text", Value: f.Service, Label: gov.Label{Text: v.T("studio.text.label", "file", name)}, Hint: gov.Hint{Text: v.T("studio.text.hint")},
		Attributes: gov.Attributes{"spellcheck": "false", "wrap": "off", "autocomplete": "off"}}
	if name == studio.ScenariosFile {
		x.Area.Value = f.Scenarios
	}
	if typed != nil {
		x.Area.Value = *typed
		x.Head = r.PostForm.Get("base") // what she had before her; merging starts from there
	}
	if wrong != nil {
		fields, err := ui.Complaints(wrong)
		said := ""
		if err == nil {
			said = v.Complaint(fields["text"], v.T("studio.text.label", "file", name))
		} else if f := new(fault.Error); asFault(err, &f) {
			said, _ = v.Fault(f)
		}
		x.Area.Error = gov.ErrorMessage{Text: said, Prefix: v.T("common.error")}
		x.Errors = []gov.ErrorLink{{Text: said, Href: "#text"}}
	}
	return v.page(w, r, status, "text", ui.Page{Body: x.body()})
}

// saveText keeps a text. A script that saves while somebody types gets its answer as JSON.
func (h *Handler) saveText(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	name, typed := file(r.PostForm.Get("file")), r.PostForm.Get("text")
	base, err := strconv.Atoi(r.PostForm.Get("base"))
	if err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	saved, err := h.Studio.Save(r.Context(), v.Actor, v.d.ID, base, name, typed)
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		if err != nil {
			return err
		}
		return h.answer(w, r, v, name, saved)
	}
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Conflict):
		status := http.StatusUnprocessableEntity
		if fault.Is(err, fault.Conflict) {
			status = http.StatusConflict
		}
		return h.showText(w, r, status, v, name, &typed, err)
	case err != nil:
		return err
	}
	v.tell(w, saved)
	return v.See(w, r, v.base+"/text?file="+name)
}

// tell says what became of a saving.
func (v room) tell(w http.ResponseWriter, s studio.Saved) {
	n := v.Number(int64(s.Revision))
	switch {
	case s.Clashes > 0:
		v.Warn(w, "studio.saved.clash", "n", n, "places", v.Number(int64(s.Clashes)))
	case s.Merged:
		v.Notice(w, "studio.saved.merged", "n", n)
	default:
		v.Notice(w, "studio.saved", "n", n)
	}
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, v room, name string, s studio.Saved) error {
	out := struct {
		Revision int    `json:"revision"`
		Said     string `json:"said"`
		Text     string `json:"text,omitempty"` // when it is not what was sent
	}{s.Revision, v.T("studio.autosaved", "n", v.Number(int64(s.Revision)), "time", v.Stamp(h.Now())), ""}
	if s.Merged {
		f, err := h.Studio.Text(r.Context(), v.Actor, v.d.ID, s.Revision)
		if err != nil {
			return err
		}
		if out.Text = f.Service; name == studio.ScenariosFile {
			out.Text = f.Scenarios
		}
		out.Said = v.T("studio.saved.merged", "n", v.Number(int64(s.Revision)))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(out)
}
