// Package queue shows the staff of a body what there is to do: the day at a glance, the queue with its
// filters, what waits for a signature and what other bodies ask (page specification W01, W02, W09, W11).
//
// Its one rule: least legal time first, counts that are true, and a view whose address is all of it.
package queue
