package catalogue

import "tongban/internal/security/law"

// Proactive says which matter of a service people are offered without having asked (免申即享), and by which
// facts of registers they are found.
type Proactive struct {
	Matter   string            `yaml:"matter"`
	Register string            `yaml:"register"`         // whose people are gone through
	Name     Ref               `yaml:"name"`             // where a person's name stands, for the officer who decides
	Assume   map[string]string `yaml:"assume,omitempty"` // answers that hold for everybody in the register
	Facts    []FactOf          `yaml:"facts"`
	Standing Limit             `yaml:"standing"` // how long an offer stands
	Cite     law.Cite          `yaml:"cite"`
}

// FactOf is the field of a register that answers a question.
type FactOf struct {
	Question string `yaml:"question"`
	Register string `yaml:"register"`
	Field    string `yaml:"field"`
	As       string `yaml:"as,omitempty"` // age: the field is a date, and the answer the full years since then
}
