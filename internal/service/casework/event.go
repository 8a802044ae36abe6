package casework

import (
	"time"

	"tongban/internal/security/identity"
	"tongban/internal/service/deadline"
)

// Kind names what happened to a matter.
type Kind string

// What can happen. The verbs are the law's.
const (
	Opened         Kind = "opened"
	Released       Kind = "released" // the earlier matters gave their results
	Claimed        Kind = "claimed"
	HandedOver     Kind = "handed-over"
	Taken          Kind = "taken"           // accepted (受理)
	DeemedTaken    Kind = "deemed-taken"    // accepted by law (art. 32(4))
	NotTaken       Kind = "not-taken"       // 不予受理
	MoreAsked      Kind = "more-asked"      // 补正告知
	MoreAnswered   Kind = "more-answered"   // 补正
	Checked        Kind = "checked"         // a check was made
	SpecialStarted Kind = "special-started" // 特别程序
	SpecialEnded   Kind = "special-ended"
	ExtensionAsked Kind = "extension-asked"
	Extended       Kind = "extended"
	NotExtended    Kind = "not-extended" // the head refused more time
	RulingProposed Kind = "proposed"
	SentBack       Kind = "sent-back"
	PromiseNear    Kind = "promise-near"   // a material that was promised is due soon
	PromiseMissed  Kind = "promise-missed" // it has not come by its day
	Supplied       Kind = "supplied"       // it was handed in (补交)
	Ruled          Kind = "ruled"          // decided (准予 or 不予)
	Fulfilled      Kind = "fulfilled"
	Withdrew       Kind = "withdrew"
	Failed         Kind = "failed"  // an earlier matter did not succeed
	Expired        Kind = "expired" // nothing was corrected in time
)

// Event is one thing that happened, with who did it and what it carried.
type Event struct {
	Kind Kind
	At   time.Time
	By   identity.Actor

	Asked     *Asked
	Answered  *Answered
	Special   *SpecialProcedure
	Extension *Extension
	Ruling    *Ruling
	Checks    map[string]CheckResult
	Result    *Result
	Handover  *Handover
	Text      string // a reason or note
}

func (e Event) day() deadline.Day { return deadline.Of(e.At) }

// Record is an event as it is kept.
type Record struct {
	ID     string
	Case   string
	Matter string
	Kind   Kind
	At     time.Time
	ByKind identity.Kind
	By     string
	Body   string
	Text   string
}
