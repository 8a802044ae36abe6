package jurisdiction

import (
	"io/fs"
	"maps"
	"slices"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/law"
	"tongban/internal/security/org"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
	"tongban/internal/service/lifecycle"
	"tongban/internal/service/synonym"
)

// Complaint is one thing that is wrong with the files.
type Complaint = strictyaml.Complaint

// City is one government, loaded and checked. It does not change after it is made, and may be used by
// many at once.
type City struct {
	Manifest
	Edition      string // SHA-256 of all its files, in hexadecimal
	Law          *law.Book
	Org          *org.Chart
	Calendar     *deadline.Calendar
	Stages       []Stage
	Topics       []Topic
	Purposes     []Purpose
	Synonyms     []synonym.Entry
	Services     map[string]*Entry
	Certificates map[string]catalogue.CertificateType
	Registers    map[string]catalogue.Register
	Life         map[catalogue.Audience]*lifecycle.Chain
	Samples      []lifecycle.Sample
	Policies     fs.FS // the *.cedar files
	People       Demo  // for a demonstration only

	Suspended map[string]Suspension   // services for which nobody can apply for the time being
	Coming    map[string]deadline.Day // services of which a newer edition holds from a day on

	byCode map[string]Offer
}

// Suspension says why nobody can apply for a service for the time being.
type Suspension struct {
	Since   deadline.Day
	Why     lang.Text
	Instead lang.Text // where to go meanwhile
}

// Text is the suspension as people read it; empty when there is none.
func (s Suspension) Text() lang.Text {
	if s.Since == "" {
		return lang.Text{}
	}
	return lang.Text{ZH: s.Why.ZH + s.Instead.ZH, EN: s.Why.EN + " " + s.Instead.EN}
}

// Offer is a matter within its service.
type Offer struct {
	Entry  *Entry
	Matter *catalogue.Matter
}

// Offer finds a matter by its implementation code. Where the same matter is part of several services, it
// is the one of the service that is named first.
func (c *City) Offer(code string) (Offer, bool) {
	o, ok := c.byCode[code]
	return o, ok
}

// index prepares what is looked up for pages.
func (c *City) index() {
	c.byCode = map[string]Offer{}
	for _, id := range c.ServiceIDs() {
		e := c.Services[id]
		for i := range e.Service.Matters {
			m := &e.Service.Matters[i]
			if code := c.TaskCode(*m); c.byCode[code].Matter == nil {
				c.byCode[code] = Offer{e, m}
			}
		}
	}
}

// Service returns the service with that id in the edition that is in force.
func (c *City) Service(id string) (*Entry, bool) {
	e, ok := c.Services[id]
	return e, ok
}

// Stage returns the life-cycle stage with that id.
func (c *City) Stage(id string) (Stage, bool) {
	for _, s := range c.Stages {
		if s.ID == id {
			return s, true
		}
	}
	return Stage{}, false
}

// Purpose returns the purpose with that id.
func (c *City) Purpose(id string) (Purpose, bool) {
	for _, p := range c.Purposes {
		if p.ID == id {
			return p, true
		}
	}
	return Purpose{}, false
}

// TaskCode is the implementation code (实施编码) of a matter: the body's unified social credit code, the
// level at which it acts and the basic code, 31 characters (GB/T 39554.1). Empty when the body is not of
// this city.
func (c *City) TaskCode(m catalogue.Matter) string {
	b, ok := c.Org.Body(m.Body)
	if !ok || len(b.USCC) != 18 || b.Level < 1 || b.Level > 9 || len(m.Code) != 12 {
		return ""
	}
	return b.USCC + string(rune('0'+b.Level)) + m.Code
}

// Warnings says what will be wrong soon: years whose calendar is missing, counted from today. Until it
// is there, due dates in that year are provisional.
func (c *City) Warnings(today deadline.Day) []Complaint {
	var warnings []Complaint
	for _, year := range c.Calendar.Missing(today, 366) {
		warnings = append(warnings, missingYear(year))
	}
	return warnings
}

// ServiceIDs lists the services by id, in a fixed order.
func (c *City) ServiceIDs() []string {
	return slices.Sorted(maps.Keys(c.Services))
}

// Extent is how large a service is and how much of it its scenarios show.
type Extent struct {
	Service string `json:"service"`
	guide.Extent
}

// Extents measures every service; none where there is no city.
func (c *City) Extents() []Extent {
	if c == nil {
		return nil
	}
	ids := c.ServiceIDs()
	all := make([]Extent, len(ids))
	inParallel(len(ids), func(i int) {
		e := c.Services[ids[i]]
		all[i] = Extent{ids[i], e.Guide.Extent(e.Scenarios)}
	})
	return all
}
