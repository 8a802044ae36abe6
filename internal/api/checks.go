package api

import (
	"context"
	"net/http"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/application"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/form"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
)

// Check is a walk through the questions of a service, or a checklist that was saved from one. It is
// about nobody: whoever has its id has it.
type Check struct {
	ID    string `json:"id"`
	Saved bool   `json:"saved" doc:"A checklist: it changes no more"`
	Guidance
	Facts   []KnownFact `json:"facts,omitempty" doc:"What registers were asked for, and whether the answer is theirs"`
	Expires time.Time   `json:"expires"`
}

// Guidance is what comes of some answers: the next question, and in the end what is to be done.
type Guidance struct {
	Service   string            `json:"service"`
	Edition   string            `json:"edition"`
	Answers   map[string]string `json:"answers"`
	Dropped   []string          `json:"dropped,omitempty" doc:"Questions whose answers count no more"`
	Next      *Question         `json:"next,omitempty" doc:"The next question that still matters"`
	Remaining int               `json:"remaining" doc:"At most so many questions are left"`
	Complete  bool              `json:"complete"`
	Plan      *Plan             `json:"plan,omitempty" doc:"What is to be done, once nothing is left to ask, and as far as it is known on a checklist"`
}

// KnownFact is one field of a register that was looked up because it could still change the outcome.
type KnownFact struct {
	Question string    `json:"question"`
	Why      lang.Text `json:"why" doc:"Why the answer is needed"`
	Register string    `json:"register"`
	Title    lang.Text `json:"title" doc:"What the register is called"`
	Keeper   Body      `json:"keeper"`
	Field    string    `json:"field"`
	Answer   string    `json:"answer,omitempty" doc:"The answer that counts: the register's, or her own"`
	Recorded string    `json:"recorded,omitempty" format:"date" doc:"Day on which the register took it down"`
	Used     bool      `json:"used" doc:"False: the register holds no answer, or she answers otherwise for this check"`
}

// Plan is what one person has to do.
type Plan struct {
	Eligible  bool           `json:"eligible"`
	Refusals  []PlanRefusal  `json:"refusals"`
	Doubts    []PlanRefusal  `json:"doubts,omitempty" doc:"Refusals that may hold, by what is still open"`
	Matters   []PlanMatter   `json:"matters"`
	Order     [][]string     `json:"order" doc:"Matters by step; those of one step go on at the same time"`
	Materials []PlanMaterial `json:"materials"`
	Form      []PlanPart     `json:"form" doc:"What is to be filled in"`
	PlanTotals
	Most    PlanTotals `json:"atMost" doc:"When everything that may apply does"`
	Total   *Limit     `json:"promisedForTheWhole,omitempty"`
	Assumed []Reason   `json:"assumed,omitempty" doc:"Answers that stand for unsure"`
	Unsure  []string   `json:"unsure,omitempty" doc:"Questions that are left open"`
}

// PlanTotals are days, money and visits in all.
type PlanTotals struct {
	Days    int   `json:"workingDays" doc:"The longest way through what was promised"`
	Natural int   `json:"naturalDays,omitempty" doc:"On that way, what is counted in natural days"`
	Months  int   `json:"months,omitempty" doc:"On that way, what is counted in months"`
	Fen     int64 `json:"fen" doc:"In all, in 1/100 yuan"`
	Visits  int   `json:"visits"`
}

// Reason is an answer that decides something.
type Reason struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Assumed  bool   `json:"assumed,omitempty"`
}

// PlanRefusal is why the service is not for her.
type PlanRefusal struct {
	Criterion
	Because []Reason `json:"because"`
	Open    []string `json:"dependsOn,omitempty" doc:"Questions that could still decide it"`
}

