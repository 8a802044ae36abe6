package suite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	_ "modernc.org/sqlite" // FTS5

	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/search"

	"tongban/bench/internal/figures"
	"tongban/bench/internal/fixture"
	"tongban/bench/internal/measure"
)

// searched is one text that can be found.
type searched struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Text string `json:"text"`
}

// searchable lists a city's services and matters as a search engine would be given them.
func searchable(city *jurisdiction.City) (all []searched) {
	for _, id := range city.ServiceIDs() {
		e, _ := city.Service(id)
		s := e.Service
		all = append(all, searched{id, s.Name.ZH + " " + s.Name.EN, strings.Join(append([]string{s.Summary.ZH, s.Summary.EN}, s.Keywords...), " ")})
		for _, m := range s.Matters {
			all = append(all, searched{id + "/" + m.ID, m.Name.ZH + " " + m.Name.EN, strings.Join(append([]string{m.Plain.ZH, m.Plain.EN}, m.Keywords...), " ")})
		}
	}
	return all
}

// pairs cuts a text into pairs of Chinese characters and into words, as is usual for indexes that know no Chinese.
func pairs(text string) (all []string) {
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		runes := []rune(word)
		if !unicode.Is(unicode.Han, runes[0]) || len(runes) == 1 {
			all = append(all, word)
			continue
		}
		for i := range len(runes) - 1 {
			all = append(all, string(runes[i:i+2]))
		}
	}
	return all
}

// fts is SQLite's own index over pairs, ranked by bm25 with the name counting more.
type fts struct {
	db   *sql.DB
	find *sql.Stmt
	keys []string
}

func openFTS(docs []searched) (*fts, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	f := &fts{db: db}
	if _, err = db.Exec(`CREATE VIRTUAL TABLE doc USING fts5(name, text, tokenize = "unicode61 remove_diacritics 0")`); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	tx, err := db.Begin()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	for _, d := range docs {
		f.keys = append(f.keys, d.Key)
		if _, err = tx.Exec(`INSERT INTO doc (rowid, name, text) VALUES ($1, $2, $3)`, len(f.keys), strings.Join(pairs(d.Name), " "), strings.Join(pairs(d.Text), " ")); err != nil {
			return nil, errors.Join(err, tx.Rollback(), db.Close())
		}
	}
	if err = tx.Commit(); err == nil {
		f.find, err = db.Prepare(`SELECT rowid FROM doc WHERE doc MATCH $1 ORDER BY bm25(doc, 4.0, 1.0) LIMIT $2`)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return f, nil
}

func (f *fts) search(query string, most int) (keys []string) {
	tokens := pairs(query)
	if len(tokens) == 0 {
		return nil
	}
	rows, err := f.find.Query(`"`+strings.Join(tokens, `" OR "`)+`"`, most)
	if err != nil {
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		if rows.Scan(&n) == nil {
			keys = append(keys, f.keys[n-1])
		}
	}
	return keys
}

// Search measures the search box: the judged searches over the shipped city for what is found, and ten
// thousand services for how long it takes.
func Search(_ context.Context, e *Env) ([]figures.Bench, error) {
	shifan, err := fixture.Load(e.Jurisdiction)
	if err != nil {
		return nil, err
	}
	judged, err := fixture.ReadJudged(filepath.Join(e.Jurisdiction, "../../internal/service/search/testdata/judged.yaml"))
	if err != nil {
		return nil, err
	}
	right := func(find func(query string, most int) []string) (n int) {
		for _, j := range judged {
			if slices.ContainsFunc(find(j.Query, 3), func(k string) bool { return slices.Contains(j.Want, k) }) {
				n++
			}
		}
		return n
	}
	ours := func(x *search.Index) func(query string, most int) []string {
		return func(query string, most int) (keys []string) {
			for _, h := range x.Find(search.Query{Text: query, Most: most}).Hits {
				keys = append(keys, h.Key())
			}
			return keys
		}
	}
	few, err := openFTS(searchable(shifan))
	if err != nil {
		return nil, err
	}
	defer few.db.Close()
	found, other := right(ours(search.New(shifan))), right(few.search)

	large := fixture.Large(shifan, e.size(5000, 500)) // with their matters twice as many
	docs := searchable(large)
	many, err := openFTS(docs)
	if err != nil {
		return nil, err
	}
	defer many.db.Close()
	index := ours(search.New(large))
	queries := make([]string, len(judged))
	for i, j := range judged {
		queries[i] = j.Query
	}
	n := e.size(2000, 300)
	asked := func(find func(string, int) []string, n int) func() (measure.Run, error) {
		return local(n, func(i int) { sum += uint64(len(find(queries[i%len(queries)], 10))) })
	}
	systems := []func() (measure.Run, error){asked(index, n), asked(many.search, n/5)}
	peers := []figures.System{{Name: "SQLite FTS5", Note: fmt.Sprintf("pairs of characters, bm25; finds %d of %d", other, len(judged))}}
	var broken error
	if e.Full {
		dir, remove, err := e.data("search")
		if err != nil {
			return nil, err
		}
		defer remove()
		if err := errors.Join(write(filepath.Join(dir, "shifan.json"), searchable(shifan)), write(filepath.Join(dir, "large.json"), docs), write(filepath.Join(dir, "judged.json"), judged)); err != nil {
			return nil, err
		}
		node, err := e.Kit.NodeSearch(dir)
		if broken = err; err == nil {
			defer node.Stop()
			for _, engine := range [][2]string{{"flexsearch", "FlexSearch"}, {"minisearch", "MiniSearch"}} {
				a, err := node.Ask("%s-judged %d", engine[0], 3)
				if err != nil {
					broken = errors.Join(broken, err)
					continue
				}
				systems = append(systems, func() (measure.Run, error) {
					a, err := node.Ask("%s %d", engine[0], n/5)
					return a.Run(), err
				})
				peers = append(peers, figures.System{Name: engine[1] + " " + e.Kit.Version("node", engine[0]), Note: fmt.Sprintf("pairs of characters; finds %d of %d", a.Check, len(judged))})
			}
		}
	}
	for _, s := range systems { // warm
		if _, err := s(); err != nil {
			return nil, err
		}
	}
	runs, err := measure.Rounds(e.size(7, 5), systems...)
	if err != nil {
		return nil, err
	}
	b := figures.Bench{
		Name: fmt.Sprintf("search/zh %d", len(docs)), By: figures.CPU,
		What: fmt.Sprintf("the first ten for each of %d searches as people say them, among %d services and matters, with all counts of the filters; processor time", len(queries), len(docs)),
		Ours: figures.System{Name: "tongban", Runs: runs[0], Note: fmt.Sprintf("finds %d of %d", found, len(judged))},
	}
	for i := range peers {
		peers[i].Runs = runs[1+i]
	}
	b.Peers = peers
	b.Found("%d of %d judged searches over the shipped city have what is wanted among the first three", found, len(judged))
	b.Demand("≤ 100 µs", b.Ours.Cost(figures.CPU) <= 100/e.bound(1), "%.1f µs", b.Ours.Cost(figures.CPU))
	b.Insist("≥ 95 of 100 judged searches right", found >= 95, "%d", found)
	if fastest, ok := b.Fastest(); ok {
		b.Demand("ahead of the fastest peer", b.Ours.Times(fastest, figures.CPU) >= 1, "%.1f × %s", b.Ours.Times(fastest, figures.CPU), fastest.Name)
	}
	return []figures.Bench{b}, broken
}

func write(file string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
