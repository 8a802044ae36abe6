package interchange

import "tongban/internal/service/jurisdiction"

// Everything is a draft of all services as they are.
func Everything(city *jurisdiction.City) *Draft {
	d := &Draft{services: map[string]*drafted{}}
	for id, e := range city.Services {
		d.services[id] = &drafted{*e.Service, true}
	}
	return d
}
