package catalogue

import (
	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
)

// Service is one thing that a person wants done (一件事): several matters of several bodies, asked for
// once. It is a CPSV-AP Public Service that groups others; its matters are the implementation
// checklists (实施清单) of GB/T 39554.
type Service struct {
	ID        string    `yaml:"id"`
	Catalogue string    `yaml:"catalogue"` // number in the State Council's lists, such as T02
	Name      lang.Text `yaml:"name"`
	Summary   lang.Text `yaml:"summary"` // what you get, in one or two sentences
	For       lang.Text `yaml:"for"`     // who it is for
	NotFor    lang.Text `yaml:"not_for"` // who it is not for, and where they should go
	Audience  Audience  `yaml:"audience"`
	Stage     string    `yaml:"stage"` // life-cycle stage, from stages.yaml
	Batch     lang.Text `yaml:"batch"` // the State Council's list that names it
	Cite      law.Cite  `yaml:"cite"`
	Lead      string    `yaml:"lead"`  // body that answers for the whole
	Level     int       `yaml:"level"` // assurance level demanded of the applicant, AL0 to AL4
	Keywords  []string  `yaml:"keywords"`
	Checked   string    `yaml:"checked"` // day on which the lead last checked the content, 2006-01-02
	Related   []string  `yaml:"related,omitempty"`
	Total     *Limit    `yaml:"total,omitempty"` // promised for the whole, when it is not the critical path

	Questions []Question `yaml:"questions"`
	Refusals  []Refusal  `yaml:"refusals,omitempty"`
	Matters   []Matter   `yaml:"matters"`
	Materials []Material `yaml:"materials"`
	Sections  []Section  `yaml:"sections"` // the form, by parts

	Proactive *Proactive `yaml:"proactive,omitempty"` // what is offered to people without being asked

	// What the author claims of everybody who is not refused; proved when the service is loaded.
	Exclusive  []Cases `yaml:"exclusive,omitempty"`  // never two of them together
	Exhaustive []Cases `yaml:"exhaustive,omitempty"` // always one of them at least
}

// Cases are alternatives among what a plan may contain, and among what may be answered.
type Cases struct {
	Matters    []string `yaml:"matters,omitempty"`
	Materials  []string `yaml:"materials,omitempty"`
	Conditions []string `yaml:"conditions,omitempty"` // CEL over the questions, such as hot or kind == "sole"
}

// Question, Matter, Material and Field find a part of the service by its id; nil when there is none.
func (s *Service) Question(id string) *Question {
	return find(s.Questions, func(q *Question) bool { return q.ID == id })
}

// Matter is like Question.
func (s *Service) Matter(id string) *Matter {
	return find(s.Matters, func(m *Matter) bool { return m.ID == id })
}

// Material is like Question.
func (s *Service) Material(id string) *Material {
	return find(s.Materials, func(m *Material) bool { return m.ID == id })
}

// Field is like Question, over all sections of the form.
func (s *Service) Field(id string) *Field {
	for i := range s.Sections {
		if f := find(s.Sections[i].Fields, func(f *Field) bool { return f.ID == id }); f != nil {
			return f
		}
	}
	return nil
}

func find[T any](all []T, is func(*T) bool) *T {
	for i := range all {
		if is(&all[i]) {
			return &all[i]
		}
	}
	return nil
}

// Audience is whose affairs a service is about.
type Audience string

// The audiences.
const (
	ForPerson   Audience = "person"
	ForBusiness Audience = "business"
)

// Question is one thing that the guide may have to ask.
type Question struct {
	ID      string    `yaml:"id"`
	Type    string    `yaml:"type"` // boolean, enum, integer, decimal, date
	Text    lang.Text `yaml:"text"`
	Hint    lang.Text `yaml:"hint,omitempty"`
	Why     lang.Text `yaml:"why"` // why we ask
	Unit    lang.Text `yaml:"unit,omitempty"`
	Min     *float64  `yaml:"min,omitempty"`
	Max     *float64  `yaml:"max,omitempty"`
	Options []Option  `yaml:"options,omitempty"` // enum
	When    string    `yaml:"when,omitempty"`    // asked only then
	Unsure  *Unsure   `yaml:"unsure,omitempty"`  // absent: "not sure" is offered and leaves the answer open
	Fact    *Ref      `yaml:"fact,omitempty"`    // what a register can answer for a signed-in person
}

// Option is one answer to an enum question.
type Option struct {
	Value string    `yaml:"value"`
	Text  lang.Text `yaml:"text"`
	Hint  lang.Text `yaml:"hint,omitempty"`
}

// Unsure says what "不确定" does: help text, and the answer that is then assumed, if any.
type Unsure struct {
	Help lang.Text `yaml:"help"`
	As   string    `yaml:"as,omitempty"` // the careful answer, as written in the answers
}

// Ref points at a field of a register.
type Ref struct {
	Register string `yaml:"register"`
	Field    string `yaml:"field,omitempty"`
}

