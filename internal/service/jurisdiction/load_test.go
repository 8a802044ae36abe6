package jurisdiction

import (
	"maps"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/law"
	"tongban/internal/security/org"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
)

// shippedCity loads the shipped city once for all tests that only look at it.
var shippedCity = sync.OnceValues(func() (*City, []Complaint) { return Load(os.DirFS(shipped), "") })

func city(t *testing.T) *City {
	t.Helper()
	c, cs := shippedCity()
	if c == nil {
		t.Fatalf("the shipped city does not load:\n%s", lines(cs))
	}
	return c
}

func with(files fstest.MapFS, name, text string) fstest.MapFS {
	changed := maps.Clone(files)
	changed[name] = &fstest.MapFile{Data: []byte(text)}
	return changed
}

func without(files fstest.MapFS, name string) fstest.MapFS {
	changed := maps.Clone(files)
	delete(changed, name)
	return changed
}

func TestFiles(t *testing.T) {
	files := copyOf(t, shipped)
	for _, tt := range []struct {
		name  string
		files fstest.MapFS
		want  []string
	}{
		{"a misspelt file", with(files, "services/newborn/scenario.yaml", "[]"),
			[]string{`shifan/services/newborn/scenario.yaml:1:1: this kind of file is not known; did you mean "scenarios.yaml"?`}},
		{"a file of the wrong kind", with(files, "policies/notes.txt", "x"),
			[]string{`shifan/policies/notes.txt:1:1: this kind of file is not known; the files are: *.cedar`}},
		{"a file in no folder", with(files, "misc/a.yaml", "a: b"),
			[]string{`shifan/misc/a.yaml:1:1: this kind of file is not known; take it out, or put it into law/, organisations/, calendars/, services/<id>/, certificates/, registers/, policies/, people/ or lifecycle/`}},
		{"notes and hidden files do not count", with(with(files, "README.md", "x"), ".hidden/a.txt", "x"), nil},
		{"no purposes", without(files, "purposes.yaml"), []string{`shifan/purposes.yaml:1:1: the file is missing; write it`}},
		{"a purpose that the platform states and nobody names", with(with(files,
			"purposes.yaml", strings.Replace(string(files["purposes.yaml"].Data), "- id: verification", "- id: viewing", 1)),
			"policies/registers.cedar", strings.Replace(string(files["policies/registers.cedar"].Data), `@purpose("verification")`, `@purpose("viewing")`, 1)),
			[]string{`shifan/purposes.yaml:1:1: the purpose "verification" is missing, which the platform itself states; add it`}},
		{"no stages", without(files, "stages.yaml"), []string{
			`shifan/services/newborn/service.yaml:11:8: there is no stage "birth"; there are no stages here`,
			`shifan/services/open-a-restaurant/service.yaml:10:8: there is no stage "entry"; there are no stages here`,
			`shifan/services/start-a-business/service.yaml:10:8: there is no stage "entry"; there are no stages here`,
			`shifan/stages.yaml:1:1: the file is missing; write it`,
		}},
		{"no scenarios", without(files, "services/newborn/scenarios.yaml"),
			[]string{`shifan/services/newborn/service.yaml:4:1: the service has no scenarios; add scenarios.yaml beside it: at least one person's answers and what must come out`}},
		{"a folder of another name", func() fstest.MapFS {
			moved := without(without(files, "services/newborn/service.yaml"), "services/newborn/scenarios.yaml")
			moved["services/birth/service.yaml"] = files["services/newborn/service.yaml"]
			moved["services/birth/scenarios.yaml"] = files["services/newborn/scenarios.yaml"]
			return moved
		}(), []string{`shifan/services/birth/service.yaml:4:5: the service is called "newborn" and its folder "birth"; make them agree`}},
		{"purposes that the policies do not know", with(files, "purposes.yaml",
			"- {id: own, name: {zh: 查自己的, en: Own data}, cite: {provision: privacy-law.45, certainty: V}}\n"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, cs := Load(tt.files, "shifan")
			if tt.name == "purposes that the policies do not know" {
				if c != nil || len(cs) == 0 || !strings.Contains(cs[0].What.EN, "there is no purpose") {
					t.Errorf("policies with unknown purposes load: %v", cs)
				}
				return
			}
			var got []string
			for _, x := range cs {
				if !x.Warning {
					got = append(got, x.String())
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("complaints differ (-want +got):\n%s", d)
			}
		})
	}
}

func TestEmptyFolder(t *testing.T) {
	c, cs := Load(fstest.MapFS{}, "")
	if c != nil || len(cs) < 2 {
		t.Errorf("an empty folder gives %v, %v", c, cs)
	}
	if c, cs := Load(os.DirFS("testdata/nowhere"), "nowhere"); c != nil || len(cs) == 0 {
		t.Errorf("a folder that does not exist gives %v, %v", c, cs)
	}
}

// Mistakes in several files are told at once, in the order of the files.
func TestAllAtOnce(t *testing.T) {
	files := copyOf(t, shipped)
	change := func(name, old, new string) {
		text := string(files[name].Data)
		if strings.Count(text, old) != 1 {
			t.Fatalf("%s does not contain %q once", name, old)
		}
		files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
	}
	change(restaurant, "lead: market", "lead: markt")
	change(restaurant, "    when: area >= 50 && public\n    why", "    when: aera >= 50 && public\n    why")
	change(newborn, "stage: birth", "stage: brith")
	change("law/fire-law.yaml", "certainty: V\n", "certainty: W\n")
	change("people/people.yaml", "    born: 1990-06-15", "    born: 1990-06-16")
	_, cs := Load(files, "")
	var got []string
	for _, c := range cs {
		if !c.Warning {
			got = append(got, c.File+" "+c.What.EN)
		}
	}
	want := []string{
		`law/fire-law.yaml certainty cannot be "W"`,
		`people/people.yaml the day of birth 1990-06-16 disagrees with the identity number`,
		`services/newborn/service.yaml there is no stage "brith"`,
		`services/open-a-restaurant/service.yaml there is no body "markt"`,
		`services/open-a-restaurant/service.yaml nothing is called aera`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("complaints differ (-want +got):\n%s", d)
	}
}

func TestCity(t *testing.T) {
	c := city(t)
	if got, want := c.Law.Cite("licence-law.42", lang.ZH), "《行政许可法》第四十二条"; got != want {
		t.Errorf("Cite() = %s, want %s", got, want)
	}
	e, ok := c.Service("open-a-restaurant")
	if !ok {
		t.Fatal("the restaurant is not there")
	}
	p := e.Guide.Plan(guide.Answers{"licence": "normal", "prepack": "true", "area": "30", "sign": "false", "tobacco": "false"})
	var matters []string
	for _, m := range p.Matters {
		matters = append(matters, m.Matter.ID)
	}
	if d := cmp.Diff([]string{"licence-check", "prepack-filing"}, matters); d != "" {
		t.Errorf("the plan differs (-want +got):\n%s", d)
	}
	// The body's code, city level, and the basic code: 31 characters.
	if got, want := c.TaskCode(e.Service.Matters[1]), "11990100DEM000014J"+"3"+"990131002001"; got != want {
		t.Errorf("TaskCode() = %s, want %s", got, want)
	}
	if s, ok := c.Stage("birth"); !ok || s.Name.ZH != "出生" {
		t.Errorf("Stage() = %+v, %v", s, ok)
	}
	if len(c.People.People) == 0 || len(c.People.Businesses) == 0 || len(c.People.Records) == 0 {
		t.Error("the demonstration people are missing")
	}
	if working, provisional := c.Calendar.Working("2026-02-14"); !working || provisional {
		t.Error("the Saturday before Spring Festival 2026 is a make-up working day")
	}
}

// 2026 and 2025 are there; 2027 is not published yet.
// A synonym that leads nowhere is told, and does not stop the city: the service may come tomorrow.
func TestSynonyms(t *testing.T) {
	c, cs := Load(with(copyOf(t, shipped), "synonyms.yaml", "- {words: [饭馆], means: 餐饮店}\n- {words: [移民], means: 火星}\n- {words: [我想]}\n"), "")
	if c == nil || len(c.Synonyms) != 3 || c.Synonyms[0].Means != "餐饮店" {
		t.Fatalf("synonyms do not load: %v", cs)
	}
	var got []string
	for _, w := range cs {
		if w.File == "synonyms.yaml" {
			got = append(got, w.String())
		}
	}
	want := []string{`synonyms.yaml:2:24: warning: no service, matter or body says "火星"; write a word of the catalogue, or wait for the service`}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("warnings differ (-want +got):\n%s", d)
	}
}

