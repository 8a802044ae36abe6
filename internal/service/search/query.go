package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// How surely a token is meant that was not typed.
const (
	bySynonym  = 0.9
	byPinyin   = 0.8
	byInitials = 0.8
	byLetter   = 0.7 // a Latin word with one letter wrong
	bySound    = 0.6 // Chinese characters that sound the same
)

// want is a token that is looked for.
type want struct {
	token  int32
	factor float32 // how surely it is meant
	share  float32 // how much of what was asked it answers
	at     int32   // where in the query, so that tokens beside each other can be put together again
	text   string  // the characters it stands for
	typed  bool    // as it stands, nothing was read into it
}

// reading is what a query asks for.
type reading struct {
	wants []want
	asked float32 // how much was asked, in shares
	text  string
}

// says reports whether a word was typed, or read into what was typed.
func (r *reading) says(word string) bool {
	return strings.Contains(r.text, word) || slices.ContainsFunc(r.wants, func(w want) bool { return !w.typed && strings.Contains(w.text, word) })
}

func (r *reading) want(w want) { r.wants = append(r.wants, w) }

// read makes tokens of a query.
func (x *Index) read(query string) reading {
	r := reading{text: fold(query)}
	text := []rune(r.text)
	var covered [maxQuery]bool // by a synonym, which answers for it
	text = text[:min(len(text), maxQuery)]
	x.phrases(text, covered[:], &r)
	var strange []string
	alone := len(strings.Fields(string(text))) == 1 // what is left of a sentence, such as 证, says nothing
	each(text, func(from, to int, han bool) {
		if !han {
			word := string(text[from:to])
			if t, ok := x.words[stem(word)]; ok {
				r.want(want{t, 1, share(covered[from]), int32(from), word, true})
				r.asked += share(covered[from])
			} else if !covered[from] {
				strange = append(strange, word)
				r.asked++
			}
			return
		}
		if to-from == 1 {
			if t, ok := x.pairs[[2]rune{text[from]}]; ok && alone && !covered[from] {
				r.want(want{t, 1, 1, int32(from), string(text[from]), true})
				r.asked++
			}
			return
		}
		for i := from; i+1 < to; i++ {
			is := share(covered[i] && covered[i+1])
			r.asked += is
			if t, ok := x.pairs[[2]rune{text[i], text[i+1]}]; ok {
				r.want(want{t, 1, is, int32(i), string(text[i : i+2]), true})
			} else if is > 0 && to-from <= shortRun {
				for _, a := range x.sounds.heard(text[i]) {
					for _, b := range x.sounds.heard(text[i+1]) {
						for _, p := range x.sounds.alike[[2]int16{a, b}] {
							r.want(want{p.token, bySound, 1, int32(i), string(p.runes[:]), false})
						}
					}
				}
			}
		}
	})
	if t, ok := x.titles[x.title(text)]; ok {
		r.want(want{t, exact, 0, 0, "", true})
	}
	if len(strange) > 0 {
		x.strange(strange, text, &r)
	}
	x.chains(&r)
	return r
}

// chains puts tokens that were found by their sound together with their neighbours: when they make a name
// or keyword as a whole, that was meant. Characters that only sound like something and make no whole are
// chance, and are left out; pinyin is not, for it was not typed by mistake.
func (x *Index) chains(r *reading) {
	var links []int // wants that are pairs of characters, by where they stand
	for i, w := range r.wants {
		if w.typed && w.text != "" || w.factor == byPinyin || w.factor == bySound {
			links = append(links, i)
		}
	}
	slices.SortStableFunc(links, func(a, b int) int { return cmp.Compare(r.wants[a].at, r.wants[b].at) })
	steps, meant := 0, make([]bool, len(r.wants))
	var grow func(from int, text []rune, path []int, factor float32)
	grow = func(from int, text []rune, path []int, factor float32) {
		if steps++; steps > maxSteps || len(text) > longest {
			return
		}
		last := r.wants[path[len(path)-1]]
		if t, ok := x.whole[string(text)]; ok && factor < 1 {
			r.want(want{t, factor, 0, last.at, "", false})
			for _, i := range path {
				meant[i] = true
			}
		}
		for i := from; i < len(links) && r.wants[links[i]].at <= last.at+1; i++ {
			w := r.wants[links[i]]
			if next := []rune(w.text); w.at == last.at+1 && len(next) == 2 && next[0] == text[len(text)-1] {
				grow(i+1, append(slices.Clip(text), next[1]), append(slices.Clip(path), links[i]), min(factor, w.factor))
			}
		}
	}
	for at, i := range links {
		if text := []rune(r.wants[i].text); len(text) == 2 {
			grow(at+1, text, []int{i}, r.wants[i].factor)
		}
	}
	kept := r.wants[:0]
	for i, w := range r.wants {
		if i >= len(meant) || w.factor != bySound || meant[i] {
			kept = append(kept, w)
		}
	}
	r.wants = kept
}

