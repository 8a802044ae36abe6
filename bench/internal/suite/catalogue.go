package suite

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"tongban/internal/service/guide"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/fixture"
	"tongban/bench/internal/measure"
)

// check runs `tongban check` and says what it took; memory in megabytes.
func (e *Env) check(ctx context.Context, dir string) (run measure.Run, memory float64, err error) {
	cmd := exec.CommandContext(ctx, e.Tongban, "check", dir)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return run, 0, fmt.Errorf("check %s: %w: %.500s", dir, err, out)
	}
	whole := time.Since(began)
	if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		memory = float64(used.Maxrss) / 1024
	}
	spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return measure.Of([]time.Duration{whole}, whole, spent.Seconds()), memory, nil
}

// Catalogue measures what an author waits for: one large service proved, the shipped catalogue checked, and
// a catalogue of ten thousand services loaded.
func Catalogue(ctx context.Context, e *Env) ([]figures.Bench, error) {
	dense := fixture.Dense(40, 300)
	if _, problems := guide.Compile(dense); len(problems) > 0 {
		return nil, fmt.Errorf("the large service does not compile: %v", problems[0])
	}
	services := e.size(10_000, 500)
	dir, remove, err := e.data("catalogue")
	if err != nil {
		return nil, err
	}
	defer remove()
	large := filepath.Join(dir, "large")
	if err := fixture.Catalogue(large, e.Jurisdiction, services); err != nil {
		return nil, err
	}
	memory := 0.0
	checked := func(dir string) func() (measure.Run, error) {
		return func() (measure.Run, error) {
			run, used, err := e.check(ctx, dir)
			memory = max(memory, used)
			return run, err
		}
	}
	runs, err := measure.Rounds(e.size(5, 3), local(1, func(int) {
		_, problems := guide.Compile(dense)
		sum += uint64(len(problems))
	}), checked(e.Jurisdiction))
	if err != nil {
		return nil, err
	}
	service := figures.Bench{
		Name: "check/service", By: figures.CPU, What: "one service of 40 questions and 300 conditions compiled and proved, all checks",
		Ours: figures.System{Name: "tongban", Runs: runs[0]},
	}
	took := service.Ours.Cost(figures.CPU) / 1e6
	service.Demand("≤ 1 s", took <= 1/e.bound(1), "%.3f s of processor", took)
	city := figures.Bench{
		Name: "check/city", By: figures.P50, What: "tongban check of the shipped city, from the command to its end",
		Ours: figures.System{Name: "tongban", Runs: runs[1]},
	}
	city.Demand("≤ 5 s", city.Ours.Cost(figures.P50)/1e3 <= 5/e.bound(1), "%.2f s", city.Ours.Cost(figures.P50)/1e3)
	memory = 0
	if runs, err = measure.Rounds(1, checked(large)); err != nil {
		return nil, err
	}
	many := figures.Bench{
		Name: fmt.Sprintf("check/%d", services), By: figures.P50, What: "the same of so many services: the shipped ones, and those of one matter over and over",
		Ours: figures.System{Name: "tongban", Runs: runs[0]},
	}
	many.Demand("≤ 20 s", many.Ours.Cost(figures.P50)/1e3 <= 20/e.bound(1), "%.1f s", many.Ours.Cost(figures.P50)/1e3)
	many.Demand("≤ 500 MB", memory <= 500, "%.0f MB", memory)
	return []figures.Bench{service, city, many}, nil
}
