package org

import (
	"sort"

	"tongban/internal/platform/lang"
)

// Role is what the holder of a post may be asked to do. The list is closed.
type Role string

// The roles.
const (
	Officer  Role = "officer"  // handles matters
	Head     Role = "head"     // signs what needs a second person, extends time limits (Administrative Licence Law, art. 42)
	Counter  Role = "counter"  // takes applications at the counter for a person who is present
	Editor   Role = "editor"   // writes services of the catalogue
	Steward  Role = "steward"  // answers for data sets
	CDO      Role = "cdo"      // chief data officer
	Security Role = "security" // security administrator (三员分立)
	Auditor  Role = "auditor"  // reads the log, changes nothing
	Admin    Role = "admin"    // runs the system, sees no cases
)

// Roles lists all roles, in the order in which they are explained to people.
var Roles = []Role{Officer, Head, Counter, Editor, Steward, CDO, Security, Auditor, Admin}

// File is one file under organisations/.
type File struct {
	Bodies []Body  `yaml:"bodies,omitempty"`
	Staff  []Staff `yaml:"staff,omitempty"`
}

// Body is a public body, or a public utility that takes part in a service.
type Body struct {
	ID      string    `yaml:"id"`               // short English word: market, fire
	USCC    string    `yaml:"uscc"`             // unified social credit code, GB 32100
	Name    lang.Text `yaml:"name"`             // full name, 示范市市场监督管理局
	Short   lang.Text `yaml:"short"`            // name within the city, 市场监管局
	Parent  string    `yaml:"parent,omitempty"` // body that it belongs to
	Level   int       `yaml:"level"`            // 1 nation, 2 province, 3 city, 4 county, 5 town, 6 village (行使层级)
	Duties  lang.Text `yaml:"duties"`           // what it answers for, in a sentence
	Contact string    `yaml:"contact"`          // telephone
	Address lang.Text `yaml:"address"`
	Hours   lang.Text `yaml:"hours"`
}

// Staff is a post in a body and the person who holds it.
type Staff struct {
	ID    string    `yaml:"id"`   // also the sign-in name: market-1, fire-head
	Body  string    `yaml:"body"` // body, by id
	Name  string    `yaml:"name"`
	Post  lang.Text `yaml:"post"`
	Roles []Role    `yaml:"roles"`
}

// Has reports whether the post carries the role.
func (s Staff) Has(r Role) bool {
	for _, have := range s.Roles {
		if have == r {
			return true
		}
	}
	return false
}

// Chart is all bodies and posts of a jurisdiction.
type Chart struct {
	bodies []Body
	staff  []Staff
	body   map[string]int
	person map[string]int
}

// NewChart draws the chart from files. Of two with the same id the first wins; Load refuses them.
func NewChart(files ...File) *Chart {
	c := &Chart{body: map[string]int{}, person: map[string]int{}}
	for _, f := range files {
		c.bodies = append(c.bodies, f.Bodies...)
		c.staff = append(c.staff, f.Staff...)
	}
	sort.SliceStable(c.bodies, func(i, j int) bool { return c.bodies[i].ID < c.bodies[j].ID })
	sort.SliceStable(c.staff, func(i, j int) bool { return c.staff[i].ID < c.staff[j].ID })
	for i := len(c.bodies) - 1; i >= 0; i-- {
		c.body[c.bodies[i].ID] = i
	}
	for i := len(c.staff) - 1; i >= 0; i-- {
		c.person[c.staff[i].ID] = i
	}
	return c
}

// Body returns the body with that id.
func (c *Chart) Body(id string) (Body, bool) {
	i, ok := c.body[id]
	if !ok {
		return Body{}, false
	}
	return c.bodies[i], true
}

// Bodies lists all bodies in the order of their ids.
func (c *Chart) Bodies() []Body { return append([]Body(nil), c.bodies...) }

// Post returns the post with that id.
func (c *Chart) Post(id string) (Staff, bool) {
	i, ok := c.person[id]
	if !ok {
		return Staff{}, false
	}
	return c.staff[i], true
}

// Staff lists all posts in the order of their ids.
func (c *Chart) Staff() []Staff { return append([]Staff(nil), c.staff...) }

// In lists the posts of a body that carry the role; all its posts when role is empty.
func (c *Chart) In(body string, role Role) []Staff {
	var in []Staff
	for _, s := range c.staff {
		if s.Body == body && (role == "" || s.Has(role)) {
			in = append(in, s)
		}
	}
	return in
}
