package lifecycle

import (
	"strings"

	"tongban/internal/service/deadline"
)

// Window is when a step is to be done.
type Window struct {
	Opens       deadline.Day // first day on which it can be begun; empty: at any time
	Last        deadline.Day // last day in time
	Provisional bool         // the calendar of a year on the way is not published yet
}

// window finds when a step is to be done, in the days that facts say; false when a day is not known. A
// last day that is no working day stays as it is: who believes it is never late.
func (d *Due) window(day func(fact string) deadline.Day, today deadline.Day, c *deadline.Calendar) (w Window, ok bool) {
	move := func(from deadline.Day, l *deadline.Limit, sign int) deadline.Day {
		if l == nil {
			return from
		}
		switch l.Unit {
		case deadline.Month:
			return from.AddMonths(sign * l.N)
		case deadline.Working:
			to, isProvisional := c.AddWorking(from, sign*l.N)
			w.Provisional = w.Provisional || isProvisional
			return to
		}
		return from.Add(sign * l.N)
	}
	switch {
	case d.Year != "":
		from, to, _ := strings.Cut(d.Year, "..")
		year := string(today[:4])
		w.Opens, w.Last = deadline.Day(year+"-"+from), deadline.Day(year+"-"+to)
	case d.Every != nil:
		from := day(d.From)
		if !from.Valid() || d.Every.N < 1 {
			return w, false
		}
		last := from
		for n := 1; last == from || last < today; n++ {
			last = move(from, &deadline.Limit{N: n * d.Every.N, Unit: d.Every.Unit}, 1)
		}
		w.Last = last
		if d.Open != nil {
			w.Opens = move(last, d.Open, -1)
		}
	case d.Until != "":
		until := day(d.Until)
		if !until.Valid() {
			return w, false
		}
		w.Last = move(until, d.Before, -1)
		if d.Open != nil {
			w.Opens = move(until, d.Open, -1)
		}
	default:
		from := day(d.From)
		if !from.Valid() {
			return w, false
		}
		w.Opens, w.Last = from, move(from, d.Within, 1)
	}
	return w, w.Last.Valid()
}
