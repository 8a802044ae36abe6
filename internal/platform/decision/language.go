package decision

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/checker"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/containers"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/stdlib"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"
)

// Condition is one condition: its text, and the name by which complaints about growth call it.
type Condition struct {
	Name string
	Text string
}

// Problem is a complaint about a condition or a variable: what is wrong, where, and what would be right.
type Problem struct {
	Condition int // index of the condition; -1 when it is about a variable
	Variable  int // index of the variable; -1 when it is about a condition
	Line, Col int // place inside the condition's text, from 1; 0 when it is about the whole
	What      string
	Remedy    string
}

func (p Problem) String() string {
	return fmt.Sprintf("%d:%d: %s; %s", p.Line, p.Col, p.What, p.Remedy)
}

// The size of one condition. A longer one cannot be read by the person who answers for it.
const (
	maxText  = 8000 // code points
	maxDepth = 100  // nesting
)

// term is a condition after checking: what is left of CEL.
type term struct {
	op       op
	of       []term
	variable int
	spans    []span // opWithin: the values, as inclusive spans of the variable's line
}

type span struct{ first, last int64 }

type op uint8

const (
	opFalse  op = iota
	opTrue      // no operand
	opWithin    // variable within spans
	opNot       // one operand
	opAnd       // two
	opOr        // two
	opSame      // two: equal truth
	opIf        // three: condition, then, else
)

// language reads conditions over some variables.
type language struct {
	vars   []variable
	index  map[string]int
	names  []string
	parser *parser.Parser
	env    *checker.Env
}

func newLanguage(vars []variable) (*language, error) {
	l := &language{vars: vars, index: make(map[string]int, len(vars))}
	var err error
	// No macros: "exists" and its like reach into lists, and there are none.
	l.parser, err = parser.NewParser(parser.EnablePrattParser(true), parser.MaxRecursionDepth(maxDepth),
		parser.ExpressionSizeCodePointLimit(maxText))
	if err != nil {
		return nil, err
	}
	l.env, err = checker.NewEnv(containers.DefaultContainer, types.NewEmptyRegistry(), checker.CrossTypeNumericComparisons(true))
	if err != nil {
		return nil, err
	}
	for _, f := range stdlib.Functions() {
		switch f.Name() {
		case operators.Conditional, operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Equals, operators.NotEquals,
			operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.In:
			if err := l.env.AddFunctions(f); err != nil {
				return nil, err
			}
		}
	}
	for i, v := range vars {
		t := map[Kind]*types.Type{Boolean: types.BoolType, Integer: types.IntType, Decimal: types.DoubleType}[v.Kind]
		if t == nil {
			t = types.StringType // options, and days in the order of their text
		}
		if err := l.env.AddIdents(decls.NewVariable(v.Name, t)); err != nil {
			return nil, err
		}
		l.index[v.Name] = i
		l.names = append(l.names, v.Name)
	}
	return l, nil
}

// reserved are the words that CEL keeps for itself (language definition, section "Syntax").
var reserved = strings.Fields("true false null in as break const continue else for function if import let loop package namespace return var void while")

// nameFault says what is wrong with a variable's name, if anything.
func nameFault(name string) string {
	for i, c := range name {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return fmt.Sprintf("the name %q is not a word that a condition can hold", name)
		}
	}
	if name == "" {
		return "a name is empty"
	}
	for _, r := range reserved {
		if name == r {
			return fmt.Sprintf("the name %q is a reserved word of CEL", name)
		}
	}
	return ""
}

// reader is the reading of one condition.
type reader struct {
	*language
	text     []rune
	info     *ast.SourceInfo
	problems []Problem
}

