package journey

import (
	"slices"
	"strings"
	"testing"
)

// child is Wang's second child: born in the city, her own household, insured, with a card.
var child = map[string]string{
	"hospital": "true", "first": "true", "under_one": "true", "wedlock": "true", "follow": "mother", "hukou": "family", "region": "same-city", "matins": "true", "card": "true",
}

func TestNewborn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		looked := &views{seen: map[string]int{}}
		id := ""
		if !t.Run("one application for all", func(t *testing.T) { id = register(t, c) }) {
			return
		}
		if !t.Run("the birth certificate is issued", func(t *testing.T) { birth(t, c, looked, id) }) {
			return
		}
		t.Run("it is material of the household registration", func(t *testing.T) { household(t, c, looked, id) })
		t.Run("all the others follow", func(t *testing.T) { rest(t, c, looked, id) })
		t.Run("she sees who looked", func(t *testing.T) {
			for view, n := range looked.seen {
				got := 0
				for _, e := range c.see(t, "wang", "/me/data?who=officer&limit=100&case="+id).get("items").all() {
					if e.get("action").text() == "case.read" && e.get("body", "id").text()+" "+e.get("case").text() == view {
						got++
					}
				}
				same(t, "views of "+view, got, n)
			}
		})
		t.Run("the whole log is checked", func(t *testing.T) {
			c.stop(t)
			if code, out := c.run(t, append([]string{"verify"}, c.where()...)...); code != 0 {
				t.Errorf("verify: exit code %d\n%s", code, out)
			}
		})
	})
}

func register(t *testing.T, c *city) string {
	check, asked := c.walk(t, "newborn", child)
	// Whose household the child joins decides nothing for parents who are married, so it is not asked.
	same(t, "what is asked", asked, []string{"hospital", "first", "under_one", "wedlock", "hukou", "region", "matins", "card"})
	var left []string
	for _, m := range check.get("plan", "materials").all() {
		if s := m.get("state").text(); s == "upload" || s == "later" {
			left = append(left, m.get("id").text())
		}
	}
	same(t, "left for her: what only the other parent could release", left, []string{"other-parent-identity"})
	d := c.want(t, 201, "wang", "POST", "/drafts", map[string]any{"checklist": c.checklist(t, check).get("id").text()})
	draft := d.get("id").text()
	born := d.get("sections").one("id", "child").get("fields")
	same(t, "what the hospital recorded", [3]string{born.one("id", "child_birth_date").get("value").text(), born.one("id", "birth_hospital").get("value").text(), born.one("id", "child_birth_date").get("source", "register").text()},
		[3]string{"2026-11-01", "示范市妇幼保健院", "birth-record"})
	c.save(t, "wang", draft, "parents", map[string]string{"applicant_role": "mother", "phone": "13900001234"})
	c.save(t, "wang", draft, "child", map[string]string{"child_name": "李小满二", "child_ethnic_group": "汉族", "clinic": "柳荫社区卫生服务中心"})
	c.save(t, "wang", draft, "household", map[string]string{})
	r := c.refused(t, 422, "error.fields", "wang", "PATCH", "/drafts/"+draft+"/sections/money", map[string]any{"values": map[string]string{"bank_card": "6222020000000000001"}})
	same(t, "what is wrong with the card", r.get("errors").each("code"), []string{"field.bank.check"})
	c.save(t, "wang", draft, "money", map[string]string{"bank_card": luhn("622202000000000000")})
	c.save(t, "wang", draft, "card-section", map[string]string{"card_bank": "shifan"})
	c.use(t, "wang", draft, "applicant-identity", "marriage-certificate", "household-book", "birth-record", "medical-record")
	// Her husband's card is his to show: what government holds about him is not hers to use.
	c.refused(t, 409, "error.draft.not-held", "wang", "PUT", "/drafts/"+draft+"/materials/other-parent-identity", map[string]any{"choice": "use"})
	c.attach(t, "wang", draft, "other-parent-identity")
	return c.submit(t, "wang", draft).get("id").text()
}

