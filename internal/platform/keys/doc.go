// Package keys keeps the secrets of one installation: the log's signing key, the seal of certificates,
// the key of pseudonyms and codes, and the key under which details are encrypted at rest.
//
// Its one rule: a secret is made once, in a file that only its owner reads, and never silently made
// again. A ring that is missing beside existing data, damaged or open to others is an error that says what
// to do; a new key in place of a lost one would turn every stored receipt,
// certificate and pseudonym into nonsense.
//
// It stands under tlog (signed checkpoints), audit (pseudonyms, details) and credential (seals). The
// formats are C2SP's: signed notes with Ed25519 (c2sp.org/signed-note) and XAES-256-GCM
// (c2sp.org/XAES-256-GCM). The built-in seal is P-256 and a demonstration: an electronic seal with the
// effect of 电子签名法 第十三条 and 第十四条 comes from a licensed provider, usually with SM2 (GB/T 32918),
// and every signature names its algorithm so that both can stand beside each other.
//
// Reading order: ring.go, file.go, seal.go, box.go.
package keys
