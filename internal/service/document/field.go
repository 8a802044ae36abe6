package document

import (
	"slices"
	"strings"
)

// Kind is how a field is filled in.
type Kind string

// The kinds of fields.
const (
	Phrase    Kind = "phrase"    // {zh, en}
	Line      Kind = "line"      // one text of no language: an id, a code, a telephone number
	Whole     Kind = "whole"     // a whole number
	Number    Kind = "number"    // a number
	Money     Kind = "money"     // yuan on the form, fen in the text
	Yes       Kind = "yes"       // true, or absent
	Day       Kind = "day"       // 2006-01-02
	Choice    Kind = "choice"    // one of Choices
	Choices   Kind = "choices"   // some of Choices
	Terms     Kind = "terms"     // words of the author's own
	Condition Kind = "condition" // CEL over the questions
	Pick      Kind = "pick"      // one of what Refers names
	Picks     Kind = "picks"     // some of what Refers names
	Part      Kind = "part"      // an object of its own, filled in on the same form
	Many      Kind = "many"      // a list of objects, each with a form of its own
	AsText    Kind = "text"      // written as text only; forms leave it alone
)

// Field describes one key of an object.
type Field struct {
	Key      string
	Kind     Kind
	Required bool
	Long     bool     // several lines
	Of       string   // Part, Many: the object
	Choices  []string // Choice, Choices; of a Whole, the numbers that it can be
	Refers   string   // Pick, Picks: body, register, certificate, provision, stage, topic, service, matter, material, question, field, or attribute of the register beside it
}

// Object describes an object of the format: its fields in the order in which they are written.
type Object struct {
	Name   string
	Fields []Field
	Wide   bool // written over several lines
	One    bool // exactly one of its fields is set, and perhaps those after it that are marked
}

