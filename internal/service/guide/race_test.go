//go:build race

package guide

// The race detector empties pools at random, so that counting allocations under it says nothing.
const Racing = true
