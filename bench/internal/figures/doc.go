// Package figures holds what a run has measured and prints it: as a table, as JSON, and from that JSON as
// RESULTS.md.
//
// Its one rule: a loss stands in the same table as a win, in the same words. A ratio is always "how many
// times as good as", so that more than one means ahead, whatever was measured.
package figures
