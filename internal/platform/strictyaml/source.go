package strictyaml

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"tongban/internal/platform/lang"
)

// Source is one YAML file that has been read; it knows where everything in it is.
type Source struct {
	file  string
	text  []byte
	root  *yaml.Node // nil when there is nothing, or nothing that could be read
	lines []int      // offset of the beginning of each line, made when first needed
}

// Place is where a value stands in a file, and where its key does. For an item of a list, or the whole
// file, both are the same.
type Place struct{ Line, Col, KeyLine, KeyCol int }

// Parse reads a text. The Source is never nil; when there are complaints it may hold nothing.
func Parse(file string, text []byte) (*Source, []Complaint) {
	s := &Source{file: file, text: text}
	if cs := s.lexical(); len(cs) > 0 {
		return s, cs
	}
	loader, err := yaml.NewLoader(bytes.NewReader(text),
		yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		return s, []Complaint{s.syntax(err)}
	}
	var doc yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		return s, []Complaint{s.empty()}
	case err != nil:
		return s, []Complaint{s.syntax(err)}
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind == yaml.ScalarNode && doc.Content[0].Tag == "!!null" {
		return s, []Complaint{s.empty()}
	}
	var second yaml.Node
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		return s, []Complaint{s.syntax(err)}
	default:
		return s, []Complaint{s.at(s.documentMark(second.Line), 1,
			Say("文件里有第二个文档", "a second document in the file"),
			Say("一个文件只写一个文档;删去 --- 或另建文件", "write one document per file: delete the ---, or begin another file"))}
	}
	s.root = doc.Content[0]
	return s, s.refuse(s.root, nil)
}

// File is the name under which the source was read.
func (s *Source) File() string { return s.file }

// Node is the root as the parser gave it, for who edits the text; nil when nothing could be read.
func (s *Source) Node() *yaml.Node { return s.root }

// List reports whether the file holds a list.
func (s *Source) List() bool { return s.root != nil && s.root.Kind == yaml.SequenceNode }

// At finds where the value with that path stands, such as `matters[2].when`; the empty path is the whole
// file. Of a path that is not there, it is the place of the nearest thing around it that is.
func (s *Source) At(path string) Place {
	if s.root == nil {
		return Place{1, 1, 1, 1}
	}
	n, key := s.find(path)
	if key == nil {
		key = n
	}
	return Place{n.Line, n.Column, key.Line, key.Column}
}

// Has reports whether there is a value with exactly that path.
func (s *Source) Has(path string) bool {
	if s.root == nil {
		return false
	}
	n := s.root
	for path != "" {
		step, rest, ok := cut(path)
		if !ok {
			return false
		}
		if n, _ = child(n, step); n == nil {
			return false
		}
		path = rest
	}
	return true
}

// Text is the scalar with that path, as it reads; empty when there is none.
func (s *Source) Text(path string) string {
	if !s.Has(path) {
		return ""
	}
	n, _ := s.find(path)
	return n.Value
}

// Complain makes a complaint about the value with that path.
func (s *Source) Complain(path string, what, remedy lang.Text) Complaint {
	p := s.At(path)
	return s.at(p.Line, p.Col, what, remedy)
}

// ComplainKey makes a complaint about the key with that path.
func (s *Source) ComplainKey(path string, what, remedy lang.Text) Complaint {
	p := s.At(path)
	return s.at(p.KeyLine, p.KeyCol, what, remedy)
}

