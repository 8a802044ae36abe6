package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/tlog"
)

const receiptFormat = "tongban.receipt/1"

// Receipt is everything that is needed to check an entry without us, given the log's public key. Its
// fields are explained in docs/design/log.md.
type Receipt struct {
	Format     string      `json:"format"`
	Act        Shown[Act]  `json:"act"`
	Who        Shown[Who]  `json:"who"`
	Whom       Shown[Whom] `json:"whom"`
	Row        []byte      `json:"row"`
	Leaf       string      `json:"leaf"`
	Index      int64       `json:"index"`
	Size       int64       `json:"size"`
	Proof      [][]byte    `json:"proof"`
	Checkpoint string      `json:"checkpoint"`
}

// Shown is a section of the entry: its value with the salt, or, when it is withheld, its hash.
type Shown[T any] struct {
	Value *T     `json:"value,omitempty"`
	Salt  []byte `json:"salt,omitempty"`
	Hash  []byte `json:"hash,omitempty"`
}

// Receipt makes the receipt of an entry. One that still waits is sealed first. Of an entry whose subject's
// data has been erased there is none any more.
func (l *Log) Receipt(ctx context.Context, entryID string) (Receipt, error) {
	e, err := l.find(ctx, entryID)
	if err != nil {
		return Receipt{}, err
	}
	if e.leaf == nil {
		if _, err := l.Seal(ctx); err != nil && !errors.Is(err, ErrAltered) {
			return Receipt{}, err
		}
		if e, err = l.find(ctx, entryID); err != nil {
			return Receipt{}, err
		}
		if e.leaf == nil { // only a row that was altered is left out
			return Receipt{}, fmt.Errorf("receipt of %s: %w", entryID, ErrAltered)
		}
	}
	if e.erasedAt != nil {
		return Receipt{}, fault.New(fault.NotFound, "error.audit.erased")
	}
	d, err := l.detail(&e, map[string]*keys.Box{})
	if err != nil {
		return Receipt{}, fmt.Errorf("receipt of %s: %w", entryID, err)
	}
	return l.prove(ctx, &e.record, d)
}

func (l *Log) prove(ctx context.Context, r *record, d *detail) (Receipt, error) {
	c, signed, err := l.tree.Newest(ctx)
	if err != nil {
		return Receipt{}, fmt.Errorf("receipt of %s: %w", r.id, err)
	}
	proof, err := l.tree.Proof(ctx, *r.leaf, c.Size)
	if err != nil {
		return Receipt{}, fmt.Errorf("receipt of %s: %w", r.id, err)
	}
	act, row := r.act(d), r.hash()
	act.At = time.UnixMicro(r.at).UTC().Format(atLayout)
	out := Receipt{
		Format: receiptFormat,
		Act:    Shown[Act]{Value: &act, Salt: d.Salts[:saltSize]},
		Who:    Shown[Who]{Value: &Who{ID: r.actorID, Name: d.Name}, Salt: d.Salts[saltSize : 2*saltSize]},
		Whom:   Shown[Whom]{Value: &Whom{Subject: d.Subject}, Salt: d.Salts[2*saltSize:]},
		Row:    row[:], Leaf: r.leafText(r.binding()), Index: *r.leaf, Size: c.Size, Proof: make([][]byte, len(proof)),
		Checkpoint: string(signed),
	}
	for i, h := range proof {
		out.Proof[i] = bytes.Clone(h[:])
	}
	return out, nil
}

// Without returns the receipt with sections withheld. It proves the same without telling them.
func (r Receipt) Without(sections ...Section) (Receipt, error) {
	var err error
	for _, s := range sections {
		switch s {
		case SectionAct:
			r.Act, err = withhold(s, r.Act)
		case SectionWho:
			r.Who, err = withhold(s, r.Who)
		case SectionWhom:
			r.Whom, err = withhold(s, r.Whom)
		default:
			err = fmt.Errorf("a receipt has no section %q", s)
		}
		if err != nil {
			return Receipt{}, err
		}
	}
	return r, nil
}

func withhold[T any](s Section, v Shown[T]) (Shown[T], error) {
	h, err := v.hash(s)
	return Shown[T]{Hash: h[:]}, err
}

// section is a part of the entry that has a canonical text.
type section interface{ canon() (canon, error) }

func (v Shown[T]) hash(s Section) ([sha256.Size]byte, error) {
	switch {
	case v.Value == nil && v.Salt == nil && len(v.Hash) == sha256.Size:
		return [sha256.Size]byte(v.Hash), nil
	case v.Value == nil || v.Hash != nil || len(v.Salt) != saltSize:
		return [sha256.Size]byte{}, fmt.Errorf("%s is neither shown with its salt nor withheld with its hash", s)
	}
	c, err := any(v.Value).(section).canon()
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("%s: %w", s, err)
	}
	return s.hash(v.Salt, c), nil
}

