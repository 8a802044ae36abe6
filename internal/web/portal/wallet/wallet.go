package wallet

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tongban/internal/data/credential"
	"tongban/internal/data/credential/paper"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/access"
	"tongban/internal/security/audit"
	"tongban/internal/service/deadline"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/web/say"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
	"tongban/internal/web/ui/text"
)

// Handler serves certificates.
type Handler struct {
	City        func() *jurisdiction.City
	Gate        *access.Gate
	Credentials *credential.Service
	Audit       *audit.Log
	Paper       *paper.Printer
	Origin      string
	Now         func() time.Time
}

// Mount registers the pages.
func (h *Handler) Mount(m *ui.Mux) {
	m.Handle("GET /me/certificates", h.list)
	m.Handle("GET /me/certificates/{id}", h.show)
	m.Handle("GET /verify", h.ask)
	m.Handle("GET /verify/{code}", h.verify)
}

const (
	actRead   access.Action = "certificate.read"
	actVerify access.Action = "certificate.verify"
	pageSize                = 24
)

func (h *Handler) today() string { return string(deadline.Of(h.Now())) }

var tags = map[credential.Status]string{credential.InForce: "govuk-tag--green", credential.Suspended: "govuk-tag--yellow"}

func tag(s credential.Status) string {
	if t, ok := tags[s]; ok {
		return t
	}
	return "govuk-tag--red"
}

func until(u *ui.Request, to string) string {
	if to == "" {
		return u.T("wallet.long-term")
	}
	return u.Day(to)
}

func period(u *ui.Request, to string) string {
	if to == "" {
		return u.T("wallet.card.long-term")
	}
	return u.T("wallet.card.until", "until", u.ShortDay(to, ""))
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	var all []credential.Certificate
	err := h.Gate.See(r.Context(), u.Actor, func(v *access.View) error {
		if err := v.Permit(r.Context(), actRead, access.Resource{Kind: "certificate", Subject: u.Actor.Subject, Purpose: "own"}); err != nil {
			return err
		}
		var err error
		all, err = h.Credentials.OfHolder(r.Context(), v, u.Actor.Subject, r.URL.Query().Get("before"), pageSize)
		return err
	})
	if err != nil {
		return err
	}
	v := listView{Request: u}
	for _, c := range all {
		v.Cards = append(v.Cards, gp.CardLink{
			Title: u.Of(c.TypeName), Href: "/me/certificates/" + c.ID,
			Text: u.T("wallet.card", "status", u.T("wallet.status."+string(c.StatusOn(h.today()))), "holder", c.HolderName, "issuer", u.Of(c.IssuerName), "period", period(u, c.To)),
		})
	}
	if len(all) == pageSize {
		v.More = "/me/certificates?before=" + all[len(all)-1].ID
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("wallet.title"), Nav: "certificates", Body: v.body()})
}

// find opens one certificate of the actor's.
func (h *Handler) find(ctx context.Context, u *ui.Request, id string) (c credential.Certificate, history []credential.StatusRecord, err error) {
	err = h.Gate.See(ctx, u.Actor, func(v *access.View) error {
		if c, err = h.Credentials.Find(ctx, v, id); err != nil {
			return err
		}
		err := v.Permit(ctx, actRead, access.Resource{Kind: "certificate", ID: c.ID, Subject: c.Holder, Purpose: "own", Case: c.Case})
		if fault.Is(err, fault.Denied) {
			return fault.Wrap(fault.NotFound, "certificate.not-found", err)
		}
		if err != nil {
			return err
		}
		history, err = h.Credentials.History(ctx, v, id)
		return err
	})
	return c, history, err
}

func (h *Handler) address(u *ui.Request, c credential.Certificate) string {
	return h.Origin + u.Path("/verify/"+c.VerifyCode)
}

func row(key, value string) gov.Row {
	return gov.Row{Key: gov.Text{Text: key}, Value: gov.Text{Text: value}}
}

// shown says a value of a certificate; days are said in words, as everywhere.
func shown(u *ui.Request, value string) string {
	if deadline.Day(value).Valid() {
		return u.Day(value)
	}
	return value
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	id, kind, _ := strings.Cut(r.PathValue("id"), ".")
	c, history, err := h.find(r.Context(), u, id)
	if err != nil {
		return err
	}
	switch kind {
	case "":
	case "pdf":
		return h.pdf(w, r, u, c)
	case "json":
		content, err := c.JSON(h.today(), h.address(u, c))
		if err != nil {
			return err
		}
		return ui.Download(w, "application/json", c.Number+".json", content)
	default:
		return fault.New(fault.NotFound, "error.page")
	}
	status := c.StatusOn(h.today())
	v := oneView{
		Request: u, Title: u.Of(c.TypeName), Status: u.T("wallet.status." + string(status)), Tag: tag(status),
		JSON: "/me/certificates/" + c.ID + ".json", Verify: h.address(u, c),
	}
	if status == credential.InForce {
		v.PDF = "/me/certificates/" + c.ID + ".pdf"
	}
	if c.Case != "" {
		v.Case = "/me/applications/" + c.Case
	}
	if v.Code, err = say.Code(v.Verify); err != nil {
		return err
	}
	v.Rows = []gov.Row{row(u.T("wallet.number"), c.Number), row(u.T("wallet.holder"), c.HolderName)}
	for _, f := range c.Shown {
		if v := f.In(u.Lang); v == c.Number || v == c.HolderName {
			continue // stands above
		}
		v.Rows = append(v.Rows, row(u.Of(f.Name), shown(u, f.In(u.Lang))))
	}
	v.Rows = append(v.Rows, row(u.T("wallet.issuer"), u.Of(c.IssuerName)), row(u.T("wallet.issued"), u.Day(c.IssuedOn)),
		row(u.T("wallet.until"), until(u, c.To)), row(u.T("wallet.identifier"), c.Identifier))
	for _, s := range history {
		v.History = append(v.History, gp.Event{Title: u.T("wallet.status." + string(s.Status)), When: u.Moment(s.At), Machine: text.Machine(s.At), State: "done", Text: s.Reason})
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: v.Title, Section: u.T("wallet.title"), Nav: "certificates",
		Back: ui.Link{Text: u.T("wallet.title"), Href: "/me/certificates"}, Body: v.body()})
}

