package offer_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tongban/internal/testkit/rig"
	"tongban/internal/web/ui/uitest"
)

// browser is one signed-in person or officer.
type browser struct {
	t       *testing.T
	r       *rig.Rig
	cookies map[string]*http.Cookie
}

func signIn(t *testing.T, r *rig.Rig, login string) *browser {
	session := &http.Cookie{Name: "session", Value: rig.Must(r.Identity.SignIn(r.Ctx(), login, rig.Password, "192.0.2.1"))(r).Cookie}
	return &browser{t, r, map[string]*http.Cookie{"session": session}}
}

// do sends a request and follows where it leads.
func (b *browser) do(method, path string, form url.Values) (code int, body, at string) {
	b.t.Helper()
	for range 5 {
		req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		for _, c := range b.cookies {
			req.AddCookie(c)
		}
		w := httptest.NewRecorder()
		b.r.Handler().ServeHTTP(w, req)
		for _, c := range w.Result().Cookies() {
			b.cookies[c.Name] = c
		}
		if w.Code != http.StatusSeeOther {
			if strings.Contains(w.Body.String(), "<h1") {
				uitest.Check(b.t, w.Body.String())
			}
			return w.Code, html.UnescapeString(w.Body.String()), path
		}
		method, path, form = http.MethodGet, w.Header().Get("Location"), nil
	}
	b.t.Fatal("it leads round and round")
	return 0, "", ""
}

func (b *browser) get(path string, says ...string) (body string) {
	b.t.Helper()
	code, body, _ := b.do(http.MethodGet, path, nil)
	if code != http.StatusOK {
		b.t.Fatalf("%s answers %d", path, code)
	}
	for _, s := range says {
		if !strings.Contains(body, s) {
			b.t.Errorf("%s does not say %q", path, s)
		}
	}
	return body
}

var agree = regexp.MustCompile(`/desk/benefits/[a-z0-9_]+/agree`)

// TestOffer: an officer sees by what somebody was found and agrees; she sees the same, and goes on with it.
func TestOffer(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	r.OK(r.Eligibility.RunAll(r.Ctx()))
	officer, hou := signIn(t, r, "civil-affairs-1"), signIn(t, r, "hou")
	officer.get("/desk", "可能该领的人")
	if code, _, _ := hou.do(http.MethodGet, "/desk/benefits", nil); code != http.StatusForbidden {
		t.Errorf("a person gets the list: %d", code)
	}
	if body := hou.get("/me/offers", "现在没有"); strings.Contains(body, "高龄津贴") {
		t.Error("it is offered before an officer has looked")
	}
	list := officer.get("/desk/benefits", "侯玉珍", "990***********0425", "高龄津贴", "83 岁（人口基础信息库", "查了 2 人，符合条件 1 人", "请核对")
	path := agree.FindString(list)
	if _, body, _ := officer.do(http.MethodPost, strings.Replace(path, "agree", "aside", 1), url.Values{"reason": {" "}}); !strings.Contains(body, "不提供要写理由") {
		t.Error("it is set aside without a reason")
	}
	if _, body, _ := officer.do(http.MethodPost, path, nil); !strings.Contains(body, "已经告诉本人") || strings.Contains(body, "侯玉珍") {
		t.Error("the officer does not see that it is offered")
	}
	if body := hou.get("/me/data", "决定要不要给你提供一项待遇", "登记显示你可以领一项待遇"); strings.Contains(body, "没有对应办件的查看") {
		t.Error("what the officer decided looks like an alarm")
	}
	r.Work()
	mine := strings.TrimSuffix(strings.Replace(path, "/desk/benefits", "/me/offers", 1), "/agree")
	hou.get("/me", "你可以领：高龄津贴", "不用申请就给你", mine)
	hou.get("/me/offers", "高龄津贴", "不用你办", "民政局也看过了", mine)
	// The letter says what, how much, when, why, and how to say no.
	hou.get(mine, "每个月有一份津贴", "数额按本市公布的高龄津贴标准", "打到社保卡的银行账户", "《老年人权益保障法》第三十三条", "不要，以后也别再问", "83 岁（人口基础信息库")
	if _, body, at := hou.do(http.MethodPost, mine, nil); at != "/me/offers" || !strings.Contains(body, "正在替你申请") {
		t.Errorf("saying yes leads to %s", at)
	}
	r.Work()
	hou.get("/me/offers", "已经替你申请")
	// Saying no is a withdrawal now.
	if _, body, at := hou.do(http.MethodPost, mine+"/decline", nil); !strings.HasSuffix(at, "/withdraw") || !strings.Contains(body, "现在说不要，就是撤回申请") {
		t.Errorf("saying no leads to %s", at)
	}
}

// TestPaperThatIsNotHeld: what government does not hold is named, and she applies with what the registers say.
func TestPaperThatIsNotHeld(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	r.OK(r.Eligibility.RunAll(r.Ctx()))
	officer, chen := signIn(t, r, "health-1"), signIn(t, r, "chen")
	path := agree.FindString(officer.get("/desk/benefits"))
	officer.do(http.MethodPost, path, nil)
	r.Work()
	mine := strings.TrimSuffix(strings.Replace(path, "/desk/benefits", "/me/offers", 1), "/agree")
	chen.get(mine, "要你申请", "还差：出生医学证明", "每个孩子每年 3600 元")
	if code, _, at := chen.do(http.MethodPost, mine+"/apply", nil); code != http.StatusOK || at != "/check/childcare-subsidy/twins" {
		t.Errorf("applying leads to %d %s", code, at)
	}
}

// TestRegistersAnswer: what a register knows is not asked, and the page shows where it is from and how to
// answer otherwise.
func TestRegistersAnswer(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	chen := signIn(t, r, "chen")
	body := chen.get("/check/childcare-subsidy", "你是孩子的什么人？", "已经替你答了 2 个问题", "按“未成年子女户籍信息（按监护人）”，2025 年 4 月 20 日 登记")
	if strings.Contains(body, "育儿补贴申领记录") {
		t.Error("what comes later was looked up already")
	}
	chen.get("/check/childcare-subsidy/household", "改了只影响这次，登记不会变")
	chen.do(http.MethodPost, "/check/childcare-subsidy/who", url.Values{"who": {"parent"}})
	_, list, at := chen.do(http.MethodPost, "/check/childcare-subsidy/twins", url.Values{"twins": {"false"}})
	if !strings.HasPrefix(at, "/checklists/") || !strings.Contains(list, "这次查了哪些登记") || !strings.Contains(list, "育儿补贴申领记录（按监护人）：") {
		t.Errorf("the checklist at %s does not say which registers were asked", at)
	}
	chen.get("/me/data?kind=self", "未成年子女户籍信息（按监护人）", "不满三岁", "替你回答“育儿补贴申领”里的问题")
}
