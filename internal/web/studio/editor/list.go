package editor

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/document"
	"tongban/internal/service/studio"
	"tongban/internal/web/ui/gp"
)

// listView is a list of things that each have a form.
type listView struct {
	sheet
	path, title, kind string
	rows              []rowView
	addHref           string
}

type rowView struct {
	at, title, note string
	href, remove    string
	place           int
	last            bool
}

// list is the list at a path.
func (s sheet) list(path string) listView {
	o, _ := document.ObjectAt(path)
	holder, key := document.Split(path)
	of, _ := document.ObjectAt(holder)
	v := listView{sheet: s, path: path, title: s.T("catalogue." + of.Name + "." + dashed(key)), kind: s.T("catalogue." + o.Name),
		addHref: s.address("add", "to", path, "part", string(s.part))}
	steps := s.doc.Items(path)
	for i, step := range steps {
		at := document.Join(path, step)
		row := rowView{at: at, title: s.called(at), href: s.address("edit", "at", at, "part", string(s.part)), remove: s.address("remove", "at", at, "part", string(s.part)), place: i, last: i == len(steps)-1}
		if !strings.HasPrefix(step, "#") && step != row.title {
			row.note = step
		}
		v.rows = append(v.rows, row)
	}
	return v
}

func dashed(key string) string { return strings.ReplaceAll(key, "_", "-") }

// called is how people call what stands at a path: its name or text, or what else it says.
func (s sheet) called(path string) string {
	for _, key := range [...]string{"name", "text", "title", "ask"} {
		t := lang.Text{ZH: s.doc.Text(document.Join(path, key, "zh")), EN: s.doc.Text(document.Join(path, key, "en"))}
		if name := s.Of(t); name != "" {
			return name
		}
	}
	if matter := s.doc.Text(document.Join(path, "matter")); matter != "" {
		return s.matterName(matter)
	}
	_, step := document.Split(path)
	if when := s.doc.Text(document.Join(path, "when")); strings.HasPrefix(step, "#") && when != "" {
		return when
	}
	if i, err := strconv.Atoi(strings.TrimPrefix(step, "#")); err == nil {
		return s.T("editor.nth", "n", s.Number(int64(i+1)))
	}
	return cmp.Or(step, s.Draft().Service)
}

// matterName is the name of a matter of the service, or its id.
func (s sheet) matterName(id string) string {
	for _, m := range s.service.Matters {
		if m.ID == id {
			return cmp.Or(s.Of(m.Name), id)
		}
	}
	return id
}

func (s sheet) writable() bool { return s.Draft().State == studio.Writing }

// partView is a page of the service: its own fields, or lists and tables.
type partView struct {
	sheet
	form   *itemView
	lists  []listView
	tables []gp.Table
}

// link is a cell that leads to where something is written.
func (s sheet) link(text, href string) gp.Cell {
	return gp.Cell{HTML: gp.Link{Text: text, Href: href}.View()}
}

// about is a link to the form of a matter on the part that is shown, with what it says in words.
func (s sheet) about(m catalogue.Matter, said ...string) gp.Line {
	line := gp.Line{Cells: []gp.Cell{s.link(cmp.Or(s.Of(m.Name), m.ID), s.address("edit", "at", document.Join("matters", m.ID), "part", string(s.part)))}}
	for _, text := range said {
		line.Cells = append(line.Cells, gp.Cell{Text: text})
	}
	return line
}

// table is a table of the page, with columns by their keys.
func (s sheet) table(caption string, columns ...string) gp.Table {
	t := gp.Table{Caption: s.T(caption), Dense: true}
	for _, c := range columns {
		t.Head = append(t.Head, gp.Column{Text: s.T("editor.col." + c)})
	}
	return t
}

// partPage fills a part's page.
func (s sheet) partPage() (partView, error) {
	v := partView{sheet: s}
	if s.doc == nil {
		return v, nil
	}
	switch s.part {
	case document.Basic:
		form, err := s.item("")
		if err != nil {
			return v, err
		}
		v.form = &form
	case document.Questions:
		v.lists = []listView{s.list("questions"), s.list("refusals")}
	case document.Matters:
		v.lists = []listView{s.list("matters")}
	case document.Materials:
		v.lists = []listView{s.list("materials")}
	case document.FormPage:
		v.lists = []listView{s.list("sections")}
	case document.Cases:
		v.tables = []gp.Table{s.cases()}
	case document.Flow:
		t := s.table("editor.flow", "matter", "after", "handling", "visits")
		for _, m := range s.service.Matters {
			var after []string
			for _, a := range m.After {
				after = append(after, s.matterName(a.Matter))
			}
			t.Rows = append(t.Rows, s.about(m, cmp.Or(s.List(after), s.T("editor.none")), s.choice("matter", "handling", string(m.Handling)), s.Number(int64(m.Visits))))
		}
		v.tables = []gp.Table{t}
	case document.Limits:
		t := s.table("editor.limits", "matter", "statutory", "promised", "variants")
		for _, m := range s.service.Matters {
			t.Rows = append(t.Rows, s.about(m, cmp.Or(s.Words().Limit(m.Statutory), s.T("editor.none")), cmp.Or(s.Words().Limit(m.Promised), s.T("editor.none")), s.Number(int64(len(m.Variants)))))
		}
		v.tables = []gp.Table{t}
	case document.Fees:
		t := s.table("editor.fees", "matter", "fees")
		for _, m := range s.service.Matters {
			t.Rows = append(t.Rows, s.about(m, s.Words().Fees(m.Fees)))
		}
		v.tables = []gp.Table{t}
	case document.Results:
		t := s.table("editor.results", "matter", "result", "kind")
		for _, m := range s.service.Matters {
			name, kind := s.T("editor.none"), ""
			if m.Result != nil {
				name, kind = s.Of(m.Result.Name), s.choice("result", "kind", m.Result.Kind)
			}
			t.Rows = append(t.Rows, s.about(m, name, kind))
		}
		v.tables = []gp.Table{t}
	case document.Law:
		v.tables = []gp.Table{s.law()}
		v.wide = true
	}
	return v, nil
}

