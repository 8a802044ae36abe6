package tlog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	merkle "golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is what a log has signed: so many leaves, and the root over them.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
}

func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

func (l *Log) sign(c Checkpoint) ([]byte, error) {
	b, err := note.Sign(&note.Note{Text: c.text()}, l.signer)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint of %d leaves: %w", c.Size, err)
	}
	return b, nil
}

// What can be wrong with a checkpoint.
var (
	ErrCheckpointForm      = errors.New("it is not written as c2sp.org/tlog-checkpoint demands")
	ErrCheckpointSignature = errors.New("it is not signed by a key of the log")
)

// OpenCheckpoint reads a checkpoint and checks its signatures; it needs no database. Every signature must
// be by a known key and everything written in the one possible way, so that no byte of an accepted
// checkpoint can be another.
func OpenCheckpoint(signed []byte, known note.Verifiers) (Checkpoint, error) {
	n, err := note.Open(signed, known)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w: %w", ErrCheckpointSignature, err)
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	again := n.Text + "\n"
	for _, s := range n.Sigs {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return Checkpoint{}, fmt.Errorf("checkpoint: %w: %w", ErrCheckpointForm, err)
		}
		if s.Name != c.Origin {
			return Checkpoint{}, fmt.Errorf("checkpoint: %w: %s signs for %s", ErrCheckpointSignature, s.Name, c.Origin)
		}
		again += "— " + s.Name + " " + s.Base64 + "\n"
	}
	if again != string(signed) { // a signature by an unknown key, or the same twice
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", ErrCheckpointSignature)
	}
	return c, nil
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w: %d lines", ErrCheckpointForm, len(lines)-1)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w: size %q", ErrCheckpointForm, lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != merkle.HashSize {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w: root %q", ErrCheckpointForm, lines[2])
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: Hash(root)}
	if c.Origin == "" || c.text() != text {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", ErrCheckpointForm)
	}
	return c, nil
}

// What a proof can fail with.
var (
	ErrNotIncluded  = errors.New("the proof does not lead from the leaf to the root")
	ErrInconsistent = errors.New("the proof does not lead from the one tree to the other")
)

// VerifyInclusion checks that the leaf is at the index of the tree; it needs no database.
func VerifyInclusion(proof []Hash, c Checkpoint, index int64, leaf []byte) error {
	if err := merkle.CheckRecord(proof, c.Size, c.Root, index, LeafHash(leaf)); err != nil {
		return ErrNotIncluded
	}
	return nil
}

// VerifyConsistency checks that the older tree is the beginning of the newer; it needs no database.
func VerifyConsistency(proof []Hash, older, newer Checkpoint) error {
	if err := merkle.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return ErrInconsistent
	}
	return nil
}
