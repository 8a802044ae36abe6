package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/form"
)

// DraftSummary is a draft in a list.
type DraftSummary struct {
	ID      string    `json:"id"`
	Service string    `json:"service"`
	Title   lang.Text `json:"title"`
	Updated time.Time `json:"updated"`
	Href    string    `json:"href" format:"uri-reference"`
}

// Draft is an application that has not been submitted yet.
type Draft struct {
	DraftSummary
	Edition   string          `json:"edition"`
	Subject   string          `json:"subject" doc:"Name of whom it is about"`
	Case      string          `json:"case,omitempty" doc:"The case it became"`
	From      string          `json:"from,omitempty" doc:"The case that is tried again"`
	Ready     bool            `json:"ready" doc:"Nothing keeps it from being submitted"`
	Down      []string        `json:"registersDown,omitempty" doc:"Registers that did not answer when it was opened"`
	Matters   []DraftMatter   `json:"matters"`
	Sections  []DraftSection  `json:"sections"`
	Materials []DraftMaterial `json:"materials"`
}

// DraftMatter is one matter that it applies for.
type DraftMatter struct {
	ID    string    `json:"id"`
	Title lang.Text `json:"title"`
	Body  Body      `json:"body"`
}

// DraftSection is a part of the form as it stands.
type DraftSection struct {
	ID     string       `json:"id"`
	Title  lang.Text    `json:"title"`
	Status string       `json:"status" enum:"not-started,in-progress,completed,needs-correction,cannot-start"`
	Fields []DraftField `json:"fields"`
}

// DraftField is one field as it stands.
type DraftField struct {
	Field
	Value    string       `json:"value" doc:"What was typed or what the register holds"`
	Source   *FieldSource `json:"source,omitempty" doc:"Where the value comes from, when she did not type it"`
	Held     string       `json:"held,omitempty" doc:"What the register holds, when she typed something else"`
	Locked   bool         `json:"locked,omitempty" doc:"The law does not let her replace the register's value"`
	Disputed string       `json:"disputed,omitempty"`
	Wrong    *Violation   `json:"wrong,omitempty"`
	Users    []Body       `json:"usedBy"`
}

// FieldSource is where a value was taken from.
type FieldSource struct {
	Register string    `json:"register"`
	Title    lang.Text `json:"title"`
	Keeper   Body      `json:"keeper"`
	Recorded time.Time `json:"recorded"`
}

// DraftMaterial is one material as it stands.
type DraftMaterial struct {
	ID     string    `json:"id"`
	Title  lang.Text `json:"title"`
	What   lang.Text `json:"description"`
	State  string    `json:"state" enum:"held,upstream,made,upload,later"`
	From   string    `json:"from,omitempty"`
	Status string    `json:"status" enum:"not-started,in-progress,completed,needs-correction,cannot-start"`
	Choice string    `json:"choice,omitempty" enum:"use,own,later,made"`
	Files  []File    `json:"files,omitempty"`
	Until  string    `json:"until,omitempty" format:"date"`
	Accept []string  `json:"accept,omitempty"`
	MaxMB  int       `json:"maxMegabytes,omitempty"`
}

