// Package fault tells kinds of failure apart without knowing HTTP.
//
// Its one rule: a fault names what the caller can do about it (Kind) and the text key under which a
// person reads about it (Code); it never carries a sentence, a status code or personal data. Anything
// that is not a fault is a bug and reaches a person only as a reference number.
package fault
