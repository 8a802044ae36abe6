package deadline

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// shifan is the calendar of the city that the product ships.
func shifan(tb testing.TB) *Calendar {
	tb.Helper()
	cal, problems := NewCalendar(files(tb))
	for _, p := range problems {
		tb.Error(p)
	}
	if tb.Failed() {
		tb.FailNow()
	}
	return cal
}

func files(tb testing.TB) []Year {
	tb.Helper()
	names, err := filepath.Glob("../../../jurisdictions/shifan/calendars/*.yaml")
	if err != nil || len(names) == 0 {
		tb.Fatalf("calendars: %v, %v", names, err)
	}
	var years []Year
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		var y Year
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		if err := d.Decode(&y); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		years = append(years, y)
	}
	return years
}

// The working days of 2026 month by month, counted on a paper calendar: weekdays less weekdays off plus
// make-up days.
func TestWorkingDaysOf2026(t *testing.T) {
	cal := shifan(t)
	for _, tt := range []struct {
		month string
		want  int
	}{
		{"01", 21}, // 22 weekdays − 01, 02 + 04
		{"02", 16}, // 20 − 16..20, 23 (6) + 14, 28
		{"03", 22},
		{"04", 21}, // 22 − 06
		{"05", 19}, // 21 − 01, 04, 05 + 09
		{"06", 21}, // 22 − 19
		{"07", 23},
		{"08", 21},
		{"09", 22}, // 22 − 25 + 20
		{"10", 18}, // 22 − 01, 02, 05, 06, 07 + 10
		{"11", 21},
		{"12", 23},
	} {
		first := day("2026-" + tt.month + "-01")
		if got := cal.Between(first.Add(-1), first.AddMonths(1).Add(-1)); got != tt.want {
			t.Errorf("working days of 2026-%s = %d, want %d", tt.month, got, tt.want)
		}
	}
	// 365 days, 104 of weekends, 19 weekdays off, 6 make-up days.
	if got := cal.Between("2025-12-31", "2026-12-31"); got != 365-104-19+6 {
		t.Errorf("working days of 2026 = %d, want 248", got)
	}
	// 2025: 365 days, 104 of weekends, 18 weekdays off (1, 6, 1, 3, 1, 6), 5 make-up days.
	if got := cal.Between("2024-12-31", "2025-12-31"); got != 365-104-18+5 {
		t.Errorf("working days of 2025 = %d, want 248", got)
	}
}

func TestAddWorking(t *testing.T) {
	cal := shifan(t)
	for _, tt := range []struct {
		from Day
		n    int
		want Day
	}{
		{"2026-02-13", 0, "2026-02-13"},
		{"2026-02-24", -1, "2026-02-14"}, // back over Spring Festival to the make-up Saturday
		{"2026-02-18", -1, "2026-02-14"}, // from inside it
		{"2026-03-16", -7, "2026-03-05"}, // a hearing is announced seven days before: 13..09, 06, 05
		{"2024-01-01", 1, "2024-01-02"},
		{"1990-05-02", 1, "1990-05-03"}, // far beyond the tables
		{"2090-01-02", -1, "2089-12-30"},
		{"", 3, ""},
		{"2026-02-30", 3, ""},
	} {
		if got, _ := cal.AddWorking(tt.from, tt.n); got != tt.want {
			t.Errorf("AddWorking(%s, %d) = %s, want %s", tt.from, tt.n, got, tt.want)
		}
	}
	if got, provisional := cal.Next("2026-02-15"); got != "2026-02-24" || provisional {
		t.Errorf("Next(2026-02-15) = %s, %v, want 2026-02-24", got, provisional)
	}
	if got, provisional := cal.Next("2027-01-01"); got != "2027-01-04" || !provisional {
		t.Errorf("Next(2027-01-01) = %s, %v, want 2027-01-04 provisional", got, provisional)
	}
}

