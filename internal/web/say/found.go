package say

import (
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/eligibility"
	"tongban/internal/web/ui/gov"
)

// Found says by which facts somebody was found entitled to a benefit, each with its register and day.
func (w Words) Found(s *catalogue.Service, facts []eligibility.Fact) []gov.Row {
	var rows []gov.Row
	for _, f := range facts {
		if f.Value == "" && f.Question != "" {
			continue
		}
		key, value := "", ""
		if q := s.Question(f.Question); q != nil {
			key, value = w.Of(q.Text), w.Answer(q, f.Value)
		} else {
			for _, a := range w.City.Registers[f.Register].Fields {
				if a.ID == f.Field {
					key, value = w.Of(a.Name), w.Fact(a, f.Value)
				}
			}
		}
		switch {
		case f.By != "":
			value = w.T("benefit.by-hand", "value", value)
		case f.Register == "":
			value = w.T("benefit.assumed", "value", value)
		case !f.Recorded.IsZero():
			value = w.T("benefit.fact", "value", value, "register", w.Of(w.City.Registers[f.Register].Name), "day", w.ShortDay(string(deadline.Of(f.Recorded)), ""))
		}
		rows = append(rows, gov.Row{Key: gov.Text{Text: key}, Value: gov.Text{Text: value}})
	}
	return rows
}
