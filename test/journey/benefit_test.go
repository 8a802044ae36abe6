package journey

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"

	"tongban/internal/testkit/rig"
)

// reader is somebody with a browser. Time has to pass in these journeys, so the city runs in this process with a
// clock that the test moves; everything is done over HTTP.
type reader struct {
	t           *testing.T
	r           *rig.Rig
	site, login string
	http        http.Client
}

func visit(t *testing.T, r *rig.Rig, site, login string) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &reader{t, r, site, login, http.Client{Jar: jar}}
	b.signIn()
	return b
}

// signIn begins a session; the page for it is tried elsewhere.
func (b *reader) signIn() {
	b.t.Helper()
	site, err := url.Parse(b.site)
	if err != nil {
		b.t.Fatal(err)
	}
	session := rig.Must(b.r.Identity.SignIn(b.r.Ctx(), b.login, rig.Password, "192.0.2.1"))(b.r)
	b.http.Jar.SetCookies(site, []*http.Cookie{{Name: "session", Value: session.Cookie}})
}

// send sends a request, follows where it leads and gives the page.
func (b *reader) send(method, to string, form url.Values) (page, at string, code int) {
	b.t.Helper()
	req, err := http.NewRequest(method, b.site+to, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return html.UnescapeString(string(body)), res.Request.URL.Path, res.StatusCode
}

func (b *reader) post(to string, form url.Values) (page, at string, code int) {
	b.t.Helper()
	return b.send(http.MethodPost, to, form)
}

func (b *reader) read(to string, says ...string) string {
	b.t.Helper()
	page, _, code := b.send(http.MethodGet, to, nil)
	if code != http.StatusOK {
		b.t.Fatalf("%s answers %d", to, code)
	}
	for _, s := range says {
		if !strings.Contains(page, s) {
			b.t.Errorf("%s does not say %q", to, s)
		}
	}
	return page
}

var (
	agreeing = regexp.MustCompile(`/desk/benefits/([a-z0-9_]+)/agree`)
	caseLink = regexp.MustCompile(`/me/applications/(c_[a-z0-9]+)`)
)

// benefits runs a journey against a new city on each engine, after the registers were gone through.
func benefits(t *testing.T, fn func(t *testing.T, r *rig.Rig, site string)) {
	t.Helper()
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		site := httptest.NewServer(r.Handler())
		t.Cleanup(site.Close)
		r.OK(r.Eligibility.RunAll(r.Ctx()))
		fn(t, r, site.URL)
	})
}

// later is a morning after the time in which she could say no, by which the jobs have run and sessions have ended.
func later(r *rig.Rig, all ...*reader) {
	r.GoTo(r.Today().Add(20))
	r.Work()
	for _, b := range all {
		b.signIn()
	}
}

// TestGetsItUnasked: Hou Yuzhen is found, told, says nothing, and gets her allowance.
func TestGetsItUnasked(t *testing.T) {
	benefits(t, func(t *testing.T, r *rig.Rig, site string) {
		officer, hou := visit(t, r, site, "civil-affairs-1"), visit(t, r, site, "hou")
		id := agreeing.FindStringSubmatch(officer.read("/desk/benefits", "侯玉珍"))[1]
		officer.post("/desk/benefits/"+id+"/agree", nil)
		r.Work()
		hou.read("/me", "不用申请就给你", "你可以领：高龄津贴")
		hou.read("/me/offers/"+id, "你什么都不用做", "数额按本市公布", "第三十三条", "不要，以后也别再问")
		if page := hou.read("/me/applications"); caseLink.MatchString(page) {
			t.Fatal("it is applied for before she could say no")
		}
		later(r, officer, hou)
		found := caseLink.FindStringSubmatch(hou.read("/me/offers", "已经替你申请"))
		if found == nil {
			t.Fatal("nothing was applied for")
		}
		hou.read("/me", "政府替你提出申请")
		hou.read("/me/applications/"+found[1], "没有填表", "高龄津贴", "民政局")
		hou.read("/me/data?kind=others", "替你提出申请")
		// The officer decides as with any case, and knows that nobody wrote it.
		matter := r.Matter(found[1], "old-age-allowance")
		officer.read("/desk/cases/"+found[1]+"/"+matter.Def, "免申即享：平台按登记替本人提出", "6222")
		r.Approve(found[1], "old-age-allowance")
		hou.read("/me/applications/"+found[1], "准予")
		if n := r.Count("casework_case", "subject = $1", "990100194310080425"); n != 1 {
			t.Errorf("there are %d cases", n)
		}
	})
}

