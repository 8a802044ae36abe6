package form

import (
	"strconv"
	"strings"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/service/catalogue"
)

const civil = "2006-01-02"

// joinDay keeps what was typed into the three inputs in one string, also when it is no day. A whole day
// pasted into the first input is taken as one.
func joinDay(year, month, day, whole string) string {
	year, month, day = tidy(year, false), tidy(month, false), tidy(day, false)
	switch {
	case year == "" && month == "" && day == "":
		return whole
	case month == "" && day == "" && len(parts(year)) > 1:
		return year
	}
	return year + "-" + month + "-" + day
}

// SplitDay gives back the three inputs of a value that Parse returned, whether it is a day or not.
func SplitDay(value string) (year, month, day string) {
	if d, err := time.Parse(civil, value); err == nil {
		return strconv.Itoa(d.Year()), strconv.Itoa(int(d.Month())), strconv.Itoa(d.Day())
	}
	if strings.Count(value, "-") == 2 {
		p := strings.SplitN(value, "-", 3)
		return p[0], p[1], p[2]
	}
	if p := parts(value); len(p) == 3 {
		return p[0], p[1], p[2]
	}
	return value, "", ""
}

// parts splits a day as people write it: 2026-3-8, 2026/3/8, 2026.3.8, 2026年3月8日, 20260308, 2026 3 8.
func parts(s string) []string {
	s = half(s)
	if len(s) == 8 && all(s, isDigit) {
		return []string{s[:4], s[4:6], s[6:]}
	}
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/.年月日号 –—", r) })
}

func readDay(f *catalogue.Field, s string) (string, *fault.Field) {
	if strings.Count(s, "-") == 2 { // from the three inputs; any of them may be empty
		p := strings.SplitN(s, "-", 3)
		for i, code := range []string{"field.date.no-year", "field.date.no-month", "field.date.no-day"} {
			if p[i] == "" {
				return "", complain(f.ID, code, "part", partNames[i])
			}
		}
	}
	p := parts(s)
	if len(p) != 3 {
		return "", complain(f.ID, "field.date")
	}
	var n [3]int
	for i, one := range p {
		one = strings.TrimRight(one, "年月日号")
		v, err := strconv.Atoi(one)
		if err != nil || v < 0 {
			return "", complain(f.ID, "field.date.digits", "part", partNames[i])
		}
		n[i] = v
	}
	year, month, day := n[0], n[1], n[2]
	switch {
	case year < 1000 || year > 9999:
		return "", complain(f.ID, "field.date.year", "part", "year")
	case year < 1900:
		return "", complain(f.ID, "field.date.past", "part", "year")
	case month < 1 || month > 12:
		return "", complain(f.ID, "field.date.month", "part", "month")
	}
	last := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if day < 1 || day > last {
		return "", complain(f.ID, "field.date.day", "part", "day", "year", strconv.Itoa(year), "month", strconv.Itoa(month), "last", strconv.Itoa(last))
	}
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Format(civil), nil
}

var partNames = [3]string{"year", "month", "day"}
