package application

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"

	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
)

// sheet puts a draft beside its plan: which parts and materials apply, and how far each has come.
func (s *Service) sheet(d Draft, g *guide.Guide) Sheet {
	sheet := Sheet{Draft: d, Guide: g, Plan: g.Plan(d.Answers)}
	if len(d.Only) > 0 {
		sheet.Plan = sheet.Plan.Only(d.Only)
	}
	for _, section := range sheet.Plan.Sections {
		t := Task{Section: section.Section, Fields: section.Fields, Status: NotStarted}
		if d.Sections[t.Section.ID] {
			t.Status = Completed
		}
		for _, f := range t.Fields {
			e, ok := d.Values[f.ID]
			switch {
			case e.Code != "":
				t.Status = NeedsMending
			case t.Status == Completed && !f.Optional && (!ok || e.Value.Value == ""):
				t.Status = InProgress
			}
		}
		sheet.Tasks = append(sheet.Tasks, t)
	}
	for i := range sheet.Plan.Materials {
		pm := &sheet.Plan.Materials[i]
		sheet.Files = append(sheet.Files, Task{Material: pm, Status: materialStatus(pm, d.Materials[pm.Material.ID])})
	}
	return sheet
}

// materialStatus says how far one material has come. What an earlier matter will give, and what the
// platform writes, needs nothing from the person.
func materialStatus(pm *guide.PlanMaterial, c Choice) Status {
	switch {
	case pm.State == guide.Upstream, pm.State == guide.Made:
		return Completed
	case c.Kind == Use, c.Kind == Later, c.Kind == Own && len(c.Files) > 0:
		return Completed
	case c.Kind == Own, c.Dispute != "":
		return InProgress
	}
	return NotStarted
}

// Material finds a material of the plan.
func (s Sheet) Material(id string) (*guide.PlanMaterial, bool) {
	i := slices.IndexFunc(s.Files, func(t Task) bool { return t.Material.Material.ID == id })
	if i < 0 {
		return nil, false
	}
	return s.Files[i].Material, true
}

// Task finds a part of the form and what stands after it.
func (s Sheet) Task(section string) (t Task, next string, ok bool) {
	for i, t := range s.Tasks {
		if t.Section.ID != section {
			continue
		}
		if i+1 < len(s.Tasks) {
			next = s.Tasks[i+1].Section.ID
		}
		return t, next, true
	}
	return Task{}, "", false
}

// Seen names what stands in a part of the form. A page sends it back with what is typed over it, so that
// of two windows neither overwrites unseen what the other saved.
func (s Sheet) Seen(section string) string {
	h := fnv.New64a()
	t, _, _ := s.Task(section)
	for _, f := range t.Fields {
		e := s.Values[f.ID]
		fmt.Fprintf(h, "%q %q %q ", f.ID, e.Value.Value, e.Code)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// subjectOf says about whom a register or certificate is asked: the person herself, or the business
// that she acts for.
func (s *Service) subjectOf(d Draft, key string) string {
	if key == "person" {
		return d.Self
	}
	return d.Subject
}

func fieldsOf(m *catalogue.Material, all []string) []string {
	if len(m.Source.Fields) > 0 {
		return m.Source.Fields
	}
	return all
}
