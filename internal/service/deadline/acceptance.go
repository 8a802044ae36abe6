package deadline

// Acceptance is the clock between receipt and acceptance (Administrative Licence Law, art. 32(4)): the
// body says within five working days, once and wholly, what is missing; if it does not, the application
// counts as accepted from the day of receipt.
type Acceptance struct {
	Received Day `json:"received"` // the day the papers came, or came completed
}

// Clock is the clock that runs for the body.
func (a Acceptance) Clock() Clock { return Clock{From: a.Received, Limit: AskMore} }

// LastDay is the last day on which the body may ask for more.
func (a Acceptance) LastDay(cal *Calendar) (last Day, isProvisional bool) { return a.Clock().Due(cal) }

// Deemed returns the day as of which the application counts as accepted because the body stayed silent:
// the day of receipt, as soon as the last day for asking is over; else no day and false.
func (a Acceptance) Deemed(cal *Calendar, today Day) (as Day, yes bool) {
	last, _ := a.LastDay(cal)
	if last == "" || today <= last {
		return "", false
	}
	return a.Received, true
}

// Answered is the new clock after the person has completed her papers: five days from that day, since
// it is on that day that the body received papers to judge.
func (a Acceptance) Answered(on Day) Acceptance { return Acceptance{Received: on} }

// Decision is the clock for the decision, from the day of acceptance.
func Decision(accepted Day, limit Limit) Clock { return Clock{From: accepted, Limit: limit} }

// Delivery is the clock for handing over the result, from the day of the decision (art. 44).
func Delivery(decided Day) Clock { return Clock{From: decided, Limit: Deliver} }
