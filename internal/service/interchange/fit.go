package interchange

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/ref"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/org"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
)

// Draft is services as they would be with what was read: those that are new or different.
type Draft struct {
	services map[string]*drafted
}

type drafted struct {
	catalogue.Service
	known bool // the catalogue has the service; what it holds beyond the fields stays
}

// Services lists the ids of the services in the draft.
func (d *Draft) Services() []string {
	ids := make([]string, 0, len(d.services))
	for id := range d.services {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Fit makes a draft of checklists. A matter that the city has is changed only where a cell says something
// else than the catalogue, so that what the fields cannot hold stays; any other becomes a service of its
// own, to be completed by people. A matter of which anything does not fit is left out.
func (s *Standard) Fit(city *jurisdiction.City, all []Checklist, r *Report) *Draft {
	f := &fitting{Standard: s, city: city, report: r, draft: &Draft{services: map[string]*drafted{}}, bodies: map[string]org.Body{}, laws: map[string]string{}, unheld: map[string]*Misfit{}, given: map[string]bool{}}
	for _, b := range city.Org.Bodies() {
		f.bodies[b.USCC] = b
	}
	for _, p := range city.Law.Provisions() {
		f.laws[p.Cite(lang.ZH)] = p.ID
	}
	for i := range all {
		for _, table := range tables[1:] {
			f.given[table] = f.given[table] || len(all[i].rows(table)) > 0
		}
	}
	for i := range all {
		f.one(&all[i])
	}
	for _, field := range s.Fields {
		if m := f.unheld[field.Table+field.Name]; m != nil {
			r.add(*m)
		}
	}
	r.arrange()
	return f.draft
}

// fitting is one making of a draft.
type fitting struct {
	*Standard
	city   *jurisdiction.City
	report *Report
	draft  *Draft
	bodies map[string]org.Body // by unified social credit code
	laws   map[string]string   // provision by its citation
	unheld map[string]*Misfit  // fields that the catalogue has no place for, where they first held something
	given  map[string]bool     // tables of which anything was read
}

// fit is one matter while it is fitted in.
type fit struct {
	*fitting
	service drafted
	m       *catalogue.Matter // within service
	table   string
	row     Row
	base    map[string]string // what the catalogue says in the same cells
	bad     bool
}

func (x *fit) say(column string, what, remedy lang.Text, warning bool) {
	x.report.add(Misfit{File: x.row.File, Row: x.row.N, Column: column, What: what, Remedy: remedy, Warning: warning})
}

// refuse keeps the matter out.
func (x *fit) refuse(column string, what, remedy lang.Text) {
	x.say(column, what, remedy, false)
	x.bad = true
}

func (x *fit) note(column string, what, remedy lang.Text) { x.say(column, what, remedy, true) }

// cell is what the row says, and where it does not speak of the column, what the catalogue does: a file
// without a column takes nothing out.
func (x *fit) cell(column string) string {
	if v, said := x.row.Cells[column]; said {
		return v
	}
	return strings.TrimSpace(x.base[column])
}

// differs reports whether the row says something else than the catalogue.
func (x *fit) differs(columns ...string) bool {
	for _, c := range columns {
		if x.cell(c) != strings.TrimSpace(x.base[c]) {
			return true
		}
	}
	return false
}

// one fits one checklist in.
func (f *fitting) one(c *Checklist) {
	x := &fit{fitting: f, table: taskTable, row: c.Task, bad: c.bad}
	code := c.Task.Cells["task_code"]
	offer, known := f.city.Offer(code)
	var base Checklist
	var before []byte
	if known {
		base = f.checklist(f.city, offer)
		x.known(offer)
		before = strictyaml.Marshal(x.service.Service)
	} else {
		x.fresh(code)
	}
	x.open(taskTable, c.Task, base.Task.Cells)
	if x.m != nil {
		x.matter()
		x.under(c, base)
		if !known {
			x.complete()
		}
	}
	switch {
	case x.bad:
		f.report.Refused++
	case known && bytes.Equal(before, strictyaml.Marshal(x.service.Service)):
		f.report.Same++
	default:
		f.report.Drafted++
		f.draft.services[x.service.ID] = &x.service
	}
}

// open turns to a row: it checks what every row must have, and notes what there is no place for.
func (x *fit) open(table string, row Row, base map[string]string) {
	x.table, x.row, x.base = table, row, base
	for _, field := range x.Of(table) {
		v := x.cell(field.Name)
		switch {
		case v == "" && field.Must && (base[field.Name] != "" || len(base) == 0):
			x.refuse(field.Name, say("缺%[1]s", "%[2]s is missing", field.ZH, field.EN), say("填上", "fill it in"))
		case utf8.RuneCountInString(v) > maxCell:
			x.refuse(field.Name, say("超过 %d 字", "it is longer than %d characters", maxCell), say("写短一些", "shorten it"))
		case v != "" && field.Here == "":
			at := table + field.Name
			if x.unheld[at] == nil {
				x.unheld[at] = &Misfit{File: row.File, Row: row.N, Column: field.Name, Warning: true, What: say("目录没有放%[1]s的地方，这一列没有放进草稿", "the catalogue has no place for this (%[2]s); the column is not in the draft", field.ZH, field.EN), Remedy: say("要保留就另存原文件", "keep the file, if it is to be kept")}
			}
		}
	}
}

// known begins with a matter as the catalogue has it. Nothing of the catalogue itself is changed: lists are
// copied before.
func (x *fit) known(o jurisdiction.Offer) {
	if d := x.draft.services[o.Entry.Service.ID]; d != nil {
		x.service = *d
	} else {
		x.service = drafted{*o.Entry.Service, true}
	}
	x.service.Matters = slices.Clone(x.service.Matters)
	x.service.Materials = slices.Clone(x.service.Materials)
	x.m = x.service.Matter(o.Matter.ID)
}

// fresh begins a service of one matter. Its code says whose it is.
func (x *fit) fresh(code string) {
	if code == "" {
		x.bad = true // told as missing
		return
	}
	if len(code) != 31 || !ref.CheckUSCC(code[:18]) || strings.Trim(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		x.refuse("task_code", say("%q 不是 31 位实施编码", "%q is no implementation code of 31 characters", code),
			say("统一社会信用代码 18 位（校验位正确）+ 行使层级 1 位 + 基本编码 12 位；整列设成文本格式再填", "the body's unified social credit code of 18 with its check character, the level, and the basic code of 12; format the column as text"))
		return
	}
	body, ok := x.bodies[code[:18]]
	if !ok {
		x.refuse("task_code", say("辖区里没有代码是 %s 的机构", "the jurisdiction has no body with the code %s", code[:18]), say("先在 organisations/ 里加上这个机构，或改正编码", "add the body under organisations/ first, or mend the code"))
		return
	}
	id := "m-" + strings.ToLower(code)
	x.service = drafted{Service: catalogue.Service{ID: id, Lead: body.ID, Matters: []catalogue.Matter{{ID: "matter", Code: code[19:], Body: body.ID}}}}
	x.m = &x.service.Matters[0]
}

// complete checks what only a new matter can lack, and gives its service what follows from it.
func (x *fit) complete() {
	m := x.m
	x.service.Name, x.service.Cite = m.Name, m.Cite
	switch people := slices.Contains(m.Serves, "person"); {
	case people:
		x.service.Audience = catalogue.ForPerson
	case len(m.Serves) > 0:
		x.service.Audience = catalogue.ForBusiness
	case x.cell("user_topic_type") != "":
		x.service.Audience = catalogue.ForPerson
	case x.cell("corp_topic_type") != "":
		x.service.Audience = catalogue.ForBusiness
	default:
		x.refuse("server_type", say("缺服务对象", "who may apply is missing"), say("写 1 自然人、2 企业法人等，可以写几个", "write 1 for people, 2 for companies and so on, or several"))
	}
	if m.Statutory == nil && m.Promised == nil && x.cell("anticipate_day") == "" && x.cell("promise_day") == "" {
		x.refuse("promise_day", say("法定、承诺时限都没有", "there is neither a statutory nor a promised limit"), say("至少填一个，当场办结填 0", "fill in one of them; what is done at once has 0"))
	}
}
