package jurisdiction

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// set writes a key of one thing of a service: of a list at its top, the thing with that id, and the key
// with its value, in place of what is there or new.
type set struct{ list, id, key, value string }

func (s set) in(text string) (planted string, line int) {
	lines := strings.Split(text, "\n")
	at := slices.Index(lines, s.list+":")
	if s.list == "" { // a key at the top of the file
		end := len(lines) - 1
		if at = slices.Index(lines, s.key+":"); at < 0 {
			at = end
		} else {
			end = at + 1
			for strings.HasPrefix(lines[end], " ") {
				end++
			}
		}
		return strings.Join(slices.Replace(lines, at, end, s.key+": "+s.value), "\n"), at + 1
	}
	block := regexp.MustCompile(`^( *)- (\{id: |id: )` + regexp.QuoteMeta(s.id) + `($|,)`)
	for at++; at < len(lines); at++ {
		found := block.FindStringSubmatch(lines[at])
		if found == nil {
			continue
		}
		if strings.Contains(found[2], "{") { // a field in one line
			lines[at] = regexp.MustCompile(s.key+`: [^,}]*`).ReplaceAllLiteralString(lines[at], s.key+": "+s.value)
			return strings.Join(lines, "\n"), at + 1
		}
		indent := found[1] + "  "
		for i := at + 1; i < len(lines) && strings.HasPrefix(lines[i], indent); i++ {
			if strings.HasPrefix(lines[i], indent+s.key+":") {
				end := i + 1
				for strings.HasPrefix(lines[end], indent+" ") {
					end++
				}
				return strings.Join(slices.Replace(lines, i, end, indent+s.key+": "+s.value), "\n"), i + 1
			}
		}
		return strings.Join(slices.Insert(lines, at+1, indent+s.key+": "+s.value), "\n"), at + 2
	}
	return text, 0
}

func when(list, id, condition string) set {
	return set{list, id, "when", "'" + condition + "'"}
}

