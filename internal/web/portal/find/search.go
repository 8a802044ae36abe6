package find

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
)

// index finds services and matters by words as people say them. It is made anew with each edition of
// the catalogue and never changes, so any number of requests read it at once.
type index struct {
	docs     []doc
	postings map[string][]posting // pair of characters or Latin word → documents
}

type doc struct {
	service *catalogue.Service
	matter  *catalogue.Matter // nil: the service itself
}

type posting struct {
	doc    int
	weight float64
}

// Weights: a word of the name says more about a service than a word of its summary.
const (
	weightName = 4
	weightKey  = 3
	weightText = 1
)

func newIndex(city *jurisdiction.City) *index {
	x := &index{postings: map[string][]posting{}}
	for _, id := range city.ServiceIDs() {
		s := city.Services[id].Service
		x.add(doc{service: s}, map[float64]string{
			weightName: both(s.Name), weightKey: strings.Join(s.Keywords, " "), weightText: both(s.Summary) + both(s.For),
		})
		for i := range s.Matters {
			m := &s.Matters[i]
			x.add(doc{service: s, matter: m}, map[float64]string{weightName: both(m.Name), weightText: both(m.Plain)})
		}
	}
	return x
}

func both(t lang.Text) string { return t.ZH + " " + t.EN + " " }

func (x *index) add(d doc, parts map[float64]string) {
	n := len(x.docs)
	x.docs = append(x.docs, d)
	best := map[string]float64{}
	for weight, text := range parts {
		for _, t := range tokens(text) {
			best[t] = max(best[t], weight)
		}
	}
	for t, weight := range best {
		x.postings[t] = append(x.postings[t], posting{n, weight})
	}
}

// hit is one found document.
type hit struct {
	doc
	score float64
}

// find lists what fits a query, the best first. A rare word weighs more than a common one; a query
// none of whose words is known finds nothing.
func (x *index) find(query string, most int) []hit {
	type found struct {
		score   float64
		matched int
	}
	hitBy := map[int]found{}
	words := tokens(query)
	for _, t := range words {
		all := x.postings[t]
		for _, p := range all {
			f := hitBy[p.doc]
			f.score += p.weight / (1 + float64(len(all))/float64(len(x.docs)))
			f.matched++
			hitBy[p.doc] = f
		}
	}
	var hits []hit
	for n, f := range hitBy {
		if f.matched*4 < len(words) { // one pair of characters in a long sentence is chance
			continue
		}
		score := f.score
		if x.docs[n].matter == nil {
			score *= 1.3 // the whole thing before its parts
		}
		hits = append(hits, hit{x.docs[n], score})
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.key(), b.key()))
	})
	return hits[:min(len(hits), most)]
}

func (d doc) key() string {
	if d.matter == nil {
		return d.service.ID
	}
	return d.service.ID + "/" + d.matter.ID
}

// stop are words that people put round what they want, in sentences such as 我想开个小饭馆怎么办.
var stop = strings.NewReplacer("我想要", " ", "我想", " ", "我要", " ", "想要", " ", "怎么办理", " ", "怎么办", " ", "怎么", " ", "如何", " ",
	"办理", " ", "开一家", " ", "开家", " ", "一个", " ", "一家", " ", "开个", "开", "办个", "办", "需要", " ", "什么", " ", "哪些", " ", "手续", " ", "请问", " ", "？", " ", "?", " ", "，", " ", "。", " ")

// tokens cuts a text into pairs of Chinese characters and words of Latin letters and digits.
func tokens(text string) []string {
	var all []string
	var word strings.Builder
	var before rune
	alone := false
	flush := func() {
		if word.Len() > 0 {
			all = append(all, strings.TrimSuffix(word.String(), "s"))
			word.Reset()
		}
	}
	for _, r := range stop.Replace(strings.ToLower(text)) + " " {
		switch {
		case unicode.Is(unicode.Han, r):
			flush()
			if before != 0 {
				all = append(all, string([]rune{before, r}))
				alone = false
			} else {
				alone = true
			}
			before = r
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word.WriteRune(r)
		default:
			flush()
		}
		if alone && before != 0 {
			all = append(all, string(before))
		}
		before, alone = 0, false
	}
	return all
}
