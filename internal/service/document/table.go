package document

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
)

// MostRows is how many rows a decision table may have; a condition that needs more is shown as text.
const MostRows = 12

// Cell is what one question must be in a row. Exactly one of the fields is set; none, when any answer will
// do.
type Cell struct {
	Yes, No bool             // boolean
	Options []string         // enum
	Bounds  []decision.Bound // numbers and days
}

// Any reports whether any answer will do.
func (c Cell) Any() bool { return !c.Yes && !c.No && c.Options == nil && c.Bounds == nil }

// Table is a condition as rows of cells: it holds where every cell of some row does.
type Table struct {
	Questions []catalogue.Question // the columns; the day itself is the last where a row names it
	Rows      [][]Cell
	Text      string            // the condition in its plainest form
	Steps     []Step            // the same as questions in their order
	Somebody  []decision.Answer // for whom it holds, in as few answers as can be; nil when that is nobody
}

// Step is a question of a condition as it is drawn, and where each answer leads: to the step with that number,
// or to decision.Yes or No.
type Step struct {
	Question catalogue.Question
	Branches []Branch
}

// Branch is an answer that leads on.
type Branch struct {
	Cell Cell
	To   int
}

// TableOf writes a condition over the questions as a table. False when it is none: it cannot be read, or it
// would need too many rows.
func TableOf(questions []catalogue.Question, condition string) (Table, bool) {
	columns := slices.Concat(questions, []catalogue.Question{{ID: guide.Today, Type: "date"}})
	d, _ := decision.Compile(variables(questions), []decision.Condition{{Text: condition}})
	if d == nil {
		return Table{}, false
	}
	rows, ok := d.Rows(d.Root(0), MostRows)
	if !ok {
		return Table{}, false
	}
	t := Table{}
	t.Text, _ = d.Text(d.Root(0), MostRows)
	t.Somebody, _ = d.Example(d.Root(0))
	for _, step := range d.Steps(d.Root(0)) {
		drawn := Step{Question: columns[step.Variable]}
		for _, w := range step.Branches {
			drawn.Branches = append(drawn.Branches, Branch{cellOf(d, drawn.Question, step.Variable, w.Cells), w.To})
		}
		t.Steps = append(t.Steps, drawn)
	}
	var used []int
	for _, v := range d.Support(d.Root(0)) {
		used = append(used, v)
		t.Questions = append(t.Questions, columns[v])
	}
	for _, row := range rows {
		cells := make([]Cell, len(used))
		for i, v := range used {
			cells[i] = cellOf(d, columns[v], v, row[v])
		}
		t.Rows = append(t.Rows, cells)
	}
	return t, true
}

func cellOf(d *decision.Diagram, q catalogue.Question, v int, cells []int16) (c Cell) {
	switch {
	case cells == nil:
	case q.Type == "boolean":
		c.Yes = cells[0] == 1
		c.No = !c.Yes
	case q.Type == "enum":
		for _, cell := range cells {
			c.Options = append(c.Options, q.Options[cell].Value)
		}
	default:
		c.Bounds = d.Bounds(v, cells)
	}
	return c
}

// variables are the questions as conditions know them, and the day.
func variables(questions []catalogue.Question) []decision.Variable {
	vars := guide.Variables(questions)
	for i := range vars {
		if vars[i].Kind == decision.Enum && vars[i].Options == nil {
			vars[i].Kind = decision.Boolean // until it has options, so that everything else can be written
		}
	}
	return vars
}

// CheckCondition says what is wrong with a condition over the questions, and what would be right; empty when
// nothing is.
func CheckCondition(questions []catalogue.Question, condition string) (what, remedy lang.Text) {
	d, problems := decision.Compile(variables(questions), []decision.Condition{{Text: condition}})
	if d == nil {
		return problems[0].What, problems[0].Remedy
	}
	return what, remedy
}

// Typed writes a cell of numbers or days as an author types it: ≥ 50, < 300, 50–299, 5. Several stretches are
// separated by commas.
func (c Cell) Typed() string {
	var parts []string
	for _, b := range c.Bounds {
		least, most := "≥ ", "≤ "
		if b.After {
			least = "> "
		}
		if b.Before {
			most = "< "
		}
		switch {
		case b.From == b.To:
			parts = append(parts, b.From)
		case b.To == "":
			parts = append(parts, least+b.From)
		case b.From == "":
			parts = append(parts, most+b.To)
		case b.After || b.Before:
			parts = append(parts, least+b.From+" "+most+b.To)
		default:
			parts = append(parts, b.From+"–"+b.To)
		}
	}
	return strings.Join(parts, ", ")
}