// read turns text into a term, or says what is wrong with it. Our own complaints come first, because
// they say what to write instead; CEL's type checker has the last word, so that nothing is accepted
// that CEL refuses.
func (l *language) read(text string) (term, []Problem) {
	source := common.NewTextSource(text)
	parsed, errs := l.parser.Parse(source)
	if list := errs.GetErrors(); len(list) > 0 {
		return term{}, []Problem{syntaxProblem(text, list[0])}
	}
	r := &reader{language: l, text: []rune(text), info: parsed.SourceInfo()}
	t := r.truth(parsed.Expr())
	if len(r.problems) > 0 {
		return term{}, r.problems
	}
	if _, errs = checker.Check(parsed, source, l.env); len(errs.GetErrors()) > 0 {
		e := errs.GetErrors()[0]
		return term{}, []Problem{{Line: e.Location.Line(), Col: e.Location.Column() + 1, What: e.Message,
			Remedy: "compare each name with a constant of its own type"}}
	}
	return t, nil
}

// refuse notes a complaint at an expression and stands in for its term.
func (r *reader) refuse(at ast.Expr, remedy, what string, args ...any) term {
	at = leftmost(at)
	l := r.info.GetStartLocation(at.ID())
	p := Problem{Line: l.Line(), Col: l.Column() + 1, What: fmt.Sprintf(what, args...), Remedy: remedy}
	if name := functionName(at); name != "" { // placed at its bracket
		p.Col -= len(name)
	}
	if !slices.Contains(r.problems, p) { // a choice between constants reads its other side twice
		r.problems = append(r.problems, p)
	}
	return term{}
}

// functionName is the name of a function that is called by its name.
func functionName(e ast.Expr) string {
	if e.Kind() != ast.CallKind || e.AsCall().IsMemberFunction() || nameFault(e.AsCall().FunctionName()) != "" {
		return ""
	}
	return e.AsCall().FunctionName()
}

// leftmost is the part of an expression that is written first; cel-go places a call at its operator.
func leftmost(e ast.Expr) ast.Expr {
	for e.Kind() == ast.CallKind {
		c := e.AsCall()
		switch {
		case c.IsMemberFunction():
			e = c.Target()
		case len(c.Args()) > 1 && strings.HasPrefix(strings.TrimPrefix(c.FunctionName(), "@"), "_") || c.FunctionName() == operators.In:
			e = c.Args()[0]
		default:
			return e
		}
	}
	if e.Kind() == ast.SelectKind {
		return leftmost(e.AsSelect().Operand())
	}
	return e
}

// truth reads an expression that must be true or false.
func (r *reader) truth(e ast.Expr) term {
	switch e.Kind() {
	case ast.LiteralKind:
		switch e.AsLiteral() {
		case types.True:
			return term{op: opTrue}
		case types.False:
			return term{op: opFalse}
		}
		return r.refuse(e, "compare it with a name", "a constant alone is no condition")
	case ast.IdentKind:
		v, ok := r.lookup(e)
		if !ok {
			return term{}
		}
		if x := &r.vars[v]; x.Kind != Boolean {
			return r.refuse(e, fmt.Sprintf("write %s", x.sample()), "%s is %s and no condition by itself", x.Name, x.Kind)
		}
		return term{op: opWithin, variable: v, spans: []span{{1, 1}}}
	case ast.CallKind:
		return r.call(e, e.AsCall())
	}
	return r.misfit(e)
}

func (r *reader) call(e ast.Expr, c ast.CallExpr) term {
	args := c.Args()
	switch c.FunctionName() {
	case operators.LogicalNot:
		return term{op: opNot, of: []term{r.truth(args[0])}}
	case operators.LogicalAnd:
		return term{op: opAnd, of: []term{r.truth(args[0]), r.truth(args[1])}}
	case operators.LogicalOr:
		return term{op: opOr, of: []term{r.truth(args[0]), r.truth(args[1])}}
	case operators.Conditional:
		return term{op: opIf, of: []term{r.truth(args[0]), r.truth(args[1]), r.truth(args[2])}}
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return r.compare(e, c.FunctionName(), args[0], args[1])
	case operators.In:
		return r.member(args[0], args[1])
	}
	return r.misfit(e)
}

