// Package workbench has what the pages of the staff share: how a matter's state and the legal time that
// it has left are said, and the names of colleagues.
//
// Its one rule: the law's time is shown before anything else, in words; a colour only repeats them.
//
// The pages themselves are in queue (what there is to do) and casefile (one matter and what can be done
// with it); page specification W01 to W11.
package workbench
