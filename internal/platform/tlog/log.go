package tlog

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"sync/atomic"

	merkle "golang.org/x/mod/sumdb/tlog"

	"golang.org/x/mod/sumdb/note"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
)

// Schema makes the tables of the log.
//
//go:embed schema/*.sql
var Schema embed.FS

// Hash is a hash of the tree (SHA-256).
type Hash = merkle.Hash

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	bundles    = -1 // the level of leaves

	// MaxLeaf is the size of the largest leaf: bundles give its length in two bytes.
	MaxLeaf = 1<<16 - 1
)

// ErrBroken is returned when what is stored does not have the root of the newest checkpoint. Nothing is
// appended to or proved from such a log; Verify names what is broken.
var ErrBroken = errors.New("the log does not have the root of its newest checkpoint")

// Config says where the log is and who signs it.
type Config struct {
	Store     *db.Store
	Signer    note.Signer    // its name is the log's origin
	Verifiers note.Verifiers // all keys under which the log has ever signed
}

// Log is one Merkle log.
type Log struct {
	store  *db.Store
	signer note.Signer
	known  note.Verifiers
	opened atomic.Pointer[opened]
}

// opened is the checkpoint that was opened last: checking the same signature again is most of the cost of
// a proof.
type opened struct {
	note       string
	checkpoint Checkpoint
}

// New returns the log in the database.
func New(c Config) *Log { return &Log{store: c.Store, signer: c.Signer, known: c.Verifiers} }

// Origin names the log.
func (l *Log) Origin() string { return l.signer.Name() }

// Hold makes this transaction the only one that appends, until it ends, and returns the number of leaves.
func (l *Log) Hold(ctx context.Context, tx db.Queryer) (size int64, err error) {
	return holdHead(ctx, tx, l.Origin())
}

// Append adds leaves and signs a checkpoint that covers them, all in the caller's transaction, which has
// the log for itself from here to its end. It returns the number of the first of them.
func (l *Log) Append(ctx context.Context, tx db.Queryer, leaves [][]byte) (first int64, err error) {
	for i, leaf := range leaves {
		if len(leaf) > MaxLeaf {
			return 0, fmt.Errorf("append to log: leaf %d has %d bytes and may have %d", i, len(leaf), MaxLeaf)
		}
	}
	size, err := l.Hold(ctx, tx)
	if err != nil || len(leaves) == 0 {
		return size, err
	}
	e, err := l.edge(ctx, tx, size)
	if err != nil {
		return 0, fmt.Errorf("append to log of %d leaves: %w", size, err)
	}
	for _, leaf := range leaves {
		e.add(leaf)
	}
	signed, err := l.sign(Checkpoint{Origin: l.Origin(), Size: e.size, Root: e.root()})
	if err != nil {
		return 0, err
	}
	if err := writeTiles(ctx, tx, e.touched()); err != nil {
		return 0, err
	}
	if err := writeCheckpoint(ctx, tx, e.size, signed); err != nil {
		return 0, err
	}
	return size, moveHead(ctx, tx, l.Origin(), size, e.size)
}

// edge reads the right-hand edge of the tree and makes sure that it is the one that was signed.
func (l *Log) edge(ctx context.Context, q db.Queryer, size int64) (*edge, error) {
	c, _, err := l.newest(ctx, q)
	if err != nil {
		return nil, err
	}
	if c.Size != size {
		return nil, fmt.Errorf("%w: the head counts %d leaves and the checkpoint %d", ErrBroken, size, c.Size)
	}
	e := &edge{size: size}
	tiles, err := readTiles(ctx, q, e.coordinates())
	if err != nil {
		return nil, err
	}
	if err := e.fill(tiles); err != nil {
		return nil, err
	}
	if e.root() != c.Root {
		return nil, ErrBroken
	}
	return e, nil
}

// Checkpoint returns the newest checkpoint as a signed note. An empty log has one too.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) {
	_, signed, err := l.Newest(ctx)
	return signed, err
}

// Newest returns the newest checkpoint, its signature checked, with the note that says it.
func (l *Log) Newest(ctx context.Context) (Checkpoint, []byte, error) {
	return l.newest(ctx, l.store.Read())
}

