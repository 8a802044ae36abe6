package strictyaml

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unique"

	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/lang"
)

var textType = reflect.TypeFor[lang.Text]()

// Read parses a text and decodes it, and returns every complaint of both.
func Read[T any](file string, text []byte, g *Grammar) (T, *Source, []Complaint) {
	var into T
	s, cs := Parse(file, text)
	return into, s, append(cs, s.Decode(&into, g)...)
}

// Decode fills into, which is a pointer, from the source and returns everything that is wrong with it.
// What is wrong is left out. A grammar may be nil.
func (s *Source) Decode(into any, g *Grammar) []Complaint {
	if s.root == nil {
		return nil
	}
	d := &decoder{src: s, grammar: g}
	d.value(s.root, reflect.ValueOf(into).Elem(), Rule{}, "")
	return d.complaints
}

type decoder struct {
	src        *Source
	grammar    *Grammar
	complaints []Complaint
}

func (d *decoder) complain(n *yaml.Node, what, remedy lang.Text) {
	d.complaints = append(d.complaints, d.src.on(n, what, remedy))
}

// value decodes one node; name is its key, for what is said about it.
func (d *decoder) value(n *yaml.Node, v reflect.Value, r Rule, name string) {
	if n.Kind == yaml.AliasNode || n.Style&yaml.TaggedStyle != 0 {
		return // refused already
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Style == 0 {
		d.complain(n, Say("%[1]s没有值", "%[2]s has no value", subject(name).ZH, subject(name).EN), d.wanted(v.Type(), r))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.object(n, v, name)
	case reflect.Map:
		d.table(n, v, r, name)
	case reflect.Slice:
		d.list(n, v, r, name)
	default:
		if n.Kind != yaml.ScalarNode {
			d.mismatch(n, v.Type(), r, name)
			return
		}
		d.scalar(n, v, r, name)
	}
}

func (d *decoder) object(n *yaml.Node, v reflect.Value, name string) {
	if n.Kind != yaml.MappingNode {
		d.mismatch(n, v.Type(), Rule{}, name)
		return
	}
	sh := shapeOf(v.Type())
	seen := make([]bool, len(sh.fields))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			continue // refused already
		}
		at, known := sh.byKey[key.Value]
		if !known {
			d.unknown(n, key, val, sh, v.Type())
			continue
		}
		if seen[at] {
			continue // refused already
		}
		seen[at] = true
		f := sh.fields[at]
		r, _ := d.grammar.Rule(v.Type(), f.key)
		d.value(val, v.Field(f.index), r, f.key)
		if f.required && val.Kind == yaml.ScalarNode && val.Value == "" && (val.Style != 0 || val.Tag != "!!null") && val.Style&yaml.TaggedStyle == 0 {
			d.complain(val, Say("%[1]s是空的", "%[2]s is empty", subject(f.key).ZH, subject(f.key).EN), d.wanted(f.typ, r))
		}
	}
	for i, f := range sh.fields {
		if !f.required || seen[i] {
			continue
		}
		r, _ := d.grammar.Rule(v.Type(), f.key)
		w := d.wanted(f.typ, r)
		if v.Type() == textType {
			missing := map[string]lang.Text{"zh": Say("中文", "Chinese"), "en": Say("英文", "English")}[f.key]
			d.complain(n, Say("文字缺%[1]s(%[3]s)", "the text is missing in %[2]s (%[3]s)", missing.ZH, missing.EN, f.key),
				Say("写成 {zh: …, en: …}", "write {zh: …, en: …}"))
			continue
		}
		d.complain(n, Say("缺 %[1]q", "%[1]q is missing", f.key),
			Say("加上 %[1]s:(%[2]s)", "add %[1]s: (%[3]s)", f.key, w.ZH, w.EN))
	}
}

