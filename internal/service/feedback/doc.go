// Package feedback takes in people's ratings of the service they got (好差评), and what they looked for and
// did not find.
//
// Its one rule: a rating is the person's own. It is invited once at every result, never asked for
// before the result can be had, and changed only by her, within fifteen days; the officer concerned
// does not see who it was. The five levels and the sub-items follow 国办发〔2019〕51号. A wish is
// kept without who it was and goes after a year.
package feedback
