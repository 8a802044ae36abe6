package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/access"
	"tongban/internal/service/casework"
	"tongban/internal/service/deadline"
)

// QueueItem is one line of a body's queue.
type QueueItem struct {
	ID          string    `json:"id" doc:"Id of the matter"`
	Case        string    `json:"case"`
	Number      string    `json:"number"`
	Service     string    `json:"service"`
	Matter      string    `json:"matter"`
	Title       lang.Text `json:"title"`
	Subject     string    `json:"subject"`
	State       string    `json:"state" enum:"waiting,received,correcting,accepted,special,proposed,approved,refused,declined,withdrawn,lapsed"`
	Officer     string    `json:"officer,omitempty"`
	OfficerName string    `json:"officerName,omitempty"`
	Due         string    `json:"due,omitempty" format:"date"`
	Clock       *Clock    `json:"clock,omitempty"`
	Href        string    `json:"href" format:"uri-reference"`
}

// Counts are the true numbers of a queue.
type Counts struct {
	States   map[string]int `json:"states"`
	Mine     int            `json:"mine"`
	Free     int            `json:"free"`
	Today    int            `json:"dueToday"`
	Overdue  int            `json:"overdue"`
	Upcoming int            `json:"upcoming" doc:"Due within three days"`
}

// Desk is what only staff see of a matter.
type Desk struct {
	Handling    string      `json:"handling"`
	Second      bool        `json:"second" doc:"A second person signs the decision"`
	Commitment  bool        `json:"commitment,omitempty"`
	Officer     string      `json:"officer,omitempty"`
	OfficerName string      `json:"officerName,omitempty"`
	Checks      []DeskCheck `json:"checks"`
	Special     []string    `json:"specialKinds,omitempty" doc:"Procedures that may stop the clock"`
	Proposal    *Ruling     `json:"proposal,omitempty"`
	ProposedBy  string      `json:"proposedBy,omitempty"`
	Returned    string      `json:"returned,omitempty" doc:"Why the proposal was sent back"`
	Earlier     *Ruling     `json:"earlier,omitempty" doc:"The proposal that was sent back"`
}

// DeskCheck is one check with its outcome.
type DeskCheck struct {
	ID       string     `json:"id"`
	Text     lang.Text  `json:"text"`
	Kind     string     `json:"kind" enum:"system,hand"`
	Material string     `json:"material,omitempty"`
	Cite     *Cite      `json:"cite"`
	Outcome  string     `json:"outcome,omitempty" enum:"pass,fail,unknown"`
	Note     string     `json:"note,omitempty"`
	Seen     string     `json:"seen,omitempty" doc:"The register's value that was compared"`
	By       string     `json:"by,omitempty"`
	At       *time.Time `json:"at,omitempty"`
}

// Consultation is a question from one body to another.
type Consultation struct {
	ID       string     `json:"id"`
	Case     string     `json:"case"`
	Matter   string     `json:"matter"`
	From     Body       `json:"from"`
	To       Body       `json:"to"`
	Question string     `json:"question"`
	Asked    time.Time  `json:"asked"`
	Until    string     `json:"until" format:"date"`
	Answer   string     `json:"answer,omitempty"`
	Answered *time.Time `json:"answered,omitempty"`
}

func deskPath(id string) string { return Prefix + "/desk/cases/" + id }

