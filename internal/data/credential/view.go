package credential

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tongban/internal/data/credential/paper"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/lang"
)

// Words are the texts of a certificate's document; they come from the pages' text files.
type Words struct {
	Number     lang.Text
	Holder     lang.Text
	HolderCode lang.Text // of an organisation: unified social credit code
	PersonCode lang.Text // of a person: citizen identification number
	Valid      lang.Text
	Period     lang.Text // with {from} and {to}
	LongTerm   lang.Text // with {from}
	Identifier lang.Text
	How        lang.Text // how anybody verifies it
	Day        func(l lang.Lang, day string) string
}

// Paper is the document of a certificate that is in force on a day: what paper.Printer prints. Address is
// where anybody verifies it; proof says where it stands in the log.
func (c Certificate) Paper(w Words, l lang.Lang, day, address string, proof ...paper.Row) (paper.Certificate, error) {
	if !c.InForceOn(day) {
		return paper.Certificate{}, fault.New(fault.Conflict, "certificate.not-in-force", "status", string(c.StatusOn(day)))
	}
	other := lang.EN
	if l == lang.EN {
		other = lang.ZH
	}
	has := map[string]bool{}
	for _, f := range c.Shown {
		has[f.Value] = true
	}
	var rows []paper.Row
	add := func(name lang.Text, value string) {
		rows = append(rows, paper.Row{Label: name.In(l), Sub: name.In(other), Value: value})
	}
	// What a field of the type says already is not said twice.
	if !has[c.Number] {
		add(w.Number, c.Number)
	}
	if !has[c.HolderName] {
		add(w.Holder, c.HolderName)
	}
	if !has[c.Holder] {
		code := w.HolderCode
		if c.HolderKind() == "111" {
			code = w.PersonCode
		}
		add(code, c.Holder)
	}
	for _, f := range c.Shown {
		value := f.In(l)
		if isDay(value) {
			value = w.Day(l, value)
		}
		add(f.Name, value)
	}
	period := w.Period.In(l)
	if c.To == "" {
		period = w.LongTerm.In(l)
	} else {
		period = strings.ReplaceAll(period, "{to}", w.Day(l, c.To))
	}
	add(w.Valid, strings.ReplaceAll(period, "{from}", w.Day(l, c.From)))
	proof = append([]paper.Row{{Label: w.Identifier.In(l), Value: c.Identifier}}, proof...)
	return paper.Certificate{
		Lang: l, Title: c.TypeName.In(l), Subtitle: c.TypeName.In(other), Rows: rows,
		Issuer: c.IssuerName.In(l), Issued: w.Day(l, c.IssuedOn), Verify: address, How: w.How.In(l), Proof: proof,
		Real: !c.Signature.Demo, Made: c.PublishedAt,
	}, nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// document is the machine-readable form.
type document struct {
	Certificate json.RawMessage `json:"certificate"`
	Signature   keys.Signature  `json:"signature"`
	Status      status          `json:"status"`
	Verify      string          `json:"verify"`
	Entry       string          `json:"entry,omitempty"` // of the log
}

// status is what the register says now; it is not sealed, because it changes.
type status struct {
	Code    Status    `json:"code"`
	Version int       `json:"version"`
	Since   time.Time `json:"since"`
}

// JSON is the machine-readable form of a published certificate: the sealed content byte for byte, the
// seal, the status on the day and the address that tells the status anew.
func (c Certificate) JSON(day, address string) ([]byte, error) {
	if c.Status == Prepared {
		return nil, notFound()
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // or the sealed bytes would change
	err := e.Encode(document{c.payload, c.Signature, status{c.StatusOn(day), c.StatusVersion, c.StatusAt}, address, c.AuditID})
	return b.Bytes(), err
}

// VerifyJSON checks the machine-readable form by itself, with the public keys of seals, and returns what
// is certified. It does not matter how the file is indented or ordered. It says nothing about today's
// status, for which the address in it is to be asked.
func VerifyJSON(b []byte, by []keys.SealKey) (Certificate, error) {
	var d document
	if err := json.Unmarshal(b, &d); err != nil {
		return Certificate{}, fmt.Errorf("verify certificate: %w", err)
	}
	var v any
	if err := json.Unmarshal(d.Certificate, &v); err != nil {
		return Certificate{}, fmt.Errorf("verify certificate: %w", err)
	}
	payload, err := canonical(v)
	if err != nil {
		return Certificate{}, fmt.Errorf("verify certificate: %w", err)
	}
	err = keys.ErrSealUnknown
	for _, k := range by {
		if k.ID == d.Signature.Key {
			err = k.Verify(payload, d.Signature)
			break
		}
	}
	if err != nil {
		return Certificate{}, fmt.Errorf("verify certificate: %w", err)
	}
	var in content
	if err := json.Unmarshal(payload, &in); err != nil {
		return Certificate{}, fmt.Errorf("verify certificate: %w", err)
	}
	c := Certificate{
		ID: in.ID, Type: in.Type.ID, Number: in.Number, Identifier: in.Identifier, Holder: in.Holder.Code, From: in.From, To: in.To,
		Replaces: in.Replaces, Signature: d.Signature, AuditID: d.Entry, payload: payload,
	}
	return c, c.decompose()
}
