package journey

import (
	"slices"
	"testing"
)

// TestTrouble: a register that is down, a company that may not apply, and requests that are not good.
func TestTrouble(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *city) {
		t.Run("a register is down", func(t *testing.T) { down(t, c) })
		t.Run("a company on the list of irregular ones", func(t *testing.T) {
			check, _ := c.walk(t, "open-a-restaurant", map[string]string{"licence": "abnormal"})
			r := check.get("plan", "refusals").one("id", "irregular")
			if r.get("instead", "zh").text() == "" || r.get("because").all()[0].get("question").text() != "licence" {
				t.Errorf("the refusal is %v", r)
			}
			c.refused(t, 409, "error.draft.not-eligible", "chen@91990100DEM100031M", "POST", "/drafts", map[string]any{"checklist": c.checklist(t, check).get("id").text()})
		})
		t.Run("a check whose questions are open", func(t *testing.T) {
			check := c.want(t, 201, "", "POST", "/checks", map[string]any{"service": "open-a-restaurant", "answers": map[string]string{"licence": "normal"}})
			c.refused(t, 409, "error.draft.open-questions", owner, "POST", "/drafts", map[string]any{"checklist": c.checklist(t, check).get("id").text()})
			c.refused(t, 422, "error.fields", "", "PUT", "/checks/"+check.get("id").text()+"/answers/area", map[string]any{"value": "very large"})
			c.refused(t, 404, "error.service.not-found", "", "POST", "/checks", map[string]any{"service": "nothing"})
			// Nobody's answers are kept when nobody wants them kept.
			c.want(t, 204, "", "DELETE", "/checks/"+check.get("id").text(), nil)
			c.want(t, 404, "", "GET", "/checks/"+check.get("id").text(), nil)
		})
		t.Run("a draft is discarded", func(t *testing.T) {
			check, _ := c.walk(t, "open-a-restaurant", large)
			id := c.want(t, 201, owner, "POST", "/drafts", map[string]any{"checklist": c.checklist(t, check).get("id").text()}).get("id").text()
			c.refused(t, 404, "error.draft.not-found", "li", "DELETE", "/drafts/"+id, nil)
			if !slices.Contains(c.see(t, owner, "/drafts").get("items").each("id"), id) {
				t.Error("the draft is not in her list")
			}
			c.want(t, 204, owner, "DELETE", "/drafts/"+id, nil)
			c.refused(t, 404, "error.draft.not-found", owner, "GET", "/drafts/"+id, nil)
		})
		t.Run("what is beyond one's office", func(t *testing.T) {
			c.refused(t, 403, "denied", "market-head", "PUT", "/desk/registers/population/connection", map[string]any{"down": true})
			c.refused(t, 403, "denied", owner, "PUT", "/desk/registers/population/connection", map[string]any{"down": true})
			c.refused(t, 403, "denied", "gov-service-admin", "GET", "/desk/queue", nil)
		})
	})
}

// down: the register says so, the document is uploaded or follows later, and nothing that was typed is
// lost.
func down(t *testing.T, c *city) {
	change := func(is bool) {
		c.want(t, 204, "gov-service-admin", "PUT", "/desk/registers/health-certificate/connection", map[string]any{"down": is})
	}
	change(true)
	check, _ := c.walk(t, "open-a-restaurant", large)
	id := c.want(t, 201, owner, "POST", "/drafts", map[string]any{"checklist": c.checklist(t, check).get("id").text()}).get("id").text()
	c.save(t, owner, id, "shop", form["shop"])
	path := "/drafts/" + id + "/materials/worker-health"
	p := c.see(t, owner, path)
	same(t, "down, held", [2]bool{p.get("down").yes(), p.get("held").yes()}, [2]bool{true, false})
	c.refused(t, 503, "register.down", owner, "PUT", path, map[string]any{"choice": "use"})
	r := c.want(t, 200, owner, "PUT", path, map[string]any{"choice": "later"})
	m := r.get("materials").one("id", "worker-health")
	if m.get("status").text() != "completed" || m.get("until").text() == "" {
		t.Errorf("the promise is %v", m)
	}
	c.attach(t, owner, id, "worker-health")
	change(false)
	c.use(t, owner, id, "worker-health")
	same(t, "phone", c.see(t, owner, "/drafts/"+id).get("sections").one("id", "shop").get("fields").one("id", "phone").get("value").text(), "13900001234")

	// A register that fills the form in: it is opened all the same, and says what is missing.
	c.want(t, 204, "gov-service-admin", "PUT", "/desk/registers/birth-record/connection", map[string]any{"down": true})
	check, _ = c.walk(t, "newborn", child)
	d := c.want(t, 201, "wang", "POST", "/drafts", map[string]any{"checklist": c.checklist(t, check).get("id").text()})
	same(t, "registers that are down", d.get("registersDown").texts(), []string{"birth-record"})
	same(t, "the hospital", d.get("sections").one("id", "child").get("fields").one("id", "birth_hospital").get("value").text(), "")
	same(t, "her name", d.get("sections").one("id", "parents").get("fields").one("id", "applicant_name").get("value").text(), "王㴋䶮")
	c.want(t, 204, "gov-service-admin", "PUT", "/desk/registers/birth-record/connection", map[string]any{"down": false})
}
