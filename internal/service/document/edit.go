package document

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Set writes a value at a path. What is there already and the same stays as it is written; of a mapping only
// the entries that differ are touched. No value takes away what is there.
func (d *Document) Set(path string, v Value) (*Document, error) {
	if v.Empty() {
		if !d.Has(path) {
			return d, nil
		}
		return d.Remove(path)
	}
	n := d.find(path)
	if n == nil {
		return d.insert(path, v)
	}
	if same(n, v) {
		return d, nil
	}
	if n.kind == yaml.MappingNode && v.kind == yaml.MappingNode && len(n.keys) > 0 {
		return d.merge(path, v)
	}
	parentPath, last := Split(path)
	parent := d.find(parentPath)
	if path == "" || parent.kind == yaml.MappingNode && !d.colons(parent, last) {
		return nil, lost()
	}
	switch {
	case n.kind == yaml.ScalarNode && v.kind == yaml.ScalarNode && n.start < n.end && n.style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0:
		text := v.text
		if !v.plain {
			text = scalar(v.text, n.style, !parent.block)
		}
		return d.splice(n.start, n.end, text)
	case !parent.block && n.start == n.end:
		return d.splice(n.start, n.end, " "+v.inline(true))
	case !parent.block:
		return d.splice(n.start, n.end, v.inline(true))
	case n.block && n.kind == yaml.SequenceNode && v.kind == yaml.SequenceNode:
		v = v.Wide()
	}
	if parent.kind == yaml.SequenceNode {
		i := parent.index(last)
		return d.splice(parent.dashes[i]+1, n.end, " "+v.lines(d.scan.column(parent.dashes[i])+2))
	}
	i := slices.IndexFunc(parent.keys, func(k *node) bool { return k.text == last })
	return d.splice(d.colon(parent, i), n.end, v.after(d.scan.column(parent.keys[i].start)))
}

// same reports whether a node says what a value says.
func same(n *node, v Value) bool {
	if n.kind != v.kind {
		return false
	}
	if n.kind == yaml.ScalarNode {
		quoted := n.style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
		return n.text == v.text && n.start < n.end && !(v.plain && quoted)
	}
	if len(n.of) != len(v.of) {
		return false
	}
	for i, e := range v.of {
		c := n.of[i]
		if n.kind == yaml.MappingNode {
			c = n.child(e.Key)
		}
		if c == nil || !same(c, e.Value) {
			return false
		}
	}
	return true
}

