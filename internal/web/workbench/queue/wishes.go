package queue

import (
	"net/http"
	"net/url"

	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/workbench"
)

// wishes lists what people looked for and did not find, for the body that answers for the site.
func (h *Handler) wishes(w http.ResponseWriter, r *http.Request) error {
	b, err := h.open(r)
	if err != nil {
		return err
	}
	u := b.u
	all, err := h.Feedback.Wishes(r.Context(), u.Actor)
	if err != nil {
		return err
	}
	v := wishesView{Request: u, Table: gp.Table{Caption: u.T("workbench.wishes.title"), HideTitle: true, Dense: true, Head: []gp.Column{
		{Text: u.T("workbench.wishes.text")}, {Text: u.T("workbench.wishes.n"), Numeric: true}, {Text: u.T("workbench.wishes.first")}, {Text: u.T("workbench.wishes.last")},
	}}}
	for _, wish := range all {
		v.Table.Rows = append(v.Table.Rows, gp.Line{Cells: []gp.Cell{
			{HTML: workbench.Link(u.Path("/search")+"?q="+url.QueryEscape(wish.Text), wish.Text)}, {Text: workbench.Count(wish.N), Numeric: true},
			{Text: u.Day(string(wish.First)), NoWrap: true}, {Text: u.Day(string(wish.Last)), NoWrap: true},
		}})
	}
	if len(all) == 0 {
		v.Empty = &gp.Empty{Title: u.T("workbench.wishes.empty"), Text: u.T("workbench.wishes.empty.text")}
	}
	return b.page(w, r, ui.Page{Title: u.T("workbench.wishes.title"), Nav: "desk", Body: v.body()})
}
