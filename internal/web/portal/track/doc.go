// Package track shows a person her applications: what needs her, where each matter stands, by which
// day she will hear and how that day is worked out; it takes her corrections and withdrawals and hands
// out receipts and results (page specification C13, C21 to C24, C26, C27).
//
// Its one rule: a date and whose turn it is, never a bare countdown or a code.
package track
