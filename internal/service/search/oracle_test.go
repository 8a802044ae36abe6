package search

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"tongban/internal/service/jurisdiction"
)

// TestOracle: for pairs of characters and words, the index finds exactly what the database's own full-text
// index finds over the same texts, and nothing that a query finds is unknown to it.
func TestOracle(t *testing.T) {
	t.Parallel()
	city, complaints := jurisdiction.Load(os.DirFS("../../../jurisdictions/shifan"), "")
	if city == nil {
		t.Fatal(complaints)
	}
	x := New(city)
	store, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	store.SetMaxOpenConns(1)
	if _, err := store.Exec(`CREATE VIRTUAL TABLE doc USING fts5(text, tokenize = "unicode61 remove_diacritics 0")`); err != nil {
		t.Fatal(err)
	}
	var vocabulary []string
	for n, d := range x.docs {
		tokens := tokensOf(textOf(d))
		if _, err := store.Exec(`INSERT INTO doc (rowid, text) VALUES ($1, $2)`, n+1, strings.Join(tokens, " ")); err != nil {
			t.Fatal(err)
		}
		vocabulary = append(vocabulary, tokens...)
	}
	match := func(tokens ...string) []int32 {
		rows, err := store.Query(`SELECT rowid FROM doc WHERE doc MATCH $1 ORDER BY rowid`, `"`+strings.Join(tokens, `" OR "`)+`"`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var all []int32
		for rows.Next() {
			var n int32
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			all = append(all, n-1)
		}
		return all
	}
	slices.Sort(vocabulary)
	vocabulary = slices.Compact(vocabulary)
	r := rand.New(rand.NewPCG(3, 4))
	for range 1500 {
		token := vocabulary[r.IntN(len(vocabulary))]
		var posts []posting
		if runes := []rune(token); len(runes) == 2 && runes[0] > 0x2e80 {
			posts = x.posts[x.pairs[[2]rune{runes[0], runes[1]}]]
		} else {
			posts = x.posts[x.words[token]]
		}
		var got []int32
		for _, p := range posts {
			got = append(got, p.doc)
		}
		if want := match(token); !slices.Equal(got, want) {
			t.Errorf("%q is in %v, the database says %v", token, got, want)
		}
	}
	asked := 0
	for range 500 {
		runs := strings.Fields(textOf(x.docs[r.IntN(len(x.docs))]))
		query := runs[r.IntN(len(runs))]
		tokens := tokensOf(query)
		if len(tokens) == 0 || slices.ContainsFunc(x.read(query).wants, func(w want) bool { return !w.typed }) {
			continue // more is read into it than stands there
		}
		asked++
		known := match(tokens...)
		for _, h := range x.Find(Query{Text: query, Most: 1000}).Hits {
			if _, ok := slices.BinarySearch(known, h.n); !ok {
				t.Errorf("%q finds %s, and the database does not", query, h.Key())
			}
		}
	}
	if asked < 200 {
		t.Errorf("only %d queries were compared", asked)
	}
}

// textOf is all that is indexed of a document.
func textOf(d Doc) string {
	var parts []string
	switch s := d.Service; {
	case d.Body != nil:
		b := d.Body
		parts = []string{b.Name.ZH, b.Name.EN, b.Short.ZH, b.Short.EN, b.Duties.ZH, b.Duties.EN}
	case d.Matter != nil:
		parts = append([]string{d.Matter.Name.ZH, d.Matter.Name.EN, d.Matter.Plain.ZH, d.Matter.Plain.EN}, d.Matter.Keywords...)
	default:
		parts = append([]string{s.Name.ZH, s.Name.EN, s.Summary.ZH, s.Summary.EN, s.For.ZH, s.For.EN}, s.Keywords...)
		for i := range s.Matters {
			parts = append(append(parts, s.Matters[i].Name.ZH, s.Matters[i].Name.EN), s.Matters[i].Keywords...)
		}
	}
	return strings.Join(parts, " ; ")
}

// tokensOf cuts a text into pairs and words, in another way than the index does.
func tokensOf(text string) []string {
	var all []string
	runes := []rune(strings.ToLower(text))
	word := ""
	for i, c := range runes {
		han := c > 0x2e80 && c < 0xff00 && c > 0x303f
		if han && i+1 < len(runes) && runes[i+1] > 0x303f && runes[i+1] < 0xff00 {
			all = append(all, string(runes[i:i+2]))
		}
		if (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') {
			word += string(c)
		} else if word != "" {
			all, word = append(all, stem(word)), ""
		}
	}
	if word != "" {
		all = append(all, stem(word))
	}
	return all
}
