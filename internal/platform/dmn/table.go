package dmn

import (
	"fmt"
	"slices"
	"strings"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/lang"
)

// Outcome is one value of one output and the condition under which the table gives it.
type Outcome struct {
	Table  string `json:"table"`  // id of the decision
	Output string `json:"output"` // name of the output
	Value  string `json:"value"`
	When   string `json:"when"` // "true" where the table gives it to everybody
}

// policies are the hit policies under which a table says one thing about everybody.
var policies = map[string]string{"U": "UNIQUE", "A": "ANY", "F": "FIRST", "UNIQUE": "UNIQUE", "ANY": "ANY", "FIRST": "FIRST"}

// maker turns one table into conditions.
type maker struct {
	*Table
	vars     []decision.Variable
	problems []Problem
	policy   string
	columns  []decision.Variable // by input
	rules    []string            // condition of each rule; "true" where it holds for everybody
	roots    []decision.Root
	values   [][]string // by output and rule
}

// Conditions says for every value of every output when the table gives it, as conditions over vars. names
// tells which variable an input means whose expression is not the variable's name. There are outcomes
// exactly when there is no problem.
func (t *Table) Conditions(vars []decision.Variable, names map[string]string) ([]Outcome, []Problem) {
	m := &maker{Table: t, vars: vars, policy: policies[strings.ToUpper(t.Policy)]}
	if m.policy == "" {
		m.complain(t.at, Problem{What: say("命中策略 %s 不能化成条件", "the hit policy %s does not give one result", t.Policy), Remedy: m.instead()})
	}
	m.inputs(names)
	m.outputs()
	if len(m.problems) > 0 {
		return nil, m.problems
	}
	d := m.cells()
	if d == nil {
		return nil, m.problems
	}
	m.meet(d)
	outcomes := m.outcomes()
	m.compile(outcomes)
	if len(m.problems) > 0 {
		return nil, m.problems
	}
	return outcomes, nil
}

func (m *maker) complain(at *element, p Problem) {
	p.Table = m.ID
	m.problems = append(m.problems, at.problem(p))
}

// instead says which policy to use in place of one that is not read.
func (m *maker) instead() lang.Text {
	switch strings.ToUpper(m.Policy) {
	case "PRIORITY", "P", "OUTPUT ORDER", "O", "RULE ORDER", "R":
		return say("按先后排好规则，改用 FIRST", "put the rules in their order of precedence and use FIRST")
	}
	return say("每个结果一列，写 true 或 false，改用 UNIQUE；或拆成几张表", "give every result a column of its own with true or false and use UNIQUE, or split the table")
}

// inputs finds the variable of every input.
func (m *maker) inputs(names map[string]string) {
	var known []string
	for _, v := range m.vars {
		known = append(known, v.Name)
	}
	for _, c := range m.Inputs {
		name := c.Name
		if n, ok := names[name]; ok {
			name = n
		}
		i := slices.IndexFunc(m.vars, func(v decision.Variable) bool { return v.Name == name })
		if i < 0 {
			remedy := say("用 --question-map 指明它是哪个问题：%q=问题编号", "say with --question-map which question it is: %q=ID", c.Name)
			if near := decision.Closest(name, known); near != "" {
				remedy = say("是否想写 %[2]s？不是就用 --question-map 指明：%[1]q=问题编号", "did you mean %[2]s? If not, say which question it is with --question-map: %[1]q=ID", c.Name, near)
			}
			m.complain(c.at, Problem{Column: c.Label, What: say("没有问题 %q", "there is no question %q", name), Remedy: remedy})
			continue
		}
		m.columns = append(m.columns, m.vars[i])
	}
}

// outputs reads the results of all rules.
func (m *maker) outputs() {
	for j, c := range m.Outputs {
		var column []string
		for i, r := range m.Rules {
			v, t := value(r.Out[j].Text)
			if t != nil {
				m.complain(r.Out[j].at, Problem{Rule: i + 1, Column: c.Label, What: t.what, Remedy: t.remedy})
			}
			column = append(column, v)
		}
		m.values = append(m.values, column)
		if c.Default == "" {
			continue
		}
		if _, t := value(c.Default); t != nil {
			m.complain(c.at, Problem{Column: c.Label, What: t.what, Remedy: t.remedy})
		}
	}
}

