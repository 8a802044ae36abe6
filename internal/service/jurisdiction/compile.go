package jurisdiction

import (
	"strings"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/guide"
)

// compile proves the conditions of all services and makes their entries, several at a time.
func (l *loader) compile() {
	type result struct {
		entry    *Entry
		problems []guide.Problem
		failures []guide.Failure
	}
	results := make([]result, len(l.opened))
	inParallel(len(l.opened), func(i int) {
		s := l.opened[i]
		if s.broken {
			return // what could not be read would look like faults of the conditions
		}
		g, problems := guide.Compile(s.def)
		results[i].problems = problems
		if g == nil {
			return
		}
		b := s.bundle()
		e := newEntry(strictyaml.Marshal(b), b)
		e.Guide, e.Service, e.Scenarios = g, g.Service(), s.scenarios
		results[i].entry = e
		results[i].failures = guide.Try(g, s.scenarios)
	})
	for i, r := range results {
		s := l.opened[i]
		whole := !l.wrong(s.src)
		for _, p := range r.problems {
			// What is proved of the service as a whole follows from its references; as long as one of
			// them is wrong, only what is wrong within a condition is news.
			if whole || p.Line > 0 {
				l.complain(problemAt(s.src, p.Path, p))
			}
		}
		if r.entry != nil {
			l.city.Services[s.def.ID] = r.entry
			if whole {
				s.tried(r.failures)
				s.held(r.entry.Guide)
			}
		}
	}
}

// wrong reports whether there is a complaint about a file already.
func (l *loader) wrong(src *strictyaml.Source) bool {
	for _, c := range l.complaints {
		if c.File == src.File() && !c.Warning {
			return true
		}
	}
	return false
}

// problemAt shows a problem of a service at its place in the file; one within a condition at its own
// column.
func problemAt(src *strictyaml.Source, path string, p guide.Problem) Complaint {
	what, remedy := p.Text()
	c := src.Complain(path, what, remedy)
	c.Warning, c.Who = p.Warning, p.Who.Answers()
	if p.Line > 0 {
		c.Line, c.Col = src.Within(path, nth(src.Text(path), p.Line, p.Col))
	}
	return c
}

// nth is the number of the character at a line and column of a text.
func nth(text string, line, col int) int {
	n := 0
	for ; line > 1; line-- {
		end := strings.IndexByte(text, '\n')
		if end < 0 {
			break
		}
		n += len([]rune(text[:end+1]))
		text = text[end+1:]
	}
	return n + col - 1
}
