// Package gp holds the components that a government platform needs beyond the base ones of package gov:
// the legal clock, the timeline of a case, tables that stack on a phone, the queue with its filter, the
// checklist, the source of a prefilled value, the consent before a record is reused, uploads, and the
// renderer that draws a field of the catalogue.
//
// Its one rule: every component says the same without script, without colour and in print. A component
// takes the words that are the page's own, and a text.Printer for the words that are its own.
package gp
