package find

import (
	"tongban/internal/service/catalogue"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
)

// notices tell that nobody can apply for a service for the time being, and that it is to change. While nobody
// can, nothing starts.
func (h *Handler) notices(u *ui.Request, s *catalogue.Service, start string) (string, []gp.Callout) {
	city := h.City()
	var all []gp.Callout
	if x, ok := city.Suspended[s.ID]; ok {
		start = ""
		all = append(all, gp.Callout{Title: u.T("find.suspended", "day", u.Day(string(x.Since))), Lines: []string{u.Of(x.Why), u.Of(x.Instead)}, Warns: true})
	}
	if day, ok := city.Coming[s.ID]; ok {
		all = append(all, gp.Callout{Title: u.T("find.coming", "day", u.Day(string(day)))})
	}
	return start, all
}
