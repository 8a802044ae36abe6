package org

import (
	"tongban/internal/platform/ref"
	"tongban/internal/platform/strictyaml"
)

// Grammar is what the files under organisations/ must look like.
func Grammar() []strictyaml.Rules {
	id := strictyaml.Rule{
		Pattern: `[a-z][a-z0-9]*(-[a-z0-9]+)*`,
		Shape:   strictyaml.Say("小写英文短名,如 market", "a short English word in lower case, such as market"),
	}
	roles := make([]string, len(Roles))
	for i, r := range Roles {
		roles[i] = string(r)
	}
	return []strictyaml.Rules{
		strictyaml.For[Body](map[string]strictyaml.Rule{
			"id":    id,
			"level": strictyaml.Between(1, 6),
			"uscc": {
				Pattern: `[0-9A-Z]{18}`,
				Valid:   ref.CheckUSCC,
				Shape:   strictyaml.Say("18 位统一社会信用代码,校验位正确", "a unified social credit code of 18 characters with the right check character"),
			},
			"contact": {
				Pattern: `(0[0-9]{2,3}-)?[0-9]{3,8}(-[0-9]+)?`,
				Shape:   strictyaml.Say("电话号码,如 0990-1234001", "a telephone number such as 0990-1234001"),
			},
		}),
		strictyaml.For[Staff](map[string]strictyaml.Rule{"id": id, "roles": {OneOf: roles, Least: 1}}),
	}
}

// at is where something was first written.
type at struct {
	src  *strictyaml.Source
	path string
}

// loading is a chart being drawn from files.
type loading struct {
	complaints []strictyaml.Complaint
	body       map[string]at
	code       map[string]at
	person     map[string]at
	names      []string
}

// Load draws the chart from the files under organisations/ and says everything that is wrong with them.
func Load(files []*strictyaml.Source) (*Chart, []strictyaml.Complaint) {
	l := &loading{body: map[string]at{}, code: map[string]at{}, person: map[string]at{}}
	g := strictyaml.NewGrammar(Grammar()...)
	all := make([]File, len(files))
	for i, src := range files {
		f := &all[i]
		l.complaints = append(l.complaints, src.Decode(f, g)...)
		for j, b := range f.Bodies {
			p := strictyaml.Item("bodies", j)
			if l.once(l.body, b.ID, at{src, p + ".id"}) {
				l.names = append(l.names, b.ID)
			}
			l.once(l.code, b.USCC, at{src, p + ".uscc"})
		}
		for j, s := range f.Staff {
			l.once(l.person, s.ID, at{src, strictyaml.Item("staff", j) + ".id"})
		}
	}
	for i, src := range files {
		for j, b := range all[i].Bodies {
			if b.Parent != "" {
				l.known(b.Parent, at{src, strictyaml.Item("bodies", j) + ".parent"})
			}
		}
		for j, s := range all[i].Staff {
			if s.Body != "" {
				l.known(s.Body, at{src, strictyaml.Item("staff", j) + ".body"})
			}
		}
	}
	c := NewChart(all...)
	l.circles(c)
	return c, l.complaints
}

// once refuses a value that stands twice, and reports whether it was the first.
func (l *loading) once(seen map[string]at, value string, here at) bool {
	if value == "" {
		return false
	}
	first, twice := seen[value]
	if !twice {
		seen[value] = here
		return true
	}
	l.complaints = append(l.complaints, here.src.Complain(here.path,
		strictyaml.Say("%q 重复", "%q stands twice", value),
		strictyaml.Say("各用各的;已在 %[1]s 第 %[2]d 行", "give each its own; the first is in %[1]s, line %[2]d",
			first.src.File(), first.src.At(first.path).Line)))
	return false
}

// known refuses a body that is not in the chart.
func (l *loading) known(body string, here at) {
	if _, ok := l.body[body]; ok {
		return
	}
	l.complaints = append(l.complaints, here.src.Complain(here.path,
		strictyaml.Say("没有机构 %q", "there is no body %q", body),
		strictyaml.DidYouMean(body, l.names, strictyaml.Say("机构", "bodies"))))
}

// circles refuses bodies that belong to themselves.
func (l *loading) circles(c *Chart) {
	for _, b := range c.bodies {
		up := b.Parent
		for range c.bodies {
			if up == b.ID {
				here := l.body[b.ID]
				l.complaints = append(l.complaints, here.src.Complain(here.path,
					strictyaml.Say("机构 %q 归属于它自己", "body %q belongs to itself", b.ID),
					strictyaml.Say("改正 parent", "mend its parent")))
				break
			}
			next, ok := c.Body(up)
			if !ok {
				break
			}
			up = next.Parent
		}
	}
}
