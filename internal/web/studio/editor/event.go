package editor

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"tongban/internal/service/document"
	"tongban/internal/web/ui/gp"
)

// eventView is the whole thing: its matters, how they follow one another, and what is asked once for all.
type eventView struct {
	sheet
	graph     document.Graph
	drawing   drawing
	matters   listView
	edges     gp.Table
	form      gp.Table
	materials gp.Table
	asked     int // fields, as they would be asked by each matter alone
	once      int // as they are
	twice     []string
}

func (h *Handler) event(w http.ResponseWriter, r *http.Request) error {
	s, err := h.sheet(r)
	if err != nil {
		return err
	}
	s.part = document.Matters
	s.wide = true
	v := eventView{sheet: s}
	if s.doc != nil {
		v.fill()
	}
	return s.show(w, r, http.StatusOK, "event", v)
}

func (v *eventView) fill() {
	s := v.sheet
	v.graph = document.GraphOf(s.service)
	v.drawing = s.drawOrder(v.graph)
	v.matters = s.list("matters")
	v.edges = s.table("editor.edges", "first", "then", "why")
	for _, e := range v.graph.Edges {
		why := s.choice("after", "kind", e.Kind)
		if e.Kind == "material" {
			why = s.T("editor.edge.material", "name", s.Of(e.Material))
		}
		v.edges.Rows = append(v.edges.Rows, gp.Line{Cells: []gp.Cell{{Text: s.matterName(e.From)}, s.link(s.matterName(e.To), s.address("edit", "at", "matters/"+e.To, "part", string(document.Flow))), {Text: why}}})
	}
	v.form = s.table("editor.merged", "field", "element", "used", "forms")
	fields, twice := document.Merged(s.service)
	for _, f := range fields {
		v.asked, v.once = v.asked+len(f.Matters), v.once+1
		v.form.Rows = append(v.form.Rows, gp.Line{Cells: []gp.Cell{s.link(cmp.Or(s.Of(f.Field.Text), f.Field.ID), s.address("edit", "at", f.Path, "part", string(document.FormPage))),
			{Text: f.Field.Element}, {Text: s.names(f.Matters)}, {Text: s.T("editor.forms", "n", s.Number(int64(len(f.Matters))))}}})
	}
	for _, same := range twice {
		var names []string
		for _, f := range same {
			names = append(names, cmp.Or(s.Of(f.Field.Text), f.Field.ID))
		}
		v.twice = append(v.twice, s.T("editor.twice", "element", same[0].Field.Element, "fields", s.List(names)))
	}
	v.materials = s.table("editor.merged.materials", "material", "source", "used", "when")
	for i := range s.service.Materials {
		m := &s.service.Materials[i]
		v.materials.Rows = append(v.materials.Rows, gp.Line{Cells: []gp.Cell{s.link(cmp.Or(s.Of(m.Name), m.ID), s.address("edit", "at", "materials/"+m.ID)), {Text: s.source(m.Source.Register, m.Source.Certificate, m.Source.Upstream, m.Source.Made)},
			{Text: s.names(m.For)}, {HTML: conditionText(cmp.Or(m.When, s.T("editor.always")), m.When != "")}}})
	}
}

func (s sheet) names(matters []string) string {
	var names []string
	for _, id := range matters {
		names = append(names, s.matterName(id))
	}
	return s.List(names)
}

// source says in words who has a material.
func (s sheet) source(register, certificate, upstream string, made bool) string {
	switch {
	case register != "":
		return s.T("editor.source.register", "name", s.optionText("register", register))
	case certificate != "":
		return s.T("editor.source.certificate", "name", s.optionText("certificate", certificate))
	case upstream != "":
		return s.T("editor.source.upstream", "name", s.matterName(upstream))
	case made:
		return s.T("catalogue.source.made")
	}
	return s.T("catalogue.source.applicant")
}

func (s sheet) optionText(refers, value string) string {
	for _, o := range s.options(document.Control{Field: document.Field{Refers: refers}}) {
		if o.value == value {
			return o.text
		}
	}
	return value
}

// longest says the way that takes the most time, with the limits along it.
func (v eventView) longest() string {
	if len(v.graph.Longest) == 0 {
		return ""
	}
	var limits []string
	for i := range v.graph.Limits {
		limits = append(limits, v.Words().Limit(&v.graph.Limits[i]))
	}
	way := strings.Join(v.each(v.graph.Longest), " → ")
	return v.T("editor.longest", "way", way, "limits", cmp.Or(strings.Join(limits, " + "), v.T("say.limit.at-once")))
}

func (s sheet) each(ids []string) (names []string) {
	for _, id := range ids {
		names = append(names, s.matterName(id))
	}
	return names
}

// drawOrder lays the matters out by their steps.
func (s sheet) drawOrder(g document.Graph) drawing {
	var d drawing
	at := map[string]int{}
	for x, step := range g.Steps {
		for y, id := range step {
			at[id] = len(d.Boxes)
			d.box(x, y, s.matterName(id), slices.Contains(g.Longest, id))
		}
	}
	for _, e := range g.Edges {
		from, ok := at[e.From]
		to, ok2 := at[e.To]
		if ok && ok2 {
			d.line(from, to, "", e.Kind == "order" || e.Kind == "material")
		}
	}
	return d
}
