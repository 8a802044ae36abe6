package decision

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// People whose facts are in memory, as texts: all twenty conditions of a benefit for each, from the facts as
// registers write them.
func BenchmarkEntitled(b *testing.B) {
	w := makeWorkload(false)
	d, problems := Compile(w.vars, w.conds[:20])
	if d == nil {
		b.Fatal(problems)
	}
	p, slots := d.Program(d.Roots()), d.Slots()
	truths := make([]Truth, p.Len())
	found, n, before := 0, 0, processor()
	b.ReportAllocs()
	for ; b.Loop(); n++ {
		if err := d.Fill(slots, w.people[n%len(w.people)]); err != nil {
			b.Fatal(err)
		}
		p.Eval(slots, truths)
		if slices.Contains(truths, True) {
			found++
		}
	}
	b.ReportMetric(float64(n)/(float64(processor()-before)/1e9), "people/cpu-s")
	if found == 0 {
		b.Error("nobody is entitled to anything")
	}
}

// The workload of the guidance benchmark: 25 attributes, 40 conditions of two to four parts (thresholds,
// sets of options, yes and no), 1000 people. As in bench/, but made here, so that the package can be
// measured alone.
type workload struct {
	vars   []Variable
	conds  []Condition
	people []map[string]string
	hits   int // how many conditions hold for how many people, counted while generating
}

func makeWorkload(nested bool) workload {
	r := rand.New(rand.NewPCG(20200927, 1))
	numbers := []string{"age", "area", "staff", "income", "years", "capital", "children", "floors"}
	most := []int{90, 2000, 300, 60000, 40, 1000, 4, 6}
	choices := map[string][]string{"region": nil, "kind": nil, "industry": nil, "hukou": nil, "stage": nil, "premises": nil, "gender": nil}
	names := []string{"region", "kind", "industry", "hukou", "stage", "premises", "gender"}
	for i, n := range []int{12, 20, 8, 4, 15, 4, 2} {
		for o := range n {
			choices[names[i]] = append(choices[names[i]], fmt.Sprintf("第%d类%s", o, strings.Repeat("市", o%3)))
		}
	}
	booleans := []string{"has_agent", "has_food", "has_alcohol", "sells_online", "is_disabled", "is_veteran", "is_graduate", "has_property", "is_married", "has_violation"}
	var w workload
	for _, n := range numbers {
		w.vars = append(w.vars, Variable{Name: n, Kind: Integer})
	}
	for _, n := range names {
		w.vars = append(w.vars, Variable{Name: n, Kind: Enum, Options: choices[n]})
	}
	for _, n := range booleans {
		w.vars = append(w.vars, Variable{Name: n})
	}
	type part func(map[string]string) bool
	var rules [][]part
	for i := range 40 {
		var text []string
		var parts []part
		used := map[string]bool{}
		for range 2 + r.IntN(3) {
			var name, s string
			var p part
			switch r.IntN(3) {
			case 0:
				j := r.IntN(len(numbers))
				limit, less := most[j]/4+r.IntN(most[j]/2+1), r.IntN(2) == 1
				name = numbers[j]
				s = fmt.Sprintf("%s >= %d", name, limit)
				if less {
					s = fmt.Sprintf("%s < %d", name, limit)
				}
				p = func(m map[string]string) bool { n, _ := strconv.Atoi(m[name]); return (n < limit) == less }
			case 1:
				name = names[r.IntN(len(names))]
				all := choices[name]
				set := []string{all[r.IntN(len(all))]}
				if len(all) > 4 {
					from := r.IntN(len(all) / 2)
					set = all[from : from+len(all)/2]
				}
				s = fmt.Sprintf("%s in [%s]", name, `"`+strings.Join(set, `", "`)+`"`)
				p = func(m map[string]string) bool { return slices.Contains(set, m[name]) }
			default:
				name = booleans[r.IntN(len(booleans))]
				want := strconv.FormatBool(r.IntN(2) == 0)
				s = name
				if want == "false" {
					s = "!" + s
				}
				p = func(m map[string]string) bool { return m[name] == want }
			}
			if !used[name] {
				used[name] = true
				text, parts = append(text, s), append(parts, p)
			}
		}
		join := " && "
		if nested && len(text) > 2 { // a && (b || c …): no product
			w.conds = append(w.conds, Condition{Name: fmt.Sprint("R", i), Text: text[0] + " && (" + strings.Join(text[1:], " || ") + ")"})
			some := parts[1:]
			parts = []part{parts[0], func(m map[string]string) bool {
				return slices.ContainsFunc(some, func(p part) bool { return p(m) })
			}}
		} else {
			w.conds = append(w.conds, Condition{Name: fmt.Sprint("R", i), Text: strings.Join(text, join)})
		}
		rules = append(rules, parts)
	}
	for range 1000 {
		m := map[string]string{}
		for j, n := range numbers {
			m[n] = strconv.Itoa(r.IntN(most[j] + 1))
		}
		for _, n := range names {
			m[n] = choices[n][r.IntN(len(choices[n]))]
		}
		for _, n := range booleans {
			m[n] = strconv.FormatBool(r.IntN(2) == 1)
		}
		w.people = append(w.people, m)
		for _, parts := range rules {
			if !slices.ContainsFunc(parts, func(p part) bool { return !p(m) }) {
				w.hits++
			}
		}
	}
	return w
}