// Text is the receipt as it is handed out.
func (r Receipt) Text() ([]byte, error) {
	b, err := r.compact()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func (r Receipt) compact() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // people read it
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("write receipt: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

const maxReceipt = 1 << 20

// ParseReceipt reads the text of a receipt, which must be written as Text writes it, white space between
// tokens aside: nothing in it may be ignored.
func ParseReceipt(b []byte) (Receipt, error) {
	var r Receipt
	if len(b) > maxReceipt {
		return r, wrong("form", errors.New("it is too long to be a receipt"))
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, wrong("form", err)
	}
	var have bytes.Buffer
	if err := json.Compact(&have, b); err != nil {
		return r, wrong("form", err)
	}
	want, err := r.compact()
	if err != nil {
		return r, wrong("form", err)
	}
	if i := firstDifference(have.Bytes(), want); i >= 0 {
		from := max(0, i-20)
		return r, wrong("form", fmt.Errorf("it is not written in the one possible way, near %q", have.Bytes()[from:min(have.Len(), i+20)]))
	}
	if r.Format != receiptFormat {
		return r, wrong("form", fmt.Errorf("its format is %q and this program reads %q", r.Format, receiptFormat))
	}
	return r, nil
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}

// wrong says what is wrong with a receipt; the text key is for people, the inner error for logs.
func wrong(what string, err error) error {
	return fault.Wrap(fault.Invalid, "receipt."+what, fmt.Errorf("receipt: %w", err))
}

// VerifyReceipt checks a receipt with nothing but the log's public key (or keys, one a line, when the log
// has had several); nil when everything in it holds. Otherwise the fault's code says which step failed:
// receipt.form, .key, .checkpoint, .size, .leaf, .hour, .act, .entry or .proof.
func VerifyReceipt(b []byte, vkey string) error {
	var known []note.Verifier
	for _, k := range strings.Fields(vkey) {
		v, err := note.NewVerifier(k)
		if err != nil {
			return wrong("key", fmt.Errorf("public key %q: %w", k, err))
		}
		known = append(known, v)
	}
	if len(known) == 0 {
		return wrong("key", errors.New("no public key is given"))
	}
	r, err := ParseReceipt(b)
	if err != nil {
		return err
	}
	return r.verify(note.VerifierList(known...))
}

func (r *Receipt) verify(known note.Verifiers) error {
	c, err := tlog.OpenCheckpoint([]byte(r.Checkpoint), known)
	if err != nil {
		return wrong("checkpoint", err)
	}
	if c.Size != r.Size {
		return wrong("size", fmt.Errorf("the receipt speaks of %d leaves and the checkpoint of %d", r.Size, c.Size))
	}
	leaf, err := ParseLeaf(r.Leaf)
	if err != nil {
		return wrong("leaf", err)
	}
	if err := r.verifyEntry(leaf); err != nil {
		return err
	}
	proof := make([]tlog.Hash, len(r.Proof))
	for i, h := range r.Proof {
		if len(h) != len(proof[i]) {
			return wrong("proof", fmt.Errorf("hash %d of the proof has %d bytes", i, len(h)))
		}
		proof[i] = tlog.Hash(h)
	}
	if err := tlog.VerifyInclusion(proof, c, r.Index, []byte(r.Leaf)); err != nil {
		return wrong("proof", fmt.Errorf("leaf %d of %d: %w", r.Index, r.Size, err))
	}
	return nil
}

func (r *Receipt) verifyEntry(leaf Leaf) error {
	if a := r.Act.Value; a != nil {
		at, err := time.Parse(atLayout, a.At)
		if err != nil || at.Format(atLayout) != a.At {
			return wrong("act", fmt.Errorf("its time is %q", a.At))
		}
		if hour := at.Format(leafHour); hour != leaf.Hour {
			return wrong("hour", fmt.Errorf("the act is of %s and the leaf of %s", hour, leaf.Hour))
		}
		if a.Action != leaf.Action || a.Outcome != leaf.Outcome {
			return wrong("act", fmt.Errorf("it is %s %s and the leaf says %s %s", a.Action, a.Outcome, leaf.Action, leaf.Outcome))
		}
	}
	act, err := r.Act.hash(SectionAct)
	if err != nil {
		return wrong("entry", err)
	}
	who, err := r.Who.hash(SectionWho)
	if err != nil {
		return wrong("entry", err)
	}
	whom, err := r.Whom.hash(SectionWhom)
	if err != nil {
		return wrong("entry", err)
	}
	if len(r.Row) != sha256.Size {
		return wrong("entry", fmt.Errorf("the row hash has %d bytes", len(r.Row)))
	}
	if binding([sha256.Size]byte(r.Row), commitment(act, who, whom)) != leaf.Binding {
		return wrong("entry", errors.New("what it shows of the entry, its salts or its row hash are not those of the leaf"))
	}
	return nil
}