// luhn adds the check digit that bank cards have.
func luhn(digits string) string {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return digits + string(rune('0'+(10-sum%10)%10))
}

func birth(t *testing.T, c *city, looked *views, id string) {
	r := c.see(t, "wang", "/cases/"+id)
	for _, m := range r.get("matters").all() {
		want := "waiting"
		if m.get("matter").text() == "birth-certificate" {
			want = "received"
		}
		same(t, m.get("matter").text(), m.get("state").text(), want)
	}
	// Nobody can begin with what waits for it.
	c.refused(t, 409, "error.matter.state", "police-1", "POST", "/desk/matters/"+matter(t, r, "household-registration")+"/acceptance", nil)
	m := matter(t, looked.open(t, c, "health-1", id), "birth-certificate")
	c.decide(t, "health-1", m, "child-name")
	c.reaches(t, "wang", id, "approved", "birth-certificate", "vaccination") // the second by the system
}

// decide takes an ordinary matter from the queue to its approval.
func (c *city) decide(t *testing.T, who, m string, checks ...string) {
	t.Helper()
	c.act(t, who, m, "claim", nil)
	c.act(t, who, m, "acceptance", nil)
	c.mark(t, who, m, checks...)
	c.act(t, who, m, "decision", approve("材料齐全，信息一致。"))
}

func household(t *testing.T, c *city, looked *views, id string) {
	file := looked.open(t, c, "police-1", id)
	issued := strings.TrimPrefix(file.get("matters").one("matter", "birth-certificate").get("result", "certificate").text(), "/api/v1/certificates/")
	e := file.get("evidence").one("material", "new-birth-certificate")
	same(t, "the certificate of step one as evidence", [3]string{e.get("state").text(), e.get("source").text(), e.get("certificate").text()}, [3]string{"upstream", "birth-certificate", issued})
	if issued == "" || e.get("files").v != nil {
		t.Errorf("the evidence is %v", e)
	}
	same(t, "the child's name on it", e.get("values", "child_name").text(), "李小满二")
	m := matter(t, file, "household-registration")
	c.decide(t, "police-1", m, "household", "certificate")
	r := c.reaches(t, "wang", id, "approved", "household-registration")
	page := c.see(t, "wang", r.get("matters").one("matter", "household-registration").get("result", "certificate").text())
	for _, f := range page.get("certificate", "fields").all() {
		if f.get("id").text() == "id_number" && !strings.HasPrefix(f.get("value").text(), "99010020261101") {
			t.Errorf("the child's identity number is %s", f.get("value").text())
		}
	}
}

// rest: four bodies, each with the household page as material, and the tax office's bill by the system.
func rest(t *testing.T, c *city, looked *views, id string) {
	for who, matters := range map[string]map[string][]string{
		"medical-insurance-1": {"medical-insurance": {"child"}, "maternity-benefit": {"record", "insured"}},
		"hrss-1":              {"social-security-card": {"child"}},
		"health-2":            {"childcare-subsidy": {"child"}},
	} {
		file := looked.open(t, c, who, id)
		if who != "health-2" && file.get("evidence").one("material", "new-household-page").get("certificate").text() == "" {
			t.Errorf("%s does not have the household page", who)
		}
		for name, checks := range matters {
			c.decide(t, who, matter(t, file, name), checks...)
		}
	}
	r := c.become(t, "wang", "/cases/"+id, func(r reply) bool { return r.get("closed").text() != "" })
	for _, m := range r.get("matters").all() {
		same(t, m.get("matter").text(), m.get("state").text(), "approved")
	}
	types := c.see(t, "wang", "/certificates").get("items").each("type")
	for _, want := range []string{"birth-certificate", "vaccination-certificate", "household-page", "social-security-card"} {
		if !slices.Contains(types, want) {
			t.Errorf("she has no %s; she has %v", want, types)
		}
	}
}
