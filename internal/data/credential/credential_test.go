package credential_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/data/credential"
	"tongban/internal/data/credential/paper"
	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/ref"
	"tongban/internal/security/org"
	"tongban/internal/testkit/dbtest"
)

const owner = "990100198803081125"

var (
	shop  = ref.MakeUSCC("92990100DEM000300")
	other = ref.MakeUSCC("92990100DEM000301")
	start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

	market = org.Body{ID: "market", USCC: "11990100DEM000014J", Name: lang.Text{ZH: "示范市市场监督管理局", EN: "Market Supervision Bureau of Shifan"}}
	types  = map[string]credential.Type{
		"food-licence": {
			ID: "food-licence", Code: "11990100DEM000014J002", Name: lang.Text{ZH: "食品经营许可证", EN: "Food business licence"}, Issuer: "market", Years: 5, One: true, Number: "JY2990100{year}{serial}",
			Fields: []credential.Field{
				{ID: "number", Name: lang.Text{ZH: "许可证编号", EN: "Licence number"}},
				{ID: "name", Name: lang.Text{ZH: "经营者名称", EN: "Operator"}},
				{ID: "person", Name: lang.Text{ZH: "负责人", EN: "Person in charge"}},
				{ID: "kind", Name: lang.Text{ZH: "主体业态", EN: "Kind"}, Options: map[string]lang.Text{"catering": {ZH: "餐饮服务经营者", EN: "Catering"}}},
				{ID: "first_on", Name: lang.Text{ZH: "首次发证日期", EN: "First issued"}},
			},
			Public: []string{"number", "name", "kind"},
		},
		"birth": {ID: "birth", Code: "11990100DEM000014J003", Name: lang.Text{ZH: "出生医学证明", EN: "Birth certificate"}, Issuer: "market", Fields: []credential.Field{{ID: "name", Name: lang.Text{ZH: "姓名", EN: "Name"}}}},
	}
)

type rig struct {
	*credential.Service
	store *db.Store
	ring  *keys.Ring
	rare  string // a character that no font draws
}

