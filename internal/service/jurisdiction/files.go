package jurisdiction

import (
	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
)

// The files of a jurisdiction, by folder. Each file of registers/ and certificates/ holds one
// definition, or a list of them.
//
//	jurisdiction.yaml          Manifest
//	stages.yaml                list of Stage
//	topics.yaml                list of Topic
//	purposes.yaml              list of Purpose
//	synonyms.yaml              list of synonym.Entry (may be absent)
//	law/*.yaml                 law.File
//	organisations/*.yaml       org.File
//	calendars/<year>.yaml      deadline.Year
//	services/<id>/service.yaml catalogue.Service
//	services/<id>/scenarios.yaml list of catalogue.Scenario
//	certificates/*.yaml        catalogue.CertificateType
//	registers/*.yaml           catalogue.Register
//	policies/*.cedar           Cedar policies
//	lifecycle/facts.yaml       list of lifecycle.Fact
//	lifecycle/intents.yaml     list of lifecycle.Intent
//	lifecycle/business.yaml    list of lifecycle.Step, and lifecycle/person.yaml
//	lifecycle/samples.yaml     list of lifecycle.Sample
//	people/*.yaml              Demo: demonstration people, businesses and register records

// Manifest is jurisdiction.yaml: which government this is.
type Manifest struct {
	ID       string    `yaml:"id"`     // the folder's name: shifan
	Name     lang.Text `yaml:"name"`   // 示范市
	Region   string    `yaml:"region"` // administrative division code, GB/T 2260, six digits
	TimeZone string    `yaml:"time_zone"`
	Host     Host      `yaml:"host"`
}

// Host is what pages say about who runs the site.
type Host struct {
	Title    lang.Text `yaml:"title"`    // name of the site
	Operator lang.Text `yaml:"operator"` // 主办单位
	Body     string    `yaml:"body"`     // the body that answers for the site
	Phone    string    `yaml:"phone"`    // the one telephone for everything, 12345
	Address  lang.Text `yaml:"address"`
	Hours    lang.Text `yaml:"hours"`
	Notice   lang.Text `yaml:"notice,omitempty"` // shown on every page, such as that the city is invented
	Filing   lang.Text `yaml:"filing,omitempty"` // 备案号 line of the footer
}

// Topic is a heading under which a person or a business looks for matters (主题分类): user_topic_type and
// corp_topic_type of the implementation checklist.
type Topic struct {
	ID       string             `yaml:"id"`
	Audience catalogue.Audience `yaml:"audience"`
	Name     lang.Text          `yaml:"name"`
}

// Stage is a stage in the life of a person or a business, by which people look for services.
type Stage struct {
	ID       string             `yaml:"id"`
	Name     lang.Text          `yaml:"name"`
	Audience catalogue.Audience `yaml:"audience"`
	Summary  lang.Text          `yaml:"summary,omitempty"`
}

// Purpose is a purpose for which official data may be read (Personal Information Protection Law, art. 6).
type Purpose struct {
	ID   string    `yaml:"id"`
	Name lang.Text `yaml:"name"`         // what a person reads as the reason of a look
	Of   lang.Text `yaml:"of,omitempty"` // the same where the {service} is known
	Cite law.Cite  `yaml:"cite"`
}

// Demo is one file of people/: invented people and businesses, and what the registers hold about them.
// It is loaded into a demonstration only.
type Demo struct {
	People     []Person   `yaml:"people,omitempty"`
	Businesses []Business `yaml:"businesses,omitempty"`
	Records    []Record   `yaml:"records,omitempty"`
}

// Person is an invented person.
type Person struct {
	ID       string    `yaml:"id"`
	Login    string    `yaml:"login,omitempty"` // absent: she does not sign in (a child)
	Name     string    `yaml:"name"`
	IDNumber string    `yaml:"id_number"` // GB 11643, with a valid check character
	Gender   string    `yaml:"gender"`    // female or male; must agree with the number
	Born     string    `yaml:"born"`      // must agree with the number
	Phone    string    `yaml:"phone,omitempty"`
	Level    int       `yaml:"level,omitempty"` // assurance level of the account; 2 when absent
	Story    lang.Text `yaml:"story,omitempty"` // who she is in the demonstration
}

// Business is an invented business.
type Business struct {
	ID             string    `yaml:"id"`
	USCC           string    `yaml:"uscc"` // GB 32100, with a valid check character
	Name           lang.Text `yaml:"name"`
	Representative string    `yaml:"representative"`   // person, by id
	Agents         []string  `yaml:"agents,omitempty"` // people who may act for it, by id
	Story          lang.Text `yaml:"story,omitempty"`
}

// Record is what a register holds about one subject.
type Record struct {
	Register string            `yaml:"register"`
	Subject  string            `yaml:"subject"` // id number or USCC, as the register's key says
	Values   map[string]string `yaml:"values"`
	Recorded string            `yaml:"recorded"` // day on which it was recorded
}
