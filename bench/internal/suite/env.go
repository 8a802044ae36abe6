package suite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/measure"
	"tongban/bench/internal/peer"
)

// Env is where everything is that the benchmarks need.
type Env struct {
	Kit          *peer.Kit
	Tongban      string // the product's program
	Jurisdiction string // the shipped city
	Self         string // our own program, which the children are
	Full         bool   // peers too, and sizes from which figures may be quoted
	Log          func(format string, args ...any)
}

// size picks the size of something.
func (e *Env) size(full, smoke int) int {
	if e.Full {
		return full
	}
	return smoke
}

// bound loosens a demand for the smoke run, which stands guard on machines that are busy: there only what
// is far off is an error.
func (e *Env) bound(full float64) float64 {
	const slack = 4
	if e.Full {
		return full
	}
	return full / slack
}

func (e *Env) data(name string) (dir string, remove func(), err error) {
	dir, err = e.Kit.Data(name)
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

func (e *Env) child(name string, args ...string) (*measure.Process, error) {
	p, err := measure.Start(e.Kit.LogFile(name), exec.Command(e.Self, append([]string{"child"}, args...)...))
	if err != nil {
		return nil, err
	}
	if _, err := p.Ready(); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

// serve starts the product as it is shipped.
func (e *Env) serve(dir string, more ...string) (*measure.Process, string, error) {
	args := append([]string{"serve", "--listen", "127.0.0.1:0", "--data", dir, "--jurisdiction", e.Jurisdiction, "--demo"}, more...)
	cmd := exec.Command(e.Tongban, args...)
	cmd.Env = append(os.Environ(), "DATABASE_URL=")
	p, err := measure.Start(e.Kit.LogFile("tongban"), cmd)
	if err != nil {
		return nil, "", err
	}
	url, err := p.Ready()
	if err != nil {
		return nil, "", errors.Join(err, p.Stop())
	}
	p.Drain()
	return p, url, nil
}

// ask lets a child work and checks its answer.
func ask(p *measure.Process, what string, n int, want int64) (measure.Run, error) {
	a, err := p.Ask("%s %d", what, n)
	if err != nil {
		return measure.Run{}, err
	}
	if want >= 0 && a.Check != want {
		return measure.Run{}, fmt.Errorf("%s: the check gave %d, want %d", what, a.Check, want)
	}
	return a.Run(), nil
}

// Bench is one part of the suite. It returns what it could measure also with an error.
type Bench struct {
	Name string
	Do   func(ctx context.Context, e *Env) ([]figures.Bench, error)
}

// All lists the parts in the order in which they run.
func All() []Bench {
	return []Bench{
		{"guide", Guide}, {"question", Question}, {"catalogue", Catalogue}, {"search", Search}, {"eligibility", Eligibility}, {"submit", Submit}, {"step", Step}, {"inbox", Inbox}, {"log", Log}, {"page", Page}, {"start", Start},
	}
}
