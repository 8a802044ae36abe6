package plan

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tongban/internal/data/credential/paper"
	"tongban/internal/platform/fault"
	"tongban/internal/service/application"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/form"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
)

// Handler serves the questions and the checklist.
type Handler struct {
	City        func() *jurisdiction.City
	Application *application.Service
	Paper       *paper.Printer
	Origin      string // of the site, for links that leave it
	Secure      bool
	Now         func() time.Time
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /check/{event}", h.next)
	m.Handle("POST /check/{event}", h.save)
	m.Handle("GET /check/{event}/{question}", h.ask)
	m.Handle("POST /check/{event}/{question}", h.answer)
	m.Handle("POST /check/{event}/forget", h.forget)
	m.Handle("GET /checklists/{token}", h.checklist)
	m.Handle("POST /checklists/{token}/change", h.change)
	m.Handle("POST /checklists/{token}/apply", h.apply)
}

// cookie names the cookie that holds the token of a service's answers. The answers themselves stay on
// the server.
func cookie(event string) string { return "answers-" + event }

// walk finds the answers of this browser, or begins.
func (h *Handler) walk(w http.ResponseWriter, r *http.Request, u *ui.Request, event string) (application.Checklist, *jurisdiction.Entry, error) {
	e, ok := h.City().Service(event)
	if !ok {
		return application.Checklist{}, nil, fault.New(fault.NotFound, "error.page")
	}
	list, found, err := h.kept(r, e)
	if err != nil || found {
		return list, e, err
	}
	list, err = h.Application.Begin(r.Context(), u.Actor, event)
	if err == nil {
		h.remember(w, event, list.Token)
	}
	return list, e, err
}

// kept finds the answers that this browser has given under the edition in force. Those of an older
// edition begin anew: questions may have changed.
func (h *Handler) kept(r *http.Request, e *jurisdiction.Entry) (application.Checklist, bool, error) {
	c, err := r.Cookie(cookie(e.Service.ID))
	if err != nil {
		return application.Checklist{}, false, nil
	}
	list, err := h.Application.Checklist(r.Context(), c.Value)
	if fault.Is(err, fault.NotFound) {
		return list, false, nil
	}
	return list, err == nil && list.Service == e.Service.ID && list.Edition == e.Edition && !list.Saved, err
}

// Remember lets this browser go on with answers that were begun elsewhere.
func (h *Handler) Remember(w http.ResponseWriter, c application.Checklist) {
	h.remember(w, c.Service, c.Token)
}

func (h *Handler) remember(w http.ResponseWriter, event, token string) {
	age := 2 * 24 * 60 * 60
	if token == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: cookie(event), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.Secure, MaxAge: age})
}

// next leads to the next question that still matters. When all are answered it shows the answers, to be
// changed or kept.
func (h *Handler) next(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	list, e, err := h.walk(w, r, u, r.PathValue("event"))
	if err != nil {
		return err
	}
	if list, err = h.learn(w, r, u, list); err != nil {
		return err
	}
	if q, more := e.Guide.Next(list.Answers); more {
		return u.See(w, r, "/check/"+list.Service+"/"+q.ID)
	}
	words := say.In(u.Printer, h.City())
	v := reviewView{
		Request: u, Event: u.Of(e.Service.Name), Answers: h.answers(words, e.Service, list, true), Facts: h.looked(words, e.Service, list),
		Action: u.Path("/check/" + list.Service), Forget: u.Path("/check/" + list.Service + "/forget"),
	}
	return u.Render(w, r, http.StatusOK, ui.Page{
		Title: u.T("plan.review.title"), Section: v.Event, Nav: "services", NoIndex: true, Body: v.body(),
		Back: ui.Link{Text: v.Event, Href: u.Path(say.EventPath(e.Service))},
	})
}

// save keeps the answers as a checklist, or asks what is still missing.
func (h *Handler) save(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	list, e, err := h.walk(w, r, u, r.PathValue("event"))
	if err != nil {
		return err
	}
	return h.goOn(w, r, u, list, e)
}

func (h *Handler) goOn(w http.ResponseWriter, r *http.Request, u *ui.Request, list application.Checklist, e *jurisdiction.Entry) error {
	list, err := h.learn(w, r, u, list)
	if err != nil {
		return err
	}
	if q, more := e.Guide.Next(list.Answers); more {
		return u.See(w, r, "/check/"+list.Service+"/"+q.ID)
	}
	saved, err := h.Application.SaveChecklist(r.Context(), u.Actor, list.Token)
	if err != nil {
		return err
	}
	return u.See(w, r, "/checklists/"+saved.Token)
}

