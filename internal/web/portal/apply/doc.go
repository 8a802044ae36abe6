// Package apply is the one application for all matters of a service: its task list, the parts of the
// form, the materials with their preview before reuse, the check page and the submission (page
// specification C14 to C19).
//
// Its one rule: every POST saves, the wrong answers too; saving is never sending, and sending happens
// once.
package apply
