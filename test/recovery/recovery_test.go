package recovery

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

const (
	defaultKills = 25 // RECOVERY_KILLS=200 is the full run
	clients      = 6
)

func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestKilledAtAnyMoment kills the server at random moments while clients carry applications through to
// their certificates, and starts it again on the same data each time.
func TestKilledAtAnyMoment(t *testing.T) {
	kills, seed := number(t, "RECOVERY_KILLS", defaultKills), number(t, "RECOVERY_SEED", 1)
	rng := rand.New(rand.NewPCG(uint64(seed), 0))
	c := newCity(t, filepath.Join(t.TempDir(), "data"))

	// The first start, which makes keys, tables and people, is killed as well, again and again.
	for _, after := range []time.Duration{5, 30, 80, 200, 500, 1200} {
		ready := c.launch()
		select {
		case <-time.After(after * time.Millisecond):
		case <-ready:
		}
		c.kill()
	}
	first := c.open()
	tokens := map[string]string{}
	for _, e := range errands {
		for _, who := range append(slices.Collect(values(e.desks)), e.who) {
			if tokens[who] == "" {
				tokens[who] = c.token(who)
			}
		}
	}

	l := &ledger{tried: map[string]bool{}, submitted: map[string]string{}, decided: map[string]bool{}, uploaded: map[string]bool{}}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	enough := make(chan struct{})
	var working sync.WaitGroup
	for i := range clients {
		p := &person{city: c, ledger: l, tokens: tokens, rng: rand.New(rand.NewPCG(uint64(seed), uint64(i+1))), http: &http.Client{Timeout: patience, Transport: &http.Transport{}}}
		working.Go(func() {
			for n := i; ; n++ {
				select {
				case <-enough:
					return
				default:
				}
				if err := p.errand(ctx, errands[n%len(errands)]); err != nil {
					t.Errorf("client %d: %v", i, err)
					return
				}
			}
		})
	}

	began := time.Now()
	var starts []time.Duration
	startup := 0
	for range kills {
		<-time.After(20*time.Millisecond + time.Duration(rng.IntN(800))*time.Millisecond)
		c.kill()
		for rng.IntN(8) == 0 { // and sometimes once more before it is up again
			startup++
			ready := c.launch()
			select {
			case <-time.After(time.Duration(rng.Int64N(int64(first) + 1))):
			case <-ready:
			}
			c.kill()
		}
		starts = append(starts, c.open())
		if t.Failed() {
			break
		}
	}
	took := time.Since(began)
	close(enough)
	working.Wait()
	quiet(t, c)
	c.stop()

	slices.Sort(starts)
	t.Logf("seed %d: %d kills in %v (%d of them while starting, 6 more during the first start); start to ready: median %v, 95 %% %v, longest %v",
		seed, c.kills, took.Round(time.Second), startup, starts[len(starts)/2].Round(time.Millisecond), starts[len(starts)*95/100].Round(time.Millisecond), starts[len(starts)-1].Round(time.Millisecond))
	t.Logf("%d requests, %d sent again; %d submissions acknowledged, %d decisions, %d uploads; %d cases went to their end",
		l.requests, l.repeated, len(l.submitted), len(l.decided), len(l.uploaded), l.finished)
	if said := c.errors.String(); strings.Contains(said, "panic") || strings.Contains(said, "level=ERROR") {
		t.Errorf("the server complained:\n%s", said)
	}
	inspect(t, c, l)
}

func values(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// quiet waits until the server has nothing left to do.
func quiet(t *testing.T, c *city) {
	t.Helper()
	base := open(t, c.data)
	defer base.Close() // the server brings its journal into the file only when nobody else has it open
	for end := time.Now().Add(patience); ; <-time.After(50 * time.Millisecond) {
		now := time.Now().UnixMicro()
		busy := one(t, base, `SELECT COUNT(*) FROM job_job WHERE due_at <= ? OR lease_by IS NOT NULL`, now) + one(t, base, `SELECT COUNT(*) FROM audit_entry WHERE leaf IS NULL`)
		if busy == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the server does not come to rest: %d things are left", busy)
		}
	}
}

