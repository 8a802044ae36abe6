package document

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// node is a value of the text, with where it begins and ends.
type node struct {
	kind       yaml.Kind
	style      yaml.Style
	text       string // a scalar as it reads
	start, end int    // offsets; of a block, from its first key or dash to the end of its last value
	keys       []*node
	of         []*node // values of a mapping, or items of a list
	dashes     []int   // of a block list: where the dash of each item stands
	block      bool    // a mapping or list written on lines of its own
	odd        bool    // not to be edited
}

func (n *node) child(key string) *node {
	for i, k := range n.keys {
		if k.text == key {
			return n.of[i]
		}
	}
	return nil
}

// named are the keys that name an item of a list, the first that it has.
var named = [...]string{"id", "field", "matter", "value"}

// name is what an item is called; empty when it has no name.
func (n *node) name() string {
	if n.kind == yaml.ScalarNode {
		return n.text
	}
	for _, key := range named {
		if c := n.child(key); c != nil && c.kind == yaml.ScalarNode {
			return c.text
		}
	}
	return ""
}

// index finds an item of a list by its name or by #n; -1 when there is none.
func (n *node) index(step string) int {
	if at, ok := strings.CutPrefix(step, "#"); ok {
		if i, err := strconv.Atoi(at); err == nil && i >= 0 && i < len(n.of) {
			return i
		}
		return -1
	}
	for i, c := range n.of {
		if step != "" && c.name() == step {
			return i
		}
	}
	return -1
}

// scanner finds where the nodes of a text end, which the parser does not say.
type scanner struct {
	text  []byte
	lines []int
}

func newScanner(text []byte) *scanner {
	s := &scanner{text: text, lines: []int{0}}
	for i, b := range text {
		if b == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// offset is the byte offset of a line and column, which count characters from 1.
func (s *scanner) offset(line, col int) int {
	if line < 1 || line > len(s.lines) {
		return len(s.text)
	}
	at := s.lines[line-1]
	for ; col > 1 && at < len(s.text); col-- {
		_, n := utf8.DecodeRune(s.text[at:])
		at += n
	}
	return at
}

// read turns a node of the parser into one with its ends. before is where what stands before it ended, and
// indent how far the block that it stands in is indented.
func (s *scanner) read(y *yaml.Node, before, indent int) *node {
	n := &node{kind: y.Kind, style: y.Style, text: y.Value, start: s.offset(y.Line, y.Column)}
	flow := y.Style&yaml.FlowStyle != 0
	n.odd = n.start < len(s.text) && s.text[n.start] == '!' // a tag, and the value is somewhere behind it
	switch {
	case y.Kind == yaml.ScalarNode:
		if y.Value == "" && y.Style&^yaml.FlowStyle == 0 { // nothing is written
			n.start, n.end = before, before
			if at := s.skip(before, " "); at < len(s.text) && s.text[at] == '!' { // but for a tag
				n.odd = true
			}
			return n
		}
		n.end = s.scalarEnd(y, n.start, indent)
	case flow:
		s.inside(n, y, n.start+1, indent)
		n.end = s.skip(s.last(n, n.start+1), " \n\r,") + 1
	default:
		n.block = true
		s.inside(n, y, n.start, y.Column-1)
		n.end = s.last(n, n.start)
	}
	return n
}

func (s *scanner) inside(n *node, y *yaml.Node, at, indent int) {
	if y.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(y.Content); i += 2 {
			key := s.read(y.Content[i], at, indent)
			at, _ = s.colon(key.end)
			value := s.read(y.Content[i+1], at, indent)
			at = value.end
			n.keys, n.of = append(n.keys, key), append(n.of, value)
		}
		return
	}
	for i, c := range y.Content {
		if n.block {
			dash := n.start
			if i > 0 {
				dash = s.dash(at, y.Column-1)
			}
			n.dashes, at = append(n.dashes, dash), dash+1
		}
		item := s.read(c, at, indent)
		at = item.end
		n.of = append(n.of, item)
	}
}

func (s *scanner) last(n *node, otherwise int) int {
	if len(n.of) == 0 {
		return otherwise
	}
	end := n.of[len(n.of)-1].end
	if n.block && n.kind == yaml.SequenceNode {
		end = max(end, n.dashes[len(n.dashes)-1]+1)
	}
	return end
}

// dash finds the next dash with that indentation.
func (s *scanner) dash(from, indent int) int {
	for at := s.lineAfter(from); at < len(s.text); at = s.lineAfter(at) {
		if s.indent(at) == indent && at+indent < len(s.text) && s.text[at+indent] == '-' {
			return at + indent
		}
	}
	return len(s.text)
}

// scalarEnd is the end of a scalar that begins at an offset.
func (s *scanner) scalarEnd(y *yaml.Node, at, indent int) int {
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		for at++; at < len(s.text) && s.text[at] != '"'; at++ {
			if s.text[at] == '\\' {
				at++
			}
		}
		return min(at+1, len(s.text))
	case y.Style&yaml.SingleQuotedStyle != 0:
		for at++; at < len(s.text); at++ {
			if s.text[at] != '\'' {
				continue
			}
			if at+1 >= len(s.text) || s.text[at+1] != '\'' {
				break
			}
			at++
		}
		return min(at+1, len(s.text))
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return s.blockEnd(at, indent)
	}
	// A plain scalar has no escapes: what is not white space stands in the text as it reads.
	left := 0
	for _, r := range y.Value {
		if !unicode.IsSpace(r) {
			left++
		}
	}
	for left > 0 && at < len(s.text) {
		r, size := utf8.DecodeRune(s.text[at:])
		if !unicode.IsSpace(r) {
			left--
		}
		at += size
	}
	return at
}

