package say

import (
	"strings"

	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
)

// Because says which of the person's answers decided a line.
func (w Words) Because(s *catalogue.Service, reasons []guide.Reason) string {
	var said []string
	for _, r := range reasons {
		if q := s.Question(r.Question); q != nil {
			said = append(said, w.T("say.because.one", "question", w.Of(q.Text), "answer", w.Answer(q, r.Answer)))
		}
	}
	if len(said) == 0 {
		return w.T("say.because.always")
	}
	return w.T("say.because", "answers", strings.Join(said, w.T("say.and")))
}

// Undecided says on which questions it still depends whether a line is needed.
func (w Words) Undecided(s *catalogue.Service, open []string) string {
	var said []string
	for _, id := range open {
		if q := s.Question(id); q != nil {
			said = append(said, w.T("say.because.open.one", "question", w.Of(q.Text)))
		}
	}
	return w.T("say.because.open", "questions", w.List(said))
}
