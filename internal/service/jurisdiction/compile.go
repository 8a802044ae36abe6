package jurisdiction

import (
	"strings"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/guide"
)

// prove proves the conditions of a service and makes its entry, and returns what may follow from another
// mistake in the file.
func (s *service) prove() (e *Entry, follows []Complaint) {
	g, problems := guide.Compile(s.def)
	whole := !s.wrong(s.src)
	for _, p := range problems {
		// What is proved of the service as a whole follows from its references; as long as one of them is
		// wrong, only what is wrong within a condition is news.
		if c := problemAt(s.src, p.Path, p); p.Line > 0 {
			s.complain(c)
		} else if whole {
			follows = append(follows, c)
		}
	}
	if g == nil {
		return nil, follows
	}
	e = newEntry(s.city, g, s.scenarios)
	if whole {
		before := len(s.complaints)
		s.tried(guide.Try(g, s.scenarios))
		s.held(g)
		follows = append(follows, s.complaints[before:]...)
		s.complaints = s.complaints[:before]
	}
	return e, follows
}

// wrong reports whether there is a complaint about a file already.
func (s *service) wrong(src *strictyaml.Source) bool {
	for _, c := range s.complaints {
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
