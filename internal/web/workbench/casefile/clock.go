package casefile

import (
	"net/http"
	"strconv"

	"tongban/internal/platform/fault"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/workbench"
)

func (s sheet) left() gov.Tag {
	return workbench.Left(s.u.Printer, s.m, s.words.City.Calendar, s.today)
}

// clock counts the matter's clock day by day.
func (h *Handler) clock(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	u, cal := s.u, s.words.City.Calendar
	clock, runs := s.m.Running()
	if !runs {
		return fault.New(fault.NotFound, "error.page")
	}
	state := clock.State(cal, s.today)
	v := clockView{Request: u, Caption: s.caption(), Title: u.T("track.how.title"), Left: s.left(), Lead: u.T("workbench.clock.lead", "from", u.Day(string(clock.From)), "to", u.Day(string(state.Due)))}
	v.Table = gp.Table{Caption: v.Title, HideTitle: true, Dense: true, Head: []gp.Column{{Text: u.T("track.how.day")}, {Text: u.T("track.how.count"), Numeric: true}, {Text: u.T("track.how.why")}}}
	for _, step := range clock.TraceOn(cal, s.today) {
		n := "–"
		if step.N > 0 {
			n = strconv.Itoa(step.N)
		}
		why := u.T("track.how." + string(step.Why))
		if name := u.Of(step.Holiday); name != "" {
			why += " · " + name
		}
		if step.Procedure != "" {
			why += " · " + u.T("track.special."+step.Procedure)
		}
		v.Table.Rows = append(v.Table.Rows, gp.Line{Cells: []gp.Cell{{Text: u.Day(string(step.Day)), NoWrap: true}, {Text: n, Numeric: true}, {Text: why}}})
	}
	if state.Provisional {
		v.Notes = append(v.Notes, u.T("track.how.provisional"))
	}
	if state.Projected {
		v.Notes = append(v.Notes, u.T("track.how.projected"))
	}
	for _, y := range cal.Sources(clock.From, state.Due) {
		if y.Source != "" {
			v.Source = append(v.Source, gp.Link{Text: u.T("track.how.source", "year", strconv.Itoa(y.Year)), Href: y.Source})
		}
	}
	return s.page(w, r, http.StatusOK, ui.Page{Title: v.Title, Body: v.body()})
}
