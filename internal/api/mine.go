package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/audit"
	"tongban/internal/security/identity"
	"tongban/internal/service/feedback"
)

// Me is who calls.
type Me struct {
	Account string   `json:"account"`
	Kind    string   `json:"kind" enum:"person,officer"`
	Name    string   `json:"name"`
	Level   int      `json:"assuranceLevel"`
	Scopes  []string `json:"scopes"`
	Acting  *Acting  `json:"actingFor,omitempty" doc:"For whom the token acts, when not for herself"`
	May     []Acting `json:"mayActFor" doc:"For whom she may act; a token for it is issued on the site"`
	Body    *Body    `json:"body,omitempty"`
	Roles   []string `json:"roles,omitempty"`
}

// Acting is somebody for whom a person acts.
type Acting struct {
	Code string `json:"code"`
	Name string `json:"name"`
	As   string `json:"as,omitempty" enum:"representative,agent,guardian"`
}

// Message is one message.
type Message struct {
	ID     string     `json:"id"`
	At     time.Time  `json:"at"`
	Kind   string     `json:"kind" doc:"What happened"`
	Case   string     `json:"case,omitempty" format:"uri-reference" doc:"None for something that is offered unasked"`
	Matter string     `json:"matter,omitempty" doc:"Id of the matter"`
	Offer  string     `json:"offer,omitempty" format:"uri-reference" doc:"Page of what is offered unasked"`
	Read   *time.Time `json:"read,omitempty"`
}

// Rating is an invitation to rate, or the rating that was given.
type Rating struct {
	Token   string     `json:"token"`
	Case    string     `json:"case"`
	Matter  string     `json:"matter"`
	Body    Body       `json:"body"`
	Invited time.Time  `json:"invited"`
	Rated   *time.Time `json:"rated,omitempty"`
	Open    bool       `json:"open" doc:"It can be given or changed"`
	Level   int        `json:"level,omitempty" doc:"5 very satisfied … 1 very dissatisfied"`
	Items   []string   `json:"items,omitempty"`
	Text    string     `json:"text,omitempty"`
}

// Access is one entry of the record about the caller's data.
type Access struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Action  string    `json:"action"`
	Outcome string    `json:"outcome" enum:"done,refused"`
	Who     string    `json:"who" enum:"self,officer,system,nobody"`
	Body    *Body     `json:"body,omitempty"`
	Name    string    `json:"name,omitempty" doc:"Of the officer"`
	Kind    string    `json:"kind" doc:"What was looked at or changed"`
	Object  string    `json:"object,omitempty"`
	Fields  []string  `json:"fields,omitempty"`
	Case    string    `json:"case,omitempty" doc:"The case, or the draft before there was one"`
	Matter  string    `json:"matter,omitempty"`
	Purpose string    `json:"purpose,omitempty"`
	Basis   []Cite    `json:"basis,omitempty"`
	Index   int64     `json:"index" doc:"Number of its leaf in the public log; -1 while it waits to be sealed"`
	Receipt string    `json:"receipt" format:"uri-reference"`
}

// Receipt describes a receipt of the log, which is handed out to the byte (docs/design/log.md).
type Receipt struct {
	Format     string         `json:"format"`
	Act        map[string]any `json:"act"`
	Who        map[string]any `json:"who"`
	Whom       map[string]any `json:"whom"`
	Row        []byte         `json:"row"`
	Leaf       string         `json:"leaf"`
	Index      int64          `json:"index"`
	Size       int64          `json:"size"`
	Proof      [][]byte       `json:"proof"`
	Checkpoint string         `json:"checkpoint"`
}

func (a *API) receipt(ctx context.Context, entry, name string) (*download, error) {
	r, err := a.Audit.Receipt(ctx, entry)
	if err != nil {
		return nil, err
	}
	text, err := r.Text()
	if err != nil {
		return nil, err
	}
	return file("application/json", name+".receipt.json", text), nil
}

const actReadLog access.Action = "access-log.read"

