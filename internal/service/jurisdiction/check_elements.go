package jurisdiction

import (
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
)

// elements checks what else the implementation checklist says of a matter against the rest and itself.
func (s *service) elements(at string, m *catalogue.Matter) {
	e := m.More()
	s.body(s.src, at+".entrusted_by", e.EntrustedBy)
	for i, b := range e.With {
		if path := strictyaml.Item(at+".with", i); s.body(s.src, path, b) && b == m.Body {
			s.complain(s.src.Complain(path,
				strictyaml.Say("%q 就是办这个事项的机构", "%q is the body that handles the matter", b), strictyaml.Say("只写一起办的其他机构", "name only the others that take part")))
		}
	}
	s.uniqueWithin(s.src, e.With, itemPaths(at+".with", len(e.With)))
	if e.From != "" && e.Until != "" && e.Until <= e.From {
		s.complain(s.src.Complain(at+".until",
			strictyaml.Say("取消日期 %[1]s 不在生效日期 %[2]s 之后", "the last day %s does not come after the first, %s", e.Until, e.From), strictyaml.Say("改正其中一个", "mend one of them")))
	}
	if (e.Standing == "entrusted" || e.Power == "entrusted") != (e.EntrustedBy != "") {
		s.complain(s.src.Complain(at,
			strictyaml.Say("受委托办理和委托部门,只写了其中一个", "of being entrusted and the body that entrusts, one is not said"),
			strictyaml.Say("加上 entrusted_by: 机构编号,并写 standing 或 power: entrusted", "add entrusted_by: with the id of the body, and entrusted as standing or power")))
	}
	if e.Pay == "yes" && len(m.Fees) == 0 {
		s.complain(s.src.Complain(at+".pay",
			strictyaml.Say("不收费,却写了支持网上支付", "payment online where there is no fee"), strictyaml.Say("删去 pay,或写上收费（要素一致性校验规则 6）", "delete pay, or add the fees (consistency rule 6)")))
	}
}
