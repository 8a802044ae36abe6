// Package benefit shows the officers of a body whom the registers found entitled to a benefit that nobody asked
// for, and who is to be looked at again.
//
// Its one rule: the officer sees exactly the facts by which somebody was found, and nothing else of her; what she
// decides otherwise than the registers has her reasons.
package benefit
