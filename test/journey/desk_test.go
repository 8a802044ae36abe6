package journey

import (
	"sync"
	"testing"
)

// TestDesk: what the first journey does not need: handing over, more time, not accepting, and two
// officers at once.
func TestDesk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		made := c.submit(t, owner, c.ready(t))
		id := made.get("id").text()
		c.reaches(t, owner, id, "received", "food-licence", "sign-filing", "fire-check", "tobacco-licence")
		t.Run("a matter is handed over and given more time", func(t *testing.T) {
			m := matter(t, made, "food-licence")
			c.act(t, "market-1", m, "claim", nil)
			c.refused(t, 403, "denied", "market-2", "POST", "/desk/matters/"+m+"/handover", map[string]any{"to": "o_market-2", "note": "给我"})
			c.act(t, "market-1", m, "handover", map[string]any{"to": "o_market-2", "note": "休假，请接着办"})
			same(t, "whose it is", c.see(t, "market-2", "/desk/queue?officer=me").get("items").each("id"), []string{m})
			c.act(t, "market-2", m, "acceptance", nil)
			before := c.see(t, owner, "/cases/"+id).get("matters").one("matter", "food-licence")
			c.refused(t, 409, "error.matter.no-extension-asked", "market-head", "POST", "/desk/matters/"+m+"/extension/approval", nil)
			c.act(t, "market-2", m, "extension", map[string]any{"reason": "等待外地的检验报告"})
			c.refused(t, 403, "denied", "market-2", "POST", "/desk/matters/"+m+"/extension/approval", nil)
			c.refused(t, 403, "denied", "market-2", "POST", "/desk/matters/"+m+"/extension/refusal", map[string]any{"reason": "不必"})
			c.act(t, "market-head", m, "extension/refusal", map[string]any{"reason": "请写明哪一天出报告"})
			turned := c.see(t, "market-2", "/desk/cases/"+id).get("matters").one("matter", "food-licence").get("extension")
			same(t, "why not", turned.get("refusal").text(), "请写明哪一天出报告")
			c.act(t, "market-2", m, "extension", map[string]any{"reason": "等待外地的检验报告"})
			c.act(t, "market-head", m, "extension/approval", nil)
			after := c.see(t, owner, "/cases/"+id).get("matters").one("matter", "food-licence")
			if after.get("due").text() <= before.get("due").text() || after.get("clock", "extended").text() != "10" || after.get("extension", "reason").text() != "等待外地的检验报告" {
				t.Errorf("due %s before and %s after; the extension is %v", before.get("due").text(), after.get("due").text(), after.get("extension"))
			}
			c.refused(t, 409, "error.matter.extended-once", "market-2", "POST", "/desk/matters/"+m+"/extension", map[string]any{"reason": "再延"})
		})
		t.Run("a matter is not accepted", func(t *testing.T) {
			m := matter(t, made, "sign-filing")
			r := c.refused(t, 422, "error.fields", "urban-management-1", "POST", "/desk/matters/"+m+"/refusal-to-accept", map[string]any{"reasons": "不归我们管", "provisions": []string{}})
			same(t, "what is missing", r.get("errors").each("pointer"), []string{"#/provisions"})
			c.act(t, "urban-management-1", m, "refusal-to-accept", map[string]any{"reasons": "招牌在室内，不用备案。", "provisions": []string{"licence-law.32"}})
			declined := c.see(t, owner, "/cases/"+id).get("matters").one("matter", "sign-filing")
			same(t, "state and reasons", [2]string{declined.get("state").text(), declined.get("decision", "reasons").text()}, [2]string{"declined", "招牌在室内，不用备案。"})
			same(t, "what she can do", declined.get("can").texts(), []string{"again"})
		})
		t.Run("two officers decide at once", func(t *testing.T) {
			m := matter(t, made, "fire-check")
			c.act(t, "fire-1", m, "acceptance", nil)
			c.as("fire-2")
			got := make([]reply, 2)
			wrong := make([]error, 2)
			var both sync.WaitGroup
			for i, who := range []string{"fire-1", "fire-2"} {
				both.Go(func() {
					got[i], wrong[i] = c.send(who, "POST", "/desk/matters/"+m+"/decision", approve("承诺书完整。"))
				})
			}
			both.Wait()
			done := 0
			for i, r := range got {
				switch {
				case wrong[i] != nil:
					t.Error(wrong[i])
				case r.status == 204:
					done++
				case r.status != 409:
					t.Errorf("the answer is %d\n%s", r.status, r.raw)
				}
			}
			same(t, "decisions", done, 1)
			c.reaches(t, owner, id, "approved", "fire-check")
			same(t, "certificates", c.see(t, owner, "/certificates").get("items").each("type"), []string{"fire-opinion"})
		})
		t.Run("the queue is paged by the legal time that is left", func(t *testing.T) {
			counts := c.see(t, "tobacco-1", "/desk/counts")
			same(t, "counts", [2]string{counts.get("free").text(), counts.get("states", "received").text()}, [2]string{"1", "1"})
			for range 2 { // two more for the tobacco administration
				c.submit(t, owner, c.ready(t))
			}
			all := c.become(t, "tobacco-1", "/desk/queue", func(r reply) bool { return len(r.get("items").all()) == 3 }).get("items").each("id")
			var paged []string
			for path := "/desk/queue?limit=2"; path != ""; {
				r := c.see(t, "tobacco-1", path)
				paged = append(paged, r.get("items").each("id")...)
				path = r.get("next").text()
			}
			same(t, "the queue by pages", paged, all)
		})
	})
}
