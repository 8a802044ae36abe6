package tlog

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"
	merkle "golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/testkit/dbtest"
)

const origin = "shifan.example/log"

var migrations = []db.Migrations{{Package: "tlog", Files: Schema}}

type signed struct {
	note.Signer
	known note.Verifiers
}

func newSigner(t testing.TB) signed {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return signed{s, note.VerifierList(v)}
}

func newLog(t testing.TB, s *db.Store) *Log {
	t.Helper()
	k := newSigner(t)
	return New(Config{Store: s, Signer: k.Signer, Verifiers: k.known})
}

func leaf(i int64) []byte { return fmt.Appendf(nil, "leaf %d", i) }

func leaves(from, n int64) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = leaf(from + int64(i))
	}
	return out
}

func grow(t testing.TB, l *Log, from, n int64) {
	t.Helper()
	if n == 0 {
		return
	}
	err := l.store.Write(context.Background(), func(tx *db.Tx) error {
		first, err := l.Append(context.Background(), tx, leaves(from, n))
		if err == nil && first != from {
			t.Errorf("Append() = %d, want %d", first, from)
		}
		return err
	})
	if err != nil {
		t.Fatalf("Append() of %d leaves to %d = %v", n, from, err)
	}
}

// reference is the log as golang.org/x/mod/sumdb/tlog makes it, in memory.
type reference struct {
	size   int64
	hashes []Hash
}

func (r *reference) ReadHashes(at []int64) ([]Hash, error) {
	out := make([]Hash, len(at))
	for i, x := range at {
		out[i] = r.hashes[x]
	}
	return out, nil
}

func (r *reference) grow(t testing.TB, n int64) {
	t.Helper()
	for range n {
		h, err := merkle.StoredHashes(r.size, leaf(r.size), r)
		if err != nil {
			t.Fatal(err)
		}
		r.hashes = append(r.hashes, h...)
		r.size++
	}
}

func (r *reference) root(t testing.TB, n int64) Hash {
	t.Helper()
	h, err := merkle.TreeHash(n, r)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func open(t testing.TB, l *Log) Checkpoint {
	t.Helper()
	b, err := l.Checkpoint(context.Background())
	if err != nil {
		t.Fatalf("Checkpoint() = %v", err)
	}
	c, err := OpenCheckpoint(b, l.known)
	if err != nil {
		t.Fatalf("OpenCheckpoint() = %v", err)
	}
	return c
}

func verify(t testing.TB, l *Log) Report {
	t.Helper()
	next := int64(0)
	r, err := l.Verify(context.Background(), func(i int64, b []byte, sound bool) error {
		if i != next || sound && !bytes.Equal(b, leaf(i)) {
			t.Errorf("Verify() hands over leaf %d, %q, sound %v; want leaf %d", i, b, sound, next)
		}
		next++
		return nil
	})
	if err != nil {
		t.Fatalf("Verify() = %v", err)
	}
	return r
}

func TestLogOfSize(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		ctx := context.Background()
		l := newLog(t, s)
		var ref reference
		for _, size := range []int64{0, 1, 2, 255, 256, 257, 511, 512, 513, 1024, 65_535, 65_536, 65_537, 70_000} {
			grow(t, l, ref.size, size-ref.size)
			ref.grow(t, size-ref.size)
			c := open(t, l)
			if want := ref.root(t, size); c.Size != size || c.Root != want || c.Origin != origin {
				t.Fatalf("checkpoint = %+v, want %d leaves and root %v", c, size, want)
			}
			r := verify(t, l)
			if !r.OK() || r.Size != size || r.Root != c.Root || r.Bundles != (size+255)/256 {
				t.Fatalf("Verify() of %d leaves = %+v", size, r)
			}
			for _, at := range []int64{0, 1, 254, 255, 256, size / 2, size - 1} {
				if at < 0 || at >= size {
					continue
				}
				p, err := l.Proof(ctx, at, size)
				if err != nil {
					t.Fatalf("Proof(%d, %d) = %v", at, size, err)
				}
				if err := VerifyInclusion(p, c, at, leaf(at)); err != nil {
					t.Errorf("VerifyInclusion(%d of %d) = %v", at, size, err)
				}
				if err := VerifyInclusion(p, c, at, leaf(at+1)); !errors.Is(err, ErrNotIncluded) {
					t.Errorf("VerifyInclusion(%d of %d) of another leaf = %v, want ErrNotIncluded", at, size, err)
				}
				if got, err := l.Leaf(ctx, at); err != nil || !bytes.Equal(got, leaf(at)) {
					t.Errorf("Leaf(%d) = %q, %v", at, got, err)
				}
			}
		}
		for _, tile := range merkle.NewTiles(tileHeight, 0, 70_000) {
			want, err := merkle.ReadTileData(tile, &ref)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := l.Tile(ctx, tile.L, tile.N, tile.W); err != nil || !bytes.Equal(got, want) {
				t.Errorf("Tile(%d, %d, %d) differs from the reference (%v)", tile.L, tile.N, tile.W, err)
			}
		}
		t.Run("refuses what is beyond", func(t *testing.T) {
			for name, ask := range map[string]func() error{
				"leaf":        func() error { _, err := l.Leaf(ctx, 70_000); return err },
				"tile":        func() error { _, err := l.Tile(ctx, 0, 274, 1); return err },
				"wider tile":  func() error { _, err := l.Tile(ctx, 2, 0, 2); return err },
				"level":       func() error { _, err := l.Tile(ctx, -1, 0, 1); return err },
				"wider":       func() error { _, err := l.Entries(ctx, 0, 257); return err },
				"empty":       func() error { _, err := l.Entries(ctx, 0, 0); return err },
				"proof":       func() error { _, err := l.Proof(ctx, 5, 70_001); return err },
				"proof past":  func() error { _, err := l.Proof(ctx, 5, 5); return err },
				"proof back":  func() error { _, err := l.Proof(ctx, -1, 5); return err },
				"consistency": func() error { _, err := l.Consistency(ctx, 9, 8); return err },
				"from none":   func() error { _, err := l.Consistency(ctx, 0, 8); return err },
			} {
				if err := ask(); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: %v, want not found", name, err)
				}
			}
		})
	})
}

