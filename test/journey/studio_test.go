package journey

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

// browser is somebody who is signed in on the pages.
type browser struct {
	c    *city
	http *http.Client
}

func (c *city) browse(t *testing.T, login string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{c, &http.Client{Jar: jar}}
	if login != "" {
		b.post(t, 200, "/login", "login", login, "password", "tongban-demo")
	}
	return b
}

// get opens a page and follows where it leads.
func (b *browser) get(t *testing.T, status int, path string) string {
	t.Helper()
	r, err := b.http.Get(b.c.url + path)
	return answered(t, r, err, status, "GET "+path)
}

// post sends a form, whose fields are pairs.
func (b *browser) post(t *testing.T, status int, path string, fields ...string) string {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := b.http.PostForm(b.c.url+path, form)
	return answered(t, r, err, status, "POST "+path)
}

func answered(t *testing.T, r *http.Response, err error, status int, what string) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != status {
		t.Fatalf("%s is answered with %d, want %d\n%s", what, r.StatusCode, status, plain(string(text)))
	}
	return plain(string(text))
}

var waive = regexp.MustCompile(`name="(waive-[0-9a-f]+)"`)

// submit hands the draft over, with a reason for every warning that stays.
func (b *browser) submit(t *testing.T, reason string) string {
	t.Helper()
	r, err := b.http.Get(b.c.url + fair + "/draft/publish")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	page, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	fields := []string{"do", "submit", "reason", reason}
	for _, m := range waive.FindAllStringSubmatch(string(page), -1) {
		fields = append(fields, m[1], "公布以后再加进全生命周期")
	}
	return b.post(t, 200, fair+"/draft/publish", fields...)
}

var mark = regexp.MustCompile(`(?s)<script.*?</script>|<[^>]*>`)

// plain is what a page says.
func plain(html string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(mark.ReplaceAllString(html, " "))), " ")
}

func says(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q:\n%s", w, page)
		}
	}
}

const fair = "/studio/services/street-fair"

// TestStudio: a service of four matters is written in the browser from nothing, simulated, reviewed by a
// second person, published and applied for; then a rule is changed, and a case that was opened before
// finishes under the edition of its day. The server is never started anew.
func TestStudio(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		author, head, clerk := c.browse(t, "gov-service-editor"), c.browse(t, "gov-service-head"), c.browse(t, "fire-1")
		var id string
		ok := t.Run("written from nothing", func(t *testing.T) { fromNothing(t, c, author, clerk) })
		ok = ok && t.Run("simulated", func(t *testing.T) { simulated(t, author) })
		ok = ok && t.Run("published by a second person", func(t *testing.T) { published(t, c, author, head) })
		ok = ok && t.Run("applied for", func(t *testing.T) { id = appliedFor(t, c) })
		ok = ok && t.Run("a rule is changed", func(t *testing.T) { ruleChanged(t, c, author, head) })
		if !ok {
			return
		}
		t.Run("the case finishes under the edition of its day", func(t *testing.T) {
			r := c.see(t, "wang", "/cases/"+id)
			same(t, "matters", r.get("matters").each("matter"), []string{"place"})
			m := matter(t, r, "place")
			c.act(t, "urban-management-1", m, "acceptance", nil)
			c.mark(t, "urban-management-1", m, "plan-place")
			c.act(t, "urban-management-1", m, "decision", approve("方案清楚。"))
			c.reaches(t, "wang", id, "approved", "place")
		})
		t.Run("what was published can be kept in a repository", func(t *testing.T) {
			dir := t.TempDir()
			code, out := c.run(t, append([]string{"studio", "export", dir}, c.where()...)...)
			if code != 0 || !strings.Contains(out, "services/street-fair/service.yaml") {
				t.Fatalf("export: exit code %d\n%s", code, out)
			}
			text, err := os.ReadFile(dir + "/services/street-fair/service.yaml")
			if err != nil || !strings.Contains(string(text), "when: size >= 100\n") || !strings.Contains(string(text), "# 办一场街区集市") {
				t.Errorf("what was exported is %v\n%s", err, text)
			}
		})
	})
}

func fromNothing(t *testing.T, c *city, author, clerk *browser) {
	clerk.get(t, 403, "/studio")
	says(t, author.post(t, 422, "/studio/services", "service", "Street Fair"), "要用小写英文字母开头")
	says(t, author.post(t, 422, "/studio/services", "service", "newborn"), "已经有一件事在用")
	page := author.post(t, 200, "/studio/services", "service", "street-fair")
	says(t, page, "street-fair", "草稿")
	says(t, author.get(t, 200, fair+"/draft/text"), "新的一件事", "service.yaml 第")
	// What is no YAML is kept, and the place is named.
	says(t, author.post(t, 200, fair+"/draft/text", "file", "service.yaml", "base", "0", "text", "id: street-fair\nname: {zh: 集市\n"), "已保存", "name: {zh: 集市", "第 2 行")
	text, err := os.ReadFile("testdata/street-fair.yaml")
	if err != nil {
		t.Fatal(err)
	}
	page = author.post(t, 200, fair+"/draft/text", "file", "service.yaml", "base", "1", "text", string(text))
	says(t, page, "办一场街区集市", "没有情景用例")
	// Nobody else sees anything of it.
	c.browse(t, "").get(t, 404, "/life/street-fair")
}

