package audit

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/testkit/dbtest"
)

func eachEngine(b *testing.B, fn func(b *testing.B, s *db.Store)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, dbtest.SQLite(b, migrations...)) })
	b.Run("postgres", func(b *testing.B) { fn(b, dbtest.Postgres(b, migrations...)) })
}

// spent is the processor time of this process, which says more than the clock on a machine that others
// use too; that of a database server is not in it.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// One iteration is one entry, appended in a transaction of a hundred: what an act pays beside its commit.
func BenchmarkAppend(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *db.Store) {
		ctx, l := context.Background(), newLog(s, newRing(b))
		appendMany(b, l, 2000, wang)
		before := spent(b)
		b.ResetTimer()
		for n := 0; n < b.N; {
			err := s.Write(ctx, func(tx *db.Tx) error {
				for range 100 {
					if _, err := l.Append(ctx, tx, viewed(n, wang)); err != nil {
						return err
					}
					n++
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64((spent(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
	})
}

// One iteration is one entry in a durable transaction of its own, by 64 callers at once.
func BenchmarkAct(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *db.Store) {
		ctx, l := context.Background(), newLog(s, newRing(b))
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				err := s.Write(ctx, func(tx *db.Tx) error { _, err := l.Append(ctx, tx, viewed(i, wang)); return err })
				if err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acts/s")
	})
}

// One iteration seals 8192 entries.
func BenchmarkSeal(b *testing.B) {
	for _, size := range []int{256, 1024, 4096} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			eachEngine(b, func(b *testing.B, s *db.Store) {
				const n = 8192
				l := newLog(s, newRing(b))
				l.batch = size
				var cpu time.Duration
				for b.Loop() {
					b.StopTimer()
					for range n / 1024 {
						appendMany(b, l, 1024, wang)
					}
					b.StartTimer()
					before := spent(b)
					seal(b, l, n)
					cpu += spent(b) - before
				}
				b.ReportMetric(float64(cpu.Nanoseconds())/float64(b.N*n), "cpu-ns/row")
				b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "rows/s")
			})
		})
	}
}

func BenchmarkReceipt(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *db.Store) {
		ctx, l := context.Background(), newLog(s, newRing(b))
		l.batch = 4096
		var ids []string
		for range 50 {
			ids = append(ids, appendMany(b, l, 1000, wang)...)
		}
		seal(b, l, len(ids))
		b.Run("make", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, err := l.Receipt(ctx, ids[i*7919%len(ids)]); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("verify", func(b *testing.B) {
			r, err := l.Receipt(ctx, ids[4711])
			if err != nil {
				b.Fatal(err)
			}
			text, err := r.Text()
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := VerifyReceipt(text, l.keys.LogVerifier()); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// One iteration walks 50,000 entries about 50 persons.
func BenchmarkVerify(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *db.Store) {
		l := newLog(s, newRing(b))
		l.batch = 1024
		const n = 50_000
		for i := range n / 1000 {
			appendMany(b, l, 1000, fmt.Sprint("subject", i))
		}
		seal(b, l, n)
		before := spent(b)
		for b.Loop() {
			verified(b, l, n, n, 0)
		}
		b.ReportMetric(float64((spent(b)-before).Nanoseconds())/float64(b.N*n), "cpu-ns/row")
		b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "rows/s")
	})
}

func BenchmarkDraft(b *testing.B) {
	l := newLog(nil, newRing(b))
	e := viewed(1, wang)
	var once sync.Once
	for b.Loop() {
		d := l.draft(&e)
		once.Do(func() { b.Logf("detail of %d bytes", len(d.plain)) })
	}
}
