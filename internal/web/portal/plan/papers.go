package plan

import (
	"net/http"
	"strconv"
	"strings"

	"tongban/internal/data/credential/paper"
	"tongban/internal/service/deadline"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
)

// ics is what a calendar takes: until when the list can be opened, and by when everything is promised.
func (h *Handler) ics(w http.ResponseWriter, u *ui.Request, l list) error {
	name := u.Of(l.service.Name)
	events := []say.CalendarEvent{{
		UID: l.Token + "-until", Day: deadline.Of(l.Expires), Summary: u.T("plan.ics.until", "event", name), URL: h.address(u, l),
	}}
	if from, to := h.latest(l); to != "" && l.plan.Eligible {
		events = append(events, say.CalendarEvent{UID: l.Token + "-done", Day: to, URL: h.address(u, l), Summary: u.T("plan.ics.done", "event", name, "day", u.ShortDay(string(from), ""))})
	}
	return ui.Download(w, "text/calendar; charset=utf-8", "checklist.ics", say.Calendar(name, l.Created, events))
}

// listed is how many of the first facts the document lists in full below: matters and materials.
const listed = 2

func (h *Handler) pdf(w http.ResponseWriter, u *ui.Request, l list) error {
	v, err := h.view(u, l)
	if err != nil {
		return err
	}
	words := say.In(u.Printer, h.City())
	blocks := []paper.Block{paper.Text(v.Result)}
	for _, r := range v.Refusals {
		blocks = append(blocks, paper.Text(r.Text+"\n"+r.Instead), paper.Note(r.Cite))
	}
	if v.Eligible {
		var facts []paper.Row
		for _, r := range v.Facts[listed:] {
			facts = append(facts, paper.Row{Label: r.Key.Text, Value: r.Value.Text})
		}
		blocks = append(blocks, paper.Rows(facts...))
		var own [][]string
		for i, m := range v.Mine {
			own = append(own, []string{strconv.Itoa(i+1) + ". " + m.Title, u.T("gp.check." + m.State), strings.Join(compact(m.Text, m.Cite), "\n")})
		}
		blocks = append(blocks, paper.Heading(u.T("plan.list.mine")))
		if len(own) > 0 {
			blocks = append(blocks, paper.Table([]string{u.T("plan.col.material"), u.T("plan.col.state"), u.T("plan.col.what")}, own, 3, 2, 5))
		} else {
			blocks = append(blocks, paper.Text(u.T("plan.list.mine.none")))
		}
		var matters [][]string
		for _, m := range l.plan.Matters {
			line := h.matterLine(u, words, l, m)
			matters = append(matters, []string{maybe(u, line.Name, m.Maybe), line.Body, strings.Join(line.Times, "\n"), line.Fee + "\n" + line.Visits})
		}
		blocks = append(blocks, paper.Heading(u.T("plan.list.matters")), paper.Table(
			[]string{u.T("plan.col.matter"), u.T("plan.col.body"), u.T("plan.col.time"), u.T("plan.col.cost")}, matters, 4, 2, 3, 2))
		if v.Mark {
			blocks = append(blocks, paper.Note(u.T("say.mark.note")))
		}
		var held [][]string
		for _, m := range v.Held {
			held = append(held, []string{m.Title, m.From})
		}
		if len(held) > 0 {
			blocks = append(blocks, paper.Heading(u.T("plan.list.held")), paper.Table([]string{u.T("plan.col.material"), u.T("plan.col.from")}, held, 2, 3))
		}
	}
	var answers [][]string
	for _, a := range v.Answers {
		answers = append(answers, []string{a.Question, a.Answer})
	}
	blocks = append(blocks, paper.Heading(u.T("plan.list.answers")), paper.Table([]string{u.T("plan.col.question"), u.T("plan.col.answer")}, answers, 3, 2),
		paper.Note(u.T("plan.pdf.note", "day", u.ShortDay(l.service.Checked, ""))))
	doc, err := h.Paper.Document(paper.Doc{
		Lang: u.Lang, From: v.Title, Title: u.T("plan.list.title"), Date: u.ShortDay(string(deadline.Of(l.Created)), ""), QR: v.Share, Blocks: blocks, Made: l.Created,
	})
	if err != nil {
		return err
	}
	return ui.Download(w, "application/pdf", "checklist.pdf", doc)
}

func compact(all ...string) []string {
	var out []string
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
