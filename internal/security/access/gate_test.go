package access_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/tlog"
	"tongban/internal/security/access"
	"tongban/internal/security/audit"
	"tongban/internal/security/identity"
	"tongban/internal/testkit/dbtest"
)

// A table of a package above the gate, in which acts leave something.
const actTable = `-- +goose Up
CREATE TABLE demo_act (id TEXT NOT NULL PRIMARY KEY, what TEXT NOT NULL);
`

var migrations = []db.Migrations{
	{Package: "tlog", Files: tlog.Schema},
	{Package: "audit", Files: audit.Schema},
	{Package: "demo", Files: fstest.MapFS{"schema/0001_act.sql": {Data: []byte(actTable)}}},
}

// office is a gate on a database.
type office struct {
	*access.Gate
	store *db.Store
	log   *audit.Log
}

var clock = func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

func newOffice(t testing.TB, s *db.Store) *office {
	t.Helper()
	ring, err := keys.Open(context.Background(), keys.Config{Dir: filepath.Join(t.TempDir(), "keys")})
	if err != nil {
		t.Fatal(err)
	}
	tree := tlog.New(tlog.Config{Store: s, Signer: ring.LogSigner(), Verifiers: ring.LogVerifiers()})
	log := audit.New(audit.Config{Store: s, Log: tree, Keys: ring, Now: clock})
	g, err := access.New(access.Config{Store: s, Audit: log, Policies: os.DirFS(policyDir), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	return &office{Gate: g, store: s, log: log}
}

func each(t *testing.T, fn func(t *testing.T, o *office)) {
	t.Helper()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) { fn(t, newOffice(t, s)) })
}

func (o *office) acts(t testing.TB) int64 { return o.count(t, "SELECT COUNT(*) FROM demo_act") }
func (o *office) entries(t testing.TB) int64 {
	return o.count(t, "SELECT COUNT(*) FROM audit_entry")
}

func (o *office) count(t testing.TB, query string) (n int64) {
	t.Helper()
	if err := o.store.Read().QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// about lists what is recorded about a subject, the oldest first.
func (o *office) about(t testing.TB, subject string) []audit.Row {
	t.Helper()
	rows, err := o.log.About(context.Background(), subject, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
		rows[i], rows[j] = rows[j], rows[i]
	}
	return rows
}

func leave(ctx context.Context, tx db.Queryer, id string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO demo_act (id, what) VALUES ($1, $2)", id, "done")
	return err
}

const subject = "990100198803081125"

var (
	officer = matrixActors["officer"].WithName("消防一号")
	head    = matrixActors["head"]
	person  = matrixActors["person"]
)

func matter(officer string) access.Resource {
	return access.Resource{
		Kind: "matter", ID: "m_1", Subject: subject, Case: "c_1", Matter: "m_1", Body: "fire", Purpose: "casework:open-restaurant",
		Attrs: map[string]any{"officer": officer, "second": false},
	}
}

func TestDo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		var ids []string
		err := o.Do(ctx, officer, func(tx *access.Tx) error {
			if err := tx.Permit(ctx, "matter.accept", matter("")); err != nil {
				return err
			}
			ids = tx.Entries()
			if !tx.Now().Equal(clock()) || tx.Actor().ID != officer.ID {
				t.Errorf("Now() = %v, Actor() = %v", tx.Now(), tx.Actor())
			}
			return leave(ctx, tx, "one")
		})
		if err != nil {
			t.Fatal(err)
		}
		rows := o.about(t, subject)
		if len(rows) != 1 || len(ids) != 1 || rows[0].ID != ids[0] || o.acts(t) != 1 {
			t.Fatalf("rows = %+v, ids = %v, acts = %d, want one of each", rows, ids, o.acts(t))
		}
		want := audit.Entry{
			At: clock(), Actor: officer, Action: "matter.accept", Kind: "matter", ID: "m_1", Subject: subject, Case: "c_1", Matter: "m_1",
			Purpose: "casework:open-restaurant", Basis: "licence-law.32", Outcome: audit.Done, Note: map[string]string{"policy": "matter.accept"},
		}
		if diff := cmp.Diff(want, rows[0].Entry, cmp.AllowUnexported(identity.Actor{})); diff != "" {
			t.Error(diff)
		}
	})
}

