package gov

import (
	"cmp"
	"github.com/a-h/templ"
)

// components says how the options of each component's fixtures fill our struct.
var components = map[string]func(opts) templ.Component{
	"back-link": func(o opts) templ.Component {
		return BackLink{Text: cmp.Or(o.str("text"), "Back"), HTML: o.html("html"), Href: o.str("href"), Classes: o.str("classes"), Attributes: o.attrs()}.View()
	},
	"breadcrumbs": func(o opts) templ.Component {
		b := Breadcrumbs{Label: cmp.Or(o.str("labelText"), "Breadcrumb"), Collapse: o.truthy("collapseOnMobile"), Classes: o.str("classes"), Attributes: o.attrs()}
		for _, i := range o.list("items") {
			b.Items = append(b.Items, Crumb{Text: i.str("text"), HTML: i.html("html"), Href: i.str("href"), Attributes: i.attrs()})
		}
		return b.View()
	},
	"button": func(o opts) templ.Component {
		return Button{
			Text: o.str("text"), HTML: o.html("html"), ID: o.str("id"), Type: o.str("type"), Name: o.str("name"), Value: o.str("value"),
			Href: o.str("href"), Start: o.truthy("isStartButton"), Disabled: o.truthy("disabled"), OnceIs: o.str("preventDoubleClick"),
			Classes: o.str("classes"), Attributes: o.attrs(),
		}.View()
	},
	"checkboxes": func(o opts) templ.Component {
		b := Checkboxes{
			IDPrefix: o.str("idPrefix"), Name: o.str("name"), DescribedBy: o.str("describedBy"), Fieldset: o.fieldset(), Hint: o.hint("hint"),
			Error: o.error(), Group: o.group("Inputs"), Classes: o.str("classes"), Attributes: o.attrs(), Items: o.choices(),
		}
		if values, ok := o["values"].([]any); ok {
			for _, v := range values {
				b.Values = append(b.Values, opts{"v": v}.str("v"))
			}
		}
		return b.View()
	},
	"radios": func(o opts) templ.Component {
		return Radios{
			IDPrefix: o.str("idPrefix"), Name: o.str("name"), Value: o.str("value"), Fieldset: o.fieldset(), Hint: o.hint("hint"),
			Error: o.error(), Group: o.group("Inputs"), Classes: o.str("classes"), Attributes: o.attrs(), Items: o.choices(),
		}.View()
	},
	"date-input": func(o opts) templ.Component {
		d := DateInput{
			ID: o.str("id"), NamePrefix: o.str("namePrefix"), Fieldset: o.fieldset(), Hint: o.hint("hint"), Error: o.error(),
			Group: o.group("Inputs"), Classes: o.str("classes"), Attributes: o.attrs(),
		}
		items := o.list("items")
		values := o.sub("values")
		day := map[string]opts{"day": o.sub("day"), "month": o.sub("month"), "year": o.sub("year")}
		if len(items) == 0 {
			for _, name := range []string{"day", "month", "year"} {
				item := day[name]
				if _, given := o[name]; given && item == nil {
					continue // this part is not asked
				}
				if item == nil {
					item = opts{"name": name}
				}
				if !item.has("name") {
					item = with(item, "name", name)
				}
				items = append(items, item)
			}
		}
		names := map[string]string{}
		for _, name := range []string{"day", "month", "year"} {
			names[cmp.Or(day[name].str("name"), name)] = name
		}
		for _, i := range items {
			name := i.str("name")
			kind := cmp.Or(names[name], name)
			p := DatePart{
				ID: i.str("id"), Name: name, Label: cmp.Or(i.str("label"), capital(name)), Value: i.str("value"), Classes: i.str("classes"),
				InputMode: i.str("inputmode"), Autocomplete: i.str("autocomplete"), Pattern: i.str("pattern"), Attributes: i.attrs(),
				Wrong: i["error"] == true, Fine: i["error"] == false,
			}
			if kind == "year" {
				p.Width = 4
			}
			if p.Value == "" && !i.has("value") {
				p.Value = cmp.Or(day[kind].str("value"), When(!o.has(kind) && !o.has("items"), values.str(kind)), values.str(prefixed(d.NamePrefix, name)))
			}
			d.Items = append(d.Items, p)
		}
		return d.View()
	},
	"details": func(o opts) templ.Component {
		return Details{ID: o.str("id"), Summary: o.str("summaryText"), SummaryHTML: o.html("summaryHtml"), Text: o.str("text"), HTML: o.html("html"), Open: o.truthy("open"), Classes: o.str("classes"), Attributes: o.attrs()}.View()
	},
	"error-message": func(o opts) templ.Component {
		e := opts{"errorMessage": map[string]any(o)}.error()
		e.ID = o.str("id")
		return e.View()
	},
	"error-summary": func(o opts) templ.Component {
		e := ErrorSummary{Title: o.str("titleText"), TitleHTML: o.html("titleHtml"), Description: o.str("descriptionText"), DescriptionHTML: o.html("descriptionHtml"), NoAutoFocus: o.str("disableAutoFocus"), Classes: o.str("classes"), Attributes: o.attrs()}
		for _, i := range o.list("errorList") {
			e.Errors = append(e.Errors, ErrorLink{Text: i.str("text"), HTML: i.html("html"), Href: i.str("href"), Attributes: i.attrs()})
		}
		return e.View()
	},
	"fieldset": func(o opts) templ.Component {
		f := opts{"fieldset": map[string]any(o)}.fieldset()
		f.HTML, f.Role = o.html("html"), o.str("role")
		return f.View()
	},
	"file-upload": func(o opts) templ.Component {
		f := FileUpload{
			ID: o.str("id"), Name: o.str("name"), Multiple: o.truthy("multiple"), Disabled: o.truthy("disabled"), DescribedBy: o.str("describedBy"),
			Label: o.label(), Hint: o.hint("hint"), Error: o.error(), Group: o.group("Input"), Classes: o.str("classes"), Attributes: o.attrs(),
		}
		if o.truthy("javascript") {
			chosen := o.sub("multipleFilesChosenText")
			f.Drop = &Drop{
				Choose: o.str("chooseFilesButtonText"), None: o.str("noFileChosenText"), Chosen: chosen.str("other"), ChosenOne: chosen.str("one"),
				Instruction: o.str("dropInstructionText"), Entered: o.str("enteredDropZoneText"), Left: o.str("leftDropZoneText"),
				Classes: o.str("wrapperClasses"), Attributes: o.attrsOf("wrapperAttributes"),
			}
		}
		return f.View()
	},
	"generic-header": func(o opts) templ.Component {
		return GenericHeader{Text: o.str("logoText"), HTML: o.html("logoHtml"), Href: o.str("url"), Classes: o.str("classes"), Container: o.str("containerClasses"), Attributes: o.attrs()}.View()
	},
	"hint": func(o opts) templ.Component {
		h := opts{"hint": map[string]any(o)}.hint("hint")
		h.ID = o.str("id")
		return h.View()
	},
	"input": func(o opts) templ.Component {
		i := Input{
			ID: o.str("id"), Name: o.str("name"), Type: o.str("type"), InputMode: o.str("inputmode"), Value: o.str("value"), Disabled: o.truthy("disabled"),
			DescribedBy: o.str("describedBy"), Label: o.label(), Hint: o.hint("hint"), Error: o.error(), Group: o.group("Input"),
			Prefix: o.affix("prefix"), Suffix: o.affix("suffix"), Classes: o.str("classes"), Autocomplete: o.str("autocomplete"),
			Autocapitalize: o.str("autocapitalize"), Pattern: o.str("pattern"), Attributes: o.attrs(),
			Wrapper: FormGroup{Classes: o.sub("inputWrapper").str("classes"), Attributes: o.sub("inputWrapper").attrs()},
		}
		if _, ok := o["spellcheck"].(bool); ok {
			i.Spellcheck = o.str("spellcheck")
		}
		return i.View()
	},
	"inset-text": func(o opts) templ.Component {
		return InsetText{ID: o.str("id"), Text: o.str("text"), HTML: o.html("html"), Classes: o.str("classes"), Attributes: o.attrs()}.View()
	},
	"label": func(o opts) templ.Component {
		l := opts{"label": map[string]any(o)}.label()
		l.For = o.str("for")
		return l.View()
	},
	"notification-banner": func(o opts) templ.Component {
		return NotificationBanner{
			Title: cmp.Or(o.str("titleText"), When(o.str("type") == "success", "Success"), "Important"), TitleHTML: o.html("titleHtml"), TitleID: o.str("titleId"),
			TitleLevel: o.level("titleHeadingLevel"), Text: o.str("text"), HTML: o.html("html"), Type: o.str("type"), Role: o.str("role"),
			NoAutoFocus: o.str("disableAutoFocus"), Classes: o.str("classes"), Attributes: o.attrs(),
		}.View()
	},
	"pagination": func(o opts) templ.Component {
		p := Pagination{Label: cmp.Or(o.str("landmarkLabel"), "Pagination"), Classes: o.str("classes"), Attributes: o.attrs(), listed: o.has("items")}
		link := func(name, word string) *PageLink {
			l := o.sub(name)
			if l == nil {
				return nil
			}
			out := &PageLink{Text: l.str("text"), HTML: l.html("html"), LabelText: l.str("labelText"), Href: l.str("href"), Attributes: l.attrs()}
			if out.Text == "" && out.HTML == nil {
				out.HTML = templ.Raw(word + `<span class="govuk-visually-hidden"> page</span>`)
			}
			return out
		}
		p.Previous, p.Next = link("previous", "Previous"), link("next", "Next")
		for _, i := range o.list("items") {
			if len(i) == 0 {
				continue
			}
			p.Items = append(p.Items, PageItem{
				Number: i.str("number"), Label: cmp.Or(i.str("visuallyHiddenText"), "Page "+i.str("number")), Href: i.str("href"),
				Current: i.truthy("current"), Ellipsis: i.truthy("ellipsis"), Attributes: i.attrs(),
			})
		}
		return p.View()
	},
	"panel": func(o opts) templ.Component {
		p := Panel{Title: o.str("titleText"), TitleHTML: o.html("titleHtml"), Level: o.level("headingLevel"), Text: o.str("text"), HTML: o.html("html"), Classes: o.str("classes"), Attributes: o.attrs()}
		if a := o.sub("actions"); a != nil {
			p.Actions = &PanelActions{Classes: a.str("classes"), Attributes: a.attrs()}
			for _, i := range a.list("items") {
				p.Actions.Items = append(p.Actions.Items, PanelAction{Text: i.str("text"), Href: i.str("href"), Type: i.str("type"), Classes: i.str("classes"), Attributes: i.attrs()})
			}
		}
		return p.View()
	},
	"password-input": func(o opts) templ.Component {
		words := PasswordWords{
			Show: o.str("showPasswordText"), Hide: o.str("hidePasswordText"), ShowLabel: o.str("showPasswordAriaLabelText"), HideLabel: o.str("hidePasswordAriaLabelText"),
			Shown: o.str("passwordShownAnnouncementText"), Hidden: o.str("passwordHiddenAnnouncementText"),
		}
		p := PasswordInput{
			ID: o.str("id"), Name: o.str("name"), Value: o.str("value"), Disabled: o.truthy("disabled"), DescribedBy: o.str("describedBy"), Label: o.label(),
			Hint: o.hint("hint"), Error: o.error(), Group: o.group("Input"), Classes: o.str("classes"), Autocomplete: o.str("autocomplete"), Words: words,
			ButtonClasses: o.sub("button").str("classes"), Attributes: o.attrs(),
		}
		if words == (PasswordWords{}) {
			p.Words, p.defaultsInHTML = PasswordWords{Show: "Show", ShowLabel: "Show password"}, true
		}
		return p.View()
	},
	"phase-banner": func(o opts) templ.Component {
		tag := o.sub("tag")
		return PhaseBanner{Tag: Tag{Text: tag.str("text"), HTML: tag.html("html"), Classes: tag.str("classes")}, Text: o.str("text"), HTML: o.html("html"), Classes: o.str("classes"), Attributes: o.attrs()}.View()
	},
	"select": func(o opts) templ.Component {
		s := Select{
			ID: o.str("id"), Name: o.str("name"), Value: o.str("value"), Disabled: o.truthy("disabled"), DescribedBy: o.str("describedBy"), Label: o.label(),
			Hint: o.hint("hint"), Error: o.error(), Group: o.group("Input"), Classes: o.str("classes"), Attributes: o.attrs(),
		}
		for _, i := range o.list("items") {
			_, valued := i["value"]
			s.Items = append(s.Items, SelectItem{Text: i.str("text"), Value: i.str("value"), Selected: i.truthy("selected"), Disabled: i.truthy("disabled"), Attributes: i.attrs(), noValue: !valued, never: i["selected"] == false})
		}
		return s.View()
	},
	"service-navigation": func(o opts) templ.Component {
		n := ServiceNavigation{
			Label: cmp.Or(o.str("ariaLabel"), "Service information"), Name: o.str("serviceName"), Href: o.str("serviceUrl"), NavLabel: o.str("navigationLabel"),
			NavID: o.str("navigationId"), NavClasses: o.str("navigationClasses"), Menu: cmp.Or(o.str("menuButtonText"), "Menu"), MenuLabel: o.str("menuButtonLabel"),
			Collapse: o.str("collapseNavigationOnMobile"), Classes: o.str("classes"), Attributes: o.attrs(),
		}
		slots := o.sub("slots")
		n.Start, n.Before, n.After, n.End = slots.html("start"), slots.html("navigationStart"), slots.html("navigationEnd"), slots.html("end")
		if end := slots.sub("end"); end != nil {
			n.End, n.EndInline = end.html("html"), end.str("align") == "inline"
		}
		for _, i := range o.list("navigation") {
			n.Items = append(n.Items, NavItem{Text: i.str("text"), HTML: i.html("html"), Href: i.str("href"), Current: i.truthy("current"), Active: i.truthy("active"), Attributes: i.attrs()})
		}
		return n.View()
	},
	"skip-link": func(o opts) templ.Component {
		return SkipLink{Text: o.str("text"), HTML: o.html("html"), Href: o.str("href"), Classes: o.str("classes"), Attributes: o.attrs()}.View()
	},
	"summary-list": func(o opts) templ.Component {
		s := SummaryList{Classes: o.str("classes"), Attributes: o.attrs()}
		for _, r := range o.list("rows") {
			s.Rows = append(s.Rows, Row{Key: r.sub("key").text(), Value: r.sub("value").text(), Actions: r.actions(), Classes: r.str("classes")})
		}
		if c := o.sub("card"); c != nil {
			s.Card = &Card{Title: c.sub("title").text(), Level: c.sub("title").level("headingLevel"), Actions: c.actions(), Classes: c.str("classes"), Attributes: c.attrs()}
		}
		return s.View()
	},
	"table": func(o opts) templ.Component {
		t := Table{Caption: o.str("caption"), CaptionClasses: o.str("captionClasses"), FirstIsHeader: o.truthy("firstCellIsHeader"), Classes: o.str("classes"), Attributes: o.attrs()}
		for _, c := range o.list("head") {
			t.Head = append(t.Head, c.cell())
		}
		rows, _ := o["rows"].([]any)
		for _, row := range rows {
			if row == nil || row == false {
				continue
			}
			var cells []Cell
			for _, c := range (opts{"row": row}).list("row") {
				cells = append(cells, c.cell())
			}
			t.Rows = append(t.Rows, cells)
		}
		return t.View()
	},
	"tag": func(o opts) templ.Component {
		return Tag{Text: o.str("text"), HTML: o.html("html"), Classes: o.str("classes"), Attributes: o.attrs()}.View()
	},
	"task-list": func(o opts) templ.Component {
		l := TaskList{IDPrefix: o.str("idPrefix"), Classes: o.str("classes"), Attributes: o.attrs()}
		for _, i := range o.list("items") {
			task := Task{Title: i.sub("title").text(), Hint: i.sub("hint").text(), Href: i.str("href"), Status: i.sub("status").text(), Classes: i.str("classes")}
			if tag := i.sub("status").sub("tag"); tag != nil {
				task.Tag = &Tag{Text: tag.str("text"), HTML: tag.html("html"), Classes: tag.str("classes"), Attributes: tag.attrs()}
			}
			l.Items = append(l.Items, task)
		}
		return l.View()
	},
	"textarea": func(o opts) templ.Component {
		t := Textarea{
			ID: o.str("id"), Name: o.str("name"), Rows: o.str("rows"), Value: o.str("value"), Disabled: o.truthy("disabled"), DescribedBy: o.str("describedBy"),
			Label: o.label(), Hint: o.hint("hint"), Error: o.error(), Group: o.group("Input"), Classes: o.str("classes"), Autocomplete: o.str("autocomplete"), Attributes: o.attrs(),
		}
		if _, ok := o["spellcheck"].(bool); ok {
			t.Spellcheck = o.str("spellcheck")
		}
		return t.View()
	},
	"warning-text": func(o opts) templ.Component {
		return WarningText{Text: o.str("text"), HTML: o.html("html"), Icon: cmp.Or(o.str("iconFallbackText"), "Warning"), Classes: o.str("classes"), Attributes: o.attrs()}.View()
	},
}

