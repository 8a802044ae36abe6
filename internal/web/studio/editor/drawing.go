package editor

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// drawing is a picture of boxes in columns with lines between them. What it shows is always told in words
// beside it.
type drawing struct {
	Boxes         []box
	Lines         []joint
	Width, Height int

	passing int // lines that go below other columns
}

type box struct {
	X, Y   int
	Text   []string // by lines
	Strong bool
	Round  bool // an end
	out    int  // lines with words that begin at it
}

type joint struct {
	Path   string
	X, Y   int // of the label
	Label  string
	Dashed bool
}

// The measures of a drawing, in its own units.
const (
	boxWide, boxHigh = 190, 66
	gapWide, gapHigh = 74, 26
	margin           = 8
	lineHigh         = 19
	mostLines        = 3
	lineWide         = 22 // in halves of a Chinese character
)

// box adds a box in column x and row y.
func (d *drawing) box(x, y int, text string, strong bool) {
	b := box{X: margin + x*(boxWide+gapWide), Y: margin + y*(boxHigh+gapHigh), Text: wrap(text), Strong: strong}
	d.Boxes = append(d.Boxes, b)
	d.Width, d.Height = max(d.Width, b.X+boxWide+margin), max(d.Height, b.Y+boxHigh+margin)
}

// line adds a line from the right of one box to the left of another. One that passes other columns goes below
// what stands there.
func (d *drawing) line(from, to int, label string, dashed bool) {
	a, b := d.Boxes[from], d.Boxes[to]
	x1, y1, x2, y2 := a.X+boxWide, a.Y+boxHigh/2, b.X-4, b.Y+boxHigh/2
	if label != "" { // lines with words begin below each other
		y1 = a.Y + 16 + a.out*18
		d.Boxes[from].out++
	}
	j := joint{X: x1 + 8, Y: y1 - 4, Label: label, Dashed: dashed}
	if b.X-a.X <= boxWide+gapWide {
		bend := (x2 - x1) / 2
		j.Path = fmt.Sprintf("M%d %d C%d %d %d %d %d %d", x1, y1, x1+bend, y1, x2-bend, y2, x2, y2)
	} else {
		below := d.below(a.X, b.X)
		j.Path = fmt.Sprintf("M%d %d C%d %d %d %d %d %d L%d %d C%d %d %d %d %d %d", x1, y1, x1+gapWide/2, y1, x1+gapWide/2, below, x1+gapWide, below,
			x2-gapWide+4, below, x2-gapWide/2, below, x2-gapWide/2, y2, x2, y2)
	}
	d.Lines = append(d.Lines, j)
}

// below is a height between two columns at which a line meets neither box nor line.
func (d *drawing) below(left, right int) int {
	y := 0
	for _, b := range d.Boxes {
		if b.X > left && b.X < right {
			y = max(y, b.Y+boxHigh)
		}
	}
	d.passing++
	y += 10 * d.passing
	d.Height = max(d.Height, y+margin)
	return y
}

// wrap breaks a text into lines that fit a box; what is too long ends in an ellipsis.
func wrap(text string) (lines []string) {
	line, width, last := "", 0, -1
	push := func(s string) { lines = append(lines, s) }
	for _, r := range text {
		wide := 1
		if r >= 0x2e80 {
			wide = 2
		}
		if width+wide > lineWide {
			rest := ""
			if last > 0 && r < 0x2e80 && r != ' ' {
				line, rest = line[:last], line[last+1:]
			}
			push(line)
			line, width, last = rest, utf8.RuneCountInString(rest), -1
		}
		if r == ' ' {
			last = len(line)
		}
		line, width = line+string(r), width+wide
	}
	if line != "" {
		push(line)
	}
	if len(lines) > mostLines {
		lines = append(lines[:mostLines-1], lines[mostLines-1]+"…")
	}
	return lines
}

func (d drawing) viewBox() string { return fmt.Sprintf("0 0 %d %d", d.Width, d.Height) }

// lineY is where line i of a box stands, so that its lines are in the middle.
func (b box) lineY(i int) string {
	top := b.Y + (boxHigh-len(b.Text)*lineHigh)/2
	return strconv.Itoa(top + i*lineHigh + 15)
}

func (b box) class() string {
	class := "gp-drawing__box"
	if b.Strong {
		class += " gp-drawing__box--strong"
	}
	if b.Round {
		class += " gp-drawing__box--end"
	}
	return class
}

func (j joint) class() string {
	if j.Dashed {
		return "gp-drawing__line gp-drawing__line--dashed"
	}
	return "gp-drawing__line"
}