// learn lets registers answer what a signed-in person would be asked next, and tells her.
func (h *Handler) learn(w http.ResponseWriter, r *http.Request, u *ui.Request, list application.Checklist) (application.Checklist, error) {
	if !u.SignedIn() {
		return list, nil
	}
	list, learnt, err := h.Application.Learn(r.Context(), u.Actor, list.Token)
	if err == nil && len(learnt) > 0 {
		u.Notice(w, "plan.learnt", "n", strconv.Itoa(len(learnt)))
	}
	return list, err
}

// asked opens the question of a request with the answers so far.
func (h *Handler) asked(w http.ResponseWriter, r *http.Request) (application.Checklist, *jurisdiction.Entry, *catalogue.Question, error) {
	list, e, err := h.walk(w, r, ui.From(r), r.PathValue("event"))
	if err != nil {
		return list, e, nil, err
	}
	q := e.Service.Question(r.PathValue("question"))
	if q == nil {
		return list, e, nil, fault.New(fault.NotFound, "error.page")
	}
	return list, e, q, nil
}

func (h *Handler) ask(w http.ResponseWriter, r *http.Request) error {
	list, e, q, err := h.asked(w, r)
	if err != nil {
		return err
	}
	return h.show(w, r, http.StatusOK, list, e, q, list.Answers[q.ID], nil)
}

// choices reports whether a question is answered by choosing; "not sure" is then one of the choices.
// Where something is typed it is a button of its own, after the one that goes on: the first button of a
// form is the one that the Enter key presses.
func choices(q *catalogue.Question) bool { return q.Type == "boolean" || q.Type == "enum" }

func (h *Handler) show(w http.ResponseWriter, r *http.Request, status int, list application.Checklist, e *jurisdiction.Entry, q *catalogue.Question, value string, wrong *fault.Field) error {
	u := ui.From(r)
	words := say.In(u.Printer, h.City())
	v := questionView{
		Request: u, Event: u.Of(e.Service.Name), Unsure: u.T("plan.unsure.open"), Skip: !choices(q),
		Action: u.Path("/check/" + list.Service + "/" + q.ID), Forget: u.Path("/check/" + list.Service + "/forget"),
		Field: gp.Field{Field: form.Question(q), Value: value, Wrong: wrong, Heading: true, Unsure: choices(q)},
	}
	if v.Skip && value == guide.Unsure {
		v.Field.Value, v.Skipped = "", true
	}
	if q.Unsure != nil {
		v.Unsure = u.Of(q.Unsure.Help)
	}
	n := 1
	back := ui.Link{Text: v.Event, Href: u.Path(say.EventPath(e.Service))}
	for _, a := range e.Guide.Relevant(list.Answers) {
		if a.ID == q.ID {
			break
		}
		if list.Answers[a.ID] != "" {
			n++
			back = ui.Link{Text: u.T("plan.back"), Href: u.Path("/check/" + list.Service + "/" + a.ID)}
		}
	}
	v.Caption = u.T("plan.caption.last", "event", v.Event, "n", strconv.Itoa(n))
	left := e.Guide.Remaining(list.Answers)
	if list.Answers[q.ID] == "" {
		left-- // this one
	}
	if left > 0 {
		v.Caption = u.T("plan.caption", "event", v.Event, "n", strconv.Itoa(n), "left", strconv.Itoa(left))
	}
	if f, ok := list.Facts[q.ID]; ok && f.Used {
		v.Field.Source = &gp.Source{From: words.Of(h.City().Registers[f.Register].Name), On: string(f.On())}
		v.OwnAnswer = true
	}
	others := list
	others.Answers = maps.Clone(list.Answers)
	delete(others.Answers, q.ID)
	v.Answers = h.answers(words, e.Service, others, true)
	return u.Render(w, r, status, ui.Page{
		Title: u.Of(q.Text), Section: v.Event, Nav: "services", Back: back, NoIndex: true, Wrong: wrong != nil, Body: v.body(),
	})
}

// looked lists for which facts registers were asked, and whether they were used.
func (h *Handler) looked(words say.Words, s *catalogue.Service, list application.Checklist) (all []string) {
	for i := range s.Questions {
		f, ok := list.Facts[s.Questions[i].ID]
		if !ok {
			continue
		}
		register := h.City().Registers[f.Register]
		field := f.Field
		for _, a := range register.Fields {
			if a.ID == f.Field {
				field = words.Of(a.Name)
			}
		}
		key := "plan.looked.unused"
		if f.Used {
			key = "plan.looked.used"
		}
		all = append(all, words.T(key, "register", words.Of(register.Name), "field", field, "body", words.Body(register.Keeper)))
	}
	return all
}

