package access_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/security/access"
	"tongban/internal/testkit/dbtest"
)

// BenchmarkDecide is one decision, with the entities built: the price of every permit.
func BenchmarkDecide(b *testing.B) {
	p := shifan(b)
	for _, q := range []struct{ action, who, own string }{
		{"draft.write", "person", "yes"},
		{"matter.accept", "officer", "no"},
		{"matter.sign", "head", "no"},
		{"case.read", "officer", "no"},
		{"register.read", "officer", "no"},
		{"register.read", "system", "no"},
		{"register.read", "counter", "no"},
	} {
		b.Run(q.action+"/"+q.who, func(b *testing.B) {
			by, on := matrixActors[q.who], base(q.action, q.who, q.own, "bound")
			b.ReportAllocs()
			began := processor(b)
			for b.Loop() {
				if _, err := p.Decide(by, access.Action(q.action), on); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processor(b)-began).Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkDo is a durable act on SQLite with one permit and one small write, and beside it the same
// write without the gate: the difference is the gate's price, most of it the audit row.
func BenchmarkDo(b *testing.B) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("gate/callers=%d", callers), func(b *testing.B) {
			o := newOffice(b, dbtest.SQLite(b, migrations...))
			ctx := context.Background()
			together(b, callers, func(id string) error {
				return o.Do(ctx, officer, func(tx *access.Tx) error {
					if err := tx.Permit(ctx, "matter.accept", matter("")); err != nil {
						return err
					}
					return leave(ctx, tx, id)
				})
			})
		})
		b.Run(fmt.Sprintf("bare/callers=%d", callers), func(b *testing.B) {
			o := newOffice(b, dbtest.SQLite(b, migrations...))
			ctx := context.Background()
			together(b, callers, func(id string) error {
				return o.store.Write(ctx, func(tx *db.Tx) error { return leave(ctx, tx, id) })
			})
		})
	}
}

// BenchmarkSee is an official read of one record with its durable entry.
func BenchmarkSee(b *testing.B) {
	o := newOffice(b, dbtest.SQLite(b, migrations...))
	ctx := context.Background()
	together(b, 1, func(string) error {
		return o.See(ctx, officer, func(v *access.View) error { return v.Permit(ctx, "register.read", register("c_1", "name")) })
	})
}

func together(b *testing.B, callers int, do func(id string) error) {
	b.ReportAllocs()
	var next atomic.Int64
	var wg sync.WaitGroup
	began := processor(b)
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				if err := do(fmt.Sprintf("a_%012d", n)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64((processor(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
}

// processor is the time that this process has spent on processors, which a busy machine does not distort
// as it does the clock.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
