package mydata

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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
	pageSize int           = 50
)

func resource(u *ui.Request) access.Resource {
	return access.Resource{Kind: "access-log", ID: "mine", Subject: u.Actor.Subject, Purpose: "own"}
}

// rows reads a page of entries about whom the actor acts for.
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

// pages bounds how far back one request looks for lines to show.
const pages = 20

// search reads back and hands over entry after entry until there are enough, and says where the next page
// begins.
func (h *Handler) search(r *http.Request, u *ui.Request, before string, take func(audit.Row) (enough bool)) (next string, err error) {
	for range pages {
		rows, err := h.rows(r, u, before)
		if err != nil {
			return "", err
		}
		for i, row := range rows {
			if take(row) && (i < len(rows)-1 || len(rows) == pageSize) {
				return row.ID, nil
			}
		}
		if len(rows) < pageSize {
			return "", nil
		}
		before = rows[len(rows)-1].ID
	}
	return before, nil
}

// kinds of looker, by which the list can be narrowed. Others are all but oneself: what a person comes
// for. The same done again on the same day is folded there; the other lists show each entry.
var kinds = []string{"others", "officer", "system", "self"}

func isKind(kind string, row audit.Row) bool {
	is := kindOf(row)
	return is == kind || kind == "others" && is != "self"
}

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
		kind = kinds[0]
	}
	names, err := h.cases(r, u)
	if err != nil {
		return err
	}
	words := say.In(u.Printer, h.City())
	head := []gp.Column{{Text: u.T("mydata.col.when")}, {Text: u.T("mydata.col.who")}, {Text: u.T("mydata.col.what")}, {Text: u.T("mydata.col.why")}, {Text: u.T("track.col.number")}}
	v := view{
		Request: u, Tabs: gp.Tabs{Label: u.T("mydata.kind")}, Acting: u.T("mydata.acting", "name", u.SubjectName()),
		Table:  gp.Table{Caption: u.T("mydata.title"), HideTitle: true, Head: head},
		Alarms: gp.Table{Caption: u.T("mydata.alarms"), Head: head},
	}
	query := ""
	if only != "" {
		query = "&case=" + url.QueryEscape(only)
		v.Filter, v.All = u.T("mydata.filter", "number", names[only]), "/me/data?kind="+kind
	}
	for _, k := range kinds {
		v.Tabs.Items = append(v.Tabs.Items, gp.Tab{Text: u.T("mydata.kind." + k), Href: "/me/data?kind=" + k + query, Current: k == kind})
	}
	var lines []line
	next, err := h.search(r, u, r.URL.Query().Get("before"), func(row audit.Row) bool {
		// What happened before the application was sent belongs to its draft.
		if !isKind(kind, row) || only != "" && (row.Case == "" || names[row.Case] != names[only]) {
			return false
		}
		l := h.line(u, words, row, names)
		// An officer acts within a case; what is offered unasked has none yet.
		if kindOf(row) == "officer" && row.Case == "" && row.Outcome == audit.Done && !strings.HasPrefix(row.Action, "benefit.") {
			v.Alarms.Rows = append(v.Alarms.Rows, l.cells(u))
		} else if i := slices.IndexFunc(lines, l.same); kind == "others" && i >= 0 {
			lines[i].times++
		} else {
			lines = append(lines, l)
		}
		return len(lines)+len(v.Alarms.Rows) == pageSize
	})
	if err != nil {
		return err
	}
	for _, l := range lines {
		v.Table.Rows = append(v.Table.Rows, l.cells(u))
	}
	v.Empty = len(lines)+len(v.Alarms.Rows) == 0
	if next != "" {
		v.More = "/me/data?kind=" + kind + query + "&before=" + next
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("mydata.title"), Nav: "data", Body: v.body()})
}

// line is one entry in words, or several of one day that say the same.
type line struct {
	id, day, when, who, what, why, number string
	times                                 int
}

func (l line) same(other line) bool {
	return l.day == other.day && l.who == other.who && l.what == other.what && l.why == other.why && l.number == other.number
}

func (l line) cells(u *ui.Request) gp.Line {
	what := l.what
	if l.times > 1 {
		what = u.T("mydata.times", "what", what, "n", strconv.Itoa(l.times))
	}
	more := gp.Link{Text: what, Hidden: l.when, Href: "/me/data/" + l.id}
	return gp.Line{Cells: []gp.Cell{{Text: l.when, NoWrap: true}, {Text: l.who}, {HTML: more.View()}, {Text: l.why}, {Text: l.number, NoWrap: true}}}
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
	said := u.T("mydata.action.other")
	if u.Has("mydata.action." + row.Action) {
		said = u.T("mydata.action." + row.Action)
	}
	if reg, ok := city.Registers[row.Entry.ID]; ok && row.Kind == "register" {
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

func why(u *ui.Request, city *jurisdiction.City, row audit.Row) string {
	id, service, _ := strings.Cut(row.Purpose, ":")
	purpose, _ := city.Purpose(id)
	if e, ok := city.Service(service); ok && !purpose.Of.Empty() {
		return strings.ReplaceAll(u.Of(purpose.Of), "{service}", u.Of(e.Service.Name))
	}
	return u.Of(purpose.Name)
}

func (h *Handler) line(u *ui.Request, words say.Words, row audit.Row, names map[string]string) line {
	when := u.Stamp(row.At)
	return line{
		id: row.ID, when: when, day: when[:len("2006-01-02")], who: who(u, words, row), what: what(u, h.City(), row), why: why(u, h.City(), row),
		number: names[row.Case], times: 1,
	}
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
	fact := func(key, value string) gov.Row {
		return gov.Row{Key: gov.Text{Text: u.T(key)}, Value: gov.Text{Text: value}}
	}
	v := entryView{Request: u, Proof: "/me/data/" + row.ID + "/receipt.json", Rows: []gov.Row{
		fact("mydata.col.when", u.Moment(row.At)), fact("mydata.col.who", who(u, words, row)), fact("mydata.col.what", what(u, city, row)),
		fact("mydata.col.why", why(u, city, row)),
	}}
	if number := names[row.Case]; number != "" {
		v.Rows = append(v.Rows, fact("track.col.number", number))
	}
	if row.Basis != "" {
		v.Rows = append(v.Rows, fact("mydata.basis", words.Provision(row.Basis)))
	}
	v.Rows = append(v.Rows, fact("mydata.entry.id", row.ID))
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
