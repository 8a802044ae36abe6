package decision

import (
	"fmt"
	"slices"
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

	"tongban/internal/platform/lang"
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
	What      lang.Text
	Remedy    lang.Text
}

func (p Problem) String() string {
	return fmt.Sprintf("%d:%d: %s; %s", p.Line, p.Col, p.What.EN, p.Remedy.EN)
}

// say makes a text in both languages from formats that share their arguments.
func say(zh, en string, args ...any) lang.Text {
	if len(args) == 0 {
		return lang.Text{ZH: zh, EN: en}
	}
	return lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
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
func nameFault(name string) lang.Text {
	for i, c := range name {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return say("名称 %q 不能写进条件", "the name %q is not a word that a condition can hold", name)
		}
	}
	if name == "" {
		return say("有一个名称是空的", "a name is empty")
	}
	for _, r := range reserved {
		if name == r {
			return say("名称 %q 是 CEL 的保留字", "the name %q is a reserved word of CEL", name)
		}
	}
	return lang.Text{}
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
		return term{}, []Problem{{Line: e.Location.Line(), Col: e.Location.Column() + 1, What: say("CEL 不接受：%s", "CEL refuses it: %s", e.Message),
			Remedy: say("每个名称只同它自己类型的常量比较", "compare each name with a constant of its own type")}}
	}
	return t, nil
}

// refuse notes a complaint at an expression and stands in for its term.
func (r *reader) refuse(at ast.Expr, what, remedy lang.Text) term {
	at = leftmost(at)
	l := r.info.GetStartLocation(at.ID())
	p := Problem{Line: l.Line(), Col: l.Column() + 1, What: what, Remedy: remedy}
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
	if e.Kind() != ast.CallKind || e.AsCall().IsMemberFunction() || !nameFault(e.AsCall().FunctionName()).Empty() {
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
		return r.refuse(e, say("单独一个常量不是条件", "a constant alone is no condition"), say("让它同一个名称比较", "compare it with a name"))
	case ast.IdentKind:
		v, ok := r.lookup(e)
		if !ok {
			return term{}
		}
		if x := &r.vars[v]; x.Kind != Boolean {
			return r.refuse(e, say("%[1]s 是%[2]s，单独不成条件", "%[1]s is %[3]s and no condition by itself", x.Name, x.Kind.chinese(), x.Kind), x.write())
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

var useSigns = say("只用 == != in < <= > >= && || ! ?: 和括号", "use == != in < <= > >= && || ! ?: and parentheses")

// misfit refuses whatever is not in the language, each with its own way out.
func (r *reader) misfit(e ast.Expr) term {
	switch e.Kind() {
	case ast.CallKind:
		switch f := e.AsCall().FunctionName(); f {
		case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate:
			return r.refuse(e, say("条件里不能算术运算（%s）", "arithmetic (%s) is not decidable here", strings.Trim(f, "_")),
				say("先算好再写数，或另设一个问题", "work the number out and write it, or ask for it in a question of its own"))
		case operators.Index:
			return r.refuse(e, say("这里没有可以取值的列表", "there are no lists to take from"), say("直接写问题的 id", "name the question itself"))
		default:
			return r.refuse(e, say("条件里没有函数 %s()", "conditions know no function %s()", f), useSigns)
		}
	case ast.SelectKind:
		return r.refuse(e, say("没有下一级字段 %q", "there are no fields, so no %q", "."+e.AsSelect().FieldName()), say("直接写问题的 id", "name the question itself"))
	case ast.ListKind:
		return r.refuse(e, say("列表写错了地方", "a list stands where it cannot"), say(`列表写在 in 后面：kind in ["a", "b"]`, `write the list after in: kind in ["a", "b"]`))
	}
	return r.refuse(e, say("条件里不能这样写", "this is not part of the language of conditions"), useSigns)
}

func (r *reader) lookup(e ast.Expr) (int, bool) {
	name := e.AsIdent()
	if i, ok := r.index[name]; ok {
		return i, true
	}
	remedy := say("可写：%s", "write one of %s", strings.Join(r.names, ", "))
	if near := Closest(name, r.names); near != "" {
		remedy = say("是否想写 %s？", "did you mean %s?", near)
	} else if len(r.names) == 0 || len(r.names) > 12 {
		remedy = say("写一个问题的 id", "write the id of a question")
	}
	r.refuse(e, say("没有叫 %s 的问题", "nothing is called %s", name), remedy)
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
		return r.refuse(e, say("是与否没有大小", "yes and no have no order"), say("用 == 或 !=", "use == or !="))
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
			r.refuse(e, say("两个名称互相比较", "two names are compared with each other"),
				say("各自同常量比较，或把这个比较本身设成一个问题", "compare each with a constant, or ask for the comparison itself in a question"))
		}
		return term{}
	case a.Kind() == ast.LiteralKind && b.Kind() == ast.LiteralKind:
		return r.refuse(e, say("两个常量互相比较，结果不会变", "two constants are compared, which nothing can change"), say("让一个名称同常量比较", "compare a name with a constant"))
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
	return r.refuse(e, say("条件同不是真假的东西比较", "a condition is compared with something that is not true or false"), say("让名称同它类型的常量比较", "compare a name with a constant of its type"))
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
		return r.refuse(list, say("in 后面不是列表", "what follows in is no list"), say(`把列表写出来：kind in ["a", "b"]`, `write the list out: kind in ["a", "b"]`))
	}
	if e.Kind() != ast.IdentKind {
		return r.refuse(e, say("in 前面不是名称", "what stands before in is no name"), say(`in 前面写名称：kind in ["a", "b"]`, `write a name before in: kind in ["a", "b"]`))
	}
	v, ok := r.lookup(e)
	if !ok {
		return term{}
	}
	elements := list.AsList().Elements()
	if len(elements) == 0 {
		return r.refuse(list, say("列表是空的", "the list is empty, so nothing is in it"), say("至少列一个值", "list at least one value"))
	}
	t := term{op: opWithin, variable: v}
	for _, x := range elements {
		if x.Kind() != ast.LiteralKind {
			r.refuse(x, say("列表里有一项不是常量", "an element of the list is no constant"), say("只列常量", "list constants only"))
			continue
		}
		spans, _ := r.spans(operators.Equals, v, e, x)
		t.spans = append(t.spans, spans...)
	}
	return t
}
