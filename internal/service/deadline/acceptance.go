package deadline

// Acceptance is the clock between receipt and acceptance (Administrative Licence Law, art. 32(4)): the
// body says within five working days, once and wholly, what is missing; if it does not, the application
// counts as accepted from the day of receipt.
type Acceptance struct {
	Received Day `json:"received"` // the day the papers came, or came completed
}

// Clock is the clock that runs for the body.
func (a Acceptance) Clock() Clock { return Clock{From: a.Received, Limit: AskMore} }

// Decision is the clock for the decision, from the day of acceptance.
func Decision(accepted Day, limit Limit) Clock { return Clock{From: accepted, Limit: limit} }
