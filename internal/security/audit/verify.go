package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"math"
	"strconv"
	"sync"

	"tongban/internal/platform/keys"
	"tongban/internal/platform/tlog"
)

// The things of the record that can be broken, beside those of the log.
const (
	ThingEntry tlog.Thing = "entry" // named by its id
	ThingKey   tlog.Thing = "key"   // named by its id
	ThingLeaf  tlog.Thing = "leaf"  // named by its number
)

// The ways in which they can be broken, beside tlog.Altered, tlog.Stray and tlog.Disagrees.
const (
	Unreadable   tlog.Why = "unreadable"    // key and row fit their codes, and still the detail cannot be read or is another
	WithoutKey   tlog.Why = "without-key"   // the row's key is gone, and was not erased
	WithoutEntry tlog.Why = "without-entry" // no row has the leaf
)

// Report is what Verify has seen.
type Report struct {
	Entries int64       `json:"entries"`
	Sealed  int64       `json:"sealed"`
	Waiting int64       `json:"waiting"` // for the sealer
	Erased  int64       `json:"erased"`  // entries that nobody can read any more
	Keys    int64       `json:"keys"`
	Log     tlog.Report `json:"log"`
	tlog.Findings
}

// OK tells whether nothing is broken, neither here nor in the log.
func (r *Report) OK() bool { return r.Findings.OK() && r.Log.OK() }

// All lists the broken things of the record and of the log.
func (r *Report) All() []tlog.Broken {
	return append(r.Broken[:len(r.Broken):len(r.Broken)], r.Log.Broken...)
}

// Verify walks every row, key, leaf, tile and checkpoint once, in bounded memory and beside a running
// server, and names each broken thing. The error is about the walk; what is broken is in the report.
func (l *Log) Verify(ctx context.Context) (Report, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	v := &verifier{log: l, ctx: ctx, boxes: map[string]*keys.Box{}}
	err := v.run()
	if err != nil {
		err = fmt.Errorf("verify record: %w", err)
	}
	return v.report, err
}

const (
	rowsAPage  = 256
	pagesAhead = 4
)

type verifier struct {
	log    *Log
	ctx    context.Context
	report Report

	pages <-chan *checkedPage // sealed rows, in the order of their leaves
	page  []checked

	mu    sync.Mutex
	boxes map[string]*keys.Box
}

// checked is a row with what was found wrong with it.
type checked struct {
	id     string
	leaf   int64
	text   string // of the leaf that it should have
	erased bool
	why    tlog.Why
}

type checkedPage struct {
	rows []checked
	done chan struct{}
	err  error
}

func (v *verifier) run() error {
	var err error
	if v.report.Log, err = v.log.tree.Verify(v.ctx, v.leaf); err != nil {
		return err
	}
	if err := v.beyond(); err != nil {
		return err
	}
	if err := v.waiting(); err != nil {
		return err
	}
	return v.keys()
}

// sealed reads the sealed rows ahead of the walk over the leaves, and checks each page in a goroutine of
// its own; the pages come out in order.
func (v *verifier) sealed() <-chan *checkedPage {
	out := make(chan *checkedPage, pagesAhead)
	go func() {
		defer close(out)
		for from := int64(math.MinInt64); ; {
			rows, err := sealedFrom(v.ctx, v.log.store.Read(), from, rowsAPage)
			p := &checkedPage{done: make(chan struct{}), err: err}
			if len(rows) > 0 {
				from = *rows[len(rows)-1].leaf + 1
			}
			go func() {
				defer close(p.done)
				p.rows = v.check(rows)
			}()
			select {
			case out <- p:
			case <-v.ctx.Done():
				return
			}
			if err != nil || len(rows) < rowsAPage {
				return
			}
		}
	}()
	return out
}

func (v *verifier) check(rows []keyed) []checked {
	out := make([]checked, len(rows))
	for i := range rows {
		out[i] = v.checkRow(&rows[i])
	}
	return out
}

func (v *verifier) checkRow(e *keyed) checked {
	binding := e.binding()
	c := checked{id: e.id, leaf: -1, text: e.leafText(binding), erased: e.erasedAt != nil}
	if e.leaf != nil {
		c.leaf = *e.leaf
	}
	switch {
	case !hmac.Equal(v.log.mac(binding), e.mac):
		c.why = tlog.Altered
	case !e.hasKey:
		c.why = WithoutKey
	case c.erased:
	case !v.means(e):
		c.why = Unreadable
	}
	return c
}

