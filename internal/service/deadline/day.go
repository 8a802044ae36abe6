package deadline

import "time"

// Day is a civil date in the time zone Asia/Shanghai, written 2006-01-02. It sorts as text. The empty
// Day is no day, and whatever is computed from a Day that is not valid is no day either.
type Day string

// China has kept one offset without summer time since 1992, so a fixed zone is the truth for every
// act of this platform and needs no zone database.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Of returns the day on which the instant falls in Asia/Shanghai, where 24:00 belongs to the day that
// ends (Civil Code, art. 203): what arrives at 23:59 arrived that day.
func Of(t time.Time) Day {
	return dayOf(floorDiv(t.Unix()+8*60*60, 24*60*60))
}

// ParseDay returns the day that s writes, and whether s writes a day that exists.
func ParseDay(s string) (Day, bool) {
	if _, ok := Day(s).ordinal(); !ok {
		return "", false
	}
	return Day(s), true
}

// Valid reports whether d is a day that exists.
func (d Day) Valid() bool {
	_, ok := d.ordinal()
	return ok
}

// Start is the instant at which the day begins.
func (d Day) Start() time.Time {
	n, ok := d.ordinal()
	if !ok {
		return time.Time{}
	}
	return time.Unix(n*24*60*60-8*60*60, 0).In(shanghai)
}

// End is the instant at which the day ends, its 24:00. A person is in time before it.
func (d Day) End() time.Time {
	n, ok := d.ordinal()
	if !ok {
		return time.Time{}
	}
	return time.Unix((n+1)*24*60*60-8*60*60, 0).In(shanghai)
}

// Add returns the day n natural days later, or earlier for n below zero.
func (d Day) Add(n int) Day {
	o, ok := d.ordinal()
	if !ok {
		return ""
	}
	return dayOf(o + int64(n))
}

// AddMonths returns the corresponding day n months later; where that month has no such day, its last
// day (Civil Code, art. 202).
func (d Day) AddMonths(n int) Day {
	o, ok := d.ordinal()
	if !ok {
		return ""
	}
	y, m, dd := civil(o)
	months := int64(y)*12 + int64(m-1) + int64(n)
	year, month := int(floorDiv(months, 12)), int(months-floorDiv(months, 12)*12)+1
	return dayOf(ordinalOf(year, month, min(dd, lastOf(year, month))))
}

// Until returns the number of natural days from d to other, below zero when other comes first.
func (d Day) Until(other Day) int {
	a, ok := d.ordinal()
	b, ok2 := other.ordinal()
	if !ok || !ok2 {
		return 0
	}
	return int(b - a)
}

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday {
	o, _ := d.ordinal()
	return weekday(o)
}

// Year returns the year, 0 for no day.
func (d Day) Year() int {
	o, ok := d.ordinal()
	if !ok {
		return 0
	}
	y, _, _ := civil(o)
	return y
}

// ordinal counts days from 1970-01-01. Only years 1 to 9999 exist here.
func (d Day) ordinal() (int64, bool) {
	if len(d) != 10 || d[4] != '-' || d[7] != '-' {
		return 0, false
	}
	y, ok := digits(d[0:4])
	m, ok2 := digits(d[5:7])
	dd, ok3 := digits(d[8:10])
	if !ok || !ok2 || !ok3 || y < 1 || m < 1 || m > 12 || dd < 1 || dd > lastOf(y, m) {
		return 0, false
	}
	return ordinalOf(y, m, dd), true
}

func digits(s Day) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int(c)
	}
	return n, true
}

func dayOf(o int64) Day {
	y, m, d := civil(o)
	if y < 1 || y > 9999 {
		return ""
	}
	b := [10]byte{
		byte('0' + y/1000), byte('0' + y/100%10), byte('0' + y/10%10), byte('0' + y%10), '-',
		byte('0' + m/10), byte('0' + m%10), '-', byte('0' + d/10), byte('0' + d%10),
	}
	return Day(b[:])
}

// ordinalOf and civil convert between the Gregorian calendar and day numbers with whole-number
// arithmetic over eras of 400 years that begin in March, so that the leap day comes last.
func ordinalOf(y, m, d int) int64 {
	year := int64(y)
	if m <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	month := int64(m+9) % 12
	dayOfYear := (153*month+2)/5 + int64(d) - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

func civil(o int64) (y, m, d int) {
	o += 719468
	era := floorDiv(o, 146097)
	dayOfEra := o - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	month := (5*dayOfYear + 2) / 153
	d = int(dayOfYear-(153*month+2)/5) + 1
	m = int(month+2)%12 + 1
	y = int(yearOfEra + era*400)
	if m <= 2 {
		y++
	}
	return y, m, d
}

// weekday: 1970-01-01 was a Thursday.
func weekday(o int64) time.Weekday {
	w := (o + 4) % 7
	if w < 0 {
		w += 7
	}
	return time.Weekday(w)
}

func lastOf(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
