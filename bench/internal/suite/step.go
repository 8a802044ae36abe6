package suite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"tongban/internal/app"
	"tongban/internal/service/casework"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/fixture"
	"tongban/bench/internal/measure"
)

// openCases makes a city with so many cases whose matter lies in the officers' queue, and signs an officer
// in.
func (e *Env) openCases(ctx context.Context, dir string, n int, vary fixture.Vary) (cookie string, err error) {
	a, err := fixture.Open(ctx, dir, e.Jurisdiction, "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	c, err := handled(ctx, a)
	if err == nil {
		cookie, err = fixture.OfficerCookie(ctx, a)
	}
	if err = errors.Join(err, a.Close()); err != nil {
		return "", err
	}
	return cookie, fixture.Multiply(ctx, dir, c.ID, n, vary)
}

func handled(ctx context.Context, a *app.App) (casework.Case, error) {
	by, err := fixture.Applicant(ctx, a)
	if err != nil {
		return casework.Case{}, err
	}
	return fixture.Handled(ctx, a, by)
}

// Step measures five durable steps of staff on a matter.
func Step(ctx context.Context, e *Env) ([]figures.Bench, error) {
	rounds, n, warm := e.size(5, 3), e.size(200, 50), e.size(50, 20)
	dir, remove, err := e.data("step")
	if err != nil {
		return nil, err
	}
	defer remove()
	s, err := prepareSubmissions(ctx, e, dir, 1) // for the pattern of a row of the record
	if err != nil {
		return nil, err
	}
	if _, err := e.openCases(ctx, dir, warm+rounds*n, nil); err != nil {
		return nil, err
	}
	twin, removeTwin, err := e.data("engine")
	if err != nil {
		return nil, err
	}
	defer removeTwin()
	if err := fixture.Copy(dir, twin); err != nil {
		return nil, err
	}
	engine, err := e.child("engine", "engine", "-data", twin, "-pattern", filepath.Join(s.dir, "pattern.json"))
	if err != nil {
		return nil, err
	}
	defer engine.Stop()
	house, err := e.child("house", "house", "-data", dir, "-jurisdiction", e.Jurisdiction, "-work")
	if err != nil {
		return nil, err
	}
	defer house.Stop()
	five := func(p *measure.Process, n int) func() (measure.Run, error) {
		return func() (measure.Run, error) { return ask(p, "five", n, int64(n)) }
	}
	systems := []func() (measure.Run, error){five(house, n), house.Aside(five(engine, n))}
	for _, warmed := range []func() (measure.Run, error){five(house, warm), five(engine, warm)} {
		if _, err := warmed(); err != nil {
			return nil, err
		}
	}
	b := figures.Bench{
		Name: "step/five", By: figures.Rate,
		What: "a matter through five steps of staff, sixteen at a time: claimed, accepted (the clock starts), checked by hand, proposed, signed by a second person; each a durable transaction with its permit, state, event, row of the record and follow-up jobs",
		Ours: figures.System{Name: "tongban", Note: "the house of the server in a process of its own, SQLite; called without HTTP, as the peers are; jobs and sealing go on beside it and count"},
	}
	type other struct {
		name, note string
		want       float64
		run        func() (measure.Run, error)
	}
	var others []other
	var broken []error
	if e.Full {
		queue, stop, err := e.graphile()
		if err != nil {
			broken = append(broken, err)
		} else {
			defer stop()
			others = append(others, other{"graphile-worker " + e.Kit.Version("node", "graphile-worker"), "PostgreSQL, fsync on, concurrency 16; each step writes the case's state and puts the next job", 3, queue})
		}
		flow, stop, err := e.temporal(ctx)
		if err != nil {
			broken = append(broken, err)
		} else {
			defer stop()
			others = append(others, other{"Temporal dev server (CLI 1.5.1)", "five activities, data in a file, sixteen at a time", 60, flow})
		}
	}
	for _, o := range others {
		systems = append(systems, house.Aside(o.run))
	}
	runs, err := measure.Rounds(rounds, systems...)
	if err != nil {
		return nil, err
	}
	if a, err := house.Ask("verify 1"); err != nil {
		return nil, err
	} else {
		b.Found("the record of %d entries verifies afterwards", a.Check)
	}
	b.Found("%d matters were approved, each with five events of officers", warm+rounds*n)
	b.Ours.Runs = runs[0]
	b.Limit = &figures.System{Name: "SQLite alone", Runs: runs[1], Note: "the same five steps as bare statements (read matter and case, guarded change, event, row of the record), sixteen to a durable transaction"}
	for i, o := range others {
		b.Peers = append(b.Peers, figures.System{Name: o.name, Note: o.note, Runs: runs[2+i]})
		b.Demand(fmt.Sprintf("≥ %.0f × %s", o.want, o.name), b.Ours.Times(b.Peers[i], b.By) >= o.want, "%.1f ×", b.Ours.Times(b.Peers[i], b.By))
	}
	if !e.Full {
		const share = 0.2 // of the bare engine; far below it something is wrong
		b.Demand("≥ 0.1 × the bare engine", b.Ours.Times(*b.Limit, b.By) >= e.bound(share), "%.2f ×", b.Ours.Times(*b.Limit, b.By))
	}
	return []figures.Bench{b}, errors.Join(broken...)
}

// graphile starts the durable queue on a PostgreSQL; its processor time includes the database's.
func (e *Env) graphile() (func() (measure.Run, error), func(), error) {
	pg, err := e.Kit.Postgres()
	if err != nil {
		return nil, nil, err
	}
	worker, err := e.Kit.Queue(pg.URL)
	if err != nil {
		return nil, nil, errors.Join(err, pg.Stop())
	}
	stop := func() { _ = worker.Stop(); _ = pg.Stop() }
	run := served(worker, pg.Process, 200)
	if _, err := run(); err != nil { // warm
		stop()
		return nil, nil, err
	}
	return run, stop, nil
}

// temporal starts the workflow engine with its worker.
func (e *Env) temporal(ctx context.Context) (func() (measure.Run, error), func(), error) {
	dir, remove, err := e.data("temporal")
	if err != nil {
		return nil, nil, err
	}
	server, worker, err := e.Kit.Temporal(ctx, dir)
	if err != nil {
		remove()
		return nil, nil, err
	}
	stop := func() { _ = worker.Stop(); _ = server.Stop(); remove() }
	run := served(worker, server.Process, 32)
	if _, err := run(); err != nil { // warm
		stop()
		return nil, nil, err
	}
	return run, stop, nil
}

// served lets a worker carry out n cases, and adds the processor time of the server behind it. A case that
// did not come to its end is an error: the check is the number of cases or of their steps.
func served(worker, server *measure.Process, n int) func() (measure.Run, error) {
	return func() (measure.Run, error) {
		before := measure.CPU(server.Pid())
		a, err := worker.Ask("five %d", n)
		if err != nil {
			return measure.Run{}, err
		}
		if a.Check != int64(n) && a.Check != 5*int64(n) {
			return measure.Run{}, fmt.Errorf("%d of %d cases came to their end", a.Check, n)
		}
		r := a.Run()
		r.CPU += measure.CPU(server.Pid()) - before
		return r, nil
	}
}
