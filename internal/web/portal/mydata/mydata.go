package mydata

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/audit"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// Handler serves a person's own view of the log.
type Handler struct {
	City     func() *jurisdiction.City
	Gate     *access.Gate
	Audit    *audit.Log
	Casework *casework.Service
	Now      func() time.Time
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /me/data", h.list)
	m.Handle("GET /me/data/{entry}", h.entry)
	m.Handle("GET /me/data/{entry}/receipt.json", h.receipt)
}

const (
	actRead  access.Action = "access-log.read"
	pageSize               = 50
)

func resource(u *ui.Request) access.Resource {
	return access.Resource{Kind: "access-log", ID: "mine", Subject: u.Actor.Subject, Purpose: "own"}
}

// subjects are whose entries the actor may see: those of whom she acts for, and when she acts for a
// business, also her own.
func (h *Handler) rows(r *http.Request, u *ui.Request, before string) (rows []audit.Row, err error) {
	err = h.Gate.See(r.Context(), u.Actor, func(v *access.View) error {
		if err := v.Permit(r.Context(), actRead, resource(u)); err != nil {
			return err
		}
		rows, err = h.Audit.About(r.Context(), u.Actor.Subject, before, pageSize)
		return err
	})
	return rows, err
}

// kinds of looker, by which the list can be narrowed.
var kinds = []string{"all", "officer", "system", "self"}

func kindOf(row audit.Row) string {
	switch row.Actor.Kind {
	case identity.Officer:
		return "officer"
	case identity.System:
		return "system"
	}
	return "self"
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if u.Actor.Kind != identity.Person {
		return fault.New(fault.Denied, "denied")
	}
	kind, only := r.URL.Query().Get("kind"), r.URL.Query().Get("case")
	if !slices.Contains(kinds, kind) {
		kind = "all"
	}
	rows, err := h.rows(r, u, r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	names, err := h.cases(r, u)
	if err != nil {
		return err
	}
	words := say.In(u.Printer, h.City())
	head := []gp.Column{{Text: u.T("mydata.col.when")}, {Text: u.T("mydata.col.who")}, {Text: u.T("mydata.col.what")}, {Text: u.T("mydata.col.why")}}
	v := view{
		Request: u, Tabs: gp.Tabs{Label: u.T("mydata.kind")},
		Table:  gp.Table{Caption: u.T("mydata.title"), HideTitle: true, Head: head},
		Alarms: gp.Table{Caption: u.T("mydata.alarms"), Head: head},
	}
	for _, k := range kinds {
		href := "/me/data?kind=" + k
		if only != "" {
			href += "&case=" + only
		}
		v.Tabs.Items = append(v.Tabs.Items, gp.Tab{Text: u.T("mydata.kind." + k), Href: href, Current: k == kind})
	}
	if only != "" {
		v.Filter, v.All = u.T("mydata.filter", "number", names[only]), "/me/data"
	}
	for _, row := range rows {
		if kind != "all" && kindOf(row) != kind || only != "" && row.Case != only {
			continue
		}
		line := h.line(u, words, row, names)
		if kindOf(row) == "officer" && row.Case == "" && row.Outcome == audit.Done {
			v.Alarms.Rows = append(v.Alarms.Rows, line)
			continue
		}
		v.Table.Rows = append(v.Table.Rows, line)
	}
	v.Empty = len(v.Table.Rows)+len(v.Alarms.Rows) == 0
	if len(rows) == pageSize {
		v.More = "/me/data?kind=" + kind + "&before=" + rows[len(rows)-1].ID
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("mydata.title"), Nav: "data", Body: v.body()})
}

// cases names the actor's cases by their numbers.
func (h *Handler) cases(r *http.Request, u *ui.Request) (map[string]string, error) {
	names := map[string]string{}
	cases, err := h.Casework.Mine(r.Context(), u.Actor, "", 100)
	for _, c := range cases {
		names[c.ID] = c.Number
		// What happened while the case was a draft bears the draft's id.
		names[c.Draft] = c.Number
	}
	return names, err
}

