package synonym

import (
	"strings"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/org"
	"tongban/internal/service/catalogue"
)

// Entry is some words and what they mean.
type Entry struct {
	Words []string `yaml:"words"`           // what people say
	Means string   `yaml:"means,omitempty"` // words of the catalogue; absent: the words only stand around what is wanted (我想, 怎么办)
	Later bool     `yaml:"later,omitempty"` // no synonyms but words for what one does with a thing that one has (变更, 注销); what is named so comes behind, unless one of them is said
}

// Grammar is what the file must look like.
func Grammar() []strictyaml.Rules {
	return []strictyaml.Rules{strictyaml.For[Entry](map[string]strictyaml.Rule{"words": {Least: 1}})}
}

// Load reads the entries and checks them against the catalogue.
func Load(files []*strictyaml.Source, services []*catalogue.Service, bodies []org.Body) ([]Entry, []strictyaml.Complaint) {
	var all []Entry
	l := loading{said: catalogueText(services, bodies), first: map[string]place{}}
	grammar := strictyaml.NewGrammar(Grammar()...)
	for _, src := range files {
		var entries []Entry
		l.complaints = append(l.complaints, src.Decode(&entries, grammar)...)
		for i, e := range entries {
			l.check(src, strictyaml.Item("", i), e)
		}
		all = append(all, entries...)
	}
	return all, l.complaints
}

type place struct {
	src  *strictyaml.Source
	path string
}

type loading struct {
	said       string
	first      map[string]place
	complaints []strictyaml.Complaint
}

func (l *loading) check(src *strictyaml.Source, at string, e Entry) {
	complain := func(c strictyaml.Complaint) { l.complaints = append(l.complaints, c) }
	if e.Later {
		if e.Means != "" {
			complain(src.ComplainKey(strictyaml.Key(at, "later"),
				strictyaml.Say("有了 means,就不是 later", "words with a meaning are not for later"),
				strictyaml.Say("删去 means 或 later", "delete means or later")))
		}
		return // said by themselves, and by others within longer words
	}
	means := strings.ToLower(strings.TrimSpace(e.Means))
	for i, w := range e.Words {
		path := strictyaml.Item(strictyaml.Key(at, "words"), i)
		word := strings.ToLower(strings.TrimSpace(w))
		switch was, twice := l.first[word]; {
		case word == "":
			complain(src.Complain(path, strictyaml.Say("空词", "an empty word"), strictyaml.Say("删去它", "delete it")))
		case twice:
			line := was.src.At(was.path).Line
			complain(src.Complain(path, strictyaml.Say("%q 重复", "%q stands twice", w),
				strictyaml.Say("换一个;已在第 %d 行", "write another one; the first is on line %d", line)))
		case word == means:
			complain(src.Complain(path, strictyaml.Say("%q 和 means 是同一个词", "%q means itself", w), strictyaml.Say("删去它", "delete it")))
		default:
			l.first[word] = place{src, path}
		}
	}
	for _, part := range strings.Fields(means) {
		if !strings.Contains(l.said, part) {
			c := src.Complain(strictyaml.Key(at, "means"),
				strictyaml.Say("服务目录里没有 %q 这个词", "no service, matter or body says %q", part),
				strictyaml.Say("换成目录里有的词,或者等有了这项服务再写", "write a word of the catalogue, or wait for the service"))
			c.Warning = true // the service may come tomorrow
			complain(c)
		}
	}
}

// catalogueText is all that search reads of the catalogue, in lower case.
func catalogueText(services []*catalogue.Service, bodies []org.Body) string {
	var b strings.Builder
	say := func(texts ...string) {
		for _, t := range texts {
			b.WriteString(t)
			b.WriteByte('\n')
		}
	}
	for _, s := range services {
		say(s.Name.ZH, s.Name.EN, s.Summary.ZH, s.Summary.EN, s.For.ZH, s.For.EN)
		say(s.Keywords...)
		for i := range s.Matters {
			m := &s.Matters[i]
			say(m.Name.ZH, m.Name.EN, m.Plain.ZH, m.Plain.EN)
			say(m.Keywords...)
		}
	}
	for _, body := range bodies {
		say(body.Name.ZH, body.Name.EN, body.Short.ZH, body.Short.EN, body.Duties.ZH, body.Duties.EN)
	}
	return strings.ToLower(b.String())
}
