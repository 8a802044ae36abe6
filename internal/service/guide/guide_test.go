package guide

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/fault"
	"tongban/internal/service/catalogue"
)

func TestNext(t *testing.T) {
	g := compile(t, restaurant())
	for _, tt := range []struct {
		name string
		a    Answers
		want string
	}{
		{"begins with the first", Answers{}, "licence"},
		{"goes on", Answers{"licence": "normal"}, "prepack"},
		{"passes a question whose condition does not hold", Answers{"licence": "normal", "prepack": "true"}, "area"},
		{"asks no further when refused", Answers{"licence": "none"}, ""},
		{"passes what cannot matter any more", Answers{"licence": "normal", "prepack": "true", "area": "49"}, "sign"},
		{"asks for what a follow-up needs", Answers{"licence": "normal", "prepack": "true", "area": "50", "public": "true"}, "commit"},
		{"does not ask again what was left open", Answers{"licence": "normal", "prepack": Unsure, "raw": "true"}, "area"},
		{"does not ask what rests on something left open", Answers{"licence": "normal", "prepack": "true", "area": Unsure}, "sign"},
		{"takes the careful answer for not sure", Answers{"licence": "normal", "prepack": "true", "area": "50", "public": "true", "commit": Unsure}, "sign"},
		{"asks again for a value that is not admitted", Answers{"licence": "wrong", "prepack": "true"}, "licence"},
		{"ends", Answers{"licence": "normal", "prepack": "true", "area": "1", "sign": "false", "tobacco": "false"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, more := g.Next(tt.a)
			if q.ID != tt.want || more != (tt.want != "") {
				t.Errorf("Next(%v) = %q, %v, want %q", tt.a, q.ID, more, tt.want)
			}
		})
	}
}

func TestRelevantAndRemaining(t *testing.T) {
	g := compile(t, restaurant())
	for _, tt := range []struct {
		a        Answers
		relevant []string
		left     int
	}{
		{Answers{}, []string{"licence", "prepack", "raw", "area", "public", "commit", "sign", "tobacco"}, 8},
		{Answers{"licence": "normal", "prepack": "true", "area": "20"}, []string{"licence", "prepack", "area", "sign", "tobacco"}, 2},
		{Answers{"licence": "normal", "prepack": "true", "area": Unsure}, []string{"licence", "prepack", "area", "public", "commit", "sign", "tobacco"}, 4},
		{Answers{"licence": "none", "sign": "true"}, []string{"licence", "sign"}, 0},
		{Answers{"licence": "normal", "prepack": "true", "raw": "true"}, []string{"licence", "prepack", "area", "public", "commit", "sign", "tobacco"}, 5},
	} {
		var ids []string
		for _, q := range g.Relevant(tt.a) {
			ids = append(ids, q.ID)
		}
		if left := g.Remaining(tt.a); !slices.Equal(ids, tt.relevant) || left != tt.left {
			t.Errorf("after %v: relevant %v, want %v; %d left, want %d", tt.a, ids, tt.relevant, left, tt.left)
		}
	}
}

func TestPrune(t *testing.T) {
	g := compile(t, restaurant())
	a := Answers{"licence": "normal", "prepack": "true", "raw": "true", "area": "20", "public": "true", "commit": Unsure, "sign": "perhaps", "garden": "true", "attic": "1", Today: "2026-11-24"}
	kept, dropped := g.Prune(a)
	if want := (Answers{"licence": "normal", "prepack": "true", "area": "20", Today: "2026-11-24"}); !cmp.Equal(kept, want) {
		t.Errorf("kept %v, want %v", kept, want)
	}
	if want := []string{"raw", "public", "commit", "sign", "attic", "garden"}; !slices.Equal(dropped, want) {
		t.Errorf("dropped %v, want %v", dropped, want)
	}
	if p := g.Plan(a); !slices.Equal(p.Dropped, dropped) {
		t.Errorf("the plan names %v as dropped, want %v", p.Dropped, dropped)
	}
	if len(a) != 10 {
		t.Error("Prune changed the answers that it was given")
	}
	// An answer is kept while it is only not known whether its question is asked.
	kept, dropped = g.Prune(Answers{"area": Unsure, "public": "true"})
	if len(kept) != 2 || dropped != nil {
		t.Errorf("kept %v, dropped %v", kept, dropped)
	}
}

