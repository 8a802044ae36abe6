// Package archtest keeps the rules of the house (ARCHITECTURE.md) by tests and has no code of its own.
package archtest
