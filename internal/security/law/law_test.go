package law

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
)

const file = `law: {zh: 中华人民共和国行政许可法, en: Administrative Licence Law of the People's Republic of China}
short: {zh: 行政许可法, en: Administrative Licence Law}
edition: 2019-04-23
certainty: V
source: flk.npc.gov.cn
provisions:
  - id: licence-law.42
    article: 第四十二条
    article_en: art. 42
    text: {zh: 行政机关应当自受理行政许可申请之日起二十日内作出行政许可决定。, en: A decision within twenty days of acceptance.}
  - id: licence-law.32-4
    article: 第三十二条第四项
    article_en: "art. 32(4)"
    text: {zh: 一次告知。, en: Told once.}
    certainty: K
    source: from memory
`

func load(t *testing.T, name, text string) (*Book, []string) {
	t.Helper()
	src, cs := strictyaml.Parse(name, []byte(text))
	book, more := Load([]*strictyaml.Source{src})
	var said []string
	for _, c := range strictyaml.Sort(append(cs, more...)) {
		said = append(said, c.String())
	}
	return book, said
}

func TestBook(t *testing.T) {
	book, said := load(t, "law/licence-law.yaml", file)
	if len(said) > 0 {
		t.Fatalf("complaints about a correct file: %v", said)
	}
	p, ok := book.Find("licence-law.42")
	if !ok || p.Certainty != Verified || p.Source != "flk.npc.gov.cn" || p.Edition != "2019-04-23" {
		t.Errorf("Find() = %+v, %v", p, ok)
	}
	if q, _ := book.Find("licence-law.32-4"); q.Certainty != Known || q.Source != "from memory" {
		t.Errorf("a provision's own marks are lost: %+v", q)
	}
	for l, want := range map[lang.Lang]string{
		lang.ZH: "《行政许可法》第三十二条第四项", lang.EN: "Administrative Licence Law, art. 32(4)",
	} {
		if got := book.Cite("licence-law.32-4", l); got != want {
			t.Errorf("Cite(%s) = %s, want %s", l, got, want)
		}
	}
	if got := book.Cite("licence-law.99", lang.ZH); got != "" {
		t.Errorf("Cite() of what is not there = %q", got)
	}
	if d := cmp.Diff([]string{"licence-law.32-4", "licence-law.42"}, book.IDs()); d != "" {
		t.Errorf("IDs() differs (-want +got):\n%s", d)
	}
	if _, ok := new(Book).Find("x"); ok {
		t.Error("an empty book holds something")
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"an id that stands twice", "licence-law.32-4", "licence-law.42",
			`law/licence-law.yaml:11:9: provision "licence-law.42" stands twice; give it another id; the first is in law/licence-law.yaml, line 7`},
		{"an id of another file", "licence-law.32-4", "fire-law.15",
			`law/licence-law.yaml:11:9: provision "fire-law.15" does not belong to this file; begin the id with the name of the file: licence-law.…`},
		{"an id without an article", "licence-law.32-4", "licence-law",
			`law/licence-law.yaml:11:9: id cannot be "licence-law"; it should be the law's short name, a dot and the article, such as licence-law.42`},
		{"a day that the calendar does not have", "2019-04-23", "2019-02-30",
			`law/licence-law.yaml:3:10: edition cannot be "2019-02-30"; it should be a day such as 2026-03-02`},
		{"a mark that does not exist", "certainty: K", "certainty: X",
			`law/licence-law.yaml:15:16: certainty cannot be "X"; the values are: V, S, C, K`},
		{"a law without provisions", file[strings.Index(file, "provisions:"):], "provisions: []\n",
			`law/licence-law.yaml:6:13: too few in provisions: 0; write at least 1`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, said := load(t, "law/licence-law.yaml", strings.Replace(file, tt.old, tt.new, 1))
			if d := cmp.Diff([]string{tt.want}, said); d != "" {
				t.Errorf("complaints differ (-want +got):\n%s", d)
			}
		})
	}
}
