// Package studio is where a civil servant writes the catalogue in the browser: drafts with their live check, a
// person simulated, the change in words, review, publication and going back (page specification K01 to K08).
//
// Its one rule: what somebody typed is never lost. A saving that is refused shows the text again, and two
// who write at once are brought together.
package studio
