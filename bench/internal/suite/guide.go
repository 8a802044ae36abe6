package suite

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"testing"
	"time"

	"tongban/internal/platform/decision"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/fixture"
	"tongban/bench/internal/measure"
)

// guidance is the workload compiled by the product.
type guidance struct {
	fixture.Rules
	diagram *decision.Diagram
	program *decision.Program
	answers []map[string]string // of each person, as a browser sends them
	full    []decision.Slots
	half    []decision.Slots // answered up to some question
	out     []decision.Truth
}

func compileGuidance(w fixture.Rules) (*guidance, error) {
	var vars []decision.Variable
	for _, name := range fixture.Numbers {
		vars = append(vars, decision.Variable{Name: name, Kind: decision.Integer})
	}
	for _, name := range fixture.Choices {
		vars = append(vars, decision.Variable{Name: name, Kind: decision.Enum, Options: fixture.Options[name]})
	}
	for _, name := range fixture.Booleans {
		vars = append(vars, decision.Variable{Name: name})
	}
	conds := make([]decision.Condition, len(w.Rules))
	for i, r := range w.Rules {
		conds[i] = decision.Condition{Name: r.ID, Text: r.Text()}
	}
	d, problems := decision.Compile(vars, conds)
	if len(problems) > 0 {
		return nil, fmt.Errorf("the conditions do not compile: %v", problems)
	}
	g := &guidance{Rules: w, diagram: d, program: d.Program(d.Roots())}
	g.out = make([]decision.Truth, g.program.Len())
	for i, p := range w.People {
		answers, s := p.Answers(), d.Slots()
		if err := d.Fill(s, answers); err != nil {
			return nil, err
		}
		half := slices.Clone(s)
		for v := i % len(s); v < len(s); v++ {
			half[v] = decision.Unanswered
		}
		g.answers, g.full, g.half = append(g.answers, answers), append(g.full, s), append(g.half, half)
	}
	return g, nil
}

func (g *guidance) hits(truth []decision.Truth) (n int) {
	for _, t := range truth {
		if t == decision.True {
			n++
		}
	}
	return n
}

// check evaluates everybody in both ways and compares with what the generator has counted.
func (g *guidance) check() error {
	slots, mapped := 0, 0
	s := g.diagram.Slots()
	for i := range g.full {
		g.program.Eval(g.full[i], g.out)
		slots += g.hits(g.out)
		if err := g.diagram.Fill(s, g.answers[i]); err != nil {
			return err
		}
		g.program.Eval(s, g.out)
		mapped += g.hits(g.out)
	}
	if slots != g.Hits || mapped != g.Hits {
		return fmt.Errorf("hits: %d from slots and %d from texts, want %d", slots, mapped, g.Hits)
	}
	return nil
}

// checkNext asks of everybody who is half-way: there is a next question exactly when some condition is
// still open, and it is one that she has not answered. It returns the sum of what is asked.
func (g *guidance) checkNext() (asked int64, err error) {
	for i, s := range g.half {
		g.program.Eval(s, g.out)
		open := slices.ContainsFunc(g.out, func(t decision.Truth) bool { return t == decision.Unknown })
		v, ok := g.program.Next(s)
		if ok != open || ok && s[v] != decision.Unanswered {
			return 0, fmt.Errorf("person %d: next is %d, %v; some condition is open: %v", i, v, ok, open)
		}
		asked += int64(v)
	}
	return asked, nil
}

// sum keeps what is computed from being left out by the compiler.
var sum uint64

// local times n operations in this process.
func local(n int, op func(i int)) func() (measure.Run, error) {
	return func() (measure.Run, error) {
		return timed(n, func() error {
			for i := range n {
				op(i)
			}
			return nil
		})
	}
}

// timed times what does n operations in this process.
func timed(n int, do func() error) (measure.Run, error) {
	cpu, start := measure.Processor(), time.Now()
	err := do()
	return measure.Run{Ops: n, Seconds: time.Since(start).Seconds(), CPU: float64(measure.Processor()-cpu) / 1e9}, err
}

