package editor

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/document"
	"tongban/internal/service/guide"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// The ways in which conditions are shown.
var views = []string{"table", "graph", "text"}

// rulesView is every condition of the service, in one of the views.
type rulesView struct {
	sheet
	view   string
	tables []gp.Table
	plain  gp.Table // conditions as text: all of them, or those that are no table
	rules  []rule
	drawn  *ruleView
}

// rule is a condition with what depends on it.
type rule struct {
	path, object, name, text string
}

func (s sheet) viewTabs(page string, view string, pairs ...string) gp.Tabs {
	t := gp.Tabs{Label: s.T("editor.views")}
	for _, x := range views {
		t.Items = append(t.Items, gp.Tab{Text: s.T("editor.view." + x), Href: s.address(page, append([]string{"view", x}, pairs...)...), Current: x == view})
	}
	return t
}

func viewOf(r *http.Request) string {
	if v := r.FormValue("view"); slices.Contains(views, v) {
		return v
	}
	return views[0]
}

// ruleKinds are the objects that conditions belong to, in the order in which they are told.
var ruleKinds = []string{"question", "refusal", "matter", "variant", "fee", "check", "material", "section", "field"}

func (s sheet) rules() (all []rule) {
	for _, path := range s.doc.Conditions() {
		item, key := document.Split(path)
		o, _ := document.ObjectAt(item)
		name := s.called(item)
		if key != "when" {
			name += s.T("editor.of", "what", s.labelOf(item, key))
		} else if holder := document.ItemOf(strings.TrimSuffix(item, "/")); o.Name != "matter" && strings.Count(item, "/") > 1 && holder == item {
			outer, _ := document.Split(item)
			name = s.T("editor.item", "kind", s.called(document.ItemOf(outer)), "name", name)
		}
		all = append(all, rule{path, o.Name, name, s.doc.Text(path)})
	}
	slices.SortStableFunc(all, func(a, b rule) int {
		return slices.Index(ruleKinds, a.object) - slices.Index(ruleKinds, b.object)
	})
	return all
}

func (h *Handler) questions(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	s.part = document.Cases
	s.wide = true
	v := rulesView{sheet: s, view: viewOf(r)}
	if s.doc != nil {
		v.fill(r.FormValue("at"))
	}
	return s.show(w, r, http.StatusOK, "questions", v)
}

func (v *rulesView) fill(at string) {
	v.rules = v.sheet.rules()
	switch v.view {
	case "table":
		for _, kind := range ruleKinds {
			v.tabulate(kind)
		}
	case "graph":
		i := max(0, slices.IndexFunc(v.rules, func(r rule) bool { return r.path == at }))
		if i < len(v.rules) {
			drawn := v.rule(v.rules[i].path)
			v.drawn = &drawn
		}
	}
	v.plain = v.sheet.table("editor.rules.text", "what", "kind", "when")
	for _, x := range v.rules {
		if _, ok := document.TableOf(v.doc.Asked(x.path), x.text); v.view == "text" || v.view == "table" && !ok {
			v.plain.Rows = append(v.plain.Rows, gp.Line{Cells: []gp.Cell{v.link(x.name, v.conditionAt(x.path)), {Text: v.T("catalogue." + x.object)}, {HTML: conditionText(x.text, true)}}})
		}
	}
}