func (w workload) compile(t testing.TB) (*Diagram, *Program, []Slots) {
	d, problems := Compile(w.vars, w.conds)
	if problems != nil {
		t.Fatal(problems)
	}
	p := d.Program(d.Roots())
	people := make([]Slots, len(w.people))
	for i, answers := range w.people {
		people[i] = d.Slots()
		if err := d.Fill(people[i], answers); err != nil {
			t.Fatal(err)
		}
	}
	return d, p, people
}

var workloads = []struct {
	name   string
	nested bool
}{{"products", false}, {"nested", true}}

// The workload's conditions hold as often as its plain Go says; and nothing on the way allocates.
func TestWorkload(t *testing.T) {
	for _, tt := range workloads {
		t.Run(tt.name, func(t *testing.T) {
			w := makeWorkload(tt.nested)
			d, p, people := w.compile(t)
			out, hits := make([]Truth, p.Len()), 0
			for _, s := range people {
				p.Eval(s, out)
				for _, truth := range out {
					hits += int(truth)
				}
			}
			if hits != w.hits || hits == 0 {
				t.Errorf("hits = %d, want %d", hits, w.hits)
			}
			half := slices.Clone(people[0])
			for v := range half {
				if v%2 == 1 {
					half[v] = Unanswered
				}
			}
			slots, live, list := d.Slots(), make([]bool, len(w.vars)), make([]int, 0, len(w.vars))
			for name, f := range map[string]func(){
				"Program.Eval":       func() { p.Eval(people[0], out) },
				"Program.Eval, half": func() { p.Eval(half, out) },
				"Eval":               func() { d.Eval(p.Root(0), half) },
				"Next":               func() { p.Next(half) },
				"Live":               func() { p.Live(half, live) },
				"Because":            func() { list = p.Because(3, people[0], list[:0]) },
				"Fill": func() {
					if err := d.Fill(slots, w.people[0]); err != nil {
						t.Fatal(err)
					}
				},
			} {
				f()
				if n := testing.AllocsPerRun(200, f); n != 0 && !racing {
					t.Errorf("%s allocates %v times", name, n)
				}
			}
		})
	}
}

func BenchmarkEval40(b *testing.B) {
	for _, tt := range workloads {
		w := makeWorkload(tt.nested)
		d, p, people := w.compile(b)
		out, list := make([]Truth, p.Len()), make([]int, 0, len(w.vars))
		half := make([]Slots, len(people)) // answered up to some question
		for i, s := range people {
			half[i] = slices.Clone(s)
			for v := i % len(s); v < len(s); v++ {
				half[i][v] = Unanswered
			}
		}
		slots := d.Slots()
		for _, x := range []struct {
			name string
			f    func(n int)
		}{
			{"slots", func(n int) { p.Eval(people[n%1000], out) }},
			{"map", func(n int) {
				if err := d.Fill(slots, w.people[n%1000]); err != nil {
					b.Fatal(err)
				}
				p.Eval(slots, out)
			}},
			{"walk", func(n int) {
				for i, r := range p.roots {
					out[i] = d.Eval(r, people[n%1000])
				}
			}},
			{"half", func(n int) { p.Eval(half[n%1000], out) }},
			{"next", func(n int) { p.Next(half[n%1000]) }},
			{"because", func(n int) {
				for i := range p.roots {
					list = p.Because(i, people[n%1000], list[:0])
				}
			}},
		} {
			b.Run(tt.name+"/"+x.name, func(b *testing.B) { measure(b, x.f) })
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, tt := range workloads {
		b.Run(tt.name, func(b *testing.B) {
			w := makeWorkload(tt.nested)
			var nodes int
			measure(b, func(int) {
				d, problems := Compile(w.vars, w.conds)
				if problems != nil {
					b.Fatal(problems)
				}
				nodes = d.Nodes()
			})
			b.ReportMetric(float64(nodes), "nodes")
		})
	}
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
