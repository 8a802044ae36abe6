package interchange_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
	"tongban/internal/service/interchange"
	"tongban/internal/service/jurisdiction"
)

const checkTable = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="n" namespace="x">
<decision id="structure" name="Structure"><decisionTable id="t" hitPolicy="FIRST">
<input id="i1" label="What changes"><inputExpression typeRef="string"><text>what</text></inputExpression></input>
<input id="i2" label="Height"><inputExpression typeRef="number"><text>Sign height</text></inputExpression></input>
<output id="o1" name="material.structure-note"/>
<rule id="r1"><inputEntry id="e1"><text>"size"</text></inputEntry><inputEntry id="e2"><text>&gt; 3</text></inputEntry><outputEntry id="e3"><text>true</text></outputEntry></rule>
<rule id="r2"><inputEntry id="e4"><text>-</text></inputEntry><inputEntry id="e5"><text>-</text></inputEntry><outputEntry id="e6"><text>false</text></outputEntry></rule>
</decisionTable></decision></definitions>`

// A decision table becomes the condition of the part that its output names, and the service is as it was when
// the table says what the service said.
func TestTables(t *testing.T) {
	t.Parallel()
	city := shifan()
	e := city.Services["sign-change"]
	names := map[string]string{"Sign height": "height"}
	load := func(draft *interchange.Draft) *jurisdiction.Entry {
		t.Helper()
		files, err := draft.Files()
		if err != nil {
			t.Fatal(err)
		}
		again, complaints := jurisdiction.Load(over{os.DirFS(cityDir), files}, "shifan")
		if again == nil {
			t.Fatal(complaints)
		}
		return again.Services["sign-change"]
	}
	c, draft := interchange.Tables(e, []byte(checkTable), names)
	if len(c.Problems) > 0 || draft == nil || c.Outcomes[0].In != "material.structure-note" || c.Outcomes[1].In != "" {
		t.Fatalf("%+v", c)
	}
	if got := load(draft).Edition; got != e.Edition {
		t.Errorf("the same condition gives the edition %s, want %s", got, e.Edition)
	}
	c, draft = interchange.Tables(e, []byte(strings.Replace(checkTable, "&gt; 3", "[4..8]", 1)), names)
	if draft == nil {
		t.Fatalf("%+v", c.Problems)
	}
	for _, m := range load(draft).Service.Materials {
		if want := `what == "size" && (height >= 4 && height <= 8)`; m.ID == "structure-note" && m.When != want {
			t.Errorf("the condition is %s, want %s", m.When, want)
		}
	}
	for _, m := range e.Service.Materials {
		if m.ID == "structure-note" && strings.Contains(m.When, "4") {
			t.Error("the catalogue itself was changed")
		}
	}
	if c, draft = interchange.Tables(e, []byte(checkTable), nil); draft != nil || len(c.Problems) != 1 || !strings.Contains(c.Problems[0].String(), `there is no question "Sign height"; say with --question-map`) {
		t.Errorf("an input without a question: %+v", c)
	}
	if c, draft = interchange.Tables(e, []byte(strings.Replace(checkTable, "structure-note", "none", 1)), names); draft != nil || len(c.Outcomes) != 2 || c.Outcomes[0].In != "" {
		t.Errorf("an output that names nothing: %+v", c)
	}
	at := strings.Index(checkTable, "<decision ")
	twice := strings.Replace(checkTable, "</definitions>", strings.NewReplacer(`id="structure"`, `id="again"`, "</definitions>", "").Replace(checkTable[at:])+"</definitions>", 1)
	if c, draft = interchange.Tables(e, []byte(twice), names); draft != nil || len(c.Problems) != 1 || !strings.Contains(c.Problems[0].String(), "decision again, column material.structure-note: material.structure-note is decided by two tables") {
		t.Errorf("two tables for one condition: %+v", c)
	}
	byID := strings.NewReplacer(`name="material.structure-note"`, `name="matter"`, "<text>true</text>", `<text>"change"</text>`, "<text>false</text>", `<text>"removal"</text>`).Replace(checkTable)
	if c, draft = interchange.Tables(e, []byte(byID), names); draft == nil || c.Outcomes[0].In != "matter.change" || c.Outcomes[1].In != "matter.removal" {
		t.Errorf("an output whose values are ids: %+v", c)
	}
}

// The conditions of every shipped service go out as tables and come back meaning the same: nobody is treated
// differently.
func TestTablesComeBack(t *testing.T) {
	t.Parallel()
	city := shifan()
	tables := 0
	for _, id := range city.ServiceIDs() {
		e := city.Services[id]
		var b bytes.Buffer
		if problems := interchange.WriteTables(&b, e); problems != nil {
			t.Errorf("%s: %v", id, problems)
			continue
		}
		tables += strings.Count(b.String(), "<decision ")
		if !strings.Contains(b.String(), "<decision ") {
			continue
		}
		c, draft := interchange.Tables(e, b.Bytes(), nil)
		if draft == nil {
			t.Errorf("%s: %v", id, c.Problems)
			continue
		}
		files, err := draft.Files()
		if err != nil {
			t.Fatal(err)
		}
		def, _, complaints := strictyaml.Read[catalogue.Service](id, files["services/"+id+"/service.yaml"], nil)
		g, problems := guide.Compile(def)
		if g == nil {
			t.Errorf("%s: %v %v", id, complaints, problems)
			continue
		}
		if changed := guide.Compare(e.Guide, g); len(changed.Differences) > 0 {
			t.Errorf("%s: %+v", id, changed.Differences)
		}
	}
	if tables < 300 {
		t.Errorf("only %d tables went out", tables)
	}
}
