// Package editor is how a service is written in the studio by somebody who does not know YAML: forms for its
// parts, decision tables for its conditions, and the order of its matters (page specification K02 to K04).
//
// Its one rule: every page is a view of one text. What a form saves, service/document writes into the text at
// the place where it stands, and the studio keeps it as a revision, brought together with whatever somebody
// else saved meanwhile. What was typed and cannot be saved is shown again.
package editor
