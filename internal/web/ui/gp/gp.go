package gp

import (
	"strconv"
	"strings"

	"tongban/internal/web/ui/gov"
	"tongban/internal/web/ui/text"
)

// Left is how many working days a clock leaves, as a tag: the word says it, the colour only repeats it.
// Stopped clocks say so whatever is left.
func Left(p text.Printer, days int, stopped bool) gov.Tag {
	switch {
	case stopped:
		return gov.Tag{Text: p.T("gp.left.stopped"), Classes: "govuk-tag--grey"}
	case days < 0:
		return gov.Tag{Text: p.T("gp.left.over", "n", strconv.Itoa(-days)), Classes: "govuk-tag--red"}
	case days == 0:
		return gov.Tag{Text: p.T("gp.left.today"), Classes: "govuk-tag--orange"}
	case days <= 3:
		return gov.Tag{Text: p.T("gp.left.days", "n", strconv.Itoa(days)), Classes: "govuk-tag--yellow"}
	}
	return gov.Tag{Text: p.T("gp.left.days", "n", strconv.Itoa(days)), Classes: "gp-tag--plain"}
}

// Mask hides the middle of a number that a reader need not know in full: 330***********1234.
func Mask(s string) string {
	r := []rune(s)
	if len(r) <= 8 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:3]) + strings.Repeat("*", len(r)-7) + string(r[len(r)-4:])
}
