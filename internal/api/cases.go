package api

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/access"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/jurisdiction"
)

// CaseSummary is a case in a list.
type CaseSummary struct {
	ID      string       `json:"id"`
	Number  string       `json:"number" doc:"The number that people read aloud"`
	Service string       `json:"service"`
	Title   lang.Text    `json:"title"`
	Opened  time.Time    `json:"opened"`
	Closed  *time.Time   `json:"closed,omitempty"`
	Matters []MatterLine `json:"matters"`
	Href    string       `json:"href" format:"uri-reference"`
}

// MatterLine is a matter in a list.
type MatterLine struct {
	Matter string `json:"matter"`
	State  string `json:"state" enum:"waiting,received,correcting,accepted,special,proposed,approved,refused,declined,withdrawn,lapsed"`
	Due    string `json:"due,omitempty" format:"date"`
}

// Case is one application in the hands of the bodies.
type Case struct {
	ID      string    `json:"id"`
	Number  string    `json:"number"`
	Service string    `json:"service"`
	Title   lang.Text `json:"title"`
	Edition string    `json:"edition"`
	Subject string    `json:"subject" doc:"Name of whom it is about"`
	Opened  time.Time `json:"opened"`
	// Closed is when nothing was left to do.
	Closed   *time.Time  `json:"closed,omitempty"`
	Receipt  string      `json:"receipt,omitempty" format:"uri-reference"`
	Matters  []Matter    `json:"matters"`
	Values   []CaseValue `json:"values"`
	Evidence []CaseProof `json:"evidence"`
	Events   []CaseEvent `json:"events"`
}

// Matter is one matter with its clock.
type Matter struct {
	ID        string     `json:"id"`
	Matter    string     `json:"matter" doc:"Its name in the service"`
	Title     lang.Text  `json:"title"`
	Body      Body       `json:"body"`
	State     string     `json:"state" enum:"waiting,received,correcting,accepted,special,proposed,approved,refused,declined,withdrawn,lapsed"`
	After     []string   `json:"after,omitempty" doc:"Matters whose results it waits for"`
	Received  string     `json:"received,omitempty" format:"date"`
	Accepted  string     `json:"accepted,omitempty" format:"date"`
	Deemed    bool       `json:"deemedAccepted,omitempty" doc:"Accepted by law, because nobody answered in time"`
	Decided   string     `json:"decided,omitempty" format:"date"`
	Due       string     `json:"due,omitempty" format:"date"`
	Promised  string     `json:"promised,omitempty" format:"date"`
	Tentative bool       `json:"tentative,omitempty" doc:"Rests on a calendar that is not yet published"`
	Clock     *Clock     `json:"clock,omitempty"`
	Asked     *Asked     `json:"asked,omitempty"`
	Answered  *Answered  `json:"answered,omitempty"`
	Special   []Special  `json:"special,omitempty"`
	Extension *Extension `json:"extension,omitempty"`
	Decision  *Ruling    `json:"decision,omitempty"`
	Promises  []Promise  `json:"promises,omitempty" doc:"Materials that follow after acceptance"`
	Result    *Result    `json:"result,omitempty"`
	Ending    string     `json:"ending,omitempty"`
	Can       []string   `json:"can" doc:"What the caller may ask for now"`
	Desk      *Desk      `json:"desk,omitempty" doc:"Only for staff"`
}

// Clock is the legal clock that runs, or stands still.
type Clock struct {
	From     string `json:"from" format:"date"`
	N        int    `json:"n"`
	Unit     string `json:"unit" enum:"working,natural,month"`
	Extended int    `json:"extended,omitempty"`
	Left     int    `json:"left" doc:"Working days that are left after today"`
	Band     string `json:"band" enum:"ample,soon,today,overdue,stopped"`
	Href     string `json:"href,omitempty" format:"uri-reference" doc:"How it is counted, day by day"`
}

// Asked is the one-time notice of everything that must be corrected.
type Asked struct {
	On     string  `json:"on" format:"date"`
	Until  string  `json:"until" format:"date"`
	Points []Point `json:"points"`
}

// Point is one thing to correct.
type Point struct {
	Material  string `json:"material,omitempty" maxLength:"100"`
	Field     string `json:"field,omitempty" maxLength:"100"`
	Text      string `json:"text" maxLength:"1000"`
	Provision string `json:"provision,omitempty" maxLength:"100"`
}

