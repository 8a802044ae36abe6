// Package tlog is a Merkle log in the database: leaves, tiles of hashes, signed checkpoints, proofs.
//
// Its one rule: what a checkpoint has covered can never be changed unnoticed. Nothing is appended to an
// edge that does not have the root of the newest checkpoint, and everything written for a batch becomes
// durable in the caller's transaction or not at all.
//
// It stands under audit, whose sealer is the only caller of Append, and knows nothing of what a leaf
// means. The tree is that of RFC 6962, 2.1 (golang.org/x/mod/sumdb/tlog proves and checks); what is
// stored is what is served, in the form of c2sp.org/tlog-tiles and c2sp.org/tlog-checkpoint, so that
// anybody's verifier reads it. See docs/design/log.md.
//
// Reading order: log.go, edge.go, checkpoint.go, store.go, serve.go, verify.go.
package tlog
