package lifecycle_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/lifecycle"
)

func shifan(t *testing.T) *jurisdiction.City {
	t.Helper()
	city, complaints := jurisdiction.Load(os.DirFS("../../../jurisdictions/shifan"), "shifan")
	if strictyaml.Stops(complaints) {
		t.Fatalf("shifan does not load: %v", complaints)
	}
	return city
}

// Five sample businesses and five sample people stand in the right lists on five different days each
// (U-049 of the page specification).
func TestSamples(t *testing.T) {
	city := shifan(t)
	count := map[string]int{}
	for _, s := range city.Samples {
		count[s.Who[:2]]++
		if len(s.Days) != 5 {
			t.Errorf("%s has %d days, want 5", s.Who, len(s.Days))
		}
		for _, f := range city.Walk(&s) {
			t.Errorf("%s on %s, %s: %s", s.Who, s.Days[f.Stop].Day, f.List, f.What.EN)
		}
	}
	if count["b-"] != 5 || count["p-"] != 5 {
		t.Errorf("samples = %v, want five businesses and five people", count)
	}
}

func TestEveryStageHasSteps(t *testing.T) {
	city := shifan(t)
	for _, st := range city.Stages {
		if !slices.ContainsFunc(city.Life[st.Audience].Steps, func(s lifecycle.Step) bool { return s.Stage == st.ID }) {
			t.Errorf("stage %s has no step", st.ID)
		}
	}
}

// small is a chain of its own with few facts.
func small(t *testing.T) *lifecycle.Chain {
	t.Helper()
	text := func(s string) lang.Text { return lang.Text{ZH: s, EN: s} }
	registers := map[string]catalogue.Register{
		"people": {ID: "people", Key: "person", Fields: []catalogue.Attribute{{ID: "born", Type: "date"}, {ID: "name", Type: "name"}}},
		"cars":   {ID: "cars", Key: "person", Fields: []catalogue.Attribute{{ID: "owns", Type: "boolean"}, {ID: "until", Type: "date"}}},
	}
	facts := []lifecycle.Fact{
		{ID: "age", Name: text("age"), Source: &lifecycle.Source{Register: "people", Field: "born", As: lifecycle.AsYears}, Ask: text("how old")},
		{ID: "car", Name: text("car"), Source: &lifecycle.Source{Register: "cars", Field: "owns"}, Ask: text("a car")},
		{ID: "until", Name: text("until"), Source: &lifecycle.Source{Register: "cars", Field: "until"}},
		{ID: "pass", Name: text("pass"), Source: &lifecycle.Source{Certificate: "pass"}},
	}
	steps := []lifecycle.Step{
		{ID: "test", Stage: "s", Kind: lifecycle.Do, Name: text("test"), When: "age >= 18 && car", Due: &lifecycle.Due{Until: "until", Before: &deadline.Limit{N: 30, Unit: deadline.Natural}}},
		{ID: "pass", Stage: "s", Kind: lifecycle.Policy, Name: text("pass"), When: "age >= 60 && !pass", Done: "pass && age >= 60", Paper: &lifecycle.Paper{Certificate: "pass"}},
		{ID: "buy", Stage: "s", Kind: lifecycle.Do, Name: text("buy"), When: "age >= 18 && !car", Intents: []string{"drive"}},
	}
	c, problems := lifecycle.Compile(facts, steps, []lifecycle.Intent{{ID: "drive"}}, registers)
	if c == nil {
		t.Fatalf("compile: %v", problems)
	}
	return c
}

// world answers looks and notes them.
type world struct {
	born, owns, until string
	pass, down        bool
	asked             []string
}

func (w *world) looks() lifecycle.Looks {
	return lifecycle.Looks{
		Record: func(register string, fields []string) (map[string]string, deadline.Day, error) {
			w.asked = append(w.asked, register+" "+strings.Join(fields, ","))
			switch {
			case w.down && register == "cars":
				return nil, "", fault.New(fault.Unavailable, "register.down")
			case register == "people":
				return map[string]string{"born": w.born}, "2020-01-01", nil
			case w.owns == "":
				return nil, "", fault.New(fault.NotFound, "register.not-found")
			}
			return map[string]string{"owns": w.owns, "until": w.until}, "2021-01-01", nil
		},
		Certificate: func(typ string) (lifecycle.Certificate, bool, error) {
			w.asked = append(w.asked, typ)
			return lifecycle.Certificate{ID: "cert_1", Number: "7", From: "2026-01-01"}, w.pass, nil
		},
	}
}

func stand(t *testing.T, w *world, today deadline.Day) lifecycle.Lists {
	t.Helper()
	c := small(t)
	f, err := c.Find(w.looks(), today)
	if err != nil {
		t.Fatal(err)
	}
	calendar, _ := deadline.NewCalendar(nil)
	return c.Stand(f, today, calendar)
}

