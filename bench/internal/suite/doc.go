// Package suite is the benchmarks: what is done, against whom, on what data, and what is demanded.
//
// Its one rule: every figure comes from a run in which the product, the peer and the limit took turns on
// the same data with the same durability, and each of their answers was checked.
package suite
