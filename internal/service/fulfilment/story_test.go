package fulfilment_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tongban/internal/app"
	"tongban/internal/data/credential"
	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
	"tongban/internal/platform/ref"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
	"tongban/internal/testkit/rig"
)

// decide decides a matter and leaves its jobs for later.
func decide(r *rig.Rig, caseID, def string) casework.Matter {
	r.T.Helper()
	m := r.Take(caseID, def)
	officer, head := r.Desk(m)
	if m.Second {
		r.OK(r.Casework.Propose(r.Ctx(), officer, m.ID, rig.Yes))
		r.OK(r.Casework.Sign(r.Ctx(), head, m.ID))
	} else {
		r.OK(r.Casework.Decide(r.Ctx(), officer, m.ID, rig.Yes))
	}
	return r.In(caseID, def, casework.Approved)
}

func certificate(r *rig.Rig, m casework.Matter) (credential.Certificate, bool) {
	r.T.Helper()
	c, found, err := r.Credentials.OfMatter(r.Ctx(), r.Store.Read(), m.ID)
	r.OK(err)
	return c, found
}

func newborn(r *rig.Rig, by identity.Actor, answers guide.Answers, given map[string]string) casework.Case {
	r.T.Helper()
	return r.Apply(by, "newborn", answers, given)
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	t.Run("is issued once, however often the job runs", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			c := r.Apply(r.For("wang", rig.Xinyuan), "open-a-restaurant", rig.Restaurant, nil)
			m := decide(r, c.ID, "food-licence")
			about := casework.About{Case: c.ID, Matter: m.ID}
			var all sync.WaitGroup
			errs := make([]error, 8)
			for i := range errs {
				all.Go(func() { errs[i] = r.Fulfilment.Fulfil(r.Ctx(), about) })
			}
			all.Wait()
			for _, err := range errs {
				if err != nil && !fault.Is(err, fault.Conflict) { // somebody beside was quicker; the queue tries again
					t.Error(err)
				}
			}
			r.Work()
			r.OK(r.Fulfilment.Fulfil(r.Ctx(), about))
			r.OK(r.Store.Write(r.Ctx(), func(tx *db.Tx) error {
				return r.Jobs.Enqueue(r.Ctx(), tx, job.Job{Kind: casework.JobFulfil, Args: about})
			}))
			r.Work()
			if n := r.Count("credential_certificate", "matter = $1", m.ID); n != 1 {
				t.Errorf("%d certificates", n)
			}
			if n := r.Count("credential_counter", "type = $1 AND last = 1", "food-licence"); n != 1 {
				t.Error("serial numbers were lost")
			}
			if n := r.Count("casework_event", "matter_id = $1 AND kind = 'fulfilled'", m.ID); n != 1 {
				t.Errorf("carried out %d times", n)
			}
			cert, found := certificate(r, m)
			if !found || cert.Status != credential.InForce || cert.Holder != rig.Xinyuan || cert.IssuedOn != "2026-11-24" || cert.To != "2031-11-23" {
				t.Errorf("the certificate is %+v", cert)
			}
			if credential.Verify(r.Keys.Seal(), cert) != nil || !ref.CheckCertificateIdentifier(cert.Identifier) || cert.AuditID == "" {
				t.Error("seal, identifier or record do not hold")
			}
			if got := r.Matter(c.ID, "food-licence").Result; got.Certificate != cert.ID || got.Values["number"] != cert.Number || got.Values["business_name"] != "示范市鑫源餐饮有限公司" {
				t.Errorf("the result is %+v", got)
			}
		})
	})
	t.Run("that was prepared when the process died is published as it was prepared", func(t *testing.T) {
		t.Parallel()
		rig.Each(t, func(t *testing.T, r *rig.Rig) {
			wang := r.As("wang")
			c := newborn(r, wang, rig.Newborn, map[string]string{"child_name": "李明", "child_sex": "male"})
			r.Approve(c.ID, "birth-certificate")
			m := decide(r, c.ID, "household-registration")

			// The transaction that publishes fails, again and again: so it looks when a process dies in it.
			register := r.Fulfilment.Register
			r.Fulfilment.Register = func(string) (catalogue.Register, bool) { return catalogue.Register{}, false }
			var prepared credential.Certificate
			for i := range 3 {
				if err := r.Jobs.Drain(r.Ctx()); err == nil {
					t.Fatal("the publication was to fail")
				}
				cert, found := certificate(r, m)
				if !found || cert.Status != credential.Prepared || !cert.PublishedAt.IsZero() {
					t.Fatalf("after the failure the certificate is %+v", cert)
				}
				if i > 0 && (cert.ID != prepared.ID || cert.Number != prepared.Number || cert.Fields["id_number"] != prepared.Fields["id_number"]) {
					t.Fatalf("another try prepared %+v instead of %+v", cert, prepared)
				}
				prepared = cert
				r.Pass(time.Minute)
			}
			if held := rig.Must(r.Credentials.OfHolder(r.Ctx(), r.Store.Read(), wang.Self, "", 100))(r); len(held) != 2 { // birth certificate and vaccination
				t.Errorf("a prepared certificate is shown: %d are", len(held))
			}
			if m := r.Matter(c.ID, "household-registration"); m.Result != nil {
				t.Error("the matter counts as carried out")
			}
			r.In(c.ID, "medical-insurance", casework.Waiting)
			r.Fulfilment.Register = register
			r.Work()
			cert, _ := certificate(r, m)
			if cert.ID != prepared.ID || cert.Status != credential.InForce || credential.Verify(r.Keys.Seal(), cert) != nil {
				t.Errorf("published %+v, prepared %+v", cert, prepared)
			}
			r.In(c.ID, "medical-insurance", casework.Received)

			child := cert.Fields["id_number"]
			if !ref.CheckIDNumber(child) || child[:6] != "990100" || child[6:14] != "20261101" || (child[16]-'0')%2 != 1 {
				t.Errorf("the boy's number is %s", child)
			}
			rec := rig.Must(r.Registry.Look(r.Ctx(), r.Store.Read(), "household", child))(r)
			if rec.Version != 1 || rec.Matter != m.ID || rec.Values["name"] != "李明" || rec.Values["guardian_id"] != wang.Self || rec.Source != "police" {
				t.Errorf("the register says %+v", rec)
			}
			// The certificate shows only what its type has; the register's guardian is none of it.
			if _, shown := cert.Fields["guardian_id"]; shown {
				t.Error("the certificate shows the guardian's number")
			}
			r.For("wang", child) // a guardian acts for her child from now on
		})
	})
}

