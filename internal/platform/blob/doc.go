// Package blob keeps uploaded files under the hash of their content.
//
// Its one rule: a file is here because it was found to be what it says it is, or it is not here at all.
// The name, the first bytes and the list of what is accepted must agree on the type, the size is bounded
// while it streams, and the structure is looked at; a refusal leaves nothing on the disk. What is read
// back is what was put in, or an error.
//
// It is a gate against mistakes and ordinary malice, not a virus scanner; scanning is an operator's
// service beside it. The list of refusals follows OWASP ASVS 5.0, chapter 5 (file handling).
//
// Reading order: blob.go, name.go, kind.go, pdf.go.
package blob
