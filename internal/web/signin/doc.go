// Package signin lets people in and out, adds passkeys, and lets a person act for a business or a child
// (page specification C11, C12).
//
// Its one rule: methods are sentences, never icons or puzzles; pasting and password managers work; after
// signing in one is back where one was.
package signin