// Somebody who has the one licence that she can have, applies again and succeeds, has the new one; the
// old one has lapsed.
func TestSecondLicence(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		wang := r.For("wang", rig.Xinyuan)
		var licences []credential.Certificate
		for _, premises := range []string{"示范市美食街 12 号", "示范市美食街 30 号"} {
			c := r.Apply(wang, "open-a-restaurant", rig.Restaurant, map[string]string{"premises": premises})
			m := r.Approve(c.ID, "food-licence")
			licence, _ := certificate(r, m)
			if licence.Fields["address"] != premises || licence.Status != credential.InForce {
				t.Fatalf("the licence is %+v", licence)
			}
			licences = append(licences, licence)
			r.Pass(48 * time.Hour)
		}
		first, second := rig.Must(r.Credentials.Find(r.Ctx(), r.Store.Read(), licences[0].ID))(r), licences[1]
		if first.Status != credential.Lapsed || second.Replaces != first.ID || second.Revision != 2 || second.Number != first.Number {
			t.Errorf("the first is %s; the second replaces %q as number %s, revision %d", first.Status, second.Replaces, second.Number, second.Revision)
		}
		held, found, err := r.Credentials.Held(r.Ctx(), r.Store.Read(), rig.Xinyuan, "food-licence", string(r.Today()))
		if err != nil || !found || held.ID != second.ID {
			t.Errorf("she holds %v: %v", held.ID, err)
		}
	})
}

// TestExpiry: a food licence is valid for five years; the day after its last one it ends, once.
func TestExpiry(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		c := r.Apply(r.For("wang", rig.Xinyuan), "open-a-restaurant", rig.Restaurant, nil)
		cert, ok := certificate(r, r.Approve(c.ID, "food-licence"))
		if !ok || cert.To == "" {
			t.Fatalf("certificate %+v", cert)
		}
		status := func() credential.Status {
			t.Helper()
			again, err := r.Credentials.Find(r.Ctx(), r.Store.Read(), cert.ID)
			r.OK(err)
			return again.Status
		}
		r.GoTo(deadline.Day(cert.To))
		r.OK(r.Fulfilment.Expire(r.Ctx()))
		if got := status(); got != credential.InForce {
			t.Errorf("status %s on its last day, want in force", got)
		}
		r.GoTo(deadline.Day(cert.To).Add(1))
		for range 2 {
			r.OK(r.Fulfilment.Expire(r.Ctx()))
		}
		if got := status(); got != credential.Lapsed {
			t.Errorf("status %s the day after, want lapsed", got)
		}
		if n := r.Count("audit_entry", "action = $1", "certificate.expire"); n != 1 {
			t.Errorf("%d entries of the record, want 1", n)
		}
		r.Prove()
	})
}

