package document

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

// Control is one field of a form with what stands in it.
type Control struct {
	Field
	Object string    // that it is a field of
	Name   string    // of what is posted: name, promised.n
	Path   string    // where it stands in the document
	Text   string    // what is written; of a Phrase the Chinese
	EN     string    // of a Phrase
	Words  []string  // of Terms, Choices and Picks
	Set    bool      // something stands there
	Parts  []Control // of a Part
	Items  []string  // of Many: the steps to the items
	One    bool      // of a Part: exactly one of its parts is to be filled in; Text is its key
}

// Wrong is a complaint about what was typed into a field: a text key, or a sentence of its own.
type Wrong struct {
	Name string
	Code string
	Said lang.Text
}

// Form is what an author fills in for the object at a path: all its fields, or those named. An object that is
// not there yet has an empty form.
func (d *Document) Form(path string, keys ...string) []Control {
	o, ok := ObjectAt(path)
	if !ok {
		return nil
	}
	return d.controls(o, path, "", keys)
}

func (d *Document) controls(o *Object, path, prefix string, keys []string) (all []Control) {
	for _, f := range o.Fields {
		if f.Kind == AsText || len(keys) > 0 && !slices.Contains(keys, f.Key) {
			continue
		}
		c := Control{Field: f, Object: o.Name, Name: prefix + f.Key, Path: Join(path, f.Key)}
		c.Set = d.Has(c.Path)
		switch f.Kind {
		case Phrase:
			c.Text, c.EN = d.Text(c.Path+"/zh"), d.Text(c.Path+"/en")
		case Terms, Choices, Picks:
			c.Words = d.Words(c.Path)
		case Money:
			c.Text = yuan(d.Text(c.Path))
		case Many:
			c.Items = d.Items(c.Path)
		case Part:
			of := objects[f.Of]
			c.Parts = d.controls(of, c.Path, c.Name+".", nil)
			if c.One = of.One; c.One {
				for _, p := range c.Parts {
					if p.Set && p.Kind != Terms {
						c.Text = p.Key
					}
				}
			}
		default:
			c.Text = d.Text(c.Path)
		}
		all = append(all, c)
	}
	return all
}

// yuan writes fen as yuan, and fen reads them; "" is not a sum.
func yuan(fen string) string {
	n, err := strconv.ParseInt(fen, 10, 64)
	if err != nil || n < 0 {
		return fen
	}
	text := strconv.FormatInt(n/100, 10)
	if n%100 != 0 {
		text += "." + strconv.FormatInt(100+n%100, 10)[1:]
	}
	return text
}

var sum = regexp.MustCompile(`^([0-9]{1,12})(?:\.([0-9]{1,2}))?$`)

func fen(yuan string) (string, bool) {
	m := sum.FindStringSubmatch(yuan)
	if m == nil {
		return "", false
	}
	text := strings.TrimLeft(m[1]+(m[2] + "00")[:2], "0")
	if text == "" {
		text = "0"
	}
	return text, true
}

// Post fills controls with what was posted, so that nothing that was typed is lost. value gives the values
// under a name.
func Post(controls []Control, value func(name string) []string) []Control {
	first := func(name string) string {
		if v := value(name); len(v) > 0 {
			return tidy(v[0])
		}
		return ""
	}
	filled := slices.Clone(controls)
	for i := range filled {
		c := &filled[i]
		switch c.Kind {
		case Phrase:
			c.Text, c.EN = first(c.Name+".zh"), first(c.Name+".en")
		case Terms:
			c.Words = strings.FieldsFunc(first(c.Name), func(r rune) bool { return strings.ContainsRune("\n,，、;；", r) })
			for k := range c.Words {
				c.Words[k] = strings.TrimSpace(c.Words[k])
			}
			c.Words = slices.DeleteFunc(c.Words, func(w string) bool { return w == "" })
		case Choices, Picks:
			c.Words = inOrder(c.Words, value(c.Name))
		case Many:
		case Part:
			if c.Parts = Post(c.Parts, value); c.One {
				c.Text = first(c.Name)
			}
		default:
			c.Text = first(c.Name)
		}
	}
	return filled
}