func TestCheckAnswers(t *testing.T) {
	g := compile(t, birth())
	for _, tt := range []struct{ question, value, code string }{
		{"married", "true", ""}, {"married", Unsure, ""}, {"married", "yes", "field.choose"}, {"region", "moon", "field.option"},
		{"born", "2026-11-24", ""}, {"born", "24.11.2026", "field.date"}, {"weight", "3.2", ""}, {"weight", "-1", "field.least"}, {"weight", "heavy", "field.number"},
		{Today, "2026-11-24", ""}, {Today, Unsure, "field.date"},
	} {
		err := g.Check(tt.question, tt.value)
		if tt.code == "" {
			if err != nil {
				t.Errorf("Check(%s, %s) = %v", tt.question, tt.value, err)
			}
			continue
		}
		f, ok := err.(*fault.Error)
		if !ok || f.Kind != fault.Invalid || f.Fields[0].Name != tt.question || f.Fields[0].Code != tt.code {
			t.Errorf("Check(%s, %s) = %v, want %s", tt.question, tt.value, err, tt.code)
		}
	}
	if err := g.Check("garden", "true"); !fault.Is(err, fault.NotFound) {
		t.Errorf("Check of a question that is not there = %v", err)
	}
}

func TestHolds(t *testing.T) {
	g := compile(t, restaurant())
	for _, tt := range []struct {
		condition  string
		a          Answers
		yes, known bool
	}{
		{"", Answers{}, true, true},
		{"area >= 50 && public", Answers{"area": "49"}, false, true},
		{"area >= 50 && public", Answers{"area": "50"}, false, false},
		{"area >= 50 && public", Answers{"area": "50", "public": "true"}, true, true},
		{"commit", Answers{"area": "50", "public": "true", "commit": Unsure}, false, true},
		{"commit", Answers{"area": "1", "commit": "true"}, false, false},
		{"sells_online", Answers{"sells_online": "true"}, false, false},
	} {
		if yes, known := g.Holds(tt.condition, tt.a); yes != tt.yes || known != tt.known {
			t.Errorf("Holds(%s, %v) = %v, %v, want %v, %v", tt.condition, tt.a, yes, known, tt.yes, tt.known)
		}
	}
}

func find[T any](t *testing.T, all []T, id func(T) string, want string) T {
	t.Helper()
	i := slices.IndexFunc(all, func(x T) bool { return id(x) == want })
	if i < 0 {
		t.Fatalf("%s is not in the plan", want)
	}
	return all[i]
}

func (p Plan) matter(t *testing.T, id string) PlanMatter {
	t.Helper()
	return find(t, p.Matters, func(m PlanMatter) string { return m.Matter.ID }, id)
}

func (p Plan) material(t *testing.T, id string) PlanMaterial {
	t.Helper()
	return find(t, p.Materials, func(m PlanMaterial) string { return m.Material.ID }, id)
}

// A line of the plan names the answers that put it there, and no others.
func TestBecause(t *testing.T) {
	g := compile(t, restaurant())
	p := g.Plan(Answers{"licence": "normal", "prepack": "false", "raw": "true", "area": "120", "public": "true", "commit": Unsure, "sign": "true", "tobacco": "true"})
	for id, want := range map[string][]Reason{
		"check":   nil,
		"food":    {{"prepack", "false", false}},
		"fire":    {{"area", "120", false}, {"public", "true", false}},
		"tobacco": {{"tobacco", "true", false}},
	} {
		if got := p.matter(t, id).Because; len(got) != len(want) || len(want) > 0 && !cmp.Equal(got, want) {
			t.Errorf("%s because %v, want %v", id, got, want)
		}
	}
	for id, want := range map[string][]Reason{
		"licence":      nil,
		"identity":     {{"prepack", "false", false}},                             // tobacco alone would do too; the earlier answer is named
		"plan":         {{"prepack", "false", false}},                             // so would the fire check
		"picture":      {{"sign", "true", false}},                                 //
		"food-licence": {{"prepack", "false", false}, {"tobacco", "true", false}}, //
	} {
		if got := p.material(t, id).Because; len(got) != len(want) || len(want) > 0 && !cmp.Equal(got, want) {
			t.Errorf("%s because %v, want %v", id, got, want)
		}
	}
	p = g.Plan(Answers{"licence": "abnormal"})
	if want := []Reason{{"licence", "abnormal", false}}; p.Eligible || len(p.Refusals) != 1 || p.Refusals[0].ID != "irregular" || !cmp.Equal(p.Refusals[0].Because, want) || p.Refusals[0].Instead.Empty() && p.Refusals[0].Text.Empty() {
		t.Errorf("refusals = %+v", p.Refusals)
	}
}

