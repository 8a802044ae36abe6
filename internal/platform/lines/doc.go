// Package lines compares texts line by line and brings together what two people made of one text.
//
// Its one rule: nothing that anybody wrote is lost. Where both changed the same lines, the result holds the
// lines of both, between marks that are comments in YAML.
package lines
