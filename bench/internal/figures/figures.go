package figures

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"tongban/bench/internal/measure"
)

// Report is one run of the suite.
type Report struct {
	Command    string            `json:"command"`
	Commit     string            `json:"commit"`
	Machine    string            `json:"machine"`
	Started    time.Time         `json:"started"`
	Seconds    float64           `json:"seconds"`
	LoadBefore float64           `json:"loadBefore"`
	LoadAfter  float64           `json:"loadAfter"`
	FloorP50   float64           `json:"floorP50"` // of 4 KB appended and on the disk, milliseconds
	FloorP99   float64           `json:"floorP99"`
	Versions   map[string]string `json:"versions"`
	Loose      bool              `json:"loose,omitempty"` // only what is far off a target counts as missed
	Benches    []Bench           `json:"benches"`
	Broken     []string          `json:"broken,omitempty"` // what could not be measured, and why
}

// noisyLoad is the load average before the run above which it is marked.
const noisyLoad = 2

// Noisy reports whether other work was on the machine when the run began.
func (r *Report) Noisy() bool { return r.LoadBefore > noisyLoad }

// By says what a comparison rests on.
type By string

// The ways to compare.
const (
	Rate By = "rate" // operations of a second, several callers at once
	Time By = "time" // how long one operation takes
	CPU  By = "cpu"  // processor time of one operation
	P50  By = "p50"  // median time until the answer
	P99  By = "p99"  // the same of the slowest hundredth
	None By = ""     // nothing is compared: targets only
)

// System is one of the systems that were run.
type System struct {
	Name string        `json:"name"`
	Note string        `json:"note,omitempty"`
	Runs []measure.Run `json:"runs"`
}

// Bench is one benchmark: what we did, what others did in the same run, and the limit of the machine.
type Bench struct {
	Name    string   `json:"name"`
	What    string   `json:"what"` // exactly one operation
	By      By       `json:"by"`
	Ours    System   `json:"ours"`
	Peers   []System `json:"peers,omitempty"`
	Limit   *System  `json:"limit,omitempty"`
	Checked []string `json:"checked"` // what was found right
	Targets []Target `json:"targets"`
}

// Target is one demand and what came of it.
type Target struct {
	Text string `json:"text"`
	Got  string `json:"got"`
	Met  bool   `json:"met"`
	// Strict targets are demanded of the smoke run too: they do not depend on how busy the machine is.
	Strict bool `json:"strict,omitempty"`
}

func (s System) median(of func(measure.Run) float64) float64 {
	values := make([]float64, len(s.Runs))
	for i, r := range s.Runs {
		values[i] = of(r)
	}
	return measure.Median(values)
}

// Cost is the median of what the comparison rests on, so that less is better.
func (s System) Cost(by By) float64 {
	return s.median(func(r measure.Run) float64 {
		switch by {
		case CPU:
			return r.CPUTime()
		case P50:
			return r.P50
		case P99:
			return r.P99
		}
		return r.Time()
	})
}

// Rate is the median rate.
func (s System) Rate() float64 { return s.median(measure.Run.Rate) }

// Times is how many times as good as the other system this one is: the median over the rounds, each of
// which ran both, one right after the other.
func (s System) Times(other System, by By) float64 {
	n := min(len(s.Runs), len(other.Runs))
	values := make([]float64, 0, n)
	for i := range n {
		mine, its := System{Runs: s.Runs[i : i+1]}, System{Runs: other.Runs[i : i+1]}
		if cost := mine.Cost(by); cost > 0 {
			values = append(values, its.Cost(by)/cost)
		}
	}
	return measure.Median(values)
}

// Fastest is the peer that comes nearest to us, or is furthest ahead.
func (b *Bench) Fastest() (System, bool) {
	best := -1
	for i, p := range b.Peers {
		if best < 0 || p.Cost(b.By) < b.Peers[best].Cost(b.By) {
			best = i
		}
	}
	if best < 0 {
		return System{}, false
	}
	return b.Peers[best], true
}

// Demand adds a target that a measured value is to be at least, or at most, of.
func (b *Bench) Demand(text string, met bool, format string, got ...any) {
	b.Targets = append(b.Targets, Target{Text: text, Got: fmt.Sprintf(format, got...), Met: met})
}

// Insist adds a target that holds on a busy machine too.
func (b *Bench) Insist(text string, met bool, format string, got ...any) {
	b.Demand(text, met, format, got...)
	b.Targets[len(b.Targets)-1].Strict = true
}

// Found adds something that was checked and found right.
func (b *Bench) Found(format string, args ...any) {
	b.Checked = append(b.Checked, fmt.Sprintf(format, args...))
}

// Counts counts the targets that were met and those that were not.
func (r *Report) Counts() (met, missed int) {
	for _, b := range r.Benches {
		for _, t := range b.Targets {
			if t.Met {
				met++
			} else {
				missed++
			}
		}
	}
	return met, missed + len(r.Broken)
}

// Save writes the report as JSON.
func (r *Report) Save(path string) error {
	b, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// Load reads a report.
func Load(path string) (*Report, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var r Report
	return &r, json.Unmarshal(b, &r)
}