func each(t *testing.T, fn func(t *testing.T, r *rig)) {
	ring, err := keys.Open(t.Context(), keys.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, []db.Migrations{{Package: "credential", Files: credential.Schema}}, func(t *testing.T, s *db.Store) {
		r := &rig{store: s, ring: ring, rare: "\U0002EBF0"}
		var mu sync.Mutex
		now := start
		r.Service = credential.New(credential.Config{
			Types: func(id string) (credential.Type, bool) { ty, ok := types[id]; return ty, ok },
			Body:  func(id string) (org.Body, bool) { return market, id == "market" },
			Seal:  ring.Seal(),
			Covers: func(texts ...string) error {
				if strings.Contains(strings.Join(texts, ""), r.rare) {
					return paper.MissingGlyph{Rune: 0x2EBF0}
				}
				return nil
			},
			Now: func() time.Time { mu.Lock(); defer mu.Unlock(); now = now.Add(time.Second); return now },
		})
		fn(t, r)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (r *rig) write(t *testing.T, fn func(tx *db.Tx) error) error {
	return r.store.Write(t.Context(), fn)
}

func draft(matter string) credential.Draft {
	return credential.Draft{
		Type: "food-licence", Holder: shop, HolderName: "鑫源餐饮", IssuedOn: "2026-11-24", Case: "c_1", Matter: matter,
		Fields: map[string]string{"name": "鑫源餐饮", "person": "王㴋䶮", "kind": "catering", "first_on": "2026-11-24"},
	}
}

func (r *rig) issue(t *testing.T, d credential.Draft) credential.Certificate {
	t.Helper()
	var c credential.Certificate
	must(t, r.write(t, func(tx *db.Tx) (err error) { c, err = r.Issue(t.Context(), tx, d, "au_1"); return err }))
	return c
}

func TestIssue(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		var c credential.Certificate
		must(t, r.write(t, func(tx *db.Tx) (err error) { c, err = r.Prepare(ctx, tx, draft("m_1")); return err }))
		if c.Number != "JY29901002026000001" || c.Fields["number"] != c.Number {
			t.Errorf("number %q, field %q", c.Number, c.Fields["number"])
		}
		if !ref.CheckCertificateIdentifier(c.Identifier) || !strings.HasPrefix(c.Identifier, "1.2.156.3005.2.11990100DEM000014J002.11990100DEM000014J.2026000001.001.") {
			t.Errorf("identifier %q", c.Identifier)
		}
		// Five years from Tue 2026-11-24 end on 2031-11-23.
		if c.From != "2026-11-24" || c.To != "2031-11-23" {
			t.Errorf("from %s to %s", c.From, c.To)
		}
		if diff := cmp.Diff([]string{"number", "name", "person", "kind", "first_on"}, c.FieldIDs()); diff != "" {
			t.Errorf("FieldIDs (-want +got):\n%s", diff)
		}

		t.Run("what is prepared is nobody's yet", func(t *testing.T) {
			if _, err := r.ByVerifyCode(ctx, r.store.Read(), c.VerifyCode, "2026-11-24"); !fault.Is(err, fault.NotFound) {
				t.Errorf("ByVerifyCode = %v, want not found", err)
			}
			if all, err := r.OfHolder(ctx, r.store.Read(), shop, "", 10); err != nil || len(all) != 0 {
				t.Errorf("OfHolder = %v, %v", all, err)
			}
			if _, held, err := r.Held(ctx, r.store.Read(), shop, "food-licence", "2026-11-24"); held || err != nil {
				t.Errorf("Held = %v, %v", held, err)
			}
			if err := r.write(t, func(tx *db.Tx) error { return r.Revoke(ctx, tx, c.ID, credential.Change{Reason: "x"}) }); !fault.Is(err, fault.NotFound) {
				t.Errorf("Revoke = %v, want not found", err)
			}
		})
		t.Run("prepared again it is the same, whatever the draft says", func(t *testing.T) {
			again := draft("m_1")
			again.HolderName, again.Number = "another", "another"
			var got credential.Certificate
			must(t, r.write(t, func(tx *db.Tx) (err error) { got, err = r.Prepare(ctx, tx, again); return err }))
			if got.ID != c.ID || got.VerifyCode != c.VerifyCode || !bytes.Equal(got.Payload(), c.Payload()) {
				t.Errorf("%+v, want %+v", got, c)
			}
		})
		t.Run("a seal of something else is refused", func(t *testing.T) {
			wrong, err := r.ring.Seal().Sign([]byte("something else"))
			must(t, err)
			for _, sig := range []keys.Signature{wrong, {}, {Key: "seal-9", Algorithm: keys.P256}} {
				if err := r.write(t, func(tx *db.Tx) error { _, err := r.Publish(ctx, tx, c.ID, sig, "au_1"); return err }); err == nil {
					t.Errorf("published under %v", sig)
				}
			}
		})
		sig, err := r.Sign(c)
		must(t, err)
		var published credential.Certificate
		for i := range 2 {
			must(t, r.write(t, func(tx *db.Tx) (err error) {
				published, err = r.Publish(ctx, tx, c.ID, sig, fmt.Sprint("au_", i))
				return err
			}))
			if published.AuditID != "au_0" || published.Status != credential.InForce || published.StatusVersion != 1 {
				t.Errorf("published %d: %+v", i, published)
			}
		}
		found, err := r.Find(ctx, r.store.Read(), c.ID)
		must(t, err)
		if diff := cmp.Diff(fmt.Sprintf("%+v", published), fmt.Sprintf("%+v", found)); diff != "" {
			t.Errorf("Find (-published +found):\n%s", diff)
		}
		if err := credential.Verify(r.ring.Seal(), found); err != nil {
			t.Errorf("Verify = %v", err)
		}
		history, err := r.History(ctx, r.store.Read(), c.ID)
		must(t, err)
		if len(history) != 1 || history[0].Status != credential.InForce || !history[0].At.Equal(found.PublishedAt) {
			t.Errorf("History = %+v", history)
		}
		if _, err := r.Find(ctx, r.store.Read(), "cert_none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("Find nothing = %v", err)
		}
	})
}

func TestRefusals(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		prepare := func(change func(*credential.Draft)) error {
			d := draft("m_refused")
			change(&d)
			return r.write(t, func(tx *db.Tx) error { _, err := r.Prepare(ctx, tx, d); return err })
		}
		for name, change := range map[string]func(*credential.Draft){
			"no matter":           func(d *credential.Draft) { d.Matter = "" },
			"no such type":        func(d *credential.Draft) { d.Type = "x" },
			"no such field":       func(d *credential.Draft) { d.Fields = map[string]string{"x": "y"} },
			"no holder":           func(d *credential.Draft) { d.Holder = "" },
			"a wrong check digit": func(d *credential.Draft) { d.Holder = "990100198803081124" },
			"no name":             func(d *credential.Draft) { d.HolderName = "" },
			"no day":              func(d *credential.Draft) { d.IssuedOn = "2026-02-30" },
			"ends before":         func(d *credential.Draft) { d.To = "2026-11-23" },
			"not UTF-8":           func(d *credential.Draft) { d.HolderName = "\xff" },
		} {
			if err := prepare(change); err == nil {
				t.Errorf("%s: prepared", name)
			}
		}
		var m paper.MissingGlyph
		if err := prepare(func(d *credential.Draft) { d.Fields["person"] = "王" + r.rare }); !errors.As(err, &m) || m.Rune != 0x2EBF0 {
			t.Errorf("a character that cannot be drawn: %v", err)
		}
		c := r.issue(t, draft("m_1"))
		if c.Number != "JY29901002026000001" {
			t.Errorf("refusals have used up numbers: %s", c.Number)
		}
		if err := prepare(func(*credential.Draft) {}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second one of a kind: %v, want conflict", err)
		}
		if err := prepare(func(d *credential.Draft) { d.Holder = other; d.Number = c.Number }); !fault.Is(err, fault.Conflict) {
			t.Errorf("a number that is taken: %v, want conflict", err)
		}
		if err := prepare(func(d *credential.Draft) { d.Holder = other; d.Replaces = c.ID }); !fault.Is(err, fault.Conflict) {
			t.Errorf("replacing another holder's: %v, want conflict", err)
		}
	})
}

