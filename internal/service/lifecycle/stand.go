package lifecycle

import (
	"cmp"
	"slices"

	"tongban/internal/platform/decision"
	"tongban/internal/service/deadline"
)

// Item is a step in a list.
type Item struct {
	*Step
	Window
	Overdue bool
	Proof   *Proof
	Because []string // the facts that decide it: a smallest set
	Missing []string // of an open step: the facts that could decide it
}

// Lists is where somebody stands.
type Lists struct {
	Done []Item // in the order of the chain
	Now  []Item // by last day; what has none comes after
	Next []Item // what opens later, by day; then what only follows from an intent, in the order of the chain
	Open []Item // what cannot be told, because a fact is not known
}

// Stand says where somebody stands on a day. A step that is done is in Done. One that applies is in Now,
// unless it opens only later or follows only from an intent: then it is in Next.
func (c *Chain) Stand(f Facts, today deadline.Day, calendar *deadline.Calendar) Lists {
	var l Lists
	truths := make([]decision.Truth, c.lists.Len())
	c.lists.Eval(f.slots, truths)
	day := func(fact string) deadline.Day { return deadline.Day(f.Known[fact].Value) }
	for i := range c.Steps {
		done, todo := truths[2*i], truths[2*i+1]
		item := Item{Step: &c.Steps[i]}
		dated := false
		if item.Due != nil {
			item.Window, dated = item.Due.window(day, today, calendar)
		}
		if !dated {
			item.Window = Window{}
		}
		switch {
		case done == decision.True:
			item.Window, item.Because = Window{}, c.because(2*i, f)
			if p, ok := f.Proofs[item.ID]; ok {
				item.Proof = &p
			}
			l.Done = append(l.Done, item)
		case todo == decision.True:
			item.Because = c.because(2*i+1, f)
			if len(item.Intents) > 0 || dated && item.Opens > today {
				l.Next = append(l.Next, item)
				continue
			}
			item.Overdue = dated && item.Last < today
			l.Now = append(l.Now, item)
		case todo == decision.Unknown:
			for _, v := range c.lists.Open(2*i+1, f.slots, nil) {
				item.Missing = append(item.Missing, c.Facts[v].ID)
			}
			item.Window = Window{}
			l.Open = append(l.Open, item)
		}
	}
	slices.SortStableFunc(l.Now, func(a, b Item) int { return cmp.Or(-yes(a.Last != "", b.Last != ""), cmp.Compare(a.Last, b.Last)) })
	slices.SortStableFunc(l.Next, func(a, b Item) int {
		return cmp.Or(yes(len(a.Intents) > 0, len(b.Intents) > 0), cmp.Compare(a.Opens, b.Opens))
	})
	return l
}

// yes orders no before yes.
func yes(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (c *Chain) because(condition int, f Facts) []string {
	var ids []string
	for _, v := range c.lists.Because(condition, f.slots, nil) {
		ids = append(ids, c.Facts[v].ID)
	}
	return ids
}

// IDs names the steps of a list.
func IDs(items []Item) []string {
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	return ids
}