// Answered is the correction.
type Answered struct {
	On      string            `json:"on" format:"date"`
	Message string            `json:"message,omitempty"`
	Values  map[string]string `json:"values,omitempty"`
	Files   map[string][]File `json:"files,omitempty"`
}

// Special is a procedure whose time does not count.
type Special struct {
	Notice string `json:"notice"`
	Kind   string `json:"kind"`
	From   string `json:"from" format:"date"`
	Days   int    `json:"days"`
	To     string `json:"to,omitempty" format:"date"`
	Reason string `json:"reason"`
	Result string `json:"result,omitempty"`
}

// Promise is a material that follows after acceptance.
type Promise struct {
	Material string `json:"material"`
	Until    string `json:"until,omitempty" format:"date" doc:"Known once the matter is accepted"`
	Supplied string `json:"supplied,omitempty" format:"date"`
	Missed   bool   `json:"missed,omitempty" doc:"Its day has passed"`
}

// Extension is the one lengthening of the clock.
type Extension struct {
	Reason   string `json:"reason"`
	Approved bool   `json:"approved"`
	Refusal  string `json:"refusal,omitempty" doc:"For staff: why the head refused it"`
	On       string `json:"on,omitempty" format:"date"`
}

// Ruling is a decision with what it rests on.
type Ruling struct {
	Approve    bool   `json:"approve"`
	Facts      string `json:"facts,omitempty"`
	Reasons    string `json:"reasons,omitempty"`
	Provisions []Cite `json:"provisions,omitempty"`
	Succeed    string `json:"succeed,omitempty" doc:"What would make it succeed"`
	SignedBy   string `json:"signedBy,omitempty"`
}

// Result is what an approved matter gave.
type Result struct {
	Certificate string    `json:"certificate,omitempty" format:"uri-reference"`
	At          time.Time `json:"at"`
}

// CaseValue is one declared value.
type CaseValue struct {
	Field    string     `json:"field"`
	Title    lang.Text  `json:"title"`
	Value    string     `json:"value"`
	Source   string     `json:"source,omitempty" doc:"Register that it was taken from"`
	Recorded *time.Time `json:"recorded,omitempty"`
	Disputed string     `json:"disputed,omitempty"`
}

// CaseProof is one material as it was given.
type CaseProof struct {
	Material    string            `json:"material"`
	Title       lang.Text         `json:"title"`
	State       string            `json:"state"`
	Source      string            `json:"source,omitempty"`
	Certificate string            `json:"certificate,omitempty"`
	Values      map[string]string `json:"values,omitempty" doc:"Exactly the fields that were agreed to"`
	Files       []File            `json:"files,omitempty"`
	Until       string            `json:"until,omitempty" format:"date"`
}

// CaseEvent is one thing that happened.
type CaseEvent struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Matter string    `json:"matter,omitempty"`
	By     string    `json:"by" enum:"person,officer,system,nobody"`
	Body   string    `json:"body,omitempty"`
	Text   string    `json:"text,omitempty"`
}

// Trace is how a clock is counted.
type Trace struct {
	Due  string     `json:"due" format:"date"`
	Days []TraceDay `json:"days"`
}

// TraceDay is one day of it.
type TraceDay struct {
	Day         string     `json:"day" format:"date"`
	N           int        `json:"n,omitempty" doc:"Number of the day, when it counts"`
	Why         string     `json:"why" enum:"counted,make-up,first-day-not-counted,weekend,holiday,stopped,moved-on,same-day"`
	Holiday     *lang.Text `json:"holiday,omitempty"`
	Procedure   string     `json:"procedure,omitempty"`
	Provisional bool       `json:"provisional,omitempty"`
}

// CaseID is a case in a path.
type CaseID struct {
	ID string `path:"id" maxLength:"64" doc:"Id or number of the case"`
}

// CaseMatter is a matter of a case in a path.
type CaseMatter struct {
	CaseID
	Matter string `path:"matter" maxLength:"100" doc:"The matter's name in the service"`
}