func TestStatus(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		verbs := map[credential.Status]func(tx *db.Tx, id string, why credential.Change) error{
			credential.InForce:   func(tx *db.Tx, id string, why credential.Change) error { return r.Restore(ctx, tx, id, why) },
			credential.Suspended: func(tx *db.Tx, id string, why credential.Change) error { return r.Suspend(ctx, tx, id, why) },
			credential.Revoked:   func(tx *db.Tx, id string, why credential.Change) error { return r.Revoke(ctx, tx, id, why) },
			credential.Cancelled: func(tx *db.Tx, id string, why credential.Change) error { return r.Cancel(ctx, tx, id, why) },
			credential.Withdrawn: func(tx *db.Tx, id string, why credential.Change) error { return r.Withdraw(ctx, tx, id, why) },
			credential.Lapsed:    func(tx *db.Tx, id string, why credential.Change) error { return r.Expire(ctx, tx, id, why) },
		}
		why := credential.Change{Reason: "复查发现经营场所与申报不符", Case: "c_9", Matter: "m_9"}
		n := 0
		// Every status against every verb.
		for from := range verbs {
			for to := range verbs {
				n++
				d := draft(fmt.Sprint("m_s", n))
				d.Holder = ref.MakeUSCC(fmt.Sprintf("92990100DEM0%05d", n))
				c := r.issue(t, d)
				if from != credential.InForce {
					must(t, r.write(t, func(tx *db.Tx) error { return verbs[from](tx, c.ID, why) }))
				}
				err := r.write(t, func(tx *db.Tx) error { return verbs[to](tx, c.ID, why) })
				open := from == credential.InForce || from == credential.Suspended
				switch {
				case from == to && err != nil:
					t.Errorf("%s again: %v", from, err)
				case from != to && open && err != nil:
					t.Errorf("%s to %s: %v", from, to, err)
				case from != to && !open && !fault.Is(err, fault.Conflict):
					t.Errorf("%s to %s: %v, want conflict", from, to, err)
				}
				got, err := r.Find(ctx, r.store.Read(), c.ID)
				must(t, err)
				want := to
				if !open {
					want = from
				}
				history, err := r.History(ctx, r.store.Read(), c.ID)
				must(t, err)
				if last := history[len(history)-1]; got.Status != want || last.Status != want || last.Version != got.StatusVersion || len(history) != got.StatusVersion {
					t.Errorf("%s to %s: is %s, history %+v", from, to, got.Status, history)
				}
				if got.StatusVersion > 1 && (got.Reason != why.Reason || history[1].Matter != "m_9") {
					t.Errorf("%s to %s: reason %q, history %+v", from, to, got.Reason, history)
				}
				if err := credential.Verify(r.ring.Seal(), got); err != nil {
					t.Errorf("a status has broken the seal: %v", err)
				}
				if _, held, err := r.Held(ctx, r.store.Read(), d.Holder, "food-licence", "2027-01-01"); err != nil || held != (want == credential.InForce) {
					t.Errorf("%s: Held = %v, %v", want, held, err)
				}
			}
		}
		c := r.issue(t, draft("m_1"))
		if err := r.write(t, func(tx *db.Tx) error { return r.Revoke(ctx, tx, c.ID, credential.Change{}) }); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v, want invalid", err)
		}
	})
}

