package editor_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tongban/internal/security/identity"
	"tongban/internal/service/studio"
	"tongban/internal/testkit/rig"
	"tongban/internal/web/ui/uitest"
)

const draft = "/studio/services/open-a-restaurant/draft"

// desk is a browser at which somebody has signed in.
type desk struct {
	*rig.Rig
	cookie string
	actor  identity.Actor
	lang   string
}

func sit(r *rig.Rig, login string) desk {
	r.T.Helper()
	s := rig.Must(r.Identity.SignIn(r.Ctx(), login, rig.Password, "192.0.2.1"))(r)
	return desk{r, s.Cookie, r.As(login), "zh"}
}

func (d desk) send(req *http.Request) *httptest.ResponseRecorder {
	req.AddCookie(&http.Cookie{Name: "session", Value: d.cookie})
	req.AddCookie(&http.Cookie{Name: "tb_lang", Value: d.lang})
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, req)
	return w
}

func (d desk) get(path string) *httptest.ResponseRecorder {
	return d.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (d desk) post(path string, form url.Values) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return d.send(req)
}

// begin opens a draft of the restaurant.
func (d desk) begin() studio.Draft {
	d.T.Helper()
	return rig.Must(d.Studio.Open(d.Ctx(), d.actor, "open-a-restaurant"))(d.Rig)
}

// text is the newest text of the draft.
func (d desk) text(id string) string {
	d.T.Helper()
	now := rig.Must(d.Studio.Find(d.Ctx(), d.actor, id))(d.Rig)
	return rig.Must(d.Studio.Text(d.Ctx(), d.actor, id, now.Head))(d.Rig).Service
}

// changed are the lines of a text that are not those of another.
func changed(before, after string) (gone, come []string) {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	for _, l := range a {
		if !slices.Contains(b, l) {
			gone = append(gone, l)
		}
	}
	for _, l := range b {
		if !slices.Contains(a, l) {
			come = append(come, l)
		}
	}
	return gone, come
}

// controls are the values of a form as the browser would send it untouched.
func controls(page string) url.Values {
	v := url.Values{}
	_, page, _ = strings.Cut(page, `class="gp-editor__form"`)
	page, _, _ = strings.Cut(page, "</form>")
	for _, m := range regexp.MustCompile(`(?s)<input([^>]*)>`).FindAllStringSubmatch(page, -1) {
		kind, name := attribute(m[1], "type"), attribute(m[1], "name")
		if (kind == "checkbox" || kind == "radio") && !strings.Contains(m[1], " checked") {
			continue
		}
		v.Add(name, attribute(m[1], "value"))
	}
	for _, m := range regexp.MustCompile(`(?s)<textarea([^>]*)>(.*?)</textarea>`).FindAllStringSubmatch(page, -1) {
		v.Add(attribute(m[1], "name"), html.UnescapeString(m[2]))
	}
	for _, m := range regexp.MustCompile(`(?s)<select([^>]*)>(.*?)</select>`).FindAllStringSubmatch(page, -1) {
		chosen := regexp.MustCompile(`<option([^>]*) selected`).FindStringSubmatch(m[2])
		if chosen != nil {
			v.Add(attribute(m[1], "name"), attribute(chosen[1], "value"))
		} else {
			v.Add(attribute(m[1], "name"), "")
		}
	}
	return v
}