// A form field that was not asked takes nothing out of the register that the result is recorded in.
func TestNotAsked(t *testing.T) {
	t.Parallel()
	dir := rig.Shifan(t)
	file := filepath.Join(dir, "services", "change-company", "service.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	asked, not := `when: kind != "individual", for: [change-registration], prefill: {register: business, field: capital}`, `when: kind == "partnership", for: [change-registration], prefill: {register: business, field: capital}`
	if bytes.Count(text, []byte(asked)) != 1 {
		t.Fatal("the service does not ask for the capital as it did")
	}
	if err := os.WriteFile(file, bytes.Replace(text, []byte(asked), []byte(not), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	r := rig.Open(t, app.Config{Data: rig.Data(t), Jurisdiction: dir})
	capital := func() string {
		return rig.Must(r.Registry.Look(r.Ctx(), r.Store.Read(), "business", rig.Xinyuan))(r).Values["capital"]
	}
	before := capital()
	c := r.Apply(r.For("wang", rig.Xinyuan), "change-company", guide.Answers{
		"licence": "normal", "kind": "company", "name": "true", "representative": "false", "address": "none", "capital": "none", "scope": "none",
		"holders": "false", "managers": "false", "seal": "false", "insured": "false", "fund": "false", "customs": "false", "bank": "false", "food": "false",
	}, map[string]string{"business_name": "示范市新源餐饮有限公司"})
	r.Approve(c.ID, "change-registration")
	if name := rig.Must(r.Registry.Look(r.Ctx(), r.Store.Read(), "business", rig.Xinyuan))(r).Values["name"]; name != "示范市新源餐饮有限公司" {
		t.Errorf("the name is %s", name)
	}
	if after := capital(); before == "" || after != before {
		t.Errorf("the capital was %q and is %q", before, after)
	}
}

func TestNewBusiness(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		sun := r.As("sun")
		if all := rig.Must(r.Mandate.For(r.Ctx(), sun.Self))(r); len(all) != 0 {
			t.Fatalf("before, she acts for %+v", all)
		}
		c := r.Apply(sun, "start-a-business", rig.Business, map[string]string{"business_name": "示范市晓燕面馆有限公司", "capital": "100000"})
		r.In(c.ID, "name-declaration", casework.Approved)
		m := r.Approve(c.ID, "registration")
		cert, _ := certificate(r, m)
		uscc := cert.Fields["uscc"]
		if !ref.CheckUSCC(uscc) || uscc[:2] != "91" || cert.Holder != uscc || cert.HolderName != "示范市晓燕面馆有限公司" {
			t.Fatalf("the licence of %q is held by %s, %s", uscc, cert.Holder, cert.HolderName)
		}
		rec := rig.Must(r.Registry.Look(r.Ctx(), r.Store.Read(), "business", uscc))(r)
		if rec.Version != 1 || rec.Values["legal_representative_id"] != sun.Self || rec.Values["status"] != "normal" || rec.Values["uscc"] != uscc || rec.Case != c.ID {
			t.Errorf("the register says %+v", rec)
		}
		all := rig.Must(r.Mandate.For(r.Ctx(), sun.Self))(r)
		if len(all) != 1 || all[0].Subject != uscc || all[0].Name != "示范市晓燕面馆有限公司" {
			t.Errorf("the founder acts for %+v", all)
		}
		if e := r.Case(c.ID).Evidence["new-licence"]; e.Values["uscc"] != uscc || e.Certificate != cert.ID {
			t.Errorf("the licence was handed on as %+v", e)
		}
		r.In(c.ID, "social-insurance", casework.Approved) // at the same time, by the system
		r.In(c.ID, "bank-appointment", casework.Waiting)  // needs the seal, too
		r.Approve(c.ID, "seal-filing")
		r.In(c.ID, "bank-appointment", casework.Received)
		for _, def := range []string{"tax-setup", "employee-insurance", "housing-fund", "bank-appointment"} {
			r.Approve(c.ID, def)
		}
		if r.Case(c.ID).ClosedAt.IsZero() {
			t.Error("the case is open")
		}
		// And at once the business applies for its restaurant.
		next := r.Apply(r.For("sun", uscc), "open-a-restaurant", rig.Restaurant, nil)
		r.In(next.ID, "licence-check", casework.Approved)
	})
}

// A name with a character that no font draws stops the document and nothing else. Once a font has it, the
// matter goes on by itself.
func TestNameThatCannotBePrinted(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		he := r.As("he")
		answers := guide.Answers{}
		for k, v := range rig.Newborn {
			answers[k] = v
		}
		answers["wedlock"], answers["matins"], answers["card"] = "false", "false", "false"
		c := newborn(r, he, answers, map[string]string{"child_name": "何安"})
		m := decide(r, c.ID, "birth-certificate")
		err := r.Jobs.Drain(r.Ctx())
		var f *fault.Error
		if !asFault(err, &f) || f.Code != "paper.no-glyph" || f.Args["code"] != "U+2EBF0" {
			t.Fatalf("jobs ended with %v, want that U+2EBF0 cannot be drawn", err)
		}
		if _, found := certificate(r, m); found || r.Count("credential_counter", "type = 'birth-certificate'") != 0 {
			t.Error("something was half issued")
		}
		if m := r.In(c.ID, "birth-certificate", casework.Approved); m.Result != nil {
			t.Error("the matter counts as carried out")
		}
		for range 25 { // until it has been tried often enough for somebody to look at it
			r.Pass(2 * time.Hour)
			_ = r.Jobs.Drain(r.Ctx())
		}
		stuck := rig.Must(r.Jobs.Stuck(r.Ctx(), 10))(r)
		if len(stuck) != 1 || stuck[0].Kind != casework.JobFulfil || stuck[0].LastError != "unavailable paper.no-glyph" {
			t.Fatalf("stuck jobs: %+v", stuck)
		}
		if _, found := certificate(r, m); found {
			t.Error("something was half issued")
		}

		// The operator adds a font that has the character, and says so.
		r.Fulfilment.Credentials = credential.New(credential.Config{
			Types: typesOf(r), Body: r.City().Org.Body, Seal: r.Keys.Seal(), Now: r.Now, Covers: func(...string) error { return nil },
		})
		r.OK(r.Store.Write(r.Ctx(), func(tx *db.Tx) error { return r.Jobs.Retry(r.Ctx(), tx, stuck[0].ID) }))
		r.Work()
		cert, found := certificate(r, m)
		if !found || cert.Fields["parent_name"] != "何𮯰" || cert.Status != credential.InForce {
			t.Errorf("the certificate is %+v", cert)
		}
		r.In(c.ID, "household-registration", casework.Received)
		if left := rig.Must(r.Jobs.Stuck(r.Ctx(), 10))(r); len(left) != 0 {
			t.Errorf("still stuck: %+v", left)
		}
	})
}

