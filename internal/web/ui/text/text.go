package text

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
)

//go:embed *.yaml
var files embed.FS

// texts is read once: the files are part of the binary, so a complaint about them is a bug that the
// tests of this package find before anybody else does.
var texts = sync.OnceValue(func() map[string]lang.Text {
	all, err := Load(files)
	if err != nil {
		panic(err)
	}
	return all
})

// Load reads every *.yaml file at the root of dir into one catalogue. A key that stands in two files
// is an error, because one of the two would silently lose.
func Load(dir fs.FS) (map[string]lang.Text, error) {
	names, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	all := make(map[string]lang.Text, 1024)
	for _, name := range names {
		raw, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read texts: %w", err)
		}
		var one map[string]lang.Text
		if err := yaml.Load(raw, &one); err != nil {
			return nil, fmt.Errorf("read texts in %s: %w", name, err)
		}
		for key, t := range one {
			if _, twice := all[key]; twice {
				return nil, fmt.Errorf("read texts in %s: key %q stands in another file already", name, key)
			}
			all[key] = t
		}
	}
	return all, nil
}

// Printer writes texts in one language.
type Printer struct{ Lang lang.Lang }

// In returns the printer for the language l.
func In(l lang.Lang) Printer { return Printer{Lang: l} }

// T returns the text under key with the values put in for its {names}: args are pairs of name and
// value. A key that does not exist comes back in brackets, so that it is seen and never blank.
func (p Printer) T(key string, args ...string) string {
	t, ok := texts()[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	return fill(t.In(p.Lang), args)
}

// Has reports whether there is a text under key.
func (p Printer) Has(key string) bool { _, ok := texts()[key]; return ok }

// Of returns a text of the catalogue in the printer's language. A text that is written in Chinese only
// is returned as it is; Tongue says in which language that is.
func (p Printer) Of(t lang.Text) string {
	if s := t.In(p.Lang); s != "" {
		return s
	}
	return t.ZH
}

// Tongue returns the language of what Of returns when it differs from the page's, for a lang
// attribute; "" when the page's own language holds.
func (p Printer) Tongue(t lang.Text) string {
	if t.In(p.Lang) == "" && t.ZH != "" && p.Lang != lang.ZH {
		return string(lang.ZH)
	}
	return ""
}

// Fault returns the sentence that a fault carries, or the one for its code and values; false when the code
// has no text.
func (p Printer) Fault(f *fault.Error) (string, bool) {
	if !f.Said.Empty() {
		return p.Of(f.Said), true
	}
	t, ok := texts()[f.Code]
	if !ok {
		return "", false
	}
	return fill(t.In(p.Lang), flat(f.Args)), true
}

// Complaint returns the sentence about one field; label is how the page names the field and fills
// {field} in the text.
func (p Printer) Complaint(f fault.Field, label string) string {
	return p.T(f.Code, append(flat(f.Args), "field", label)...)
}

func flat(args map[string]string) []string {
	pairs := make([]string, 0, 2*len(args)+2)
	for name, value := range args {
		pairs = append(pairs, name, value)
	}
	return pairs
}

// fill puts values in for {names} in one pass; a name without a value stays as it is written. A word that
// goes by a number is written in both forms: {n|day|days}.
func fill(s string, args []string) string {
	open := strings.IndexByte(s, '{')
	if open < 0 || len(args) < 2 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 32)
	for open >= 0 {
		end := strings.IndexByte(s[open:], '}')
		if end < 0 {
			break
		}
		b.WriteString(s[:open])
		name, forms, counted := strings.Cut(s[open+1:open+end], "|")
		found := false
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] == name {
				value := args[i+1]
				if one, many, _ := strings.Cut(forms, "|"); counted {
					if value = many; args[i+1] == "1" {
						value = one
					}
				}
				b.WriteString(value)
				found = true
				break
			}
		}
		if !found {
			b.WriteString(s[open : open+end+1])
		}
		s = s[open+end+1:]
		open = strings.IndexByte(s, '{')
	}
	b.WriteString(s)
	return b.String()
}
