package studio

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/studio"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// serviceView is one service: what is in force, what is being written, and everything that was published.
type serviceView struct {
	*ui.Request
	Title, At  string
	Facts      gov.SummaryList
	Draft      *studio.Draft
	State      gov.Tag
	Suspended  *gp.Callout
	Coming     *gp.Callout
	CanOpen    bool
	CanSuspend bool
	History    gp.Table
	Suspend    []gov.Textarea
	From       gov.Input
	Errors     []gov.ErrorLink
}

func (h *Handler) service(w http.ResponseWriter, r *http.Request) error {
	u, err := staff(r)
	if err != nil {
		return err
	}
	return h.showService(w, r, u, http.StatusOK, nil, nil)
}

func (h *Handler) showService(w http.ResponseWriter, r *http.Request, u *ui.Request, status int, typed url.Values, wrong map[string]fault.Field) error {
	id := r.PathValue("service")
	city, words := h.City(), h.words(u)
	e, runs := city.Service(id)
	v := serviceView{Request: u, At: root + id, Title: id}
	d, err := h.Studio.Current(r.Context(), u.Actor, id)
	switch {
	case err == nil:
		v.Draft, v.State, v.Title = &d, state(u, d), called(u, d.Title, id)
	case !fault.Is(err, fault.NotFound) || !runs:
		return err
	}
	all, err := h.Studio.Publications(r.Context(), u.Actor, id)
	if err != nil {
		return err
	}
	var may studio.May
	if runs {
		s := e.Service
		v.Title = u.Of(s.Name)
		may = h.Studio.May(u.Actor, studio.Draft{ID: id, Service: id, Body: s.Lead})
		v.CanOpen, v.CanSuspend = v.Draft == nil && may.Write, may.Suspend
		pub := gov.Action{Text: u.T("studio.service.see"), Href: u.Path(say.EventPath(s)), Hidden: v.Title}
		v.Facts = gov.SummaryList{Rows: []gov.Row{
			{Key: text(u.T("studio.service.summary")), Value: text(u.Of(s.Summary)), Actions: gov.Actions{Items: []gov.Action{pub}}},
			{Key: text(u.T("studio.col.lead")), Value: text(words.BodyName(s.Lead))},
			{Key: text(u.T("studio.service.size")), Value: text(u.T("studio.service.size.of", "matters", u.Number(int64(len(s.Matters))), "questions", u.Number(int64(len(s.Questions))), "materials", u.Number(int64(len(s.Materials)))))},
			{Key: text(u.T("studio.service.edition")), Value: text(e.Edition[:12])},
		}}
		if x, ok := city.Suspended[id]; ok {
			v.Suspended = &gp.Callout{Title: u.T("studio.service.suspended", "day", u.Day(string(x.Since))), Lines: []string{u.Of(x.Why), u.Of(x.Instead)}, Warns: true}
		}
		if day, ok := city.Coming[id]; ok {
			v.Coming = &gp.Callout{Title: u.T("studio.service.coming", "day", u.Day(string(day)))}
		}
	}
	v.History = h.published(u, e, all, may)
	v.fields(typed, wrong)
	return u.Render(w, r, status, ui.Page{Title: v.Title, Section: u.T("studio.list.title"), Nav: "catalogue", Back: ui.Link{Text: u.T("studio.list.title"), Href: "/studio/services"}, Wrong: len(wrong) > 0, Body: v.body()})
}

func text(s string) gov.Text { return gov.Text{Text: s} }

// published lists what was put into force, the newest first, with what can be done about each.
func (h *Handler) published(u *ui.Request, e *jurisdiction.Entry, all []studio.Publication, may studio.May) gp.Table {
	t := gp.Table{Caption: u.T("studio.service.history"), HideTitle: true, Dense: true, Head: []gp.Column{
		{Text: u.T("studio.col.number"), Numeric: true}, {Text: u.T("studio.col.what")}, {Text: u.T("studio.col.starts")}, {Text: u.T("studio.col.by")}, {Text: u.T("studio.col.do"), Hidden: true},
	}}
	now := h.Now()
	for i := len(all) - 1; i >= 0; i-- {
		p := all[i]
		what := u.T("studio.kind." + string(p.Kind))
		detail := p.Words.Reason
		if p.Kind == studio.Suspension {
			detail = u.Of(p.Words.Why)
		}
		var do gp.Cell
		switch {
		case !p.Withdrawn.IsZero():
			do.HTML = gov.Tag{Text: u.T("studio.state.withdrawn"), Classes: "govuk-tag--grey"}.View()
		case p.Coming(now):
			if may.Suspend {
				do.HTML = act(root+p.Service+"/withdraw", strconv.Itoa(p.Number), u.T("studio.do.withdraw"), what)
			}
		case p.Kind == studio.NewEdition && e != nil && p.Edition == e.Edition:
			do.HTML = gov.Tag{Text: u.T("studio.state.in-force"), Classes: "govuk-tag--green"}.View()
		case p.Kind == studio.NewEdition && may.Write:
			do.HTML = act(root+p.Service+"/rollback", strconv.Itoa(p.Number), u.T("studio.do.rollback"), u.T("studio.do.rollback.of", "n", u.Number(int64(p.Number))))
		}
		who := u.T("studio.published.by", "written", p.Words.Written, "by", p.Words.By)
		if p.Words.Written == p.Words.By {
			who = p.Words.By
		}
		t.Rows = append(t.Rows, gp.Line{Cells: []gp.Cell{{Text: u.Number(int64(p.Number)), Numeric: true}, {HTML: two(what, detail)}, {Text: u.Stamp(p.Starts), NoWrap: true}, {Text: who}, do}})
	}
	if e != nil {
		folder := gp.Cell{}
		if len(all) > 0 && may.Write {
			folder.HTML = act(root+e.Service.ID+"/rollback", "0", u.T("studio.do.rollback"), u.T("studio.kind.folder"))
		}
		t.Rows = append(t.Rows, gp.Line{Cells: []gp.Cell{{Text: "0", Numeric: true}, {HTML: two(u.T("studio.kind.folder"), "")}, {Text: "–"}, {Text: "–"}, folder}})
	}
	return t
}

