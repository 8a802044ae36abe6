// Package app wires the house together: it opens, connects, starts and stops.
//
// Its one rule: who listens to what is said in one place, listen.go. Nothing here decides anything.
package app