// However the leaves come, tree and proofs are those of golang.org/x/mod/sumdb/tlog.
func TestProofs(t *testing.T) {
	t.Parallel()
	var ref reference
	ref.grow(t, 1500)
	store := dbtest.SQLite(t, migrations...)
	rapid.Check(t, func(r *rapid.T) {
		ctx := context.Background()
		if err := store.Write(ctx, func(tx *db.Tx) error { return wipe(ctx, tx) }); err != nil {
			r.Fatal(err)
		}
		l := newLog(t, store)
		size := int64(0)
		var sizes []int64
		for _, n := range rapid.SliceOfN(rapid.Int64Range(1, 300), 1, 5).Draw(r, "batches") {
			grow(t, l, size, n)
			size += n
			sizes = append(sizes, size)
		}
		n := rapid.Int64Range(1, size).Draw(r, "n")
		m := rapid.Int64Range(1, n).Draw(r, "m")
		i := rapid.Int64Range(0, n-1).Draw(r, "i")
		got, err := l.Proof(ctx, i, n)
		want, werr := merkle.ProveRecord(n, i, &ref)
		if err != nil || werr != nil || fmt.Sprint(got) != fmt.Sprint([]Hash(want)) {
			r.Fatalf("Proof(%d, %d) = %v, %v; want %v, %v", i, n, got, err, want, werr)
		}
		got, err = l.Consistency(ctx, m, n)
		wantTree, werr := merkle.ProveTree(n, m, &ref)
		if err != nil || werr != nil || fmt.Sprint(got) != fmt.Sprint([]Hash(wantTree)) {
			r.Fatalf("Consistency(%d, %d) = %v, %v; want %v, %v", m, n, got, err, wantTree, werr)
		}
		older := Checkpoint{origin, m, ref.root(t, m)}
		newer := Checkpoint{origin, n, ref.root(t, n)}
		if root, err := l.Root(ctx, n); err != nil || root != newer.Root {
			r.Fatalf("Root(%d) = %v, %v; want %v", n, root, err, newer.Root)
		}
		if err := VerifyConsistency(got, older, newer); err != nil {
			r.Fatalf("VerifyConsistency(%d, %d) = %v", m, n, err)
		}
		older.Root[3] ^= 1
		if err := VerifyConsistency(got, older, newer); !errors.Is(err, ErrInconsistent) {
			r.Fatalf("VerifyConsistency(%d, %d) of another tree = %v, want ErrInconsistent", m, n, err)
		}
		if rep := verify(t, l); !rep.OK() || rep.Checkpoints != int64(len(sizes)) {
			r.Fatalf("Verify() = %+v", rep)
		}
	})
}

func wipe(ctx context.Context, tx *db.Tx) error {
	for _, table := range []string{"tlog_tile", "tlog_checkpoint", "tlog_head"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table); err != nil {
			return err
		}
	}
	return nil
}

