package api_test

import (
	"slices"
	"testing"

	"tongban/internal/api"
)

// Whoever the token acts for stands in her own lists, and the answer names what was looked up.
func TestLifeCycle(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ids := func(steps []api.LifeStep) (ids []string) {
			for _, s := range steps {
				ids = append(ids, s.ID)
			}
			return ids
		}
		var own api.LifeCycle
		h.want(t, 200, "GET", "/me/life-cycle", h.token(t, "li", "", "read:data"), nil).into(t, &own)
		want := []string{"birth-household", "vaccination", "stop-benefits", "death-household", "licence-renewal", "late-money", "late-licence", "late-data"}
		if got := ids(own.Now); own.Audience != "person" || !slices.Equal(got, want) {
			t.Errorf("li of %s: now = %v, want %v", own.Audience, got, want)
		}
		if s := own.Now[2]; s.Last != "2026-12-15" || s.Basis == nil || s.Basis.Provision != "social-insurance-rules.25" || len(s.Because) == 0 {
			t.Errorf("stop-benefits = %+v", s)
		}
		var firm api.LifeCycle
		h.want(t, 200, "GET", "/me/life-cycle", h.token(t, "wang", xinyuan, "read:data"), nil).into(t, &firm)
		if got, want := ids(firm.Done), []string{"prepare", "register", "fund-account"}; firm.Audience != "business" || !slices.Equal(got, want) {
			t.Errorf("xinyuan of %s: done = %v, want %v", firm.Audience, got, want)
		}
		if p := firm.Done[1].Paper; p == nil || p.Number != xinyuan || p.On != "2026-09-15" {
			t.Errorf("paper of the registration = %+v", p)
		}
		h.want(t, 403, "GET", "/me/life-cycle", h.token(t, "li", "", "read:cases"), nil)
	})
}
