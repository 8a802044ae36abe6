package editor_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tongban/internal/platform/lang"
	"tongban/internal/service/guide"
	"tongban/internal/testkit/rig"
)

// author fills in forms of a service that is new.
type author struct {
	desk
	base string
}

// fill opens a form, fills in what is named and saves. Of a name that ends in … both languages are filled in.
func (a author) fill(path string, values ...string) {
	a.T.Helper()
	w := a.get(a.base + path)
	if w.Code != http.StatusOK {
		a.T.Fatalf("%s: status %d", path, w.Code)
	}
	form := controls(w.Body.String())
	for i := 0; i+1 < len(values); i += 2 {
		if offered, choose := offers(w.Body.String(), values[i]); choose && !slices.Contains(offered, values[i+1]) {
			a.T.Fatalf("%s: %s does not offer %q, only %q", path, values[i], values[i+1], offered)
		}
		if key, both := strings.CutSuffix(values[i], "…"); both {
			form.Set(key+".zh", values[i+1])
			form.Set(key+".en", "In English: "+key)
			continue
		}
		form[values[i]] = strings.Split(values[i+1], "|")
	}
	to, _, _ := strings.Cut(path, "?")
	if to == "" {
		to = "/edit"
	}
	w = a.post(a.base+to, form)
	if w.Code != http.StatusSeeOther {
		a.T.Fatalf("%s: status %d: %s", path, w.Code, problems(w.Body.String()))
	}
}

// offers are the values among which a field lets choose; false when it is no list to choose from.
func offers(page, name string) (values []string, choose bool) {
	for _, m := range regexp.MustCompile(`(?s)<select([^>]*)>(.*?)</select>`).FindAllStringSubmatch(page, -1) {
		if attribute(m[1], "name") == name {
			for _, o := range regexp.MustCompile(`<option([^>]*)>`).FindAllStringSubmatch(m[2], -1) {
				values = append(values, attribute(o[1], "value"))
			}
			return values, true
		}
	}
	return nil, false
}

// problems is the error summary of a page.
func problems(page string) string {
	_, page, _ = strings.Cut(page, "govuk-error-summary__list")
	page, _, _ = strings.Cut(page, "</ul>")
	return page
}

