package decision

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
)

// Kind is the type of a variable.
type Kind uint8

// The kinds of variable.
const (
	Boolean Kind = iota // true, false
	Enum                // one of the variable's options
	Integer             // a whole number
	Decimal             // a double
	Date                // a civil day, written "2006-01-02"
)

// Variable is something that conditions may ask about.
type Variable struct {
	Name     string
	Kind     Kind
	Options  []string // Enum: the values, in the author's order
	Min, Max *float64 // Integer, Decimal: the least and the greatest admissible value, if any
}

// Slots holds one cell for each variable of a diagram, in the variables' order: somebody's answers.
type Slots []int16

// What a slot holds when it is no cell.
const (
	Unanswered int16 = -1 // open, and may be asked
	Withheld   int16 = -2 // open, and not to be asked: the person is not sure, or nobody asks it
)

// maxCells bounds the cells of one variable; a question with more options is a register, not a question.
const maxCells = 4096

// exact is the greatest whole number up to which int64 and double agree. CEL compares an integer with a
// decimal as doubles, and so does JSON; beyond it the two would no longer be the same number.
const exact = 1<<53 - 1

// variable is a Variable laid out as a line of whole numbers from min to max, cut into cells. Booleans
// are 0 and 1, options are their index, days are numbered, and doubles are ordered by their bits.
type variable struct {
	Variable
	min, max int64
	cuts     []int64 // first value of every cell but the first
	options  map[string]int16
}

// newVariable returns the variable before any cut, or says what is wrong with it.
func newVariable(v Variable) (x variable, what, remedy lang.Text) {
	x = variable{Variable: v}
	switch v.Kind {
	case Boolean:
		x.max = 1
		x.cuts = []int64{1}
	case Enum:
		if len(v.Options) == 0 {
			return x, say("%q 没有选项", "%q has no options", v.Name), say("列出选项，或改成 boolean", "list its options, or make it a boolean")
		}
		if len(v.Options) > maxCells {
			return x, say("%q 的选项超过 %d 个", "%q has more than %d options", v.Name, maxCells), say("改为查登记库", "ask a register instead")
		}
		x.options = make(map[string]int16, len(v.Options))
		for i, o := range v.Options {
			if _, twice := x.options[o]; twice || o == "" {
				return x, say("%q 的选项 %q 重复或为空", "%q has the option %q twice or empty", v.Name, o), say("每个选项写一个不同的值", "give every option a value of its own")
			}
			x.options[o] = int16(i)
			if i > 0 {
				x.cuts = append(x.cuts, int64(i))
			}
		}
		x.max = int64(len(v.Options)) - 1
	case Integer:
		x.min, x.max = -exact, exact
		if v.Min != nil {
			x.min = max(x.min, ceiling(*v.Min))
		}
		if v.Max != nil {
			x.max = min(x.max, floor(*v.Max))
		}
	case Decimal:
		x.min, x.max = key(-math.MaxFloat64), key(math.MaxFloat64)
		if v.Min != nil {
			x.min = key(*v.Min)
		}
		if v.Max != nil {
			x.max = key(*v.Max)
		}
	case Date:
		x.min, x.max = dayNumber(1, 1, 1), dayNumber(9999, 12, 31)
	}
	if x.min > x.max {
		return x, say("%q 的最小值大于最大值", "%q has a least value above its greatest", v.Name), say("对调 min 和 max", "exchange min and max")
	}
	return x, what, remedy
}

// cut makes value the first of a cell.
func (v *variable) cut(value int64) {
	if value <= v.min || value > v.max {
		return
	}
	if i, found := slices.BinarySearch(v.cuts, value); !found {
		v.cuts = slices.Insert(v.cuts, i, value)
	}
}

// size is the number of cells.
func (v *variable) size() int { return len(v.cuts) + 1 }

// cell is the cell of a value on the line: the number of cuts at or before it.
func (v *variable) cell(value int64) int16 {
	if len(v.cuts) > 16 {
		i, found := slices.BinarySearch(v.cuts, value)
		if found {
			i++
		}
		return int16(i)
	}
	for i, c := range v.cuts {
		if value < c {
			return int16(i)
		}
	}
	return int16(len(v.cuts))
}

// bounds returns the first and the last value of a cell.
func (v *variable) bounds(cell int16) (first, last int64) {
	first, last = v.min, v.max
	if cell > 0 {
		first = v.cuts[cell-1]
	}
	if int(cell) < len(v.cuts) {
		last = v.cuts[cell] - 1
	}
	return first, last
}

// parse reads a value as it is written in answers. Errors are fault.Invalid and name the variable.
func (v *variable) parse(text string) (int64, error) {
	switch v.Kind {
	case Boolean:
		switch text {
		case "true":
			return 1, nil
		case "false":
			return 0, nil
		}
		return 0, v.wrong("field.choose")
	case Enum:
		if i, ok := v.options[text]; ok {
			return int64(i), nil
		}
		return 0, v.wrong("field.option")
	case Integer:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, v.wrong("field.integer")
		}
		return n, v.within(n)
	case Decimal:
		if strings.Trim(text, "+-.0123456789eE") != "" { // no hexadecimal, infinity or "not a number"
			return 0, v.wrong("field.number")
		}
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return 0, v.wrong("field.number")
		}
		return key(f), v.within(key(f))
	default:
		day, ok := parseDay(text)
		if !ok {
			return 0, v.wrong("field.date")
		}
		return day, nil
	}
}

