package jurisdiction

import (
	"slices"
	"strings"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/org"
	"tongban/internal/service/catalogue"
)

const licence = "01"

// matter checks one matter.
func (s *service) matter(at string, m *catalogue.Matter) {
	if s.body(s.src, at+".body", m.Body) && m.Body != "" {
		s.staffed(at, m)
	}
	s.limits(at, m)
	s.visits(at, m)
	s.fees(at, m)
	s.checks(at, m)
	if m.Result != nil {
		s.result(at+".result", m)
	}
	s.contact(at+".contact", m.Contact)
	for i, c := range m.Conditions {
		s.exact(strictyaml.Item(at+".conditions", i)+".text", c.Text)
	}
	if m.Type == licence && m.Cite.Provision == "" && s.src.Has(at+".cite") {
		s.complain(s.src.Complain(at+".cite",
			strictyaml.Say("许可事项 %q 没有法律依据", "licence %q has no provision", m.ID),
			strictyaml.Say("加上 provision: 设定该许可的条文编号", "add provision: with the id of the provision that sets the licence")))
	}
	s.topics(at, m)
	s.elements(at+".elements", m)
	if m.Type == licence && len(m.Questions) == 0 && m.ID != "" {
		s.complain(s.src.Complain(at,
			strictyaml.Say("许可事项 %q 没有常见问题", "licence %q has no frequent question", m.ID),
			strictyaml.Say("加上 faq:,至少一问一答", "add faq: with at least one question and its answer")))
	}
	seen := map[string]bool{}
	for i, kind := range m.Special {
		if seen[kind] {
			s.complain(s.src.Complain(strictyaml.Item(at+".special", i),
				strictyaml.Say("%q 重复", "%q stands twice", kind), strictyaml.Say("删去一个", "delete one of them")))
		}
		seen[kind] = true
	}
}

// contact: the number for complaints is another than that for questions, and both have their area code
// (consistency rule 7).
func (s *service) contact(at string, c catalogue.Contact) {
	if c.Ask != "" && c.Ask == c.Complain {
		s.complain(s.src.Complain(at+".complain",
			strictyaml.Say("投诉电话与咨询电话相同:%s", "complaints go to the number for questions: %s", c.Complain),
			strictyaml.Say("写另一个部门接听的号码（要素一致性校验规则 7）", "write a number that somebody else answers (consistency rule 7)")))
	}
	for _, n := range []struct{ key, number string }{{"ask", c.Ask}, {"complain", c.Complain}} {
		if len(n.number) > shortNumber && !strings.HasPrefix(n.number, "0") {
			s.complain(s.src.Complain(at+"."+n.key,
				strictyaml.Say("电话没有区号:%s", "the number has no area code: %s", n.number),
				strictyaml.Say("写成 0990-%s 的形式（要素一致性校验规则 7）", "write it like 0990-%s (consistency rule 7)", n.number)))
		}
	}
}

// shortNumber is the length of the longest number that is the same everywhere, such as 12345.
const shortNumber = 5

// topics: people look under those of people, businesses under those of businesses (consistency rule 8).
func (s *service) topics(at string, m *catalogue.Matter) {
	for i, id := range m.Topics {
		path := strictyaml.Item(at+".topics", i)
		if !s.refer(s.src, path, id, s.lookup.topics, aTopic) {
			continue
		}
		of := s.city.Topics[slices.Index(s.lookup.topics, id)].Audience
		if serves := s.serves(m); !serves[of] && !serves[""] {
			s.complain(s.src.Complain(path,
				strictyaml.Say("主题 %[1]q 是%[3]s找的,事项不面向他们", "topic %[1]q is for a %[2]s, whom the matter does not serve", id, of, map[catalogue.Audience]string{catalogue.ForPerson: "个人", catalogue.ForBusiness: "企业"}[of]),
				strictyaml.Say("换一个主题,或改事项的 serves", "name another topic, or change the matter's serves")))
		}
	}
	s.uniqueWithin(s.src, m.Topics, itemPaths(at+".topics", len(m.Topics)))
}

