// Package find is where a person begins: by searching, by the event in her life or business, or by her
// own open matters. From there every way leads to an event page, and from an event page to questions.
//
// Its one rule: a page that only explains is a defect where an application exists. It stands above
// guide and application and shows the catalogue alone, so it needs no sign-in (page specification C01
// to C04, C07, C08).
package find