func (l *Log) newest(ctx context.Context, q db.Queryer) (Checkpoint, []byte, error) {
	size, text, err := newestCheckpoint(ctx, q)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if text == "" {
		empty := Checkpoint{Origin: l.Origin(), Root: (&edge{}).root()}
		signed, err := l.sign(empty)
		return empty, signed, err
	}
	c, err := l.open(text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if c.Size != size || c.Origin != l.Origin() {
		return Checkpoint{}, nil, fmt.Errorf("%w: the checkpoint filed under %d is of %s with %d leaves", ErrBroken, size, c.Origin, c.Size)
	}
	return c, []byte(text), nil
}

func (l *Log) open(text string) (Checkpoint, error) {
	if o := l.opened.Load(); o != nil && o.note == text {
		return o.checkpoint, nil
	}
	c, err := OpenCheckpoint([]byte(text), l.known)
	if err == nil {
		l.opened.Store(&opened{text, c})
	}
	return c, err
}

// Tile returns width hashes of the tile: the first ones, when it has grown since.
func (l *Log) Tile(ctx context.Context, level int, index int64, width int) ([]byte, error) {
	if level < 0 {
		return nil, errNoTile
	}
	return l.cut(ctx, coordinate{int64(level), index}, width)
}

// Entries returns a bundle of the first width leaves from leaf 256 × index on, each behind its length in
// two bytes.
func (l *Log) Entries(ctx context.Context, index int64, width int) ([]byte, error) {
	return l.cut(ctx, coordinate{bundles, index}, width)
}

var errNoTile = fault.New(fault.NotFound, "error.log.no-tile")

func (l *Log) cut(ctx context.Context, at coordinate, width int) ([]byte, error) {
	if width < 1 || width > tileWidth || at.index < 0 {
		return nil, errNoTile
	}
	tiles, err := readTiles(ctx, l.store.Read(), []coordinate{at})
	if err != nil {
		return nil, err
	}
	data := tiles[at]
	end := width * merkle.HashSize
	if at.level == bundles {
		end = bundleEnd(data, width)
	}
	if end < 0 || end > len(data) {
		return nil, errNoTile
	}
	return data[:end], nil
}

// Leaf returns one leaf.
func (l *Log) Leaf(ctx context.Context, index int64) ([]byte, error) {
	data, err := l.Entries(ctx, index/tileWidth, int(index%tileWidth)+1)
	if err != nil {
		return nil, err
	}
	leaves, _ := parseBundle(data, tileWidth)
	return leaves[index%tileWidth], nil
}

// Proof proves that the leaf is in the tree of the given size (RFC 6962, 2.1.1).
func (l *Log) Proof(ctx context.Context, index, size int64) ([]Hash, error) {
	r, err := l.reader(ctx, size)
	if err != nil {
		return nil, fmt.Errorf("prove leaf %d: %w", index, err)
	}
	if index < 0 || index >= size {
		return nil, errNoTree
	}
	p, err := merkle.ProveRecord(size, index, r)
	if err != nil {
		return nil, fmt.Errorf("prove leaf %d in tree of %d: %w", index, size, err)
	}
	return p, nil
}

// Consistency proves that the tree of size m is the beginning of the tree of size n (RFC 6962, 2.1.2).
func (l *Log) Consistency(ctx context.Context, m, n int64) ([]Hash, error) {
	r, err := l.reader(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("prove consistency: %w", err)
	}
	if m < 1 || m > n {
		return nil, errNoTree
	}
	p, err := merkle.ProveTree(n, m, r)
	if err != nil {
		return nil, fmt.Errorf("prove consistency of trees of %d and %d: %w", m, n, err)
	}
	return p, nil
}

// Root returns the root of the tree of the given size.
func (l *Log) Root(ctx context.Context, size int64) (Hash, error) {
	if size == 0 {
		return (&edge{}).root(), nil
	}
	r, err := l.reader(ctx, size)
	if err != nil {
		return Hash{}, fmt.Errorf("root of tree of %d: %w", size, err)
	}
	return merkle.TreeHash(size, r)
}

var errNoTree = fault.New(fault.NotFound, "error.log.no-tree")

// reader reads hashes of the tree and checks each tile that it reads against the newest checkpoint.
func (l *Log) reader(ctx context.Context, size int64) (merkle.HashReader, error) {
	c, _, err := l.Newest(ctx)
	if err != nil {
		return nil, err
	}
	if size < 1 || size > c.Size {
		return nil, errNoTree
	}
	return merkle.TileHashReader(merkle.Tree{N: c.Size, Hash: c.Root}, tileReader{ctx, l.store.Read()}), nil
}

// tileReader reads tiles for golang.org/x/mod/sumdb/tlog.
type tileReader struct {
	ctx context.Context
	q   db.Queryer
}

func (r tileReader) Height() int { return tileHeight }

func (r tileReader) ReadTiles(want []merkle.Tile) ([][]byte, error) {
	at := make([]coordinate, len(want))
	for i, t := range want {
		at[i] = coordinate{int64(t.L), t.N}
	}
	tiles, err := readTiles(r.ctx, r.q, at)
	if err != nil {
		return nil, err
	}
	out := make([][]byte, len(want))
	for i, t := range want {
		data := tiles[at[i]]
		if len(data) < t.W*merkle.HashSize {
			return nil, fmt.Errorf("%w: tile %v is too short", ErrBroken, at[i])
		}
		out[i] = data[:t.W*merkle.HashSize]
	}
	return out, nil
}

func (r tileReader) SaveTiles([]merkle.Tile, [][]byte) {}
