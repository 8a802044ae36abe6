package jurisdiction

import (
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

const shipped = "../../../jurisdictions/shifan"

// copyOf reads a jurisdiction with three of its services and the people that they need: faults planted in
// the others would be found by the same rules, and every load takes time. The life cycle leads to all services
// and has a test of its own.
func copyOf(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	kept := []string{"services/newborn", "services/open-a-restaurant", "services/start-a-business", "people/people.yaml", "people/records.yaml"}
	files := fstest.MapFS{}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if top, _, _ := strings.Cut(name, "/"); (top == "services" || top == "people" || top == "lifecycle") && !slices.ContainsFunc(kept, func(k string) bool { return strings.HasPrefix(name, k) }) {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		files[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The shipped city is whole.
func TestShippedCity(t *testing.T) {
	city, cs := Load(os.DirFS(shipped), "")
	for _, c := range cs {
		if !c.Warning {
			t.Error(c)
		}
	}
	if city == nil {
		t.Fatal("the shipped city does not load")
	}
}

const (
	restaurant = "services/open-a-restaurant/service.yaml"
	newborn    = "services/newborn/service.yaml"
	business   = "services/start-a-business/service.yaml"
	tried      = "services/open-a-restaurant/scenarios.yaml"
)

// mark stands in a planted text where the complaint must point.
const mark = "‸"

// plant is one fault: old, which stands once in the file, is replaced by new. The complaint is expected
// where the mark stands; when the mark is not in the planted text, at says where: a text that stands once
// in some file, with the mark in it.
type plant struct {
	name     string
	file     string
	old, new string
	at       string // file and text, separated by a space; when the fault shows elsewhere
	what     string // part of what is said to be wrong
	remedy   string // part of what would be right
}

var plants = []plant{
	// The form of the files.
	{"unknown key", restaurant, "related: [start-a-business]", "related: [start-a-business]\n‸colour: red", "", `unknown key "colour"`, "the keys are: id, catalogue, name"},
	{"misspelt key", restaurant, "    min: 1\n    max: 100000", "    min: 1\n    ‸maxx: 100000", "", `unknown key "maxx"`, `did you mean "max"?`},
	{"key twice", restaurant, "stage: entry", "stage: entry\n‸stage: growth", "", `key "stage" stands twice`, "delete one of them"},
	{"missing key", "certificates/food-licence.yaml", "issuer: market\n", "", "certificates/food-licence.yaml ‸id: food-licence", `"issuer" is missing`, "add issuer:"},
	{"text in one language", restaurant, "name: {zh: 开办餐饮店, en: Open a restaurant}", "name: ‸{zh: 开办餐饮店}", "", "missing in English", "{zh: …, en: …}"},
	{"number in quotes", restaurant, "    min: 1\n    max: 100000", "    min: ‸\"1\"\n    max: 100000", "", `"1" in quotes`, "without quotes"},
	{"tab", restaurant, "    min: 1\n    max: 100000", "    min: 1\n‸\tmax: 100000", "", "a tab", "write spaces"},
	{"alias", restaurant, "related: [start-a-business]", "related: ‸*others", "", "alias", "needs quotes"},
	{"condition taken for a tag", restaurant, "    type: \"01\"\n    topics: [permits]\n    when: \"!prepack\"", "    type: \"01\"\n    topics: [permits]\n    when: ‸!prepack", "", "a YAML tag", "needs quotes"},
	{"second document", "stages.yaml", "- id: hiring", "‸---\n- id: hiring", "", "a second document", "one document per file"},
	{"day that does not exist", restaurant, `checked: "2026-11-20"`, `checked: ‸"2026-02-30"`, "", `"2026-02-30"`, "a day such as"},
	{"wrong word", restaurant, "audience: business", "audience: ‸busines", "", `"busines"`, `did you mean "business"?`},
	{"unit that does not exist", restaurant, "statutory: {n: 10, unit: working, cite: {provision: fire-law.15, certainty: V}}", "statutory: {n: 10, unit: ‸days, cite: {provision: fire-law.15, certainty: V}}", "", `"days"`, "working, natural, month"},
	{"matter code too short", restaurant, `code: "990131002001"`, `code: ‸"99013100200"`, "", `"99013100200"`, "12 characters"},
	{"special procedure that stops no clock", restaurant, "special: [inspection, testing]", "special: [‸lunch, testing]", "", `"lunch"`, "hearing, tender, auction, inspection"},

	// References.
	{"body", restaurant, "    body: fire\n", "    body: ‸fyre\n", "", `no body "fyre"`, `did you mean "fire"?`},
	{"lead body", newborn, "lead: health", "lead: ‸heath", "", `no body "heath"`, `did you mean "health"?`},
	{"stage", restaurant, "stage: entry", "stage: ‸entri", "", `no stage "entri"`, `did you mean "entry"?`},
	{"related service", restaurant, "related: [start-a-business]", "related: [‸start-a-busines]", "", `no service "start-a-busines"`, `did you mean "start-a-business"?`},
	{"provision", restaurant, "    why: {zh: 你要卖烟。, en: You want to sell tobacco.}\n    cite: {provision: tobacco-law.16, certainty: V}", "    why: {zh: 你要卖烟。, en: You want to sell tobacco.}\n    cite: {provision: ‸tobacco-law.61, certainty: V}", "", `no provision "tobacco-law.61"`, `did you mean "tobacco-law.16"?`},
	{"register of a fact", restaurant, "fact: {register: business, field: status}", "fact: {register: ‸busines, field: status}", "", `no register "busines"`, `did you mean "business"?`},
	{"field of a fact", restaurant, "fact: {register: business, field: status}", "fact: {register: business, field: ‸state}", "", `no field "state"`, `did you mean "status"?`},
	{"certificate type", restaurant, "certificate: tobacco-licence", "certificate: ‸tobaco-licence", "", `no certificate type "tobaco-licence"`, `did you mean "tobacco-licence"?`},
	{"field of a certificate", restaurant, "{field: scope, from: tobacco_goods}", "{field: ‸scop, from: tobacco_goods}", "", `no field "scop"`, `did you mean "scope"?`},
	{"form field that fills a certificate", restaurant, "{field: scope, from: tobacco_goods}", "{field: scope, from: ‸tobacco_good}", "", `no form field "tobacco_good"`, `did you mean "tobacco_goods"?`},
	{"certificate field left blank", restaurant, "        - {field: scope, from: tobacco_goods}\n", "", restaurant + " certificate: tobacco-licence\n      ‸fields:", "left blank: scope", "{field: scope, from: …}"},
	{"matter of a material", restaurant, "    for: [sign-filing]\n    cite", "    for: [‸sign-fileing]\n    cite", "", `no matter "sign-fileing"`, `did you mean "sign-filing"?`},
	{"matter before", newborn, "{matter: medical-insurance, kind: data}", "{matter: ‸medical-insurence, kind: data}", "", `no matter "medical-insurence"`, `did you mean "medical-insurance"?`},
	{"material of a check", restaurant, "material: sign-picture,", "material: ‸sign-pictures,", "", `no material "sign-pictures"`, `did you mean "sign-picture"?`},
	{"form field that a check compares", newborn, "field: birth_date, matches: child_birth_date", "field: birth_date, matches: ‸child_birthdate", "", `no form field "child_birthdate"`, `did you mean "child_birth_date"?`},
	{"value that a register cannot hold", restaurant, "register: health-certificate, field: outcome, equals: fit", "register: health-certificate, field: outcome, equals: ‸fitt", "", `"fitt" is no enum`, `did you mean "fit"?`},
	{"register of a material", restaurant, "source: {register: health-certificate, fields", "source: {register: ‸health-certificat, fields", "", `no register "health-certificat"`, `did you mean "health-certificate"?`},
	{"field of a material", restaurant, "fields: [workers, count, checked_on", "fields: [workers, ‸cuont, checked_on", "", `no field "cuont"`, `did you mean "count"?`},
	{"question of a form field", restaurant, "question: area,", "question: ‸aera,", "", `no question "aera"`, `did you mean "area"?`},
	{"keeper of a register", "registers/marriage.yaml", "keeper: civil-affairs", "keeper: ‸civil-affair", "", `no body "civil-affair"`, `did you mean "civil-affairs"?`},
	{"public field of a certificate", "certificates/food-licence.yaml", "public: [number,", "public: [‸numbr,", "", `no field "numbr"`, `did you mean "number"?`},
	{"body of a post", "organisations/staff.yaml", "{id: tax-2, body: tax,", "{id: tax-2, body: ‸taxx,", "", `no body "taxx"`, `did you mean "tax"?`},

	// What stands twice.
	{"code of a matter twice", newborn, `code: "992011002001"`, `code: ‸"990711001001"`, "", `"990711001001" stands twice`, "the first is on line"},
	{"code of a matter of another service", restaurant, `code: "990131002001"`, `code: ‸"990711001001"`, "", `"990711001001" stands twice`, "the first is in services/newborn/service.yaml, line"},
	{"material twice", restaurant, "  - id: representative-id", "  - id: ‸business-licence", "", `"business-licence" stands twice`, "the first is on line"},
	{"question twice", restaurant, "  - id: tobacco\n    type: boolean", "  - id: ‸sign\n    type: boolean", "", `"sign" stands twice`, "the first is on line"},
	{"option twice", restaurant, "{value: cigars, text", "{value: ‸cigarettes, text", "", `"cigarettes" stands twice`, "write another one; the first is on line"},
	{"provision twice", "law/licence-law.yaml", "  - id: licence-law.29\n", "  - id: ‸licence-law.26\n    article: 第一条\n    article_en: art. 1\n    text: {zh: 一, en: One}\n  - id: licence-law.29\n", "", `"licence-law.26" stands twice`, "give it another id"},
	{"data element asked twice", restaurant, "for: [sign-filing], element: sign-height}", "for: [sign-filing], element: ‸sign-width}", "", `"sign-width" is asked twice, as sign_width and as sign_height`, "delete one of the fields"},
	{"number of the list twice", business, "catalogue: T01", "catalogue: ‸T02", "", `"T02" stands twice`, "the first is in services/open-a-restaurant/service.yaml, line 4"},
	// The elements of implementation checklists.
	{"payment online for nothing", business, "    plain: {zh: 把资料先给银行看", "    elements: {pay: ‸\"yes\"}\n    plain: {zh: 把资料先给银行看", "", `payment online where there is no fee`, "consistency rule 6"},
	{"entrusted by nobody", business, "    plain: {zh: 把资料先给银行看", "    elements: ‸{standing: entrusted}\n    plain: {zh: 把资料先给银行看", "", `one is not said`, "add entrusted_by"},
	{"takes part in its own matter", business, "    plain: {zh: 把资料先给银行看", "    elements: {with: [‸pbc]}\n    plain: {zh: 把资料先给银行看", "", `is the body that handles the matter`, "name only the others"},
	{"ends before it begins", business, "    plain: {zh: 把资料先给银行看", "    elements: {from: \"2026-05-01\", until: ‸\"2026-04-30\"}\n    plain: {zh: 把资料先给银行看", "", `does not come after the first`, "mend one of them"},
	{"no such answer", business, "    plain: {zh: 把资料先给银行看", "    elements: {booking: ‸maybe}\n    plain: {zh: 把资料先给银行看", "", ``, "yes"},

	// The law.
	{"promise beyond the law", restaurant, "    promised: {n: 10, unit: working, cite: {certainty: K, source: {zh: 《食品经营许可和备案管理办法》", "    promised: ‸{n: 21, unit: working, cite: {certainty: K, source: {zh: 《食品经营许可和备案管理办法》", "", "promised are 21 working days and the law gives 20 working days: licence = normal, prepack = false", "promise at most 20 working days"},
	{"promise beyond the law in a variant", restaurant, "        promised: {n: 0, unit: working, cite: {provision: fire-law.15, certainty: V}}", "        promised: ‸{n: 1, unit: natural, cite: {provision: fire-law.15, certainty: V}}", "", "promised are 1 natural day and the law gives 0 working days", "promise at most 0 working days"},
	{"licence without a statutory limit", restaurant, "    statutory: {n: 20, unit: working, cite: {provision: licence-law.42, certainty: V}}\n", "", restaurant + " - ‸id: food-licence\n    code", `licence "food-licence" has no statutory limit`, "add statutory:"},
	{"topic of people on a matter of businesses", restaurant, "topics: [fire, permits]", "topics: [‸household, permits]", "", `"household" is for a person`, "change the matter's serves"},
	{"unknown topic", restaurant, "topics: [fire, permits]", "topics: [‸fires, permits]", "", `no topic "fires"`, `did you mean "fire"?`},
	{"statutory limit of a licence without a law", restaurant, "statutory: {n: 20, unit: working, cite: {provision: licence-law.42, certainty: V}}", "statutory: {n: 20, unit: working, cite: ‸{certainty: V, source: {zh: 听说, en: hearsay}}}", "", "cites no provision", "add provision:"},
	{"licence without a law", restaurant, "    why: {zh: 你要卖烟。, en: You want to sell tobacco.}\n    cite: {provision: tobacco-law.16, certainty: V}", "    why: {zh: 你要卖烟。, en: You want to sell tobacco.}\n    cite: ‸{certainty: S, source: {zh: 听说, en: hearsay}}", "", `licence "tobacco-licence" has no provision`, "add provision:"},
	{"fee on a licence without a law", restaurant, "    visits: 0\n    special: [hearing]\n", "    visits: 0\n    fees: [{id: paper, name: {zh: 工本费, en: Paper}, fen: 1000, cite: ‸{certainty: S, source: {zh: 惯例, en: custom}}}]\n    special: [hearing]\n", "", "a fee on a licence that cites no law", "art. 58"},
	{"fee without a basis", newborn, "    visits: 0\n    checks:\n      - {id: payer,", "    visits: 0\n    fees: [{id: due, name: {zh: 医保费, en: Contribution}, fen: 40000, cite: ‸{certainty: V}}]\n    checks:\n      - {id: payer,", "", "no basis", "add provision:"},
	{"figure without its source", restaurant, "later: {n: 10, unit: working, cite: {certainty: K, source: {zh: 示例数，未核实，以当地办事指南为准, en: 'Example figure, not verified; the local guide applies'}}}", "later: {n: 10, unit: working, cite: ‸{certainty: K}}", "", "what is marked K does not say where it comes from", "add source:"},
	{"purpose of a policy that is none", "purposes.yaml", "- id: verification", "- id: verificatien", "policies/registers.cedar ‸@id(\"certificate.verify\")", `there is no purpose "verification"`, `did you mean "verificatien"?`},
	{"purpose that does not name the service", "purposes.yaml", "en: 'Applying for “{service}”'", "en: 'Applying for it'", "purposes.yaml of: ‸{zh: '申请", "does not name the {service}", "write {service} in both languages"},
	{"material that may follow without saying what happens", restaurant, "    missed:\n      text: {zh: 到期没有补交的，市场监督管理局可以不予许可；以后可以重新申请。, en: 'If it has not come by then, the market regulator may refuse the licence. You may apply again later.'}\n      cite: {certainty: S, source: {zh: 《广东省优化营商环境条例》第三十二条、《安阳市优化营商环境条例》第二十四条要求事先告知逾期处理；怎样处理是示例，以当地办事指南为准, en: 'Rules of Guangdong (art. 32) and Anyang (art. 24) demand that it is told before; what happens is an example, the local guide applies'}}\n", "", restaurant + " later: ‸{n: 10", "what happens when it does not is not said", "add missed:"},
	{"material that may be missed and may not follow", restaurant, "    source: {register: health-certificate", "    missed:\n      ‸text: {zh: 甲, en: A}\n      cite: {provision: food-safety-law.45, certainty: V}\n    source: {register: health-certificate", "", "may not follow later, so it cannot be missed", "add later"},
	{"visit without a reason", business, "    visits: 1\n    visit_why: {zh: 开账户要本人到银行签字。, en: You sign at the bank in person.}\n", "    visits: ‸1\n", "", "1 visits in person without a reason", "add visit_why:"},
	{"catch-all material", restaurant, "name: {zh: 经营场所证明, en: Proof of the premises}", "name: {zh: ‸经营场所证明等材料, en: Proof of the premises}", "", `catch-all word "等"`, "name each material"},
	{"catch-all material in English", restaurant, "en: Proof of the premises}", "en: ‸Proof of the premises and other documents}", "", `"other documents"`, "name each material"},
	{"certificate of government's own asked for", restaurant, "    name: {zh: 招牌效果图, en: Picture of the sign}\n    what: {zh: 看得出招牌挂在墙上什么位置、多大、写什么字。, en: 'It shows where on the wall the sign is, how big it is and what it says.'}\n    for: [sign-filing]\n    cite: {certainty: K, source: {zh: 未核实，以当地办事指南为准, en: Not verified; the local guide applies}}\n    source: {applicant: true}", "    name: {zh: 食品经营许可证, en: Food business licence}\n    what: {zh: 看得出招牌挂在墙上什么位置、多大、写什么字。, en: 'It shows where on the wall the sign is, how big it is and what it says.'}\n    for: [sign-filing]\n    cite: {certainty: K, source: {zh: 未核实，以当地办事指南为准, en: Not verified; the local guide applies}}\n    source: ‸{applicant: true}", "", "people are asked for it", "certificate: food-licence"},
	{"catch-all in what a material must show", restaurant, "zh: 看得出招牌挂在墙上什么位置、多大、写什么字。,", "zh: ‸看得出招牌挂在墙上什么位置，以及其他有关材料。,", "", "the sentence contains the catch-all word", "Anyang Regulations on Government Services, art. 13"},
	{"catch-all in a condition", newborn, "{zh: 孩子没有在别的地方上过户口, en: The child is not registered anywhere else}", "{zh: 孩子没有在别的地方上过户口, en: ‸The child is not registered anywhere else and has the relevant documents}", "", `"relevant documents"`, "name each material and condition"},
	{"number without its area code", restaurant, "      ask: 0990-1234016\n", "      ask: ‸1234016\n", "", "no area code: 1234016", "consistency rule 7"},
	{"system matter that takes time", restaurant, "      - {matter: licence-check, kind: data}\n    handling: system\n    promised: {n: 0,", "      - {matter: licence-check, kind: data}\n    handling: system\n    promised: ‸{n: 1,", "", "decided by the system at once and yet takes its time", "consistency rule 1"},
	{"licence that is no certificate", restaurant, "      kind: certificate\n      name: {zh: 烟草专卖零售许可证,", "      kind: ‸document\n      name: {zh: 烟草专卖零售许可证,", "", "ends in 证 and its kind is document", "consistency rule 2"},
	{"one number to ask and to complain", restaurant, "      ask: 0990-1234016\n      complain: 0990-1239016", "      ask: 0990-1234016\n      complain: ‸0990-1234016", "", "complaints go to the number for questions", "somebody else answers"},
	{"no time limit", newborn, "    promised: {n: 1, unit: working, cite: {certainty: K, source: {zh: 按中山市“最短 5 个工作日”分给各步的示例数，未核实，以当地办事指南为准, en: 'Example share of Zhongshan''s five working days, not verified; the local guide applies'}}}\n    visits: 0\n    checks:\n      - {id: parent, text: {zh: 申请人的姓名和人口库一致", "    visits: 0\n    checks:\n      - {id: parent, text: {zh: 申请人的姓名和人口库一致", newborn + " - ‸id: birth-certificate\n    code", `matter "birth-certificate" has no time limit`, "add statutory: or promised:"},

	// What does not hold together.
	{"nobody to sign a matter", "organisations/staff.yaml", "post: {zh: 市场监管局负责人, en: 'Head, Market Regulation'}, roles: [head]", "post: {zh: 市场监管局负责人, en: 'Head, Market Regulation'}, roles: [officer]", restaurant + " code: \"990131002001\"\n    name: {zh: 食品经营许可（新办）, en: Food business licence (new)}\n    plain: {zh: 市场监管局看你的厨房和制度合不合格，合格就发食品经营许可证。, en: Market regulation looks at your kitchen and your rules and gives you the food business licence if they are good.}\n    body: ‸market", `body "market" has no head to handle matter "food-licence"`, "add a post with the role head"},
	{"result used without coming after it", newborn, "    source: {upstream: birth-certificate}", "    source: {upstream: ‸social-security-card}", "", "the result of social-security-card is needed by vaccination, household-registration, medical-insurance, maternity-benefit", "add after: [{matter: social-security-card, kind: result}] to matter vaccination"},
	{"system matter checked by hand", restaurant, "{id: same-name, text: {zh: 申请表上的名称和登记的一样, en: The name on the form is the registered name}, kind: system, register: business, field: name, matches: business_name,", "{id: same-name, text: {zh: 申请表上的名称和登记的一样, en: The name on the form is the registered name}, kind: ‸hand,", "", `matter "licence-check" is decided by the system and can have no check by hand`, "handling: officer"},
	{"system check that compares with nothing", restaurant, "register: business, field: name, matches: business_name, cite", "register: business, field: name, cite", restaurant + " - ‸{id: same-name, text", `system check "same-name" needs equals or matches`, "matches: with a form field"},
	{"circle", newborn, "    cite: {provision: maternal-health-law.23, certainty: V}\n    handling: officer", "    cite: {provision: maternal-health-law.23, certainty: V}\n    after:\n      - {matter: ‸childcare-subsidy, kind: order}\n    handling: officer", "", "birth-certificate → childcare-subsidy → household-registration → birth-certificate", "take one after: out"},
	{"two sources of a material", restaurant, "source: {register: health-certificate, fields", "source: {register: health-certificate, ‸applicant: true, fields", "", "more than one source: register, applicant", "keep one of them"},
	{"certificate of another body", "certificates/tobacco-licence.yaml", "issuer: tobacco", "issuer: market", restaurant + " certificate: ‸tobacco-licence", `is issued by "market" and the matter handled by "tobacco"`, "change its issuer"},
	{"enumeration without options", restaurant, "  - id: sign\n    type: boolean", "  - ‸id: sign\n    type: enum", "", "fewer than two options", "add options:"},
	{"bounds the wrong way round", restaurant, "    min: 1\n    max: 100000", "    min: ‸200000\n    max: 100000", "", "min is above max", "exchange"},
	{"question that decides nothing", restaurant, "  - id: tobacco\n    type: boolean", "  - ‸id: colour\n    type: boolean\n    text: {zh: 什么颜色？, en: 'Is it red?'}\n    why: {zh: 好奇, en: Curious}\n  - id: tobacco\n    type: boolean", "", "no answer to the question colour changes anything", "use it in a condition, or delete it"},
	{"careful answer that is none", restaurant, "      help: {zh: 还没想好就先选“要”，用不上可以不办。, en: 'If you have not decided, say yes; you can leave it out later.'}\n      as: \"true\"", "      help: {zh: 还没想好就先选“要”，用不上可以不办。, en: 'If you have not decided, say yes; you can leave it out later.'}\n      as: ‸maybe", "", `"maybe" is no boolean`, "write true or false"},
	{"answer that the form cannot hold", business, "          - {value: sole, text: {zh: 个人独资企业, en: Sole proprietorship}}\n          - {value: other", "          - {value: other", business + " question: ‸kind", `option "sole" is not among those of field "kind"`, "add the option sole"},
	{"locked field that nothing fills", restaurant, "least: 1, most: 100000, for: [food-licence, fire-check], question: area,", "least: 1, most: 100000, for: [food-licence, fire-check], ‸locked: true, question: area,", "", `"area" is locked and nothing fills it`, "add prefill:"},
	{"register field of another type", restaurant, "prefill: {register: business, field: uscc}, locked: true", "prefill: {register: business, field: ‸established_on}, locked: true", "", `"established_on" is of type date and this is uscc`, "take another field"},
	{"reason for no visit", business, "    visits: 1\n    visit_why", "    visits: 0\n    ‸visit_why", "", "a reason for visits where there are none", "delete visit_why"},
	{"number made where a day belongs", newborn, "        - {field: registered_on, make: today}", "        - {field: registered_on, make: ‸number}", "", "number cannot make a field of type date", "type text"},
	{"result that is none", newborn, "      - {matter: medical-insurance, kind: data}", "      - {matter: vaccination, kind: result}\n      - {matter: medical-insurance, kind: ‸results}", "", `kind cannot be "results"`, `did you mean "result"?`},

	// Conditions.
	{"name in a condition", restaurant, "    when: area >= 50 && public\n    why", "    when: ‸aera >= 50 && public\n    why", "", "nothing is called aera", "did you mean area?"},
	{"name in the middle of a condition", restaurant, "when: area >= 50 && public && commit", "when: area >= 50 && ‸publik && commit", "", "nothing is called publik", "did you mean public?"},
	{"single = in a quoted condition", newborn, "    when: \"!wedlock && follow == \\\"father\\\"\"\n", "    when: \"!wedlock && follow ‸= \\\"father\\\"\"\n", "", "a single =", "write =="},
	{"option in a condition", newborn, `when: hukou == "collective", cite`, `when: hukou == ‸"colective", cite`, "", `hukou has no option "colective"`, "collective"},
	{"number compared with text", restaurant, "    when: area >= 50\n    unsure", "    when: area >= ‸\"50\"\n    unsure", "", "area is", "area >= 50"},
	{"condition that nobody meets", restaurant, "    when: area >= 50 && public && commit\n    cite", "    when: ‸area >= 50 && area < 40\n    cite", "", "true for nobody", "mend it"},

	// Registers, certificates, people, calendars, policies.
	{"type code of a certificate", "certificates/food-licence.yaml", "code: 11990100DEM000014J002", "code: ‸11990100DEM000015J002", "", `"11990100DEM000015J002"`, "21 characters"},
	{"code of a body", "organisations/bodies.yaml", "uscc: 11990100DEM000022D", "uscc: ‸11990100DEM000022E", "", `"11990100DEM000022E"`, "check character"},
	{"role", "organisations/staff.yaml", "{id: tax-head, body: tax, name: 冯德胜, post: {zh: 税务局负责人, en: 'Head, Tax'}, roles: [head]", "{id: tax-head, body: tax, name: 冯德胜, post: {zh: 税务局负责人, en: 'Head, Tax'}, roles: [‸heed]", "", `roles cannot be "heed"`, `did you mean "head"?`},
	{"post twice", "organisations/staff.yaml", "{id: tax-2,", "{id: ‸tax-1,", "", `"tax-1" stands twice`, "the first is in organisations/staff.yaml"},
	{"time zone", "jurisdiction.yaml", "time_zone: Asia/Shanghai", "time_zone: ‸Asia/Tokyo", "", `"Asia/Tokyo"`, "Asia/Shanghai"},
	{"body of the site", "jurisdiction.yaml", "body: gov-service", "body: ‸gov-services", "", `no body "gov-services"`, `did you mean "gov-service"?`},
	{"sign-in name of an officer", "people/people.yaml", "login: wang", "login: ‸tax-1", "", "is that of an officer", "another one"},
	{"gender", "people/people.yaml", "    gender: male\n    born: 1990-06-15", "    gender: ‸female\n    born: 1990-06-15", "", "disagrees with the identity number", "it is male"},
	{"identity number", "people/people.yaml", `    id_number: "990100199006152730"`, `    id_number: ‸"990100199006152731"`, "", `"990100199006152731"`, "check character"},
	{"day of birth", "people/people.yaml", "    born: 1990-06-15", "    born: ‸1990-06-16", "", "disagrees with the identity number", "1990-06-15"},
	{"value in a record", "people/records.yaml", `checked_on: "2026-10-10"`, `checked_on: ‸"2026-10-32"`, "", `"2026-10-32" is no date`, "2026-03-02"},
	{"field of a record", "people/records.yaml", `checked_on: "2026-10-10"`, `‸checkd_on: "2026-10-10"`, "", `register "health-certificate" has no field "checkd_on"`, `did you mean "checked_on"?`},
	{"make-up day on a weekday", "calendars/2026.yaml", "  - 02-14\n", "  - ‸02-13\n", "", "2026-02-13 is a Friday and worked anyway", "only Saturdays and Sundays"},
	{"year of another file", "calendars/2026.yaml", "year: 2026", "year: ‸2027", "", "the year is 2027 and the file is called 2026", "calendars/2027.yaml"},
	// Cedar's parser points at the word behind the one that it did not expect.
	{"policy that does not parse", "policies/casework.cedar", `permit (principal is Person, action == Action::"material.read", resource is Material)`, `permit principal ‸is Person, action == Action::"material.read", resource is Material)`, "", "not a Cedar policy", "syntax of Cedar"},
	{"provision of a policy", "policies/casework.cedar", "@id(\"material.read.own\")\n@law(\"privacy-law.45\")", "‸@id(\"material.read.own\")\n@law(\"privacy-law.54\")", "", `"privacy-law.54" is not in law/`, "add it there"},

	// What people say.
	{"word twice", "synonyms.yaml", "[下岗, 下岗了,", "[下岗, ‸下岗,", "", `"下岗" stands twice`, "write another one; the first is on line"},
	{"word that means itself", "synonyms.yaml", "{words: [工商局],", "{words: [工商局, ‸市场监管局],", "", `"市场监管局" means itself`, "delete it"},
	{"meaning for later", "synonyms.yaml", "{words: [工商局],", "{‸later: true, words: [工商局],", "", "words with a meaning are not for later", "delete means or later"},
	{"meaning without words", "synonyms.yaml", "{words: [工商局],", "{words: ‸[],", "", "too few in words", "write at least 1"},

	// What is offered unasked.
	{"matter that is offered", newborn, "questions:\n  - id: hospital\n", "proactive: {matter: ‸childcare-subsidi, register: household, name: {register: population, field: name}, facts: [{question: first, register: marriage, field: married}], while: [{register: population, field: status, equals: living}], amount: {text: {zh: 数额, en: Sum}, cite: {provision: population-law.27, certainty: V}}, paid: {text: {zh: 按月, en: Monthly}, cite: {provision: population-law.27, certainty: V}}, standing: {n: 1, unit: month, cite: {provision: population-law.27, certainty: V}}, cite: {provision: population-law.27, certainty: V}}\nquestions:\n  - id: hospital\n", "", `no matter "childcare-subsidi"`, `did you mean "childcare-subsidy"?`},
	{"register of businesses for people", newborn, "questions:\n  - id: hospital\n", "proactive: {matter: childcare-subsidy, register: ‸business, name: {register: population, field: name}, facts: [{question: first, register: marriage, field: married}], while: [{register: population, field: status, equals: living}], amount: {text: {zh: 数额, en: Sum}, cite: {provision: population-law.27, certainty: V}}, paid: {text: {zh: 按月, en: Monthly}, cite: {provision: population-law.27, certainty: V}}, standing: {n: 1, unit: month, cite: {provision: population-law.27, certainty: V}}, cite: {provision: population-law.27, certainty: V}}\nquestions:\n  - id: hospital\n", "", `register "business" is not about people`, "whose key is person"},
	{"age of what is no day", newborn, "questions:\n  - id: hospital\n", "proactive: {matter: childcare-subsidy, register: household, name: {register: population, field: name}, facts: [{question: first, register: population, field: name, as: ‸age}], while: [{register: population, field: status, equals: living}], amount: {text: {zh: 数额, en: Sum}, cite: {provision: population-law.27, certainty: V}}, paid: {text: {zh: 按月, en: Monthly}, cite: {provision: population-law.27, certainty: V}}, standing: {n: 1, unit: month, cite: {provision: population-law.27, certainty: V}}, cite: {provision: population-law.27, certainty: V}}\nquestions:\n  - id: hospital\n", "", "an age is made of a date", "of type date"},
	{"fact of another type", newborn, "questions:\n  - id: hospital\n", "proactive: {matter: childcare-subsidy, register: household, name: {register: population, field: name}, facts: [{question: first, register: population, field: ‸name}], while: [{register: population, field: status, equals: living}], amount: {text: {zh: 数额, en: Sum}, cite: {provision: population-law.27, certainty: V}}, paid: {text: {zh: 按月, en: Monthly}, cite: {provision: population-law.27, certainty: V}}, standing: {n: 1, unit: month, cite: {provision: population-law.27, certainty: V}}, cite: {provision: population-law.27, certainty: V}}\nquestions:\n  - id: hospital\n", "", `"name" is of type name and this is boolean`, "take another field"},
	{"value that the register must have", newborn, "questions:\n  - id: hospital\n", "proactive: {matter: childcare-subsidy, register: household, name: {register: population, field: name}, facts: [{question: first, register: marriage, field: married}], while: [{register: population, field: status, equals: ‸livin}], amount: {text: {zh: 数额, en: Sum}, cite: {provision: population-law.27, certainty: V}}, paid: {text: {zh: 按月, en: Monthly}, cite: {provision: population-law.27, certainty: V}}, standing: {n: 1, unit: month, cite: {provision: population-law.27, certainty: V}}, cite: {provision: population-law.27, certainty: V}}\nquestions:\n  - id: hospital\n", "", `"livin"`, "did you mean"},
	{"field that a register fills in", newborn, "questions:\n  - id: hospital\n", "proactive: {matter: childcare-subsidy, register: household, name: {register: population, field: name}, facts: [{question: first, register: marriage, field: married}], while: [{register: population, field: status, equals: living}], fill: {‸bank_crad: {register: population, field: name}}, amount: {text: {zh: 数额, en: Sum}, cite: {provision: population-law.27, certainty: V}}, paid: {text: {zh: 按月, en: Monthly}, cite: {provision: population-law.27, certainty: V}}, standing: {n: 1, unit: month, cite: {provision: population-law.27, certainty: V}}, cite: {provision: population-law.27, certainty: V}}\nquestions:\n  - id: hospital\n", "", `no form field "bank_crad"`, "did you mean"},
	{"field that may stay empty", newborn, "questions:\n  - id: hospital\n", "proactive: {matter: childcare-subsidy, register: household, name: {register: population, field: name}, facts: [{question: first, register: marriage, field: married}], while: [{register: population, field: status, equals: living}], spare: [‸fone], amount: {text: {zh: 数额, en: Sum}, cite: {provision: population-law.27, certainty: V}}, paid: {text: {zh: 按月, en: Monthly}, cite: {provision: population-law.27, certainty: V}}, standing: {n: 1, unit: month, cite: {provision: population-law.27, certainty: V}}, cite: {provision: population-law.27, certainty: V}}\nquestions:\n  - id: hospital\n", "", `no form field "fone"`, "phone"},

	// The catalogue's own tests.
	{"scenario that comes out otherwise", tried, "  matters: [licence-check, food-licence, sign-filing]\n", "  matters: ‸[licence-check, food-licence]\n", "", "not expected sign-filing", "mend the service"},
	{"scenario that names no matter", tried, "  matters: [licence-check, food-licence, sign-filing]\n", "  matters: [licence-check, food-licence, ‸sign-fileing]\n", "", `no matter "sign-fileing"`, `did you mean "sign-filing"?`},
	{"scenario that answers no question", tried, `area: "38",`, `‸aera: "38",`, "", `no question "aera"`, `did you mean "area"?`},
	{"scenario with an answer that is none", tried, `area: "38",`, `area: ‸"large",`, "", `"large" is no answer`, "mend the service"},
}

// place finds where the mark stands.
func place(text string) (line, col int, without string) {
	at := strings.Index(text, mark)
	before := text[:at]
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1,
		before + text[at+len(mark):]
}

func TestPlantedFaults(t *testing.T) {
	files := copyOf(t, shipped)
	for _, p := range plants {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			text := string(files[p.file].Data)
			if n := strings.Count(text, p.old); p.old == "" || n != 1 {
				t.Fatalf("%s contains %d times %q, and it must stand there once", p.file, n, p.old)
			}
			planted := strings.Replace(text, p.old, p.new, 1)
			wantFile, line, col := p.file, 0, 0
			if p.at == "" {
				line, col, planted = place(planted)
			} else {
				var where string
				wantFile, where, _ = strings.Cut(p.at, " ")
				_, _, anchor := place(where)
				in := planted
				if wantFile != p.file {
					in = string(files[wantFile].Data)
				}
				if strings.Count(in, anchor) != 1 {
					t.Fatalf("%s does not contain %q once", wantFile, anchor)
				}
				line, col, _ = place(strings.Replace(in, anchor, where, 1))
			}
			copied := maps.Clone(files)
			copied[p.file] = &fstest.MapFile{Data: []byte(planted)}
			city, cs := Load(copied, "")
			var wrong []Complaint
			for _, c := range cs {
				if !c.Warning {
					wrong = append(wrong, c)
				}
			}
			if city != nil || len(wrong) != 1 {
				t.Fatalf("want one complaint and no city, got %d:\n%s", len(wrong), lines(wrong))
			}
			c := wrong[0]
			if c.File != wantFile || c.Line != line || c.Col != col || !strings.Contains(c.What.EN, p.what) || !strings.Contains(c.Remedy.EN, p.remedy) {
				t.Errorf("got  %s\nwant %s:%d:%d: …%s…; …%s…", c, wantFile, line, col, p.what, p.remedy)
			}
			if c.What.ZH == "" || c.Remedy.ZH == "" || c.What.ZH == c.What.EN {
				t.Errorf("no Chinese: %q; %q", c.What.ZH, c.Remedy.ZH)
			}
		})
	}
}

func lines(cs []Complaint) string {
	var b strings.Builder
	for _, c := range cs {
		b.WriteString(c.String() + "\n")
	}
	return b.String()
}
