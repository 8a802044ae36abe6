// Package credential issues e-certificates (电子证照): what a public body certifies about a person or a
// business, sealed, numbered, shown by its holder and verified by anybody.
//
// Its one rule: a matter issues one certificate, however often its job runs and wherever it is killed.
// Prepare records the intent with number, identifier and content; the seal is put under exactly these
// bytes; Publish makes it valid. What was sealed never changes: suspending, revoking and expiring are
// versions of its status, each with a reason, and a change of content is a new certificate that names
// the one it replaces.
//
// It stands after fulfilment, which issues, and before application and exchange, which use certificates
// instead of asking a person for copies, and the public page of verification. The permit is the caller's
// duty (access.Gate).
//
// The standards: GB/T 36902 to 36906 (directory, metadata, identifier, file, service of e-certificates);
// the identifier ends in a check character of ISO/IEC 7064 MOD 37,36. The law: 国务院关于在线政务服务的若干
// 规定 (国令716号) art. 10 (certificates have the force of paper), 电子签名法 art. 13 and 14: only a seal of
// a licensed provider is a reliable signature, and the built-in one says on every document that it is
// not. The sealed bytes are JSON in the form of RFC 8785, so that any program can check them.
//
// Reading order: certificate.go, issue.go, status.go, read.go, view.go; store.go, canonical.go.
package credential
