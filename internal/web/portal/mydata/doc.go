// Package mydata shows a person who looked at her data, when, why and on what basis (page specification
// C30).
//
// Its one rule: every look that the gate recorded is here; what is not covered is said to be.
package mydata
