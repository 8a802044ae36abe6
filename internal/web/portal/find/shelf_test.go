package find

import (
	"fmt"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"tongban/internal/platform/lang"
	"tongban/internal/service/jurisdiction"
)

// A guide is written once for each language, anew in another city, and few are kept.
func TestShelf(t *testing.T) {
	t.Parallel()
	var s shelf
	written := 0
	take := func(city *jurisdiction.City, l lang.Lang, path string) string {
		c, err := s.take(t.Context(), city, l, path, func() templ.Component {
			written++
			return templ.Raw(fmt.Sprintf("%s %s %s", city.ID, l, path))
		})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := c.Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	old, current := &jurisdiction.City{Manifest: jurisdiction.Manifest{ID: "old"}}, &jurisdiction.City{Manifest: jurisdiction.Manifest{ID: "new"}}
	for _, tt := range []struct {
		city *jurisdiction.City
		lang lang.Lang
		path string
		want string
		n    int // written so far
	}{
		{old, lang.ZH, "/a", "old zh-CN /a", 1}, {old, lang.ZH, "/a", "old zh-CN /a", 1}, {old, lang.EN, "/a", "old en /a", 2}, {old, lang.ZH, "/b", "old zh-CN /b", 3},
		{current, lang.ZH, "/a", "new zh-CN /a", 4}, {current, lang.ZH, "/a", "new zh-CN /a", 4},
	} {
		if got := take(tt.city, tt.lang, tt.path); got != tt.want || written != tt.n {
			t.Errorf("the guide %s in %s is %q after %d were written, want %q after %d", tt.path, tt.lang, got, written, tt.want, tt.n)
		}
	}
	for i := range 2 * mostGuides {
		take(current, lang.ZH, fmt.Sprint("/", i))
	}
	if len(s.guides) != mostGuides {
		t.Errorf("%d guides are kept, want %d", len(s.guides), mostGuides)
	}
}
