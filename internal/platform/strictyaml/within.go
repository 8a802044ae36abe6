package strictyaml

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Within finds where in the file the character stands that is number n (from 0) of the scalar with that
// path. Quotes, escapes, folded lines and block texts are seen through, so that a mistake in a
// condition is shown at its own column. Past the end it is the place after the last character.
func (s *Source) Within(path string, n int) (line, col int) {
	node, key := s.find(path)
	if node == nil || node.Kind != yaml.ScalarNode {
		p := s.At(path)
		return p.Line, p.Col
	}
	w := &walk{text: s.text, at: s.offset(node.Line, node.Column), line: node.Line, col: node.Column, left: n}
	switch {
	case node.Style&yaml.SingleQuotedStyle != 0:
		w.step()
		w.flow('\'')
	case node.Style&yaml.DoubleQuotedStyle != 0:
		w.step()
		w.flow('"')
	case node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		w.block(key)
	default:
		w.most = utf8.RuneCountInString(node.Value)
		w.flow(0)
	}
	return w.line, w.col
}

// walk goes through the source of a scalar and counts the characters of its value.
type walk struct {
	text      []byte
	at        int
	line, col int
	left      int // characters of the value still to pass
	most      int // of a plain scalar: how many it has, since nothing marks its end
}

func (w *walk) peek() byte {
	if w.at >= len(w.text) {
		return 0
	}
	return w.text[w.at]
}

// step passes one character of the source.
func (w *walk) step() {
	if w.at >= len(w.text) {
		return
	}
	if w.text[w.at] == '\n' {
		w.at, w.line, w.col = w.at+1, w.line+1, 1
		return
	}
	_, n := utf8.DecodeRune(w.text[w.at:])
	w.at, w.col = w.at+n, w.col+1
}

// flow walks a plain or quoted scalar.
func (w *walk) flow(quote byte) {
	for passed := 0; w.at < len(w.text); passed++ {
		if quote == 0 && passed >= w.most {
			return
		}
		c := w.peek()
		if c == quote && quote != 0 && !(quote == '\'' && w.at+1 < len(w.text) && w.text[w.at+1] == '\'') {
			return // the end
		}
		if space, breaks := w.gap(); breaks > 0 {
			// One line break reads as a space, k of them as k-1 breaks.
			reads := max(breaks-1, 1)
			if w.left < reads {
				return
			}
			w.left -= reads
			passed += reads - 1
			for range space {
				w.step()
			}
			continue
		}
		if w.left == 0 {
			return
		}
		switch {
		case quote == '"' && c == '\\':
			reads := w.escape()
			w.left -= reads
			passed += reads - 1
			continue
		case quote == '\'' && c == '\'':
			w.step()
		}
		w.step()
		w.left--
	}
}

// gap measures white space that contains a line break, in characters and breaks.
func (w *walk) gap() (length, breaks int) {
	for i := w.at; i < len(w.text); i++ {
		switch w.text[i] {
		case ' ', '\r':
		case '\n':
			breaks++
		default:
			return i - w.at, breaks
		}
	}
	return len(w.text) - w.at, breaks
}

// escape passes an escape in double quotes and returns how many characters it reads as.
func (w *walk) escape() int {
	w.step()
	long := 0
	switch w.peek() {
	case 'x':
		long = 2
	case 'u':
		long = 4
	case 'U':
		long = 8
	case '\n', '\r': // an escaped line end and the indentation after it read as nothing
		for c := w.peek(); c == '\n' || c == '\r' || c == ' '; c = w.peek() {
			w.step()
		}
		return 0
	}
	for range long + 1 {
		w.step()
	}
	return 1
}

// block walks a literal or folded text. In a folded one a single break reads as a space and so counts
// like the break of a literal one; of several breaks together one is not read.
func (w *walk) block(key *yaml.Node) {
	folded, told := w.peek() == '>', 0
	for c := w.peek(); c > ' '; c = w.peek() {
		if c >= '1' && c <= '9' {
			told = int(c - '0')
		}
		w.step()
	}
	w.line, w.col, w.at = w.line+1, 1, w.nextLine()
	indent := w.indentation()
	if told > 0 && key != nil { // an indication counts from the mapping that the key stands in
		indent = key.Column - 1 + told
	}
	for first := true; w.at < len(w.text); first = false {
		blank := 0
		for w.blankLine(indent) {
			w.line, w.col, w.at = w.line+1, 1, w.nextLine()
			blank++
		}
		if folded && blank > 0 && !first {
			blank--
		}
		w.left = max(w.left-blank, 0)
		for i := 0; i < indent && w.peek() == ' '; i++ {
			w.step()
		}
		for w.left > 0 && w.peek() != '\n' && w.at < len(w.text) {
			w.step()
			w.left--
		}
		if w.left == 0 || w.at >= len(w.text) {
			return
		}
		w.left--
		w.step()
	}
}

// nextLine is the offset of the next line.
func (w *walk) nextLine() int {
	if end := bytes.IndexByte(w.text[w.at:], '\n'); end >= 0 {
		return w.at + end + 1
	}
	return len(w.text)
}

// blankLine reports whether the line has nothing beyond the indentation.
func (w *walk) blankLine(indent int) bool {
	for i := w.at; i < len(w.text); i++ {
		switch w.text[i] {
		case ' ':
			if i-w.at >= indent {
				return false
			}
		case '\r':
		case '\n':
			return true
		default:
			return false
		}
	}
	return false
}

// indentation is that of the first line that is not blank.
func (w *walk) indentation() int {
	n := 0
	for i := w.at; i < len(w.text); i++ {
		switch w.text[i] {
		case ' ':
			n++
		case '\r':
		case '\n':
			n = 0
		default:
			return n
		}
	}
	return n
}
