package app

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tongban/internal/service/deadline"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/search"
	"tongban/internal/service/studio"
)

// standing is how the city that runs came about.
type standing struct {
	mu         sync.Mutex // held while a city is put together
	generation int        // of the publications
	left       []studio.Left
}

// City is the government as it stands: the jurisdiction's folder with what was published laid over it.
func (a *App) City() *jurisdiction.City { return a.city.Load() }

// Index finds what there is in the city.
func (a *App) Index() *search.Index { return (*a.index.Load())() }

// Left lists what was published and does not hold, because it does not load.
func (a *App) Left() []studio.Left {
	a.standing.mu.Lock()
	defer a.standing.mu.Unlock()
	return slices.Clone(a.standing.left)
}

// load reads the jurisdiction's folder alone.
func load(dir string) (*jurisdiction.City, error) {
	city, complaints := jurisdiction.Load(os.DirFS(dir), filepath.Base(dir))
	if city == nil {
		return nil, Complaints(complaints)
	}
	return city, nil
}

// assemble puts the city together and into force. A publication that does not load is left out, so that
// what was published before it holds on, and is said to be left out. folder is the city of the folder
// alone, when it has just been read.
func (a *App) assemble(ctx context.Context, folder *jurisdiction.City) error {
	a.standing.mu.Lock()
	defer a.standing.mu.Unlock()
	stands, err := a.Studio.Stands(ctx)
	if err != nil {
		return err
	}
	var left []studio.Left
	city := folder
	for city == nil || len(stands.Editions) > 0 {
		var complaints []jurisdiction.Complaint
		city, complaints = jurisdiction.LoadWith(os.DirFS(a.Jurisdiction), filepath.Base(a.Jurisdiction), studio.Texts(stands.Editions))
		if city != nil {
			break
		}
		complaints = slices.DeleteFunc(complaints, func(c jurisdiction.Complaint) bool { return c.Warning })
		if len(stands.Editions) == 0 {
			return Complaints(complaints)
		}
		at := culprit(stands.Editions, complaints)
		left = append(left, studio.Left{Publication: stands.Editions[at], Why: complaints})
		a.Log.Error("a publication does not load and is left out", "number", stands.Editions[at].Number, "service", stands.Editions[at].Service, "why", complaints[0].String())
		stands.Editions = slices.Delete(stands.Editions, at, at+1)
	}
	city.Suspended, city.Coming = stands.Notices()
	for _, id := range city.ServiceIDs() {
		e := city.Services[id]
		if err := a.Editions.Keep(ctx, e.Edition, e.Text, e.Service, a.Now()); err != nil {
			return fmt.Errorf("keep edition of %s: %w", id, err)
		}
	}
	shadowed, err := a.Studio.Shadowed(ctx)
	if err != nil {
		return err
	}
	for _, id := range shadowed {
		a.Log.Warn("a service was changed in the folder after it was published from the studio; what was published holds", "service", id)
	}
	index := sync.OnceValue(func() *search.Index { return search.New(city) })
	if folder == nil {
		index() // before the city is in force, so that nobody waits; at a start the first who searches does
	}
	a.standing.generation, a.standing.left = stands.Generation, left
	a.city.Store(city)
	a.index.Store(&index)
	for _, w := range city.Warnings(deadline.Of(a.Now())) {
		a.Log.Warn("the jurisdiction needs attention", "what", w.String())
	}
	return nil
}

// culprit is the publication to leave out: the newest in whose files something is wrong, or else the newest.
func culprit(editions []studio.Publication, complaints []jurisdiction.Complaint) int {
	for i := len(editions) - 1; i >= 0; i-- {
		own := "services/" + editions[i].Service + "/"
		if slices.ContainsFunc(complaints, func(c jurisdiction.Complaint) bool { return strings.Contains(c.File, own) }) {
			return i
		}
	}
	return len(editions) - 1
}

// Follow puts into force what was published since, here or by another process, or whose day has come.
func (a *App) Follow(ctx context.Context) error {
	n, err := a.Studio.Generation(ctx)
	if err != nil {
		return err
	}
	a.standing.mu.Lock()
	same := n == a.standing.generation
	a.standing.mu.Unlock()
	if same {
		return nil
	}
	if err := a.assemble(ctx, nil); err != nil {
		return err
	}
	a.Log.Info("a publication came into force", "edition", a.City().Edition)
	return nil
}

const watchEvery = time.Second

// watch follows what is published, all the time. What does not load is said once.
func (a *App) watch(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			err := a.Follow(ctx)
			if err == nil || ctx.Err() != nil {
				said = ""
			} else if err.Error() != said {
				said = err.Error()
				a.Log.Error("what was published could not be put into force", "error", err)
			}
		}
	}
}

// Reload reads the jurisdiction's files again. Files with a fault change nothing: the old edition stays,
// and the log says what is wrong.
func (a *App) Reload(ctx context.Context) {
	if err := a.assemble(ctx, nil); err != nil {
		a.Log.Error("the jurisdiction was not reloaded; the edition in force stays", "error", err)
		return
	}
	a.Log.Info("the jurisdiction was reloaded", "edition", a.City().Edition)
}

// effect counts whom a new edition of a service meets on its way.
func (a *App) effect(ctx context.Context, service string) (studio.Effect, error) {
	cases, err := a.Casework.OpenOf(ctx, service)
	if err != nil {
		return studio.Effect{}, err
	}
	drafts, checklists, err := a.Application.Waiting(ctx, service)
	return studio.Effect{Cases: cases, Drafts: drafts, Checklists: checklists}, err
}

// Export writes what was published from the studio and is in force into a folder, as it stands in a
// jurisdiction, so that it can be kept with the other files. It returns the names that it wrote.
func Export(ctx context.Context, c Config, to string) ([]string, error) {
	c.complete()
	store, err := openExisting(ctx, c)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	stands, err := studio.New(studio.Config{Read: store.Read(), Now: c.Now}).Stands(ctx)
	if err != nil {
		return nil, err
	}
	texts := studio.Texts(stands.Editions)
	maps.DeleteFunc(texts, func(_ string, text []byte) bool { return text == nil })
	names := slices.Sorted(maps.Keys(texts))
	for _, name := range names {
		path := filepath.Join(to, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, texts[name], 0o644); err != nil {
			return nil, err
		}
	}
	return names, nil
}