// choice is the word for a value of a choice.
func (s sheet) choice(object, key, value string) string {
	if value == "" {
		return ""
	}
	return s.T("catalogue." + object + "." + dashed(key) + "." + strings.ToLower(dashed(value)))
}

// cases lists what depends on the answers, and on which.
func (s sheet) cases() gp.Table {
	t := s.table("editor.cases", "what", "kind", "when")
	add := func(path, object string) {
		when := s.doc.Text(document.Join(path, "when"))
		t.Rows = append(t.Rows, gp.Line{Cells: []gp.Cell{
			s.link(s.called(path), s.conditionAt(document.Join(path, "when"))), {Text: s.T("catalogue." + object)}, {HTML: conditionText(cmp.Or(when, s.T("editor.always")), when != "")},
		}})
	}
	for _, list := range [...]struct{ path, object string }{{"matters", "matter"}, {"materials", "material"}, {"sections", "section"}} {
		for _, step := range s.doc.Items(list.path) {
			add(document.Join(list.path, step), list.object)
		}
	}
	return t
}

func (s sheet) conditionAt(path string) string { return s.address("condition", "at", path) }

// law lists everything that says what it rests on.
func (s sheet) law() gp.Table {
	t := s.table("editor.law", "what", "kind", "basis", "certainty")
	for _, path := range s.doc.Cites() {
		parent, _ := document.Split(path)
		item := document.ItemOf(path)
		kind := s.kindOf(parent)
		if parent != item { // a limit or the like within it
			_, key := document.Split(parent)
			kind = s.labelOf(item, key)
		}
		c := law.Cite{Provision: s.doc.Text(path + "/provision"), Certainty: law.Certainty(s.doc.Text(path + "/certainty")),
			Source: lang.Text{ZH: s.doc.Text(path + "/source/zh"), EN: s.doc.Text(path + "/source/en")}}
		t.Rows = append(t.Rows, gp.Line{Cells: []gp.Cell{s.link(s.called(item), s.editAt(path)), {Text: kind}, {Text: s.Words().Cite(c)}, {Text: string(c.Certainty)}}})
	}
	return t
}

func (s sheet) kindOf(path string) string {
	if o, ok := document.ObjectAt(path); ok {
		return s.T("catalogue." + o.Name)
	}
	return ""
}

// labelOf is the label of a key of the object at a path.
func (s sheet) labelOf(path, key string) string {
	o, ok := document.ObjectAt(path)
	if !ok {
		return key
	}
	return s.T("catalogue." + o.Name + "." + dashed(key))
}

// option is one thing that can be chosen.
type option struct{ value, text string }

// options are what a control can refer to.
func (s sheet) options(c document.Control) (all []option) {
	city := s.Words().City
	add := func(value string, text lang.Text) { all = append(all, option{value, cmp.Or(s.Of(text), value)}) }
	switch c.Refers {
	case "body":
		for _, b := range city.Org.Bodies() {
			add(b.ID, b.Name)
		}
	case "register":
		for _, id := range sortedKeys(city.Registers) {
			add(id, city.Registers[id].Name)
		}
	case "certificate":
		for _, id := range sortedKeys(city.Certificates) {
			add(id, city.Certificates[id].Name)
		}
	case "provision":
		for _, p := range city.Law.Provisions() {
			all = append(all, option{p.ID, p.Cite(s.Lang)})
		}
	case "stage":
		for _, x := range city.Stages {
			if s.service.Audience == "" || x.Audience == s.service.Audience {
				add(x.ID, x.Name)
			}
		}
	case "topic":
		for _, x := range city.Topics {
			add(x.ID, x.Name)
		}
	case "service":
		for _, id := range city.ServiceIDs() {
			add(id, city.Services[id].Service.Name)
		}
	case "matter":
		for _, m := range s.service.Matters {
			add(m.ID, m.Name)
		}
	case "material":
		for _, m := range s.service.Materials {
			add(m.ID, m.Name)
		}
	case "question":
		for _, q := range s.service.Questions {
			add(q.ID, q.Text)
		}
	case "field":
		for _, x := range s.service.Sections {
			for _, f := range x.Fields {
				add(f.ID, f.Text)
			}
		}
	case "attribute":
		all = s.attributes(c)
	}
	for _, chosen := range append(slices.Clone(c.Words), c.Text) { // what is written stays, known or not
		if chosen != "" && c.Refers != "provision" && c.Refers != "attribute" && !slices.ContainsFunc(all, func(o option) bool { return o.value == chosen }) {
			all = append(all, option{chosen, chosen})
		}
	}
	return all
}

// attributes are the fields of the register that is chosen beside it, or of all registers.
func (s sheet) attributes(c document.Control) (all []option) {
	parent, _ := document.Split(c.Path)
	chosen := s.doc.Text(document.Join(parent, "register"))
	for _, id := range sortedKeys(s.Words().City.Registers) {
		if chosen != "" && id != chosen {
			continue
		}
		for _, a := range s.Words().City.Registers[id].Fields {
			if !slices.ContainsFunc(all, func(o option) bool { return o.value == a.ID }) {
				all = append(all, option{a.ID, s.Of(a.Name)})
			}
		}
	}
	return all
}
