package catalogue

import "tongban/internal/security/law"

// Proactive says which matter of a service people are given without having asked (免申即享), by which facts of
// registers they are found, and what the application is made of that nobody has to write.
type Proactive struct {
	Matter   string            `yaml:"matter"`
	Register string            `yaml:"register"`         // whose people are gone through
	Name     Ref               `yaml:"name"`             // where a person's name stands, for the officer who decides
	Assume   map[string]string `yaml:"assume,omitempty"` // answers that hold for everybody in the register
	Facts    []FactOf          `yaml:"facts"`
	While    []Held            `yaml:"while"`           // what a register must say besides, as long as it is offered
	Fill     map[string]Ref    `yaml:"fill,omitempty"`  // fields of the form that a register fills in when nobody applies
	Spare    []string          `yaml:"spare,omitempty"` // fields that may stay empty then
	Amount   Condition         `yaml:"amount"`          // how much it is
	Paid     Condition         `yaml:"paid"`            // when and how it is paid
	Standing Limit             `yaml:"standing"`        // within which the person may say no; then the application is made for her
	Cite     law.Cite          `yaml:"cite"`
}

// Held is a field of a register with the value that it must have.
type Held struct {
	Register string `yaml:"register"`
	Field    string `yaml:"field"`
	Equals   string `yaml:"equals"`
}

// FactOf is the field of a register that answers a question.
type FactOf struct {
	Question string `yaml:"question"`
	Register string `yaml:"register"`
	Field    string `yaml:"field"`
	As       string `yaml:"as,omitempty"` // age: the field is a date, and the answer the full years since then
}
