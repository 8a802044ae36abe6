package guide

import (
	"maps"
	"slices"
	"sync"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/fault"
	"tongban/internal/service/catalogue"
)

// Unsure is the answer "不确定" to any question.
const Unsure = "unsure"

// Answers are somebody's answers: question id → value as Check accepts it, or Unsure. Under Today they
// may carry the day on which they are given.
type Answers map[string]string

// Guide answers for one service. It does not change after it was made and may be used by any number of
// goroutines.
type Guide struct {
	service   catalogue.Service
	d         *decision.Diagram
	asked     []asked
	today     int // variable of the day
	refusals  []int
	matters   []matter
	order     []int // of the matters: each after those that it comes after
	materials []material
	sections  []section
	conds     map[string]decision.Root
	fields    int // of the form, altogether
	lines     int // about how many reasons and ids a plan names

	show  *decision.Program // every condition of a part of the plan, and of a refusal
	ask   *decision.Program // what questions are asked for: refusals, and the parts for those not refused
	comes []decision.Root   // what tells outcomes apart

	pool sync.Pool
}

// reading is one person's answers as the diagram reads them, and the room to work in.
type reading struct {
	slots  decision.Slots
	state  []state // by question
	cause  []int   // variables of a reason
	truths []decision.Truth
	live   []bool
}

// state is how a question stands.
type state uint8

const (
	open    state = iota // not answered, and may be asked
	pending              // not answered, and whether it is to be asked is not known yet
	hidden               // not to be asked: its own condition does not hold
	given                // answered
	assumed              // the person is not sure, and the careful answer stands for hers
	unsure               // the person is not sure, and the answer stays open
)

func (g *Guide) finish(shown, asking, comes []decision.Root) {
	g.d.Close()
	g.show, g.ask, g.comes = g.d.Program(shown), g.d.Program(asking), comes
	for _, s := range g.sections {
		g.fields += len(s.fields)
	}
	for _, m := range g.materials {
		g.lines += 1 + len(m.users)
	}
	for _, m := range g.matters {
		g.lines += 1 + len(m.checks)
	}
	g.pool.New = func() any {
		return &reading{slots: g.d.Slots(), state: make([]state, len(g.asked)), truths: make([]decision.Truth, len(shown)),
			live: make([]bool, len(g.asked)+1), cause: make([]int, 0, len(g.asked)+1)}
	}
}

// Service is the service that the guide is for.
func (g *Guide) Service() *catalogue.Service { return &g.service }

// Size is the number of nodes of the service's decision diagram.
func (g *Guide) Size() int { return g.d.Nodes() }

// read brings answers into slots. Questions are read in the author's order, because whether a question
// is to be asked depends on earlier ones only. An answer to a question that is not to be asked, or that
// the question does not admit, counts as not given.
func (g *Guide) read(a Answers) *reading {
	r := g.pool.Get().(*reading)
	for i := range g.asked {
		r.slots[i] = decision.Withheld
	}
	r.slots[g.today] = decision.Withheld
	if day, ok := a[Today]; ok {
		if cell, err := g.d.Cell(g.today, day); err == nil {
			r.slots[g.today] = cell
		}
	}
	for i := range g.asked {
		q := &g.asked[i]
		visible := decision.True
		if q.when != decision.Always {
			visible = g.d.Eval(q.when, r.slots)
		}
		if visible == decision.False {
			r.state[i] = hidden
			continue
		}
		value, ok := a[q.def.ID]
		if ok && value != Unsure {
			cell, err := g.d.Cell(i, value)
			if err == nil {
				r.state[i], r.slots[i] = given, cell
				continue
			}
			ok = false
		}
		switch {
		case ok && q.assume >= 0:
			r.state[i], r.slots[i] = assumed, q.assume
		case ok:
			r.state[i] = unsure
		case visible == decision.Unknown:
			r.state[i] = pending
		default:
			r.state[i], r.slots[i] = open, decision.Unanswered
		}
	}
	return r
}

// refused reports whether some refusal certainly holds: then nothing else is asked.
func (g *Guide) refused(r *reading) bool {
	for i := range g.refusals {
		if g.d.Eval(g.ask.Root(i), r.slots) == decision.True {
			return true
		}
	}
	return false
}

func (g *Guide) next(r *reading) (int, bool) {
	if g.refused(r) {
		return 0, false
	}
	return g.ask.Next(r.slots)
}

// Next is the next question: the first in the author's order whose own condition holds, that is not
// answered, and that can still change the plan or a refusal. False when there is none.
func (g *Guide) Next(a Answers) (catalogue.Question, bool) {
	r := g.read(a)
	i, ok := g.next(r)
	g.pool.Put(r)
	if !ok {
		return catalogue.Question{}, false
	}
	return *g.asked[i].def, true
}