// misfit refuses whatever is not in the language, each with its own way out.
func (r *reader) misfit(e ast.Expr) term {
	switch e.Kind() {
	case ast.CallKind:
		switch f := e.AsCall().FunctionName(); f {
		case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate:
			return r.refuse(e, "work the number out and write it, or ask for it in a question of its own",
				"arithmetic (%s) is not decidable here", strings.Trim(f, "_"))
		case operators.Index:
			return r.refuse(e, "name the question itself", "there are no lists to take from")
		default:
			return r.refuse(e, "use == != in < <= > >= && || ! ?: and parentheses", "conditions know no function %s()", f)
		}
	case ast.SelectKind:
		return r.refuse(e, "name the question itself", "there are no fields, so no %q", "."+e.AsSelect().FieldName())
	case ast.ListKind:
		return r.refuse(e, `write the list after in: kind in ["a", "b"]`, "a list stands where it cannot")
	}
	return r.refuse(e, "use == != in < <= > >= && || ! ?: and parentheses", "this is not part of the language of conditions")
}

func (r *reader) lookup(e ast.Expr) (int, bool) {
	name := e.AsIdent()
	if i, ok := r.index[name]; ok {
		return i, true
	}
	remedy := "write one of " + strings.Join(r.names, ", ")
	if near := Closest(name, r.names); near != "" {
		remedy = fmt.Sprintf("did you mean %s?", near)
	} else if len(r.names) == 0 || len(r.names) > 12 {
		remedy = "write the id of a question"
	}
	r.refuse(e, remedy, "nothing is called %s", name)
	return 0, false
}

// compare reads a comparison of a name with a constant, in either order; a choice between constants
// (public ? 300 : 50) is drawn out of it.
func (r *reader) compare(e ast.Expr, f string, a, b ast.Expr) term {
	for i, side := range [...]ast.Expr{a, b} {
		if side.Kind() != ast.CallKind || side.AsCall().FunctionName() != operators.Conditional || r.logical(side) {
			continue
		}
		c := side.AsCall().Args()
		yes, no := term{}, term{}
		if i == 0 {
			yes, no = r.compare(e, f, c[1], b), r.compare(e, f, c[2], b)
		} else {
			yes, no = r.compare(e, f, a, c[1]), r.compare(e, f, a, c[2])
		}
		return term{op: opIf, of: []term{r.truth(c[0]), yes, no}}
	}
	if r.logical(a) && r.logical(b) {
		switch f {
		case operators.Equals:
			return term{op: opSame, of: []term{r.truth(a), r.truth(b)}}
		case operators.NotEquals:
			return term{op: opNot, of: []term{{op: opSame, of: []term{r.truth(a), r.truth(b)}}}}
		}
		return r.refuse(e, "use == or !=", "yes and no have no order")
	}
	if a.Kind() == ast.LiteralKind && b.Kind() == ast.IdentKind {
		a, b, f = b, a, mirrored(f)
	}
	switch {
	case a.Kind() == ast.IdentKind && b.Kind() == ast.LiteralKind:
		v, ok := r.lookup(a)
		if !ok {
			return term{}
		}
		spans, ok := r.spans(f, v, a, b)
		if !ok {
			return term{}
		}
		t := term{op: opWithin, variable: v, spans: spans}
		if f == operators.NotEquals {
			t = term{op: opNot, of: []term{t}}
		}
		return t
	case a.Kind() == ast.IdentKind && b.Kind() == ast.IdentKind:
		_, known := r.lookup(a)
		if _, ok := r.lookup(b); ok && known {
			r.refuse(e, "compare each with a constant, or ask for the comparison itself in a question", "two names are compared with each other")
		}
		return term{}
	case a.Kind() == ast.LiteralKind && b.Kind() == ast.LiteralKind:
		return r.refuse(e, "compare a name with a constant", "two constants are compared, which nothing can change")
	}
	for _, side := range [...]ast.Expr{a, b} {
		if side.Kind() == ast.IdentKind {
			if _, ok := r.lookup(side); !ok {
				return term{}
			}
		} else if side.Kind() != ast.LiteralKind && !r.logical(side) {
			return r.misfit(side)
		}
	}
	return r.refuse(e, "compare a name with a constant of its type", "a condition is compared with something that is not true or false")
}

