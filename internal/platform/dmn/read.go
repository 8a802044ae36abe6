package dmn

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"tongban/internal/platform/lang"
)

// Bounds of a file. A table that a person answers for is far smaller.
const (
	maxFile     = 8 << 20
	maxElements = 200_000
	maxDepth    = 64
	maxRules    = 2000
)

// namespaces are those of the versions whose tables are read: 1.3, 1.4 and 1.5.
var namespaces = map[string]bool{
	"https://www.omg.org/spec/DMN/20191111/MODEL/": true,
	"https://www.omg.org/spec/DMN/20211108/MODEL/": true,
	"https://www.omg.org/spec/DMN/20230324/MODEL/": true,
}

// Table is the decision table of one decision.
type Table struct {
	ID      string // of the decision
	Name    string
	Policy  string // hit policy, as written; UNIQUE when absent
	Inputs  []Column
	Outputs []Column
	Rules   []Rule
	at      *element
}

// Column is an input or an output of a table.
type Column struct {
	Label   string // as people see it
	Name    string // input: the expression; output: the name
	Default string // output: where no rule holds
	at      *element
}

// Rule is one row: a cell for every input and output.
type Rule struct {
	In, Out []Cell
	at      *element
}

// Cell is the text of one entry.
type Cell struct {
	Text string
	at   *element
}

// element is an XML element with its place.
type element struct {
	name     string
	space    string
	id       string
	attr     map[string]string
	text     strings.Builder
	line     int
	children []*element
}

// all lists the children of a name. What extends DMN stands in namespaces of its own and is not read.
func (e *element) all(name string) (found []*element) {
	for _, c := range e.children {
		if c.name == name && c.space == e.space {
			found = append(found, c)
		}
	}
	return found
}

func (e *element) child(name string) *element {
	for _, c := range e.children {
		if c.name == name && c.space == e.space {
			return c
		}
	}
	return nil
}

// inner is the text within the element's <text>.
func (e *element) inner() string {
	if e == nil {
		return ""
	}
	if t := e.child("text"); t != nil {
		return strings.TrimSpace(t.text.String())
	}
	return ""
}

// problem is one at the element.
func (e *element) problem(p Problem) Problem {
	if e != nil {
		p.Element, p.Line = e.id, e.line
	}
	return p
}

// Read reads the decision tables of a file, in its order. What is not a table is a problem; so is whatever
// keeps the file from being read.
func Read(r io.Reader) ([]Table, []Problem) {
	root, p := parse(r)
	if root == nil {
		return nil, []Problem{p}
	}
	if root.name != "definitions" || !namespaces[root.space] {
		return nil, []Problem{root.problem(Problem{What: say("不是 DMN 1.3 以上的文件（%s %q）", "this is no DMN file of version 1.3 or later (%s %q)", root.name, root.space),
			Remedy: say("在建模工具里另存为 DMN 1.3、1.4 或 1.5", "save it as DMN 1.3, 1.4 or 1.5 in your modelling tool")})}
	}
	var tables []Table
	var problems []Problem
	for _, e := range root.all("decision") {
		t := e.child("decisionTable")
		if t == nil {
			problems = append(problems, e.problem(Problem{Table: e.id, What: say("决策 %q 不是决策表", "the decision %q is no decision table", e.attr["name"]),
				Remedy: say("改写成决策表，或从文件里去掉", "write it as a decision table, or take it out of the file")}))
			continue
		}
		table, found := read(e, t)
		if problems = append(problems, found...); len(found) == 0 {
			tables = append(tables, table)
		}
	}
	if len(tables)+len(problems) == 0 {
		problems = append(problems, root.problem(Problem{What: say("文件里没有决策表", "the file has no decision table"), Remedy: say("加上一个 decisionTable", "add a decisionTable")}))
	}
	return tables, problems
}