// TestAServiceOfFourMattersIsWrittenByForms: nobody touches the text. The check is green at the end, and the
// people of the service get what it says.
func TestAServiceOfFourMattersIsWrittenByForms(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	a := author{sit(r, "gov-service-editor"), "/studio/services/open-a-pool/draft"}
	if w := a.post("/studio/services", url.Values{"service": {"open-a-pool"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("begin: status %d", w.Code)
	}
	local := []string{"cite.provision", "", "cite.certainty", "K", "cite.source…", "示例，未核实，以当地办事指南为准"}
	a.fill("", append([]string{"catalogue", "S90", "name…", "开办游泳池", "summary…", "一次办好开游泳池的手续。", "for…", "要开游泳池的企业。", "not_for…", "自己家里用的不用办。", "audience", "business",
		"stage", "entry", "batch…", "示例清单", "lead", "market", "level", "2", "keywords", "游泳池、泳池", "checked", "2026-11-24"}, local...)...)
	a.fill("/add?to=questions", "id", "kind", "type", "enum", "text…", "游泳池在哪里？", "why…", "决定要办什么。")
	for _, kind := range []string{"indoor", "outdoor", "home"} {
		a.fill("/add?to=questions/kind/options", "value", kind, "text…", kind)
	}
	a.fill("/add?to=questions", "id", "area", "type", "integer", "text…", "水面多大？", "why…", "大的要办安全检查。", "unit…", "平方米", "min", "1", "max", "20000", "when", `kind != "home"`)
	a.fill("/add?to=questions", "id", "sell", "type", "boolean", "text…", "卖零食吗？", "why…", "卖零食要备案。", "when", `kind != "home"`)
	a.fill("/add?to=refusals", append([]string{"id", "home", "when", `kind == "home"`, "text…", "不用办，因为是自己家里用的。", "instead…", "直接用就行。"}, local...)...)
	for i, m := range []struct{ id, when, handling string }{{"check", "", "system"}, {"hygiene", "", "officer"}, {"safety", "", "officer"}, {"snacks", "sell", "officer"}} {
		code := "99103199900" + strconv.Itoa(i+1)
		a.fill("/add?to=matters", append([]string{"id", m.id, "code", code, "name…", "事项 " + m.id, "plain…", "说明。", "body", "market", "type", "10", "topics", "permits", "when", m.when, "why…", "为什么。",
			"handling", m.handling, "visits", "0", "remedy.review…", "示范市人民政府", "remedy.court…", "示范市人民法院", "contact.ask", "0990-1234001", "contact.complain", "0990-1239001",
			"contact.place…", "市民中心", "contact.hours…", "工作日"}, local...)...)
		n := "5"
		if m.handling == "system" {
			n = "0"
		}
		a.fill("/edit?at=matters/"+m.id+"&part=limits", "promised.n", n, "promised.unit", "working", "promised.cite.certainty", "K", "promised.cite.source…", "示例，未核实，以当地办事指南为准")
		a.fill("/edit?at=matters/"+m.id+"&part=results", "result.kind", "document", "result.name…", "结果")
		check := []string{"id", "look", "text…", "看一看", "kind", "hand"}
		if m.handling == "system" {
			check = []string{"id", "look", "text…", "营业执照状态正常", "kind", "system", "register", "business", "field", "status", "equals", "normal"}
		}
		a.fill("/add?to=matters/"+m.id+"/checks&part=flow", append(check, local...)...)
		if m.id != "check" {
			a.fill("/add?to=matters/"+m.id+"/after&part=flow", "matter", "check", "kind", "order")
		}
	}
	a.fill("/condition?at=matters/safety/when", "r0.area", "≥ 100", "r0.kind", "indoor|outdoor")
	a.fill("/add?to=matters/safety/fees&part=fees", append([]string{"id", "test", "name…", "检测费", "fen", "120.50", "when", `kind == "indoor"`}, local...)...)
	a.fill("/add?to=materials", append([]string{"id", "plan", "name…", "泳池平面图", "what…", "看得出水池和出口。", "for", "hygiene|safety", "source", "applicant", "accept", "pdf"}, local...)...)
	a.fill("/add?to=sections", "id", "pool", "title…", "你的泳池")
	a.fill("/add?to=sections/pool/fields", "id", "pool_name", "type", "text", "text…", "泳池名称", "for", "check|hygiene|safety|snacks", "max", "60", "element", "pool-name")

	page := a.get(a.base).Body.String()
	if strings.Contains(page, "⟦") {
		t.Error("the check of a service without scenarios misses a text")
	}
	if m := regexp.MustCompile(`href="([^"]*)">整件事</a>`).FindStringSubmatch(page); m == nil || a.get(html.UnescapeString(m[1])).Header().Get("Location") != a.base+"/simulate" {
		t.Errorf("that nobody tried the service leads to %q, which does not lead to its simulation", m)
	}
	d := rig.Must(r.Studio.Current(r.Ctx(), a.actor, "open-a-pool"))(r)
	somebody := guide.Answers{"kind": "indoor", "area": "200", "sell": "true"}
	rig.Must(r.Studio.AddScenario(r.Ctx(), a.actor, d.ID, d.Head, lang.Text{ZH: "室内大泳池，卖零食", EN: "A large pool indoors that sells snacks"}, somebody))(r)
	checked := rig.Must(r.Studio.Check(r.Ctx(), a.actor, d.ID))(r)
	for _, c := range checked.Complaints {
		if !c.Warning {
			t.Error(c)
		}
	}
	if checked.Entry == nil {
		t.Fatal(a.text(d.ID))
	}
	plan := checked.Entry.Guide.Plan(somebody)
	if !plan.Complete || len(plan.Matters) != 4 || plan.Fen != 12050 || plan.Days != 5 || len(plan.Order) != 2 {
		t.Errorf("complete %v, %d matters, %d fen, %d days, %d steps; want 4 matters, 12050 fen, 5 days in 2 steps", plan.Complete, len(plan.Matters), plan.Fen, plan.Days, len(plan.Order))
	}
	if plan = checked.Entry.Guide.Plan(guide.Answers{"kind": "home"}); plan.Eligible {
		t.Error("a pool at home is not refused")
	}
	if text := a.text(d.ID); !strings.Contains(text, "# 依据哪一条") || !strings.Contains(text, "area >= 100") {
		t.Errorf("the text lost its comments or the condition:\n%s", text)
	}
}
