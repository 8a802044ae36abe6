package life

import (
	"cmp"
	"slices"
	"strconv"

	"tongban/internal/service/deadline"
	"tongban/internal/service/lifecycle"
	"tongban/internal/web/ui/gp"
)

// figure is the line of life: what is done, today, what comes. Each mark has the number of its line in the
// list beside it, which says the same.
type figure struct {
	Width, Height string
	Today         string // where today stands
	Marks         []mark
	Events        []gp.Event
}

type mark struct {
	X, N, State string
	Day         string // under the mark
	Year        string // where a year begins
}

const (
	most   = 8  // marks before today, and after it
	gap    = 84 // between two marks
	margin = 48
)

// dated is a day on the line.
type dated struct {
	day   deadline.Day
	item  lifecycle.Item
	state string // done, now or ""
	text  string
}

// days collects what has a day: papers of what is done, last days of what is to be done, and first days of
// what opens later.
func (t teller) days() (past, coming []dated) {
	u := t.u
	for _, i := range t.st.Lists.Done {
		if i.Proof != nil && i.Proof.On.Valid() {
			past = append(past, dated{i.Proof.On, i, "done", u.T("life.figure.done")})
		}
	}
	for _, i := range t.st.Lists.Now {
		switch {
		case i.Last == "":
		case i.Overdue:
			past = append(past, dated{i.Last, i, "now", u.T("life.figure.overdue")})
		default:
			coming = append(coming, dated{i.Last, i, "now", u.T("life.figure.by")})
		}
	}
	for _, i := range t.st.Lists.Next {
		if i.Opens > t.st.Today {
			coming = append(coming, dated{i.Opens, i, "", u.T("life.figure.opens")})
		}
	}
	order := func(a, b dated) int { return cmp.Compare(a.day, b.day) }
	slices.SortStableFunc(past, order)
	slices.SortStableFunc(coming, order)
	return past[max(0, len(past)-most):], coming[:min(len(coming), most)]
}

func (t teller) figure() figure {
	u := t.u
	past, coming := t.days()
	var f figure
	x, year := margin, 0
	add := func(d dated) {
		m := mark{X: strconv.Itoa(x), N: strconv.Itoa(len(f.Marks) + 1), State: d.state, Day: string(d.day[5:])}
		if d.day.Year() != year {
			year = d.day.Year()
			m.Year = strconv.Itoa(year)
		}
		f.Marks = append(f.Marks, m)
		f.Events = append(f.Events, gp.Event{
			Title: u.T("life.figure.line", "n", m.N, "step", u.Of(d.item.Name)), When: u.Day(string(d.day)), Machine: string(d.day), State: d.state, Text: d.text,
		})
		x += gap
	}
	for _, d := range past {
		add(d)
	}
	f.Today = strconv.Itoa(x - gap/2 + 8)
	if len(past) == 0 {
		f.Today = strconv.Itoa(margin - 28)
	} else {
		x += gap / 4
	}
	for _, d := range coming {
		add(d)
	}
	f.Width, f.Height = strconv.Itoa(max(x-gap+margin, 2*margin)), "104"
	return f
}