// both is a text of the pages in every language.
func both(key string) lang.Text {
	return lang.Text{ZH: text.In(lang.ZH).T(key), EN: text.In(lang.EN).T(key)}
}

// Words are the texts on the document of a certificate.
func Words() credential.Words {
	return credential.Words{
		Number: both("wallet.number"), Holder: both("wallet.holder"), HolderCode: both("wallet.holder-code"), PersonCode: both("wallet.person-code"),
		Valid: both("wallet.valid"), Period: both("wallet.period"), LongTerm: both("wallet.period.long"), Identifier: both("wallet.identifier"), How: both("wallet.how"),
		Day: func(l lang.Lang, day string) string { return text.In(l).Day(day) },
	}
}

func (h *Handler) pdf(w http.ResponseWriter, r *http.Request, u *ui.Request, c credential.Certificate) error {
	var proof []paper.Row
	if entry, err := h.Audit.Find(r.Context(), c.AuditID); err == nil && entry.Index >= 0 {
		proof = append(proof, paper.Row{Label: u.T("wallet.log"), Value: strconv.FormatInt(entry.Index, 10)})
	}
	doc, err := c.Paper(Words(), u.Lang, h.today(), h.address(u, c), proof...)
	if err != nil {
		return err
	}
	content, err := h.Paper.Certificate(doc)
	if err != nil {
		return err
	}
	return ui.Download(w, "application/pdf", c.Number+".pdf", content)
}

func (h *Handler) ask(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	given := strings.TrimSpace(r.URL.Query().Get("code"))
	if i := strings.LastIndex(given, "/"); i >= 0 { // a whole address was pasted
		given = given[i+1:]
	}
	if given != "" && !strings.ContainsAny(given, "?#%") {
		return u.See(w, r, "/verify/"+given)
	}
	return h.askAgain(w, r, http.StatusOK, given, "")
}

func (h *Handler) askAgain(w http.ResponseWriter, r *http.Request, status int, given, wrong string) error {
	u := ui.From(r)
	v := askView{Request: u, Code: given, Wrong: wrong}
	return u.Render(w, r, status, ui.Page{Title: u.T("verify.title"), Back: ui.Link{Href: u.Path("/")}, Wrong: wrong != "", Body: v.body()})
}

func (h *Handler) verify(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	var p credential.Public
	err := h.Gate.See(r.Context(), u.Actor, func(v *access.View) error {
		var err error
		if p, err = h.Credentials.ByVerifyCode(r.Context(), v, r.PathValue("code"), h.today()); err != nil {
			return err
		}
		return v.Permit(r.Context(), actVerify, access.Resource{
			Kind: "certificate", ID: p.Identifier, Subject: p.About.ID(), Purpose: "verification", Attrs: map[string]any{"presented": true},
		})
	})
	if fault.Is(err, fault.NotFound) {
		return h.askAgain(w, r, http.StatusNotFound, r.PathValue("code"), u.T("verify.none"))
	}
	if err != nil {
		return err
	}
	v := verifyView{
		Request: u, Valid: p.Status == credential.InForce && p.Sealed,
		Sentence: u.T("verify.status."+string(p.Status), "type", u.Of(p.Type)), Lines: u.T("verify.asked", "at", u.Moment(h.Now())), Seal: u.T("verify.seal.demo"),
	}
	if !p.Sealed {
		v.Sentence, v.Valid = u.T("verify.broken"), false
	}
	v.Rows = []gov.Row{row(u.T("wallet.number"), p.Number)}
	if p.Business != "" {
		v.Rows = append(v.Rows, row(u.T("wallet.holder"), p.Business))
	}
	for _, f := range p.Fields {
		if v := f.In(u.Lang); v == p.Number || v == p.Business && v != "" {
			continue // stands above
		}
		v.Rows = append(v.Rows, row(u.Of(f.Name), shown(u, f.In(u.Lang))))
	}
	v.Rows = append(v.Rows, row(u.T("wallet.issuer"), u.Of(p.Issuer)), row(u.T("wallet.issued"), u.Day(p.IssuedOn)), row(u.T("wallet.until"), until(u, p.To)), row(u.T("wallet.identifier"), p.Identifier))
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("verify.result"), Back: ui.Link{Href: u.Path("/verify")}, Body: v.body(), NoIndex: true})
}
