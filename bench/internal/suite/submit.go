package suite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/fixture"
	"tongban/bench/internal/measure"
	"tongban/bench/internal/peer"
)

const callers = 16

// submission is a city with drafts that only wait to be sent, and the rows that one of them becomes.
type submission struct {
	dir     string
	drafts  []string
	cookies []string
	pattern fixture.Pattern
	rows    int // that one submission writes, its draft's included
	bytes   int
	cases   int // that were there before
}

// prepare makes the city by the product's own code: a person answers, fills in, uploads and has everything
// ready; one submission is carried out to see which rows it writes; the draft is multiplied.
func prepareSubmissions(ctx context.Context, e *Env, dir string, drafts int) (*submission, error) {
	s := &submission{dir: dir}
	a, err := fixture.Open(ctx, dir, e.Jurisdiction, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer a.Close()
	by, err := fixture.Applicant(ctx, a)
	if err != nil {
		return nil, err
	}
	first, err := fixture.Draft(ctx, a, by) // its submission also makes what only the first one makes
	if err != nil {
		return nil, fmt.Errorf("prepare a draft: %w", err)
	}
	if _, err := a.Application.Submit(ctx, by, first, true); err != nil {
		return nil, err
	}
	second, err := fixture.Draft(ctx, a, by)
	if err != nil {
		return nil, err
	}
	raw, err := fixture.Raw(dir)
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	if s.drafts, err = fixture.Drafts(ctx, a.Store, second, drafts); err != nil {
		return nil, err
	}
	before, err := fixture.Counts(ctx, raw)
	if err != nil {
		return nil, err
	}
	if _, err := a.Application.Submit(ctx, by, second, true); err != nil {
		return nil, err
	}
	written, err := fixture.Since(ctx, raw, before)
	if err != nil {
		return nil, err
	}
	s.pattern = fixture.MakePattern(written, fixture.Own(written))
	s.rows, s.bytes = fixture.Rows(written)+1, fixture.Bytes(written)
	if s.cookies, err = fixture.Cookies(ctx, a, callers); err != nil {
		return nil, err
	}
	counts, err := fixture.Counts(ctx, raw)
	s.cases = counts["casework_case"]
	return s, errors.Join(err, s.pattern.Save(filepath.Join(dir, "pattern.json")))
}

// Submit measures the one submission of an application for five matters: over HTTP, durable.
func Submit(ctx context.Context, e *Env) ([]figures.Bench, error) {
	rounds, many, few := e.size(5, 3), e.size(2000, 300), e.size(400, 100)
	dir, remove, err := e.data("submit")
	if err != nil {
		return nil, err
	}
	defer remove()
	warm := e.size(300, 100)
	total := 2*warm + rounds*(many+few)
	s, err := prepareSubmissions(ctx, e, dir, total)
	if err != nil {
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
	engine, err := e.child("engine", "engine", "-data", twin, "-pattern", filepath.Join(dir, "pattern.json"))
	if err != nil {
		return nil, err
	}
	defer engine.Stop()
	server, url, err := e.serve(dir)
	if err != nil {
		return nil, err
	}
	running := true
	defer func() {
		if running {
			_ = server.Stop()
		}
	}()
	client := measure.NewClient(callers)
	var sent atomic.Int64
	submit := func(clients, n int) func() (measure.Run, error) {
		return func() (measure.Run, error) {
			from := int(sent.Add(int64(n))) - n
			return measure.Loop{
				Clients: clients, N: n, Pids: []int{server.Pid()},
				Request: func(c, i int) (*http.Request, error) { return s.request(url, c, from+i) },
				Check:   submitted,
			}.Run(ctx, client)
		}
	}
	systems := []func() (measure.Run, error){
		submit(callers, many), server.Aside(func() (measure.Run, error) { return ask(engine, "submit16", many, int64(many)) }),
		submit(1, few), server.Aside(func() (measure.Run, error) { return ask(engine, "submit1", few, int64(few)) }),
	}
	var broken error
	if e.Full {
		pb, stop, err := e.pocketBase(ctx, s)
		if broken = err; err == nil {
			defer stop()
			systems = append(systems, server.Aside(pb.batch(ctx, callers, 400)), server.Aside(pb.batch(ctx, 1, 60)))
		}
	}
	for _, one := range []func() (measure.Run, error){submit(callers, warm), submit(1, warm)} {
		if _, err := one(); err != nil {
			return nil, err
		}
	}
	runs, err := measure.Rounds(rounds, systems...)
	if err != nil {
		return nil, err
	}
	running = false
	if err := server.Stop(); err != nil {
		return nil, err
	}
	what := fmt.Sprintf("POST of a complete application for five matters of four bodies with a session, answered when it is on the disk: %d rows, %.1f KB; answers, form and evidence are checked, clocks started, the act permitted and recorded", s.rows, float64(s.bytes)/1000)
	all := []figures.Bench{
		{Name: "submit/onething c=16", By: figures.Rate, What: what, Ours: figures.System{Name: "tongban", Runs: runs[0], Note: "the shipped program, SQLite; what the platform does after a submission (notices, register checks, sealing) goes on beside it and counts"},
			Limit: &figures.System{Name: "SQLite alone", Runs: runs[1], Note: fmt.Sprintf("the same %d rows into the same tables with the same indexes on a copy of the same database, statements prepared, sixteen to a durable transaction, no HTTP", s.rows)}},
		{Name: "submit/onething c=1", By: figures.P50, What: "the same with one caller", Ours: figures.System{Name: "tongban", Runs: runs[2]},
			Limit: &figures.System{Name: "SQLite alone", Runs: runs[3], Note: "one submission to a transaction"}},
	}
	if len(runs) > 4 {
		note := fmt.Sprintf("batch API, synchronous=FULL; the same values into collections of the same columns, %d records (the draft is not marked)", s.rows-1)
		all[0].Peers = []figures.System{{Name: "PocketBase 0.39.0", Runs: runs[4], Note: note}}
		all[1].Peers = []figures.System{{Name: "PocketBase 0.39.0", Runs: runs[5]}}
	}
	if err := e.checkSubmissions(ctx, s, &all[0], int(sent.Load())); err != nil {
		return nil, err
	}
	if p, ok := all[0].Fastest(); ok {
		all[0].Demand("≥ 9 × PocketBase (FULL)", all[0].Ours.Times(p, figures.Rate) >= 9, "%.1f ×", all[0].Ours.Times(p, figures.Rate))
	}
	all[0].Demand("≥ 0.5 × the raw engine writing the same rows", all[0].Ours.Times(*all[0].Limit, figures.Rate) >= e.bound(0.5), "%.2f ×", all[0].Ours.Times(*all[0].Limit, figures.Rate))
	all[1].Demand("p50 within 2.5 × the engine's", all[1].Ours.Times(*all[1].Limit, figures.P50) >= e.bound(1/2.5), "%.2f × its time", 1/all[1].Ours.Times(*all[1].Limit, figures.P50))
	return all, broken
}

func (s *submission) request(url string, client, i int) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPost, url+"/apply/"+s.drafts[i]+"/check", strings.NewReader("declared=yes"))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "session", Value: s.cookies[client%len(s.cookies)]})
	return r, nil
}

