package apply

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"tongban/internal/platform/fault"
	"tongban/internal/service/application"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

func (h *Handler) check(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	if done, err := gone(w, r, s); done {
		return err
	}
	return h.showCheck(w, r, http.StatusOK, s, nil, false)
}

func (h *Handler) showCheck(w http.ResponseWriter, r *http.Request, status int, s sheet, wrong []fault.Field, declared bool) error {
	v := checkView{Request: s.u, Title: s.u.Of(s.service.Name), Action: s.path("/check"), Declared: declared, Fee: s.u.T("apply.check.free")}
	if s.Plan.Fen > 0 {
		v.Fee = s.u.T("apply.check.fee", "amount", s.u.Yuan(s.Plan.Fen))
	}
	change := func(key, href, what string) gov.Actions {
		return gov.Actions{Items: []gov.Action{{Text: s.u.T(key), Href: href, Hidden: what}}}
	}
	for _, t := range s.Tasks {
		href := s.path("/form/" + t.Section.ID + "?from=check")
		card := gov.SummaryList{Card: &gov.Card{Title: gov.Text{Text: s.u.Of(t.Section.Title)}, Actions: change("plan.change", href, "")}}
		for _, f := range t.Fields {
			card.Rows = append(card.Rows, gov.Row{Key: gov.Text{Text: s.u.Of(f.Text)}, Value: gov.Text{HTML: s.shown(f)}})
		}
		v.Cards = append(v.Cards, card)
	}
	v.Files.Card = &gov.Card{Title: gov.Text{Text: s.u.T("apply.tasks.materials")}}
	v.Who.Card = &gov.Card{Title: gov.Text{Text: s.u.T("apply.check.who")}}
	for _, t := range s.Files {
		m := t.Material.Material
		row := gov.Row{Key: gov.Text{Text: s.u.Of(m.Name)}, Value: gov.Text{Text: s.material(t)}}
		if t.Material.State != guide.Upstream && t.Material.State != guide.Made {
			key := "plan.change"
			if t.Status != application.Completed {
				key = "apply.check.prepare"
			}
			row.Actions = change(key, s.path("/materials/"+m.ID+"?from=check"), s.u.Of(m.Name))
		}
		v.Files.Rows = append(v.Files.Rows, row)
	}
	v.Who.Rows = s.receivers()
	for _, f := range wrong {
		link := gov.ErrorLink{Text: s.u.T(f.Code), Href: "#declared"}
		if id, ok := strings.CutPrefix(f.Name, "section:"); ok {
			t, _, _ := s.Task(id)
			link = gov.ErrorLink{Text: s.u.T(f.Code, "name", s.u.Of(t.Section.Title)), Href: s.path("/form/" + id + "?from=check")}
		} else if id, ok := strings.CutPrefix(f.Name, "material:"); ok {
			if pm, found := s.Material(id); found {
				link = gov.ErrorLink{Text: s.u.T(f.Code, "name", s.u.Of(pm.Material.Name)), Href: s.path("/materials/" + id + "?from=check")}
			}
		} else {
			v.Wrong = link.Text
		}
		v.Errors = append(v.Errors, link)
	}
	return s.u.Render(w, r, status, ui.Page{Title: s.u.T("apply.check.title"), Section: v.Title, Nav: "applications", Back: s.back(), Wrong: len(wrong) > 0, Body: v.body()})
}

// shown is one field on the check page: its value, where it comes from, and what the person says about it.
func (s sheet) shown(f *catalogue.Field) templ.Component {
	drawn := s.field(f)
	v := valueView{Value: drawn.Shown(s.u.Printer)}
	if v.Value == "" {
		v.Value = s.u.T("say.empty")
		if f.Optional {
			v.Value = s.u.T("apply.check.none")
		}
	}
	if drawn.Wrong != nil {
		v.Wrong = drawn.Text(s.u.Printer)
	}
	if drawn.Source != nil {
		v.Notes = append(v.Notes, s.u.T("gp.source", "from", drawn.Source.From))
	}
	if d := s.Values[f.ID].Disputed; d != "" {
		v.Notes = append(v.Notes, s.u.T("apply.section.disputed", "text", d))
	}
	return v.body()
}

// receivers says which body receives what: its matters, and the parts and materials that they need.
func (s sheet) receivers() []gov.Row {
	var rows []gov.Row
	for _, body := range s.bodiesOf() {
		v := receiverView{Request: s.u}
		for _, m := range s.Plan.Matters {
			if m.Matter.Body == body {
				v.Matters = append(v.Matters, s.u.Of(m.Matter.Name))
			}
		}
		var fields, files []string
		for _, t := range s.Tasks {
			for _, f := range t.Fields {
				if slices.Contains(s.Users(f), body) {
					fields = append(fields, s.u.Of(f.Text))
				}
			}
		}
		for _, t := range s.Files {
			if slices.Contains(s.Receivers(t.Material.Material), body) {
				files = append(files, s.u.Of(t.Material.Material.Name))
			}
		}
		v.What = s.u.T("apply.check.gets", "fields", s.u.List(fields), "files", s.u.List(files))
		rows = append(rows, gov.Row{Key: gov.Text{Text: s.words.BodyName(body)}, Value: gov.Text{HTML: v.body()}})
	}
	return rows
}

// bodiesOf lists the bodies of the plan's matters, each once.
func (s sheet) bodiesOf() []string {
	var all []string
	for _, m := range s.Plan.Matters {
		if !slices.Contains(all, m.Matter.Body) {
			all = append(all, m.Matter.Body)
		}
	}
	return all
}

// material says in words what was decided about a material.
func (s sheet) material(t application.Task) string {
	c := s.Materials[t.Material.Material.ID]
	switch {
	case t.Material.State == guide.Upstream || t.Material.State == guide.Made:
		return s.words.Where(s.service, t.Material.Material)
	case c.Kind == application.Use:
		return s.u.T("apply.material.using", "from", s.words.Where(s.service, t.Material.Material))
	case c.Kind == application.Later:
		return s.promised(t.Material.Material)
	case len(c.Files) > 0:
		var names []string
		for _, f := range c.Files {
			names = append(names, f.Name)
		}
		return s.u.List(names)
	}
	return s.u.T("apply.check.missing")
}

func (h *Handler) submit(w http.ResponseWriter, r *http.Request) error {
	u, declared := ui.From(r), r.PostFormValue("declared") == "yes"
	c, err := h.Application.Submit(r.Context(), u.Actor, r.PathValue("id"), declared)
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		s, err := h.open(r)
		if err != nil {
			return err
		}
		return h.showCheck(w, r, http.StatusUnprocessableEntity, s, f.Fields, declared)
	}
	if err != nil {
		return err
	}
	return u.See(w, r, "/me/applications/"+c.ID+"/receipt")
}
