package keys

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

const origin = "shifan.example/log"

func open(t *testing.T, dir string) *Ring {
	t.Helper()
	r, err := Open(context.Background(), Config{Dir: dir, Origin: origin})
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	return r
}

func TestOpen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()

	t.Run("makes the ring at the first start, for its owner alone", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "data", "keys")
		open(t, dir)
		for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, fileName): 0o600} {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != want {
				t.Errorf("mode of %s = %o, want %o", filepath.Base(path), got, want)
			}
		}
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) != 1 {
			t.Errorf("the folder holds %d files, want only the ring", len(left))
		}
	})

	t.Run("closes a folder that was open to others before the first start", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		open(t, dir)
		open(t, dir)
	})

	t.Run("reads the same keys at the next start", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		a := open(t, dir)
		hidden := a.Encrypt(Place{"t", "c", "1"}, []byte("王㴋䶮"))
		sig, err := a.Seal().Sign([]byte("certificate"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := Open(ctx, Config{Dir: dir}) // the origin may be left out
		if err != nil {
			t.Fatal(err)
		}
		if a.LogVerifier() != b.LogVerifier() || b.LogSigner().Name() != origin {
			t.Errorf("log keys %s and %s, want the same, named %s", a.LogVerifier(), b.LogVerifier(), origin)
		}
		if !bytes.Equal(a.Mac("subject", []byte("x")), b.Mac("subject", []byte("x"))) {
			t.Error("pseudonyms changed")
		}
		if plain, err := b.Decrypt(Place{"t", "c", "1"}, hidden); err != nil || string(plain) != "王㴋䶮" {
			t.Errorf("Decrypt() = %q, %v", plain, err)
		}
		if err := b.Seal().Verify([]byte("certificate"), sig); err != nil {
			t.Errorf("Verify() = %v", err)
		}
	})

	t.Run("gives one ring to processes that start at the same time", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "keys")
		got := make([]string, 8)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() {
				if r, err := Open(ctx, Config{Dir: dir}); err != nil {
					got[i] = err.Error()
				} else {
					got[i] = r.LogVerifier()
				}
			})
		}
		wg.Wait()
		for _, g := range got {
			if g != got[0] || !strings.HasPrefix(g, DefaultOrigin+"+") {
				t.Errorf("rings %q and %q, want one named %s", g, got[0], DefaultOrigin)
			}
		}
	})

	t.Run("refuses a folder or file that others read", func(t *testing.T) {
		t.Parallel()
		for _, name := range []string{"", fileName} {
			dir := t.TempDir()
			open(t, dir)
			path := filepath.Join(dir, name)
			if err := os.Chmod(path, 0o750); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(ctx, Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "open to others") {
				t.Errorf("Open() with %q at 0750 = %v, want a refusal", name, err)
			}
		}
	})

	t.Run("makes nothing where there is data already", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "keys")
		if _, err := Open(ctx, Config{Dir: dir, Existing: true}); !errors.Is(err, ErrLost) {
			t.Errorf("Open() = %v, want ErrLost", err)
		}
		if _, err := Rotate(ctx, Config{Dir: dir}, LogUse); !errors.Is(err, ErrLost) {
			t.Errorf("Rotate() = %v, want ErrLost", err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the folder is there: %v", err)
		}
		open(t, dir)
		if _, err := Open(ctx, Config{Dir: dir, Existing: true}); err != nil {
			t.Errorf("Open() = %v", err)
		}
	})

	t.Run("refuses another name for the log", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		open(t, dir)
		if _, err := Open(ctx, Config{Dir: dir, Origin: "elsewhere.example/log"}); err == nil || !strings.Contains(err.Error(), origin) {
			t.Errorf("Open() = %v, want a refusal that names %s", err, origin)
		}
		if _, err := Open(ctx, Config{Dir: t.TempDir(), Origin: "two words+plus"}); err == nil || !strings.Contains(err.Error(), "two words+plus") {
			t.Errorf("Open() = %v, want a refusal of the name", err)
		}
	})

	t.Run("names the damage of every flipped byte and makes nothing anew", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		open(t, dir)
		path := filepath.Join(dir, fileName)
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range good {
			bad := bytes.Clone(good)
			bad[i] ^= 1
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(ctx, Config{Dir: dir})
			if err == nil || !strings.Contains(err.Error(), path+" is damaged") {
				t.Fatalf("Open() with byte %d flipped = %v, want the damage named", i, err)
			}
		}
		for _, n := range []int{0, 1, len(good) / 2, len(good) - 1} {
			if err := os.WriteFile(path, good[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(ctx, Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "is damaged") {
				t.Errorf("Open() of the first %d bytes = %v, want the damage named", n, err)
			}
		}
	})
}