// A number that was made is given to one matter, also while nobody is recorded under it yet.
func TestMadeNumbers(t *testing.T) {
	t.Parallel()
	rig.Each(t, func(t *testing.T, r *rig.Rig) {
		// Two numbers are left for girls born on 15 November 2026.
		free := map[string]bool{ref.MakeIDNumber("990100", "2026-11-15", 444): true, ref.MakeIDNumber("990100", "2026-11-15", 446): true}
		r.OK(r.Gate.Do(r.Ctx(), identity.ForSystem("import"), func(tx *access.Tx) error {
			if err := tx.Permit(r.Ctx(), "register.write", access.Resource{Kind: "register", ID: "household", Purpose: "import"}); err != nil {
				return err
			}
			for seq := 2; seq < 1000; seq += 2 {
				if n := ref.MakeIDNumber("990100", "2026-11-15", seq); !free[n] {
					_, err := tx.ExecContext(r.Ctx(), `INSERT INTO fulfilment_number (register, number, matter_id, made_at) VALUES ($1, $2, $3, 0)`, "household", n, fmt.Sprintf("m_%d", seq))
					if err != nil {
						return err
					}
				}
			}
			return nil
		}))
		register := r.Fulfilment.Register
		r.Fulfilment.Register = func(string) (catalogue.Register, bool) { return catalogue.Register{}, false }
		var cases []casework.Case
		for i := range 3 {
			ma := r.As("ma")
			c := newborn(r, ma, rig.Newborn, map[string]string{"child_name": []string{"杨一", "杨二", "杨三"}[i], "child_sex": "female", "child_birth_date": "2026-11-15"})
			r.Approve(c.ID, "birth-certificate")
			decide(r, c.ID, "household-registration")
			_ = r.Jobs.Drain(r.Ctx()) // prepared, not published
			cases = append(cases, c)
		}
		r.Fulfilment.Register = register
		r.Pass(time.Hour)
		err := r.Jobs.Drain(r.Ctx())
		if err == nil {
			t.Error("a third number was found where there are two")
		}
		given := map[string]bool{}
		for _, c := range cases[:2] {
			m := r.Matter(c.ID, "household-registration")
			if m.Result == nil {
				t.Fatalf("a matter that has a number was not carried out: %v", err)
			}
			given[m.Result.Values["id_number"]] = true
		}
		if len(given) != 2 {
			t.Errorf("two children have the number %v", given)
		}
		for n := range given {
			if !free[n] {
				t.Errorf("%s was taken", n)
			}
		}
		if m := r.Matter(cases[2].ID, "household-registration"); m.Result != nil {
			t.Errorf("the third child got %v", m.Result)
		}
	})
}
