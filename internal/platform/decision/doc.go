// Package decision compiles conditions into one shared decision diagram, and answers from it: what
// holds for somebody's answers, which question still matters, and what is true of everybody.
//
// Its one rule: whatever compiles is decidable. Conditions are written in CEL syntax (cel.dev) and
// type-checked by cel-go; each comparison is with a constant, so that the constants of all conditions
// cut every variable into finitely many cells. Anything else is refused with its position and what to
// write instead. What is accepted means exactly what CEL's own interpreter makes of it.
//
// The structure is a reduced ordered multi-valued decision diagram: a BDD (Bryant 1986) whose variables
// have as many values as cells, in the order in which the variables were given. Equal conditions are
// the same node, so that every proof here is exact and most are one comparison.
//
// It knows no government, no YAML and no person: names, texts and slots only. Reading order:
// variable.go (cells), language.go (text to terms), diagram.go (nodes), prove.go (what is true of
// everybody), ways.go (a root as rows), eval.go (one root, one person), program.go (all roots, one person).
package decision