func TestHeldAndExpiry(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		d := draft("m_1")
		d.From, d.To = "2026-12-01", "2026-12-31"
		c := r.issue(t, d)
		for day, want := range map[string]bool{"2026-11-30": false, "2026-12-01": true, "2026-12-31": true, "2027-01-01": false} {
			got, held, err := r.Held(ctx, r.store.Read(), shop, "food-licence", day)
			must(t, err)
			if held != want || held && got.ID != c.ID || c.InForceOn(day) != want {
				t.Errorf("on %s: held %v, in force %v, want %v", day, held, c.InForceOn(day), want)
			}
		}
		if p, err := r.ByVerifyCode(ctx, r.store.Read(), c.VerifyCode, "2027-01-01"); err != nil || p.Status != credential.Lapsed {
			t.Errorf("verified after its end: %+v, %v", p, err)
		}
		expire := func(today string) (got []credential.Certificate) {
			must(t, r.write(t, func(tx *db.Tx) (err error) {
				if got, err = r.Due(ctx, tx, today, 10); err != nil {
					return err
				}
				for i, c := range got {
					if err := r.Expire(ctx, tx, c.ID, credential.Change{Reason: credential.ReasonExpired}); err != nil {
						return err
					}
					if got[i], err = r.Find(ctx, tx, c.ID); err != nil {
						return err
					}
				}
				return nil
			}))
			return got
		}
		if got := expire("2026-12-31"); len(got) != 0 {
			t.Errorf("expired on the last day: %v", got)
		}
		if got := expire("2027-01-01"); len(got) != 1 || got[0].ID != c.ID || got[0].Status != credential.Lapsed {
			t.Errorf("expired the day after: %v", got)
		}
		if got := expire("2027-01-02"); len(got) != 0 {
			t.Errorf("expired again: %v", got)
		}
		// The place is free again for a new one.
		next := r.issue(t, draft("m_2"))
		if next.Number != "JY29901002026000002" {
			t.Errorf("number %s", next.Number)
		}
		long := draft("m_3")
		long.Type, long.Fields = "birth", map[string]string{"name": "王安"}
		long.Holder, long.HolderName = owner, "王㴋䶮"
		forever := r.issue(t, long)
		if forever.To != "" || !forever.InForceOn("2126-01-01") {
			t.Errorf("long-term: %+v", forever)
		}
	})
}

