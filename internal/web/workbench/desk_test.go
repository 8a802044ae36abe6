package workbench_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/testkit/rig"
)

// desk is a browser at which somebody has signed in.
type desk struct {
	*rig.Rig
	cookie string
}

func sit(r *rig.Rig, login string) desk {
	r.T.Helper()
	s := rig.Must(r.Identity.SignIn(r.Ctx(), login, rig.Password, "192.0.2.1"))(r)
	return desk{r, s.Cookie}
}

// page is what came back.
type page struct {
	status   int
	location string
	body     string
	header   http.Header
}

func (d desk) send(req *http.Request) page {
	d.T.Helper()
	req.AddCookie(&http.Cookie{Name: "session", Value: d.cookie})
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, req)
	p := page{status: w.Code, location: w.Header().Get("Location"), body: html.UnescapeString(w.Body.String()), header: w.Header()}
	if missing := regexp.MustCompile(`⟦[^⟧]*⟧`).FindString(p.body); missing != "" {
		d.T.Errorf("%s %s: there is no text %s", req.Method, req.URL.Path, missing)
	}
	return p
}

func (d desk) get(path string) page {
	d.T.Helper()
	return d.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (d desk) post(path string, form url.Values) page {
	d.T.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return d.send(req)
}

// want fails the test when a page has another status, or does not say something.
func (p page) want(t testing.TB, status int, says ...string) page {
	t.Helper()
	if p.status != status {
		t.Fatalf("status %d, want %d: %s", p.status, status, main(p.body))
	}
	for _, s := range says {
		if !strings.Contains(p.body, s) {
			t.Errorf("the page does not say %q: %s", s, main(p.body))
		}
	}
	return p
}

var tags = regexp.MustCompile(`(?s)<[^>]*>`)

// main is the text of a page without its frame, for messages.
func main(body string) string {
	_, body, _ = strings.Cut(body, "<main")
	body, _, _ = strings.Cut(body, "</main>")
	return strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
}

// restaurant is an application of wang's for her business, ready for the departments.
func restaurant(r *rig.Rig) casework.Case {
	r.T.Helper()
	return r.Apply(r.For("wang", rig.Xinyuan), "open-a-restaurant", rig.Restaurant, map[string]string{"premises": "示范市中心区和平路 8 号"})
}

func food(c casework.Case) string { return "/desk/cases/" + c.ID + "/food-licence" }

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func TestQueue(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	first := restaurant(r)
	r.GoTo("2026-11-25")
	second := restaurant(r)
	one, two := sit(r, "market-1"), sit(r, "market-2")

	body := one.get("/desk/queue").want(t, 200, first.Number, second.Number, "剩 5 个工作日").body
	if strings.Index(body, first.Number) > strings.Index(body, second.Number) {
		t.Error("the matter with less time does not come first")
	}
	a, b := r.Matter(first.ID, "food-licence").ID, r.Matter(second.ID, "food-licence").ID

	t.Run("claims several at once, each by itself", func(t *testing.T) {
		one.get("/desk/queue/claim?"+form("matter", a, "matter", b).Encode()).want(t, 200, "可以认领", "确认认领 2 件")
		two.post(food(first)+"/claim", form()).want(t, 303)
		p := one.post("/desk/queue/claim", form("matter", a, "matter", b, "return", "/desk/queue?who=free")).want(t, 303)
		one.get(p.location).want(t, 200, "由你办理", "刘海燕已认领")
		if got := r.Matter(second.ID, "food-licence").Officer; got != "o_market-1" {
			t.Errorf("the second matter is with %q", got)
		}
		one.post(food(first)+"/claim", form()).want(t, 409)
	})
	t.Run("shows what its address says", func(t *testing.T) {
		if body := one.get("/desk/queue?who=me").want(t, 200, second.Number).body; strings.Contains(body, first.Number) {
			t.Error("a colleague's matter is among mine")
		}
		one.get("/desk/queue?due=overdue").want(t, 200, "筛选条件下没有办件")
		m := r.Matter(first.ID, "food-licence")
		if body := one.get("/desk/queue?"+form("after-due", string(m.DueOn), "after", m.ID).Encode()).want(t, 200, second.Number, "回到第一页").body; strings.Contains(body, first.Number) {
			t.Error("a page begins with the last matter of the page before")
		}
		one.get("/desk/queue?number="+first.Number[:9]).want(t, 200, first.Number)
		one.get("/desk/queue?state=nonsense&due=never&who=all").want(t, 200, first.Number, second.Number)
	})
	t.Run("counts by the law's clock", func(t *testing.T) {
		one.post(food(second)+"/accept", form()).want(t, 303)
		r.GoTo("2026-12-23") // twenty working days after acceptance on 25 November
		one := sit(r, "market-1")
		one.get("/desk").want(t, 200, "打开最急的一件")
		one.get("/desk/queue?due=today").want(t, 200, second.Number, "今天到期")
		r.GoTo("2026-12-26") // a Saturday: Thursday and Friday have passed
		one = sit(r, "market-1")
		one.get("/desk/queue?due=overdue").want(t, 200, second.Number, "已超 2 个工作日")
		one.get("/desk").want(t, 200, `href="/desk/queue?due=overdue"`)
	})
	t.Run("belongs to its body", func(t *testing.T) {
		if body := sit(r, "tax-1").get("/desk/queue").want(t, 200).body; strings.Contains(body, first.Number) {
			t.Error("the tax service sees the market regulator's matters")
		}
		sit(r, "wang").get("/desk/queue").want(t, 403)
	})
}

func TestCase(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	c := restaurant(r)
	officer, head := sit(r, "market-1"), sit(r, "market-head")
	path := food(c)

	t.Run("is seen by those who handle it, each her own matter", func(t *testing.T) {
		officer.get(path).want(t, 200, c.Number, "系统通过", "示范市中心区和平路 8 号", "公众聚集场所投入使用、营业前消防安全检查")
		fire := sit(r, "fire-1")
		fire.get(path).want(t, 404)
		fire.get(strings.Replace(path, "food-licence", "fire-check", 1)).want(t, 200, c.Number)
		sit(r, "police-1").get(path).want(t, 404)
		sit(r, "wang").get(path).want(t, 403)
		officer.get("/desk/cases/"+c.ID).want(t, 303)
		rows := rig.Must(r.Audit.Of(r.Ctx(), c.ID, "", 100))(r)
		seen := 0
		for _, row := range rows {
			if row.Action == "case.read" && row.Actor.ID == "o_market-1" {
				seen++
			}
		}
		if seen < 2 {
			t.Errorf("the officer looked at the case twice and is on record for it %d times", seen)
		}
	})
	t.Run("shows a file to whom its matter needs it", func(t *testing.T) {
		layout := r.Case(c.ID).Evidence["layout"].Files[0]
		file := path + "/files/layout/" + layout.Hash
		p := officer.get(file).want(t, 200)
		for name, want := range map[string]string{"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
			if got := p.header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if csp := p.header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") {
			t.Errorf("Content-Security-Policy: %q, want a sandbox", csp)
		}
		sit(r, "fire-1").get(strings.Replace(file, "food-licence", "fire-check", 1)).want(t, 404)
		officer.get(path+"/files/layout/"+strings.Repeat("0", 64)).want(t, 404)
		officer.get(path+"/files/floor-plan/"+layout.Hash).want(t, 404)
		rows := rig.Must(r.Audit.Of(r.Ctx(), c.ID, "", 100))(r)
		outcomes := []string{}
		for _, row := range rows {
			if row.Action == "material.read" {
				outcomes = append(outcomes, row.Actor.ID+" "+row.Outcome)
			}
		}
		slices.Sort(outcomes)
		if want := []string{"o_fire-1 refused", "o_market-1 done"}; !slices.Equal(outcomes, want) {
			t.Errorf("reads of the material on record: %v, want %v", outcomes, want)
		}
	})

	officer.post(path+"/claim", form()).want(t, 303)
	t.Run("notes checks one by one", func(t *testing.T) {
		officer.post(path+"/checks", form("outcome-rooms", "pass", "outcome-layout-flow", "fail", "note-layout-flow", "生熟没有分开", "outcome-standing", "fail")).
			want(t, 422, "更正系统结论要写理由")
		m := r.Matter(c.ID, "food-licence")
		if m.Checked["layout-flow"].Outcome != "fail" || m.Checked["rooms"].Outcome != "pass" || m.Checked["standing"].Outcome != "pass" {
			t.Errorf("checked: %v", m.Checked)
		}
	})
	t.Run("is locked for a colleague", func(t *testing.T) {
		body := sit(r, "market-2").get(path).want(t, 200, "由同事办理").body
		if strings.Contains(body, path+"/accept") {
			t.Error("a colleague is offered what only the holder may do")
		}
		sit(r, "market-2").post(path+"/accept", form()).want(t, 403)
	})
	t.Run("asks for everything at once, in the words that the applicant reads", func(t *testing.T) {
		officer.get(path+"/notice").want(t, 200, "生熟没有分开")
		day := []string{"until-year", "2026", "until-month", "12", "until-day", "24"}
		officer.post(path+"/notice", form(day...)).want(t, 422, "还没有写要补什么")
		filled := append([]string{"point", "check-layout-flow", "text-check-layout-flow", "生熟没有分开，请重新画图。", "provision-check-layout-flow", "food-safety-law.33", "point", "field-premises"}, day...)
		officer.post(path+"/notice", form(filled...)).want(t, 422, "“店的地址：哪里不对”还没有填写", "生熟没有分开，请重新画图。")
		filled = append(filled, "text-field-premises", "和租赁合同不一样。")
		preview := main(officer.post(path+"/notice", form(filled...)).want(t, 200).body)
		if r.Matter(c.ID, "food-licence").State != casework.Received {
			t.Fatal("a preview sent the notice")
		}
		officer.post(path+"/notice", form(append(filled, "step", "edit")...)).want(t, 200, "和租赁合同不一样。")
		officer.post(path+"/notice", form(append(filled, "step", "send")...)).want(t, 303)
		r.In(c.ID, "food-licence", casework.Correcting)
		citizen := sit(r, "wang")
		citizen.cookie = rig.Must(r.Identity.ActFor(r.Ctx(), citizen.cookie, rig.Xinyuan, r.Mandate.May))(r).Cookie
		read := main(citizen.get("/me/applications/"+c.ID+"/matters/food-licence/correct").want(t, 200).body)
		for _, s := range []string{"示范市市场监督管理局一次性告知你需要补正下面 2 处", "生熟没有分开，请重新画图。", "《食品安全法》第三十三条第一款", "和租赁合同不一样。"} {
			if !strings.Contains(preview, s) || !strings.Contains(read, s) {
				t.Errorf("%q is not in both\npreview: %s\nread: %s", s, preview, read)
			}
		}
		officer.get(path+"/notice").want(t, 409)
		r.OK(r.Casework.Answer(r.Ctx(), r.For("wang", rig.Xinyuan), r.Matter(c.ID, "food-licence").ID, casework.Correction{
			Values: map[string]string{"premises": "示范市中心区和平路 10 号"}, Files: map[string][]casework.File{"layout": {r.File("新图.png")}}, Message: "图重新画了。",
		}))
		r.Work()
		officer.get(path).want(t, 200, "<del>示范市中心区和平路 8 号</del>", "<ins>示范市中心区和平路 10 号</ins>", "新图.png", "layout.png", "图重新画了。")
	})
	officer.post(path+"/accept", form()).want(t, 303)
	officer.post(path+"/accept", form()).want(t, 409)
	t.Run("stops the clock for what the law names, and shows what that does", func(t *testing.T) {
		officer.post(path+"/special", form("days", "many")).want(t, 422, "“特别程序的种类”还没有选择", "“预计天数”", "“理由”还没有填写", `value="many"`)
		filled := []string{"kind", "inspection", "days", "5", "reason", "到现场检验排烟设备"}
		// Accepted on Tuesday 24 November and due on 22 December. The clock stands from the 24th to the
		// 30th, and four of those five days would have counted: due on 28 December.
		officer.post(path+"/special", form(filled...)).want(t, 200, "2026 年 12 月 22 日", "2026 年 12 月 28 日")
		officer.post(path+"/special", form(append(filled, "step", "send")...)).want(t, 303)
		r.In(c.ID, "food-licence", casework.Special)
		officer.get(path).want(t, 200, "计时已暂停", "到现场检验排烟设备")
		officer.post(path+"/special/end", form()).want(t, 422, "“特别程序的结果”还没有填写")
		officer.post(path+"/special/end", form("outcome", "合格")).want(t, 303)
		r.In(c.ID, "food-licence", casework.Accepted)
	})
	t.Run("asks the head for more time", func(t *testing.T) {
		officer.get(path+"/extend").want(t, 200, "现在的到期日")
		officer.post(path+"/extend", form("reason", "等化验结果")).want(t, 303)
		head.get("/desk/sign").want(t, 200, "申请延长期限的", c.Number)
		head.get(path+"/extend").want(t, 200, "等化验结果", "批准延长 10 个工作日")
		officer.post(path+"/extend/approve", form()).want(t, 403)
		officer.post(path+"/extend/refuse", form("reason", "不必")).want(t, 403, "延长审批期限须经承办机关负责人批准")
		head.post(path+"/extend/refuse", form()).want(t, 422, "“理由”还没有填写", "等化验结果")
		head.post(path+"/extend/refuse", form("reason", "请说明化验何时出结果")).want(t, 303)
		officer.get(path).want(t, 200, "负责人没有批准延期", "请说明化验何时出结果")
		head.post(path+"/extend/approve", form()).want(t, 409)
		officer.post(path+"/extend", form("reason", "化验结果 3 日后出")).want(t, 303)
		head.post(path+"/extend/approve", form()).want(t, 303)
		if got := r.Matter(c.ID, "food-licence").Decision.Extended; got != 10 {
			t.Errorf("extended by %d days, want 10", got)
		}
	})
	t.Run("asks another body, which sees the question alone", func(t *testing.T) {
		officer.post(path+"/consult", form("body", "market", "question", "够不够？", "until-year", "2020", "until-month", "1", "until-day", "1")).want(t, 422, "“征求哪个机关的意见”还没有选择", "够不够？")
		officer.post(path+"/consult", form("body", "fire", "question", "疏散出口够不够？", "until-year", "2026", "until-month", "12", "until-day", "3")).want(t, 303)
		fire := sit(r, "fire-1")
		body := fire.get("/desk/consultations").want(t, 200, "疏散出口够不够？").body
		at := regexp.MustCompile(`/desk/consultations/[a-z0-9_]+`).FindString(body)
		if body := fire.get(at).want(t, 200).body; strings.Contains(body, c.Number) {
			t.Error("the body that is asked sees the case's number")
		}
		officer.post(at, form("answer", "够")).want(t, 404)
		fire.post(at, form("answer", " ")).want(t, 422, "“本机关意见”还没有填写")
		fire.post(at, form("answer", "净宽 1.4 米，够用。")).want(t, 303)
		officer.get(path).want(t, 200, "净宽 1.4 米，够用。")
	})
	t.Run("is handed over to a colleague, with a note", func(t *testing.T) {
		officer.post(path+"/handover", form("to", "o_fire-1", "note", "请接着办")).want(t, 422, "“移交给谁”还没有选择", "请接着办")
		officer.post(path+"/handover", form("to", "o_market-2")).want(t, 422, "“移交说明”还没有填写")
		officer.post(path+"/handover", form("to", "o_market-2", "note", "检验已完成，待决定。")).want(t, 303)
		officer = sit(r, "market-2")
		officer.get(path).want(t, 200, "检验已完成，待决定。", "王建国于")
	})
	t.Run("is decided by two persons, and a refusal in two steps", func(t *testing.T) {
		officer.get(path+"/decide").want(t, 200, "设备布局和操作流程合理，生熟分开：不通过（生熟没有分开）")
		filled := []string{"result", "refuse", "facts", "生熟在同一操作台。", "reasons", "不符合要求。", "succeed", "分设操作台。"}
		officer.post(path+"/decide", form(filled...)).want(t, 422, "“依据的条文”还没有选择", "生熟在同一操作台。")
		officer.post(path+"/decide", form("facts", "a")).want(t, 422, "“决定”还没有选择")
		filled = append(filled, "provisions", "food-safety-law.33", "provisions", "made-up.1")
		officer.post(path+"/decide", form(filled...)).want(t, 200, "申请人将收到的内容", "可以向示范市人民政府申请行政复议")
		r.In(c.ID, "food-licence", casework.Accepted)
		officer.post(path+"/decide", form(append(filled, "step", "send")...)).want(t, 303)
		if got := r.In(c.ID, "food-licence", casework.Proposed).Proposal.Provisions; !slices.Equal(got, []string{"food-safety-law.33"}) {
			t.Errorf("provisions %v: one was not offered", got)
		}
		officer.get(path+"/sign").want(t, 403)
		version := func() string {
			return regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(head.get(path+"/sign").want(t, 200, "生熟在同一操作台。").body)[1]
		}
		old := version()
		head.post(path+"/return", form()).want(t, 422, "“理由”还没有填写")
		head.post(path+"/return", form("reason", "补充照片编号。")).want(t, 303)
		officer.get(path+"/decide").want(t, 200, "补充照片编号。", "分设操作台。")
		officer.post(path+"/decide", form(append(filled, "step", "send")...)).want(t, 303)
		head.post(path+"/sign", form("version", old, "step", "send")).want(t, 409)
		head.post(path+"/sign", form("version", version())).want(t, 200, "确认签发不予批准的决定")
		r.In(c.ID, "food-licence", casework.Proposed)
		head.post(path+"/sign", form("version", version(), "step", "send")).want(t, 303)
		m := r.In(c.ID, "food-licence", casework.Refused)
		if m.Ruling.By != "o_market-2" || m.Ruling.SignedBy != "o_market-head" {
			t.Errorf("proposed by %s and signed by %s", m.Ruling.By, m.Ruling.SignedBy)
		}
		officer.get(path).want(t, 200, "不予批准", "生熟在同一操作台。")
		officer.get(path+"/decide").want(t, 409)
	})
}

func TestEnglish(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	c := restaurant(r)
	d := sit(r, "market-1")
	for _, path := range []string{"/desk", "/desk/queue", "/desk/consultations", food(c), food(c) + "/clock", food(c) + "/notice", food(c) + "/decline", food(c) + "/consult"} {
		req := httptest.NewRequest(http.MethodGet, path, nil)
		req.AddCookie(&http.Cookie{Name: "tb_lang", Value: "en"})
		if p := d.send(req).want(t, 200); !strings.Contains(p.body, `lang="en"`) {
			t.Errorf("%s is not in English", path)
		}
	}
}

// TestPromise: that a promised material is missing is said before the officer writes, and at the choice; what
// she wrote is kept.
func TestPromise(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	wang := r.For("wang", rig.Xinyuan)
	d := r.Draft(wang, "open-a-restaurant", rig.Restaurant)
	rig.Must(r.Application.Choose(r.Ctx(), wang, d.ID, "safety-system", application.Later, ""))(r)
	r.Fill(wang, d.ID, nil)
	c := rig.Must(r.Application.Submit(r.Ctx(), wang, d.ID, true))(r)
	r.Work()
	r.Take(c.ID, "food-licence")

	officer, path := sit(r, "market-1"), "/desk/cases/"+c.ID+"/food-licence/decide"
	officer.get(path).want(t, 200, "承诺后补的材料还没有交齐")
	officer.post(path, form("result", "approve", "facts", "材料齐全。", "reasons", "符合条件。")).want(t, 422, "错误：", "材料齐全。", "承诺后补的材料还没有交齐，不能准予。")
}
