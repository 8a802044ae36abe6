// Package law holds the provisions of law that everything official must be able to cite.
//
// Its one rule: a requirement, a time limit, a fee, a refusal or a permission points at a provision in
// this book by its id, and the book says from which edition of which law the provision was taken and
// how surely its text is known. Nobody writes an article number into a sentence by hand.
//
// It stands on the security floor because the gate cites the law too (@law on every policy). Ids are
// the law's short English name, a dot and the article: licence-law.42. The text of the law is data of a
// jurisdiction, under law/*.yaml.
package law