// cells compiles every cell by itself, so that what is wrong is said of the cell, and gives each rule its
// condition.
func (m *maker) cells() *decision.Diagram {
	type place struct{ rule, column int }
	var conds []decision.Condition
	var places []place
	for i, r := range m.Rules {
		var all []string
		for j, c := range r.In {
			text, t := condition(c.Text, m.columns[j])
			if t != nil {
				m.complain(c.at, Problem{Rule: i + 1, Column: m.Inputs[j].Label, What: t.what, Remedy: t.remedy})
			}
			if text != "" {
				all = append(all, text)
				conds, places = append(conds, decision.Condition{Name: fmt.Sprintf("rule %d", i+1), Text: text}), append(places, place{i, j})
			}
		}
		if len(all) == 0 {
			all = []string{"true"}
		}
		m.rules = append(m.rules, strings.Join(all, " && "))
	}
	if len(m.problems) > 0 {
		return nil
	}
	d, problems := decision.Compile(m.vars, conds)
	for _, p := range problems {
		at, q := m.at, Problem{What: p.What, Remedy: p.Remedy}
		if p.Condition >= 0 {
			x := places[p.Condition]
			at, q.Rule, q.Column = m.Rules[x.rule].In[x.column].at, x.rule+1, m.Inputs[x.column].Label
		}
		m.complain(at, q)
	}
	if d == nil {
		return nil
	}
	m.roots = make([]decision.Root, len(m.Rules))
	for i := range m.roots {
		m.roots[i] = decision.Always
	}
	for k, x := range places {
		m.roots[x.rule] = d.And(m.roots[x.rule], d.Root(k))
	}
	return d
}

// meet refuses rules that hold together where the hit policy says that none do, or that they agree.
func (m *maker) meet(d *decision.Diagram) {
	if m.policy == "FIRST" {
		return
	}
	before := decision.Never
	for j, r := range m.roots {
		if d.And(before, r) != decision.Never {
			for i := range j {
				both := d.And(m.roots[i], r)
				if both == decision.Never || m.policy == "ANY" && m.agree(i, j) {
					continue
				}
				who, _ := d.Example(both)
				m.complain(m.Rules[j].at, Problem{Rule: j + 1,
					What:   say("规则 %d 和规则 %d 同时成立：%s", "rules %d and %d hold together: %s", i+1, j+1, who),
					Remedy: say("改其中一条，或按先后排好规则，改用 FIRST", "change one of them, or put the rules in order and use FIRST")})
				break
			}
		}
		before = d.Or(before, r)
	}
	if err := d.Err(); err != nil {
		m.complain(m.at, Problem{What: say("表太大：%v", "the table is too large: %v", err), Remedy: say("拆成几张表", "split the table")})
	}
}

func (m *maker) agree(i, j int) bool {
	for _, column := range m.values {
		if column[i] != column[j] {
			return false
		}
	}
	return true
}

// outcomes writes the condition of every value. Where the first rule wins, a rule counts only where none
// before it holds.
func (m *maker) outcomes() []Outcome {
	var all []Outcome
	for j, c := range m.Outputs {
		values := slices.Clone(m.values[j])
		fallback, _ := value(c.Default)
		if c.Default != "" {
			values = append(values, fallback)
		}
		var seen []string
		for _, v := range values {
			if slices.Contains(seen, v) {
				continue
			}
			seen = append(seen, v)
			all = append(all, Outcome{Table: m.ID, Output: c.Name, Value: v, When: m.when(m.values[j], v, c.Default != "", fallback)})
		}
	}
	return all
}

// when is built from the last rule to the first, so that its length is that of the table. Rules of other
// values count only where they can stand in the way: before a later rule, or before the default.
func (m *maker) when(column []string, value string, defaulted bool, fallback string) string {
	text := "false"
	if defaulted && fallback == value {
		text = "true"
	}
	inTheWay := m.policy == "FIRST" || defaulted
	choice := false // whether text is one that has to stand in parentheses after &&
	for i := len(m.rules) - 1; i >= 0; i-- {
		rule, hit := m.rules[i], column[i] == value
		switch {
		case hit && (rule == "true" || text == "true"):
			text, choice = "true", false
		case hit && text == "false":
			text, choice = rule, false
		case hit:
			text, choice = rule+" || "+text, true
		case !inTheWay || text == "false":
		case rule == "true":
			text, choice = "false", false
		case text == "true":
			text, choice = "!("+rule+")", false
		default:
			if choice {
				text = "(" + text + ")"
			}
			text, choice = "!("+rule+") && "+text, false
		}
	}
	return text
}

// compile makes sure that what came out is a condition that a service may hold.
func (m *maker) compile(outcomes []Outcome) {
	var conds []decision.Condition
	for _, o := range outcomes {
		conds = append(conds, decision.Condition{Name: o.Output + " = " + o.Value, Text: o.When})
	}
	_, problems := decision.Compile(m.vars, conds)
	for _, p := range problems {
		q := Problem{What: p.What, Remedy: say("拆成几张表：%[1]s", "split the table: %[2]s", p.Remedy.ZH, p.Remedy.EN)}
		if p.Condition >= 0 {
			q.Column = outcomes[p.Condition].Output
		}
		m.complain(m.at, q)
	}
}
