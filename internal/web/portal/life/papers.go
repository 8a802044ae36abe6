package life

import (
	"net/http"
	"strings"

	"tongban/internal/data/credential/paper"
	"tongban/internal/service/deadline"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
)

// ics is what a calendar takes: the last days of what is to be done, and the first days of what opens later.
func (h *Handler) ics(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	st, err := h.standing(r)
	if err != nil {
		return err
	}
	var events []say.CalendarEvent
	add := func(key, kind, id, name string, day deadline.Day) {
		events = append(events, say.CalendarEvent{UID: id + "-" + kind + "-" + string(day) + "@life", Day: day, Summary: u.T(key, "step", name), URL: h.Origin + "/me/life"})
	}
	for _, i := range st.Lists.Now {
		if i.Last != "" && !i.Overdue {
			add("life.ics.last", "last", i.ID, u.Of(i.Name), i.Last)
		}
	}
	for _, i := range st.Lists.Next {
		if i.Opens > st.Today {
			add("life.ics.opens", "opens", i.ID, u.Of(i.Name), i.Opens)
			add("life.ics.last", "last", i.ID, u.Of(i.Name), i.Last)
		}
	}
	return ui.Download(w, "text/calendar; charset=utf-8", "life.ics", say.Calendar(title(u, st.Audience), h.Now(), events))
}

func (h *Handler) pdf(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	st, err := h.standing(r)
	if err != nil {
		return err
	}
	v := h.teller(u, st, false).lists()
	day := u.Day(string(st.Today))
	blocks := []paper.Block{paper.Text(u.T("life.lead", "name", u.SubjectName(), "day", day))}
	section := func(key string, items []item) {
		if len(items) == 0 {
			return
		}
		var rows [][]string
		for _, i := range items {
			rows = append(rows, []string{i.Title, lines(i.When, i.Proof, i.On), lines(i.What, i.Consequence, i.Consent, i.Basis)})
		}
		blocks = append(blocks, paper.Heading(u.T(key)), paper.Table([]string{u.T("life.col.step"), u.T("life.col.when"), u.T("life.col.what")}, rows, 3, 3, 6))
	}
	section("life.soon", v.Soon)
	section("life.now", v.Now)
	section("life.rights", v.Rights)
	section("life.always", v.Always)
	section("life.later", v.Later)
	section("life.done", v.Done)
	section("life.open", v.Open)
	if len(v.Intents) > 0 {
		var rows [][]string
		for _, g := range v.Intents {
			for _, i := range g.Items {
				rows = append(rows, []string{g.Title, i.Title, lines(i.What, i.Basis)})
			}
		}
		blocks = append(blocks, paper.Heading(u.T("life.intents")), paper.Table([]string{u.T("life.col.intent"), u.T("life.col.step"), u.T("life.col.what")}, rows, 3, 3, 6))
	}
	blocks = append(blocks, paper.Note(u.T("life.pdf.note")))
	doc, err := h.Paper.Document(paper.Doc{Lang: u.Lang, From: u.SubjectName(), Title: v.Title, Date: day, QR: h.Origin + "/me/life", Blocks: blocks, Made: h.Now()})
	if err != nil {
		return err
	}
	return ui.Download(w, "application/pdf", "life.pdf", doc)
}

// lines joins what is there, each on a line of its own.
func lines(all ...string) string {
	var out []string
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}
