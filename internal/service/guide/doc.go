// Package guide turns a person's answers to a service's questions into her own plan: which matters,
// which materials and who has them already, how long, how much, how often in person, and why each line
// is there.
//
// Its one rule: nothing is asked that cannot change the plan, and nothing is published that leaves
// somebody without an answer. Both are proved when the service is compiled: every condition of the
// service becomes a root of one decision diagram (platform/decision), and what the checks say holds for
// every combination of answers, not for a sample.
//
// It stands between catalogue, whose services it compiles, and application, which opens drafts from its
// plans; jurisdiction shows its problems with file, line and column. It rests on the list of elements of
// an implementation checklist (GB/T 39554), on reasons for every requirement (Administrative Licence
// Law, art. 30), and on asking no more than is needed (Personal Information Protection Law, art. 6).
// What conditions mean is written down in docs/design/diagrams.md.
//
// Reading order: guide.go (answers and questions), plan.go (the plan), compile.go (from the service to
// roots), check.go and limit.go (what is proved), scenario.go (the catalogue's own tests), diff.go (whom a new
// edition treats differently).
package guide
