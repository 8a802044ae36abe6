package catalogue

import (
	"fmt"

	"tongban/internal/platform/lang"
)

// Words says the length of a limit, such as 20 个工作日. Pages say it through say.Limit, which knows how people
// say a limit of nothing.
func (l Limit) Words() lang.Text {
	zh, one, many := "个自然日", "natural day", "natural days"
	switch l.Unit {
	case "working":
		zh, one, many = "个工作日", "working day", "working days"
	case "month":
		zh, one, many = "个月", "month", "months"
	}
	if l.N == 1 {
		many = one
	}
	return lang.Text{ZH: fmt.Sprintf("%d %s", l.N, zh), EN: fmt.Sprintf("%d %s", l.N, many)}
}