func (a *API) desk() {
	type queue struct {
		State   []string `query:"state" maxItems:"11" enum:"waiting,received,correcting,accepted,special,proposed,approved,refused,declined,withdrawn,lapsed" doc:"Everything open when absent"`
		Matter  []string `query:"matter" maxItems:"20"`
		Officer string   `query:"officer" maxLength:"64" doc:"me, none, or an account"`
		Number  string   `query:"number" maxLength:"32" doc:"Beginning of a case's number"`
		Within  int      `query:"within" minimum:"0" maximum:"366" doc:"Due within so many days"`
		Band    string   `query:"band" enum:"overdue,today,upcoming"`
		After   string   `query:"after" maxLength:"200" doc:"Where the page above ended"`
		Limit   int      `query:"limit" minimum:"1" maximum:"100" default:"20"`
	}
	handle(a, get("/desk/queue", "listQueue", DeskRead), func(ctx context.Context, c *call, in *queue) (*listed[QueueItem], error) {
		f := casework.Filter{Defs: in.Matter, Officer: in.Officer, Number: in.Number, Within: in.Within, Band: casework.Band(in.Band)}
		for _, s := range in.State {
			f.States = append(f.States, casework.State(s))
		}
		switch in.Officer {
		case "me":
			f.Officer = c.by.ID
		case "none":
			f.Officer = "-"
		}
		var after casework.Cursor
		if in.After != "" {
			parts, err := unpack(in.After, 2)
			if err != nil {
				return nil, err
			}
			after = casework.Cursor{Due: parts[0], ID: parts[1]}
		}
		var rows []casework.Row
		if err := a.Casework.Queue(ctx, c.by, func(q *casework.Queue) (err error) {
			rows, err = q.List(ctx, f, after, in.Limit)
			return err
		}); err != nil {
			return nil, err
		}
		items := make([]QueueItem, len(rows))
		for i, row := range rows {
			items[i] = a.queueItem(row)
		}
		// The cursor is that of the row, which knows where matters without a clock stand.
		return page(c, items, in.Limit, func(QueueItem) string {
			last := rows[len(rows)-1].Cursor()
			return pack(last.Due, last.ID)
		}, "after"), nil
	})
	type counted struct{ Body Counts }
	handle(a, get("/desk/counts", "countQueue", DeskRead), func(ctx context.Context, c *call, _ *struct{}) (*counted, error) {
		var n casework.Count
		if err := a.Casework.Queue(ctx, c.by, func(q *casework.Queue) (err error) {
			n, err = q.Counts(ctx)
			return err
		}); err != nil {
			return nil, err
		}
		out := Counts{States: map[string]int{}, Mine: n.Mine, Free: n.Free, Today: n.Today, Overdue: n.Overdue, Upcoming: n.Upcoming}
		for s, count := range n.States {
			out.States[string(s)] = count
		}
		return &counted{out}, nil
	})
	handle(a, get("/desk/cases/{id}", "openCase", DeskRead), func(ctx context.Context, c *call, in *CaseID) (*cased, error) {
		d, err := a.dossier(ctx, c, in.ID)
		if err != nil {
			return nil, err
		}
		shown, err := a.deskCase(ctx, c, d)
		return &cased{shown}, err
	})
	handle(a, get("/desk/cases/{id}/materials/{material}/files/{hash}", "openCaseFile", DeskRead).answers("application/octet-stream", nil), func(ctx context.Context, c *call, in *CaseFile) (*download, error) {
		d, err := a.dossier(ctx, c, in.ID)
		if err != nil {
			return nil, err
		}
		return a.material(ctx, c, d, in.Material, in.Hash)
	})
	handle(a, get("/desk/consultations", "listConsultations", DeskRead), func(ctx context.Context, c *call, _ *struct{}) (*listed[Consultation], error) {
		all, err := a.Casework.OpenConsultations(ctx, c.by)
		if err != nil {
			return nil, err
		}
		items := make([]Consultation, len(all))
		for i, q := range all {
			city := a.City()
			items[i] = Consultation{
				ID: q.ID, Case: q.Case, Matter: q.Matter, From: body1(city, q.From), To: body1(city, q.To), Question: q.Question, Asked: q.AskedAt.UTC(), Until: day(q.Until),
				Answer: q.Answer, Answered: moment(q.AnsweredAt),
			}
		}
		return page(c, items, len(items)+1, nil, ""), nil
	})
	type connection struct {
		ID   string `path:"id" maxLength:"64"`
		Body struct {
			Down bool `json:"down"`
		}
	}
	handle(a, get("/desk/registers/{id}/connection", "switchRegister", DeskRegisters).with(http.MethodPut), func(ctx context.Context, c *call, in *connection) (*none, error) {
		if _, ok := a.City().Registers[in.ID]; !ok {
			return nil, fault.New(fault.NotFound, "error.register.not-found")
		}
		return nil, a.Gate.Do(ctx, c.by, func(tx *access.Tx) error {
			if err := tx.Permit(ctx, actSwitch, access.Resource{Kind: "switch", ID: in.ID, Purpose: "upkeep"}); err != nil {
				return err
			}
			return a.Registry.SetDown(ctx, tx, in.ID, in.Body.Down)
		})
	})
}