func TestWarnings(t *testing.T) {
	c := city(t)
	for today, want := range map[deadline.Day][]string{
		"2025-03-03": nil,
		"2026-11-24": {"calendars/2027.yaml:1:1: warning: there is no calendar of 2027: all due dates in that year are provisional; " +
			"add calendars/2027.yaml once the notice of the State Council is published"},
	} {
		var got []string
		for _, w := range c.Warnings(today) {
			got = append(got, w.String())
			if !w.Warning {
				t.Errorf("%s stops the loading", w)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("Warnings(%s) differs (-want +got):\n%s", today, d)
		}
	}
}

func TestEditions(t *testing.T) {
	files := copyOf(t, shipped)
	editions := func(f fstest.MapFS) (string, map[string]string) {
		c, cs := Load(f, "")
		if c == nil {
			t.Fatalf("does not load:\n%s", lines(cs))
		}
		of := map[string]string{}
		for id, e := range c.Services {
			of[id] = e.Edition
		}
		return c.Edition, of
	}
	whole, services := editions(files)
	if again, _ := editions(copyOf(t, shipped)); again != whole {
		t.Error("the same files have another edition when loaded again")
	}
	changed := func(name, old, new string) fstest.MapFS {
		text := string(files[name].Data)
		if strings.Count(text, old) != 1 {
			t.Fatalf("%s does not contain %q once", name, old)
		}
		return with(files, name, strings.Replace(text, old, new, 1))
	}
	for _, tt := range []struct {
		name  string
		files fstest.MapFS
		new   []string // services that have another edition
	}{
		{"a comment changes the city and no service", changed(restaurant, "# 开办餐饮店:", "# 开办饭店:"), nil},
		{"a word in a service changes that service", changed(restaurant, "en: Open a restaurant}", "en: Open a restaurant!}"), []string{"open-a-restaurant"}},
		{"a colleague more changes no service", changed("organisations/staff.yaml", "name: 冯德胜", "name: 冯德"), nil},
		{"a certificate changes the service that issues it", changed("certificates/tobacco-licence.yaml", "en: Tobacco retail licence", "en: Tobacco licence"), []string{"open-a-restaurant"}},
		{"a body's name changes the services that name it", changed("organisations/bodies.yaml", "zh: 示范市消防救援支队", "zh: 示范市消防支队"), []string{"open-a-restaurant"}},
		{"a scenario changes no service", with(files, tried, "# seen\n"+string(files[tried].Data)), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now, of := editions(tt.files)
			if now == whole {
				t.Error("the city's edition is the same")
			}
			for id, was := range services {
				isNew := false
				for _, n := range tt.new {
					isNew = isNew || n == id
				}
				if (of[id] != was) != isNew {
					t.Errorf("edition of %s: changed %v, want %v", id, of[id] != was, isNew)
				}
			}
		})
	}
}