// PlanMatter is a matter that applies, or may.
type PlanMatter struct {
	ID         string    `json:"id"`
	Title      lang.Text `json:"title"`
	Body       Body      `json:"body"`
	Maybe      bool      `json:"maybe"`
	Why        lang.Text `json:"why"`
	Because    []Reason  `json:"because,omitempty"`
	Open       []string  `json:"dependsOn,omitempty" doc:"Of one that may apply: the questions that could still decide it"`
	Statutory  *Limit    `json:"statutoryTime,omitempty"`
	Promised   *Limit    `json:"processingTime,omitempty"`
	LimitOpen  bool      `json:"timeIsOpen,omitempty" doc:"An open answer can change the times; the longest are shown"`
	HasCost    []Cost    `json:"hasCost"`
	MayCost    []Cost    `json:"mayCost,omitempty" doc:"Fees that depend on what is open"`
	Commitment bool      `json:"commitment,omitempty" doc:"Decided on her written promise"`
	Cite       *Cite     `json:"hasLegalResource"`
}

// PlanMaterial is a material that is needed, or may be.
type PlanMaterial struct {
	ID      string    `json:"id"`
	Title   lang.Text `json:"title"`
	What    lang.Text `json:"description"`
	State   string    `json:"state" enum:"held,upstream,made,upload,later" doc:"Who has it"`
	From    string    `json:"from,omitempty"`
	Maybe   bool      `json:"maybe"`
	For     []string  `json:"isRequiredBy"`
	Because []Reason  `json:"because,omitempty"`
	Open    []string  `json:"dependsOn,omitempty"`
	Cite    *Cite     `json:"hasLegalResource"`
}

// PlanPart is a part of the form, with the fields that she fills in.
type PlanPart struct {
	ID     string    `json:"id"`
	Title  lang.Text `json:"title"`
	Maybe  bool      `json:"maybe"`
	Fields []string  `json:"fields" doc:"Ids of fields of the service's form"`
}

// CheckID is a check or checklist in a path.
type CheckID struct {
	ID string `path:"id" maxLength:"64"`
}

type checked struct {
	Location string `header:"Location"`
	Body     Check
}

