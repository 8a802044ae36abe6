package keys

import (
	"bytes"
	"crypto/sha3"
	"encoding/hex"
	"errors"
	"testing"
)

// The vectors are those of https://c2sp.org/XAES-256-GCM.
func TestBox(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, aad, want string
		key             byte
	}{
		{"first bit of L is 0", "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271", 1},
		{"first bit of L is 1", "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := NewBox(bytes.Repeat([]byte{tt.key}, 32))
			if err != nil {
				t.Fatal(err)
			}
			nonce := []byte("ABCDEFGHIJKLMNOPQRSTUVWX")
			got := b.gcm(nonce[:12]).Seal(nil, nonce[12:], []byte("XAES-256-GCM"), []byte(tt.aad))
			if hex.EncodeToString(got) != tt.want {
				t.Errorf("ciphertext = %x, want %s", got, tt.want)
			}
		})
	}
	t.Run("ten thousand random messages", func(t *testing.T) {
		t.Parallel()
		from, sum := sha3.NewSHAKE128(), sha3.NewSHAKE128()
		read := func(n int) []byte { p := make([]byte, n); from.Read(p); return p }
		for range 10_000 {
			key, nonce := read(32), read(24)
			plain := read(int(read(1)[0]))
			aad := read(int(read(1)[0]))
			b, err := NewBox(key)
			if err != nil {
				t.Fatal(err)
			}
			sum.Write(b.gcm(nonce[:12]).Seal(nil, nonce[12:], plain, aad))
		}
		got := make([]byte, 32)
		sum.Read(got)
		if want := "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"; hex.EncodeToString(got) != want {
			t.Errorf("hash of all ciphertexts = %x, want %s", got, want)
		}
	})
}

func TestEncrypt(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	place := Place{"audit_key", "secret", "ak_1"}
	plain := []byte("320 bits of nothing")
	hidden := r.Encrypt(place, plain)
	if got, err := r.Decrypt(place, hidden); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("Decrypt() = %q, %v", got, err)
	}
	if bytes.Equal(hidden, r.Encrypt(place, plain)) {
		t.Error("the same text was hidden in the same way twice")
	}
	for i := range hidden {
		bad := bytes.Clone(hidden)
		bad[i] ^= 0x10
		if _, err := r.Decrypt(place, bad); !errors.Is(err, ErrUnreadable) {
			t.Errorf("Decrypt() with byte %d flipped = %v, want ErrUnreadable", i, err)
		}
	}
	for i := range hidden {
		if _, err := r.Decrypt(place, hidden[:i]); !errors.Is(err, ErrUnreadable) {
			t.Errorf("Decrypt() of %d bytes = %v, want ErrUnreadable", i, err)
		}
	}
	for _, other := range []Place{
		{"audit_key", "secret", "ak_2"},
		{"audit_key", "secretak", "_1"}, // the same letters, cut elsewhere
		{"audit_keysecret", "", "ak_1"},
		{},
	} {
		if _, err := r.Decrypt(other, hidden); !errors.Is(err, ErrUnreadable) {
			t.Errorf("Decrypt() at %v = %v, want ErrUnreadable", other, err)
		}
	}
	if _, err := NewBox(make([]byte, 16)); err == nil {
		t.Error("a key of 128 bits was accepted")
	}
}

func BenchmarkEncrypt(b *testing.B) {
	box, err := NewBox(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	place, plain := Place{"audit_entry", "detail", "ae_01"}, make([]byte, 400)
	for b.Loop() {
		box.Encrypt(place, plain)
	}
}
