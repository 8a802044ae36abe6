// Package paper writes documents for paper and screen: certificates, receipts, checklists, decisions
// and notices as PDF, A4, with Chinese glyphs embedded.
//
// Its one rule: what a person reads is what the record says. A character that no font here can draw
// stops the document with an error that names the code point; there is never a blank or a box in its
// place. The same content gives the same bytes, so that a document that is made again is the same.
//
// It stands after credential and everything else that hands something out; it knows nothing of them and
// has no texts of its own but the mark of the demonstration seal. The signed record is the legal object
// and the PDF is a view of it: GB/T 36905 asks for OFD, which a provider of real seals adds.
//
// The writer is our own because characters beyond U+FFFF must work: names use them (GB 18030-2022), and
// the libraries at hand write two bytes a character. Text can be selected and searched, is tagged for
// screen readers (ISO 32000-1, 14.8), and fonts are read in place, so that nothing is kept in memory
// between documents.
//
// Reading order: doc.go, printer.go, document.go, certificate.go; below them layout.go, wrap.go, font.go,
// subset.go, pdf.go.
package paper
