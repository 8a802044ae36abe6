package dmn

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/lang"
)

// trouble is what is wrong with a cell.
type trouble struct{ what, remedy lang.Text }

// condition writes an input cell as a condition over a variable; empty where any value will do.
func condition(cell string, v decision.Variable) (string, *trouble) {
	s := &scan{rest: strings.TrimSpace(cell), v: v}
	s.whole = s.rest
	if s.rest == "-" || s.rest == "" { // modelling tools leave such a cell empty
		return "", nil
	}
	negated := false
	if inside, ok := strings.CutPrefix(s.rest, "not"); ok && strings.HasPrefix(strings.TrimSpace(inside), "(") {
		inside = strings.TrimSpace(inside)
		if !strings.HasSuffix(inside, ")") {
			return "", s.trouble()
		}
		s.rest, negated = strings.TrimSpace(inside[1:len(inside)-1]), true
	}
	tests, t := s.tests()
	if t != nil {
		return "", t
	}
	text := strings.Join(tests, " || ")
	switch {
	case negated:
		return "!(" + text + ")", nil
	case len(tests) > 1:
		return "(" + text + ")", nil
	}
	return text, nil
}

// scan reads the tests of one cell.
type scan struct {
	whole, rest string
	v           decision.Variable
}

func (s *scan) trouble() *trouble {
	near := map[decision.Kind]string{
		decision.Boolean: "true, false, -", decision.Enum: `"a", "b"`, decision.Integer: "50, >= 50, [50..300)", decision.Decimal: "0.5, >= 0.5, [0.5..3)",
		decision.Date: `date("2026-01-31"), >= date("2026-01-31")`,
	}[s.v.Kind]
	if s.v.Kind == decision.Enum && len(s.v.Options) > 1 {
		near = fmt.Sprintf("%q, %q", s.v.Options[0], s.v.Options[1])
	}
	return &trouble{say("读不懂 %q：这里只能和常量比较", "%q is not understood: a cell compares with constants", s.whole), say("可以写：%s，not(…) 或 -", "write for example %s, not(…) or -", near)}
}

func (s *scan) skip() { s.rest = strings.TrimLeft(s.rest, " \t\r\n") }

func (s *scan) take(token string) bool {
	rest, ok := strings.CutPrefix(s.rest, token)
	if ok {
		s.rest = rest
		s.skip()
	}
	return ok
}

// tests reads tests that are separated by commas; equal to any of several values is one test.
func (s *scan) tests() (tests []string, t *trouble) {
	var values []string
	for {
		text, value, t := s.test()
		if t != nil {
			return nil, t
		}
		if value != "" {
			values = append(values, value)
		} else {
			tests = append(tests, text)
		}
		if s.rest == "" {
			break
		}
		if !s.take(",") {
			return nil, s.trouble()
		}
	}
	switch {
	case len(values) == 0:
		return tests, nil
	case s.v.Kind == decision.Boolean && len(values) == 1:
		return append([]string{map[string]string{"true": s.v.Name, "false": "!" + s.v.Name}[values[0]]}, tests...), nil
	case len(values) == 1:
		return append([]string{s.v.Name + " == " + values[0]}, tests...), nil
	}
	return append([]string{s.v.Name + " in [" + strings.Join(values, ", ") + "]"}, tests...), nil
}

// test reads one comparison or range, or one value.
func (s *scan) test() (text, value string, t *trouble) {
	for _, sign := range []string{"<=", ">=", "<", ">"} {
		if s.take(sign) {
			c, t := s.constant(false)
			return s.v.Name + " " + sign + " " + c, "", t
		}
	}
	if open := s.rest; strings.HasPrefix(open, "[") || strings.HasPrefix(open, "(") || strings.HasPrefix(open, "]") {
		s.take(open[:1])
		low, t := s.constant(false)
		if t != nil {
			return "", "", t
		}
		if !s.take("..") {
			return "", "", s.trouble()
		}
		high, t := s.constant(false)
		if t != nil {
			return "", "", t
		}
		from, to := " >= ", " <= "
		if open[0] != '[' {
			from = " > "
		}
		switch {
		case s.take("]"):
		case s.take(")"), s.take("["):
			to = " < "
		default:
			return "", "", s.trouble()
		}
		return "(" + s.v.Name + from + low + " && " + s.v.Name + to + high + ")", "", nil
	}
	value, t = s.constant(true)
	return "", value, t
}

var (
	aNumber = regexp.MustCompile(`^-?([0-9]+(\.[0-9]+)?|\.[0-9]+)`)
	aString = regexp.MustCompile(`^"([^"\\]*)"`)
	aDate   = regexp.MustCompile(`^date\(\s*"([^"\\]*)"\s*\)`)
	aWord   = regexp.MustCompile(`^(true|false)($|[\s,)])`)
)

// constant reads a constant of the variable's kind and writes it as conditions do. Whether a number fits
// the variable, decision says. equal is whether it is compared for equality, where conditions want a
// decimal to look like one.
func (s *scan) constant(equal bool) (string, *trouble) {
	var written, c string
	switch s.v.Kind {
	case decision.Boolean:
		if m := aWord.FindStringSubmatch(s.rest); m != nil && equal {
			written, c = m[1], m[1]
		}
	case decision.Enum:
		if m := aString.FindStringSubmatch(s.rest); m != nil {
			written, c = m[0], strconv.Quote(m[1])
		}
	case decision.Date:
		if m := aDate.FindStringSubmatch(s.rest); m != nil {
			written, c = m[0], strconv.Quote(m[1])
		}
	default:
		written = aNumber.FindString(s.rest)
		if after := strings.TrimPrefix(s.rest, written); after != "" && strings.ContainsAny(after[:1], "eE+*/-_") {
			return "", s.trouble() // arithmetic, or an exponent
		}
		if c = strings.Replace(written, "-.", "-0.", 1); strings.HasPrefix(c, ".") {
			c = "0" + c
		}
		if equal && s.v.Kind == decision.Decimal && c != "" && !strings.Contains(c, ".") {
			c += ".0"
		}
		if equal && s.v.Kind == decision.Integer && strings.Contains(c, ".") {
			if c = strings.TrimRight(strings.TrimRight(c, "0"), "."); strings.Contains(c, ".") {
				return "", &trouble{say("%s 是整数，不会等于 %s", "%s is a whole number and never equals %s", s.v.Name, written), say("写一个整数，或用 < 和 >", "write a whole number, or compare with < and >")}
			}
		}
	}
	if written == "" {
		return "", s.trouble()
	}
	s.rest = s.rest[len(written):]
	s.skip()
	return c, nil
}

// value reads an output cell: one constant. Texts lose their quotes.
func value(cell string) (string, *trouble) {
	text := strings.TrimSpace(cell)
	switch {
	case text == "true", text == "false":
		return text, nil
	case aString.FindString(text) == text && text != "":
		return text[1 : len(text)-1], nil
	case aNumber.FindString(text) == text && text != "":
		return text, nil
	}
	return "", &trouble{say("结果 %q 不是常量", "the result %q is no constant", text), say(`写成 true、"food-licence" 或 50`, `write true, "food-licence" or 50`)}
}
