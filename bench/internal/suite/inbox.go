package suite

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/fixture"
	"tongban/bench/internal/measure"
)

// One case in ten is open, as at the end of a year's work; the open ones are spread over the states in
// which somebody has something to do and over forty days, and a third of them nobody has claimed.
const oneOpenIn = 10

func spread(now time.Time) fixture.Vary {
	states := [...]string{"received", "accepted", "accepted", "proposed", "correcting", "special"}
	officers := [...]string{"", "o_market-1", "o_market-2"}
	return func(i int, table string, row map[string]any) {
		if table != "casework_matter" || row["def"] == "licence-check" {
			return
		}
		if i%oneOpenIn != 0 {
			row["state"], row["officer"] = "approved", officers[1+i%2]
			return
		}
		open := i / oneOpenIn
		row["state"], row["officer"] = states[open%len(states)], officers[open/7%len(officers)]
		row["due_on"] = now.AddDate(0, 0, open*13%40-5).Format(time.DateOnly)
	}
}

// inbox is a city with so many cases, the house that lists them, the engine alone, and the server.
type inbox struct {
	cases       int
	house, sql  *measure.Process
	server      *measure.Process
	url, cookie string
	close       func()
}

func (e *Env) inbox(ctx context.Context, cases int) (_ *inbox, err error) {
	dir, remove, err := e.data("inbox")
	if err != nil {
		return nil, err
	}
	in := &inbox{cases: cases}
	in.close = func() {
		for _, p := range []*measure.Process{in.house, in.sql, in.server} {
			if p != nil {
				_ = p.Stop()
			}
		}
		remove()
	}
	defer func() {
		if err != nil {
			in.close()
		}
	}()
	if _, err := prepareSubmissions(ctx, e, dir, 1); err != nil {
		return nil, err
	}
	if in.cookie, err = e.openCases(ctx, dir, cases, spread(time.Now())); err != nil {
		return nil, err
	}
	if in.house, err = e.child("house", "house", "-data", dir, "-jurisdiction", e.Jurisdiction); err != nil {
		return nil, err
	}
	if in.sql, err = e.child("engine", "engine", "-data", dir, "-pattern", filepath.Join(dir, "pattern.json")); err != nil {
		return nil, err
	}
	in.server, in.url, err = e.serve(dir)
	return in, err
}

func (in *inbox) list(n int) func() (measure.Run, error) {
	return func() (measure.Run, error) { return ask(in.house, "list", n, 51) }
}

func (in *inbox) alone(n int) func() (measure.Run, error) {
	return func() (measure.Run, error) { return ask(in.sql, "list", n, 51) }
}

func (in *inbox) page(ctx context.Context, client *http.Client, n int) func() (measure.Run, error) {
	return func() (measure.Run, error) {
		return measure.Loop{
			Clients: 1, N: n, Pids: []int{in.server.Pid()},
			Request: func(int, int) (*http.Request, error) {
				r, err := http.NewRequest(http.MethodGet, in.url+"/desk/queue", nil)
				if err == nil {
					r.AddCookie(&http.Cookie{Name: "session", Value: in.cookie})
				}
				return r, err
			},
			Check: func(i int, r *http.Response, body []byte) error {
				if n := strings.Count(string(body), "/desk/cases/"); r.StatusCode == http.StatusOK && n < 50 {
					return fmt.Errorf("only %d matters are on the page", n)
				}
				return measure.Status(http.StatusOK)(i, r, body)
			},
		}.Run(ctx, client)
	}
}

// Inbox measures the first page of an officer's queue when there are few cases and when there are many.
func Inbox(ctx context.Context, e *Env) ([]figures.Bench, error) {
	few, many, n := 1000, e.size(100_000, 5_000), e.size(300, 100)
	small, err := e.inbox(ctx, few)
	if err != nil {
		return nil, err
	}
	defer small.close()
	large, err := e.inbox(ctx, many)
	if err != nil {
		return nil, err
	}
	defer large.close()
	client := measure.NewClient(1)
	systems := []func() (measure.Run, error){large.list(n), large.alone(n), small.list(n), large.page(ctx, client, n), small.page(ctx, client, n)}
	for i, s := range systems { // warm
		if _, err := s(); err != nil {
			if i < 3 {
				return nil, err
			}
			return nil, fmt.Errorf("GET /desk/queue: %w", err)
		}
	}
	runs, err := measure.Rounds(e.size(7, 3), systems...)
	if err != nil {
		return nil, err
	}
	list := figures.Bench{
		Name: fmt.Sprintf("inbox/list %d", many), By: figures.P50,
		What:  fmt.Sprintf("the first 51 matters of one body, the least legal time first, with the permit: %d cases of five matters, one in %d open", many, oneOpenIn),
		Ours:  figures.System{Name: "tongban", Runs: runs[0], Note: "casework's list in the house, one caller"},
		Limit: &figures.System{Name: "SQL alone", Runs: runs[1], Note: "the same rows read and scanned, each state along the index"},
	}
	list.Found("51 lines, both times")
	list.Demand("≤ 2 × the SQL alone", list.Ours.Times(*list.Limit, figures.P50) >= e.bound(0.5), "%.2f × its time", 1/list.Ours.Times(*list.Limit, figures.P50))
	all := []figures.Bench{list}
	for _, x := range []struct {
		name, what string
		large, few []measure.Run
		bench      int
	}{{"inbox/list", "list", runs[0], runs[2], 0}, {"inbox/page", "page", runs[3], runs[4], -1}} {
		ours, before := figures.System{Name: "tongban", Runs: x.large}, figures.System{Name: "the same at " + fmt.Sprint(few), Runs: x.few}
		text := fmt.Sprintf("p99 at %d cases ≤ 1.3 × that at %d", many, few)
		// The median over the rounds of one hundredth of a few hundred answers is unsteady on a busy machine.
		grown := 1 / ours.Times(before, figures.P99)
		b := &all[0]
		if x.bench < 0 {
			all = append(all, figures.Bench{
				Name: fmt.Sprintf("inbox/page %d", many), By: figures.P99, What: "the whole page over HTTP: counts of all states, filters, fifty lines with the time that is left of each",
				Ours: ours, Limit: &before,
			})
			b = &all[len(all)-1]
		}
		b.Demand(text, grown <= 1.3/e.bound(1), "%.2f ×: %.2f ms against %.2f ms", grown, ours.Cost(figures.P99), before.Cost(figures.P99))
	}
	return all, nil
}
