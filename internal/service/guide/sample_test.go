package guide

import (
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

// Three services after the seeds of the domain handbook: 开办餐饮店 (T02), 企业注销登记 (T08) and 新生儿出生
// (T10). Each has an oracle beside it, which says in plain Go what a person with certain answers gets.

func text(zh, en string) lang.Text { return lang.Text{ZH: zh, EN: en} }

func question(id, when string) catalogue.Question {
	return catalogue.Question{ID: id, Type: "boolean", When: when}
}

func choice(id, when string, values ...string) catalogue.Question {
	q := catalogue.Question{ID: id, Type: "enum", When: when}
	for _, v := range values {
		q.Options = append(q.Options, catalogue.Option{Value: v})
	}
	return q
}

func days(n int) *catalogue.Limit    { return &catalogue.Limit{N: n, Unit: "working"} }
func natural(n int) *catalogue.Limit { return &catalogue.Limit{N: n, Unit: "natural"} }

func after(kind string, ids ...string) (all []catalogue.After) {
	for _, id := range ids {
		all = append(all, catalogue.After{Matter: id, Kind: kind})
	}
	return all
}

func number(f float64) *float64 { return &f }

func restaurant() catalogue.Service {
	commit := question("commit", "area >= 50 && public")
	commit.Unsure = &catalogue.Unsure{Help: text("不承诺，等检查", "wait for the inspection"), As: "false"}
	public := question("public", "area >= 50")
	area := catalogue.Question{ID: "area", Type: "integer", Min: number(1), Max: number(100000)}
	return catalogue.Service{
		ID: "open-a-restaurant",
		Questions: []catalogue.Question{
			choice("licence", "", "normal", "abnormal", "none"), question("prepack", ""), question("raw", "!prepack"), area, public, commit,
			question("sign", ""), question("tobacco", ""),
		},
		Refusals: []catalogue.Refusal{
			{ID: "no-licence", When: `licence == "none"`, Text: text("先办营业执照", "get a business licence first")},
			{ID: "irregular", When: `licence == "abnormal"`, Text: text("先解除异常", "have the irregularity removed first")},
		},
		Matters: []catalogue.Matter{
			{ID: "check", Handling: catalogue.BySystem, Statutory: days(0)},
			{ID: "food", When: "!prepack", Handling: catalogue.ByOfficer, After: after("data", "check"), Statutory: days(20), Promised: days(10), Site: true,
				Checks: []catalogue.Check{{ID: "layout"}, {ID: "cold-room", When: "raw"}}, Result: &catalogue.Result{Kind: "certificate", Certificate: "food-licence"}},
			{ID: "filing", When: "prepack", Handling: catalogue.ByOfficer, After: after("data", "check"), Promised: days(0)},
			{ID: "sign", When: "sign", Handling: catalogue.ByOfficer, After: after("data", "check"), Promised: days(3),
				Fees: []catalogue.Fee{{ID: "stand", Fen: 5000}, {ID: "large", Fen: 2000, When: "area > 300"}}},
			{ID: "fire", When: "area >= 50 && public", Handling: catalogue.ByOfficer, After: after("data", "check"), Statutory: days(10), Promised: days(7),
				Visits: 1, Commitment: "commit", Variants: []catalogue.Variant{{When: "commit", Statutory: days(0), Promised: days(0)}, {When: "area > 1000", Promised: days(10)}}},
			{ID: "tobacco", When: "tobacco", Handling: catalogue.ByOfficer, After: after("result", "food", "filing"), Statutory: days(20), Promised: days(15), Visits: 1},
		},
		Materials: []catalogue.Material{
			{ID: "licence", For: []string{"check", "food", "sign", "fire", "tobacco"}, Source: catalogue.Source{Certificate: "business-licence"}},
			{ID: "identity", For: []string{"food", "tobacco"}, Source: catalogue.Source{Register: "population"}},
			{ID: "layout", For: []string{"food"}, Source: catalogue.Source{Applicant: true}},
			{ID: "system", For: []string{"food"}, Source: catalogue.Source{Applicant: true}, Later: days(10)},
			{ID: "promise", For: []string{"fire"}, When: "commit", Source: catalogue.Source{Made: true}},
			{ID: "plan", For: []string{"food", "fire"}, Source: catalogue.Source{Applicant: true}},
			{ID: "picture", For: []string{"sign"}, Source: catalogue.Source{Applicant: true}},
			{ID: "food-licence", For: []string{"tobacco"}, When: "!prepack", Source: catalogue.Source{Upstream: "food"}},
		},
		Sections: []catalogue.Section{
			{ID: "shop", Fields: []catalogue.Field{
				{ID: "address", For: []string{"food", "filing", "sign", "fire", "tobacco"}}, {ID: "seats", For: []string{"fire"}}, {ID: "cold", For: []string{"food"}, When: "raw"},
			}},
			{ID: "words", When: "sign", Fields: []catalogue.Field{{ID: "words", For: []string{"sign"}}}},
		},
	}
}

func deregistration() catalogue.Service {
	s := catalogue.Service{
		ID: "deregister",
		Questions: []catalogue.Question{
			choice("kind", "", "company", "sole"), question("simple", `kind == "company"`),
			question("listed", "simple"), question("frozen", "simple"), question("pending", "simple"),
			question("branch", `kind == "company"`), question("customs", ""), question("fund", `kind == "company"`),
		},
		Refusals: []catalogue.Refusal{
			{ID: "not-simple", When: `kind == "company" && simple && (listed || frozen || pending)`},
			{ID: "branch-first", When: `kind == "company" && branch`},
		},
		Matters: []catalogue.Matter{
			{ID: "notice", When: `kind == "company" && simple`, Handling: catalogue.ByOfficer, Promised: natural(20)},
			{ID: "objection", When: `kind == "sole"`, Handling: catalogue.ByOfficer, Promised: natural(10)},
			{ID: "liquidators", When: `kind == "company" && !simple`, Handling: catalogue.ByOfficer, Promised: natural(45)},
			{ID: "tax", Handling: catalogue.ByOfficer, Statutory: days(20), Promised: days(10), Result: &catalogue.Result{Kind: "document"}},
			{ID: "register", Handling: catalogue.ByOfficer, After: append(after("order", "notice", "objection", "liquidators"), after("result", "tax")...), Statutory: days(3), Promised: days(1)},
			{ID: "customs", When: "customs", Handling: catalogue.ByOfficer, After: after("result", "tax"), Promised: days(1)},
			{ID: "insurance", Handling: catalogue.ByOfficer, After: after("result", "tax"), Statutory: days(10), Promised: days(1)},
			{ID: "fund", When: `kind == "company" && fund`, Handling: catalogue.ByOfficer, Promised: &catalogue.Limit{N: 1, Unit: "month"}},
			{ID: "seal", When: `kind == "company"`, Handling: catalogue.ByOfficer, After: after("order", "register"), Promised: days(1), Visits: 1},
		},
		Materials: []catalogue.Material{
			{ID: "form", For: []string{"register"}, Source: catalogue.Source{Made: true}},
			{ID: "promise", For: []string{"register"}, When: `kind == "company" && simple`, Source: catalogue.Source{Applicant: true}},
			{ID: "resolution", For: []string{"register"}, When: `kind == "company" && !simple`, Source: catalogue.Source{Applicant: true}},
			{ID: "tax-clearance", For: []string{"register", "insurance", "customs"}, Source: catalogue.Source{Upstream: "tax"}},
		},
		Sections: []catalogue.Section{{ID: "who", Fields: []catalogue.Field{{ID: "name", For: []string{"register"}}}}},
	}
	return s
}

func birth() catalogue.Service {
	issued := question("issued", "")
	married := question("married", "")
	married.Unsure = &catalogue.Unsure{Help: text("按未婚准备", "prepare as if not"), As: "false"}
	return catalogue.Service{
		ID: "newborn", Total: days(5),
		Questions: []catalogue.Question{
			issued, married, choice("follow", "", "mother", "father"), choice("region", "", "city", "province", "elsewhere"),
			{ID: "born", Type: "date"}, question("insured", ""), question("card", ""), {ID: "weight", Type: "decimal", Min: number(0)},
		},
		Refusals: []catalogue.Refusal{{ID: "too-early", When: `born < "2025-01-01"`}, {ID: "elsewhere", When: `region == "elsewhere" && follow == "father"`}},
		Matters: []catalogue.Matter{
			{ID: "certificate", When: "!issued", Handling: catalogue.ByOfficer, Promised: days(1), Result: &catalogue.Result{Kind: "certificate", Certificate: "birth-certificate"}},
			{ID: "vaccination", Handling: catalogue.BySystem, After: after("result", "certificate")},
			{ID: "household", Handling: catalogue.ByOfficer, After: after("result", "certificate"), Promised: days(3), Result: &catalogue.Result{Kind: "certificate", Certificate: "household-page"},
				Variants: []catalogue.Variant{{When: `region == "province"`, Promised: days(5)}, {When: `region == "elsewhere"`, Promised: days(20)}}},
			{ID: "insurance", Handling: catalogue.ByOfficer, After: after("result", "household"), Statutory: days(10), Promised: days(1)},
			{ID: "card", When: "card", Handling: catalogue.ByOfficer, After: after("result", "household"), Promised: days(2), Fees: []catalogue.Fee{{ID: "card", Fen: 1600}}},
			{ID: "costs", When: "insured", Handling: catalogue.ByOfficer, After: after("result", "certificate"), Statutory: days(30), Promised: days(10)},
			{ID: "care", When: `weight < 2.5 || born >= "2026-01-01"`, Handling: catalogue.BySystem},
		},
		Materials: []catalogue.Material{
			{ID: "parents", For: []string{"certificate", "household"}, Source: catalogue.Source{Register: "population"}, Consent: true},
			{ID: "marriage", For: []string{"certificate", "household"}, When: "married", Source: catalogue.Source{Certificate: "marriage"}},
			{ID: "parentage", For: []string{"household"}, When: `!married && follow == "father"`, Source: catalogue.Source{Applicant: true}},
			{ID: "birth-certificate", For: []string{"vaccination", "household", "insurance", "card"}, Source: catalogue.Source{Upstream: "certificate"}},
			{ID: "page", For: []string{"insurance", "card"}, Source: catalogue.Source{Upstream: "household"}},
			{ID: "bank", For: []string{"costs"}, Source: catalogue.Source{Applicant: true}},
		},
		Sections: []catalogue.Section{
			{ID: "child", Fields: []catalogue.Field{{ID: "name", For: []string{"certificate", "household"}}}},
			{ID: "payment", When: "insured", Fields: []catalogue.Field{{ID: "account", For: []string{"costs"}}}},
		},
	}
}
