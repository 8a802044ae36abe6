package search

import (
	"cmp"
	"math/bits"
	"slices"
	"sort"
	"strings"

	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
)

// Query is what is looked for. The filters may be empty.
type Query struct {
	Text     string
	Audience catalogue.Audience
	Topic    string // id
	Body     string // id
	Online   bool   // only what can be done without going anywhere
	Most     int    // hits that are wanted
}

// Hit is one found document.
type Hit struct {
	Doc
	Score float32
	n     int32
}

// Result is what was found, the best first.
type Result struct {
	Hits   []Hit
	Total  int    // how many there are in all
	By     string // the words by which the best was found, when they are others than those typed
	Facets Facets
}

// Facets count what there would be under each value of a filter, with the other filters as they are.
type Facets struct {
	Audiences []Count
	Topics    []Count
	Bodies    []Count
	Online    int
}

// Count is how much there is of one value; values with nothing are left out.
type Count struct {
	ID string
	N  int
}

// bitset is a set of documents.
type bitset []uint64

func newBits(n int) bitset { return make(bitset, (n+63)/64) }

func (b *bitset) set(n int) {
	for n/64 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

// common counts what is in both.
func (b bitset) common(other bitset) int {
	n := 0
	for i := range min(len(b), len(other)) {
		n += bits.OnesCount64(b[i] & other[i])
	}
	return n
}

// facet is one value of a filter.
type facet struct {
	id   string
	docs bitset
}

// facets are the documents under each value of each filter.
type facets struct {
	n         int // documents
	audiences []facet
	topics    []facet
	bodies    []facet
	online    bitset
}

func (f *facets) begin(city *jurisdiction.City) {
	f.audiences = []facet{{id: string(catalogue.ForPerson)}, {id: string(catalogue.ForBusiness)}}
	for _, t := range city.Topics {
		f.topics = append(f.topics, facet{id: t.ID})
	}
	for _, b := range city.Org.Bodies() {
		f.bodies = append(f.bodies, facet{id: b.ID})
	}
}

// add takes in the next document. A service is under the topics and bodies of all its matters, and online
// when all of them are; an office is under itself only.
func (f *facets) add(d Doc) {
	put := func(in []facet, id string) {
		if i := slices.IndexFunc(in, func(v facet) bool { return v.id == id }); i >= 0 {
			in[i].docs.set(f.n)
		}
	}
	switch {
	case d.Body != nil:
		put(f.bodies, d.Body.ID)
	default:
		matters := d.Service.Matters
		if d.Matter != nil {
			matters = []catalogue.Matter{*d.Matter}
		}
		put(f.audiences, string(d.Service.Audience))
		online := true
		for i := range matters {
			put(f.bodies, matters[i].Body)
			for _, t := range matters[i].Topics {
				put(f.topics, t)
			}
			online = online && matters[i].Visits == 0
		}
		if online {
			f.online.set(f.n)
		}
	}
	f.n++
}

// tally is the working memory of one search.
type tally struct {
	score, share []float32 // by document
	found, kept  bitset
}

// What counts as found.
const (
	leastShare = 0.2  // of what was asked
	leastScore = 0.15 // of the best
	whole      = 1.3  // a whole service comes before its parts
	office     = 0.7  // a body comes behind what it does
	after      = 0.7  // what one does later with a thing comes behind how one gets it
)

// Find looks for something. Nothing is found for a query none of whose words is known.
func (x *Index) Find(q Query) Result {
	r := x.read(q.Text)
	if len(r.wants) == 0 {
		return Result{}
	}
	t := x.scratch.Get().(*tally)
	defer x.scratch.Put(t)
	clear(t.score)
	clear(t.share)
	clear(t.found)
	for _, w := range r.wants {
		for _, p := range x.posts[w.token] {
			t.score[p.doc] += p.weight * w.factor
			t.share[p.doc] += w.share
			t.found[p.doc/64] |= 1 << (p.doc % 64)
		}
	}
	x.judge(t, r)
	res := x.narrow(t, q)
	res.Hits = x.best(t, q.Most)
	if len(res.Hits) > 0 {
		res.By = x.by(r, res.Hits[0])
	}
	return res
}

// judge weighs what was found and leaves out what is chance.
func (x *Index) judge(t *tally, r reading) {
	best, of := float32(0), 1/max(r.asked, 1)
	x.unasked(r, t.kept)
	for i, word := range t.found {
		behind := t.kept[i]
		for ; word != 0; word &= word - 1 {
			bit := bits.TrailingZeros64(word)
			n := i*64 + bit
			share := min(t.share[n]*of, 1)
			if share < leastShare {
				t.found[i] &^= 1 << bit
				continue
			}
			s := t.score[n] * (0.5 + 0.5*share) * x.standing[n]
			if behind&(1<<bit) != 0 {
				s *= after
			}
			t.score[n] = s
			best = max(best, s)
		}
	}
	least := best * leastScore
	t.found.each(func(n int) bool { return t.score[n] >= least })
}

// unasked are the documents about what one does later, when the query does not say so.
func (x *Index) unasked(r reading, into bitset) {
	clear(into)
	for _, l := range x.later {
		if !slices.ContainsFunc(l.words, r.says) {
			for i, word := range l.docs {
				into[i] |= word
			}
		}
	}
}

// each visits the documents of a set and takes out those that are not kept.
func (b bitset) each(keep func(n int) bool) {
	for i, word := range b {
		for word != 0 {
			n := bits.TrailingZeros64(word)
			word &= word - 1
			if !keep(i*64 + n) {
				b[i] &^= 1 << n
			}
		}
	}
}

// narrow applies the filters and counts.
func (x *Index) narrow(t *tally, q Query) Result {
	f := &x.facets
	of := func(in []facet, id string) (bitset, bool) {
		if id == "" {
			return nil, false
		}
		if i := slices.IndexFunc(in, func(v facet) bool { return v.id == id }); i >= 0 {
			return in[i].docs, true
		}
		return nil, true // a value that does not exist has nothing
	}
	type filter struct {
		docs bitset
		on   bool
	}
	var filters [4]filter
	filters[0].docs, filters[0].on = of(f.audiences, string(q.Audience))
	filters[1].docs, filters[1].on = of(f.topics, q.Topic)
	filters[2].docs, filters[2].on = of(f.bodies, q.Body)
	filters[3] = filter{f.online, q.Online}
	under := func(but int) bitset {
		copy(t.kept, t.found)
		for i, other := range filters {
			if i == but || !other.on {
				continue
			}
			for w := range t.kept {
				if w < len(other.docs) {
					t.kept[w] &= other.docs[w]
				} else {
					t.kept[w] = 0
				}
			}
		}
		return t.kept
	}
	count := func(in []facet, but int) []Count {
		var all []Count
		docs := under(but)
		for _, v := range in {
			if n := docs.common(v.docs); n > 0 {
				all = append(all, Count{v.id, n})
			}
		}
		return all
	}
	res := Result{Facets: Facets{Audiences: count(f.audiences, 0), Topics: count(f.topics, 1), Bodies: count(f.bodies, 2), Online: under(3).common(f.online)}}
	res.Total = under(-1).common(t.kept)
	return res
}

// best lists the best of what was kept; of two as good the one with the lower id comes first.
func (x *Index) best(t *tally, most int) []Hit {
	hits := make([]Hit, 0, most+1)
	if most == 0 {
		return nil
	}
	t.kept.each(func(n int) bool {
		s := t.score[n]
		if len(hits) == most && s <= hits[most-1].Score {
			return true
		}
		at := sort.Search(len(hits), func(i int) bool { return hits[i].Score < s })
		hits = slices.Insert(hits, at, Hit{x.docs[n], s, int32(n)})
		hits = hits[:min(len(hits), most)]
		return true
	})
	return hits
}

// by says by which words a hit was found, when those that were typed say little of it.
func (x *Index) by(r reading, h Hit) string {
	var typed, read float32
	var how []want
	for _, w := range r.wants {
		posts := x.posts[w.token]
		i, ok := slices.BinarySearchFunc(posts, h.n, func(p posting, n int32) int { return cmp.Compare(p.doc, n) })
		switch {
		case !ok:
		case w.typed:
			typed += posts[i].weight
		default:
			read += posts[i].weight * w.factor
		}
		if ok && w.text != "" {
			how = append(how, w)
		}
	}
	if read <= typed {
		return ""
	}
	slices.SortStableFunc(how, func(a, b want) int { return cmp.Compare(a.at, b.at) })
	return together(how)
}

// together puts tokens that overlap together again: 营业, 业执, 执照 are 营业执照. Of what comes of it, what
// was typed as it stands says nothing new.
func together(how []want) string {
	type piece struct {
		text []rune
		new  bool
	}
	var all []piece
	last := int32(-2)
	for _, w := range how {
		next := []rune(w.text)
		if n := len(all) - 1; n >= 0 && w.at == last+1 && len(next) == 2 && all[n].text[len(all[n].text)-1] == next[0] {
			all[n].text = append(all[n].text, next[1])
			all[n].new = all[n].new || !w.typed
		} else if w.at != last {
			all = append(all, piece{next, !w.typed})
		}
		last = w.at
	}
	var words []string
	for _, p := range all {
		if word := string(p.text); p.new && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}