func (a *API) checks() {
	type begin struct {
		Body struct {
			Service string            `json:"service" maxLength:"100"`
			Answers map[string]string `json:"answers,omitempty" maxProperties:"100" doc:"Answers that are known already, by question"`
		}
	}
	handle(a, post("/checks", "beginCheck", "").created().mayFail(http.StatusNotFound), func(ctx context.Context, c *call, in *begin) (*checked, error) {
		l, err := a.Application.Begin(ctx, c.by, in.Body.Service)
		if err != nil {
			return nil, err
		}
		service, err := a.Application.Service(ctx, l.Edition)
		if err != nil {
			return nil, err
		}
		taken := 0
		// In the author's order, because whether a question is asked depends on earlier ones.
		for i := range service.Questions {
			q := &service.Questions[i]
			given, ok := in.Body.Answers[q.ID]
			if !ok {
				continue
			}
			if l, _, err = a.take(ctx, c, l, q, given); err != nil {
				return nil, at(err, func(string) place { return place{pointer: "#/answers/" + q.ID, label: q.Text} })
			}
			taken++
		}
		if taken < len(in.Body.Answers) {
			return nil, fault.Fields([]fault.Field{{Name: "answers", Code: "api.no-question"}})
		}
		return a.check(ctx, l, nil)
	})
	handle(a, get("/checks/{id}", "showCheck", ""), func(ctx context.Context, _ *call, in *CheckID) (*checked, error) {
		l, err := a.Application.Checklist(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return a.check(ctx, l, nil)
	})
	handle(a, post("/checks/{id}/facts", "learnFacts", ReadData), func(ctx context.Context, c *call, in *CheckID) (*checked, error) {
		l, _, err := a.Application.Learn(ctx, c.by, in.ID)
		if err != nil {
			return nil, err
		}
		return a.check(ctx, l, nil)
	})
	type answer struct {
		CheckID
		Question string `path:"question" maxLength:"100"`
		Body     struct {
			Value string `json:"value" maxLength:"200" minLength:"1" doc:"As text: true, 180, normal; or unsure"`
		}
	}
	handle(a, get("/checks/{id}/answers/{question}", "answerQuestion", "").with(http.MethodPut).mayFail(http.StatusConflict), func(ctx context.Context, c *call, in *answer) (*checked, error) {
		l, q, err := a.question(ctx, in.ID, in.Question)
		if err != nil {
			return nil, err
		}
		l, dropped, err := a.take(ctx, c, l, q, in.Body.Value)
		if err != nil {
			return nil, at(err, func(string) place { return place{pointer: "#/value", label: q.Text} })
		}
		return a.check(ctx, l, dropped)
	})
	type forget struct {
		CheckID
		Question string `path:"question" maxLength:"100"`
	}
	handle(a, get("/checks/{id}/answers/{question}", "forgetAnswer", "").with(http.MethodDelete).mayFail(http.StatusConflict), func(ctx context.Context, c *call, in *forget) (*checked, error) {
		l, q, err := a.question(ctx, in.ID, in.Question)
		if err != nil {
			return nil, err
		}
		l, dropped, err := a.Application.Answer(ctx, c.by, l.Token, q.ID, "")
		if err != nil {
			return nil, err
		}
		return a.check(ctx, l, dropped)
	})
	handle(a, get("/checks/{id}", "forgetCheck", "").with(http.MethodDelete), func(ctx context.Context, c *call, in *CheckID) (*none, error) {
		return nil, a.Application.Forget(ctx, c.by, in.ID)
	})
	type save struct {
		Body struct {
			Check string `json:"check" maxLength:"64" doc:"Id of a check"`
		}
	}
	handle(a, post("/checklists", "saveChecklist", "").created().mayFail(http.StatusNotFound), func(ctx context.Context, c *call, in *save) (*checked, error) {
		l, err := a.Application.SaveChecklist(ctx, c.by, in.Body.Check)
		if err != nil {
			return nil, err
		}
		return a.check(ctx, l, nil)
	})
	handle(a, get("/checklists/{id}", "showChecklist", ""), func(ctx context.Context, _ *call, in *CheckID) (*checked, error) {
		l, err := a.Application.Checklist(ctx, in.ID)
		if err == nil && !l.Saved {
			err = fault.New(fault.NotFound, "error.checklist.not-found")
		}
		if err != nil {
			return nil, err
		}
		return a.check(ctx, l, nil)
	})
}

func (a *API) question(ctx context.Context, token, id string) (application.Checklist, *catalogue.Question, error) {
	l, err := a.Application.Checklist(ctx, token)
	if err != nil {
		return l, nil, err
	}
	service, err := a.Application.Service(ctx, l.Edition)
	if err != nil {
		return l, nil, err
	}
	if q := service.Question(id); q != nil {
		return l, q, nil
	}
	return l, nil, fault.New(fault.NotFound, "error.question.not-found")
}

// take takes one answer, read as the page reads it.
func (a *API) take(ctx context.Context, c *call, l application.Checklist, q *catalogue.Question, typed string) (application.Checklist, []string, error) {
	value := typed
	if typed != guide.Unsure {
		var wrong *fault.Field
		if value, wrong = form.Normal(form.Question(q), typed); wrong != nil {
			return l, nil, fault.Fields([]fault.Field{*wrong})
		}
	}
	return a.Application.Answer(ctx, c.by, l.Token, q.ID, value)
}

func (a *API) check(ctx context.Context, l application.Checklist, dropped []string) (*checked, error) {
	plan, err := a.Application.Plan(ctx, l)
	if err != nil {
		return nil, err
	}
	room := "/checks/"
	if l.Saved {
		room = "/checklists/"
	}
	out := &checked{Location: Prefix + room + l.Token, Body: Check{ID: l.Token, Saved: l.Saved, Expires: l.Expires.UTC(), Guidance: Guidance{
		Service: l.Service, Edition: l.Edition, Answers: l.Answers, Dropped: dropped, Complete: plan.Complete,
	}}}
	// Answers under an edition that is offered no more have no next question: the walk begins anew.
	if e, offered := a.City().Service(l.Service); offered && e.Edition == l.Edition {
		out.Body.ask(e)
	}
	if plan.Complete || l.Saved {
		shown := planOf(a.City(), plan)
		out.Body.Plan = &shown
	}
	out.Body.Facts, err = a.facts(ctx, l)
	return out, err
}

// Guide is the guidance that some answers get, a plan of what is known so far included.
func Guide(city *jurisdiction.City, e *jurisdiction.Entry, answers guide.Answers) Guidance {
	plan := e.Guide.Plan(answers)
	shown := planOf(city, plan)
	g := Guidance{Service: e.Service.ID, Edition: e.Edition, Answers: answers, Dropped: plan.Dropped, Complete: plan.Complete, Plan: &shown}
	g.ask(e)
	return g
}

func (g *Guidance) ask(e *jurisdiction.Entry) {
	if q, more := e.Guide.Next(g.Answers); more && !g.Complete {
		next := questionOf(&q)
		g.Next, g.Remaining = &next, e.Guide.Remaining(g.Answers)
	}
}

// facts lists what registers were asked for, in the author's order.
func (a *API) facts(ctx context.Context, l application.Checklist) (all []KnownFact, err error) {
	if len(l.Facts) == 0 {
		return nil, nil
	}
	service, err := a.Application.Service(ctx, l.Edition)
	if err != nil {
		return nil, err
	}
	city := a.City()
	for _, q := range service.Questions {
		f, asked := l.Facts[q.ID]
		if !asked {
			continue
		}
		register := city.Registers[f.Register]
		known := KnownFact{
			Question: q.ID, Why: q.Why, Register: f.Register, Title: register.Name, Keeper: body1(city, register.Keeper), Field: f.Field, Answer: l.Answers[q.ID], Used: f.Used,
		}
		if !f.Recorded.IsZero() {
			known.Recorded = string(f.On())
		}
		all = append(all, known)
	}
	return all, nil
}

func reasons(all []guide.Reason) []Reason {
	out := make([]Reason, len(all))
	for i, r := range all {
		out[i] = Reason(r)
	}
	return out
}

func planOf(city *jurisdiction.City, p guide.Plan) Plan {
	out := Plan{
		Eligible: p.Eligible, Order: p.Order, PlanTotals: PlanTotals(p.Totals), Most: PlanTotals(p.Most), Total: limitOf(city, p.Total), Unsure: p.Unsure,
		Refusals: refusals(city, p.Refusals), Doubts: refusals(city, p.Doubts), Matters: []PlanMatter{}, Materials: []PlanMaterial{}, Form: []PlanPart{},
	}
	if len(p.Assumed) > 0 {
		out.Assumed = reasons(p.Assumed)
	}
	if out.Order == nil {
		out.Order = [][]string{}
	}
	for _, m := range p.Matters {
		out.Matters = append(out.Matters, PlanMatter{
			ID: m.Matter.ID, Title: m.Matter.Name, Body: body1(city, m.Matter.Body), Maybe: m.Maybe, Why: m.Matter.Why, Because: reasons(m.Because), Open: m.Open, LimitOpen: m.LimitOpen, MayCost: costs(city, m.MaybeFees),
			Statutory: limitOf(city, m.Statutory), Promised: limitOf(city, m.Promised), HasCost: costs(city, m.Fees), Commitment: m.Commitment, Cite: cite(city, m.Matter.Cite),
		})
	}
	for _, m := range p.Materials {
		out.Materials = append(out.Materials, PlanMaterial{
			ID: m.Material.ID, Title: m.Material.Name, What: m.Material.What, State: m.State, From: m.From, Maybe: m.Maybe, For: m.For,
			Because: reasons(m.Because), Open: m.Open, Cite: cite(city, m.Material.Cite),
		})
	}
	for _, section := range p.Sections {
		part := PlanPart{ID: section.Section.ID, Title: section.Section.Title, Maybe: section.Maybe, Fields: []string{}}
		for _, f := range section.Fields {
			part.Fields = append(part.Fields, f.ID)
		}
		out.Form = append(out.Form, part)
	}
	return out
}

func refusals(city *jurisdiction.City, all []guide.PlanRefusal) []PlanRefusal {
	out := []PlanRefusal{}
	for _, r := range all {
		out = append(out, PlanRefusal{criterion(city, r.Refusal), reasons(r.Because), r.Open})
	}
	return out
}
