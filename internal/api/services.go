package api

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
)

// ServiceSummary is a public service in a list, in the words of CPSV-AP.
type ServiceSummary struct {
	ID                    string    `json:"id"`
	Identifier            string    `json:"identifier" doc:"Number in the national list"`
	Title                 lang.Text `json:"title"`
	Description           lang.Text `json:"description"`
	Audience              string    `json:"audience" enum:"person,business"`
	Stage                 string    `json:"isGroupedBy" doc:"Stage of life of the person or business"`
	HasCompetentAuthority Body      `json:"hasCompetentAuthority" doc:"Body that answers for the whole"`
	Keyword               []string  `json:"keyword"`
	Edition               string    `json:"edition" doc:"Hash that names the edition in force"`
	Href                  string    `json:"href" format:"uri-reference"`
}

// Service is a public service: several matters of several bodies, asked for once.
type Service struct {
	ServiceSummary
	For              lang.Text   `json:"isFor"`
	NotFor           lang.Text   `json:"isNotFor"`
	AssuranceLevel   int         `json:"assuranceLevel" doc:"How surely the applicant must be known, 0 to 4"`
	Modified         string      `json:"modified" format:"date" doc:"Day on which its content was last checked"`
	HasLegalResource *Cite       `json:"hasLegalResource"`
	ProcessingTime   *Limit      `json:"processingTime,omitempty"`
	HasPart          []Part      `json:"hasPart" doc:"Its matters, each of one body"`
	HasInput         []Evidence  `json:"hasInput"`
	HasCriterion     []Criterion `json:"hasCriterion" doc:"When it is not for somebody, and what to do instead"`
	Questions        []Question  `json:"questions"`
	Form             []FormPart  `json:"form"`
	Related          []string    `json:"isRelatedTo,omitempty"`
	Suspended        *Suspension `json:"suspended,omitempty" doc:"Present while nobody can apply"`
	Changes          string      `json:"changesOn,omitempty" format:"date" doc:"Day from which a newer edition holds"`
}

// Suspension is why nobody can apply for the time being.
type Suspension struct {
	Since   string    `json:"since" format:"date"`
	Why     lang.Text `json:"why"`
	Instead lang.Text `json:"instead" doc:"Where to go meanwhile"`
}

// Part is one matter of a service.
type Part struct {
	ID                    string    `json:"id"`
	Identifier            string    `json:"identifier" doc:"Implementation code (GB/T 39554.1)"`
	Title                 lang.Text `json:"title"`
	Description           lang.Text `json:"description"`
	HasCompetentAuthority Body      `json:"hasCompetentAuthority"`
	Handling              string    `json:"handling" enum:"officer,system"`
	When                  string    `json:"when,omitempty" doc:"Condition over the answers (CEL)"`
	Why                   lang.Text `json:"why"`
	Requires              []string  `json:"requires,omitempty" doc:"Matters that come before"`
	Statutory             *Limit    `json:"statutoryTime,omitempty"`
	Promised              *Limit    `json:"processingTime,omitempty"`
	Visits                int       `json:"visits" doc:"How often the applicant comes in person"`
	HasCost               []Cost    `json:"hasCost"`
	Produces              *Output   `json:"produces,omitempty"`
	HasLegalResource      *Cite     `json:"hasLegalResource"`
	HasContactPoint       Contact   `json:"hasContactPoint"`
}

// Cost is what is paid.
type Cost struct {
	Title    lang.Text `json:"title"`
	Value    int64     `json:"value" doc:"In 1/100 yuan"`
	Currency string    `json:"currency"`
	When     string    `json:"when,omitempty"`
	Cite     *Cite     `json:"cite"`
}

// Output is what a matter gives.
type Output struct {
	Type        string    `json:"type" enum:"certificate,document,record"`
	Title       lang.Text `json:"title"`
	Certificate string    `json:"certificate,omitempty"`
}

// Contact is how to ask and how to complain.
type Contact struct {
	Ask      string    `json:"ask"`
	Complain string    `json:"complain"`
	Place    lang.Text `json:"place"`
	Hours    lang.Text `json:"hours"`
}

// Evidence is a material, and who has it.
type Evidence struct {
	ID          string    `json:"id"`
	Title       lang.Text `json:"title"`
	Description lang.Text `json:"description"`
	For         []string  `json:"isRequiredBy"`
	When        string    `json:"when,omitempty"`
	Source      string    `json:"source" enum:"register,certificate,upstream,made,applicant"`
	From        string    `json:"from,omitempty" doc:"Register, certificate type or matter that it comes from"`
	Accept      []string  `json:"accept,omitempty"`
	MaxMB       int       `json:"maxMegabytes,omitempty"`
	Later       *Limit    `json:"mayFollowWithin,omitempty"`
	Cite        *Cite     `json:"hasLegalResource"`
}

