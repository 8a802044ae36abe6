package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/internal/security/identity"
)

// What follows is fixed for ever by docs/design/log.md: leaves in the tree and receipts in people's hands
// are checked by it.

const (
	leafFormat  = "tongban.audit/1"
	leafHour    = "2006-01-02T15Z"
	saltSize    = 16
	maxAction   = 64
	rowMark     = "tongban row 1\n"
	bindingMark = "tongban binding 1\n"
)

// canon is text in which each value stands behind its name and length, so that no two values read alike.
type canon []byte

func (c *canon) put(name, value string) {
	if value != "" {
		c.line(name, value)
	}
}

func (c *canon) line(name, value string) {
	*c = append(*c, name...)
	*c = append(*c, ' ')
	*c = strconv.AppendInt(*c, int64(len(value)), 10)
	*c = append(*c, ':')
	*c = append(*c, value...)
	*c = append(*c, '\n')
}

func (c *canon) number(name string, n int64) { c.line(name, strconv.FormatInt(n, 10)) }

func (c *canon) list(name string, values []string) {
	for _, v := range values {
		c.line(name, v)
	}
}

func (c *canon) pairs(name string, m map[string]string) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		*c = fmt.Appendf(*c, "%s %d:%s %d:%s\n", name, len(k), k, len(m[k]), m[k])
	}
}

// Section is a part of an entry that a receipt can show or withhold.
type Section string

// The sections: the act itself, who acted, and whom it is about.
const (
	SectionAct  Section = "act"
	SectionWho  Section = "who"
	SectionWhom Section = "whom"
)

// Act is what a receipt says of the act: everything official, and no natural person.
type Act struct {
	ID      string            `json:"id"`
	At      string            `json:"at"` // RFC 3339 in UTC, with microseconds
	Action  string            `json:"action"`
	Outcome string            `json:"outcome"`
	Actor   identity.Kind     `json:"actor"`
	Level   int               `json:"level"`
	Body    string            `json:"body,omitempty"`
	Roles   []string          `json:"roles,omitempty"`
	Kind    string            `json:"kind,omitempty"`
	Object  string            `json:"object,omitempty"`
	Case    string            `json:"case,omitempty"`
	Matter  string            `json:"matter,omitempty"`
	Purpose string            `json:"purpose,omitempty"`
	Basis   string            `json:"basis,omitempty"`
	Fields  []string          `json:"fields,omitempty"`
	Note    map[string]string `json:"note,omitempty"`
}

// Who is what a receipt says of the one who acted.
type Who struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Whom is what a receipt says of the one whom the data is about: the id number or USCC.
type Whom struct {
	Subject string `json:"subject,omitempty"`
}

const atLayout = "2006-01-02T15:04:05.000000Z"

func (a *Act) canon() (canon, error) {
	at, err := time.Parse(atLayout, a.At)
	if err != nil {
		return nil, fmt.Errorf("time %q: %w", a.At, err)
	}
	return a.canonAt(at.UnixMicro()), nil
}

func (a *Act) canonAt(micro int64) canon {
	c := make(canon, 0, 512)
	c.put("id", a.ID)
	c.number("at", micro)
	c.put("action", a.Action)
	c.put("outcome", a.Outcome)
	c.put("actor", string(a.Actor))
	c.number("level", int64(a.Level))
	c.put("body", a.Body)
	c.list("role", a.Roles)
	c.put("kind", a.Kind)
	c.put("object", a.Object)
	c.put("case", a.Case)
	c.put("matter", a.Matter)
	c.put("purpose", a.Purpose)
	c.put("basis", a.Basis)
	c.list("field", a.Fields)
	c.pairs("note", a.Note)
	return c
}

func (w *Who) canon() (canon, error) {
	c := make(canon, 0, 128)
	c.put("id", w.ID)
	c.put("name", w.Name)
	return c, nil
}

func (w *Whom) canon() (canon, error) {
	c := make(canon, 0, 64)
	c.put("subject", w.Subject)
	return c, nil
}

// hash commits to a section without telling it.
func (s Section) hash(salt []byte, c canon) [sha256.Size]byte {
	h := hmac.New(sha256.New, salt)
	h.Write([]byte(s))
	h.Write([]byte{'\n'})
	h.Write(c)
	return [sha256.Size]byte(h.Sum(nil))
}

// commitment binds the sections together.
func commitment(act, who, whom [sha256.Size]byte) [sha256.Size]byte {
	b := make([]byte, 0, 3*sha256.Size)
	b = append(b, act[:]...)
	b = append(b, who[:]...)
	b = append(b, whom[:]...)
	return sha256.Sum256(b)
}

// binding ties what is stored to what it means.
func binding(row, commitment [sha256.Size]byte) [sha256.Size]byte {
	b := make([]byte, 0, len(bindingMark)+2*sha256.Size)
	b = append(b, bindingMark...)
	b = append(b, row[:]...)
	b = append(b, commitment[:]...)
	return sha256.Sum256(b)
}

// Leaf is what stands in the public log.
type Leaf struct {
	Hour    string // UTC
	Action  string
	Outcome string
	Binding [sha256.Size]byte
}

var base64Raw = base64.RawStdEncoding.Strict()

// Text is the leaf as it is hashed.
func (l Leaf) Text() string {
	return strings.Join([]string{leafFormat, l.Hour, l.Action, l.Outcome, base64Raw.EncodeToString(l.Binding[:])}, " ")
}

// ParseLeaf reads a leaf that Text has written, and no other.
func ParseLeaf(text string) (Leaf, error) {
	f := strings.Split(text, " ")
	if len(f) != 5 || f[0] != leafFormat {
		return Leaf{}, fmt.Errorf("leaf %q is not of the format %s", text, leafFormat)
	}
	l := Leaf{Hour: f[1], Action: f[2], Outcome: f[3]}
	b, err := base64Raw.DecodeString(f[4])
	if err != nil || len(b) != len(l.Binding) {
		return Leaf{}, fmt.Errorf("leaf %q: the binding is not 32 bytes in base64", text)
	}
	l.Binding = [sha256.Size]byte(b)
	hour, err := time.Parse(leafHour, l.Hour)
	if err != nil || hour.Format(leafHour) != l.Hour {
		return Leaf{}, fmt.Errorf("leaf %q: %q is not an hour", text, l.Hour)
	}
	if !validAction(l.Action) || l.Outcome != Done && l.Outcome != Refused || l.Text() != text {
		return Leaf{}, fmt.Errorf("leaf %q does not tell what was done", text)
	}
	return l, nil
}

func validAction(s string) bool {
	if s == "" || len(s) > maxAction {
		return false
	}
	for _, r := range []byte(s) {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' {
			return false
		}
	}
	return true
}
