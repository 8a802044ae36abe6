package document

import (
	"bytes"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
)

// Document is the text of a service.yaml with where everything in it stands. It does not change: an edit
// makes another.
type Document struct {
	file string
	src  *strictyaml.Source
	scan *scanner
	root *node
}

// Parse reads a text. When it is no YAML there is no document, and the complaints say at which line.
func Parse(file string, text []byte) (*Document, []strictyaml.Complaint) {
	src, complaints := strictyaml.Parse(file, text)
	if len(complaints) > 0 {
		return nil, complaints
	}
	d := &Document{file: file, src: src, scan: newScanner(text)}
	d.root = d.scan.read(src.Node(), 0, -1)
	if at, ok := d.root.sound(0, len(text)); !ok {
		return nil, []strictyaml.Complaint{{File: file, Line: bytes.Count(text[:min(at, len(text))], []byte("\n")) + 1, Col: 1,
			What:   strictyaml.Say("表单读不懂这里的写法", "forms cannot read what is written here"),
			Remedy: strictyaml.Say("写成“键: 值”", "write it as \"key: value\"")}}
	}
	return d, nil
}

// String is the text.
func (d *Document) String() string { return string(d.scan.text) }

// Service is what can be read of the service; what is missing or wrong is left out.
func (d *Document) Service() catalogue.Service {
	var s catalogue.Service
	d.src.Decode(&s, nil)
	return s
}

// Text is the scalar at a path; empty when there is none.
func (d *Document) Text(path string) string {
	if n := d.find(path); n != nil && n.kind == yaml.ScalarNode {
		return n.text
	}
	return ""
}

// Has reports whether there is something at a path.
func (d *Document) Has(path string) bool { return d.find(path) != nil }

// Items are the steps to the items of the list at a path: their names, or #n of those without a name of
// their own.
func (d *Document) Items(path string) []string {
	n := d.find(path)
	if n == nil || n.kind != yaml.SequenceNode {
		return nil
	}
	steps := make([]string, len(n.of))
	for i := range n.of {
		steps[i] = n.step(i)
	}
	return steps
}

// step is how a path names item i of a list.
func (n *node) step(i int) string {
	if name := n.of[i].name(); n.index(name) == i && !strings.ContainsAny(name, "/#") {
		return name
	}
	return "#" + strconv.Itoa(i)
}

// Words are the texts of the list at a path.
func (d *Document) Words(path string) []string {
	n := d.find(path)
	if n == nil || n.kind != yaml.SequenceNode {
		return nil
	}
	var words []string
	for _, c := range n.of {
		if c.kind == yaml.ScalarNode {
			words = append(words, c.text)
		}
	}
	return words
}

// At is the path of what stands at a line and column, as near as there is one.
func (d *Document) At(line, col int) string {
	at := d.scan.offset(line, col)
	path := ""
	for n := d.root; ; {
		next, step := (*node)(nil), ""
		for i, c := range n.of {
			from := c.start
			if n.kind == yaml.MappingNode {
				from = n.keys[i].start
			}
			if from <= at && at <= c.end {
				next, step = c, ""
				if n.kind == yaml.MappingNode {
					step = n.keys[i].text
				} else {
					step = n.step(i)
				}
			}
		}
		if next == nil {
			return path
		}
		n, path = next, Join(path, step)
	}
}

// Place is the line and column of what stands at a path.
func (d *Document) Place(path string) (line, col int) {
	n := d.find(path)
	if n == nil {
		return 1, 1
	}
	return bytes.Count(d.scan.text[:n.start], []byte("\n")) + 1, d.scan.column(n.start) + 1
}

// Join makes a path of steps.
func Join(path string, steps ...string) string {
	for _, s := range steps {
		if path != "" {
			path += "/"
		}
		path += s
	}
	return path
}

// Split cuts the last step off a path.
func Split(path string) (parent, last string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

// find is the node at a path, or nil.
func (d *Document) find(path string) *node {
	n := d.root
	for path != "" && n != nil {
		step, rest, _ := strings.Cut(path, "/")
		switch n.kind {
		case yaml.MappingNode:
			n = n.child(step)
		case yaml.SequenceNode:
			i := n.index(step)
			if i < 0 {
				return nil
			}
			n = n.of[i]
		default:
			return nil
		}
		path = rest
	}
	return n
}

// numbered is a path by the places of the items.
func (d *Document) numbered(path string) string {
	n, by := d.root, ""
	for path != "" && n != nil {
		var step string
		step, path, _ = strings.Cut(path, "/")
		if n.kind == yaml.SequenceNode {
			i := n.index(step)
			if i < 0 {
				return Join(by, step, path)
			}
			n, step = n.of[i], "#"+strconv.Itoa(i)
		} else {
			n = n.child(step)
		}
		by = Join(by, step)
	}
	return by
}

// Same is the path, in a document that was edited since, of what stood at a path before: by its place.
func (d *Document) Same(before *Document, path string) string {
	n, by := d.root, ""
	for _, step := range strings.Split(before.numbered(path), "/") {
		if n != nil && n.kind == yaml.SequenceNode {
			i := n.index(step)
			if i < 0 {
				return by
			}
			n, step = n.of[i], n.step(i)
		} else if n != nil {
			n = n.child(step)
		}
		by = Join(by, step)
	}
	return by
}

// lost is the error of a path that is not there: somebody took it away, or it never was.
func lost() error { return fault.New(fault.NotFound, "error.studio.gone") }

// splice puts a text in place of what stands between two offsets.
func (d *Document) splice(from, to int, with string) (*Document, error) {
	if bytes.Contains(d.scan.text, []byte("\r\n")) {
		with = strings.ReplaceAll(strings.ReplaceAll(with, "\r\n", "\n"), "\n", "\r\n")
	}
	text := make([]byte, 0, len(d.scan.text)+len(with))
	text = append(append(append(text, d.scan.text[:from]...), with...), d.scan.text[to:]...)
	if bytes.Equal(text, d.scan.text) {
		return d, nil
	}
	next, complaints := Parse(d.file, text)
	if next == nil {
		f := fault.New(fault.Invalid, "error.studio.text")
		f.Said = complaints[0].What
		return nil, f
	}
	return next, nil
}