// submitted: the browser is sent to the receipt of a case.
func submitted(_ int, r *http.Response, body []byte) error {
	to := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/me/applications/c_") || !strings.HasSuffix(to, "/receipt") {
		return fmt.Errorf("status %d to %q: %.300s", r.StatusCode, to, body)
	}
	return nil
}

// checkSubmissions looks, after the server has gone, at what is really there: every draft that was sent is
// exactly one case with all its matters, and the log holds together.
func (e *Env) checkSubmissions(ctx context.Context, s *submission, b *figures.Bench, sent int) error {
	raw, err := fixture.Raw(s.dir)
	if err != nil {
		return err
	}
	defer raw.Close()
	one := func(query string, args ...any) (n int, err error) {
		err = raw.QueryRowContext(ctx, query, args...).Scan(&n)
		return n, err
	}
	cases, err := one(`SELECT COUNT(*) FROM casework_case`)
	if err != nil {
		return err
	}
	whole, err := one(`SELECT COUNT(*) FROM application_draft d JOIN casework_case c ON c.id = d.case_id AND c.draft = d.id
		WHERE (SELECT COUNT(*) FROM casework_matter m WHERE m.case_id = c.id) = 5`)
	if err != nil {
		return err
	}
	if cases != s.cases+sent || whole != cases {
		return fmt.Errorf("%d drafts were answered; there are %d cases more, %d of %d whole", sent, cases-s.cases, whole, cases)
	}
	b.Found("%d answers, %d cases, one for each draft, each with its five matters", sent, cases-s.cases)
	out, err := exec.CommandContext(ctx, e.Tongban, "verify", "--data", s.dir, "--jurisdiction", e.Jurisdiction).CombinedOutput()
	if err != nil {
		return fmt.Errorf("tongban verify: %w: %s", err, out)
	}
	b.Found("`tongban verify` finds the whole record in order")
	return nil
}

// pocketBase is the peer with collections that are like the tables of one submission.
type pocketBase struct {
	*peer.Server
	s      *submission
	token  string
	client *http.Client
	made   atomic.Int64
}

func (e *Env) pocketBase(ctx context.Context, s *submission) (*pocketBase, func(), error) {
	dir, remove, err := e.data("pocketbase")
	if err != nil {
		return nil, nil, err
	}
	server, err := e.Kit.PocketBase(dir)
	if err != nil {
		remove()
		return nil, nil, err
	}
	stop := func() { _ = server.Stop(); remove() }
	p := &pocketBase{Server: server, s: s, client: measure.NewClient(callers)}
	if err := p.collections(ctx); err != nil {
		stop()
		return nil, nil, fmt.Errorf("pocketbase: %w", err)
	}
	if _, err := p.batch(ctx, callers, 100)(); err != nil { // warm
		stop()
		return nil, nil, err
	}
	return p, stop, nil
}

// batch sends submissions as one transaction each.
func (p *pocketBase) batch(ctx context.Context, clients, n int) func() (measure.Run, error) {
	return func() (measure.Run, error) {
		from := int(p.made.Add(int64(n))) - n
		bodies := make([][]byte, n)
		for i := range bodies {
			b, err := p.body(from + i)
			if err != nil {
				return measure.Run{}, err
			}
			bodies[i] = b
		}
		before, err := p.count(ctx, "casework_matter")
		if err != nil {
			return measure.Run{}, err
		}
		run, err := measure.Loop{
			Clients: clients, N: n, Pids: []int{p.Pid()},
			Request: func(_, i int) (*http.Request, error) {
				r, err := http.NewRequest(http.MethodPost, p.URL+"/api/batch", bytes.NewReader(bodies[i]))
				if err == nil {
					r.Header.Set("Content-Type", "application/json")
					r.Header.Set("Authorization", p.token)
				}
				return r, err
			},
			Check: measure.Status(http.StatusOK),
		}.Run(ctx, p.client)
		if err != nil {
			return run, err
		}
		after, err := p.count(ctx, "casework_matter")
		if err == nil && after-before != 5*n {
			err = fmt.Errorf("pocketbase has %d matters more, want %d", after-before, 5*n)
		}
		return run, err
	}
}
