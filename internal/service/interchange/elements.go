package interchange

import (
	"reflect"
	"slices"
	"strings"

	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
)

// elements writes what else the checklist says of a matter, and what is so of every matter here.
func (s *Standard) elements(city *jurisdiction.City, o jurisdiction.Offer, cells map[string]string) {
	e := o.Matter.More()
	state, ways := "used", []string{"counter", "online"}
	if _, suspended := city.Suspended[o.Entry.Service.ID]; suspended {
		state = "suspended"
	}
	if e.Post == "yes" {
		ways = append(ways, "post")
	}
	for column, v := range map[string]string{
		"task_state": s.write("task_state", state), "task_version": o.Entry.Edition, "handle_flow": s.list("handle_flow", []string{"accept", "review", "decide", "end", "deliver"}),
		"handle_type": s.list("handle_type", ways), "is_online": s.write("yes", "true"), "is_single_login": s.write("yes", "true"), "app_is_single_login": s.write("yes", "true"),
		"local_catalog_code": e.LocalCode, "task_handle_item": e.ItemCode, "plan_effective_date": e.From, "plan_cancel_date": e.Until,
		"dept_type": s.write("dept_type", e.Standing), "power_source": s.write("power_source", e.Power), "entrust_name": names(city, e.EntrustedBy), "other_dept": names(city, e.With...),
		"service_type": sentence(e.Intermediary), "limit_explain": sentence(e.Quota), "online_handle_depth": s.list("depth", e.Depth),
		"is_entry_center": s.write("elements", e.Centre), "is_schedule": s.write("elements", e.Booking), "is_pay_online": s.write("elements", e.Pay),
		"is_express": s.write("elements", e.Post), "is_service_terminals": s.write("elements", e.Terminal),
		"result_delivery": e.Delivery.ZH, "traffic_guide": e.Traffic.ZH, "applicant_rights": lined(e.Rights), "applicant_duties": lined(e.Duties),
	} {
		cells[column] = v
	}
}

// derived are the columns that say what follows from the rest.
var derived = []string{"task_state", "task_version", "handle_flow", "handle_type", "is_online", "is_single_login", "app_is_single_login"}

// elements reads the cells of the other elements.
func (x *fit) elements() {
	e := x.m.More()
	before := e
	for _, c := range derived {
		if at := taskTable + c; x.differs(c) && x.unheld[at] == nil {
			field, _ := x.Field(taskTable, c)
			x.unheld[at] = &Misfit{File: x.row.File, Row: x.row.N, Column: c, Warning: true,
				What:   say("%[1]s由平台得出，这一列没有放进草稿", "this (%[2]s) follows from the rest; the column is not in the draft", field.ZH, field.EN),
				Remedy: say("要改就改它的由来", "change what it follows from")}
		}
	}
	for column, into := range map[string]*string{"local_catalog_code": &e.LocalCode, "task_handle_item": &e.ItemCode} {
		if x.differs(column) {
			*into = x.cell(column)
		}
	}
	for column, into := range map[string]*string{"plan_effective_date": &e.From, "plan_cancel_date": &e.Until} {
		if x.differs(column) {
			if *into = x.cell(column); *into != "" && !aDay.MatchString(*into) {
				x.refuse(column, say("%q 不是日期", "%q is no day", *into), say("写成 2026-03-02 的形式", "write it like 2026-03-02"))
			}
		}
	}
	for column, into := range map[string]*string{
		"dept_type": &e.Standing, "power_source": &e.Power, "is_entry_center": &e.Centre, "is_schedule": &e.Booking, "is_pay_online": &e.Pay, "is_express": &e.Post, "is_service_terminals": &e.Terminal,
	} {
		x.code(column, func(v string) { *into = v })
	}
	x.codes("online_handle_depth", func(v []string) { e.Depth = v })
	x.named("entrust_name", func(ids []string) { e.EntrustedBy = strings.Join(ids, "") })
	x.named("other_dept", func(ids []string) { e.With = ids })
	e.Intermediary, e.Quota = x.outcome("service_type", e.Intermediary), x.outcome("limit_explain", e.Quota)
	for column, into := range map[string]*lang.Text{"result_delivery": &e.Delivery, "traffic_guide": &e.Traffic} {
		if x.differs(column) {
			*into = lang.Text{ZH: x.cell(column)}
		}
	}
	for column, into := range map[string]*[]catalogue.Condition{"applicant_rights": &e.Rights, "applicant_duties": &e.Duties} {
		if x.differs(column) {
			*into = x.lines(column, *into)
		}
	}
	if !reflect.DeepEqual(before, e) {
		x.m.Elements = &e
	}
}

// named takes bodies by their names.
func (x *fit) named(column string, take func(ids []string)) {
	if !x.differs(column) {
		return
	}
	var ids []string
	for _, name := range several(x.cell(column)) {
		found := false
		for _, b := range x.city.Org.Bodies() {
			if found = b.Name.ZH == name; found {
				ids = append(ids, b.ID)
				break
			}
		}
		if !found {
			x.refuse(column, say("辖区里没有叫 %q 的机构", "no body is called %q here", name), say("写机构的全称，或先在 organisations/ 里加上它", "write the full name of a body, or add it under organisations/ first"))
			return
		}
	}
	take(ids)
}

// outcome takes a sentence; one that is as the catalogue has it keeps its basis.
func (x *fit) outcome(column string, old *catalogue.Outcome) *catalogue.Outcome {
	switch {
	case !x.differs(column):
		return old
	case x.cell(column) == "":
		return nil
	}
	return &catalogue.Outcome{Text: lang.Text{ZH: x.cell(column)}, Cite: x.cite("")}
}

// lines takes one condition a line; those that the catalogue has keep their basis.
func (x *fit) lines(column string, old []catalogue.Condition) (all []catalogue.Condition) {
	for line := range strings.Lines(x.cell(column)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		i := slices.IndexFunc(old, func(c catalogue.Condition) bool { return c.Text.ZH == line })
		if i >= 0 {
			all = append(all, old[i])
			continue
		}
		all = append(all, catalogue.Condition{Text: lang.Text{ZH: line}, Cite: x.cite("")})
	}
	return all
}

func sentence(o *catalogue.Outcome) string {
	if o == nil {
		return ""
	}
	return o.Text.ZH
}

func lined(all []catalogue.Condition) string {
	texts := make([]string, len(all))
	for i, c := range all {
		texts[i] = c.Text.ZH
	}
	return strings.Join(texts, "\n")
}

// names are the full names of bodies.
func names(city *jurisdiction.City, ids ...string) string {
	var all []string
	for _, id := range ids {
		if b, ok := city.Org.Body(id); ok {
			all = append(all, b.Name.ZH)
		}
	}
	return strings.Join(all, "^")
}
