package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tongban/internal/platform/db"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/deadline"
)

// Filter narrows a queue.
type Filter struct {
	States  []State // empty: everything open
	Defs    []string
	Officer string   // an account, or "-" for what nobody has claimed
	Number  string   // the beginning of a case's number
	Within  int      // due within so many calendar days; 0: whenever
	Band    Band     // by how near the end of the clock is
	IDs     []string // these matters and no others
}

// Band narrows a queue to what Counts counts under the same name.
type Band string

// The bands of a queue. A clock that stands still, or that runs for the applicant, is in none.
const (
	Overdue  Band = "overdue"
	DueToday Band = "today"
	Upcoming Band = "upcoming" // within three days, today not counted
)

// Cursor is the place in a queue after which the next page begins.
type Cursor struct{ Due, ID string }

// Row is one line of a queue.
type Row struct {
	Matter
	Name string // of the subject
}

// Queue is the open and ended matters of one body, as an officer of it sees them: one look, recorded once
// however many lists and counts are taken from it.
type Queue struct {
	*access.View
	tallies *tallies
}

// Queue lets fn look at the queue of the actor's body. What fn has read may be shown only when Queue
// returns nil: then the look is recorded.
func (s *Service) Queue(ctx context.Context, by identity.Actor, fn func(*Queue) error) error {
	return s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, ActReadQueue, access.Resource{Kind: "queue", ID: by.Body, Body: by.Body, Purpose: "casework"}); err != nil {
			return err
		}
		v.Record(ctx) // what is permitted does not depend on what will be read
		return fn(&Queue{View: v, tallies: s.tallies})
	})
}

// List lists matters, the least legal time first; after is where the page above ended.
//
// Each state is read along the index on its own, no further than the page needs; the states are merged,
// and only what is then on the page is read whole: so a page costs the same however long the queue is.
func (q *Queue) List(ctx context.Context, f Filter, after Cursor, limit int) ([]Row, error) {
	states := []State{Received, Accepted, Special, Proposed, Correcting}
	if len(f.States) > 0 {
		states = slices.Compact(slices.Sorted(slices.Values(f.States))) // one that is named twice is one
	}
	where, args := f.where(q.Actor().Body, deadline.Of(q.Now()))
	if after.ID != "" {
		args = append(args, after.Due, after.ID)
		where += fmt.Sprintf(" AND (m.due_on > $%d OR (m.due_on = $%d AND m.id > $%d))", len(args)-1, len(args)-1, len(args))
	}
	args = append(args, limit)
	most := fmt.Sprintf(" LIMIT $%d", len(args))
	parts := make([]string, len(states))
	for i, state := range states {
		args = append(args, string(state))
		parts[i] = fmt.Sprintf(`SELECT due_on, id
			FROM (SELECT m.due_on, m.id FROM casework_matter m WHERE m.state = $%d AND `+where+` ORDER BY m.due_on, m.id`+most+`) AS part%d`, len(args), i)
	}
	text := `SELECT m.id, m.case_id, m.number, m.service, m.def, m.body, m.state, m.officer, m.due_on, m.ordinal, m.detail, m.version, c.name
		FROM (` + strings.Join(parts, " UNION ALL ") + ` ORDER BY due_on, id` + most + `) AS page
		JOIN casework_matter m ON m.id = page.id
		JOIN casework_case c ON c.id = m.case_id
		ORDER BY page.due_on, page.id`
	return db.List(ctx, q, func(r db.Row) (Row, error) {
		var row Row
		m, err := scanMatter(named{r, &row.Name})
		row.Matter = m
		return row, err
	}, text, args...)
}

// named lets a scan read one column more than it knows of.
type named struct {
	row  db.Row
	name *string
}

func (n named) Scan(to ...any) error { return n.row.Scan(append(to, n.name)...) }

// Count is the number of open matters of the officer's body by state, and how many of them are urgent.
type Count struct {
	States   map[State]int
	Mine     int
	Free     int
	Today    int // due today
	Overdue  int
	Upcoming int // due within three days
}

// Counts counts the queue. The numbers are true and not estimates.
func (q *Queue) Counts(ctx context.Context) (Count, error) {
	n := Count{States: map[State]int{}}
	by, today := q.Actor(), deadline.Of(q.Now())
	all, err := q.tallies.of(ctx, q, by.Body, q.Now())
	for _, t := range all {
		n.States[t.state] += t.n
		if t.state == Waiting || t.state == Correcting {
			continue
		}
		switch t.officer {
		case by.ID:
			n.Mine += t.n
		case "":
			n.Free += t.n
		}
		switch {
		case t.state == Special:
		case today > t.due:
			n.Overdue += t.n
		case t.due == today:
			n.Today += t.n
		case t.due <= today.Add(3):
			n.Upcoming += t.n
		}
	}
	return n, err
}

// where writes the condition of a filter for one body, all but the states.
func (f Filter) where(body string, today deadline.Day) (string, []any) {
	args := []any{body}
	where := "m.body = $1"
	in := func(column string, values []string) {
		marks := make([]string, len(values))
		for i, v := range values {
			args = append(args, v)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		where += " AND m." + column + " IN (" + strings.Join(marks, ", ") + ")"
	}
	if len(f.Defs) > 0 {
		in("def", f.Defs)
	}
	switch f.Officer {
	case "":
	case "-":
		in("officer", []string{""})
	default:
		in("officer", []string{f.Officer})
	}
	if f.Number != "" {
		args = append(args, f.Number, f.Number+"~")
		where += fmt.Sprintf(" AND m.number >= $%d AND m.number < $%d", len(args)-1, len(args))
	}
	if len(f.IDs) > 0 {
		in("id", f.IDs)
	}
	on := func(compare string, day deadline.Day) {
		args = append(args, string(day))
		where += fmt.Sprintf(" AND m.due_on %s $%d", compare, len(args))
	}
	switch f.Band {
	case Overdue:
		on("<", today)
	case DueToday:
		on("=", today)
	case Upcoming:
		on(">", today)
		on("<=", today.Add(3))
	}
	if f.Band != "" {
		where += " AND m.state IN ('" + string(Received) + "', '" + string(Accepted) + "', '" + string(Proposed) + "')"
	}
	if f.Within > 0 {
		args = append(args, string(today.Add(f.Within)))
		where += fmt.Sprintf(" AND m.due_on <= $%d", len(args))
	}
	return where, args
}