// "Not sure" is taken for the careful answer, which the plan says; or it leaves things open, and the
// plan says which and why.
func TestUnsure(t *testing.T) {
	g := compile(t, birth())
	p := g.Plan(Answers{"issued": Unsure, "married": Unsure, "follow": "father", "region": "city", "born": "2026-03-01", "insured": "true", "card": "false", "weight": "3"})
	if !p.Complete || !p.Eligible {
		t.Fatalf("complete %v, eligible %v", p.Complete, p.Eligible)
	}
	if want := []Reason{{"married", "false", true}}; !cmp.Equal(p.Assumed, want) {
		t.Errorf("assumed %v, want %v", p.Assumed, want)
	}
	if want := []string{"issued"}; !slices.Equal(p.Unsure, want) {
		t.Errorf("unsure %v, want %v", p.Unsure, want)
	}
	if m := p.matter(t, "certificate"); !m.Maybe || !slices.Equal(m.Open, []string{"issued"}) || m.Because != nil {
		t.Errorf("certificate: %+v", m)
	}
	if m := p.material(t, "parentage"); m.Maybe || m.State != Upload || !cmp.Equal(m.Because, []Reason{{"married", "false", true}, {"follow", "father", false}}) {
		t.Errorf("parentage: %+v", m)
	}
	if m := p.matter(t, "care"); m.Maybe || !cmp.Equal(m.Because, []Reason{{"born", "2026-03-01", false}}) {
		t.Errorf("care: %+v", m)
	}
	if m := p.material(t, "birth-certificate"); m.Maybe || m.State != Upstream || m.From != "certificate" {
		t.Errorf("birth certificate: %+v", m)
	}
	if p.Days != 10 || p.Most.Days != 11 {
		t.Errorf("%d to %d days, want 10 to 11", p.Days, p.Most.Days)
	}
	if p.Total == nil || p.Total.N != 5 {
		t.Errorf("Total = %v", p.Total)
	}
}

// A refusal that may hold is told with the question that decides it.
func TestDoubts(t *testing.T) {
	g := compile(t, birth())
	p := g.Plan(Answers{"follow": Unsure, "region": "elsewhere", "born": "2026-01-01"})
	if !p.Eligible || p.Complete || len(p.Doubts) != 1 || p.Doubts[0].ID != "elsewhere" || !slices.Equal(p.Doubts[0].Open, []string{"follow"}) {
		t.Errorf("eligible %v, complete %v, doubts %+v", p.Eligible, p.Complete, p.Doubts)
	}
}

// The steps, the limits and the sums of one plan, worked out by hand: check; then food (10), sign (3)
// and fire (no promise: 7); then tobacco (15).
func TestOrderAndSums(t *testing.T) {
	g := compile(t, restaurant())
	a := Answers{"licence": "normal", "prepack": "false", "raw": "false", "area": "400", "public": "true", "commit": "false", "sign": "true", "tobacco": "true"}
	p := g.Plan(a)
	if want := [][]string{{"check"}, {"food", "sign", "fire"}, {"tobacco"}}; !cmp.Equal(p.Order, want) {
		t.Errorf("Order = %v, want %v", p.Order, want)
	}
	if want := (Totals{Days: 25, Fen: 7000, Visits: 2}); p.Totals != want || p.Most != want {
		t.Errorf("totals %+v to %+v, want %+v", p.Totals, p.Most, want)
	}
	fire := p.matter(t, "fire")
	if fire.Variant != nil || fire.Statutory.N != 10 || fire.Promised.N != 7 || fire.Commitment || fire.LimitOpen || fire.Step != 1 {
		t.Errorf("fire: %+v", fire)
	}
	if food := p.matter(t, "food"); !slices.Equal(food.Checks, []string{"layout"}) {
		t.Errorf("checks of food: %v", food.Checks)
	}
	if sign := p.matter(t, "sign"); len(sign.Fees) != 2 || sign.Fees[1].ID != "large" {
		t.Errorf("fees of sign: %v", sign.Fees)
	}
	a["commit"] = "true"
	fire = g.Plan(a).matter(t, "fire")
	if fire.Variant == nil || fire.Variant.When != "commit" || fire.Statutory.N != 0 || fire.Promised.N != 0 || !fire.Commitment {
		t.Errorf("fire on commitment: %+v", fire)
	}
	delete(a, "commit")
	p = g.Plan(a)
	if fire = p.matter(t, "fire"); !fire.LimitOpen || fire.Promised.N != 7 || fire.Maybe {
		t.Errorf("fire before commitment: %+v", fire)
	}
	a["area"] = "2000"
	if fire = g.Plan(a).matter(t, "fire"); !fire.LimitOpen || fire.Promised.N != 10 || fire.Statutory.N != 10 {
		t.Errorf("fire in a large place before commitment: %+v", fire)
	}
	if m := g.Plan(Answers{"prepack": "true"}).matter(t, "fire"); !m.Maybe || !m.LimitOpen {
		t.Errorf("fire when nothing is known: %+v", m)
	}
	if p := g.Plan(Answers{"sign": "true", "area": Unsure}); len(p.matter(t, "sign").MaybeFees) != 1 || p.Fen != 5000 || p.Most.Fen != 7000 {
		t.Errorf("fees with the area open: %+v, %d to %d", p.matter(t, "sign"), p.Fen, p.Most.Fen)
	}
}

