package registry

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

// Schema makes the tables.
//
//go:embed schema/*.sql
var Schema embed.FS

// Absent, as a version, says that the subject must not have a record yet.
const Absent = -1

// Record is one version of what a register says about a subject.
type Record struct {
	Register   string
	Subject    string
	Values     map[string]string
	Source     string // body that answers for it
	RecordedAt time.Time
	Version    int    // from 1
	Case       string // why it was recorded
	Matter     string
}

// Config is what a Service needs.
type Config struct {
	Indexed map[string][]string // by register: the fields by which Find may search
	Now     func() time.Time
}

// Service reads and records.
type Service struct {
	indexed map[string][]string
	now     func() time.Time
}

// New makes the service.
func New(c Config) *Service {
	return &Service{indexed: c.Indexed, now: c.Now}
}

// Look returns what the register says today.
func (s *Service) Look(ctx context.Context, v db.Queryer, register, subject string) (Record, error) {
	return s.one(ctx, v, register, subject, newest)
}

// AsOf returns what the register said at a time.
func (s *Service) AsOf(ctx context.Context, v db.Queryer, register, subject string, at time.Time) (Record, error) {
	return s.one(ctx, v, register, subject, at.UnixMicro())
}

func (s *Service) one(ctx context.Context, v db.Queryer, register, subject string, at int64) (Record, error) {
	r, isDown, err := readOne(ctx, v, register, subject, at)
	switch {
	case err != nil:
		return Record{}, fmt.Errorf("look into register %s: %w", register, err)
	case isDown:
		return Record{}, down(register)
	case r.Version == 0:
		return Record{}, fault.New(fault.NotFound, "register.not-found", "register", register)
	}
	return r, nil
}

// History returns all versions, the newest first.
func (s *Service) History(ctx context.Context, v db.Queryer, register, subject string) ([]Record, error) {
	if err := s.up(ctx, v, register); err != nil {
		return nil, err
	}
	all, err := readAll(ctx, v, register, subject)
	if err != nil {
		return nil, fmt.Errorf("read history in register %s: %w", register, err)
	}
	return all, nil
}

// Walk visits everybody in a register, in order, with her newest records there and in other registers. It
// reads page by page and side by side, as fast as the registers can be read. The records are the visitor's, their
// map is used again.
func (s *Service) Walk(ctx context.Context, v db.Queryer, register string, others []string, visit func(subject string, of map[string]Record) error) error {
	for _, r := range append([]string{register}, others...) {
		if err := s.up(ctx, v, r); err != nil {
			return err
		}
	}
	const page = 500
	beside := make(map[string][]Record, len(others)) // read ahead
	behind := make(map[string]string, len(others))   // the last subject that was read
	of := make(map[string]Record, 1+len(others))
	for after := ""; ; {
		records, more, err := readNewest(ctx, v, register, after, page)
		if err != nil {
			return fmt.Errorf("walk through register %s: %w", register, err)
		}
		for _, r := range records {
			clear(of)
			of[register] = r
			for _, other := range others {
				rows := beside[other]
				for {
					for len(rows) > 0 && rows[0].Subject < r.Subject {
						rows = rows[1:]
					}
					if len(rows) > 0 || behind[other] >= r.Subject {
						break
					}
					// Nobody before this subject is needed, so the reading may skip to her.
					var more bool
					if rows, more, err = readFrom(ctx, v, other, r.Subject, page); err != nil {
						return fmt.Errorf("walk through register %s: %w", other, err)
					}
					if behind[other] = last(rows); !more {
						behind[other] = beyond
					}
				}
				if len(rows) > 0 && rows[0].Subject == r.Subject {
					of[other] = rows[0]
				}
				beside[other] = rows
			}
			if err := visit(r.Subject, of); err != nil {
				return err
			}
			after = r.Subject
		}
		if !more {
			return nil
		}
	}
}

// beyond is behind every subject.
const beyond = "\U0010FFFF"

