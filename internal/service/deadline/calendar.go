package deadline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tongban/internal/platform/lang"
)

// Year is one year's notice of the State Council on holidays and make-up working days, as its file
// writes it. Entries are MM-DD or MM-DD..MM-DD; a notice that reaches into a neighbouring year writes
// YYYY-MM-DD.
type Year struct {
	Year    int                  `yaml:"year"`
	Off     []string             `yaml:"off"`             // days off, ranges with both ends
	Work    []string             `yaml:"work"`            // Saturdays and Sundays that are worked (调休)
	Names   map[string]lang.Text `yaml:"names,omitempty"` // name of a holiday, by the first day of its entry in Off
	Source  string               `yaml:"source"`          // address of the notice
	Title   lang.Text            `yaml:"title,omitempty"` // title of the notice
	Version string               `yaml:"version"`         // which edition of this file; printed beside every computed date
}

// Problem is a complaint about a year's file, with the way to mend it.
type Problem struct {
	Year   int
	Path   string // path in the file, such as off[3]
	What   string
	Remedy string
}

func (p Problem) Error() string {
	return fmt.Sprintf("calendar %d: %s: %s; %s", p.Year, p.Path, p.What, p.Remedy)
}

// Calendar knows for every day whether it is worked. It does not change after it is made, and may be
// used by many at once.
//
// A year without a notice is counted by Monday to Friday less the holidays with a fixed date in the
// solar calendar, and everything that touches it is marked provisional: lunar holidays and make-up
// days are not guessed, because a legal date is not a guess (see docs/design/clocks.md).
type Calendar struct {
	first   int64   // ordinal of the first day in the tables
	kinds   []kind  // of each day
	upto    []int32 // working days from first to that day, both included
	unsure  []int32 // provisional days from first to that day, both included
	working []int32 // index of each working day, in order
	names   string  // all days written one after the other, so that a Day costs no allocation
	called  map[int64]lang.Text
	years   []Year
}

type kind uint8

const (
	worked      kind = 1 << iota // a working day
	listed                       // because a notice says so, and not the day of the week
	provisional                  // no notice covers it
)

// margin is how many years beyond the loaded ones are tabulated; further ones are computed each time.
const margin = 3

// fixed are the holidays with a fixed date (全国年节及纪念日放假办法, art. 2, revision of 2024-11-10):
// New Year one day, Labour Day two, National Day three.
var fixed = [...][2]int{{1, 1}, {5, 1}, {5, 2}, {10, 1}, {10, 2}, {10, 3}}