// serves tells which sides a matter is for; the side "" when that cannot be told.
func (s *service) serves(m *catalogue.Matter) map[catalogue.Audience]bool {
	if len(m.Serves) == 0 {
		if s.def.Audience != catalogue.ForPerson && s.def.Audience != catalogue.ForBusiness {
			return map[catalogue.Audience]bool{"": true}
		}
		return map[catalogue.Audience]bool{s.def.Audience: true}
	}
	sides := map[catalogue.Audience]bool{}
	for _, who := range m.Serves {
		if who == "person" {
			sides[catalogue.ForPerson] = true
		} else {
			sides[catalogue.ForBusiness] = true
		}
	}
	return sides
}

// staffed checks that somebody in the body can do the work.
func (s *service) staffed(at string, m *catalogue.Matter) {
	if m.Handling != catalogue.ByOfficer {
		return
	}
	for _, need := range []struct {
		role   org.Role
		needed bool
		zh     string
	}{{org.Officer, true, "经办人"}, {org.Head, m.Second, "负责人"}} {
		if need.needed && len(s.city.Org.In(m.Body, need.role)) == 0 {
			s.complain(s.src.Complain(at+".body",
				strictyaml.Say("机构 %[1]q 没有%[3]s(%[2]s),办不了事项 %[4]q", "body %[1]q has no %[2]s to handle matter %[4]q", m.Body, need.role, need.zh, m.ID),
				strictyaml.Say("在 organisations/ 加上一个 roles 含 %[2]s 的岗位", "add a post with the role %[2]s under organisations/", m.Body, need.role)))
		}
	}
}

// limits checks the time limits: there is one, and a licence cites a law for it. That no promise is longer
// than the law allows is proved with the conditions.
func (s *service) limits(at string, m *catalogue.Matter) {
	timed := m.Statutory != nil || m.Promised != nil
	for _, v := range m.Variants {
		timed = timed || v.Statutory != nil || v.Promised != nil
	}
	switch {
	case m.Type == licence && m.Statutory == nil && m.ID != "":
		s.complain(s.src.Complain(at,
			strictyaml.Say("许可事项 %q 没有法定时限", "licence %q has no statutory limit", m.ID),
			strictyaml.Say("加上 statutory: {n: …, unit: working, cite: …};法律没有另外规定的,是 20 个工作日(行政许可法第四十二条)",
				"add statutory: {n: …, unit: working, cite: …}; where no law says otherwise it is 20 working days (Administrative Licence Law, art. 42)")))
	case !timed && m.ID != "":
		s.complain(s.src.Complain(at,
			strictyaml.Say("事项 %q 没有时限", "matter %q has no time limit", m.ID),
			strictyaml.Say("加上 statutory: 或 promised:;当场办结写 n: 0", "add statutory: or promised:; what is done at once has n: 0")))
	}
	s.statutory(at, m, m.Statutory)
	for i, v := range m.Variants {
		s.variant(strictyaml.Item(at+".variants", i), m, v)
	}
}

// variant checks that a limit under a condition changes something.
func (s *service) variant(at string, m *catalogue.Matter, v catalogue.Variant) {
	s.statutory(at, m, v.Statutory)
	if v.Statutory == nil && v.Promised == nil {
		s.complain(s.src.Complain(at,
			strictyaml.Say("这个情形没有改变时限", "the variant changes no limit"),
			strictyaml.Say("加上 statutory: 或 promised:", "add statutory: or promised:")))
	}
}

// statutory checks that the statutory limit of a licence cites the law.
func (s *service) statutory(at string, m *catalogue.Matter, l *catalogue.Limit) {
	if l != nil && m.Type == licence && l.Cite.Provision == "" && s.src.Has(at+".statutory.cite") {
		s.complain(s.src.Complain(at+".statutory.cite",
			strictyaml.Say("许可的法定时限没有法律依据", "the statutory limit of a licence cites no provision"),
			strictyaml.Say("加上 provision: 条文编号", "add provision: with the id of the provision")))
	}
}

// visits: each time that a person must come in person has a reason (consistency rule 3).
func (s *service) visits(at string, m *catalogue.Matter) {
	switch {
	case m.Visits > 0 && m.VisitWhy.Empty():
		s.complain(s.src.Complain(at+".visits",
			strictyaml.Say("要到现场 %d 次,却没有写原因", "%d visits in person without a reason", m.Visits),
			strictyaml.Say("加上 visit_why: {zh: …, en: …},或改为 0", "add visit_why: {zh: …, en: …}, or make it 0")))
	case m.Visits == 0 && !m.VisitWhy.Empty():
		s.complain(s.src.ComplainKey(at+".visit_why",
			strictyaml.Say("不用到现场,却写了原因", "a reason for visits where there are none"),
			strictyaml.Say("删去 visit_why,或改 visits", "delete visit_why, or change visits")))
	}
}

