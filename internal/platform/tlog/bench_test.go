package tlog

import (
	"context"
	"fmt"
	"testing"

	"tongban/internal/platform/db"
	"tongban/internal/testkit/dbtest"
)

func eachEngine(b *testing.B, fn func(b *testing.B, s *db.Store)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, dbtest.SQLite(b, migrations...)) })
	b.Run("postgres", func(b *testing.B) { fn(b, dbtest.Postgres(b, migrations...)) })
}

// One iteration is one leaf of 100 bytes, durable and in the tree.
func BenchmarkAppend(b *testing.B) {
	for _, batch := range []int{1, 16, 256, 1024, 4096} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			eachEngine(b, func(b *testing.B, s *db.Store) {
				ctx, l := context.Background(), newLog(b, s)
				in := make([][]byte, batch)
				for i := range in {
					in[i] = fmt.Appendf(nil, "%100d", i)
				}
				for n := 0; b.Loop(); n++ {
					if n%batch > 0 {
						continue
					}
					err := s.Write(ctx, func(tx *db.Tx) error { _, err := l.Append(ctx, tx, in); return err })
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
			})
		})
	}
}

// A proof out of 200,000 leaves, and its verification.
func BenchmarkProof(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *db.Store) {
		ctx, l := context.Background(), newLog(b, s)
		for i := range int64(20) {
			grow(b, l, 10_000*i, 10_000)
		}
		c := open(b, l)
		for i := int64(0); b.Loop(); i++ {
			at := i * 7919 % c.Size
			p, err := l.Proof(ctx, at, c.Size)
			if err != nil {
				b.Fatal(err)
			}
			if err := VerifyInclusion(p, c, at, leaf(at)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// One iteration is a walk over 100,000 leaves.
func BenchmarkVerify(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *db.Store) {
		l := newLog(b, s)
		const n = 100_000
		for i := range int64(n / 1000) {
			grow(b, l, 1000*i, 1000)
		}
		for b.Loop() {
			if r := verify(b, l); !r.OK() {
				b.Fatal(r.Broken)
			}
		}
		b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "leaves/s")
	})
}
