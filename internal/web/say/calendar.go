package say

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tongban/internal/service/deadline"
)

// CalendarEvent is one whole-day event.
type CalendarEvent struct {
	UID     string
	Day     deadline.Day
	Summary string
	URL     string
}

// Calendar writes events as an iCalendar file (RFC 5545).
func Calendar(name string, made time.Time, events []CalendarEvent) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(fold(fmt.Sprintf(format, args...))) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Tongban//Tongban//ZH")
	line("X-WR-CALNAME:%s", escape(name))
	for _, e := range events {
		line("BEGIN:VEVENT")
		line("UID:%s", e.UID)
		line("DTSTAMP:%s", made.UTC().Format("20060102T150405Z"))
		line("DTSTART;VALUE=DATE:%s", strings.ReplaceAll(string(e.Day), "-", ""))
		line("DTEND;VALUE=DATE:%s", strings.ReplaceAll(string(e.Day.Add(1)), "-", ""))
		line("SUMMARY:%s", escape(e.Summary))
		if e.URL != "" {
			line("URL:%s", e.URL)
		}
		line("TRANSP:TRANSPARENT")
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return []byte(b.String())
}

var escaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

func escape(s string) string { return escaper.Replace(s) }

// fold breaks a content line at 75 octets, between characters (RFC 5545, section 3.1).
func fold(s string) string {
	var b strings.Builder
	width := 0
	for _, r := range s {
		n := utf8.RuneLen(r)
		if width+n > 75 {
			b.WriteString("\r\n ")
			width = 1
		}
		b.WriteRune(r)
		width += n
	}
	return b.String() + "\r\n"
}