const maxSteps = 200 // of putting tokens together

const (
	maxQuery = 100 // characters of a query that are read
	shortRun = 8   // an error in typing is looked for in a few characters, not in a story
)

func share(covered bool) float32 {
	if covered {
		return 0
	}
	return 1
}

// phrases finds what is known as a whole: names, keywords and what people say in place of them. What
// means nothing becomes spaces.
func (x *Index) phrases(text []rune, covered []bool, r *reading) {
	type span struct {
		token    int32
		from, to int
	}
	var wholes []span
	for i := 0; i < len(text); {
		t, n := x.wholeAt(text, i)
		step := max(n, 1)
		if n > 0 {
			wholes = append(wholes, span{t, i, i + n})
		}
		for _, s := range x.said[text[i]] {
			to := i + len(s.text)
			if to < i+n || to > len(text) || !slices.Equal(s.text, text[i:to]) || cutsWord(text, i, to) || x.cutsWhole(text, i, to) {
				continue
			}
			if s.means == "" {
				if to == i+n || to == i+1 && x.beginsPair(text, i) {
					break // the catalogue's own word
				}
				for k := i; k < to; k++ {
					text[k] = ' '
				}
			} else {
				for k := i; k < to; k++ {
					covered[k] = true
				}
				x.meaning(s.means, bySynonym, i, r)
				r.asked++
			}
			step = to - i
			break
		}
		i += step
	}
	for _, w := range wholes {
		if !unicode.Is(unicode.Han, text[w.from]) {
			continue // a longer phrase that means nothing took its place
		}
		factor := float32(1)
		if (w.from == 0 || !unicode.Is(unicode.Han, text[w.from-1])) && (w.to == len(text) || !unicode.Is(unicode.Han, text[w.to])) {
			factor = exact
		}
		r.want(want{w.token, factor, 0, int32(w.from), "", true})
	}
}

// exact is the weight of a name or keyword that is all that was typed.
const exact = 2

// wholeAt is the longest name or keyword that stands at a place.
func (x *Index) wholeAt(text []rune, from int) (token int32, length int) {
	for to := min(len(text), from+longest); to > from+1; to-- {
		if t, ok := x.whole[string(text[from:to])]; ok {
			return t, to - from
		}
	}
	return 0, 0
}

// cutsWhole reports whether a name or keyword begins within a phrase and goes on behind it: 办个 is not
// meant in 办个体户.
func (x *Index) cutsWhole(text []rune, from, to int) bool {
	for i := from + 1; i < to; i++ {
		if _, n := x.wholeAt(text, i); i+n > to {
			return true
		}
	}
	return false
}

// beginsPair reports whether a character makes a pair of some name or keyword with the next one: 去 is meant
// in 去世.
func (x *Index) beginsPair(text []rune, i int) bool {
	if i+1 == len(text) {
		return false
	}
	t, ok := x.pairs[[2]rune{text[i], text[i+1]}]
	return ok && x.sounds.known[t]
}

// cutsWord reports whether a Latin phrase begins or ends within a word.
func cutsWord(text []rune, from, to int) bool {
	return latin(text[from]) && from > 0 && latin(text[from-1]) || latin(text[to-1]) && to < len(text) && latin(text[to])
}

