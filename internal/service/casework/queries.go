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

// Dossier is a case as a whole: what was applied for, its matters and what happened.
type Dossier struct {
	Case
	Matters []Matter
	Events  []Record
}

// Matter finds a matter of the dossier by its definition's id.
func (d Dossier) Matter(def string) (Matter, bool) {
	for _, m := range d.Matters {
		if m.Def == def {
			return m, true
		}
	}
	return Matter{}, false
}

// Read opens a case for its applicant, for an officer whose body handles a matter of it, or for an
// auditor; everybody else is told that it does not exist. A view by an officer is recorded, with the
// case, before anything is shown.
func (s *Service) Read(ctx context.Context, by identity.Actor, id string) (Dossier, error) {
	return s.open(ctx, by, func(v *access.View) (Case, error) { return findCase(ctx, v, id) })
}

// ReadNumber opens a case by the number that people read aloud.
func (s *Service) ReadNumber(ctx context.Context, by identity.Actor, number string) (Dossier, error) {
	return s.open(ctx, by, func(v *access.View) (Case, error) {
		return findCaseByNumber(ctx, v, strings.ToUpper(strings.TrimSpace(number)))
	})
}

// ReadMatter opens the case that a matter belongs to.
func (s *Service) ReadMatter(ctx context.Context, by identity.Actor, matter string) (Dossier, Matter, error) {
	d, err := s.open(ctx, by, func(v *access.View) (Case, error) {
		m, err := findMatter(ctx, v, matter)
		if err != nil {
			return Case{}, err
		}
		return findCase(ctx, v, m.Case)
	})
	if err != nil {
		return d, Matter{}, err
	}
	for _, m := range d.Matters {
		if m.ID == matter {
			return d, m, nil
		}
	}
	return d, Matter{}, fmt.Errorf("matter %s is not in its case", matter)
}

func (s *Service) open(ctx context.Context, by identity.Actor, find func(*access.View) (Case, error)) (Dossier, error) {
	var d Dossier
	err := s.gate.See(ctx, by, func(v *access.View) error {
		var err error
		if d.Case, err = find(v); err != nil {
			return err
		}
		if d.Matters, err = mattersOf(ctx, v, d.ID); err != nil {
			return err
		}
		if err := v.Permit(ctx, ActReadCase, CaseResource(d.Case, d.Matters)); err != nil {
			return hidden(err)
		}
		d.Events, err = eventsOf(ctx, v, d.ID)
		return err
	})
	if err != nil {
		return Dossier{}, err
	}
	return d, nil
}

// OfDraft finds the case that a draft was submitted as; a NotFound fault when it was not.
func (s *Service) OfDraft(ctx context.Context, q db.Queryer, draft string) (Case, error) {
	return findCaseOfDraft(ctx, q, draft)
}

// Summary is a case in a list of the applicant's.
type Summary struct {
	Case
	Matters []Matter
}

// Mine lists the actor's cases, newest first: those of her account for the affairs she acts in.
// before is the id of the last case of the page above, or empty.
func (s *Service) Mine(ctx context.Context, by identity.Actor, before string, limit int) ([]Summary, error) {
	if before == "" {
		before = "~" // sorts after every id
	}
	var all []Summary
	err := s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, ActReadCase, access.Resource{Kind: "case", Subject: by.Subject, Attrs: map[string]any{"applicant": by.ID, "person": by.Self}}); err != nil {
			return err
		}
		cases, err := list(ctx, v, scanCase, `SELECT `+caseColumns+` FROM casework_case
			WHERE applicant = $1 AND subject = $2 AND id < $3 ORDER BY id DESC LIMIT $4`, by.ID, by.Subject, before, limit)
		if err != nil || len(cases) == 0 {
			return err
		}
		byID := map[string]int{}
		ids := make([]string, len(cases))
		args := make([]any, len(cases))
		for i, c := range cases {
			byID[c.ID], ids[i], args[i] = i, fmt.Sprintf("$%d", i+1), c.ID
			all = append(all, Summary{Case: c})
		}
		matters, err := listMatters(ctx, v, `SELECT `+matterColumns+` FROM casework_matter WHERE case_id IN (`+strings.Join(ids, ", ")+`) ORDER BY case_id, ordinal`, args...)
		for _, m := range matters {
			i := byID[m.Case]
			all[i].Matters = append(all[i].Matters, m)
		}
		return err
	})
	return all, err
}

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

// Queue lists the matters of the officer's body, the least legal time first.
//
// Each state is read along the index on its own, no further than the page needs; the states are merged,
// and only what is then on the page is read whole: so a page costs the same however long the queue is.
func (s *Service) Queue(ctx context.Context, by identity.Actor, f Filter, after Cursor, limit int) ([]Row, error) {
	states := []State{Received, Accepted, Special, Proposed, Correcting}
	if len(f.States) > 0 {
		states = slices.Compact(slices.Sorted(slices.Values(f.States))) // one that is named twice is one
	}
	where, args := f.where(by.Body, deadline.Of(s.now()))
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
	var rows []Row
	err := s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, ActReadQueue, access.Resource{Kind: "queue", ID: by.Body, Body: by.Body, Purpose: "casework"}); err != nil {
			return err
		}
		var err error
		rows, err = list(ctx, v, func(r scanner) (Row, error) {
			var row Row
			m, err := scanMatter(named{r, &row.Name})
			row.Matter = m
			return row, err
		}, text, args...)
		return err
	})
	return rows, err
}

// named lets a scan read one column more than it knows of.
type named struct {
	row  scanner
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

// Counts counts the officer's queue; the numbers are true, not estimates.
func (s *Service) Counts(ctx context.Context, by identity.Actor) (Count, error) {
	n := Count{States: map[State]int{}}
	today := deadline.Of(s.now())
	err := s.gate.See(ctx, by, func(v *access.View) error {
		if err := v.Permit(ctx, ActReadQueue, access.Resource{Kind: "queue", ID: by.Body, Body: by.Body, Purpose: "casework"}); err != nil {
			return err
		}
		rows, err := v.QueryContext(ctx, `SELECT state, officer, due_on, COUNT(*) FROM casework_matter
			WHERE body = $1 AND state IN (`+openList+`) GROUP BY state, officer, due_on`, by.Body)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var state State
			var officer, due string
			var count int
			if err := rows.Scan(&state, &officer, &due, &count); err != nil {
				return err
			}
			n.States[state] += count
			if state == Waiting || state == Correcting {
				continue
			}
			switch officer {
			case by.ID:
				n.Mine += count
			case "":
				n.Free += count
			}
			switch day := deadline.Day(due); {
			case state == Special:
			case today > day:
				n.Overdue += count
			case day == today:
				n.Today += count
			case day <= today.Add(3):
				n.Upcoming += count
			}
		}
		return rows.Err()
	})
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

// OpenOf counts the cases of a service that are not closed, for those who change it.
func (s *Service) OpenOf(ctx context.Context, service string) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM casework_case WHERE service = $1 AND closed_at IS NULL`, service).Scan(&n)
	return n, err
}
