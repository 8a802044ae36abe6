package guide

import (
	"slices"
	"strings"

	"tongban/internal/platform/decision"
	"tongban/internal/service/catalogue"
)

// What must be true of several things of a plan together.

// noCircle: there is an order in which each matter stands after those that it comes after. A circle is
// refused even where nobody has all matters of it, because one order serves everybody.
func (c *compiler) noCircle() {
	if c.circle == nil {
		return
	}
	all, round := decision.Always, slices.Clone(c.circle)
	for k, i := range c.circle {
		all = c.g.d.And(all, c.live[c.g.matters[i].in])
		if c.circle[(k+1)%len(c.circle)] > i { // the edge to show is one against the order of the file
			round = slices.Concat(c.circle[k:], c.circle[:k])
		}
	}
	matters := c.g.service.Matters
	var ids []string
	for _, i := range append(round, round[0]) {
		ids = append(ids, matters[i].ID)
	}
	edge := slices.IndexFunc(matters[round[0]].After, func(a catalogue.After) bool { return a.Matter == ids[1] })
	p := problem(item(item("matters", round[0])+".after", edge)+".matter",
		say("先后次序成了环：%s", "the order goes round in a circle: %s", strings.Join(ids, " → ")), say("删去其中一条 after", "take one after: out of it"))
	if all == decision.Never {
		c.complain(p)
		return
	}
	c.accuse(all, p)
}

// casesKept: what the author declares exclusive never meets, and what is declared exhaustive leaves out
// nobody who is not refused.
func (c *compiler) casesKept() {
	d := c.g.d
	s := &c.g.service
	for i := range s.Exclusive {
		at := item("exclusive", i)
		names, roots := c.alternatives(at, &s.Exclusive[i])
		if a, b, both := d.Exclusive(roots...); both != decision.Never {
			c.accuse(both, problem(at, say("写明了互斥，有人却同时有 %[1]s 和 %[2]s", "declared exclusive, and somebody has both %[1]s and %[2]s", names[a], names[b]),
				say("改正其中一个的条件，或从这里去掉它", "mend the condition of one of them, or take it out of here")))
		}
	}
	for i := range s.Exhaustive {
		at := item("exhaustive", i)
		names, roots := c.alternatives(at, &s.Exhaustive[i])
		if nobody := d.And(c.served, d.Not(d.AnyOf(roots...))); nobody != decision.Never {
			list := strings.Join(names, ", ")
			c.accuse(nobody, problem(at, say("写明了总有其一，有人却一个也没有：%s", "declared exhaustive, and somebody has none of them (%s)", list),
				say("放宽其中一个的条件，或补上缺的一种", "widen the condition of one of them, or add the case that is missing")))
		}
	}
}

// alternatives are the cases of a declaration: their names, and who has them.
func (c *compiler) alternatives(at string, x *catalogue.Cases) (names []string, roots []decision.Root) {
	for _, id := range x.Matters {
		names, roots = append(names, id), append(roots, c.live[c.g.matters[c.byID[id]].in])
	}
	for i, id := range x.Materials {
		j := slices.IndexFunc(c.g.materials, func(m material) bool { return m.def.ID == id })
		if j < 0 {
			c.complain(problem(item(at+".materials", i), say("没有材料 %q", "there is no material %q", id), say("写一份这个服务的材料", "name a material of this service")))
			continue
		}
		names, roots = append(names, id), append(roots, c.g.materials[j].live)
	}
	for i, text := range x.Conditions {
		r := c.visible(len(c.g.asked), c.condition(item(at+".conditions", i)))
		names, roots = append(names, text), append(roots, c.g.d.And(c.served, r))
	}
	if len(roots) < 2 {
		c.complain(problem(at, say("不到两种情形", "fewer than two cases"), say("写两种以上，或删去它", "name two or more, or delete it")))
	}
	return names, roots
}

// resultsComeFirst: a material that is the result of another matter comes with that matter, or its
// certificate is held: else somebody would have to bring what only that matter gives.
func (c *compiler) resultsComeFirst() {
	d := c.g.d
	for i, m := range c.g.materials {
		if m.upstream < 0 {
			continue
		}
		up := &c.g.matters[m.upstream]
		if r := up.def.Result; r != nil && r.Certificate != "" {
			continue
		}
		if alone := d.And(m.live, d.Not(c.roots[up.in])); alone != decision.Never {
			c.accuse(alone, problem(item("materials", i)+".source.upstream",
				say("材料 %[1]s 是 %[2]s 的结果，而有人要用它却不办 %[2]s", "the material %[1]s is the result of %[2]s, which does not apply to somebody who needs it", m.def.ID, up.def.ID),
				say("让两个条件一致，或给那项结果写明 certificate", "make the conditions agree, or name the certificate of that result")))
		}
	}
}

