// Command bench measures the product beside its peers and its limits: see README.md.
//
//	bench full     everything, with peers; writes results.json and RESULTS.md
//	bench smoke    ratios to the limits only, without peers and network; fails when one is far off
//	bench report   RESULTS.md again from results.json
//	bench peers    fetch and build the peers
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"tongban/bench/internal/child"
	"tongban/bench/internal/figures"
	"tongban/bench/internal/measure"
	"tongban/bench/internal/peer"
	"tongban/bench/internal/suite"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	tongban, city, only, results string
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("full, smoke, report or peers?")
	}
	if args[0] == "child" {
		return serve(ctx, args[1:])
	}
	var o options
	set := flag.NewFlagSet(args[0], flag.ContinueOnError)
	set.StringVar(&o.tongban, "tongban", "../bin/tongban", "the product's program")
	set.StringVar(&o.city, "jurisdiction", "../jurisdictions/shifan", "the shipped city")
	set.StringVar(&o.only, "only", "", "only these parts, with commas: guide,question,catalogue,search,eligibility,submit,step,inbox,log,page,start")
	set.StringVar(&o.results, "results", "results.json", "where the figures go")
	if err := set.Parse(args[1:]); err != nil {
		return err
	}
	e, err := environment(o)
	if err != nil {
		return err
	}
	switch args[0] {
	case "full":
		e.Full = true
		return full(ctx, e, o)
	case "smoke":
		return smoke(ctx, e, o)
	case "report":
		r, err := figures.Load(o.results)
		if err != nil {
			return err
		}
		return write(r)
	case "peers":
		return e.Kit.Get()
	}
	return fmt.Errorf("what is %q?", args[0])
}

// serve is the part of this program that the suite starts again as children.
func serve(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("child", flag.ContinueOnError)
	data := set.String("data", "", "")
	city := set.String("jurisdiction", "", "")
	pattern := set.String("pattern", "", "")
	work := set.Bool("work", false, "")
	if len(args) == 0 {
		return errors.New("which child?")
	}
	if err := set.Parse(args[1:]); err != nil {
		return err
	}
	if args[0] == "engine" {
		return child.Engine(ctx, os.Stdin, os.Stdout, *data, *pattern)
	}
	return child.House(ctx, os.Stdin, os.Stdout, *data, *city, *work)
}

func environment(o options) (*suite.Env, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	tongban, err := filepath.Abs(o.tongban)
	if err != nil {
		return nil, err
	}
	city, err := filepath.Abs(o.city)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "%5.0f s  "+format+"\n", append([]any{time.Since(start).Seconds()}, args...)...)
	}
	return &suite.Env{
		Kit:     &peer.Kit{Source: filepath.Join(here, "peers"), Dir: filepath.Join(here, ".peers"), Log: say},
		Tongban: tongban, Jurisdiction: city, Self: self, Log: say,
	}, nil
}

// measureAll runs the parts and reports what could be measured.
func measureAll(ctx context.Context, e *suite.Env, o options, command string) (*figures.Report, error) {
	if _, err := os.Stat(e.Tongban); err != nil {
		return nil, fmt.Errorf("the product is not built: %w; make build", err)
	}
	r := &figures.Report{
		Command: command, Commit: output("git", "rev-parse", "--short=12", "HEAD"), Machine: measure.Machine(), Started: time.Now(), LoadBefore: measure.Load(), Loose: !e.Full,
		Versions: map[string]string{"Go": strings.TrimPrefix(runtime.Version(), "go"), "Linux": output("uname", "-r")},
	}
	if e.Full {
		r.Versions["Node"] = strings.TrimPrefix(output("node", "--version"), "v")
		r.Versions["PostgreSQL"] = strings.TrimPrefix(output("psql", "--version"), "psql (PostgreSQL) ")
	}
	dir, err := e.Kit.Data("floor")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if r.FloorP50, r.FloorP99, err = measure.Floor(dir, 500); err != nil {
		return nil, err
	}
	for _, part := range suite.All() {
		if o.only != "" && !slices.Contains(strings.Split(o.only, ","), part.Name) {
			continue
		}
		e.Log("%s", part.Name)
		benches, err := part.Do(ctx, e)
		r.Benches = append(r.Benches, benches...)
		if err != nil {
			e.Log("%s: %v", part.Name, err)
			r.Broken = append(r.Broken, fmt.Sprintf("%s: %v", part.Name, err))
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	r.Seconds, r.LoadAfter = time.Since(r.Started).Seconds(), measure.Load()
	return r, nil
}

func full(ctx context.Context, e *suite.Env, o options) error {
	var missing []string
	if err := e.Kit.Get(); err != nil {
		missing = strings.Split(err.Error(), "\n")
	}
	r, err := measureAll(ctx, e, o, "make bench")
	if err != nil {
		return err
	}
	for _, m := range missing {
		r.Broken = append(r.Broken, "a peer could not be had: "+m)
	}
	if err := r.Save(o.results); err != nil {
		return err
	}
	if err := r.Print(os.Stdout); err != nil {
		return err
	}
	met, missed := r.Counts()
	fmt.Printf("\n%d targets met, %d missed\n", met, missed)
	if o.only != "" { // a part of a run is not the results
		return nil
	}
	return write(r)
}

func smoke(ctx context.Context, e *suite.Env, o options) error {
	r, err := measureAll(ctx, e, o, "make bench-smoke")
	if err != nil {
		return err
	}
	if err := r.Print(os.Stdout); err != nil {
		return err
	}
	passed, failed := r.Counts()
	fmt.Printf("\n%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return errors.New("the smoke run has found something far off its limit")
	}
	return nil
}

func write(r *figures.Report) error {
	f, err := os.Create("RESULTS.md")
	if err != nil {
		return err
	}
	return errors.Join(r.Markdown(f), f.Close())
}

// output is the first line that a program prints, or a question mark.
func output(name string, args ...string) string {
	b, err := exec.Command(name, args...).Output()
	if err != nil {
		return "?"
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	return line
}