func simulated(t *testing.T, author *browser) {
	says(t, author.get(t, 200, fair+"/draft/simulate"), "大概来多少人？", "不查真实数据")
	says(t, author.get(t, 422, fair+"/draft/simulate?q=size&size=很多"), "要写数字")
	says(t, author.get(t, 200, fair+"/draft/simulate?q=size&size=150"), "150 人", "要搭台子吗？")
	const small = "?a.size=150&a.stage=false&a.banner=false"
	says(t, author.get(t, 200, fair+"/draft/simulate"+small), "问完了", "第 1 步 占用场地", "办这件事都需要", "《行政许可法》")
	const large = "?a.size=300&a.stage=true&a.banner=true"
	says(t, author.get(t, 200, fair+"/draft/simulate"+large), "活动安全许可", "因为你回答了：大概来多少人？——300 人", "临时搭建消防检查", "横幅备案")
	says(t, author.get(t, 200, fair+"/draft/simulate?a.size=2000"), "不能办", "改到体育场办")
	for _, one := range []struct {
		base, zh, en string
		answers      []string
	}{
		{"2", "小集市", "A small fair", []string{"a.size", "150", "a.stage", "false", "a.banner", "false"}},
		{"3", "大集市", "A large fair", []string{"a.size", "300", "a.stage", "true", "a.banner", "true"}},
		{"4", "人太多", "Too many", []string{"a.size", "2000"}},
	} {
		says(t, author.post(t, 422, fair+"/draft/simulate", append([]string{"base", one.base}, one.answers...)...), "还没有填写")
		says(t, author.post(t, 200, fair+"/draft/simulate", append([]string{"base", one.base, "name-zh", one.zh, "name-en", one.en}, one.answers...)...), one.zh, "符合")
	}
	says(t, author.get(t, 200, fair+"/draft/tests"), "3 个用例，3 个符合")
	says(t, author.get(t, 200, fair+"/draft/text?file=scenarios.yaml"), "- name: {zh:")
}

func published(t *testing.T, c *city, author, head *browser) {
	says(t, author.get(t, 200, fair+"/draft/diff"), "这是一件新的事", "事项：由 0 变为 4")
	says(t, author.post(t, 422, fair+"/draft/publish", "do", "submit", "starts", "2020-01-01"), "“为什么改”还没有填写", "要写今天以后的日子")
	author.post(t, 422, fair+"/draft/publish", "do", "submit", "reason", "街道办提出") // no step of the life cycle leads to it yet
	says(t, author.submit(t, "街道办提出"), "已提交", "在等第二个人审核", "不改，因为：公布以后再加进全生命周期")
	author.post(t, 403, fair+"/draft/publish", "do", "publish", "head", "5")
	says(t, author.post(t, 409, fair+"/draft/text", "file", "service.yaml", "base", "5", "text", "写到一半"), "写到一半", "已经提交审核")
	says(t, head.get(t, 200, "/studio"), "等审核的", "办一场街区集市")
	says(t, head.post(t, 200, fair+"/draft/publish", "do", "return", "remarks", "请写清依据"), "已退回")
	says(t, author.get(t, 200, fair+"/draft/publish"), "请写清依据")
	author.submit(t, "街道办提出，见会议纪要")
	head.post(t, 409, fair+"/draft/publish", "do", "publish", "head", "4")
	says(t, head.post(t, 200, fair+"/draft/publish", "do", "publish", "head", "5"), "已审核", "街道办提出，见会议纪要", "计安 编写，宁远 审核", "正在用")

	anybody := c.browse(t, "")
	says(t, anybody.get(t, 200, "/life/street-fair"), "办一场街区集市")
	says(t, anybody.get(t, 200, "/search?q="+url.QueryEscape("夜市")), "办一场街区集市")
	same(t, "matters", sorted(c.see(t, "", "/services/street-fair").get("hasPart").each("id")), []string{"banner", "fire", "place", "safety"})
}

func appliedFor(t *testing.T, c *city) string {
	check, _ := c.walk(t, "street-fair", map[string]string{"size": "150", "stage": "false", "banner": "false"})
	draft := c.want(t, 201, "wang", "POST", "/drafts", map[string]any{"checklist": c.checklist(t, check).get("id").text()}).get("id").text()
	c.save(t, "wang", draft, "event", map[string]string{"fair_place": "示范市中心区美食街 12 号"})
	c.attach(t, "wang", draft, "plan")
	return c.submit(t, "wang", draft).get("id").text()
}

func ruleChanged(t *testing.T, c *city, author, head *browser) {
	before := c.see(t, "", "/services/street-fair").get("edition").text()
	author.post(t, 200, fair+"/open")
	text, err := os.ReadFile("testdata/street-fair.yaml")
	if err != nil {
		t.Fatal(err)
	}
	author.post(t, 200, fair+"/draft/text", "file", "service.yaml", "base", "0", "text", strings.Replace(string(text), "when: size >= 200", "when: size >= 100", 1))
	says(t, author.get(t, 200, fair+"/draft/diff"),
		"种结果不同", "事项 活动安全许可 没有 要办", "大概来多少人？——100 人", "matters / safety / when size >= 200 size >= 100", "正在办的 1 件：按申请时的版本办完", "- when: size >= 200", "+ when: size >= 100")
	says(t, author.get(t, 200, fair+"/draft/publish"), "草稿还有要改的地方", "小集市")
	says(t, author.get(t, 200, fair+"/draft/tests"), "3 个用例，2 个符合")
	says(t, author.post(t, 200, fair+"/draft/tests", "do", "accept", "number", "0", "base", "1"), "3 个用例，3 个符合")
	author.submit(t, "人多的标准从严")
	head.post(t, 200, fair+"/draft/publish", "do", "publish", "head", "2")
	if after := c.see(t, "", "/services/street-fair").get("edition").text(); after == before {
		t.Errorf("the edition is still %s", after)
	}
	check, _ := c.walk(t, "street-fair", map[string]string{"size": "150", "stage": "false", "banner": "false"})
	same(t, "matters of somebody new", sorted(check.get("plan", "matters").each("id")), []string{"place", "safety"})
}
