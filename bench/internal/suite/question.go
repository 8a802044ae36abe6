package suite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/measure"
)

// Question measures one step of the guided questions as a browser takes it: an answer is posted and kept,
// and the next question is fetched, with the answers so far. Sixteen visitors go on and on, each changing her mind.
func Question(ctx context.Context, e *Env) ([]figures.Bench, error) {
	dir, remove, err := e.data("question")
	if err != nil {
		return nil, err
	}
	defer remove()
	server, home, err := e.serve(dir)
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	client := measure.NewClient(callers)
	const question, after = "/check/open-a-restaurant/area", "/check/open-a-restaurant/public"
	visitors := make([]visitor, callers)
	for i := range visitors {
		if visitors[i], err = enter(ctx, client, home); err != nil {
			return nil, err
		}
	}
	loop := measure.Loop{
		Clients: callers, N: 2 * e.size(6000, 600), Pids: []int{server.Pid()},
		Request: func(c, i int) (*http.Request, error) {
			v := &visitors[c]
			v.steps++
			if v.steps%2 == 1 {
				return v.post(home+question, url.Values{"area": {fmt.Sprint(10 + i%900)}})
			}
			return v.get(home + after)
		},
		Check: func(_ int, r *http.Response, body []byte) error {
			if r.Request.Method == http.MethodPost {
				return measure.Status(http.StatusSeeOther)(0, r, body)
			}
			if !bytes.Contains(body, []byte(`name="public"`)) {
				return errors.New("it is not the next question")
			}
			return measure.Status(http.StatusOK)(0, r, body)
		},
	}
	if _, err := loop.Run(ctx, client); err != nil { // warm
		return nil, err
	}
	runs, err := measure.Rounds(e.size(5, 3), loop.With(ctx, client))
	if err != nil {
		return nil, err
	}
	for i := range runs[0] { // an answer and the page after it are one step
		runs[0][i].Ops /= 2
	}
	b := figures.Bench{
		Name: "guide/http", By: figures.CPU,
		What: "one answer posted and durably kept, then the next question with the answers so far, over HTTP, sixteen visitors; processor time of the server, connections included",
		Ours: figures.System{Name: "tongban", Runs: runs[0]},
	}
	b.Ours.Note = fmt.Sprintf("%.0f steps/s", b.Ours.Rate())
	b.Found("every answer leads on, and every page is the next question")
	cost := b.Ours.Cost(figures.CPU)
	b.Demand("≤ 200 µs of processor", cost <= 200/e.bound(1), "%.0f µs", cost)
	b.Demand("≥ 4 000 a second a core", 1e6/cost >= 4000*e.bound(1), "%.0f", 1e6/cost)
	return []figures.Bench{b}, nil
}

// visitor is a browser with its cookies.
type visitor struct {
	origin  string
	cookies []*http.Cookie
	steps   int
}

// enter answers the questions before that of the area.
func enter(ctx context.Context, client *http.Client, home string) (visitor, error) {
	v := visitor{origin: home}
	for _, a := range [][2]string{{"licence", "normal"}, {"prepack", "false"}, {"raw", "true"}} {
		r, err := v.post(home+"/check/open-a-restaurant/"+a[0], url.Values{a[0]: {a[1]}})
		if err != nil {
			return v, err
		}
		answer, err := client.Do(r.WithContext(ctx))
		if err != nil {
			return v, err
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusSeeOther {
			return v, fmt.Errorf("%s is answered with %d", a[0], answer.StatusCode)
		}
		if set := answer.Cookies(); len(set) > 0 {
			v.cookies = set
		}
	}
	return v, nil
}

func (v *visitor) post(address string, form url.Values) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", v.origin)
	return v.with(r), nil
}

func (v *visitor) get(address string) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return v.with(r), nil
}

func (v *visitor) with(r *http.Request) *http.Request {
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	return r
}
