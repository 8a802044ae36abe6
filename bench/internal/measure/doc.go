// Package measure times systems: a closed loop over HTTP, a child process that times itself, and what the
// machine says of processor time and memory meanwhile.
//
// Its one rule: nothing is timed that was not checked. Whoever is measured answers a check with every
// stretch of work, and a wrong answer is an error, never a figure.
package measure
