package search

import (
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"

	"tongban/internal/platform/lang"
	"tongban/internal/security/org"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/synonym"
)

// Doc is something that can be found. Exactly one of a service, a matter of it and a body.
type Doc struct {
	Service *catalogue.Service
	Matter  *catalogue.Matter // nil: the service itself
	Body    *org.Body         // an office
}

// Key is the id of a document: of a service, "service/matter" or "body/id".
func (d Doc) Key() string {
	switch {
	case d.Body != nil:
		return "body/" + d.Body.ID
	case d.Matter != nil:
		return d.Service.ID + "/" + d.Matter.ID
	}
	return d.Service.ID
}

// Name is what a document is called.
func (d Doc) Name() lang.Text {
	switch {
	case d.Body != nil:
		return d.Body.Name
	case d.Matter != nil:
		return d.Matter.Name
	}
	return d.Service.Name
}

// Index finds documents of one edition. It does not change after it is made.
type Index struct {
	docs []Doc
	// A token is a number; these say which. A single character is a pair with nothing behind it.
	pairs  map[[2]rune]int32
	words  map[string]int32 // of Latin letters and digits, without their endings
	forms  map[string]int32 // the same as they stand
	whole  map[string]int32 // a whole name or keyword in Chinese
	titles map[string]int32 // and in Latin letters, as title writes it
	posts  [][]posting      // by token
	rarity []float32        // by token: how much it says that a document has it

	standing []float32 // by document: whole services come before their parts

	said     map[rune][]saying   // what people say in place of official words, by first character, the longest first
	sounds   sounds              // of the pairs in names and keywords
	initials map[string][]string // names and keywords by the initials of their pinyin
	alike    map[string][]string // Latin words by their first and last two letters, to find them when mistyped
	later    []later
	facets   facets
	scratch  sync.Pool // of *tally
}

// posting is one document that has a token.
type posting struct {
	doc    int32
	weight float32 // with the token's rarity
}

// Weights: a word of the name says more about a service than a word of its summary.
const (
	weightName = 4
	weightKey  = 3
	weightText = 1
)

// saying is one entry of the synonyms as it is looked for.
type saying struct {
	text  []rune
	means string // empty: it means nothing
}

// part is a text of a document with its weight.
type part struct {
	text   string
	weight float32
	whole  bool // a name or keyword: it is found as a whole, too, and by its sound and initials
}

// New makes the index of a city.
func New(city *jurisdiction.City) *Index {
	x := &Index{
		pairs: map[[2]rune]int32{}, words: map[string]int32{}, forms: map[string]int32{}, whole: map[string]int32{}, titles: map[string]int32{},
		said: map[rune][]saying{}, sounds: newSounds(), initials: map[string][]string{}, alike: map[string][]string{},
	}
	x.facets.begin(city)
	x.hear(city.Synonyms)
	for _, id := range city.ServiceIDs() {
		s := city.Services[id].Service
		parts := append(named(s.Name, s.Keywords), part{both(s.Summary) + both(s.For), weightText, false})
		for i := range s.Matters {
			parts = append(parts, part{both(s.Matters[i].Name) + strings.Join(s.Matters[i].Keywords, " "), weightText, false})
		}
		x.add(Doc{Service: s}, parts)
		for i := range s.Matters {
			m := &s.Matters[i]
			x.add(Doc{Service: s, Matter: m}, append(named(m.Name, m.Keywords), part{both(m.Plain), weightText, false}))
		}
	}
	for _, b := range city.Org.Bodies() {
		x.add(Doc{Body: &b}, append(named(b.Name, []string{b.Short.ZH, b.Short.EN}), part{both(b.Duties), weightText, false}))
	}
	for _, s := range city.Synonyms {
		if s.Later {
			x.later = append(x.later, x.called(s.Words))
		}
	}
	x.finish()
	return x
}

// hear takes in what people say.
func (x *Index) hear(synonyms []synonym.Entry) {
	for _, s := range synonyms {
		if s.Later {
			continue
		}
		for _, w := range s.Words {
			text := []rune(fold(w))
			x.said[text[0]] = append(x.said[text[0]], saying{text, fold(s.Means)})
		}
	}
	for _, all := range x.said {
		slices.SortStableFunc(all, func(a, b saying) int { return len(b.text) - len(a.text) })
	}
}

// idle reports whether a word means nothing.
func (x *Index) idle(word []rune) bool {
	return slices.ContainsFunc(x.said[word[0]], func(s saying) bool { return s.means == "" && slices.Equal(s.text, word) })
}

// title writes a text of Latin words in the one way in which it is looked for as a whole: without endings
// and without words that mean nothing. Of a text with Chinese in it, it is empty.
func (x *Index) title(text []rune) string {
	var words []string
	chinese := false
	each(text, func(from, to int, han bool) {
		chinese = chinese || han
		if !x.idle(text[from:to]) {
			words = append(words, stem(string(text[from:to])))
		}
	})
	if chinese {
		return ""
	}
	return strings.Join(words, " ")
}

// later are words for what one does with a thing that one has, such as to change or to cancel it.
type later struct {
	words []string
	docs  bitset // that are named so
}

func (x *Index) called(words []string) later {
	l := later{docs: newBits(len(x.docs))}
	for _, w := range words {
		l.words = append(l.words, fold(w))
	}
	for n, d := range x.docs {
		name := ""
		switch {
		case d.Matter != nil:
			name = d.Matter.Name.ZH
		case d.Service != nil:
			name = d.Service.Name.ZH
		}
		if slices.ContainsFunc(l.words, func(w string) bool { return strings.Contains(name, w) }) {
			l.docs.set(n)
		}
	}
	return l
}

