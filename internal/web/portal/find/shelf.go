package find

import (
	"context"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"tongban/internal/platform/lang"
	"tongban/internal/service/jurisdiction"
)

// shelf keeps official guides as they were written. They are the longest pages and say the same to everybody;
// what they say changes with the city, and with nothing else.
type shelf struct {
	mu     sync.Mutex
	city   *jurisdiction.City
	guides map[string]string
}

const mostGuides = 64 // kept; of some 50 KB each

// take returns the guide at a path, and has it written when it is not there.
func (s *shelf) take(ctx context.Context, city *jurisdiction.City, l lang.Lang, path string, write func() templ.Component) (templ.Component, error) {
	key := string(l) + path
	html, ok := s.find(city, key)
	if !ok {
		var b strings.Builder
		if err := write().Render(ctx, &b); err != nil {
			return nil, err
		}
		html = b.String()
		s.put(city, key, html)
	}
	return templ.Raw(html), nil
}

func (s *shelf) find(city *jurisdiction.City, key string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.city != city {
		s.city, s.guides = city, map[string]string{}
	}
	html, ok := s.guides[key]
	return html, ok
}

func (s *shelf) put(city *jurisdiction.City, key, html string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.city != city { // another one is in force by now
		return
	}
	for other := range s.guides { // any
		if len(s.guides) < mostGuides {
			break
		}
		delete(s.guides, other)
	}
	s.guides[key] = html
}