// merge writes the entries of a mapping into the one that is there.
func (d *Document) merge(path string, v Value) (*Document, error) {
	var err error
	for _, e := range v.of {
		if d, err = d.Set(Join(path, e.Key), e.Value); err != nil {
			return nil, err
		}
	}
	for _, k := range d.find(path).keys {
		if !slices.ContainsFunc(v.of, func(e Entry) bool { return e.Key == k.text }) {
			if d, err = d.Remove(Join(path, k.text)); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// colon is the offset after the colon of key i.
func (d *Document) colon(n *node, i int) int {
	at, _ := d.scan.colon(n.keys[i].end)
	return at
}

// colons reports whether a key is written with its colon.
func (d *Document) colons(n *node, key string) bool {
	i := slices.IndexFunc(n.keys, func(k *node) bool { return k.text == key })
	_, ok := d.scan.colon(n.keys[i].end)
	return ok
}

// insert writes a key that is not there yet, behind the nearest that the order of the format puts before it.
func (d *Document) insert(path string, v Value) (*Document, error) {
	parentPath, key := Split(path)
	n := d.find(parentPath)
	if n == nil || n.kind != yaml.MappingNode {
		return nil, lost()
	}
	if len(n.keys) == 0 {
		return d.replaceEmpty(parentPath, n, Mapping(Entry{key, v}))
	}
	order := keyOrder(parentPath)
	rank := func(key string) int {
		if i := slices.Index(order, key); i >= 0 {
			return i
		}
		return len(order)
	}
	before := -1
	for i, k := range n.keys {
		if rank(k.text) <= rank(key) && (before < 0 || rank(k.text) >= rank(n.keys[before].text)) {
			before = i
		}
	}
	if !n.block {
		if before < 0 {
			return d.splice(n.keys[0].start, n.keys[0].start, scalar(key, 0, true)+": "+v.inline(true)+", ")
		}
		at := max(n.of[before].end, d.colon(n, before))
		return d.splice(at, at, ", "+scalar(key, 0, true)+": "+v.inline(true))
	}
	indent := d.scan.column(n.keys[0].start)
	entry := scalar(key, 0, false) + ":" + v.after(indent)
	if before < 0 {
		at := n.keys[0].start
		return d.splice(at, at, entry+"\n"+strings.Repeat(" ", indent))
	}
	gap := "\n"
	if parentPath == "" && v.wide {
		gap = "\n\n" // the parts of a service stand apart
	}
	at := d.scan.lineEnd(max(n.of[before].end, d.colon(n, before)))
	return d.splice(at, at, gap+strings.Repeat(" ", indent)+entry)
}

// replaceEmpty writes a value in place of {} or [] or nothing.
func (d *Document) replaceEmpty(path string, n *node, v Value) (*Document, error) {
	parentPath, last := Split(path)
	parent := d.find(parentPath)
	if path == "" || parent == nil || !parent.block {
		if n.start == n.end {
			return d.splice(n.start, n.end, " "+v.inline(true))
		}
		return d.splice(n.start, n.end, v.inline(true))
	}
	if parent.kind == yaml.SequenceNode {
		i := parent.index(last)
		return d.splice(parent.dashes[i]+1, n.end, " "+v.lines(d.scan.column(parent.dashes[i])+2))
	}
	i := slices.IndexFunc(parent.keys, func(k *node) bool { return k.text == last })
	return d.splice(d.colon(parent, i), n.end, v.after(d.scan.column(parent.keys[i].start)))
}

// Add puts an item into the list at a path, before item at or, with -1, at the end. The list is made when
// there is none.
func (d *Document) Add(path string, at int, v Value) (*Document, error) {
	n := d.find(path)
	list := List(v)
	if v.kind == yaml.MappingNode {
		list = list.Wide()
	}
	if n == nil {
		return d.insert(path, list)
	}
	if n.kind == yaml.ScalarNode && n.text == "" || n.kind == yaml.SequenceNode && len(n.of) == 0 {
		return d.replaceEmpty(path, n, list)
	}
	if n.kind != yaml.SequenceNode {
		return nil, lost()
	}
	if at < 0 || at > len(n.of) {
		at = len(n.of)
	}
	switch {
	case !n.block && at == 0:
		return d.splice(n.of[0].start, n.of[0].start, v.inline(true)+", ")
	case !n.block:
		return d.splice(n.of[at-1].end, n.of[at-1].end, ", "+v.inline(true))
	}
	indent := d.scan.column(n.dashes[0])
	item := "- " + v.lines(indent+2)
	if at == 0 {
		return d.splice(n.dashes[0], n.dashes[0], item+"\n"+strings.Repeat(" ", indent))
	}
	end := d.scan.lineEnd(n.itemEnd(at - 1))
	return d.splice(end, end, "\n"+strings.Repeat(" ", indent)+item)
}

// itemEnd is where item i of a block list ends.
func (n *node) itemEnd(i int) int { return max(n.of[i].end, n.dashes[i]+1) }

// Remove takes away what stands at a path, with what is written behind it on its line. Comments on lines of
// their own above it stay. A list that would be left without items goes too, where the format lets it.
func (d *Document) Remove(path string) (*Document, error) {
	parentPath, last := Split(path)
	n := d.find(parentPath)
	if n == nil || path == "" || !d.Has(path) {
		return nil, lost()
	}
	if n.kind == yaml.SequenceNode {
		return d.removeItem(parentPath, n, n.index(last))
	}
	i := slices.IndexFunc(n.keys, func(k *node) bool { return k.text == last })
	switch {
	case len(n.keys) == 1 && parentPath != "":
		return d.splice(n.start, n.end, "{}")
	case !n.block && i == 0:
		return d.splice(n.keys[0].start, n.keys[1].start, "")
	case !n.block:
		return d.splice(max(n.of[i-1].end, d.colon(n, i-1)), max(n.of[i].end, d.colon(n, i)), "")
	}
	from, to := d.scan.lineStart(n.keys[i].start), max(n.of[i].end, d.colon(n, i))
	if d.scan.indent(from) == d.scan.column(n.keys[i].start) {
		return d.cutLines(from, to)
	}
	// The first key of an item stands behind its dash. The next takes its place, and what stands on lines
	// between them moves above.
	between := string(d.scan.text[d.scan.lineAfter(to):d.scan.lineStart(n.keys[1].start)])
	dash := string(d.scan.text[from:n.keys[0].start])
	return d.splice(from, n.keys[1].start, between+dash)
}

// cutLines takes out the lines between two offsets.
func (d *Document) cutLines(from, to int) (*Document, error) {
	after := d.scan.lineAfter(to)
	if after == len(d.scan.text) && d.scan.text[len(d.scan.text)-1] != '\n' && from > 0 {
		from = d.scan.lineEnd(from - 1) // the last line has no end of its own
	}
	return d.splice(from, after, "")
}

func (d *Document) removeItem(path string, n *node, i int) (*Document, error) {
	if len(n.of) == 1 {
		if f, ok := fieldAt(path); ok && !f.Required && path != "" {
			return d.Remove(path)
		}
		if n.block {
			return d.emptied(path, n)
		}
		return d.splice(n.of[0].start, n.of[0].end, "")
	}
	switch {
	case !n.block && i == 0:
		return d.splice(n.of[0].start, n.of[1].start, "")
	case !n.block:
		return d.splice(n.of[i-1].end, n.of[i].end, "")
	}
	from := d.scan.lineStart(n.dashes[i])
	if d.scan.indent(from) != d.scan.column(n.dashes[i]) { // a list that begins behind a dash
		return d.splice(n.dashes[i], n.dashes[i+1], "")
	}
	return d.cutLines(from, n.itemEnd(i))
}

// emptied writes [] for a list that lost its last item.
func (d *Document) emptied(path string, n *node) (*Document, error) {
	parentPath, last := Split(path)
	parent := d.find(parentPath)
	from := n.start
	if path != "" && parent.kind == yaml.MappingNode {
		from = d.colon(parent, slices.IndexFunc(parent.keys, func(k *node) bool { return k.text == last }))
		between := string(d.scan.text[from:d.scan.lineStart(n.start)]) // comments between the key and the list
		return d.splice(from, n.end, " []"+strings.TrimRight(between, "\r\n"))
	}
	return d.splice(from, n.end, "[]")
}

// Move puts an item of a list to place to. The comments directly above an item go with it.
func (d *Document) Move(path string, to int) (*Document, error) {
	listPath, last := Split(path)
	n := d.find(listPath)
	if n == nil || n.kind != yaml.SequenceNode {
		return nil, lost()
	}
	i := n.index(last)
	if i < 0 || to < 0 || to >= len(n.of) {
		return nil, lost()
	}
	if i == to {
		return d, nil
	}
	if !n.block {
		return d.moveInline(n, i, to)
	}
	if from := d.scan.lineStart(n.dashes[0]); d.scan.indent(from) != d.scan.column(n.dashes[0]) {
		return nil, lost() // a list that begins behind a dash; no part of a service does
	}
	from, end := d.segment(n, i)
	item := string(d.scan.text[from:end])
	rest := string(d.scan.text[:from]) + string(d.scan.text[end:])
	at, after := d.segment(n, to)
	if to > i {
		at = after - len(item)
	}
	// The last line of a file may lack its end.
	ends := strings.HasSuffix(d.String(), "\n")
	if !ends {
		item = strings.TrimSuffix(item, "\n") + "\n"
		if to > i && after == len(d.scan.text) {
			rest, at = rest+"\n", at+1
			at = min(at, len(rest))
		}
	}
	moved := rest[:at] + item + rest[at:]
	if !ends {
		moved = strings.TrimSuffix(moved, "\n")
	}
	return d.splice(0, len(d.scan.text), moved)
}

// segment is the lines of item i of a block list, with the comments directly above it.
func (d *Document) segment(n *node, i int) (from, end int) {
	from = d.scan.lineStart(n.dashes[i])
	floor := 0
	if i > 0 {
		floor = d.scan.lineAfter(n.itemEnd(i - 1))
	} else {
		floor = from // what stands above the first item is about the list
	}
	for from > floor {
		above := d.scan.lineStart(from - 1)
		if !strings.HasPrefix(strings.TrimLeft(string(d.scan.text[above:from]), " "), "#") {
			break
		}
		from = above
	}
	return from, d.scan.lineAfter(n.itemEnd(i))
}

// moveInline exchanges the items of a list on one line; what stands between them stays.
func (d *Document) moveInline(n *node, i, to int) (*Document, error) {
	order := make([]int, len(n.of))
	for k := range order {
		order[k] = k
	}
	order = slices.Insert(slices.Delete(order, i, i+1), to, i)
	var b strings.Builder
	for k, from := range order {
		if k > 0 {
			b.Write(d.scan.text[n.of[k-1].end:n.of[k].start])
		}
		b.Write(d.scan.text[n.of[from].start:n.of[from].end])
	}
	return d.splice(n.of[0].start, n.of[len(n.of)-1].end, b.String())
}

// SetCondition writes a condition, or takes it away when it is empty: then what it decides holds for
// everybody.
func (d *Document) SetCondition(path, condition string) (*Document, error) {
	if strings.TrimSpace(condition) == "" {
		return d.Set(path, Value{})
	}
	return d.Set(path, Text(condition))
}
