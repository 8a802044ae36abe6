// Package benefit shows the officers of a body whom the registers found entitled to a benefit that nobody asked
// for.
//
// Its one rule: the officer sees exactly the facts by which somebody was found, and nothing else of her.
package benefit