// unknown complains about a key that the type does not have.
func (d *decoder) unknown(n, key, val *yaml.Node, sh *shape, t reflect.Type) {
	if t == textType && n.Style&yaml.FlowStyle != 0 && val.Tag == "!!null" && val.Value == "" {
		d.complain(key, Say("文字在英文逗号处断开了", "the text breaks off at a comma"),
			Say("给含有英文逗号的文字加引号", "put text that contains a comma into quotes"))
		return
	}
	if key.Value == "<<" {
		d.complain(key, Say("合并键 <<", "a merge key, <<"), Say("把值直接写在这里", "write the values themselves here"))
		return
	}
	d.complain(key, Say("未知的键 %q", "unknown key %q", key.Value),
		DidYouMean(key.Value, sh.keys, Say("键", "keys")))
}

func (d *decoder) table(n *yaml.Node, v reflect.Value, r Rule, name string) {
	if n.Kind != yaml.MappingNode {
		d.mismatch(n, v.Type(), r, name)
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Content)/2))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Style&yaml.TaggedStyle != 0 {
			continue // refused already
		}
		if key.Value == "<<" {
			d.unknown(n, key, val, nil, v.Type())
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(val, item, r, key.Value)
		v.SetMapIndex(reflect.ValueOf(key.Value).Convert(v.Type().Key()), item)
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, r Rule, name string) {
	if n.Kind != yaml.SequenceNode {
		d.mismatch(n, v.Type(), r, name)
		return
	}
	if len(n.Content) < r.Least {
		d.complain(n, Say("%[1]s太少:%[3]d 项", "too few in %[2]s: %[3]d", subject(name).ZH, subject(name).EN, len(n.Content)),
			Say("至少写 %d 项", "write at least %d", r.Least))
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	r.Least = 0
	for i, c := range n.Content {
		d.value(c, v.Index(i), r, name)
	}
}

var (
	wholeNumber   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	decimalNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
)

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, r Rule, name string) {
	plain := n.Style&^yaml.FlowStyle == 0
	wrong := func() { d.mismatch(n, v.Type(), r, name) }
	switch v.Kind() {
	case reflect.String:
		v.SetString(kept(n.Value))
		d.words(n, r, name)
	case reflect.Bool:
		if !plain || n.Value != "true" && n.Value != "false" {
			wrong()
			return
		}
		v.SetBool(n.Value == "true")
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(n.Value, 10, 64)
		if !plain || !wholeNumber.MatchString(n.Value) || err != nil || v.OverflowInt(i) {
			wrong()
			return
		}
		v.SetInt(i)
		d.bounds(n, float64(i), r, name)
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if !plain || !decimalNumber.MatchString(n.Value) || err != nil {
			wrong()
			return
		}
		v.SetFloat(f)
		d.bounds(n, f, r, name)
	default:
		panic(fmt.Sprintf("strictyaml: cannot decode into %s", v.Type()))
	}
}

// kept is a text as it is kept: what is short stands in many files (an id, a number to call, the hours of a
// counter), and is held once for all of them. It makes up half of what such files say.
func kept(text string) string {
	const short = 64 // bytes; a longer one seldom stands twice
	if len(text) > short {
		return text
	}
	return unique.Make(text).Value()
}

// words checks a text against its rule. An empty text is somebody else's complaint.
func (d *decoder) words(n *yaml.Node, r Rule, name string) {
	if n.Value == "" {
		return
	}
	if len(r.OneOf) > 0 {
		for _, w := range r.OneOf {
			if w == n.Value {
				return
			}
		}
		near := DidYouMean(n.Value, r.OneOf, Say("值", "values"))
		if r.Shape.ZH != "" {
			near = Say("%[1]s;应是%[3]s", "%[2]s; it should be %[4]s", near.ZH, near.EN, r.Shape.ZH, r.Shape.EN)
		}
		d.complain(n, Say("%[1]s不能是 %[3]q", "%[2]s cannot be %[3]q", subject(name).ZH, subject(name).EN, n.Value), near)
		return
	}
	if r.Pattern != "" && !d.grammar.patterns[r.Pattern].MatchString(n.Value) || r.Valid != nil && !r.Valid(n.Value) {
		d.complain(n, Say("%[1]s不能是 %[3]q", "%[2]s cannot be %[3]q", subject(name).ZH, subject(name).EN, n.Value), d.wanted(textTypeString, r))
	}
}

