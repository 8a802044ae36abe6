package dmn

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/decision"
)

// Write writes conditions as decision tables of DMN 1.3, each a decision with one output of its name that is
// true in the rows of its table and false otherwise. Reading them gives the same conditions again. A condition
// that needs more rows than a table may have is a problem.
func Write(w io.Writer, vars []decision.Variable, conds []decision.Condition) []Problem {
	d, problems := decision.Compile(vars, conds)
	if d == nil {
		var all []Problem
		for _, p := range problems {
			all = append(all, Problem{What: p.What, Remedy: p.Remedy})
		}
		return all
	}
	var all []Problem
	var b bytes.Buffer
	b.WriteString(xml.Header + `<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="conditions" name="conditions" namespace="urn:tongban:conditions">` + "\n")
	for i, c := range conds {
		ways, ok := d.Ways(d.Root(i), maxRules)
		if !ok {
			all = append(all, Problem{Table: c.Name, What: say("要超过 %d 条规则", "it needs more than %d rules", maxRules), Remedy: say("把条件拆成几个", "split the condition")})
			continue
		}
		writeTable(&b, c.Name, vars, d.Support(d.Root(i)), ways)
	}
	b.WriteString("</definitions>\n")
	if len(all) > 0 {
		return all
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return []Problem{{What: say("写不下：%v", "it cannot be written: %v", err), Remedy: say("检查磁盘", "check the disk")}}
	}
	return nil
}

func writeTable(b *bytes.Buffer, name string, vars []decision.Variable, support []int, ways [][]decision.Test) {
	text := func(s string) string { return "<text>" + escape(s) + "</text>" }
	if len(support) == 0 { // true for everybody or nobody; a table has an input
		support = []int{0}
	}
	name = escape(name)
	fmt.Fprintf(b, " <decision id=\"%[1]s\" name=\"%[1]s\">\n  <decisionTable hitPolicy=\"UNIQUE\">\n", name)
	for _, v := range support {
		kind := map[decision.Kind]string{decision.Boolean: "boolean", decision.Enum: "string", decision.Date: "date"}[vars[v].Kind]
		if kind == "" {
			kind = "number"
		}
		fmt.Fprintf(b, "   <input><inputExpression typeRef=%q>%s</inputExpression></input>\n", kind, text(vars[v].Name))
	}
	fmt.Fprintf(b, "   <output name=\"%s\" typeRef=\"boolean\"><defaultOutputEntry>%s</defaultOutputEntry></output>\n", name, text("false"))
	row := func(way []decision.Test, out string) {
		b.WriteString("   <rule>")
		for _, v := range support {
			cell := "-"
			if i := slices.IndexFunc(way, func(t decision.Test) bool { return t.Variable == v }); i >= 0 {
				cell = written(vars[v].Kind, way[i].Within)
			}
			b.WriteString("<inputEntry>" + text(cell) + "</inputEntry>")
		}
		b.WriteString("<outputEntry>" + text(out) + "</outputEntry></rule>\n")
	}
	for _, way := range ways {
		row(way, "true")
	}
	if len(ways) == 0 {
		row(nil, "false")
	}
	b.WriteString("  </decisionTable>\n </decision>\n")
}

func escape(s string) string {
	var t bytes.Buffer
	_ = xml.EscapeText(&t, []byte(s)) // a buffer takes everything
	return t.String()
}

// written writes the cell of some intervals.
func written(kind decision.Kind, within []decision.Bound) string {
	constant := func(s string) string {
		switch kind {
		case decision.Enum:
			return strconv.Quote(s)
		case decision.Date:
			return "date(" + strconv.Quote(s) + ")"
		}
		return s
	}
	tests := make([]string, len(within))
	for i, b := range within {
		open, end, above, below := "[", "]", ">= ", "<= "
		if b.After {
			open, above = "(", "> "
		}
		if b.Before {
			end, below = ")", "< "
		}
		switch {
		case b.From == "":
			tests[i] = below + constant(b.To)
		case b.To == "":
			tests[i] = above + constant(b.From)
		case b.From == b.To && !b.After && !b.Before:
			tests[i] = constant(b.From)
		default:
			tests[i] = open + constant(b.From) + ".." + constant(b.To) + end
		}
	}
	return strings.Join(tests, ", ")
}
