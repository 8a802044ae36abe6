package document

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Value is what an edit writes: a text, a plain word, a list or a mapping. The zero Value is nothing.
type Value struct {
	kind  yaml.Kind
	text  string
	plain bool
	of    []Entry
	wide  bool // over several lines, one entry each
}

// Entry is one entry of a mapping, or with an empty Key one item of a list.
type Entry struct {
	Key   string
	Value Value
}

// Text is a text; Plain is a number or true or false, which stand without quotes.
func Text(s string) Value { return Value{kind: yaml.ScalarNode, text: s} }

// Plain is a number, true or false.
func Plain(s string) Value { return Value{kind: yaml.ScalarNode, text: s, plain: true} }

// Mapping is a mapping on one line, {a: b, c: d}; entries without a value are left out.
func Mapping(entries ...Entry) Value {
	v := Value{kind: yaml.MappingNode}
	for _, e := range entries {
		if e.Value.kind != 0 {
			v.of = append(v.of, e)
		}
	}
	return v
}

// List is a list on one line, [a, b].
func List(items ...Value) Value {
	v := Value{kind: yaml.SequenceNode}
	for _, i := range items {
		v.of = append(v.of, Entry{Value: i})
	}
	return v
}

// Words is a list of texts.
func Words(words ...string) Value {
	v := List()
	for _, w := range words {
		v.of = append(v.of, Entry{Value: Text(w)})
	}
	return v
}

// Wide is the same mapping or list over several lines, where it stands in a place that has lines.
func (v Value) Wide() Value {
	v.wide = len(v.of) > 0
	return v
}

// Empty reports whether there is no value at all.
func (v Value) Empty() bool { return v.kind == 0 }

var (
	// resolves are plain scalars that other readers of YAML take for something else than a text.
	resolves = regexp.MustCompile(`^([-+]?[.0-9][-+.0-9eExo_:a-fA-F]*|[-+]?\.(inf|nan)|~|null|true|false|yes|no|on|off|y|n)$`)
	// opens are the characters that a plain scalar does not begin with.
	opens = "-?:,[]{}#&*!|>'\"%@`=<"
)

// scalar writes a text, as like as possible to how the one in its place was written.
func scalar(text string, like yaml.Style, flow bool) string {
	switch {
	case strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffd
	}):
		return double(text)
	case like&yaml.DoubleQuotedStyle != 0:
		return double(text)
	case like&yaml.SingleQuotedStyle != 0:
		return single(text)
	case plain(text, flow):
		return text
	case !strings.ContainsAny(text, `"\`) && (text == "" || text[0] == '!' || resolves.MatchString(strings.ToLower(text))):
		return double(text)
	}
	return single(text)
}

func plain(text string, flow bool) bool {
	if text == "" || strings.TrimSpace(text) != text || strings.ContainsRune(opens, rune(text[0])) || resolves.MatchString(strings.ToLower(text)) {
		return false
	}
	if strings.Contains(text, ": ") || strings.Contains(text, " #") || strings.HasSuffix(text, ":") || strings.HasPrefix(text, "...") {
		return false
	}
	return !flow || !strings.ContainsAny(text, ",[]{}") && !strings.Contains(text, ":")
}

func single(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func double(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// inline writes a value on one line.
func (v Value) inline(flow bool) string {
	if v.kind == yaml.ScalarNode {
		if v.plain {
			return v.text
		}
		return scalar(v.text, 0, flow)
	}
	var parts []string
	for _, e := range v.of {
		part := e.Value.inline(true)
		if v.kind == yaml.MappingNode {
			part = scalar(e.Key, 0, true) + ": " + part
		}
		parts = append(parts, part)
	}
	if v.kind == yaml.MappingNode {
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// after writes a value behind a key that is indented so far: on its line, or on the lines that follow.
func (v Value) after(indent int) string {
	if !v.wide {
		return " " + v.inline(false)
	}
	deep := indent + 2
	return "\n" + strings.Repeat(" ", deep) + v.lines(deep)
}

// lines writes a wide value; the first line's indentation is there already.
func (v Value) lines(indent int) string {
	if !v.wide {
		return v.inline(false)
	}
	var b strings.Builder
	for i, e := range v.of {
		if i > 0 {
			b.WriteString("\n" + strings.Repeat(" ", indent))
		}
		if v.kind == yaml.MappingNode {
			b.WriteString(scalar(e.Key, 0, false) + ":" + e.Value.after(indent))
		} else {
			b.WriteString("- " + e.Value.lines(indent+2))
		}
	}
	return b.String()
}
