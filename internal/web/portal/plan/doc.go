// Package plan asks the questions of a service and shows the checklist that follows from the answers.
//
// Its one rule: only what can still change the outcome is asked, and no answer ever stands in an
// address or a log: answers are kept under a random token in a cookie; only a checklist that the person
// saved has an address, and it holds no name (page specification C05, C06).
package plan