func (a *API) mine() {
	type me struct{ Body Me }
	handle(a, get("/me", "showMe", ReadCases), func(ctx context.Context, c *call, _ *struct{}) (*me, error) {
		return &me{a.me(ctx, c)}, nil
	})
	type messages struct {
		Link string `header:"Link"`
		Body struct {
			List[Message]
			Unread int `json:"unread"`
		}
	}
	handle(a, get("/messages", "listMessages", ReadCases), func(ctx context.Context, c *call, in *Paging) (*messages, error) {
		all, unread, err := a.Notice.Mine(ctx, c.by, in.Before, in.Limit)
		if err != nil {
			return nil, err
		}
		items := make([]Message, len(all))
		for i, m := range all {
			items[i] = Message{ID: m.ID, At: m.At.UTC(), Kind: m.Kind, Matter: m.Matter, Read: moment(m.ReadAt)}
			if m.Offer != "" {
				items[i].Offer = "/me/offers/" + m.Offer
			} else {
				items[i].Case = casePath(m.Case)
			}
		}
		p := page(c, items, in.Limit, func(last Message) string { return last.ID }, "before")
		out := &messages{Link: p.Link}
		out.Body.List, out.Body.Unread = p.Body, unread
		return out, nil
	})
	type read struct {
		Body struct {
			Case string `json:"case" maxLength:"64" doc:"Id or number of the case whose messages were read"`
		}
	}
	handle(a, post("/messages/read", "readMessages", WriteCases).mayFail(http.StatusNotFound), func(ctx context.Context, c *call, in *read) (*none, error) {
		d, err := a.ofApplicant(ctx, c, in.Body.Case)
		if err != nil {
			return nil, err
		}
		return nil, a.Notice.MarkRead(ctx, c.by, d.ID)
	})
	a.ratings()
	a.accesses()
}

func (a *API) me(ctx context.Context, c *call) Me {
	out := Me{Account: c.by.ID, Kind: string(c.by.Kind), Name: c.by.Name(), Level: int(c.by.Level), Scopes: c.scopes, Roles: c.by.Roles, May: []Acting{}}
	if c.by.Body != "" {
		b := body1(a.City(), c.by.Body)
		out.Body = &b
	}
	// What a register that is down could prove is missing from the list, as on the page.
	all, _ := a.Mandate.For(ctx, c.by.Self)
	for _, m := range all {
		out.May = append(out.May, Acting{Code: m.Subject, Name: m.Name, As: string(m.As)})
	}
	if c.by.Subject != c.by.Self {
		out.Acting = &Acting{Code: c.by.Subject, Name: a.subjectName(ctx, c.by)}
		if i := slices.IndexFunc(out.May, func(m Acting) bool { return m.Code == c.by.Subject }); i >= 0 {
			out.Acting.As = out.May[i].As
		}
	}
	return out
}

func (a *API) ratings() {
	handle(a, get("/cases/{id}/ratings", "listRatings", ReadCases), func(ctx context.Context, c *call, in *CaseID) (*listed[Rating], error) {
		d, err := a.ofApplicant(ctx, c, in.ID)
		if err != nil {
			return nil, err
		}
		all, err := a.Feedback.OfCase(ctx, c.by, d.ID)
		if err != nil {
			return nil, err
		}
		items := make([]Rating, len(all))
		for i, r := range all {
			items[i] = a.ratingOf(r)
		}
		return page(c, items, len(items)+1, nil, ""), nil
	})
	type rate struct {
		Token string `path:"token" maxLength:"64"`
		Body  struct {
			Level int      `json:"level" minimum:"1" maximum:"5" doc:"5 very satisfied … 1 very dissatisfied"`
			Items []string `json:"items,omitempty" maxItems:"10" doc:"speed, guide, convenience, platform"`
			Text  string   `json:"text,omitempty" maxLength:"1000"`
		}
	}
	handle(a, get("/ratings/{token}", "rate", WriteRatings).with(http.MethodPut).mayFail(http.StatusGone), func(ctx context.Context, c *call, in *rate) (*none, error) {
		r, err := a.Feedback.Find(ctx, in.Token)
		if err != nil {
			return nil, err
		}
		if r.Account != c.by.ID {
			return nil, fault.New(fault.NotFound, "error.rating.not-found")
		}
		items := in.Body.Items
		if items == nil {
			items = []string{}
		}
		return nil, a.Feedback.Rate(ctx, c.by, r.Token, in.Body.Level, items, strings.TrimSpace(in.Body.Text))
	})
	type invitation struct {
		Token string `path:"token" maxLength:"64"`
	}
	type invited struct{ Body Rating }
	handle(a, get("/ratings/{token}", "showRating", ReadCases), func(ctx context.Context, c *call, in *invitation) (*invited, error) {
		r, err := a.Feedback.Find(ctx, in.Token)
		if err == nil && r.Account != c.by.ID {
			err = fault.New(fault.NotFound, "error.rating.not-found")
		}
		if err != nil {
			return nil, err
		}
		return &invited{a.ratingOf(r)}, nil
	})
}

