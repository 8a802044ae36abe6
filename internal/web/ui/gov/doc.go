// Package gov holds the base components of the design system as typed values: fill in the struct, put
// its View on the page.
//
// Its one rule: the HTML is that of govuk-frontend and of nobody else; a test compares every component
// with the fixtures that the package publishes. So the style sheet may be upgraded by running the test,
// and accessibility proven there holds here. The components know no language: every word is given to
// them. A component that has no counterpart in govuk-frontend belongs to package gp.
package gov
