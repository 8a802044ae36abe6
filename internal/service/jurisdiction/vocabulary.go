package jurisdiction

import (
	"time"

	"tongban/internal/platform/ref"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/law"
	"tongban/internal/security/org"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/synonym"
)

// What the values in the files may be, beyond their Go types. The same rules make the JSON Schemas under
// jurisdictions/schema, so that an editor and the loader refuse the same things.

type rule = strictyaml.Rule

var (
	dayRule = rule{
		Pattern: `[0-9]{4}-[0-9]{2}-[0-9]{2}`, Valid: validDay,
		Shape: strictyaml.Say("日期,如 2026-03-02", "a day such as 2026-03-02"),
	}
	idRule = rule{
		Pattern: `[a-z][a-z0-9]*([-_][a-z0-9]+)*`,
		Shape:   strictyaml.Say("小写英文短名,如 food-licence", "a short English name in lower case, such as food-licence"),
	}
	// A question is named in conditions, where a hyphen would be a minus.
	questionRule = rule{
		Pattern: `[a-z][a-z0-9]*(_[a-z0-9]+)*`,
		Shape:   strictyaml.Say("小写英文短名,用下划线连接,如 sell_tobacco", "a short English name in lower case with underscores, such as sell_tobacco"),
	}
	phoneRule = rule{
		Pattern: `(0[0-9]{2,3}-)?[0-9]{3,8}(-[0-9]+)?`,
		Shape:   strictyaml.Say("电话号码,如 0990-1234001", "a telephone number such as 0990-1234001"),
	}
	idNumberRule = rule{
		Pattern: `[0-9]{17}[0-9X]`, Valid: ref.CheckIDNumber,
		Shape: strictyaml.Say("18 位公民身份号码,校验位正确", "an identity number of 18 characters with the right check character"),
	}
	usccRule = rule{
		Pattern: `[0-9A-Z]{18}`, Valid: ref.CheckUSCC,
		Shape: strictyaml.Say("18 位统一社会信用代码,校验位正确", "a unified social credit code of 18 characters with the right check character"),
	}
	linkRule     = rule{Pattern: `https?://[^\s"<>]+`, Shape: strictyaml.Say("网址,如 https://www.gov.cn/zhengce", "an address such as https://www.gov.cn/zhengce")}
	yesRule      = rule{OneOf: []string{"yes", "no"}}
	audienceRule = rule{OneOf: []string{string(catalogue.ForPerson), string(catalogue.ForBusiness)}}
	levelRule    = strictyaml.Between(0, 4)
)

func validDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// validTypeCode checks the code of a certificate type: the defining body's code and three more
// characters (GB/T 36904).
func validTypeCode(s string) bool { return len(s) == 21 && ref.CheckUSCC(s[:18]) }

// attributeTypes are the types of a field of a register or certificate.
var attributeTypes = []string{"text", "name", "date", "id-number", "uscc", "enum", "integer", "decimal", "boolean"}

// grammar is what all files of a jurisdiction must look like.
func grammar() *strictyaml.Grammar {
	rules := append(law.Grammar(), org.Grammar()...)
	rules = append(rules, catalogueRules()...)
	rules = append(rules, synonym.Grammar()...)
	rules = append(rules, lifecycleRules()...)
	rules = append(rules,
		strictyaml.For[Manifest](map[string]rule{
			"id": idRule,
			"region": {
				Pattern: `[1-9][0-9]{5}`,
				Shape:   strictyaml.Say("6 位行政区划代码", "an administrative division code of six digits"),
			},
			// Legal days are those of Beijing time everywhere in the country.
			"time_zone": {OneOf: []string{"Asia/Shanghai"}},
		}),
		strictyaml.For[Host](map[string]rule{"phone": phoneRule}),
		strictyaml.For[Topic](map[string]rule{"id": idRule, "audience": audienceRule}),
		strictyaml.For[Stage](map[string]rule{"id": idRule, "audience": audienceRule}),
		strictyaml.For[Purpose](map[string]rule{"id": idRule}),
		strictyaml.For[deadline.Year](map[string]rule{"year": strictyaml.Between(1950, 9000)}),
		strictyaml.For[Person](map[string]rule{
			"id": idRule, "login": idRule, "id_number": idNumberRule, "gender": {OneOf: []string{"female", "male"}},
			"born": dayRule, "phone": phoneRule, "level": levelRule,
		}),
		strictyaml.For[Business](map[string]rule{"id": idRule, "uscc": usccRule}),
		strictyaml.For[Record](map[string]rule{"recorded": dayRule}),
	)
	return strictyaml.NewGrammar(rules...)
}