func TestAppend(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(t, s)

		t.Run("leaves nothing behind when the transaction fails", func(t *testing.T) {
			grow(t, l, 0, 300)
			before := open(t, l)
			undo := errors.New("changed my mind")
			for range 3 {
				err := s.Write(ctx, func(tx *db.Tx) error {
					if _, err := l.Append(ctx, tx, leaves(1_000_000, 700)); err != nil {
						return err
					}
					return undo
				})
				if !errors.Is(err, undo) {
					t.Fatalf("Write() = %v, want %v", err, undo)
				}
			}
			if got := open(t, l); got != before {
				t.Errorf("checkpoint = %+v, want %+v", got, before)
			}
			grow(t, l, 300, 500)
			if r := verify(t, l); !r.OK() || r.Size != 800 {
				t.Errorf("Verify() = %+v", r)
			}
		})

		t.Run("twice in one transaction is one after the other", func(t *testing.T) {
			err := s.Write(ctx, func(tx *db.Tx) error {
				for i := range int64(3) {
					if _, err := l.Append(ctx, tx, leaves(800+100*i, 100)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if r := verify(t, l); !r.OK() || r.Size != 1100 {
				t.Errorf("Verify() = %+v", r)
			}
		})

		t.Run("of nothing changes nothing", func(t *testing.T) {
			before := open(t, l)
			err := s.Write(ctx, func(tx *db.Tx) error { _, err := l.Append(ctx, tx, nil); return err })
			if got := open(t, l); err != nil || got != before {
				t.Errorf("checkpoint = %+v, %v; want %+v", got, err, before)
			}
		})

		t.Run("refuses a leaf that no bundle can hold", func(t *testing.T) {
			err := s.Write(ctx, func(tx *db.Tx) error {
				_, err := l.Append(ctx, tx, [][]byte{make([]byte, MaxLeaf+1)})
				return err
			})
			if err == nil {
				t.Error("Append() = nil, want a refusal")
			}
		})

		t.Run("never builds upon an edge that was altered", func(t *testing.T) {
			size := int64(1100)
			at := (&edge{size: size}).coordinates()
			if len(at) != 3 { // bundle, tile 0, tile 1
				t.Fatalf("edge of %d = %v", size, at)
			}
			for _, c := range at {
				restore := flip(t, s, "tlog_tile", "data", fmt.Sprintf("level = %d AND idx = %d", c.level, c.index), 9)
				err := s.Write(ctx, func(tx *db.Tx) error { _, err := l.Append(ctx, tx, leaves(size, 1)); return err })
				if !errors.Is(err, ErrBroken) {
					t.Errorf("Append() with %v altered = %v, want ErrBroken", c, err)
				}
				if _, err := l.Proof(ctx, size-1, size); err == nil && c.level != bundles {
					t.Errorf("Proof() with %v altered = nil, want an error", c)
				}
				restore()
			}
			other := New(Config{Store: s, Signer: newSigner(t).Signer, Verifiers: newSigner(t).known})
			err := s.Write(ctx, func(tx *db.Tx) error { _, err := other.Append(ctx, tx, leaves(size, 1)); return err })
			if !errors.Is(err, ErrCheckpointSignature) {
				t.Errorf("Append() with another key = %v, want ErrCheckpointSignature", err)
			}
			grow(t, l, size, 1)
		})
	})
}

// Appenders at the same time wait for each other; the tree does not fork and no leaf is lost.
func TestAppendConcurrently(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(t, s)
		const appenders, batches, each = 4, 12, 37
		var wg sync.WaitGroup
		for a := range appenders {
			wg.Go(func() {
				for b := range batches {
					err := s.Write(ctx, func(tx *db.Tx) error {
						in := make([][]byte, each)
						for i := range in {
							in[i] = fmt.Appendf(nil, "%d %d %d", a, b, i)
						}
						_, err := l.Append(ctx, tx, in)
						return err
					})
					if err != nil {
						t.Errorf("Append() = %v", err)
					}
				}
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		r, err := l.Verify(ctx, func(_ int64, b []byte, sound bool) error {
			if !sound || seen[string(b)] {
				t.Errorf("leaf %q: sound %v, seen before %v", b, sound, seen[string(b)])
			}
			seen[string(b)] = true
			return nil
		})
		if err != nil || !r.OK() || r.Checkpoints != appenders*batches || len(seen) != appenders*batches*each {
			t.Errorf("Verify() = %+v, %v, with %d leaves; want %d", r, err, len(seen), appenders*batches*each)
		}
	})
}

// A walk beside appends finds nothing broken.
func TestVerifyWhileGrowing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(t, s)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range int64(60) {
				grow(t, l, i*53, 53)
			}
		}()
		for walking := true; walking; {
			select {
			case <-done:
				walking = false
			default:
			}
			if r := verify(t, l); !r.OK() {
				t.Fatalf("Verify() = %+v", r)
			}
		}
	})
}
