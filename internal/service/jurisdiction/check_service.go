package jurisdiction

import (
	"path"
	"slices"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
)

// service is one service being checked, with what its parts refer to. Each has a loader of its own, for what it
// complains of, so that several are checked at a time.
type service struct {
	*loader
	def       catalogue.Service
	src       *strictyaml.Source
	scenarios []catalogue.Scenario
	scenarioS *strictyaml.Source // nil when there are none
	broken    bool               // something in the file could not be read

	matters   map[string]*catalogue.Matter
	matterIDs []string
	materials []string
	questions map[string]*catalogue.Question
	asked     []string
	fields    map[string]placedField
	fieldIDs  []string
}

type placedField struct {
	field *catalogue.Field
	path  string
}

// opened is what is left of a service once it has been checked. Its files are not kept: of thousands of
// services they would need more room than everything else.
type opened struct {
	def    *catalogue.Service
	broken bool
	entry  *Entry // nil as long as its conditions cannot be evaluated

	file    string
	number  placedID   // in the catalogue
	codes   []placedID // of its matters
	stage   placedID
	certain []Complaint // that stand
	follows []Complaint // that are news only when nothing else is wrong with the file: they may follow from it
}

const (
	serviceFile   = "service.yaml"
	scenariosFile = "scenarios.yaml"
)

// services loads and checks all services.
func (l *loader) services() {
	var folders []string
	for _, name := range l.names {
		if folder, file := path.Split(name); file == serviceFile {
			folders = append(folders, folder)
			l.lookup.services = append(l.lookup.services, path.Base(folder))
		}
	}
	l.opened = make([]opened, len(folders))
	inParallel(len(folders), func(i int) { l.opened[i] = l.service(folders[i]) })

	var numbers, codes []placedID
	for _, s := range l.opened {
		numbers = append(numbers, s.number)
		codes = append(codes, s.codes...)
	}
	before := len(l.complaints)
	l.onlyOnce(numbers)
	// A basic code names one matter of the whole city (GB/T 39554): variants of it are sub-items.
	l.onlyOnce(codes)
	twice := map[string]bool{}
	for _, c := range l.complaints[before:] {
		twice[c.File] = true
	}
	for _, s := range l.opened {
		l.complain(s.certain...)
		if !twice[s.file] {
			l.complain(s.follows...)
		}
		if s.entry != nil {
			l.city.Services[s.def.ID] = s.entry
		}
	}
}

// service loads, checks and proves the service in a folder.
func (l *loader) service(folder string) opened {
	own := *l
	own.complaints = nil
	s := &service{loader: &own}
	s.src = s.open(folder + serviceFile)
	s.scenarioS = s.open(folder + scenariosFile)
	cs := s.src.Decode(&s.def, l.grammar)
	s.complain(cs...)
	s.broken = len(cs) > 0 || !s.src.Has("")
	if s.scenarioS != nil {
		s.complain(s.scenarioS.Decode(&s.scenarios, l.grammar)...)
	}
	if name := path.Base(folder); s.def.ID != "" && s.def.ID != name {
		s.complain(s.src.Complain("id",
			strictyaml.Say("服务编号 %[1]q 与文件夹名 %[2]q 不符", "the service is called %[1]q and its folder %[2]q", s.def.ID, name),
			strictyaml.Say("改成一致", "make them agree")))
	}
	if s.scenarioS == nil && !s.broken {
		s.complain(s.src.Complain("", strictyaml.Say("没有情景用例", "the service has no scenarios"),
			strictyaml.Say("在旁边加上 scenarios.yaml:至少一个人的回答和应有的结果", "add scenarios.yaml beside it: at least one person's answers and what must come out")))
	}
	s.check()
	def := s.def // on its own: a pointer into s would keep the files
	o := opened{def: &def, broken: s.broken, file: s.src.File(),
		number: idAt(s.src, "catalogue", s.def.Catalogue), stage: idAt(s.src, "stage", s.def.Stage)}
	for i, at := range paths("matters", "code", len(s.def.Matters)) {
		o.codes = append(o.codes, idAt(s.src, at, s.def.Matters[i].Code))
	}
	if !s.broken { // what could not be read would look like faults of the conditions
		o.entry, o.follows = s.prove()
	}
	if o.entry != nil {
		o.def = o.entry.Service // the same, once
	}
	o.certain = s.complaints
	return o
}

// open reads the YAML of one file, whose text is not needed any more; nil when there is none.
func (s *service) open(name string) *strictyaml.Source {
	f := s.files[name]
	if f == nil {
		return nil
	}
	src, cs := strictyaml.Parse(path.Join(s.name, name), f.text)
	f.text = nil
	s.complain(cs...)
	return src
}

// check checks everything about a service that needs no evaluation.
func (s *service) check() {
	s.index()
	s.head()
	for i := range s.def.Questions {
		s.question(strictyaml.Item("questions", i), &s.def.Questions[i])
	}
	for i := range s.def.Matters {
		s.matter(strictyaml.Item("matters", i), &s.def.Matters[i])
	}
	s.order()
	for i := range s.def.Materials {
		s.material(strictyaml.Item("materials", i), &s.def.Materials[i])
	}
	s.form()
	s.proactive()
	s.cites(s.src, "", s.def)
}

