// Package mandate answers who may act for whom: the legal representative and the registered agents for a
// business, a parent for a child.
//
// Its one rule: a mandate is read from the base register that proves it, each time anew, and is kept
// nowhere else. Who leaves the register has no mandate from then on.
//
// It stands beside identity, which asks it before a session acts for another and again while it does.
// Registers lie on the floor above, so it is given two functions to read them. The law behind it: Civil
// Code (民法典) arts. 61 (the legal representative acts for the legal person), 165 (agents by a written
// mandate) and 23, 26 and 27 (parents are the guardians and legal agents of minors); Administrative
// Licence Law (行政许可法) art. 29 (applications through an agent).
package mandate