// Each fault of logic is found where it was planted, and what is said of somebody is true of her: of the
// planted service, by cel-go's interpretation of its texts, whatever else she answers.
var logic = []struct {
	name  string
	file  string
	plant []set  // the last is the one complained of
	at    string // or the line that begins so, when it shows elsewhere
	what  string
	claim string // of the counter-example
}{
	// Somebody is not served.
	{"small shop without a matter", restaurant, []set{when("matters", "licence-check", "!prepack"), when("matters", "prepack-filing", "prepack && area >= 50")}, "  - id: licence-check", "no matter and is not refused", "nobody"},
	{"kitchen without a matter", restaurant, []set{when("matters", "licence-check", "sign || tobacco"), when("matters", "food-licence", "!prepack && raw")}, "  - id: licence-check", "no matter and is not refused", "nobody"},
	{"very small shop without a matter", restaurant, []set{when("matters", "licence-check", "area >= 20"), when("matters", "food-licence", "!prepack && area >= 20"), when("matters", "prepack-filing", "prepack && sign")}, "  - id: licence-check", "no matter and is not refused", "nobody"},
	{"refusal too narrow", restaurant, []set{when("matters", "licence-check", `licence == "normal"`), when("matters", "food-licence", `!prepack && licence == "normal"`), when("matters", "prepack-filing", "prepack"), when("refusals", "ended", `licence == "ended" && tobacco`)}, "  - id: licence-check", "no matter and is not refused", "nobody"},

	// What depends on what is not asked.
	{"matter on a hidden question", restaurant, []set{when("matters", "fire-check", "public")}, "", "depends on the question public", "blind:public:m:fire-check"},
	{"matter or a hidden question", restaurant, []set{when("matters", "sign-filing", "sign || commit")}, "", "depends on the question commit", "blind:commit:m:sign-filing"},
	{"material on a hidden question", restaurant, []set{when("materials", "sign-picture", "raw")}, "", "depends on the question raw", "blind:raw:x:sign-picture"},
	{"material against a hidden question", restaurant, []set{when("materials", "tobacco-premises", "!public")}, "", "depends on the question public", "blind:public:x:tobacco-premises"},
	{"refusal on a hidden question", restaurant, []set{when("refusals", "ended", `licence == "ended" || raw`)}, "", "depends on the question raw", "blind:raw:r:ended"},
	{"section on a hidden question", restaurant, []set{when("sections", "shop-sign", "sign && commit")}, "      - {id: sign_words", "depends on the question commit", "blind:commit:s:shop-sign"},
	{"matter on a seal nobody has", business, []set{when("matters", "bank-appointment", "bank")}, "", "depends on the question bank", "blind:bank:m:bank-appointment"},
	{"matter on holders nobody asked for", business, []set{when("matters", "housing-fund", `kind != "individual" && holders != "people"`)}, "", "depends on the question holders", "blind:holders:m:housing-fund"},
	{"material on property nobody asked for", business, []set{when("materials", "property-transfer", "property")}, "", "depends on the question property", "blind:property:x:property-transfer"},
	{"articles or property", business, []set{when("materials", "articles", `kind == "company" || property`)}, "", "depends on the question property", "blind:property:x:articles"},
	{"refusal on holders", business, []set{when("refusals", "other-kind", `kind == "other" || holders == "businesses"`)}, "", "depends on the question holders", "blind:holders:r:other-kind"},

	// What never comes.
	{"matter of the refused", restaurant, []set{when("matters", "sign-filing", `licence == "none"`)}, "", "the matter sign-filing never applies", `w:licence == "none";-m:sign-filing`},
	{"matter of foreign investors", business, []set{when("matters", "bank-appointment", "foreign")}, "", "the matter bank-appointment never applies", "w:foreign;-m:bank-appointment"},
	{"material against its matter", restaurant, []set{when("materials", "layout", "prepack")}, "", "the material layout never applies", "w:prepack;-x:layout"},
	{"fire plan of the small", restaurant, []set{when("materials", "fire-plan", "area < 50")}, "", "the material fire-plan never applies", "w:area < 50;-x:fire-plan"},
	{"seal receipt without a seal", business, []set{when("materials", "seal-receipt", "!seal")}, "", "the material seal-receipt never applies", "w:!seal;-x:seal-receipt"},
	{"list of no employees", business, []set{when("materials", "employee-list", "!staff")}, "", "the material employee-list never applies", "w:!staff;-x:employee-list"},
	{"dead section", restaurant, []set{when("sections", "shop-sign", "!sign")}, "", "the section shop-sign never applies", "w:!sign;-s:shop-sign"},
	{"dead section of the packed", restaurant, []set{when("sections", "packed", "!prepack")}, "", "the section packed never applies", "w:!prepack;-s:packed"},
	{"dead section of the card", newborn, []set{when("sections", "card-section", "!card")}, "", "the section card-section never applies", "w:!card;-s:card-section"},
	{"dead commitment", restaurant, []set{{"matters", "fire-check", "commitment", "area < 50"}}, "", "the commitment never applies", "w:area < 50;-c:fire-check"},
	{"limit whose turn never comes", restaurant, []set{{"matters", "fire-check", "variants", "[{when: 'commit || area > 500', text: {zh: 甲, en: A}, promised: {n: 1, unit: working, cite: {provision: fire-law.15, certainty: V}}}, {when: 'commit && area > 1000', text: {zh: 乙, en: B}, promised: {n: 2, unit: working, cite: {provision: fire-law.15, certainty: V}}}]"}}, "", "turn never comes", "w:commit && area > 1000;-v:fire-check/1"},
	{"limit of a matter that does not apply", newborn, []set{when("matters", "childcare-subsidy", `region == "same-city"`), {"matters", "childcare-subsidy", "variants", "[{when: 'region == \"other-province\"', text: {zh: 甲, en: A}, promised: {n: 9, unit: working, cite: {provision: population-law.27, certainty: V}}}]"}}, "", "turn never comes", `w:region == "other-province";-v:childcare-subsidy/0`},

	// Questions that are not asked, or too early.
	{"question that is never asked", restaurant, []set{when("questions", "commit", "area < 50 && public")}, "", "commit is never asked", "w:area < 50 && public;-q:commit"},
	{"question on two that exclude each other", restaurant, []set{when("questions", "commit", "prepack && raw")}, "", "commit is never asked", "w:prepack && raw;-q:commit"},
	{"property of a sole owner", business, []set{when("questions", "property", `kind == "individual" && holders == "people"`)}, "", "property is never asked", `w:kind == "individual" && holders == "people";-q:property`},
	{"question before what it rests on", restaurant, []set{when("questions", "raw", "!prepack && sign")}, "", "depends on sign, which comes later", "turn:sign:w:!prepack && sign"},
	{"holders before the seal", business, []set{when("questions", "holders", "seal")}, "", "depends on seal, which comes later", "turn:seal:w:seal"},

	// Circles.
	{"circle of two", restaurant, []set{{"matters", "licence-check", "after", "[{matter: food-licence, kind: order}]"}}, "", "licence-check → food-licence → licence-check", "m:licence-check;m:food-licence"},
	{"circle through the fire check", restaurant, []set{{"matters", "licence-check", "after", "[{matter: fire-check, kind: data}]"}}, "", "licence-check → fire-check → licence-check", "m:licence-check;m:fire-check"},
	{"circle through the bank", business, []set{{"matters", "name-declaration", "after", "[{matter: bank-appointment, kind: order}]"}}, "", "name-declaration → bank-appointment → registration → name-declaration", "m:name-declaration;m:bank-appointment;m:registration"},
	{"circle of three", newborn, []set{{"matters", "birth-certificate", "after", "[{matter: medical-insurance, kind: order}]"}}, "", "birth-certificate → medical-insurance → household-registration → birth-certificate", "m:birth-certificate;m:medical-insurance;m:household-registration"},

	// What is declared.
	{"matters that meet", restaurant, []set{{"", "", "exclusive", "[{matters: [sign-filing, tobacco-licence]}]"}}, "", "somebody has both sign-filing and tobacco-licence", "m:sign-filing;m:tobacco-licence"},
	{"the last two of three meet", restaurant, []set{{"", "", "exclusive", "[{matters: [prepack-filing, food-licence, fire-check]}]"}}, "", "somebody has both prepack-filing and fire-check", "m:prepack-filing;m:fire-check"},
	{"materials that meet", restaurant, []set{{"", "", "exclusive", "[{materials: [layout, floor-plan]}]"}}, "", "both layout and floor-plan", "x:layout;x:floor-plan"},
	{"a matter and a material that meet", restaurant, []set{{"", "", "exclusive", "[{matters: [food-licence], materials: [worker-health]}]"}}, "", "both food-licence and worker-health", "m:food-licence;x:worker-health"},
	{"answers that meet", restaurant, []set{{"", "", "exclusive", "[{conditions: [raw, area >= 50]}]"}}, "", "both raw and area >= 50", "q:raw;w:raw;w:area >= 50;m:licence-check"},
	{"papers of a company that meet", business, []set{{"", "", "exclusive", "[{materials: [partnership-agreement, articles, appointments]}]"}}, "", "both articles and appointments", "x:articles;x:appointments"},
	{"matters of a child that meet", newborn, []set{{"", "", "exclusive", "[{matters: [vaccination, social-security-card]}]"}}, "", "both vaccination and social-security-card", "m:vaccination;m:social-security-card"},
	{"somebody between two matters", restaurant, []set{{"", "", "exhaustive", "[{matters: [food-licence, sign-filing]}]"}}, "", "somebody has none of them", "-m:food-licence;-m:sign-filing;m:licence-check"},
	{"somebody between two answers", restaurant, []set{{"", "", "exhaustive", "[{conditions: [raw, prepack]}]"}}, "", "somebody has none of them", "-w:raw;-w:prepack"},
	{"own premises left out", business, []set{{"", "", "exhaustive", "[{materials: [lease, address-agreement, neighbours-consent]}]"}}, "", "somebody has none of them", "-x:lease;-x:address-agreement;-x:neighbours-consent;m:registration"},
	{"sole owners left out", business, []set{{"", "", "exhaustive", "[{materials: [articles, partnership-agreement]}]"}}, "", "somebody has none of them", "-x:articles;-x:partnership-agreement;m:registration"},
	{"mothers out of wedlock left out", newborn, []set{{"", "", "exhaustive", `[{conditions: ['follow == "father"', wedlock]}]`}}, "", "somebody has none of them", `-w:follow == "father";-w:wedlock`},

	// Results that are not there, and papers that government has.
	{"receipt of a seal that is not made", business, []set{when("matters", "bank-appointment", "seal && bank"), when("matters", "seal-filing", "seal && invoices"), {"materials", "seal-receipt", "source", "{upstream: seal-filing}"}}, "", "does not apply to somebody who needs it", "x:seal-receipt;-m:seal-filing"},
	{"receipt brought although an earlier matter gives it", business, []set{{"materials", "seal-receipt", "cite", "{certainty: K, source: {zh: 未核实, en: Not verified}}"}, {"materials", "seal-receipt", "source", "{applicant: true}"}}, "", "which the earlier matter seal-filing gives", "x:seal-receipt;m:seal-filing"},
	{"paper that government has under another id", restaurant, []set{{"materials", "sign-picture", "name", "{zh: 从业人员健康证明, en: Health certificates}"}, {"materials", "sign-picture", "for", "[food-licence, sign-filing]"}, {"materials", "sign-picture", "source", "{applicant: true}"}}, "", "although government has the same as worker-health", "x:sign-picture;x:worker-health"},
	{"licence brought although the register holds it", restaurant, []set{{"materials", "sign-picture", "name", "{zh: 营业执照, en: Licence}"}, {"materials", "sign-picture", "source", "{applicant: true}"}}, "", "although government has the same as business-licence", "x:sign-picture;x:business-licence"},
	{"certificate of government's own", restaurant, []set{{"materials", "sign-picture", "name", "{zh: 食品经营许可证, en: Food licence}"}, {"materials", "sign-picture", "source", "{applicant: true}"}}, "", "is a certificate that government issued itself", "x:sign-picture"},

	// Asked twice.
	{"height is width", restaurant, []set{{"sections", "sign_height", "element", "sign-width"}}, "", `"sign-width" is asked twice`, "f:sign_width;f:sign_height"},
	{"floors are seats", restaurant, []set{{"sections", "seats", "element", "premises-floors"}, {"sections", "floors", "element", "premises-floors"}}, "      - {id: seats", `"premises-floors" is asked twice`, "f:floors;f:seats"},
	{"managers are one", restaurant, []set{{"sections", "fire_manager", "element", "food-manager-name"}, {"sections", "food_manager", "element", "food-manager-name"}}, "      - {id: fire_manager", "is asked twice", "f:food_manager;f:fire_manager"},
	{"rate is staff", business, []set{{"sections", "fund_rate", "element", "staff-count"}}, "", `"staff-count" is asked twice`, "f:staff_count;f:fund_rate"},
	{"what the guide has asked", restaurant, []set{{"sections", "main_road", "element", "main-road, prefill: {register: marriage, field: married}"}, {"questions", "sign", "fact", "{register: marriage, field: married}"}}, "      - {id: main_road", "asks what the question sign has asked", "f:main_road;q:sign"},
	{"answer that the form cannot hold", business, []set{{"questions", "kind", "type", "enum"}, {"sections", "kind", "options", "[{value: company, text: {zh: 甲, en: A}}, {value: other, text: {zh: 乙, en: B}}]"}}, "        question: kind", `option "individual" is not among those`, `f:kind;w:kind == "individual"`},

	// Promises beyond the law.
	{"registration", business, []set{{"matters", "registration", "promised", "{n: 5, unit: working, cite: {provision: market-entity-rules.19, certainty: V}}"}}, "", "promised are 5 working days and the law gives 3", "late:registration"},
	{"employees", business, []set{{"matters", "employee-insurance", "promised", "{n: 1, unit: month, cite: {provision: market-entity-rules.19, certainty: V}}"}}, "", "promised are 1 month and the law gives 10", "late:employee-insurance"},
	{"food licence, in natural days", restaurant, []set{{"matters", "food-licence", "promised", "{n: 29, unit: natural, cite: {provision: licence-law.42, certainty: V}}"}}, "", "promised are 29 natural days and the law gives 20 working days", "late:food-licence"},
	{"law that became shorter", restaurant, []set{{"matters", "food-licence", "statutory", "{n: 9, unit: working, cite: {provision: licence-law.42, certainty: V}}"}}, "    promised: {n: 10", "the law gives 9 working days", "late:food-licence"},
	{"fire check on a commitment", restaurant, []set{{"matters", "fire-check", "variants", "[{when: commit, text: {zh: 甲, en: A}, promised: {n: 11, unit: working, cite: {provision: fire-law.15, certainty: V}}}]"}}, "", "promised are 11 working days and the law gives 10", "late:fire-check"},
	{"medical insurance", newborn, []set{{"matters", "medical-insurance", "promised", "{n: 15, unit: natural, cite: {provision: social-insurance-rules.6, certainty: V}}"}}, "", "promised are 15 natural days", "late:medical-insurance"},
}

