package casework

import (
	"context"
	"sync"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/security/access"
	"tongban/internal/service/deadline"
)

// tally is how many open matters of a body are alike for a queue.
type tally struct {
	state   State
	officer string
	due     deadline.Day
	n       int
}

// tallies remembers the tallies of each body until one of its matters changes: officers look at a queue far
// more often than it changes, and counting reads every open matter.
type tallies struct {
	keep time.Duration // how long what other processes changed may go unnoticed; 0: there are none
	mu   sync.Mutex
	body map[string]*counted
}

type counted struct {
	changes int // of the body's matters, in this process
	at      time.Time
	asOf    int // changes when it was counted
	tallies []tally
}

func (t *tallies) counted(body string) *counted {
	c := t.body[body]
	if c == nil {
		c = &counted{asOf: -1}
		t.body[body] = c
	}
	return c
}

// changed forgets the tallies of a body once the transaction is durable.
func (t *tallies) changed(tx *access.Tx, body string) {
	tx.AfterCommit(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.counted(body).changes++
	})
}

// of counts a body's open matters. What changes while they are counted makes the count old at once.
func (t *tallies) of(ctx context.Context, q db.Queryer, body string, now time.Time) ([]tally, error) {
	t.mu.Lock()
	c := t.counted(body)
	changes, known, fresh := c.changes, c.tallies, c.asOf == c.changes && (t.keep == 0 || now.Sub(c.at) < t.keep)
	t.mu.Unlock()
	if fresh {
		return known, nil
	}
	all, err := db.List(ctx, q, func(row db.Row) (tally, error) {
		var one tally
		var state, due string
		err := row.Scan(&state, &one.officer, &due, &one.n)
		one.state, one.due = State(state), deadline.Day(due)
		return one, err
	}, `SELECT state, officer, due_on, COUNT(*) FROM casework_matter WHERE body = $1 AND state IN (`+openList+`) GROUP BY state, officer, due_on`, body)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	c.tallies, c.asOf, c.at = all, changes, now
	t.mu.Unlock()
	return all, nil
}
