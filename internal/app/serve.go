package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"tongban/internal/api"
	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/telemetry"
	"tongban/internal/service/interchange"
	"tongban/internal/web/portal/about"
	"tongban/internal/web/portal/apply"
	"tongban/internal/web/portal/find"
	"tongban/internal/web/portal/life"
	"tongban/internal/web/portal/mydata"
	"tongban/internal/web/portal/offer"
	"tongban/internal/web/portal/plan"
	"tongban/internal/web/portal/rate"
	"tongban/internal/web/portal/track"
	"tongban/internal/web/portal/wallet"
	"tongban/internal/web/signin"
	"tongban/internal/web/studio"
	"tongban/internal/web/studio/editor"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gallery"
	"tongban/internal/web/ui/text"
	"tongban/internal/web/workbench/benefit"
	"tongban/internal/web/workbench/casefile"
	"tongban/internal/web/workbench/queue"
)

// mount lists every room of the house once.
func (a *App) mount() (http.Handler, error) {
	city, secure := a.City(), strings.HasPrefix(a.Origin, "https://")
	door := &signin.Handler{Identity: a.Identity, Mandate: a.Mandate, Secure: secure, Now: a.Now}
	if a.Demo {
		for _, p := range city.People.People {
			if p.Login != "" && len(door.Demo) < 4 {
				door.Demo = append(door.Demo, signin.Sign{Login: p.Login, Name: p.Name, Who: p.Story})
			}
		}
		for _, id := range []string{"market-1", "market-head", "urban-management-1", "fire-1", "tobacco-1", "tobacco-head", "gov-service-editor", "gov-service-head"} {
			if s, ok := city.Org.Post(id); ok {
				door.Demo = append(door.Demo, signin.Sign{Login: s.ID, Name: s.Name, Who: s.Post, Staff: true})
			}
		}
	}
	kit := ui.New(ui.Config{
		Site: ui.Site{
			Name: city.Host.Title, Region: city.Name, Host: city.Host.Operator, Place: city.Host.Address, Phone: city.Host.Phone, Notice: city.Host.Notice, Offices: "/offices", Codes: filing(city.Host.Filing),
		},
		Who: door.Who, Acting: door.Acting, Mac: a.Keys.Mac, Now: a.Now, Log: a.Log, Secure: secure,
	})
	standard, err := interchange.NewStandard()
	if err != nil {
		return nil, err
	}
	m := kit.Mux()
	door.Mount(m)
	(&find.Handler{City: a.City, Index: a.Index, Application: a.Application, Casework: a.Casework, Feedback: a.Feedback, Standard: standard}).Mount(m)
	questions := &plan.Handler{City: a.City, Application: a.Application, Paper: a.Paper, Origin: a.Origin, Secure: secure, Now: a.Now}
	questions.Mount(m)
	(&offer.Handler{City: a.City, Eligibility: a.Eligibility, Application: a.Application, Notice: a.Notice, Plan: questions}).Mount(m)
	(&apply.Handler{City: a.City, Application: a.Application, Blobs: a.Blobs}).Mount(m)
	(&track.Handler{
		City: a.City, Application: a.Application, Casework: a.Casework, Credentials: a.Credentials, Notice: a.Notice, Feedback: a.Feedback, Eligibility: a.Eligibility,
		Audit: a.Audit, Blobs: a.Blobs, Paper: a.Paper, Origin: a.Origin, Now: a.Now,
	}).Mount(m)
	(&wallet.Handler{City: a.City, Gate: a.Gate, Credentials: a.Credentials, Audit: a.Audit, Paper: a.Paper, Origin: a.Origin, Now: a.Now}).Mount(m)
	(&life.Handler{City: a.City, Life: a.Life, Paper: a.Paper, Origin: a.Origin, Secure: secure, Now: a.Now}).Mount(m)
	(&mydata.Handler{City: a.City, Gate: a.Gate, Audit: a.Audit, Casework: a.Casework, Now: a.Now}).Mount(m)
	(&rate.Handler{City: a.City, Feedback: a.Feedback, Now: a.Now}).Mount(m)
	(&about.Handler{City: a.City, Key: a.Keys.LogVerifier()}).Mount(m)
	(&queue.Handler{City: a.City, Casework: a.Casework, Identity: a.Identity, Feedback: a.Feedback, Now: a.Now}).Mount(m)
	(&benefit.Handler{City: a.City, Eligibility: a.Eligibility}).Mount(m)
	(&casefile.Handler{
		City: a.City, Application: a.Application, Casework: a.Casework, Identity: a.Identity, Gate: a.Gate, Blobs: a.Blobs, Now: a.Now,
	}).Mount(m)
	rooms := &studio.Handler{City: a.City, Index: a.Index, Studio: a.Studio, Feedback: a.Feedback, Left: a.Left, Now: a.Now}
	rooms.Mount(m)
	(&editor.Handler{Studio: a.Studio, Rooms: rooms}).Mount(m)
	if a.Demo {
		gallery.Mount(m)
	}
	outer := http.NewServeMux()
	outer.Handle("/log/", http.StripPrefix("/log", a.Tree.Handler()))
	outer.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	outer.HandleFunc("GET /readyz", a.ready)
	programs, err := api.New(api.Config{
		City: a.City, Store: a.Store, Gate: a.Gate, Identity: a.Identity, Mandate: a.Mandate, Application: a.Application, Casework: a.Casework,
		Credentials: a.Credentials, Registry: a.Registry, Notice: a.Notice, Feedback: a.Feedback, Life: a.Life, Audit: a.Audit, Blobs: a.Blobs,
		Say: func(l lang.Lang, code string, values map[string]string) (string, bool) {
			return text.In(l).Fault(&fault.Error{Code: code, Args: values})
		},
		Origin: a.Origin, Now: a.Now, Log: a.Log,
	})
	if err != nil {
		return nil, err
	}
	outer.Handle(api.Prefix+"/", programs)
	pages := kit.Handler(m)
	outer.Handle("/log", pages) // the page about the log, beside the log itself
	outer.Handle("/", pages)
	meter := a.meter()
	outer.Handle("GET /metrics", meter.Handler())
	return meter.Count(outer), nil
}