// fields are those of the form that suspends a service.
func (v *serviceView) fields(typed url.Values, wrong map[string]fault.Field) {
	mark := func(id, label string) gov.ErrorMessage {
		f, ok := wrong[id]
		if !ok {
			return gov.ErrorMessage{}
		}
		said := v.Complaint(f, label)
		v.Errors = append(v.Errors, gov.ErrorLink{Text: said, Href: "#" + id})
		return gov.ErrorMessage{Text: said, Prefix: v.T("common.error")}
	}
	for _, id := range [...]string{"why-zh", "why-en", "instead-zh", "instead-en"} {
		label := v.T("studio.suspend." + id)
		v.Suspend = append(v.Suspend, gov.Textarea{ID: id, Name: id, Rows: "2", Value: typed.Get(id), Label: gov.Label{Text: label}, Error: mark(id, label)})
	}
	v.From = gov.Input{ID: "from", Name: "from", Type: "date", Value: typed.Get("from"), Classes: "govuk-input--width-10", Label: gov.Label{Text: v.T("studio.suspend.from")}, Hint: gov.Hint{Text: v.T("studio.day.hint")}, Error: mark("from", v.T("studio.suspend.from"))}
}

func (h *Handler) open(w http.ResponseWriter, r *http.Request) error {
	u, err := staff(r)
	if err != nil {
		return err
	}
	d, err := h.Studio.Open(r.Context(), u.Actor, r.PathValue("service"))
	if err != nil {
		return err
	}
	return u.See(w, r, root+d.Service+"/draft")
}

func (h *Handler) suspend(w http.ResponseWriter, r *http.Request) error {
	u, err := staff(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	f, id := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }, r.PathValue("service")
	err = h.Studio.Suspend(r.Context(), u.Actor, id, f("from"), lang.Text{ZH: f("why-zh"), EN: f("why-en")}, lang.Text{ZH: f("instead-zh"), EN: f("instead-en")})
	if err == nil {
		u.Notice(w, "studio.suspended")
		return u.See(w, r, root+id)
	}
	wrong, err := ui.Complaints(err)
	if err != nil {
		return err
	}
	return h.showService(w, r, u, http.StatusUnprocessableEntity, r.PostForm, wrong)
}

func (h *Handler) resume(w http.ResponseWriter, r *http.Request) error {
	u, err := staff(r)
	if err != nil {
		return err
	}
	if err := h.Studio.Resume(r.Context(), u.Actor, r.PathValue("service")); err != nil {
		return err
	}
	u.Notice(w, "studio.resumed")
	return u.See(w, r, root+r.PathValue("service"))
}

// numbered reads the number of a publication or revision that a button carries.
func numbered(r *http.Request) (int, error) {
	if err := r.ParseForm(); err != nil {
		return 0, fault.Wrap(fault.Invalid, "error.form", err)
	}
	n, err := strconv.Atoi(r.PostForm.Get("number"))
	if err != nil {
		return 0, fault.Wrap(fault.NotFound, "error.page", err)
	}
	return n, nil
}

func (h *Handler) rollback(w http.ResponseWriter, r *http.Request) error {
	u, err := staff(r)
	if err != nil {
		return err
	}
	n, err := numbered(r)
	if err != nil {
		return err
	}
	d, err := h.Studio.Rollback(r.Context(), u.Actor, r.PathValue("service"), n)
	if err != nil {
		return err
	}
	u.Notice(w, "studio.rolled-back")
	return u.See(w, r, root+d.Service+"/draft/diff")
}

func (h *Handler) withdraw(w http.ResponseWriter, r *http.Request) error {
	u, err := staff(r)
	if err != nil {
		return err
	}
	n, err := numbered(r)
	if err != nil {
		return err
	}
	if err := h.Studio.Withdraw(r.Context(), u.Actor, n); err != nil {
		return err
	}
	u.Notice(w, "studio.withdrawn")
	return u.See(w, r, root+r.PathValue("service"))
}
