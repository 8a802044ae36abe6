// Package lifecycle says where a person or a business stands in life, and what follows from it: what is
// done, with its paper; what is to be done now, by when and with what consequence; and what comes next,
// if she intends it.
//
// Its one rule: a step stands in a list because of facts that government holds, and no fact is fetched
// that cannot change a list. Conditions are those of the guide (docs/design/diagrams.md) over declared
// facts instead of questions; all conditions of a chain are roots of one decision diagram, which says
// what is true, why, and which fact still matters. A fact that nobody can tell leaves its steps open, and
// never in a list that might be wrong.
//
// It stands beside guide: a step leads to the guide of its service. It is loaded by jurisdiction, and read
// by the pages and the API. The stages are those of 国办发〔2025〕24号; renewal rests on the Administrative
// Licence Law, art. 50, annual reports on the Interim Regulations on the Publication of Business
// Information, art. 8. docs/design/lifecycle.md tells the rest.
//
// Reading order: files.go (what is written), chain.go (compiling), facts.go (fetching), due.go (days),
// stand.go (the lists), sample.go (the catalogue's own tests), service.go (through the gate).
package lifecycle
