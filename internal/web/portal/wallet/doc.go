// Package wallet shows a person's e-certificates and lets anybody verify one (page specification C29,
// C35).
//
// Its one rule: whoever verifies sees no more than the type makes public. Every document says what kind
// of seal it bears.
package wallet
