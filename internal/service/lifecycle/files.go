package lifecycle

import (
	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

// Fact is something about a person or a business that conditions may name.
type Fact struct {
	ID        string             `yaml:"id"`
	Audience  catalogue.Audience `yaml:"audience"`
	Name      lang.Text          `yaml:"name"`
	Source    *Source            `yaml:"source,omitempty"`    // absent: nobody but herself can tell, yes or no
	Otherwise string             `yaml:"otherwise,omitempty"` // what it is where the source has nothing; without it the fact stays open
	Ask       lang.Text          `yaml:"ask,omitempty"`       // the question to a visitor who is not signed in
}

// Source is where a fact comes from: a field of a register, or a certificate that is in force.
type Source struct {
	Register    string `yaml:"register,omitempty"`
	Field       string `yaml:"field,omitempty"`
	Certificate string `yaml:"certificate,omitempty"`
	As          string `yaml:"as,omitempty"` // what is made of it; the value itself, or held for a certificate, when absent
}

// What can be made of a source.
const (
	AsValue    = "value"     // of a field
	AsHeld     = "held"      // whether there is a record or certificate
	AsYears    = "years"     // full years since a day
	AsMonths   = "months"    // full months since a day
	AsDays     = "days"      // days since a day
	AsDaysLeft = "days-left" // days until a day, or until the last day of a certificate
	AsYearsAgo = "years-ago" // calendar years since a year or a day
	AsFrom     = "from"      // first day of a certificate
	AsUntil    = "until"     // last day of a certificate
)

// Ways lists what can be made of a source.
var Ways = []string{AsValue, AsHeld, AsYears, AsMonths, AsDays, AsDaysLeft, AsYearsAgo, AsFrom, AsUntil}

// as is what is made of the source.
func (s *Source) as() string {
	switch {
	case s.As != "":
		return s.As
	case s.Certificate != "" || s.Field == "":
		return AsHeld
	}
	return AsValue
}

// Intent is something that a person or a business may intend; what follows from it is shown under it.
type Intent struct {
	ID       string             `yaml:"id"`
	Audience catalogue.Audience `yaml:"audience"`
	Text     lang.Text          `yaml:"text"`
}

// Step is one link of the chain.
type Step struct {
	ID          string    `yaml:"id"`
	Stage       string    `yaml:"stage"` // from stages.yaml; it also says whom the step is for
	Kind        string    `yaml:"kind"`  // do, duty, policy or inspection
	Name        lang.Text `yaml:"name"`
	What        lang.Text `yaml:"what"`
	Service     string    `yaml:"service,omitempty"` // where it is begun
	When        string    `yaml:"when,omitempty"`    // for whom
	Done        string    `yaml:"done,omitempty"`    // who has done it
	Paper       *Paper    `yaml:"paper,omitempty"`   // what shows that it is done
	Due         *Due      `yaml:"due,omitempty"`
	Consequence lang.Text `yaml:"consequence,omitempty"` // of letting the day pass
	Consent     string    `yaml:"consent,omitempty"`     // deemed: undecided in time counts as granted
	Intents     []string  `yaml:"intents,omitempty"`     // only who intends one of these needs it
	Cite        law.Cite  `yaml:"cite"`
}

// The kinds of step.
const (
	Do         = "do"         // something to do once
	Duty       = "duty"       // something the law demands again and again, or all the time
	Policy     = "policy"     // help that she is entitled to
	Inspection = "inspection" // somebody comes and looks
)

// Deemed is the consent by silence: an application for renewal that is not decided before the last day
// counts as granted (Administrative Licence Law, art. 50).
const Deemed = "deemed"

// Paper is what shows that a step is done.
type Paper struct {
	Certificate string `yaml:"certificate,omitempty"`
	Register    string `yaml:"register,omitempty"`
	Number      string `yaml:"number,omitempty"` // field of the register
	On          string `yaml:"on,omitempty"`     // field of the register: the day
}

// Due says by when. It has one of four forms: within a time after a day (from, within), before a day
// (until, before), in the same part of every year (year), or again and again counted from a day (from,
// every). Open is how long before the last day of the fact it may be begun.
type Due struct {
	From   string          `yaml:"from,omitempty"`   // a fact that is a day
	Within *deadline.Limit `yaml:"within,omitempty"` // after it
	Until  string          `yaml:"until,omitempty"`  // a fact that is a day
	Before *deadline.Limit `yaml:"before,omitempty"` // the last day to begin lies so long before it
	Open   *deadline.Limit `yaml:"open,omitempty"`
	Year   string          `yaml:"year,omitempty"` // 01-01..06-30
	Every  *deadline.Limit `yaml:"every,omitempty"`
}

// Sample is an invented person or business, what she holds, and where she must stand on some days.
type Sample struct {
	Who     string    `yaml:"who"` // id of somebody in people/
	Story   lang.Text `yaml:"story"`
	Holds   []Holding `yaml:"holds,omitempty"`
	Records []Record  `yaml:"records,omitempty"` // beside those of people/
	Days    []Stop    `yaml:"days"`
}

// Holding is a certificate that a sample holds.
type Holding struct {
	Certificate string `yaml:"certificate"`
	Number      string `yaml:"number"`
	From        string `yaml:"from"`
	To          string `yaml:"to,omitempty"`
}

// Record is what a register holds about a sample, from the day on which it was recorded.
type Record struct {
	Register string            `yaml:"register"`
	Recorded string            `yaml:"recorded"`
	Values   map[string]string `yaml:"values"`
}

// Stop is one day in the life of a sample: exactly these steps stand in each list. Now is in order.
type Stop struct {
	Day  string   `yaml:"day"`
	Done []string `yaml:"done"`
	Now  []string `yaml:"now"`
	Next []string `yaml:"next"`
	Open []string `yaml:"open,omitempty"`
}
