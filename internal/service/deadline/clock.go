package deadline

import (
	"slices"
	"strconv"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
)

// Unit is what a limit counts.
type Unit string

// The units. Limits of the Administrative Licence Law count working days (art. 82); others say so.
const (
	Working Unit = "working" // working days
	Natural Unit = "natural" // days of the calendar
	Month   Unit = "month"   // months, to the corresponding day
)

// Limit is a length of time given by law or promised.
type Limit struct {
	N    int  `yaml:"n" json:"n"`
	Unit Unit `yaml:"unit" json:"unit"`
}

// Valid reports whether the limit can be counted. Nothing in administrative law runs for more than ten
// years by days; a longer one is a slip of the pen.
func (l Limit) Valid() bool {
	switch l.Unit {
	case Working, Natural:
		return l.N >= 0 && l.N <= 3660
	case Month:
		return l.N >= 0 && l.N <= 120
	}
	return false
}

// The limits of the Administrative Licence Law that hold where no other law sets one.
var (
	AskMore       = Limit{5, Working}  // art. 32(4)
	DecideSingle  = Limit{20, Working} // art. 42(1)
	DecideJointly = Limit{45, Working} // art. 42(2): unified, joint or centralised handling
	Deliver       = Limit{10, Working} // art. 44
)

// What one extension may add (art. 42): by leave of the head of the body, or of the head of the
// government when bodies handle jointly.
const (
	ExtendSingle  = 10
	ExtendJointly = 15
)

// PauseKinds are the special procedures whose time does not count (art. 45), and nothing else: hearing,
// invitation of tenders, auction, inspection, testing, quarantine, appraisal, review by experts.
var PauseKinds = [...]string{"hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert-review"}

// Pause is one special procedure: whole days from the one on which it began to the one on which it
// ended. The applicant was told in writing how long it takes (art. 45); the notice is named.
type Pause struct {
	Kind   string `json:"kind"`
	From   Day    `json:"from"`
	To     Day    `json:"to,omitempty"` // last day; "" while it goes on
	Days   int    `json:"days"`         // how long the notice said, counted as the clock counts, From included
	Notice string `json:"notice"`       // number of the written notice
}

// Clock is one running limit.
type Clock struct {
	From     Day     `json:"from"` // the day of the event; counting begins the day after
	Limit    Limit   `json:"limit"`
	Extended int     `json:"extended,omitempty"` // days added by the one extension, in the limit's unit
	Pauses   []Pause `json:"pauses,omitempty"`
}

// Reason says why a day counts or does not. It is the last part of a text key.
type Reason string

// The reasons.
const (
	Counted    Reason = "counted"               // an ordinary day that counts
	MakeUp     Reason = "make-up"               // counts: a Saturday or Sunday that is worked (调休)
	FirstDay   Reason = "first-day-not-counted" // the day of the event
	Weekend    Reason = "weekend"
	Holiday    Reason = "holiday"
	Stopped    Reason = "stopped"  // a special procedure goes on
	MovedOn    Reason = "moved-on" // natural and month limits: it would be the last day, but it is a holiday or weekend
	SameDayOff Reason = "same-day" // a limit of zero days that falls on a day off
)

// Step is one day in the account of how a due date came about.
type Step struct {
	Day         Day
	N           int    // number of the day when it counts, else 0
	Why         Reason // why it counts or not
	Holiday     lang.Text
	Procedure   string // when stopped: the kind of the procedure
	Provisional bool   // the year's notice is not loaded
}

// Due returns the last day of the clock, and whether that is provisional: because the notice of a year
// is not loaded, or because a special procedure goes on and its end is the one that was told.
func (c Clock) Due(cal *Calendar) (due Day, isProvisional bool) {
	if len(c.Pauses) == 0 && c.Limit.Unit == Working && c.Limit.Valid() && c.Limit.N+c.Extended > 0 {
		return cal.AddWorking(c.From, c.Limit.N+c.Extended)
	}
	r := c.run(cal, "", false)
	return r.due, r.provisional || r.projected
}

// Trace returns every day from the one of the event to the last, with its number or the reason why it
// does not count: what the page "怎么算的" shows.
func (c Clock) Trace(cal *Calendar) []Step { return c.run(cal, "", true).steps }

