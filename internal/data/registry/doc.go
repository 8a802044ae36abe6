// Package registry keeps base registers: facts about persons and businesses, recorded once by the body
// that answers for them, with source, time and every earlier version.
//
// Its one rule: a fact has one home and is never overwritten. Recording adds a version on top of the
// newest; what is not named in it stays as it was; the same matter records once, however often its job
// runs. Others keep a reference and a version, never a copy.
//
// It stands after fulfilment, which records what was decided, and before application and exchange,
// which ask instead of letting a person bring what government holds (政务数据共享条例, 国令809号:
// 一数一源). The permit to read or write is the caller's duty (access.Gate): this package only takes
// what the gate hands out. A register that is switched off says so (fault.Unavailable, "register.down")
// and is never taken for an empty one.
//
// Reading order: registry.go, store.go.
package registry
