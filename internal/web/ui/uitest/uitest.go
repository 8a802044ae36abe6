package uitest

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Check fails the test for every rule that the page breaks: one h1 and no heading level skipped, every
// id once, every control with a label, every reference to an id that exists, no text missing, nothing
// that the content security policy refuses.
func Check(t testing.TB, page string) {
	t.Helper()
	for _, problem := range Problems(page) {
		t.Error(problem)
	}
}

var missing = regexp.MustCompile(`⟦[^⟧]*⟧`)

// Problems lists the rules that a page breaks.
func Problems(page string) []string {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{"not HTML: " + err.Error()}
	}
	c := &checker{ids: map[string]int{}, labels: map[string]bool{}}
	c.walk(root, false)
	for id, n := range c.ids {
		if n > 1 {
			c.say("the id " + id + " stands more than once")
		}
	}
	for _, r := range c.refs {
		if c.ids[r.id] == 0 {
			c.say(r.from + " refers to the id " + r.id + ", which does not exist")
		}
	}
	for _, control := range c.controls {
		if !control.named && !c.labels[control.id] {
			c.say("the control " + control.name + " has no label")
		}
	}
	if c.h1 != 1 {
		c.say("not exactly one h1")
	}
	for _, key := range missing.FindAllString(page, 3) {
		c.say("text missing: " + key)
	}
	return c.problems
}

type reference struct{ from, id string }

type control struct {
	id, name string
	named    bool
}

type checker struct {
	problems []string
	ids      map[string]int
	labels   map[string]bool
	refs     []reference
	controls []control
	h1, last int
}

func (c *checker) say(problem string) { c.problems = append(c.problems, problem) }

func (c *checker) walk(n *html.Node, labelled bool) {
	if n.Type == html.ElementNode {
		c.element(n, labelled)
		labelled = labelled || n.Data == "label"
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		c.walk(child, labelled)
	}
}

func (c *checker) element(n *html.Node, labelled bool) {
	a := map[string]string{}
	for _, attr := range n.Attr {
		a[attr.Key] = attr.Val
		if strings.HasPrefix(attr.Key, "on") || attr.Key == "style" {
			c.say("the attribute " + attr.Key + " on " + n.Data + " is refused by the policy")
		}
	}
	if id := a["id"]; id != "" {
		c.ids[id]++
	}
	for _, name := range []string{"aria-describedby", "aria-labelledby", "aria-controls", "for"} {
		for id := range strings.FieldsSeq(a[name]) {
			c.refs = append(c.refs, reference{n.Data + " " + name, id})
		}
	}
	switch n.Data {
	case "script":
		if a["src"] == "" && a["type"] != "application/ld+json" {
			c.say("a script without src is refused by the policy")
		}
	case "style":
		c.say("a style element is refused by the policy")
	case "label":
		c.labels[a["for"]] = true
	case "input", "select", "textarea":
		if a["type"] != "hidden" && a["type"] != "submit" {
			c.controls = append(c.controls, control{a["id"], n.Data + " " + a["name"], labelled || a["aria-label"] != "" || a["aria-labelledby"] != ""})
		}
	case "img":
		if _, has := a["alt"]; !has {
			c.say("an image without alt")
		}
	case "a":
		if fragment, ok := strings.CutPrefix(a["href"], "#"); ok && fragment != "" {
			c.refs = append(c.refs, reference{"a link", fragment})
		}
	case "h1", "h2", "h3", "h4", "h5", "h6":
		level := int(n.Data[1] - '0')
		if level == 1 {
			c.h1++
		}
		if level > c.last+1 && c.last > 0 {
			c.say("heading level skipped before " + n.Data + " " + text(n))
		}
		c.last = level
	}
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
	}
	return strings.TrimSpace(b.String())
}
