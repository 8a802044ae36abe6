// Package status says which HTTP status a fault has.
//
// Its one rule: the pages and the API answer the same fault with the same status. What is asked of
// somebody who has not said who she is differs (a page leads her to sign in, the API answers 401), and is
// theirs to decide.
package status