// TraceOn is Trace as it stands on a day: a procedure that takes longer than was told goes on at least
// until that day.
func (c Clock) TraceOn(cal *Calendar, today Day) []Step { return c.run(cal, today, true).steps }

// Left returns the working days that are left after today, special procedures not counted; zero on the
// last day, and below zero the working days that have passed since.
func (c Clock) Left(cal *Calendar, today Day) int { return c.State(cal, today).Left }

// Band sorts clocks by how near the end is.
type Band string

// The bands.
const (
	Ample    Band = "ample"   // more than three working days
	Soon     Band = "soon"    // within three working days
	DueToday Band = "today"   // the last day
	Overdue  Band = "overdue" // after it
	Waiting  Band = "stopped" // a special procedure goes on: the clock stands
)

// State is how a clock stands on a day.
type State struct {
	Due         Day
	Provisional bool // a year's notice is missing
	Projected   bool // a special procedure goes on; Due assumes that it ends when it was told to
	Overrun     bool // it has gone on for longer than was told
	Left        int  // see Clock.Left
	Band        Band
}

// State returns how the clock stands on a day.
func (c Clock) State(cal *Calendar, today Day) State {
	r := c.run(cal, today, false)
	s := State{Due: r.due, Provisional: r.provisional, Projected: r.projected, Overrun: r.overrun}
	due, ok := r.due.ordinal()
	now, ok2 := today.ordinal()
	if !ok || !ok2 {
		return s
	}
	if from, _ := c.From.ordinal(); now < from {
		now = from
	}
	s.Left = cal.Between(today, r.due)
	if now < due {
		s.Left = 0
		for o := now + 1; o <= due; o++ {
			if cal.at(o)&worked != 0 && stoppedOn(r.stops, o) < 0 {
				s.Left++
			}
		}
	}
	switch {
	case stoppedOn(r.stops, now) >= 0:
		s.Band = Waiting
	case now > due:
		s.Band = Overdue
	case now == due:
		s.Band = DueToday
	case s.Left <= 3:
		s.Band = Soon
	default:
		s.Band = Ample
	}
	return s
}

// Stop begins a special procedure. It is refused when the law names no such ground, without a written
// notice that tells how long it takes, before the clock started and after it ran out.
func (c Clock) Stop(cal *Calendar, p Pause) (Clock, error) {
	due, _ := c.Due(cal)
	switch {
	case !slices.Contains(PauseKinds[:], p.Kind):
		return c, fault.New(fault.Invalid, "clock.stop.no-ground", "kind", p.Kind)
	case p.Notice == "":
		return c, fault.New(fault.Invalid, "clock.stop.no-notice")
	case !p.From.Valid() || p.From < c.From || p.To != "" && (!p.To.Valid() || p.To < p.From):
		return c, fault.New(fault.Invalid, "clock.stop.dates")
	case p.Days < 1 || p.Days > 3660:
		return c, fault.New(fault.Invalid, "clock.stop.days")
	case p.From > due:
		return c, fault.New(fault.Late, "clock.over", "due", string(due))
	}
	for _, have := range c.Pauses {
		if have.To == "" && have.Kind == p.Kind {
			return c, fault.New(fault.Conflict, "clock.stop.goes-on", "notice", have.Notice)
		}
	}
	c.Pauses = append(slices.Clone(c.Pauses), p)
	return c, nil
}

// Resume ends the special procedure of the notice; last is the last day that it took.
func (c Clock) Resume(notice string, last Day) (Clock, error) {
	for i, p := range c.Pauses {
		if p.Notice != notice || p.To != "" {
			continue
		}
		if !last.Valid() || last < p.From {
			return c, fault.New(fault.Invalid, "clock.resume.before-stop", "from", string(p.From))
		}
		c.Pauses = slices.Clone(c.Pauses)
		c.Pauses[i].To = last
		return c, nil
	}
	return c, fault.New(fault.Conflict, "clock.resume.not-stopped", "notice", notice)
}