// fees: a licence is free unless a law or administrative regulation says otherwise (Administrative
// Licence Law, art. 58); no other fee goes without its basis.
func (s *service) fees(at string, m *catalogue.Matter) {
	var ids []string
	for i, f := range m.Fees {
		path := strictyaml.Item(at+".fees", i)
		ids = append(ids, f.ID)
		if m.Type == licence && f.Cite.Provision == "" && s.src.Has(path+".cite") {
			s.complain(s.src.Complain(path+".cite",
				strictyaml.Say("许可事项收费没有引用法律", "a fee on a licence that cites no law"),
				strictyaml.Say("加上 provision: 准许收费的法律或行政法规条文;没有就不得收费(行政许可法第五十八条)",
					"add provision: of the law or administrative regulation that allows it; without one there is no fee (Administrative Licence Law, art. 58)")))
		}
	}
	s.uniqueWithin(s.src, ids, paths(at+".fees", "id", len(ids)))
}

// checks checks the verifications before a decision.
func (s *service) checks(at string, m *catalogue.Matter) {
	ids := make([]string, len(m.Checks))
	for i, c := range m.Checks {
		path := strictyaml.Item(at+".checks", i)
		ids[i] = c.ID
		switch c.Kind {
		case "system":
			s.systemCheck(path, m, c)
		case "hand":
			s.handCheck(path, m, c)
		}
	}
	s.uniqueWithin(s.src, ids, paths(at+".checks", "id", len(ids)))
	if m.Handling == catalogue.BySystem && m.Promised != nil && m.Promised.N > 0 {
		s.complain(s.src.Complain(at+".promised",
			strictyaml.Say("事项 %q 由系统当场办,却承诺了时限", "matter %q is decided by the system at once and yet takes its time", m.ID),
			strictyaml.Say("承诺写 n: 0,或改为 handling: officer（要素一致性校验规则 1：即办 ⇔ 即办件）", "promise n: 0, or write handling: officer (consistency rule 1: done at once exactly where it is an instant matter)")))
	}
	if m.Handling == catalogue.BySystem && !slices.ContainsFunc(m.Checks, func(c catalogue.Check) bool { return c.Kind == "system" }) {
		s.complain(s.src.Complain(at+".handling",
			strictyaml.Say("事项 %q 由系统办,却没有系统核验", "matter %q is decided by the system and has no check for it", m.ID),
			strictyaml.Say("加上 kind 为 system 的 checks,或改为 handling: officer", "add checks of kind system, or write handling: officer")))
	}
}

func (s *service) systemCheck(path string, m *catalogue.Matter, c catalogue.Check) {
	if c.Register == "" || c.Field == "" {
		s.complain(s.src.Complain(path,
			strictyaml.Say("系统核验 %q 没有写查哪个登记库的哪个字段", "system check %q does not say which field of which register", c.ID),
			strictyaml.Say("加上 register: 和 field:", "add register: and field:")))
	}
	a, ok := s.register(s.src, path+".register", c.Register, path+".field", c.Field)
	switch {
	case (c.Equals == "") == (c.Matches == ""):
		s.complain(s.src.Complain(path,
			strictyaml.Say("系统核验 %q 要写 equals 或 matches 其中一个", "system check %q needs equals or matches, and not both", c.ID),
			strictyaml.Say("与固定值比写 equals:,与表单字段比写 matches:", "equals: compares with a value, matches: with a form field")))
	case c.Matches != "":
		s.refer(s.src, path+".matches", c.Matches, s.fieldIDs, aFormField)
	case ok && !fitsType(c.Equals, a.Type, a.Options):
		s.wrongValue(s.src, path+".equals", c.Equals, a.Type, a.Options)
	}
	if c.Material != "" {
		s.refer(s.src, path+".material", c.Material, s.materials, aMaterial)
	}
}

