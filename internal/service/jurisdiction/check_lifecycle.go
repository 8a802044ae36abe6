package jurisdiction

import (
	"maps"
	"regexp"
	"slices"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/lifecycle"
)

var (
	aFact    = strictyaml.Say("事实", "facts")
	anIntent = strictyaml.Say("打算", "intents")
	aStep    = strictyaml.Say("步骤", "steps")
)

// cycle is what the files of lifecycle/ hold for one audience.
type cycle struct {
	facts   []placed[lifecycle.Fact]
	steps   []placed[lifecycle.Step]
	intents []placed[lifecycle.Intent]
}

func values[T any](all []placed[T]) []T {
	out := make([]T, len(all))
	for i, p := range all {
		out[i] = p.value
	}
	return out
}

// lifecycle loads the chains of a person and of a business. A city may do without.
func (l *loader) lifecycle() {
	facts := definitions[lifecycle.Fact](l, "lifecycle/facts.yaml")
	intents := definitions[lifecycle.Intent](l, "lifecycle/intents.yaml")
	cycles := map[catalogue.Audience]*cycle{}
	for audience, file := range map[catalogue.Audience]string{catalogue.ForBusiness: "lifecycle/business.yaml", catalogue.ForPerson: "lifecycle/person.yaml"} {
		if steps := definitions[lifecycle.Step](l, file); len(steps) > 0 {
			cycles[audience] = &cycle{steps: steps}
		}
	}
	for _, f := range facts {
		if c := cycles[f.value.Audience]; c != nil {
			c.facts = append(c.facts, f)
		}
		l.fact(f)
	}
	for _, p := range intents {
		if c := cycles[p.value.Audience]; c != nil {
			c.intents = append(c.intents, p)
		}
	}
	unique(l, facts, "id", func(f lifecycle.Fact) string { return f.ID })
	unique(l, intents, "id", func(p lifecycle.Intent) string { return p.ID })
	var all []placed[lifecycle.Step]
	for _, audience := range slices.Sorted(maps.Keys(cycles)) {
		all = append(all, cycles[audience].steps...)
		l.chain(audience, cycles[audience])
	}
	unique(l, all, "id", func(s lifecycle.Step) string { return s.ID })
	if len(all) > 0 {
		l.unlinked(all)
	}
}

// fact checks where a fact comes from.
func (l *loader) fact(p placed[lifecycle.Fact]) {
	f, src, at := p.value, p.src, p.path
	s := f.Source
	if s == nil {
		return
	}
	if (s.Register == "") == (s.Certificate == "") {
		l.complain(src.Complain(strictyaml.Key(at, "source"), strictyaml.Say("要么写 register，要么写 certificate", "name a register or a certificate, and not both"),
			strictyaml.Say("留下一个", "keep one of them")))
		return
	}
	if s.Certificate != "" {
		l.refer(src, strictyaml.Key(at, "source.certificate"), s.Certificate, l.lookup.certificates, aCertificate)
	}
	if s.Register != "" && l.refer(src, strictyaml.Key(at, "source.register"), s.Register, l.lookup.registers, aRegister) {
		reg := l.city.Registers[s.Register]
		if s.Field != "" {
			if _, ok := l.attribute(src, strictyaml.Key(at, "source.field"), s.Field, reg.Fields); !ok {
				return
			}
		}
		if reg.Key != "" && reg.Key != string(f.Audience) {
			l.complain(src.Complain(strictyaml.Key(at, "source.register"),
				strictyaml.Say("登记库 %[1]q 记的不是这类主体", "register %[1]q is not about them", s.Register),
				strictyaml.Say("换一个登记库，或改 audience", "take another register, or change audience:")))
			return
		}
	}
	kind, a := f.Type(l.city.Registers)
	switch {
	case kind == "" && !l.unread[aRegister.EN]:
		l.complain(src.Complain(strictyaml.Key(at, "source"), strictyaml.Say("从这里得不出这样的事实", "no such fact can be made of this source"),
			strictyaml.Say("日期可以写 as: years、months、days、days-left、years-ago；文字和姓名不能进条件", "of a day make years, months, days, days-left or years-ago; a condition cannot hold text or names")))
	case f.Otherwise != "" && kind != "" && !fitsType(f.Otherwise, kind, a.Options):
		l.wrongValue(src, strictyaml.Key(at, "otherwise"), f.Otherwise, kind, a.Options)
	}
}

