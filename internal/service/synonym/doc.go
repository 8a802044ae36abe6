// Package synonym is what people say when they look for something that the catalogue calls by another
// name: old names, short names, words of home.
//
// Its one rule: a word is said once, and leads to words that the catalogue has. It is data of a
// jurisdiction (synonyms.yaml), read with its other files, and used by search.
package synonym
