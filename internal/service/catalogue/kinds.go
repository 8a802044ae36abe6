package catalogue

import (
	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
)

// CertificateType is a kind of e-certificate (电子证照类型), with its code of GB/T 36904.
type CertificateType struct {
	ID       string      `yaml:"id"`
	Code     string      `yaml:"code"` // 21 characters: defining body's USCC and a serial of 3
	Name     lang.Text   `yaml:"name"`
	Issuer   string      `yaml:"issuer"` // body
	Years    int         `yaml:"years"`  // validity in years; 0 is without end (长期)
	One      bool        `yaml:"one"`    // a holder has at most one in force
	Fields   []Attribute `yaml:"fields"`
	Public   []string    `yaml:"public"` // fields shown to anybody who verifies it
	Register string      `yaml:"register,omitempty"`
	Cite     law.Cite    `yaml:"cite"`
}

// Register is a base register: who keeps it and which facts it holds.
type Register struct {
	ID      string      `yaml:"id"`
	Name    lang.Text   `yaml:"name"`
	Keeper  string      `yaml:"keeper"` // body
	Key     string      `yaml:"key"`    // what its records are about: person (GB 11643) or business (GB 32100)
	Fields  []Attribute `yaml:"fields"`
	Cite    law.Cite    `yaml:"cite"`
	Updated lang.Text   `yaml:"updated"` // how fresh it is
}

// Attribute is a field of a register or certificate.
type Attribute struct {
	ID       string    `yaml:"id"`
	Name     lang.Text `yaml:"name"`
	Type     string    `yaml:"type"` // text, name, date, id-number, uscc, enum, integer, decimal, boolean
	Options  []Option  `yaml:"options,omitempty"`
	Personal bool      `yaml:"personal,omitempty"`
	Element  string    `yaml:"element,omitempty"`
}

// Scenario is an invented person with answers and what must come out: the catalogue's own tests.
type Scenario struct {
	Name      lang.Text         `yaml:"name"`
	Answers   map[string]string `yaml:"answers"`
	Matters   []string          `yaml:"matters"`             // exactly these
	Materials []string          `yaml:"materials,omitempty"` // exactly these, when given
	Upload    []string          `yaml:"upload,omitempty"`    // exactly these are left for the person, when given
	Refused   []string          `yaml:"refused,omitempty"`   // exactly these refusals, when given
	Days      *int              `yaml:"days,omitempty"`      // promised critical path in working days
	Fen       *int64            `yaml:"fen,omitempty"`
}