func TestReplace(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		old := r.issue(t, draft("m_1"))
		d := draft("m_2")
		d.Replaces = old.ID
		d.Fields["name"] = "鑫源餐饮二店"
		var c credential.Certificate
		must(t, r.write(t, func(tx *db.Tx) (err error) { c, err = r.Prepare(ctx, tx, d); return err }))
		if got, err := r.Find(ctx, r.store.Read(), old.ID); err != nil || got.Status != credential.InForce {
			t.Errorf("the old one lapsed before the new one was published: %v, %v", got.Status, err)
		}
		sig, err := r.Sign(c)
		must(t, err)
		for range 2 {
			must(t, r.write(t, func(tx *db.Tx) error { _, err := r.Publish(ctx, tx, c.ID, sig, "au_2"); return err }))
		}
		got, err := r.Find(ctx, r.store.Read(), old.ID)
		must(t, err)
		if got.Status != credential.Lapsed || got.Reason != credential.ReasonReplaced {
			t.Errorf("the old one is %s, %s", got.Status, got.Reason)
		}
		if c.Number != old.Number || c.Revision != 2 || !strings.Contains(c.Identifier, ".2026000001.002.") || !ref.CheckCertificateIdentifier(c.Identifier) {
			t.Errorf("replacement has number %s, identifier %s", c.Number, c.Identifier)
		}
		all, err := r.OfHolder(ctx, r.store.Read(), shop, "", 10)
		must(t, err)
		if len(all) != 2 || all[0].ID != c.ID {
			t.Errorf("OfHolder = %d certificates, the first %s", len(all), all[0].ID)
		}
		again := draft("m_3")
		if err := r.write(t, func(tx *db.Tx) error { _, err := r.Prepare(ctx, tx, again); return err }); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second one beside the replacement: %v, want conflict", err)
		}
		again.Replaces = old.ID
		if err := r.write(t, func(tx *db.Tx) error { _, err := r.Prepare(ctx, tx, again); return err }); !fault.Is(err, fault.Conflict) {
			t.Errorf("replacing what was replaced: %v, want conflict", err)
		}
	})
}

func TestWallet(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		var ids []string
		for i := range 5 {
			d := draft(fmt.Sprint("m_", i))
			d.Type, d.Fields, d.Holder, d.HolderName = "birth", map[string]string{"name": fmt.Sprint("王", i)}, owner, "王㴋䶮"
			ids = append([]string{r.issue(t, d).ID}, ids...)
		}
		var got []string
		for before := ""; ; {
			page, err := r.OfHolder(ctx, r.store.Read(), owner, before, 2)
			must(t, err)
			for _, c := range page {
				got = append(got, c.ID)
				before = c.ID
			}
			if len(page) < 2 {
				break
			}
		}
		if diff := cmp.Diff(ids, got); diff != "" {
			t.Errorf("pages of the wallet (-want +got):\n%s", diff)
		}
		if c, ok, err := r.OfMatter(ctx, r.store.Read(), "m_3"); err != nil || !ok || c.ID != ids[1] {
			t.Errorf("OfMatter = %v, %v, %v", c.ID, ok, err)
		}
		if _, ok, err := r.OfMatter(ctx, r.store.Read(), ""); err != nil || ok {
			t.Errorf("OfMatter of nothing = %v, %v", ok, err)
		}
	})
}

