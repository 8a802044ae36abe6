// Package child is the part of the suite that runs in processes of its own, so that the processor time of
// a system is that system's and nobody else's: the product's house, and the bare engine as its limit.
//
// Its one rule: a child answers a line of its standard input with one line of JSON, and ends when its
// standard input does.
package child