func both(t lang.Text) string { return t.ZH + " " + t.EN + " " }

func named(name lang.Text, keywords []string) []part {
	parts := []part{{name.ZH, weightName, true}, {name.EN, weightName, true}}
	for _, k := range keywords {
		parts = append(parts, part{k, weightKey, true})
	}
	return parts
}

// add takes in a document; of a token that stands in several of its parts, the weightiest counts.
func (x *Index) add(d Doc, parts []part) {
	n := int32(len(x.docs))
	x.docs = append(x.docs, d)
	standing := float32(1)
	switch {
	case d.Body != nil:
		standing = office
	case d.Matter == nil:
		standing = whole
	}
	x.standing = append(x.standing, standing)
	x.facets.add(d)
	best := map[int32]float32{}
	for _, p := range parts {
		text := []rune(fold(p.text))
		if p.whole {
			if title := x.title(text); title != "" {
				t := number(x.titles, title, &x.posts)
				best[t] = max(best[t], p.weight)
			}
		}
		each(text, func(from, to int, han bool) {
			if !han {
				t := x.token(string(text[from:to]))
				best[t] = max(best[t], p.weight)
				return
			}
			for i := from; i < to; i++ {
				t := number(x.pairs, [2]rune{text[i]}, &x.posts)
				best[t] = max(best[t], p.weight)
				if i+1 < to {
					pair := [2]rune{text[i], text[i+1]}
					t := number(x.pairs, pair, &x.posts)
					best[t] = max(best[t], p.weight)
					if p.whole {
						x.sounds.add(pair, t)
					}
				}
			}
			if p.whole && to-from > 1 && to-from <= longest {
				phrase := string(text[from:to])
				_, had := x.whole[phrase]
				t := number(x.whole, phrase, &x.posts)
				best[t] = max(best[t], p.weight)
				if !had {
					for _, i := range x.sounds.initials(text[from:to]) {
						x.initials[i] = append(x.initials[i], phrase)
					}
				}
			}
		})
	}
	for t, w := range best {
		x.posts[t] = append(x.posts[t], posting{n, w})
	}
}

// longest is how many characters a name or keyword may have to be looked for as a whole.
const longest = 12

func number[K comparable](of map[K]int32, key K, posts *[][]posting) int32 {
	t, ok := of[key]
	if !ok {
		t = int32(len(*posts))
		of[key] = t
		*posts = append(*posts, nil)
	}
	return t
}

// token numbers a Latin word.
func (x *Index) token(word string) int32 {
	t, ok := x.forms[word]
	if ok {
		return t
	}
	if len(word) >= shortest {
		for _, end := range ends(word) {
			x.alike[end] = append(x.alike[end], word)
		}
	}
	t = number(x.words, stem(word), &x.posts)
	x.forms[word] = t
	return t
}

// finish weighs the tokens, when all documents are there.
func (x *Index) finish() {
	x.rarity = make([]float32, len(x.posts))
	for t, posts := range x.posts {
		x.rarity[t] = float32(math.Log(1 + float64(len(x.docs))/float64(max(1, len(posts)))))
		for i := range posts {
			posts[i].weight *= x.rarity[t]
		}
	}
	n := len(x.docs)
	x.scratch.New = func() any {
		return &tally{score: make([]float32, n), share: make([]float32, n), found: newBits(n), kept: newBits(n)}
	}
}

// fold makes texts comparable: lower case, narrow letters.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u3000':
			return ' '
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		}
		return unicode.ToLower(r)
	}, strings.TrimSpace(text))
}

// each cuts a text into runs of Chinese characters and Latin words.
func each(text []rune, run func(from, to int, han bool)) {
	for i := 0; i < len(text); {
		j := i
		switch {
		case unicode.Is(unicode.Han, text[i]):
			for j < len(text) && unicode.Is(unicode.Han, text[j]) {
				j++
			}
			run(i, j, true)
		case latin(text[i]):
			for j < len(text) && latin(text[j]) {
				j++
			}
			run(i, j, false)
		default:
			j++
		}
		i = j
	}
}

func latin(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.Is(unicode.Han, r)
}

// stem takes the commonest endings from an English word: companies are company, and moving and moved are move.
func stem(word string) string {
	n := len(word)
	switch {
	case n > 4 && strings.HasSuffix(word, "ies"):
		word = word[:n-3] + "y"
	case n > 3 && word[n-1] == 's' && word[n-2] != 's':
		word = word[:n-1]
	}
	for _, end := range []string{"ing", "ed"} {
		root, ok := strings.CutSuffix(word, end)
		n := len(root)
		switch {
		case !ok || n < 3 || !strings.ContainsAny(root, vowels):
			continue
		case root[n-1] == root[n-2] && strings.IndexByte("bdgmnprt", root[n-1]) >= 0:
			return root[:n-1] // getting, planned
		case n == 3 && strings.IndexByte(vowels, root[1]) >= 0 && strings.IndexByte(vowels+"wx", root[2]) < 0:
			return root + "e" // moving
		}
		return root
	}
	if root, ok := strings.CutSuffix(word, "e"); ok && len(root) > 3 {
		return root // licence and licencing, but care is not car
	}
	return word
}

const vowels = "aeiouy"

// Keys lists what can be found.
func (x *Index) Keys() []string {
	all := make([]string, len(x.docs))
	for i, d := range x.docs {
		all[i] = d.Key()
	}
	return all
}