func (s *service) handCheck(path string, m *catalogue.Matter, c catalogue.Check) {
	if m.Handling == catalogue.BySystem {
		s.complain(s.src.Complain(path+".kind",
			strictyaml.Say("事项 %q 由系统办,不能有人工核验", "matter %q is decided by the system and can have no check by hand", m.ID),
			strictyaml.Say("改为 kind: system,或改为 handling: officer", "write kind: system, or handling: officer")))
	}
	if c.Material == "" || !s.refer(s.src, path+".material", c.Material, s.materials, aMaterial) {
		return
	}
	unknown := func(id string) bool { return s.matters[id] == nil }
	for i := range s.def.Materials {
		if mt := &s.def.Materials[i]; mt.ID == c.Material && !slices.Contains(mt.For, m.ID) && !slices.ContainsFunc(mt.For, unknown) {
			s.complain(s.src.Complain(path+".material",
				strictyaml.Say("材料 %[1]q 不是事项 %[2]q 的材料", "material %[1]q is not one of matter %[2]q", c.Material, m.ID),
				strictyaml.Say("在该材料的 for 里加上 %[2]s,或换一份材料", "add %[2]s to the material's for, or name another material", c.Material, m.ID)))
		}
	}
}

// result checks what an approved matter gives.
func (s *service) result(at string, m *catalogue.Matter) {
	r := m.Result
	var fields []catalogue.Attribute
	if ending := resultEnding(r); ending != "" {
		s.complain(s.src.Complain(at+".kind",
			strictyaml.Say("结果“%[1]s”以“%[2]s”结尾,种类却是 %[3]s", "the result %[1]s ends in %[2]s and its kind is %[3]s", r.Name.ZH, ending, r.Kind),
			strictyaml.Say("以“证”结尾的是 certificate,以“文”“批复”结尾的不是（要素一致性校验规则 2）", "what ends in 证 is a certificate, and what ends in 文 or 批复 is none (consistency rule 2)")))
	}
	certificate, isCertificate := s.city.Certificates[r.Certificate]
	known := s.refer(s.src, at+".certificate", r.Certificate, s.lookup.certificates, aCertificate)
	known = s.refer(s.src, at+".register", r.Register, s.lookup.registers, aRegister) && known
	switch {
	case r.Kind == "certificate" && r.Certificate == "":
		s.complain(s.src.Complain(at,
			strictyaml.Say("结果是证照,却没有写证照类型", "the result is a certificate of no type"),
			strictyaml.Say("加上 certificate: certificates/ 里的编号", "add certificate: with an id from certificates/")))
	case r.Kind == "record" && r.Register == "" && len(r.Fields) > 0:
		s.complain(s.src.Complain(at,
			strictyaml.Say("有要登记的字段,却没有写登记库", "there are fields to record, and no register"),
			strictyaml.Say("加上 register: registers/ 里的编号,或删去 fields", "add register: with an id from registers/, or delete fields")))
	}
	if isCertificate {
		fields = append(fields, certificate.Fields...)
		if certificate.Issuer != m.Body && slices.Contains(s.lookup.bodies, m.Body) && slices.Contains(s.lookup.bodies, certificate.Issuer) {
			s.complain(s.src.Complain(at+".certificate",
				strictyaml.Say("证照 %[1]q 由 %[2]q 颁发,事项由 %[3]q 办", "certificate %[1]q is issued by %[2]q and the matter handled by %[3]q", r.Certificate, certificate.Issuer, m.Body),
				strictyaml.Say("换一个证照类型,或改证照的 issuer", "name another certificate, or change its issuer")))
		}
	}
	if reg, ok := s.city.Registers[r.Register]; ok {
		fields = append(fields, reg.Fields...)
	}
	filled := map[string]bool{}
	ids := make([]string, len(r.Fields))
	for i, f := range r.Fields {
		path := strictyaml.Item(at+".fields", i)
		ids[i] = f.Field
		filled[f.Field] = true
		known = s.fill(path, m, f, fields, known) && known
	}
	s.uniqueWithin(s.src, ids, paths(at+".fields", "field", len(ids)))
	var blank []string
	for _, f := range certificate.Fields {
		if known && isCertificate && !filled[f.ID] && f.ID != "" {
			blank = append(blank, f.ID)
		}
	}
	if len(blank) > 0 {
		where := at
		if s.src.Has(at + ".fields") {
			where = at + ".fields"
		}
		s.complain(s.src.ComplainKey(where,
			strictyaml.Say("证照 %[1]q 的字段没有填:%[2]s", "fields of certificate %[1]q are left blank: %[3]s", r.Certificate, strings.Join(blank, "、"), strings.Join(blank, ", ")),
			strictyaml.Say("加上 {field: %[1]s, from: …}", "add {field: %[1]s, from: …}", blank[0])))
	}
}