func who(u *ui.Request, words say.Words, row audit.Row) string {
	switch kindOf(row) {
	case "officer":
		return u.T("mydata.who.officer", "body", words.Body(row.Actor.Body), "name", row.Actor.Name())
	case "system":
		return u.T("mydata.who.system")
	}
	return u.T("mydata.who.self")
}

func what(u *ui.Request, city *jurisdiction.City, row audit.Row) string {
	said := u.T("mydata.action." + row.Action)
	if reg, ok := city.Registers[row.ID]; ok && row.Kind == "register" {
		var fields []string
		for _, f := range reg.Fields {
			if slices.Contains(row.Fields, f.ID) {
				fields = append(fields, u.Of(f.Name))
			}
		}
		said = u.T("mydata.action.register", "register", u.Of(reg.Name), "fields", u.List(fields))
	}
	if row.Outcome == audit.Refused {
		said += u.T("mydata.refused")
	}
	return said
}

func why(u *ui.Request, city *jurisdiction.City, row audit.Row, names map[string]string) string {
	purpose, service, _ := strings.Cut(row.Purpose, ":")
	said := ""
	if u.Has("mydata.purpose." + purpose) {
		said = u.T("mydata.purpose." + purpose)
	}
	if e, ok := city.Service(service); ok {
		said += " " + u.Of(e.Service.Name)
	}
	if number := names[row.Case]; number != "" {
		said += " · " + number
	}
	return strings.TrimSpace(said)
}

func (h *Handler) line(u *ui.Request, words say.Words, row audit.Row, names map[string]string) gp.Line {
	when := templ.Raw(`<a class="govuk-link" href="/me/data/` + templ.EscapeString(row.ID) + `">` + templ.EscapeString(u.Moment(row.At)) + `</a>`)
	return gp.Line{Cells: []gp.Cell{{HTML: when, NoWrap: true}, {Text: who(u, words, row)}, {Text: what(u, h.City(), row)}, {Text: why(u, h.City(), row, names)}}}
}

// find opens one entry about the actor or whom she acts for; anybody else's does not exist for her.
func (h *Handler) find(r *http.Request, u *ui.Request) (row audit.Row, err error) {
	if u.Actor.Kind != identity.Person {
		return row, fault.New(fault.Denied, "denied")
	}
	err = h.Gate.See(r.Context(), u.Actor, func(v *access.View) error {
		if err := v.Permit(r.Context(), actRead, resource(u)); err != nil {
			return err
		}
		row, err = h.Audit.Find(r.Context(), r.PathValue("entry"))
		if err == nil && row.Subject != u.Actor.Subject {
			err = fault.New(fault.NotFound, "error.page")
		}
		return err
	})
	return row, err
}

func (h *Handler) entry(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	row, err := h.find(r, u)
	if err != nil {
		return err
	}
	names, err := h.cases(r, u)
	if err != nil {
		return err
	}
	city := h.City()
	words := say.In(u.Printer, city)
	line := func(key, value string) gov.Row {
		return gov.Row{Key: gov.Text{Text: u.T(key)}, Value: gov.Text{Text: value}}
	}
	v := entryView{Request: u, Proof: "/me/data/" + row.ID + "/receipt.json", Rows: []gov.Row{
		line("mydata.col.when", u.Stamp(row.At)), line("mydata.col.who", who(u, words, row)), line("mydata.col.what", what(u, city, row)),
		line("mydata.col.why", why(u, city, row, names)),
	}}
	if row.Basis != "" {
		v.Rows = append(v.Rows, line("mydata.basis", words.Provision(row.Basis)))
	}
	v.Rows = append(v.Rows, line("mydata.entry.id", row.ID))
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("mydata.entry"), Section: u.T("mydata.title"), Nav: "data",
		Back: ui.Link{Text: u.T("mydata.title"), Href: "/me/data"}, Body: v.body()})
}

func (h *Handler) receipt(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	row, err := h.find(r, u)
	if err != nil {
		return err
	}
	receipt, err := h.Audit.Receipt(r.Context(), row.ID)
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(receipt, "", "  ")
	if err != nil {
		return err
	}
	return ui.Download(w, "application/json", row.ID+".receipt.json", content)
}