// means tells whether the row's detail can be read and is what was committed to. When the key itself is
// damaged it says yes: then the key is named and not everything that was hidden under it.
func (v *verifier) means(e *keyed) bool {
	v.mu.Lock()
	box := v.boxes[e.keyID]
	v.mu.Unlock()
	if box == nil {
		var err error
		if box, err = v.log.open(keyRecord{id: e.keyID, secret: e.secret}); err != nil {
			return true
		}
		v.mu.Lock()
		if len(v.boxes) >= maxRecent {
			clear(v.boxes)
		}
		v.boxes[e.keyID] = box
		v.mu.Unlock()
	}
	d, err := e.reveal(box)
	return err == nil && e.commit(d) == [sha256.Size]byte(e.commitment)
}

// peek returns the next sealed row without passing it; nil at the end.
func (v *verifier) peek() (*checked, error) {
	if v.pages == nil { // not before the log was measured: its leaves must have their rows in what is read
		v.pages = v.sealed()
	}
	for len(v.page) == 0 {
		p, ok := <-v.pages
		if !ok {
			return nil, v.ctx.Err()
		}
		<-p.done
		if p.err != nil {
			return nil, p.err
		}
		v.page = p.rows
	}
	return &v.page[0], nil
}

func (v *verifier) pass() { v.page = v.page[1:] }

// leaf compares a leaf of the log with the row that has its number.
func (v *verifier) leaf(index int64, text []byte, sound bool) error {
	for {
		c, err := v.peek()
		if err != nil {
			return err
		}
		if c == nil || c.leaf > index {
			v.report.Add(ThingLeaf, strconv.FormatInt(index, 10), WithoutEntry, -1)
			return nil
		}
		v.pass()
		if c.leaf < index { // below zero
			v.count(c)
			v.report.Add(ThingEntry, c.id, tlog.Stray, -1)
			continue
		}
		if c.why == "" && sound && c.text != string(text) {
			c.why = tlog.Disagrees
		}
		v.count(c)
		return nil
	}
}

// count counts a row, and names it when it is broken.
func (v *verifier) count(c *checked) {
	v.report.Entries++
	if c.leaf != -1 {
		v.report.Sealed++
	} else {
		v.report.Waiting++
	}
	if c.erased {
		v.report.Erased++
	}
	if c.why != "" {
		v.report.Add(ThingEntry, c.id, c.why, -1)
	}
}

// beyond looks at the rows whose leaves the walk has not seen: sealed since, or never in the log.
func (v *verifier) beyond() error {
	size := v.report.Log.Size
	for {
		c, err := v.peek()
		if c == nil || err != nil {
			return err
		}
		v.pass()
		if c.leaf >= size {
			// Asked after the row was read, so that its leaf, if it has one, is counted.
			if newest, _, err := v.log.tree.Newest(v.ctx); err == nil {
				size = newest.Size
			}
		}
		if c.leaf >= size || c.leaf < 0 {
			c.why = tlog.Stray
		}
		v.count(c)
	}
}

func (v *verifier) waiting() error {
	for after := ""; ; {
		rows, err := waitingWithKeys(v.ctx, v.log.store.Read(), after, rowsAPage)
		if err != nil {
			return err
		}
		for i := range rows {
			c := v.checkRow(&rows[i])
			v.count(&c)
		}
		if len(rows) < rowsAPage {
			return nil
		}
		after = rows[len(rows)-1].id
	}
}

func (v *verifier) keys() error {
	for subject, id := "", ""; ; {
		page, err := keysAfter(v.ctx, v.log.store.Read(), subject, id, rowsAPage)
		if err != nil {
			return err
		}
		for i := range page {
			k := &page[i]
			v.report.Keys++
			if !hmac.Equal(v.log.keys.Mac("audit.key", k.canon()), k.mac) {
				v.report.Add(ThingKey, k.id, tlog.Altered, -1)
			} else if k.erasedAt == nil {
				if _, err := v.log.open(*k); err != nil {
					v.report.Add(ThingKey, k.id, Unreadable, -1)
				}
			}
		}
		if len(page) < rowsAPage {
			return nil
		}
		subject, id = page[len(page)-1].subject, page[len(page)-1].id
	}
}
