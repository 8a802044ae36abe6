// Package application carries a person from answers to a submitted application: her saved checklist,
// her draft, what government already holds for it, what she adds, and the one submission.
//
// Its one rule: nothing typed is lost, and nothing is taken from a register without being shown first.
// A draft is hers alone until she submits it; then its answers, values and evidence are frozen into a
// case, in one transaction, exactly once.
//
// It stands between guide, which says what applies, and casework, which decides. Behind it stand the
// once-only rules of the State Council's Online Service Rules (在线政务服务若干规定, art. 7).
//
// Reading order: checklist.go, draft.go, service.go, evidence.go, submit.go, store.go.
package application