func TestRotate(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := t.TempDir()
	c := Config{Dir: dir, Origin: origin}
	old := open(t, dir)
	place := Place{"t", "c", "1"}
	hidden := old.Encrypt(place, []byte("details"))
	sig, err := old.Seal().Sign([]byte("certificate"))
	if err != nil {
		t.Fatal(err)
	}
	checkpoint, err := note.Sign(&note.Note{Text: origin + "\n1\nAAAA\n"}, old.LogSigner())
	if err != nil {
		t.Fatal(err)
	}
	var r *Ring
	for _, use := range []Use{LogUse, SealUse, DataUse} {
		if r, err = Rotate(ctx, c, use); err != nil {
			t.Fatalf("Rotate(%s) = %v", use, err)
		}
	}
	t.Run("puts new keys to use under the same name", func(t *testing.T) {
		if r.LogVerifier() == old.LogVerifier() || r.LogSigner().Name() != origin {
			t.Errorf("LogVerifier() = %s, want a new key of %s", r.LogVerifier(), origin)
		}
		if s, err := r.Seal().Sign([]byte("x")); err != nil || s.Key != "seal-2" {
			t.Errorf("Sign() = key %q, %v, want seal-2", s.Key, err)
		}
		if h := r.Encrypt(place, nil); h[2] != 2 {
			t.Errorf("generation of new data = %d, want 2", h[2])
		}
	})
	t.Run("still reads and verifies what the old ones made", func(t *testing.T) {
		if plain, err := r.Decrypt(place, hidden); err != nil || string(plain) != "details" {
			t.Errorf("Decrypt() = %q, %v", plain, err)
		}
		if err := r.Seal().Verify([]byte("certificate"), sig); err != nil {
			t.Errorf("Verify() = %v", err)
		}
		if _, err := note.Open(checkpoint, r.LogVerifiers()); err != nil {
			t.Errorf("open old checkpoint: %v", err)
		}
		if got := r.LogVerifierKeys(); len(got) != 2 || got[1] != old.LogVerifier() {
			t.Errorf("LogVerifierKeys() = %v, want the old one second", got)
		}
	})
	t.Run("forgets the secrets of keys that sign no more", func(t *testing.T) {
		f, err := readFile(filepath.Join(dir, fileName))
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range f.Keys {
			retired := k.ID == "log-1" || k.ID == "seal-1"
			if (k.Secret == "") != retired {
				t.Errorf("key %s keeps its secret: %v, want %v", k.ID, k.Secret != "", !retired)
			}
		}
	})
	t.Run("leaves pseudonyms as they are", func(t *testing.T) {
		if _, err := Rotate(ctx, c, MacUse); err == nil {
			t.Error("Rotate(mac) = nil, want a refusal")
		}
	})
}

func TestMac(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	if bytes.Equal(r.Mac("session", []byte("x")), r.Mac("subject", []byte("x"))) {
		t.Error("two purposes gave one code")
	}
	if bytes.Equal(r.Mac("session", []byte("x")), r.Mac("session", []byte("y"))) {
		t.Error("two texts gave one code")
	}
	if s := hex.EncodeToString(r.Mac("session", nil)); len(s) != 64 {
		t.Errorf("code of %d digits, want 64", len(s))
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir()).Seal()
	payload := []byte("食品经营许可证")
	sig, err := s.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	if sig.Algorithm != P256 || !sig.Demo || sig.Key != "seal-1" {
		t.Errorf("Sign() = %s by %s, demo %v; want a demonstration by seal-1", sig.Algorithm, sig.Key, sig.Demo)
	}
	again, err := s.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(sig.Value, again.Value) {
		t.Error("the same payload got two seals")
	}
	if err := s.Keys()[0].Verify(payload, sig); err != nil {
		t.Errorf("Verify() = %v", err)
	}
	flipped := func(b []byte, i int) []byte { c := bytes.Clone(b); c[i] ^= 1; return c }
	for name, bad := range map[string]Signature{
		"as if it were real":   {sig.Algorithm, sig.Key, false, sig.Value},
		"of another algorithm": {"sm2-sm3", sig.Key, true, sig.Value},
		"of another key":       {sig.Algorithm, "seal-2", true, sig.Value},
		"altered":              {sig.Algorithm, sig.Key, true, flipped(sig.Value, 20)},
		"empty":                {sig.Algorithm, sig.Key, true, nil},
	} {
		if err := s.Verify(payload, bad); err == nil {
			t.Errorf("a seal %s was accepted", name)
		}
	}
	for i := range payload {
		if err := s.Verify(flipped(payload, i), sig); err == nil {
			t.Errorf("the payload with byte %d flipped was accepted", i)
		}
	}
	if err := open(t, t.TempDir()).Seal().Verify(payload, sig); err == nil {
		t.Error("the seal of another city was accepted")
	}
}
