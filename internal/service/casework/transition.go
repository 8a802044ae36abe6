package casework

import (
	"fmt"
	"slices"

	"tongban/internal/platform/fault"
	"tongban/internal/security/identity"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

// Effect is something that must follow an event, carried out by the caller in the same transaction.
type Effect string

// The effects of events.
const (
	Tell    Effect = "tell"    // the applicant is told
	Fulfil  Effect = "fulfil"  // the decision is carried out
	Check   Effect = "check"   // the system's checks are made
	Wake    Effect = "wake"    // somebody looks again when the due day has passed
	Expect  Effect = "expect"  // somebody looks whether what was promised has come
	FailOut Effect = "failout" // matters that wait for this one end
)

// table is the only place where a matter's state changes: from each state, what may happen and where
// it leads. An empty target keeps the state.
var table = map[State]map[Kind]State{
	Waiting: {Released: Received, Supplied: "", Withdrew: Withdrawn, Failed: Lapsed},
	Received: {
		Claimed: "", HandedOver: "", Checked: "", Taken: Accepted, DeemedTaken: Accepted, NotTaken: Declined,
		MoreAsked: Correcting, Supplied: "", Ruled: "", Withdrew: Withdrawn,
	},
	Correcting: {MoreAnswered: Received, Supplied: "", Checked: "", Withdrew: Withdrawn, Expired: Lapsed, HandedOver: "", Claimed: ""},
	Accepted: {
		Claimed: "", HandedOver: "", Checked: "", SpecialStarted: Special, ExtensionAsked: "", Extended: "", NotExtended: "",
		PromiseNear: "", PromiseMissed: "", Supplied: "", RulingProposed: Proposed, Ruled: "", Withdrew: Withdrawn,
	},
	Special:  {SpecialEnded: Accepted, PromiseNear: "", PromiseMissed: "", Supplied: "", Checked: "", HandedOver: "", Claimed: "", Withdrew: Withdrawn},
	Proposed: {SentBack: Accepted, PromiseNear: "", PromiseMissed: "", Supplied: "", Ruled: "", Withdrew: Withdrawn},
	Approved: {Fulfilled: ""},
	Refused:  {}, Declined: {}, Withdrawn: {}, Lapsed: {},
}

// rules are what a transition needs to know beside the matter and the event.
type rules struct {
	calendar *deadline.Calendar
}

// next works out what an event makes of a matter. It is pure: it reads no clock and writes nothing.
// A fault of kind Conflict says that the event cannot happen in the matter's state.
func (r rules) next(m Matter, e Event) (Matter, []Effect, error) {
	to, ok := table[m.State][e.Kind]
	if !ok {
		return m, nil, fault.New(fault.Conflict, "error.matter.state", "state", string(m.State))
	}
	if to != "" {
		m.State = to
	}
	today := e.day()
	var effects []Effect
	switch e.Kind {
	case Released:
		m = r.receive(m, today)
		effects = append(effects, Tell, Check, Wake)
	case Claimed:
		m.Officer, m.OfficerName = e.By.ID, e.By.Name()
	case HandedOver:
		m.Officer, m.OfficerName = e.Handover.To, e.Handover.Name
		m.Handovers = append(slices.Clone(m.Handovers), *e.Handover)
	case Checked:
		m = m.checked(e.Checks)
	case Taken:
		m = r.accept(m, today, today)
		effects = append(effects, Tell, Wake, Expect)
	case DeemedTaken:
		// Accepted from the day the papers came in, not from the day we noticed (art. 32(4)).
		m.Deemed = true
		m = r.accept(m, m.Acceptance.From, today)
		effects = append(effects, Tell, Wake, Expect)
	case NotTaken:
		m.Ruling, m.DecidedOn = e.Ruling, today
		effects = append(effects, Tell, FailOut)
	case MoreAsked:
		if m.Asked != nil {
			return m, nil, fault.New(fault.Conflict, "error.matter.asked-once")
		}
		if len(e.Asked.Points) == 0 {
			return m, nil, fault.New(fault.Invalid, "error.matter.no-points")
		}
		m.Asked, m.DueOn = e.Asked, e.Asked.Until
		effects = append(effects, Tell, Wake)
	case MoreAnswered:
		m.Answered = e.Answered
		for material := range e.Answered.Files {
			m = m.promise(material, func(p *Promise) { p.Supplied = today })
		}
		m = r.receive(m, today)
		effects = append(effects, Tell, Check, Wake)
	case SpecialStarted:
		x := *e.Special
		x.Notice = fmt.Sprintf("%s-%d-%d", m.Number, m.Ordinal+1, len(m.Special)+1)
		m.Special = append(slices.Clone(m.Special), x)
		if m.Decision.From != "" { // a matter without a limit has no clock to stop
			clock, err := m.Decision.Stop(r.calendar, deadline.Pause{Kind: x.Kind, From: x.From, Days: x.Days, Notice: x.Notice})
			if err != nil {
				return m, nil, err
			}
			m.Decision = clock
		}
		m = r.due(m)
		effects = append(effects, Tell)
	case SpecialEnded:
		last := len(m.Special) - 1
		m.Special = slices.Clone(m.Special)
		m.Special[last].To, m.Special[last].Result = today, e.Text
		if m.Decision.From != "" {
			clock, err := m.Decision.Resume(m.Special[last].Notice, today)
			if err != nil {
				return m, nil, err
			}
			m.Decision = clock
		}
		m = r.due(m)
		effects = append(effects, Tell, Wake)
	case ExtensionAsked:
		if !m.Extension.Again() {
			return m, nil, fault.New(fault.Conflict, "error.matter.extended-once")
		}
		m.Extension = e.Extension
	case Extended:
		if !m.Extension.Open() {
			return m, nil, fault.New(fault.Conflict, "error.matter.no-extension-asked")
		}
		x := *m.Extension
		x.ApprovedBy, x.On = e.By.ID, today
		clock, err := m.Decision.Extend(r.calendar, today, deadline.ExtendSingle, deadline.ExtendSingle)
		if err != nil {
			return m, nil, err
		}
		m.Extension, m.Decision = &x, clock
		m = r.due(m)
		effects = append(effects, Tell, Wake)
	case NotExtended:
		if !m.Extension.Open() {
			return m, nil, fault.New(fault.Conflict, "error.matter.no-extension-asked")
		}
		x := *m.Extension
		x.RefusedBy, x.Refusal, x.On = e.By.ID, e.Text, today
		m.Extension = &x
	case PromiseNear:
		m = m.promise(e.Text, func(p *Promise) { p.Reminded = today })
		effects = append(effects, Tell)
	case PromiseMissed:
		m = m.promise(e.Text, func(p *Promise) { p.Missed = today })
		effects = append(effects, Tell)
	case Supplied:
		m = m.promise(e.Text, func(p *Promise) { p.Supplied = today })
	case RulingProposed:
		if err := m.complete(e); err != nil {
			return m, nil, err
		}
		m.Proposal, m.Earlier, m.Returned = e.Ruling, nil, ""
	case SentBack:
		m.Earlier, m.Proposal, m.Returned = m.Proposal, nil, e.Text
	case Ruled:
		if m.Second && (m.State != Proposed || m.Proposal == nil || m.Proposal.By == e.By.ID) {
			return m, nil, fault.New(fault.Conflict, "error.matter.two-persons")
		}
		if err := m.complete(e); err != nil {
			return m, nil, err
		}
		if m.State == Received { // decided on the spot (art. 34)
			m = r.accept(m, today, today)
		}
		m = m.checked(e.Checks) // those that a decision of the system rests on
		m.Ruling, m.DecidedOn, m.DueOn = e.Ruling, today, ""
		m.State = Refused
		effects = append(effects, Tell)
		if e.Ruling.Approve {
			m.State = Approved
			effects = append(effects, Fulfil)
		} else {
			effects = append(effects, FailOut)
		}
	case Fulfilled:
		m.Result = e.Result
	case Withdrew:
		effects = append(effects, Tell, FailOut)
	case Failed, Expired:
		m.Ending = e.Text
		effects = append(effects, Tell, FailOut)
	}
	if m.State.Ended() {
		m.DueOn = ""
	}
	return m, effects, nil
}

// receive starts the acceptance clock.
func (r rules) receive(m Matter, on deadline.Day) Matter {
	m.ReceivedOn = on
	m.Acceptance = deadline.Acceptance{Received: on}.Clock()
	m.DueOn, m.Tentative = m.Acceptance.Due(r.calendar)
	return m
}

// accept starts the decision clock on the day on; today the applicant hears of it.
func (r rules) accept(m Matter, on, today deadline.Day) Matter {
	m.AcceptedOn = on
	if m.Statutory != nil {
		m.Decision = deadline.Decision(on, limit(m.Statutory))
	}
	// What may follow is due so long after the applicant heard of acceptance, whenever the promise was made.
	m.Promises = slices.Clone(m.Promises)
	for i := range m.Promises {
		p := &m.Promises[i]
		p.Until, _ = deadline.Clock{From: today, Limit: p.Limit}.Due(r.calendar)
	}
	return r.due(m)
}

// promise changes what is known of a material that was promised.
func (m Matter) promise(material string, change func(*Promise)) Matter {
	m.Promises = slices.Clone(m.Promises)
	for i := range m.Promises {
		if m.Promises[i].Material == material {
			change(&m.Promises[i])
		}
	}
	return m
}

// complete says whether an officer may approve: not while something that was promised has not come. What
// is refused needs nothing more.
func (m Matter) complete(e Event) error {
	if e.By.Kind == identity.Officer && e.Ruling.Approve && slices.ContainsFunc(m.Promises, Promise.Open) {
		return fault.New(fault.Conflict, "error.matter.promise-open")
	}
	return nil
}

// due works the due days out again, after anything that moves them.
func (r rules) due(m Matter) Matter {
	m.DueOn, m.PromisedOn, m.Tentative = "", "", false
	if m.Decision.From != "" {
		m.DueOn, m.Tentative = m.Decision.Due(r.calendar)
	}
	if m.Promised != nil {
		promised := m.Decision
		promised.From, promised.Limit = m.AcceptedOn, limit(m.Promised)
		day, tentative := promised.Due(r.calendar)
		m.PromisedOn = day
		if m.DueOn == "" {
			m.DueOn, m.Tentative = day, tentative
		}
	}
	return m
}

func limit(l *catalogue.Limit) deadline.Limit {
	return deadline.Limit{N: l.N, Unit: deadline.Unit(l.Unit)}
}

func (m Matter) checked(results map[string]CheckResult) Matter {
	if len(results) == 0 {
		return m
	}
	all := make(map[string]CheckResult, len(m.Checked)+len(results))
	for id, c := range m.Checked {
		all[id] = c
	}
	for id, c := range results {
		all[id] = c
	}
	m.Checked = all
	return m
}
