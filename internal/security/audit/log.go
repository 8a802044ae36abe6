package audit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/ref"
	"tongban/internal/platform/tlog"
	"tongban/internal/security/identity"
)

// Schema makes the tables of the record.
//
//go:embed schema/*.sql
var Schema embed.FS

// Config is what a Log needs.
type Config struct {
	Store *db.Store
	Log   *tlog.Log
	Keys  *keys.Ring
	Now   func() time.Time
	Batch int // rows sealed in one transaction; 0 means 1024
}

// Log is the record.
type Log struct {
	store *db.Store
	tree  *tlog.Log
	keys  *keys.Ring
	now   func() time.Time
	batch int

	mu     sync.Mutex
	recent map[string]subjectKey // by pseudonym; any of them may be out of date, see insertEntries
}

// subjectKey is the key under which entries about a subject are hidden.
type subjectKey struct {
	id  string
	box *keys.Box
}

const (
	defaultBatch = 1024
	maxRecent    = 8192
)

// New returns the record in the database.
func New(c Config) *Log {
	if c.Batch == 0 {
		c.Batch = defaultBatch
	}
	return &Log{store: c.Store, tree: c.Log, keys: c.Keys, now: c.Now, batch: c.Batch, recent: map[string]subjectKey{}}
}

// record is a row of audit_entry.
type record struct {
	id         string
	at         int64
	actorKind  string
	actorID    string
	actorBody  string
	action     string
	outcome    string
	kind       string
	object     string
	subject    string
	caseID     string
	matterID   string
	keyID      string
	detail     []byte
	commitment []byte
	mac        []byte
	leaf       *int64
}

// Append records acts in the transaction in which they are done, and returns the entries' ids.
func (l *Log) Append(ctx context.Context, tx db.Queryer, entries ...Entry) ([]string, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	ids := make([]string, len(entries))
	drafts := make([]draft, len(entries))
	for i := range entries {
		if err := entries[i].check(); err != nil {
			return nil, fmt.Errorf("append to record: %w", err)
		}
		drafts[i] = l.draft(&entries[i])
		ids[i] = drafts[i].id
	}
	// Once with the keys that we remember; when one of them is gone, erased or rolled back, or was made
	// by another process in a transaction that we do not see, once more with those that there are.
	for _, fresh := range [...]bool{false, true} {
		records, err := l.hide(ctx, tx, drafts, fresh)
		if err != nil {
			return nil, fmt.Errorf("append to record: %w", err)
		}
		done, err := insertEntries(ctx, tx, records)
		if err != nil {
			return nil, fmt.Errorf("append to record: %w", err)
		}
		if done {
			return ids, nil
		}
	}
	return nil, errors.New("append to record: a key was destroyed in the middle of it")
}

// draft is an entry whose detail is not hidden yet.
type draft struct {
	record
	plain []byte
}

func (l *Log) draft(e *Entry) draft {
	d := detail{
		Salts: make([]byte, 3*saltSize), Name: clean(e.Actor.Name()), Roles: cleanAll(e.Actor.Roles), Level: int(e.Actor.Level),
		Session: clean(e.Actor.Session), Subject: clean(e.Subject), Purpose: clean(e.Purpose), Basis: clean(e.Basis),
		Fields: cleanAll(e.Fields), Note: cleanMap(e.Note),
	}
	if e.Actor.Kind == identity.Person {
		d.Self, d.For = clean(e.Actor.Self), clean(e.Actor.Subject)
	}
	rand.Read(d.Salts) // never fails, see its documentation
	r := record{
		id: ref.NewID("ae"), at: e.At.UnixMicro(), actorKind: clean(string(e.Actor.Kind)), actorID: clean(e.Actor.ID),
		actorBody: clean(e.Actor.Body), action: e.Action, outcome: e.Outcome, kind: clean(e.Kind), object: clean(e.ID),
		subject: l.pseudonym(d.Subject), caseID: clean(e.Case), matterID: clean(e.Matter),
	}
	c := r.commit(&d)
	r.commitment = c[:]
	return draft{r, d.canon()}
}

// hide encrypts the details, each under its subject's key, and closes the rows.
func (l *Log) hide(ctx context.Context, tx db.Queryer, drafts []draft, fresh bool) ([]record, error) {
	asked := map[string]bool{}
	out := make([]record, len(drafts))
	for i, d := range drafts {
		k, ok := l.remembered(d.subject)
		if !ok || fresh && !asked[d.subject] {
			var err error
			if k, err = l.key(ctx, tx, d.subject); err != nil {
				return nil, err
			}
			asked[d.subject] = true
		}
		r := d.record
		r.keyID = k.id
		r.detail = k.box.Encrypt(detailPlace(r.id), d.plain)
		r.mac = l.mac(r.binding())
		out[i] = r
	}
	return out, nil
}

func detailPlace(id string) keys.Place {
	return keys.Place{Table: "audit_entry", Column: "detail", Row: id}
}

