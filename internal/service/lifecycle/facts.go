package lifecycle

import (
	"cmp"
	"slices"
	"strconv"

	"tongban/internal/platform/decision"
	"tongban/internal/platform/fault"
	"tongban/internal/service/deadline"
)

// Looks is where facts about one subject are looked up.
type Looks struct {
	// Record gives the named fields of the subject's record, and since when it stands. A fault is NotFound
	// where there is none, Unavailable where the register does not answer.
	Record func(register string, fields []string) (values map[string]string, recorded deadline.Day, err error)
	// Certificate gives the certificate of a type that is in force today.
	Certificate func(typ string) (Certificate, bool, error)
}

// Certificate is a certificate as far as a step needs it.
type Certificate struct {
	ID, Number string
	From, To   deadline.Day
}

// Known is what was found out about a fact.
type Known struct {
	Value    string       // empty: nothing
	Recorded deadline.Day // since when the register says so; empty for a certificate
	Supposed bool         // the source has nothing: what the author says stands for it
}

// Proof is what shows that a step is done.
type Proof struct {
	Certificate string // id
	Number      string
	On          deadline.Day
}

// Facts is what was found out about one subject.
type Facts struct {
	Known  map[string]Known // by fact
	Proofs map[string]Proof // by step
	Down   []string         // registers that did not answer
	slots  decision.Slots
}

// finding is one gathering of facts.
type finding struct {
	*Chain
	Facts
	looks        Looks
	today        deadline.Day
	certificates map[string]held
}

type held struct {
	Certificate
	is bool
}

// Find fetches the facts that the lists depend on: always the first fact that can still change one, with
// what else can still change one and stands in the same record. In the end it fetches the days and the
// papers of the steps that are in a list.
func (c *Chain) Find(looks Looks, today deadline.Day) (Facts, error) {
	f := &finding{Chain: c, looks: looks, today: today, certificates: map[string]held{}, Facts: Facts{Known: map[string]Known{}, Proofs: map[string]Proof{}, slots: c.d.Slots()}}
	live := make([]bool, len(c.Facts))
	for {
		v, ok := c.lists.Next(f.slots)
		if !ok {
			break
		}
		clear(live)
		c.lists.Live(f.slots, live)
		if err := f.fetch(v, func(other int) bool { return live[other] && f.slots[other] == decision.Unanswered }); err != nil {
			return Facts{}, err
		}
	}
	truths := make([]decision.Truth, c.lists.Len())
	c.lists.Eval(f.slots, truths)
	for i := range c.Steps {
		s := &c.Steps[i]
		if truths[2*i] == decision.True && s.Paper != nil {
			if err := f.proof(s); err != nil {
				return Facts{}, err
			}
		}
		if s.Due == nil || truths[2*i] != decision.True && truths[2*i+1] != decision.True {
			continue
		}
		for _, id := range []string{s.Due.From, s.Due.Until} {
			if v := c.fact(id); v >= 0 {
				if _, had := f.Known[id]; !had {
					if err := f.fetch(v, func(int) bool { return false }); err != nil {
						return Facts{}, err
					}
				}
			}
		}
	}
	return f.Facts, nil
}

func (c *Chain) fact(id string) int {
	return slices.IndexFunc(c.Facts, func(f Fact) bool { return f.ID == id })
}

// fetch finds out one fact, and with it those of the same register that are wanted too.
func (f *finding) fetch(v int, wanted func(int) bool) error {
	source := f.Chain.Facts[v].Source
	switch {
	case source == nil:
		f.know(v, Known{})
		return nil
	case source.Certificate != "":
		c, err := f.certificate(source.Certificate)
		if err != nil {
			return err
		}
		f.know(v, Known{Value: f.ofCertificate(source.as(), c)})
		return nil
	}
	together := []int{v}
	fields := fieldsOf(source)
	for other, def := range f.Chain.Facts {
		if other != v && def.Source != nil && def.Source.Register == source.Register && wanted(other) {
			together = append(together, other)
			fields = append(fields, fieldsOf(def.Source)...)
		}
	}
	slices.Sort(fields)
	values, recorded, err := f.looks.Record(source.Register, slices.Compact(fields))
	missing := fault.Is(err, fault.NotFound)
	switch {
	case fault.Is(err, fault.Unavailable):
		if !slices.Contains(f.Down, source.Register) {
			f.Down = append(f.Down, source.Register)
		}
		for _, one := range together {
			f.slots[one] = decision.Withheld
			f.Known[f.Chain.Facts[one].ID] = Known{}
		}
		return nil
	case err != nil && !missing:
		return err
	}
	for _, one := range together {
		s := f.Chain.Facts[one].Source
		value := derive(s.as(), values[s.Field], f.today)
		if s.as() == AsHeld {
			value = strconv.FormatBool(!missing)
		}
		f.know(one, Known{Value: value, Recorded: recorded})
	}
	return nil
}