func with(o opts, name, value string) opts {
	c := opts{}
	for k, v := range o {
		c[k] = v
	}
	c[name] = value
	return c
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

func prefixed(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "-" + name
}

func (o opts) level(name string) int { return o.num(name) }

func (o opts) text() Text {
	return Text{Text: o.str("text"), HTML: o.html("html"), Classes: o.str("classes")}
}

func (o opts) cell() Cell {
	return Cell{Text: o.str("text"), HTML: o.html("html"), Format: o.str("format"), Colspan: o.str("colspan"), Rowspan: o.str("rowspan"), Classes: o.str("classes"), Attributes: o.attrs()}
}

func (o opts) actions() Actions {
	a := o.sub("actions")
	out := Actions{Classes: a.str("classes"), set: a.has("items")}
	for _, i := range a.list("items") {
		out.Items = append(out.Items, Action{Text: i.str("text"), HTML: i.html("html"), Href: i.str("href"), Hidden: i.str("visuallyHiddenText"), Classes: i.str("classes"), Attributes: i.attrs()})
	}
	return out
}

func (o opts) label() Label {
	l := o.sub("label")
	return Label{Text: l.str("text"), HTML: l.html("html"), PageHeading: l.truthy("isPageHeading"), Classes: l.str("classes"), Attributes: l.attrs()}
}

func (o opts) hint(name string) Hint {
	h := o.sub(name)
	return Hint{Text: h.str("text"), HTML: h.html("html"), Classes: h.str("classes"), Attributes: h.attrs()}
}

func (o opts) error() ErrorMessage {
	if !o.truthy("errorMessage") {
		return ErrorMessage{}
	}
	e := o.sub("errorMessage")
	m := ErrorMessage{Text: e.str("text"), HTML: e.html("html"), Prefix: "Error", Classes: e.str("classes"), Attributes: e.attrs()}
	if _, set := e["visuallyHiddenText"]; set {
		m.Prefix = ""
		if e.truthy("visuallyHiddenText") {
			m.Prefix = e.str("visuallyHiddenText")
		}
	}
	return m
}

func (o opts) fieldset() *Fieldset {
	f := o.sub("fieldset")
	if f == nil {
		return nil
	}
	l := f.sub("legend")
	return &Fieldset{
		Legend:      Legend{Text: l.str("text"), HTML: l.html("html"), PageHeading: l.truthy("isPageHeading"), Classes: l.str("classes")},
		DescribedBy: f.str("describedBy"), Classes: f.str("classes"), Attributes: f.attrs(),
	}
}

// group reads formGroup; what says where things are put: beforeInput or beforeInputs.
func (o opts) group(what string) FormGroup {
	g := o.sub("formGroup")
	piece := func(name string) templ.Component {
		p := g.sub(name)
		if html := p.html("html"); html != nil {
			return html
		}
		if text := p.str("text"); text != "" {
			return templ.Raw(templ.EscapeString(text))
		}
		return nil
	}
	return FormGroup{Before: piece("before" + what), After: piece("after" + what), Classes: g.str("classes"), Attributes: g.attrs()}
}

func (o opts) affix(name string) Affix {
	a := o.sub(name)
	return Affix{Text: a.str("text"), HTML: a.html("html"), Classes: a.str("classes"), Attributes: a.attrs()}
}

func (o opts) choices() []Choice {
	items, _ := o["items"].([]any)
	var all []Choice
	for n, item := range items {
		m, ok := item.(map[string]any)
		if !ok { // left out by a condition of theirs, but counted in the ids that follow
			continue
		}
		i := opts(m)
		id := i.str("id")
		if id == "" && n > len(all) {
			id = nth(cmp.Or(o.str("idPrefix"), o.str("name")), n)
		}
		all = append(all, Choice{
			ID: id, Name: i.str("name"), Value: i.str("value"), Text: i.str("text"), HTML: i.html("html"),
			Label: Label{Classes: i.sub("label").str("classes"), Attributes: i.sub("label").attrs()}, Hint: i.hint("hint"),
			Checked: i.truthy("checked"), Disabled: i.truthy("disabled"), Divider: i.str("divider"), Then: i.sub("conditional").html("html"),
			Behaviour: i.str("behaviour"), Attributes: i.attrs(), never: i["checked"] == false,
		})
	}
	return all
}
