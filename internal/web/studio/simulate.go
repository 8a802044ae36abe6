package studio

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/form"
	"tongban/internal/service/guide"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/gp"
)

// simulateView walks an invented person through the draft.
type simulateView struct {
	room
	Unsound  bool
	Answered []gov.Row
	Given    []pair // the answers so far, carried along
	Question *gp.Field
	Outcome  []outcome
	Facts    []gov.Row
	People   []gp.Link
	Day      gov.Input
	Keep     []gov.Input
	Head     string
	Again    string
	Errors   []gov.ErrorLink
}

type pair struct{ Name, Value string }

// outcome is a kind of things that come out, and each with its reason.
type outcome struct {
	Title string
	Lines []because
}

// because is one thing that comes out, and why.
type because struct {
	Tag                      gov.Tag
	Name, Text, Why, Article string
}

// answers reads the answers that an address carries: a.<question>=<value>.
func answers(q url.Values) guide.Answers {
	a := guide.Answers{}
	for name, values := range q {
		if id, ok := strings.CutPrefix(name, "a."); ok && values[0] != "" {
			a[id] = values[0]
		}
	}
	return a
}

func address(base string, a guide.Answers) string {
	q := url.Values{}
	for id, value := range a {
		q.Set("a."+id, value)
	}
	return base + "/simulate?" + q.Encode()
}

func (h *Handler) simulate(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	a := answers(q)
	if day := q.Get("today"); day != "" {
		a[guide.Today] = day
	}
	var wrong *fault.Field
	if v.c.Entry != nil {
		if asked := v.c.Entry.Service.Question(q.Get("q")); asked != nil {
			var value string
			if value, wrong = form.ParseQuestion(asked, q); wrong == nil {
				a[asked.ID] = value
				return v.See(w, r, address(v.base, a))
			}
		}
	}
	return h.showSimulation(w, r, v, http.StatusOK, a, wrong, nil, nil)
}

func (h *Handler) showSimulation(w http.ResponseWriter, r *http.Request, v room, status int, a guide.Answers, wrong *fault.Field, typed url.Values, complaints map[string]fault.Field) error {
	x := simulateView{room: v, Again: v.base + "/simulate", Head: strconv.Itoa(v.d.Head)}
	if v.c.Entry == nil {
		x.Unsound = true
		return v.page(w, r, status, "simulate", ui.Page{Body: x.body()})
	}
	sim, err := h.Studio.Simulate(r.Context(), v.Actor, v.d.ID, a)
	if fault.Is(err, fault.Invalid) { // an old address: begin again
		return v.See(w, r, x.Again)
	}
	if err != nil {
		return err
	}
	s := sim.Entry.Service
	words := v.words
	for _, q := range s.Questions {
		value, ok := sim.Answers[q.ID]
		if !ok {
			continue
		}
		rest := maps.Clone(sim.Answers)
		delete(rest, q.ID)
		x.Answered = append(x.Answered, gov.Row{Key: text(v.Of(q.Text)), Value: text(words.Answer(&q, value)),
			Actions: gov.Actions{Items: []gov.Action{{Text: v.T("studio.simulate.change"), Href: address(v.base, rest), Hidden: v.Of(q.Text)}}}})
	}
	for _, id := range slices.Sorted(maps.Keys(sim.Answers)) {
		x.Given = append(x.Given, pair{"a." + id, sim.Answers[id]})
	}
	if sim.Next != nil {
		f := gp.Field{Field: form.Question(sim.Next), Large: true, Unsure: sim.Next.Unsure != nil}
		if wrong != nil {
			f.Wrong, status = wrong, http.StatusUnprocessableEntity
			x.Errors = append(x.Errors, gov.ErrorLink{Text: f.Text(v.Printer), Href: "#" + sim.Next.ID})
		}
		x.Question = &f
	}
	x.Outcome = v.outcome(s, sim.Plan)
	x.Facts = []gov.Row{
		{Key: text(v.T("studio.simulate.days")), Value: text(v.Number(int64(sim.Plan.Days)))},
		{Key: text(v.T("studio.simulate.fee")), Value: text(v.Yuan(sim.Plan.Fen))},
		{Key: text(v.T("studio.simulate.visits")), Value: text(v.Number(int64(sim.Plan.Visits)))},
	}
	for _, sc := range sim.Entry.Scenarios {
		x.People = append(x.People, gp.Link{Text: v.Of(sc.Name), Href: address(v.base, sc.Answers)})
	}
	x.Day = gov.Input{ID: "today", Name: "today", Type: "date", Value: sim.Answers[guide.Today], Classes: "govuk-input--width-10", Label: gov.Label{Text: v.T("studio.simulate.day")}, Hint: gov.Hint{Text: v.T("studio.simulate.day.hint")}}
	for _, id := range [...]string{"name-zh", "name-en"} {
		in := gov.Input{ID: id, Name: id, Value: typed.Get(id), Label: gov.Label{Text: v.T("studio.simulate." + id)}}
		if f, ok := complaints[id]; ok {
			said := v.Complaint(f, v.T("studio.simulate."+id))
			in.Error = gov.ErrorMessage{Text: said, Prefix: v.T("common.error")}
			x.Errors = append(x.Errors, gov.ErrorLink{Text: said, Href: "#" + id})
		}
		x.Keep = append(x.Keep, in)
	}
	return v.page(w, r, status, "simulate", ui.Page{Body: x.body()})
}

