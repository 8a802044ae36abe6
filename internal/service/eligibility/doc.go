// Package eligibility finds people who are entitled to a benefit and have not asked for it (免申即享), and
// applies for them unless they say no.
//
// Its one rule: a register finds, an officer agrees, the person is told, and her silence counts only then. The
// diagram that guides somebody who asks is run over the registers that the service names; who is found for certain
// stands in the list of the body that answers for the matter. After the time in which she may say no the registers
// are looked at again, and a case is opened with what they hold; an officer decides it as any other. What only she
// can tell is asked of her, and nothing else. Where anything has changed, or where somebody believes that she is
// entitled and was not found, a person looks and gives reasons (Personal Information Protection Law, arts. 17, 24,
// 34 and 50; 国发〔2024〕3号 政策服务免申办).
//
// Reading order: service.go (finding), offer.go (agreeing, saying no), open.go (applying, asking), store.go.
package eligibility