// Criterion is a refusal.
type Criterion struct {
	ID      string    `json:"id"`
	When    string    `json:"when,omitempty"`
	Text    lang.Text `json:"text"`
	Instead lang.Text `json:"instead"`
	Cite    *Cite     `json:"cite"`
}

// Question is one question of the guide.
type Question struct {
	ID      string     `json:"id"`
	Type    string     `json:"type" enum:"boolean,enum,integer,decimal,date"`
	Text    lang.Text  `json:"text"`
	Hint    *lang.Text `json:"hint,omitempty"`
	Why     lang.Text  `json:"why"`
	Unit    *lang.Text `json:"unit,omitempty"`
	Least   *float64   `json:"minimum,omitempty"`
	Most    *float64   `json:"maximum,omitempty"`
	Options []Option   `json:"options,omitempty"`
	When    string     `json:"when,omitempty"`
	Unsure  *lang.Text `json:"unsure,omitempty" doc:"Help for those who answer unsure"`
}

// FormPart is a part of the form.
type FormPart struct {
	ID     string    `json:"id"`
	Title  lang.Text `json:"title"`
	When   string    `json:"when,omitempty"`
	Fields []Field   `json:"fields"`
}

// Field is one field of the form.
type Field struct {
	ID       string     `json:"id"`
	Type     string     `json:"type"`
	Text     lang.Text  `json:"text"`
	Hint     *lang.Text `json:"hint,omitempty"`
	Unit     *lang.Text `json:"unit,omitempty"`
	Optional bool       `json:"optional,omitempty"`
	Options  []Option   `json:"options,omitempty"`
	When     string     `json:"when,omitempty"`
	For      []string   `json:"isRequiredBy"`
	Element  string     `json:"element,omitempty" doc:"Data element"`
}

func (a *API) services() {
	type list struct {
		Q        string `query:"q" maxLength:"100" doc:"Words in title, description or keywords"`
		Audience string `query:"audience" enum:"person,business"`
	}
	handle(a, get("/services", "listServices", "").cached(), func(_ context.Context, c *call, in *list) (*listed[ServiceSummary], error) {
		city, found := a.City(), []ServiceSummary{}
		for _, id := range city.ServiceIDs() {
			e := city.Services[id]
			if in.Audience != "" && in.Audience != string(e.Service.Audience) || !mentions(e.Service, in.Q) {
				continue
			}
			found = append(found, summaryOf(city, e))
		}
		return page(c, found, len(found)+1, nil, ""), nil
	})
	type one struct {
		ID string `path:"id" maxLength:"100"`
	}
	type shown struct{ Body Service }
	handle(a, get("/services/{id}", "showService", "").cached(), func(_ context.Context, _ *call, in *one) (*shown, error) {
		city := a.City()
		e, ok := city.Service(in.ID)
		if !ok {
			return nil, fault.New(fault.NotFound, "error.service.not-found")
		}
		return &shown{serviceOf(city, e)}, nil
	})
	type code struct {
		Code string `path:"code" maxLength:"100"`
	}
	type explained struct {
		Body struct {
			Code string    `json:"code"`
			Text lang.Text `json:"text"`
		}
	}
	handle(a, get("/problems/{code}", "showProblem", "").cached(), func(_ context.Context, _ *call, in *code) (*explained, error) {
		out := &explained{}
		out.Body.Code = in.Code
		out.Body.Text = lang.Text{ZH: a.sentence(lang.ZH, in.Code, nil), EN: a.sentence(lang.EN, in.Code, nil)}
		if out.Body.Text.Empty() || !strings.Contains(in.Code, ".") {
			return nil, fault.New(fault.NotFound, "api.no-problem")
		}
		return out, nil
	})
}

func mentions(s *catalogue.Service, words string) bool {
	text := strings.ToLower(strings.Join(append([]string{s.ID, s.Name.ZH, s.Name.EN, s.Summary.ZH, s.Summary.EN}, s.Keywords...), " "))
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(words)), func(w string) bool { return !strings.Contains(text, w) })
}

func summaryOf(city *jurisdiction.City, e *jurisdiction.Entry) ServiceSummary {
	s := e.Service
	return ServiceSummary{
		ID: s.ID, Identifier: s.Catalogue, Title: s.Name, Description: s.Summary, Audience: string(s.Audience), Stage: s.Stage,
		HasCompetentAuthority: body1(city, s.Lead), Keyword: s.Keywords, Edition: e.Edition, Href: Prefix + "/services/" + url.PathEscape(s.ID),
	}
}

