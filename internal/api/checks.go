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
	ID        string            `json:"id"`
	Service   string            `json:"service"`
	Edition   string            `json:"edition"`
	Saved     bool              `json:"saved" doc:"A checklist: it changes no more"`
	Answers   map[string]string `json:"answers"`
	Dropped   []string          `json:"dropped,omitempty" doc:"Questions whose answers count no more"`
	Next      *Question         `json:"next,omitempty" doc:"The next question that still matters"`
	Remaining int               `json:"remaining" doc:"At most so many questions are left"`
	Complete  bool              `json:"complete"`
	Plan      *Plan             `json:"plan,omitempty" doc:"What is to be done, once nothing is left to ask, and as far as it is known on a checklist"`
	Expires   time.Time         `json:"expires"`
}

// Plan is what one person has to do.
type Plan struct {
	Eligible  bool           `json:"eligible"`
	Refusals  []PlanRefusal  `json:"refusals"`
	Matters   []PlanMatter   `json:"matters"`
	Order     [][]string     `json:"order" doc:"Matters by step; those of one step go on at the same time"`
	Materials []PlanMaterial `json:"materials"`
	Days      int            `json:"workingDays" doc:"The longest way through what was promised"`
	Fen       int64          `json:"fen" doc:"In all, in 1/100 yuan"`
	Visits    int            `json:"visits"`
	Total     *Limit         `json:"promisedForTheWhole,omitempty"`
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
}

// PlanMatter is a matter that applies, or may.
type PlanMatter struct {
	ID         string    `json:"id"`
	Title      lang.Text `json:"title"`
	Body       Body      `json:"body"`
	Maybe      bool      `json:"maybe"`
	Why        lang.Text `json:"why"`
	Because    []Reason  `json:"because,omitempty"`
	Statutory  *Limit    `json:"statutoryTime,omitempty"`
	Promised   *Limit    `json:"processingTime,omitempty"`
	HasCost    []Cost    `json:"hasCost"`
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
	Cite    *Cite     `json:"hasLegalResource"`
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
	out := &checked{Location: Prefix + room + l.Token, Body: Check{
		ID: l.Token, Service: l.Service, Edition: l.Edition, Saved: l.Saved, Answers: l.Answers, Dropped: dropped, Complete: plan.Complete, Expires: l.Expires.UTC(),
	}}
	if !plan.Complete {
		if q, left, ok := a.next(l); ok {
			shown := questionOf(&q)
			out.Body.Next, out.Body.Remaining = &shown, left
		}
	}
	if plan.Complete || l.Saved {
		shown := planOf(a.City(), plan)
		out.Body.Plan = &shown
	}
	return out, nil
}

// next is the next question of a walk. Answers under an edition that is offered no more have none: the
// walk begins anew.
func (a *API) next(l application.Checklist) (q catalogue.Question, left int, ok bool) {
	e, offered := a.City().Service(l.Service)
	if !offered || e.Edition != l.Edition {
		return q, 0, false
	}
	q, ok = e.Guide.Next(l.Answers)
	return q, e.Guide.Remaining(l.Answers), ok
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
		Eligible: p.Eligible, Order: p.Order, Days: p.Days, Fen: p.Fen, Visits: p.Visits, Total: limitOf(city, p.Total),
		Refusals: []PlanRefusal{}, Matters: []PlanMatter{}, Materials: []PlanMaterial{},
	}
	if out.Order == nil {
		out.Order = [][]string{}
	}
	for _, r := range p.Refusals {
		out.Refusals = append(out.Refusals, PlanRefusal{criterion(city, r.Refusal), reasons(r.Because)})
	}
	for _, m := range p.Matters {
		out.Matters = append(out.Matters, PlanMatter{
			ID: m.Matter.ID, Title: m.Matter.Name, Body: body1(city, m.Matter.Body), Maybe: m.Maybe, Why: m.Matter.Why, Because: reasons(m.Because),
			Statutory: limitOf(city, m.Statutory), Promised: limitOf(city, m.Promised), HasCost: costs(city, m.Fees), Commitment: m.Commitment, Cite: cite(city, m.Matter.Cite),
		})
	}
	for _, m := range p.Materials {
		out.Materials = append(out.Materials, PlanMaterial{
			ID: m.Material.ID, Title: m.Material.Name, What: m.Material.What, State: m.State, From: m.From, Maybe: m.Maybe, For: m.For,
			Because: reasons(m.Because), Cite: cite(city, m.Material.Cite),
		})
	}
	return out
}