// Refusal tells a person that this is not for her, why, and what to do instead.
type Refusal struct {
	ID      string    `yaml:"id"`
	When    string    `yaml:"when"`
	Text    lang.Text `yaml:"text"`
	Instead lang.Text `yaml:"instead"`
	Cite    law.Cite  `yaml:"cite"`
}

// Matter is one service matter (政务服务事项) of one body within the service.
type Matter struct {
	ID         string      `yaml:"id"`
	Code       string      `yaml:"code"` // basic code, 12 characters; the 31-character implementation code is derived
	Name       lang.Text   `yaml:"name"`
	Plain      lang.Text   `yaml:"plain"` // in one plain sentence
	Body       string      `yaml:"body"`
	Type       string      `yaml:"type"` // 01 licence, 05 benefit, 07 confirmation, 10 other, 20 public service
	When       string      `yaml:"when,omitempty"`
	Why        lang.Text   `yaml:"why"` // why it applies, shown when it does
	Cite       law.Cite    `yaml:"cite"`
	After      []After     `yaml:"after,omitempty"`
	Handling   Handling    `yaml:"handling"`
	Statutory  *Limit      `yaml:"statutory,omitempty"`
	Promised   *Limit      `yaml:"promised,omitempty"`
	Variants   []Variant   `yaml:"variants,omitempty"` // limits under conditions; the first that holds wins
	Visits     int         `yaml:"visits"`
	VisitWhy   lang.Text   `yaml:"visit_why,omitempty"`
	Site       bool        `yaml:"site,omitempty"` // officers visit the place
	Fees       []Fee       `yaml:"fees,omitempty"`
	Special    []string    `yaml:"special,omitempty"`    // special procedures that may stop the clock: inspection, expert-review …
	Second     bool        `yaml:"second,omitempty"`     // a second person signs the decision
	Commitment string      `yaml:"commitment,omitempty"` // CEL: decided on the applicant's written commitment (告知承诺)
	Checks     []Check     `yaml:"checks,omitempty"`
	Result     *Result     `yaml:"result,omitempty"`
	Remedy     Remedy      `yaml:"remedy"`
	Contact    Contact     `yaml:"contact"`
	Conditions []Condition `yaml:"conditions,omitempty"`
	Questions  []FAQ       `yaml:"faq,omitempty"`

	// What the implementation checklist (GB/T 39554.2) asks for beyond it.
	Serves   []string `yaml:"serves,omitempty"`   // who may apply, of Serves; those of the service when absent
	Topics   []string `yaml:"topics"`             // topics under which people look for it, from topics.yaml
	Area     string   `yaml:"area,omitempty"`     // how far away it can be applied for (通办范围): city when absent, province, nation
	Keywords []string `yaml:"keywords,omitempty"` // what people call it

	Elements *Elements `yaml:"elements,omitempty"` // the rest of it, which changes nothing in how it is handled
}

// Handling is who does the work of a matter.
type Handling string

// The ways of handling.
const (
	ByOfficer Handling = "officer" // an officer decides
	BySystem  Handling = "system"  // decided at once by checks against registers (即时核验)
)

// After is an edge of precedence: this matter comes after that one.
type After struct {
	Matter string `yaml:"matter"`
	Kind   string `yaml:"kind"` // result: its certificate is material here; data: its facts fill this form; order: only the order
}

// Limit is a time limit with its basis.
type Limit struct {
	N    int      `yaml:"n"`
	Unit string   `yaml:"unit"` // working, natural, month
	Cite law.Cite `yaml:"cite"`
}

// Variant is a limit that holds under a condition.
type Variant struct {
	When      string    `yaml:"when"`
	Text      lang.Text `yaml:"text"`
	Statutory *Limit    `yaml:"statutory,omitempty"`
	Promised  *Limit    `yaml:"promised,omitempty"`
}

// Fee is what a person pays. Licences are free unless a law or administrative regulation says
// otherwise (Administrative Licence Law, art. 58).
type Fee struct {
	ID   string    `yaml:"id"`
	Name lang.Text `yaml:"name"`
	Fen  int64     `yaml:"fen"` // amount in 1/100 yuan
	When string    `yaml:"when,omitempty"`
	Cite law.Cite  `yaml:"cite"`

	Relief *Outcome `yaml:"relief,omitempty"` // who pays less or nothing (减免)
}

// Check is one thing verified before a decision: by the system against a register, or by hand.
type Check struct {
	ID       string    `yaml:"id"`
	Text     lang.Text `yaml:"text"`
	Kind     string    `yaml:"kind"` // system or hand
	When     string    `yaml:"when,omitempty"`
	Register string    `yaml:"register,omitempty"` // system: the register that is asked
	Field    string    `yaml:"field,omitempty"`
	Equals   string    `yaml:"equals,omitempty"`   // system: the value the register must hold
	Matches  string    `yaml:"matches,omitempty"`  // system: the form field whose value it must equal
	Material string    `yaml:"material,omitempty"` // hand: the evidence to look at
	Cite     law.Cite  `yaml:"cite"`
}

