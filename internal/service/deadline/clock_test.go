package deadline

import (
	"testing"
	"time"
)

func day(s string) Day {
	d, ok := ParseDay(s)
	if !ok {
		panic("no such day: " + s)
	}
	return d
}

func pause(kind, from, to string) Pause {
	return Pause{Kind: kind, From: day(from), To: day(to), Days: 1, Notice: "特程〔2026〕1号"}
}

// The vectors. Every expected date was worked out by hand with the calendar of the State Council's
// notice beside it; the working is written over each. A slash ends a week, "work" marks a make-up day.
func TestDue(t *testing.T) {
	cal := shifan(t)
	for _, tt := range []struct {
		name        string
		from        string
		limit       Limit
		extended    int
		pauses      []Pause
		want        string
		provisional bool
	}{
		// Fri 02-13. 14 Sat work=1, 15–23 off, 24 Tue=2, 25=3, 26=4, 27=5.
		{name: "asks for more across Spring Festival 2026", from: "2026-02-13", limit: AskMore, want: "2026-02-27"},
		// Fri 01-24. 25 Sat, 26 Sun work=1, 27 Mon=2, 28–02-04 off, 05 Wed=3, 06=4, 07=5.
		{name: "asks for more across Spring Festival 2025", from: "2025-01-24", limit: AskMore, want: "2025-02-07"},
		// Sun 01-26 is worked. 27=1, 28–02-04 off, 05=2, 06=3, 07=4, 08 Sat work=5.
		{name: "ends on a make-up Saturday", from: "2025-01-26", limit: AskMore, want: "2025-02-08"},
		// Thu 01-30 is a holiday. –02-04 off, 05 Wed=1, 06=2, 07=3, 08 Sat work=4, 09 Sun, 10 Mon=5.
		{name: "received on a holiday 2025", from: "2025-01-30", limit: AskMore, want: "2025-02-10"},
		// Sun 02-22 is a holiday. 23 off, 24=1, 25=2, 26=3, 27=4, 28 Sat work=5.
		{name: "received on a holiday 2026", from: "2026-02-22", limit: AskMore, want: "2026-02-28"},
		// Sat 03-07. 08 Sun, 09=1, 10=2, 11=3, 12=4, 13=5.
		{name: "received on an ordinary Saturday", from: "2026-03-07", limit: AskMore, want: "2026-03-13"},
		// Fri 09-26. 27 Sat, 28 Sun work=1, 29=2, 30=3, 10-01–08 off, 09 Thu=4, 10=5.
		{name: "National Day 2025 from before", from: "2025-09-26", limit: AskMore, want: "2025-10-10"},
		// Tue 09-30. –10-08 off, 09=1, 10=2, 11 Sat work=3, 12 Sun, 13=4, 14=5.
		{name: "National Day 2025 with the Saturday after it", from: "2025-09-30", limit: AskMore, want: "2025-10-14"},
		// Tue 09-29. 30=1, 10-01–07 off, 08 Thu=2, 09=3, 10 Sat work=4, 11 Sun, 12=5.
		{name: "National Day 2026", from: "2026-09-29", limit: AskMore, want: "2026-10-12"},
		// Fri 09-18. 19 Sat, 20 Sun work=1, 21=2, 22=3, 23=4, 24=5.
		{name: "a make-up Sunday counts", from: "2026-09-18", limit: AskMore, want: "2026-09-24"},
		// Thu 09-24. 25–27 off, 28=1, 29=2, 30=3, 10-01–07 off, 08=4, 09=5.
		{name: "Mid-Autumn and National Day 2026", from: "2026-09-24", limit: AskMore, want: "2026-10-09"},
		// Fri 04-25. 26 Sat, 27 Sun work=1, 28=2, 29=3, 30=4, 05-01–05 off, 06 Tue=5.
		{name: "Labour Day 2025", from: "2025-04-25", limit: AskMore, want: "2025-05-06"},
		// Thu 04-30. 05-01–05 off, 06 Wed=1, 07=2, 08=3, 09 Sat work=4, 10 Sun, 11=5.
		{name: "Labour Day 2026", from: "2026-04-30", limit: AskMore, want: "2026-05-11"},
		// Thu 04-03. 04–06 off, 07 Mon=1.
		{name: "one day across Qingming 2025", from: "2025-04-03", limit: Limit{1, Working}, want: "2025-04-07"},
		// Fri 05-30. 31–06-02 off, 03 Tue=1, 04=2, 05=3, 06=4 / 09=5.
		{name: "Dragon Boat Festival 2025", from: "2025-05-30", limit: AskMore, want: "2025-06-09"},
		// Thu 06-18. 19–21 off, 22=1, 23=2, 24=3.
		{name: "three days across Dragon Boat Festival 2026", from: "2026-06-18", limit: Limit{3, Working}, want: "2026-06-24"},
		// Fri 03-06. 07 Sat, 08 Sun (Women's Day is for some citizens only and changes nothing), 09=1.
		{name: "a holiday for some citizens is a day like others", from: "2026-03-06", limit: Limit{1, Working}, want: "2026-03-09"},

		// Mon 03-02. 03–06=4 / 09–13=9 / 16–20=14 / 23–27=19 / 30=20.
		{name: "decides in twenty days", from: "2026-03-02", limit: DecideSingle, want: "2026-03-30"},
		// Thu 02-05. 06=1 / 09–13=6, 14 Sat work=7 / 15–23 off, 24–27=11, 28 Sat work=12 / 03-02–06=17 / 09=18, 10=19, 11=20.
		{name: "decides in twenty days across Spring Festival", from: "2026-02-05", limit: DecideSingle, want: "2026-03-11"},
		// As above to 03-30=20. 31=21, 04-01=22, 02=23, 03=24, 04–06 off, 07 Tue=25, 08=26, 09=27, 10=28 / 13=29, 14=30.
		{name: "extended by ten", from: "2026-03-02", limit: DecideSingle, extended: ExtendSingle, want: "2026-04-14"},
		// Mon 06-01. 02–05=4 / 08–12=9 / 15–18=13, 19–21 off / 22–26=18 / 29–07-03=23 / 06–10=28 / 13–17=33 / 20–24=38 / 27–31=43 / 08-03=44, 04=45.
		{name: "decides jointly in forty-five days", from: "2026-06-01", limit: DecideJointly, want: "2026-08-04"},
		// 08-05=46, 06=47, 07=48 / 10–14=53 / 17–21=58 / 24=59, 25=60.
		{name: "jointly extended by fifteen", from: "2026-06-01", limit: DecideJointly, extended: ExtendJointly, want: "2026-08-25"},
		// Fri 01-17. 20–24=5, 25 Sat, 26 Sun work=6, 27=7, 28–02-04 off, 05=8, 06=9, 07=10.
		{name: "delivers in ten days", from: "2025-01-17", limit: Deliver, want: "2025-02-07"},

		// Tue 12-30. 31=1, 01-01–03 off, 04 Sun work=2, 05=3, 06=4, 07=5.
		{name: "year end with both notices", from: "2025-12-30", limit: AskMore, want: "2026-01-07"},
		// Tue 12-29. 30=1, 31=2, 2027-01-01 Fri fixed holiday, 02 Sat, 03 Sun, 04 Mon=3, 05=4, 06=5.
		{name: "year end without next year's notice", from: "2026-12-29", limit: AskMore, want: "2027-01-06", provisional: true},
		// Thu 12-24. 25=1 / 28=2, 29=3, 30=4, 31=5: 2027 is not touched.
		{name: "last day of the last notice", from: "2026-12-24", limit: AskMore, want: "2026-12-31"},
		// Mon 2024-12-30 has no notice but the day of the event does not count. 31=1 is provisional; 2025-01-01 off, 02=2.
		{name: "a year before the first notice", from: "2024-12-30", limit: Limit{2, Working}, want: "2025-01-02", provisional: true},
		// Fri 2027-04-30. 05-01 Sat and 02 Sun are holidays anyway, 03 Mon=1; days in lieu are not guessed.
		{name: "a year without a notice keeps the fixed holidays", from: "2027-04-30", limit: Limit{1, Working}, want: "2027-05-03", provisional: true},
		// Thu 2027-09-30. 10-01 Fri holiday, 02 Sat, 03 Sun, 04 Mon=1.
		{name: "fixed National Day", from: "2027-09-30", limit: Limit{1, Working}, want: "2027-10-04", provisional: true},

		// Mon 01-05 plus 30: January has 31, so 02-04, a Wednesday.
		{name: "natural days", from: "2026-01-05", limit: Limit{30, Natural}, want: "2026-02-04"},
		// Tue 02-03 plus 15 is 02-18, a holiday; the holiday ends on 02-23, so 02-24.
		{name: "natural days end in Spring Festival", from: "2026-02-03", limit: Limit{15, Natural}, want: "2026-02-24"},
		// 2025-12-30 plus 60: 31 Dec=1, January to 32, 28 Feb=60: a Saturday that is worked.
		{name: "natural days end on a make-up Saturday and stay", from: "2025-12-30", limit: Limit{60, Natural}, want: "2026-02-28"},
		// Fri 03-06 plus 15 is Sat 03-21; Mon 03-23.
		{name: "natural days end on a Saturday and move on", from: "2026-03-06", limit: Limit{15, Natural}, want: "2026-03-23"},

		// 01-31 has no day in February: its last, 28 Sat, which is worked.
		{name: "a month from the 31st", from: "2026-01-31", limit: Limit{1, Month}, want: "2026-02-28"},
		// 2025-02-28 is a Friday.
		{name: "a month to a short February", from: "2025-01-31", limit: Limit{1, Month}, want: "2025-02-28"},
		// 08-31 plus six months: 2026-02-28, Sat work.
		{name: "six months to a short February", from: "2025-08-31", limit: Limit{6, Month}, want: "2026-02-28"},
		// 03-31 plus three months: June has 30 days; Tue 06-30.
		{name: "three months to a short June", from: "2026-03-31", limit: Limit{3, Month}, want: "2026-06-30"},
		// 09-01 plus one month is 10-01, holiday to 10-07; Thu 10-08.
		{name: "a month ends on National Day", from: "2026-09-01", limit: Limit{1, Month}, want: "2026-10-08"},
		// 2028 is a leap year: 02-29, a Tuesday (2028-01-01 is a Saturday, 59 days on).
		{name: "a month in a leap year", from: "2028-01-31", limit: Limit{1, Month}, want: "2028-02-29", provisional: true},
		// 2025-11-30 plus three months is 2026-02-28, Sat work.
		{name: "three months over the year's end", from: "2025-11-30", limit: Limit{3, Month}, want: "2026-02-28"},

		// 03–06=4 / 09=5, 10–12 stopped, 13=6 / 16–20=11 / 23–27=16 / 30=17, 31=18, 04-01=19, 02=20.
		{name: "stops for an inspection", from: "2026-03-02", limit: DecideSingle, pauses: []Pause{pause("inspection", "2026-03-10", "2026-03-12")}, want: "2026-04-02"},
		// 03, 04 stopped, 05=1, 06=2 / 09–13=7 / 16–20=12 / 23–27=17 / 30=18, 31=19, 04-01=20.
		{name: "stops on the first day that would count", from: "2026-03-02", limit: DecideSingle, pauses: []Pause{pause("testing", "2026-03-03", "2026-03-04")}, want: "2026-04-01"},
		// The day of acceptance does not count anyway: as without a stop.
		{name: "stops on the day of acceptance only", from: "2026-03-02", limit: DecideSingle, pauses: []Pause{pause("testing", "2026-03-02", "2026-03-02")}, want: "2026-03-30"},
		// 27=19; 30, 31 stopped; 04-01=20.
		{name: "stops on the last day", from: "2026-03-02", limit: DecideSingle, pauses: []Pause{pause("hearing", "2026-03-30", "2026-03-31")}, want: "2026-04-01"},
		// A stop after the last day changes nothing that has ended.
		{name: "stops after the last day", from: "2026-03-02", limit: DecideSingle, pauses: []Pause{pause("hearing", "2026-03-31", "2026-04-02")}, want: "2026-03-30"},
		// 03=1, 04=2, 05, 06 stopped / 09–13=7 / 16–18 stopped, 19=8, 20=9 / 23–27=14 / 30=15, 31=16, 04-01=17, 02=18, 03=19, 04–06 off, 07=20.
		{name: "stops twice", from: "2026-03-02", limit: DecideSingle, pauses: []Pause{pause("inspection", "2026-03-05", "2026-03-06"), pause("expert-review", "2026-03-16", "2026-03-18")}, want: "2026-04-07"},
		// 03–06=4 / 09=5, 10–13 stopped / 16–20=10 / 23–27=15 / 30=16, 31=17, 04-01=18, 02=19, 03=20.
		{name: "two procedures at once stop once", from: "2026-03-02", limit: DecideSingle, pauses: []Pause{pause("inspection", "2026-03-10", "2026-03-12"), pause("testing", "2026-03-11", "2026-03-13")}, want: "2026-04-03"},
		// Sat and Sun would not have counted.
		{name: "stops over a weekend only", from: "2026-03-02", limit: DecideSingle, pauses: []Pause{pause("quarantine", "2026-03-07", "2026-03-08")}, want: "2026-03-30"},
		// Sat 02-14 would have counted: 06=1 / 09–13=6, 14 stopped, 15–23 off, 24–27=10, 28 work=11 / 03-02–06=16 / 09=17, 10=18, 11=19, 12=20.
		{name: "stops on a make-up Saturday", from: "2026-02-05", limit: DecideSingle, pauses: []Pause{pause("appraisal", "2026-02-14", "2026-02-14")}, want: "2026-03-12"},
		// 06=1 / 09–12=5, 13–24 stopped, 25=6, 26=7, 27=8, 28 work=9 / 03-02–06=14 / 09–13=19 / 16=20.
		{name: "stops across Spring Festival", from: "2026-02-05", limit: DecideSingle, pauses: []Pause{pause("expert-review", "2026-02-13", "2026-02-24")}, want: "2026-03-16"},
		// Stopped 10–12 as above to 04-02=20; 03=21, 07=22, 08=23, 09=24, 10=25 / 13=26, 14=27, 15=28, 16=29, 17=30.
		{name: "stopped and extended", from: "2026-03-02", limit: DecideSingle, extended: ExtendSingle, pauses: []Pause{pause("inspection", "2026-03-10", "2026-03-12")}, want: "2026-04-17"},
		// Open from 10 for three working days: taken to end on 12, so as the closed one.
		{name: "an open stop is projected", from: "2026-03-02", limit: DecideSingle, pauses: []Pause{{Kind: "inspection", From: "2026-03-10", Days: 3, Notice: "1"}}, want: "2026-04-02", provisional: true},
		// Open from Thu 12 for three working days: 12, 13, 16. 03–06=4 / 09=5, 10=6, 11=7 / 17–20=11 / 23–27=16 / 30=17, 31=18, 04-01=19, 02=20.
		{name: "an open stop is told in working days", from: "2026-03-02", limit: DecideSingle, pauses: []Pause{{Kind: "inspection", From: "2026-03-12", Days: 3, Notice: "1"}}, want: "2026-04-02", provisional: true},
		// Fri 03-06. 07–09=3, 10–12 stopped, 13=4, 24=15 (13 plus 11), a Tuesday.
		{name: "natural days stop too", from: "2026-03-06", limit: Limit{15, Natural}, pauses: []Pause{pause("testing", "2026-03-10", "2026-03-12")}, want: "2026-03-24"},
		// A month from 03-02 is 31 days. 03-03–29=27, 30–04-03 stopped, 04=28, 05=29, 06=30, 07=31, a Tuesday.
		{name: "months stop too", from: "2026-03-02", limit: Limit{1, Month}, pauses: []Pause{pause("testing", "2026-03-30", "2026-04-03")}, want: "2026-04-07"},
		// Sat 03-21 moves to Mon 03-23, which is stopped, as is 24; Wed 03-25.
		{name: "a last day moves on past a stop", from: "2026-03-06", limit: Limit{15, Natural}, pauses: []Pause{pause("testing", "2026-03-22", "2026-03-24")}, want: "2026-03-25"},

		// On the spot.
		{name: "zero days on a working day", from: "2026-03-02", limit: Limit{0, Working}, want: "2026-03-02"},
		// Sun 03-08; the next day that is worked.
		{name: "zero days on a Sunday", from: "2026-03-08", limit: Limit{0, Working}, want: "2026-03-09"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Clock{From: day(tt.from), Limit: tt.limit, Extended: tt.extended, Pauses: tt.pauses}
			due, provisional := c.Due(cal)
			if due != day(tt.want) || provisional != tt.provisional {
				t.Errorf("Due() = %s, provisional %v, want %s, %v", due, provisional, tt.want, tt.provisional)
				for _, s := range c.Trace(cal) {
					t.Logf("%s %s %3d %s", s.Day, s.Day.Weekday().String()[:3], s.N, s.Why)
				}
			}
		})
	}
}

