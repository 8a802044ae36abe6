package casework

import (
	"time"

	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

// State is where a matter stands. It is said only here; wording for people derives from it.
type State string

// The states of a matter.
const (
	Waiting    State = "waiting"    // for the result of an earlier matter
	Received   State = "received"   // submitted; to be accepted or answered within five working days (art. 32)
	Correcting State = "correcting" // more was asked for; the applicant's turn
	Accepted   State = "accepted"   // accepted and under review; the decision clock runs (art. 42)
	Special    State = "special"    // a special procedure of art. 45 stops the clock
	Proposed   State = "proposed"   // a decision waits for its second signature
	Approved   State = "approved"
	Refused    State = "refused"
	Declined   State = "declined"  // not accepted (不予受理, art. 32)
	Withdrawn  State = "withdrawn" // by the applicant
	Lapsed     State = "lapsed"    // ended because an earlier matter failed or nothing was corrected in time
)

// Ended reports whether nothing more can happen to a matter in this state.
func (s State) Ended() bool {
	switch s {
	case Approved, Refused, Declined, Withdrawn, Lapsed:
		return true
	}
	return false
}

// Open lists the states in which somebody still has something to do.
var Open = []State{Waiting, Received, Correcting, Accepted, Special, Proposed}

// Case is one application for one service.
type Case struct {
	ID        string
	Number    string // the reference number a person reads aloud
	Service   string
	Edition   string // of the catalogue, kept for the life of the case
	Applicant string // account of the person who applied
	Person    string // her register id (GB 11643)
	Subject   string // whose affairs: the person's id or the business's USCC
	Name      string // the subject's name, as shown to officers
	Answers   map[string]string
	Values    map[string]Value
	Evidence  map[string]Evidence
	Draft     string // the draft, or offer, that it came from; one opens at most one case
	Unasked   bool   // government applied for her (免申即享)
	OpenedAt  time.Time
	ClosedAt  time.Time // zero while anything is left to be done in a matter
	Receipt   string    // audit entry of the submission, for the log proof
	Version   int
}

// Value is one value of the form as it was declared, with where it came from.
type Value struct {
	Value    string    `json:"value"`
	Source   string    `json:"source,omitempty"`   // register; empty when the applicant wrote it
	Recorded time.Time `json:"recorded,omitzero"`  // when the register recorded it
	Disputed string    `json:"disputed,omitempty"` // what the applicant says is wrong with the register's value
}

// Evidence is one material as it was given.
type Evidence struct {
	State       string            `json:"state"` // held, upstream, made, uploaded, later, granted
	Source      string            `json:"source,omitempty"`
	Version     int               `json:"version,omitempty"` // of the register's record
	Values      map[string]string `json:"values,omitempty"`  // exactly the fields that were agreed to
	Certificate string            `json:"certificate,omitempty"`
	Files       []File            `json:"files,omitempty"`
	Until       deadline.Day      `json:"until,omitempty"` // for later: the day it is promised for
	At          time.Time         `json:"at,omitzero"`
}

// File is one uploaded file.
type File struct {
	Hash string `json:"hash"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// Matter is one service matter of a case, in the hands of one body.
type Matter struct {
	ID      string
	Case    string
	Number  string // the case's number, copied for the queue
	Service string
	Def     string // the matter's id in the catalogue
	Body    string
	State   State
	Officer string // account of the officer who has it; empty while nobody has
	DueOn   deadline.Day
	Version int
	Ordinal int
	Detail
}

// Done reports whether nothing is left to be done: the matter has ended, and what it gave was given.
func (m Matter) Done() bool {
	return m.State.Ended() && (m.State != Approved || m.Result != nil)
}

// Detail is what is known of a matter beyond what queues are searched by.
type Detail struct {
	After       []catalogue.After `json:"after,omitempty"`
	Handling    string            `json:"handling"`
	Second      bool              `json:"second,omitempty"`
	Commitment  bool              `json:"commitment,omitempty"` // decided on the applicant's written promise (告知承诺)
	Applies     []string          `json:"checks,omitempty"`     // checks of the catalogue that apply to this person
	Statutory   *catalogue.Limit  `json:"statutory,omitempty"`
	Promised    *catalogue.Limit  `json:"promised,omitempty"`
	OfficerName string            `json:"officer_name,omitempty"`

	ReceivedOn deadline.Day   `json:"received_on,omitempty"`
	AcceptedOn deadline.Day   `json:"accepted_on,omitempty"`
	Deemed     bool           `json:"deemed,omitempty"` // accepted by law because nobody answered in time
	DecidedOn  deadline.Day   `json:"decided_on,omitempty"`
	Acceptance deadline.Clock `json:"acceptance"`
	Decision   deadline.Clock `json:"decision"`
	PromisedOn deadline.Day   `json:"promised_on,omitempty"`
	Tentative  bool           `json:"tentative,omitempty"` // the due day rests on a calendar that is not yet published

	Asked     *Asked                 `json:"asked,omitempty"`
	Answered  *Answered              `json:"answered,omitempty"`
	Special   []SpecialProcedure     `json:"special,omitempty"`
	Extension *Extension             `json:"extension,omitempty"`
	Proposal  *Ruling                `json:"proposal,omitempty"`
	Returned  string                 `json:"returned,omitempty"` // why the second person sent the proposal back
	Earlier   *Ruling                `json:"earlier,omitempty"`  // the proposal that was sent back, so that nobody writes it twice
	Ruling    *Ruling                `json:"ruling,omitempty"`
	Checked   map[string]CheckResult `json:"checked,omitempty"`
	Result    *Result                `json:"result,omitempty"`
	Ending    string                 `json:"ending,omitempty"` // text key: why it lapsed
	Handovers []Handover             `json:"handovers,omitempty"`
	Promises  []Promise              `json:"promises,omitempty"` // materials that follow after acceptance (容缺)
}

// Promise is a material that the applicant promised in writing to hand in after acceptance (容缺受理).
type Promise struct {
	Material string         `json:"material"`
	Limit    deadline.Limit `json:"limit"`
	Until    deadline.Day   `json:"until,omitempty"` // known once the matter is accepted
	Reminded deadline.Day   `json:"reminded,omitempty"`
	Missed   deadline.Day   `json:"missed,omitempty"` // when it was noticed that the day had passed
	Supplied deadline.Day   `json:"supplied,omitempty"`
}

// Open reports whether the material is still to come.
func (p Promise) Open() bool { return p.Supplied == "" }

// Promised finds what is still to come of a material for one of the matters, the earliest first.
func Promised(matters []Matter, material string) (first Promise, ok bool) {
	for _, m := range matters {
		for _, p := range m.Promises {
			if p.Material == material && p.Open() && !m.State.Ended() && (!ok || p.Until != "" && (first.Until == "" || p.Until < first.Until)) {
				first, ok = p, true
			}
		}
	}
	return first, ok
}

// Asked is the one-time notice of everything that must be corrected (art. 32(4)).
type Asked struct {
	On     deadline.Day `json:"on"`
	Until  deadline.Day `json:"until"`
	Points []Point      `json:"points"`
	By     string       `json:"by"`
}

// Point is one thing to correct: a material or a field, what is wrong and the provision.
type Point struct {
	Material  string `json:"material,omitempty"`
	Field     string `json:"field,omitempty"`
	Text      string `json:"text"`
	Provision string `json:"provision,omitempty"`
}

// Answered is the applicant's correction, with what stood there before.
type Answered struct {
	On      deadline.Day        `json:"on"`
	Message string              `json:"message,omitempty"`
	Values  map[string][2]Value `json:"values,omitempty"` // field: before, after
	Files   map[string][]File   `json:"files,omitempty"`  // material: new files
	Before  map[string][]File   `json:"before,omitempty"` // material: the files they replace
}

// SpecialProcedure is one procedure whose time does not count (art. 45).
type SpecialProcedure struct {
	Notice string       `json:"notice"` // number of the written notice
	Kind   string       `json:"kind"`
	From   deadline.Day `json:"from"`
	Days   int          `json:"days"` // expected, as the written notice says
	To     deadline.Day `json:"to,omitempty"`
	Reason string       `json:"reason"`
	Result string       `json:"result,omitempty"`
	By     string       `json:"by"`
}

// Extension is the one lengthening of the clock that the head may grant (art. 42), or refuse with a reason.
type Extension struct {
	AskedBy    string       `json:"asked_by"`
	Reason     string       `json:"reason"`
	ApprovedBy string       `json:"approved_by,omitempty"`
	RefusedBy  string       `json:"refused_by,omitempty"`
	Refusal    string       `json:"refusal,omitempty"` // why it was refused
	On         deadline.Day `json:"on,omitempty"`      // the day of the answer
}

// Open reports whether an extension was asked for and the head has not answered.
func (x *Extension) Open() bool { return x != nil && x.ApprovedBy == "" && x.RefusedBy == "" }

// Again reports whether an extension may be asked for: none was, or what was asked for was refused. Only
// one can be granted.
func (x *Extension) Again() bool { return x == nil || x.RefusedBy != "" }

// Ruling is a decision with the facts, the reasons and the provisions it rests on (arts. 34 to 38).
type Ruling struct {
	Approve    bool     `json:"approve"`
	Facts      string   `json:"facts"`
	Reasons    string   `json:"reasons"`
	Provisions []string `json:"provisions,omitempty"`
	Succeed    string   `json:"succeed,omitempty"` // for a refusal: what would make it succeed
	By         string   `json:"by"`
	ByName     string   `json:"by_name,omitempty"`
	SignedBy   string   `json:"signed_by,omitempty"`
	SignedName string   `json:"signed_name,omitempty"`
}

// CheckResult is the outcome of one check.
type CheckResult struct {
	Outcome string    `json:"outcome"` // pass, fail or unknown
	Note    string    `json:"note,omitempty"`
	Seen    string    `json:"seen,omitempty"` // the register's value that was compared
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// Result is what an approved matter gave.
type Result struct {
	Certificate string            `json:"certificate,omitempty"` // id of the e-certificate
	Values      map[string]string `json:"values,omitempty"`
	At          time.Time         `json:"at"`
}

// Handover is one passing of the matter from an officer to another.
type Handover struct {
	From string       `json:"from"`
	To   string       `json:"to"`
	Name string       `json:"name,omitempty"` // of whom it went to
	Note string       `json:"note"`
	On   deadline.Day `json:"on"`
}
