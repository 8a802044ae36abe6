package casefile

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"tongban/internal/platform/fault"
	"tongban/internal/service/casework"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

// alone reports whether this officer may decide by herself; otherwise she proposes.
func (s sheet) alone() bool { return s.may(casework.Ruled, casework.ActDecide) }

// mayRule is allow for deciding and proposing.
func (s sheet) mayRule() error {
	if s.m.State != casework.Proposed && s.alone() {
		return nil
	}
	return s.allow(casework.RulingProposed, casework.ActPropose)
}

func (h *Handler) decide(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	if err := s.mayRule(); err != nil {
		return err
	}
	if e := s.m.Earlier; e != nil { // sent back: she goes on from what she wrote
		return s.showDecide(w, r, http.StatusOK, *e, result(*e), nil)
	}
	return s.showDecide(w, r, http.StatusOK, casework.Ruling{Facts: s.found()}, "", nil)
}

func result(r casework.Ruling) string {
	if r.Approve {
		return "approve"
	}
	return "refuse"
}

// found begins the facts with what the checks have found.
func (s sheet) found() string {
	facts := ""
	for _, c := range s.applying() {
		if done, ok := s.m.Checked[c.ID]; ok {
			line := s.u.T("workbench.decide.found", "what", s.u.Of(c.Text), "outcome", s.u.T("workbench.check.outcome."+done.Outcome))
			if done.Note != "" {
				line = s.u.T("workbench.decide.found.note", "found", line, "note", done.Note)
			}
			facts += line + "\n"
		}
	}
	return facts
}

func (s sheet) showDecide(w http.ResponseWriter, r *http.Request, status int, ruling casework.Ruling, chosen string, wrong map[string]fault.Field) error {
	u, d := s.u, s.draft(wrong)
	d.add(d.radios("result", chosen, []gov.Choice{
		{Value: "approve", Text: u.T("workbench.decide.approve")}, {Value: "refuse", Text: u.T("workbench.decide.refuse")},
	}).View())
	d.add(d.area("facts", ruling.Facts, "workbench.decide.facts.hint", "6").View())
	d.add(d.area("reasons", ruling.Reasons, "workbench.decide.reasons.hint", "5").View())
	d.add(d.cites(s, ruling.Provisions, onDecision).View())
	d.add(d.area("succeed", ruling.Succeed, "workbench.decide.succeed.hint", "3").View())
	v := formView{
		Request: u, Caption: s.caption(), Title: u.T("workbench.decide.title"), Lead: u.T("workbench.decide.lead"), Errors: d.Errors, Parts: d.Parts,
		Action: s.path("/decide"), Back: s.path(""), Side: s.summary(), Buttons: []gov.Button{{Text: u.T("workbench.preview")}},
	}
	if !s.alone() {
		v.Title, v.Lead = u.T("workbench.propose.title"), u.T("workbench.propose.lead")
	}
	if s.awaits() {
		v.Note = u.T("error.matter.promise-open")
	}
	if s.m.Returned != "" {
		v.Note = u.T("workbench.decide.returned", "reason", s.m.Returned)
	}
	return s.page(w, r, status, ui.Page{Title: v.Title, Wrong: len(wrong) > 0, Body: v.body()})
}

// awaits reports whether a material that the applicant promised has not come.
func (s sheet) awaits() bool { return slices.ContainsFunc(s.m.Promises, casework.Promise.Open) }

func (s sheet) readRuling(posted url.Values) casework.Ruling {
	return casework.Ruling{
		Approve: posted.Get("result") == "approve", Facts: value(posted, "facts"), Reasons: value(posted, "reasons"),
		Provisions: s.kept(posted["provisions"], onDecision), Succeed: value(posted, "succeed"),
	}
}

// sendDecision shows what the applicant will get, and sends it when that was confirmed. What stays
// without effect – how an approved application might succeed – is left out.
func (h *Handler) sendDecision(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	if err := s.mayRule(); err != nil {
		return err
	}
	ruling, chosen := s.readRuling(r.PostForm), r.PostForm.Get("result")
	typed := ruling
	if ruling.Approve {
		ruling.Succeed = ""
	}
	wrong, err := complaints(ruling.Check())
	if err != nil {
		return err
	}
	if chosen != "approve" && chosen != "refuse" {
		if wrong == nil {
			wrong = map[string]fault.Field{}
		}
		wrong["result"] = fault.Field{Name: "result", Code: "field.choose"}
		delete(wrong, "provisions") // asked for by a refusal only, and nothing was refused
	}
	if ruling.Approve && s.awaits() {
		if wrong == nil {
			wrong = map[string]fault.Field{}
		}
		wrong["result"] = fault.Field{Name: "result", Code: "error.matter.promise-open"}
	}
	switch {
	case len(wrong) > 0:
		return s.showDecide(w, r, http.StatusUnprocessableEntity, typed, chosen, choose(wrong, "provisions"))
	case r.PostForm.Get(step) == "edit":
		return s.showDecide(w, r, http.StatusOK, typed, chosen, nil)
	case r.PostForm.Get(step) != "send":
		return s.previewDecision(w, r, ruling)
	}
	send, told := h.Casework.Propose, "workbench.proposed"
	if s.alone() {
		send, told = h.Casework.Decide, "workbench.decided"
	}
	if err := send(r.Context(), s.u.Actor, s.m.ID, ruling); err != nil {
		return err
	}
	return s.done(w, r, told)
}

