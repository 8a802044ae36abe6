package guide

import (
	"maps"
	"syscall"
	"testing"
)

// Everybody who can use the restaurant service, answered fully, and led half-way.
func crowd(b *testing.B) (g *Guide, full, half []Answers) {
	g = compile(b, restaurant())
	people(g.service, func(a Answers) {
		if a["licence"] != "normal" {
			return
		}
		kept, _ := g.Prune(a)
		full = append(full, kept)
		some := maps.Clone(kept)
		for _, id := range []string{"commit", "sign", "tobacco"} {
			delete(some, id)
		}
		half = append(half, some)
	})
	return g, full, half
}

func BenchmarkPlan(b *testing.B) {
	g, full, half := crowd(b)
	b.Run("full", func(b *testing.B) { measure(b, func(n int) { g.Plan(full[n%len(full)]) }) })
	b.Run("half", func(b *testing.B) { measure(b, func(n int) { g.Plan(half[n%len(half)]) }) })
}

func BenchmarkNext(b *testing.B) {
	g, full, half := crowd(b)
	b.Run("ask", func(b *testing.B) { measure(b, func(n int) { g.Next(half[n%len(half)]) }) })
	b.Run("done", func(b *testing.B) { measure(b, func(n int) { g.Next(full[n%len(full)]) }) })
	b.Run("remaining", func(b *testing.B) { measure(b, func(n int) { g.Remaining(half[n%len(half)]) }) })
}

func BenchmarkCompile(b *testing.B) {
	s := restaurant()
	measure(b, func(int) {
		if g, problems := Compile(s); g == nil {
			b.Fatal(problems)
		}
	})
}

// measure runs f over and over and reports its processor time besides, which other work on the machine
// disturbs less.
func measure(b *testing.B, f func(n int)) {
	b.ReportAllocs()
	n, before := 0, processor()
	for ; b.Loop(); n++ {
		f(n)
	}
	b.ReportMetric(float64(processor()-before)/float64(n), "cpu-ns/op")
}

func processor() int64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return r.Utime.Nano() + r.Stime.Nano()
}

// Asking on costs no memory.
func TestNextAllocatesNothing(t *testing.T) {
	g := compile(t, restaurant())
	a := Answers{"licence": "normal", "prepack": "false", "raw": Unsure, "area": "80"}
	g.Next(a)
	if n := testing.AllocsPerRun(200, func() { g.Next(a); g.Remaining(a) }); n != 0 && !Racing {
		t.Errorf("Next and Remaining allocate %v times", n)
	}
}
