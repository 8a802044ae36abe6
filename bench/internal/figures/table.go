package figures

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"tongban/bench/internal/measure"
)

var head = []string{"name", "ours", "peer", "× peer", "limit", "× limit", "cpu/op ours", "cpu/op peer", "p50 ms", "p99 ms"}

// rows are the lines of the table of one benchmark: one for each peer, the fastest first.
func (b *Bench) rows() [][]string {
	if b.By == None {
		return nil
	}
	peers := slices.Clone(b.Peers)
	slices.SortFunc(peers, func(x, y System) int {
		if x.Cost(b.By) < y.Cost(b.By) {
			return -1
		}
		return 1
	})
	if len(peers) == 0 {
		peers = []System{{}}
	}
	var rows [][]string
	for i, p := range peers {
		row := []string{b.Name, b.shown(b.Ours), "–", "–", "–", "–", microseconds(b.Ours.Cost(CPU)), "–", milliseconds(b.Ours.Cost(P50)), milliseconds(b.Ours.Cost(P99))}
		if p.Name != "" {
			row[2], row[3], row[7] = p.Name+" "+b.shown(p), times(b.Ours.Times(p, b.By)), microseconds(p.Cost(CPU))
		}
		if b.Limit != nil && i == 0 {
			row[4], row[5] = b.Limit.Name+" "+b.shown(*b.Limit), times(b.Ours.Times(*b.Limit, b.By))
		}
		if i > 0 {
			row[0], row[1], row[6], row[8], row[9] = "", "", "", "", ""
		}
		rows = append(rows, row)
	}
	return rows
}

// shown is the middle of a system's figures with the least and the greatest.
func (b *Bench) shown(s System) string {
	if len(s.Runs) == 0 {
		return "–"
	}
	cost := func(r measure.Run) float64 { return System{Runs: []measure.Run{r}}.Cost(b.By) }
	if b.By == Rate {
		cost = measure.Run.Rate
	}
	values := make([]float64, len(s.Runs))
	for i, r := range s.Runs {
		values[i] = cost(r)
	}
	low, mid, high := slices.Min(values), measure.Median(values), slices.Max(values)
	switch b.By {
	case Rate:
		return fmt.Sprintf("%s/s (%s–%s)", number(mid), number(low), number(high))
	case P50, P99:
		return fmt.Sprintf("%s ms (%s–%s)", number(mid), number(low), number(high))
	}
	if mid >= 1000 {
		return fmt.Sprintf("%s ms (%s–%s)", number(mid/1000), number(low/1000), number(high/1000))
	}
	return fmt.Sprintf("%s µs (%s–%s)", number(mid), number(low), number(high))
}

// number writes three or four figures that mean something.
func number(v float64) string {
	switch {
	case v >= 1000:
		s := fmt.Sprintf("%.0f", v)
		var parts []string
		for len(s) > 3 {
			parts = append([]string{s[len(s)-3:]}, parts...)
			s = s[:len(s)-3]
		}
		return strings.Join(append([]string{s}, parts...), " ")
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

func times(v float64) string { return number(v) + " ×" }

func microseconds(v float64) string {
	if v == 0 {
		return "–"
	}
	return number(v) + " µs"
}

func milliseconds(v float64) string {
	if v == 0 {
		return "–"
	}
	return number(v)
}

// verdict says what came of a target. A loose run does not say that it was met.
func (r *Report) verdict(t Target) string {
	switch {
	case !t.Met:
		return "MISSED"
	case r.Loose && !t.Strict:
		return "not far off"
	}
	return "met"
}

// Print writes the report for a terminal.
func (r *Report) Print(w io.Writer) error {
	fmt.Fprintf(w, "\n%s\ncommit %s · %s\nload average before %.2f, after %.2f%s · floor: 4 KB on the disk p50 %.2f ms, p99 %.2f ms · took %.0f s\n\n",
		r.Command, r.Commit, r.Machine, r.LoadBefore, r.LoadAfter, r.mark(), r.FloorP50, r.FloorP99, r.Seconds)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(head, "\t"))
	for i := range r.Benches {
		for _, row := range r.Benches[i].rows() {
			fmt.Fprintln(t, strings.Join(row, "\t"))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	fmt.Fprintln(t, "target\tdemanded\tgot\t")
	for _, b := range r.Benches {
		for _, x := range b.Targets {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", b.Name, x.Text, x.Got, r.verdict(x))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, b := range r.Broken {
		fmt.Fprintf(w, "NOT MEASURED  %s\n", b)
	}
	return nil
}

func (r *Report) mark() string {
	if r.Noisy() {
		return " (noisy)"
	}
	return ""
}

// Markdown writes the report as RESULTS.md.
func (r *Report) Markdown(w io.Writer) error {
	met, missed := r.Counts()
	p := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	p("# Benchmarks\n")
	p("Written by `%s` from `results.json`; do not edit. How it is measured: [README.md](README.md).\n", r.Command)
	p("- %s · commit `%s` · %s · took %.0f s", r.Started.UTC().Format("2006-01-02 15:04 UTC"), r.Commit, r.Machine, r.Seconds)
	p("- load average before %.2f, after %.2f%s", r.LoadBefore, r.LoadAfter, map[bool]string{true: ": **noisy**, other work was on the machine; quote ratios and no absolute figure"}[r.Noisy()])
	p("- floor of durability here: 4 KB appended and on the disk p50 %.2f ms, p99 %.2f ms", r.FloorP50, r.FloorP99)
	var versions []string
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		versions = append(versions, name+" "+r.Versions[name])
	}
	p("- %s", strings.Join(versions, ", "))
	p("\n**%d targets met, %d missed.** Every ratio is how many times as good as the other we are: below 1 we lose.\n", met, missed)
	p("| %s |\n|%s", strings.Join(head, " | "), strings.Repeat("---|", len(head)))
	for i := range r.Benches {
		for _, row := range r.Benches[i].rows() {
			p("| %s |", strings.Join(row, " | "))
		}
	}
	p("\nMedian (least–greatest) over the rounds of one run, in which the systems took turns. A ratio is the median of the ratios of the rounds.\n")
	p("| benchmark | target | got | |\n|---|---|---|---|")
	for _, b := range r.Benches {
		for _, t := range b.Targets {
			p("| %s | %s | %s | %s |", b.Name, t.Text, t.Got, map[bool]string{true: "met", false: "**missed**"}[t.Met])
		}
	}
	p("\n## What one operation is, and what was checked\n")
	for _, b := range r.Benches {
		p("- **%s**: %s", b.Name, b.What)
		for _, s := range append(append([]System{b.Ours}, b.Peers...), limits(b)...) {
			if s.Note != "" {
				p("  - %s: %s", s.Name, s.Note)
			}
		}
		if len(b.Checked) > 0 {
			p("  - checked: %s", strings.Join(b.Checked, "; "))
		}
	}
	if len(r.Broken) > 0 {
		p("\n## Not measured\n")
		for _, b := range r.Broken {
			p("- %s", b)
		}
	}
	return nil
}

func limits(b Bench) []System {
	if b.Limit == nil {
		return nil
	}
	return []System{*b.Limit}
}
