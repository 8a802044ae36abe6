package fault

import (
	"errors"
	"fmt"

	"tongban/internal/platform/lang"
)

// Kind says what the caller can do about a failure.
type Kind int

// The kinds, each for one choice of the caller.
const (
	Bug         Kind = iota // nothing: it is ours to mend
	Invalid                 // correct the input and try again
	NotFound                // it is not there, or not yours to know of
	Denied                  // ask somebody with the right
	Conflict                // somebody changed it; look again
	Late                    // the time for this has passed
	Unavailable             // a system we depend on is down; try later or another way
)

var kindNames = [...]string{"bug", "invalid", "not found", "denied", "conflict", "late", "unavailable"}

func (k Kind) String() string { return kindNames[k] }

// Field is a complaint about one field of the input.
type Field struct {
	Name string            // the field's id in its form, or a JSON path
	Code string            // text key
	Args map[string]string // values for the text; never what the person typed
}

// Error is a failure that somebody outside can act upon.
type Error struct {
	Kind   Kind
	Code   string            // text key, such as "error.case.withdrawn"
	Args   map[string]string // values for the text
	Said   lang.Text         // the sentence itself, where a rule of the jurisdiction says it; it goes before the code's
	Fields []Field           // for Invalid: every wrong field at once
	Err    error             // what happened inside, for the log
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Kind, e.Code, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.Kind, e.Code)
}

func (e *Error) Unwrap() error { return e.Err }

// New makes a fault; args are key and value pairs for the text.
func New(kind Kind, code string, args ...string) *Error {
	return &Error{Kind: kind, Code: code, Args: pairs(args)}
}

// Wrap makes a fault that keeps its inner cause for the log.
func Wrap(kind Kind, code string, err error, args ...string) *Error {
	return &Error{Kind: kind, Code: code, Args: pairs(args), Err: err}
}

// Fields makes an Invalid fault from the complaints about fields, or nil when there is none.
func Fields(fields []Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "error.fields", Fields: fields}
}

// Of returns the kind of the first fault in err's chain; Bug when there is none.
func Of(err error) Kind {
	var f *Error
	if errors.As(err, &f) {
		return f.Kind
	}
	return Bug
}

// Is reports whether err is a fault of that kind.
func Is(err error, kind Kind) bool { return err != nil && Of(err) == kind }

func pairs(args []string) map[string]string {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return m
}
