package suite

import (
	"context"
	"errors"
	"fmt"

	"tongban/internal/app"
	"tongban/internal/platform/decision"
	"tongban/internal/service/eligibility"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/fixture"
	"tongban/bench/internal/measure"
)

// Eligibility measures how fast everybody who is entitled to something is found: twenty conditions for facts
// that are in memory, and a benefit of the shipped city over its registers in the database.
func Eligibility(ctx context.Context, e *Env) ([]figures.Bench, error) {
	w := fixture.MakeRules()
	w.Rules = w.Rules[:20]
	g, err := compileGuidance(w)
	if err != nil {
		return nil, err
	}
	people, scratch := len(w.People), g.diagram.Slots()
	entitled := 0
	each := func(i int) {
		if err := g.diagram.Fill(scratch, g.answers[i%people]); err != nil {
			return
		}
		g.program.Eval(scratch, g.out)
		for _, t := range g.out {
			if t == decision.True {
				entitled++
				break
			}
		}
	}
	dir, remove, err := e.data("eligibility")
	if err != nil {
		return nil, err
	}
	defer remove()
	a, err := fixture.Open(ctx, dir, e.Jurisdiction, "")
	if err != nil {
		return nil, err
	}
	defer a.Close()
	n := e.size(50_000, 3000)
	if err := fixture.Elders(ctx, a, n); err != nil {
		return nil, err
	}
	entry, _ := a.City().Service("old-age-benefit")
	benefit := eligibility.Benefit{Service: entry.Service, Guide: entry.Guide, Edition: entry.Edition}
	run := func() (measure.Run, error) {
		return timed(n, func() error {
			r, err := a.Eligibility.Run(ctx, benefit)
			if err == nil && (r.People < n || r.Found < n/100 || r.Found > n/50) {
				err = fmt.Errorf("of %d people %d are found", r.People, r.Found)
			}
			return err
		})
	}
	if _, err := run(); err != nil { // writes the offers; later runs find that they are there
		return nil, err
	}
	rounds := e.size(2_000_000, 200_000)
	runs, err := measure.Rounds(e.size(5, 3), local(rounds, each), run, func() (measure.Run, error) {
		return timed(n, func() error { return scan(ctx, a, n) })
	})
	if err != nil {
		return nil, err
	}
	if entitled == 0 {
		return nil, errors.New("nobody is entitled to anything")
	}
	memory := figures.Bench{
		Name: "eligibility/memory", By: figures.CPU, What: "twenty conditions of a benefit for one person, from the texts as registers write them",
		Ours: figures.System{Name: "tongban", Runs: runs[0]},
	}
	rate := 1e6 / memory.Ours.Cost(figures.CPU)
	memory.Demand("≥ 500 000 people a second a core", rate >= 500_000*e.bound(1), "%.0f", rate)
	register := figures.Bench{
		Name: fmt.Sprintf("eligibility/register %d", n), By: figures.CPU,
		What:  "one person of a run over the registers of a benefit in the database: read in both, judged, and whoever is entitled written down; one in sixty-four is",
		Ours:  figures.System{Name: "tongban", Runs: runs[1]},
		Limit: &figures.System{Name: "SQL alone", Runs: runs[2], Note: "the newest record of everybody in both registers, read and scanned"},
	}
	register.Found("everybody is visited, and one in sixty-four found")
	times := register.Ours.Times(*register.Limit, figures.CPU)
	register.Demand("≤ 2 × a plain scan of the same rows", times >= e.bound(0.5), "%.2f × its time", 1/times)
	return []figures.Bench{memory, register}, nil
}

// scan reads the rows that the run looks at, and nothing else.
func scan(ctx context.Context, a *app.App, want int) error {
	for _, register := range []string{"elder-benefits", "population"} {
		rows, err := a.Store.Read().QueryContext(ctx, `SELECT r.subject, r.version, r.vals, r.source, r.recorded_at FROM registry_record r
			WHERE r.register = $1 AND r.version = (SELECT MAX(n.version) FROM registry_record n WHERE n.register = r.register AND n.subject = r.subject)
			ORDER BY r.subject`, register)
		if err != nil {
			return err
		}
		seen := 0
		for rows.Next() {
			var subject, vals, source string
			var version, at int64
			if err := rows.Scan(&subject, &version, &vals, &source, &at); err != nil {
				return errors.Join(err, rows.Close())
			}
			seen++
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		if seen < want {
			return fmt.Errorf("%d records of %s, want %d", seen, register, want)
		}
	}
	return nil
}
