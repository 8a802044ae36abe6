// Package gallery shows every component and every state of a page with invented content, in both
// languages and every mode. It is there for those who build pages and for the browser tests.
//
// Its one rule: it is mounted only in a demonstration, and it reads and writes nothing.
package gallery
