package credential

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tongban/internal/platform/keys"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/ref"
)

// Type is a kind of certificate, as the jurisdiction defines it.
type Type struct {
	ID     string
	Code   string // 21 characters: the defining body's USCC and a serial of 3
	Name   lang.Text
	Issuer string // body
	Years  int    // validity; 0 is without end (长期)
	One    bool   // a holder has at most one that has not ended
	Fields []Field
	Public []string // fields shown to anybody who verifies it
	Number string   // how its numbers are made, with {year} and {serial}; "{year}{serial}" when empty
}

// Field is a field of a type.
type Field struct {
	ID      string
	Name    lang.Text
	Options map[string]lang.Text // what the values of an enumeration are called
}

// Status is a status of GB/T 36903 practice, by its code.
type Status string

// The statuses. Prepared is ours: the certificate is intended and not yet valid.
const (
	Prepared  Status = ""
	InForce   Status = "01" // 有效
	Suspended Status = "02" // 暂扣
	Revoked   Status = "03" // 撤销: it should never have been issued (行政许可法 art. 69)
	Cancelled Status = "04" // 注销: it has ended (art. 70)
	Lapsed    Status = "05" // 失效: its time is over, or another took its place
	Withdrawn Status = "07" // 吊销: taken away as a penalty
)

// moves says which status may follow which. What is over stays over.
var moves = map[Status][]Status{
	InForce:   {Suspended, Revoked, Cancelled, Lapsed, Withdrawn},
	Suspended: {InForce, Revoked, Cancelled, Lapsed, Withdrawn},
}

// ended reports whether the certificate may never be in force again.
func (s Status) ended() bool { return s != Prepared && len(moves[s]) == 0 }

// Certificate is one certificate.
type Certificate struct {
	ID         string
	Type       string
	TypeCode   string
	TypeName   lang.Text
	Number     string
	Identifier string // 电子证照标识, GB/T 36904
	Holder     string
	HolderName string
	Issuer     string // body
	IssuerUSCC string
	IssuerName lang.Text
	IssuedOn   string // days, 2006-01-02
	From       string
	To         string // last day; "" is long-term
	Fields     map[string]string
	Shown      []Shown // the same with names, in the order of the type
	Revision   int     // from 1; a replacement counts on
	Replaces   string  // id of the certificate whose place it took

	Status        Status
	StatusVersion int
	StatusAt      time.Time
	Reason        string // of the status

	VerifyCode  string // 128 random bits; whoever has it may verify
	Case        string
	Matter      string
	AuditID     string
	PreparedAt  time.Time
	PublishedAt time.Time // zero while prepared
	Signature   keys.Signature

	serial  string
	payload []byte
	public  []string
}

// Shown is a field with its name and, for an enumeration, what its value is called.
type Shown struct {
	ID    string    `json:"id"`
	Name  lang.Text `json:"name"`
	Value string    `json:"value"`
	Text  lang.Text `json:"text,omitzero"`
}

// In is the value as people read it.
func (s Shown) In(l lang.Lang) string {
	if t := s.Text.In(l); t != "" {
		return t
	}
	return s.Value
}

// FieldIDs are the fields that the certificate has, in the order of its type.
func (c Certificate) FieldIDs() []string {
	ids := make([]string, len(c.Shown))
	for i, f := range c.Shown {
		ids[i] = f.ID
	}
	return ids
}

// IssuedAt is when it became valid; when it was prepared, as long as it has not.
func (c Certificate) IssuedAt() time.Time {
	if c.PublishedAt.IsZero() {
		return c.PreparedAt
	}
	return c.PublishedAt
}

// StatusOn is the status on a day: one in force whose last day is over has lapsed, also before the
// record says so.
func (c Certificate) StatusOn(day string) Status {
	if (c.Status == InForce || c.Status == Suspended) && c.To != "" && c.To < day {
		return Lapsed
	}
	return c.Status
}

// InForceOn reports whether it is valid on a day.
func (c Certificate) InForceOn(day string) bool {
	return c.StatusOn(day) == InForce && c.From <= day
}

// Payload is exactly what is sealed.
func (c Certificate) Payload() []byte { return slices.Clone(c.payload) }

// HolderKind is the kind of the holder's code (持证主体代码类型): 111 of a person, 001 of an organisation.
func (c Certificate) HolderKind() string {
	if ref.CheckIDNumber(c.Holder) {
		return "111"
	}
	return "001"
}

const format = "tongban-certificate/1"

// content is the sealed content as it is read back.
type content struct {
	Format     string  `json:"format"`
	ID         string  `json:"id"`
	Identifier string  `json:"identifier"`
	Number     string  `json:"number"`
	Version    string  `json:"version"`
	Type       named   `json:"type"`
	Holder     holder  `json:"holder"`
	Issuer     named   `json:"issuer"`
	Issued     string  `json:"issued"`
	From       string  `json:"from"`
	To         string  `json:"to"`
	Replaces   string  `json:"replaces"`
	Fields     []Shown `json:"fields"`
}

type named struct {
	ID   string    `json:"id"`
	Code string    `json:"code"`
	Name lang.Text `json:"name"`
}

type holder struct {
	Kind string `json:"kind"`
	Code string `json:"code"`
	Name string `json:"name"`
}

// seal makes the bytes that are sealed.
func (c *Certificate) compose() error {
	both := func(t lang.Text) map[string]any { return map[string]any{"zh": t.ZH, "en": t.EN} }
	fields := make([]any, len(c.Shown))
	for i, f := range c.Shown {
		m := map[string]any{"id": f.ID, "name": both(f.Name), "value": f.Value}
		if !f.Text.Empty() {
			m["text"] = both(f.Text)
		}
		fields[i] = m
	}
	var err error
	c.payload, err = canonical(map[string]any{
		"format": format, "id": c.ID, "identifier": c.Identifier, "number": c.Number, "version": fmt.Sprintf("%03d", c.Revision),
		"type":   map[string]any{"id": c.Type, "code": c.TypeCode, "name": both(c.TypeName)},
		"holder": map[string]any{"kind": c.HolderKind(), "code": c.Holder, "name": c.HolderName},
		"issuer": map[string]any{"id": c.Issuer, "code": c.IssuerUSCC, "name": both(c.IssuerName)},
		"issued": c.IssuedOn, "from": c.From, "to": c.To, "replaces": c.Replaces, "fields": fields,
	})
	return err
}

// decompose reads what was sealed.
func (c *Certificate) decompose() error {
	var in content
	if err := json.Unmarshal(c.payload, &in); err != nil {
		return err
	}
	if in.Format != format {
		return fmt.Errorf("certificate %s has the format %q, which this program does not know", c.ID, in.Format)
	}
	c.TypeCode, c.TypeName = in.Type.Code, in.Type.Name
	c.HolderName = in.Holder.Name
	c.Issuer, c.IssuerUSCC, c.IssuerName = in.Issuer.ID, in.Issuer.Code, in.Issuer.Name
	c.IssuedOn, c.Shown = in.Issued, in.Fields
	c.Fields = make(map[string]string, len(in.Fields))
	for _, f := range in.Fields {
		c.Fields[f.ID] = f.Value
	}
	return nil
}
