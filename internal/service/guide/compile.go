package guide

import (
	"slices"
	"strings"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

// Today is the name by which conditions call the day on which they are asked. It is a fact and no
// question; answers carry it under this name, and without it what depends on it stays open.
const Today = "today"

// matter is a matter with the places of its conditions in the list of what is shown.
type matter struct {
	def        *catalogue.Matter
	in         int
	variants   []int // each holds only where no earlier one does
	own        int   // holds where the matter applies and no variant does
	fees       []int
	checks     []int
	commitment int // -1 when there is none
	live       decision.Root
	before     []int // indices of the matters it comes after
}

// material is a material; upstream is the index of the matter whose result it is, or -1.
type material struct {
	def      *catalogue.Material
	in       int
	live     decision.Root // who needs it and is not refused
	upstream int
	users    []int // indices of the matters it is for
}

type section struct {
	def    *catalogue.Section
	in     int
	fields []int
}

// asked is a question with what decides whether it is asked and what "not sure" means.
type asked struct {
	def    *catalogue.Question
	when   decision.Root
	assume int16 // the cell that stands for "not sure"; Withheld when it leaves the answer open
}

// condition is one condition of the service: where it stands, and what it becomes.
type condition struct {
	path string
	text string
}

// compiler builds a guide.
type compiler struct {
	g        *Guide
	problems []Problem

	conds  []condition
	first  int                      // index of the first of them in the diagram
	at     map[string]int           // condition by path
	shown  map[decision.Root]int    // place in the list of what is shown
	roots  []decision.Root          // that list
	owner  []string                 // path of what each of them was first made for
	result []bool                   // whether it is more than a refusal
	byID   map[string]int           // matters
	ids    []string                 // of the matters
	source map[string]decision.Root // every condition's text
	served decision.Root            // for whom no refusal holds
	live   []decision.Root          // by place: the root where it is served; a refusal itself
	asking []decision.Root          // what questions are asked for
	comes  []decision.Root          // what tells outcomes apart: one refusal, or the parts of the plan
	vars   []decision.Variable
	circle []int // matters of which each comes after the next, and the last after the first
}

// Compile proves a service and makes its guide. There is a guide exactly when no problem is more than a
// warning.
func Compile(s catalogue.Service) (*Guide, []Problem) {
	c := newCompiler(s)
	if c.build() {
		c.proveConditions()
		if !stops(c.problems) {
			c.check()
		}
		c.bounded()
	}
	return c.guide()
}

// Restore makes the guide of a service that was proved when it was published. What is asked of services
// since then is not asked of it: the cases under it go on.
func Restore(s catalogue.Service) (*Guide, []Problem) {
	c := newCompiler(s)
	if c.build() {
		c.bounded()
	}
	return c.guide()
}

// build makes the diagram and what rests on it, and reports whether there is one.
func (c *compiler) build() bool {
	c.matters()
	c.variables()
	c.conditions()
	c.g.d = c.diagram()
	if c.g.d == nil || stops(c.problems) {
		return false
	}
	c.link()
	c.effective()
	return true
}

func (c *compiler) bounded() {
	if err := c.g.d.Err(); err != nil {
		c.complain(problem("", say("这个服务的条件合起来太大：%v", "the conditions of this service together are too large: %v", err),
			say("把一个服务分成几个", "split the service")))
	}
}

func (c *compiler) guide() (*Guide, []Problem) {
	if stops(c.problems) {
		return nil, c.problems
	}
	c.g.finish(c.roots, c.asking, c.comes)
	return c.g, c.problems
}

func newCompiler(s catalogue.Service) *compiler {
	return &compiler{g: &Guide{service: s, today: -1}, at: map[string]int{}, shown: map[decision.Root]int{}, byID: map[string]int{}, source: map[string]decision.Root{}}
}

// matters collects the matters by id and refuses references to others.
func (c *compiler) matters() {
	s := &c.g.service
	for i := range s.Matters {
		id := s.Matters[i].ID
		if _, twice := c.byID[id]; twice {
			c.complain(problem(item("matters", i)+".id", say("事项 %q 重复", "the matter %q stands twice", id), say("各用各的 id", "give each its own id")))
			continue
		}
		c.byID[id] = i
		c.ids = append(c.ids, id)
	}
	for i := range s.Matters {
		for j, a := range s.Matters[i].After {
			at := item(item("matters", i)+".after", j) + ".matter"
			if c.known(at, a.Matter) && c.byID[a.Matter] == i {
				c.complain(problem(at, say("事项 %q 排在自己之后", "the matter %q comes after itself", a.Matter), say("删去它", "delete it")))
			}
		}
	}
	for i := range s.Materials {
		m := &s.Materials[i]
		c.for_(item("materials", i), m.For)
		if m.Source.Upstream != "" {
			c.known(item("materials", i)+".source.upstream", m.Source.Upstream)
		}
	}
	for i := range s.Sections {
		for j := range s.Sections[i].Fields {
			c.for_(item(item("sections", i)+".fields", j), s.Sections[i].Fields[j].For)
		}
	}
	c.cases(func(at string, x *catalogue.Cases) {
		for i, id := range x.Matters {
			c.known(item(at+".matters", i), id)
		}
	})
	c.order()
}

// cases calls visit for every declaration of cases.
func (c *compiler) cases(visit func(at string, x *catalogue.Cases)) {
	s := &c.g.service
	for i := range s.Exclusive {
		visit(item("exclusive", i), &s.Exclusive[i])
	}
	for i := range s.Exhaustive {
		visit(item("exhaustive", i), &s.Exhaustive[i])
	}
}

func (c *compiler) for_(at string, matters []string) {
	if len(matters) == 0 {
		c.complain(problem(at+".for", say("没有写用于哪个事项，所以永远不需要", "it is for no matter, so it is never needed"), say("写明 for: [事项]", "name the matters in for:")))
	}
	for i, id := range matters {
		c.known(item(at+".for", i), id)
	}
}

func (c *compiler) known(at, id string) bool {
	if _, ok := c.byID[id]; ok {
		return true
	}
	remedy := say("可写：%s", "write one of %s", strings.Join(c.ids, ", "))
	if near := decision.Closest(id, c.ids); near != "" {
		remedy = say("是否想写 %s？", "did you mean %s?", near)
	}
	c.complain(problem(at, say("没有事项 %q", "there is no matter %q", id), remedy))
	return false
}

// order sorts the matters so that each stands after those it comes after, in the author's order
// otherwise, and notes a circle in which that cannot be done.
func (c *compiler) order() {
	const inWork, done = 1, 2
	s := &c.g.service
	state := make([]int, len(s.Matters))
	var path []int
	var visit func(i int) bool
	visit = func(i int) bool {
		switch state[i] {
		case done:
			return true
		case inWork:
			c.circle = path[slices.Index(path, i):]
			return false
		}
		state[i] = inWork
		path = append(path, i)
		for _, a := range s.Matters[i].After {
			if j, ok := c.byID[a.Matter]; ok && j != i && !visit(j) {
				return false
			}
		}
		path = path[:len(path)-1]
		state[i] = done
		c.g.order = append(c.g.order, i)
		return true
	}
	for i := range s.Matters {
		if path = path[:0]; !visit(i) {
			return
		}
	}
}

// kinds are the types of questions.
var kinds = map[string]decision.Kind{"boolean": decision.Boolean, "enum": decision.Enum, "integer": decision.Integer, "decimal": decision.Decimal, "date": decision.Date}

// Variables are what conditions over some questions may speak about: each of them, and the day.
func Variables(questions []catalogue.Question) []decision.Variable {
	vars := make([]decision.Variable, 0, len(questions)+1)
	for _, q := range questions {
		v := decision.Variable{Name: q.ID, Kind: kinds[q.Type], Min: q.Min, Max: q.Max}
		for _, o := range q.Options {
			v.Options = append(v.Options, o.Value)
		}
		vars = append(vars, v)
	}
	return append(vars, decision.Variable{Name: Today, Kind: decision.Date})
}

// variables makes the variables, and refuses questions that cannot be one.
func (c *compiler) variables() {
	questions := c.g.service.Questions
	for i, q := range questions {
		if _, ok := kinds[q.Type]; !ok {
			c.complain(problem(item("questions", i)+".type", say("没有类型 %q", "there is no type %q", q.Type), say("写 boolean、enum、integer、decimal 或 date", "write boolean, enum, integer, decimal or date")))
		}
		if q.ID == Today {
			c.complain(problem(item("questions", i)+".id", say("today 是当天的日期，不能做问题的 id", "today is the day itself and cannot be the id of a question"), say("换一个 id", "give it another id")))
		}
	}
	c.g.today = len(questions)
	c.vars = Variables(questions)
}

// conditions lists every condition of the service with its path.
func (c *compiler) conditions() {
	add := func(path, text string) {
		if text != "" {
			c.at[path] = len(c.conds)
			c.conds = append(c.conds, condition{path, text})
		}
	}
	must := func(path, text string, remedy lang.Text) {
		if text == "" {
			c.complain(problem(path, say("没有写条件", "the condition is missing"), remedy))
		}
		add(path, text)
	}
	s := &c.g.service
	for i := range s.Questions {
		add(item("questions", i)+".when", s.Questions[i].When)
	}
	for i := range s.Refusals {
		must(item("refusals", i)+".when", s.Refusals[i].When, say("写明 when：谁不能办", "write in when: who is refused"))
	}
	for i := range s.Matters {
		m, at := &s.Matters[i], item("matters", i)
		add(at+".when", m.When)
		for j := range m.Variants {
			must(item(at+".variants", j)+".when", m.Variants[j].When, say("写明 when，或把时限写在事项上", "write when:, or put the limits on the matter itself"))
		}
		for j := range m.Fees {
			add(item(at+".fees", j)+".when", m.Fees[j].When)
		}
		for j := range m.Checks {
			add(item(at+".checks", j)+".when", m.Checks[j].When)
		}
		add(at+".commitment", m.Commitment)
	}
	for i := range s.Materials {
		add(item("materials", i)+".when", s.Materials[i].When)
	}
	for i := range s.Sections {
		at := item("sections", i)
		add(at+".when", s.Sections[i].When)
		for j := range s.Sections[i].Fields {
			add(item(at+".fields", j)+".when", s.Sections[i].Fields[j].When)
		}
	}
	c.cases(func(at string, x *catalogue.Cases) {
		for i, text := range x.Conditions {
			add(item(at+".conditions", i), text)
		}
	})
}

// diagram compiles all conditions into one.
func (c *compiler) diagram() *decision.Diagram {
	conds := make([]decision.Condition, len(c.conds))
	for i, x := range c.conds {
		conds[i] = decision.Condition{Name: x.path, Text: x.text}
	}
	d, found := decision.Compile(c.vars, conds)
	c.within(found)
	return d
}

// proveConditions: every condition is true for somebody and false for somebody.
func (c *compiler) proveConditions() { c.within(c.g.d.Check()) }

// within complains of problems within conditions and questions.
func (c *compiler) within(found []decision.Problem) {
	for _, p := range found {
		path := "questions"
		switch {
		case p.Condition >= 0:
			path = c.conds[p.Condition].path
		case p.Variable >= 0 && p.Variable < len(c.g.service.Questions):
			path = item("questions", p.Variable)
		}
		q := problem(path, p.What, p.Remedy)
		q.Line, q.Col = p.Line, p.Col
		c.complain(q)
	}
}

func (c *compiler) complain(p ...Problem) { c.problems = append(c.problems, p...) }

// condition is the root of what stands at a path; Always when nothing does.
func (c *compiler) condition(path string) decision.Root {
	if i, ok := c.at[path]; ok {
		return c.g.d.Root(c.first + i)
	}
	return decision.Always
}

// place gives a root its place in the list of what is shown. Things with the same condition share it.
func (c *compiler) place(path string, r decision.Root) int {
	i, ok := c.shown[r]
	if !ok {
		i = len(c.roots)
		c.shown[r] = i
		c.roots = append(c.roots, r)
		c.owner = append(c.owner, path)
		c.result = append(c.result, false)
	}
	return i
}

// show is place for a part of the plan.
func (c *compiler) show(path string, r decision.Root) int {
	i := c.place(path, r)
	c.result[i] = true
	return i
}

// link combines the conditions into what each thing depends on: a material on its own condition and on
// any of its matters, a field on its section besides, a fee on its matter.
func (c *compiler) link() {
	g, d, s := c.g, c.g.d, &c.g.service
	for i, x := range c.conds {
		c.source[x.text] = d.Root(c.first + i)
	}
	g.conds = c.source
	for i := range s.Questions {
		q := &s.Questions[i]
		a := asked{def: q, when: c.visible(i, c.condition(item("questions", i)+".when")), assume: decision.Withheld}
		if q.Unsure != nil && q.Unsure.As != "" {
			cell, err := d.Cell(i, q.Unsure.As)
			if err != nil {
				c.complain(problem(item("questions", i)+".unsure.as", say("%q 不是 %s 的回答", "%q is no answer to %s", q.Unsure.As, q.ID), say("写一个可能的回答", "write an answer that it admits")))
			}
			a.assume = cell
		}
		g.asked = append(g.asked, a)
	}
	for i := range s.Refusals {
		at := item("refusals", i) + ".when"
		g.refusals = append(g.refusals, c.place(at, c.condition(at)))
	}
	for i := range s.Matters {
		g.matters = append(g.matters, c.matter(i))
	}
	anyOf := func(matters []string) (r decision.Root) {
		for _, id := range matters {
			r = d.Or(r, c.roots[g.matters[c.byID[id]].in])
		}
		return r
	}
	for i := range s.Materials {
		m, at := &s.Materials[i], item("materials", i)
		x := material{def: m, upstream: -1, in: c.show(at, d.And(c.condition(at+".when"), anyOf(m.For)))}
		if m.Source.Upstream != "" {
			x.upstream = c.byID[m.Source.Upstream]
		}
		for _, id := range m.For {
			x.users = append(x.users, c.byID[id])
		}
		g.materials = append(g.materials, x)
	}
	for i := range s.Sections {
		sec, at := &s.Sections[i], item("sections", i)
		x, some := section{def: sec}, decision.Never
		for j := range sec.Fields {
			f, fat := &sec.Fields[j], item(at+".fields", j)
			in := d.And(d.And(c.condition(at+".when"), c.condition(fat+".when")), anyOf(f.For))
			some = d.Or(some, in)
			x.fields = append(x.fields, c.show(fat, in))
		}
		x.in = c.show(at, some)
		g.sections = append(g.sections, x)
	}
}

// visible narrows the condition of question i to those for whom it can be known: where it depends on a
// question that is not asked, this one is not asked either.
func (c *compiler) visible(i int, when decision.Root) decision.Root {
	d, blind := c.g.d, decision.Never
	for _, v := range d.Support(when) {
		if v < i && c.g.asked[v].when != decision.Always {
			blind = d.Or(blind, d.And(d.Matters(when, v), d.Not(c.g.asked[v].when)))
		}
	}
	return d.And(when, d.Not(blind))
}

func (c *compiler) matter(i int) matter {
	d, m, at := c.g.d, &c.g.service.Matters[i], item("matters", i)
	in := c.condition(at + ".when")
	within := func(path string) int { return c.show(path, d.And(in, c.condition(path+".when"))) }
	x := matter{def: m, in: c.show(at, in), commitment: -1}
	before := decision.Never
	for j := range m.Variants {
		path := item(at+".variants", j)
		when := c.condition(path + ".when")
		x.variants = append(x.variants, c.show(path, d.And(in, d.And(when, d.Not(before)))))
		before = d.Or(before, when)
	}
	x.own = c.show(at, d.And(in, d.Not(before)))
	for j := range m.Fees {
		x.fees = append(x.fees, within(item(at+".fees", j)))
	}
	for j := range m.Checks {
		x.checks = append(x.checks, within(item(at+".checks", j)))
	}
	if m.Commitment != "" {
		x.commitment = c.show(at+".commitment", d.And(in, c.condition(at+".commitment")))
	}
	for _, a := range m.After {
		x.before = append(x.before, c.byID[a.Matter])
	}
	return x
}

// effective narrows every part of the plan to those who are not refused: for the others nothing need be
// known but which refusal it is.
func (c *compiler) effective() {
	d := c.g.d
	refused := decision.Never
	for _, i := range c.g.refusals {
		refused = d.Or(refused, c.roots[i])
		c.asking = append(c.asking, c.roots[i])
	}
	c.served = d.Not(refused)
	c.comes = c.firstRefusals()
	seen := map[decision.Root]bool{}
	for i, r := range c.roots {
		if c.result[i] {
			r = d.And(r, c.served)
			if !seen[r] {
				seen[r] = true
				c.asking = append(c.asking, r)
				c.comes = append(c.comes, r)
			}
		}
		c.live = append(c.live, r)
	}
	for i := range c.g.materials {
		m := &c.g.materials[i]
		m.live = c.live[m.in]
	}
	for i := range c.g.matters {
		m := &c.g.matters[i]
		m.live = c.live[m.in]
	}
}

// firstRefusals makes the refusals exclusive, for somebody hears of one and is asked nothing more: of
// several the one that the earlier questions decide.
func (c *compiler) firstRefusals() (first []decision.Root) {
	d := c.g.d
	last := func(place int) int {
		vars := d.Support(c.roots[place])
		if len(vars) == 0 {
			return -1
		}
		return vars[len(vars)-1]
	}
	order := slices.Clone(c.g.refusals)
	slices.SortStableFunc(order, func(a, b int) int { return last(a) - last(b) })
	before := decision.Never
	for _, place := range order {
		first = append(first, d.And(c.roots[place], d.Not(before)))
		before = d.Or(before, c.roots[place])
	}
	return first
}