var (
	day      = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	number   = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	pair     = regexp.MustCompile(`^(>=?\s*[^\s<>]+)\s*(<=?\s*[^\s<>]+)$`)
	compared = regexp.MustCompile(`^(>=|<=|!=|==|>|<|=)\s*(\S+)$`)
	between  = regexp.MustCompile(`^(\S+?)\s*(?:–|—|~|\.\.|至|到)\s*(\S+)$`)
	hyphen   = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)\s*-\s*([0-9]+(?:\.[0-9]+)?)$`)
	signs    = strings.NewReplacer("≥", ">=", "≤", "<=", "≠", "!=", "＞", ">", "＜", "<", "＝", "=", "，", ",", "、", ",", "；", ",", ";", ",", "～", "~", "－", "-", "　", " ")
)

// Stretch turns what an author typed for a number or day into a condition: >= 50, < 300, 50–299, 5, several
// with commas between. Empty, and – alone, are any answer. An error is fault.Invalid.
func Stretch(q catalogue.Question, typed string) (string, error) {
	typed = strings.TrimSpace(signs.Replace(typed))
	if strings.Trim(typed, "–—-") == "" {
		return "", nil
	}
	wrong := fault.Fields([]fault.Field{{Name: q.ID, Code: "studio.table.stretch"}})
	value := func(text string) (string, bool) {
		if q.Type == "date" {
			_, err := time.Parse(time.DateOnly, text)
			return strconv.Quote(text), err == nil && day.MatchString(text)
		}
		if !number.MatchString(text) || q.Type == "integer" && strings.Contains(text, ".") {
			return "", false
		}
		return text, true
	}
	exactly := func(v string) string {
		if q.Type == "decimal" && !strings.Contains(v, ".") {
			v += ".0"
		}
		return v
	}
	var parts []string
	for _, part := range strings.Split(typed, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if ends := pair.FindStringSubmatch(part); ends != nil {
			least, err := Stretch(q, ends[1])
			most, err2 := Stretch(q, ends[2])
			if err != nil || err2 != nil {
				return "", wrong
			}
			parts = append(parts, "("+least+" && "+most+")")
			continue
		}
		ends := between.FindStringSubmatch(part)
		if ends == nil && q.Type != "date" {
			ends = hyphen.FindStringSubmatch(part)
		}
		if v, ok := value(part); ok {
			parts = append(parts, q.ID+" == "+exactly(v))
			continue
		}
		if m := compared.FindStringSubmatch(part); m != nil {
			v, ok := value(m[2])
			if !ok {
				return "", wrong
			}
			sign := m[1]
			if sign == "=" {
				sign = "=="
			}
			if sign == "==" || sign == "!=" {
				v = exactly(v)
			}
			parts = append(parts, q.ID+" "+sign+" "+v)
			continue
		}
		if ends == nil {
			return "", wrong
		}
		least, ok := value(ends[1])
		most, ok2 := value(ends[2])
		if !ok || !ok2 {
			return "", wrong
		}
		parts = append(parts, fmt.Sprintf("(%s >= %s && %s <= %s)", q.ID, least, q.ID, most))
	}
	return strings.Join(parts, " || "), nil
}

// Write writes rows as a condition. Each row is the conditions of its cells, as Part or Stretch write them;
// one without any holds for everybody, and then so does the whole. What comes out is the plainest form; the
// error is fault.Invalid where a row is never so.
func Write(questions []catalogue.Question, rows [][]string) (string, error) {
	var ways []string
	for _, row := range rows {
		var parts []string
		for _, part := range row {
			if part != "" {
				parts = append(parts, "("+part+")")
			}
		}
		if len(parts) == 0 {
			return "", nil
		}
		ways = append(ways, "("+strings.Join(parts, " && ")+")")
	}
	text := strings.Join(ways, " || ")
	if text == "" {
		return "", nil
	}
	t, ok := TableOf(questions, text)
	switch {
	case !ok:
		what, _ := CheckCondition(questions, text)
		f := fault.New(fault.Invalid, "studio.table.many")
		f.Said = what
		return "", f
	case t.Text == "true":
		return "", nil
	case t.Text == "false":
		return "", fault.New(fault.Invalid, "studio.table.never")
	}
	return t.Text, nil
}

// Part writes what a cell says as a condition of its own; empty when any answer will do.
func (c Cell) Part(q catalogue.Question) string {
	switch {
	case c.Yes:
		return q.ID
	case c.No:
		return "!" + q.ID
	case len(c.Options) > 0:
		var options []string
		for _, o := range c.Options {
			options = append(options, strconv.Quote(o))
		}
		return q.ID + " in [" + strings.Join(options, ", ") + "]"
	}
	part, _ := Stretch(q, c.Typed())
	return part
}