// What does not pass leaves nothing but, where it was refused, the record of that.
func TestDoLeavesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	permit := func(tx *access.Tx) error { return tx.Permit(ctx, "matter.accept", matter("")) }
	refuse := func(tx *access.Tx) error { return tx.Permit(ctx, "matter.sign", matter("")) } // an officer is no head
	broken := errors.New("broken")
	for _, tt := range []struct {
		name    string
		fn      func(tx *access.Tx) error
		kind    fault.Kind
		refusal string // the policy that is recorded as the reason
		says    string
	}{
		{"no permit", func(tx *access.Tx) error { return nil }, fault.Bug, "", "asked for no permit"},
		{"no permit and a change", func(tx *access.Tx) error { return leave(ctx, tx, "x") }, fault.Bug, "", "before the first permit"},
		{"a change before the permit, its error ignored", func(tx *access.Tx) error {
			_ = leave(ctx, tx, "x")
			return permit(tx)
		}, fault.Bug, "", "before the first permit"},
		{"a change that returns a row before the permit", func(tx *access.Tx) error {
			var id string
			if err := tx.QueryRowContext(ctx, "INSERT INTO demo_act (id, what) VALUES ($1, $2) RETURNING id", "x", "y").Scan(&id); err != nil {
				return err
			}
			return permit(tx)
		}, fault.Bug, "", "before the first permit"},
		{"a change that returns rows before the permit", func(tx *access.Tx) error {
			if rows, err := tx.QueryContext(ctx, " delete from demo_act returning id"); err == nil {
				rows.Close()
				t.Error("it was carried out")
			}
			return permit(tx)
		}, fault.Bug, "", "before the first permit"},
		{"an error after the act", func(tx *access.Tx) error {
			if err := permit(tx); err != nil {
				return err
			}
			if err := leave(ctx, tx, "x"); err != nil {
				return err
			}
			return broken
		}, fault.Bug, "", "broken"},
		{"refused", refuse, fault.Denied, "matter.sign", ""},
		{"refused after something that was permitted and done", func(tx *access.Tx) error {
			if err := permit(tx); err != nil {
				return err
			}
			if err := leave(ctx, tx, "x"); err != nil {
				return err
			}
			return refuse(tx)
		}, fault.Denied, "matter.sign", ""},
		{"refused, and the refusal ignored", func(tx *access.Tx) error {
			if err := permit(tx); err != nil {
				return err
			}
			_ = refuse(tx)
			return leave(ctx, tx, "x")
		}, fault.Denied, "matter.sign", ""},
		{"refused, and told as not found", func(tx *access.Tx) error {
			return fault.Wrap(fault.NotFound, "error.case.not-found", refuse(tx))
		}, fault.NotFound, "matter.sign", ""},
		{"an action that does not exist", func(tx *access.Tx) error { return tx.Permit(ctx, "matter.burn", matter("")) }, fault.Bug, "", `there is no action "matter.burn"`},
		{"a resource of another kind", func(tx *access.Tx) error {
			return tx.Permit(ctx, "matter.accept", access.Resource{Kind: "case"})
		}, fault.Bug, "", `is done to a matter, not to a "case"`},
		{"an attribute that does not exist", func(tx *access.Tx) error {
			on := matter("")
			on.Attrs["oficer"] = "o_1"
			return tx.Permit(ctx, "matter.accept", on)
		}, fault.Bug, "", `no attribute "oficer"`},
		{"an attribute of the wrong type", func(tx *access.Tx) error {
			on := matter("")
			on.Attrs["officer"] = 7
			return tx.Permit(ctx, "matter.accept", on)
		}, fault.Bug, "", `attribute "officer" of matter: is int and not a text`},
		{"a yes or no that was not given", func(tx *access.Tx) error {
			on := matter("")
			delete(on.Attrs, "second")
			return tx.Permit(ctx, "matter.decide", on)
		}, fault.Bug, "", `attribute "second" of matter: is not given`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, o *office) {
				err := o.Do(ctx, officer, tt.fn)
				if err == nil || fault.Of(err) != tt.kind || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("Do() = %v (%v), want %v, %q", err, fault.Of(err), tt.kind, tt.says)
				}
				if n := o.acts(t); n != 0 {
					t.Errorf("%d acts remain", n)
				}
				rows := o.about(t, subject)
				if tt.refusal == "" {
					if n := o.entries(t); n != 0 {
						t.Errorf("%d entries remain", n)
					}
					return
				}
				if len(rows) != 1 || rows[0].Outcome != audit.Refused || rows[0].Note["policy"] != tt.refusal || rows[0].Actor.ID != officer.ID || rows[0].Case != "c_1" {
					t.Errorf("recorded %+v, want the refusal by %s", rows, tt.refusal)
				}
			})
		})
	}
}