// outcome lists everything that comes out with the answers and articles that decide it.
func (v room) outcome(s *catalogue.Service, p guide.Plan) (all []outcome) {
	words := v.words
	add := func(key string, lines []because) {
		if len(lines) > 0 {
			all = append(all, outcome{v.T(key), lines})
		}
	}
	why := func(maybe bool, reasons []guide.Reason, open []string) string {
		if maybe {
			return words.Undecided(s, open)
		}
		return words.Because(s, reasons)
	}
	maybe := func(yes bool, sure gov.Tag) gov.Tag {
		if yes {
			return gov.Tag{Text: v.T("studio.simulate.maybe"), Classes: "govuk-tag--yellow"}
		}
		return sure
	}
	var lines []because
	for _, x := range p.Refusals {
		lines = append(lines, because{gov.Tag{Text: v.T("studio.simulate.refused"), Classes: "govuk-tag--red"}, v.Of(x.Text), v.Of(x.Instead), words.Because(s, x.Because), words.Cite(x.Cite)})
	}
	for _, x := range p.Doubts {
		lines = append(lines, because{maybe(true, gov.Tag{}), v.Of(x.Text), v.Of(x.Instead), words.Undecided(s, x.Open), words.Cite(x.Cite)})
	}
	add("studio.simulate.refusals", lines)
	lines = nil
	for _, m := range p.Matters {
		var facts []string
		facts = append(facts, words.Body(m.Matter.Body))
		if m.Promised != nil {
			facts = append(facts, v.T("plan.promised", "limit", words.LimitMarked(m.Promised)))
		}
		if m.Statutory != nil {
			facts = append(facts, v.T("plan.statutory", "limit", words.LimitMarked(m.Statutory)))
		}
		if len(m.Fees) > 0 {
			facts = append(facts, words.Fees(m.Fees))
		}
		lines = append(lines, because{
			maybe(m.Maybe, gov.Tag{Text: v.T("studio.simulate.step", "n", v.Number(int64(m.Step+1))), Classes: "govuk-tag--blue"}),
			v.Of(m.Matter.Name), strings.Join(facts, " · "), why(m.Maybe, m.Because, m.Open), words.Cite(m.Matter.Cite),
		})
	}
	add("studio.simulate.matters", lines)
	lines = nil
	for _, m := range p.Materials {
		colour := "green"
		if m.State == guide.Upload || m.State == guide.Later {
			colour = "orange"
		}
		lines = append(lines, because{
			maybe(m.Maybe, gov.Tag{Text: v.T("studio.material." + m.State), Classes: "govuk-tag--" + colour}),
			v.Of(m.Material.Name), words.Where(s, m.Material), why(m.Maybe, m.Because, m.Open), words.Cite(m.Material.Cite),
		})
	}
	add("studio.simulate.materials", lines)
	return all
}

