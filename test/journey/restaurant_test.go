package journey

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
)

const (
	xinyuan = "91990100DEM1000150"
	owner   = "wang@" + xinyuan // Wang for her company
)

// large is the restaurant of the catalogue's first scenario: everything applies.
var large = map[string]string{
	"licence": "normal", "prepack": "false", "raw": "true", "area": "180", "public": "true", "commit": "true", "sign": "true", "tobacco": "true",
}

// shop is what the form of a large restaurant asks beyond what registers know.
var form = map[string]map[string]string{
	"shop":          {"phone": "13900001234"},
	"food":          {"food_main": "hot", "cold_raw": "cold", "online": "true", "food_manager": "王㴋䶮", "workers": "4"},
	"fire-safety":   {"floors": "1–2 层", "seats": "60", "fire_manager": "王㴋䶮"},
	"shop-sign":     {"sign_words": "鑫源饭庄", "sign_width": "4.5", "sign_height": "1.2", "main_road": "true"},
	"tobacco-goods": {"tobacco_goods": "cigarettes"},
}

// ready opens a draft of a large restaurant with everything in it but the submission.
func (c *city) ready(t *testing.T) (draft string) {
	t.Helper()
	check, _ := c.walk(t, "open-a-restaurant", large)
	draft = c.want(t, 201, owner, "POST", "/drafts", map[string]any{"checklist": c.checklist(t, check).get("id").text()}).get("id").text()
	for section, values := range form {
		c.save(t, owner, draft, section, values)
	}
	c.use(t, owner, draft, "business-licence", "representative-id", "worker-health")
	c.attach(t, owner, draft, "layout", "safety-system", "floor-plan", "fire-plan", "sign-picture", "tobacco-premises")
	return draft
}

// views counts which officer opened which case, to be compared with what the applicant is told.
type views struct {
	mu   sync.Mutex
	seen map[string]int // officer's body + case
}

func (v *views) open(t *testing.T, c *city, who, id string) reply {
	t.Helper()
	r := c.see(t, who, "/desk/cases/"+id)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen[body(who)+" "+r.get("id").text()]++
	return r
}

// body is the body of a demonstration officer: what stands before the last hyphen of the sign-in name.
func body(who string) string { return who[:strings.LastIndex(who, "-")] }

func TestRestaurant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		looked := &views{seen: map[string]int{}}
		var list reply
		ok := t.Run("questions lead to a checklist", func(t *testing.T) { list = questions(t, c) })
		draft := ""
		ok = ok && t.Run("one application for all", func(t *testing.T) { draft = apply(t, c, list.get("id").text()) })
		id := ""
		ok = ok && t.Run("submitted twice is submitted once", func(t *testing.T) { id = submitTwice(t, c, draft) })
		if !ok {
			return
		}
		t.Run("the system checks the business licence", func(t *testing.T) {
			r := c.become(t, owner, "/cases/"+id, func(r reply) bool {
				return r.get("matters").one("matter", "licence-check").get("result").v != nil && r.get("matters").one("matter", "tobacco-licence").get("state").text() == "received"
			})
			m := r.get("matters").one("matter", "licence-check")
			same(t, "decision", []bool{m.get("decision", "approve").yes()}, []bool{true})
		})
		// The bodies work at the same time on the same case.
		t.Run("at the desks", func(t *testing.T) {
			for _, desk := range []struct {
				name string
				work func(t *testing.T, c *city, looked *views, id string)
			}{
				{"food", food}, {"sign", sign}, {"fire", fire}, {"tobacco", tobacco},
			} {
				t.Run(desk.name, func(t *testing.T) { t.Parallel(); desk.work(t, c, looked, id) })
			}
		})
		t.Run("certificates are verified by somebody signed out", func(t *testing.T) { certificates(t, c) })
		t.Run("the service is rated", func(t *testing.T) { ratings(t, c, id) })
		t.Run("another application is withdrawn", func(t *testing.T) { withdraw(t, c) })
		t.Run("nobody else sees the case", func(t *testing.T) { others(t, c, id) })
		t.Run("she sees who looked", func(t *testing.T) { whoLooked(t, c, looked, id) })
		t.Run("receipts are checked offline", func(t *testing.T) { receipts(t, c, id) })
		t.Run("the whole log is checked", func(t *testing.T) {
			c.stop(t)
			code, out := c.run(t, append([]string{"verify"}, c.where()...)...)
			t.Logf("tongban verify: %s", out)
			if code != 0 || !strings.Contains(out, "完好") {
				t.Errorf("verify: exit code %d\n%s", code, out)
			}
		})
	})
}