// What a refused person may know: the rule's reason, and the level that would help.
func TestRefusal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		ctx, cancel := context.WithCancel(context.Background())
		draft := access.Resource{Kind: "draft", ID: "d_1", Subject: subject, Attrs: map[string]any{"level": 3}}
		err := o.Do(ctx, person, func(tx *access.Tx) error {
			err := tx.Permit(ctx, "draft.submit", draft)
			cancel() // she closed the page
			return err
		})
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Denied || f.Code != "denied" {
			t.Fatalf("Do() = %v", err)
		}
		if diff := cmp.Diff(map[string]string{"reason": "general.level", "level": "3"}, f.Args); diff != "" {
			t.Error(diff)
		}
		p, ok := o.Policies().Find(f.Args["reason"])
		if !ok || p.Reason.ZH == "" || p.Reason.EN == "" || p.Law[0] != "privacy-law.51" || !p.Forbids {
			t.Errorf("policy = %+v", p)
		}
		if f.Said != p.Reason {
			t.Errorf("the refusal says %q, want the policy's reason %q", f.Said, p.Reason)
		}
		if rows := o.about(t, subject); len(rows) != 1 || rows[0].Outcome != audit.Refused {
			t.Errorf("recorded %+v, want the refusal although the page was closed", rows)
		}
		if o.May(person, "draft.submit", draft) {
			t.Error("May() = true")
		}
		draft.Attrs["level"] = identity.AL2
		if !o.May(person, "draft.submit", draft) {
			t.Error("May() = false")
		}
		if n := o.entries(t); n != 1 {
			t.Errorf("%d entries: asking whether one may was recorded", n)
		}
	})
}

func register(in string, fields ...string) access.Resource {
	return access.Resource{
		Kind: "register", ID: "population", Subject: subject, Case: in, Purpose: "casework:open-restaurant", Fields: fields,
		Attrs: map[string]any{"bodies": []string{"fire"}, "evidence": []string{"name", "address"}},
	}
}

