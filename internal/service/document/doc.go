// Package document changes a service's YAML as its authors see it: the text stays theirs, and an edit
// touches nothing but the lines that it must. Comments, order, quotes and blank lines elsewhere stay byte
// for byte.
//
// Its one rule: the text is the document. Form, decision table, graph and YAML are views of it; what a view
// changes is written into the text at the place where it stands, and every view is made again from there.
//
// A path names things by what they are called, not by their place: matters/food-licence/promised/n. An
// item of a list is named by its id (or field, matter, value), a word by itself, and #2 is the third item
// whatever it is called.
package document