// blockEnd is the end of a literal or folded text: of its last line that says something.
func (s *scanner) blockEnd(at, indent int) int {
	end := s.lineEnd(at)
	header := string(s.text[at:end])
	within := -1
	if i := strings.IndexAny(header, "123456789"); i > 0 && i < 3 {
		within = indent + int(header[i]-'0')
	}
	for at = s.lineAfter(at); at < len(s.text); at = s.lineAfter(at) {
		if len(bytes.TrimSpace(s.text[at:s.lineEnd(at)])) == 0 {
			continue
		}
		in := s.indent(at)
		if within < 0 && in > indent {
			within = in
		}
		if within < 0 || in < within {
			break
		}
		end = s.lineEnd(at)
	}
	return end
}

// sound reports whether the values of a node stand within it and one after the other. Keys after question marks
// and what else YAML allows and nobody writes may not; then forms keep their hands off, and at says where.
func (n *node) sound(from, to int) (at int, ok bool) {
	if n.odd || n.start < from || n.end < n.start || n.end > to {
		return max(n.start, from), false
	}
	from = n.start
	for i, c := range n.of {
		if n.keys != nil {
			if at, ok := n.keys[i].sound(from, n.end); !ok {
				return at, false
			}
			from = n.keys[i].end
		}
		if at, ok := c.sound(from, n.end); !ok {
			return at, false
		}
		from = c.end
	}
	return 0, true
}

// colon is the offset behind the colon of a key that ends at an offset; false where there is none, as YAML lets
// one leave it out in braces.
func (s *scanner) colon(end int) (int, bool) {
	if at := s.skip(end, " \n\r"); at < len(s.text) && s.text[at] == ':' {
		return at + 1, true
	}
	return end, false
}

// skip passes comments and the characters that are named.
func (s *scanner) skip(at int, over string) int {
	for at < len(s.text) {
		switch c := s.text[at]; {
		case strings.IndexByte(over, c) >= 0:
			at++
		case c == '#' && at > 0 && strings.IndexByte(" \n,", s.text[at-1]) >= 0:
			at = s.lineEnd(at)
		default:
			return at
		}
	}
	return at
}

// lineStart, lineEnd and lineAfter are the beginning of the line of an offset, its end without the break,
// and the beginning of the next line.
func (s *scanner) lineStart(at int) int { return bytes.LastIndexByte(s.text[:at], '\n') + 1 }

func (s *scanner) lineEnd(at int) int {
	if end := bytes.IndexByte(s.text[at:], '\n'); end >= 0 {
		end += at
		if end > at && s.text[end-1] == '\r' {
			end--
		}
		return end
	}
	return len(s.text)
}

func (s *scanner) lineAfter(at int) int {
	if end := bytes.IndexByte(s.text[at:], '\n'); end >= 0 {
		return at + end + 1
	}
	return len(s.text)
}

// indent is the number of spaces at the beginning of the line that begins at an offset.
func (s *scanner) indent(at int) int {
	n := 0
	for at+n < len(s.text) && s.text[at+n] == ' ' {
		n++
	}
	return n
}

// column is how far an offset is from the beginning of its line, in bytes; before a key or dash there is
// nothing but spaces and dashes.
func (s *scanner) column(at int) int { return at - s.lineStart(at) }