func last(rows []Record) string {
	if len(rows) == 0 {
		return ""
	}
	return rows[len(rows)-1].Subject
}

// Find returns the subjects whose field has the value today, in order, beginning after a subject; the
// field must be declared as indexed. It answers for instance which businesses somebody represents.
func (s *Service) Find(ctx context.Context, v db.Queryer, register, field, value, after string, limit int) ([]Record, error) {
	if !slices.Contains(s.indexed[register], field) {
		return nil, fmt.Errorf("find in register %s: field %q is not declared as indexed", register, field)
	}
	if err := s.up(ctx, v, register); err != nil {
		return nil, err
	}
	subjects, err := findSubjects(ctx, v, register, field, value, after, limit)
	if err != nil {
		return nil, fmt.Errorf("find in register %s: %w", register, err)
	}
	found := make([]Record, 0, len(subjects))
	for _, subject := range subjects {
		r, err := s.Look(ctx, v, register, subject)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, nil
}

// Record adds a version: the fields that r names get its values, a field given as "" is taken out, all
// others stay. It records once for each matter, or for each case when no matter is named; said again,
// it does nothing.
//
// r.Version is the version that the writer saw: 0 says that any will do, Absent that there must be none.
// When it is another, nothing is recorded and the fault is Conflict, "register.changed".
func (s *Service) Record(ctx context.Context, tx db.Queryer, r Record) error {
	origin := r.Matter
	if origin == "" {
		origin = r.Case
	}
	return s.record(ctx, tx, r, origin)
}

func (s *Service) record(ctx context.Context, tx db.Queryer, r Record, origin string) error {
	if r.Register == "" || r.Subject == "" || r.Source == "" {
		return fmt.Errorf("record in register %q: register, subject and source must be named", r.Register)
	}
	if origin != "" {
		done, err := recorded(ctx, tx, r.Register, r.Subject, origin)
		if err != nil || done {
			return err
		}
	}
	have, isDown, err := readOne(ctx, tx, r.Register, r.Subject, newest)
	switch {
	case err != nil:
		return fmt.Errorf("record in register %s: %w", r.Register, err)
	case isDown:
		return down(r.Register)
	case r.Version == Absent && have.Version > 0, r.Version > 0 && r.Version != have.Version:
		return fault.New(fault.Conflict, "register.changed", "register", r.Register, "version", strconv.Itoa(have.Version))
	}
	next := r
	next.Version = have.Version + 1
	next.Values = merge(have.Values, r.Values)
	if next.RecordedAt.IsZero() {
		next.RecordedAt = s.now()
	}
	if next.RecordedAt.Before(have.RecordedAt) {
		// Versions and times go the same way, or AsOf would answer with what nobody had seen.
		next.RecordedAt = have.RecordedAt
	}
	added, err := insert(ctx, tx, next, origin)
	if err != nil {
		return fmt.Errorf("record in register %s: %w", r.Register, err)
	}
	if !added {
		if origin != "" {
			if done, err := recorded(ctx, tx, r.Register, r.Subject, origin); err != nil || done {
				return err // the same job, running beside us, was quicker
			}
		}
		return fault.New(fault.Conflict, "register.changed", "register", r.Register, "version", strconv.Itoa(next.Version))
	}
	return s.index(ctx, tx, r.Register, r.Subject, have.Values, next.Values)
}

// index keeps the searchable values in step. A field may list several numbers with spaces between them,
// such as those of a business's agents; then it is found by each.
func (s *Service) index(ctx context.Context, tx db.Queryer, register, subject string, before, after map[string]string) error {
	for _, field := range s.indexed[register] {
		was, is := before[field], after[field]
		if was == is {
			continue
		}
		for _, one := range strings.Fields(was) {
			if err := reindex(ctx, tx, register, field, subject, one, ""); err != nil {
				return fmt.Errorf("index register %s: %w", register, err)
			}
		}
		for _, one := range strings.Fields(is) {
			if err := reindex(ctx, tx, register, field, subject, "", one); err != nil {
				return fmt.Errorf("index register %s: %w", register, err)
			}
		}
	}
	return nil
}

// Reindex makes the searchable values of a register anew, after other fields were declared as indexed.
func (s *Service) Reindex(ctx context.Context, tx db.Queryer, register string) error {
	if err := clearIndex(ctx, tx, register); err != nil {
		return fmt.Errorf("index register %s: %w", register, err)
	}
	const page = 500
	for after := ""; ; {
		records, more, err := readNewest(ctx, tx, register, after, page)
		if err != nil {
			return fmt.Errorf("index register %s: %w", register, err)
		}
		for _, r := range records {
			if err := s.index(ctx, tx, register, r.Subject, nil, r.Values); err != nil {
				return err
			}
			after = r.Subject
		}
		if !more {
			return nil
		}
	}
}

// Load records a named collection, such as the records of demonstration, and tells how many changed.
// The same collection again changes nothing. A collection that has changed replaces what it loaded
// before, but never what was recorded by a case since.
func (s *Service) Load(ctx context.Context, tx db.Queryer, name string, records []Record) (int, error) {
	text, err := json.Marshal(records)
	if err != nil {
		return 0, fmt.Errorf("load records %s: %w", name, err)
	}
	hash := digest(text)
	had, err := loaded(ctx, tx, name)
	if err != nil {
		return 0, fmt.Errorf("load records %s: %w", name, err)
	}
	if had == hash {
		return 0, nil
	}
	changed := 0
	for _, r := range records {
		have, _, err := readOne(ctx, tx, r.Register, r.Subject, newest)
		if err != nil {
			return changed, fmt.Errorf("load records %s: %w", name, err)
		}
		if have.Case != "" || have.Matter != "" || have.Version > 0 && maps.Equal(have.Values, r.Values) && have.Source == r.Source {
			continue
		}
		r.Version = have.Version
		r.Values = withdraw(have.Values, r.Values)
		if err := s.record(ctx, tx, r, ""); err != nil {
			return changed, fmt.Errorf("load records %s: %w", name, err)
		}
		changed++
	}
	if err := setLoaded(ctx, tx, name, hash, s.now().UnixMicro()); err != nil {
		return changed, fmt.Errorf("load records %s: %w", name, err)
	}
	return changed, nil
}

// SetDown says that a register does not answer, or answers again.
func (s *Service) SetDown(ctx context.Context, tx db.Queryer, register string, isDown bool) error {
	if err := setDown(ctx, tx, register, isDown, s.now().UnixMicro()); err != nil {
		return fmt.Errorf("switch register %s: %w", register, err)
	}
	return nil
}

// Down returns the registers that do not answer, each with the time since when.
func (s *Service) Down(ctx context.Context, v db.Queryer) (map[string]time.Time, error) {
	all, err := readDown(ctx, v)
	if err != nil {
		return nil, fmt.Errorf("read which registers are down: %w", err)
	}
	return all, nil
}

func (s *Service) up(ctx context.Context, v db.Queryer, register string) error {
	all, err := s.Down(ctx, v)
	if err != nil {
		return err
	}
	if _, isDown := all[register]; isDown {
		return down(register)
	}
	return nil
}

func down(register string) error {
	return fault.New(fault.Unavailable, "register.down", "register", register)
}

func merge(have, given map[string]string) map[string]string {
	all := maps.Clone(have)
	if all == nil {
		all = make(map[string]string, len(given))
	}
	for field, value := range given {
		if value == "" {
			delete(all, field)
			continue
		}
		all[field] = value
	}
	return all
}

// withdraw names the fields that are no longer given, so that a loaded record is exactly as written.
func withdraw(have, given map[string]string) map[string]string {
	all := make(map[string]string, len(given))
	maps.Copy(all, given)
	for field := range have {
		if _, ok := given[field]; !ok {
			all[field] = ""
		}
	}
	return all
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
