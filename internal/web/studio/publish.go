package studio

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/service/studio"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
)

// publishView is the way of a draft into force: its author proposes, a second person decides.
type publishView struct {
	room
	Head      string
	Diff      diffView
	Unsound   bool
	Waive     []gov.Textarea // of each warning
	Reason    gov.Textarea
	Starts    gov.Input
	Proposal  []gov.Row
	Remarks   gov.Textarea
	MaySubmit bool
	MayDecide bool
	Refused   string // why she may not decide
	Errors    []gov.ErrorLink
}

func (h *Handler) publish(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	return h.showPublish(w, r, v, http.StatusOK, nil, nil)
}

func (h *Handler) showPublish(w http.ResponseWriter, r *http.Request, v room, status int, typed url.Values, wrong map[string]fault.Field) error {
	x := publishView{room: v, Head: strconv.Itoa(v.d.Head), Unsound: v.c.Stops()}
	var err error
	if x.Diff, err = h.differences(r, v); err != nil {
		return err
	}
	may := h.Studio.May(v.Actor, v.d)
	x.MaySubmit = v.d.State == studio.Writing && may.Submit
	if v.d.State == studio.Submitted {
		if x.MayDecide = may.Publish == nil; !x.MayDecide {
			x.Refused = v.refusal(may.Publish)
		}
	}
	mark := func(id, label string) gov.ErrorMessage {
		f, ok := wrong[id]
		if !ok {
			return gov.ErrorMessage{}
		}
		said := v.Complaint(f, label)
		x.Errors = append(x.Errors, gov.ErrorLink{Text: said, Href: "#" + id})
		return gov.ErrorMessage{Text: said, Prefix: v.T("common.error")}
	}
	area := func(id, label, hint string) gov.Textarea {
		return gov.Textarea{ID: id, Name: id, Rows: "3", Value: typed.Get(id), Label: gov.Label{Text: label}, Hint: gov.Hint{Text: hint}, Error: mark(id, label)}
	}
	for _, c := range v.c.Warnings() {
		key := studio.Key(c)
		if was := v.d.Proposal.Waived[key]; typed == nil && was != "" {
			typed = url.Values{"waive-" + key: {was}}
		}
		x.Waive = append(x.Waive, area("waive-"+key, v.T("studio.waive.why"), v.Of(c.What)))
	}
	x.Reason = area("reason", v.T("studio.publish.reason"), v.T("studio.publish.reason.hint"))
	x.Starts = gov.Input{ID: "starts", Name: "starts", Type: "date", Value: typed.Get("starts"), Classes: "govuk-input--width-10", Label: gov.Label{Text: v.T("studio.publish.starts")}, Hint: gov.Hint{Text: v.T("studio.day.hint")}, Error: mark("starts", v.T("studio.publish.starts"))}
	x.Remarks = area("remarks", v.T("studio.publish.remarks"), "")
	if p := v.d.Proposal; v.d.State == studio.Submitted {
		starts := v.T("studio.publish.at-once")
		if p.Starts != "" {
			starts = v.Day(p.Starts)
		}
		x.Proposal = []gov.Row{
			{Key: text(v.T("studio.publish.by")), Value: text(p.Name + " " + v.Stamp(p.At))}, {Key: text(v.T("studio.publish.reason")), Value: text(p.Reason)},
			{Key: text(v.T("studio.publish.starts")), Value: text(starts)},
		}
		for _, c := range v.c.Warnings() {
			x.Proposal = append(x.Proposal, gov.Row{Key: text(v.Of(c.What)), Value: text(v.T("studio.waive.because", "why", p.Waived[studio.Key(c)]))})
		}
	}
	return v.page(w, r, status, "publish", ui.Page{Body: x.body()})
}

// refusal is why somebody may not, in the words of the policy.
func (v room) refusal(err error) string {
	f := new(fault.Error)
	if !asFault(err, &f) {
		return ""
	}
	if said := v.Of(f.Said); said != "" {
		return said
	}
	said, _ := v.Fault(f)
	return said
}

// decide carries out what the buttons of the page say.
func (h *Handler) decide(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	f, ctx, id := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }, r.Context(), v.d.ID
	done, to := "", v.base+"/publish"
	switch f("do") {
	case "submit":
		p := studio.Proposal{Reason: f("reason"), Starts: f("starts"), Waived: map[string]string{}}
		for name := range r.PostForm {
			if key, ok := strings.CutPrefix(name, "waive-"); ok {
				p.Waived[key] = f(name)
			}
		}
		done, err = "studio.submitted", h.Studio.Submit(ctx, v.Actor, id, p)
	case "take-back":
		done, err = "studio.taken-back", h.Studio.Unsubmit(ctx, v.Actor, id)
	case "return":
		done, err = "studio.returned", h.Studio.Return(ctx, v.Actor, id, f("remarks"))
	case "publish":
		head, bad := strconv.Atoi(f("head"))
		if bad != nil {
			return fault.Wrap(fault.Invalid, "error.form", bad)
		}
		done, to = "studio.published", root+v.d.Service
		_, err = h.Studio.Publish(ctx, v.Actor, id, head)
	default:
		return fault.New(fault.NotFound, "error.page")
	}
	if err == nil {
		v.Notice(w, done)
		return v.See(w, r, to)
	}
	wrong, err := ui.Complaints(err)
	if err != nil {
		return err
	}
	return h.showPublish(w, r, v, http.StatusUnprocessableEntity, r.PostForm, wrong)
}