func questions(t *testing.T, c *city) reply {
	found := c.see(t, "", "/services?q=restaurant")
	if ids := found.get("items").each("id"); !slices.Contains(ids, "open-a-restaurant") {
		t.Errorf("the services found are %v", ids)
	}
	check, asked := c.walk(t, "open-a-restaurant", large)
	same(t, "what is asked", asked, []string{"licence", "prepack", "raw", "area", "public", "commit", "sign", "tobacco"})
	_, asked = c.walk(t, "open-a-restaurant", map[string]string{"licence": "normal", "prepack": "true", "area": "30", "sign": "false", "tobacco": "false"})
	same(t, "what is asked of a small shop for packed food", asked, []string{"licence", "prepack", "area", "sign", "tobacco"})
	none, asked := c.walk(t, "open-a-restaurant", map[string]string{"licence": "none"})
	same(t, "what is asked without a business licence", asked, []string{"licence"})
	same(t, "refusals", none.get("plan", "refusals").each("id"), []string{"no-licence"})

	list := c.checklist(t, check)
	plan := c.see(t, "", "/checklists/"+list.get("id").text()).get("plan")
	same(t, "matters", sorted(plan.get("matters").each("id")), []string{"fire-check", "food-licence", "licence-check", "sign-filing", "tobacco-licence"})
	var left, held []string
	for _, m := range plan.get("materials").all() {
		switch m.get("state").text() {
		case "upload", "later":
			left = append(left, m.get("id").text())
		case "held":
			held = append(held, m.get("id").text())
		}
		if m.get("hasLegalResource", "certainty").text() == "" {
			t.Errorf("material %s does not say why it is needed", m.get("id").text())
		}
	}
	same(t, "what is left for her", sorted(left), []string{"fire-plan", "floor-plan", "layout", "safety-system", "sign-picture", "tobacco-premises"})
	same(t, "what government holds", sorted(held), []string{"business-licence", "representative-id", "worker-health"})
	same(t, "working days", plan.get("workingDays").text(), "20")
	same(t, "price", plan.get("fen").text(), "0")
	return list
}

func sorted(all []string) []string { sort.Strings(all); return all }