func attribute(tag, name string) string {
	m := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

// TestEveryPageOfADraft follows every link below a draft. Every page is sound, and every form on it, saved as
// it stands, changes nothing.
func TestEveryPageOfADraft(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	d := sit(r, "gov-service-editor")
	was := d.text(d.begin().ID)
	seen, queue := map[string]bool{draft: true}, []string{draft}
	mine := regexp.MustCompile(`href="(` + draft + `(?:/edit|/add|/condition|/event|/questions|\?)[^"]*)"`)
	forms := 0
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		d.lang = []string{"zh", "en"}[len(seen)%2]
		w := d.get(path)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", path, w.Code)
		}
		page := w.Body.String()
		for _, problem := range uitest.Problems(page) {
			t.Errorf("%s: %s", path, problem)
		}
		for _, m := range mine.FindAllStringSubmatch(page, -1) {
			if to := html.UnescapeString(m[1]); !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
		at, _, _ := strings.Cut(strings.TrimPrefix(path, draft), "?")
		if at == "" || at == "/edit" || at == "/condition" {
			if form := controls(page); form.Has("at") {
				if at == "" {
					at = "/edit"
				}
				forms++
				if w := d.post(draft+at, form); w.Code != http.StatusSeeOther {
					t.Errorf("%s: saved as it is: status %d", path, w.Code)
				}
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	if got := d.text(d.begin().ID); got != was {
		gone, come := changed(was, got)
		t.Errorf("saving forms as they are changed %q to %q", gone, come)
	}
	if len(seen) < 200 || forms < 150 {
		t.Errorf("saw %d pages and saved %d forms", len(seen), forms)
	}
}

func TestAFormChangesItsLineOnly(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	d := sit(r, "gov-service-editor")
	dr := d.begin()
	was := d.text(dr.ID)
	form := controls(d.get(draft + "/edit?at=matters/food-licence&part=limits").Body.String())
	form.Set("promised.n", "8")
	if w := d.post(draft+"/edit", form); w.Code != http.StatusSeeOther {
		t.Fatalf("status %d", w.Code)
	}
	form.Set("promised.n", "30")
	form.Set("base", "1")
	if w := d.post(draft+"/edit", form); w.Code != http.StatusSeeOther {
		t.Fatalf("status %d", w.Code)
	}
	// Longer than the law allows: the check says so, by the names of the form, and leads there.
	body := d.get(draft).Body.String()
	if !strings.Contains(body, "食品经营许可（新办） › 承诺时限") {
		t.Error("the check does not call the place by its name")
	}
	if to := regexp.MustCompile(draft + `/at\?line=[^"]+`).FindString(body); to == "" {
		t.Error("the check leads nowhere")
	} else if w := d.get(html.UnescapeString(to)); !strings.Contains(w.Header().Get("Location"), "matters%2Ffood-licence&part=limits") {
		t.Errorf("the check leads to %q", w.Header().Get("Location"))
	}
	gone, come := changed(was, d.text(dr.ID))
	if len(gone) != 1 || len(come) != 1 || strings.Replace(gone[0], "n: 10", "n: 30", 1) != come[0] {
		t.Errorf("%q became %q", gone, come)
	}
}

func TestWhatWasTypedWronglyIsShownAgain(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	d := sit(r, "gov-service-editor")
	dr := d.begin()
	was := d.text(dr.ID)
	form := controls(d.get(draft + "/edit?at=matters/food-licence&part=limits").Body.String())
	form.Set("promised.n", "十天")
	form.Set("promised.cite.source.zh", "我写了很久的话")
	w := d.post(draft+"/edit", form)
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="十天"`) || !strings.Contains(body, "我写了很久的话") || !strings.Contains(body, `href="#f-promised-n"`) {
		t.Errorf("status %d, or what was typed is lost", w.Code)
	} else {
		uitest.Check(t, body)
	}
	if d.text(dr.ID) != was {
		t.Error("a refused form was saved")
	}
}

// TestTwoEditorsLoseNothing: both opened the same form before either saved.
func TestTwoEditorsLoseNothing(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	one, two := sit(r, "gov-service-editor"), sit(r, "gov-service-editor-2")
	dr := one.begin()
	a := controls(one.get(draft + "/edit?at=matters/food-licence&part=limits").Body.String())
	b := controls(two.get(draft + "/edit?at=materials/layout").Body.String())
	a.Set("promised.n", "7")
	b.Set("name.zh", "设备布局图")
	for i, w := range []*httptest.ResponseRecorder{one.post(draft+"/edit", a), two.post(draft+"/edit", b)} {
		if w.Code != http.StatusSeeOther {
			t.Fatalf("editor %d: status %d", i+1, w.Code)
		}
	}
	if text := one.text(dr.ID); !strings.Contains(text, "promised: {n: 7,") || !strings.Contains(text, "设备布局图") {
		t.Error("one of two savings is lost")
	}
}

func TestATableWritesTheCondition(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	d := sit(r, "gov-service-editor")
	dr := d.begin()
	at := draft + "/condition?at=matters/fire-check/when"
	form := controls(d.get(at).Body.String())
	if form.Get("r0.area") != "≥ 50" || form.Get("r0.public") != "true" {
		t.Fatalf("the row is %v", form)
	}
	t.Run("a new row keeps what was typed", func(t *testing.T) {
		form.Set("r0.area", "≥ 60")
		form.Set("do", "add")
		w := d.post(draft+"/condition", form)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "≥ 60") || !strings.Contains(w.Body.String(), `name="r1.area"`) {
			t.Errorf("status %d", w.Code)
		}
		form.Del("do")
	})
	t.Run("a cell that cannot be read is said at the cell", func(t *testing.T) {
		form.Set("r0.area", "很大")
		w := d.post(draft+"/condition", form)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="很大"`) {
			t.Errorf("status %d", w.Code)
		}
		uitest.Check(t, w.Body.String())
	})
	t.Run("rows that are never so are refused", func(t *testing.T) {
		form.Set("r0.area", "≥ 60")
		form.Set("rows", "1")
		bad := url.Values{}
		for k, v := range form {
			bad[k] = v
		}
		bad.Set("r0.area", "999999")
		bad.Set("r0.today", "")
		if w := d.post(draft+"/condition", bad); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("status %d", w.Code)
		}
	})
	t.Run("two rows are joined by or", func(t *testing.T) {
		form.Set("rows", "2")
		form.Set("r0.area", "≥ 60")
		form.Set("r1.tobacco", "true")
		if w := d.post(draft+"/condition", form); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d", w.Code)
		}
		if text := d.text(dr.ID); !strings.Contains(text, "    when: tobacco || (area >= 60 && public)\n") {
			t.Error("the condition was not written")
		}
	})
}

