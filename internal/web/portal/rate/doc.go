// Package rate takes a person's rating of one matter (page specification C28).
//
// Its one rule: nothing is chosen beforehand, and the result never waits for a rating.
package rate
