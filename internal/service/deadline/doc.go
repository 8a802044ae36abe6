// Package deadline counts the days that the law gives: which days are working days, until when a
// public body must act, which days do not count and why.
//
// Its one rule: a due date is a pure function of the day a clock started, its limit, its stops and the
// calendar of the State Council; it can always be shown day by day. Nothing here knows what time it
// is, reads a database or keeps state. The stream: application starts clocks, casework stops, extends
// and ends them, every page that names a date shows the trace.
//
// The law: Administrative Licence Law (行政许可法) art. 32(4) five days to ask for more, else deemed
// accepted; art. 42 twenty days and ten more, jointly forty-five and fifteen more; art. 44 ten days to
// deliver; art. 45 what stops a clock; art. 82 limits count in working days. Civil Code (民法典) art.
// 201 to 203: the first day does not count, the corresponding day of the last month, the last day that
// is a holiday moves on, a day ends at 24:00. docs/design/clocks.md tells it whole.
//
// Reading order: day.go, calendar.go, clock.go, acceptance.go.
package deadline
