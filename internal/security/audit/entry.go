package audit

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tongban/internal/security/identity"
)

// The outcomes of an act.
const (
	Done    = "done"
	Refused = "refused"
)

// Entry says who did what about whom, for which purpose and on which basis.
type Entry struct {
	At      time.Time
	Actor   identity.Actor
	Action  string // the gate's action, such as "case.submit"; it stands in public leaves
	Kind    string // what was acted upon, and its id
	ID      string
	Subject string // id number or USCC of whom the data is about; "" for nobody in particular
	Case    string
	Matter  string
	Purpose string
	Basis   string   // the provision
	Fields  []string // which fields were seen or changed
	Outcome string   // Done or Refused
	Note    map[string]string
}

// Row is an entry as it is kept. When its subject's data has been erased, only what stands in the columns
// is left of it: time, action, outcome, the actor's account and body, what was acted upon, the case.
type Row struct {
	ID string
	Entry
	Index  int64 // the number of its leaf in the log; -1 while it waits to be sealed
	Erased bool
}

// check tells what the caller has left out. Such an entry is a bug and never reaches the log.
func (e *Entry) check() error {
	switch {
	case e.At.UnixMicro() <= 0:
		return fmt.Errorf("entry for %q has no time", e.Action)
	case !validAction(e.Action):
		return fmt.Errorf("action %q cannot stand in a leaf", e.Action)
	case e.Outcome != Done && e.Outcome != Refused:
		return fmt.Errorf("entry for %s has the outcome %q", e.Action, e.Outcome)
	case e.Actor.Kind == "":
		return fmt.Errorf("entry for %s has no actor", e.Action)
	}
	return nil
}

// clean makes every text such that all databases and JSON keep it as it is: what a stranger typed into an
// address is recorded too, whatever bytes it has.
func clean(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func cleanAll(in []string) []string {
	for i, s := range in {
		if clean(s) != s {
			out := append([]string(nil), in...)
			for j := i; j < len(out); j++ {
				out[j] = clean(out[j])
			}
			return out
		}
	}
	return in
}

func cleanMap(in map[string]string) map[string]string {
	for k, v := range in {
		if clean(k) != k || clean(v) != v {
			out := make(map[string]string, len(in))
			for k, v := range in {
				out[clean(k)] = clean(v)
			}
			return out
		}
	}
	return in
}
