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
		path := strictyaml.Item(at+".with", i)
		if s.body(s.src, path, b) && b == m.Body {
			s.complain(s.src.Complain(path,
				strictyaml.Say("%q 就是办这个事项的机构", "%q is the body that handles the matter", b), strictyaml.Say("只写一起办的其他机构", "name only the others that take part")))
		}
	}
	s.uniqueWithin(s.src, e.With, itemPaths(at+".with", len(e.With)))
	s.uniqueWithin(s.src, e.Depth, itemPaths(at+".depth", len(e.Depth)))
	for list, conditions := range map[string][]catalogue.Condition{".rights": e.Rights, ".duties": e.Duties} {
		for i, c := range conditions {
			s.exact(strictyaml.Item(at+list, i)+".text", c.Text)
		}
	}
	if e.From != "" && e.Until != "" && e.Until <= e.From {
		s.complain(s.src.Complain(at+".until",
			strictyaml.Say("取消日期 %[1]s 不在生效日期 %[2]s 之后", "the last day %s does not come after the first, %s", e.Until, e.From), strictyaml.Say("改正其中一个", "mend one of them")))
	}
	if entrusted := e.Standing == "entrusted" || e.Power == "entrusted"; entrusted != (e.EntrustedBy != "") {
		what, remedy := strictyaml.Say("受委托办理,却没有写委托部门", "it is handled for another body, and which one is not said"), strictyaml.Say("加上 entrusted_by: 机构编号", "add entrusted_by: with the id of the body")
		if !entrusted {
			what, remedy = strictyaml.Say("写了委托部门,实施主体性质和权力来源却都不是委托", "a body entrusts it, and neither standing nor power says so"), strictyaml.Say("写 standing: entrusted 或 power: entrusted,或删去 entrusted_by", "write standing: entrusted or power: entrusted, or delete entrusted_by")
		}
		s.complain(s.src.Complain(at, what, remedy))
	}
	if e.Pay == "yes" && len(m.Fees) == 0 {
		s.complain(s.src.Complain(at+".pay",
			strictyaml.Say("不收费,却写了支持网上支付", "payment online where there is no fee"), strictyaml.Say("删去 pay,或写上收费（要素一致性校验规则 6）", "delete pay, or add the fees (consistency rule 6)")))
	}
}
