package track

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"tongban/internal/data/credential/paper"
	"tongban/internal/platform/fault"
	"tongban/internal/security/audit"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

func row(key, value string) gov.Row {
	return gov.Row{Key: gov.Text{Text: key}, Value: gov.Text{Text: value}}
}

func (h *Handler) receipt(w http.ResponseWriter, r *http.Request) error {
	d, err := h.open(r)
	if err != nil {
		return err
	}
	u := d.u
	v := receiptView{
		Request: u, Number: d.Number, When: u.Moment(d.OpenedAt), Title: u.Of(d.service.Name),
		Matters: gp.Table{Caption: u.T("track.receipt.next"), HideTitle: true, Head: []gp.Column{{Text: u.T("track.col.matter")}, {Text: u.T("track.col.body")}, {Text: u.T("track.hear")}}},
		Follow:  d.path(""), File: d.path("/receipt.json"),
		Links: []gp.Link{
			{Text: u.T("track.receipt.pdf"), Href: d.path("/receipt.pdf")},
			{Text: u.T("plan.list.ics"), Href: d.path("/dates.ics")},
		},
	}
	if v.Code, err = say.Code(h.Origin + d.path("")); err != nil {
		return err
	}
	for _, m := range d.Matters {
		v.Matters.Rows = append(v.Matters.Rows, gp.Line{Cells: []gp.Cell{{Text: d.name(m)}, {Text: d.words.Body(m.Body)}, {Text: d.hear(m)}}})
	}
	v.Received.Rows = d.received()
	proof, err := h.Audit.Receipt(r.Context(), d.Receipt)
	if err != nil {
		return err
	}
	v.Proof = []gov.Row{
		row(u.T("track.receipt.proof.leaf"), strconv.FormatInt(proof.Index, 10)), row(u.T("track.receipt.proof.size"), strconv.FormatInt(proof.Size, 10)),
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("track.receipt.title"), Section: d.number(), Nav: "applications", Back: d.back(), Body: v.body()})
}

// hear says by when a matter's body will be heard of first. It says the same for ever, as the rest of the
// receipt does: not where the matter stands by now.
func (d dossier) hear(m casework.Matter) string {
	if d.service.Matter(m.Def).Handling == catalogue.BySystem {
		return d.u.T("track.hear.system")
	}
	if len(m.After) > 0 {
		var names []string
		for _, a := range m.After {
			names = append(names, d.words.Matter(d.service, a.Matter))
		}
		return d.u.T("track.hear.after", "matters", d.u.List(names))
	}
	due, _ := m.Acceptance.Due(d.city.Calendar)
	return d.u.Day(string(due))
}

// received lists what was handed in.
func (d dossier) received() []gov.Row {
	var rows []gov.Row
	for i := range d.service.Materials {
		m := &d.service.Materials[i]
		e, ok := d.Evidence[m.ID]
		if !ok {
			continue
		}
		value := d.words.Where(d.service, m)
		if len(e.Files) > 0 {
			var names []string
			for _, f := range e.Files {
				names = append(names, f.Name)
			}
			value = d.u.List(names)
		} else if p, ok := casework.Promised(d.Matters, m.ID); ok {
			value = d.promised(p)
		}
		rows = append(rows, row(d.u.Of(m.Name), value))
	}
	return rows
}

func papered(rows []gov.Row) paper.Block {
	var out []paper.Row
	for _, r := range rows {
		out = append(out, paper.Row{Label: r.Key.Text, Value: r.Value.Text})
	}
	return paper.Rows(out...)
}

func (h *Handler) receiptPDF(w http.ResponseWriter, r *http.Request) error {
	d, err := h.open(r)
	if err != nil {
		return err
	}
	u := d.u
	var matters [][]string
	for _, m := range d.Matters {
		matters = append(matters, []string{d.name(m), d.words.BodyName(m.Body), d.hear(m)})
	}
	var received [][]string
	for _, r := range d.received() {
		received = append(received, []string{r.Key.Text, r.Value.Text})
	}
	lead, _ := d.city.Org.Body(d.service.Lead)
	doc, err := h.Paper.Document(paper.Doc{
		Lang: u.Lang, From: u.Of(lead.Name), Title: u.T("track.doc.receipt"), Number: d.Number, Date: u.Day(string(deadline.Of(d.OpenedAt))),
		QR: h.Origin + d.path(""), Made: d.OpenedAt, Seal: paper.Seal{Owner: u.Of(lead.Name), Date: u.Day(string(deadline.Of(d.OpenedAt)))},
		Blocks: []paper.Block{
			paper.Rows(paper.Row{Label: u.T("track.receipt.number"), Value: d.Number}, paper.Row{Label: u.T("track.doc.applicant"), Value: d.Name},
				paper.Row{Label: u.T("track.col.service"), Value: u.Of(d.service.Name)}, paper.Row{Label: u.T("track.doc.received"), Value: u.Moment(d.OpenedAt)}),
			paper.Heading(u.T("track.receipt.next")),
			paper.Table([]string{u.T("track.col.matter"), u.T("track.col.body"), u.T("track.hear")}, matters, 4, 3, 3),
			paper.Heading(u.T("track.receipt.received")),
			paper.Table([]string{u.T("plan.col.material"), u.T("track.doc.what")}, received, 2, 3),
		},
	})
	if err != nil {
		return err
	}
	return ui.Download(w, "application/pdf", d.Number+".pdf", doc)
}