func apply(t *testing.T, c *city, list string) string {
	// It is done for a business.
	c.refused(t, 403, "error.draft.business", "wang", "POST", "/drafts", map[string]any{"checklist": list})
	d := c.want(t, 201, owner, "POST", "/drafts", map[string]any{"checklist": list}, "Idempotency-Key", "restaurant")
	again := c.want(t, 201, owner, "POST", "/drafts", map[string]any{"checklist": list}, "Idempotency-Key", "restaurant")
	same(t, "the draft under the same key", again.get("id").text(), d.get("id").text())
	id := d.get("id").text()
	shop := d.get("sections").one("id", "shop").get("fields")
	for field, want := range map[string][2]string{
		"business_name": {"示范市鑫源餐饮有限公司", "business"}, "legal_representative": {"王㴋䶮", "business"}, "premises": {"示范市中心区美食街 12 号", "business"}, "area": {"180", ""},
	} {
		f := shop.one("id", field)
		same(t, field, [2]string{f.get("value").text(), f.get("source", "register").text()}, want)
	}
	t.Run("a wrong field is kept and named", func(t *testing.T) {
		r := c.refused(t, 422, "error.fields", owner, "PATCH", "/drafts/"+id+"/sections/shop", map[string]any{"values": map[string]string{"phone": "12", "premises": "示范市中心区美食街 14 号"}})
		same(t, "complaints", r.get("errors").each("pointer"), []string{"#/values/phone"})
		kept := c.see(t, owner, "/drafts/"+id).get("sections").one("id", "shop")
		same(t, "status", kept.get("status").text(), "needs-correction")
		same(t, "phone", kept.get("fields").one("id", "phone").get("value").text(), "12")
		f := kept.get("fields").one("id", "premises")
		same(t, "premises", [2]string{f.get("value").text(), f.get("held").text()}, [2]string{"示范市中心区美食街 14 号", "示范市中心区美食街 12 号"})
	})
	// What the law does not let her replace stays; she can say that it is wrong.
	c.save(t, owner, id, "shop", map[string]string{"phone": "139 0000 1234", "legal_representative": "王五", "premises": "示范市中心区美食街 12 号"})
	r := c.want(t, 200, owner, "PUT", "/drafts/"+id+"/fields/legal_representative/dispute", map[string]any{"text": "姓名的第二个字请再核对"})
	f := r.get("sections").one("id", "shop").get("fields").one("id", "legal_representative")
	same(t, "legal representative", [2]string{f.get("value").text(), f.get("disputed").text()}, [2]string{"王㴋䶮", "姓名的第二个字请再核对"})
	same(t, "phone", r.get("sections").one("id", "shop").get("fields").one("id", "phone").get("value").text(), "13900001234")
	for _, section := range []string{"food", "fire-safety", "shop-sign", "tobacco-goods"} {
		c.save(t, owner, id, section, form[section])
	}
	t.Run("what government holds is shown before it is used", func(t *testing.T) {
		p := c.see(t, owner, "/drafts/"+id+"/materials/business-licence")
		same(t, "fields", p.get("fields").texts(), []string{"name", "uscc", "legal_representative", "address", "scope", "status"})
		same(t, "held", p.get("held").yes(), true)
		same(t, "address", p.get("values", "address").text(), "示范市中心区美食街 12 号")
		same(t, "capital, which nobody needs", p.get("values", "capital").v, nil)
		same(t, "sent to", sorted(p.get("sentTo").each("id")), []string{"fire", "market", "tobacco", "urban-management"})
		c.use(t, owner, id, "business-licence", "representative-id")
	})
	t.Run("a record that is wrong is disputed and replaced", func(t *testing.T) {
		c.want(t, 200, owner, "PUT", "/drafts/"+id+"/materials/worker-health", map[string]any{"choice": "own", "dispute": "新来的服务员没有算进去"})
		c.attach(t, owner, id, "worker-health")
	})
	t.Run("one material may follow", func(t *testing.T) {
		r := c.want(t, 200, owner, "PUT", "/drafts/"+id+"/materials/safety-system", map[string]any{"choice": "later"})
		if r.get("materials").one("id", "safety-system").get("until").text() == "" {
			t.Errorf("the promise has no day:\n%s", r.raw)
		}
		c.refused(t, 409, "error.draft.not-deferrable", owner, "PUT", "/drafts/"+id+"/materials/layout", map[string]any{"choice": "later"})
	})
	t.Run("uploads that are wrong leave nothing", func(t *testing.T) { badUploads(t, c, id) })
	t.Run("what is missing is named", func(t *testing.T) {
		r := c.refused(t, 422, "error.fields", owner, "POST", "/drafts/"+id+"/submission", map[string]any{"declared": true})
		var open []string
		for _, e := range r.get("errors").all() {
			open = append(open, filepath.Base(e.get("resource").text()))
		}
		same(t, "what is missing", sorted(open), []string{"fire-plan", "floor-plan", "layout", "sign-picture", "tobacco-premises"})
	})
	c.attach(t, owner, id, "layout", "floor-plan", "fire-plan", "sign-picture", "tobacco-premises")
	same(t, "ready", c.see(t, owner, "/drafts/"+id).get("ready").yes(), true)
	return id
}

