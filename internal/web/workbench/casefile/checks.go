package casefile

import (
	"net/http"
	"slices"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// outcomes of a check, in the order in which they are offered.
var outcomes = []string{"pass", "fail", "unknown"}

var outcomeTags = map[string]string{"pass": "govuk-tag--green", "fail": "govuk-tag--red", "unknown": "govuk-tag--yellow"}

// applying are the checks of the definition that apply to this applicant.
func (s sheet) applying() []catalogue.Check {
	return slices.DeleteFunc(slices.Clone(s.def.Checks), func(c catalogue.Check) bool { return !slices.Contains(s.m.Applies, c.ID) })
}

func bySystem(c casework.CheckResult) bool {
	return strings.HasPrefix(c.By, string(identity.System)+":")
}

// checks draws the checks, each beside what it looks at; typed and wrong are what was sent and what is
// wrong with it.
func (s sheet) checks(typed map[string]casework.CheckResult, wrong map[string]fault.Field) *checksView {
	u := s.u
	v := &checksView{Request: u, Action: s.path("/checks"), May: s.may(casework.Checked, casework.ActCheck)}
	for _, c := range s.applying() {
		v.All++
		done, ok := s.m.Checked[c.ID]
		if ok && done.Outcome == "pass" {
			v.Passed++
		}
		one := checkView{ID: c.ID, Title: u.Of(c.Text), Kind: u.T("workbench.check.kind." + c.Kind), Lines: s.looksAt(c, done), Cite: s.words.Cite(c.Cite), Files: s.files(c.Material)}
		if ok {
			one.Tag = s.outcome(done)
			one.Note = done.Note
			one.By = u.T("workbench.check.by", "who", s.checker(done), "when", u.Stamp(done.At))
		} else {
			one.Tag = gov.Tag{Text: u.T("workbench.check.none"), Classes: "govuk-tag--grey"}
		}
		mark, sent := typed[c.ID]
		if !sent {
			mark = casework.CheckResult{Outcome: done.Outcome}
			if !bySystem(done) {
				mark.Note = done.Note
			}
		}
		complaint, bad := wrong[c.ID]
		one.Change = ok && !bad
		one.Summary = u.T("workbench.check.change")
		if ok && bySystem(done) {
			one.Summary = u.T("workbench.check.override")
		}
		one.Mark = gov.Radios{IDPrefix: "outcome-" + c.ID, Name: "outcome-" + c.ID, Value: mark.Outcome, Classes: "govuk-radios--small govuk-radios--inline",
			Attributes: gov.Attributes{"role": "radiogroup", "aria-label": u.T("workbench.check.legend", "what", one.Title)}}
		for _, o := range outcomes {
			one.Mark.Items = append(one.Mark.Items, gov.Choice{Value: o, Text: u.T("workbench.check.outcome." + o)})
		}
		one.Why = gov.Input{ID: "note-" + c.ID, Name: "note-" + c.ID, Value: mark.Note, Label: gov.Label{Text: u.T("workbench.check.note")}, Group: gov.FormGroup{Classes: "gp-check__note"}}
		if ok && bySystem(done) {
			one.Why.Label.Text = u.T("workbench.check.note.override")
		}
		if bad {
			said := u.Complaint(complaint, one.Title)
			message := gov.ErrorMessage{Text: said, Prefix: u.T("common.error")}
			href := "#note-" + c.ID
			if complaint.Name == "outcome" {
				one.Mark.Error, href = message, "#outcome-"+c.ID
				one.Mark.Attributes["aria-describedby"] = "outcome-" + c.ID + "-error"
			} else {
				said = u.T("workbench.check.why", "what", one.Title)
				message.Text = said
				one.Why.Error = message
			}
			v.Errors = append(v.Errors, gov.ErrorLink{Text: said, Href: href})
		}
		v.Items = append(v.Items, one)
	}
	if v.All == 0 {
		return nil
	}
	return v
}

// outcome is the result of a check, as a tag that says whether the system or a person found it.
func (s sheet) outcome(c casework.CheckResult) gov.Tag {
	by := "hand"
	if bySystem(c) {
		by = "system"
	}
	return gov.Tag{Text: s.u.T("workbench.check." + by + "." + c.Outcome), Classes: outcomeTags[c.Outcome]}
}

func (s sheet) checker(c casework.CheckResult) string {
	if bySystem(c) {
		return s.u.T("workbench.who.system")
	}
	return s.officer(c.By)
}

// looksAt says what a check of the system compares: what the register holds and what it must hold.
func (s sheet) looksAt(c catalogue.Check, done casework.CheckResult) []string {
	if c.Kind != "system" {
		return nil
	}
	u := s.u
	reg := s.words.City.Registers[c.Register]
	attribute := catalogue.Attribute{ID: c.Field}
	if i := slices.IndexFunc(reg.Fields, func(a catalogue.Attribute) bool { return a.ID == c.Field }); i >= 0 {
		attribute = reg.Fields[i]
	}
	source := u.T("workbench.check.register", "register", u.Of(reg.Name), "field", u.Of(attribute.Name))
	var lines []string
	switch {
	case done.Seen != "":
		lines = append(lines, u.T("workbench.check.seen", "source", source, "value", s.words.Fact(attribute, done.Seen)))
	case done.By != "" && bySystem(done):
		lines = append(lines, u.T("workbench.check.unseen", "source", source))
	default:
		lines = append(lines, u.T("workbench.check.will", "source", source))
	}
	switch {
	case c.Matches != "":
		if f := s.service.Field(c.Matches); f != nil {
			lines = append(lines, u.T("workbench.check.declared", "field", u.Of(f.Text), "value", s.words.Value(f, s.Values[c.Matches].Value)))
		}
	case c.Equals != "":
		lines = append(lines, u.T("workbench.check.wanted", "value", s.words.Fact(attribute, c.Equals)))
	}
	return lines
}

// files are the links to what a material was given as.
func (s sheet) files(material string) []gp.Link {
	var all []gp.Link
	for _, f := range s.Evidence[material].Files {
		all = append(all, s.link(material, f))
	}
	return all
}

func (s sheet) link(material string, f casework.File) gp.Link {
	return gp.Link{Text: s.u.T("workbench.file", "name", f.Name, "size", s.u.Bytes(f.Size)), Href: s.path("/files/" + material + "/" + f.Hash)}
}

// mark notes the outcomes that were sent, each by itself: one that lacks its reason keeps none of the
// others back.
func (h *Handler) mark(w http.ResponseWriter, r *http.Request) error {
	s, err := h.post(r)
	if err != nil {
		return err
	}
	if err := s.allow(casework.Checked, casework.ActCheck); err != nil {
		return err
	}
	typed, wrong := map[string]casework.CheckResult{}, map[string]fault.Field{}
	marked := false
	for _, c := range s.applying() {
		mark := casework.CheckResult{Outcome: r.PostForm.Get("outcome-" + c.ID), Note: strings.TrimSpace(r.PostForm.Get("note-" + c.ID))}
		was := s.m.Checked[c.ID]
		if mark.Outcome == was.Outcome && (mark.Note == was.Note || bySystem(was) && mark.Note == "") {
			continue
		}
		typed[c.ID] = mark
		complained, err := complaints(h.Casework.Mark(r.Context(), s.u.Actor, s.m.ID, c.ID, mark.Outcome, mark.Note))
		if err != nil {
			return err
		}
		for _, f := range complained {
			wrong[c.ID] = f
		}
		marked = marked || len(complained) == 0
	}
	if len(wrong) == 0 {
		if marked {
			s.u.Notice(w, "workbench.checked")
		} else {
			s.u.Warn(w, "workbench.checked.none")
		}
		return s.u.See(w, r, s.path(""))
	}
	if s, err = h.open(r); err != nil {
		return err
	}
	return h.showCase(w, r, http.StatusUnprocessableEntity, s, typed, wrong)
}
