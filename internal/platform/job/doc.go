// Package job carries out later what was decided now: durable jobs, written in the transaction that
// causes them, so that there is never a decision without its consequences nor the reverse.
//
// Its one rule: a job is carried out at least once, and its handler must bear being carried out again.
// A worker that is killed loses its lease and another takes the job. A handler that calls Complete in
// the transaction of its own effect has that effect exactly once. A job that keeps failing is put aside
// as stuck and shown to the operator; it is never dropped.
//
// It is how news travels upward in the stream: what happened on a floor below is told to those above by
// a job, and who listens is wired in one place.
//
// Reading order: queue.go (Enqueue, Handle, Complete), worker.go (Run, Drain), store.go (all SQL).
package job
