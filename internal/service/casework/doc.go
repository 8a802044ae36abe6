// Package casework carries one application through the bodies that decide on it: a case consists of
// matters, each handled by one public body under its own statutory clock.
//
// Its one rule: a state changes only through the transition table (transition.go), by an event that
// has an actor, a time and a permit; what follows from an event is a durable job of the same
// transaction. A case keeps the edition of the catalogue under which it was opened.
//
// It stands between application, which opens cases, and fulfilment, which carries out decisions. The
// law behind it is the Administrative Licence Law (行政许可法), arts. 32 to 58.
//
// Reading order: case.go, event.go, transition.go, service.go, verbs.go, queries.go, store.go.
package casework
