package document

import (
	"slices"
	"strings"
	"testing"

	"tongban/internal/service/guide"
)

// posted is what a browser sends of a form that nobody touched.
func posted(controls []Control, into map[string][]string) map[string][]string {
	if into == nil {
		into = map[string][]string{}
	}
	for _, c := range controls {
		switch c.Kind {
		case Phrase:
			into[c.Name+".zh"], into[c.Name+".en"] = []string{c.Text}, []string{c.EN}
		case Terms:
			into[c.Name] = []string{strings.Join(c.Words, "、")}
		case Choices, Picks:
			into[c.Name] = slices.Sorted(slices.Values(c.Words)) // a browser sends boxes as they stand on the page
		case Many:
		case Part:
			if c.One {
				into[c.Name] = []string{c.Text}
			}
			posted(c.Parts, into)
		default:
			into[c.Name] = []string{c.Text}
		}
	}
	return into
}

// objectPaths are the paths of everything that has a form.
func (d *Document) objectPaths() []string {
	all := []string{""}
	d.each(func(path string, f Field) {
		if f.Kind == Many {
			for _, step := range d.Items(path) {
				all = append(all, Join(path, step))
			}
		}
	})
	return all
}

// TestAFormSavedAsItIsChangesNothing: for everything of every shipped service.
func TestAFormSavedAsItIsChangesNothing(t *testing.T) {
	t.Parallel()
	forms := 0
	for name, text := range shipped(t) {
		d := parsed(t, text)
		for _, path := range d.objectPaths() {
			controls := d.Form(path)
			values := posted(controls, nil)
			filled := Post(controls, func(name string) []string { return values[name] })
			if wrong := d.Check(path, filled); path != "" && len(wrong) > 0 {
				t.Fatalf("%s: %s is wrong as it is: %+v", name, path, wrong)
			}
			next, err := d.Apply(path, filled)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, path, err)
			}
			if next.String() != text {
				t.Fatalf("%s: saving %s as it is changed the text", name, path)
			}
			forms++
		}
	}
	if forms < 3000 {
		t.Errorf("tried only %d forms", forms)
	}
}

// fill answers the form of a new item and adds it.
func fill(t *testing.T, d *Document, list string, values map[string]string) (*Document, string) {
	t.Helper()
	controls := Post(d.Form(list), func(name string) []string {
		if v := values[name]; v != "" {
			return strings.Split(v, "|")
		}
		return nil
	})
	if wrong := d.Check(list, controls); len(wrong) > 0 {
		t.Fatalf("add to %s: %+v", list, wrong)
	}
	next, path, err := d.Append(list, controls)
	if err != nil {
		t.Fatalf("add to %s: %v", list, err)
	}
	return next, path
}

// change answers some fields of the form of something that is there.
func change(t *testing.T, d *Document, path string, values map[string]string, keys ...string) *Document {
	t.Helper()
	controls := d.Form(path, keys...)
	as := posted(controls, nil)
	for k, v := range values {
		as[k] = strings.Split(v, "|")
	}
	filled := Post(controls, func(name string) []string { return as[name] })
	if wrong := d.Check(path, filled); len(wrong) > 0 {
		t.Fatalf("change %s: %+v", path, wrong)
	}
	next, err := d.Apply(path, filled)
	if err != nil {
		t.Fatalf("change %s: %v", path, err)
	}
	return next
}