// Field is the field with that key.
func (o *Object) Field(key string) (Field, bool) {
	i := slices.IndexFunc(o.Fields, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return o.Fields[i], true
}

// Has reports whether the object has a key.
func (o *Object) Has(key string) bool {
	_, ok := o.Field(key)
	return ok
}

// ID is the key that names an item: id, or what stands in its place.
func (o *Object) ID() string {
	for _, key := range named {
		if f, ok := o.Field(key); ok && f.Required {
			return key
		}
	}
	return ""
}

func req(f Field) Field { f.Required = true; return f }

func phrase(key string) Field        { return Field{Key: key, Kind: Phrase} }
func long(key string) Field          { return Field{Key: key, Kind: Phrase, Long: true} }
func line(key string) Field          { return Field{Key: key, Kind: Line} }
func of(kind Kind, key string) Field { return Field{Key: key, Kind: kind} }
func part(key, object string) Field  { return Field{Key: key, Kind: Part, Of: object} }
func many(key, object string) Field  { return Field{Key: key, Kind: Many, Of: object} }
func pick(key, refers string) Field  { return Field{Key: key, Kind: Pick, Refers: refers} }
func picks(key, refers string) Field { return Field{Key: key, Kind: Picks, Refers: refers} }
func choice(key string, of ...string) Field {
	return Field{Key: key, Kind: Choice, Choices: of}
}
func choices(key string, of ...string) Field {
	return Field{Key: key, Kind: Choices, Choices: of}
}

// FieldTypes are the types of a field of the form, and QuestionTypes those of a question.
var (
	fieldTypes    = []string{"text", "long-text", "name", "id-number", "uscc", "phone", "email", "address", "date", "integer", "decimal", "money", "enum", "boolean", "bank-card"}
	questionTypes = []string{"boolean", "enum", "integer", "decimal", "date"}
)

// objects is the format of service.yaml, one row a key. A test holds it against the catalogue's types.
var objects = map[string]*Object{
	"service": {Name: "service", Wide: true, Fields: []Field{
		req(line("id")), req(line("catalogue")), req(phrase("name")), req(long("summary")), req(long("for")), req(long("not_for")),
		req(choice("audience", "person", "business")), req(pick("stage", "stage")), req(phrase("batch")), req(part("cite", "cite")),
		req(pick("lead", "body")), req(Field{Key: "level", Kind: Whole, Choices: []string{"0", "1", "2", "3", "4"}}), req(of(Terms, "keywords")), req(of(Day, "checked")), picks("related", "service"),
		part("total", "limit"), req(many("questions", "question")), many("refusals", "refusal"), req(many("matters", "matter")),
		req(many("materials", "material")), req(many("sections", "section")),
		of(AsText, "proactive"), of(AsText, "exclusive"), of(AsText, "exhaustive"),
	}},
	"cite": {Name: "cite", Fields: []Field{
		pick("provision", "provision"), req(choice("certainty", "V", "S", "C", "K")), phrase("source"), line("link"),
	}},
	"question": {Name: "question", Wide: true, Fields: []Field{
		req(line("id")), req(choice("type", questionTypes...)), req(phrase("text")), long("hint"), req(long("why")), phrase("unit"),
		of(Number, "min"), of(Number, "max"), many("options", "option"), of(Condition, "when"), part("unsure", "unsure"), part("fact", "ref"),
	}},
	"option":  {Name: "option", Fields: []Field{req(line("value")), req(phrase("text")), phrase("hint")}},
	"unsure":  {Name: "unsure", Wide: true, Fields: []Field{req(long("help")), line("as")}},
	"ref":     {Name: "ref", Fields: []Field{req(pick("register", "register")), pick("field", "attribute")}},
	"refusal": {Name: "refusal", Wide: true, Fields: []Field{req(line("id")), req(of(Condition, "when")), req(long("text")), req(long("instead")), req(part("cite", "cite"))}},
	"matter": {Name: "matter", Wide: true, Fields: []Field{
		req(line("id")), req(line("code")), req(phrase("name")), req(long("plain")), req(pick("body", "body")),
		req(choice("type", "01", "05", "07", "08", "09", "10", "20")), choices("serves", "person", "company", "institution", "association", "unincorporated", "authority", "other"),
		req(picks("topics", "topic")), choice("area", "city", "province", "nation"), of(Terms, "keywords"),
		of(Condition, "when"), req(long("why")), req(part("cite", "cite")), many("after", "after"), req(choice("handling", "officer", "system")),
		part("statutory", "limit"), part("promised", "limit"), many("variants", "variant"), req(of(Whole, "visits")), long("visit_why"), of(Yes, "site"),
		many("fees", "fee"), choices("special", special...), of(Yes, "second"), of(Condition, "commitment"), many("checks", "check"), part("result", "result"),
		req(part("remedy", "remedy")), req(part("contact", "contact")), many("conditions", "condition"), many("faq", "faq"), part("elements", "elements"),
	}},
	"elements": {Name: "elements", Wide: true, Fields: []Field{
		line("local_code"), line("item_code"), of(Day, "from"), of(Day, "until"), choice("standing", "organ", "authorised", "entrusted"), pick("entrusted_by", "body"),
		choice("power", "own", "handed-down", "authorised-above", "authorised-peer", "entrusted"), picks("with", "body"), part("intermediary", "outcome"), part("quota", "outcome"),
		choices("depth", "consult", "receive", "pre-review", "accept", "handle", "feedback", "certificate"),
		choice("centre", "yes", "no"), choice("booking", "yes", "no"), choice("pay", "yes", "no"), choice("post", "yes", "no"), choice("terminal", "yes", "no"),
		long("delivery"), long("traffic"), many("rights", "condition"), many("duties", "condition"),
	}},
	"paper":     {Name: "paper", Fields: []Field{choice("kind", "original", "copy", "both"), choice("form", "paper", "electronic", "both"), of(Whole, "copies"), line("size")}},
	"after":     {Name: "after", Fields: []Field{req(pick("matter", "matter")), req(choice("kind", "result", "data", "order"))}},
	"limit":     {Name: "limit", Fields: []Field{req(of(Whole, "n")), req(choice("unit", "working", "natural", "month")), req(part("cite", "cite"))}},
	"variant":   {Name: "variant", Wide: true, Fields: []Field{req(of(Condition, "when")), req(long("text")), part("statutory", "limit"), part("promised", "limit")}},
	"fee":       {Name: "fee", Fields: []Field{req(line("id")), req(phrase("name")), req(of(Money, "fen")), of(Condition, "when"), req(part("cite", "cite")), part("relief", "outcome")}},
	"check":     {Name: "check", Fields: []Field{req(line("id")), req(phrase("text")), req(choice("kind", "system", "hand")), of(Condition, "when"), pick("register", "register"), pick("field", "attribute"), line("equals"), pick("matches", "field"), pick("material", "material"), req(part("cite", "cite"))}},
	"result":    {Name: "result", Wide: true, Fields: []Field{req(choice("kind", "certificate", "document", "record")), req(phrase("name")), pick("certificate", "certificate"), pick("register", "register"), many("fields", "fill")}},
	"fill":      {Name: "fill", Fields: []Field{req(line("field")), pick("from", "field"), line("value"), choice("make", "number", "id-number", "uscc", "today")}},
	"remedy":    {Name: "remedy", Wide: true, Fields: []Field{req(phrase("review")), req(phrase("court"))}},
	"contact":   {Name: "contact", Wide: true, Fields: []Field{req(line("ask")), req(line("complain")), req(phrase("place")), req(phrase("hours"))}},
	"condition": {Name: "condition", Fields: []Field{req(long("text")), req(part("cite", "cite"))}},
	"faq":       {Name: "faq", Wide: true, Fields: []Field{req(phrase("ask")), req(long("answer"))}},
	"material": {Name: "material", Wide: true, Fields: []Field{
		req(line("id")), req(phrase("name")), req(long("what")), req(picks("for", "matter")), of(Condition, "when"), req(part("cite", "cite")), req(part("source", "source")),
		choices("accept", "pdf", "jpg", "png"), of(Whole, "max_mb"), part("later", "limit"), part("missed", "outcome"), long("sample"), long("fill"), line("blank"), part("paper", "paper"), of(Yes, "consent"),
	}},
	"outcome": {Name: "outcome", Wide: true, Fields: []Field{req(long("text")), req(part("cite", "cite"))}},
	"source": {Name: "source", One: true, Fields: []Field{
		pick("register", "register"), pick("certificate", "certificate"), pick("upstream", "matter"), of(Yes, "made"), of(Yes, "applicant"), of(Terms, "fields"),
	}},
	"section": {Name: "section", Wide: true, Fields: []Field{req(line("id")), req(phrase("title")), of(Condition, "when"), req(many("fields", "field"))}},
	"field": {Name: "field", Fields: []Field{
		req(line("id")), req(choice("type", fieldTypes...)), req(phrase("text")), phrase("hint"), phrase("why"), phrase("unit"), of(Yes, "optional"), of(Whole, "max"),
		of(Number, "least"), of(Number, "most"), many("options", "option"), of(Condition, "when"), req(picks("for", "matter")), part("prefill", "ref"), of(Yes, "locked"),
		pick("question", "question"), line("element"),
	}},
}

// special are the special procedures that may stop a clock.
var special = []string{"inspection", "testing", "quarantine", "appraisal", "expert-review", "hearing", "auction", "tender"}

// ObjectAt is the description of the object at a path, or of an item of the list at it.
func ObjectAt(path string) (*Object, bool) {
	o := objects["service"]
	for path != "" {
		var step string
		step, path, _ = strings.Cut(path, "/")
		f, ok := o.Field(step)
		if !ok || f.Of == "" {
			return nil, false
		}
		if o = objects[f.Of]; f.Kind == Many && path != "" {
			_, path, _ = strings.Cut(path, "/") // the item
		}
	}
	return o, true
}

// fieldAt is the description of what stands at the path of a key.
func fieldAt(path string) (Field, bool) {
	parent, key := Split(path)
	o, ok := ObjectAt(parent)
	if !ok {
		return Field{}, false
	}
	return o.Field(key)
}

// keyOrder is the order in which the keys of the mapping at a path are written.
func keyOrder(path string) []string {
	if f, ok := fieldAt(path); ok && f.Kind == Phrase {
		return []string{"zh", "en"}
	}
	o, ok := ObjectAt(path)
	if !ok {
		return nil
	}
	keys := make([]string, len(o.Fields))
	for i, f := range o.Fields {
		keys[i] = f.Key
	}
	return keys
}