func TestMissingNotices(t *testing.T) {
	cal := shifan(t)
	if got := cal.Missing("2026-06-01", 100); len(got) != 0 {
		t.Errorf("Missing in June = %v, want none", got)
	}
	if diff := cmp.Diff([]int{2027}, cal.Missing("2026-11-24", 100)); diff != "" {
		t.Errorf("Missing in November (-want +got):\n%s", diff)
	}
	if got := cal.Version(); got != "2025.1+2026.1" {
		t.Errorf("Version() = %q", got)
	}
	var versions []string
	for _, y := range cal.Sources("2025-12-30", "2027-01-06") {
		versions = append(versions, y.Version)
	}
	if diff := cmp.Diff([]string{"2025.1", "2026.1", ""}, versions); diff != "" {
		t.Errorf("Sources (-want +got):\n%s", diff)
	}
	none, problems := NewCalendar(nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if due, provisional := (Clock{From: "2026-03-06", Limit: Limit{1, Working}}).Due(none); due != "2026-03-09" || !provisional {
		t.Errorf("without any notice: %s, %v", due, provisional)
	}
}

// A notice may reach into a neighbouring year, as those of 2022 and 2023 did with 31 December.
func TestNoticeAcrossNewYear(t *testing.T) {
	years := append(files(t), Year{Year: 2027, Off: []string{"2026-12-31..01-02"}, Work: []string{"2026-12-27"}, Source: "invented", Version: "2027.1"})
	cal, problems := NewCalendar(years)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	// Fri 12-25. 26 Sat, 27 Sun work=1, 28=2, 29=3, 30=4, 31–01-02 off, 03 Sun, 04 Mon=5.
	if due, provisional := (Clock{From: "2026-12-25", Limit: AskMore}).Due(cal); due != "2027-01-04" || provisional {
		t.Errorf("Due() = %s, %v, want 2027-01-04", due, provisional)
	}
}

func TestWrongYears(t *testing.T) {
	ok := Year{Year: 2026, Source: "notice", Version: "2026.1"}
	with := func(change func(*Year)) []Year { y := ok; change(&y); return []Year{y} }
	for _, tt := range []struct {
		name  string
		years []Year
		path  string
		what  string
	}{
		{"no such day", with(func(y *Year) { y.Off = []string{"02-30"} }), "off[0]", "no day"},
		{"another year", with(func(y *Year) { y.Off = []string{"2028-01-01"} }), "off[0]", "no day"},
		{"reversed", with(func(y *Year) { y.Off = []string{"02-23..02-15"} }), "off[0]", "ends before"},
		{"too long", with(func(y *Year) { y.Off = []string{"02-01..04-15"} }), "off[0]", "longer"},
		{"twice", with(func(y *Year) { y.Off = []string{"02-15..02-23", "02-20"} }), "off[1]", "already"},
		{"off and worked", with(func(y *Year) { y.Off = []string{"02-14"}; y.Work = []string{"02-14"} }), "work[0]", "too"},
		{"a Monday made up", with(func(y *Year) { y.Work = []string{"02-16"} }), "work[0]", "Monday"},
		{"a range made up", with(func(y *Year) { y.Work = []string{"02-14..02-15"} }), "work[0]", "range"},
		{"a name of nothing", with(func(y *Year) { y.Names = ok.Names; y.Off = nil; y.Work = []string{"x"} }), "work[0]", "no day"},
		{"no source", with(func(y *Year) { y.Source = "" }), "source", "not named"},
		{"no version", with(func(y *Year) { y.Version = "" }), "version", "not named"},
		{"two files", []Year{ok, ok}, "year", "two files"},
		{"no year", []Year{{}}, "year", "not a year"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cal, problems := NewCalendar(tt.years)
			if cal != nil || len(problems) != 1 || problems[0].Path != tt.path || !strings.Contains(problems[0].What, tt.what) || problems[0].Remedy == "" {
				t.Errorf("NewCalendar() = %v, %v, want one problem at %s with %q", cal, problems, tt.path, tt.what)
			}
		})
	}
}

func TestDay(t *testing.T) {
	if got := day("2026-01-01").Weekday(); got != time.Thursday {
		t.Errorf("2026-01-01 is a %s, want Thursday", got)
	}
	if got := day("2026-03-31").AddMonths(-1); got != "2026-02-28" {
		t.Errorf("a month before 2026-03-31 = %s, want 2026-02-28", got)
	}
	if got := day("2026-01-15").AddMonths(-13); got != "2024-12-15" {
		t.Errorf("13 months before 2026-01-15 = %s, want 2024-12-15", got)
	}
	for _, s := range []string{"", "2026-1-01", "2026-13-01", "2025-02-29", "0000-01-01", "2026/01/01", "2026-01-01 ", "２026-01-1"} {
		if _, ok := ParseDay(s); ok {
			t.Errorf("ParseDay(%q) is a day", s)
		}
	}
}

func FuzzDay(f *testing.F) {
	for _, s := range []string{"2026-02-13", "2024-02-29", "1900-02-29", "9999-12-31", "0001-01-01", "2026-02-3", "+026-01-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := time.Parse(time.DateOnly, s)
		d, ok := ParseDay(s)
		if ok != (err == nil && want.Year() > 0) {
			t.Fatalf("ParseDay(%q) = %v, but time.Parse says %v", s, ok, err)
		}
		if !ok {
			return
		}
		if next := want.AddDate(0, 0, 1); next.Year() < 10000 && string(d.Add(1)) != next.Format(time.DateOnly) {
			t.Errorf("%s plus a day = %s, want %s", d, d.Add(1), next.Format(time.DateOnly))
		}
		if d.Weekday() != want.Weekday() || d.Add(0) != d {
			t.Errorf("%s: %s %s, want %s", d, d.Weekday(), d.Add(0), want.Weekday())
		}
		if Of(d.Start()) != d || Of(d.End()) == d || Of(d.End().Add(-1)) != d {
			t.Errorf("%s does not span its own day", d)
		}
	})
}