// Key is the path of a key below a path.
func Key(path, key string) string {
	if key == "" || strings.ContainsAny(key, `.[]"\`) {
		return path + "[" + strconv.Quote(key) + "]"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// Item is the path of an item of the list with that path.
func Item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func (s *Source) at(line, col int, what, remedy lang.Text) Complaint {
	return Complaint{File: s.file, Line: line, Col: col, What: what, Remedy: remedy}
}

func (s *Source) on(n *yaml.Node, what, remedy lang.Text) Complaint {
	return s.at(n.Line, n.Column, what, remedy)
}

func (s *Source) empty() Complaint {
	return s.at(1, 1, Say("文件是空的", "the file is empty"), Say("写入内容,或删去文件", "write something into it, or delete it"))
}

// find walks the path as far as it goes.
func (s *Source) find(path string) (n, key *yaml.Node) {
	n = s.root
	for path != "" && n != nil {
		step, rest, ok := cut(path)
		if !ok {
			break
		}
		next, k := child(n, step)
		if next == nil {
			break
		}
		n, key, path = next, k, rest
	}
	return n, key
}

// step is a key, or the number of an item.
type step struct {
	key  string
	item int
	list bool
}

// cut takes the first step off a path.
func cut(path string) (st step, rest string, ok bool) {
	path = strings.TrimPrefix(path, ".")
	if strings.HasPrefix(path, `["`) {
		quoted, err := strconv.QuotedPrefix(path[1:])
		if err != nil || !strings.HasPrefix(path[1+len(quoted):], "]") {
			return st, "", false
		}
		key, err := strconv.Unquote(quoted)
		return step{key: key}, path[2+len(quoted):], err == nil
	}
	if strings.HasPrefix(path, "[") {
		end := strings.IndexByte(path, ']')
		if end < 0 {
			return st, "", false
		}
		i, err := strconv.Atoi(path[1:end])
		return step{item: i, list: true}, path[end+1:], err == nil
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		end = len(path)
	}
	return step{key: path[:end]}, path[end:], end > 0
}

func child(n *yaml.Node, st step) (value, key *yaml.Node) {
	switch {
	case st.list && n.Kind == yaml.SequenceNode && st.item >= 0 && st.item < len(n.Content):
		return n.Content[st.item], nil
	case !st.list && n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == st.key {
				return n.Content[i+1], n.Content[i]
			}
		}
	}
	return nil, nil
}

// refuse finds what is YAML but has no business in these files: anchors, aliases, tags, keys that are
// not words and keys that stand twice.
func (s *Source) refuse(n *yaml.Node, cs []Complaint) []Complaint {
	if n.Kind == yaml.AliasNode {
		return append(cs, s.on(n, Say("别名 *%s", "an alias, *%s", n.Value),
			Say("把值直接写在这里", "write the value itself here")))
	}
	if n.Anchor != "" {
		cs = append(cs, s.on(n, Say("锚点 &%s", "an anchor, &%s", n.Anchor),
			Say("删去锚点;值以 & 开头时加引号", "delete it; a value that begins with & needs quotes")))
	}
	if n.Style&yaml.TaggedStyle != 0 {
		cs = append(cs, s.on(n, Say("YAML 标签 %s", "a YAML tag, %s", n.Tag),
			Say("以 ! 开头的值要加引号", "a value that begins with ! needs quotes")))
	}
	if n.Kind != yaml.MappingNode {
		for _, c := range n.Content {
			cs = s.refuse(c, cs)
		}
		return cs
	}
	seen := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Value == "" {
			cs = append(cs, s.on(key, Say("键不是一个词", "a key that is not a word"), Say("键写成一个词", "write a word as key")))
		} else if first, twice := seen[key.Value]; twice {
			cs = append(cs, s.on(key, Say("键 %q 重复", "key %q stands twice", key.Value),
				Say("删去一个;第一个在第 %d 行", "delete one of them; the first is on line %d", first.Line)))
		} else {
			seen[key.Value] = key
		}
		if key.Kind == yaml.ScalarNode && (key.Anchor != "" || key.Style&yaml.TaggedStyle != 0) || key.Kind == yaml.AliasNode {
			cs = s.refuse(key, cs)
		}
		cs = s.refuse(n.Content[i+1], cs)
	}
	return cs
}

// documentMark finds the line of the --- before a document that begins on line.
func (s *Source) documentMark(line int) int {
	for l := line; l > 1; l-- {
		if bytes.HasPrefix(s.line(l), []byte("---")) {
			return l
		}
	}
	return line
}

func (s *Source) index() {
	if s.lines != nil {
		return
	}
	s.lines = []int{0}
	for i, b := range s.text {
		if b == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
}

// line returns the text of a line, without its end.
func (s *Source) line(l int) []byte {
	s.index()
	if l < 1 || l > len(s.lines) {
		return nil
	}
	from, to := s.lines[l-1], len(s.text)
	if l < len(s.lines) {
		to = s.lines[l] - 1
	}
	return s.text[from:to]
}

// offset is the byte offset of a line and column.
func (s *Source) offset(line, col int) int {
	s.index()
	if line < 1 || line > len(s.lines) {
		return len(s.text)
	}
	at := s.lines[line-1]
	for ; col > 1 && at < len(s.text) && s.text[at] != '\n'; col-- {
		_, n := utf8.DecodeRune(s.text[at:])
		at += n
	}
	return at
}