// keep keeps the simulated person as a scenario.
func (h *Handler) keep(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	f := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	base, err := strconv.Atoi(f("base"))
	if err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	a := answers(r.PostForm)
	saved, err := h.Studio.AddScenario(r.Context(), v.Actor, v.d.ID, base, lang.Text{ZH: f("name-zh"), EN: f("name-en")}, a)
	if err == nil {
		v.tell(w, saved)
		return v.See(w, r, v.base+"/tests")
	}
	wrong, err := ui.Complaints(err)
	if err != nil {
		return err
	}
	return h.showSimulation(w, r, v, http.StatusUnprocessableEntity, a, nil, r.PostForm, wrong)
}

// testsView is the scenarios of a draft and how they come out.
type testsView struct {
	room
	Unsound  bool
	Table    gp.Table
	Passed   string
	Coverage []gov.Row
}

func (h *Handler) tests(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	x := testsView{room: v, Unsound: v.c.Entry == nil}
	if x.Unsound {
		return v.page(w, r, http.StatusOK, "tests", ui.Page{Body: x.body()})
	}
	t, err := h.Studio.Test(r.Context(), v.Actor, v.d.ID)
	if err != nil {
		return err
	}
	failed := map[int][]string{}
	for _, f := range t.Result.Failures {
		failed[f.Scenario] = append(failed[f.Scenario], v.Of(f.What))
	}
	x.Passed = v.T("studio.tests.passed", "n", v.Number(int64(t.Result.Passed)), "of", v.Number(int64(len(t.Scenarios))))
	x.Table = gp.Table{Caption: v.T("studio.tests.list"), HideTitle: true, Dense: true, Head: []gp.Column{{Text: v.T("studio.tests.person")}, {Text: v.T("studio.tests.expected")}, {Text: v.T("studio.tests.outcome")}}}
	for i, sc := range t.Scenarios {
		x.Table.Rows = append(x.Table.Rows, gp.Line{Cells: []gp.Cell{{HTML: link(address(v.base, sc.Answers), v.Of(sc.Name))}, {Text: v.expected(sc)}, {HTML: v.passed(i, failed[i])}}})
	}
	c := t.Result.Coverage
	for _, share := range []struct {
		key string
		of  guide.Share
	}{{"matters", c.Matters}, {"materials", c.Materials}, {"refusals", c.Refusals}, {"options", c.Options}, {"decisions", c.Decisions}, {"outcomes", c.Outcomes}} {
		said := v.T("studio.tests.share", "n", v.Number(int64(share.of.Seen)), "of", v.Number(int64(share.of.Of)))
		if share.of.Of == 0 {
			said = v.T("studio.tests.share.none", "n", v.Number(int64(share.of.Seen)))
		}
		x.Coverage = append(x.Coverage, gov.Row{Key: text(v.T("studio.count." + share.key)), Value: text(said)})
	}
	return v.page(w, r, http.StatusOK, "tests", ui.Page{Body: x.body()})
}

// settle takes what comes out of a scenario now for right, or takes the scenario out.
func (h *Handler) settle(w http.ResponseWriter, r *http.Request) error {
	v, err := h.enter(r)
	if err != nil {
		return err
	}
	n, err := numbered(r)
	if err != nil {
		return err
	}
	base, err := strconv.Atoi(r.PostForm.Get("base"))
	if err != nil {
		return fault.Wrap(fault.Invalid, "error.form", err)
	}
	act := h.Studio.Accept
	if r.PostForm.Get("do") == "forget" {
		act = h.Studio.Forget
	}
	saved, err := act(r.Context(), v.Actor, v.d.ID, base, n)
	if err != nil {
		return err
	}
	v.tell(w, saved)
	return v.See(w, r, v.base+"/tests")
}

// expected is what a scenario says must come out.
func (v room) expected(sc catalogue.Scenario) string {
	s := v.c.Entry.Service
	var names []string
	for _, id := range sc.Matters {
		names = append(names, v.words.Matter(s, id))
	}
	for _, x := range s.Refusals {
		if slices.Contains(sc.Refused, x.ID) {
			names = append(names, v.Of(x.Text))
		}
	}
	said := v.List(names)
	if sc.Days != nil {
		said += v.T("studio.tests.days", "n", v.Number(int64(*sc.Days)))
	}
	if sc.Fen != nil {
		said += v.T("studio.tests.fee", "yuan", v.Yuan(*sc.Fen))
	}
	return said
}