// tabulate adds the table of all conditions of one kind: a row for each way in which each of them holds, a
// column for each question that any of them names.
func (v *rulesView) tabulate(kind string) {
	type entry struct {
		rule
		t document.Table
	}
	var entries []entry
	used := map[string]bool{}
	for _, x := range v.rules {
		if x.object != kind {
			continue
		}
		if t, ok := document.TableOf(v.doc.Asked(x.path), x.text); ok {
			entries = append(entries, entry{x, t})
			for _, q := range t.Questions {
				used[q.ID] = true
			}
		}
	}
	if len(entries) == 0 {
		return
	}
	var columns []catalogue.Question
	for _, q := range append(slices.Clone(v.service.Questions), v.today()) {
		if used[q.ID] {
			columns = append(columns, q)
		}
	}
	t := gp.Table{Caption: v.T("editor.rules.of", "kind", v.T("catalogue."+kind)), Dense: true, Wide: true, Head: []gp.Column{{Text: v.T("editor.col.what")}}}
	for _, q := range columns {
		t.Head = append(t.Head, gp.Column{Text: cmp.Or(v.Of(q.Text), q.ID)})
	}
	t.Head = append(t.Head, gp.Column{Text: v.T("editor.col.somebody")})
	for _, e := range entries {
		for i, row := range e.t.Rows {
			line := gp.Line{Cells: []gp.Cell{v.link(e.name, v.conditionAt(e.path))}}
			if i > 0 {
				line.Cells[0] = gp.Cell{Text: v.T("editor.or")}
			}
			for _, q := range columns {
				cell := document.Cell{}
				if at := slices.IndexFunc(e.t.Questions, func(x catalogue.Question) bool { return x.ID == q.ID }); at >= 0 {
					cell = row[at]
				}
				line.Cells = append(line.Cells, gp.Cell{Text: v.cell(q, cell)})
			}
			somebody := ""
			if i == 0 {
				somebody = v.somebody(e.t.Somebody)
			}
			t.Rows = append(t.Rows, gp.Line{Cells: append(line.Cells, gp.Cell{Text: somebody})})
		}
	}
	v.tables = append(v.tables, t)
}

// today is the day itself, as a column.
func (s sheet) today() catalogue.Question {
	return catalogue.Question{ID: guide.Today, Type: "date", Text: lang.Text{ZH: s.T("editor.today"), EN: s.T("editor.today")}}
}

func (s sheet) questionNamed(id string) catalogue.Question {
	if i := slices.IndexFunc(s.service.Questions, func(q catalogue.Question) bool { return q.ID == id }); i >= 0 {
		return s.service.Questions[i]
	}
	return s.today()
}

// cell says a cell in words.
func (s sheet) cell(q catalogue.Question, c document.Cell) string {
	switch {
	case c.Any():
		return s.T("editor.any")
	case c.Yes, c.No:
		return s.Words().Answer(&q, strconv.FormatBool(c.Yes))
	case c.Options != nil:
		var names []string
		for _, o := range c.Options {
			names = append(names, s.Words().Answer(&q, o))
		}
		return strings.Join(names, s.T("editor.cell.or"))
	}
	return c.Typed()
}

// somebody says for whom a condition holds.
func (s sheet) somebody(answers []decision.Answer) string {
	var said []string
	for _, a := range answers {
		q := s.questionNamed(a.Variable)
		said = append(said, s.T("editor.somebody", "question", cmp.Or(s.Of(q.Text), q.ID), "answer", s.Words().Answer(&q, a.Value)))
	}
	return strings.Join(said, s.T("editor.between"))
}

// ruleView is one condition: as a table, drawn, and as text.
type ruleView struct {
	sheet
	path, name, back string
	view             string
	questions        []catalogue.Question // that it may name, the day last
	text             string               // as it is written, or was typed
	plain            string               // in its plainest form, when that differs
	tabular          bool
	rows             []rowForm
	drawing          drawing
	small            bool // enough to be drawn
	ways             []string
	wrong            map[string]string
	links            []gov.ErrorLink
}

// rowForm is a row as it is filled in: by question what was typed or chosen.
type rowForm map[string][]string

// mostSteps is how many questions of a condition are still drawn.
const mostSteps = 14

