package decision

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"tongban/internal/platform/lang"
)

// spans gives the values of variable v that compare by f with the constant.
func (r *reader) spans(f string, v int, name, constant ast.Expr) ([]span, bool) {
	x := &r.vars[v]
	equality := f == operators.Equals || f == operators.NotEquals
	if !equality && (x.Kind == Enum || x.Kind == Boolean) {
		r.refuse(name, say("%[1]s 是%[2]s，没有大小", "%[1]s is %[3]s and has no order", x.Name, x.Kind.chinese(), x.Kind),
			say("用 == != 或 in：%s", "use == != or in: %s", x.sample()))
		return nil, false
	}
	if !r.plain(constant) {
		r.refuse(constant, say("常量的写法不普通", "a constant that is not written plainly"), say(`写成 50、-0.5、true 或 "hot"`, `write 50, -0.5, true or "hot"`))
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
			r.refuse(constant, say("%s 是小数，%d 是整数", "%s is a decimal and %d is a whole number", x.Name, c), say("写 %d.0", "write %d.0", c))
			return nil, false
		case x.Kind == Decimal && c >= -exact && c <= exact:
			low, high = key(float64(c)), key(float64(c))
		case x.Kind == Decimal:
			r.refuse(constant, say("%d 太大，不能精确比较", "%d is too large to be compared exactly", c), say("写小于 2^53 的数", "write a number below 2^53"))
			return nil, false
		default:
			return nil, r.mistyped(x, constant)
		}
	case types.Double:
		switch {
		case x.Kind == Decimal && !math.IsInf(float64(c), 0):
			low, high = key(float64(c)), key(float64(c))
		case x.Kind == Integer && equality:
			r.refuse(constant, say("%s 是整数，%s 是小数", "%s is a whole number and %s is a decimal", x.Name, strconv.FormatFloat(float64(c), 'f', -1, 64)),
				say("写 %d", "write %d", floor(float64(c))))
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
				remedy := say("可写：%s", "write one of %s", strings.Join(quoted(x.Options), ", "))
				if near := Closest(string(c), x.Options); near != "" {
					remedy = say("是否想写 %q？", "did you mean %q?", near)
				}
				r.refuse(constant, say("%s 没有选项 %q", "%s has no option %q", x.Name, string(c)), remedy)
				return nil, false
			}
			low, high = int64(i), int64(i)
		case Date:
			day, ok := parseDay(string(c))
			if !ok {
				r.refuse(constant, say("%q 不是日期", "%q is no day", string(c)), say(`写成 "2026-01-31" 的形式，且日历上有这一天`, `write a day of the calendar as "2026-01-31"`))
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
	r.refuse(constant, say("%[1]s 是%[2]s，却同别的类型比较", "%[1]s is %[3]s and is compared with something else", x.Name, x.Kind.chinese(), x.Kind), x.write())
	return false
}

func (k Kind) String() string {
	return [...]string{"a boolean", "a choice of options", "a whole number", "a decimal", "a date"}[k]
}

func (k Kind) chinese() string {
	return [...]string{"是非题", "选项", "整数", "小数", "日期"}[k]
}

func (v *variable) write() lang.Text { return say("写成 %s", "write %s", v.sample()) }

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
