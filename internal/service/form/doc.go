// Package form reads what people type into the fields of a form: it brings every answer into one
// canonical form, or says in a text key what is wrong with it.
//
// Its one rule: nothing that was typed is lost. A wrong answer comes back as it was typed, together with
// the complaint, and may be stored that way in a draft. It stands between the pages or the API, where
// answers arrive, and application, which keeps them; it knows types of fields and no particular service.
//
// Names follow 民委发〔2016〕33号 (one separator, U+00B7; at least 50 characters) and GB 18030-2022 (any
// assigned character); identity numbers GB 11643, business codes GB 32100; days are civil days.
package form
