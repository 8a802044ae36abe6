package tlog

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func TestOpenCheckpoint(t *testing.T) {
	t.Parallel()
	k, stranger := newSigner(t), newSigner(t)
	l := New(Config{Signer: k.Signer, Verifiers: k.known})
	good, err := l.sign(Checkpoint{origin, 70_000, LeafHash([]byte("root"))})
	if err != nil {
		t.Fatal(err)
	}
	c, err := OpenCheckpoint(good, k.known)
	if err != nil || c.Size != 70_000 || c.Root != LeafHash([]byte("root")) || c.Origin != origin {
		t.Fatalf("OpenCheckpoint() = %+v, %v", c, err)
	}

	t.Run("refuses every flipped bit", func(t *testing.T) {
		for i := range good {
			for bit := range 8 {
				bad := append([]byte(nil), good...)
				bad[i] ^= 1 << bit
				if c, err := OpenCheckpoint(bad, k.known); err == nil {
					t.Errorf("bit %d of byte %d: %+v was accepted", bit, i, c)
				}
			}
		}
	})

	text := c.text()
	for name, tt := range map[string]struct {
		text    string
		signers []note.Signer
		want    error
	}{
		"of a stranger":       {text, []note.Signer{stranger.Signer}, ErrCheckpointSignature},
		"with a stranger":     {text, []note.Signer{k.Signer, stranger.Signer}, ErrCheckpointSignature},
		"of another log":      {strings.Replace(text, origin, "elsewhere", 1), []note.Signer{k.Signer}, ErrCheckpointSignature},
		"without an origin":   {strings.Replace(text, origin, "", 1), []note.Signer{k.Signer}, ErrCheckpointForm},
		"with leading zeroes": {strings.Replace(text, "70000", "070000", 1), []note.Signer{k.Signer}, ErrCheckpointForm},
		"of less than none":   {strings.Replace(text, "70000", "-1", 1), []note.Signer{k.Signer}, ErrCheckpointForm},
		"of too many":         {strings.Replace(text, "70000", "99999999999999999999", 1), []note.Signer{k.Signer}, ErrCheckpointForm},
		"with a short root":   {fmt.Sprintf("%s\n1\nAAAA\n", origin), []note.Signer{k.Signer}, ErrCheckpointForm},
		"with an extension":   {text + "more\n", []note.Signer{k.Signer}, ErrCheckpointForm},
		"with too little":     {origin + "\n1\n", []note.Signer{k.Signer}, ErrCheckpointForm},
	} {
		b, err := note.Sign(&note.Note{Text: tt.text}, tt.signers...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := OpenCheckpoint(b, k.known); !errors.Is(err, tt.want) {
			t.Errorf("a checkpoint %s: %v, want %v", name, err, tt.want)
		}
	}
}

func FuzzOpenCheckpoint(f *testing.F) {
	k := newSigner(f)
	l := New(Config{Signer: k.Signer, Verifiers: k.known})
	good, err := l.sign(Checkpoint{origin, 3, Hash{}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("a\n1\n\n— a b\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := OpenCheckpoint(b, k.known); err == nil && string(b) != string(good) {
			t.Errorf("%q was accepted", b)
		}
	})
}