func badUploads(t *testing.T, c *city, draft string) {
	stored := func() int {
		n := 0
		err := filepath.WalkDir(filepath.Join(c.data, "blobs"), func(_ string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := stored()
	for _, tt := range []struct {
		file    string
		content []byte
		code    string
	}{
		{"empty.pdf", nil, "upload.empty"}, {"plan.pdf", []byte("not a document"), "upload.wrong-type"}, {"plan.exe", pdf("plan"), "upload.wrong-type"},
		{"../../../etc/plan.pdf", pdf("plan"), "upload.bad-name"}, {"large.pdf", append(pdf("plan"), make([]byte, 21<<20)...), "upload.too-big"},
	} {
		r := c.refused(t, 422, "error.fields", owner, "POST", "/drafts/"+draft+"/materials/floor-plan/files", upload{[]part{{"files", tt.file, tt.content}}})
		same(t, tt.file, r.get("errors").each("code"), []string{tt.code})
	}
	same(t, "files that were stored", stored()-before, 0)
	if files := c.see(t, owner, "/drafts/"+draft).get("materials").one("id", "floor-plan").get("files"); files.v != nil {
		t.Errorf("the draft has files: %v", files)
	}
}

func submitTwice(t *testing.T, c *city, draft string) string {
	c.refused(t, 422, "error.fields", owner, "POST", "/drafts/"+draft+"/submission", map[string]any{"declared": false})
	// Two windows at the same time, and once more.
	got := make([]reply, 3)
	wrong := make([]error, 3)
	c.as(owner)
	var both sync.WaitGroup
	for i := range 2 {
		both.Go(func() {
			got[i], wrong[i] = c.send(owner, "POST", "/drafts/"+draft+"/submission", map[string]any{"declared": true})
		})
	}
	both.Wait()
	got[2], wrong[2] = c.send(owner, "POST", "/drafts/"+draft+"/submission", map[string]any{"declared": true})
	for i, r := range got {
		if wrong[i] != nil || r.status != 200 && r.status != 201 || r.get("id").text() == "" {
			t.Fatalf("submission %d = %d %v\n%s", i+1, r.status, wrong[i], r.raw)
		}
		same(t, "the case", r.get("id").text(), got[0].get("id").text())
	}
	same(t, "status of the last", got[2].status, 200)
	same(t, "her cases", c.see(t, owner, "/cases").get("items").each("id"), []string{got[0].get("id").text()})
	c.refused(t, 409, "error.draft.submitted", owner, "PATCH", "/drafts/"+draft+"/sections/shop", map[string]any{"values": map[string]string{"phone": "13900009999"}})
	same(t, "the case by its number", c.see(t, owner, "/cases/"+got[0].get("number").text()).get("id").text(), got[0].get("id").text())
	return got[0].get("id").text()
}

// food: more is asked for once and answered, an inspection stops the clock, a second person signs.
func food(t *testing.T, c *city, looked *views, id string) {
	queue := c.see(t, "market-1", "/desk/queue?officer=none&matter=food-licence")
	m := queue.get("items").one("case", id).get("id").text()
	c.act(t, "market-1", m, "claim", nil)
	c.refused(t, 409, "error.matter.claimed", "market-2", "POST", "/desk/matters/"+m+"/claim", nil)
	file := looked.open(t, c, "market-1", id).get("matters").one("matter", "food-licence")
	same(t, "what can be done", slices.Contains(file.get("can").texts(), "request"), true)
	same(t, "the system's check of the workers", c.become(t, "market-1", "/desk/cases/"+id, func(r reply) bool {
		looked.mu.Lock()
		looked.seen["market "+id]++
		looked.mu.Unlock()
		return r.get("matters").one("matter", "food-licence").get("desk", "checks").one("id", "workers-fit").get("outcome").text() != ""
	}).get("matters").one("matter", "food-licence").get("desk", "checks").one("id", "workers-fit").get("outcome").text(), "pass")

	c.refused(t, 422, "error.fields", "market-1", "POST", "/desk/matters/"+m+"/request", map[string]any{"points": []any{}})
	ask := map[string]any{"points": []any{
		map[string]string{"material": "layout", "text": "平面图上没有标出消毒柜的位置，请补画。", "provision": "food-safety-law.33"},
		map[string]string{"field": "workers", "text": "申请表写 4 人，健康证明是 5 人，请更正。"},
	}}
	c.act(t, "market-1", m, "request", ask)
	c.refused(t, 409, "error.matter.state", "market-1", "POST", "/desk/matters/"+m+"/request", ask)
	correct := "/cases/" + id + "/matters/food-licence/correction"
	c.become(t, owner, "/messages", func(r reply) bool { return slices.Contains(r.get("items").each("kind"), "more-asked") })
	r := c.refused(t, 422, "error.fields", owner, "POST", correct, upload{[]part{{"workers", "", []byte("五")}}})
	same(t, "complaints", sorted(r.get("errors").each("pointer")), []string{"#/layout", "#/workers"})
	c.want(t, 204, owner, "POST", correct, upload{[]part{{"workers", "", []byte("5")}, {"layout", "布局图（补）.pdf", pdf("layout 2")}, {"message", "", []byte("已补画")}}})
	c.refused(t, 409, "error.matter.state", owner, "POST", correct, upload{[]part{{"workers", "", []byte("6")}}})
	shown := c.see(t, owner, "/cases/"+id)
	same(t, "workers", shown.get("values").one("field", "workers").get("value").text(), "5")
	same(t, "state", shown.get("matters").one("matter", "food-licence").get("state").text(), "received")
	c.refused(t, 409, "error.matter.asked-once", "market-1", "POST", "/desk/matters/"+m+"/request", ask)

	c.act(t, "market-1", m, "acceptance", nil)
	c.refused(t, 422, "error.fields", "market-1", "POST", "/desk/matters/"+m+"/special", map[string]any{"kind": "hearing", "reason": "听证", "days": 5})
	c.act(t, "market-1", m, "special", map[string]any{"kind": "inspection", "reason": "现场核查厨房", "days": 5})
	stopped := c.see(t, owner, "/cases/"+id).get("matters").one("matter", "food-licence")
	same(t, "state", [2]string{stopped.get("state").text(), stopped.get("clock", "band").text()}, [2]string{"special", "stopped"})
	if stopped.get("special").all()[0].get("notice").text() == "" {
		t.Error("the special procedure has no written notice")
	}
	how := c.see(t, owner, "/cases/"+id+"/matters/food-licence/clock")
	if days := how.get("days").all(); len(days) == 0 || days[0].get("why").text() != "first-day-not-counted" {
		t.Errorf("how the clock is counted: %s", how.raw)
	}
	c.act(t, "market-1", m, "special/end", map[string]any{"outcome": "现场符合要求"})
	c.mark(t, "market-1", m, "rooms", "layout-flow", "system", "cold-room")
	c.refused(t, 403, "denied", "market-1", "POST", "/desk/matters/"+m+"/decision", approve("x"))
	// What she promised to bring later comes before the licence.
	c.refused(t, 409, "error.matter.promise-open", "market-1", "POST", "/desk/matters/"+m+"/proposal", approve("材料齐全，现场核查合格。"))
	if p := shown.get("matters").one("matter", "food-licence").get("promises").one("material", "safety-system"); p.get("until").text() != "" {
		t.Errorf("the promise is due before acceptance: %v", p)
	}
	if p := stopped.get("promises").one("material", "safety-system"); p.get("until").text() == "" {
		t.Errorf("the promise is due on no day: %v", p)
	}
	c.refused(t, 409, "error.case.nothing-promised", owner, "POST", "/cases/"+id+"/materials/layout/files", upload{[]part{{"files", "布局.pdf", pdf("x")}}})
	c.want(t, 204, owner, "POST", "/cases/"+id+"/materials/safety-system/files", upload{[]part{{"files", "制度目录.pdf", pdf("rules")}}})
	c.act(t, "market-1", m, "proposal", approve("材料齐全，现场核查合格。"))
	c.refused(t, 403, "denied", "market-1", "POST", "/desk/matters/"+m+"/signature", nil)
	looked.open(t, c, "market-head", id)
	c.act(t, "market-head", m, "return", map[string]any{"reason": "请写明核查日期"})
	c.act(t, "market-1", m, "proposal", approve("材料齐全，11 月现场核查合格。"))
	c.act(t, "market-head", m, "signature", nil)
	done := c.reaches(t, owner, id, "approved", "food-licence").get("matters").one("matter", "food-licence")
	if done.get("result", "certificate").text() == "" || done.get("decision", "signedBy").text() == "" {
		t.Errorf("the licence is decided without certificate or signature: %v", done)
	}
}

// sign: an ordinary approval.
func sign(t *testing.T, c *city, looked *views, id string) {
	m := matter(t, looked.open(t, c, "urban-management-1", id), "sign-filing")
	c.act(t, "urban-management-1", m, "claim", nil)
	c.act(t, "urban-management-1", m, "acceptance", nil)
	c.mark(t, "urban-management-1", m, "safe")
	// Another body is asked and sees the question alone.
	c.act(t, "urban-management-1", m, "consultations", map[string]any{"body": "fire", "question": "招牌是否挡住消防通道？", "until": "2099-12-31"})
	asked := c.see(t, "fire-2", "/desk/consultations").get("items").one("matter", m)
	same(t, "the question", asked.get("question").text(), "招牌是否挡住消防通道？")
	c.want(t, 204, "fire-2", "POST", "/desk/consultations/"+asked.get("id").text()+"/answer", map[string]any{"answer": "不挡。"})
	c.act(t, "urban-management-1", m, "decision", approve("招牌尺寸和位置合适。"))
	c.reaches(t, owner, id, "approved", "sign-filing")
}

// fire: decided on her written promise.
func fire(t *testing.T, c *city, looked *views, id string) {
	file := looked.open(t, c, "fire-1", id)
	m := matter(t, file, "fire-check")
	same(t, "decided on a promise", file.get("matters").one("matter", "fire-check").get("desk", "commitment").yes(), true)
	picture := file.get("evidence").one("material", "floor-plan").get("files").all()[0]
	got := c.see(t, "fire-1", "/desk/cases/"+id+"/materials/floor-plan/files/"+picture.get("hash").text())
	same(t, "the floor plan is what was uploaded", bytes.Equal(got.raw, pdf("floor-plan")), true)
	c.refused(t, 403, "denied", "fire-1", "GET", "/desk/cases/"+id+"/materials/sign-picture/files/"+file.get("evidence").one("material", "sign-picture").get("files").all()[0].get("hash").text(), nil)
	looked.mu.Lock()
	looked.seen["fire "+id] += 2 // each file is in an opened case
	looked.mu.Unlock()
	c.act(t, "fire-1", m, "claim", nil)
	c.act(t, "fire-1", m, "acceptance", nil)
	c.mark(t, "fire-1", m, "exits", "rules", "promise")
	c.act(t, "fire-1", m, "decision", approve("承诺书完整，材料齐全。"))
	c.reaches(t, owner, id, "approved", "fire-check")
	// A decision is made once.
	c.refused(t, 409, "error.matter.state", "fire-1", "POST", "/desk/matters/"+m+"/decision", approve("x"))
}

// tobacco: refused with reasons, tried again for this matter alone, approved.
func tobacco(t *testing.T, c *city, looked *views, id string) {
	m := matter(t, looked.open(t, c, "tobacco-1", id), "tobacco-licence")
	c.act(t, "tobacco-1", m, "claim", nil)
	c.act(t, "tobacco-1", m, "acceptance", nil)
	no := map[string]any{"approve": false, "facts": "经营场所证明只有第一页。", "reasons": "看不出有权使用经营场所。", "succeed": "交上写着期限和签字的那几页。"}
	r := c.refused(t, 422, "error.fields", "tobacco-1", "POST", "/desk/matters/"+m+"/decision", no)
	same(t, "what a refusal lacks", r.get("errors").each("pointer"), []string{"#/provisions"})
	no["provisions"] = []string{"tobacco-rules.9"}
	c.act(t, "tobacco-1", m, "decision", no)
	refused := c.reaches(t, owner, id, "refused", "tobacco-licence").get("matters").one("matter", "tobacco-licence")
	same(t, "reasons", refused.get("decision", "reasons").text(), "看不出有权使用经营场所。")
	if cites := refused.get("decision", "provisions").all(); len(cites) != 1 || !strings.Contains(cites[0].get("title", "zh").text(), "《") {
		t.Errorf("the refusal cites %v", cites)
	}
	same(t, "what she can do", refused.get("can").texts(), []string{"again"})
	c.refused(t, 409, "error.matter.state", owner, "POST", "/cases/"+id+"/matters/sign-filing/again", nil)

	d := c.want(t, 201, owner, "POST", "/cases/"+id+"/matters/tobacco-licence/again", nil, "Idempotency-Key", "again")
	draft := d.get("id").text()
	same(t, "matters of the new try", d.get("matters").each("id"), []string{"tobacco-licence"})
	same(t, "sections", d.get("sections").each("id"), []string{"shop", "tobacco-goods"})
	same(t, "phone, given before", d.get("sections").one("id", "shop").get("fields").one("id", "phone").get("value").text(), "13900001234")
	// Nothing is typed again; she only looks it through.
	c.save(t, owner, draft, "shop", map[string]string{})
	c.save(t, owner, draft, "tobacco-goods", map[string]string{})
	c.use(t, owner, draft, "business-licence", "representative-id")
	c.want(t, 201, owner, "POST", "/drafts/"+draft+"/materials/tobacco-premises/files", upload{[]part{{"files", "租赁合同.pdf", pdf("lease")}}})
	second := c.submit(t, owner, draft).get("id").text()
	m = matter(t, looked.open(t, c, "tobacco-2", second), "tobacco-licence")
	c.act(t, "tobacco-2", m, "claim", nil)
	c.act(t, "tobacco-2", m, "acceptance", nil)
	c.mark(t, "tobacco-2", m, "premises", "spread")
	c.act(t, "tobacco-2", m, "decision", approve("合同完整，布局合理。"))
	c.reaches(t, owner, second, "approved", "tobacco-licence")
}
