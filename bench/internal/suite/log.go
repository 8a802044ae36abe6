package suite

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/measure"
)

// leafBytes is about the size of a leaf of the record: a commitment and what is public of an act.
const leafBytes = 300

// bareTree hashes n leaves into a Merkle tree and writes leaves and hashes to a file, on the disk after
// every batch: what no verifiable log can do without.
func bareTree(dir string, n, batch int) func() (measure.Run, error) {
	return func() (measure.Run, error) {
		f, err := os.Create(filepath.Join(dir, "tree"))
		if err != nil {
			return measure.Run{}, err
		}
		defer f.Close()
		leaf := make([]byte, leafBytes)
		if _, err := rand.Read(leaf); err != nil {
			return measure.Run{}, err
		}
		var hashes hashStore
		var size int64
		cpu, start := measure.Processor(), time.Now()
		for size < int64(n) {
			var out []byte
			for range min(batch, n-int(size)) {
				leaf[0], leaf[1], leaf[2] = byte(size), byte(size>>8), byte(size>>16)
				more, err := tlog.StoredHashes(size, leaf, &hashes)
				if err != nil {
					return measure.Run{}, err
				}
				hashes = append(hashes, more...)
				out = append(out, leaf...)
				for _, h := range more {
					out = append(out, h[:]...)
				}
				size++
			}
			if _, err := f.Write(out); err != nil {
				return measure.Run{}, err
			}
			if err := syscall.Fdatasync(int(f.Fd())); err != nil {
				return measure.Run{}, err
			}
		}
		return measure.Run{Ops: n, Seconds: time.Since(start).Seconds(), CPU: float64(measure.Processor()-cpu) / 1e9}, nil
	}
}

type hashStore []tlog.Hash

func (s *hashStore) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, x := range at {
		out[i] = (*s)[x]
	}
	return out, nil
}

// Log measures the record of acts: written, sealed into the tree, proved.
func Log(ctx context.Context, e *Env) ([]figures.Bench, error) {
	rounds, n, proofs := e.size(5, 3), e.size(30_000, 5_000), e.size(1000, 200)
	dir, remove, err := e.data("log")
	if err != nil {
		return nil, err
	}
	defer remove()
	house, err := e.child("house", "house", "-data", dir, "-jurisdiction", e.Jurisdiction)
	if err != nil {
		return nil, err
	}
	defer house.Stop()
	const batch = 1024
	written := int64(0)
	runs, err := measure.Rounds(rounds,
		func() (measure.Run, error) { written += int64(n); return ask(house, "append", n, written) },
		func() (measure.Run, error) { return ask(house, "seal", 0, 0) },
		bareTree(dir, n, batch),
		func() (measure.Run, error) { return ask(house, "proof", proofs, int64(proofs)) },
	)
	if err != nil {
		return nil, err
	}
	all := []figures.Bench{
		{Name: "log/write c=64", By: figures.Rate, What: "one act recorded in a durable transaction of its own, its details encrypted under the person's key and committed to", Ours: figures.System{Name: "tongban", Runs: runs[0]}},
		{Name: "log/append", By: figures.Rate, What: "one recorded row checked, made a leaf of the Merkle tree, durable with its tiles under a signed checkpoint",
			Ours:  figures.System{Name: "tongban", Runs: runs[1]},
			Limit: &figures.System{Name: "bare tree", Runs: runs[2], Note: fmt.Sprintf("leaves of %d B hashed, leaves and hashes written to a file, on the disk after every %d; no rows, no codes checked, no signature", leafBytes, batch)}},
		{Name: "log/proof", By: figures.P50, What: "the receipt of one entry with its inclusion proof, written as JSON and checked as an outsider would, signature and all", Ours: figures.System{Name: "tongban", Runs: runs[3]}},
	}
	for _, r := range runs[1] {
		if r.Ops < n {
			return nil, fmt.Errorf("%d rows were sealed, want %d at least", r.Ops, n)
		}
	}
	a, err := house.Ask("verify 1")
	if err != nil {
		return nil, err
	}
	all[1].Found("every row was sealed, and the record of %d entries verifies", a.Check)
	all[1].Demand("≥ 20 000 rows/s", all[1].Ours.Rate() >= e.bound(20_000), "%.0f/s", all[1].Ours.Rate())
	all[2].Demand("≤ 1 ms", all[2].Ours.Cost(figures.P50) <= 1/e.bound(1), "p50 %.3f ms, p99 %.3f ms", all[2].Ours.Cost(figures.P50), all[2].Ours.Cost(figures.P99))
	return all, nil
}