func serviceOf(city *jurisdiction.City, e *jurisdiction.Entry) Service {
	s := e.Service
	out := Service{
		ServiceSummary: summaryOf(city, e), For: s.For, NotFor: s.NotFor, AssuranceLevel: s.Level, Modified: s.Checked,
		HasLegalResource: cite(city, s.Cite), ProcessingTime: limitOf(city, s.Total), HasCriterion: []Criterion{}, Related: s.Related,
		Changes: string(city.Coming[s.ID]),
	}
	if x, ok := city.Suspended[s.ID]; ok {
		out.Suspended = &Suspension{string(x.Since), x.Why, x.Instead}
	}
	for i := range s.Matters {
		out.HasPart = append(out.HasPart, partOf(city, &s.Matters[i]))
	}
	for i := range s.Materials {
		out.HasInput = append(out.HasInput, evidenceOf(city, &s.Materials[i]))
	}
	for _, r := range s.Refusals {
		out.HasCriterion = append(out.HasCriterion, criterion(city, &r))
	}
	for i := range s.Questions {
		out.Questions = append(out.Questions, questionOf(&s.Questions[i]))
	}
	for _, section := range s.Sections {
		part := FormPart{ID: section.ID, Title: section.Title, When: section.When}
		for i := range section.Fields {
			part.Fields = append(part.Fields, fieldOf(&section.Fields[i]))
		}
		out.Form = append(out.Form, part)
	}
	return out
}

func partOf(city *jurisdiction.City, m *catalogue.Matter) Part {
	p := Part{
		ID: m.ID, Identifier: city.TaskCode(*m), Title: m.Name, Description: m.Plain, HasCompetentAuthority: body1(city, m.Body), Handling: string(m.Handling),
		When: m.When, Why: m.Why, Statutory: limitOf(city, m.Statutory), Promised: limitOf(city, m.Promised), Visits: m.Visits, HasCost: costs(city, m.Fees),
		HasLegalResource: cite(city, m.Cite), HasContactPoint: Contact{Ask: m.Contact.Ask, Complain: m.Contact.Complain, Place: m.Contact.Place, Hours: m.Contact.Hours},
	}
	for _, after := range m.After {
		p.Requires = append(p.Requires, after.Matter)
	}
	if r := m.Result; r != nil {
		p.Produces = &Output{Type: r.Kind, Title: r.Name, Certificate: r.Certificate}
	}
	return p
}

func costs(city *jurisdiction.City, fees []catalogue.Fee) []Cost {
	all := []Cost{}
	for _, f := range fees {
		all = append(all, Cost{Title: f.Name, Value: f.Fen, Currency: "CNY", When: f.When, Cite: cite(city, f.Cite)})
	}
	return all
}

func evidenceOf(city *jurisdiction.City, m *catalogue.Material) Evidence {
	e := Evidence{
		ID: m.ID, Title: m.Name, Description: m.What, For: m.For, When: m.When, Later: limitOf(city, m.Later), Cite: cite(city, m.Cite),
	}
	switch s := m.Source; {
	case s.Register != "":
		e.Source, e.From = "register", s.Register
	case s.Certificate != "":
		e.Source, e.From = "certificate", s.Certificate
	case s.Upstream != "":
		e.Source, e.From = "upstream", s.Upstream
	case s.Made:
		e.Source = "made"
	default:
		e.Source = "applicant"
	}
	if e.Source != "made" && e.Source != "upstream" {
		e.Accept, e.MaxMB = m.Allowed()
	}
	return e
}

func criterion(city *jurisdiction.City, r *catalogue.Refusal) Criterion {
	return Criterion{ID: r.ID, When: r.When, Text: r.Text, Instead: r.Instead, Cite: cite(city, r.Cite)}
}

func questionOf(q *catalogue.Question) Question {
	out := Question{
		ID: q.ID, Type: q.Type, Text: q.Text, Hint: some(q.Hint), Why: q.Why, Unit: some(q.Unit), Least: q.Min, Most: q.Max, Options: options(q.Options), When: q.When,
	}
	if q.Unsure != nil {
		out.Unsure = some(q.Unsure.Help)
	}
	return out
}

func fieldOf(f *catalogue.Field) Field {
	return Field{
		ID: f.ID, Type: f.Type, Text: f.Text, Hint: some(f.Hint), Unit: some(f.Unit), Optional: f.Optional, Options: options(f.Options), When: f.When, For: f.For, Element: f.Element,
	}
}
