package guide

import (
	"maps"
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
	b.Run("full", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			if p := g.Plan(full[n%len(full)]); !p.Complete {
				b.Fatal("incomplete")
			}
		}
	})
	b.Run("half", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			if p := g.Plan(half[n%len(half)]); p.Complete {
				b.Fatal("complete")
			}
		}
	})
}

func BenchmarkNext(b *testing.B) {
	g, full, half := crowd(b)
	for name, all := range map[string][]Answers{"ask": half, "done": full} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if _, more := g.Next(all[n%len(all)]); more != (name == "ask") {
					b.Fatal(more)
				}
			}
		})
	}
	b.Run("remaining", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			g.Remaining(half[n%len(half)])
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	s := restaurant()
	for b.Loop() {
		if g, problems := Compile(s); g == nil {
			b.Fatal(problems)
		}
	}
}

// Asking on costs no memory.
func TestNextAllocatesNothing(t *testing.T) {
	g := compile(t, restaurant())
	a := Answers{"licence": "normal", "prepack": "false", "raw": Unsure, "area": "80"}
	g.Next(a)
	if n := testing.AllocsPerRun(200, func() { g.Next(a); g.Remaining(a) }); n != 0 {
		t.Errorf("Next and Remaining allocate %v times", n)
	}
}
