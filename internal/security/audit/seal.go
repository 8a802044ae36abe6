package audit

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"

	"tongban/internal/platform/db"
)

// ErrAltered is returned for a row that does not fit its code.
var ErrAltered = errors.New("the row was altered")

// Seal puts every row that has no leaf yet into the log, in the order of ids and in batches, and returns
// how many. It may be killed at any point, run twice, or run in several processes at once: a batch is one
// transaction, and one sealer at a time holds the log. A row that was altered in the meantime is left
// out and named in the error; the others are sealed all the same.
func (l *Log) Seal(ctx context.Context) (int, error) {
	// Asked first without a transaction, so that a city at night does not write to its disk.
	if any, err := anyWaiting(ctx, l.store.Read()); err != nil || !any {
		return 0, err
	}
	sealed := 0
	var altered []error
	for s := (span{upto: lastID}); ; {
		var b batch
		err := l.store.Write(ctx, func(tx *db.Tx) (err error) {
			b, err = l.sealBatch(ctx, tx, s)
			return err
		})
		switch {
		case errors.Is(err, ErrAltered): // nothing was sealed; once more, without those
			altered = append(altered, err)
			s.upto, s.skip = b.last, append(s.skip, b.altered...)
			continue
		case err != nil:
			return sealed, errors.Join(append(altered, fmt.Errorf("seal: %w", err))...)
		}
		sealed += b.sealed
		switch {
		case s.upto != lastID:
			s = span{after: s.upto, upto: lastID}
		case b.sealed < l.batch:
			return sealed, errors.Join(altered...)
		default:
			s.after = b.last
		}
	}
}

const lastID = "~" // behind every id

// span says which of the waiting rows to seal.
type span struct {
	after, upto string
	skip        []string
}

type batch struct {
	sealed  int
	last    string   // the id of the last row
	altered []string // the ids of rows that may not be sealed, with ErrAltered
}

func (l *Log) sealBatch(ctx context.Context, tx db.Queryer, s span) (batch, error) {
	var b batch
	first, err := l.tree.Hold(ctx, tx)
	if err != nil {
		return b, err
	}
	rows, err := giveLeaves(ctx, tx, first, s, l.batch)
	if err != nil || len(rows) == 0 {
		return b, err
	}
	leaves := make([][]byte, len(rows))
	var wrong []error
	for i := range rows {
		r := &rows[i]
		binding := r.binding()
		if !hmac.Equal(l.mac(binding), r.mac) {
			b.altered = append(b.altered, r.id)
			wrong = append(wrong, fmt.Errorf("seal entry %s: %w", r.id, ErrAltered))
			continue
		}
		if *r.leaf != first+int64(i) {
			return b, fmt.Errorf("entry %s has leaf %d and should have %d", r.id, *r.leaf, first+int64(i))
		}
		leaves[i] = []byte(r.leafText(binding))
	}
	b.sealed, b.last = len(rows), rows[len(rows)-1].id
	if wrong != nil {
		return b, errors.Join(wrong...)
	}
	at, err := l.tree.Append(ctx, tx, leaves)
	if err == nil && at != first {
		err = fmt.Errorf("the log of %d leaves took the next as leaf %d", first, at)
	}
	return b, err
}

// Unsealed is the number of rows that wait for the sealer.
func (l *Log) Unsealed(ctx context.Context) (int64, error) { return countWaiting(ctx, l.store.Read()) }