var textTypeString = reflect.TypeFor[string]()

func (d *decoder) bounds(n *yaml.Node, f float64, r Rule, name string) {
	if r.Min != nil && f < *r.Min || r.Max != nil && f > *r.Max {
		d.complain(n, Say("%[1]s超出范围:%[3]s", "%[2]s is out of range: %[3]s", subject(name).ZH, subject(name).EN, n.Value), d.wanted(reflect.TypeFor[int](), r))
	}
}

// mismatch complains that a value is of the wrong kind.
func (d *decoder) mismatch(n *yaml.Node, t reflect.Type, r Rule, name string) {
	is := Say("列表", "a list")
	switch n.Kind {
	case yaml.MappingNode:
		is = Say("一组键值", "a mapping")
	case yaml.ScalarNode:
		if is = Say("%q", "%q", n.Value); n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			is = Say("加了引号的 %q", "%q in quotes", n.Value)
		}
	}
	w := d.wanted(t, r)
	d.complain(n, Say("%[1]s不能是%[3]s", "%[2]s cannot be %[4]s", subject(name).ZH, subject(name).EN, is.ZH, is.EN), w)
}

// subject names a key in a sentence.
func subject(name string) lang.Text {
	if name == "" {
		return Say("这里", "this")
	}
	return Say("%s ", "%s", name)
}

// wanted says what should be written for a type under a rule.
func (d *decoder) wanted(t reflect.Type, r Rule) lang.Text {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		switch {
		case len(r.OneOf) > 0 && len(r.OneOf) <= 12:
			return Say("写 %[1]s 之一", "write one of %[2]s", strings.Join(r.OneOf, "、"), strings.Join(r.OneOf, ", "))
		case r.Shape.ZH != "":
			return Say("应是%[1]s", "it should be %[2]s", r.Shape.ZH, r.Shape.EN)
		}
		return Say("写一段文字", "write a text")
	case reflect.Bool:
		return Say("写 true 或 false", "write true or false")
	case reflect.Int, reflect.Int64, reflect.Float64:
		return d.number(t, r)
	case reflect.Slice:
		return Say("写成列表:[…]", "write a list: […]")
	case reflect.Struct:
		if t == textType {
			return Say("写成 {zh: …, en: …}", "write {zh: …, en: …}")
		}
		var keys []string
		for _, f := range shapeOf(t).fields {
			if f.required {
				keys = append(keys, f.key)
			}
		}
		if len(keys) == 0 {
			keys = shapeOf(t).keys
		}
		return Say("写成键值:%[1]s", "write a mapping with %[2]s", strings.Join(keys, "、"), strings.Join(keys, ", "))
	}
	return Say("写成键值:{…: …}", "write a mapping: {…: …}")
}

func (d *decoder) number(t reflect.Type, r Rule) lang.Text {
	kind := Say("整数", "a whole number")
	if t.Kind() == reflect.Float64 {
		kind = Say("数", "a number")
	}
	show := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	switch {
	case r.Min != nil && r.Max != nil:
		return Say("写 %[3]s 到 %[4]s 之间的%[1]s", "write %[2]s from %[3]s to %[4]s", kind.ZH, kind.EN, show(*r.Min), show(*r.Max))
	case r.Min != nil:
		return Say("写不小于 %[3]s 的%[1]s", "write %[2]s of at least %[3]s", kind.ZH, kind.EN, show(*r.Min))
	case r.Max != nil:
		return Say("写不大于 %[3]s 的%[1]s", "write %[2]s of at most %[3]s", kind.ZH, kind.EN, show(*r.Max))
	}
	return Say("写不加引号的%[1]s", "write %[2]s without quotes", kind.ZH, kind.EN)
}