// chain checks the steps of one audience and compiles them.
func (l *loader) chain(audience catalogue.Audience, c *cycle) {
	before := len(l.complaints)
	days, asked := []string{}, 0
	var planned []string
	for i := range c.facts {
		f := &c.facts[i].value
		if kind, _ := f.Type(l.city.Registers); kind == "date" {
			days = append(days, f.ID)
		}
		if !f.Ask.Empty() {
			if asked++; asked > lifecycle.MaxAsked {
				l.complain(c.facts[i].src.Complain(strictyaml.Key(c.facts[i].path, "ask"), strictyaml.Say("问得太多：最多 %d 个问题", "too many questions: %d at most", lifecycle.MaxAsked),
					strictyaml.Say("删去这个 ask", "delete this ask:")))
			}
		}
	}
	for _, p := range c.intents {
		planned = append(planned, p.value.ID)
	}
	for _, p := range c.steps {
		l.step(audience, p, days, planned)
	}
	if len(l.complaints) > before {
		return
	}
	chain, problems := lifecycle.Compile(values(c.facts), values(c.steps), values(c.intents), l.city.Registers)
	for _, p := range problems {
		if p.Step < 0 {
			f := c.facts[p.Fact]
			l.complain(f.src.Complain(strictyaml.Key(f.path, "id"), p.What, p.Remedy))
			continue
		}
		s := c.steps[p.Step]
		at := strictyaml.Key(s.path, p.Key)
		complaint := s.src.Complain(at, p.What, p.Remedy)
		if p.Line > 0 {
			complaint.Line, complaint.Col = s.src.Within(at, nth(s.src.Text(at), p.Line, p.Col))
		}
		l.complain(complaint)
	}
	if chain != nil {
		l.city.Life[audience] = chain
	}
}

// step checks what a step refers to.
func (l *loader) step(audience catalogue.Audience, p placed[lifecycle.Step], days, planned []string) {
	s, src, at := p.value, p.src, p.path
	l.cites(src, at, s)
	if l.refer(src, strictyaml.Key(at, "stage"), s.Stage, l.lookup.stages, aStage) && s.Stage != "" {
		if stage, ok := l.city.Stage(s.Stage); ok && stage.Audience != audience {
			l.complain(src.Complain(strictyaml.Key(at, "stage"), strictyaml.Say("阶段 %q 不是他们的", "the stage %q is not theirs", s.Stage),
				strictyaml.Say("换一个阶段，或移到另一个文件", "take another stage, or move the step to the other file")))
		}
	}
	l.refer(src, strictyaml.Key(at, "service"), s.Service, l.lookup.services, aService)
	for i, id := range s.Intents {
		l.refer(src, strictyaml.Item(strictyaml.Key(at, "intents"), i), id, planned, anIntent)
	}
	if s.Due != nil {
		l.due(src, strictyaml.Key(at, "due"), s.Due, days)
	}
	if s.Paper != nil {
		l.paper(src, strictyaml.Key(at, "paper"), s)
	}
}

func (l *loader) due(src *strictyaml.Source, at string, d *lifecycle.Due, days []string) {
	for key, id := range map[string]string{"from": d.From, "until": d.Until} {
		l.refer(src, strictyaml.Key(at, key), id, days, aFact)
	}
	has := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	forms := has(d.Year != "") + has(d.Every != nil) + has(d.Until != "") + has(d.Within != nil)
	switch {
	case forms != 1, d.From != "" && d.Within == nil && d.Every == nil, d.From == "" && (d.Within != nil || d.Every != nil), d.Before != nil && d.Until == "",
		d.Open != nil && d.Until == "" && d.Every == nil:
		l.complain(src.Complain(at, strictyaml.Say("期限写得不完整，或者写了几种", "the due date is incomplete, or is said in several ways"),
			strictyaml.Say("写 from 加 within、until 加 before、year、或者 from 加 every 之一", "write one of: from and within, until and before, year, from and every")))
	case d.Year != "" && !validYearly(d.Year):
		l.complain(src.Complain(strictyaml.Key(at, "year"), strictyaml.Say("%q 不是一年里的一段", "%q is no part of a year", d.Year), strictyaml.Say("写成 01-01..06-30", "write 01-01..06-30")))
	}
}