func TestReceipt(t *testing.T) {
	cal := shifan(t)
	for _, tt := range []struct {
		name, at, received, last string
	}{
		{"at 23:59:59 in Shanghai it is still that day", "2026-02-13T23:59:59+08:00", "2026-02-13", "2026-02-27"},
		// Sat 02-14 is a day later: 24=1, 25=2, 26=3, 27=4, 28 Sat work=5.
		{"at midnight the next day has begun", "2026-02-14T00:00:00+08:00", "2026-02-14", "2026-02-28"},
		{"a server elsewhere makes no difference", "2026-02-13T15:59:59Z", "2026-02-13", "2026-02-27"},
		{"nor on the other side of the date line", "2026-02-13T06:00:00-10:00", "2026-02-14", "2026-02-28"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			a := Acceptance{Received: Of(at)}
			if a.Received != day(tt.received) {
				t.Errorf("Of(%s) = %s, want %s", tt.at, a.Received, tt.received)
			}
			if last, _ := a.Clock().Due(cal); last != day(tt.last) {
				t.Errorf("Due() = %s, want %s", last, tt.last)
			}
		})
	}
	end := day("2026-02-27").End()
	if want := time.Date(2026, 2, 27, 16, 0, 0, 0, time.UTC); !end.Equal(want) {
		t.Errorf("End() = %s, want %s", end, want)
	}
}