// catalogueRules are those of the service catalogue; codes are those of GB/T 39554.
func catalogueRules() []strictyaml.Rules {
	special := deadline.PauseKinds[:]
	return []strictyaml.Rules{
		strictyaml.For[law.Cite](map[string]rule{"link": linkRule, "certainty": {OneOf: []string{
			string(law.Verified), string(law.Secondary), string(law.Computed), string(law.Known)}}}),
		strictyaml.For[catalogue.Elements](map[string]rule{
			"from": dayRule, "until": dayRule, "standing": {OneOf: []string{"organ", "authorised", "entrusted"}},
			"power":  {OneOf: []string{"own", "handed-down", "authorised-above", "authorised-peer", "entrusted"}},
			"depth":  {OneOf: []string{"consult", "receive", "pre-review", "accept", "handle", "feedback", "certificate"}},
			"centre": yesRule, "booking": yesRule, "pay": yesRule, "post": yesRule, "terminal": yesRule,
		}),
		strictyaml.For[catalogue.Paper](map[string]rule{
			"kind": {OneOf: []string{"original", "copy", "both"}}, "form": {OneOf: []string{"paper", "electronic", "both"}}, "copies": strictyaml.Between(1, 99),
		}),
		strictyaml.For[catalogue.Service](map[string]rule{
			"id": idRule, "audience": audienceRule, "level": levelRule, "checked": dayRule,
			"catalogue": {Pattern: `[A-Z][0-9]{2,5}`, Shape: strictyaml.Say("清单编号,如 T02", "a number of the list, such as T02")},
			"keywords":  {Least: 1}, "matters": {Least: 1}, "sections": {Least: 1},
		}),
		strictyaml.For[catalogue.Question](map[string]rule{
			"id": questionRule, "type": {OneOf: []string{"boolean", "enum", "integer", "decimal", "date"}},
		}),
		strictyaml.For[catalogue.Option](map[string]rule{"value": {
			Pattern: `[A-Za-z0-9][A-Za-z0-9_.-]*`,
			Shape:   strictyaml.Say("英文短名或数字,如 hot-food", "a short English name or number, such as hot-food"),
		}}),
		strictyaml.For[catalogue.Refusal](map[string]rule{"id": idRule}),
		strictyaml.For[catalogue.Matter](map[string]rule{
			"id":   idRule,
			"code": {Pattern: `[0-9A-Z]{12}`, Shape: strictyaml.Say("12 位基本编码", "a basic code of 12 characters")},
			// Only what a person can apply for (handbook 1.3): 02, 03, 04 and 06 are supervision.
			"type": {OneOf: []string{"01", "05", "07", "08", "09", "10", "20"},
				Shape: strictyaml.Say("01 许可 05 给付 07 确认 08 奖励 09 裁决 10 其他 20 公共服务",
					"01 licence, 05 benefit, 07 confirmation, 08 reward, 09 ruling, 10 other, 20 public service")},
			"handling": {OneOf: []string{string(catalogue.ByOfficer), string(catalogue.BySystem)}},
			"visits":   strictyaml.Between(0, 9),
			"special":  {OneOf: special},
			"serves":   {OneOf: []string{"person", "company", "institution", "association", "unincorporated", "authority", "other"}},
			"area":     {OneOf: []string{"city", "province", "nation"}},
			"topics":   {Least: 1},
		}),
		strictyaml.For[catalogue.After](map[string]rule{"kind": {OneOf: []string{"result", "data", "order"}}}),
		strictyaml.For[catalogue.Limit](map[string]rule{
			"n": strictyaml.Between(0, 999), "unit": {OneOf: []string{"working", "natural", "month"}},
		}),
		strictyaml.For[catalogue.Fee](map[string]rule{"id": idRule, "fen": strictyaml.From(0)}),
		strictyaml.For[catalogue.Check](map[string]rule{"id": idRule, "kind": {OneOf: []string{"system", "hand"}}}),
		strictyaml.For[catalogue.Result](map[string]rule{"kind": {OneOf: []string{"certificate", "document", "record"}}}),
		strictyaml.For[catalogue.Fill](map[string]rule{"make": {OneOf: []string{"number", "id-number", "uscc", "today"}}}),
		strictyaml.For[catalogue.Contact](map[string]rule{"ask": phoneRule, "complain": phoneRule}),
		strictyaml.For[catalogue.Material](map[string]rule{
			"id": idRule, "for": {Least: 1}, "accept": {OneOf: []string{"pdf", "jpg", "png"}}, "blank": linkRule, "max_mb": strictyaml.Between(1, 50),
		}),
		strictyaml.For[catalogue.Section](map[string]rule{"id": idRule, "fields": {Least: 1}}),
		strictyaml.For[catalogue.Field](map[string]rule{
			"id": idRule, "for": {Least: 1}, "max": strictyaml.Between(1, 10000), "element": idRule,
			"type": {OneOf: []string{"text", "long-text", "name", "id-number", "uscc", "phone", "email", "address", "date",
				"integer", "decimal", "money", "enum", "boolean", "bank-card"}},
		}),
		strictyaml.For[catalogue.CertificateType](map[string]rule{
			"id":    idRule,
			"years": strictyaml.Between(0, 100),
			"code": {Pattern: `[0-9A-Z]{21}`, Valid: validTypeCode,
				Shape: strictyaml.Say("21 位证照类型代码:定义机构的 18 位统一社会信用代码加 3 位顺序号",
					"a type code of 21 characters: the defining body's unified social credit code of 18 and a serial of 3")},
			"fields": {Least: 1},
		}),
		strictyaml.For[catalogue.Register](map[string]rule{
			"id": idRule, "key": {OneOf: []string{"person", "business"}}, "fields": {Least: 1},
		}),
		strictyaml.For[catalogue.Attribute](map[string]rule{
			"id": idRule, "type": {OneOf: attributeTypes}, "element": idRule,
		}),
		strictyaml.For[catalogue.FactOf](map[string]rule{"as": {OneOf: []string{"age"}}}),
		strictyaml.For[catalogue.Proactive](map[string]rule{"facts": {Least: 1}, "while": {Least: 1}}),
		strictyaml.For[catalogue.Scenario](map[string]rule{"fen": strictyaml.From(0), "days": strictyaml.Between(0, 999)}),
	}
}
