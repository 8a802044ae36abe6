package paper

import (
	"strings"
	"testing"
)

// A heading stands on the page of what it is over, wherever on the page it falls: never alone at its foot.
func TestHeadingStaysWithWhatItIsOver(t *testing.T) {
	t.Parallel()
	fonts, err := printer(t).open()
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("依照行政许可法的规定，申请材料不齐全的，应当当场或者在五日内一次告知申请人。", 4)
	for name, after := range map[string][]Block{
		"text":                    {Text(long)},
		"note":                    {Note(long)},
		"list":                    {List(long, "乙")},
		"rows":                    {Rows(Row{Label: "说明", Value: long})},
		"a table with a long row": {Table([]string{"事项", "说明"}, [][]string{{"甲", long + long}})},
		"a table with a row over a third of a page": {Table([]string{"事项", "说明"}, [][]string{{"甲", strings.Repeat(long, 8)}})},
		"another heading": {Heading("乙"), Text(long)},
	} {
		for above := 0.0; above < fullPage; above++ {
			s := newSheet(fonts)
			s.y += above
			s.blocks(append([]Block{Heading("材料")}, after...))
			for i, n := range s.root.kids {
				if n.tag != "H2" {
					continue
				}
				if at, next := n.marks[0].page, s.root.kids[i+1].page(t); at != next {
					t.Fatalf("%s: %v points down, the heading is on page %d and what it is over begins on %d", name, above, at+1, next+1)
				}
			}
		}
	}
}

// page is where a part of the document ends its beginning: of a table, where its first row of values begins.
func (n *node) page(t *testing.T) int {
	t.Helper()
	if len(n.marks) > 0 {
		return n.marks[0].page
	}
	if n.tag == "Table" && len(n.kids) > 1 {
		n = n.kids[1]
	}
	return n.kids[0].page(t)
}
