package tlog

import "fmt"

// Thing is a kind of stored thing that can be broken.
type Thing string

// The things of a log.
const (
	Head             Thing = "head"       // named by the origin
	StoredTile       Thing = "tile"       // named by the path under which it is served
	Bundle           Thing = "bundle"     // as a tile
	StoredCheckpoint Thing = "checkpoint" // named by the size under which it is filed
)

// Why says in which way something is broken.
type Why string

// The ways.
const (
	Missing   Why = "missing"
	Stray     Why = "stray"     // nothing says that it should be there
	Malformed Why = "malformed" // it cannot be read, or has the wrong size
	Altered   Why = "altered"   // it is not what it was when it was written
	Unsigned  Why = "unsigned"  // no key of the log has signed it so
	Disagrees Why = "disagrees" // it fits itself, and not what depends on it
)

// Broken is one broken thing.
type Broken struct {
	Thing Thing  `json:"thing"`
	ID    string `json:"id"`
	Why   Why    `json:"why"`
	At    int64  `json:"at"` // the place in it, counted from 0: hash in tile, leaf in bundle; -1 for the whole
}

// String is for logs; people read texts made of the parts.
func (b Broken) String() string {
	if b.At < 0 {
		return fmt.Sprintf("%s %s: %s", b.Thing, b.ID, b.Why)
	}
	return fmt.Sprintf("%s %s: %s at %d", b.Thing, b.ID, b.Why, b.At)
}

// MaxBroken bounds how many broken things a report names; the rest is counted.
const MaxBroken = 1000

// Findings gathers broken things.
type Findings struct {
	Broken []Broken `json:"broken"`
	More   int64    `json:"more"` // beyond MaxBroken
}

// Add names a broken thing.
func (f *Findings) Add(thing Thing, id string, why Why, at int64) {
	if len(f.Broken) == MaxBroken {
		f.More++
		return
	}
	f.Broken = append(f.Broken, Broken{thing, id, why, at})
}

// OK tells whether nothing is broken.
func (f *Findings) OK() bool { return len(f.Broken) == 0 }

// Report is what Verify has seen.
type Report struct {
	Origin      string `json:"origin"`
	Size        int64  `json:"size"` // leaves
	Root        Hash   `json:"root"`
	Bundles     int64  `json:"bundles"`
	Tiles       int64  `json:"tiles"`
	Checkpoints int64  `json:"checkpoints"`
	Findings
}
