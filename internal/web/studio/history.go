package studio

import (
	"errors"
	"net/http"
	"strconv"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lines"
	"tongban/internal/service/studio"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
)

func asFault(err error, f **fault.Error) bool { return errors.As(err, f) }

// historyView is every saving of a draft, and two of them compared.
type historyView struct {
	room
	Table   gp.Table
	Remarks []studio.Remark
	Compare string
	Files   []fileDiff
}

// fileDiff is a file as it was and as it is, line by line.
type fileDiff struct {
	Name  string
	Hunks []hunk
}

func (h *Handler) history(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	all, err := h.Studio.History(r.Context(), v.Actor, v.d.ID)
	if err != nil {
		return err
	}
	x := historyView{room: v, Remarks: v.d.Remarks, Table: gp.Table{Caption: v.T("studio.history.list"), HideTitle: true, Dense: true, Head: []gp.Column{
		{Text: v.T("studio.col.revision"), Numeric: true}, {Text: v.T("studio.col.at")}, {Text: v.T("studio.col.by")}, {Text: v.T("studio.col.what")}, {Text: v.T("studio.col.do"), Hidden: true},
	}}}
	for _, one := range all {
		what := v.T("studio.note." + noteKey(one.Note))
		if one.Clashes > 0 {
			what = v.T("studio.note.clash", "what", what, "places", v.Number(int64(one.Clashes)))
		}
		n := strconv.Itoa(one.Number)
		x.Table.Rows = append(x.Table.Rows, gp.Line{Cells: []gp.Cell{
			{Text: n, Numeric: true}, {Text: v.Stamp(one.At), NoWrap: true}, {Text: one.Name}, {Text: what}, {HTML: v.revise(n, one.Number < v.d.Head, v.d.State == studio.Writing)},
		}})
	}
	if from, err := strconv.Atoi(r.URL.Query().Get("from")); err == nil {
		to := v.d.Head
		if n, err := strconv.Atoi(r.URL.Query().Get("to")); err == nil {
			to = n
		}
		a, err := h.Studio.Text(r.Context(), v.Actor, v.d.ID, from)
		if err != nil {
			return err
		}
		b, err := h.Studio.Text(r.Context(), v.Actor, v.d.ID, to)
		if err != nil {
			return err
		}
		x.Compare = v.T("studio.history.compared", "from", v.Number(int64(from)), "to", v.Number(int64(to)))
		x.Files = compared(lines.Compare(a.Service, b.Service), lines.Compare(a.Scenarios, b.Scenarios))
	}
	return v.page(w, r, http.StatusOK, "history", ui.Page{Body: x.body()})
}

func noteKey(n studio.Note) string {
	if n == studio.Typed {
		return "typed"
	}
	return string(n)
}

// restore takes up an earlier revision again, or brings the draft together with what was published.
func (h *Handler) restore(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	var saved studio.Saved
	switch r.PostForm.Get("do") {
	case "catch-up":
		saved, err = h.Studio.CatchUp(r.Context(), v.Actor, v.d.ID)
	case "drop":
		if err := h.Studio.Drop(r.Context(), v.Actor, v.d.ID); err != nil {
			return err
		}
		v.Notice(w, "studio.dropped")
		return v.See(w, r, "/studio")
	default:
		var n int
		if n, err = numbered(r); err == nil {
			saved, err = h.Studio.Restore(r.Context(), v.Actor, v.d.ID, n)
		}
	}
	if err != nil {
		return err
	}
	v.tell(w, saved)
	return v.See(w, r, v.base+"/text")
}

// hunk is a stretch of lines around a change.
type hunk struct {
	From  int // line of the newer text at which it begins
	Lines []lines.Line
}

const around = 3 // lines that are shown before and after a change

func compared(service, scenarios []lines.Line) (all []fileDiff) {
	for _, f := range []struct {
		name  string
		lines []lines.Line
	}{{studio.ServiceFile, service}, {studio.ScenariosFile, scenarios}} {
		if h := hunks(f.lines); len(h) > 0 {
			all = append(all, fileDiff{f.name, h})
		}
	}
	return all
}

func hunks(all []lines.Line) (out []hunk) {
	near := make([]bool, len(all))
	for i, l := range all {
		if l.Op == lines.Same {
			continue
		}
		for j := max(0, i-around); j <= min(len(all)-1, i+around); j++ {
			near[j] = true
		}
	}
	n := 1
	for i, l := range all {
		if near[i] {
			if i == 0 || !near[i-1] {
				out = append(out, hunk{From: n})
			}
			last := &out[len(out)-1]
			last.Lines = append(last.Lines, l)
		}
		if l.Op != lines.Removed {
			n++
		}
	}
	return out
}
