package suite

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/fixture"
	"tongban/bench/internal/measure"
)

// person is greeted by name on the pages that are measured.
const person = "王㴋䶮"

// get makes a request for a page, with a session when there is one.
func get(url, cookie string) func(int, int) (*http.Request, error) {
	return func(int, int) (*http.Request, error) {
		r, err := http.NewRequest(http.MethodGet, url, nil)
		if err == nil && cookie != "" {
			r.AddCookie(&http.Cookie{Name: "session", Value: cookie})
		}
		return r, err
	}
}

// Page measures a guide page for somebody who is signed in, and weighs the pages of citizens.
func Page(ctx context.Context, e *Env) ([]figures.Bench, error) {
	rounds, n := e.size(5, 3), e.size(8000, 2000)
	dir, remove, err := e.data("page")
	if err != nil {
		return nil, err
	}
	defer remove()
	a, err := fixture.Open(ctx, dir, e.Jurisdiction, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	cookies, err := fixture.Cookies(ctx, a, 1)
	guide, of := fixture.GuidePath(a)
	if err = errors.Join(err, a.Close()); err != nil {
		return nil, err
	}
	server, home, err := e.serve(dir)
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	client := measure.NewClient(callers)
	size := 0
	load := func(n int) func() (measure.Run, error) {
		return measure.Loop{
			Clients: callers, N: n, Pids: []int{server.Pid()}, Request: get(home+guide, cookies[0]),
			Check: func(i int, r *http.Response, body []byte) error {
				if !bytes.Contains(body, []byte(of)) || !bytes.Contains(body, []byte("/logout")) {
					return errors.New("it is not the guide page of somebody who is signed in")
				}
				if i == 0 {
					size = len(body)
				}
				return measure.Status(http.StatusOK)(i, r, body)
			},
		}.With(ctx, client)
	}
	if _, err := load(n / 4)(); err != nil { // warm
		return nil, err
	}
	systems := []func() (measure.Run, error){load(n)}
	b := figures.Bench{Name: "page/ssr", By: figures.CPU}
	var broken error
	nextSize := 0
	if e.Full {
		next, err := e.Kit.Next()
		if broken = err; err == nil {
			defer next.Stop()
			render := func(n int) func() (measure.Run, error) {
				return measure.Loop{
					Clients: callers, N: n, Pids: []int{next.Pid()}, Request: get(next.URL+"/guide?u="+url.QueryEscape(person), ""),
					Check: func(i int, r *http.Response, body []byte) error {
						if i == 0 {
							nextSize = len(body)
						}
						if !bytes.Contains(body, []byte(person)) {
							return errors.New("it is not the page of the person")
						}
						return measure.Status(http.StatusOK)(i, r, body)
					},
				}.With(ctx, client)
			}
			if _, err := render(400)(); err != nil { // warm
				return nil, err
			}
			systems = append(systems, render(500))
		}
	}
	runs, err := measure.Rounds(rounds, systems...)
	if err != nil {
		return nil, err
	}
	b.What = fmt.Sprintf("the guide of one matter (%s) over HTTP for somebody who is signed in, %.1f KB of HTML, sixteen callers; processor time of the server", guide, float64(size)/1000)
	b.Ours = figures.System{Name: "tongban", Runs: runs[0], Note: fmt.Sprintf("%.0f pages/s", figures.System{Runs: runs[0]}.Rate())}
	b.Found("every page is the guide, with the way to sign out")
	if len(runs) > 1 {
		s := figures.System{Name: "Next.js " + e.Kit.Version("next", "next"), Runs: runs[1]}
		s.Note = fmt.Sprintf("a guide page of %.1f KB rendered on the server, no session; %.0f pages/s", float64(nextSize)/1000, s.Rate())
		b.Peers = []figures.System{s}
		b.Demand("≥ 50 × Next.js", b.Ours.Times(s, figures.CPU) >= 50, "%.1f × its processor time", b.Ours.Times(s, figures.CPU))
	}
	b.Demand("≤ 100 µs of processor", b.Ours.Cost(figures.CPU) <= 100/e.bound(1), "%.0f µs", b.Ours.Cost(figures.CPU))
	weight, err := e.weigh(home, guide, cookies[0])
	return []figures.Bench{b, weight}, errors.Join(broken, err)
}

var asset = regexp.MustCompile(`(?:href|src)="(/static/[^"]+\.(?:css|js))"`)

// weigh adds up what a browser fetches to show a page for the first time.
func (e *Env) weigh(home, guide, cookie string) (figures.Bench, error) {
	b := figures.Bench{Name: "page/weight", What: "HTML, style sheets and scripts of a page as they are sent, gzip"}
	client := measure.NewClient(1)
	seen := map[string]int{}
	for _, page := range []struct{ path, cookie string }{
		{"/", ""}, {"/business/event/open-a-restaurant", ""}, {"/check/open-a-restaurant/area", ""}, {guide, cookie}, {"/me", cookie},
	} {
		html, sent, err := packed(client, home+page.path, page.cookie)
		if err != nil {
			return b, err
		}
		total, parts := sent, 0
		for _, m := range asset.FindAllStringSubmatch(html, -1) {
			if seen[m[1]] == 0 {
				if _, seen[m[1]], err = packed(client, home+m[1], ""); err != nil {
					return b, err
				}
			}
			total += seen[m[1]]
			parts++
		}
		path := page.path
		if strings.HasPrefix(path, "/services/") {
			path = "/services/…/guide"
		}
		if parts == 0 {
			return b, fmt.Errorf("%s has neither style nor script: the program was built without the front end", path)
		}
		b.Insist(path+" ≤ 60 KB", total <= 60_000, "%.1f KB (HTML %.1f, %d files %.1f)", float64(total)/1000, float64(sent)/1000, parts, float64(total-sent)/1000)
	}
	return b, nil
}

// packed fetches something with gzip and returns it unpacked, and how many bytes were sent.
func packed(client *http.Client, url, cookie string) (text string, sent int, err error) {
	r, err := get(url, cookie)(0, 0)
	if err != nil {
		return "", 0, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := client.Do(r)
	if err != nil {
		return "", 0, err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", 0, err
	}
	if answer.StatusCode != http.StatusOK {
		return "", 0, fmt.Errorf("GET %s: status %d", url, answer.StatusCode)
	}
	if answer.Header.Get("Content-Encoding") != "gzip" {
		return string(raw), len(raw), nil
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return "", 0, err
	}
	plain, err := io.ReadAll(z)
	return string(plain), len(raw), err
}
