// Package audit is the record of every act, sealed in a verifiable log.
//
// Its one rule: the record is written in the transaction of the act, and never changed. What happens to
// it later is that it gets a leaf in the Merkle tree (Seal), and that the key of the person whom it is
// about is destroyed (Erase); even then the tree still binds every stored byte, and Verify names the one
// that was flipped.
//
// It stands beside access, whose gate appends; privacy, which erases; and the pages on which a person sees
// who looked at her data and why (个人信息保护法 第四十四条至第五十条、第五十六条). The
// formats are for ever and are fixed in docs/design/log.md.
//
// Reading order: entry.go, form.go (canonical text, commitments, leaf), log.go, seal.go, read.go,
// receipt.go, erase.go, verify.go, store.go.
package audit