func TestPublic(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		c := r.issue(t, draft("m_1"))
		p, err := r.ByVerifyCode(ctx, r.store.Read(), " "+strings.ToUpper(c.VerifyCode), "2026-11-24")
		must(t, err)
		if !p.Sealed || !p.Demo || p.Status != credential.InForce || p.Business != "鑫源餐饮" || p.Number != c.Number || p.Identifier != c.Identifier {
			t.Errorf("%+v", p)
		}
		var shown []string
		for _, f := range p.Fields {
			shown = append(shown, f.ID+"="+f.In(lang.ZH))
		}
		if diff := cmp.Diff([]string{"number=" + c.Number, "name=鑫源餐饮", "kind=餐饮服务经营者"}, shown); diff != "" {
			t.Errorf("public fields (-want +got):\n%s", diff)
		}
		if s := fmt.Sprintf("%+v", p); strings.Contains(s, "王㴋䶮") || strings.Contains(s, c.ID) || strings.Contains(s, "m_1") {
			t.Errorf("says more than is public: %s", s)
		}

		d := draft("m_2")
		d.Type, d.Fields, d.Holder, d.HolderName = "birth", map[string]string{"name": "王安"}, owner, "王㴋䶮"
		person := r.issue(t, d)
		p, err = r.ByVerifyCode(ctx, r.store.Read(), person.VerifyCode, "2026-11-24")
		must(t, err)
		if s := fmt.Sprintf("%+v", p); strings.Contains(s, "王") || strings.Contains(s, owner) {
			t.Errorf("names a person: %s", s)
		}

		for _, code := range []string{"", "x", c.ID, strings.Repeat("0", 26), c.VerifyCode + "0", "%" + c.VerifyCode[1:]} {
			if _, err := r.ByVerifyCode(ctx, r.store.Read(), code, "2026-11-24"); !fault.Is(err, fault.NotFound) {
				t.Errorf("code %q: %v, want not found", code, err)
			}
		}

		// One byte of the record changed behind our back: the seal no longer fits.
		must(t, r.write(t, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE credential_certificate SET payload = REPLACE(payload, '2031-11-23', '2041-11-23') WHERE id = $1`, c.ID)
			return err
		}))
		p, err = r.ByVerifyCode(ctx, r.store.Read(), c.VerifyCode, "2026-11-24")
		must(t, err)
		if p.Sealed {
			t.Error("a certificate that was changed verifies")
		}
	})
}

func TestJSON(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		d := draft("m_1")
		d.HolderName = `鑫源 <b>"餐饮"</b> & 𠅤`
		c := r.issue(t, d)
		b, err := c.JSON("2026-11-24", "http://127.0.0.1:8080/verify/"+c.VerifyCode)
		must(t, err)
		if !bytes.Contains(b, c.Payload()) {
			t.Errorf("the sealed bytes are not in the file:\n%s", b)
		}
		seals := r.ring.Seal().Keys()
		got, err := credential.VerifyJSON(b, seals)
		must(t, err)
		if got.HolderName != d.HolderName || got.Identifier != c.Identifier || cmp.Diff(c.Shown, got.Shown) != "" {
			t.Errorf("read back %+v", got)
		}
		var pretty bytes.Buffer
		must(t, json.Indent(&pretty, b, "", "  "))
		if _, err := credential.VerifyJSON(pretty.Bytes(), seals); err != nil {
			t.Errorf("indented: %v", err)
		}
		for from, to := range map[string]string{"2031-11-23": "2041-11-23", "catering": "Catering", `"demo":true`: `"demo":false`, c.Number: "JY0", `"zh":"负责人"`: `"zh":"负责人2"`} {
			if _, err := credential.VerifyJSON(bytes.Replace(b, []byte(from), []byte(to), 1), seals); err == nil {
				t.Errorf("%s changed into %s verifies", from, to)
			}
		}
		foreign, err := keys.Open(t.Context(), keys.Config{Dir: t.TempDir()})
		must(t, err)
		if _, err := credential.VerifyJSON(b, foreign.Seal().Keys()); err == nil {
			t.Error("verifies under another city's seal")
		}
		for _, junk := range []string{"", "{}", "null", `{"certificate":1}`, `{"certificate":{"a":1}}`} {
			if _, err := credential.VerifyJSON([]byte(junk), seals); err == nil {
				t.Errorf("%q verifies", junk)
			}
		}
	})
}

// Many jobs at once, each matter twice: every matter has one certificate, numbers have no gap and no
// double, and of a kind that a holder has once there is one.
func TestAtOnce(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		const n = 12
		var wg sync.WaitGroup
		errs := make([]error, 2*n)
		for i := range 2 * n {
			wg.Go(func() {
				d := draft(fmt.Sprint("m_", i/2))
				d.Type, d.Fields, d.Holder, d.HolderName = "birth", map[string]string{"name": "王安"}, owner, "王㴋䶮"
				for range 5 { // as the queue tries again after a conflict
					errs[i] = r.store.Write(ctx, func(tx *db.Tx) error { _, err := r.Issue(ctx, tx, d, "au"); return err })
					if !fault.Is(errs[i], fault.Conflict) {
						break
					}
				}
			})
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				t.Errorf("Issue = %v", err)
			}
		}
		all, err := r.OfHolder(ctx, r.store.Read(), owner, "", 100)
		must(t, err)
		numbers := map[string]bool{}
		for _, c := range all {
			numbers[c.Number] = true
		}
		for i := 1; i <= n; i++ {
			if want := fmt.Sprintf("2026%06d", i); !numbers[want] {
				t.Errorf("number %s is missing of %v", want, numbers)
			}
		}
		if len(all) != n {
			t.Errorf("%d certificates, want %d", len(all), n)
		}

		for i := range n {
			wg.Go(func() {
				_ = r.store.Write(ctx, func(tx *db.Tx) error { _, err := r.Issue(ctx, tx, draft(fmt.Sprint("one_", i)), "au"); return err })
			})
		}
		wg.Wait()
		if all, err = r.OfHolder(ctx, r.store.Read(), shop, "", 100); err != nil || len(all) != 1 {
			t.Errorf("%d certificates of a kind of which there is one, %v", len(all), err)
		}
	})
}
