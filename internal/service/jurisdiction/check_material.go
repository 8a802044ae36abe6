package jurisdiction

import (
	"slices"
	"strings"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
)

// material checks one material.
func (s *service) material(at string, m *catalogue.Material) {
	s.named(at+".name", m.Name)
	s.exact(at+".what", m.What)
	s.exact(at+".sample", m.Sample)
	s.forMatters(at, m.For)
	s.source(at+".source", m)
	if m.Later != nil && m.Missed == nil {
		s.complain(s.src.Complain(at+".later",
			strictyaml.Say("可以后补的材料没有写逾期怎么处理", "the material may follow, and what happens when it does not is not said"),
			strictyaml.Say("写 missed：承诺之前要先告知逾期的处理", "add missed: it must be told before somebody promises")))
	}
	if m.Missed != nil && m.Later == nil {
		s.complain(s.src.Complain(at+".missed",
			strictyaml.Say("材料不能后补，却写了逾期怎么处理", "the material may not follow later, so it cannot be missed"),
			strictyaml.Say("写 later，或者删去 missed", "add later, or delete missed")))
	}
	seen := map[string]bool{}
	for i, a := range m.Accept {
		if seen[a] {
			s.complain(s.src.Complain(strictyaml.Item(at+".accept", i),
				strictyaml.Say("%q 重复", "%q stands twice", a), strictyaml.Say("删去一个", "delete one of them")))
		}
		seen[a] = true
	}
}

// held: what government gave out itself it does not ask for again (Provisions on Online Government
// Services, art. 7), unless the author cites the law that asks for it.
func (s *service) held(g *guide.Guide) {
	for i := range s.def.Materials {
		m := &s.def.Materials[i]
		if !m.Source.Applicant || m.Cite.Provision != "" {
			continue
		}
		for _, id := range s.lookup.certificates {
			if name := s.city.Certificates[id].Name; name.ZH == "" || m.Name.ZH != name.ZH {
				continue
			}
			who := g.Needs(i)
			c := s.src.Complain(strictyaml.Item("materials", i)+".source",
				strictyaml.Say("“%[1]s”是政府自己发的证照，却要人交：%[2]s", "%[3]s is a certificate that government issued itself, and people are asked for it: %[4]s",
					m.Name.ZH, who.In(lang.ZH), s.city.Certificates[id].Name.EN, who.In(lang.EN)),
				strictyaml.Say("写 source: {certificate: %[1]s, fields: […]}；确要本人交的，写明法律依据 provision", "write source: {certificate: %[1]s, fields: […]}, or cite the provision that demands it", id))
			c.Who = who.Answers()
			s.complain(c)
		}
	}
}

// forMatters checks the list of matters that use a material or a field.
func (s *service) forMatters(at string, matters []string) {
	ids, where := make([]string, len(matters)), make([]string, len(matters))
	for i, id := range matters {
		ids[i], where[i] = id, strictyaml.Item(at+".for", i)
		s.refer(s.src, where[i], id, s.matterIDs, aMatter)
	}
	s.uniqueWithin(s.src, ids, where)
}

// source checks that exactly one place is named where a material comes from, and that it is there.
func (s *service) source(at string, m *catalogue.Material) {
	src := m.Source
	var named []string
	for _, one := range []struct {
		key   string
		given bool
	}{
		{"register", src.Register != ""}, {"certificate", src.Certificate != ""}, {"upstream", src.Upstream != ""},
		{"made", src.Made}, {"applicant", src.Applicant},
	} {
		if one.given {
			named = append(named, one.key)
		}
	}
	switch {
	case len(named) == 0 && s.src.Has(at):
		s.complain(s.src.Complain(at,
			strictyaml.Say("没有写材料从哪里来", "the source of the material is not named"),
			strictyaml.Say("写 register、certificate、upstream、made、applicant 其中一个", "write one of register, certificate, upstream, made, applicant")))
		return
	case len(named) > 1:
		s.complain(s.src.ComplainKey(at+"."+named[1],
			strictyaml.Say("材料写了不止一个来源:%s", "more than one source: %[2]s", strings.Join(named, "、"), strings.Join(named, ", ")),
			strictyaml.Say("只留一个", "keep one of them")))
		return
	}
	fields, known := s.sourceFields(at, m)
	if !known {
		return
	}
	for i, id := range src.Fields {
		s.attribute(s.src, strictyaml.Item(at+".fields", i), id, fields)
	}
	s.uniqueWithin(s.src, src.Fields, itemPaths(at+".fields", len(src.Fields)))
	if len(src.Fields) == 0 && (src.Register != "" || src.Certificate != "") {
		s.complain(s.src.Complain(at,
			strictyaml.Say("没有写用到哪些字段", "the fields that are used are not named"),
			strictyaml.Say("加上 fields: [%[1]s …],只写用得到的(个人信息保护法第六条)", "add fields: [%[1]s …], only those that are needed (Personal Information Protection Law, art. 6)",
				firstOf(attributeIDs(fields)))))
	}
}

