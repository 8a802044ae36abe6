package guide

import (
	"slices"
	"strings"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

// check proves what must be true of a service for everybody. Each problem comes with somebody for whom
// it is not, in as few answers as possible.
func (c *compiler) check() {
	c.noCircle()
	c.questionsInOrder()
	c.everybodyServed()
	c.nothingHidden()
	c.everythingReached()
	if stops(c.problems) {
		return // what else may be wrong would only repeat it
	}
	c.everyQuestionMatters()
	c.everyOptionMatters()
	c.casesKept()
	c.resultsComeFirst()
	c.nothingSpared()
	c.askedOnce()
	c.answersFit()
	c.promisesKept()
}

// accuse complains of what is wrong for those for whom a condition holds, naming one of them.
func (c *compiler) accuse(r decision.Root, p Problem) {
	who, _ := c.g.d.Example(r)
	c.complain(p.of(who))
}

// questionsInOrder: whether a question is asked depends on questions before it, or it could not be known
// when its turn comes.
func (c *compiler) questionsInOrder() {
	for i, q := range c.g.asked {
		when := c.condition(item("questions", i) + ".when")
		if q.when == decision.Never && when != decision.Never {
			c.accuse(when, problem(item("questions", i)+".when", say("问题 %s 永远不会被问到：它取决于那时不问的问题", "%s is never asked: it depends on questions that are not asked then", q.def.ID),
				say("改正它的条件", "mend its condition")))
		}
		for _, v := range c.g.d.Support(when) {
			if v < i || v == c.g.today {
				continue
			}
			later := c.g.asked[v].def.ID
			c.accuse(c.g.d.Matters(when, v), problem(item("questions", i)+".when", say("是否问 %[1]s 取决于后面的问题 %[2]s", "whether %[1]s is asked depends on %[2]s, which comes later", q.def.ID, later),
				say("把 %[2]s 移到 %[1]s 前面", "move %[2]s before %[1]s", q.def.ID, later)))
		}
	}
}

// everybodyServed: whatever somebody answers, a matter applies or a refusal says why none does.
func (c *compiler) everybodyServed() {
	some := c.g.d.Not(c.served)
	for _, m := range c.g.matters {
		some = c.g.d.Or(some, c.roots[m.in])
	}
	if nobody := c.g.d.Not(some); nobody != decision.Never {
		c.accuse(nobody, problem("matters", say("有人没有任何事项，也没有被告知不能办", "somebody has no matter and is not refused either"),
			say("加一条 refusals 说明原因和去处，或放宽某个事项的 when", "add a refusal that says why and what to do instead, or widen the when: of a matter")))
	}
}

// nothingHidden: no part of the plan depends on a question for people who are not asked it. For them it
// would stay open for ever.
func (c *compiler) nothingHidden() {
	d := c.g.d
	for v, q := range c.g.asked {
		if q.when == decision.Always {
			continue
		}
		blind := d.Not(q.when)
		check := func(path string, r decision.Root) bool {
			if !slices.Contains(d.Support(r), v) {
				return true
			}
			bad := d.And(d.Matters(r, v), blind)
			if bad == decision.Never {
				return true
			}
			c.accuse(bad, problem(path,
				say("它取决于问题 %s，而有人不会被问到这个问题", "it depends on the question %s, which somebody is not asked", q.def.ID),
				say("把那个问题的条件也写上：%s && …", "write that question's own condition too: %s && …", strings.Join(c.whens(v, nil), " && "))))
			return false
		}
		sound := true
		for i, place := range c.g.refusals {
			sound = check(item("refusals", i)+".when", c.roots[place]) && sound
		}
		for i, r := range c.live {
			if !sound {
				break // one complaint a question: what is built on the place would only repeat it
			}
			sound = !c.result[i] || check(c.conditionAt(c.owner[i]), r)
		}
	}
}

// whens lists the conditions under which a question is asked: those of the questions that its own rests
// on, and its own.
func (c *compiler) whens(v int, before []string) []string {
	own := c.condition(item("questions", v) + ".when")
	for _, u := range c.g.d.Support(own) {
		if u < v && !c.g.d.Implies(own, c.g.asked[u].when) {
			before = c.whens(u, before)
		}
	}
	when := strings.TrimSpace(c.g.asked[v].def.When)
	if strings.ContainsAny(when, "|?") {
		when = "(" + when + ")"
	}
	if when != "" && !slices.Contains(before, when) {
		before = append(before, when)
	}
	return before
}

// conditionAt is the path of the condition of what stands at a path, if it has one.
func (c *compiler) conditionAt(path string) string {
	if _, ok := c.at[path+".when"]; ok {
		return path + ".when"
	}
	return path
}

// everythingReached: whatever the service lists applies to somebody who is not refused.
func (c *compiler) everythingReached() {
	dead := func(place int) bool { return c.live[place] == decision.Never }
	never := func(path string, what lang.Text) {
		at := c.conditionAt(path)
		own := c.condition(at)
		if own == decision.Never {
			return // said already, where the condition alone is true for nobody
		}
		c.accuse(own, problem(at, say("%[1]s永远不会用到，下面这样的人也用不到", "%[2]s never applies to anybody, not even to", what.ZH, what.EN),
			say("改正它的条件，或它所属事项、部分的条件；否则删去它", "mend its condition or that of the matter or part that it belongs to; or delete it")))
	}
	for i, m := range c.g.matters {
		at := item("matters", i)
		if dead(m.in) {
			never(at, say("事项 %s", "the matter %s", m.def.ID))
			continue
		}
		for j, place := range m.variants {
			if dead(place) {
				path := item(at+".variants", j) + ".when"
				if when := c.condition(path); when != decision.Never {
					c.accuse(when, problem(path, say("轮不到这个时限：前面的情形已经全部包括，或事项在此时不适用，例如", "this limit's turn never comes: earlier variants hold whenever it does, or the matter does not apply then, such as for"),
						say("移到前面，或删去它", "move it up, or delete it")))
				}
			}
		}
		for j, place := range m.fees {
			if dead(place) {
				never(item(at+".fees", j), say("费用 %s", "the fee %s", m.def.Fees[j].ID))
			}
		}
		for j, place := range m.checks {
			if dead(place) {
				never(item(at+".checks", j), say("审查项 %s", "the check %s", m.def.Checks[j].ID))
			}
		}
		if m.commitment >= 0 && dead(m.commitment) {
			never(at+".commitment", say("告知承诺", "the commitment"))
		}
	}
	for i, m := range c.g.materials {
		if dead(m.in) {
			never(item("materials", i), say("材料 %s", "the material %s", m.def.ID))
		}
	}
	for i, s := range c.g.sections {
		if dead(s.in) {
			never(item("sections", i), say("表单部分 %s", "the section %s", s.def.ID))
			continue
		}
		for j, place := range s.fields {
			if dead(place) {
				never(item(item("sections", i)+".fields", j), say("字段 %s", "the field %s", s.def.Fields[j].ID))
			}
		}
	}
}

// everyQuestionMatters: no question is asked that can change nothing.
func (c *compiler) everyQuestionMatters() {
	support := c.g.d.Support(c.asking...)
	for i, q := range c.g.asked {
		if !slices.Contains(support, i) {
			c.complain(problem(item("questions", i), say("问题 %s 的回答不会改变任何结果", "no answer to the question %s changes anything", q.def.ID),
				say("在条件里用它，或删去它；只为填表的，写成表单字段", "use it in a condition, or delete it; what only fills the form in is a field of the form")))
		}
	}
}

// everyOptionMatters warns of options that lead to the same plan as another: sometimes they help people
// to find themselves, more often they are a mistake.
func (c *compiler) everyOptionMatters() {
	roots := slices.Clone(c.asking)
	for _, q := range c.g.asked {
		roots = append(roots, q.when)
	}
	for i, q := range c.g.asked {
		if q.def.Type != "enum" {
			continue
		}
		for _, group := range c.g.d.Same(i, roots...) {
			if len(group) == len(q.def.Options) {
				continue // the question itself is complained of
			}
			var values []string
			for _, cell := range group {
				values = append(values, q.def.Options[cell].Value)
			}
			c.complain(warning(item(item("questions", i)+".options", int(group[1])),
				say("选项 %s 的结果完全一样", "the options %s lead to the same plan", strings.Join(values, ", ")),
				say("合并它们；确实便于人辨认的，可以保留", "merge them, unless people need all of them to find themselves")))
		}
	}
}

// promisesKept: under no answers is the promise longer than the law allows (Regulations on Optimizing the
// Business Environment, art. 36).
func (c *compiler) promisesKept() {
	for i, m := range c.g.matters {
		compare := func(place int, path string, v *catalogue.Variant) {
			statutory, promised := under(m.def, v)
			if c.live[place] == decision.Never || statutory == nil || promised == nil || !exceeds(*promised, *statutory) {
				return
			}
			p, s := promised.Words(), statutory.Words()
			c.accuse(c.live[place], problem(path, say("承诺 %[1]s，超过法定的 %[2]s", "promised are %[3]s and the law gives %[4]s", p.ZH, s.ZH, p.EN, s.EN),
				say("承诺不超过 %[1]s（优化营商环境条例第三十六条）", "promise at most %[2]s (Regulations on Optimizing the Business Environment, art. 36)", s.ZH, s.EN)))
		}
		at := item("matters", i)
		compare(m.own, at+".promised", nil)
		for j := range m.variants {
			v, path := &m.def.Variants[j], item(at+".variants", j)+".promised"
			if v.Promised == nil {
				path = item(at+".variants", j) + ".statutory"
			}
			compare(m.variants[j], path, v)
		}
	}
}