var yearly = regexp.MustCompile(`^(\d\d-\d\d)\.\.(\d\d-\d\d)$`)

// validYearly wants two days of every year, the first no later than the last.
func validYearly(s string) bool {
	m := yearly.FindStringSubmatch(s)
	return m != nil && m[1] <= m[2] && validDay("2025-"+m[1]) && validDay("2025-"+m[2])
}

func (l *loader) paper(src *strictyaml.Source, at string, s lifecycle.Step) {
	p := s.Paper
	switch {
	case s.Done == "":
		l.complain(src.Complain(at, strictyaml.Say("没有写什么时候算做完，却写了凭证", "a paper shows that it is done, and nothing says when it is"), strictyaml.Say("写上 done", "write done:")))
	case (p.Register == "") == (p.Certificate == ""):
		l.complain(src.Complain(at, strictyaml.Say("要么写 register，要么写 certificate", "name a register or a certificate, and not both"), strictyaml.Say("留下一个", "keep one of them")))
	case p.Certificate != "":
		l.refer(src, strictyaml.Key(at, "certificate"), p.Certificate, l.lookup.certificates, aCertificate)
	case l.refer(src, strictyaml.Key(at, "register"), p.Register, l.lookup.registers, aRegister):
		fields := l.city.Registers[p.Register].Fields
		for key, id := range map[string]string{"number": p.Number, "on": p.On} {
			if id != "" {
				l.attribute(src, strictyaml.Key(at, key), id, fields)
			}
		}
	}
}

// unlinked warns of services that no step of their stage leads to: a chain that leaves something out does not
// show the whole of life. It stops nothing: a service that is written in the studio is there before the chain
// speaks of it.
func (l *loader) unlinked(steps []placed[lifecycle.Step]) {
	for _, s := range l.opened {
		if !s.broken && !slices.ContainsFunc(steps, func(p placed[lifecycle.Step]) bool {
			return p.value.Service == s.def.ID && p.value.Stage == s.stage.id
		}) {
			l.complain(Complaint{File: s.stage.file, Line: s.stage.at.Line, Col: s.stage.at.Col, Warning: true,
				What:   strictyaml.Say("全生命周期里这个阶段没有一步通向这个服务", "no step of this stage of the life cycle leads to this service"),
				Remedy: strictyaml.Say("在 lifecycle/ 里加上一步，或改正阶段", "add a step in lifecycle/, or mend the stage")})
		}
	}
}