// Relevant lists this person's questions in the author's order: those that she answered and that apply,
// and those that may still be asked.
func (g *Guide) Relevant(a Answers) []catalogue.Question {
	r := g.read(a)
	defer g.pool.Put(r)
	g.alive(r)
	var questions []catalogue.Question
	for i, s := range r.state {
		if s >= given || s != hidden && r.live[i] {
			questions = append(questions, *g.asked[i].def)
		}
	}
	return questions
}

// Remaining estimates how many questions are left: as many as can still matter. It never rises as
// answers are added.
func (g *Guide) Remaining(a Answers) (n int) {
	r := g.read(a)
	defer g.pool.Put(r)
	g.alive(r)
	for i, s := range r.state {
		if (s == open || s == pending) && r.live[i] {
			n++
		}
	}
	return n
}

// alive marks the questions that can still matter.
func (g *Guide) alive(r *reading) {
	if g.refused(r) {
		clear(r.live)
		return
	}
	g.ask.Live(r.slots, r.live)
}

// Check reports whether a question admits a value. An error is fault.Invalid and names the question as
// the field; a question that the service does not have is fault.NotFound.
func (g *Guide) Check(question, value string) error {
	i := g.d.Variable(question)
	if i < 0 {
		return fault.New(fault.NotFound, "error.question.not-found")
	}
	if value == Unsure && i != g.today {
		return nil
	}
	_, err := g.d.Cell(i, value)
	return err
}

// Prune leaves out the answers that do not count: to questions that are not to be asked any more, that
// the service does not have, or with values that they do not admit. It names their questions.
func (g *Guide) Prune(a Answers) (kept Answers, dropped []string) {
	r := g.read(a)
	defer g.pool.Put(r)
	kept = make(Answers, len(a))
	for i := range g.asked {
		if value, ok := a[g.asked[i].def.ID]; ok && r.state[i] >= given {
			kept[g.asked[i].def.ID] = value
		}
	}
	if r.slots[g.today] >= 0 {
		kept[Today] = a[Today]
	}
	return kept, g.dropped(a, r)
}

// dropped names the answers that do not count: first the service's questions, in their order.
func (g *Guide) dropped(a Answers, r *reading) (names []string) {
	counted := 0
	for i := range g.asked {
		if _, ok := a[g.asked[i].def.ID]; ok {
			counted++
			if r.state[i] < given {
				names = append(names, g.asked[i].def.ID)
			}
		}
	}
	if _, ok := a[Today]; ok {
		counted++
		if r.slots[g.today] < 0 {
			names = append(names, Today)
		}
	}
	if counted == len(a) {
		return names
	}
	known := len(names)
	for id := range a {
		if g.d.Variable(id) < 0 {
			names = append(names, id)
		}
	}
	slices.Sort(names[known:])
	return names
}

// Applies says whether a matter is for somebody with these answers, and she is not refused: True and False
// are certain, whatever she would answer to the rest.
func (g *Guide) Applies(matter string, a Answers) decision.Truth {
	for i := range g.matters {
		if m := &g.matters[i]; m.def.ID == matter {
			r := g.read(a)
			truth := g.d.Eval(m.live, r.slots)
			g.pool.Put(r)
			return truth
		}
	}
	return decision.False
}

// Undecided lists the questions that could still change what a matter asks for, checks or costs: those whose
// answers somebody who applies for this matter alone still owes.
func (g *Guide) Undecided(matter string, a Answers) []string {
	r := g.read(a)
	defer g.pool.Put(r)
	g.show.Eval(r.slots, r.truths)
	w := writer{g: g, a: a, r: r}
	names := map[string]bool{}
	look := func(places ...int) {
		for _, at := range places {
			if at >= 0 && w.truth(at) == decision.Unknown {
				for _, name := range w.open(at) {
					names[name] = true
				}
			}
		}
	}
	one := -1
	for i := range g.matters {
		if m := &g.matters[i]; m.def.ID == matter {
			one = i
			look(m.in, m.commitment)
			look(m.fees...)
			look(m.checks...)
		}
	}
	for i := range g.materials {
		if m := &g.materials[i]; slices.Contains(m.users, one) {
			look(m.in)
		}
	}
	for i := range g.sections {
		for j, at := range g.sections[i].fields {
			if slices.Contains(g.sections[i].def.Fields[j].For, matter) {
				look(at)
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Holds says what one condition of the service, given by its text, is for these answers: whether it
// holds, and whether that is known. The empty condition holds. A text that the service does not contain
// is never known.
func (g *Guide) Holds(condition string, a Answers) (yes, known bool) {
	if condition == "" {
		return true, true
	}
	root, ok := g.conds[condition]
	if !ok {
		return false, false
	}
	r := g.read(a)
	truth := g.d.Eval(root, r.slots)
	g.pool.Put(r)
	return truth == decision.True, truth != decision.Unknown
}