// Who has a material; a result of a matter that does not apply was got before.
func TestSources(t *testing.T) {
	g := compile(t, birth())
	a := Answers{"issued": "true", "married": "true", "follow": "mother", "region": "city", "born": "2025-03-01", "insured": "true", "card": "true", "weight": "3"}
	p := g.Plan(a)
	for id, want := range map[string][2]string{
		"parents": {Upload, ""}, "marriage": {Held, "marriage"}, "birth-certificate": {Held, "birth-certificate"}, "page": {Upstream, "household"}, "bank": {Upload, ""},
	} {
		if m := p.material(t, id); m.State != want[0] || m.From != want[1] {
			t.Errorf("%s is %s from %q, want %v", id, m.State, m.From, want)
		}
	}
	if m := p.material(t, "birth-certificate"); !slices.Equal(m.For, []string{"vaccination", "household", "insurance", "card"}) {
		t.Errorf("the birth certificate is for %v", m.For)
	}
	r := compile(t, restaurant()).Plan(Answers{"licence": "normal", "prepack": "false", "area": "60", "public": "true", "commit": "true"})
	for id, want := range map[string]string{"promise": Made, "system": Later, "layout": Upload, "plan": Upload} {
		if m := r.material(t, id); m.State != want {
			t.Errorf("%s is %s, want %s", id, m.State, want)
		}
	}
}

// A new try of one matter needs its own materials and fields only, and what other matters gave is there.
func TestOnly(t *testing.T) {
	g := compile(t, restaurant())
	p := g.Plan(Answers{"licence": "normal", "prepack": "false", "raw": "false", "area": "60", "public": "true", "commit": "false", "sign": "false", "tobacco": "true"}).Only([]string{"tobacco"})
	var ids []string
	for _, m := range p.Materials {
		ids = append(ids, m.Material.ID+":"+m.State+":"+m.From+":"+fmt.Sprint(m.For))
	}
	if want := []string{"licence:held:business-licence:[tobacco]", "identity:held:population:[tobacco]", "food-licence:held:food-licence:[tobacco]"}; !slices.Equal(ids, want) {
		t.Errorf("materials %v, want %v", ids, want)
	}
	if len(p.Matters) != 1 || p.Days != 15 || p.Visits != 1 || !cmp.Equal(p.Order, [][]string{{"tobacco"}}) || p.Matters[0].Step != 0 {
		t.Errorf("matters %v, days %d, order %v", p.Matters, p.Days, p.Order)
	}
	if len(p.Sections) != 1 || len(p.Sections[0].Fields) != 1 || p.Sections[0].Fields[0].ID != "address" {
		t.Errorf("sections %+v", p.Sections)
	}
}

// Conditions may ask what day it is; without the day they stay open, and it is never asked.
func TestToday(t *testing.T) {
	s := restaurant()
	s.Matters[1].Variants = []catalogue.Variant{{When: `today >= "2026-07-01"`, Promised: days(5)}}
	g := compile(t, s)
	a := Answers{"licence": "normal", "prepack": "false", "raw": "false", "area": "20", "sign": "false", "tobacco": "false"}
	p := g.Plan(a)
	if m := p.matter(t, "food"); !p.Complete || !m.LimitOpen || m.Promised.N != 10 {
		t.Errorf("without the day: complete %v, %+v", p.Complete, m)
	}
	for day, want := range map[string]int{"2026-06-30": 10, "2026-07-01": 5} {
		a[Today] = day
		if m := g.Plan(a).matter(t, "food"); m.LimitOpen || m.Promised.N != want {
			t.Errorf("on %s: promised %d, want %d", day, m.Promised.N, want)
		}
	}
}