// filing is the line of the footer that names the site's registration, if it has one.
func filing(line lang.Text) []lang.Text {
	if line.ZH == "" {
		return nil
	}
	return []lang.Text{line}
}

// meter counts, and asks about what waits.
func (a *App) meter() *telemetry.Meter {
	m := telemetry.New()
	m.Gauge("tongban_log_waiting", "Entries of the record that wait to be sealed.", func(ctx context.Context) (float64, error) {
		n, err := a.Audit.Unsealed(ctx)
		return float64(n), err
	})
	m.Gauge("tongban_jobs_stuck", "Jobs that failed too often and wait for somebody to look.", func(ctx context.Context) (float64, error) {
		stuck, err := a.Jobs.Stuck(ctx, 1000)
		return float64(len(stuck)), err
	})
	return m
}

// ready says whether the database answers.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.Store.Ping(r.Context()); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// Handler is everything that is served, for tests.
func (a *App) Handler() http.Handler { return a.handler }

// The limits of one connection: a slow reader or writer holds nothing for ever.
const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	writeTime  = 5 * time.Minute // a large upload over a slow line
	stopTime   = 10 * time.Second
)

// Serve listens, works and seals until ctx ends. ready is called with the address once requests are
// answered.
func (a *App) Serve(ctx context.Context, ready func(addr string)) error {
	unlock, err := lock(a.Data)
	if err != nil {
		return err
	}
	defer unlock()
	// What an upload left when the machine stopped is cleared away before the first request.
	if err := a.Blobs.Sweep(); err != nil {
		return err
	}
	server := &http.Server{Handler: a.handler, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, ReadTimeout: writeTime, WriteTimeout: writeTime}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var working sync.WaitGroup
	working.Go(func() {
		if a.Demo { // nobody looks at a demonstration for a day
			if err := a.Eligibility.RunAll(work); err != nil && work.Err() == nil {
				a.Log.Error("benefits were not looked for", "error", err)
			}
		}
		debug.FreeOSMemory() // to load a city takes several times the memory that serving it does
	})
	working.Go(func() {
		if err := a.Jobs.Run(work); err != nil && work.Err() == nil {
			a.Log.Error("jobs have stopped", "error", err)
		}
	})
	working.Go(func() { a.seal(work) })
	working.Go(func() { a.watch(work) })
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(a.listener) }()
	ready(a.listener.Addr().String())
	select {
	case err = <-failed:
	case <-ctx.Done():
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		err = server.Shutdown(end)
		cancel()
	}
	stop()
	working.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// lock makes sure that one server works on a data folder at a time: each believes that the jobs on
// SQLite are its own. The lock ends with the process, however it ends.
func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another server works on %s: stop it, or give this one a --data folder of its own", dir), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// seal turns new rows of the record into leaves of the log, all the time.
func (a *App) seal(ctx context.Context) {
	ctx = db.Later(ctx)
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := a.Audit.Seal(ctx); err != nil && ctx.Err() == nil {
				a.Log.Error("the record could not be sealed", "error", err)
			}
		}
	}
}
