package lifecycle

import (
	"slices"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/deadline"
)

// Failure is a day of a sample that comes out otherwise.
type Failure struct {
	Stop int       `json:"stop"` // index of the day
	List string    `json:"list"` // done, now, next or open
	What lang.Text `json:"what"`
}

// Looks is what the registers and certificates say about a sample on a day: of the records that stand by
// then, the latest.
func (s *Sample) Looks(records []Record, today deadline.Day) Looks {
	all := slices.Concat(records, s.Records)
	return Looks{
		Record: func(register string, _ []string) (map[string]string, deadline.Day, error) {
			var latest *Record
			for i := range all {
				if r := &all[i]; r.Register == register && r.Recorded <= string(today) && (latest == nil || r.Recorded >= latest.Recorded) {
					latest = r
				}
			}
			if latest == nil {
				return nil, "", fault.New(fault.NotFound, "register.not-found", "register", register)
			}
			return latest.Values, deadline.Day(latest.Recorded), nil
		},
		Certificate: func(typ string) (Certificate, bool, error) {
			for _, h := range slices.Backward(s.Holds) {
				if h.Certificate == typ && h.From <= string(today) && (h.To == "" || h.To >= string(today)) {
					return Certificate{Number: h.Number, From: deadline.Day(h.From), To: deadline.Day(h.To)}, true, nil
				}
			}
			return Certificate{}, false, nil
		},
	}
}

// Try walks a sample through its days. Records are what people/ says about her.
func (c *Chain) Try(s *Sample, records []Record, calendar *deadline.Calendar) (failures []Failure) {
	for i, stop := range s.Days {
		today := deadline.Day(stop.Day)
		f, err := c.Find(s.Looks(records, today), today)
		if err != nil {
			failures = append(failures, Failure{Stop: i, List: "day", What: say("%v", "%v", err)})
			continue
		}
		l := c.Stand(f, today, calendar)
		for _, list := range []struct {
			name      string
			got, want []string
			ordered   bool
		}{{"done", IDs(l.Done), stop.Done, false}, {"now", IDs(l.Now), stop.Now, true}, {"next", IDs(l.Next), stop.Next, false}, {"open", IDs(l.Open), stop.Open, false}} {
			got, want := slices.Clone(list.got), slices.Clone(list.want)
			if !list.ordered {
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				failures = append(failures, Failure{Stop: i, List: list.name, What: differ(list.got, list.want)})
			}
		}
	}
	return failures
}

func differ(got, want []string) lang.Text {
	only := func(a, b []string) (out []string) {
		for _, id := range a {
			if !slices.Contains(b, id) {
				out = append(out, id)
			}
		}
		return out
	}
	more, less := only(got, want), only(want, got)
	if len(more)+len(less) == 0 {
		return say("先后不符：%[1]s", "the order differs: %[1]s", strings.Join(got, ", "))
	}
	return say("多了 [%[1]s]，少了 [%[2]s]", "too many [%[1]s], missing [%[2]s]", strings.Join(more, ", "), strings.Join(less, ", "))
}