func (h *Handler) receiptJSON(w http.ResponseWriter, r *http.Request) error {
	d, err := h.open(r)
	if err != nil {
		return err
	}
	var proof audit.Receipt
	if proof, err = h.Audit.Receipt(r.Context(), d.Receipt); err != nil {
		return err
	}
	content, err := json.MarshalIndent(proof, "", "  ")
	if err != nil {
		return err
	}
	return ui.Download(w, "application/json", d.Number+".receipt.json", content)
}

func (h *Handler) dates(w http.ResponseWriter, r *http.Request) error {
	d, err := h.open(r)
	if err != nil {
		return err
	}
	var events []say.CalendarEvent
	for _, m := range d.Matters {
		if m.ReceivedOn == "" {
			continue
		}
		due, _ := m.Acceptance.Due(d.city.Calendar)
		events = append(events, say.CalendarEvent{
			UID: m.ID + "-accept", Day: due, URL: h.Origin + d.path(""), Summary: d.u.T("track.ics.hear", "number", d.Number, "matter", d.name(m)),
		})
	}
	return ui.Download(w, "text/calendar; charset=utf-8", d.Number+".ics", say.Calendar(d.Number, d.OpenedAt, events))
}

// decided opens a matter that has a result.
func (h *Handler) decided(r *http.Request) (dossier, casework.Matter, error) {
	d, m, err := h.matter(r)
	if err != nil {
		return d, m, err
	}
	switch m.State {
	case casework.Approved, casework.Refused, casework.Declined:
		return d, m, nil
	}
	return d, m, fault.New(fault.NotFound, "error.page")
}

func (h *Handler) result(w http.ResponseWriter, r *http.Request) error {
	d, m, err := h.decided(r)
	if err != nil {
		return err
	}
	u, def := d.u, d.service.Matter(m.Def)
	v := resultView{
		Request: u, Title: d.name(m), Number: d.number(), Sentence: u.T("track.result." + string(m.State)), Approved: m.State == casework.Approved,
		Rows: d.ruling(m), PDF: d.matterPath(m, "decision.pdf"),
	}
	if !v.Approved {
		v.Remedies, v.Again = d.remedies(m), d.matterPath(m, "again")
	}
	if v.Rate, err = h.rating(r.Context(), d, m); err != nil {
		return err
	}
	if def.Result != nil && v.Approved {
		switch {
		case m.Result == nil:
			v.Rows = append(v.Rows, row(u.Of(def.Result.Name), u.T("track.result.preparing")))
		case m.Result.Certificate != "":
			v.Certificate = gp.Link{Text: u.T("track.result.certificate", "name", u.Of(def.Result.Name)), Href: "/me/certificates/" + m.Result.Certificate}
		}
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Section: v.Number, Nav: "applications", Back: d.back(), Body: v.body()})
}

// ruling lists what a decision says.
func (d dossier) ruling(m casework.Matter) []gov.Row {
	u := d.u
	rows := []gov.Row{row(u.T("track.result.body"), d.words.BodyName(m.Body)), row(u.T("track.result.day"), u.Day(string(m.DecidedOn)))}
	if m.Ruling == nil {
		return rows
	}
	var cites []string
	for _, p := range m.Ruling.Provisions {
		cites = append(cites, d.words.Provision(p))
	}
	for _, part := range [][2]string{
		{"track.result.facts", m.Ruling.Facts}, {"track.result.reasons", m.Ruling.Reasons},
		{"track.result.provisions", strings.Join(cites, u.T("say.and"))}, {"track.result.succeed", m.Ruling.Succeed},
	} {
		if part[1] != "" {
			rows = append(rows, row(u.T(part[0]), part[1]))
		}
	}
	return rows
}

// Days within which a person may go to review (Administrative Review Law, art. 20) and months within
// which to court (Administrative Litigation Law, art. 46), from the day she knew of the decision.
const (
	reviewDays  = 60
	courtMonths = 6
)

func (d dossier) remedies(m casework.Matter) []gov.Row {
	u, def := d.u, d.service.Matter(m.Def)
	return []gov.Row{
		row(u.T("track.result.review"), u.T("track.result.review.text", "day", u.Day(string(m.DecidedOn.Add(reviewDays))), "body", u.Of(def.Remedy.Review))),
		row(u.T("track.result.court"), u.T("track.result.court.text", "day", u.Day(string(m.DecidedOn.AddMonths(courtMonths))), "body", u.Of(def.Remedy.Court))),
	}
}

func (h *Handler) decisionPDF(w http.ResponseWriter, r *http.Request) error {
	d, m, err := h.decided(r)
	if err != nil {
		return err
	}
	u := d.u
	name := d.words.BodyName(m.Body)
	blocks := []paper.Block{
		paper.Rows(paper.Row{Label: u.T("track.doc.applicant"), Value: d.Name}), paper.Heading(u.T("track.result." + string(m.State))), papered(d.ruling(m)),
	}
	if m.State != casework.Approved {
		blocks = append(blocks, paper.Heading(u.T("track.result.remedies")), papered(d.remedies(m)))
	}
	doc, err := h.Paper.Document(paper.Doc{
		Lang: u.Lang, From: name, Title: u.T("track.doc.decision", "matter", d.name(m)), Number: d.Number + "-" + strconv.Itoa(m.Ordinal+1), Date: u.Day(string(m.DecidedOn)),
		QR: h.Origin + d.path(""), Blocks: blocks, Seal: paper.Seal{Owner: name, Date: u.Day(string(m.DecidedOn))}, Made: m.DecidedOn.Start(),
	})
	if err != nil {
		return err
	}
	return ui.Download(w, "application/pdf", d.Number+"-"+m.Def+".pdf", doc)
}