// samples loads the invented people and businesses whose lists are known, and walks them through their days.
func (l *loader) samples() {
	var who []string
	for _, p := range l.city.People.People {
		who = append(who, p.ID)
	}
	for _, b := range l.city.People.Businesses {
		who = append(who, b.ID)
	}
	for _, p := range definitions[lifecycle.Sample](l, "lifecycle/samples.yaml") {
		before := len(l.complaints)
		s, src := p.value, p.src
		l.refer(src, strictyaml.Key(p.path, "who"), s.Who, who, aPerson)
		for i, h := range s.Holds {
			l.refer(src, strictyaml.Key(strictyaml.Item(strictyaml.Key(p.path, "holds"), i), "certificate"), h.Certificate, l.lookup.certificates, aCertificate)
		}
		for i, r := range s.Records {
			at := strictyaml.Item(strictyaml.Key(p.path, "records"), i)
			if !l.refer(src, strictyaml.Key(at, "register"), r.Register, l.lookup.registers, aRegister) {
				continue
			}
			for _, id := range slices.Sorted(maps.Keys(r.Values)) {
				path := strictyaml.Key(strictyaml.Key(at, "values"), id)
				if a, ok := l.fieldOf(src, path, id, l.city.Registers[r.Register]); ok && !fitsType(r.Values[id], a.Type, a.Options) {
					l.wrongValue(src, path, r.Values[id], a.Type, a.Options)
				}
			}
		}
		chain := l.city.Life[l.city.audience(s.Who)]
		if chain == nil || len(l.complaints) > before {
			continue
		}
		l.city.Samples = append(l.city.Samples, s)
		var steps []string
		for _, step := range chain.Steps {
			steps = append(steps, step.ID)
		}
		for i, stop := range s.Days {
			for key, ids := range map[string][]string{"done": stop.Done, "now": stop.Now, "next": stop.Next, "open": stop.Open} {
				for j, id := range ids {
					l.refer(src, strictyaml.Item(strictyaml.Key(strictyaml.Item(strictyaml.Key(p.path, "days"), i), key), j), id, steps, aStep)
				}
			}
		}
		if len(l.complaints) > before {
			continue
		}
		for _, f := range l.city.Walk(&s) {
			what := lang.Text{ZH: s.Who + " " + s.Days[f.Stop].Day + "：" + f.What.ZH, EN: s.Who + " on " + s.Days[f.Stop].Day + ": " + f.What.EN}
			l.complain(src.Complain(strictyaml.Key(strictyaml.Item(strictyaml.Key(p.path, "days"), f.Stop), f.List), what,
				strictyaml.Say("改正步骤，或改正这里写的结果", "mend the step, or what the sample says must come out")))
		}
	}
}

// audience says whether the demonstration knows somebody as a person or as a business.
func (c *City) audience(who string) catalogue.Audience {
	if slices.ContainsFunc(c.People.Businesses, func(b Business) bool { return b.ID == who }) {
		return catalogue.ForBusiness
	}
	return catalogue.ForPerson
}

// Walk leads a sample through its days with what people/ says about her, and tells what comes out
// otherwise.
func (c *City) Walk(s *lifecycle.Sample) []lifecycle.Failure {
	var subject string
	for _, p := range c.People.People {
		if p.ID == s.Who {
			subject = p.IDNumber
		}
	}
	for _, b := range c.People.Businesses {
		if b.ID == s.Who {
			subject = b.USCC
		}
	}
	var records []lifecycle.Record
	for _, r := range c.People.Records {
		if r.Subject == subject {
			records = append(records, lifecycle.Record{Register: r.Register, Recorded: r.Recorded, Values: r.Values})
		}
	}
	return c.Life[c.audience(s.Who)].Try(s, records, c.Calendar)
}

// lifecycleRules are those of the files of lifecycle/.
func lifecycleRules() []strictyaml.Rules {
	return []strictyaml.Rules{
		strictyaml.For[lifecycle.Fact](map[string]rule{"id": questionRule, "audience": audienceRule}),
		strictyaml.For[lifecycle.Source](map[string]rule{"as": {OneOf: lifecycle.Ways}}),
		strictyaml.For[lifecycle.Intent](map[string]rule{"id": idRule, "audience": audienceRule}),
		strictyaml.For[lifecycle.Step](map[string]rule{
			"id": idRule, "consent": {OneOf: []string{lifecycle.Deemed}},
			"kind": {OneOf: []string{lifecycle.Do, lifecycle.Duty, lifecycle.Policy, lifecycle.Inspection}},
		}),
		strictyaml.For[deadline.Limit](map[string]rule{"n": strictyaml.Between(1, 999), "unit": {OneOf: []string{string(deadline.Working), string(deadline.Natural), string(deadline.Month)}}}),
		strictyaml.For[lifecycle.Sample](map[string]rule{"days": {Least: 1}}),
		strictyaml.For[lifecycle.Holding](map[string]rule{"from": dayRule, "to": dayRule}),
		strictyaml.For[lifecycle.Record](map[string]rule{"recorded": dayRule}),
		strictyaml.For[lifecycle.Stop](map[string]rule{"day": dayRule}),
	}
}