func (s sheet) previewDecision(w http.ResponseWriter, r *http.Request, ruling casework.Ruling) error {
	u := s.u
	v := previewView{
		Request: u, Title: u.T("workbench.preview.title"), Caption: s.caption(), Lead: u.T("workbench.decide.preview"), Action: s.path("/decide"),
		Document: u.T("track.doc.decision", "matter", s.name()), Rows: s.ruling(ruling), Hidden: hidden(r.PostForm), Send: u.T("workbench.decide.send"),
	}
	if !s.alone() {
		v.Lead, v.Send = u.T("workbench.propose.preview"), u.T("workbench.propose.send")
	}
	if !ruling.Approve {
		v.Warning, v.Danger = u.T("workbench.decide.refuse.warning"), true
	}
	return s.page(w, r, http.StatusOK, ui.Page{Title: v.Title, Body: v.body()})
}

// sign shows the head a proposal beside what it rests on.
func (h *Handler) sign(w http.ResponseWriter, r *http.Request) error {
	s, err := h.open(r)
	if err != nil {
		return err
	}
	return s.showSign(w, r, http.StatusOK, "", nil)
}

func (s sheet) showSign(w http.ResponseWriter, r *http.Request, status int, reason string, wrong map[string]fault.Field) error {
	u := s.u
	if s.m.Proposal == nil {
		return s.state()
	}
	if err := s.allow(casework.SentBack, casework.ActSendBack); err != nil {
		return err
	}
	d := s.draft(wrong)
	v := signView{
		Request: u, Caption: s.caption(), Title: u.T("workbench.signing.title", "name", s.Name), Ruling: s.ruling(*s.m.Proposal), Summary: s.summary(), Case: s.path(""),
		Sign: s.path("/sign"), Return: s.path("/return"), Version: strconv.Itoa(s.m.Version), Refusal: !s.m.Proposal.Approve,
		Reason: d.area("reason", reason, "workbench.signing.reason.hint", "4"), Document: u.T("track.doc.decision", "matter", s.name()),
	}
	v.Errors = d.Errors
	v.Own = !s.may(casework.Ruled, casework.ActSign)
	return s.page(w, r, status, ui.Page{Title: v.Title, Wrong: len(wrong) > 0, Nav: "sign", Body: v.body(), Back: ui.Link{Text: u.T("workbench.sign.title"), Href: "/desk/sign"}})
}

// sendSign signs what was seen: not a proposal that was changed since. A refusal is signed in two steps.
func (h *Handler) sendSign(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	u := s.u
	if s.m.Proposal == nil {
		return s.state()
	}
	if r.PostForm.Get("version") != strconv.Itoa(s.m.Version) {
		return fault.New(fault.Conflict, "error.changed-meanwhile")
	}
	if !s.m.Proposal.Approve && r.PostForm.Get(step) != "send" {
		if err := s.allow(casework.Ruled, casework.ActSign); err != nil {
			return err
		}
		v := previewView{
			Request: u, Title: u.T("workbench.signing.confirm.title"), Caption: s.caption(), Lead: u.T("workbench.signing.confirm.lead", "name", s.Name), Action: s.path("/sign"),
			Document: u.T("track.doc.decision", "matter", s.name()), Rows: s.ruling(*s.m.Proposal), Hidden: hidden(r.PostForm), Send: u.T("workbench.signing.confirm.send"),
			Warning: u.T("workbench.decide.refuse.warning"), Danger: true, Cancel: s.path("/sign"),
		}
		return s.page(w, r, http.StatusOK, ui.Page{Title: v.Title, Nav: "sign", Body: v.body()})
	}
	if err := h.Casework.Sign(r.Context(), u.Actor, s.m.ID); err != nil {
		return err
	}
	u.Notice(w, "workbench.signed", "number", s.Number)
	return u.See(w, r, "/desk/sign")
}

func (h *Handler) sendBack(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	reason := value(r.PostForm, "reason")
	if err = h.Casework.SendBack(r.Context(), s.u.Actor, s.m.ID, reason); err == nil {
		s.u.Notice(w, "workbench.returned", "number", s.Number)
		return s.u.See(w, r, "/desk/sign")
	}
	wrong, err := complaints(err)
	if err != nil {
		return err
	}
	return s.showSign(w, r, http.StatusUnprocessableEntity, reason, wrong)
}

// summary is what has been checked, beside a form that rests on it.
func (s sheet) summary() templ.Component {
	v := summaryView{Request: s.u, Name: s.Name, Left: s.left(), Case: s.path("")}
	for _, c := range s.applying() {
		line := lineView{Text: s.u.Of(c.Text)}
		if done, ok := s.m.Checked[c.ID]; ok {
			line.Tag, line.Note = s.outcome(done), done.Note
		} else {
			line.Tag = gov.Tag{Text: s.u.T("workbench.check.none"), Classes: "govuk-tag--grey"}
		}
		v.Checks = append(v.Checks, line)
	}
	return v.show()
}