// CaseFile is a file of a case in a path.
type CaseFile struct {
	CaseID
	Material string `path:"material" maxLength:"100"`
	Hash     string `path:"hash" maxLength:"64"`
}

type cased struct{ Body Case }

func casePath(id string) string { return Prefix + "/cases/" + url.PathEscape(id) }

func (a *API) cases() {
	handle(a, get("/cases", "listCases", ReadCases), func(ctx context.Context, c *call, in *Paging) (*listed[CaseSummary], error) {
		all, err := a.Casework.Mine(ctx, c.by, in.Before, in.Limit)
		if err != nil {
			return nil, err
		}
		items := make([]CaseSummary, len(all))
		for i, s := range all {
			service, err := a.Application.Service(ctx, s.Edition)
			if err != nil {
				return nil, err
			}
			items[i] = CaseSummary{ID: s.ID, Number: s.Number, Service: s.Service, Title: service.Name, Opened: s.OpenedAt.UTC(), Closed: moment(s.ClosedAt), Matters: []MatterLine{}, Href: casePath(s.ID)}
			for _, m := range s.Matters {
				items[i].Matters = append(items[i].Matters, MatterLine{m.Def, string(m.State), day(m.DueOn)})
			}
		}
		return page(c, items, in.Limit, func(last CaseSummary) string { return last.ID }, "before"), nil
	})
	handle(a, get("/cases/{id}", "showCase", ReadCases), func(ctx context.Context, c *call, in *CaseID) (*cased, error) {
		d, err := a.ofApplicant(ctx, c, in.ID)
		if err != nil {
			return nil, err
		}
		shown, err := a.caseOf(ctx, d)
		return &cased{shown}, err
	})
	handle(a, get("/cases/{id}/receipt", "showReceipt", ReadCases).answers("application/json", Receipt{}), func(ctx context.Context, c *call, in *CaseID) (*download, error) {
		d, err := a.ofApplicant(ctx, c, in.ID)
		if err != nil {
			return nil, err
		}
		return a.receipt(ctx, d.Receipt, d.Number)
	})
	type traced struct{ Body Trace }
	handle(a, get("/cases/{id}/matters/{matter}/clock", "showClock", ReadCases), func(ctx context.Context, c *call, in *CaseMatter) (*traced, error) {
		d, err := a.ofApplicant(ctx, c, in.ID)
		if err != nil {
			return nil, err
		}
		m, ok := d.Matter(in.Matter)
		if !ok {
			return nil, fault.New(fault.NotFound, "error.case.not-found")
		}
		t, err := trace(a.City(), m, deadline.Of(a.Now()))
		return &traced{t}, err
	})
	type withdraw struct {
		CaseMatter
		Body struct {
			Reason string `json:"reason,omitempty" maxLength:"1000"`
		}
	}
	handle(a, post("/cases/{id}/matters/{matter}/withdrawal", "withdrawMatter", WriteCases), func(ctx context.Context, c *call, in *withdraw) (*none, error) {
		d, err := a.ofApplicant(ctx, c, in.ID)
		if err != nil {
			return nil, err
		}
		m, ok := d.Matter(in.Matter)
		if !ok {
			return nil, fault.New(fault.NotFound, "error.case.not-found")
		}
		return nil, a.Casework.Withdraw(ctx, c.by, m.ID, strings.TrimSpace(in.Body.Reason))
	})
	handle(a, post("/cases/{id}/matters/{matter}/again", "tryAgain", WriteCases).created(), func(ctx context.Context, c *call, in *CaseMatter) (*drafted, error) {
		d, err := a.ofApplicant(ctx, c, in.ID)
		if err != nil {
			return nil, err
		}
		made, err := a.Application.AgainAs(ctx, c.by, c.makes("a"), d.ID, in.Matter)
		if err != nil {
			return nil, err
		}
		return a.readDraft(ctx, c, made.ID)
	})
	handle(a, get("/cases/{id}/materials/{material}/files/{hash}", "openFile", ReadCases).answers("application/octet-stream", nil), func(ctx context.Context, c *call, in *CaseFile) (*download, error) {
		d, err := a.ofApplicant(ctx, c, in.ID)
		if err != nil {
			return nil, err
		}
		return a.material(ctx, c, d, in.Material, in.Hash)
	})
}