// TestSaysNo: before, it stops it; after, it is a withdrawal.
func TestSaysNo(t *testing.T) {
	benefits(t, func(t *testing.T, r *rig.Rig, site string) {
		officer, hou := visit(t, r, site, "civil-affairs-1"), visit(t, r, site, "hou")
		id := agreeing.FindStringSubmatch(officer.read("/desk/benefits"))[1]
		officer.post("/desk/benefits/"+id+"/agree", nil)
		r.Work()
		if page, _, _ := hou.post("/me/offers/"+id+"/decline", nil); !strings.Contains(page, "不会再问") {
			t.Error("she is not told that it is noted")
		}
		later(r, officer, hou)
		if page := hou.read("/me/applications"); caseLink.MatchString(page) {
			t.Fatal("it was applied for although she said no")
		}
		// She thinks better of it, and says no once more when it was applied for.
		hou.post("/me/offers/ask", url.Values{"service": {"old-age-benefit"}, "said": {"我还是想领"}})
		officer.post("/desk/benefits/"+id, url.Values{"outcome": {"agree"}, "reason": {"本人改了主意，符合条件"}})
		r.Work()
		hou.post("/me/offers/"+id, nil)
		r.Work()
		page, at, _ := hou.post("/me/offers/"+id+"/decline", nil)
		if !strings.HasSuffix(at, "/withdraw") || !strings.Contains(page, "就是撤回申请") {
			t.Fatalf("saying no leads to %s", at)
		}
		hou.post(at, url.Values{"matter": {r.Matter(path.Base(path.Dir(at)), "old-age-allowance").ID}, "reason": {"不想领"}})
		hou.read(path.Dir(at), "你撤回了申请")
	})
}

// TestHasAnOfficerLook: whom the registers do not show has a person look, who gives reasons.
func TestHasAnOfficerLook(t *testing.T) {
	benefits(t, func(t *testing.T, r *rig.Rig, site string) {
		officer, zhou := visit(t, r, site, "civil-affairs-1"), visit(t, r, site, "zhou")
		if page, _, code := zhou.post("/me/offers/ask", url.Values{"service": {"old-age-benefit"}}); code != http.StatusUnprocessableEntity || !strings.Contains(page, "请写为什么") {
			t.Errorf("asked without a word: %d", code)
		}
		if page, _, _ := zhou.post("/me/offers/ask", url.Values{"service": {"old-age-benefit"}, "said": {"我的出生日期登记错了，实际八十二岁"}}); !strings.Contains(page, "工作人员在看") {
			t.Error("she does not see that it is under way")
		}
		list := officer.read("/desk/benefits", "请你再看的（1）", "周德厚")
		id := regexp.MustCompile(`/desk/benefits/(e[a-z0-9_]+)"`).FindStringSubmatch(list)[1]
		officer.read("/desk/benefits/"+id, "实际八十二岁", "登记现在写的", "68 岁")
		review := "/desk/benefits/" + id
		if page, _, code := officer.post(review, url.Values{"outcome": {"agree"}, "reason": {"看过"}}); code != http.StatusUnprocessableEntity || !strings.Contains(page, "按上面的回答不符合条件") {
			t.Errorf("agreed to somebody who is not entitled: %d", code)
		}
		if page, _, code := officer.post(review, url.Values{"outcome": {"aside"}}); code != http.StatusUnprocessableEntity || !strings.Contains(page, "请写理由") {
			t.Errorf("refused without a reason: %d", code)
		}
		officer.post(review, url.Values{"outcome": {"aside"}, "reason": {"身份证和户口簿都是 1958 年，先到派出所更正"}})
		r.Work()
		zhou.read("/me", "工作人员看过了，没有提供")
		zhou.read("/me/offers", "先到派出所更正", "请工作人员再看")
		// Asked again with proof, the officer answers otherwise than the register, and it is applied for.
		zhou.post("/me/offers/ask", url.Values{"service": {"old-age-benefit"}, "said": {"派出所开了证明"}})
		officer.post(review, url.Values{"outcome": {"agree"}, "age": {"82"}, "local": {"true"}, "receiving": {"false"}, "who": {"self"}, "reason": {"派出所证明出生在 1944 年"}})
		r.Work()
		zhou.read("/me/offers/"+id, "差你填一点", "老人的银行卡号")
		if _, _, code := zhou.post("/me/offers/"+id, url.Values{"bank_card": {"12"}}); code != http.StatusUnprocessableEntity {
			t.Errorf("a wrong card is taken: %d", code)
		}
		zhou.post("/me/offers/"+id, url.Values{"bank_card": {"6222021234567890128"}})
		r.Work()
		zhou.read("/me/offers", "已经替你申请")
	})
}
