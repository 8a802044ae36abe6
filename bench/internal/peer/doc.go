// Package peer fetches, builds and starts the systems that the product is compared with.
//
// Its one rule: nothing of them is part of this repository but names, pinned versions and lock files. They
// come from the Go proxy and npm into .peers, which is ignored; a peer that cannot be had is reported by
// its name and reason and never silently left out.
package peer
