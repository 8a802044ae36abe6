package queue

import (
	"net/http"
	"slices"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/service/casework"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/workbench"
)

// consultations lists what other bodies ask. The question is all that is shown of their case.
func (h *Handler) consultations(w http.ResponseWriter, r *http.Request) error {
	b, err := h.open(r)
	if err != nil {
		return err
	}
	u := b.u
	all, err := h.Casework.OpenConsultations(r.Context(), u.Actor)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, c casework.Consultation) int { return strings.Compare(string(a.Until), string(c.Until)) })
	v := consultationsView{Request: u, Table: gp.Table{Caption: u.T("workbench.asked.title"), HideTitle: true, Dense: true, Head: []gp.Column{
		{Text: u.T("workbench.asked.question")}, {Text: u.T("workbench.asked.from")}, {Text: u.T("workbench.asked.at")}, {Text: u.T("workbench.asked.until")},
	}}}
	for _, q := range all {
		until := gp.Cell{Text: u.Day(string(q.Until))}
		if b.today > q.Until {
			until = gp.Cell{HTML: gov.Tag{Text: u.T("workbench.asked.late", "day", u.ShortDay(string(q.Until), string(b.today))), Classes: "govuk-tag--red"}.View()}
		}
		v.Table.Rows = append(v.Table.Rows, gp.Line{Cells: []gp.Cell{
			{HTML: workbench.Link("/desk/consultations/"+q.ID, brief(q.Question))}, {Text: b.words.Body(q.From)}, {Text: u.Stamp(q.AskedAt), NoWrap: true}, until,
		}})
	}
	if len(all) == 0 {
		v.Empty = &gp.Empty{Title: u.T("workbench.asked.empty"), Text: u.T("workbench.asked.empty.text"), Action: gp.Link{Text: u.T("workbench.home.title"), Href: "/desk"}}
	}
	return b.page(w, r, ui.Page{Title: u.T("workbench.asked.title"), Nav: "desk", Back: ui.Link{Text: u.T("workbench.home.title"), Href: "/desk"}, Body: v.body()})
}

const briefly = 60 // characters of a question in a list

func brief(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > briefly {
		return string(r[:briefly]) + "…"
	}
	return s
}

func (h *Handler) asked(r *http.Request, b bench) (casework.Consultation, error) {
	all, err := h.Casework.OpenConsultations(r.Context(), b.u.Actor)
	if err != nil {
		return casework.Consultation{}, err
	}
	for _, q := range all {
		if q.ID == r.PathValue("id") {
			return q, nil
		}
	}
	return casework.Consultation{}, fault.New(fault.NotFound, "error.page")
}

func (h *Handler) consultation(w http.ResponseWriter, r *http.Request) error {
	b, err := h.open(r)
	if err != nil {
		return err
	}
	q, err := h.asked(r, b)
	if err != nil {
		return err
	}
	return h.showConsultation(w, r, http.StatusOK, b, q, "", nil)
}

func (h *Handler) showConsultation(w http.ResponseWriter, r *http.Request, status int, b bench, q casework.Consultation, typed string, wrong map[string]fault.Field) error {
	u := b.u
	v := consultationView{Request: u, Question: q.Question, Lead: u.T("workbench.answer.lead", "from", b.words.BodyName(q.From), "when", u.Moment(q.AskedAt), "day", u.Day(string(q.Until)))}
	v.Answer = gov.Textarea{ID: "answer", Name: "answer", Rows: "8", Value: typed, Label: gov.Label{Text: u.T("workbench.answer.field"), Classes: "govuk-label--m"}, Hint: gov.Hint{Text: u.T("workbench.answer.hint")}}
	if f, ok := wrong["answer"]; ok {
		said := u.Complaint(f, u.T("workbench.answer.field"))
		v.Answer.Error = gov.ErrorMessage{Text: said, Prefix: u.T("common.error")}
		v.Errors = []gov.ErrorLink{{Text: said, Href: "#answer"}}
	}
	return u.Render(w, r, status, ui.Page{Title: u.T("workbench.answer.title"), Section: b.words.Body(u.Actor.Body), Nav: "desk", Wrong: len(wrong) > 0,
		Back: ui.Link{Text: u.T("workbench.asked.title"), Href: "/desk/consultations"}, Body: v.body()})
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request) error {
	b, err := h.post(r)
	if err != nil {
		return err
	}
	typed := r.PostForm.Get("answer")
	err = h.Casework.AnswerConsultation(r.Context(), b.u.Actor, r.PathValue("id"), strings.TrimSpace(typed))
	if err == nil {
		b.u.Notice(w, "workbench.answered")
		return b.u.See(w, r, "/desk/consultations")
	}
	wrong, err := ui.Complaints(err)
	if err != nil {
		return err
	}
	q, err := h.asked(r, b)
	if err != nil {
		return err
	}
	return h.showConsultation(w, r, http.StatusUnprocessableEntity, b, q, typed, wrong)
}