func fieldsOf(s *Source) []string {
	if s.Field == "" {
		return nil
	}
	return []string{s.Field}
}

// know keeps what was found out. Where there is nothing, what the author says stands for it; where she
// says nothing either, the fact stays open.
func (f *finding) know(v int, k Known) {
	def := &f.Chain.Facts[v]
	if k.Value == "" {
		k.Value, k.Supposed = def.Otherwise, true
	}
	f.slots[v] = decision.Withheld
	if k.Value != "" {
		if cell, err := f.d.Cell(v, k.Value); err == nil {
			f.slots[v] = cell
		}
	}
	f.Known[def.ID] = k
}

func (f *finding) certificate(typ string) (held, error) {
	h, had := f.certificates[typ]
	if had {
		return h, nil
	}
	var err error
	h.Certificate, h.is, err = f.looks.Certificate(typ)
	f.certificates[typ] = h
	return h, err
}

func (f *finding) ofCertificate(as string, h held) string {
	switch {
	case as == AsHeld:
		return strconv.FormatBool(h.is)
	case !h.is:
		return ""
	case as == AsFrom:
		return string(h.From)
	case as == AsUntil:
		return string(h.To)
	}
	return derive(as, string(h.To), f.today)
}

// derive makes of a value what a source asks for; nothing when the value is not of the kind for it.
func derive(as, value string, today deadline.Day) string {
	day, isDay := deadline.ParseDay(value)
	switch {
	case as == AsValue || value == "":
		return value
	case as == AsYearsAgo && !isDay:
		year, err := strconv.Atoi(value)
		if err != nil {
			return ""
		}
		return strconv.Itoa(today.Year() - year)
	case !isDay:
		return ""
	case as == AsYearsAgo:
		return strconv.Itoa(today.Year() - day.Year())
	case as == AsDays:
		return strconv.Itoa(day.Until(today))
	case as == AsDaysLeft:
		return strconv.Itoa(today.Until(day))
	case as == AsMonths:
		return strconv.Itoa(months(day, today))
	case as == AsYears:
		return strconv.Itoa(months(day, today) / 12)
	}
	return ""
}

// months counts the full months from one day to another, below zero when the other comes first. Somebody
// born on 29 February is a year older on the last day of February (Civil Code, art. 202).
func months(from, to deadline.Day) int {
	y, m := to.Year()-from.Year(), int(to.Start().Month())-int(from.Start().Month())
	n := 12*y + m
	if from.AddMonths(n) > to {
		n--
	}
	return n
}

// proof finds the paper of a step that is done.
func (f *finding) proof(s *Step) error {
	if s.Paper.Certificate != "" {
		h, err := f.certificate(s.Paper.Certificate)
		if err == nil && h.is {
			f.Proofs[s.ID] = Proof{Certificate: h.ID, Number: h.Number, On: h.From}
		}
		return err
	}
	var fields []string
	for _, field := range []string{s.Paper.Number, s.Paper.On} {
		if field != "" {
			fields = append(fields, field)
		}
	}
	values, recorded, err := f.looks.Record(s.Paper.Register, fields)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return nil
	}
	p := Proof{Number: values[s.Paper.Number], On: deadline.Day(values[s.Paper.On])}
	if !p.On.Valid() {
		p.On = recorded
	}
	f.Proofs[s.ID] = p
	return err
}

// Suppose makes facts of a visitor's answers; of what she was not asked, the sources have nothing.
func (c *Chain) Suppose(answers map[string]string) Facts {
	f := &finding{Chain: c, Facts: Facts{Known: map[string]Known{}, slots: c.d.Slots()}}
	for v := range c.Facts {
		k := Known{Value: answers[c.Facts[v].ID]}
		if def := &c.Facts[v]; !def.Ask.Empty() {
			if k.Value == "" {
				continue // still to be asked
			}
		} else if k.Value = ""; def.Source == nil || def.Source.as() == AsHeld {
			k = Known{Value: cmp.Or(def.Otherwise, "false"), Supposed: true}
		}
		f.know(v, k)
	}
	return f.Facts
}

// Questions lists the facts that a visitor is asked: those that she told, and those that can still change
// a list.
func (c *Chain) Questions(answers map[string]string) (facts []int) {
	f := c.Suppose(answers)
	live := make([]bool, len(c.Facts))
	c.lists.Live(f.slots, live)
	for v, def := range c.Facts {
		if !def.Ask.Empty() && (answers[def.ID] != "" || live[v]) {
			facts = append(facts, v)
		}
	}
	return facts
}

// Admits reports whether a fact may have the value.
func (c *Chain) Admits(fact int, value string) bool {
	_, err := c.d.Cell(fact, value)
	return err == nil
}