// index collects the ids of a service and refuses those that stand twice.
func (s *service) index() {
	d := &s.def
	s.matters, s.questions, s.fields = map[string]*catalogue.Matter{}, map[string]*catalogue.Question{}, map[string]placedField{}
	for i := range d.Questions {
		s.questions[d.Questions[i].ID] = &d.Questions[i]
		s.asked = append(s.asked, d.Questions[i].ID)
	}
	for i := range d.Matters {
		s.matters[d.Matters[i].ID] = &d.Matters[i]
		s.matterIDs = append(s.matterIDs, d.Matters[i].ID)
	}
	for i := range d.Materials {
		s.materials = append(s.materials, d.Materials[i].ID)
	}
	var fieldPaths, sections, refusals []string
	for i := range d.Sections {
		sections = append(sections, d.Sections[i].ID)
		for j := range d.Sections[i].Fields {
			f := &d.Sections[i].Fields[j]
			at := strictyaml.Item(strictyaml.Item("sections", i)+".fields", j)
			if _, twice := s.fields[f.ID]; !twice {
				s.fields[f.ID] = placedField{f, at}
			}
			s.fieldIDs = append(s.fieldIDs, f.ID)
			fieldPaths = append(fieldPaths, at+".id")
		}
	}
	for i := range d.Refusals {
		refusals = append(refusals, d.Refusals[i].ID)
	}
	s.uniqueWithin(s.src, s.asked, paths("questions", "id", len(d.Questions)))
	s.uniqueWithin(s.src, s.matterIDs, paths("matters", "id", len(d.Matters)))
	s.uniqueWithin(s.src, s.materials, paths("materials", "id", len(d.Materials)))
	s.uniqueWithin(s.src, sections, paths("sections", "id", len(sections)))
	s.uniqueWithin(s.src, refusals, paths("refusals", "id", len(refusals)))
	s.uniqueWithin(s.src, s.fieldIDs, fieldPaths)
}

func paths(list, key string, n int) []string {
	ps := make([]string, n)
	for i := range ps {
		ps[i] = strictyaml.Key(strictyaml.Item(list, i), key)
	}
	return ps
}

// head checks what a service says about itself.
func (s *service) head() {
	d := &s.def
	s.body(s.src, "lead", d.Lead)
	s.refer(s.src, "stage", d.Stage, s.lookup.stages, aStage)
	for i, id := range d.Related {
		s.refer(s.src, strictyaml.Item("related", i), id, s.lookup.services, aService)
		if id == d.ID && id != "" {
			s.complain(s.src.Complain(strictyaml.Item("related", i),
				strictyaml.Say("相关服务是它自己", "a service related to itself"), strictyaml.Say("删去它", "delete it")))
		}
	}
}

// question checks one question of the guide.
func (s *service) question(at string, q *catalogue.Question) {
	s.options(s.src, at, q.Type, q.Options)
	numeric := q.Type == "integer" || q.Type == "decimal"
	if q.Type != "" && !numeric {
		for key, given := range map[string]bool{"min": q.Min != nil, "max": q.Max != nil} {
			if given {
				s.complain(s.src.ComplainKey(at+"."+key,
					strictyaml.Say("类型是 %s,不能有 %[2]s", "the type is %s and cannot have %[2]s", q.Type, key),
					strictyaml.Say("删去它,或类型改为 integer 或 decimal", "delete it, or change the type to integer or decimal")))
			}
		}
	}
	s.bounds(at, "min", "max", q.Min, q.Max)
	if q.Fact != nil {
		if q.Fact.Field == "" && q.Fact.Register != "" {
			s.complain(s.src.Complain(at+".fact", strictyaml.Say("缺 \"field\"", "\"field\" is missing"),
				strictyaml.Say("写明登记库的哪个字段回答这个问题", "say which field of the register answers the question")))
		}
		a, ok := s.register(s.src, at+".fact.register", q.Fact.Register, at+".fact.field", q.Fact.Field)
		if ok {
			s.fits(at+".fact.field", a, q.Type, q.Options)
		}
	}
	if q.Unsure != nil && q.Unsure.As != "" && !fitsType(q.Unsure.As, q.Type, q.Options) {
		s.wrongValue(s.src, at+".unsure.as", q.Unsure.As, q.Type, q.Options)
	}
}