const actSwitch access.Action = "register.switch"

func (a *API) queueItem(row casework.Row) QueueItem {
	city := a.City()
	out := QueueItem{
		ID: row.ID, Case: row.Case, Number: row.Number, Service: row.Service, Matter: row.Def, Subject: row.Name, State: string(row.State), Officer: row.Officer,
		OfficerName: row.OfficerName, Due: day(row.DueOn), Href: deskPath(row.Case),
	}
	if e, ok := city.Service(row.Service); ok {
		if m := e.Service.Matter(row.Def); m != nil {
			out.Title = m.Name
		}
	}
	if clock, ok := row.Running(); ok {
		st := clock.State(city.Calendar, deadline.Of(a.Now()))
		out.Clock = &Clock{From: day(clock.From), N: clock.Limit.N, Unit: string(clock.Limit.Unit), Extended: clock.Extended, Left: st.Left, Band: string(st.Band)}
	}
	return out
}

// offers are the verbs of the desk by what they are called in paths.
var offers = []struct {
	name   string
	kind   casework.Kind
	action access.Action
}{
	{"claim", casework.Claimed, casework.ActClaim}, {"handover", casework.HandedOver, casework.ActHandOver}, {"acceptance", casework.Taken, casework.ActTake},
	{"refusal-to-accept", casework.NotTaken, casework.ActDecline}, {"request", casework.MoreAsked, casework.ActAsk}, {"checks", casework.Checked, casework.ActCheck},
	{"special", casework.SpecialStarted, casework.ActStartSpecial}, {"special/end", casework.SpecialEnded, casework.ActEndSpecial},
	{"extension", casework.ExtensionAsked, casework.ActAskExtension}, {"extension/approval", casework.Extended, casework.ActExtend},
	{"extension/refusal", casework.NotExtended, casework.ActNotExtend},
	{"proposal", casework.RulingProposed, casework.ActPropose}, {"decision", casework.Ruled, casework.ActDecide},
	{"signature", casework.Ruled, casework.ActSign}, {"return", casework.SentBack, casework.ActSendBack},
}

// deskCase is a case as staff see it.
func (a *API) deskCase(ctx context.Context, c *call, d casework.Dossier) (Case, error) {
	out, err := a.caseOf(ctx, d)
	if err != nil {
		return out, err
	}
	service, err := a.Application.Service(ctx, d.Edition)
	if err != nil {
		return out, err
	}
	city := a.City()
	out.Receipt, out.Events = "", []CaseEvent{}
	names := map[string]string{}
	for i, m := range d.Matters {
		names[m.ID] = m.Def
		shown := &out.Matters[i]
		if shown.Clock != nil {
			shown.Clock.Href = ""
		}
		shown.Can = []string{}
		for _, o := range offers {
			if m.Can(o.kind) && a.Gate.May(c.by, o.action, casework.MatterResource(d.Case, m)) {
				shown.Can = append(shown.Can, o.name)
			}
		}
		shown.Desk = &Desk{
			Handling: m.Handling, Second: m.Second, Commitment: m.Commitment, Officer: m.Officer, OfficerName: m.OfficerName, Checks: []DeskCheck{},
			Proposal: rulingOf(city, m.Proposal), Returned: m.Returned, Earlier: rulingOf(city, m.Earlier),
		}
		if shown.Extension != nil {
			shown.Extension.Refusal = m.Extension.Refusal
		}
		if m.Proposal != nil {
			shown.Desk.ProposedBy = m.Proposal.ByName
		}
		def := service.Matter(m.Def)
		if def == nil {
			continue
		}
		shown.Desk.Special = def.Special
		for _, check := range def.Checks {
			if !slices.Contains(m.Applies, check.ID) {
				continue
			}
			r := m.Checked[check.ID]
			shown.Desk.Checks = append(shown.Desk.Checks, DeskCheck{
				ID: check.ID, Text: check.Text, Kind: check.Kind, Material: check.Material, Cite: cite(city, check.Cite),
				Outcome: r.Outcome, Note: r.Note, Seen: r.Seen, By: r.By, At: moment(r.At),
			})
		}
	}
	for _, e := range d.Events {
		out.Events = append(out.Events, eventOf(e, names))
	}
	return out, nil
}
