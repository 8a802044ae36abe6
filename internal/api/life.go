package api

import (
	"context"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/lifecycle"
)

// LifeCycle is where the caller, or whom she acts for, stands in life.
type LifeCycle struct {
	Audience string       `json:"audience" enum:"person,business"`
	Day      string       `json:"day" format:"date"`
	Done     []LifeStep   `json:"done"`
	Now      []LifeStep   `json:"now" doc:"By last day"`
	Next     []LifeStep   `json:"next" doc:"What opens later, then what only follows from an intent"`
	Open     []LifeStep   `json:"open" doc:"What cannot be told, because a fact is not known"`
	Intents  []LifeIntent `json:"intents" doc:"The intents that next names"`
	Facts    []LifeFact   `json:"facts" doc:"What was looked up; nothing else was"`
	Down     []string     `json:"down,omitempty" doc:"Registers that did not answer"`
}

// LifeStep is a step of life in a list.
type LifeStep struct {
	ID          string     `json:"id"`
	Stage       string     `json:"stage"`
	Kind        string     `json:"kind" enum:"do,duty,policy,inspection"`
	Title       lang.Text  `json:"title"`
	Text        lang.Text  `json:"text"`
	Service     string     `json:"service,omitempty" doc:"Where it is begun"`
	Opens       string     `json:"opens,omitempty" format:"date"`
	Last        string     `json:"last,omitempty" format:"date" doc:"Last day in time"`
	Overdue     bool       `json:"overdue"`
	Provisional bool       `json:"provisional,omitempty" doc:"The holidays of a year on the way are not published yet"`
	Consequence *lang.Text `json:"consequence,omitempty"`
	Deemed      bool       `json:"deemedGranted,omitempty" doc:"Undecided in time counts as granted"`
	Intents     []string   `json:"intents,omitempty"`
	Basis       *Cite      `json:"basis"`
	Because     []string   `json:"because,omitempty" doc:"The facts that decide it"`
	Missing     []string   `json:"missing,omitempty" doc:"Of an open step: the facts that could decide it"`
	Paper       *LifePaper `json:"paper,omitempty"`
}

// LifePaper is what shows that a step is done.
type LifePaper struct {
	Certificate string `json:"certificate,omitempty" format:"uri-reference"`
	Number      string `json:"number,omitempty"`
	On          string `json:"on,omitempty" format:"date"`
}

// LifeIntent is something that she may intend.
type LifeIntent struct {
	ID   string    `json:"id"`
	Text lang.Text `json:"text"`
}

// LifeFact is a fact that was looked up.
type LifeFact struct {
	ID          string    `json:"id"`
	Name        lang.Text `json:"name"`
	Value       string    `json:"value,omitempty"`
	Register    string    `json:"register,omitempty"`
	Certificate string    `json:"certificateType,omitempty"`
	Recorded    string    `json:"recorded,omitempty" format:"date"`
	Supposed    bool      `json:"supposed,omitempty" doc:"The source has nothing about her; this stands for it"`
}

func (a *API) life() {
	type life struct{ Body LifeCycle }
	handle(a, get("/me/life-cycle", "showLifeCycle", ReadData).mayFail(404), func(ctx context.Context, c *call, _ *struct{}) (*life, error) {
		st, ok, err := a.Life.Of(ctx, c.by)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fault.New(fault.NotFound, "error.page")
		}
		out := LifeCycle{
			Audience: string(st.Audience), Day: string(st.Today), Down: st.Facts.Down, Intents: []LifeIntent{}, Facts: []LifeFact{},
			Done: a.lifeSteps(st.Done), Now: a.lifeSteps(st.Now), Next: a.lifeSteps(st.Next), Open: a.lifeSteps(st.Open),
		}
		named := map[string]bool{}
		for _, i := range st.Next {
			for _, p := range i.Intents {
				named[p] = true
			}
		}
		for _, p := range st.Chain.Intents {
			if named[p.ID] {
				out.Intents = append(out.Intents, LifeIntent{p.ID, p.Text})
			}
		}
		for _, f := range st.Chain.Facts {
			if k, known := st.Facts.Known[f.ID]; known && f.Source != nil {
				out.Facts = append(out.Facts, LifeFact{f.ID, f.Name, k.Value, f.Source.Register, f.Source.Certificate, string(k.Recorded), k.Supposed})
			}
		}
		return &life{out}, nil
	})
}

func (a *API) lifeSteps(items []lifecycle.Item) []LifeStep {
	city := a.City()
	out := make([]LifeStep, len(items))
	for n, i := range items {
		out[n] = LifeStep{
			ID: i.ID, Stage: i.Stage, Kind: i.Kind, Title: i.Name, Text: i.What, Service: i.Service, Opens: string(i.Opens), Last: string(i.Last), Overdue: i.Overdue,
			Provisional: i.Provisional, Consequence: some(i.Consequence), Deemed: i.Consent == lifecycle.Deemed, Intents: i.Intents, Basis: cite(city, i.Cite),
			Because: i.Because, Missing: i.Missing,
		}
		if p := i.Proof; p != nil {
			out[n].Paper = &LifePaper{Number: p.Number, On: day(p.On)}
			if p.Certificate != "" {
				out[n].Paper.Certificate = certificatePath(p.Certificate)
			}
		}
	}
	return out
}
