package mandate

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"tongban/internal/platform/fault"
)

// As is in which capacity somebody acts for another.
type As string

// The capacities.
const (
	Representative As = "representative" // legal representative or owner of a business (法定代表人、负责人)
	Agent          As = "agent"          // registered agent of a business (经办人)
	Guardian       As = "guardian"       // parent of a minor (监护人)
)

// Mandate is one subject for whom a person may act.
type Mandate struct {
	Subject string // USCC of a business, id number of a child
	Name    string
	As      As
}

// Rule says where a register proves a mandate.
type Rule struct {
	Register string
	Field    string            // holds the id numbers of those who may act for the record's subject
	As       As                // in which capacity
	Name     string            // field with the subject's name
	Unless   map[string]string // a record with one of these values gives no mandate
	Born     string            // field with the day of birth; the mandate ends on the eighteenth birthday
}

// Usual are the rules of the registers that every city has. In order: the first capacity that a register
// proves for a subject is the one that counts.
func Usual() []Rule {
	ended := map[string]string{"status": "ended"}
	return []Rule{
		{Register: "business", Field: "legal_representative_id", As: Representative, Name: "name", Unless: ended},
		{Register: "business", Field: "agents", As: Agent, Name: "name", Unless: ended},
		{Register: "household", Field: "guardian_id", As: Guardian, Name: "name", Born: "birth_date"},
	}
}

// Record is what a register says about a subject.
type Record struct {
	Subject string
	Values  map[string]string
}

// Config is what a Service needs.
type Config struct {
	// Look returns what a register says about a subject; fault.NotFound when it holds nothing.
	Look func(ctx context.Context, register, subject string) (Record, error)
	// Find returns the records of which the field holds the value, alone or among others.
	Find func(ctx context.Context, register, field, value string) ([]Record, error)
	// Rules are Usual() when empty.
	Rules []Rule
	Now   func() time.Time
	// Zone is where a birthday begins; UTC when nil.
	Zone *time.Location
}

// Service answers who may act for whom.
type Service struct {
	look  func(ctx context.Context, register, subject string) (Record, error)
	find  func(ctx context.Context, register, field, value string) ([]Record, error)
	rules []Rule
	now   func() time.Time
	zone  *time.Location
}

// New makes the service.
func New(c Config) *Service {
	s := &Service{look: c.Look, find: c.Find, rules: c.Rules, now: c.Now, zone: c.Zone}
	if len(s.rules) == 0 {
		s.rules = Usual()
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	return s
}

// For lists for whom a person may act, businesses before children, each by name. Of a register that is
// down nothing is listed; the error says so beside what the others gave.
func (s *Service) For(ctx context.Context, person string) ([]Mandate, error) {
	if person == "" {
		return nil, nil
	}
	var all []Mandate
	var down error
	seen := map[string]bool{person: true}
	for _, r := range s.rules {
		records, err := s.find(ctx, r.Register, r.Field, person)
		if fault.Is(err, fault.Unavailable) {
			down = err
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("find mandates in %s: %w", r.Register, err)
		}
		for _, rec := range records {
			if seen[rec.Subject] || !r.proves(rec.Values, person, s.today()) {
				continue
			}
			seen[rec.Subject] = true
			all = append(all, Mandate{Subject: rec.Subject, Name: rec.Values[r.Name], As: r.As})
		}
	}
	order := map[As]int{Representative: 0, Agent: 0, Guardian: 1}
	sort.SliceStable(all, func(i, j int) bool {
		if a, b := order[all[i].As], order[all[j].As]; a != b {
			return a < b
		}
		return all[i].Name < all[j].Name
	})
	return all, down
}

// May answers whether a person may act for a subject. A register that is down gives fault.Unavailable,
// unless another already proves it.
func (s *Service) May(ctx context.Context, person, subject string) (bool, error) {
	if person == "" || subject == "" || person == subject {
		return false, nil
	}
	var down error
	for _, r := range s.rules {
		rec, err := s.look(ctx, r.Register, subject)
		switch {
		case fault.Is(err, fault.NotFound):
		case fault.Is(err, fault.Unavailable):
			down = err
		case err != nil:
			return false, fmt.Errorf("look for a mandate in %s: %w", r.Register, err)
		case r.proves(rec.Values, person, s.today()):
			return true, nil
		}
	}
	return false, down
}

func (s *Service) today() string { return s.now().In(s.zone).Format(time.DateOnly) }

// proves reports whether the record gives the person a mandate today.
func (r Rule) proves(values map[string]string, person, today string) bool {
	if !slices.Contains(ids(values[r.Field]), person) {
		return false
	}
	for field, value := range r.Unless {
		if values[field] == value {
			return false
		}
	}
	return r.Born == "" || minor(values[r.Born], today)
}

// ids takes a field apart that may hold several id numbers.
func ids(field string) []string {
	return strings.FieldsFunc(field, func(c rune) bool { return strings.ContainsRune(",;，；、 \t\n", c) })
}

// minor reports whether somebody born on that day is not yet eighteen (Civil Code, art. 17). A day that
// cannot be read proves nothing.
func minor(born, today string) bool {
	b, err := time.Parse(time.DateOnly, born)
	if err != nil {
		return false
	}
	// Born on 29 February, she comes of age on 1 March (time.Time.AddDate normalises so).
	return today < b.AddDate(18, 0, 0).Format(time.DateOnly)
}