// resultEnding is the end of a result's name that disagrees with its kind; empty when none does.
func resultEnding(r *catalogue.Result) string {
	for ending, certificate := range map[string]bool{"证": true, "文": false, "批复": false} {
		if strings.HasSuffix(r.Name.ZH, ending) && (r.Kind == "certificate") != certificate {
			return ending
		}
	}
	return ""
}

// fill checks where one field of a result comes from, and reports whether there is such a field.
func (s *service) fill(at string, m *catalogue.Matter, f catalogue.Fill, fields []catalogue.Attribute, look bool) bool {
	a, known := catalogue.Attribute{}, false
	if look && (m.Result.Certificate != "" || m.Result.Register != "") {
		a, known = s.attribute(s.src, at+".field", f.Field, fields)
	}
	s.filledFrom(at, m, f, a, known)
	return known
}

func (s *service) filledFrom(at string, m *catalogue.Matter, f catalogue.Fill, a catalogue.Attribute, known bool) {
	sources := 0
	for _, given := range []string{f.From, f.Value, f.Make} {
		if given != "" {
			sources++
		}
	}
	if sources != 1 {
		s.complain(s.src.Complain(at,
			strictyaml.Say("字段 %q 要写 from、value、make 其中一个", "field %q needs one of from, value and make", f.Field),
			strictyaml.Say("来自表单写 from:,固定值写 value:,办结时生成写 make:", "from: a form field, value: a constant, make: made at the decision")))
		return
	}
	switch {
	case f.From != "":
		if !s.refer(s.src, at+".from", f.From, s.fieldIDs, aFormField) {
			return
		}
		if !slices.Contains(s.fields[f.From].field.For, m.ID) {
			s.complain(s.src.Complain(at+".from",
				strictyaml.Say("表单字段 %[1]q 不是事项 %[2]q 用的", "form field %[1]q is not used by matter %[2]q", f.From, m.ID),
				strictyaml.Say("在该字段的 for 里加上 %[2]s", "add %[2]s to the field's for", f.From, m.ID)))
		}
	case f.Value != "" && known && !fitsType(f.Value, a.Type, a.Options):
		s.wrongValue(s.src, at+".value", f.Value, a.Type, a.Options)
	case f.Make != "" && known:
		makes := map[string][]string{"today": {"date"}, "id-number": {"id-number"}, "uscc": {"uscc"}, "number": {"text"}}[f.Make]
		if makes != nil && !slices.Contains(makes, a.Type) {
			s.complain(s.src.Complain(at+".make",
				strictyaml.Say("%[1]s 生成不了类型为 %[2]s 的字段", "%[1]s cannot make a field of type %[2]s", f.Make, a.Type),
				strictyaml.Say("字段类型应是 %s", "the field should be of type %s", makes[0])))
		}
	}
}

// order checks the precedence of matters: every edge leads somewhere, once, and to what it takes. That none
// leads back is proved with the conditions.
func (s *service) order() {
	for i := range s.def.Matters {
		m := &s.def.Matters[i]
		at := strictyaml.Item("matters", i)
		seen := map[string]bool{}
		for j, a := range m.After {
			path := strictyaml.Item(at+".after", j)
			if !s.refer(s.src, path+".matter", a.Matter, s.matterIDs, aMatter) {
				continue
			}
			if seen[a.Matter] {
				s.complain(s.src.Complain(path, strictyaml.Say("事项 %q 重复", "matter %q stands twice", a.Matter), strictyaml.Say("删去一个", "delete one of them")))
				continue
			}
			seen[a.Matter] = true
			if up := s.matters[a.Matter]; a.Kind == "result" && up != nil && (up.Result == nil || up.Result.Kind == "record") {
				s.complain(s.src.Complain(path+".kind",
					strictyaml.Say("事项 %q 不出证照或文书,没有结果可用", "matter %q gives no certificate or document to be used here", a.Matter),
					strictyaml.Say("改为 data 或 order", "write data or order")))
			}
		}
	}
}
