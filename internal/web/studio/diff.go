package studio

import (
	"net/http"
	"strings"

	"tongban/internal/platform/decision"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
	"tongban/internal/service/studio"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
)

// diffView is what a draft changes: what it means first, then its values, then its lines.
type diffView struct {
	room
	Counts  []string
	Meaning string // for how many, and for whom
	Words   gp.Table
	Fields  gp.Diff
	Files   []fileDiff
	Effect  []string
}

func (h *Handler) diff(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	x, err := h.differences(r, v)
	if err != nil {
		return err
	}
	return v.page(w, r, http.StatusOK, "diff", ui.Page{Body: x.body()})
}

func (h *Handler) differences(r *http.Request, v room) (diffView, error) {
	d, err := h.Studio.Diff(r.Context(), v.Actor, v.d.ID)
	if err != nil {
		return diffView{}, err
	}
	x := diffView{room: v, Files: compared(d.Service, d.Scenarios), Effect: v.effect(d.Effect)}
	for _, c := range d.Counts {
		x.Counts = append(x.Counts, v.T("studio.diff.count", "what", v.T("studio.count."+c.Kind), "before", v.Number(int64(c.Before)), "after", v.Number(int64(c.After))))
	}
	switch {
	case d.New == nil:
		x.Meaning = v.T("studio.unsound")
	case d.Old == nil:
		x.Meaning = v.T("studio.diff.new")
	case len(d.Meaning.Differences) == 0:
		x.Meaning = v.T("studio.diff.none")
	default:
		x.Meaning = v.T("studio.diff.touched", "n", d.Meaning.Touched.String(), "of", d.Meaning.Situations.String(), "who", v.somebody(d, d.Meaning.Who))
		x.Words = gp.Table{Caption: v.T("studio.diff.words"), Head: []gp.Column{{Text: v.T("studio.diff.what")}, {Text: v.T("studio.diff.before")}, {Text: v.T("studio.diff.after")}, {Text: v.T("studio.diff.who")}}}
		for _, y := range d.Meaning.Differences {
			x.Words.Rows = append(x.Words.Rows, gp.Line{Cells: []gp.Cell{
				{HTML: two(v.T("studio.diff.kind."+string(y.Kind)), v.Of(y.Name))}, {Text: v.or(v.Of(y.Before))}, {Text: v.or(v.Of(y.After))},
				{Text: v.T("studio.diff.situations", "n", y.Situations.String(), "who", v.somebody(d, y.Who))},
			}})
		}
	}
	x.Fields.Caption = v.T("studio.diff.fields")
	for _, c := range d.Fields {
		x.Fields.Rows = append(x.Fields.Rows, gp.Change{Label: strings.ReplaceAll(c.Path, "/", " / "), Old: v.or(c.Before), New: v.or(c.After)})
	}
	return x, nil
}

// or says "nothing" for what is not there.
func (v room) or(s string) string {
	if s == "" {
		return v.T("studio.diff.nothing")
	}
	return s
}

// somebody is an example person in words.
func (v room) somebody(d studio.Difference, e decision.Example) string {
	if len(e) == 0 {
		return v.T("studio.diff.anybody")
	}
	var said []string
	for _, a := range e {
		said = append(said, v.answered(a.Variable, a.Value, d.New.Service, old(d)))
	}
	return strings.Join(said, v.T("say.and"))
}

func old(d studio.Difference) *catalogue.Service {
	if d.Old == nil {
		return &catalogue.Service{}
	}
	return d.Old.Service
}

func (v room) answered(id, value string, among ...*catalogue.Service) string {
	for _, s := range among {
		if q := s.Question(id); q != nil {
			return v.T("say.because.one", "question", v.Of(q.Text), "answer", v.words.Answer(q, value))
		}
	}
	if id == guide.Today {
		return v.T("say.because.one", "question", v.T("studio.simulate.day"), "answer", v.Day(value))
	}
	return id + " = " + value
}

// effect says whom the new edition meets on its way, and what becomes of them.
func (v room) effect(e studio.Effect) (all []string) {
	n := func(i int) string { return v.Number(int64(i)) }
	return []string{v.T("studio.effect.cases", "n", n(e.Cases)), v.T("studio.effect.drafts", "n", n(e.Drafts)), v.T("studio.effect.checklists", "n", n(e.Checklists))}
}
