// Package strictyaml reads YAML that people write by hand, and says of every mistake where it is, what
// is wrong and what would be right, in Chinese and English.
//
// Its one rule: nothing is guessed and nothing is passed over. Unknown and repeated keys, missing keys,
// values of the wrong kind, anchors and aliases, a second document, tabs, invisible characters, bad
// UTF-8 and files that are too large are refused; all complaints about a file come at once.
//
// It is used by whatever loads data that people maintain: the jurisdiction, the texts of pages, the
// configuration. A key is required unless its struct tag says omitempty, and what is required says
// something. Text takes a scalar as it is written (`edition: 2019-04-23`, `type: 01`), so that YAML's
// own guesses (no, 01, 1e3) never change what was meant; numbers and booleans are written plainly.
//
// Lines and columns count from 1; columns count characters. YAML is 1.2 (yaml.org), read by
// go.yaml.in/yaml/v4, which gives the nodes; decoding is our own.
package strictyaml
