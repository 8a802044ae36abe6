package journey

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// certificates: anybody who has the code of one may verify it, without a token.
func certificates(t *testing.T, c *city) {
	all := c.see(t, owner, "/certificates")
	same(t, "certificates", sorted(all.get("items").each("type")), []string{"fire-opinion", "food-licence", "sign-filing", "tobacco-licence"})
	for _, one := range all.get("items").all() {
		v := c.see(t, "", one.get("verify").text())
		if !v.get("valid").yes() || v.get("status").text() != "in-force" || !v.get("sealed").yes() || v.get("number").text() != one.get("number").text() || v.get("identifier").text() == "" {
			t.Errorf("%s verifies as %s", one.get("type").text(), v.raw)
		}
		same(t, "holder", v.get("holder").text(), "示范市鑫源餐饮有限公司")
		full := c.see(t, owner, one.get("href").text())
		same(t, "number on the certificate", full.get("certificate", "number").text(), one.get("number").text())
		// Nobody else has it in her wallet.
		c.refused(t, 404, "certificate.not-found", "li", "GET", one.get("href").text(), nil)
	}
	c.want(t, 404, "", "GET", "/verify/"+strings.Repeat("a", 26), nil)
	// Page by page it is the same list.
	var paged []string
	for path := "/certificates?limit=3"; path != ""; {
		r := c.see(t, owner, path)
		paged = append(paged, r.get("items").each("id")...)
		if path = r.get("next").text(); path != "" && !strings.Contains(r.header.Get("Link"), `rel="next"`) {
			t.Errorf("the page has no link: %v", r.header)
		}
	}
	same(t, "certificates by pages", paged, all.get("items").each("id"))
}

func ratings(t *testing.T, c *city, id string) {
	r := c.become(t, owner, "/cases/"+id+"/ratings", func(r reply) bool { return r.get("items").one("matter", "food-licence").v != nil })
	invitation := r.get("items").one("matter", "food-licence")
	path := "/ratings/" + invitation.get("token").text()
	c.refused(t, 422, "error.fields", owner, "PUT", path, map[string]any{"level": 6})
	c.refused(t, 404, "error.rating.not-found", "li", "PUT", path, map[string]any{"level": 1})
	c.want(t, 204, owner, "PUT", path, map[string]any{"level": 5, "items": []string{"speed", "guide"}, "text": "办得很快"})
	c.want(t, 204, owner, "PUT", path, map[string]any{"level": 4})
	given := c.see(t, owner, path)
	same(t, "rating", [2]string{given.get("level").text(), given.get("open").text()}, [2]string{"4", "true"})
}

// withdraw: another application, of which one matter is taken back before it is decided.
func withdraw(t *testing.T, c *city) {
	check, _ := c.walk(t, "open-a-restaurant", map[string]string{"licence": "normal", "prepack": "true", "area": "30", "sign": "true", "tobacco": "false"})
	d := c.want(t, 201, owner, "POST", "/drafts", map[string]any{"checklist": c.checklist(t, check).get("id").text()})
	id := d.get("id").text()
	c.save(t, owner, id, "shop", form["shop"])
	c.save(t, owner, id, "packed", map[string]string{"channel": "shop"})
	c.save(t, owner, id, "shop-sign", form["shop-sign"])
	c.use(t, owner, id, "business-licence")
	c.attach(t, owner, id, "sign-picture")
	made := c.submit(t, owner, id)
	caseID := made.get("id").text()
	c.reaches(t, owner, caseID, "approved", "licence-check", "prepack-filing") // both by the system
	c.reaches(t, owner, caseID, "received", "sign-filing")
	c.want(t, 204, owner, "POST", "/cases/"+caseID+"/matters/sign-filing/withdrawal", map[string]any{"reason": "不挂招牌了"})
	r := c.see(t, owner, "/cases/"+caseID)
	same(t, "state", r.get("matters").one("matter", "sign-filing").get("state").text(), "withdrawn")
	if r.get("closed").text() == "" {
		t.Errorf("nothing is left to do and the case is open:\n%s", r.raw)
	}
	c.refused(t, 409, "error.matter.state", "urban-management-1", "POST", "/desk/matters/"+matter(t, made, "sign-filing")+"/acceptance", nil)
	c.refused(t, 409, "error.matter.state", owner, "POST", "/cases/"+caseID+"/matters/prepack-filing/withdrawal", map[string]any{})
}