func TestPlantedLogic(t *testing.T) {
	if len(logic) < 60 {
		t.Errorf("%d faults of logic are planted, want at least 60", len(logic))
	}
	files := copyOf(t, shipped)
	for _, p := range logic {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			text, line := string(files[p.file].Data), 0
			for _, s := range p.plant {
				if text, line = s.in(text); line == 0 {
					t.Fatalf("there is no %s %s", s.list, s.id)
				}
			}
			if p.at != "" {
				line = slices.IndexFunc(strings.Split(text, "\n"), func(l string) bool { return strings.HasPrefix(l, p.at) }) + 1
			}
			copied := maps.Clone(files)
			copied[p.file] = &fstest.MapFile{Data: []byte(text)}
			city, cs := Load(copied, "")
			i := slices.IndexFunc(cs, func(c Complaint) bool {
				return !c.Warning && c.File == p.file && strings.Contains(c.What.EN, p.what)
			})
			if city != nil || i < 0 {
				t.Fatalf("not found: … %s …; got\n%s", p.what, lines(cs))
			}
			c := cs[i]
			if c.Line != line {
				t.Errorf("found on line %d, want %d: %s", c.Line, line, c)
			}
			if c.What.ZH == c.What.EN || c.Remedy.ZH == "" {
				t.Errorf("no Chinese: %q; %q", c.What.ZH, c.Remedy.ZH)
			}
			w := newWorld(t, text)
			if c.Who == "" && !strings.HasSuffix(c.What.EN, ": anybody") {
				t.Fatalf("nobody is named: %s", c)
			}
			if !strings.HasSuffix(c.What.EN, strings.NewReplacer("=", " = ", ",", ", ").Replace(c.Who)) && c.Who != "" {
				t.Errorf("%q is not told in %q", c.Who, c.What.EN)
			}
			w.like(c.Who, func(x person) {
				if !w.true_(p.claim, x) {
					t.Fatalf("%s\nnot true of %v: %s", c, x, p.claim)
				}
			})
		})
	}
}
