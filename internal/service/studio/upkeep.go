package studio

import (
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/law"
	"tongban/internal/service/deadline"
	"tongban/internal/service/jurisdiction"
)

// Overtaken is a service that rests on a law that moved on since the service was last checked.
type Overtaken struct {
	Service   string
	Provision law.Provision // the first of that law
}

// Ended reports whether the law is no longer in force on a day.
func (o Overtaken) Ended(today deadline.Day) bool {
	return o.Provision.Until != "" && deadline.Day(o.Provision.Until) <= today
}

// LawChanged lists, once for each service and law, what was repealed, is going to be, or has an edition that
// is newer than the last check of the service.
func LawChanged(city *jurisdiction.City) (all []Overtaken) {
	for _, id := range city.ServiceIDs() {
		s := city.Services[id].Service
		seen := map[string]bool{}
		strictyaml.Each(s, "", func(_ string, c law.Cite) {
			p, ok := city.Law.Find(c.Provision)
			if !ok || seen[p.Law.ZH] || p.Until == "" && p.Edition <= s.Checked {
				return
			}
			seen[p.Law.ZH] = true
			all = append(all, Overtaken{id, p})
		})
	}
	return all
}
