// Package jurisdiction loads one government as data, and checks every cross-reference in it.
//
// Its one rule: what does not hold together does not load, and every complaint says file, line and
// column, what is wrong and what would be right, in Chinese and English. A loaded city is immutable and
// is named by its content: the city's edition is the SHA-256 of all its files, each service's that of
// its own text and of everything it refers to, so that a case can keep the edition it was opened under.
//
// It stands at the end of the catalogue's way in: strictyaml reads the files, law and org give the
// provisions and bodies, guide compiles the conditions, deadline takes the calendars. The order to read
// it in: files.go (what the files hold), load.go, then the check_*.go files, edition.go, report.go.
//
// The rules that it checks are those of real cities (handbook 1.2 and 1.5: GB/T 39554, the Wenzhou
// consistency checks) and of the law: no catch-all material (Anyang Regulations on Government Services,
// art. 13), promised within statutory limits (Regulations on Optimizing the Business Environment,
// art. 36), licences free of charge unless a law or administrative regulation says otherwise
// (Administrative Licence Law, art. 58).
package jurisdiction