// ofApplicant opens a case of the caller's own, by its id or number.
func (a *API) ofApplicant(ctx context.Context, c *call, id string) (casework.Dossier, error) {
	d, err := a.dossier(ctx, c, id)
	if err == nil && d.Applicant != c.by.ID {
		err = fault.New(fault.NotFound, "error.case.not-found")
	}
	if err != nil {
		return casework.Dossier{}, err
	}
	return d, nil
}

func (a *API) dossier(ctx context.Context, c *call, id string) (casework.Dossier, error) {
	if strings.HasPrefix(id, "c_") {
		return a.Casework.Read(ctx, c.by, id)
	}
	return a.Casework.ReadNumber(ctx, c.by, id)
}

const actMaterial access.Action = "material.read"

// material gives a file of a case to whoever may see the material; that is recorded before it leaves.
func (a *API) material(ctx context.Context, c *call, d casework.Dossier, id, hash string) (*download, error) {
	service, err := a.Application.Service(ctx, d.Edition)
	if err != nil {
		return nil, err
	}
	e := d.Evidence[id]
	i := slices.IndexFunc(e.Files, func(f casework.File) bool { return f.Hash == hash })
	def := service.Material(id)
	if i < 0 || def == nil {
		return nil, fault.New(fault.NotFound, "upload.not-found")
	}
	var needed []string
	for _, m := range d.Matters {
		if slices.Contains(def.For, m.Def) {
			needed = append(needed, m.Body)
		}
	}
	err = a.Gate.See(ctx, c.by, func(v *access.View) error {
		return v.Permit(ctx, actMaterial, access.Resource{
			Kind: "material", ID: id, Subject: d.Subject, Case: d.ID, Purpose: "casework:" + d.Service, Attrs: map[string]any{"bodies": needed},
		})
	})
	if err != nil {
		return nil, err
	}
	f, err := a.Blobs.Open(hash)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	out := file(e.Files[i].Type, hash[:12], content)
	out.Name = `attachment; filename*=UTF-8''` + url.PathEscape(e.Files[i].Name)
	return out, nil
}

// caseOf is a case as it is shown to its applicant.
func (a *API) caseOf(ctx context.Context, d casework.Dossier) (Case, error) {
	service, err := a.Application.Service(ctx, d.Edition)
	if err != nil {
		return Case{}, err
	}
	city := a.City()
	out := Case{
		ID: d.ID, Number: d.Number, Service: d.Service, Title: service.Name, Edition: d.Edition, Subject: d.Name, Opened: d.OpenedAt.UTC(), Closed: moment(d.ClosedAt),
		Receipt: casePath(d.ID) + "/receipt", Matters: []Matter{}, Values: []CaseValue{}, Evidence: []CaseProof{}, Events: []CaseEvent{},
	}
	names := map[string]string{}
	for _, m := range d.Matters {
		names[m.ID] = m.Def
		shown := a.matterOf(city, service, m)
		if shown.Clock != nil {
			shown.Clock.Href = casePath(d.ID) + "/matters/" + m.Def + "/clock"
		}
		out.Matters = append(out.Matters, shown)
	}
	for _, section := range service.Sections {
		for _, f := range section.Fields {
			if v, ok := d.Values[f.ID]; ok {
				out.Values = append(out.Values, CaseValue{Field: f.ID, Title: f.Text, Value: v.Value, Source: v.Source, Recorded: moment(v.Recorded), Disputed: v.Disputed})
			}
		}
	}
	for _, m := range service.Materials {
		if e, ok := d.Evidence[m.ID]; ok {
			out.Evidence = append(out.Evidence, CaseProof{
				Material: m.ID, Title: m.Name, State: e.State, Source: e.Source, Certificate: e.Certificate, Values: e.Values, Files: filesOf(e.Files), Until: day(e.Until),
			})
		}
	}
	for _, e := range d.Events {
		// Inner steps are for the desk.
		if e.Kind != casework.Checked && e.Kind != casework.Claimed && e.Kind != casework.RulingProposed && e.Kind != casework.SentBack {
			out.Events = append(out.Events, eventOf(e, names))
		}
	}
	return out, nil
}