// TestWhereANewThingLeads: to its condition as a table when that was left empty, or to the next one.
func TestWhereANewThingLeads(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	d := sit(r, "gov-service-editor")
	d.begin()
	for _, add := range []struct{ id, when, do, want string }{
		{"too-large", "", "", draft + "/condition?at=refusals%2Ftoo-large%2Fwhen"},
		{"very-large", "area > 5000", "", draft + "?part=questions"},
		{"larger-still", "area > 9000", "another", draft + "/add?part=questions&to=refusals"},
	} {
		form := controls(d.get(draft + "/add?to=refusals").Body.String())
		form.Set("id", add.id)
		form.Set("when", add.when)
		form.Set("do", add.do)
		w := d.post(draft+"/add", form)
		if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != add.want {
			t.Errorf("added with the condition %q: status %d, leads to %s, want %s", add.when, w.Code, got, add.want)
		}
	}
}

func TestAListIsChangedByButtons(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	d := sit(r, "gov-service-editor")
	dr := d.begin()
	if w := d.get(draft + "/remove?at=questions/tobacco"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "这些地方还用到它") {
		t.Errorf("remove: status %d, or it does not say what speaks of it", w.Code)
	} else {
		uitest.Check(t, w.Body.String())
	}
	base := func() string { return controls(d.get(draft + "/edit?at=refusals/ended").Body.String()).Get("base") }
	if w := d.post(draft+"/move", url.Values{"base": {base()}, "at": {"refusals/ended"}, "place": {"0"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("move: status %d", w.Code)
	}
	if w := d.post(draft+"/remove", url.Values{"base": {base()}, "at": {"refusals/irregular"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("remove: status %d", w.Code)
	}
	form := controls(d.get(draft + "/add?to=refusals").Body.String())
	form.Set("when", "area > 5000")
	form.Set("text.zh", "太大，要另外办。")
	w := d.post(draft+"/add", form)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("add: status %d", w.Code)
	}
	text := d.text(dr.ID)
	_, text, _ = strings.Cut(text, "\nrefusals:\n")
	text, _, _ = strings.Cut(text, "\nmatters:\n")
	ids := regexp.MustCompile(`- id: (\S+)`).FindAllStringSubmatch(text, -1)
	var names []string
	for _, m := range ids {
		names = append(names, m[1])
	}
	if !slices.Equal(names, []string{"ended", "no-licence", "refusal-3"}) {
		t.Errorf("the refusals are %v", names)
	}
	if w := d.get(draft + "/questions"); !strings.Contains(w.Body.String(), "太大，要另外办。") {
		t.Error("the new refusal is in no table")
	}
}

func TestATextThatIsNoYAMLIsKeptAndPointedAt(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	d := sit(r, "gov-service-editor")
	dr := d.begin()
	broken := strings.Replace(d.text(dr.ID), "name: {zh: 开办餐饮店,", "name: {zh: 开办餐饮店, [", 1)
	rig.Must(r.Studio.Save(r.Ctx(), d.actor, dr.ID, 0, studio.ServiceFile, broken))(r)
	for _, path := range []string{draft, draft + "/event", draft + "/questions", draft + "/edit?at=questions/area"} {
		w := d.get(path)
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, draft+"/text") || !strings.Contains(body, "第 5 行") {
			t.Errorf("%s: status %d, or it does not lead to the line: %v", path, w.Code, regexp.MustCompile(`第 \d+ 行`).FindAllString(body, -1))
		} else {
			uitest.Check(t, body)
		}
	}
	if d.text(dr.ID) != broken {
		t.Error("the text was not kept")
	}
}

// TestASubmittedDraftCanOnlyBeLookedAt: while somebody reviews it, no form offers to save.
func TestASubmittedDraftCanOnlyBeLookedAt(t *testing.T) {
	t.Parallel()
	r := rig.SQLite(t)
	d := sit(r, "gov-service-editor")
	dr := d.begin()
	form := controls(d.get(draft + "/edit?at=questions/area").Body.String())
	form.Set("text.zh", "店面多大？")
	if w := d.post(draft+"/edit", form); w.Code != http.StatusSeeOther {
		t.Fatalf("status %d", w.Code)
	}
	r.OK(r.Studio.Submit(r.Ctx(), d.actor, dr.ID, studio.Proposal{Reason: "问得更短"}))
	if body := d.get(draft + "/edit?at=questions/area").Body.String(); strings.Contains(body, "保存草稿") || !strings.Contains(body, "现在只能看") {
		t.Error("the form still offers to save")
	}
	if w := d.post(draft+"/edit", form); w.Code != http.StatusConflict {
		t.Errorf("saved while it is reviewed: status %d", w.Code)
	}
}
