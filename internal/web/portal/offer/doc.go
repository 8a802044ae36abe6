// Package offer tells a person of the benefits that she is given without having asked.
//
// Its one rule: she reads what it is, why, how much and when, and by which facts she was found; and saying no is as
// easy as saying yes.
package offer
