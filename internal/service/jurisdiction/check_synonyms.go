package jurisdiction

import (
	"strings"

	"tongban/internal/platform/strictyaml"
)

// checkSynonyms checks that each word is said once, and that what it means is a word of the catalogue:
// one that leads nowhere is a promise to whoever searches.
func (l *loader) checkSynonyms() {
	if len(l.synonyms) == 0 {
		return
	}
	type place struct {
		src  *strictyaml.Source
		path string
	}
	said := l.catalogueText()
	first := map[string]place{}
	for _, p := range l.synonyms {
		if p.value.Later && p.value.Means != "" {
			l.complain(p.src.ComplainKey(strictyaml.Key(p.path, "later"),
				strictyaml.Say("有了 means,就不是 later", "words with a meaning are not for later"),
				strictyaml.Say("删去 means 或 later", "delete means or later")))
		}
		if p.value.Later {
			continue // said by themselves, and by others in longer words
		}
		means := strings.ToLower(strings.TrimSpace(p.value.Means))
		for i, w := range p.value.Words {
			at := strictyaml.Item(strictyaml.Key(p.path, "words"), i)
			word := strings.ToLower(strings.TrimSpace(w))
			switch was, twice := first[word]; {
			case word == "":
				l.complain(p.src.Complain(at, strictyaml.Say("空词", "an empty word"), strictyaml.Say("删去它", "delete it")))
			case twice:
				l.twice(p.src, at, w, was.src, was.path)
			case word == means:
				l.complain(p.src.Complain(at,
					strictyaml.Say("%q 和 means 是同一个词", "%q means itself", w),
					strictyaml.Say("删去它", "delete it")))
			default:
				first[word] = place{p.src, at}
			}
		}
		for _, part := range strings.Fields(means) {
			if !strings.Contains(said, part) {
				c := p.src.Complain(strictyaml.Key(p.path, "means"),
					strictyaml.Say("服务目录里没有 %q 这个词", "no service, matter or body says %q", part),
					strictyaml.Say("换成目录里有的词,或者等有了这项服务再写", "write a word of the catalogue, or wait for the service"))
				c.Warning = true
				l.complain(c)
			}
		}
	}
}

// catalogueText is all that search reads of the catalogue, in lower case.
func (l *loader) catalogueText() string {
	var b strings.Builder
	say := func(texts ...string) {
		for _, t := range texts {
			b.WriteString(t)
			b.WriteByte('\n')
		}
	}
	for _, s := range l.opened {
		d := &s.def
		say(d.Name.ZH, d.Name.EN, d.Summary.ZH, d.Summary.EN, d.For.ZH, d.For.EN)
		say(d.Keywords...)
		for i := range d.Matters {
			m := &d.Matters[i]
			say(m.Name.ZH, m.Name.EN, m.Plain.ZH, m.Plain.EN)
			say(m.Keywords...)
		}
	}
	for _, body := range l.city.Org.Bodies() {
		say(body.Name.ZH, body.Name.EN, body.Short.ZH, body.Short.EN, body.Duties.ZH, body.Duties.EN)
	}
	return strings.ToLower(b.String())
}
