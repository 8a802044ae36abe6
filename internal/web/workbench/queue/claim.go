package queue

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"tongban/internal/platform/fault"
	"tongban/internal/service/casework"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/workbench"
)

// everyState is for a list of chosen matters, whatever has become of them.
var everyState = slices.Concat(casework.Open, over)

// picked reads the chosen matters as they are now.
func (h *Handler) picked(r *http.Request, b bench, ids []string) ([]casework.Row, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > pageSize {
		ids = ids[:pageSize]
	}
	var rows []casework.Row
	err := h.Casework.Queue(r.Context(), b.u.Actor, func(q *casework.Queue) (err error) {
		rows, err = q.List(r.Context(), casework.Filter{IDs: ids, States: everyState}, casework.Cursor{}, pageSize)
		return err
	})
	return rows, err
}

// choose shows what a claim of several matters at once would do, and afterwards what it did: both are
// how the matters stand now, so that the page may be opened again.
func (h *Handler) choose(w http.ResponseWriter, r *http.Request) error {
	b, err := h.open(r)
	if err != nil {
		return err
	}
	u, q := b.u, r.URL.Query()
	back := u.Return(q.Get("return"), "/desk/queue")
	rows, err := h.picked(r, b, q["matter"])
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		u.Warn(w, "workbench.claim.none")
		return u.See(w, r, back)
	}
	done := q.Get("done") != ""
	v := claimView{Request: u, Title: u.T("workbench.claim.title"), Lead: u.T("workbench.claim.lead"), Return: back}
	if done {
		v.Title, v.Lead = u.T("workbench.claim.done.title"), u.T("workbench.claim.done.lead")
	}
	v.Table = gp.Table{Caption: v.Title, HideTitle: true, Dense: true, Head: []gp.Column{
		{Text: u.T("workbench.col.matter")}, {Text: u.T("workbench.col.applicant")}, {Text: u.T("workbench.col.left")}, {Text: u.T("workbench.col.outcome")},
	}}
	for _, row := range rows {
		m := row.Matter
		var outcome gov.Tag
		switch {
		case m.Officer == u.Actor.ID:
			outcome = gov.Tag{Text: u.T("workbench.claim.yours"), Classes: "govuk-tag--green"}
		case claimable(m) && done:
			outcome = gov.Tag{Text: u.T("workbench.claim.failed"), Classes: "govuk-tag--red"}
		case claimable(m):
			outcome = gov.Tag{Text: u.T("workbench.claim.can"), Classes: "govuk-tag--blue"}
			v.Matters = append(v.Matters, m.ID)
		case m.Officer != "":
			outcome = gov.Tag{Text: u.T("workbench.claim.other", "who", b.who(m)), Classes: "govuk-tag--orange"}
		default:
			outcome = gov.Tag{Text: u.T("workbench.claim.not", "state", b.words.Desk(m.State)), Classes: "govuk-tag--grey"}
		}
		v.Table.Rows = append(v.Table.Rows, gp.Line{Cells: []gp.Cell{
			{HTML: named(workbench.Path(m), m.Number, b.matter(m))}, {Text: row.Name}, b.left(m), {HTML: outcome.View()},
		}})
	}
	v.Button = u.T("workbench.claim.go", "n", workbench.Count(len(v.Matters)))
	return b.page(w, r, ui.Page{Title: v.Title, Nav: "queue", Back: ui.Link{Text: u.T("workbench.queue.title"), Href: back}, Body: v.body()})
}

// claim takes each of the chosen matters by itself: one that a colleague was quicker to take, or that is
// over, keeps none of the others back.
func (h *Handler) claim(w http.ResponseWriter, r *http.Request) error {
	b, err := h.post(r)
	if err != nil {
		return err
	}
	rows, err := h.picked(r, b, r.PostForm["matter"])
	if err != nil {
		return err
	}
	q := url.Values{"done": {"1"}, "return": {b.u.Return(r.PostForm.Get("return"), "/desk/queue")}}
	for _, row := range rows {
		q.Add("matter", row.ID)
		err := h.Casework.Claim(r.Context(), b.u.Actor, row.ID)
		var f *fault.Error
		if err != nil && !errors.As(err, &f) {
			return err
		}
	}
	return b.u.See(w, r, "/desk/queue/claim?"+q.Encode())
}
