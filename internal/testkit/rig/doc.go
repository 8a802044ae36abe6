// Package rig opens the whole city in one process for a test: the shipped jurisdiction, its demonstration
// people, a database of the test's own on either engine, and a clock that only the test moves.
//
// Its one rule: nothing stands in for anything. What a rig does goes through the same verbs as the pages
// and the API, and when the test is over the whole record must prove itself.
//
// Reading order: rig.go, apply.go, decide.go.
package rig
