package recovery

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// TestOneFlippedByte damages copies of a data folder and of a receipt by one bit, and has the program
// find it and name it.
func TestOneFlippedByte(t *testing.T) {
	c := newCity(t, filepath.Join(t.TempDir(), "data"))
	c.open()
	e := errands[0]
	p := &person{city: c, ledger: &ledger{tried: map[string]bool{}, submitted: map[string]string{}, decided: map[string]bool{}, uploaded: map[string]bool{}},
		tokens: map[string]string{e.who: c.token(e.who)}, rng: rand.New(rand.NewPCG(1, 1)), http: &http.Client{Timeout: patience}}
	for _, who := range e.desks {
		p.tokens[who] = c.token(who)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.errand(ctx, e); err != nil {
		t.Fatal(err)
	}
	quiet(t, c)
	var receipt answer
	for _, id := range p.ledger.submitted {
		var err error
		if receipt, err = p.call(ctx, e.who, "GET", "/cases/"+id+"/receipt", nil, 200); err != nil {
			t.Fatal(err)
		}
	}
	c.stop() // brings the database's journal into its file

	verify := func(t *testing.T, data string) (int, string) {
		t.Helper()
		return run(t, "verify", "--data", data)
	}
	if code, out := verify(t, c.data); code != 0 {
		t.Fatalf("the undamaged data does not verify: exit code %d\n%s", code, out)
	}

	// A page that SQLite has freed may still hold what a value was before; damage there is none.
	whole, err := sql.Open("sqlite", "file:"+filepath.Join(c.data, "tongban.db"))
	if err == nil {
		_, err = whole.Exec(`VACUUM`)
	}
	if err = errors.Join(err, whole.Close()); err != nil {
		t.Fatal(err)
	}
	base := open(t, c.data)
	row := func(query string) (id string, content []byte) {
		t.Helper()
		if err := base.QueryRow(query).Scan(&id, &content); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return id, content
	}
	entry, detail := row(`SELECT id, detail FROM audit_entry WHERE action = 'draft.submit'`)
	_, commitment := row(`SELECT id, commitment FROM audit_entry WHERE action = 'draft.submit'`)
	_, mac := row(`SELECT id, mac FROM audit_entry WHERE action = 'draft.submit'`)
	key, secret := row(`SELECT k.id, k.secret FROM audit_key k JOIN audit_entry e ON e.key_id = k.id AND e.subject = k.subject WHERE e.action = 'draft.submit'`)
	_, bundle := row(`SELECT idx, data FROM tlog_tile WHERE level = -1 ORDER BY idx LIMIT 1`)
	_, tile := row(`SELECT idx, data FROM tlog_tile WHERE level = 0 ORDER BY idx LIMIT 1`)
	_, checkpoint := row(`SELECT size, note FROM tlog_checkpoint ORDER BY size DESC LIMIT 1`)
	if err := base.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(c.data, "tongban.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		holds []byte // what is damaged, in its middle
		named string // what the program says of it
	}{
		{"hidden detail of an entry", detail, entry}, {"commitment of an entry", commitment, entry}, {"code of an entry", mac, entry},
		{"key of an entry", secret, key}, {"leaf", part(bundle), "bundle tile/entries/000"}, {"tile", part(tile), "tile tile/0/000"}, {"checkpoint", checkpoint, "checkpoint"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at := bytes.Index(file, tt.holds)
			if at < 0 {
				t.Fatal("it is not in the file in one piece")
			}
			at += len(tt.holds) / 2
			damaged := append([]byte(nil), file...)
			damaged[at] ^= 1
			data := copyOf(t, c.data)
			if err := os.WriteFile(filepath.Join(data, "tongban.db"), damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			code, out := verify(t, data)
			t.Logf("byte %d: exit code %d\n%s", at, code, out)
			if code != 1 || !strings.Contains(out, tt.named) {
				t.Errorf("exit code %d, want 1 and the name %q\n%s", code, tt.named, out)
			}
		})
	}
	t.Run("column of an entry", func(t *testing.T) {
		t.Parallel()
		// A column stands in indexes, too; changed in all of them it is a forgery that SQLite cannot see.
		for _, change := range []string{
			`UPDATE audit_entry SET actor_id = 'p-wanf' WHERE action = 'draft.submit'`, `UPDATE audit_entry SET action = 'draft.submiu' WHERE action = 'draft.submit'`,
			`UPDATE audit_entry SET at = at + 1 WHERE action = 'draft.submit'`, `UPDATE audit_entry SET outcome = 'dond' WHERE action = 'draft.submit'`,
			`UPDATE audit_entry SET case_id = substr(case_id, 1, length(case_id) - 1) || 'y' WHERE action = 'draft.submit'`,
			`UPDATE audit_entry SET leaf = NULL WHERE action = 'draft.submit'`, `DELETE FROM audit_entry WHERE action = 'draft.submit'`,
		} {
			data := copyOf(t, c.data)
			forged, err := sql.Open("sqlite", "file:"+filepath.Join(data, "tongban.db"))
			if err != nil {
				t.Fatal(err)
			}
			if res, err := forged.Exec(change); err != nil {
				t.Fatal(err)
			} else if n, _ := res.RowsAffected(); n != 1 {
				t.Fatalf("%s changed %d rows", change, n)
			}
			if err := forged.Close(); err != nil {
				t.Fatal(err)
			}
			if code, out := verify(t, data); code != 1 {
				t.Errorf("after %s: exit code %d\n%s", change, code, out)
			}
		}
	})
	t.Run("receipt", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		path := filepath.Join(dir, "receipt.json")
		check := func(text []byte) (int, string) {
			t.Helper()
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			return run(t, "verify", "--data", c.data, "--receipt", path)
		}
		if code, out := check(receipt.raw); code != 0 {
			t.Fatalf("the receipt does not verify: exit code %d\n%s\n%s", code, out, receipt.raw)
		}
		for i := range 24 { // the exhaustive test is the record's own
			at := i * (len(receipt.raw) - 1) / 23
			damaged := append([]byte(nil), receipt.raw...)
			damaged[at] ^= 1
			if code, out := check(damaged); code != 1 {
				t.Errorf("with byte %d damaged (%q): exit code %d\n%s", at, damaged[max(0, at-20):min(len(damaged), at+20)], code, out)
			}
		}
	})
}

// part is a piece of a large value that lies in one page of the file.
func part(b []byte) []byte { return b[len(b)/2 : min(len(b), len(b)/2+64)] }

// copyOf copies a data folder; keys that others can read would be refused.
func copyOf(t *testing.T, data string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "data")
	err := filepath.WalkDir(data, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(data, path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o700); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}