// logical reports whether an expression is true or false by its form.
func (r *reader) logical(e ast.Expr) bool {
	switch e.Kind() {
	case ast.LiteralKind:
		return e.AsLiteral().Type() == types.BoolType
	case ast.IdentKind:
		v, ok := r.index[e.AsIdent()]
		return ok && r.vars[v].Kind == Boolean
	case ast.CallKind:
		switch c := e.AsCall(); c.FunctionName() {
		case operators.LogicalNot, operators.LogicalAnd, operators.LogicalOr, operators.Equals, operators.NotEquals, operators.Less,
			operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.In:
			return true
		case operators.Conditional:
			return r.logical(c.Args()[1]) && r.logical(c.Args()[2])
		}
	}
	return false
}

func mirrored(f string) string {
	switch f {
	case operators.Less:
		return operators.Greater
	case operators.LessEquals:
		return operators.GreaterEquals
	case operators.Greater:
		return operators.Less
	case operators.GreaterEquals:
		return operators.LessEquals
	}
	return f
}

// member reads "name in [constants]".
func (r *reader) member(e, list ast.Expr) term {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Conditional && !r.logical(e) {
		c := e.AsCall().Args()
		return term{op: opIf, of: []term{r.truth(c[0]), r.member(c[1], list), r.member(c[2], list)}}
	}
	if list.Kind() != ast.ListKind {
		return r.refuse(list, `write the list out: kind in ["a", "b"]`, "what follows in is no list")
	}
	if e.Kind() != ast.IdentKind {
		return r.refuse(e, `write a name before in: kind in ["a", "b"]`, "what stands before in is no name")
	}
	v, ok := r.lookup(e)
	if !ok {
		return term{}
	}
	elements := list.AsList().Elements()
	if len(elements) == 0 {
		return r.refuse(list, "list at least one value", "the list is empty, so nothing is in it")
	}
	t := term{op: opWithin, variable: v}
	for _, x := range elements {
		if x.Kind() != ast.LiteralKind {
			r.refuse(x, "list constants only", "an element of the list is no constant")
			continue
		}
		spans, _ := r.spans(operators.Equals, v, e, x)
		t.spans = append(t.spans, spans...)
	}
	return t
}