// Result is what an approved matter gives.
type Result struct {
	Kind        string    `yaml:"kind"` // certificate, document or record
	Name        lang.Text `yaml:"name"`
	Certificate string    `yaml:"certificate,omitempty"` // certificate type, from certificates/
	Register    string    `yaml:"register,omitempty"`    // register that the result is recorded in
	Fields      []Fill    `yaml:"fields,omitempty"`      // what is written on it or into the register
}

// Fill says where a field of a result comes from.
type Fill struct {
	Field string `yaml:"field"`           // field of the certificate or register
	From  string `yaml:"from,omitempty"`  // form field
	Value string `yaml:"value,omitempty"` // a constant
	Make  string `yaml:"make,omitempty"`  // made at decision: number, id-number, today
}

// Remedy says where a person may go who disagrees.
type Remedy struct {
	Review lang.Text `yaml:"review"` // 行政复议 body
	Court  lang.Text `yaml:"court"`
}

// Contact is how to ask and how to complain about one matter. The two numbers differ.
type Contact struct {
	Ask      string    `yaml:"ask"`
	Complain string    `yaml:"complain"`
	Place    lang.Text `yaml:"place"`
	Hours    lang.Text `yaml:"hours"`
}

// Condition is one condition for acceptance or approval (受理条件).
type Condition struct {
	Text lang.Text `yaml:"text"`
	Cite law.Cite  `yaml:"cite"`
}

// FAQ is a question that people ask about a matter.
type FAQ struct {
	Ask    lang.Text `yaml:"ask"`
	Answer lang.Text `yaml:"answer"`
}

// Material is one piece of evidence (CPSV-AP Evidence): one name, one reason, one place to get it.
type Material struct {
	ID      string    `yaml:"id"`
	Name    lang.Text `yaml:"name"`
	What    lang.Text `yaml:"what"` // what it must show
	For     []string  `yaml:"for"`  // matters
	When    string    `yaml:"when,omitempty"`
	Cite    law.Cite  `yaml:"cite"`
	Source  Source    `yaml:"source"`
	Accept  []string  `yaml:"accept,omitempty"`  // pdf, jpg, png
	MaxMB   int       `yaml:"max_mb,omitempty"`  // 20 when absent
	Later   *Limit    `yaml:"later,omitempty"`   // may follow within this time on a written promise (容缺)
	Missed  *Outcome  `yaml:"missed,omitempty"`  // what may happen when it has not come by then; told before the promise
	Sample  lang.Text `yaml:"sample,omitempty"`  // what a good one looks like
	Fill    lang.Text `yaml:"fill,omitempty"`    // how to fill it in (填报须知)
	Blank   string    `yaml:"blank,omitempty"`   // address of the empty form (空白表格)
	Paper   *Paper    `yaml:"paper,omitempty"`   // how it is handed in at a counter
	Consent bool      `yaml:"consent,omitempty"` // another person must grant its use
}

// Outcome is what may happen to somebody, with where that is said.
type Outcome struct {
	Text lang.Text `yaml:"text"`
	Cite law.Cite  `yaml:"cite"`
}

// Source says who has a material. Exactly one of the fields is set; Applicant is the last resort.
type Source struct {
	Register    string   `yaml:"register,omitempty"`    // a register holds the facts
	Certificate string   `yaml:"certificate,omitempty"` // an e-certificate of this type
	Upstream    string   `yaml:"upstream,omitempty"`    // result of this matter of the same service
	Made        bool     `yaml:"made,omitempty"`        // the platform writes it from the answers; the person declares
	Applicant   bool     `yaml:"applicant,omitempty"`   // only the applicant has it
	Fields      []string `yaml:"fields,omitempty"`      // exactly which fields are used
}

// Section is a part of the form: one entry of the task list.
type Section struct {
	ID     string    `yaml:"id"`
	Title  lang.Text `yaml:"title"`
	When   string    `yaml:"when,omitempty"`
	Fields []Field   `yaml:"fields"`
}

// Field is one field of the form, asked once however many matters use it.
type Field struct {
	ID       string    `yaml:"id"`
	Type     string    `yaml:"type"` // text, long-text, name, id-number, uscc, phone, email, address, date, integer, decimal, money, enum, boolean, bank-card
	Text     lang.Text `yaml:"text"`
	Hint     lang.Text `yaml:"hint,omitempty"`
	Why      lang.Text `yaml:"why,omitempty"`
	Unit     lang.Text `yaml:"unit,omitempty"`
	Optional bool      `yaml:"optional,omitempty"`
	Max      int       `yaml:"max,omitempty"` // characters
	Least    *float64  `yaml:"least,omitempty"`
	Most     *float64  `yaml:"most,omitempty"`
	Options  []Option  `yaml:"options,omitempty"`
	When     string    `yaml:"when,omitempty"`
	For      []string  `yaml:"for"`                // matters that use it
	Prefill  *Ref      `yaml:"prefill,omitempty"`  // register field that fills it
	Locked   bool      `yaml:"locked,omitempty"`   // a register value that the law does not let an applicant replace
	Question string    `yaml:"question,omitempty"` // filled from the answer to this guide question
	Element  string    `yaml:"element,omitempty"`  // data element, so that one fact is never asked under two names
}
