package search

import (
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// sounds knows pairs of characters by how they are spoken. Sounds that people mix up when they type are
// one: zh and z, ch and c, sh and s, -ng and -n.
type sounds struct {
	of    map[rune][]int16    // sounds of a character, all its readings
	spelt map[string]int16    // sounds by each way to spell them
	alike map[[2]int16][]pair // pairs by their sounds
	known map[int32]bool
}

type pair struct {
	runes [2]rune
	token int32
}

func newSounds() sounds {
	return sounds{of: map[rune][]int16{}, spelt: map[string]int16{}, alike: map[[2]int16][]pair{}, known: map[int32]bool{}}
}

// readings is a character's pinyin without tones.
func readings(r rune) []string {
	var all []string
	for _, s := range strings.Split(pinyin.PinyinDict[int(r)], ",") {
		if s = toneless.Replace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

var toneless = strings.NewReplacer(
	"ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ê", "e", "ế", "e", "ề", "e", "ī", "i", "í", "i", "ǐ", "i", "ì", "i",
	"ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u", "ü", "v", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v",
	"ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m",
)

// plain is the one spelling for sounds that are mixed up.
func plain(s string) string {
	if len(s) > 1 && s[1] == 'h' && strings.IndexByte("zcs", s[0]) >= 0 {
		s = s[:1] + s[2:]
	}
	return strings.TrimSuffix(s, "g")
}

// number numbers a sound, with all its spellings.
func (s *sounds) number(reading string) int16 {
	p := plain(reading)
	if n, ok := s.spelt[p]; ok {
		return n
	}
	n := int16(len(s.spelt))
	heads := []string{p}
	if strings.IndexByte("zcs", p[0]) >= 0 {
		heads = append(heads, p[:1]+"h"+p[1:])
	}
	for _, h := range heads {
		s.spelt[h] = n
		if strings.HasSuffix(h, "n") {
			s.spelt[h+"g"] = n
		}
	}
	return n
}

// add takes in a pair of a name or keyword.
func (s *sounds) add(p [2]rune, token int32) {
	if s.known[token] {
		return
	}
	s.known[token] = true
	for _, r := range p {
		if _, ok := s.of[r]; ok {
			continue
		}
		s.of[r] = []int16{}
		for _, reading := range readings(r) {
			s.of[r] = append(s.of[r], s.number(reading))
		}
	}
	for _, a := range s.of[p[0]] {
		for _, b := range s.of[p[1]] {
			key := [2]int16{a, b}
			if n := len(s.alike[key]); n == 0 || s.alike[key][n-1].token != token {
				s.alike[key] = append(s.alike[key], pair{p, token})
			}
		}
	}
}

// heard lists the sounds of a character that are known.
func (s *sounds) heard(r rune) []int16 {
	if all, ok := s.of[r]; ok {
		return all
	}
	var all []int16
	for _, reading := range readings(r) {
		if n, ok := s.spelt[reading]; ok {
			all = append(all, n)
		}
	}
	return all
}

// most is how many readings of one phrase are worth knowing.
const mostReadings = 8

// initials are the first letters of a phrase's pinyin, in each reading.
func (s *sounds) initials(phrase []rune) []string {
	all := []string{""}
	for _, r := range phrase {
		var letters []byte
		for _, reading := range readings(r) {
			if strings.IndexByte(string(letters), reading[0]) < 0 {
				letters = append(letters, reading[0])
			}
		}
		if len(letters) == 0 {
			return nil
		}
		if len(all)*len(letters) > mostReadings {
			letters = letters[:1]
		}
		var next []string
		for _, before := range all {
			for _, l := range letters {
				next = append(next, before+string(l))
			}
		}
		all = next
	}
	return all
}

// syllable is a piece of a Latin word that can be spoken in Chinese.
type syllable struct {
	sound int16
	after int // letters left out between the one before and this; 0 when they touch
}

// letters is the longest pinyin that is read, and syllables have at most six of them.
const (
	letters      = 48
	syllableMost = 6
)

// syllables reads pinyin written without spaces: the way on which the most neighbours are known as a pair,
// then that with the fewest syllables. Letters that fit nowhere are left out. It says how many were.
func (s *sounds) syllables(word string) ([]syllable, int) {
	if len(word) > letters {
		word = word[:letters]
	}
	type way struct {
		score, left int
		from, by    int // where the way came from: position and length of the syllable before
		sound       int16
		ok          bool
	}
	// at[i][l]: the best way that ends at i with a syllable of l letters; l = 0: a letter was left out.
	var at [letters + 1][syllableMost + 1]way
	at[0][0] = way{ok: true, sound: -1}
	for i := range len(word) {
		for l := range at[i] {
			w := at[i][l]
			if !w.ok {
				continue
			}
			for n := 1; n <= syllableMost && i+n <= len(word); n++ {
				sound, ok := s.spelt[word[i:i+n]]
				if !ok {
					continue
				}
				next := way{score: w.score - 2, left: w.left, from: i, by: l, sound: sound, ok: true}
				if l > 0 && len(s.alike[[2]int16{w.sound, sound}]) > 0 {
					next.score += 3
				}
				if to := &at[i+n][n]; !to.ok || next.score > to.score {
					*to = next
				}
			}
			next := way{score: w.score - 5, left: w.left + 1, from: i, by: l, sound: -1, ok: true}
			if to := &at[i+1][0]; !to.ok || next.score > to.score {
				*to = next
			}
		}
	}
	end, best := len(word), -1
	for l, w := range at[end] {
		if w.ok && (best < 0 || w.score > at[end][best].score) {
			best = l
		}
	}
	var all []syllable
	left := at[end][best].left
	for i, l := end, best; i > 0; {
		w := at[i][l]
		if l > 0 {
			all = append(all, syllable{sound: w.sound})
		} else if len(all) > 0 {
			all[len(all)-1].after++
		}
		i, l = w.from, w.by
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all, left
}