// proactive checks what is offered without being asked: every fact is one of a register of people and
// answers a question of the service.
func (s *service) proactive() {
	p := s.def.Proactive
	if p == nil {
		return
	}
	s.refer(s.src, "proactive.matter", p.Matter, s.matterIDs, aMatter)
	person := func(at, register string) {
		if r, ok := s.city.Registers[register]; ok && r.Key != "person" {
			s.complain(s.src.Complain(at,
				strictyaml.Say("登记库 %q 不是关于人的", "register %q is not about people", register),
				strictyaml.Say("写一个 key 为 person 的登记库", "name a register whose key is person")))
		}
	}
	s.refer(s.src, "proactive.register", p.Register, s.lookup.registers, aRegister)
	person("proactive.register", p.Register)
	s.register(s.src, "proactive.name.register", p.Name.Register, "proactive.name.field", p.Name.Field)
	s.unasked()
	for id, value := range p.Assume {
		at := strictyaml.Key("proactive.assume", id)
		if q := s.questions[id]; q == nil {
			s.complain(s.src.ComplainKey(at, strictyaml.Say("没有问题 %q", "there is no question %q", id), strictyaml.DidYouMean(id, s.asked, aQuestion)))
		} else if !fitsType(value, q.Type, q.Options) {
			s.wrongValue(s.src, at, value, q.Type, q.Options)
		}
	}
	for i, f := range p.Facts {
		at := strictyaml.Item("proactive.facts", i)
		a, ok := s.register(s.src, at+".register", f.Register, at+".field", f.Field)
		person(at+".register", f.Register)
		if !s.refer(s.src, at+".question", f.Question, s.asked, aQuestion) || s.questions[f.Question] == nil || !ok {
			continue
		}
		q := s.questions[f.Question]
		if f.As != "age" {
			s.fits(at+".field", a, q.Type, q.Options)
		} else if a.Type != "date" || q.Type != "integer" {
			s.complain(s.src.Complain(at+".as",
				strictyaml.Say("年龄要从日期算,答的是整数", "an age is made of a date and answers a question for a whole number"),
				strictyaml.Say("换一个日期字段,或删去 as", "take a field of type date, or delete as")))
		}
	}
}

// unasked checks what an application is made of that nobody writes.
func (s *service) unasked() {
	p := s.def.Proactive
	for i, h := range p.While {
		at := strictyaml.Item("proactive.while", i)
		if a, ok := s.register(s.src, at+".register", h.Register, at+".field", h.Field); ok && !fitsType(h.Equals, a.Type, a.Options) {
			s.wrongValue(s.src, at+".equals", h.Equals, a.Type, a.Options)
		}
	}
	for field, from := range p.Fill {
		at := strictyaml.Key("proactive.fill", field)
		if _, ok := s.fields[field]; !ok {
			s.complain(s.src.ComplainKey(at, strictyaml.Say("没有表单字段 %q", "there is no form field %q", field), strictyaml.DidYouMean(field, s.fieldIDs, aFormField)))
		}
		s.register(s.src, at+".register", from.Register, at+".field", from.Field)
	}
	for i, field := range p.Spare {
		s.refer(s.src, strictyaml.Item("proactive.spare", i), field, s.fieldIDs, aFormField)
	}
}

// bounds refuses a lower bound above the upper one.
func (s *service) bounds(at, low, high string, least, most *float64) {
	if least != nil && most != nil && *least > *most {
		s.complain(s.src.Complain(at+"."+low,
			strictyaml.Say("%[1]s 大于 %[2]s:%[3]v > %[4]v", "%[1]s is above %[2]s: %[3]v > %[4]v", low, high, *least, *most),
			strictyaml.Say("对调或改正", "exchange or mend them")))
	}
}

// fits checks that the options of a question or form field include those that a register can hold.
func (s *service) fits(path string, a catalogue.Attribute, kind string, options []catalogue.Option) {
	agree := a.Type == kind || kind == "" || a.Type == ""
	switch kind {
	case "text", "long-text", "address", "phone", "email", "bank-card":
		agree = a.Type == "text" || a.Type == "name"
	case "name":
		agree = a.Type == "text" || a.Type == "name"
	case "decimal", "money":
		agree = a.Type == "integer" || a.Type == "decimal"
	case "enum":
		if a.Type == "enum" {
			for _, o := range a.Options {
				if !slices.Contains(optionValues(options), o.Value) {
					s.complain(s.src.Complain(path,
						strictyaml.Say("登记库的值 %[1]q 不在选项里", "the register's value %[1]q is not among the options", o.Value),
						strictyaml.Say("加上这个选项", "add it as an option")))
				}
			}
		}
	}
	if !agree {
		s.complain(s.src.Complain(path,
			strictyaml.Say("登记库字段 %[1]q 的类型是 %[2]s,这里是 %[3]s", "the register's field %[1]q is of type %[2]s and this is %[3]s", a.ID, a.Type, kind),
			strictyaml.Say("换一个字段,或把类型改成一致", "take another field, or make the types agree")))
	}
}

// wrongValue complains about a value that is not of its type.
func (l *loader) wrongValue(src *strictyaml.Source, path, value, kind string, options []catalogue.Option) {
	remedy := strictyaml.Say("写一个类型为 %s 的值", "write a value of type %s", kind)
	if kind == "enum" {
		remedy = strictyaml.DidYouMean(value, optionValues(options), anOption)
	} else if kind == "boolean" {
		remedy = strictyaml.Say("写 true 或 false", "write true or false")
	} else if kind == "date" {
		remedy = strictyaml.Say("写成 2026-03-02 的形式", "write it like 2026-03-02")
	}
	l.complain(src.Complain(path, strictyaml.Say("%[1]q 不是 %[2]s", "%[1]q is no %[2]s", value, kind), remedy))
}