// Guide measures the guided questions: what applies to somebody, and what to ask next. It compares processor
// time, which here is the time that one person waits and which other work on the machine disturbs less.
func Guide(_ context.Context, e *Env) ([]figures.Bench, error) {
	w := fixture.MakeRules()
	g, err := compileGuidance(w)
	if err != nil {
		return nil, err
	}
	limit := compileSlots(w)
	bare := make([]slots, len(w.People))
	found := 0
	for i, p := range w.People {
		bare[i] = limit.fill(p)
		found += bits.OnesCount64(limit.eval(&bare[i]))
	}
	asked, err := g.checkNext()
	if err := errors.Join(err, g.check()); err != nil {
		return nil, err
	}
	if found != w.Hits {
		return nil, fmt.Errorf("the limit has %d hits, want %d", found, w.Hits)
	}
	people, scratch := len(w.People), g.diagram.Slots()
	eval := func(i int) { g.program.Eval(g.full[i%people], g.out) }
	mapped := func(i int) {
		if err := g.diagram.Fill(scratch, g.answers[i%people]); err == nil {
			g.program.Eval(scratch, g.out)
		}
	}
	next := func(i int) {
		v, _ := g.program.Next(g.half[i%people])
		sum += uint64(v)
	}
	n := e.size(2_000_000, 200_000)
	systems := []func() (measure.Run, error){
		local(n, eval),
		local(n, func(i int) { sum += limit.eval(&bare[i%people]) }),
		local(n/4, mapped),
		local(n/4, func(i int) { s := limit.fill(w.People[i%people]); sum += limit.eval(&s) }),
		local(n/4, next),
	}
	own := len(systems)
	peers, broken, stop := e.rulePeers(w)
	defer stop()
	for _, p := range peers {
		want := int64(w.Hits)
		if p.next {
			want = asked
		}
		systems = append(systems, func() (measure.Run, error) { return ask(p.process, p.verb, p.n, want) })
	}
	for _, s := range systems { // warm
		if _, err := s(); err != nil {
			return nil, err
		}
	}
	runs, err := measure.Rounds(e.size(7, 5), systems...)
	if err != nil {
		return nil, err
	}
	all := []figures.Bench{
		{Name: "guide/eval40", By: figures.CPU, What: "40 conditions of two to four parts for one person whose answers (25) are in slots",
			Ours: figures.System{Name: "tongban", Runs: runs[0]}, Limit: &figures.System{Name: "slot-compiled Go", Runs: runs[1], Note: "conditions flattened by hand, full answers only"}},
		{Name: "guide/eval40-texts", By: figures.CPU, What: "the same from the texts that a browser sends: every answer is found and put into its slot first; this is what the peers' maps compare with",
			Ours: figures.System{Name: "tongban", Runs: runs[2]}, Limit: &figures.System{Name: "slot-compiled Go from a map", Runs: runs[3]}},
		{Name: "guide/next", By: figures.CPU, What: "the next question that can still change an outcome, for somebody who is half-way",
			Ours: figures.System{Name: "tongban", Runs: runs[4]}},
	}
	for i, p := range peers {
		s := figures.System{Name: p.name, Runs: runs[own+i], Note: p.note}
		switch {
		case p.next:
			all[2].Peers = append(all[2].Peers, s)
		default:
			all[0].Peers = append(all[0].Peers, s)
			all[1].Peers = append(all[1].Peers, s)
		}
	}
	e.demandGuide(all, eval, mapped, next, w.Hits)
	return all, broken
}

func (e *Env) demandGuide(all []figures.Bench, eval, mapped, next func(int), hits int) {
	b := &all[0]
	b.Found("%d conditions hold for 1000 people, with every system", hits)
	if e.Full {
		b.Demand("≤ 1 µs", b.Ours.Cost(figures.CPU) <= 1, "%.3f µs", b.Ours.Cost(figures.CPU))
		if p, ok := b.Fastest(); ok {
			b.Demand("ahead of the fastest peer", b.Ours.Times(p, b.By) > 1, "%.1f × %s", b.Ours.Times(p, b.By), p.Name)
		}
	}
	b.Demand("≤ 3 × the slot-compiled limit", b.Ours.Times(*b.Limit, b.By) >= e.bound(1.0/3), "%.2f × its time", 1/b.Ours.Times(*b.Limit, b.By))
	for _, x := range []struct {
		at int
		op func(int)
	}{{0, eval}, {1, mapped}, {2, next}} {
		i := 0
		n := testing.AllocsPerRun(2000, func() { x.op(i); i++ })
		all[x.at].Insist("no allocation", n == 0, "%.0f", n)
	}
	if e.Full {
		if p, ok := all[1].Fastest(); ok {
			all[1].Demand("ahead of the fastest peer", all[1].Ours.Times(p, all[1].By) > 1, "%.2f × %s", all[1].Ours.Times(p, all[1].By), p.Name)
		}
		all[2].Demand("≤ 4 µs", all[2].Ours.Cost(figures.CPU) <= 4, "%.3f µs", all[2].Ours.Cost(figures.CPU))
	}
	all[2].Found("for 1000 people there is a next question exactly when a condition is open, and CEL asks the same one")
}

type rulePeer struct {
	name, verb, note string
	process          *measure.Process
	n                int
	next             bool
}

// rulePeers starts the engines that others use. Those that cannot be had are in the error.
func (e *Env) rulePeers(w fixture.Rules) (all []rulePeer, broken error, stop func()) {
	var started []*measure.Process
	var failed []error
	stop = func() {
		for _, p := range started {
			_ = p.Stop()
		}
	}
	if !e.Full {
		return nil, nil, stop
	}
	dir, remove, err := e.data("rules")
	if err == nil {
		err = w.Write(dir)
	}
	if err != nil {
		return nil, err, stop
	}
	node := func(name string) string { return name + " " + e.Kit.Version("node", name) }
	for _, x := range []struct {
		start func(string) (*measure.Process, error)
		peers []rulePeer
	}{
		{e.Kit.Rules, []rulePeer{
			{name: "expr 1.17.8", verb: "expr", n: 20_000}, {name: "cel-go 0.26.1", verb: "cel", n: 10_000}, {name: "OPA 1.22.2", verb: "opa", n: 1_000, note: "prepared query"},
			{name: "cel-go partial", verb: "cel-next", n: 5_000, next: true, note: "partial evaluation of the 40 conditions, then the first unknown in the questions' order"},
		}},
		{e.Kit.NodeRules, []rulePeer{
			{name: node("json-logic-engine"), verb: "json-logic-engine", n: 50_000, note: "compiled"},
			{name: node("@gorules/zen-engine"), verb: "zen", n: 500, note: "decision table, collect"},
		}},
	} {
		p, err := x.start(dir)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		started = append(started, p)
		for _, peer := range x.peers {
			peer.process = p
			all = append(all, peer)
		}
	}
	old := stop
	return all, errors.Join(failed...), func() { old(); remove() }
}
