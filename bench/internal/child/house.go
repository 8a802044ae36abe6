package child

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"tongban/internal/app"
	"tongban/internal/platform/db"
	"tongban/internal/security/audit"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"

	"tongban/bench/internal/fixture"
	"tongban/bench/internal/measure"
)

const (
	clerks   = 16
	pageSize = 50 // of a queue, as the pages have it
)

// house is the product's own house, open.
type house struct {
	*app.App
	officer, head identity.Actor
	waiting       []string // matters in the queue, in order
	appended      []string // entries of the record
}

// House opens the city in the folder and works in it. With work it does by itself what the server does:
// jobs and sealing; then it stands for the server as it is.
func House(ctx context.Context, in io.Reader, out io.Writer, dir, jurisdiction string, work bool) error {
	a, err := fixture.Open(ctx, dir, jurisdiction, "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer a.Close()
	h := &house{App: a}
	if h.officer, err = fixture.Officer(ctx, a); err != nil {
		return err
	}
	if h.head, err = fixture.Head(ctx, a); err != nil {
		return err
	}
	if h.waiting, err = matters(ctx, a.Store.Read()); err != nil {
		return err
	}
	if work {
		ctx, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		ready := make(chan struct{})
		go func() { ended <- a.Serve(ctx, func(string) { close(ready) }) }()
		defer func() { stop(); <-ended }()
		select {
		case <-ready:
		case err := <-ended:
			ended <- nil
			return err
		}
	}
	return obey(in, out, map[string]verb{
		"five":   func(n int) (measure.Answer, error) { return h.five(ctx, n) },
		"list":   func(n int) (measure.Answer, error) { return h.list(ctx, n) },
		"append": func(n int) (measure.Answer, error) { return h.append(ctx, n) },
		"seal":   func(int) (measure.Answer, error) { return h.seal(ctx) },
		"proof":  func(n int) (measure.Answer, error) { return h.proof(ctx, n) },
		"verify": func(int) (measure.Answer, error) { return h.verify(ctx) },
	})
}

func matters(ctx context.Context, q db.Queryer) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT id FROM casework_matter WHERE def = $1 AND state = $2 ORDER BY id`, fixture.Matter, string(casework.Received))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}

// five carries n matters through the hands of the staff: claimed, accepted, checked, proposed and signed,
// each a durable act with permit, clock and record. It answers with how many were decided.
func (h *house) five(ctx context.Context, n int) (measure.Answer, error) {
	if n > len(h.waiting) {
		return measure.Answer{}, fmt.Errorf("only %d matters wait", len(h.waiting))
	}
	mine := h.waiting[:n]
	h.waiting = h.waiting[n:]
	a, err := together(clerks, n, func(i int) error { return h.steps(ctx, mine[i]) })
	if err != nil {
		return a, err
	}
	for _, id := range mine {
		m, err := h.matter(ctx, id)
		if err != nil {
			return a, err
		}
		if m.state == casework.Approved && m.events == 5 {
			a.Check++
		}
	}
	return a, nil
}

func (h *house) steps(ctx context.Context, matter string) error {
	for _, step := range []func() error{
		func() error { return h.Casework.Claim(ctx, h.officer, matter) },
		func() error { return h.Casework.Take(ctx, h.officer, matter) },
		func() error {
			return h.Casework.Mark(ctx, h.officer, matter, fixture.Check, "pass", "看过平面图。")
		},
		func() error {
			return h.Casework.Propose(ctx, h.officer, matter, casework.Ruling{Approve: true, Facts: "材料齐全，场所符合要求。", Reasons: "符合法定条件。"})
		},
		func() error { return h.Casework.Sign(ctx, h.head, matter) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type seen struct {
	state  casework.State
	events int
}

// matter reads what became of a matter. Of its events only those of the staff count.
func (h *house) matter(ctx context.Context, id string) (s seen, err error) {
	err = h.Store.Read().QueryRowContext(ctx, `SELECT m.state, (SELECT COUNT(*) FROM casework_event e WHERE e.case_id = m.case_id AND e.matter_id = m.id AND e.by_kind = $2)
		FROM casework_matter m WHERE m.id = $1`, id, string(identity.Officer)).Scan(&s.state, &s.events)
	return s, err
}

// list reads the first page of the officer's queue. It answers with the lines on it.
func (h *house) list(ctx context.Context, n int) (measure.Answer, error) {
	rows := 0
	a, err := together(1, n, func(int) error {
		return h.Casework.Queue(ctx, h.officer, func(q *casework.Queue) error {
			page, err := q.List(ctx, casework.Filter{}, casework.Cursor{}, pageSize+1)
			rows = len(page)
			return err
		})
	})
	a.Check = int64(rows)
	return a, err
}

// append records n acts, sixty-four callers at a time, each in a transaction of its own.
func (h *house) append(ctx context.Context, n int) (measure.Answer, error) {
	const callers = 64
	ids := make([]string, n)
	a, err := together(callers, n, func(i int) error {
		return h.Store.Write(ctx, func(tx *db.Tx) error {
			got, err := h.Audit.Append(ctx, tx, audit.Entry{
				At: time.Now(), Actor: h.officer, Action: "case.read", Kind: "case", ID: fmt.Sprintf("c_%026d", i), Subject: fmt.Sprintf("9901001990%08d", i%1000),
				Case: fmt.Sprintf("c_%026d", i), Purpose: "casework:open-a-restaurant", Basis: "licence-law.34", Fields: []string{"name", "address", "phone"}, Outcome: audit.Done,
			})
			if err == nil {
				ids[i] = got[0]
			}
			return err
		})
	})
	h.appended = append(h.appended, ids...)
	a.Check = int64(len(h.appended))
	return a, err
}

// seal puts every waiting row into the tree; the operation is one row.
func (h *house) seal(ctx context.Context) (measure.Answer, error) {
	cpu, start := measure.Processor(), time.Now()
	n, err := h.Audit.Seal(ctx)
	if err != nil {
		return measure.Answer{}, err
	}
	a := measure.Answer{N: int64(n), NS: time.Since(start).Nanoseconds(), CPU: measure.Processor() - cpu}
	a.Check, err = h.Audit.Unsealed(ctx)
	return a, err
}

// proof makes the receipt of an entry with its proof and checks it as an outsider would.
func (h *house) proof(ctx context.Context, n int) (measure.Answer, error) {
	key := h.Keys.LogVerifier()
	a, err := together(1, n, func(i int) error {
		receipt, err := h.Audit.Receipt(ctx, h.appended[i*7919%len(h.appended)])
		if err != nil {
			return err
		}
		b, err := json.Marshal(receipt)
		if err != nil {
			return err
		}
		return audit.VerifyReceipt(b, key)
	})
	a.Check = a.N
	return a, err
}

// verify checks the whole record.
func (h *house) verify(ctx context.Context) (measure.Answer, error) {
	start := time.Now()
	r, err := h.Audit.Verify(ctx)
	if err == nil && !r.OK() {
		err = fmt.Errorf("the record is broken: %v", r.All())
	}
	return measure.Answer{N: 1, NS: time.Since(start).Nanoseconds(), Check: r.Entries}, err
}
