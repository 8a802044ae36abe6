package jurisdiction

import (
	"regexp"
	"slices"

	"tongban/internal/platform/ref"
	"tongban/internal/service/catalogue"
)

var (
	aWhole   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	aDecimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
)

// fitsType reports whether a value, as text, is one of a type. An unknown type, and an enumeration
// without options, take anything: that is another complaint.
func fitsType(value, kind string, options []catalogue.Option) bool {
	switch kind {
	case "boolean":
		return value == "true" || value == "false"
	case "enum":
		return len(options) == 0 || slices.Contains(optionValues(options), value)
	case "integer":
		return aWhole.MatchString(value)
	case "decimal", "money":
		return aDecimal.MatchString(value)
	case "date":
		return validDay(value)
	case "id-number":
		return ref.CheckIDNumber(value)
	case "uscc":
		return ref.CheckUSCC(value)
	}
	return true
}
