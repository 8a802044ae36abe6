// Package text holds every sentence that a person sees on a page, in every language, and the way
// numbers, days and amounts are written in each.
//
// Its one rule: no text without all languages, and none in Go or in a template. The sentences lie in
// *.yaml beside this file, one file for each room of the web floor, as key: {zh: …, en: …}. A key is
// written room.page.thing; the codes of faults are keys too and lie in errors.yaml. Values are put in
// by name, {like} this, so that each language may order them as it needs; no sentence depends on a
// plural. Texts of the catalogue come from the jurisdiction and are not here.
package text
