package jurisdiction

import (
	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
)

// What several of the checks have in common.

var (
	aBody        = strictyaml.Say("机构", "bodies")
	aProvision   = strictyaml.Say("条文", "provisions")
	aCertificate = strictyaml.Say("证照类型", "certificate types")
	aRegister    = strictyaml.Say("登记库", "registers")
	aField       = strictyaml.Say("字段", "fields")
	aFormField   = strictyaml.Say("表单字段", "form fields")
	aMatter      = strictyaml.Say("事项", "matters")
	aMaterial    = strictyaml.Say("材料", "materials")
	aQuestion    = strictyaml.Say("问题", "questions")
	aRefusal     = strictyaml.Say("不适用情形", "refusals")
	aStage       = strictyaml.Say("阶段", "stages")
	aTopic       = strictyaml.Say("主题", "topics")
	aService     = strictyaml.Say("服务", "services")
	anOption     = strictyaml.Say("选项", "options")
	aPerson      = strictyaml.Say("人", "people")
)

// one is the singular of a kind, for what is said when something is not there.
var one = map[string]string{
	"bodies": "body", "provisions": "provision", "certificate types": "certificate type", "registers": "register",
	"fields": "field", "form fields": "form field", "matters": "matter", "materials": "material", "questions": "question",
	"refusals": "refusal", "stages": "stage", "topics": "topic", "services": "service", "options": "option", "people": "person", "facts": "fact", "intents": "intent", "steps": "step",
}

// refer checks that a reference points at something. An empty one is somebody else's complaint.
func (l *loader) refer(src *strictyaml.Source, path, id string, among []string, kind lang.Text) bool {
	if id == "" || l.unread[kind.EN] {
		return true
	}
	for _, have := range among {
		if have == id {
			return true
		}
	}
	l.complain(src.Complain(path,
		strictyaml.Say("没有%[1]s %[3]q", "there is no %[2]s %[3]q", kind.ZH, one[kind.EN], id),
		strictyaml.DidYouMean(id, among, kind)))
	return false
}

func (l *loader) body(src *strictyaml.Source, path, id string) bool {
	return l.refer(src, path, id, l.lookup.bodies, aBody)
}

// register checks a register and one of its fields; an empty field is not checked.
func (l *loader) register(src *strictyaml.Source, registerPath, register, fieldPath, field string) (catalogue.Attribute, bool) {
	if !l.refer(src, registerPath, register, l.lookup.registers, aRegister) || register == "" {
		return catalogue.Attribute{}, false
	}
	return l.attribute(src, fieldPath, field, l.city.Registers[register].Fields)
}

// attribute checks a field of a register or certificate.
func (l *loader) attribute(src *strictyaml.Source, path, id string, fields []catalogue.Attribute) (catalogue.Attribute, bool) {
	for _, f := range fields {
		if f.ID == id {
			return f, true
		}
	}
	l.refer(src, path, id, attributeIDs(fields), aField)
	return catalogue.Attribute{}, false
}

func attributeIDs(fields []catalogue.Attribute) []string {
	ids := make([]string, len(fields))
	for i, f := range fields {
		ids[i] = f.ID
	}
	return ids
}

// cites checks every citation within a value: the provision exists, a figure from a guide or from
// memory names where it comes from, and none is empty.
func (l *loader) cites(src *strictyaml.Source, at string, value any) {
	strictyaml.Each(value, at, func(path string, c law.Cite) {
		if !src.Has(path) {
			return
		}
		l.refer(src, strictyaml.Key(path, "provision"), c.Provision, l.lookup.provisions, aProvision)
		switch {
		case c.Source.Empty() && (c.Certainty == law.Secondary || c.Certainty == law.Known):
			l.complain(src.Complain(path,
				strictyaml.Say("标为 %s 的内容没有说明出处", "what is marked %s does not say where it comes from", c.Certainty),
				strictyaml.Say("加上 source: {zh: …, en: …},写明来自哪里", "add source: {zh: …, en: …} and say where it comes from")))
		case c.Provision == "" && c.Source.Empty() && c.Certainty != "":
			l.complain(src.Complain(path,
				strictyaml.Say("没有依据", "no basis"),
				strictyaml.Say("加上 provision(条文编号)或 source(出处)", "add provision: (the id of a provision) or source:")))
		}
	})
}

// unique refuses two definitions with the same id, in whatever files they stand.
func unique[T any](l *loader, all []placed[T], key string, id func(T) string) {
	ids := make([]placedID, len(all))
	for i, p := range all {
		ids[i] = idAt(p.src, strictyaml.Key(p.path, key), id(p.value))
	}
	l.onlyOnce(ids)
}

// placedID is an id and where it stands.
type placedID struct {
	id, file string
	at       strictyaml.Place
}

func idAt(src *strictyaml.Source, path, id string) placedID {
	return placedID{id, src.File(), src.At(path)}
}

// onlyOnce refuses ids that stand twice; an empty one is somebody else's complaint.
func (l *loader) onlyOnce(ids []placedID) {
	first := make(map[string]placedID, len(ids))
	for _, n := range ids {
		if n.id == "" {
			continue
		}
		if was, twice := first[n.id]; twice {
			l.twice(n, was)
			continue
		}
		first[n.id] = n
	}
}

// twice complains about an id that stands twice.
func (l *loader) twice(n, first placedID) {
	remedy := strictyaml.Say("换一个;已在第 %d 行", "write another one; the first is on line %d", first.at.Line)
	if first.file != n.file {
		remedy = strictyaml.Say("换一个;已在 %[1]s 第 %[2]d 行", "write another one; the first is in %[1]s, line %[2]d", first.file, first.at.Line)
	}
	l.complain(Complaint{File: n.file, Line: n.at.Line, Col: n.at.Col, What: strictyaml.Say("%q 重复", "%q stands twice", n.id), Remedy: remedy})
}

// uniqueWithin refuses ids that stand twice within one file; paths are those of the ids.
func (l *loader) uniqueWithin(src *strictyaml.Source, ids, paths []string) {
	first := map[string]int{}
	for i, id := range ids {
		if id == "" {
			continue
		}
		if was, twice := first[id]; twice {
			l.twice(idAt(src, paths[i], id), idAt(src, paths[was], id))
			continue
		}
		first[id] = i
	}
}

// options checks that an enumeration has options, each once, and that nothing else has any.
func (l *loader) options(src *strictyaml.Source, at, kind string, options []catalogue.Option) {
	path := strictyaml.Key(at, "options")
	switch {
	case kind == "enum" && len(options) < 2:
		l.complain(src.Complain(path,
			strictyaml.Say("类型是 enum,选项却不到两个", "the type is enum and there are fewer than two options"),
			strictyaml.Say("加上 options: 列出至少两个选项,或改类型", "add options: with at least two, or change the type")))
	case kind != "enum" && kind != "" && len(options) > 0:
		l.complain(src.ComplainKey(path,
			strictyaml.Say("类型是 %s,不能有选项", "the type is %s and cannot have options", kind),
			strictyaml.Say("类型改为 enum,或删去 options", "change the type to enum, or delete the options")))
	}
	ids, paths := make([]string, len(options)), make([]string, len(options))
	for i, o := range options {
		ids[i], paths[i] = o.Value, strictyaml.Key(strictyaml.Item(path, i), "value")
	}
	l.uniqueWithin(src, ids, paths)
}

func optionValues(options []catalogue.Option) []string {
	values := make([]string, len(options))
	for i, o := range options {
		values[i] = o.Value
	}
	return values
}