func (l *Log) remembered(subject string) (subjectKey, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k, ok := l.recent[subject]
	return k, ok
}

func (l *Log) remember(subject string, k subjectKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.recent) >= maxRecent {
		clear(l.recent)
	}
	l.recent[subject] = k
}

// key returns the subject's key, made in this transaction when there is none.
func (l *Log) key(ctx context.Context, tx db.Queryer, subject string) (subjectKey, error) {
	k, err := newestKey(ctx, tx, subject)
	if err != nil {
		return subjectKey{}, err
	}
	box, err := l.open(k)
	if err != nil { // there is none, or it is damaged: Verify names it, and the act goes on under a new one
		secret := make([]byte, keys.KeySize)
		rand.Read(secret) // never fails, see its documentation
		k = keyRecord{subject: subject, id: ref.NewID("ak")}
		k.secret = l.keys.Encrypt(keyPlace(k.id), secret)
		k.mac = l.keys.Mac("audit.key", k.canon())
		if err := insertKey(ctx, tx, k); err != nil {
			return subjectKey{}, err
		}
		if box, err = keys.NewBox(secret); err != nil {
			return subjectKey{}, err
		}
	}
	out := subjectKey{k.id, box}
	l.remember(subject, out)
	return out, nil
}

// keyRecord is a row of audit_key.
type keyRecord struct {
	subject  string
	id       string
	secret   []byte
	erasedAt *int64
	mac      []byte
}

func keyPlace(id string) keys.Place { return keys.Place{Table: "audit_key", Column: "secret", Row: id} }

func (k *keyRecord) canon() canon {
	c := make(canon, 0, 256)
	c.line("subject", k.subject)
	c.line("id", k.id)
	c.line("secret", string(k.secret))
	if k.erasedAt != nil {
		c.number("erased_at", *k.erasedAt)
	}
	return c
}

func (l *Log) open(k keyRecord) (*keys.Box, error) {
	secret, err := l.keys.Decrypt(keyPlace(k.id), k.secret)
	if err != nil {
		return nil, err
	}
	return keys.NewBox(secret)
}

// pseudonym is what stands for a subject in the tables.
func (l *Log) pseudonym(subject string) string {
	if subject == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(l.keys.Mac("audit.subject", []byte(subject))[:16])
}

func (l *Log) mac(binding [sha256.Size]byte) []byte { return l.keys.Mac("audit.row", binding[:]) }

// hash covers every stored byte but for what is made of it.
func (r *record) hash() [sha256.Size]byte {
	var buf [2048]byte
	c := append(canon(buf[:0]), rowMark...)
	c.put("id", r.id)
	c.number("at", r.at)
	c.put("actor_kind", r.actorKind)
	c.put("actor_id", r.actorID)
	c.put("actor_body", r.actorBody)
	c.put("action", r.action)
	c.put("outcome", r.outcome)
	c.put("kind", r.kind)
	c.put("object", r.object)
	c.put("subject", r.subject)
	c.put("case_id", r.caseID)
	c.put("matter_id", r.matterID)
	c.put("key_id", r.keyID)
	c.put("detail", string(r.detail))
	return sha256.Sum256(c)
}

func (r *record) binding() [sha256.Size]byte {
	if len(r.commitment) != sha256.Size {
		return [sha256.Size]byte{} // altered; no code fits it
	}
	return binding(r.hash(), [sha256.Size]byte(r.commitment))
}

// leafText is the leaf that the row has, or will have.
func (r *record) leafText(binding [sha256.Size]byte) string {
	return Leaf{Hour: time.UnixMicro(r.at).UTC().Format(leafHour), Action: r.action, Outcome: r.outcome, Binding: binding}.Text()
}

func (r *record) act(d *detail) Act {
	return Act{
		ID: r.id, Action: r.action, Outcome: r.outcome, Actor: identity.Kind(r.actorKind), Level: d.Level, Body: r.actorBody,
		Roles: d.Roles, Kind: r.kind, Object: r.object, Case: r.caseID, Matter: r.matterID, Purpose: d.Purpose, Basis: d.Basis,
		Fields: d.Fields, Note: d.Note,
	}
}

// commit is the commitment to what the row and its detail mean.
func (r *record) commit(d *detail) [sha256.Size]byte {
	if len(d.Salts) != 3*saltSize {
		return [sha256.Size]byte{}
	}
	act := r.act(d)
	who, _ := (&Who{ID: r.actorID, Name: d.Name}).canon()
	whom, _ := (&Whom{Subject: d.Subject}).canon()
	return commitment(
		SectionAct.hash(d.Salts[:saltSize], act.canonAt(r.at)),
		SectionWho.hash(d.Salts[saltSize:2*saltSize], who),
		SectionWhom.hash(d.Salts[2*saltSize:], whom))
}

// reveal reads what was hidden of a row.
func (r *record) reveal(box *keys.Box) (*detail, error) {
	plain, err := box.Decrypt(detailPlace(r.id), r.detail)
	if err != nil {
		return nil, err
	}
	return parseDetail(plain)
}