func firstOf(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

func itemPaths(list string, n int) []string {
	ps := make([]string, n)
	for i := range ps {
		ps[i] = strictyaml.Item(list, i)
	}
	return ps
}

// sourceFields finds the fields that the source of a material has.
func (s *service) sourceFields(at string, m *catalogue.Material) ([]catalogue.Attribute, bool) {
	switch src := m.Source; {
	case src.Register != "":
		return s.city.Registers[src.Register].Fields, s.refer(s.src, at+".register", src.Register, s.lookup.registers, aRegister)
	case src.Certificate != "":
		return s.city.Certificates[src.Certificate].Fields, s.refer(s.src, at+".certificate", src.Certificate, s.lookup.certificates, aCertificate)
	case src.Upstream != "":
		return s.upstream(at, m)
	case len(src.Fields) > 0 && src.Applicant:
		s.complain(s.src.ComplainKey(at+".fields",
			strictyaml.Say("申请人自己提供的材料没有字段", "what the applicant brings has no fields"),
			strictyaml.Say("删去 fields", "delete fields")))
	}
	return nil, false
}

// upstream checks a material that is the result of another matter of the service: each matter that
// needs it comes after that one, or it could be asked to start without its paper.
func (s *service) upstream(at string, m *catalogue.Material) ([]catalogue.Attribute, bool) {
	id := m.Source.Upstream
	if !s.refer(s.src, at+".upstream", id, s.matterIDs, aMatter) {
		return nil, false
	}
	up := s.matters[id]
	if up.Result == nil {
		s.complain(s.src.Complain(at+".upstream",
			strictyaml.Say("事项 %q 没有结果", "matter %q has no result", id),
			strictyaml.Say("给它加上 result:,或换一个来源", "give it a result:, or name another source")))
		return nil, false
	}
	var early []string
	for _, need := range m.For {
		if need != id && s.matters[need] != nil && !slices.Contains(s.before(need), id) {
			early = append(early, need)
		}
	}
	if len(early) > 0 {
		s.complain(s.src.Complain(at+".upstream",
			strictyaml.Say("事项 %[2]s 用到 %[1]s 的结果,却不在它之后", "the result of %[1]s is needed by %[3]s, which does not come after it", id, strings.Join(early, "、"), strings.Join(early, ", ")),
			strictyaml.Say("在事项 %[2]s 里加上 after: [{matter: %[1]s, kind: result}],或从 for 里去掉它",
				"add after: [{matter: %[1]s, kind: result}] to matter %[2]s, or take that out of for:", id, early[0])))
	}
	if up.Result.Certificate != "" {
		c, ok := s.city.Certificates[up.Result.Certificate]
		return c.Fields, ok
	}
	r, ok := s.city.Registers[up.Result.Register]
	return r.Fields, ok
}

// before lists the matters that must be over before a matter, directly or through others.
func (s *service) before(id string) []string {
	var before []string
	seen := map[string]bool{id: true}
	queue := []string{id}
	for len(queue) > 0 {
		m := s.matters[queue[0]]
		queue = queue[1:]
		if m == nil {
			continue
		}
		for _, a := range m.After {
			if !seen[a.Matter] {
				seen[a.Matter] = true
				before = append(before, a.Matter)
				queue = append(queue, a.Matter)
			}
		}
	}
	return before
}