func open(t *testing.T, data string) *sql.DB {
	t.Helper()
	base, err := sql.Open("sqlite", "file:"+filepath.Join(data, "tongban.db")+"?_pragma=query_only(1)&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { base.Close() })
	return base
}

func one(t *testing.T, base *sql.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := base.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// inspect compares what the clients were told with what the data holds.
func inspect(t *testing.T, c *city, l *ledger) {
	t.Helper()
	base := open(t, c.data)
	for draft, id := range l.submitted {
		if n := one(t, base, `SELECT COUNT(*) FROM casework_case WHERE draft = ? AND id = ?`, draft, id); n != 1 {
			t.Errorf("the submission of %s was acknowledged as %s and exists %d times", draft, id, n)
		}
	}
	for draft := range l.tried {
		if n := one(t, base, `SELECT COUNT(*) FROM casework_case WHERE draft = ?`, draft); n > 1 {
			t.Errorf("draft %s became %d cases", draft, n)
		}
	}
	for id := range l.decided {
		if n := one(t, base, `SELECT COUNT(*) FROM casework_matter WHERE id = ? AND state = 'approved'`, id); n != 1 {
			t.Errorf("the decision on %s was acknowledged and is gone", id)
		}
	}
	for hash := range l.uploaded {
		b, err := os.ReadFile(filepath.Join(c.data, "blobs", hash[:2], hash[2:]))
		if sum := sha256.Sum256(b); err != nil || hex.EncodeToString(sum[:]) != hash {
			t.Errorf("upload %s was acknowledged and is gone or damaged: %v", hash, err)
		}
	}
	for _, rule := range []struct{ what, query string }{
		{"open cases", `SELECT COUNT(*) FROM casework_case WHERE closed_at IS NULL`},
		{"matters that did not come to a good end", `SELECT COUNT(*) FROM casework_matter WHERE state <> 'approved'`},
		{"matters decided twice", `SELECT COUNT(*) FROM (SELECT matter_id FROM casework_event WHERE kind = 'ruled' GROUP BY matter_id HAVING COUNT(*) <> 1)`},
		{"matters not carried out exactly once", `SELECT COUNT(*) FROM casework_matter m WHERE (SELECT COUNT(*) FROM casework_event e WHERE e.matter_id = m.id AND e.kind = 'fulfilled') <> 1`},
		{"matters with two certificates", `SELECT COUNT(*) FROM (SELECT matter FROM credential_certificate GROUP BY matter HAVING COUNT(*) > 1)`},
		{"matters without the certificate that they give", `SELECT COUNT(*) FROM casework_matter m WHERE def IN ('sign-filing', 'birth-certificate', 'vaccination', 'household-registration', 'registration')
			AND NOT EXISTS (SELECT 1 FROM credential_certificate c WHERE c.matter = m.id AND c.status = '01')`},
		{"certificates that were prepared and not published", `SELECT COUNT(*) FROM credential_certificate WHERE published_at = 0`},
		{"numbers of certificates left out or given twice", `SELECT COUNT(*) FROM credential_counter k WHERE last <> (SELECT COUNT(DISTINCT number) FROM credential_certificate c WHERE c.type = k.type)`},
		{"made numbers that are not in their register exactly once", `SELECT COUNT(*) FROM fulfilment_number n WHERE (SELECT COUNT(*) FROM registry_record r WHERE r.register = n.register AND r.subject = n.number) <> 1`},
		{"filings not recorded exactly once", `SELECT COUNT(*) FROM casework_matter m WHERE def = 'prepack-filing' AND (SELECT COUNT(*) FROM registry_record r WHERE r.register = 'food-filing' AND r.matter = m.id) <> 1`},
		{"openings not told exactly once", `SELECT COUNT(*) FROM casework_case c WHERE (SELECT COUNT(*) FROM notice_message n WHERE n.case_id = c.id AND n.kind = 'opened') <> 1`},
		{"decisions not told exactly once", `SELECT COUNT(*) FROM casework_matter m WHERE (SELECT COUNT(*) FROM notice_message n WHERE n.matter_id = m.id AND n.kind = 'ruled') <> 1`},
		{"matters not invited to be rated exactly once", `SELECT COUNT(*) FROM casework_matter m WHERE (SELECT COUNT(*) FROM feedback_rating f WHERE f.matter_id = m.id) <> 1`},
		{"stuck jobs", `SELECT COUNT(*) FROM job_job WHERE stuck_at IS NOT NULL`},
	} {
		if n := one(t, base, rule.query); n != 0 {
			t.Errorf("%d %s", n, rule.what)
		}
	}
	t.Logf("%d cases, %d matters, %d certificates, %d messages, %d audit entries in the data",
		one(t, base, `SELECT COUNT(*) FROM casework_case`), one(t, base, `SELECT COUNT(*) FROM casework_matter`), one(t, base, `SELECT COUNT(*) FROM credential_certificate`),
		one(t, base, `SELECT COUNT(*) FROM notice_message`), one(t, base, `SELECT COUNT(*) FROM audit_entry`))
	if len(l.submitted) == 0 || l.repeated == 0 {
		t.Error("no load was running: nothing was tested")
	}
	code, out := run(t, append([]string{"verify"}, c.where()...)...)
	t.Logf("tongban verify: exit code %d\n%s", code, out)
	if code != 0 {
		t.Error("the log does not verify")
	}
}
