package jurisdiction

import (
	"slices"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
)

// form checks the sections of the form and their fields.
func (s *service) form() {
	for i := range s.def.Sections {
		sec := &s.def.Sections[i]
		for j := range sec.Fields {
			s.field(strictyaml.Item(strictyaml.Item("sections", i)+".fields", j), &sec.Fields[j])
		}
	}
}

// field checks one field of the form.
func (s *service) field(at string, f *catalogue.Field) {
	s.options(s.src, at, f.Type, f.Options)
	s.forMatters(at, f.For)
	s.bounds(at, "least", "most", f.Least, f.Most)
	if (f.Least != nil || f.Most != nil) && f.Type != "" && !slices.Contains([]string{"integer", "decimal", "money"}, f.Type) {
		key := "least"
		if f.Least == nil {
			key = "most"
		}
		s.complain(s.src.ComplainKey(at+"."+key,
			strictyaml.Say("类型是 %[1]s,不能有 %[2]s", "the type is %[1]s and cannot have %[2]s", f.Type, key),
			strictyaml.Say("删去它,或类型改为 integer、decimal 或 money", "delete it, or change the type to integer, decimal or money")))
	}
	if f.Prefill != nil {
		if f.Prefill.Field == "" && f.Prefill.Register != "" {
			s.complain(s.src.Complain(at+".prefill", strictyaml.Say("缺 \"field\"", "\"field\" is missing"),
				strictyaml.Say("写明用登记库的哪个字段", "say which field of the register is used")))
		}
		a, ok := s.register(s.src, at+".prefill.register", f.Prefill.Register, at+".prefill.field", f.Prefill.Field)
		if ok {
			s.fits(at+".prefill.field", a, f.Type, f.Options)
		}
	}
	if f.Locked && f.Prefill == nil {
		s.complain(s.src.ComplainKey(at+".locked",
			strictyaml.Say("字段 %q 锁定了,却没有预填", "field %q is locked and nothing fills it", f.ID),
			strictyaml.Say("加上 prefill:,或删去 locked", "add prefill:, or delete locked")))
	}
	if f.Question != "" && s.refer(s.src, at+".question", f.Question, s.asked, aQuestion) {
		s.answers(at+".question", f, s.questions[f.Question])
	}
}

// answers checks that the answer to a question can stand in a form field.
func (s *service) answers(at string, f *catalogue.Field, q *catalogue.Question) {
	agree := f.Type == q.Type || f.Type == "" || q.Type == "" || q.Type == "integer" && (f.Type == "decimal" || f.Type == "money") ||
		q.Type == "decimal" && f.Type == "money"
	if !agree {
		s.complain(s.src.Complain(at,
			strictyaml.Say("问题 %[1]q 的类型是 %[2]s,字段是 %[3]s", "question %[1]q is of type %[2]s and the field of type %[3]s", q.ID, q.Type, f.Type),
			strictyaml.Say("把类型改成一致", "make the types agree")))
	}
}