// inOrder are the words that were ticked: those that were written before as they stood, then the others.
func inOrder(before, ticked []string) (words []string) {
	for _, w := range before {
		if slices.Contains(ticked, w) {
			words = append(words, w)
		}
	}
	for _, w := range ticked {
		if w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

// tidy drops what a text of the catalogue does not hold: spaces at its ends, tabs, and signs that cannot be
// seen, which come along when somebody copies from elsewhere.
func tidy(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == 0xa0 || r == 0x2028 || r == 0x2029 || r == 0x85:
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x200b || r == 0x2060 || r == 0xfeff || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

var (
	idText      = regexp.MustCompile(`^[a-z][a-z0-9]*([-_][a-z0-9]+)*$`)
	questionID  = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	optionValue = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	whole       = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,8})$`)
)

// Check says what is wrong with the controls of the object at a path, or of one to be added to the list at it.
// What is only not filled in yet is not wrong: the checks of the draft tell it.
func (d *Document) Check(path string, controls []Control) (wrong []Wrong) {
	say := func(c Control, code string) { wrong = append(wrong, Wrong{Name: c.Name, Code: code}) }
	for _, c := range controls {
		switch c.Kind {
		case Part:
			parts := c.Parts
			if c.One {
				parts = slices.DeleteFunc(slices.Clone(parts), func(p Control) bool { return p.Key != c.Text && p.Kind != Terms })
			}
			wrong = append(wrong, d.Check(path, parts)...)
		case Whole, Number, Money:
			_, isSum := fen(c.Text)
			switch {
			case c.Text == "" && c.Required && !optionalPart(c.Name, controls):
				say(c, "field.required")
			case c.Text == "":
			case c.Kind == Whole && !whole.MatchString(c.Text):
				say(c, "field.integer")
			case c.Kind == Number && !number.MatchString(c.Text):
				say(c, "field.number")
			case c.Kind == Money && !isSum:
				say(c, "field.money")
			}
		case Day:
			if c.Text != "" && !day.MatchString(c.Text) {
				say(c, "field.date")
			}
		case Condition:
			if c.Text != "" {
				if what, remedy := CheckCondition(d.Asked(path), c.Text); !what.Empty() {
					wrong = append(wrong, Wrong{Name: c.Name, Said: lang.Text{ZH: what.ZH + "；" + remedy.ZH, EN: what.EN + "; " + remedy.EN}})
				}
			}
		case Line:
			if o := objects[c.Object]; c.Required && c.Key == o.ID() && !strings.Contains(c.Name, ".") {
				wrong = append(wrong, d.checkID(path, o, c)...)
			}
		}
	}
	return wrong
}

// optionalPart reports whether a number belongs to a part of which nothing is filled in: then it is not asked
// for.
func optionalPart(name string, controls []Control) bool {
	return strings.Contains(name, ".") && !slices.ContainsFunc(controls, Filled)
}

// Filled reports whether anything was filled in. A choice that must be made always has a value; alone it says
// nothing.
func Filled(c Control) bool {
	switch {
	case c.Kind == Part:
		return c.One && c.Text != "" || slices.ContainsFunc(c.Parts, Filled)
	case c.Kind == Many:
		return len(c.Items) > 0
	case c.Kind == Choice && c.Required:
		return false
	}
	return c.Text != "" || c.EN != "" || len(c.Words) > 0
}

func (d *Document) checkID(path string, o *Object, c Control) []Wrong {
	rule, code := idText, "studio.form.id"
	switch o.Name {
	case "question":
		rule, code = questionID, "studio.form.id.question"
	case "option":
		rule, code = optionValue, "studio.form.id.option"
	}
	if !rule.MatchString(c.Text) && !(c.Text == "" && !d.Has(path+"/"+c.Key)) || c.Text == "today" && o.Name == "question" {
		return []Wrong{{Name: c.Name, Code: code}}
	}
	if c.Text != "" && c.Text != d.Text(c.Path) && slices.Contains(d.ids(o.Name, path), c.Text) {
		return []Wrong{{Name: c.Name, Code: "studio.form.id.taken"}}
	}
	return nil
}

// ids are the names that an item of that kind may not take, because others have them: of form fields those of
// all sections, of everything else those of its list.
func (d *Document) ids(object, path string) (all []string) {
	if object == "field" {
		for _, s := range d.Items("sections") {
			all = append(all, d.Items(Join("sections", s, "fields"))...)
		}
		return all
	}
	if f, ok := fieldAt(path); ok && f.Kind == Many {
		return d.Items(path)
	}
	list, _ := Split(path)
	return d.Items(list)
}

// Asked are the questions that a condition at a path may name: for a question those before it.
func (d *Document) Asked(path string) (list []catalogue.Question) {
	list = d.Service().Questions
	if id, ok := strings.CutPrefix(path, "questions/"); ok {
		id, _, _ = strings.Cut(id, "/")
		if i := slices.IndexFunc(list, func(q catalogue.Question) bool { return q.ID == id }); i >= 0 {
			return list[:i]
		}
	}
	return list
}

// Apply writes controls into the object at a path.
func (d *Document) Apply(path string, controls []Control) (*Document, error) {
	var err error
	path = d.numbered(path) // what an item is called may be among what changes
	for _, c := range controls {
		if d, err = d.apply(c, Join(path, c.Key)); err != nil {
			return nil, err
		}
	}
	// The id last: until then everything else is found under the old one.
	for _, c := range controls {
		if o := objects[c.Object]; c.Key == o.ID() && c.Kind == Line && path != "" && c.Text != "" && d.Text(Join(path, c.Key)) != c.Text {
			return d.Rename(path, c.Text)
		}
	}
	return d, nil
}

func (d *Document) apply(c Control, at string) (*Document, error) {
	if c.Kind == Many || c.Key == objects[c.Object].ID() && c.Kind == Line && at != "id" {
		return d, nil
	}
	if c.Kind != Part || c.One || !d.Has(at) || !c.Required && !Filled(c) {
		return d.Set(at, c.value())
	}
	var err error
	for _, p := range c.Parts {
		if d, err = d.apply(p, Join(at, p.Key)); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// value is what a control writes: nothing, where nothing need be written.
func (c Control) value() Value {
	switch c.Kind {
	case Phrase:
		if c.Text == "" && c.EN == "" && !c.Required {
			return Value{}
		}
		return Mapping(Entry{"zh", Text(c.Text)}, Entry{"en", Text(c.EN)})
	case Terms, Choices, Picks:
		if len(c.Words) == 0 && !c.Required {
			return Value{}
		}
		return Words(c.Words...)
	case Yes:
		if c.Text != "true" {
			return Value{}
		}
		return Plain("true")
	case Whole, Number:
		if c.Text == "" {
			return Value{}
		}
		return Plain(c.Text)
	case Money:
		if n, ok := fen(c.Text); ok {
			return Plain(n)
		}
		return Value{}
	case Part:
		return c.part()
	case Many:
		return Value{}
	}
	if c.Text == "" && (!c.Required || c.Kind == Choice || c.Kind == Pick) {
		return Value{}
	}
	return Text(c.Text)
}

func (c Control) part() Value {
	if !c.Required && !Filled(c) {
		return Value{}
	}
	var entries []Entry
	for _, p := range c.Parts {
		if c.One && p.Key != c.Text && p.Kind != Terms {
			continue
		}
		if c.One && p.Kind == Yes {
			p.Text = "true"
		}
		if c.One && p.Kind == Terms && c.Text != "register" && c.Text != "certificate" {
			continue
		}
		entries = append(entries, Entry{p.Key, p.value()})
	}
	v := Mapping(entries...)
	if objects[c.Of].Wide {
		v = v.Wide()
	}
	return v
}

// Append adds an object with these controls to the list at a path. One that was given no id gets the next that
// is free. It returns the path of what was added.
func (d *Document) Append(path string, controls []Control) (*Document, string, error) {
	o, ok := ObjectAt(path)
	if !ok {
		return nil, "", lost()
	}
	var entries []Entry
	for _, c := range controls {
		if c.Key == o.ID() && c.Kind == Line && c.Text == "" {
			c.Text = d.free(o.Name, path)
		}
		if c.Kind == Many && c.Required {
			entries = append(entries, Entry{c.Key, List()})
			continue
		}
		entries = append(entries, Entry{c.Key, c.value()})
	}
	v := Mapping(entries...)
	if o.Wide {
		v = v.Wide()
	}
	next, err := d.Add(path, -1, v)
	if err != nil {
		return nil, "", err
	}
	n := next.find(path)
	return next, Join(path, n.step(len(n.of)-1)), nil
}

// free is an id that nothing else of its kind has.
func (d *Document) free(object, path string) string {
	taken := d.ids(object, path)
	between := "-"
	if object == "question" || object == "field" {
		between = "_"
	}
	for i := len(taken) + 1; ; i++ {
		if id := object + between + strconv.Itoa(i); !slices.Contains(taken, id) {
			return id
		}
	}
}

// each visits every field that is filled in, with its path.
func (d *Document) each(visit func(path string, f Field)) {
	var walk func(n *node, o *Object, path string)
	walk = func(n *node, o *Object, path string) {
		for i, k := range n.keys {
			f, ok := o.Field(k.text)
			if !ok {
				continue
			}
			at := Join(path, k.text)
			visit(at, f)
			switch {
			case f.Kind == Part && n.of[i].kind == yaml.MappingNode:
				walk(n.of[i], objects[f.Of], at)
			case f.Kind == Many && n.of[i].kind == yaml.SequenceNode:
				for j, item := range n.of[i].of {
					walk(item, objects[f.Of], Join(at, "#"+strconv.Itoa(j)))
				}
			}
		}
	}
	walk(d.root, objects["service"], "")
}

// Cites are the paths of everything that says what it rests on.
func (d *Document) Cites() (paths []string) {
	d.each(func(path string, f Field) {
		if f.Of == "cite" {
			parent, key := Split(path)
			paths = append(paths, Join(d.Same(d, parent), key))
		}
	})
	return paths
}

// Conditions are the paths of everything that depends on the answers.
func (d *Document) Conditions() (paths []string) {
	d.each(func(path string, f Field) {
		if f.Kind == Condition {
			paths = append(paths, d.Same(d, path))
		}
	})
	return paths
}

// Uses are the paths at which the document speaks of the item at a path by its id.
func (d *Document) Uses(path string) (paths []string) {
	o, ok := ObjectAt(path)
	if !ok || o.ID() == "" {
		return nil
	}
	id := d.Text(Join(path, o.ID()))
	d.each(func(at string, f Field) {
		switch {
		case f.Refers == o.Name && (f.Kind == Pick && d.Text(at) == id || f.Kind == Picks && slices.Contains(d.Words(at), id)),
			f.Kind == Condition && o.Name == "question" && renamed(d.Text(at), id, "") != d.Text(at):
			paths = append(paths, d.Same(d, at))
		}
	})
	return paths
}

// Rename gives the item at a path another id, and writes it wherever the document calls the item by the old
// one, in conditions too.
func (d *Document) Rename(path, id string) (*Document, error) {
	o, ok := ObjectAt(path)
	if !ok || o.ID() == "" {
		return nil, lost()
	}
	was := d.Text(Join(path, o.ID()))
	next, err := d.Set(Join(path, o.ID()), Text(id))
	if err != nil {
		return nil, err
	}
	type change struct {
		path string
		v    Value
	}
	var changes []change
	next.each(func(at string, f Field) {
		switch {
		case f.Kind == Pick && f.Refers == o.Name && next.Text(at) == was:
			changes = append(changes, change{at, Text(id)})
		case f.Kind == Picks && f.Refers == o.Name && slices.Contains(next.Words(at), was):
			for i, w := range next.Words(at) {
				if w == was {
					changes = append(changes, change{Join(at, "#"+strconv.Itoa(i)), Text(id)})
				}
			}
		case f.Kind == Condition && o.Name == "question":
			if text := next.Text(at); renamed(text, was, id) != text {
				changes = append(changes, change{at, Text(renamed(text, was, id))})
			}
		}
	})
	for _, c := range changes {
		if next, err = next.Set(c.path, c.v); err != nil {
			return nil, err
		}
	}
	return next, nil
}

var token = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_][A-Za-z0-9_]*`)

// renamed is a condition in which a question has another name; what stands in quotes stays.
func renamed(condition, was, id string) string {
	return token.ReplaceAllStringFunc(condition, func(t string) string {
		if t == was {
			return id
		}
		return t
	})
}
