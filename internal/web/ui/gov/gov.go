package gov

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Attributes are further HTML attributes of an element, for hooks that have no field of their own.
type Attributes = templ.Attributes

// Classes joins class names and leaves out the empty ones.
func Classes(names ...string) string {
	n := 0
	for _, name := range names {
		if name != "" {
			names[n], n = name, n+1
		}
	}
	return strings.Join(names[:n], " ")
}

// When returns s if yes holds and nothing otherwise.
func When(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

// nth is the id of the i-th choice of a group (from 0): the first has the group's own id, so that the
// error summary can link to it.
func nth(prefix string, i int) string {
	if i == 0 {
		return prefix
	}
	return prefix + "-" + strconv.Itoa(i+1)
}

// heading writes a heading of the given level, for which HTML has no single element.
func heading(level int, class, id, text string, html templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		tag := "h" + strconv.Itoa(level)
		start := "<" + tag + ` class="` + templ.EscapeString(class) + `"`
		if id != "" {
			start += ` id="` + templ.EscapeString(id) + `"`
		}
		if _, err := io.WriteString(w, start+">"); err != nil {
			return err
		}
		if html != nil {
			if err := html.Render(ctx, w); err != nil {
				return err
			}
		} else if _, err := io.WriteString(w, templ.EscapeString(text)); err != nil {
			return err
		}
		_, err := io.WriteString(w, "</"+tag+">")
		return err
	})
}

// brackets writes a text in brackets with nothing between, which a template cannot.
func brackets(t Text) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if t.HTML == nil {
			_, err := io.WriteString(w, " ("+templ.EscapeString(t.Text)+")")
			return err
		}
		if _, err := io.WriteString(w, " ("); err != nil {
			return err
		}
		if err := t.HTML.Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, ")")
		return err
	})
}
