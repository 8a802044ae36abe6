// Package eligibility finds people who are entitled to a benefit and have not asked for it (免申即享), and
// offers it to them.
//
// Its one rule: a register finds, an officer decides, the person disposes. The diagram that guides somebody who
// asks is run over the registers that the service names; who is found for certain stands in the list of the body
// that answers for the matter. Nothing is offered before an officer has looked, nothing is granted before the
// person has applied, and who declines is not offered it again (Personal Information Protection Law, arts. 24
// and 34; 国发〔2024〕3号 政策服务免申办).
package eligibility
