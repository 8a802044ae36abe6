package find_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tongban/internal/testkit/rig"
	"tongban/internal/web/ui/uitest"
)

func send(t *testing.T, r *rig.Rig, req *http.Request) (int, string, string) {
	t.Helper()
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, req)
	if body := w.Body.String(); strings.Contains(body, "<h1") {
		uitest.Check(t, body)
	}
	return w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")
}

func TestSearchPage(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	for _, tt := range []struct {
		path  string
		says  []string
		never []string
	}{
		{"/search?q=营业执照", []string{"企业开办", "单个事项", "个人（", "全程网上办（"}, []string{"按“"}},
		{"/search?q=yyzz", []string{"按“营业执照”找到"}, nil},
		{"/search?q=营业直照", []string{"按“营业执照”找到"}, nil},
		{"/search?q=暂住证", []string{"按“居住证”找到", "居住证"}, nil},
		{"/search?q=市场监管局", []string{"办公点", "/departments/market"}, nil},
		{"/search?q=公积金&audience=business", []string{"已选 1 项", "清除筛选"}, nil},
		{"/search?q=公积金&body=nowhere", []string{"这样筛选，一项也没有", "清除筛选"}, []string{"告诉我们你要办什么"}},
		{"/search?q=火星移民", []string{"没有找到“火星移民”", "12345", "告诉我们你要办什么", "我想开个小饭馆"}, []string{"筛选"}},
		{"/search?q=税务局", []string{"办公点"}, nil},
		{"/search?q=健康证", []string{"找到 2 项，其中 1 项包含在列出的事里"}, []string{"一次申请，里面包括", "可以和"}},
		{"/search?q=我爷爷去世了要办什么", []string{"公民身后", "一次申请，里面包括", "包含在列出的事里"}, nil},
		{"/search?q=260302-ABCDEF-1", []string{"像一个办件号", "没有你要办的"}, []string{"我想开个小饭馆"}},
		{"/search", []string{"我想开个小饭馆"}, []string{"告诉我们"}},
		{"/en/search?q=restaurant", []string{"Open a restaurant", "Wholly online", "For whom"}, nil},
		{"/en/search?q=resturant", []string{"Found by “restaurant”"}, nil},
		{"/search?q=" + url.QueryEscape("<b>"), []string{"没有找到"}, nil},
	} {
		path, query, _ := strings.Cut(tt.path, "?")
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		code, body, _ := send(t, r, httptest.NewRequest(http.MethodGet, path+"?"+q.Encode(), nil))
		if code != http.StatusOK {
			t.Errorf("%s answers %d", tt.path, code)
		}
		for _, s := range tt.says {
			if !strings.Contains(body, s) {
				t.Errorf("%s does not say %q", tt.path, s)
			}
		}
		for _, s := range tt.never {
			if strings.Contains(body[strings.Index(body, "<main"):], s) {
				t.Errorf("%s says %q", tt.path, s)
			}
		}
	}
	c := r.Apply(r.For("wang", rig.Xinyuan), "open-a-restaurant", rig.Restaurant, nil)
	for _, number := range []string{c.Number, strings.ToLower(c.Number), " " + strings.ReplaceAll(c.Number, "-", " ")} {
		if code, _, to := send(t, r, httptest.NewRequest(http.MethodGet, "/search?q="+url.QueryEscape(number), nil)); code != http.StatusSeeOther || to != "/me/applications?number="+c.Number {
			t.Errorf("%q, the number of an application, leads to %d %s", number, code, to)
		}
	}
}

