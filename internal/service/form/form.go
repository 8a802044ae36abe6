package form

import (
	"net/url"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/service/catalogue"
)

// Unsure is the answer "不确定" to a question of the guide.
const Unsure = "unsure"

// Parse reads the answer to f out of a posted form. The value is canonical when wrong is nil; otherwise
// it is what was typed, to be kept and shown again beside the complaint. A day arrives in three values,
// <id>-year, <id>-month and <id>-day; everything else in one, named by the id of the field.
func Parse(f *catalogue.Field, posted url.Values) (value string, wrong *fault.Field) {
	return Normal(f, Typed(f.ID, f.Type, posted))
}

// Typed joins what was typed into the inputs of one field.
func Typed(id, kind string, posted url.Values) string {
	if kind == "date" {
		return joinDay(posted.Get(id+"-year"), posted.Get(id+"-month"), posted.Get(id+"-day"), posted.Get(id))
	}
	return posted.Get(id)
}

// Normal brings one answer into its canonical form, or says what is wrong with it.
func Normal(f *catalogue.Field, typed string) (value string, wrong *fault.Field) {
	clean := tidy(typed, f.Type == "long-text")
	if clean == "" {
		switch {
		case f.Optional:
			return "", nil
		case f.Type == "enum" || f.Type == "boolean":
			return "", complain(f.ID, "field.choose")
		}
		return "", complain(f.ID, "field.required")
	}
	read, ok := readers[f.Type]
	if !ok {
		read = readText
	}
	canonical, wrong := read(f, clean)
	if wrong != nil {
		return typed, wrong
	}
	return canonical, nil
}

// Question turns a question of the guide into a field, so that both are read and drawn the same way.
func Question(q *catalogue.Question) *catalogue.Field {
	return &catalogue.Field{
		ID: q.ID, Type: q.Type, Text: q.Text, Hint: q.Hint, Why: q.Why, Unit: q.Unit, Least: q.Min, Most: q.Max, Options: q.Options,
	}
}

// ParseQuestion reads the answer to a question of the guide; "not sure" is always an answer.
func ParseQuestion(q *catalogue.Question, posted url.Values) (value string, wrong *fault.Field) {
	if posted.Get(q.ID) == Unsure || posted.Has(Unsure) {
		return Unsure, nil
	}
	return Parse(Question(q), posted)
}

// Kinds lists every type of field that can be read and drawn.
func Kinds() []string {
	return []string{
		"text", "long-text", "name", "id-number", "uscc", "phone", "email", "address", "date", "integer", "decimal", "money", "enum",
		"boolean", "bank-card",
	}
}

var readers = map[string]func(f *catalogue.Field, s string) (string, *fault.Field){
	"text":      readText,
	"long-text": readText,
	"address":   readAddress,
	"name":      readName,
	"id-number": readIDNumber,
	"uscc":      readUSCC,
	"phone":     readPhone,
	"email":     readEmail,
	"date":      readDay,
	"integer":   readInteger,
	"decimal":   readDecimal,
	"money":     readMoney,
	"enum":      readEnum,
	"boolean":   readBoolean,
	"bank-card": readBankCard,
}

// complain makes a complaint about a field; args are names and values for its text.
func complain(id, code string, args ...string) *fault.Field {
	c := &fault.Field{Name: id, Code: code}
	if len(args) > 1 {
		c.Args = make(map[string]string, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			c.Args[args[i]] = args[i+1]
		}
	}
	return c
}

// tidy removes what nobody means to type: white space around, control characters, and line breaks in a
// field of one line.
func tidy(s string, lines bool) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\n' || r == '\t' || r == '\u00a0' || r == '\u3000':
			return ' '
		case r < ' ' || r == 0x7f || r == '\u200b' || r == '\ufeff':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// half turns full-width digits, letters and signs into half-width ones, as people with a Chinese input
// method type numbers.
func half(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		if r == '。' {
			return '.'
		}
		return r
	}, s)
}

// digits removes blanks, hyphens and brackets from a number.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -–—()·", r) {
			return -1
		}
		return r
	}, half(s))
}