// answers lists what was answered, in the author's order.
func (h *Handler) answers(words say.Words, s *catalogue.Service, list application.Checklist, change bool) []answerLine {
	var all []answerLine
	for i := range s.Questions {
		q := &s.Questions[i]
		value := list.Answers[q.ID]
		if value == "" {
			continue
		}
		line := answerLine{Question: words.Of(q.Text), Answer: words.Answer(q, value)}
		if value == guide.Unsure && q.Unsure != nil && q.Unsure.As != "" {
			line.Answer = words.T("plan.unsure.as", "answer", words.Answer(q, q.Unsure.As))
		}
		if f := list.Facts[q.ID]; f.Used {
			line.Source = words.T("plan.by-register", "register", words.Of(h.City().Registers[f.Register].Name), "day", words.ShortDay(string(f.On()), ""))
		}
		if change {
			u := ui.Request{Printer: words.Printer}
			line.Change = u.Path("/check/" + s.ID + "/" + q.ID)
		}
		all = append(all, line)
	}
	return all
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	list, e, q, err := h.asked(w, r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	value, wrong := form.ParseQuestion(q, r.PostForm)
	if wrong != nil {
		return h.show(w, r, http.StatusUnprocessableEntity, list, e, q, value, wrong)
	}
	list, dropped, err := h.Application.Answer(r.Context(), u.Actor, list.Token, q.ID, value)
	if err != nil {
		return err
	}
	if len(dropped) > 0 {
		var names []string
		for _, id := range dropped {
			if d := e.Service.Question(id); d != nil {
				names = append(names, u.Of(d.Text))
			}
		}
		u.Notice(w, "plan.dropped", "questions", u.List(names))
	}
	return h.goOn(w, r, u, list, e)
}

func (h *Handler) forget(w http.ResponseWriter, r *http.Request) error {
	u, event := ui.From(r), r.PathValue("event")
	if c, err := r.Cookie(cookie(event)); err == nil {
		if err := h.Application.Forget(r.Context(), u.Actor, c.Value); err != nil {
			return err
		}
	}
	h.remember(w, event, "")
	u.Notice(w, "plan.forgotten")
	if e, ok := h.City().Service(event); ok {
		return u.See(w, r, say.EventPath(e.Service))
	}
	return u.See(w, r, "/")
}

// change takes the answers of a checklist up again, in whatever browser it is open: the checklist itself
// stays as it was printed. The posted question is asked first.
func (h *Handler) change(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	l, err := h.load(r, r.PathValue("token"))
	if err != nil {
		return err
	}
	e, ok := h.City().Service(l.Service)
	if !ok {
		return fault.New(fault.NotFound, "error.page")
	}
	list, found, err := h.kept(r, e)
	if err != nil {
		return err
	}
	if !found || !sameAnswers(e.Service, list.Answers, l.Answers) {
		if list, err = h.retake(w, r, u, e, l.Answers); err != nil {
			return err
		}
	}
	to := "/check/" + list.Service
	if q := e.Service.Question(r.PostFormValue("question")); q != nil {
		to += "/" + q.ID
	}
	return u.See(w, r, to)
}

func sameAnswers(s *catalogue.Service, a, b guide.Answers) bool {
	return !slices.ContainsFunc(s.Questions, func(q catalogue.Question) bool { return a[q.ID] != b[q.ID] })
}

// retake begins a walk with answers that were given before. What the edition in force no longer
// understands is asked again.
func (h *Handler) retake(w http.ResponseWriter, r *http.Request, u *ui.Request, e *jurisdiction.Entry, given guide.Answers) (application.Checklist, error) {
	list, err := h.Application.Begin(r.Context(), u.Actor, e.Service.ID)
	if err != nil {
		return list, err
	}
	h.remember(w, e.Service.ID, list.Token)
	for i := range e.Service.Questions {
		q := &e.Service.Questions[i]
		if given[q.ID] == "" {
			continue
		}
		next, _, err := h.Application.Answer(r.Context(), u.Actor, list.Token, q.ID, given[q.ID])
		var f *fault.Error
		if errors.As(err, &f) && f.Kind == fault.Invalid {
			continue
		}
		if err != nil {
			return list, err
		}
		list = next
	}
	return list, nil
}