// others: to everybody else the case does not exist.
func others(t *testing.T, c *city, id string) {
	for _, who := range []string{"li", "wang", "ali@92990100DEM100023P", "liu@" + xinyuan} {
		c.refused(t, 404, "error.case.not-found", who, "GET", "/cases/"+id, nil)
		c.refused(t, 404, "error.case.not-found", who, "GET", "/cases/"+id+"/receipt", nil)
		c.refused(t, 404, "error.case.not-found", who, "POST", "/cases/"+id+"/matters/food-licence/withdrawal", map[string]any{})
	}
	for _, who := range []string{"police-1", "gov-service-admin", "health-head"} {
		c.refused(t, 404, "error.case.not-found", who, "GET", "/desk/cases/"+id, nil)
	}
	c.want(t, 401, "", "GET", "/cases/"+id, nil)
	r, err := c.send("", "GET", "/cases/"+id, nil, "Authorization", "Bearer tbk_"+strings.Repeat("a", 26))
	if err != nil || r.status != 401 || r.get("code").text() != "api.token.unknown" || r.header.Get("WWW-Authenticate") == "" {
		t.Errorf("an unknown token = %d %v\n%s", r.status, err, r.raw)
	}
}

// whoLooked: every view of the staff is in her record, with its case, once for each time.
func whoLooked(t *testing.T, c *city, looked *views, id string) {
	got := map[string]int{}
	refused := 0
	for path := "/me/data?who=officer&limit=100"; path != ""; {
		r := c.see(t, owner, path)
		for _, e := range r.get("items").all() {
			if e.get("case").text() == "" || e.get("name").text() == "" || e.get("purpose").text() == "" || len(e.get("basis").all()) == 0 {
				t.Errorf("an entry does not say for which case, by whom, why or on what basis: %v", e)
			}
			switch {
			case e.get("outcome").text() != "done":
				refused++
			case e.get("action").text() == "case.read":
				got[e.get("body", "id").text()+" "+e.get("case").text()]++
			}
		}
		path = r.get("next").text()
	}
	for view, n := range looked.seen {
		if got[view] != n {
			t.Errorf("views of %q: %d in the record, %d were made", view, got[view], n)
		}
	}
	for view := range got {
		if looked.seen[view] == 0 {
			t.Errorf("the record tells of a view of %q that nobody made", view)
		}
	}
	if refused < 3 { // the three officers who have no business with the case
		t.Errorf("%d refused attempts are in the record", refused)
	}
	used := c.see(t, owner, "/me/data?who=system&limit=100")
	if !strings.Contains(fmt.Sprint(used.get("items").each("action")), "register.read") {
		t.Errorf("that the system asked registers is not in the record:\n%s", used.raw)
	}
	// The record is hers: an officer has none, and Li sees nothing of the company's.
	c.refused(t, 403, "denied", "market-1", "GET", "/me/data", nil)
	for _, e := range c.see(t, "li", "/me/data").get("items").all() {
		if e.get("case").text() == id {
			t.Errorf("Li sees %v", e)
		}
	}
}

// receipts: what was handed out is checked by the program alone, and every change of it is found.
func receipts(t *testing.T, c *city, id string) {
	entry := ""
	for _, e := range c.see(t, owner, "/me/data?who=officer&case="+url.QueryEscape(id)+"&limit=100").get("items").all() {
		if e.get("action").text() == "case.read" && e.get("outcome").text() == "done" {
			entry = e.get("receipt").text()
		}
	}
	if entry == "" {
		t.Fatal("no view of an officer is in the record")
	}
	for name, path := range map[string]string{"submission": "/cases/" + id + "/receipt", "view": entry} {
		r := c.see(t, owner, path)
		file := filepath.Join(t.TempDir(), name+".json")
		check := func(content []byte) (int, string) {
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			return c.run(t, "verify", "--receipt", file, "--data", c.data)
		}
		if code, out := check(r.raw); code != 0 {
			t.Errorf("receipt of the %s: exit code %d\n%s", name, code, out)
		}
		altered := append([]byte{}, r.raw...)
		at := strings.Index(string(altered), `"subject": "9`) + len(`"subject": "9`)
		if at < 20 {
			at = len(altered) / 2
		}
		altered[at] ^= 1
		if code, out := check(altered); code != 1 {
			t.Errorf("an altered receipt of the %s: exit code %d\n%s", name, code, out)
		}
	}
}
