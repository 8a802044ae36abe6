package measure

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Loop is one closed loop over HTTP on the loopback: every client sends its next request when the answer
// to the one before has come.
type Loop struct {
	Clients int
	N       int
	Request func(client, i int) (*http.Request, error)       // i counts over all clients
	Check   func(i int, r *http.Response, body []byte) error // of every answer
	Pids    []int                                            // of the system under test
}

// NewClient makes a client that keeps one connection for each of n callers, follows no redirects and
// unpacks nothing.
func NewClient(n int) *http.Client {
	return &http.Client{
		Timeout:       time.Minute,
		Transport:     &http.Transport{MaxIdleConns: n, MaxIdleConnsPerHost: n, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Run sends the requests and times them.
func (l Loop) Run(ctx context.Context, client *http.Client) (Run, error) {
	var next atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var failed error
	var all sync.WaitGroup
	cpu, start := l.cpu(), time.Now()
	for c := range l.Clients {
		all.Go(func() {
			mine := make([]time.Duration, 0, l.N/l.Clients+16)
			var err error
			for err == nil {
				i := int(next.Add(1)) - 1
				if i >= l.N {
					break
				}
				var d time.Duration
				if d, err = l.one(ctx, client, c, i); err == nil {
					mine = append(mine, d)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			if failed == nil { // the others have most likely found the same
				failed = err
			}
		})
	}
	all.Wait()
	whole := time.Since(start)
	if failed != nil {
		return Run{}, failed
	}
	return Of(took, whole, l.cpu()-cpu), nil
}

func (l Loop) one(ctx context.Context, client *http.Client, c, i int) (time.Duration, error) {
	r, err := l.Request(c, i)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	answer, err := client.Do(r.WithContext(ctx))
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	d := time.Since(start)
	if err != nil {
		return 0, err
	}
	if err := l.Check(i, answer, body); err != nil {
		return 0, fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, err)
	}
	return d, nil
}

func (l Loop) cpu() (sum float64) {
	for _, pid := range l.Pids {
		sum += CPU(pid)
	}
	return sum
}

// Status checks that an answer has a status.
func Status(want int) func(int, *http.Response, []byte) error {
	return func(_ int, r *http.Response, body []byte) error {
		if r.StatusCode != want {
			return fmt.Errorf("status %d, want %d: %.300s", r.StatusCode, want, body)
		}
		return nil
	}
}

// With is the loop as something that can be run again and again.
func (l Loop) With(ctx context.Context, client *http.Client) func() (Run, error) {
	return func() (Run, error) { return l.Run(ctx, client) }
}