func TestSee(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		read := func(by identity.Actor, on access.Resource, fn func(v *access.View) error) error {
			return o.See(ctx, by, func(v *access.View) error {
				if err := v.Permit(ctx, "register.read", on); err != nil {
					return err
				}
				if n := o.entries(t); n != 0 {
					t.Errorf("%d entries before anything was read", n)
				}
				if fn == nil {
					return nil
				}
				return fn(v)
			})
		}
		// Her own, in her own name and while she acts for a business: not recorded.
		forShop := person
		forShop.Subject = "91990100MA0000001X"
		for _, by := range []identity.Actor{person, forShop} {
			err := read(by, access.Resource{Kind: "register", ID: "population", Subject: subject, Fields: []string{"name"}}, func(v *access.View) error {
				var one int
				if !v.Now().Equal(clock()) || v.Actor().ID != by.ID {
					t.Errorf("Now() = %v, Actor() = %v", v.Now(), v.Actor())
				}
				return v.QueryRowContext(ctx, "SELECT 1").Scan(&one)
			})
			if err != nil || o.entries(t) != 0 {
				t.Fatalf("See() = %v, %d entries, want none", err, o.entries(t))
			}
		}
		if err := read(officer, register("c_1", "name"), nil); err != nil {
			t.Fatal(err)
		}
		rows := o.about(t, subject)
		want := audit.Entry{
			At: clock(), Actor: officer, Action: "register.read", Kind: "register", ID: "population", Subject: subject, Case: "c_1",
			Purpose: "casework:open-restaurant", Basis: "licence-law.33, privacy-law.34", Fields: []string{"name"}, Outcome: audit.Done,
			Note: map[string]string{"policy": "register.read.casework"},
		}
		if len(rows) != 1 {
			t.Fatalf("recorded %+v, want one", rows)
		}
		if diff := cmp.Diff(want, rows[0].Entry, cmp.AllowUnexported(identity.Actor{})); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSeeLeavesATrace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		for i, tt := range []struct {
			name    string
			on      access.Resource
			result  error
			kind    fault.Kind
			outcome string
			policy  string
			failed  string
		}{
			{"nothing was found", register("c_1", "name"), fault.New(fault.NotFound, "register.not-found"), fault.NotFound, audit.Done, "register.read.casework", "not found"},
			{"the register is down", register("c_1", "name"), fault.New(fault.Unavailable, "register.down"), fault.Unavailable, audit.Done, "register.read.casework", "unavailable"},
			{"no case", register("", "name"), nil, fault.Denied, audit.Refused, "general.case-binding", ""},
			{"more than is evidence", register("c_1", "name", "phone"), nil, fault.Denied, audit.Refused, "register.read.casework", ""},
		} {
			err := o.See(ctx, officer, func(v *access.View) error {
				if err := v.Permit(ctx, "register.read", tt.on); err != nil {
					return nil // whatever fn makes of it
				}
				return tt.result
			})
			if fault.Of(err) != tt.kind {
				t.Errorf("%s: See() = %v, want %v", tt.name, err, tt.kind)
			}
			rows := o.about(t, subject)
			if len(rows) != i+1 {
				t.Fatalf("%s: %d rows, want %d", tt.name, len(rows), i+1)
			}
			if r := rows[i]; r.Outcome != tt.outcome || r.Note["policy"] != tt.policy || r.Note["failed"] != tt.failed {
				t.Errorf("%s: recorded %s by %v", tt.name, r.Outcome, r.Note)
			}
		}
		err := o.See(ctx, officer, func(*access.View) error { return nil })
		if fault.Of(err) != fault.Bug {
			t.Errorf("without a permit: %v", err)
		}
		err = o.See(ctx, officer, func(v *access.View) error { return v.Permit(ctx, "matter.accept", matter("")) })
		if err == nil || !strings.Contains(err.Error(), "it needs Do") {
			t.Errorf("a change through a view: %v", err)
		}
		err = o.See(ctx, person, func(v *access.View) error {
			if err := v.Permit(ctx, "case.read", access.Resource{Kind: "case", ID: "c_1", Subject: subject}); err != nil {
				return err
			}
			return leave(ctx, v, "x")
		})
		if err == nil || o.acts(t) != 0 {
			t.Errorf("writing through a view: %v, %d acts", err, o.acts(t))
		}
	})
}

// What cannot be recorded is not given away.
func TestSeeWithoutARecord(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		err := o.See(ctx, officer, func(v *access.View) error {
			if err := v.Permit(ctx, "register.read", register("c_1", "name")); err != nil {
				return err
			}
			return o.store.Close() // the disk is full, the server is gone
		})
		if err == nil || !strings.Contains(err.Error(), "record access") {
			t.Errorf("See() = %v, want that it could not be recorded", err)
		}
	})
}