// TestWishPage: what was not found is told without signing in, and read by the staff of the site only.
func TestWishPage(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	post := func(path, text string) (int, string, string) {
		req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(url.Values{"text": {text}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		return send(t, r, req)
	}
	if code, body, _ := post("/search/wish", "火"); code != http.StatusUnprocessableEntity || !strings.Contains(body, "用 2 到 200 个字写下你要办的事") {
		t.Errorf("too short a wish answers %d", code)
	}
	if code, _, to := post("/search/wish", "移民火星"); code != http.StatusSeeOther || to != "/" {
		t.Errorf("a wish answers %d %s", code, to)
	}
	if code, _, to := post("/en/search/wish", "move to Mars"); code != http.StatusSeeOther || to != "/en" {
		t.Errorf("a wish in English answers %d %s", code, to)
	}
	if n := r.Count("feedback_wish", "1 = 1"); n != 2 {
		t.Errorf("%d wishes are kept", n)
	}
	as := func(login, path string) (int, string, string) {
		req := httptest.NewRequest(http.MethodGet, path, nil)
		req.AddCookie(&http.Cookie{Name: "session", Value: rig.Must(r.Identity.SignIn(r.Ctx(), login, rig.Password, "192.0.2.1"))(r).Cookie})
		return send(t, r, req)
	}
	if code, body, _ := as("gov-service-counter", "/desk/wishes"); code != http.StatusOK || !strings.Contains(body, "移民火星") || !strings.Contains(body, "move to Mars") {
		t.Errorf("the staff of the site get %d", code)
	}
	if code, _, to := as("gov-service-counter", "/desk"); code != http.StatusSeeOther || to != "/desk/wishes" {
		t.Errorf("the desk of the staff of the site answers %d %s", code, to)
	}
	if code, body, _ := as("market-1", "/desk/wishes"); code != http.StatusForbidden || strings.Contains(body, "移民火星") {
		t.Errorf("other staff get %d", code)
	}
}

// TestGuides: the guide of a matter and of a service says every element with what it rests on, an uncertain figure
// with its source and its link, what the standard demands and nobody knows as such; folded, and there without script.
func TestGuides(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	city := r.City()
	code := func(service, matter string) string {
		e, _ := city.Service(service)
		for _, m := range e.Service.Matters {
			if m.ID == matter {
				return city.TaskCode(m)
			}
		}
		t.Fatalf("%s has no matter %s", service, matter)
		return ""
	}
	food := code("open-a-restaurant", "food-licence")
	for path, says := range map[string][]string{
		"/services/" + food + "/guide": {
			"实施编码", food, "《食品安全法》第三十五条", "10 个工作日", "未核实，以当地办事指南为准", "承诺件", "企业法人", "窗口办理、网上办理", "是否进驻政务大厅",
			"还没有填的要素", "权力来源", "是否支持预约", "主要设备设施布局与操作流程", "上面写明：许可证编号", "有效期 5 年", "国家对食品生产经营实行许可制度", "<details", "审查标准",
		},
		"/en/services/" + food + "/guide": {"Source of the power", "Elements not yet known", "Valid for 5 years", "local guide", "By the system"},
		"/business/event/open-a-restaurant/guide": {
			"牵头单位", "联办单位", "示范市消防救援支队", "不能办的情形", "情形问题", "联办事项", "/services/" + food + "/guide", "T02",
			`rel="external nofollow" href="https://www.beijing.gov.cn/zhengce/gwywj/202401/t20240116_3537512.html"`,
		},
		"/business/event/open-a-restaurant":                      {`href="/business/event/open-a-restaurant/guide"`},
		"/en/life/newborn/guide":                                 {"Body in the lead", "Matters", "Comes after"},
		"/services/" + food:                                      {"20 个工作日", "《行政许可法》第四十二条", "我能办吗", "看我的清单"},
		"/services/" + code("newborn", "vaccination") + "/guide": {"公共服务"},
	} {
		code, body, _ := send(t, r, httptest.NewRequest(http.MethodGet, path, nil))
		if code != http.StatusOK {
			t.Errorf("%s answers %d", path, code)
		}
		for _, s := range says {
			if !strings.Contains(body, s) {
				t.Errorf("%s does not say %q", path, s)
			}
		}
	}
	if code, _, _ := send(t, r, httptest.NewRequest(http.MethodGet, "/life/open-a-restaurant/guide", nil)); code != http.StatusNotFound {
		t.Errorf("the guide of a service under the other room answers %d", code)
	}
	for _, id := range city.ServiceIDs() {
		e, _ := city.Service(id)
		for _, m := range e.Service.Matters {
			path := "/services/" + city.TaskCode(m) + "/guide"
			if code, _, _ := send(t, r, httptest.NewRequest(http.MethodGet, path, nil)); code != http.StatusOK {
				t.Errorf("%s answers %d", path, code)
			}
		}
	}
}