// File is one uploaded file.
type File struct {
	Hash string `json:"hash" doc:"SHA-256"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

func filesOf(all []casework.File) []File {
	var out []File
	for _, f := range all {
		out = append(out, File(f))
	}
	return out
}

// Preview is what would be sent to whom if a material were taken from where government holds it.
type Preview struct {
	Material DraftMaterial     `json:"material"`
	Held     bool              `json:"held"`
	Down     bool              `json:"down" doc:"The register does not answer: upload it, bring it later or try again"`
	Keeper   *Body             `json:"keeper,omitempty"`
	Number   string            `json:"number,omitempty" doc:"Of the certificate"`
	Fields   []string          `json:"fields" doc:"Exactly what is sent"`
	Values   map[string]string `json:"values"`
	Recorded *time.Time        `json:"recorded,omitempty"`
	To       []Body            `json:"sentTo"`
	Basis    *Cite             `json:"basis,omitempty"`
}

// MaterialID is a material of a draft, in a path.
type MaterialID struct {
	DraftID
	Material string `path:"material" maxLength:"100"`
}

// DraftID is a draft in a path. It is exported, as are the others, because huma looks only into
// embedded types that are.
type DraftID struct {
	ID string `path:"id" maxLength:"64"`
}

type drafted struct {
	Location string `header:"Location"`
	Body     Draft
}

func draftPath(id string) string { return Prefix + "/drafts/" + url.PathEscape(id) }

func (a *API) drafts() {
	type open struct {
		Body struct {
			Checklist string `json:"checklist" maxLength:"64" doc:"Id of a saved checklist"`
		}
	}
	handle(a, post("/drafts", "openDraft", WriteCases).created().mayFail(http.StatusNotFound), func(ctx context.Context, c *call, in *open) (*drafted, error) {
		d, err := a.Application.OpenAs(ctx, c.by, c.makes("a"), in.Body.Checklist, a.subjectName(ctx, c.by))
		if err != nil {
			return nil, err
		}
		return a.readDraft(ctx, c, d.ID)
	})
	handle(a, get("/drafts", "listDrafts", ReadCases), func(ctx context.Context, c *call, _ *struct{}) (*listed[DraftSummary], error) {
		all, err := a.Application.Mine(ctx, c.by)
		if err != nil {
			return nil, err
		}
		var items []DraftSummary
		for _, d := range all {
			s, err := a.draftSummary(ctx, d)
			if err != nil {
				return nil, err
			}
			items = append(items, s)
		}
		return page(c, items, len(items)+1, nil, ""), nil
	})
	handle(a, get("/drafts/{id}", "showDraft", ReadCases), func(ctx context.Context, c *call, in *DraftID) (*drafted, error) {
		return a.readDraft(ctx, c, in.ID)
	})
	handle(a, get("/drafts/{id}", "discardDraft", WriteCases).with(http.MethodDelete).mayFail(http.StatusConflict), func(ctx context.Context, c *call, in *DraftID) (*none, error) {
		return nil, a.Application.Discard(ctx, c.by, in.ID)
	})
	type section struct {
		DraftID
		Section string `path:"section" maxLength:"100"`
		Body    struct {
			Values map[string]string `json:"values" maxProperties:"200" doc:"By field; what is left out stays as it is, an empty text clears"`
		}
	}
	handle(a, get("/drafts/{id}/sections/{section}", "saveSection", WriteCases).with(http.MethodPatch).mayFail(http.StatusConflict), func(ctx context.Context, c *call, in *section) (*drafted, error) {
		return a.saveSection(ctx, c, in.ID, in.Section, in.Body.Values)
	})
	type dispute struct {
		DraftID
		Field string `path:"field" maxLength:"100"`
		Body  struct {
			Text string `json:"text" maxLength:"1000" doc:"What is wrong with the register's value"`
		}
	}
	handle(a, get("/drafts/{id}/fields/{field}/dispute", "disputeField", WriteCases).with(http.MethodPut).mayFail(http.StatusConflict), func(ctx context.Context, c *call, in *dispute) (*drafted, error) {
		s, err := a.Application.Dispute(ctx, c.by, in.ID, in.Field, strings.TrimSpace(in.Body.Text))
		return a.drafted(ctx, c, s, err)
	})
	type previewed struct{ Body Preview }
	handle(a, get("/drafts/{id}/materials/{material}", "previewMaterial", ReadCases), func(ctx context.Context, c *call, in *MaterialID) (*previewed, error) {
		s, p, err := a.Application.Preview(ctx, c.by, in.ID, in.Material)
		if err != nil {
			return nil, err
		}
		return &previewed{previewOf(a, s, p)}, nil
	})
	type choose struct {
		MaterialID
		Body struct {
			Choice  string `json:"choice" enum:"use,own,later" doc:"use what government holds; own: upload it instead; later: promise to bring it"`
			Dispute string `json:"dispute,omitempty" maxLength:"1000" doc:"What is wrong with the record, with own"`
		}
	}
	handle(a, get("/drafts/{id}/materials/{material}", "chooseMaterial", WriteCases).with(http.MethodPut).mayFail(http.StatusConflict), func(ctx context.Context, c *call, in *choose) (*drafted, error) {
		s, err := a.Application.Choose(ctx, c.by, in.ID, in.Material, in.Body.Choice, strings.TrimSpace(in.Body.Dispute))
		return a.drafted(ctx, c, s, err)
	})
	type detach struct {
		MaterialID
		Hash string `path:"hash" maxLength:"64"`
	}
	handle(a, get("/drafts/{id}/materials/{material}/files/{hash}", "removeFile", WriteCases).with(http.MethodDelete).mayFail(http.StatusConflict), func(ctx context.Context, c *call, in *detach) (*drafted, error) {
		s, err := a.Application.Detach(ctx, c.by, in.ID, in.Material, in.Hash)
		return a.drafted(ctx, c, s, err)
	})
	type submit struct {
		DraftID
		Body struct {
			Declared bool `json:"declared" doc:"The applicant declares that all of it is true"`
		}
	}
	type submitted struct {
		Status   int
		Location string `header:"Location"`
		Body     Case
	}
	s := post("/drafts/{id}/submission", "submitDraft", WriteCases).created()
	s.again = true
	handle(a, s, func(ctx context.Context, c *call, in *submit) (*submitted, error) {
		before, err := a.Application.Read(ctx, c.by, in.ID)
		if err != nil {
			return nil, err
		}
		made, err := a.Application.Submit(ctx, c.by, in.ID, in.Body.Declared)
		if err != nil {
			return nil, at(err, unfinished(before))
		}
		out := &submitted{Status: http.StatusCreated, Location: casePath(made.ID)}
		if before.Case != "" {
			out.Status = http.StatusOK // it was submitted before
		}
		d, err := a.ofApplicant(ctx, c, made.ID)
		if err != nil {
			return nil, err
		}
		out.Body, err = a.caseOf(ctx, d)
		return out, err
	})
}

// subjectName is the name of whom the actor acts for.
func (a *API) subjectName(ctx context.Context, by identity.Actor) string {
	if by.Subject == by.Self {
		return by.Name()
	}
	all, err := a.Mandate.For(ctx, by.Self)
	if err != nil {
		return by.Subject // a register is down: the code says who it is as well
	}
	for _, m := range all {
		if m.Subject == by.Subject {
			return m.Name
		}
	}
	return by.Subject
}

// unfinished says where in the draft that stands which is not finished.
func unfinished(s application.Sheet) func(string) place {
	return func(field string) place {
		if id, ok := strings.CutPrefix(field, "section:"); ok {
			p := place{resource: draftPath(s.ID) + "/sections/" + id}
			if t, _, found := s.Task(id); found {
				p.label = t.Section.Title
			}
			return p
		}
		if id, ok := strings.CutPrefix(field, "material:"); ok {
			p := place{resource: draftPath(s.ID) + "/materials/" + id}
			if m, found := s.Material(id); found {
				p.label = m.Material.Name
			}
			return p
		}
		return place{pointer: "#/" + field}
	}
}

// saveSection keeps what was typed, right or wrong. What is wrong is then a problem, and is kept all the
// same.
func (a *API) saveSection(ctx context.Context, c *call, id, section string, values map[string]string) (*drafted, error) {
	s, err := a.Application.Read(ctx, c.by, id)
	if err != nil {
		return nil, err
	}
	t, _, ok := s.Task(section)
	if !ok {
		return nil, fault.New(fault.NotFound, "error.draft.no-section")
	}
	for name := range values {
		if !slices.ContainsFunc(t.Fields, func(f *catalogue.Field) bool { return f.ID == name }) {
			return nil, at(fault.Fields([]fault.Field{{Name: "values", Code: "error.draft.no-field"}}), within("#"))
		}
	}
	entries, labels, wrong := map[string]application.Entry{}, map[string]lang.Text{}, []fault.Field(nil)
	for _, f := range t.Fields {
		labels[f.ID] = f.Text
		typed, given := values[f.ID]
		if !given {
			typed = s.Values[f.ID].Value.Value
		}
		value, complaint := form.Normal(f, typed)
		e := application.Entry{Value: casework.Value{Value: value}}
		if complaint != nil && !(f.Locked && s.Values[f.ID].Source != "") {
			e.Code, e.Args = complaint.Code, complaint.Args
			wrong = append(wrong, *complaint)
		}
		entries[f.ID] = e
	}
	saved, err := a.Application.Save(ctx, c.by, id, section, entries)
	if err != nil {
		return nil, err
	}
	if err := fault.Fields(wrong); err != nil {
		return nil, at(err, func(field string) place { return place{pointer: "#/values/" + field, label: labels[field]} })
	}
	return a.drafted(ctx, c, saved, nil)
}

func (a *API) readDraft(ctx context.Context, c *call, id string) (*drafted, error) {
	s, err := a.Application.Read(ctx, c.by, id)
	return a.drafted(ctx, c, s, err)
}

func (a *API) draftSummary(ctx context.Context, d application.Draft) (DraftSummary, error) {
	service, err := a.Application.Service(ctx, d.Edition)
	if err != nil {
		return DraftSummary{}, err
	}
	return DraftSummary{ID: d.ID, Service: d.Service, Title: service.Name, Updated: d.Updated.UTC(), Href: draftPath(d.ID)}, nil
}

// drafted is the draft as an answer.
func (a *API) drafted(ctx context.Context, c *call, s application.Sheet, err error) (*drafted, error) {
	if err != nil {
		return nil, err
	}
	summary, err := a.draftSummary(ctx, s.Draft)
	if err != nil {
		return nil, err
	}
	city := a.City()
	out := &drafted{Location: summary.Href, Body: Draft{
		DraftSummary: summary, Edition: s.Edition, Subject: s.Name, Case: s.Case, From: s.From, Ready: s.Ready(),
		Matters: []DraftMatter{}, Sections: []DraftSection{}, Materials: []DraftMaterial{},
	}}
	for register := range s.Down {
		out.Body.Down = append(out.Body.Down, register)
	}
	slices.Sort(out.Body.Down)
	for _, m := range s.Plan.Matters {
		out.Body.Matters = append(out.Body.Matters, DraftMatter{m.Matter.ID, m.Matter.Name, body1(city, m.Matter.Body)})
	}
	for _, t := range s.Tasks {
		section := DraftSection{ID: t.Section.ID, Title: t.Section.Title, Status: string(t.Status)}
		for _, f := range t.Fields {
			section.Fields = append(section.Fields, a.draftField(c, s, f))
		}
		out.Body.Sections = append(out.Body.Sections, section)
	}
	for _, t := range s.Files {
		out.Body.Materials = append(out.Body.Materials, draftMaterial(s, t))
	}
	return out, nil
}

func (a *API) draftField(c *call, s application.Sheet, f *catalogue.Field) DraftField {
	city, e := a.City(), s.Values[f.ID]
	out := DraftField{Field: fieldOf(f), Value: e.Value.Value, Held: e.Register, Disputed: e.Disputed, Users: bodies(city, s.Users(f))}
	if e.Source != "" {
		out.Source = &FieldSource{Register: e.Source, Recorded: e.Recorded.UTC()}
		if r, ok := city.Registers[e.Source]; ok {
			out.Source.Title, out.Source.Keeper = r.Name, body1(city, r.Keeper)
		}
		out.Locked = f.Locked
	}
	if e.Code != "" {
		wrong := a.violation(c.lang, fault.Field{Name: f.ID, Code: e.Code, Args: e.Args}, place{label: f.Text})
		out.Wrong = &wrong
	}
	return out
}

func draftMaterial(s application.Sheet, t application.Task) DraftMaterial {
	m, choice := t.Material.Material, s.Materials[t.Material.Material.ID]
	out := DraftMaterial{
		ID: m.ID, Title: m.Name, What: m.What, State: t.Material.State, From: t.Material.From, Status: string(t.Status),
		Choice: choice.Kind, Files: filesOf(choice.Files), Until: string(choice.Until),
	}
	out.Accept, out.MaxMB = m.Allowed()
	return out
}

func previewOf(a *API, s application.Sheet, p application.Preview) Preview {
	city := a.City()
	i := slices.IndexFunc(s.Files, func(t application.Task) bool { return t.Material.Material == p.Material.Material })
	out := Preview{
		Material: draftMaterial(s, s.Files[i]), Held: p.Held, Down: p.Down, Number: p.Number, Fields: p.Fields, Values: p.Values, Recorded: moment(p.Recorded),
		To: bodies(city, p.To), Basis: cite(city, p.Material.Material.Cite),
	}
	if p.Keeper != "" {
		keeper := body1(city, p.Keeper)
		out.Keeper = &keeper
	}
	if out.Fields == nil {
		out.Fields = []string{}
	}
	if out.Values == nil {
		out.Values = map[string]string{}
	}
	return out
}

// day is a day as JSON has it.
func day(d deadline.Day) string { return string(d) }