func read(decision, t *element) (Table, []Problem) {
	table := Table{ID: decision.id, Name: decision.attr["name"], Policy: t.attr["hitPolicy"], at: t}
	if table.Policy == "" {
		table.Policy = "UNIQUE"
	}
	for _, e := range t.all("input") {
		c := Column{Name: e.child("inputExpression").inner(), Label: e.attr["label"], at: e}
		if c.Label == "" {
			c.Label = c.Name
		}
		table.Inputs = append(table.Inputs, c)
	}
	for _, e := range t.all("output") {
		c := Column{Name: e.attr["name"], Label: e.attr["label"], Default: e.child("defaultOutputEntry").inner(), at: e}
		if c.Name == "" {
			c.Name = table.Name // the one output of a table bears the decision's name
		}
		if c.Label == "" {
			c.Label = c.Name
		}
		table.Outputs = append(table.Outputs, c)
	}
	var problems []Problem
	for i, e := range t.all("rule") {
		r := Rule{at: e}
		for _, c := range e.all("inputEntry") {
			r.In = append(r.In, Cell{c.inner(), c})
		}
		for _, c := range e.all("outputEntry") {
			r.Out = append(r.Out, Cell{c.inner(), c})
		}
		if len(r.In) != len(table.Inputs) || len(r.Out) != len(table.Outputs) {
			problems = append(problems, e.problem(Problem{Table: table.ID, Rule: i + 1,
				What:   say("规则有 %d 个条件格、%d 个结果格，表头是 %d 和 %d", "the rule has %d input and %d output cells, the table %d and %d columns", len(r.In), len(r.Out), len(table.Inputs), len(table.Outputs)),
				Remedy: say("补齐或删去多余的格；不论值的格写 -", "add or delete cells; write - where any value will do")}))
			continue
		}
		table.Rules = append(table.Rules, r)
	}
	switch {
	case len(table.Inputs) == 0 || len(table.Outputs) == 0 || len(table.Rules)+len(problems) == 0:
		problems = append(problems, t.problem(Problem{Table: table.ID, What: say("决策表不完整", "the decision table is incomplete"), Remedy: say("至少要有一个条件列、一个结果列和一条规则", "it needs an input, an output and a rule at least")}))
	case len(table.Rules) > maxRules:
		problems = append(problems, t.problem(Problem{Table: table.ID, What: say("规则超过 %d 条", "there are more than %d rules", maxRules), Remedy: say("拆成几张表", "split the table")}))
	}
	return table, problems
}

// parse reads the XML into elements. Documents that declare entities are refused before any is read, and
// nothing is fetched.
func parse(r io.Reader) (*element, Problem) {
	limited := &io.LimitedReader{R: r, N: maxFile + 1}
	d := xml.NewDecoder(limited)
	var root *element
	var open []*element
	fail := func(what, remedy lang.Text) (*element, Problem) {
		line, _ := d.InputPos()
		return nil, Problem{Line: line, What: what, Remedy: remedy}
	}
	for n := 0; ; {
		token, err := d.Token()
		switch {
		case limited.N <= 0:
			return fail(say("文件太大", "the file is too large"), say("拆成几个文件，每个不超过 8 MB", "split it into files of at most 8 MB"))
		case errors.Is(err, io.EOF) && root != nil && len(open) == 0:
			return root, Problem{}
		case err != nil:
			return fail(say("XML 读不下去：%v", "the XML cannot be read: %v", err), say("在建模工具里重新导出，编码选 UTF-8", "export it again from your modelling tool, in UTF-8"))
		}
		switch token := token.(type) {
		case xml.Directive:
			return fail(say("有 DOCTYPE 声明", "the file declares a DOCTYPE"), say("删去 <!DOCTYPE …>", "delete <!DOCTYPE …>"))
		case xml.StartElement:
			if n++; n > maxElements || len(open) >= maxDepth {
				return fail(say("元素太多或嵌套太深", "there are too many elements, or they nest too deep"), say("拆成几个文件", "split the file"))
			}
			line, _ := d.InputPos()
			e := &element{name: token.Name.Local, space: token.Name.Space, line: line, attr: map[string]string{}}
			for _, a := range token.Attr {
				if a.Name.Space == "" {
					e.attr[a.Name.Local] = a.Value
				}
			}
			e.id = e.attr["id"]
			if len(open) > 0 {
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			} else {
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text.Write(token)
			}
		}
	}
}