func (a *API) ratingOf(r feedback.Rating) Rating {
	return Rating{
		Token: r.Token, Case: r.Case, Matter: r.Def, Body: body1(a.City(), r.Body), Invited: r.Invited.UTC(), Rated: moment(r.Rated), Open: r.Open(a.Now()),
		Level: r.Level, Items: r.Items, Text: r.Text,
	}
}

func (a *API) accesses() {
	type list struct {
		Paging
		Who  string `query:"who" enum:"self,officer,system,nobody"`
		Case string `query:"case" maxLength:"64"`
	}
	handle(a, get("/me/data", "listAccesses", ReadData), func(ctx context.Context, c *call, in *list) (*listed[Access], error) {
		var rows []audit.Row
		err := a.seeLog(ctx, c, func() (err error) {
			rows, err = a.Audit.About(ctx, c.by.Subject, in.Before, in.Limit)
			return err
		})
		if err != nil {
			return nil, err
		}
		// What is narrowed out leaves the page shorter; the next one begins where this one ended.
		shown := []Access{}
		for _, row := range rows {
			if one := a.accessOf(row); (in.Who == "" || in.Who == one.Who) && (in.Case == "" || in.Case == one.Case) {
				shown = append(shown, one)
			}
		}
		p := page(c, rows, in.Limit, func(last audit.Row) string { return last.ID }, "before")
		return &listed[Access]{Link: p.Link, Body: List[Access]{Items: shown, Next: p.Body.Next}}, nil
	})
	type entry struct {
		Entry string `path:"entry" maxLength:"64"`
	}
	type shown struct{ Body Access }
	handle(a, get("/me/data/{entry}", "showAccess", ReadData), func(ctx context.Context, c *call, in *entry) (*shown, error) {
		row, err := a.access(ctx, c, in.Entry)
		if err != nil {
			return nil, err
		}
		return &shown{a.accessOf(row)}, nil
	})
	handle(a, get("/me/data/{entry}/receipt", "showAccessReceipt", ReadData).answers("application/json", Receipt{}), func(ctx context.Context, c *call, in *entry) (*download, error) {
		row, err := a.access(ctx, c, in.Entry)
		if err != nil {
			return nil, err
		}
		return a.receipt(ctx, row.ID, row.ID)
	})
}

// seeLog lets the caller read the record about whom she acts for, and about nobody else.
func (a *API) seeLog(ctx context.Context, c *call, read func() error) error {
	if c.by.Kind != identity.Person {
		return fault.New(fault.Denied, "denied")
	}
	return a.Gate.See(ctx, c.by, func(v *access.View) error {
		if err := v.Permit(ctx, actReadLog, access.Resource{Kind: "access-log", ID: "mine", Subject: c.by.Subject, Purpose: "own"}); err != nil {
			return err
		}
		return read()
	})
}

func (a *API) access(ctx context.Context, c *call, id string) (row audit.Row, err error) {
	err = a.seeLog(ctx, c, func() error {
		row, err = a.Audit.Find(ctx, id)
		if err == nil && row.Subject != c.by.Subject {
			err = fault.New(fault.NotFound, "error.audit.no-entry")
		}
		return err
	})
	return row, err
}

func (a *API) accessOf(row audit.Row) Access {
	out := Access{
		ID: row.ID, At: row.At.UTC(), Action: row.Action, Outcome: row.Outcome, Who: "self", Kind: row.Kind, Object: row.Entry.ID, Fields: row.Fields, Case: row.Case, Matter: row.Matter,
		Purpose: row.Purpose, Index: row.Index, Receipt: Prefix + "/me/data/" + url.PathEscape(row.ID) + "/receipt",
	}
	switch row.Actor.Kind {
	case identity.Officer:
		b := body1(a.City(), row.Actor.Body)
		out.Who, out.Body, out.Name = "officer", &b, row.Actor.Name()
	case identity.System, identity.Nobody:
		out.Who = string(row.Actor.Kind)
	}
	if row.Basis != "" {
		out.Basis = provisions(a.City(), strings.Split(row.Basis, ", "))
	}
	return out
}
