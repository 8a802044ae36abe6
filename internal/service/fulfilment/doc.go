// Package fulfilment carries a decision out: it issues the e-certificate, records the new fact once in
// its register, and hands the result to the matters that waited for it.
//
// Its one rule: before anything irreversible happens its intent is recorded, and every step may be
// repeated; killed between any two steps it goes on where it stood and issues nothing twice. Behind it
// stand the Administrative Licence Law, arts. 39 and 44, and the rules on e-certificates.
package fulfilment
