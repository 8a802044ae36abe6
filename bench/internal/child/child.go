package child

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tongban/bench/internal/measure"
)

// verb carries out n operations of one kind.
type verb func(n int) (measure.Answer, error)

// obey reads lines "verb n" until there are no more.
func obey(in io.Reader, out io.Writer, verbs map[string]verb) error {
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		name, number, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.Atoi(number)
		do, ok := verbs[name]
		if err != nil || !ok {
			return fmt.Errorf("do not understand %q", lines.Text())
		}
		answer, err := do(n)
		if err != nil {
			answer.Error = err.Error()
		}
		b, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, string(b)); err != nil {
			return err
		}
	}
	return lines.Err()
}

// together lets so many callers carry out n operations, and times each of them and the whole.
func together(callers, n int, op func(i int) error) (measure.Answer, error) {
	var next atomic.Int64
	var mu sync.Mutex
	took := make([]time.Duration, 0, n)
	var failed error
	var all sync.WaitGroup
	cpu, start := measure.Processor(), time.Now()
	for range callers {
		all.Go(func() {
			mine := make([]time.Duration, 0, n/callers+16)
			var err error
			for err == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					break
				}
				began := time.Now()
				if err = op(i); err == nil {
					mine = append(mine, time.Since(began))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			if err != nil && failed == nil {
				failed = err
			}
		})
	}
	all.Wait()
	whole := time.Since(start)
	if failed != nil {
		return measure.Answer{}, failed
	}
	return answer(took, whole, measure.Processor()-cpu), nil
}

func answer(took []time.Duration, whole time.Duration, cpu int64) measure.Answer {
	slices.Sort(took)
	return measure.Answer{
		N: int64(len(took)), NS: whole.Nanoseconds(), CPU: cpu,
		P50: int64(measure.Quantile(took, 0.5) * 1e6), P99: int64(measure.Quantile(took, 0.99) * 1e6),
	}
}
