package api

import (
	"bytes"
	"context"
	"io"
	"sync"

	"tongban/internal/service/interchange"
	"tongban/internal/service/jurisdiction"
)

// taken is the catalogue of one edition of the city in one form, written when somebody first asks.
type taken struct {
	write func(w io.Writer, city *jurisdiction.City) error

	mu      sync.Mutex
	edition string
	text    []byte
}

func (t *taken) of(city *jurisdiction.City) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.edition != city.Edition {
		var b bytes.Buffer
		if err := t.write(&b, city); err != nil {
			return nil, err
		}
		t.edition, t.text = city.Edition, b.Bytes()
	}
	return t.text, nil
}

func (a *API) catalogue() {
	standard := sync.OnceValues(interchange.NewStandard)
	linked := &taken{write: func(w io.Writer, city *jurisdiction.City) error {
		s, err := standard()
		if err != nil {
			return err
		}
		return s.WriteCPSVAP(w, city, a.Origin+Prefix+"/catalogue#")
	}}
	checklists := &taken{write: func(w io.Writer, city *jurisdiction.City) error {
		s, err := standard()
		if err != nil {
			return err
		}
		all, _ := s.Checklists(city)
		return s.WriteJSON(w, all)
	}}
	for _, d := range []struct {
		path, id, media, name string
		from                  *taken
	}{
		{"/catalogue", "showCatalogue", "application/ld+json", "catalogue.jsonld", linked},
		{"/catalogue/checklists", "listImplementationChecklists", "application/json", "checklists.json", checklists},
	} {
		handle(a, get(d.path, d.id, "").cached().answers(d.media, nil), func(context.Context, *call, *struct{}) (*download, error) {
			text, err := d.from.of(a.City())
			if err != nil {
				return nil, err
			}
			return file(d.media, d.name, text), nil
		})
	}
}