// spans gives the values of variable v that compare by f with the constant.
func (r *reader) spans(f string, v int, name, constant ast.Expr) ([]span, bool) {
	x := &r.vars[v]
	equality := f == operators.Equals || f == operators.NotEquals
	if !equality && (x.Kind == Enum || x.Kind == Boolean) {
		r.refuse(name, fmt.Sprintf("use == != or in: %s", x.sample()), "%s is %s and has no order", x.Name, x.Kind)
		return nil, false
	}
	if !r.plain(constant) {
		r.refuse(constant, `write 50, -0.5, true or "hot"`, "a constant that is not written plainly")
		return nil, false
	}
	var low, high int64 // the constant's place on the line; apart when it lies between two values
	switch c := constant.AsLiteral().(type) {
	case types.Bool:
		if x.Kind == Boolean {
			if c {
				low = 1
			}
			return []span{{low, low}}, true
		}
		return nil, r.mistyped(x, constant)
	case types.Int:
		switch {
		case x.Kind == Integer:
			low = max(-exact-1, min(exact+1, int64(c)))
			high = low
		case x.Kind == Decimal && equality:
			r.refuse(constant, fmt.Sprintf("write %d.0", c), "%s is a decimal and %d is a whole number", x.Name, c)
			return nil, false
		case x.Kind == Decimal && c >= -exact && c <= exact:
			low, high = key(float64(c)), key(float64(c))
		case x.Kind == Decimal:
			r.refuse(constant, "write a number below 2^53", "%d is too large to be compared exactly", c)
			return nil, false
		default:
			return nil, r.mistyped(x, constant)
		}
	case types.Double:
		switch {
		case x.Kind == Decimal && !math.IsInf(float64(c), 0):
			low, high = key(float64(c)), key(float64(c))
		case x.Kind == Integer && equality:
			r.refuse(constant, fmt.Sprintf("write %d", floor(float64(c))), "%s is a whole number and %s is a decimal", x.Name, strconv.FormatFloat(float64(c), 'f', -1, 64))
			return nil, false
		case x.Kind == Integer:
			low, high = floor(float64(c)), ceiling(float64(c))
		default:
			return nil, r.mistyped(x, constant)
		}
	case types.String:
		switch x.Kind {
		case Enum:
			i, ok := x.options[string(c)]
			if !ok {
				remedy := "write one of " + strings.Join(quoted(x.Options), ", ")
				if near := Closest(string(c), x.Options); near != "" {
					remedy = fmt.Sprintf("did you mean %q?", near)
				}
				r.refuse(constant, remedy, "%s has no option %q", x.Name, string(c))
				return nil, false
			}
			low, high = int64(i), int64(i)
		case Date:
			day, ok := parseDay(string(c))
			if !ok {
				r.refuse(constant, `write a day of the calendar as "2026-01-31"`, "%q is no day", string(c))
				return nil, false
			}
			low, high = day, day
		default:
			return nil, r.mistyped(x, constant)
		}
	default:
		return nil, r.mistyped(x, constant)
	}
	switch f {
	case operators.Less: // below the constant: up to the value before its upper place
		return upTo(high - 1), true
	case operators.LessEquals:
		return upTo(low), true
	case operators.Greater:
		return from(low + 1), true
	case operators.GreaterEquals:
		return from(high), true
	}
	return []span{{low, high}}, true
}

// plain reports whether a constant is written as everybody writes it: no prefixes, escapes, hexadecimal
// digits or triple quotes. They help nobody here, and the parsers of CEL differ about them.
func (r *reader) plain(constant ast.Expr) bool {
	at, ok := r.info.GetOffsetRange(constant.ID())
	if !ok || at.Start < 0 || int(at.Stop) > len(r.text) {
		return false
	}
	switch c := constant.AsLiteral().(type) {
	case types.String:
		written := string(r.text[at.Start:at.Stop])
		return written == `"`+string(c)+`"` || written == "'"+string(c)+"'"
	case types.Int, types.Uint, types.Double: // a minus is a token of its own, and the range ends with it
		return number.MatchString(string(r.text[at.Start:]))
	}
	return true
}

var number = regexp.MustCompile(`^(-\s*)?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?([^0-9A-Za-z_.]|$)`)

// The line of every kind ends well inside int64, so that one more never overflows.
func upTo(last int64) []span  { return []span{{math.MinInt64 + 1, last}} }
func from(first int64) []span { return []span{{first, math.MaxInt64 - 1}} }

func (r *reader) mistyped(x *variable, constant ast.Expr) bool {
	r.refuse(constant, fmt.Sprintf("write %s", x.sample()), "%s is %s and is compared with something else", x.Name, x.Kind)
	return false
}

func (k Kind) String() string {
	return [...]string{"a boolean", "a choice of options", "a whole number", "a decimal", "a date"}[k]
}

// sample is a condition about the variable that is well written.
func (v *variable) sample() string {
	switch v.Kind {
	case Boolean:
		return v.Name + " or !" + v.Name
	case Enum:
		return fmt.Sprintf("%s == %q", v.Name, v.Options[0])
	case Integer:
		return v.Name + " >= 50"
	case Decimal:
		return v.Name + " >= 0.5"
	}
	return v.Name + ` >= "2026-01-31"`
}

func quoted(words []string) []string {
	q := make([]string, min(len(words), 12))
	for i := range q {
		q[i] = strconv.Quote(words[i])
	}
	if len(words) > len(q) {
		q = append(q, "…")
	}
	return q
}
