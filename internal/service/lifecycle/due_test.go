package lifecycle

import (
	"testing"

	"tongban/internal/service/deadline"
)

func TestWindow(t *testing.T) {
	calendar, problems := deadline.NewCalendar([]deadline.Year{{Year: 2026, Off: []string{"10-01..10-07"}, Work: []string{"10-10"}, Source: "https://example.gov.cn", Version: "2026.1"}})
	if problems != nil {
		t.Fatal(problems)
	}
	days := func(n int) *deadline.Limit { return &deadline.Limit{N: n, Unit: deadline.Natural} }
	months := func(n int) *deadline.Limit { return &deadline.Limit{N: n, Unit: deadline.Month} }
	for _, tt := range []struct {
		name        string
		due         Due
		fact        deadline.Day
		today       deadline.Day
		opens, last deadline.Day
		ok          bool
	}{
		{"thirty days after", Due{From: "f", Within: days(30)}, "2026-09-15", "2026-09-20", "2026-09-15", "2026-10-15", true},
		{"a month after the last of January is the last of February", Due{From: "f", Within: months(1)}, "2026-01-31", "2026-02-01", "2026-01-31", "2026-02-28", true},
		// 29 and 30 September, 8, 9 and the make-up Saturday 10 October.
		{"working days pass over a holiday", Due{From: "f", Within: &deadline.Limit{N: 5, Unit: deadline.Working}}, "2026-09-28", "2026-09-28", "2026-09-28", "2026-10-10", true},
		{"thirty days before a licence ends, open 120 before", Due{Until: "f", Before: days(30), Open: days(120)}, "2027-05-14", "2026-12-01", "2027-01-14", "2027-04-14", true},
		{"up to the day itself", Due{Until: "f", Open: days(90)}, "2027-01-10", "2026-11-15", "2026-10-12", "2027-01-10", true},
		{"every year from January to June", Due{Year: "01-01..06-30"}, "", "2026-11-24", "2026-01-01", "2026-06-30", true},
		{"the next full year, and the month before it", Due{From: "f", Every: months(12), Open: months(1)}, "2024-03-08", "2026-03-15", "2027-02-08", "2027-03-08", true},
		{"on the day of a full year it is that day", Due{From: "f", Every: months(12)}, "2024-03-08", "2026-03-08", "", "2026-03-08", true},
		{"the first full year is a year after", Due{From: "f", Every: months(12)}, "2026-03-08", "2026-03-08", "", "2027-03-08", true},
		{"no day, no date", Due{Until: "f", Before: days(30)}, "", "2026-11-24", "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, ok := tt.due.window(func(string) deadline.Day { return tt.fact }, tt.today, calendar)
			if ok != tt.ok || w.Opens != tt.opens || w.Last != tt.last {
				t.Errorf("window = %s..%s %v, want %s..%s %v", w.Opens, w.Last, ok, tt.opens, tt.last, tt.ok)
			}
		})
	}
}

func TestDerive(t *testing.T) {
	for _, tt := range []struct{ as, value, want string }{
		{AsYears, "1966-03-12", "60"}, {AsYears, "1966-11-25", "59"}, {AsYears, "2008-02-29", "18"},
		{AsMonths, "2026-11-01", "0"}, {AsMonths, "2026-10-24", "1"}, {AsDays, "2026-11-17", "7"}, {AsDaysLeft, "2027-01-10", "47"}, {AsDaysLeft, "2026-11-20", "-4"},
		{AsYearsAgo, "2025", "1"}, {AsYearsAgo, "2026-09-15", "0"}, {AsYears, "never", ""}, {AsValue, "x", "x"}, {AsDays, "", ""},
	} {
		if got := derive(tt.as, tt.value, "2026-11-24"); got != tt.want {
			t.Errorf("%s of %q = %q, want %q", tt.as, tt.value, got, tt.want)
		}
	}
}