// rule opens the condition at a path.
func (s sheet) rule(path string) ruleView {
	item, key := document.Split(path)
	v := ruleView{sheet: s, path: path, name: s.called(item), back: s.editAt(path), questions: append(slices.Clone(s.doc.Asked(path)), s.today()), text: s.doc.Text(path), wrong: map[string]string{}}
	if o, ok := document.ObjectAt(item); ok {
		v.name = s.T("editor.item", "kind", s.T("catalogue."+o.Name), "name", v.name)
		if key != "when" {
			v.name += s.T("editor.of", "what", s.labelOf(item, key))
		}
	}
	if v.text == "" {
		v.tabular = true
		return v
	}
	t, ok := document.TableOf(s.doc.Asked(path), v.text)
	if v.tabular = ok; !ok {
		return v
	}
	if t.Text != v.text {
		v.plain = t.Text
	}
	for _, row := range t.Rows {
		form := rowForm{}
		for i, c := range row {
			switch {
			case c.Yes, c.No:
				form[t.Questions[i].ID] = []string{strconv.FormatBool(c.Yes)}
			case c.Options != nil:
				form[t.Questions[i].ID] = c.Options
			case c.Bounds != nil:
				form[t.Questions[i].ID] = []string{c.Typed()}
			}
		}
		v.rows = append(v.rows, form)
	}
	v.draw(t)
	return v
}

// draw lays out the questions of a condition by their order, with its two ends behind them.
func (v *ruleView) draw(t document.Table) {
	if v.small = len(t.Steps) > 0 && len(t.Steps) <= mostSteps; !v.small {
		return
	}
	column, row := map[string]int{}, map[int]int{}
	place := func(x int) int { row[x]++; return row[x] - 1 }
	for _, step := range t.Steps {
		if _, ok := column[step.Question.ID]; !ok {
			column[step.Question.ID] = len(column)
		}
		x := column[step.Question.ID]
		v.drawing.box(x, place(x), cmp.Or(v.Of(step.Question.Text), step.Question.ID), false)
	}
	yes, no := len(v.drawing.Boxes), len(v.drawing.Boxes)+1
	v.drawing.box(len(column), 0, v.T("editor.holds"), true)
	v.drawing.box(len(column), 1, v.T("editor.holds.not"), false)
	v.drawing.Boxes[yes].Round, v.drawing.Boxes[no].Round = true, true
	for i, step := range t.Steps {
		for _, w := range step.Branches {
			to := w.To
			switch to {
			case decision.Yes:
				to = yes
			case decision.No:
				to = no
			}
			v.drawing.line(i, to, shorten(v.cell(step.Question, w.Cell)), false)
			next := v.T("editor.holds")
			switch {
			case w.To == decision.No:
				next = v.T("editor.holds.not")
			case w.To >= 0:
				next = cmp.Or(v.Of(t.Steps[w.To].Question.Text), t.Steps[w.To].Question.ID)
			}
			v.ways = append(v.ways, v.T("editor.way", "question", cmp.Or(v.Of(step.Question.Text), step.Question.ID), "answer", v.cell(step.Question, w.Cell), "next", next))
		}
	}
}

// shorten keeps a label within the gap between two boxes.
func shorten(label string) string {
	r := []rune(label)
	most := 11
	if len(label) > len(r) { // Chinese characters are twice as wide
		most = 5
	}
	if len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return label
}

// ruleAt is the condition that the address names.
func (h *Handler) ruleAt(r *http.Request) (ruleView, error) {
	s, err := h.sheet(r)
	if err != nil || s.doc == nil {
		return ruleView{sheet: s}, err
	}
	path := r.FormValue("at")
	item, key := document.Split(path)
	o, ok := document.ObjectAt(item)
	if !ok || !s.doc.Has(item) {
		return ruleView{}, fault.New(fault.NotFound, "error.page")
	}
	if f, is := o.Field(key); !is || f.Kind != document.Condition {
		return ruleView{}, fault.New(fault.NotFound, "error.page")
	}
	s.part = document.PageOf(path)
	s.wide = viewOf(r) == "graph"
	v := s.rule(path)
	v.view = viewOf(r)
	return v, nil
}

func (h *Handler) condition(w http.ResponseWriter, r *http.Request) error {
	v, err := h.ruleAt(r)
	if err != nil {
		return err
	}
	if v.tabular && len(v.rows) == 0 {
		v.rows = []rowForm{{}}
	}
	return v.show(w, r, http.StatusOK, "questions", v)
}