func shown(l lifecycle.Lists) string {
	return fmt.Sprint("done ", lifecycle.IDs(l.Done), " now ", lifecycle.IDs(l.Now), " next ", lifecycle.IDs(l.Next), " open ", lifecycle.IDs(l.Open))
}

// No fact is fetched that cannot change a list (Personal Information Protection Law, art. 6).
func TestLeastData(t *testing.T) {
	for _, tt := range []struct {
		name  string
		world world
		want  string
		asked []string
	}{
		{"of a child nothing but the age", world{born: "2015-03-01", owns: "true"}, "done [] now [] next [] open []", []string{"people born"}},
		{"of an adult the car, and its day only when it has a use", world{born: "1990-03-01", owns: "false"}, "done [] now [] next [buy] open []", []string{"people born", "cars owns"}},
		{"the day of a car that is there", world{born: "1990-03-01", owns: "true", until: "2027-01-10"}, "done [] now [test] next [] open []", []string{"people born", "cars owns", "cars until"}},
		{"of the old the pass too, and once", world{born: "1950-03-01", owns: "false", pass: true}, "done [pass] now [] next [buy] open []", []string{"people born", "cars owns", "pass"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.world
			if got := shown(stand(t, &w, "2026-11-24")); got != tt.want {
				t.Errorf("lists = %s, want %s", got, tt.want)
			}
			if !slices.Equal(w.asked, tt.asked) {
				t.Errorf("asked %q, want %q", w.asked, tt.asked)
			}
		})
	}
}

// A register that does not answer leaves what depends on it open, and everything else as it is.
func TestRegisterDown(t *testing.T) {
	w := world{born: "1950-03-01", down: true, pass: true}
	l := stand(t, &w, "2026-11-24")
	if got, want := shown(l), "done [pass] now [] next [] open [test buy]"; got != want {
		t.Errorf("lists = %s, want %s", got, want)
	}
	if want := []string{"car"}; !slices.Equal(l.Open[0].Missing, want) {
		t.Errorf("missing = %v, want %v", l.Open[0].Missing, want)
	}
	if p := l.Done[0].Proof; p == nil || p.Certificate != "cert_1" || p.Number != "7" {
		t.Errorf("proof = %+v", p)
	}
}

// What is over is still to be done, and says so; why it is there names the facts that decide it.
func TestOverdue(t *testing.T) {
	w := world{born: "1990-03-01", owns: "true", until: "2026-12-01"}
	l := stand(t, &w, "2026-11-24")
	if len(l.Now) != 1 || !l.Now[0].Overdue || l.Now[0].Last != "2026-11-01" {
		t.Fatalf("now = %+v, want overdue since 2026-11-01", l.Now)
	}
	if want := []string{"age", "car"}; !slices.Equal(l.Now[0].Because, want) {
		t.Errorf("because = %v, want %v", l.Now[0].Because, want)
	}
}

// A visitor is asked only what can still change a list.
func TestQuestions(t *testing.T) {
	c := small(t)
	ids := func(answers map[string]string) (ids []string) {
		for _, v := range c.Questions(answers) {
			ids = append(ids, c.Facts[v].ID)
		}
		return ids
	}
	if got, want := ids(nil), []string{"age", "car"}; !slices.Equal(got, want) {
		t.Errorf("at first = %v, want %v", got, want)
	}
	if got, want := ids(map[string]string{"age": "9"}), []string{"age"}; !slices.Equal(got, want) {
		t.Errorf("a child = %v, want %v", got, want)
	}
	calendar, _ := deadline.NewCalendar(nil)
	l := c.Stand(c.Suppose(map[string]string{"age": "64", "car": "false"}), "2026-11-24", calendar)
	if got, want := shown(l), "done [] now [pass] next [buy] open []"; got != want {
		t.Errorf("lists = %s, want %s", got, want)
	}
	if c.Admits(0, "x") || !c.Admits(0, "64") {
		t.Error("an age is a whole number")
	}
}

func TestCompileRefuses(t *testing.T) {
	fact := lifecycle.Fact{ID: "yes"}
	for _, tt := range []struct {
		name string
		step lifecycle.Step
		want string
	}{
		{"a fact that there is not", lifecycle.Step{ID: "a", When: "ye"}, "nothing is called ye"},
		{"a condition that is never true", lifecycle.Step{ID: "a", When: "yes && !yes"}, "true for nobody"},
		{"a step that is always done before", lifecycle.Step{ID: "a", When: "yes", Done: "yes"}, "nobody ever has to do this"},
		{"a fact without a use", lifecycle.Step{ID: "a"}, "no step depends on"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, problems := lifecycle.Compile([]lifecycle.Fact{fact}, []lifecycle.Step{tt.step}, nil, nil)
			if c != nil || len(problems) == 0 || !strings.Contains(problems[0].What.EN, tt.want) {
				t.Errorf("problems = %+v, want one with %q", problems, tt.want)
			}
		})
	}
}