// TestAThingOfFourMattersFromFormsOnly: from a file that holds nothing but its id, by forms alone, to a
// service that is proved.
func TestAThingOfFourMattersFromFormsOnly(t *testing.T) {
	d := parsed(t, "# a new thing\nid: open-a-pool\n")
	zhen := func(key, text string, into map[string]string) map[string]string {
		into[key+".zh"], into[key+".en"] = text, text
		return into
	}
	basics := map[string]string{"catalogue": "T99", "audience": "business", "stage": "entry", "cite.certainty": "K", "cite.source.zh": "示例", "cite.source.en": "example",
		"lead": "market", "level": "2", "keywords": "游泳池、泳池, pool", "checked": "2026-11-20"}
	for _, key := range []string{"name", "summary", "for", "not_for", "batch"} {
		zhen(key, "开办游泳池", basics)
	}
	d = change(t, d, "", basics, "catalogue", "name", "summary", "for", "not_for", "audience", "stage", "batch", "cite", "lead", "level", "keywords", "checked")
	d, kind := fill(t, d, "questions", zhen("why", "决定要办什么", zhen("text", "是哪一种", map[string]string{"id": "kind", "type": "enum"})))
	for _, option := range []string{"indoor", "outdoor"} {
		d, _ = fill(t, d, kind+"/options", zhen("text", option, map[string]string{"value": option}))
	}
	d, _ = fill(t, d, "questions", zhen("why", "决定要办什么", zhen("text", "水面多大", map[string]string{"id": "area", "type": "integer", "min": "1", "max": "10000"})))
	d, _ = fill(t, d, "questions", zhen("why", "决定要办什么", zhen("text", "卖东西吗", map[string]string{"type": "boolean"})))
	cite := func(into map[string]string) map[string]string {
		into["cite.provision"], into["cite.certainty"] = "licence-law.42", "V"
		return into
	}
	matter := func(id, when string) map[string]string {
		m := map[string]string{"id": id, "code": "991031001001", "body": "market", "type": "01", "topics": "permits", "handling": "officer", "visits": "0", "when": when,
			"statutory.n": "20", "statutory.unit": "working", "statutory.cite.provision": "licence-law.42", "statutory.cite.certainty": "V",
			"promised.n": "5", "promised.unit": "working", "promised.cite.certainty": "K", "promised.cite.source.zh": "示例", "promised.cite.source.en": "example",
			"result.kind": "document", "result.name.zh": "批准书", "result.name.en": "Approval", "contact.ask": "0990-1234001", "contact.complain": "0990-1239001"}
		for _, key := range []string{"name", "plain", "why", "remedy.review", "remedy.court", "contact.place", "contact.hours"} {
			zhen(key, id, m)
		}
		return cite(m)
	}
	d, _ = fill(t, d, "matters", matter("check", ""))
	d, _ = fill(t, d, "matters", matter("health", `kind == "indoor"`))
	d, sport := fill(t, d, "matters", matter("sport", "area >= 50"))
	d, shop := fill(t, d, "matters", matter("shop", "question_3"))
	d, _ = fill(t, d, sport+"/after", map[string]string{"matter": "check", "kind": "order"})
	d, _ = fill(t, d, sport+"/fees", cite(zhen("name", "费", map[string]string{"fen": "12.5", "when": "area > 500"})))
	d, _ = fill(t, d, shop+"/checks", cite(zhen("text", "看一看", map[string]string{"kind": "hand"})))
	d, _ = fill(t, d, "materials", cite(zhen("what", "看得出水池", zhen("name", "平面图", map[string]string{"id": "plan", "for": "sport|health", "source": "applicant", "accept": "pdf"}))))
	d, section := fill(t, d, "sections", zhen("title", "你的泳池", map[string]string{"id": "pool"}))
	d, _ = fill(t, d, section+"/fields", zhen("text", "名称", map[string]string{"id": "name", "type": "text", "for": "check|sport", "max": "60"}))
	d, _ = fill(t, d, "refusals", cite(zhen("instead", "去别处", zhen("text", "太小", map[string]string{"id": "small", "when": "area < 5"}))))
	d = change(t, d, "questions/question_3", map[string]string{"id": "sell"})
	for _, want := range []string{"# a new thing\nid: open-a-pool\n", "when: sell", "fen: 1250", "for: [sport, health]", "source: {applicant: true}", "- {matter: check, kind: order}"} {
		if !strings.Contains(d.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, d.String())
		}
	}
	g, problems := guide.Compile(d.Service())
	if g == nil {
		t.Fatalf("%v\n%s", problems, d.String())
	}
	plan := g.Plan(guide.Answers{"kind": "outdoor", "area": "600", "sell": "true"})
	if len(plan.Matters) != 3 || plan.Fen != 1250 || plan.Days != 10 {
		t.Errorf("the plan has %d matters, %d fen and %d days, want 3, 1250 and 10", len(plan.Matters), plan.Fen, plan.Days)
	}
}