// meaning looks for the words of the catalogue in place of those that were typed.
func (x *Index) meaning(means string, factor float32, at int, r *reading) {
	from := len(r.wants)
	runes := []rune(means)
	if t, ok := x.titles[x.title(runes)]; ok {
		r.want(want{t, factor * exact, 0, int32(at), means, false})
	}
	each(runes, func(i, j int, han bool) {
		if !han {
			if t, ok := x.words[stem(string(runes[i:j]))]; ok {
				r.want(want{t, factor, 1, int32(at), means, false})
			}
			return
		}
		if t, ok := x.whole[string(runes[i:j])]; ok {
			r.want(want{t, factor * exact, 0, int32(at), means, false})
		}
		if j-i == 1 {
			if t, ok := x.pairs[[2]rune{runes[i]}]; ok {
				r.want(want{t, factor, 1, int32(at), means, false})
			}
		}
		for ; i+1 < j; i++ {
			if t, ok := x.pairs[[2]rune{runes[i], runes[i+1]}]; ok {
				r.want(want{t, factor, 1, int32(at), means, false})
			}
		}
	})
	n := float32(0)
	for _, w := range r.wants[from:] {
		n += w.share
	}
	for i := range r.wants[from:] {
		r.wants[from+i].share /= max(n, 1)
	}
}

// strange reads Latin words that no text has: as pinyin, as initials, or as a word with an error.
func (x *Index) strange(words []string, text []rune, r *reading) {
	joined := strings.Join(words, "")
	if all := pinyinOf(text); all != "" {
		joined = all // "she bao ka": she may be a word of some English text
	}
	syllables, left := x.sounds.syllables(joined)
	if pairs := x.pairsOf(syllables); left == 0 && len(pairs) > 0 {
		for _, w := range pairs {
			r.want(w)
		}
		r.asked = float32(len(syllables) - 1)
		return
	}
	found := 0
	for _, w := range words {
		switch near := x.near(w); {
		case len(x.initials[w]) > 0:
			for _, phrase := range x.initials[w][:min(len(x.initials[w]), mostReadings)] {
				x.meaning(phrase, byInitials, 0, r)
			}
			found++
		case len(near) > 0:
			for _, n := range near {
				x.meaning(n, byLetter, 0, r)
			}
			found++
		}
	}
	if found == 0 && len(r.wants) == 0 {
		for _, w := range x.pairsOf(syllables) {
			r.want(w)
		}
		r.asked = max(1, float32(len(syllables)-1))
	}
}

// pinyinOf is the whole query without spaces when it is Latin letters only.
func pinyinOf(text []rune) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c >= 'a' && c <= 'z':
			b.WriteRune(c)
		case c == 'ü':
			b.WriteByte('v')
		case c != ' ' && c != '\'':
			return ""
		}
	}
	return b.String()
}

// pairsOf are the known pairs of characters that sound like neighbouring syllables.
func (x *Index) pairsOf(all []syllable) []want {
	var wants []want
	for i := 0; i+1 < len(all); i++ {
		if all[i+1].after > 0 {
			continue
		}
		for _, p := range x.sounds.alike[[2]int16{all[i].sound, all[i+1].sound}] {
			wants = append(wants, want{p.token, byPinyin, 1, int32(i), string(p.runes[:]), false})
		}
	}
	return wants
}

// shortest is how many letters a word must have to be looked for with one of them wrong.
const shortest = 5

// ends are the first and the last two letters of a word: one error leaves one of them as it was.
func ends(word string) [2]string {
	return [2]string{"^" + word[:2], word[len(word)-2:] + "$"}
}

// near lists the known words that differ in one letter.
func (x *Index) near(word string) []string {
	if len(word) < shortest {
		return nil
	}
	var all []string
	for _, end := range ends(word) {
		for _, w := range x.alike[end] {
			if oneOff(w, word) && !slices.ContainsFunc(all, func(had string) bool { return x.forms[had] == x.forms[w] }) {
				all = append(all, w)
			}
		}
	}
	return all
}

// oneOff reports whether two words differ in one letter: another one, one more, one less, or two that
// changed places.
func oneOff(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return i == len(a) || a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
