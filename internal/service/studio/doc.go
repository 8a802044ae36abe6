// Package studio is where the catalogue is written: drafts of services, their check and simulation, review
// by a second person, and publication.
//
// Its one rules are two: nothing that anybody wrote is lost, and nobody publishes alone. Every saving is a
// revision that is kept; two people who write at once are brought together line by line. A publication is a
// row that is never changed; the city that runs is the jurisdiction's folder with the publications that are
// in force laid over it, so that going back is publishing the old text again. What the law asks of the
// catalogue is 行政许可法 第三十条: matters, basis, conditions, limits and materials are made public and are
// right. See docs/design/studio.md.
package studio
