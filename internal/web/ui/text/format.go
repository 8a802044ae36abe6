package text

import (
	"strconv"
	"strings"
	"time"

	"tongban/internal/platform/lang"
)

// zone is the time of the whole country; deadlines and dates never follow the reader's machine.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

var (
	weekdays = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}
	civil    = "2006-01-02"
)

// Day writes a civil day (2006-01-02) in words with its weekday: 2026 年 4 月 21 日（星期二），
// Tuesday 21 April 2026. What is not a day comes back as it is.
func (p Printer) Day(day string) string {
	d, err := time.Parse(civil, day)
	if err != nil {
		return day
	}
	if p.Lang == lang.EN {
		return d.Format("Monday 2 January 2006")
	}
	return d.Format("2006 年 1 月 2 日") + "（" + weekdays[d.Weekday()] + "）"
}

// ShortDay writes a civil day without weekday, and without the year when it is the year of today:
// 4 月 21 日, 21 April.
func (p Printer) ShortDay(day, today string) string {
	d, err := time.Parse(civil, day)
	if err != nil {
		return day
	}
	same := len(today) >= 4 && today[:4] == day[:4]
	switch {
	case p.Lang == lang.EN && same:
		return d.Format("2 January")
	case p.Lang == lang.EN:
		return d.Format("2 January 2006")
	case same:
		return d.Format("1 月 2 日")
	}
	return d.Format("2006 年 1 月 2 日")
}

// Moment writes a moment in words, to the minute, in the country's time.
func (p Printer) Moment(at time.Time) string {
	at = at.In(zone)
	if p.Lang == lang.EN {
		return at.Format("15:04 on Monday 2 January 2006")
	}
	return at.Format("2006 年 1 月 2 日") + "（" + weekdays[at.Weekday()] + "）" + at.Format("15:04")
}

// Stamp writes a moment as tables do: 2026-04-21 15:40.
func (p Printer) Stamp(at time.Time) string { return at.In(zone).Format("2006-01-02 15:04") }

// Machine writes a moment for a datetime attribute.
func Machine(at time.Time) string { return at.In(zone).Format(time.RFC3339) }

// Number writes a whole number with thousands apart: 1,334.
func (p Printer) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Yuan writes an amount given in fen: 1,200.00 元, CNY 1,200.00.
func (p Printer) Yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	cents := strconv.FormatInt(100+fen%100, 10)[1:]
	amount := sign + p.Number(fen/100) + "." + cents
	if p.Lang == lang.EN {
		return "CNY " + amount
	}
	return amount + " 元"
}

// Bytes writes the size of a file: 82 KB, 1.4 MB.
func (p Printer) Bytes(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1000*1000:
		return strconv.FormatInt((n+500)/1000, 10) + " KB"
	}
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
}

// List joins what belongs together: 甲、乙、丙; A, B, C.
func (p Printer) List(items []string) string {
	if p.Lang == lang.EN {
		return strings.Join(items, ", ")
	}
	return strings.Join(items, "、")
}