// What nobody needs to be known for is not recorded, but who is turned away from it is.
func TestUnrecorded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		nobody := identity.Actor{Kind: identity.Nobody}
		save := func(id string) error {
			return o.Do(ctx, nobody, func(tx *access.Tx) error {
				if err := tx.Permit(ctx, "checklist.write", access.Resource{Kind: "checklist", ID: id}); err != nil {
					return err
				}
				return leave(ctx, tx, "list")
			})
		}
		if err := save("k_1"); err != nil || o.acts(t) != 1 || o.entries(t) != 0 {
			t.Errorf("Do() = %v, %d acts, %d entries, want one and none", err, o.acts(t), o.entries(t))
		}
		if err := save(""); !fault.Is(err, fault.Denied) || o.entries(t) != 1 {
			t.Errorf("Do() = %v, %d entries, want a recorded refusal", err, o.entries(t))
		}
	})
}

// Many at once, on both engines: every act has its entry, every refusal has its own and nothing else, and
// the log holds.
func TestGateAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		const workers, rounds = 12, 10
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for r := range rounds {
					id := fmt.Sprintf("%d-%d", w, r)
					if err := o.Do(ctx, officer, func(tx *access.Tx) error {
						if err := tx.Permit(ctx, "matter.accept", matter("")); err != nil {
							return err
						}
						return leave(ctx, tx, id)
					}); err != nil {
						t.Error(err)
					}
					if err := o.Do(ctx, head, func(tx *access.Tx) error {
						if err := tx.Permit(ctx, "matter.claim", matter("")); err != nil {
							return err
						}
						if err := leave(ctx, tx, "never-"+id); err != nil {
							return err
						}
						own := matter("")
						own.Attrs["proposer"] = head.ID
						return tx.Permit(ctx, "matter.sign", own)
					}); !fault.Is(err, fault.Denied) {
						t.Errorf("signing one's own proposal: %v", err)
					}
					if err := o.See(ctx, officer, func(v *access.View) error {
						for _, field := range []string{"name", "address"} {
							if err := v.Permit(ctx, "register.read", register("c_1", field)); err != nil {
								return err
							}
						}
						return nil
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		const n = workers * rounds
		if got := o.acts(t); got != n {
			t.Errorf("%d acts, want %d", got, n)
		}
		for query, want := range map[string]int64{
			"SELECT COUNT(*) FROM audit_entry WHERE action = 'matter.accept' AND outcome = 'done'":  n,
			"SELECT COUNT(*) FROM audit_entry WHERE action = 'matter.claim'":                        0,
			"SELECT COUNT(*) FROM audit_entry WHERE action = 'matter.sign' AND outcome = 'refused'": n,
			"SELECT COUNT(*) FROM audit_entry WHERE action = 'register.read' AND outcome = 'done'":  2 * n,
			"SELECT COUNT(*) FROM audit_entry":                                                      4 * n,
		} {
			if got := o.count(t, query); got != want {
				t.Errorf("%s: %d, want %d", query, got, want)
			}
		}
		for {
			sealed, err := o.log.Seal(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if sealed == 0 {
				break
			}
		}
		if report, err := o.log.Verify(ctx); err != nil || !report.OK() || report.Entries != 4*n {
			t.Errorf("Verify() = %+v, %v", report, err)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	bad := fstest.MapFS{"x.cedar": {Data: []byte(strings.Replace(good, "resource.owner", "resource.ownr", 1))}}
	if _, err := access.New(access.Config{Policies: bad, Now: clock}); err == nil || !strings.Contains(err.Error(), "x.cedar:1:1: the policy does not fit the schema") {
		t.Errorf("New() = %v, want the place of the mistake", err)
	}
}
