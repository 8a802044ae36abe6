package tlog

import (
	"context"
	"errors"
	"fmt"
	"math"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// Verify walks the whole log once, in bounded memory, beside a running server: every leaf against its
// hash, every tile against the one below, every checkpoint against the tree as it was then. It hands
// every leaf to each, in order; sound says whether the tree confirms it (a missing leaf is nil). The
// error is about the walk; what is broken is in the report.
func (l *Log) Verify(ctx context.Context, each func(index int64, leaf []byte, sound bool) error) (Report, error) {
	v := &verifier{log: l, ctx: ctx, each: each, after: math.MinInt64, report: Report{Origin: l.Origin()}}
	err := v.run()
	if err != nil {
		err = fmt.Errorf("verify log: %w", err)
	}
	return v.report, err
}

const (
	pageOfBundles     = 32
	pageOfCheckpoints = 256
)

type verifier struct {
	log    *Log
	ctx    context.Context
	each   func(int64, []byte, bool) error
	report Report

	size   int64
	newest *Checkpoint // of exactly size leaves, when there is one that is good
	walked int64       // leaves behind us
	spine  spine       // roots of full subtrees of what is behind us
	levels []rising    // from level 1 up

	checks     []storedCheckpoint // read ahead
	after      int64              // they are read up to this size
	lastCheck  bool               // there are no more
	headBroken bool
}

// rising is a tile above the leaves, computed from below.
type rising struct {
	index  int64
	hashes []Hash
}

func (v *verifier) run() error {
	if err := v.measure(); err != nil {
		return err
	}
	if err := v.checkpointsHere(); err != nil {
		return err
	}
	for v.walked < v.size {
		if err := v.page(); err != nil {
			return err
		}
	}
	for level := range v.levels { // what is left at the right-hand edge
		if err := v.upper(level + 1); err != nil {
			return err
		}
	}
	v.report.Size, v.report.Root = v.size, v.spine.root()
	return v.ends()
}

// measure finds out how many leaves there should be. The head says it, the newest checkpoint says it, and
// the last bundle shows it: what two of them say holds, and the third is broken.
func (v *verifier) measure() error {
	return v.steadily(func(head int64, hasHead bool) error {
		v.report.Findings = Findings{}
		filed, text, err := newestCheckpoint(v.ctx, v.log.store.Read())
		if err != nil {
			return err
		}
		last, err := lastBundle(v.ctx, v.log.store.Read())
		if err != nil {
			return err
		}
		v.vote(head, hasHead, filed, text, last)
		return nil
	})
}

func (v *verifier) vote(head int64, hasHead bool, filed int64, text string, last tile) {
	shown := int64(0)
	if last.data != nil {
		leaves, _ := parseBundle(last.data, tileWidth)
		shown = last.index*tileWidth + int64(len(leaves))
	}
	if !hasHead && text == "" && shown == 0 {
		return // nothing was ever appended
	}
	v.size = head
	c, err := OpenCheckpoint([]byte(text), v.log.known)
	signed := err == nil && c.Size == filed && c.Origin == v.log.Origin()
	if signed && head != filed && (head != shown || !hasHead) {
		v.size = filed
	}
	v.size = max(v.size, 0)
	if signed && filed == v.size {
		v.newest = &c
	}
	v.headBroken = !hasHead || head != v.size
	switch {
	case !hasHead:
		v.report.Add(Head, v.log.Origin(), Missing, -1)
	case head != v.size:
		v.report.Add(Head, v.log.Origin(), Altered, -1)
	case filed != v.size:
		v.report.Add(StoredCheckpoint, fmt.Sprint(v.size), Missing, -1)
	}
}

// steadily runs fn with the head that stood still meanwhile: what fn reads in several questions is then
// of one moment.
func (v *verifier) steadily(fn func(head int64, hasHead bool) error) error {
	for range 100 {
		before, err := readHeads(v.ctx, v.log.store.Read())
		if err != nil {
			return err
		}
		head, ok := before[v.log.Origin()]
		if err := fn(head, ok); err != nil {
			return err
		}
		after, err := readHeads(v.ctx, v.log.store.Read())
		if err != nil {
			return err
		}
		if after[v.log.Origin()] == head {
			return nil
		}
	}
	return errors.New("the log grows too fast")
}

// page walks a page of bundles and the tiles of hashes over them.
func (v *verifier) page() error {
	first := v.walked / tileWidth
	n := min(pageOfBundles, int((v.size-v.walked+tileWidth-1)/tileWidth))
	lower, err := v.read(bundles, first, n)
	if err != nil {
		return err
	}
	hashes, err := v.read(0, first, n)
	if err != nil {
		return err
	}
	for i := range int64(n) {
		if err := v.bundle(first+i, lower[first+i], hashes[first+i]); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) read(level, first int64, n int) (map[int64][]byte, error) {
	tiles, err := rangeOfTiles(v.ctx, v.log.store.Read(), coordinate{level, first}, n)
	out := make(map[int64][]byte, len(tiles))
	for _, t := range tiles {
		out[t.index] = t.data
	}
	return out, err
}

// bundle checks 256 leaves, or what is left, against their hashes, and lets the tree above decide which
// of the two was altered when they disagree.
func (v *verifier) bundle(index int64, data, stored []byte) error {
	n := int(min(tileWidth, v.size-v.walked))
	at := coordinate{bundles, index}
	leaves, rest := parseBundle(data, n)
	switch {
	case data == nil:
		v.report.Add(Bundle, at.String(), Missing, -1)
	case len(leaves) < n:
		v.report.Add(Bundle, at.String(), Malformed, int64(len(leaves)))
	case rest > 0 && n == tileWidth:
		v.report.Add(Bundle, at.String(), Malformed, -1)
	}
	v.report.Bundles++
	have := make([]Hash, len(leaves), n)
	for i, leaf := range leaves {
		have[i] = LeafHash(leaf)
	}
	want := v.tile(coordinate{0, index}, stored, n)
	good, err := v.decide(index, have, want, n)
	if err != nil {
		return err
	}
	for i, h := range good {
		var leaf []byte
		if i < len(leaves) {
			leaf = leaves[i]
		}
		if err := v.each(v.walked, leaf, leaf != nil && have[i] == h); err != nil {
			return err
		}
		v.spine.add(h)
		v.walked++
		if err := v.checkpointsHere(); err != nil {
			return err
		}
	}
	if n == tileWidth {
		return v.rise(1, index, subtree(good))
	}
	return nil
}

// tile reads a stored tile of n hashes; nil when it cannot be.
func (v *verifier) tile(at coordinate, data []byte, n int) []Hash {
	v.report.Tiles++
	size := n * merkle.HashSize
	switch {
	case data == nil:
		v.report.Add(StoredTile, at.String(), Missing, -1)
		return nil
	case len(data) < size, len(data) > size && n == tileWidth, len(data)%merkle.HashSize != 0:
		v.report.Add(StoredTile, at.String(), Malformed, -1)
		if len(data) < size {
			return nil
		}
	}
	out := make([]Hash, n)
	for i := range out {
		out[i] = Hash(data[i*merkle.HashSize:])
	}
	return out
}

// decide compares the hashes of leaves with the tile over them, names what was altered, and returns the
// hashes to go on with.
func (v *verifier) decide(index int64, have, want []Hash, n int) ([]Hash, error) {
	diff := differences(have, want)
	if len(have) == n && (want == nil || len(diff) == 0) {
		return have, nil
	}
	if want == nil { // both are gone, and both are named
		return append(have, make([]Hash, n-len(have))...), nil
	}
	fits, err := v.fits(0, index, want)
	if err != nil {
		return nil, err
	}
	if !fits && len(have) == n {
		if fits, err = v.fits(0, index, have); err != nil {
			return nil, err
		}
		for _, i := range diff {
			v.report.Add(StoredTile, coordinate{0, index}.String(), Altered, i)
			if !fits {
				v.report.Add(Bundle, coordinate{bundles, index}.String(), Altered, i)
			}
		}
		return have, nil
	}
	for _, i := range diff {
		v.report.Add(Bundle, coordinate{bundles, index}.String(), Altered, i)
	}
	return want, nil
}

// fits tells whether what stands above confirms the hashes of a tile: for a full tile the tile above it,
// for one at the edge the newest checkpoint.
func (v *verifier) fits(level int, index int64, hashes []Hash) (bool, error) {
	if len(hashes) == tileWidth {
		up := coordinate{int64(level) + 1, index / tileWidth}
		tiles, err := readTiles(v.ctx, v.log.store.Read(), []coordinate{up})
		if err != nil {
			return false, err
		}
		at := int(index%tileWidth) * merkle.HashSize
		data := tiles[up]
		return len(data) >= at+merkle.HashSize && Hash(data[at:]) == subtree(hashes), nil
	}
	if v.newest == nil {
		return false, nil
	}
	// The spine holds everything to the left of this tile when it is asked at the edge: for level 0
	// what is walked, for a higher level what is below is to its right.
	return v.edgeRoot(level, hashes) == v.newest.Root, nil
}

// edgeRoot is the root of the whole tree if the tile at the edge of the level held these hashes. It is
// asked only at the end of the walk (level 1 up) or in its last bundle (level 0).
func (v *verifier) edgeRoot(level int, hashes []Hash) Hash {
	e := edge{levels: make([][]Hash, max(len(v.levels)+1, level+1))}
	for i, r := range v.levels {
		e.levels[i+1] = r.hashes
	}
	if level > 0 {
		e.levels[0] = v.spine.last(int(width(v.size, 0)))
	}
	e.levels[level] = hashes
	return e.root()
}

// rise puts the root of a full tile into the tile above it.
func (v *verifier) rise(level int, index int64, h Hash) error {
	if level > len(v.levels) {
		v.levels = append(v.levels, rising{})
	}
	r := &v.levels[level-1]
	r.index = index / tileWidth
	r.hashes = append(r.hashes, h)
	if len(r.hashes) < tileWidth {
		return nil
	}
	return v.upper(level)
}

// upper compares a tile above the leaves, full or at the end of the walk, with what was computed for it.
func (v *verifier) upper(level int) error {
	r := &v.levels[level-1]
	if len(r.hashes) == 0 {
		return nil
	}
	at := coordinate{int64(level), r.index}
	tiles, err := readTiles(v.ctx, v.log.store.Read(), []coordinate{at})
	if err != nil {
		return err
	}
	good := r.hashes
	stored := v.tile(at, tiles[at], len(r.hashes))
	if diff := differences(r.hashes, stored); stored != nil && len(diff) > 0 {
		fits, err := v.fits(level, r.index, stored)
		if err != nil {
			return err
		}
		for _, i := range diff {
			if fits { // the tile is right, and everything below it was altered in step
				below := coordinate{int64(level) - 1, r.index*tileWidth + i}
				v.report.Add(StoredTile, below.String(), Disagrees, -1)
			} else {
				v.report.Add(StoredTile, at.String(), Altered, i)
			}
		}
		if fits {
			good = stored
		}
	}
	if len(good) < tileWidth {
		return nil
	}
	h, index := subtree(good), r.index
	r.hashes = r.hashes[:0]
	return v.rise(level+1, index, h)
}

func differences(have, want []Hash) []int64 {
	var out []int64
	for i := range min(len(have), len(want)) {
		if have[i] != want[i] {
			out = append(out, int64(i))
		}
	}
	return out
}

// checkpointsHere compares the tree walked so far with the checkpoints that were signed for it.
func (v *verifier) checkpointsHere() error {
	for {
		if len(v.checks) == 0 && !v.lastCheck {
			page, err := checkpointsAfter(v.ctx, v.log.store.Read(), v.after, pageOfCheckpoints)
			if err != nil {
				return err
			}
			v.checks = page
			v.lastCheck = len(page) < pageOfCheckpoints
			if len(page) > 0 {
				v.after = page[len(page)-1].size
			}
		}
		if len(v.checks) == 0 || v.checks[0].size > v.walked {
			return nil
		}
		v.checkpoint(v.checks[0])
		v.checks = v.checks[1:]
	}
}

func (v *verifier) checkpoint(s storedCheckpoint) {
	v.report.Checkpoints++
	id := fmt.Sprint(s.size)
	c, err := OpenCheckpoint([]byte(s.note), v.log.known)
	switch {
	case err != nil:
		v.report.Add(StoredCheckpoint, id, Unsigned, -1)
	case c.Size != s.size || c.Origin != v.log.Origin():
		v.report.Add(StoredCheckpoint, id, Altered, -1)
	case c.Root != v.spine.root():
		v.report.Add(StoredCheckpoint, id, Disagrees, -1)
	}
}

// ends looks for what does not belong: other heads, checkpoints and tiles beyond the tree, and tiles at
// its edge that are longer than it.
func (v *verifier) ends() error {
	var found Findings
	err := v.steadily(func(head int64, _ bool) error {
		found = Findings{}
		size := max(v.size, head)
		if v.headBroken {
			size = v.size
		}
		heads, err := readHeads(v.ctx, v.log.store.Read())
		if err != nil {
			return err
		}
		for origin := range heads {
			if origin != v.log.Origin() {
				found.Add(Head, origin, Stray, -1)
			}
		}
		beyond, err := checkpointsAfter(v.ctx, v.log.store.Read(), size, 100)
		if err != nil {
			return err
		}
		for _, c := range beyond {
			found.Add(StoredCheckpoint, fmt.Sprint(c.size), Stray, -1)
		}
		stray, err := strayTiles(v.ctx, v.log.store.Read(), size)
		if err != nil {
			return err
		}
		for _, at := range stray {
			found.Add(thingAt(at), at.String(), Stray, -1)
		}
		return v.edgeEnds(size, &found)
	})
	for _, b := range found.Broken {
		v.report.Add(b.Thing, b.ID, b.Why, b.At)
	}
	return err
}

func (v *verifier) edgeEnds(size int64, found *Findings) error {
	e := edge{size: size}
	tiles, err := readTiles(v.ctx, v.log.store.Read(), e.coordinates())
	if err != nil {
		return err
	}
	for at, data := range tiles {
		end := int(width(size, int(max(at.level, 0)))) * merkle.HashSize
		if at.level == bundles {
			end = bundleEnd(data, int(width(size, 0)))
		}
		if end >= 0 && len(data) > end {
			found.Add(thingAt(at), at.String(), Malformed, -1)
		}
	}
	return nil
}

func thingAt(at coordinate) Thing {
	if at.level == bundles {
		return Bundle
	}
	return StoredTile
}

// tilesIn is the number of tiles in a level of a tree.
func tilesIn(size int64, level int) int64 {
	return (size>>(tileHeight*level) + tileWidth - 1) / tileWidth
}

// spine holds the roots of the full subtrees of a growing tree, from left to right, one for each bit of
// its size. The root of the tree costs one hash for each of them.
type spine struct {
	size  int64
	roots []Hash
	tail  []Hash // the hashes since the last full tile
}

func (s *spine) add(h Hash) {
	if s.size%tileWidth == 0 {
		s.tail = s.tail[:0]
	}
	s.tail = append(s.tail, h)
	for n := s.size; n&1 == 1; n >>= 1 {
		h = nodeHash(s.roots[len(s.roots)-1], h)
		s.roots = s.roots[:len(s.roots)-1]
	}
	s.roots = append(s.roots, h)
	s.size++
}

func (s *spine) root() Hash {
	if len(s.roots) == 0 {
		return (&edge{}).root()
	}
	h := s.roots[len(s.roots)-1]
	for i := len(s.roots) - 2; i >= 0; i-- {
		h = nodeHash(s.roots[i], h)
	}
	return h
}

// last returns the last n leaf hashes, n of them less than a tile.
func (s *spine) last(n int) []Hash {
	if n == 0 {
		return nil
	}
	return s.tail
}
