// Package dmn reads decision tables of DMN 1.3 and later (OMG, Decision Model and Notation), turns each into
// conditions that package decision compiles, and writes conditions as tables.
//
// Its one rule: a table is taken whole and means exactly what it says, or it is refused with the element,
// the rule and the cell that cannot be decided and the nearest form that can. Cells are the part of S-FEEL
// that compares with constants: values, lists, comparisons, ranges, "-" and not(…). Hit policies are unique,
// any and first; that no two rules of a unique table meet is proved, not assumed.
//
// It knows no government: variables and texts only. Reading order: read.go (XML to tables), cell.go (one
// cell), table.go (a table to conditions), write.go, problem.go.
package dmn
