package application

import (
	"time"

	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
)

// Draft is an application that has not been submitted yet.
type Draft struct {
	ID      string
	Account string
	Subject string
	Service string
	Edition string
	Content
	Case    string // the case it became; empty while it is a draft
	Created time.Time
	Updated time.Time
	Version int
}

// Content is what a draft carries.
type Content struct {
	Self      string            `json:"self"` // the applicant's own register id
	Name      string            `json:"name"` // the subject's name
	Answers   guide.Answers     `json:"answers"`
	Values    map[string]Entry  `json:"values"`
	Materials map[string]Choice `json:"materials"`
	Only      []string          `json:"only,omitempty"`     // a new try: only these matters
	From      string            `json:"from,omitempty"`     // the case that is tried again
	Down      map[string]bool   `json:"down,omitempty"`     // registers that did not answer when the draft was opened
	Sections  map[string]bool   `json:"sections,omitempty"` // sections that were saved at least once
}

// prepare makes the maps that are to be written into.
func (c *Content) prepare() {
	if c.Values == nil {
		c.Values = map[string]Entry{}
	}
	if c.Materials == nil {
		c.Materials = map[string]Choice{}
	}
	if c.Sections == nil {
		c.Sections = map[string]bool{}
	}
}

// Entry is one field of the form: what was typed, right or wrong, or what a register holds.
type Entry struct {
	casework.Value
	Register string            `json:"register,omitempty"` // the register's value, when the person wrote another
	Held     casework.Value    `json:"held,omitzero"`      // the same with its source, so that she can return to it
	Code     string            `json:"code,omitempty"`     // text key of what is wrong with it; empty when nothing is
	Args     map[string]string `json:"args,omitempty"`
}

// Choice is what the person decided about one material.
type Choice struct {
	Kind string `json:"kind"` // use, own, later, made
	casework.Evidence
	Dispute string `json:"dispute,omitempty"` // what is wrong with the register's record
}

// The choices about a material.
const (
	Use   = "use"   // let the bodies use what government holds
	Own   = "own"   // upload it instead
	Later = "later" // promise to bring it later (容缺)
	Made  = "made"  // written by the platform, declared by the person
)

// Status is how far a task of the list has come: the five words of the page specification.
type Status string

// The statuses of a task.
const (
	NotStarted   Status = "not-started"
	InProgress   Status = "in-progress"
	Completed    Status = "completed"
	NeedsMending Status = "needs-correction"
	CannotStart  Status = "cannot-start"
)

// Task is one line of the application's task list.
type Task struct {
	Section  *catalogue.Section // a part of the form
	Fields   []*catalogue.Field // the fields of it that apply
	Material *guide.PlanMaterial
	Status   Status
}

// Sheet is a draft together with what the guide makes of its answers.
type Sheet struct {
	Draft
	Guide *guide.Guide
	Plan  guide.Plan
	Tasks []Task // the parts of the form
	Files []Task // the materials
}

// Ready reports whether nothing keeps the draft from being submitted.
func (s Sheet) Ready() bool {
	for _, tasks := range [][]Task{s.Tasks, s.Files} {
		for _, t := range tasks {
			if t.Status != Completed {
				return false
			}
		}
	}
	return true
}

// Users lists the bodies that a field's value goes to.
func (s Sheet) Users(f *catalogue.Field) []string {
	return s.bodies(f.For)
}

// Receivers lists the bodies that a material goes to.
func (s Sheet) Receivers(m *catalogue.Material) []string {
	return s.bodies(m.For)
}

func (s Sheet) bodies(matters []string) []string {
	var bodies []string
	seen := map[string]bool{}
	for _, pm := range s.Plan.Matters {
		for _, id := range matters {
			if pm.Matter.ID == id && !seen[pm.Matter.Body] {
				seen[pm.Matter.Body] = true
				bodies = append(bodies, pm.Matter.Body)
			}
		}
	}
	return bodies
}