// An edition that was kept is the same service again, whatever the files say by then.
func TestCompile(t *testing.T) {
	for id, e := range city(t).Services {
		again, cs := Compile(e.Text())
		if again == nil {
			t.Fatalf("%s: the kept edition does not compile:\n%s", id, lines(cs))
		}
		if again.Edition != e.Edition {
			t.Errorf("%s: edition %s, want %s", id, again.Edition, e.Edition)
		}
		if d := cmp.Diff(e.Service, again.Service); d != "" {
			t.Errorf("%s: the service differs (-was +again):\n%s", id, d)
		}
		kept, _, cs := strictyaml.Read[bundle]("edition", e.Text(), nil)
		if len(cs) > 0 {
			t.Fatalf("%s: the kept edition does not read:\n%s", id, lines(cs))
		}
		if d := cmp.Diff(city(t).bundle(e.Service), kept, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(law.Provision{}, "Law", "Short", "Edition")); d != "" {
			t.Errorf("%s: what it refers to is kept otherwise (-was +kept):\n%s", id, d)
		}
		bodies, book := org.NewChart(org.File{Bodies: kept.Bodies}), law.NewBook(kept.Laws...)
		for _, m := range again.Service.Matters {
			if b, ok := bodies.Body(m.Body); !ok || len(b.USCC) != 18 {
				t.Errorf("%s: body %s of matter %s is not kept", id, m.Body, m.ID)
			}
			if p, ok := book.Find(m.Cite.Provision); m.Cite.Provision != "" && (!ok || p.Cite(lang.ZH) == "" || p.Text.ZH == "") {
				t.Errorf("%s: provision %s is not kept", id, m.Cite.Provision)
			}
		}
		for _, s := range e.Scenarios {
			was, is := e.Guide.Plan(s.Answers), again.Guide.Plan(s.Answers)
			if len(was.Matters) != len(is.Matters) || was.Days != is.Days || was.Fen != is.Fen {
				t.Errorf("%s: another plan for %s", id, s.Name.EN)
			}
		}
	}
}

// What is asked of a service only since it was published does not stop the cases under it.
func TestCompileGoesOn(t *testing.T) {
	e, _ := city(t).Service("open-a-restaurant")
	text := strings.Replace(string(e.Text()), `"exclusive":[{"matters":["food-licence",`, `"exclusive":[{"matters":["sign-filing",`, 1)
	text = strings.Replace(text, `"exclusive":[{"matters":["sign-filing","prepack-filing"]`, `"exclusive":[{"matters":["sign-filing","food-licence"]`, 1)
	if text == string(e.Text()) {
		t.Fatal("nothing was planted")
	}
	if again, cs := Compile([]byte(text)); again == nil {
		t.Errorf("the kept edition does not compile:\n%s", lines(cs))
	}
}

func TestCompileRefuses(t *testing.T) {
	e, _ := city(t).Service("newborn")
	for name, text := range map[string]string{
		"nothing":                "",
		"something else":         `{"service": 1}`,
		"a condition gone wrong": strings.Replace(string(e.Text()), `"when":"matins"`, `"when":"matin"`, 1),
	} {
		if got, cs := Compile([]byte(text)); got != nil || len(cs) == 0 {
			t.Errorf("%s compiles", name)
		}
	}
}

// The whole city loads within 80 ms on two cores.
func BenchmarkLoad(b *testing.B) {
	dir := os.DirFS(shipped)
	b.ReportAllocs()
	for b.Loop() {
		if c, cs := Load(dir, ""); c == nil {
			b.Fatal(lines(cs))
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	c, cs := shippedCity()
	if c == nil {
		b.Fatal(lines(cs))
	}
	text := c.Services["open-a-restaurant"].Text()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if e, cs := Compile(text); e == nil {
			b.Fatal(lines(cs))
		}
	}
}