func (v *variable) within(value int64) error {
	if value < v.min {
		return v.wrong("field.least", "least", v.text(v.min))
	}
	if value > v.max {
		return v.wrong("field.most", "most", v.text(v.max))
	}
	return nil
}

func (v *variable) wrong(code string, args ...string) error {
	return fault.Fields([]fault.Field{{Name: v.Name, Code: code, Args: fault.New(fault.Invalid, code, args...).Args}})
}

// text writes a value of the line as it is written in answers.
func (v *variable) text(value int64) string {
	switch v.Kind {
	case Boolean:
		return strconv.FormatBool(value == 1)
	case Enum:
		return v.Options[value]
	case Integer:
		return strconv.FormatInt(value, 10)
	case Decimal:
		return strconv.FormatFloat(unkey(value), 'f', -1, 64)
	default:
		return formatDay(value)
	}
}

// example is the value of a cell that reads best: the one at the threshold that made the cell, and for
// decimals the roundest one near it.
func (v *variable) example(cell int16) string {
	first, last := v.bounds(cell)
	if cell == 0 && len(v.cuts) > 0 && v.Kind != Boolean && v.Kind != Enum && v.Kind != Decimal {
		return v.text(last) // one below the threshold says more than minus infinity
	}
	if v.Kind != Decimal {
		return v.text(clamp(first, last, 0, cell == 0))
	}
	low, high := unkey(first), unkey(last)
	if cell == 0 && len(v.cuts) > 0 {
		low = max(low, high-math.Max(1, math.Abs(high)))
	} else if int(cell) == len(v.cuts) {
		high = min(high, low+math.Max(1, math.Abs(low)))
	}
	for places := range 6 {
		scale := math.Pow10(places)
		for _, f := range []float64{math.Ceil(low*scale) / scale, math.Floor(high*scale) / scale} {
			if f >= low && f <= high {
				return strconv.FormatFloat(unkey(key(f)), 'f', -1, 64)
			}
		}
	}
	return v.text(first)
}

// clamp prefers zero where a variable has no threshold at all.
func clamp(first, last, zero int64, only bool) int64 {
	if only && first <= zero && zero <= last {
		return zero
	}
	return first
}

// key orders doubles as whole numbers: a < b exactly when key(a) < key(b), and the next double is the
// next key. The two zeros are one.
func key(f float64) int64 {
	if f == 0 {
		return 0
	}
	b := int64(math.Float64bits(f))
	if b < 0 {
		return math.MinInt64 - b
	}
	return b
}

func unkey(k int64) float64 {
	if k < 0 {
		k = math.MinInt64 - k
	}
	return math.Float64frombits(uint64(k))
}

// ceiling and floor stop at the edge of what is exact, one beyond so that it still compares rightly.
func ceiling(f float64) int64 { return int64(math.Max(-exact-1, math.Min(exact+1, math.Ceil(f)))) }
func floor(f float64) int64   { return int64(math.Max(-exact-1, math.Min(exact+1, math.Floor(f)))) }

// parseDay reads "2006-01-02" and refuses days that the calendar does not have.
func parseDay(text string) (int64, bool) {
	if len(text) != 10 || text[4] != '-' || text[7] != '-' {
		return 0, false
	}
	digits := func(s string) (n int64) {
		for _, c := range []byte(s) {
			if c < '0' || c > '9' {
				return math.MinInt16
			}
			n = n*10 + int64(c-'0')
		}
		return n
	}
	y, m, d := digits(text[:4]), digits(text[5:7]), digits(text[8:])
	if y < 1 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, false
	}
	n := dayNumber(y, m, d)
	return n, n < dayNumber(y, m+1, 1)
}

// dayNumber counts days of the Gregorian calendar from 1970-01-01, years beginning in March so that the
// leap day is the last.
func dayNumber(y, m, d int64) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	year := y - era*400
	day := (153*(m-3)+2)/5 + d - 1
	return era*146097 + year*365 + year/4 - year/100 + day - 719468
}

func formatDay(n int64) string {
	n += 719468
	era := n / 146097
	if n < 0 {
		era = (n - 146096) / 146097
	}
	doe := n - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d, m, y := doy-(153*mp+2)/5+1, mp+3, yoe+era*400
	if m > 12 {
		m -= 12
		y++
	}
	b := []byte("0000-00-00")
	for i, p := range [...]int64{y / 1000 % 10, y / 100 % 10, y / 10 % 10, y % 10} {
		b[i] = '0' + byte(p)
	}
	b[5], b[6], b[8], b[9] = '0'+byte(m/10), '0'+byte(m%10), '0'+byte(d/10), '0'+byte(d%10)
	return string(b)
}
