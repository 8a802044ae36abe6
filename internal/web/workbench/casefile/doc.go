// Package casefile is one matter of one case on an officer's desk: everything that is needed to decide it
// in view, and a page for each thing that can be done with it (page specification W03, W05 to W11).
//
// Its one rule: the pages decide nothing. What is possible is casework's to say, who may do it the
// gate's; a page offers what both allow, shows what the applicant will read before it is sent, and keeps
// what was typed when it was wrong.
package casefile
