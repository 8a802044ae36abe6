// Command temporal is the peer of step/five: a worker for a Temporal development server. One workflow has
// five activities, one after the other. It reads lines "five N" and runs N workflows, sixteen at a time.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const clients = 16

var steps = []string{"受理", "预审", "审查", "决定", "发证"}

// Step is one activity.
func Step(_ context.Context, name string) (string, error) { return name + " ok", nil }

// Case is the workflow.
func Case(ctx workflow.Context) (int, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	for i, s := range steps {
		var done string
		if err := workflow.ExecuteActivity(ctx, Step, s).Get(ctx, &done); err != nil {
			return i, err
		}
	}
	return len(steps), nil
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(address string) error {
	c, err := client.Dial(client.Options{HostPort: address, Logger: sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))})
	if err != nil {
		return err
	}
	defer c.Close()
	w := worker.New(c, "cases", worker.Options{})
	w.RegisterWorkflow(Case)
	w.RegisterActivity(Step)
	if err := w.Start(); err != nil {
		return err
	}
	defer w.Stop()
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	var number atomic.Int64
	for in.Scan() {
		var what string
		var n int64
		if _, err := fmt.Sscan(in.Text(), &what, &n); err != nil {
			return err
		}
		var left, done atomic.Int64
		left.Store(n)
		var mu sync.Mutex
		var took []time.Duration
		var failed error
		var all sync.WaitGroup
		cpu, start := processor(), time.Now()
		for range min(clients, n) {
			all.Go(func() {
				for left.Add(-1) >= 0 {
					began := time.Now()
					ok, err := one(c, fmt.Sprintf("case-%d-%d", start.UnixNano(), number.Add(1)))
					mu.Lock()
					if err != nil {
						failed = err
					}
					took = append(took, time.Since(began))
					mu.Unlock()
					done.Add(int64(ok))
				}
			})
		}
		all.Wait()
		if failed != nil {
			return failed
		}
		slices.Sort(took)
		out, err := json.Marshal(map[string]int64{
			"n": n, "ns": time.Since(start).Nanoseconds(), "cpu": processor() - cpu, "check": done.Load(),
			"p50": took[len(took)/2].Nanoseconds(), "p99": took[len(took)*99/100].Nanoseconds(),
		})
		if err != nil {
			return err
		}
		fmt.Println(string(out))
	}
	return in.Err()
}

func one(c client.Client, id string) (int, error) {
	ctx := context.Background()
	r, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: "cases"}, Case)
	if err != nil {
		return 0, err
	}
	var n int
	err = r.Get(ctx, &n)
	return n, err
}

func processor() int64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return r.Utime.Nano() + r.Stime.Nano()
}
