package measure

import (
	"slices"
	"time"
)

// Run is one timed stretch of one system.
type Run struct {
	Ops     int     `json:"ops"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu"`           // processor seconds of the system under test, kernel included
	P50     float64 `json:"p50,omitempty"` // milliseconds
	P99     float64 `json:"p99,omitempty"`
}

// Rate is the operations of a second.
func (r Run) Rate() float64 { return float64(r.Ops) / r.Seconds }

// Time is how long one operation took, in microseconds, where they come one after the other.
func (r Run) Time() float64 { return r.Seconds * 1e6 / float64(r.Ops) }

// CPUTime is the processor time of one operation in microseconds.
func (r Run) CPUTime() float64 { return r.CPU * 1e6 / float64(r.Ops) }

// Of makes a run of latencies, which it sorts.
func Of(took []time.Duration, whole time.Duration, cpu float64) Run {
	slices.Sort(took)
	return Run{Ops: len(took), Seconds: whole.Seconds(), CPU: cpu, P50: Quantile(took, 0.5), P99: Quantile(took, 0.99)}
}

// Quantile reads a quantile from sorted durations, in milliseconds.
func Quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(len(sorted)-1, int(q*float64(len(sorted))))].Nanoseconds()) / 1e6
}

// Median is the middle one of the values.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// Rounds lets every system run once, one after the other, and that again for the number of rounds, so that
// what else happens on the machine meets all of them alike.
func Rounds(rounds int, systems ...func() (Run, error)) ([][]Run, error) {
	out := make([][]Run, len(systems))
	for range rounds {
		for i, system := range systems {
			r, err := system()
			if err != nil {
				return nil, err
			}
			out[i] = append(out[i], r)
		}
	}
	return out, nil
}
