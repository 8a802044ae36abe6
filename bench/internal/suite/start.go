package suite

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/measure"
)

// restMemory is how long the server is left alone before its memory is read.
const restMemory = 3 * time.Second

// Start measures how long it takes from the command to the first page, and what the server needs at rest.
func Start(ctx context.Context, e *Env) ([]figures.Bench, error) {
	dir, remove, err := e.data("start")
	if err != nil {
		return nil, err
	}
	defer remove()
	if _, err := prepareSubmissions(ctx, e, dir, 1); err != nil {
		return nil, err
	}
	if _, err := e.openCases(ctx, dir, e.size(1000, 100), nil); err != nil {
		return nil, err
	}
	client := measure.NewClient(1)
	var starts []measure.Run
	var memory float64
	for i := range e.size(7, 3) {
		began := time.Now()
		server, url, err := e.serve(dir)
		if err != nil {
			return nil, err
		}
		err = first(ctx, client, url)
		took := time.Since(began)
		if err == nil && i == 0 {
			time.Sleep(restMemory)
			memory = measure.PSS(server.Pid())
		}
		run := measure.Of([]time.Duration{took}, took, measure.CPU(server.Pid()))
		if stopped := server.Stop(); err == nil {
			err = stopped
		}
		if err != nil {
			return nil, err
		}
		client.CloseIdleConnections()
		starts = append(starts, run)
	}
	b := figures.Bench{
		Name: "start", By: figures.P50, What: "from the command to the whole first page, the shipped city with its demonstration people and cases there already",
		Ours: figures.System{Name: "tongban", Runs: starts},
	}
	var broken error
	if e.Full {
		if p, err := e.startPeer(); err != nil {
			broken = err
		} else {
			b.Peers = []figures.System{p}
		}
	}
	b.Demand("≤ 300 ms", b.Ours.Cost(figures.P50) <= 300/e.bound(1), "%.0f ms", b.Ours.Cost(figures.P50))
	size, err := stripped(e)
	if err != nil {
		return nil, err
	}
	m := figures.Bench{Name: "mem", What: fmt.Sprintf("PSS of the server %s after its first page", restMemory)}
	m.Insist("idle ≤ 80 MB", memory <= 80, "%.1f MB", memory)
	s := figures.Bench{Name: "size", What: "the program as make build writes it, front end and fonts included"}
	s.Insist("≤ 60 MB", size <= 60_000_000, "%.1f MB", float64(size)/1e6)
	return []figures.Bench{b, m, s}, broken
}

func stripped(e *Env) (int64, error) {
	info, err := os.Stat(e.Tongban)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func first(ctx context.Context, client *http.Client, url string) error {
	_, err := measure.Loop{Clients: 1, N: 1, Request: get(url+"/", ""), Check: measure.Status(http.StatusOK)}.Run(ctx, client)
	return err
}

// startPeer starts PocketBase, which is the same kind of program: one binary with its database in it.
func (e *Env) startPeer() (figures.System, error) {
	s := figures.System{Name: "PocketBase 0.39.0", Note: "until /api/health answers, no data"}
	dir, remove, err := e.data("pocketbase")
	if err != nil {
		return s, err
	}
	defer remove()
	for range 3 {
		began := time.Now()
		server, err := e.Kit.PocketBase(dir)
		if err != nil {
			return s, err
		}
		took := time.Since(began)
		s.Runs = append(s.Runs, measure.Of([]time.Duration{took}, took, measure.CPU(server.Pid())))
		if err := server.Stop(); err != nil {
			return s, err
		}
	}
	return s, nil
}