func eventOf(e casework.Record, names map[string]string) CaseEvent {
	return CaseEvent{At: e.At.UTC(), Kind: string(e.Kind), Matter: names[e.Matter], By: string(e.ByKind), Body: e.Body, Text: e.Text}
}

// matterOf is a matter as its applicant sees it.
func (a *API) matterOf(city *jurisdiction.City, s *catalogue.Service, m casework.Matter) Matter {
	out := Matter{
		ID: m.ID, Matter: m.Def, Body: body1(city, m.Body), State: string(m.State), Received: day(m.ReceivedOn), Accepted: day(m.AcceptedOn), Deemed: m.Deemed,
		Decided: day(m.DecidedOn), Due: day(m.DueOn), Promised: day(m.PromisedOn), Tentative: m.Tentative, Ending: m.Ending, Can: []string{},
	}
	if def := s.Matter(m.Def); def != nil {
		out.Title = def.Name
	}
	for _, after := range m.After {
		out.After = append(out.After, after.Matter)
	}
	if clock, ok := m.Running(); ok {
		st := clock.State(city.Calendar, deadline.Of(a.Now()))
		out.Clock = &Clock{From: day(clock.From), N: clock.Limit.N, Unit: string(clock.Limit.Unit), Extended: clock.Extended, Left: st.Left, Band: string(st.Band)}
	}
	if m.Asked != nil {
		out.Asked = &Asked{On: day(m.Asked.On), Until: day(m.Asked.Until), Points: []Point{}}
		for _, p := range m.Asked.Points {
			out.Asked.Points = append(out.Asked.Points, Point(p))
		}
	}
	if m.Answered != nil {
		out.Answered = &Answered{On: day(m.Answered.On), Message: m.Answered.Message, Values: map[string]string{}, Files: map[string][]File{}}
		for id, v := range m.Answered.Values {
			out.Answered.Values[id] = v[1].Value
		}
		for id, files := range m.Answered.Files {
			out.Answered.Files[id] = filesOf(files)
		}
	}
	for _, x := range m.Special {
		out.Special = append(out.Special, Special{Notice: x.Notice, Kind: x.Kind, From: day(x.From), Days: x.Days, To: day(x.To), Reason: x.Reason, Result: x.Result})
	}
	for _, p := range m.Promises {
		out.Promises = append(out.Promises, Promise{Material: p.Material, Until: day(p.Until), Supplied: day(p.Supplied), Missed: p.Missed != ""})
	}
	if x := m.Extension; x != nil {
		out.Extension = &Extension{Reason: x.Reason, Approved: x.ApprovedBy != "", On: day(x.On)}
	}
	out.Decision = rulingOf(city, m.Ruling)
	if r := m.Result; r != nil {
		out.Result = &Result{At: r.At.UTC()}
		if r.Certificate != "" {
			out.Result.Certificate = certificatePath(r.Certificate)
		}
	}
	if m.State == casework.Correcting {
		out.Can = append(out.Can, "correction")
	}
	if m.Can(casework.Withdrew) {
		out.Can = append(out.Can, "withdrawal")
	}
	if m.State.Ended() && m.State != casework.Approved {
		out.Can = append(out.Can, "again")
	}
	return out
}

func rulingOf(city *jurisdiction.City, r *casework.Ruling) *Ruling {
	if r == nil {
		return nil
	}
	return &Ruling{Approve: r.Approve, Facts: r.Facts, Reasons: r.Reasons, Provisions: provisions(city, r.Provisions), Succeed: r.Succeed, SignedBy: r.SignedName}
}

// trace counts a matter's clock day by day.
func trace(city *jurisdiction.City, m casework.Matter, today deadline.Day) (Trace, error) {
	clock := m.Acceptance
	if m.AcceptedOn != "" {
		clock = m.Decision
	}
	if clock.From == "" {
		return Trace{}, fault.New(fault.NotFound, "api.no-clock")
	}
	due, _ := clock.Due(city.Calendar)
	out := Trace{Due: day(due), Days: []TraceDay{}}
	for _, s := range clock.TraceOn(city.Calendar, today) {
		out.Days = append(out.Days, TraceDay{Day: day(s.Day), N: s.N, Why: string(s.Why), Holiday: some(s.Holiday), Procedure: s.Procedure, Provisional: s.Provisional})
	}
	return out, nil
}