func (h *Handler) saveCondition(w http.ResponseWriter, r *http.Request) error {
	v, err := h.ruleAt(r)
	if err != nil || v.doc == nil {
		return cmp.Or(err, v.show(w, r, http.StatusOK, "questions", v))
	}
	text := strings.TrimSpace(r.PostForm.Get("text"))
	if r.PostForm.Has("rows") {
		v.view = "table"
		v.post(r)
		if r.PostForm.Get("do") == "add" {
			v.rows = append(v.rows, rowForm{})
			return v.show(w, r, http.StatusOK, "questions", v)
		}
		if text, err = v.write(); err != nil {
			return err
		}
	} else {
		v.view, v.text = "text", text
		if text != "" {
			if what, remedy := document.CheckCondition(v.doc.Asked(v.path), text); !what.Empty() {
				v.fail("text", v.Of(what)+v.T("editor.then")+v.Of(remedy))
			}
		}
	}
	if len(v.links) > 0 {
		return v.show(w, r, http.StatusUnprocessableEntity, "questions", v)
	}
	d, err := v.doc.SetCondition(v.path, text)
	if err != nil {
		return err
	}
	return h.store(w, r, v.sheet, d, v.address("condition", "at", v.path, "view", v.view))
}

func (v *ruleView) fail(name, said string) {
	v.wrong[name] = said
	v.links = append(v.links, gov.ErrorLink{Text: said, Href: "#" + controlID(name)})
}

// post takes the rows as they were filled in, without those that were ticked to go.
func (v *ruleView) post(r *http.Request) {
	n, _ := strconv.Atoi(r.PostForm.Get("rows"))
	v.rows = nil
	for i := range min(max(n, 0), document.MostRows+1) {
		if r.PostForm.Get(rowName(i, "drop")) != "" {
			continue
		}
		form := rowForm{}
		for _, q := range v.questions {
			for _, value := range r.PostForm[rowName(i, q.ID)] {
				if value = strings.TrimSpace(value); value != "" {
					form[q.ID] = append(form[q.ID], value)
				}
			}
		}
		v.rows = append(v.rows, form)
	}
}

func rowName(i int, question string) string { return "r" + strconv.Itoa(i) + "." + question }

// write makes a condition of the rows; what cannot be read is said at its cell.
func (v *ruleView) write() (string, error) {
	var rows [][]string
	for i, form := range v.rows {
		var parts []string
		for _, q := range v.questions {
			values := form[q.ID]
			if len(values) == 0 {
				continue
			}
			var c document.Cell
			switch q.Type {
			case "boolean":
				c.Yes, c.No = values[0] == "true", values[0] == "false"
			case "enum":
				c.Options = values
			default:
				part, err := document.Stretch(q, values[0])
				if err != nil {
					v.fail(rowName(i, q.ID), v.T("studio.table.stretch"))
				}
				parts = append(parts, part)
				continue
			}
			parts = append(parts, c.Part(q))
		}
		rows = append(rows, parts)
	}
	if len(v.links) > 0 {
		return "", nil
	}
	text, err := document.Write(v.doc.Asked(v.path), rows)
	if f, ok := err.(*fault.Error); ok {
		v.fail("rows", v.T(f.Code))
		return "", nil
	}
	return text, err
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// asked is a question as the label of a cell.
func (v ruleView) asked(q catalogue.Question) string { return cmp.Or(v.Of(q.Text), q.ID) }

func (v ruleView) truths(q catalogue.Question) []gov.SelectItem {
	return []gov.SelectItem{{Text: v.T("editor.any")}, {Value: "true", Text: v.Words().Answer(&q, "true")}, {Value: "false", Text: v.Words().Answer(&q, "false")}}
}

func (v ruleView) answers(q catalogue.Question) (items []gov.Choice) {
	for _, o := range q.Options {
		items = append(items, gov.Choice{Value: o.Value, Text: cmp.Or(v.Of(o.Text), o.Value)})
	}
	return items
}