// nothingSpared: nobody brings what government holds or what an earlier matter of her plan gives her
// (Provisions on Online Government Services, art. 7), unless the author cites the law that asks for it. Two
// things are the same when they are called the same.
func (c *compiler) nothingSpared() {
	d := c.g.d
	for i := range c.g.materials {
		m := &c.g.materials[i]
		if !m.def.Source.Applicant || m.def.Cite.Provision != "" || m.def.Name.ZH == "" {
			continue
		}
		at := item("materials", i) + ".source"
		for j := range c.g.materials {
			x := &c.g.materials[j]
			if x.def.Source.Applicant || x.def.Source.Made || x.def.Name.ZH != m.def.Name.ZH || !meet(m.users, x.users) {
				continue
			}
			if both := d.And(m.live, x.live); both != decision.Never {
				c.accuse(both, problem(at, say("要人交“%[1]s”，而同一份材料（%[2]s）政府已有", "people bring %[1]s although government has the same as %[2]s", m.def.Name.ZH, x.def.ID),
					say("让两者的 when 不相交，或写明法律依据 provision", "let the two when: not meet, or cite the provision that demands it")))
			}
		}
		for j := range c.g.matters {
			up := &c.g.matters[j]
			if up.def.Result == nil || up.def.Result.Name.ZH != m.def.Name.ZH {
				continue
			}
			for _, user := range m.users {
				both := d.And(m.live, d.And(c.live[up.in], c.live[c.g.matters[user].in]))
				if both != decision.Never && c.comesAfter(user, j) {
					c.accuse(both, problem(at, say("要人交“%[1]s”，而它正是前面的事项 %[2]s 的结果", "people bring %[1]s, which the earlier matter %[2]s gives them", m.def.Name.ZH, up.def.ID),
						say("写 source: {upstream: %s}", "write source: {upstream: %s}", up.def.ID)))
					break
				}
			}
		}
	}
}

func meet(a, b []int) bool {
	return slices.ContainsFunc(a, func(x int) bool { return slices.Contains(b, x) })
}

// comesAfter reports whether a matter comes after another, directly or through others.
func (c *compiler) comesAfter(i, j int) bool {
	return slices.ContainsFunc(c.g.matters[i].before, func(b int) bool { return b == j || c.comesAfter(b, j) })
}

// askedOnce: nobody fills in the same data element twice, or what she has answered already.
func (c *compiler) askedOnce() {
	d := c.g.d
	type placed struct {
		def  *catalogue.Field
		path string
		in   decision.Root
	}
	var fields []placed
	for i, s := range c.g.sections {
		for j, place := range s.fields {
			fields = append(fields, placed{&s.def.Fields[j], item(item("sections", i)+".fields", j), c.live[place]})
		}
	}
	for i, f := range fields {
		for _, first := range fields[:i] {
			if f.def.Element == "" || f.def.Element != first.def.Element {
				continue
			}
			if both := d.And(f.in, first.in); both != decision.Never {
				c.accuse(both, problem(f.path+".element", say("同一数据元 %[1]q 问了两次：%[2]s 和 %[3]s", "data element %[1]q is asked twice, as %[2]s and as %[3]s", f.def.Element, first.def.ID, f.def.ID),
					say("删去一个字段，把它的 for 并到 %[1]s", "delete one of the fields, and move its for to %[1]s", first.def.ID)))
				break
			}
		}
		if f.def.Prefill == nil || f.def.Question != "" || f.def.Locked {
			continue
		}
		for v, q := range c.g.asked {
			if q.def.Fact == nil || *q.def.Fact != *f.def.Prefill {
				continue
			}
			if both := d.And(f.in, q.when); both != decision.Never {
				c.accuse(both, problem(f.path, say("字段 %[1]s 和问题 %[2]s 问的是同一件事", "the field %[1]s asks what the question %[2]s has asked", f.def.ID, c.g.asked[v].def.ID),
					say("加上 question: %s", "add question: %s", q.def.ID)))
			}
		}
	}
}

// answersFit: whatever a question can be answered with can stand in the form field that it fills.
func (c *compiler) answersFit() {
	d := c.g.d
	for i, s := range c.g.sections {
		for j, place := range s.fields {
			f := &s.def.Fields[j]
			v := d.Variable(f.Question)
			if f.Type != "enum" || v < 0 || v >= len(c.g.asked) {
				continue
			}
			q := &c.g.asked[v]
			for cell, o := range q.def.Options {
				if slices.ContainsFunc(f.Options, func(x catalogue.Option) bool { return x.Value == o.Value }) {
					continue
				}
				if who := d.And(c.live[place], d.And(q.when, d.Is(v, int16(cell)))); who != decision.Never {
					c.accuse(who, problem(item(item("sections", i)+".fields", j)+".question",
						say("问题的选项 %[1]q 不在字段 %[2]q 的选项里", "the question's option %[1]q is not among those of field %[2]q", o.Value, f.ID),
						say("给字段加上选项 %[1]s", "add the option %[1]s to the field", o.Value)))
				}
			}
		}
	}
}