func TestFormsSayWhatIsWrong(t *testing.T) {
	d := parsed(t, shipped(t)["open-a-restaurant"])
	for _, tt := range []struct {
		path, name, typed, code string
	}{
		{"questions", "id", "sell-tobacco", "studio.form.id.question"},
		{"questions", "id", "area", "studio.form.id.taken"},
		{"questions", "min", "few", "field.number"},
		{"matters/food-licence", "id", "", "studio.form.id"},
		{"matters/food-licence", "visits", "", "field.required"},
		{"matters/food-licence", "promised.n", "ten", "field.integer"},
		{"matters/food-licence", "when", "prepak", ""},
		{"questions/public", "when", "tobacco", ""}, // comes later
		{"matters/food-licence/fees", "fen", "a lot", "field.money"},
		{"sections/food/fields", "id", "phone", "studio.form.id.taken"},
	} {
		controls := d.Form(tt.path)
		values := posted(controls, nil)
		values[tt.name] = []string{tt.typed}
		filled := Post(controls, func(name string) []string { return values[name] })
		found := false
		for _, w := range d.Check(tt.path, filled) {
			found = found || w.Name == tt.name && w.Code == tt.code && (w.Code != "" || !w.Said.Empty())
		}
		if !found {
			t.Errorf("%s: %q for %s was not refused with %q: %+v", tt.path, tt.typed, tt.name, tt.code, d.Check(tt.path, filled))
		}
	}
}

func TestRenamingFollowsEverywhere(t *testing.T) {
	text := shipped(t)["open-a-restaurant"]
	d := parsed(t, text)
	for path, id := range map[string]string{"questions/area": "size", "matters/licence-check": "first-check", "materials/floor-plan": "drawing", "sections/shop/fields/business_name": "shop_name"} {
		var err error
		if d, err = d.Rename(path, id); err != nil {
			t.Fatal(err)
		}
	}
	g, problems := guide.Compile(d.Service())
	if g == nil {
		t.Fatal(problems)
	}
	for _, gone := range []string{"area >=", "question: area", "matter: licence-check", "[licence-check", "material: floor-plan", "from: business_name", "matches: business_name"} {
		if strings.Contains(d.String(), gone) {
			t.Errorf("still says %q", gone)
		}
	}
	if strings.Count(d.String(), "\n") != strings.Count(text, "\n") {
		t.Error("renaming changed the number of lines")
	}
}

// A part that need not be there stays when all that it holds is a choice or a list, which the form does not send.
func TestAPartOfChoicesAndListsStays(t *testing.T) {
	t.Parallel()
	for _, elements := range []string{`{centre: "yes"}`, `{rights: [{text: {zh: 甲, en: A}, cite: {certainty: K}}]}`} {
		text := strings.Replace(shipped(t)["sign-change"], `{centre: "yes"}`, elements, 1)
		if !strings.Contains(text, elements) {
			t.Fatal("the sign has no elements any more")
		}
		d := parsed(t, text)
		controls := d.Form("matters/change", Flow.Keys("matter")...)
		values := posted(controls, nil)
		next, err := d.Apply("matters/change", Post(controls, func(name string) []string { return values[name] }))
		if err != nil {
			t.Fatal(err)
		}
		if got := next.String(); got != text {
			t.Errorf("saved as it is, %s is gone", elements)
		}
	}
}