// Extend adds days once (art. 42), before the clock has run out; most is what the law allows.
func (c Clock) Extend(cal *Calendar, today Day, days, most int) (Clock, error) {
	due := c.State(cal, today).Due
	switch {
	case c.Extended > 0:
		return c, fault.New(fault.Conflict, "clock.extended-already")
	case days < 1 || days > most:
		return c, fault.New(fault.Invalid, "clock.extend.days", "most", strconv.Itoa(most))
	case today > due:
		return c, fault.New(fault.Late, "clock.over", "due", string(due))
	}
	c.Extended = days
	return c, nil
}

// result is what one run over the days finds.
type result struct {
	due         Day
	provisional bool
	projected   bool
	overrun     bool
	stops       []stop
	steps       []Step
}

// stop is a pause as ordinals, both ends included.
type stop struct{ from, to int64 }

// stoppedOn returns the index of a stop that covers the day, or −1.
func stoppedOn(stops []stop, o int64) int {
	for i, s := range stops {
		if s.from <= o && o <= s.to {
			return i
		}
	}
	return -1
}

// run walks the days from the event to the last one. Everything that is ever said about a clock comes
// out of this walk, so that the date and its explanation cannot differ.
func (c Clock) run(cal *Calendar, today Day, trace bool) (r result) {
	from, ok := c.From.ordinal()
	if !ok || !c.Limit.Valid() || c.Extended < 0 || c.Extended > 3660 {
		return r
	}
	need := c.Limit.N + c.Extended
	if c.Limit.Unit == Month {
		// Months become the days up to the corresponding day; special procedures then lengthen them
		// day for day.
		need = c.From.Until(c.From.AddMonths(need))
	}
	c.stops(cal, today, &r)
	note := func(o int64, k kind, n int, why Reason, procedure string) {
		if !trace {
			return
		}
		s := Step{Day: cal.day(o), N: n, Why: why, Procedure: procedure, Provisional: k&provisional != 0}
		if k&worked == 0 {
			s.Holiday = cal.called[o]
		}
		r.steps = append(r.steps, s)
	}

	first := cal.at(from)
	note(from, first, 0, FirstDay, "")
	if need == 0 && first&worked != 0 {
		// To be done on the spot: the day itself.
		r.due, r.provisional = c.From, first&provisional != 0
		return r
	}
	n := 0
	for o := from + 1; ; o++ {
		k := cal.at(o)
		r.provisional = r.provisional || k&provisional != 0
		if i := stoppedOn(r.stops, o); i >= 0 {
			note(o, k, 0, Stopped, c.Pauses[i].Kind)
			continue
		}
		if k&worked == 0 && need == 0 {
			note(o, k, 0, SameDayOff, "")
			continue
		}
		if k&worked == 0 && c.Limit.Unit == Working {
			note(o, k, 0, off(k), "")
			continue
		}
		if k&worked == 0 && n+1 >= need {
			note(o, k, 0, MovedOn, "")
			continue
		}
		n++
		note(o, k, n, counted(k, c.Limit.Unit), "")
		if n >= need {
			r.due = cal.day(o)
			return r
		}
	}
}

// stops turns pauses into days. One that goes on is taken to end when its notice said; when today is
// later than that, it goes on until today at least.
func (c Clock) stops(cal *Calendar, today Day, r *result) {
	for _, p := range c.Pauses {
		s := stop{from: 1, to: 0} // covers nothing
		from, ok := p.From.ordinal()
		if to, closed := p.To.ordinal(); ok && closed {
			s = stop{from, to}
		} else if ok {
			r.projected = true
			s = stop{from, expectedEnd(cal, from, min(max(p.Days, 1), 3660), c.Limit.Unit)}
			if now, ok := today.ordinal(); ok && now > s.to {
				s.to, r.overrun = now, true
			}
		}
		r.stops = append(r.stops, s)
	}
}

func expectedEnd(cal *Calendar, from int64, days int, unit Unit) int64 {
	if unit != Working {
		return from + int64(days) - 1
	}
	for o := from; ; o++ {
		if cal.at(o)&worked != 0 {
			if days--; days == 0 {
				return o
			}
		}
	}
}

func off(k kind) Reason {
	if k&listed != 0 {
		return Holiday
	}
	return Weekend
}

func counted(k kind, unit Unit) Reason {
	if unit == Working && k&listed != 0 {
		return MakeUp
	}
	return Counted
}