// NewCalendar makes a calendar of the notices of some years, or says everything that is wrong with
// them. With problems there is no calendar.
func NewCalendar(years []Year) (*Calendar, []Problem) {
	c := &Calendar{called: map[int64]lang.Text{}, years: slices.Clone(years)}
	slices.SortStableFunc(c.years, func(a, b Year) int { return a.Year - b.Year })
	var problems []Problem
	if len(years) > 0 {
		from, to := c.years[0].Year, c.years[len(years)-1].Year
		if from < 1950 || to > 9000 {
			return nil, []Problem{{Year: from, Path: "year", What: "not a year of this calendar", Remedy: "write the year the notice is about, such as 2026"}}
		}
		c.first = ordinalOf(from-margin, 1, 1)
		c.kinds = make([]kind, ordinalOf(to+margin+1, 1, 1)-c.first)
		for i := range c.kinds {
			c.kinds[i] = c.rule(c.first + int64(i))
		}
	}
	for i, y := range c.years {
		if i > 0 && c.years[i-1].Year == y.Year {
			problems = append(problems, Problem{y.Year, "year", "there are two files for this year", "keep one, with the notice in force"})
			continue
		}
		problems = append(problems, c.apply(y)...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	c.tabulate()
	return c, nil
}

// rule is what a day is when no notice names it.
func (c *Calendar) rule(o int64) kind {
	y, m, d := civil(o)
	var k kind
	if w := weekday(o); w != time.Saturday && w != time.Sunday {
		k = worked
	}
	if _, ok := c.year(y); ok {
		return k
	}
	if slices.Contains(fixed[:], [2]int{m, d}) {
		k = listed
	}
	return k | provisional
}

func (c *Calendar) apply(y Year) []Problem {
	var problems []Problem
	complain := func(path, what, remedy string) {
		problems = append(problems, Problem{y.Year, path, what, remedy})
	}
	if y.Source == "" {
		complain("source", "the notice is not named", "write the address of the State Council's notice")
	}
	if y.Version == "" {
		complain("version", "the edition is not named", "write "+fmt.Sprintf("%d.1", y.Year)+", and count on with every change")
	}
	named := map[string]bool{}
	seen := map[int64]string{}
	for i, entry := range y.Off {
		path := fmt.Sprintf("off[%d]", i)
		from, to, what := parseRange(y.Year, entry)
		if what != "" {
			complain(path, what, "write 02-15 or 02-15..02-23")
			continue
		}
		start, _, _ := strings.Cut(entry, "..")
		named[start] = true
		for o := from; o <= to; o++ {
			if seen[o] != "" {
				complain(path, fmt.Sprintf("%s is off already in %s", dayOf(o), seen[o]), "name each day once")
				break
			}
			seen[o] = path
			c.kinds[o-c.first] = listed
			if name, ok := y.Names[start]; ok {
				c.called[o] = name
			}
		}
	}
	for i, entry := range y.Work {
		path := fmt.Sprintf("work[%d]", i)
		o, to, what := parseRange(y.Year, entry)
		w := weekday(o)
		switch {
		case what != "":
			complain(path, what, "write 02-14")
		case o != to:
			complain(path, "a range of make-up days", "name each make-up day by itself")
		case seen[o] != "":
			complain(path, fmt.Sprintf("%s is named in %s too", dayOf(o), seen[o]), "a day is off or worked; see the notice")
		case w != time.Saturday && w != time.Sunday:
			complain(path, fmt.Sprintf("%s is a %s and worked anyway", dayOf(o), w), "name only Saturdays and Sundays; see the notice")
		default:
			seen[o] = path
			c.kinds[o-c.first] = worked | listed
		}
	}
	for _, start := range slices.Sorted(maps.Keys(y.Names)) {
		if !named[start] {
			complain("names", fmt.Sprintf("%q begins no entry of off", start), "use the first day of the entry as it is written there")
		}
	}
	return problems
}

// parseRange reads MM-DD, YYYY-MM-DD or two of them with .. between; what is wrong, or "".
func parseRange(year int, entry string) (from, to int64, what string) {
	a, b, isRange := strings.Cut(entry, "..")
	if !isRange {
		b = a
	}
	from, ok := parseEntry(year, a)
	to, ok2 := parseEntry(year, b)
	switch {
	case !ok || !ok2:
		return 0, 0, fmt.Sprintf("%q is no day or range of days in %d or the years beside it", entry, year)
	case to < from:
		return 0, 0, fmt.Sprintf("%q ends before it begins", entry)
	case to-from > 31:
		return 0, 0, fmt.Sprintf("%q is longer than any holiday", entry)
	}
	return from, to, ""
}

func parseEntry(year int, s string) (int64, bool) {
	if len(s) == 5 {
		s = fmt.Sprintf("%04d-%s", year, s)
	}
	o, ok := Day(s).ordinal()
	if !ok {
		return 0, false
	}
	if y, _, _ := civil(o); y < year-1 || y > year+1 {
		return 0, false
	}
	return o, true
}

func (c *Calendar) tabulate() {
	c.upto = make([]int32, len(c.kinds))
	c.unsure = make([]int32, len(c.kinds))
	var names strings.Builder
	names.Grow(10 * len(c.kinds))
	var sum, unsure int32
	for i, k := range c.kinds {
		if k&worked != 0 {
			sum++
			c.working = append(c.working, int32(i))
		}
		if k&provisional != 0 {
			unsure++
		}
		c.upto[i], c.unsure[i] = sum, unsure
		names.WriteString(string(dayOf(c.first + int64(i))))
	}
	c.names = names.String()
}

func (c *Calendar) year(y int) (Year, bool) {
	for _, have := range c.years {
		if have.Year == y {
			return have, true
		}
	}
	return Year{}, false
}

func (c *Calendar) at(o int64) kind {
	if i := o - c.first; i >= 0 && i < int64(len(c.kinds)) {
		return c.kinds[i]
	}
	return c.rule(o)
}

func (c *Calendar) day(o int64) Day {
	if i := o - c.first; i >= 0 && i < int64(len(c.kinds)) {
		return Day(c.names[10*i : 10*i+10])
	}
	return dayOf(o)
}

// Working reports whether the day is worked, and whether that is provisional because the year's notice
// is not loaded.
func (c *Calendar) Working(d Day) (working, isProvisional bool) {
	o, ok := d.ordinal()
	if !ok {
		return false, false
	}
	k := c.at(o)
	return k&worked != 0, k&provisional != 0
}

// AddWorking returns the n-th working day after d, or before it for n below zero, and whether a day on
// the way is provisional. d itself does not count; n of zero gives d.
func (c *Calendar) AddWorking(d Day, n int) (Day, bool) {
	o, ok := d.ordinal()
	if !ok {
		return "", false
	}
	if n == 0 {
		return d, false
	}
	if i := o - c.first; i >= 1 && i < int64(len(c.kinds)) {
		// The tables answer: the n-th working day after i is number upto[i]+n of all.
		k := int(c.upto[i]) + n - 1
		if n < 0 {
			k = int(c.upto[i-1]) + n
		}
		if k >= 0 && k < len(c.working) {
			j := int64(c.working[k])
			lo, hi := i, j
			if n < 0 {
				lo, hi = j-1, i-1
			}
			unsure := c.unsure[hi]
			if lo >= 0 {
				unsure -= c.unsure[lo]
			}
			return Day(c.names[10*j : 10*j+10]), unsure > 0
		}
	}
	return c.stepWorking(o, n)
}

// stepWorking counts day by day, for days beyond the tables.
func (c *Calendar) stepWorking(o int64, n int) (Day, bool) {
	step := int64(1)
	if n < 0 {
		step, n = -1, -n
	}
	unsure := false
	for n > 0 {
		o += step
		k := c.at(o)
		unsure = unsure || k&provisional != 0
		if k&worked != 0 {
			n--
		}
		if y, _, _ := civil(o); y < 1 || y > 9999 {
			return "", unsure
		}
	}
	return c.day(o), unsure
}

// Next returns the first working day on or after d.
func (c *Calendar) Next(d Day) (Day, bool) {
	w, p := c.Working(d)
	if w || !d.Valid() {
		return d, p
	}
	next, q := c.AddWorking(d, 1)
	return next, p || q
}

// Between counts the working days after a up to and with b; below zero when b comes first.
func (c *Calendar) Between(a, b Day) int {
	from, ok := a.ordinal()
	to, ok2 := b.ordinal()
	if !ok || !ok2 {
		return 0
	}
	sign := 1
	if to < from {
		from, to, sign = to, from, -1
	}
	i, j := from-c.first, to-c.first
	if i >= 0 && j < int64(len(c.upto)) {
		return sign * int(c.upto[j]-c.upto[i])
	}
	n := 0
	for o := from + 1; o <= to; o++ {
		if c.at(o)&worked != 0 {
			n++
		}
	}
	return sign * n
}

// Sources returns the notices that the days from one to the other rest on, one a year; a year that has
// none is there with its number alone.
func (c *Calendar) Sources(from, to Day) []Year {
	var used []Year
	for y := from.Year(); y <= to.Year() && y > 0; y++ {
		year, ok := c.year(y)
		if !ok {
			year = Year{Year: y}
		}
		used = append(used, year)
	}
	return used
}

// Missing returns the years without a notice that the next days, counted from today, reach into. The
// platform warns of them: the State Council publishes a year's notice in November of the year before.
func (c *Calendar) Missing(today Day, days int) []int {
	var missing []int
	for _, y := range c.Sources(today, today.Add(days)) {
		if y.Version == "" {
			missing = append(missing, y.Year)
		}
	}
	return missing
}

// Version names the editions of all loaded years. It is kept beside every computed date, so that the
// date is computed again when it changes.
func (c *Calendar) Version() string {
	versions := make([]string, len(c.years))
	for i, y := range c.years {
		versions[i] = y.Version
	}
	return strings.Join(versions, "+")
}
